"""The search for a counterexample: exact points that meet the assumptions, the telling ones first, then made small.

The points are tried with an evaluator prepared for many points; what it finds is evaluated again by the formula's own
reading, which shares no code with it, before it is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import floor, isqrt

from symkv.errors import BadInput, JudgesDisagree
from symkv.formula import Relation
from symkv.proof.evaluator import Check, Number, Point
from symkv.proof.kernel import Domain
from symkv.proof.points import starts
from symkv.proof.region import Region, Start
from symkv.units import shown

TRIES = 3000
REPAIRS = 60  # starts that miss the assumptions and are moved to where they hold
SHRINKING = 400  # points that a search for a smaller one may look at
_ALWAYS = Relation.parse("1 = 1")


@dataclass(frozen=True)
class Counterexample:
    """A point of the domain at which the relation is false, with the values of both sides.

    `point` has the names of the relation first, then those of the assumptions that it meets.
    """

    point: Mapping[str, Number]
    lhs: Number
    rhs: Number
    sign: str = "="

    @property
    def difference(self) -> Number:
        """The left side minus the right side."""
        return _tidy(self.lhs - self.rhs)

    def __str__(self) -> str:
        at = ", ".join(f"{name} = {shown(value)}" for name, value in self.point.items())
        apart = "" if self.sign in ("divides", "multiple of") else f", difference {shown(self.difference)}"
        return f"{at or 'always'}: left {shown(self.lhs)}, right {shown(self.rhs)}{apart}"


def find(
    statement: Relation, assume: Iterable[Relation], domains: Mapping[str, Domain], *, tries: int = TRIES
) -> Counterexample | None:
    """A point of the domain that meets the assumptions and not the statement, made small; None if none was found.

    `tries` counts the random points, which come last. Raises `BadInput` for a symbol without a domain, and
    `JudgesDisagree` where two evaluators differ on what was found.

    >>> from symkv.proof.kernel import COUNT
    >>> str(find(Relation.parse("ceil(S/P)*P = S"), (), {"S": COUNT, "P": COUNT}))
    'S = 1, P = 2: left 2, right 1, difference 1'
    """
    hypotheses = tuple(assume)
    region, check = Region(statement, hypotheses, domains), Check(statement)
    for start, point in _meeting(region, (statement, *hypotheses), tries):
        if check.fails(point):
            return _confirmed(statement, hypotheses, region, _shrunk(region, check, start, point))
    return None


def at_point(
    statement: Relation, assume: Iterable[Relation], domains: Mapping[str, Domain], point: Mapping[str, Number]
) -> Counterexample | None:
    """A proposed point as a counterexample, if it is one: in the domain, with the assumptions; then made small."""
    hypotheses = tuple(assume)
    region, check = Region(statement, hypotheses, domains), Check(statement)
    if not region.contains(point) or not check.fails(point):
        return None
    start = region.start_of(point)
    reached = region.complete(start) if start else None
    small = _shrunk(region, check, start, reached) if start and reached == point else dict(point)
    return _confirmed(statement, hypotheses, region, small)


def satisfiable(
    assume: Iterable[Relation], domains: Mapping[str, Domain], *, statement: Relation = _ALWAYS, tries: int = TRIES
) -> bool:
    """Whether a point that meets every assumption was found (False: none found, which proves nothing).

    With `statement`, a point at which both of its sides have exact values.
    """
    hypotheses = tuple(assume)
    region, check = Region(statement, hypotheses, domains), Check(statement)
    return any(_defined(check, point) for _, point in _meeting(region, (statement, *hypotheses), tries))


def _defined(check: Check, point: Point) -> bool:
    try:
        check.holds(point)
    except ArithmeticError:
        return False
    return True


def _meeting(region: Region, relations: tuple[Relation, ...], tries: int) -> Iterator[tuple[Start, Start]]:
    """The points that meet the assumptions, each with its start."""
    repairs = REPAIRS
    for start in starts(region, relations, tries):
        point = region.complete(start)
        if point is None and repairs and region.checks:
            repairs -= 1
            repaired = region.repaired(start)
            if repaired is not None:
                start, point = repaired, region.complete(repaired)
        if point is not None:
            yield start, point


# -- making it small -------------------------------------------------------------------------------------------------


def _shrunk(region: Region, check: Check, start: Start, point: Start) -> Start:
    """Smaller values, one name at a time and in several rounds, as long as the statement stays false."""
    left = SHRINKING
    changed = True
    while changed and left > 0:
        changed = False
        for name in region.free:
            for value in _smaller(start[name]):
                left -= 1
                trial = {**start, name: value}
                reached = region.complete(trial)
                if reached is not None and check.fails(reached):
                    start, point, changed = trial, reached, True
                    break
    return point


def _smaller(value: Number) -> Iterator[Number]:
    """Simpler values than this one, the simplest first: whole before fractions, small before large."""
    positive: Number = max(value, -value)
    size = floor(positive)
    root = isqrt(size)  # a value under a root must stay a square
    squares = ((root // 2) ** 2, (root - 1) ** 2)
    tried: dict[int, None] = dict.fromkeys((0, 1, 2, 3, 4, 5, 7, 8, 16, size // 2, *squares, size - 1, size))
    if value < 0:
        yield from (number for number in (*tried, *(-number for number in tried)) if abs(number) < positive)
    elif value.denominator != 1:
        yield from (*tried, size + 1)
        yield Fraction(1, 2)
    else:
        yield from (number for number in tried if number < value)


# -- a second evaluation before it is shown --------------------------------------------------------------------------


def _confirmed(statement: Relation, assume: tuple[Relation, ...], region: Region, point: Start) -> Counterexample:
    """The point as a counterexample, after the formula's own reading has given the same values and verdicts."""
    check = Check(statement)
    left, right = _tidy(check.left(point)), _tidy(check.right(point))
    try:
        again = (statement.lhs.evaluate(point), statement.rhs.evaluate(point))
        agreed = (
            (left, right) == again and not statement.holds(point) and all(relation.holds(point) for relation in assume)
        )
    except BadInput:
        agreed = False
    if not agreed:
        raise JudgesDisagree(f"two evaluators disagree on {statement} at {dict(point)}")
    values = {name: _tidy(point[name]) for name in region.names}
    return Counterexample(values, left, right, statement.sign)


def _tidy(value: Number) -> Number:
    return value.numerator if isinstance(value, Fraction) and value.denominator == 1 else value
