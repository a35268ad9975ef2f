"""Units checked with the algebra: what is added or compared has one unit, and parameters are not bytes.

How the field's units fit together. `token` counts kept entries (also merged ones, slots of a state, columns of a
convolution) and a width is that of one entry, d_head in element/(head*token) and a latent in element/(layer*token), so
that n_layers*n_kv_heads*d_head*bytes_per_element is byte/token, and byte after n_tokens or min(n_tokens, window).
`tensor` and `sequence` are names of the pure number, since key + value has no factor "1 tensor", nor what one sequence
keeps a factor batch: x + x and 2*x have one unit. `layer` and `head` are carried; a single one that is not written is
said by a condition such as n_kv_heads = 1, or by naming the number one: "1 = head/layer".

A literal factor is pure unless the step names its unit: "256 = element/(head*token)" is for each 256, "2 = tensor" and
"2 = byte/element" are for the first 2 and the second. A literal that is a whole side of a relation or a whole term of
a sum, min or max is in the unit beside it (d_head = 128, n_tokens - 1), and so is a term of literals alone. Where x = 1
is a condition or "1 = unit" is named, units that differ by powers of that unit count as one, as such a factor may have
been left out: so one says that a parameter is one byte. What converts must be exact, 1024 = byte/KiB. ceil and floor
keep the unit, mod(a, b) has that of a, and `a divides b` asks for no agreement (heads per rank). A symbol with no unit
fits everywhere: the rest is checked, and the answer says so.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Mapping, Sequence
from enum import Enum
from fractions import Fraction
from functools import reduce

from symkv import symbols
from symkv.errors import BadInput
from symkv.formula import Formula, Relation
from symkv.formula.tree import chain
from symkv.symbols import SIZES, Unit, parse_unit
from symkv.units import shown

_Open = Enum("_Open", "NUMBER UNKNOWN")  # a number in the unit of what stands beside it; a symbol with no unit

_Found = Unit | _Open
_Side = tuple[_Found, ast.expr]
_SIGNS: dict[type, int] = {ast.Mult: 1, ast.Div: -1}
_Units = Mapping[str, str | Unit]


def unit_of(formula: Formula, *, units: _Units | None = None, literals: Sequence[str] = ()) -> Unit | None:
    """The unit of a formula, None where a symbol has none; `BadInput` where a sum, min or max mixes units.

    `units` gives the units of the symbols; without it the table of symbols does.

    >>> str(unit_of(Formula.parse("n_layers*2*n_kv_heads*d_head*bytes_per_element*n_tokens")))
    'byte'
    """
    found = _Reader(_units(formula.names, units), *_named(literals)).unit(formula.tree)
    return found if isinstance(found, Unit) else Unit() if found is _Open.NUMBER else None


def check_units(
    statement: Relation,
    *,
    where: Sequence[Relation] = (),
    facts: Sequence[Relation] = (),
    units: _Units | None = None,
    literals: Sequence[str] = (),
) -> str:
    """Check that a statement and its conditions `where` have one unit on both sides and in every sum, min and max.

    `literals` names the units of literals ("2 = tensor"); `facts`, such as the statements it rests on, are read for
    symbols that are 1. Returns "checked", or "not checked: x has no unit". Raises `BadInput` for two units where one
    must be, and for a named literal that does not occur.

    >>> check_units(Relation.parse("bytes_per_token = 2*n_layers*n_kv_heads*d_head*bytes_per_element"))
    'checked'
    >>> check_units(Relation.parse("bytes_per_token = 2*n_layers*d_head*bytes_per_element"), literals=["2 = tensor"])
    Traceback (most recent call last):
        ...
    symkv.errors.BadInput: both sides must have one unit, got byte/token and byte*layer/(head*token) in \
