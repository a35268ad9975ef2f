"""Bounds low <= f <= high over a box, and what each of them leaves of the domain of each symbol.

A symbol's values are whole numbers here: those of a rational one (bytes per element) are multiplied by their common
denominator. So a polynomial bound is one between whole numbers, and no fraction is left in the search.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, gcd, isqrt, lcm

from symkv.formula import Formula, Relation
from symkv.solve.functions import (
    Function,
    Polynomial,
    Stepwise,
    Value,
    compared,
    direction,
    ends,
    function_of,
    quotient_of,
)

Ints = Sequence[int]  # sorted: a range or a tuple
Domains = dict[str, Ints]
Monomial = tuple[tuple[str, int], ...]
Originals = Mapping[str, int]  # by how much the values of a symbol are multiplied


@dataclass(frozen=True)
class Bound:
    """low <= function <= high; None where there is no bound. `words` is what a user called it."""

    function: Function
    low: Fraction | None
    high: Fraction | None
    words: str = ""
    strict: bool = False  # < in place of <=


def bounds_of(formula: Formula, low: Fraction | None, high: Fraction | None, words: str = "") -> list[Bound]:
    """low <= formula <= high as bounds; a denominator, which is above 0, is brought to the other side."""
    if isinstance(plain := function_of(formula), Polynomial) or quotient_of(formula)[1] is None:
        return [Bound(plain, low, high, words)]
    if low == high and low is not None:
        return [Bound(compared(formula, low), Fraction(0), Fraction(0), words)]
    found = [] if low is None else [Bound(compared(formula, low), Fraction(0), None, words)]
    return found if high is None else [*found, Bound(compared(formula, high), None, Fraction(0), words)]


def relation_bound(relation: Relation) -> Bound | None:
    """An equation or inequality as the bound that says the same; None for the other signs."""
    low, high = {"=": (0, 0), "<=": (None, 0), "<": (None, 0), ">=": (0, None), ">": (0, None)}.get(
        relation.sign, (None, None)
    )
    if low is None and high is None:
        return None
    gap = compared(relation.lhs - relation.rhs, Fraction(0))
    ends = [None if end is None else Fraction(end) for end in (low, high)]
    return Bound(gap, ends[0], ends[1], str(relation), relation.sign in ("<", ">"))


class Linear:
    """low <= sum of integer multiples of monomials <= high over whole numbers from 0 on."""

    __slots__ = ("high", "low", "names", "terms")

    def __init__(self, terms: dict[Monomial, int], low: int | None, high: int | None) -> None:
        divisor = gcd(*terms.values()) if terms else 1
        if divisor > 1:
            terms = {monomial: c // divisor for monomial, c in terms.items()}
            low = None if low is None else -(-low // divisor)
            high = None if high is None else high // divisor
        self.terms, self.low, self.high = terms, low, high
        self.names = frozenset(name for monomial in terms for name, _ in monomial)

    @staticmethod
    def of(bound: Bound, poly: Polynomial, scales: Originals) -> Linear:
        """A polynomial bound over the multiplied values."""
        scaled = {
            monomial: Fraction(c) / _product(scales.get(name, 1) ** exponent for name, exponent in monomial)
            for monomial, c in poly.poly.items()
        }
        common = lcm(*(c.denominator for c in scaled.values())) if scaled else 1
        number = scaled.pop((), Fraction(0))
        low = None if bound.low is None else (bound.low - number) * common
        high = None if bound.high is None else (bound.high - number) * common
        return Linear(
            {monomial: int(c * common) for monomial, c in scaled.items()},
            None if low is None else floor(low) + 1 if bound.strict else ceil(low),
            None if high is None else ceil(high) - 1 if bound.strict else floor(high),
        )

    @property
    def decided(self) -> bool | None:
        """Whether it holds, where no symbol is left."""
        if self.terms:
            return None
        return (self.low is None or self.low <= 0) and (self.high is None or self.high >= 0)

    def put(self, name: str, value: int) -> Linear:
        """The bound with a value for one symbol."""
        found: dict[Monomial, int] = {}
        number = 0
        for monomial, coefficient in self.terms.items():
            for place, (other, exponent) in enumerate(monomial):
                if other == name:
                    monomial = monomial[:place] + monomial[place + 1 :]
                    coefficient *= value if exponent == 1 else value**exponent
                    break
            if not monomial:
                number += coefficient
            elif coefficient:
                total = found.get(monomial, 0) + coefficient
                if total:
                    found[monomial] = total
                else:
                    del found[monomial]
        low = None if self.low is None else self.low - number
        return Linear(found, low, None if self.high is None else self.high - number)

    def narrow(self, domains: Domains) -> bool | None:
        """Cut the domains; None where it can't be met, True where it is met by all that is left.

        With f = A*x**e + B, and A and B between ends that the other symbols allow, some value of them meets
        A*x**e + B <= high only if x**e*least(A) + least(B) <= high, and likewise for low: one end of x each.
        """
        spans = [self._ends(monomial, coefficient, domains) for monomial, coefficient in self.terms.items()]
        low, high = sum(span[0] for span in spans), sum(span[1] for span in spans)
        over = self.high is not None and high > self.high
        under = self.low is not None and low < self.low
        if (self.high is not None and low > self.high) or (self.low is not None and high < self.low):
            return None
        if not over and not under:
            return True
        for name in self.names:
            domain = domains[name]
            if len(domain) > 1:
                exponents = {e for monomial in self.terms for n, e in monomial if n == name}
                if len(exponents) == 1:
                    kept = self._cut(name, exponents.pop(), domains, spans, (low, high))
                else:
                    kept = self._bisected(name, domains)
                if not kept:
                    return None
                domains[name] = kept
        return False

    @staticmethod
    def _ends(monomial: Monomial, coefficient: int, domains: Domains) -> tuple[int, int]:
        least = most = coefficient
        for name, exponent in monomial:
            domain = domains[name]
            least *= domain[0] if exponent == 1 else domain[0] ** exponent
            most *= domain[-1] if exponent == 1 else domain[-1] ** exponent
        return (least, most) if coefficient >= 0 else (most, least)

    def _cut(
        self, name: str, exponent: int, domains: Domains, spans: list[tuple[int, int]], total: tuple[int, int]
    ) -> Ints:
        domain = domains[name]
        factor_low = factor_high = 0
        rest_low, rest_high = total
        for (monomial, coefficient), (low, high) in zip(self.terms.items(), spans, strict=True):
            for place, (other, _) in enumerate(monomial):
                if other == name:
                    least, most = self._ends(monomial[:place] + monomial[place + 1 :], coefficient, domains)
                    factor_low, factor_high = factor_low + least, factor_high + most
                    rest_low, rest_high = rest_low - low, rest_high - high
                    break
        first, last = domain[0], domain[-1]
        for factor, room in (
            (factor_low, None if self.high is None else self.high - rest_low),
            (-factor_high, None if self.low is None else rest_high - self.low),
        ):  # factor*x**exponent <= room
            if room is None:
                continue
            if factor > 0:
                if room < 0:
                    return ()
                last = min(last, _root(room // factor, exponent))
            elif factor == 0:
                if room < 0:
                    return ()
            elif room < 0:
                first = max(first, _root(-(room // -factor) - 1, exponent) + 1)
        return cut(domain, first, last)

    def _bisected(self, name: str, domains: Domains) -> Ints:
        """A symbol with several exponents: by bisection if all its terms have one sign, else nothing is cut."""
        signs = {c > 0 for monomial, c in self.terms.items() for n, _ in monomial if n == name}
        if len(signs) > 1:
            return domains[name]

        def total(value: int, side: int) -> int:
            at = {**domains, name: (value,)}
            return sum(self._ends(monomial, c, at)[side] for monomial, c in self.terms.items())

        return bisected(
            domains[name],
            signs.pop(),
            lambda value: self.high is None or total(value, 0) <= self.high,
            lambda value: self.low is None or total(value, 1) >= self.low,
        )


class Steps:
    """low <= a formula with steps <= high: corners where it is monotone in all open symbols, intervals else."""

    __slots__ = ("at", "bound", "formula", "names", "scales", "turns")

    def __init__(
        self, bound: Bound, formula: Formula, scales: Originals, at: Mapping[str, Value] | None = None
    ) -> None:
        self.bound, self.formula, self.scales, self.at = bound, formula, scales, dict(at or {})
        self.names = frozenset(formula.names) - set(self.at)
        self.turns: dict[str, int | None] = {}
        self._turn()

    def _turn(self) -> None:
        tree = self.formula.substitute(self.at).tree if self.at else self.formula.tree
        self.turns = {name: direction(tree, name) for name in self.names}

    @property
    def decided(self) -> bool | None:
        """Whether it holds, where no symbol is left."""
        return None if self.names else self._fits(*(Fraction(self.formula.evaluate(self.at)),) * 2)

    def _fits(self, low: Fraction | None, high: Fraction | None) -> bool:
        bound = self.bound
        above = low is not None and bound.high is not None and (low >= bound.high if bound.strict else low > bound.high)
        below = high is not None and bound.low is not None and (high <= bound.low if bound.strict else high < bound.low)
        return not above and not below

    def put(self, name: str, value: int) -> Steps:
        """The bound with a value for one symbol."""
        twin = object.__new__(Steps)
        twin.bound, twin.formula, twin.scales = self.bound, self.formula, self.scales
        twin.at = {**self.at, name: original(name, value, self.scales)}
        twin.names = self.names - {name}
        twin.turns = {other: turn for other, turn in self.turns.items() if other != name}
        if None in twin.turns.values():
            twin._turn()
        return twin

    def narrow(self, domains: Domains) -> bool | None:
        """Cut the domains; None where it can't be met, True where it is met by all that is left."""
        low, high = self._ends(domains)
        if not self._fits(low, high):
            return None
        bound = self.bound
        if not bound.strict and (bound.high is None or (high is not None and high <= bound.high)):
            if bound.low is None or (low is not None and low >= bound.low):
                return True
        if None in self.turns.values():
            return False
        for name, turn in self.turns.items():
            if len(domains[name]) > 1:
                kept = bisected(
                    domains[name],
                    turn is not None and turn >= 0,
                    lambda value, name=name: self._fits(self._ends({**domains, name: (value,)})[0], None),  # type: ignore[misc]
                    lambda value, name=name: self._fits(None, self._ends({**domains, name: (value,)})[1]),  # type: ignore[misc]
                )
                if not kept:
                    return None
                domains[name] = kept
        return False

    def _ends(self, domains: Domains) -> tuple[Fraction | None, Fraction | None]:
        box = {name: [original(name, domains[name][end], self.scales) for end in (0, -1)] for name in self.names}
        if None in self.turns.values():
            pairs = {name: (both[0], both[1]) for name, both in box.items()}
            return ends(self.formula.tree, {**{name: (v, v) for name, v in self.at.items()}, **pairs})
        corners = []
        for side in (0, 1):
            corner = {name: both[side if (self.turns[name] or 0) >= 0 else 1 - side] for name, both in box.items()}
            corners.append(Fraction(self.formula.evaluate({**self.at, **corner})))
        return corners[0], corners[1]


