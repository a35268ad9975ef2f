"""Why an answer ends where it does: the bounds and conditions that exclude the next value, or that conflict."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from symkv import symbols
from symkv.formula import Relation
from symkv.solve.bounds import Bound
from symkv.solve.box import RATE, Box, usual_values
from symkv.solve.effort import Effort, OutOfEffort
from symkv.solve.functions import Value
from symkv.solve.search import search
from symkv.units import rational

MOST_NODES = 2000  # for one question whether a point is left
MOST_QUESTIONS = 400


@dataclass(frozen=True)
class Constraint:
    """One thing that a user asked for, in words, as bounds and checks."""

    words: str
    bounds: tuple[Bound, ...] = ()
    checks: tuple[Relation, ...] = ()


@dataclass(frozen=True)
class End:
    """The next value outside and what excludes it; None for the value where there is none."""

    value: Value | None
    excluded_by: tuple[str, ...]


@dataclass(frozen=True)
class Stop:
    """The least and the greatest value of a symbol among the designs, and what stops it on both sides."""

    least: Value
    greatest: Value
    below: End
    above: End


class Reasons:
    """Asks which of the constraints and given ranges already leave no point."""

    def __init__(self, constraints: Sequence[Constraint], box: Box, given: frozenset[str]) -> None:
        self.constraints, self.box, self.given = list(constraints), box, given
        self.left = MOST_QUESTIONS

    def stop(self, name: str, values: Sequence[Value]) -> Stop:
        """Why the values of a symbol end on both sides."""
        least, greatest = min(values), max(values)
        return Stop(least, greatest, self._side(name, least, -1), self._side(name, greatest, 1))

    def _side(self, name: str, end: Value, step: int) -> End:
        domain = self.box[name]
        place = bisect_left(domain, end) + step
        if 0 <= place < len(domain):
            value = domain[place]
            return End(value, self._excluded({**self.box, name: (value,)}, but=name))
        if name in self.given:
            return End(None, (_given(name, domain),))
        known = symbols.lookup(name)
        return End(known.lower - 1, (f"{name} >= {known.lower}",))

    def conflict(self) -> tuple[str, ...]:
        """The fewest constraints that leave no point in the given ranges: one, a pair, or what is left by dropping."""
        for count in (1, 2):
            for some in combinations(self.constraints, count):
                if self._empty(some, self.box):
                    return tuple(one.words for one in some)
        return self._excluded(self.box, but="")

    def _excluded(self, box: Mapping[str, Sequence[Value]], *, but: str) -> tuple[str, ...]:
        """Constraints and ranges that leave no point together, each dropped that is not needed for it."""
        needed, open_names = list(self.constraints), set[str]()
        ranges = sorted(self.given - {but, RATE}, key=symbols.rank)
        for name in ranges:
            if self._empty(needed, _opened(box, {*open_names, name})):
                open_names.add(name)
        for one in reversed(self.constraints):
            fewer = [other for other in needed if other is not one]
            if fewer and self._empty(fewer, _opened(box, open_names)):
                needed = fewer
        kept = [_given(name, self.box[name]) for name in ranges if name not in open_names]
        return (*(one.words for one in needed), *kept)

    def _empty(self, some: Sequence[Constraint], box: Mapping[str, Sequence[Value]]) -> bool:
        """Whether it is certain that no point of the box meets them: the search ended within its effort."""
        self.left -= 1
        if self.left < 0:
            return False
        bounds = [bound for one in some for bound in one.bounds]
        checks = [check for one in some for check in one.checks]
        used = {name for bound in bounds for name in bound.function.names} | {n for c in checks for n in c.names}
        part = {name: domain for name, domain in box.items() if name in used}
        try:
            return next(_points(part, bounds, checks), None) is None
        except OutOfEffort:
            return False


def _opened(box: Mapping[str, Sequence[Value]], names: set[str]) -> dict[str, Sequence[Value]]:
    """The box with the usual values for symbols whose given ranges are dropped."""
    return {name: usual_values(name) if name in names else domain for name, domain in box.items()}


def _points(
    box: Mapping[str, Sequence[Value]], bounds: Sequence[Bound], checks: Sequence[Relation]
) -> Iterator[dict[str, Value]]:
    return search(box, bounds, checks, Effort(most=MOST_NODES))


def _given(name: str, domain: Sequence[Value]) -> str:
    """A given range or list in the words of the command line."""
    if isinstance(domain, range) and domain.step == 1:
        return f"{name}={domain[0]}..{domain[-1]}"
    return f"{name}={','.join(str(rational(value)) for value in domain)}"
