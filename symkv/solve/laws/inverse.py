"""A relation turned round for one symbol, by equivalent steps that are each proved in both directions.

max and min on a side that is bounded are all of their arguments (t >= max(a, b) is t >= a and t >= b); a ceiling that
is bounded from above, or a floor from below, is undone by the other (ceil(u) <= v is u <= floor(v)). What then holds
the symbol outside of steps is isolated over the positive reals.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeGuard

from symkv.errors import BadInput, JudgesDisagree, Undecided
from symkv.formula import Formula, Relation, symbol
from symkv.formula.tree import mapped
from symkv.proof.collect import sign_of
from symkv.proof.judges import judge
from symkv.proof.kernel import RATIO, Domain
from symkv.solve.isolate import isolate

PROVED = "proved"
_INNER, _BOUND = "inner", "bound"  # names of a rounded value and of what bounds it, while a relation is turned round
_SPLIT = {(">=", "max"), ("<=", "min")}
_ROUNDING = {("<=", "ceil"): "floor", (">=", "floor"): "ceil"}


@dataclass(frozen=True)
class Inverse:
    """symbol `sign` form holds exactly where the relation does, under the conditions, which do not name the symbol.

    `judges` are those that agreed on every step; `proved` says whether all steps are.
    """

    symbol: str
    sign: str
    form: Formula
    conditions: tuple[Relation, ...] = ()
    proved: bool = True
    judges: tuple[str, ...] = ()


@dataclass
class _Record:
    """The judgements on all steps so far."""

    unknown: str
    conditions: list[Relation] = field(default_factory=list)
    proved: bool = True
    judges: list[tuple[str, ...]] = field(default_factory=list)

    def equivalent(self, one: Relation, other: Relation) -> None:
        """Note whether each of two relations follows from the other, over the positive reals."""
        declared: dict[str, Domain] = dict.fromkeys((self.unknown, _INNER, _BOUND), RATIO)
        for given, claim in ((one, other), (other, one)):
            found = judge(claim, (given, *self.conditions), declared=declared)
            if found.verdict == "refuted":
                raise JudgesDisagree(f"{claim} does not follow from {given}: {found.counterexample}")
            self.proved = self.proved and found.verdict == PROVED
            self.judges.append(found.judges)

    def agreed(self) -> tuple[str, ...]:
        """The judges of every step, in the order of the first."""
        first, *others = self.judges or [("kernel",)]
        return tuple(name for name in first if all(name in other for other in others))


def invert(relation: Relation, unknown: str) -> Inverse:
    """The relation turned round for one of its symbols.

    Raises `BadInput` where the symbol does not occur, `Undecided` where no closed form follows.

    >>> found = invert(Relation.parse("batch*n_tokens*bytes_per_token <= hbm_bytes"), "batch")
    >>> found.sign, str(found.form), found.judges
    ('<=', 'hbm_bytes/(bytes_per_token*n_tokens)', ('kernel', 'z3'))
    """
    if unknown not in relation.names:
        raise BadInput(f"{unknown} must stand in {relation}, it has {', '.join(relation.names)}")
    if str(relation.lhs.text) == unknown and unknown not in relation.rhs.names:
        return Inverse(unknown, relation.sign, relation.rhs, judges=("kernel",))  # it stands alone already
    record = _Record(unknown)
    bounds: list[tuple[str, Formula]] = []
    parts = list(branches(relation))
    for branch in parts:
        if unknown in branch.names:
            bounds.append(_turned(branch, unknown, record))
        else:
            record.conditions.append(branch)
    sign, form = bounds[0]
    if any(other != sign for other, _ in bounds):
        raise Undecided(f"{unknown} is bounded from both sides in {relation}; give it a value")
    if len(bounds) > 1:
        form = _call("min" if sign == "<=" else "max", *(bound for _, bound in bounds))
    if len(parts) > 1:
        record.equivalent(relation, Relation(symbol(unknown), sign, form))
    return Inverse(unknown, sign, form, tuple(record.conditions), record.proved, record.agreed())


def branches(relation: Relation) -> Iterator[Relation]:
    """The relations that hold together exactly where a bound by a max or min does."""
    left, right = relation.lhs, relation.rhs
    match right.tree:
        case ast.Call(func=ast.Name(id=name), args=args) if (relation.sign, name) in _SPLIT:
            for arg in args:
                yield from branches(Relation(left, relation.sign, Formula(arg)))
            return
    yield relation


def _turned(relation: Relation, unknown: str, record: _Record) -> tuple[str, Formula]:
    step = next((node for side in (relation.lhs, relation.rhs) for node in _steps(side, unknown)), None)
    if step is not None:
        return _through(relation, step, unknown, record)
    form = _isolated(relation, unknown)
    sign = "=" if relation.sign == "=" else "<=" if _rises(relation, unknown) else ">="
    below = _denominator(form)
    if below is not None and sign_of(below) not in (">", ">="):
        record.conditions.append(Relation(below, ">", Formula.of(0)))  # else no positive value meets the relation
    record.equivalent(relation, Relation(symbol(unknown), sign, form))
    return sign, form


def _denominator(form: Formula) -> Formula | None:
    match form.tree:
        case ast.BinOp(op=ast.Div(), right=right):
            return Formula(right)
    return None


def _steps(side: Formula, unknown: str) -> Iterator[ast.expr]:
    for node in ast.walk(side.tree):
        if isinstance(node, ast.Call | ast.IfExp) and unknown in Formula(node).names:
            yield node


def _through(relation: Relation, step: ast.expr, unknown: str, record: _Record) -> tuple[str, Formula]:
    """ceil(u) <= v turned into u <= floor(v), and floor(u) >= v into u >= ceil(v)."""
    text = Formula(step).text

    def put(node: ast.expr) -> ast.expr | None:
        same = isinstance(node, ast.Call) and Formula(node).text == text
        return ast.Name(_INNER, ast.Load()) if same else None

    opened = Relation(Formula(mapped(relation.lhs.tree, put)), relation.sign, Formula(mapped(relation.rhs.tree, put)))
    match step:
        case ast.Call(func=ast.Name(id="ceil" | "floor" as name), args=[arg]) if unknown not in opened.names:
            sign, value = _turned(opened, _INNER, record)
            if (sign, name) in _ROUNDING:
                _exchange(name, sign, record)
                rounded = _call(_ROUNDING[sign, name], value)
                return _turned_back(Relation(Formula(arg), sign, rounded), unknown, record)
    raise Undecided(f"{unknown} stands inside a step of {relation}; give it a value and solve for another symbol")


def _exchange(name: str, sign: str, record: _Record) -> None:
    """Note that ceil(u) <= v, ceil(u) <= floor(v) and u <= floor(v) are one, or floor(u) >= v and so on."""
    value, bound = symbol(_INNER), symbol(_BOUND)
    rounded = _call(_ROUNDING[sign, name], bound)
    first, last = Relation(_call(name, value), sign, bound), Relation(value, sign, rounded)
    middle = Relation(_call(name, value), sign, rounded)
    record.equivalent(first, middle)
    record.equivalent(middle, last)


def _call(name: str, *arguments: Formula) -> Formula:
    return Formula(ast.Call(ast.Name(name, ast.Load()), [argument.tree for argument in arguments], []))


def _turned_back(relation: Relation, unknown: str, record: _Record) -> tuple[str, Formula]:
    """u <= floor(v) for a symbol of u: floor(v) is one value, whatever it is made of."""
    bound = symbol(_BOUND)
    sign, form = _turned(Relation(relation.lhs, relation.sign, bound), unknown, record)
    record.conditions.append(Relation(relation.rhs, ">", Formula.of(0)))  # else no positive value meets the relation
    return sign, form.substitute({_BOUND: relation.rhs})


def _isolated(relation: Relation, unknown: str) -> Formula:
    """The boundary solved for the symbol; a minus in front goes into a difference."""
    one, other = relation.lhs, relation.rhs
    if unknown not in one.names:
        one, other = other, one
    form = isolate(one, unknown, other)
    minus = next((node for node in ast.walk(form.tree) if isinstance(node, ast.UnaryOp)), None)
    gap = next((node for node in ast.walk(form.tree) if _is_difference(node)), None)
    if minus is None or gap is None:
        return form

    def put(node: ast.expr) -> ast.expr | None:
        if node is minus:
            return mapped(minus.operand, put)
        return ast.BinOp(gap.right, ast.Sub(), gap.left) if node is gap else None

    return Formula(mapped(form.tree, put))


def _is_difference(node: ast.AST) -> TypeGuard[ast.BinOp]:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub)


def _rises(relation: Relation, unknown: str) -> bool:
    """Whether more of the symbol breaks the relation, so that it is bounded from above; the proof follows."""
    gap = relation.lhs - relation.rhs if relation.sign == "<=" else relation.rhs - relation.lhs
    import sympy

    from symkv.formula.sympy_reading import sympy_symbol

    slope = sympy.diff(gap.sympy, sympy_symbol(unknown)).subs({s: sympy.Rational(1, 2) for s in gap.sympy.free_symbols})
    return bool(slope > 0)
