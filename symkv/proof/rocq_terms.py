"""Formulas as Rocq terms: exactly, from the tree, over Z or over R, with a translator that no judge shares.

Over Z a value is a quotient of two polynomials that every relation multiplies out, and a rational symbol x is the
quotient num_x/den_x of two whole numbers. Over R a formula stands as written. A divisor whose sign does not show in its
shape becomes a conjunct of the conclusion, so that no lemma leans on what Rocq makes of x/0.
"""

from __future__ import annotations

import ast
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from symkv.errors import BadInput
from symkv.formula import Formula, Relation
from symkv.formula.tree import chain
from symkv.proof.kernel import Domain
from symkv.proof.search import prove_with_split

MAX_TEXT = 20_000  # characters of one term: nested mod and nested quotients repeat their arguments
SUM, PRODUCT, POWER, CALL, ATOM = range(5)


class Inexpressible(Exception):
    """A relation that neither ring states; the message is the reason."""


@dataclass(frozen=True)
class Ring:
    """How Z or R writes what the language has; `tests` are those of =, < and <=, `order` decides a <= b or a > b."""

    name: str
    extremes: Mapping[str, str]
    tests: tuple[str, str, str]
    order: str
    tactic: str


Z = Ring("Z", {"min": "Z.min", "max": "Z.max"}, ("Z.eqb", "Z.ltb", "Z.leb"), "Z_le_gt_dec", "whole_numbers")
R = Ring("R", {"min": "Rmin", "max": "Rmax"}, ("Req_EM_T", "Rlt_dec", "Rle_dec"), "Rle_lt_dec", "real_numbers")
_ROUNDED = {"ceil": "cdiv", "floor": "Z.div"}
_APART = "{} is stated over Z, sqrt beside it over R; a lemma has one of them"
_SIGNS = {"!=": "<>"}
_TESTS: dict[type, tuple[int, bool, bool]] = {  # which test; whether its sides and whether its branches are swapped
    ast.Eq: (0, False, False),
    ast.NotEq: (0, False, True),
    ast.Lt: (1, False, False),
    ast.LtE: (2, False, False),
    ast.Gt: (1, True, False),
    ast.GtE: (2, True, False),
}


@dataclass(frozen=True)
class Value:
    """text/(scale * product of factors), where all of these are above 0; `level` says how tightly the text binds."""

    text: str
    level: int = ATOM
    scale: int = 1
    factors: Counter[str] = field(default_factory=Counter)

    def at(self, level: int) -> str:
        """The text, in brackets where it binds less tightly."""
        return self.text if self.level >= level else f"({self.text})"

    def times(self, scale: int, factors: Counter[str]) -> Value:
        """The numerator alone, multiplied."""
        parts = [self.at(PRODUCT), *([str(scale)] if scale != 1 else []), *sorted(factors.elements())]
        return Value(" * ".join(parts), PRODUCT) if len(parts) > 1 else Value(self.text, self.level)

    def below(self) -> Value:
        """The denominator."""
        parts = [*([str(self.scale)] if self.scale != 1 else []), *sorted(self.factors.elements())]
        return Value(" * ".join(parts) or "1", PRODUCT if len(parts) > 1 else ATOM)


