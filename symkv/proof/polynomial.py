"""Exact polynomials and quotients over the rationals: the arithmetic under the kernel. Standard library only.

A polynomial is a dict from monomials to nonzero rational coefficients; a monomial is a sorted tuple of
(variable, exponent). No zero coefficient and no zero exponent is ever stored, so equal polynomials are equal dicts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import comb

from symkv.errors import BadInput

Number = int | Fraction  # a whole number is an int wherever it arises by `exact`: that is the faster arithmetic
Monomial = tuple[tuple[str, int], ...]
Poly = dict[Monomial, Number]
MAX_TERMS = 20_000


def exact(top: Number, bottom: Number) -> Number:
    """top/bottom, as an int where it is whole; the only division, so that no float can arise."""
    if isinstance(top, int) and isinstance(bottom, int) and not top % bottom:
        return top // bottom
    value = Fraction(top) / bottom
    return value.numerator if value.denominator == 1 else value


def constant(value: Number) -> Poly:
    """The polynomial of a number."""
    return {(): exact(value, 1)} if value else {}


ONE = constant(1)


def variable(name: str) -> Poly:
    """The polynomial of one variable."""
    return {((name, 1),): 1}


def add(left: Poly, right: Poly, factor: Number = 1) -> Poly:
    """left + factor*right."""
    total = dict(left)
    for monomial, coefficient in right.items():
        value = total.get(monomial, 0) + coefficient * factor
        if value:
            total[monomial] = value
        else:
            total.pop(monomial, None)
    return total


def negative(poly: Poly) -> Poly:
    """-poly."""
    return {monomial: -coefficient for monomial, coefficient in poly.items()}


def times(left: Poly, right: Poly) -> Poly:
    """left * right; `BadInput` above 20,000 terms."""
    if left is ONE or right is ONE:
        return right if left is ONE else left
    if len(left) * len(right) > MAX_TERMS:
        raise BadInput(f"an expanded formula may have {MAX_TERMS} terms, this has more; split it into steps")
    total: Poly = {}
    for a, x in left.items():
        for b, y in right.items():
            monomial = joined(a, b)
            value = total.get(monomial, 0) + x * y
            if value:
                total[monomial] = value
            else:
                total.pop(monomial, None)
    return total


def joined(left: Monomial, right: Monomial) -> Monomial:
    """The product of two monomials."""
    if not left or not right:
        return left or right
    powers = dict(left)
    for name, exponent in right:
        powers[name] = powers.get(name, 0) + exponent
    return tuple(sorted(powers.items()))


def without(monomial: Monomial, factor: Monomial) -> Monomial | None:
    """monomial/factor, or None where the factor does not divide it."""
    powers = dict(monomial)
    for name, exponent in factor:
        powers[name] = powers.get(name, 0) - exponent
    left = [exponent for exponent in powers.values() if exponent < 0]
    return None if left else tuple((name, powers[name]) for name, _ in monomial if powers[name])


def power(base: Poly, exponent: int) -> Poly:
    """base ** exponent for a whole exponent from 0 on."""
    total = constant(1)
    for _ in range(exponent):
        total = times(total, base)
    return total


def names(*polys: Poly) -> set[str]:
    """The variables."""
    return {name for poly in polys for monomial in poly for name, _ in monomial}


def coefficients(poly: Poly, name: str) -> list[Poly]:
    """[c0, c1, ...] with poly = c0 + c1*name + ... and `name` in none of them; [] for the zero polynomial."""
    found: dict[int, Poly] = {}
    for monomial, coefficient in poly.items():
        powers = dict(monomial)
        exponent = powers.pop(name, 0)
        found.setdefault(exponent, {})[tuple(powers.items())] = coefficient
    return [found.get(exponent, {}) for exponent in range(max(found, default=-1) + 1)]


def shift(poly: Poly, bounds: Mapping[str, int]) -> Poly:
    """The polynomial in x' where x = bound + x' for each name of `bounds`."""
    total: Poly = {}
    for monomial, coefficient in poly.items():
        moved: Poly = {(): coefficient}
        for name, exponent in monomial:
            low = bounds.get(name, 0)
            steps = [comb(exponent, k) * low ** (exponent - k) for k in range(exponent + 1)]
            moved = times(moved, {((name, k),) if k else (): c for k, c in enumerate(steps) if c})
        total = add(total, moved)
    return total


@dataclass(frozen=True)
class Quotient:
    """num/den; the denominator is never the zero polynomial."""

    num: Poly
    den: Poly

    def __add__(self, other: Quotient) -> Quotient:
        if self.den == other.den:
            return Quotient(add(self.num, other.num), self.den).reduced()
        num = add(times(self.num, other.den), times(other.num, self.den))
        return Quotient(num, times(self.den, other.den)).reduced()

    def __neg__(self) -> Quotient:
        return Quotient(negative(self.num), self.den)

    def __sub__(self, other: Quotient) -> Quotient:
        return self + -other

    def __mul__(self, other: Quotient) -> Quotient:
        return Quotient(times(self.num, other.num), times(self.den, other.den)).reduced()

    def inverse(self) -> Quotient:
        """den/num; `BadInput` for zero."""
        if not self.num:
            raise BadInput("a formula must not divide by zero; a denominator is 0 under the assumptions")
        return Quotient(self.den, self.num).reduced()

    def same(self, other: Quotient) -> bool:
        """Whether both are equal wherever both are defined."""
        return self == other or times(self.num, other.den) == times(other.num, self.den)

    def reduced(self) -> Quotient:
        """The same with common monomial factors divided out, and a lone denominator without a number."""
        if self.den == ONE or not self.num:
            return Quotient(self.num, ONE)
        shared = common(self.num, self.den)
        num, den = (divided(part, shared) for part in (self.num, self.den))
        if len(den) == 1:
            ((_, content),) = den.items()
            if content != 1:
                num, den = ({m: exact(c, content) for m, c in part.items()} for part in (num, den))
        return Quotient(num, den)


def whole(value: Number) -> Quotient:
    """The quotient of a number."""
    return Quotient(constant(value), ONE)


def named(name: str) -> Quotient:
    """The quotient of one variable."""
    return Quotient(variable(name), ONE)


def substitute(poly: Poly, values: Mapping[str, Quotient]) -> Quotient:
    """The quotient that results from putting quotients for variables."""
    total = whole(0)
    for monomial, coefficient in poly.items():
        kept = tuple((name, exponent) for name, exponent in monomial if name not in values)
        term = Quotient({kept: coefficient}, ONE)
        for name, exponent in monomial:
            if name in values:
                value = values[name]
                term = term * Quotient(power(value.num, exponent), power(value.den, exponent))
        total = total + term
    return total


def common(*polys: Poly) -> Monomial:
    """The greatest monomial that divides every term."""
    low: dict[str, int] | None = None
    for poly in polys:
        for monomial in poly:
            powers = dict(monomial)
            low = powers if low is None else {n: min(e, powers[n]) for n, e in low.items() if n in powers}
    return tuple(sorted((low or {}).items()))


def divided(poly: Poly, factor: Monomial) -> Poly:
    """poly/factor, where the factor divides every term."""
    return poly if not factor else {without(m, factor) or (): c for m, c in poly.items()}