Compiled = Linear | Steps


def compiled(bound: Bound, scales: Originals) -> Compiled:
    """A bound over the multiplied values."""
    match bound.function:
        case Polynomial() as polynomial:
            return Linear.of(bound, polynomial, scales)
        case Stepwise(formula):
            return Steps(bound, formula, scales)


def original(name: str, value: int, scales: Originals) -> Value:
    """The value of a symbol for its multiple."""
    scale = scales.get(name, 1)
    return value if scale == 1 else Fraction(value, scale)


# -- sorted values ---------------------------------------------------------------------------------------------------


def cut(domain: Ints, first: int, last: int) -> Ints:
    """The values from `first` to `last`."""
    if isinstance(domain, range):
        start = max(0, -((domain.start - first) // domain.step)) if first > domain.start else 0
        return domain[start : max(start, (last - domain.start) // domain.step + 1)]
    return domain[bisect_left(domain, first) : bisect_right(domain, last)]


def bisected(domain: Ints, rises: bool, below: Callable[[int], bool], above: Callable[[int], bool]) -> Ints:
    """The values at which a monotone function can be below its upper and above its lower bound."""
    first, last = (above, below) if rises else (below, above)
    start = _first(len(domain), lambda index: first(domain[index]))
    end = len(domain) - _first(len(domain), lambda index: last(domain[len(domain) - 1 - index]))
    return domain[start : max(start, end)]


def _first(size: int, holds: Callable[[int], bool]) -> int:
    """The first index from which on a condition holds, `size` if nowhere."""
    low, high = 0, size
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return low


def _root(value: int, exponent: int) -> int:
    """The greatest whole r with r**exponent <= value, for a value from 0 on."""
    if exponent == 1 or value < 2:
        return value
    if exponent == 2:
        return isqrt(value)
    low, high = 1, 1 << (value.bit_length() // exponent + 1)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if middle**exponent <= value else (low, middle - 1)
    return low


def _product(factors: Iterable[int]) -> int:
    total = 1
    for factor in factors:
        total *= factor
    return total