def common(*values: Value) -> tuple[list[Value], int, Counter[str]]:
    """The numerators over the least common denominator, and the two parts of that denominator."""
    scale, factors = math.lcm(*(value.scale for value in values)), Counter[str]()
    for value in values:
        factors |= value.factors
    return [v.times(scale // v.scale, factors - v.factors) for v in values], scale, factors


def _call(function: str, *arguments: Value) -> str:
    return f"{function} {' '.join(argument.at(ATOM) for argument in arguments)}"


class Writer:
    """Writes the relations of one lemma over one ring."""

    def __init__(self, ring: Ring, domains: Mapping[str, Domain]) -> None:
        self.ring, self.domains = ring, domains
        self.known: tuple[Relation, ...] | None = None  # hypotheses to guess the sign of a divisor from
        self.owed: dict[str, None] = {}  # what has to hold of the divisors

    # -- relations ---------------------------------------------------------------------------------------------------

    def hypothesis(self, relation: Relation) -> str:
        """A statement that holds wherever the relation does: what its divisors need is not assumed."""
        before = dict(self.owed)
        text = self.relation(relation, assumed=True)
        self.owed = before
        return text

    def conclusion(self, relation: Relation, hypotheses: tuple[Relation, ...]) -> str:
        """A statement that gives the relation, together with what its divisors need."""
        self.known = hypotheses
        text = self.relation(relation)
        return " /\\ ".join([*self.owed, text])

    def relation(self, relation: Relation, *, assumed: bool = False) -> str:
        """The relation, multiplied out over Z, as written over R."""
        if relation.sign == "multiple of":
            return self.relation(Relation(relation.rhs, "divides", relation.lhs), assumed=assumed)
        left, right = self.sides(relation)
        if relation.sign != "divides":
            return f"{left.text} {_SIGNS.get(relation.sign, relation.sign)} {right.text}"
        if self.ring is R:
            if not assumed:
                raise Inexpressible(_APART.format("divides"))
            return f"(exists k : Z, {right.text} = IZR k * {left.at(CALL)})"
        if not self.positive(relation.lhs.tree):
            self.owed[f"{left.text} <> 0"] = None
        return f"({left.text} | {right.text})"

    def sides(self, relation: Relation) -> tuple[Value, Value]:
        """Both sides over their common denominator, which is left out."""
        (left, right), _, _ = common(self.value(relation.lhs.tree), self.value(relation.rhs.tree))
        return left, right

    # -- values ------------------------------------------------------------------------------------------------------

    def value(self, node: ast.expr) -> Value:
        """The term of a tree."""
        found = self._value(node)
        if len(found.text) > MAX_TEXT:
            raise Inexpressible(f"a term of more than {MAX_TEXT} characters; split it into steps")
        return found

    def _value(self, node: ast.expr) -> Value:
        match node:
            case ast.Constant(value=int(number)):
                return Value(str(number))
            case ast.Name(id=name):
                if self.ring is R or self.domains[name].whole:
                    return Value(f"v_{name}")
                return Value(f"num_{name}", factors=Counter([f"den_{name}"]))
            case ast.UnaryOp(operand=operand):
                return _negated(self.value(operand))
            case ast.BinOp(left=base, op=ast.Pow(), right=exponent):
                return self._raised(base, int(Formula(exponent).evaluate({})))
            case ast.BinOp():
                first, steps = chain(node)
                total = self.value(first)
                for step in steps:
                    total = self._joined(step.op, total, step.right)
                return total
            case ast.Call(func=ast.Name(id=name), args=args):
                return self._function(name, args)
            case ast.IfExp(test=ast.Compare(left=left, ops=[op], comparators=[right]), body=body, orelse=orelse):
                which, swap_sides, swap_branches = _TESTS[type(op)]
                sides, _, _ = common(self.value(left), self.value(right))
                branches, scale, factors = common(self.value(body), self.value(orelse))
                test = _call(self.ring.tests[which], *(sides[::-1] if swap_sides else sides))
                yes, no = branches[::-1] if swap_branches else branches
                return Value(f"(if {test} then {yes.text} else {no.text})", ATOM, scale, factors)
        raise Inexpressible(f"{type(node).__name__} has no form in Rocq")

    def _joined(self, op: ast.operator, left: Value, operand: ast.expr) -> Value:
        right = self.value(operand)
        match op:
            case ast.Add() | ast.Sub():
                (left, right), scale, factors = common(left, right)
                sign = "+" if isinstance(op, ast.Add) else "-"
                return Value(f"{left.text} {sign} {right.at(PRODUCT)}", SUM, scale, factors)
            case ast.Mult():
                return _multiplied(left, right)
        return self._divided(left, right, operand)

    def _divided(self, left: Value, right: Value, divisor: ast.expr) -> Value:
        positive = self.positive(divisor)
        if self.ring is R:
            if not positive:
                self.owed[f"{right.text} <> 0"] = None
            return Value(f"{left.at(PRODUCT)} / {right.at(POWER)}", PRODUCT)
        if not positive:
            sign = self._sign(divisor)
            if sign == "<":
                left, right = _negated(left), _negated(right)
            self.owed[f"{right.text} <> 0" if sign == "?" else f"0 < {right.text}"] = None
            if sign == "?":  # left/right = left*right/right**2
                top = Value(right.text, right.level)
                left, right = _multiplied(left, top), replace(right, text=_multiplied(top, top).text, level=PRODUCT)
        top = left.times(right.scale, right.factors)
        if right.text.isdecimal():
            return replace(top, scale=left.scale * int(right.text), factors=left.factors)
        return replace(top, scale=left.scale, factors=left.factors + Counter([right.at(ATOM)]))

    def _raised(self, base: ast.expr, power: int) -> Value:
        value, size = self.value(base), abs(power)
        factors = Counter({factor: count * size for factor, count in value.factors.items()})
        raised = Value(f"{value.at(CALL)} ^ {size}", POWER, value.scale**size, factors)
        if power >= 0:
            return raised
        return self._divided(Value("1"), raised, ast.BinOp(base, ast.Pow(), ast.Constant(size)))

    def _function(self, name: str, arguments: list[ast.expr]) -> Value:
        if (name == "sqrt") is not (self.ring is R) and name not in self.ring.extremes:
            raise Inexpressible(_APART.format(name if self.ring is R else "ceil"))
        if name == "mod":  # the law mod(a, b) = a - b*floor(a/b)
            a, b = arguments
            floor = ast.Call(ast.Name("floor", ast.Load()), [ast.BinOp(a, ast.Div(), b)], [])
            return self.value(ast.BinOp(a, ast.Sub(), ast.BinOp(b, ast.Mult(), floor)))
        first, *others = map(self.value, arguments)
        for other in others:
            sides, scale, factors = common(first, other)
            first = Value(_call(self.ring.extremes[name], *sides), CALL, scale, factors)
        if name == "sqrt":
            if not self.positive(arguments[0]):
                self.owed[f"0 <= {first.text}"] = None
            return Value(_call("sqrt", first), CALL)
        if name in self.ring.extremes or (first.scale == 1 and not first.factors):
            return first
        return Value(_call(_ROUNDED[name], Value(first.text, first.level), first.below()), CALL)

    # -- signs of divisors -------------------------------------------------------------------------------------------

    def positive(self, node: ast.expr) -> bool:
        """Whether a value above 0 shows in the shape: sums, products and quotients of what is above 0."""
        match node:
            case ast.Constant(value=int(number)):
                return number > 0
            case ast.Name(id=name):
                domain = self.domains[name]
                return domain.lower is not None and (domain.lower > 0 or (domain.lower == 0 and domain.strict))
            case ast.BinOp(left=base, op=ast.Pow()):
                return self.positive(base)
            case ast.BinOp():
                first, steps = chain(node)
                plain = not any(isinstance(step.op, ast.Sub) for step in steps)
                return plain and self.positive(first) and all(self.positive(step.right) for step in steps)
            case ast.Call(func=ast.Name(id=("min" | "max" | "ceil" | "sqrt")), args=args):
                return all(map(self.positive, args))
            case ast.IfExp(body=body, orelse=orelse):
                return self.positive(body) and self.positive(orelse)
        return False

    def _sign(self, node: ast.expr) -> str:
        """A guess at the sign of a divisor, one of < > ?: what it says has to be proved as a part of the conclusion."""
        if self.known is not None:
            for sign in "><":
                try:
                    if prove_with_split(Relation(Formula(node), sign, Formula.of(0)), self.known, self.domains):
                        return sign
                except BadInput:
                    break
        return "?"


def _negated(value: Value) -> Value:
    return replace(value, text=f"(- {value.at(POWER)})", level=ATOM)


def _multiplied(left: Value, right: Value) -> Value:
    text = f"{left.at(PRODUCT)} * {right.at(POWER)}"
    return Value(text, PRODUCT, left.scale * right.scale, left.factors + right.factors)