bytes_per_token = 2*n_layers*d_head*bytes_per_element; the second needs a factor in head/layer ("1 = head/layer" if it \
is left out)
    """
    numbers, ones = _named(literals)
    names = dict.fromkeys(name for relation in (statement, *where) for name in relation.names)
    known = _units([*names, *(name for fact in facts for name in fact.names)], units)
    single = [relation.names[0] for relation in (*where, *facts) if relation.sign == "=" and _value(relation) == 1]
    reader = _Reader(known, numbers, [*ones, *(known[name] for name in single if name in known)])
    for relation in (statement, *(condition for condition in where if _value(condition) is None)):
        reader.relation(relation)
    for number, named in numbers.items():
        if reader.met[number] < len(named):
            raise BadInput(f"a literal must occur as often as it is named, {shown(number)} does not; drop its unit")
    unknown = ", ".join(name for name in names if name not in known)
    return f"not checked: {unknown} without a unit" if unknown else "checked"


def _units(names: Sequence[str], units: _Units | None) -> dict[str, Unit]:
    if units is None:
        units = {name: symbol.dimension for name in names if (symbol := symbols.find(name))}
    given = {name: units[name] for name in names if units.get(name, "") != ""}
    return {name: parse_unit(unit) if isinstance(unit, str) else unit for name, unit in given.items()}


def _named(literals: Sequence[str]) -> tuple[dict[Fraction, list[Unit]], list[Unit]]:
    """The units of the named literals, and those of a factor one that may have been left out."""
    numbers: dict[Fraction, list[Unit]] = {}
    ones: list[Unit] = []
    for text in literals:
        number, _, written = text.partition("=")
        value = _literal(Formula.parse(number.strip()).tree)
        if value is None or not written:
            raise BadInput(f"a literal must be named as number = unit, got {text[:60]!r}; write 1024 = byte/KiB")
        unit = parse_unit(written.strip())
        if (exact := _conversion(unit)) not in (None, value):
            raise BadInput(f"a conversion must be exact, got {text[:60]!r}; write {exact} = {unit}")
        (ones if value == 1 else numbers.setdefault(value, [])).append(unit)
    return numbers, ones


def _conversion(unit: Unit) -> Fraction | None:
    """The number that converts, 1024 for byte/KiB; None for a unit that is not one kind over the same kind."""
    kind = next((kind for kind in SIZES if unit.powers and all(base in kind for base, _ in unit.powers)), None)
    if kind is None or sum(p for _, p in unit.powers) != 0 or any(p.denominator > 1 for _, p in unit.powers):
        return None
    return reduce(lambda total, power: total / Fraction(kind[power[0]]) ** int(power[1]), unit.powers, Fraction(1))


def _literal(node: ast.expr) -> Fraction | None:
    """The value of a number as it is written: 1024, 9/16, 0.5 or 2**30."""
    match node:
        case ast.Constant(value=int(value)):
            return Fraction(value)
        case ast.BinOp(left=ast.Constant(value=int(top)), op=ast.Div(), right=ast.Constant(value=int(bottom))):
            return Fraction(top, bottom) if bottom else None
        case ast.BinOp(left=ast.Constant(value=int(base)), op=ast.Pow(), right=ast.Constant(value=int(power))):
            return Fraction(base**power)
    return None


def _value(relation: Relation) -> Fraction | None:
    """The number that a condition compares one symbol with; it is in the symbol's unit."""
    match relation.lhs.tree, relation.rhs.tree:
        case (ast.Name(), number) | (number, ast.Name()):
            return _literal(number)
    return None


