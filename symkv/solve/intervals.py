"""Uncertain inputs: the exact interval of a formula over a box, with the corner that attains each end.

The ends of a formula that is monotone in each symbol are at corners of the box. That it is monotone is proved, not
sampled: f(x) <= f(x + more) for all x and x + more in the box and all values of the other symbols there, by the kernel;
or part by part, a sum, product, quotient, min, max, ceil or floor of parts whose directions are proved. In one whole
symbol it may be a saw-tooth, which is taken apart into pieces that are linear; anything else is refused.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from symkv import symbols
from symkv.errors import BadInput, Undecided
from symkv.formula import Formula, Relation, symbol
from symkv.proof.collect import domain_of
from symkv.proof.domains import NATURAL, SLACK, Domain
from symkv.proof.search import prove_with_split
from symkv.proof.spans import extremes
from symkv.units import TOKEN_SUFFIX, parse_tokens, rational, shown

Box = Mapping[str, tuple[Fraction, Fraction]]
Point = Mapping[str, Fraction]


@dataclass(frozen=True)
class Interval:
    """The least and the greatest value of a formula over a box, and the corner at which each is attained."""

    low: Fraction
    high: Fraction
    low_at: Point
    high_at: Point


def parse_ends(name: str, text: str) -> tuple[Fraction, Fraction]:
    """The ends of NAME=LO..HI, each in the symbol's domain, LO not above HI.

    >>> parse_ends("n_active", "100e9..200e9")
    (Fraction(100000000000, 1), Fraction(200000000000, 1))
    """
    pieces = text.split("..")
    if len(pieces) != 2 or not all(piece.strip() for piece in pieces):
        raise BadInput(f"an uncertain value must be {name}=LO..HI, got {text[:40]!r}; write {name}=1..2")
    known = symbols.lookup(name)
    low, high = (known.require(_end(known, piece.strip())) for piece in pieces)
    return ordered(name, low, high)


def _end(known: symbols.Symbol, text: str) -> Fraction:
    if known.unit == "tokens" and text[:1].isdigit() and text.endswith(tuple(TOKEN_SUFFIX)):
        return Fraction(parse_tokens(text)[0])
    return Fraction(Formula.parse(text).evaluate({}))


def ordered(name: str, low: Fraction, high: Fraction) -> tuple[Fraction, Fraction]:
    """Both ends, or `BadInput` where the first is above the second."""
    if low > high:
        raise BadInput(f"{name}=LO..HI must have LO <= HI, got {shown(low)} above {shown(high)}; swap them")
    return low, high


def interval(formula: Formula, box: Box, where: Sequence[Relation] = ()) -> Interval:
    """The exact interval of a formula over a box that gives every one of its symbols, under conditions on the box.

    Raises `BadInput` for a formula that is not proved monotone in a symbol.

    >>> found = interval(Formula.parse("a/b"), {"a": (Fraction(1), Fraction(2)), "b": (Fraction(4), Fraction(5))})
    >>> str(found.low), str(found.high), str(found.high_at["b"])
    ('1/5', '1/2', '4')
    """
    missing = [name for name in formula.names if name not in box]
    if missing:
        raise BadInput(f"every symbol needs a value or LO..HI, {missing[0]} has none; write {missing[0]}=1..2")
    fixed = {name: low for name, (low, high) in box.items() if low == high}
    free = {name: ends for name, ends in box.items() if name not in fixed}
    inside, known = formula.substitute(fixed), [relation.substitute(fixed) for relation in where]
    corners: tuple[dict[str, Fraction], dict[str, Fraction]] = ({}, {})
    teeth = []
    for name, (low, high) in free.items():
        rises = None if _wavy(inside, name) else direction(inside, name, free, known)
        if rises is None:
            teeth.append(name)
            continue
        corners[0][name], corners[1][name] = (low, high) if rises >= 0 else (high, low)
    if len(teeth) == 1 and (found := _by_pieces(inside, teeth[0], free[teeth[0]], corners)) is not None:
        return found
    if teeth:
        name, (low, high) = teeth[0], free[teeth[0]]
        raise BadInput(
            f"{inside} must be monotone in {name} from {shown(low)} to {shown(high)} for an exact interval, "
            f"that is not proved; give {name} one value or a smaller range"
        )
    least, most = (Fraction(inside.evaluate(corner)) for corner in corners)
    return Interval(least, most, *corners)


def _wavy(formula: Formula, name: str) -> bool:
    """Whether a symbol stands in a remainder, in which nothing is monotone for long."""
    calls = (node for node in ast.walk(formula.tree) if isinstance(node, ast.Call))
    return any(isinstance(n.func, ast.Name) and n.func.id == "mod" and name in Formula(n).names for n in calls)


def _by_pieces(
    formula: Formula, name: str, ends: tuple[Fraction, Fraction], corners: tuple[Point, Point]
) -> Interval | None:
    """The interval where one whole symbol makes a saw-tooth and the formula is monotone in every other one."""
    if not domain_of(name).whole:
        return None
    low, high = int(ends[0]), int(ends[1])
    try:
        least, _ = extremes(formula.substitute(corners[0]), name, low, high)
        _, most = extremes(formula.substitute(corners[1]), name, low, high)
    except Undecided:
        return None
    low_at, high_at = {**corners[0], name: Fraction(least[0])}, {**corners[1], name: Fraction(most[0])}
    return Interval(least[1], most[1], low_at, high_at)


def interval_result(found: Interval) -> dict[str, Any]:
    """Both ends of an interval, with the corner that attains each, as JSON."""
    return {
        "low": rational(found.low),
        "high": rational(found.high),
        "low_at": {name: rational(value) for name, value in found.low_at.items()},
        "high_at": {name: rational(value) for name, value in found.high_at.items()},
    }


def direction(formula: Formula, name: str, box: Box, where: Sequence[Relation] = ()) -> int | None:
    """1 where a formula never falls in a symbol over a box, -1 where it never rises, 0 for neither, None if unproved.

    >>> direction(Formula.parse("a/(b - a)"), "a", {"a": (Fraction(1), Fraction(2)), "b": (Fraction(3), Fraction(4))})
    1
    """
    if name not in formula.names:
        return 0
    if len(_seen(formula, name, box)) > 1:
        return None
    found = None if _has_step(formula, name) else _by_kernel(formula, name, box, where, narrow=False)
    return found or _by_parts(formula, name, box, where) or _by_kernel(formula, name, box, where, narrow=True)


def _seen(formula: Formula, name: str, box: Box) -> set[bool]:
    """Whether the formula rises (True) or falls (False) between points of the box: both refute that it is monotone."""
    low, high = box[name]
    middle = (low + high) / 2
    places = (low, Fraction(middle.numerator // middle.denominator) if domain_of(name).whole else middle, high)
    seen = set()
    for end in (0, 1):
        at = {n: ends[end] for n, ends in box.items() if n in formula.names}
        try:
            values = [Fraction(formula.evaluate({**at, name: place})) for place in places]
        except BadInput:  # it has no value there; the proof says where
            continue
        seen |= {after > before for before, after in pairwise(values) if after != before}
    return seen


def _has_step(formula: Formula, name: str) -> bool:
    steps = (node for node in ast.walk(formula.tree) if isinstance(node, ast.Call | ast.IfExp))
    return any(name in Formula(node).names for node in steps)


def _by_kernel(formula: Formula, name: str, box: Box, where: Sequence[Relation], *, narrow: bool) -> int | None:
    """f(x) against f(x + more), for every x and more of the domains, or only for those in the box."""
    more = symbol("more" if "more" not in formula.names else "more_of_it")
    moved = symbol(name) + more
    later = formula.substitute({name: moved})
    inside = [*_inside(formula, box, name), Relation(moved, "<=", Formula.of(box[name][1]))]
    named = {*formula.names, *(n for relation in inside for n in relation.names)}
    under = [c for relation in where if set(relation.names) <= named for c in _both(relation, name, moved)]
    domains = {n: domain_of(n) for n in named} | {str(more): NATURAL if domain_of(name).whole else SLACK}
    seen = _seen(formula, name, box)
    for sign, found in (("<=", 1), (">=", -1)):
        if (found < 0) not in seen and _proved(
            Relation(formula, sign, later), (*under, *(inside if narrow else ())), domains
        ):
            return found
    return None


def _both(relation: Relation, name: str, moved: Formula) -> list[Relation]:
    return [relation, relation.substitute({name: moved})] if name in relation.names else [relation]


def _inside(formula: Formula, box: Box, name: str = "") -> list[Relation]:
    """The symbols of a formula at or above the lower end, and but for `name` at or below the upper one."""
    lower = [Relation(symbol(n), ">=", Formula.of(box[n][0])) for n in formula.names if n in box]
    return lower + [Relation(symbol(n), "<=", Formula.of(box[n][1])) for n in formula.names if n in box and n != name]


def _proved(statement: Relation, assume: Sequence[Relation], domains: Mapping[str, Domain]) -> bool:
    """Whether the kernel proves it without conditions of its own, so that nothing is divided by zero in the box."""
    named = {n for relation in (statement, *assume) for n in relation.names}
    proof = prove_with_split(statement, tuple(assume), {n: domains[n] for n in named})
    return proof is not None and not proof.conditions


def _by_parts(formula: Formula, name: str, box: Box, where: Sequence[Relation]) -> int | None:
    """The direction of a sum, product, quotient or rounding from those of its parts; None where they disagree."""

    def of(node: ast.expr) -> int | None:
        return direction(Formula(node), name, box, where)

    match formula.tree:
        case ast.Name():
            return 1
        case ast.UnaryOp(operand=operand):
            inner = of(operand)
            return None if inner is None else -inner
        case ast.Call(func=ast.Name(id="min" | "max" | "ceil" | "floor"), args=args):
            return _agreed([of(arg) for arg in args])
        case ast.BinOp(op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div()):
            last = formula.tree
            sign = -1 if isinstance(last.op, ast.Sub | ast.Div) else 1
            scaled = isinstance(last.op, ast.Mult | ast.Div)
            sides = ((last.left, 1), (last.right, sign))
            if scaled and not all(_not_negative(Formula(side), box, where, turn) for side, turn in sides):
                return None
            before, after = of(last.left), of(last.right)
            return _agreed([before, None if after is None else after * sign])
    return None


def _not_negative(formula: Formula, box: Box, where: Sequence[Relation], sign: int) -> bool:
    """Whether a factor is proved not to be below zero in the box, and a divisor to be above zero."""
    if _strength(formula.tree) >= (1 if sign > 0 else 2):
        return True
    inside = _inside(formula, box)
    named = {*formula.names, *(n for relation in where for n in relation.names)}
    domains = {n: domain_of(n) for n in named}
    statement = Relation(formula, ">=" if sign > 0 else ">", Formula.of(0))
    return any(_proved(statement, assume, domains) for assume in ((), tuple(inside), (*where, *inside)))


def _strength(node: ast.expr) -> int:
    """2 where a tree is above zero for all values of its symbols, 1 where it is not below, 0 where neither is plain."""
    match node:
        case ast.Constant(value=int(value)):
            return 2 if value > 0 else 1
        case ast.Name(id=name):
            known = domain_of(name)
            return 0 if known.lower is None else 2 if known.lower > 0 or known.strict else 1
        case ast.BinOp(left=left, op=op, right=right):
            one, other = _strength(left), _strength(right)
            match op:
                case ast.Add():
                    return max(one, other) if min(one, other) else 0
                case ast.Mult():
                    return min(one, other)
                case ast.Div():
                    return one if other == 2 else 0
        case ast.Call(func=ast.Name(id=name), args=args) if name in ("min", "ceil", "floor", "max"):
            found = [_strength(arg) for arg in args]
            least = max(found) if name == "max" else min(found)
            return min(least, 1) if name == "floor" else least
    return 0


def _agreed(found: list[int | None]) -> int | None:
    turns = {turn for turn in found if turn != 0}
    if None in turns or len(turns) > 1:
        return None
    return turns.pop() if turns else 0
