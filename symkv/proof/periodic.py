"""The normal form in one whole variable: finitely many pieces, on each a polynomial for every residue of a period.

With every other symbol a number, each formula of the language is of that kind: `min`, `max` and conditionals cut
pieces, `floor`, `ceil` and `mod` by constants bring periods. Two such forms agree everywhere exactly if they agree
piece by piece and residue by residue, so a statement about a concrete model is decided for all contexts at once.
Standard library only; part of what the kernel trusts.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from itertools import pairwise
from math import lcm

from symkv.errors import BadInput
from symkv.formula import Formula, Relation
from symkv.formula.exact import compare
from symkv.formula.text import COMPARISON_TEXT
from symkv.formula.tree import chain

Row = tuple[Fraction, ...]  # c0 + c1*S + c2*S**2 + ..., without trailing zeros
MAX_ROWS = 200_000


class NotPeriodic(Exception):  # not an error: another way of proof is tried
    """The formula has no such normal form, or one that is too long."""


@dataclass(frozen=True)
class Piece:
    """From `start` on, `rows[S mod len(rows)]` gives the value at S."""

    start: int
    rows: tuple[Row, ...]


Wave = list[Piece]


def always(
    statement: Relation, hypotheses: Iterable[Relation], name: str, lower: int, known: Mapping[str, Fraction]
) -> bool:
    """Whether the statement holds at every whole `name` from `lower` on that meets the hypotheses.

    Raises `NotPeriodic` where a side has no normal form in `name` alone.

    >>> always(Relation.parse("ceil(S/16)*16 <= S + 15"), (), "S", 1, {})
    True
    """
    reader = _Reader(name, lower, known)
    broken = reader.minus(reader.one, reader.truth(statement))
    for hypothesis in hypotheses:
        broken = reader.times(broken, reader.truth(hypothesis))
    ends = [*(piece.start for piece in broken[1:]), None]
    return not any(
        row
        for piece, end in zip(broken, ends, strict=True)
        for residue, row in enumerate(piece.rows)
        if end is None or _first(piece.start, residue, len(piece.rows)) < end
    )


def _first(start: int, residue: int, period: int) -> int:
    """The first S >= start with that residue."""
    return start + (residue - start) % period


def _trim(row: Iterable[Fraction]) -> Row:
    values = list(row)
    while values and not values[-1]:
        values.pop()
    return tuple(values)


def _add(left: Row, right: Row, factor: int = 1) -> Row:
    size = max(len(left), len(right))
    pad = [(*row, *([Fraction(0)] * (size - len(row)))) for row in (left, right)]
    return _trim(a + factor * b for a, b in zip(*pad, strict=True))


def _times(left: Row, right: Row) -> Row:
    total = [Fraction(0)] * max(0, len(left) + len(right) - 1)
    for i, a in enumerate(left):
        for j, b in enumerate(right):
            total[i + j] += a * b
    return _trim(total)


def _over(left: Row, right: Row) -> Row:
    if len(right) > 1:
        raise NotPeriodic("a denominator that is no number")
    if not right:
        raise BadInput("a formula must not divide by zero; a denominator is 0 under the assumptions")
    return _trim(c / right[0] for c in left)


def _aligned(*waves: Wave) -> list[tuple[int, int | None, list[tuple[Row, ...]]]]:
    """The waves over common pieces and periods: (start, end or None, rows of each)."""
    starts = sorted({piece.start for wave in waves for piece in wave})
    found = []
    for start, end in pairwise([*starts, None]):
        assert start is not None
        parts = [next(piece.rows for piece in reversed(wave) if piece.start <= start) for wave in waves]
        period = lcm(*map(len, parts))
        if period * len(starts) > MAX_ROWS:
            raise NotPeriodic("a period that is too long")
        found.append((start, end, [rows * (period // len(rows)) for rows in parts]))
    return found


def _each(function: Callable[..., Row], *waves: Wave) -> Wave:
    return [
        Piece(start, tuple(function(*rows) for rows in zip(*parts, strict=True)))
        for start, _, parts in _aligned(*waves)
    ]


def _floor(wave: Wave) -> Wave:
    """floor(p(S)) = p(S) - frac(p(S)), and frac(p(S)) has the common denominator of p's coefficients as a period."""
    found = []
    for piece in wave:
        period = lcm(len(piece.rows), *(c.denominator for row in piece.rows for c in row[1:]))
        if period > MAX_ROWS:
            raise NotPeriodic("a period that is too long")
        rows = []
        for residue in range(period):
            row = piece.rows[residue % len(piece.rows)]
            value = sum((c * residue**i for i, c in enumerate(row)), Fraction(0))
            rows.append(_add(row, _trim([value - value.__floor__()]), -1))
        found.append(Piece(piece.start, tuple(rows)))
    return found