class _Reader:
    """The reading of trees as units, up to powers of `ones`, the units of factors that may have been left out."""

    def __init__(self, units: Mapping[str, Unit], numbers: Mapping[Fraction, list[Unit]], ones: list[Unit]) -> None:
        self.units, self.numbers = units, numbers
        self.met: Counter[Fraction] = Counter()
        self.pivots: list[tuple[str, Unit]] = []  # Gaussian elimination on the exponents
        for one in ones:
            rest = self.reduced(one)
            self.pivots += [(rest.powers[0][0], rest)] if rest.powers else []

    def reduced(self, unit: Unit) -> Unit:
        for base, pivot in self.pivots:
            unit = unit / pivot ** (unit[base] / pivot[base])
        return unit

    def relation(self, relation: Relation) -> None:
        left, right = ((self.unit(side.tree), side.tree) for side in (relation.lhs, relation.rhs))
        if relation.sign not in ("divides", "multiple of"):
            self.join("both sides", left, right, relation)

    def unit(self, node: ast.expr) -> _Found:
        if (named := self.named(node)) is not None:
            return named
        match node:
            case ast.Constant():
                return _Open.NUMBER
            case ast.Name(id=name):
                return self.units.get(name, _Open.UNKNOWN)
            case ast.UnaryOp(operand=operand):
                return self.unit(operand)
            case ast.BinOp(left=base, op=ast.Pow(), right=exponent):
                return _power(self.unit(base), Formula(exponent).evaluate({}))
            case ast.BinOp():
                return self.chain(node)
            case ast.Call(func=ast.Name(id="min" | "max" as name), args=args):
                return self.all_one(f"the arguments of {name}", args, node)
            case ast.Call(func=ast.Name(id=name), args=args):
                first, *_ = [self.unit(arg) for arg in args]  # all are read; a divisor may have another unit
                return _power(first, Fraction(1, 2)) if name == "sqrt" else first
            case ast.IfExp(test=ast.Compare(left=left, comparators=[right]), body=body, orelse=orelse):
                self.all_one("what is compared", [left, right], node)
                return self.all_one("both cases", [body, orelse], node)
        raise BadInput(f"units have no reading for {type(node).__name__}")

    def named(self, node: ast.expr) -> Unit | None:
        value = _literal(node) if self.numbers else None
        if value is None or value not in self.numbers:
            return None
        units, place = self.numbers[value], self.met[value]
        self.met[value] += 1
        if 1 < len(units) <= place:
            raise BadInput(f"a literal must be named once or each time, {shown(value)} occurs more often; name each")
        return units[0] if len(units) == 1 else units[place]

    def chain(self, node: ast.BinOp) -> _Found:
        first, steps = chain(node)
        quotient = self.named(steps[0])  # 9/16*x is a chain from 9 on, but a named 9/16 is one literal
        total, steps = (self.unit(first), steps) if quotient is None else (quotient, steps[1:])
        for step in steps:
            right = self.unit(step.right)
            if sign := _SIGNS.get(type(step.op)):
                total = _times(total, _power(right, sign))
            else:
                total = self.join("the terms of a sum", (total, step.left), (right, step.right), Formula(step))
        return total

    def all_one(self, what: str, nodes: Sequence[ast.expr], whole: ast.expr) -> _Found:
        total = self.unit(nodes[0])
        for node in nodes[1:]:
            total = self.join(what, (total, nodes[0]), (self.unit(node), node), Formula(whole))
        return total

    def join(self, what: str, one: _Side, other: _Side, whole: Formula | Relation) -> _Found:
        """The one unit of two things that are added or compared."""
        (left, first), (right, second) = one, other
        if isinstance(left, Unit) and isinstance(right, Unit) and self.reduced(left / right).powers:
            text = whole.text if len(whole.text) <= 100 else whole.text[:97] + "..."
            hint = self.hint(second, left / right) or self.hint(first, right / left) or _factor(left / right)
            raise BadInput(f"{what} must have one unit, got {left} and {right} in {text}; {hint}")
        return left if isinstance(left, Unit) or right is _Open.NUMBER else right

    def hint(self, node: ast.expr, missing: Unit) -> str:
        """How a literal factor of a product would bring the missing unit."""
        first, steps = chain(node)
        factors = [(first, 1), *((step.right, _SIGNS.get(type(step.op), 0)) for step in steps)]
        for factor, sign in factors if all(sign for _, sign in factors) else []:
            value, unit = _literal(factor), missing**sign
            if value is not None and value not in self.numbers:
                fits = _conversion(unit) in (None, value)
                return f'name its unit, "{shown(value)} = {unit}"' if fits else _factor(unit, shown(value))
        return ""


def _factor(unit: Unit, instead: str = "") -> str:
    if (exact := _conversion(unit)) is None:
        return f'the second needs a factor in {unit} ("1 = {unit}" if it is left out)'
    return f'"{exact} = {unit}" converts' + (f", not {instead}" if instead else "")


def _power(unit: _Found, exponent: Fraction | int) -> _Found:
    return unit**exponent if isinstance(unit, Unit) else unit


def _times(left: _Found, right: _Found) -> _Found:
    if isinstance(left, Unit) and isinstance(right, Unit):
        return left * right
    return right if right is _Open.UNKNOWN or left is _Open.NUMBER else left