def _moved(row: Row, by: int) -> list[Fraction]:
    """The coefficients in x where S = by + x."""
    found: list[Fraction] = []
    for c in reversed(row):  # Horner's scheme, one power at a time
        found = [a + by * b for a, b in zip([Fraction(0), *found], [*found, Fraction(0)], strict=True)] or [Fraction(0)]
        found[0] += c
    return found


def _choose(gap: Wave, sign: str, true: Wave, false: Wave) -> Wave:
    """`true` where `gap sign 0`, else `false`; pieces are cut where a residue's gap changes its sign."""
    found = []
    for start, end, (gaps, yes, no) in _aligned(gap, true, false):
        period = len(gaps)
        cuts = {0}
        for residue, row in enumerate(gaps):
            if len(row) > 2:  # no sign change where all derivatives at the first point have one sign
                slopes = _moved(row, _first(start, residue, period))
                if min(slopes) < 0 < max(slopes):
                    raise NotPeriodic("a comparison of products of the variable")
                cuts.add(1)
            if len(row) == 2:
                root = (-row[0] / row[1] - _first(start, residue, period)) / period  # in periods from the start
                cuts |= {max(0, root.__ceil__()), max(0, root.__floor__() + 1)}
        if len(cuts) * period * len(gap) > MAX_ROWS:
            raise NotPeriodic("too many pieces")
        for cut in sorted(cuts):
            begin = start + cut * period
            if end is None or begin < end:
                points = [_first(begin, residue, period) for residue in range(period)]
                values = [
                    sum((c * s**i for i, c in enumerate(row)), Fraction(0)) for row, s in zip(gaps, points, strict=True)
                ]
                picked = (y if compare(sign, v, 0) else n for v, y, n in zip(values, yes, no, strict=True))
                found.append(Piece(begin, tuple(picked)))
    return found


class _Reader:
    """The normal form of a tree in one variable."""

    def __init__(self, name: str, lower: int, known: Mapping[str, Fraction]) -> None:
        self.name, self.lower, self.known = name, lower, known
        self.one = self.number(Fraction(1))

    def number(self, value: Fraction) -> Wave:
        return [Piece(self.lower, (_trim([value]),))]

    def minus(self, left: Wave, right: Wave) -> Wave:
        return _each(lambda a, b: _add(a, b, -1), left, right)

    def times(self, left: Wave, right: Wave) -> Wave:
        return _each(_times, left, right)

    def truth(self, relation: Relation) -> Wave:
        """1 where the relation holds, else 0."""
        left, right = self.read(relation.lhs.tree), self.read(relation.rhs.tree)
        if relation.sign == "multiple of":
            left, right = right, left
        none = self.number(Fraction(0))
        if relation.sign not in ("divides", "multiple of"):
            return _choose(self.minus(left, right), relation.sign, self.one, none)
        quotient = _each(_over, right, left)
        return _choose(self.minus(quotient, _floor(quotient)), "=", self.one, none)

    def read(self, node: ast.expr) -> Wave:
        match node:
            case ast.Constant(value=int(count)):
                return self.number(Fraction(count))
            case ast.Name(id=name) if name == self.name:
                return [Piece(self.lower, ((Fraction(0), Fraction(1)),))]
            case ast.Name(id=name) if name in self.known:
                return self.number(self.known[name])
            case ast.UnaryOp(operand=operand):
                return self.minus(self.number(Fraction(0)), self.read(operand))
            case ast.BinOp(left=left, op=ast.Pow(), right=right):
                power, base = int(Formula(right).evaluate({})), self.read(left)
                total = reduce(self.times, [base] * abs(power), self.one)
                return total if power >= 0 else _each(_over, self.one, total)
            case ast.BinOp():
                first, steps = chain(node)
                total = self.read(first)
                for step in steps:
                    value = self.read(step.right)
                    match step.op:
                        case ast.Add():
                            total = _each(_add, total, value)
                        case ast.Sub():
                            total = self.minus(total, value)
                        case ast.Mult():
                            total = self.times(total, value)
                        case _:
                            total = _each(_over, total, value)
                return total
            case ast.Call(func=ast.Name(id=name), args=args) if name != "sqrt":
                return self.call(name, [self.read(arg) for arg in args])
            case ast.IfExp(test=ast.Compare(left=left, ops=[op], comparators=[right]), body=body, orelse=orelse):
                gap = self.minus(self.read(left), self.read(right))
                return _choose(gap, COMPARISON_TEXT[type(op)], self.read(body), self.read(orelse))
        raise NotPeriodic(f"{Formula(node)} has no normal form in {self.name} alone")

    def call(self, name: str, waves: list[Wave]) -> Wave:
        match name:
            case "floor":
                return _floor(waves[0])
            case "ceil":
                none = self.number(Fraction(0))
                return self.minus(none, _floor(self.minus(none, waves[0])))
            case "mod":
                left, right = waves
                return self.minus(left, self.times(right, _floor(_each(_over, left, right))))
        sign = "<=" if name == "min" else ">="
        return reduce(lambda a, b: _choose(self.minus(a, b), sign, a, b), waves)
