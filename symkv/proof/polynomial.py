"""Exact polynomials and quotients over the rationals: the arithmetic under the kernel. Standard library only.

A polynomial is a dict from monomials to nonzero rational coefficients; a monomial is a sorted tuple of
(variable, exponent). No zero coefficient and no zero exponent is ever stored, so equal polynomials are equal dicts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from symkv.errors import BadInput

Monomial = tuple[tuple[str, int], ...]
Poly = dict[Monomial, Fraction]
MAX_TERMS = 20_000


def constant(value: Fraction | int) -> Poly:
    """The polynomial of a number."""
    return {(): Fraction(value)} if value else {}


def variable(name: str) -> Poly:
    """The polynomial of one variable."""
    return {((name, 1),): Fraction(1)}


def add(left: Poly, right: Poly, factor: Fraction | int = 1) -> Poly:
    """left + factor*right."""
    total = dict(left)
    for monomial, coefficient in right.items():
        value = total.get(monomial, Fraction(0)) + coefficient * factor
        if value:
            total[monomial] = value
        else:
            total.pop(monomial, None)
    return total


def times(left: Poly, right: Poly) -> Poly:
    """left * right; `BadInput` above 20,000 terms."""
    if len(left) * len(right) > MAX_TERMS:
        raise BadInput(f"an expanded formula may have {MAX_TERMS} terms, this has more; split it into steps")
    total: Poly = {}
    for a, x in left.items():
        for b, y in right.items():
            powers = dict(a)
            for name, exponent in b:
                powers[name] = powers.get(name, 0) + exponent
            monomial = tuple(sorted(powers.items()))
            value = total.get(monomial, Fraction(0)) + x * y
            if value:
                total[monomial] = value
            else:
                total.pop(monomial, None)
    return total


def power(base: Poly, exponent: int) -> Poly:
    """base ** exponent for a whole exponent from 0 on."""
    total = constant(1)
    for _ in range(exponent):
        total = times(total, base)
    return total


def names(poly: Poly) -> list[str]:
    """The variables, in alphabetical order."""
    return sorted({name for monomial in poly for name, _ in monomial})


def linear_in(poly: Poly, name: str) -> tuple[Poly, Poly] | None:
    """(A, R) with poly = A*name + R and `name` in neither, or None when it occurs with another exponent."""
    slope: Poly = {}
    rest: Poly = {}
    for monomial, coefficient in poly.items():
        powers = dict(monomial)
        exponent = powers.pop(name, 0)
        if exponent > 1:
            return None
        (slope if exponent else rest)[tuple(sorted(powers.items()))] = coefficient
    return slope, rest


@dataclass(frozen=True)
class Quotient:
    """num/den; the denominator is never the zero polynomial."""

    num: Poly
    den: Poly

    def __add__(self, other: Quotient) -> Quotient:
        if self.den == other.den:
            return Quotient(add(self.num, other.num), self.den)
        return Quotient(add(times(self.num, other.den), times(other.num, self.den)), times(self.den, other.den))

    def __sub__(self, other: Quotient) -> Quotient:
        return self + Quotient(add({}, other.num, -1), other.den)

    def __mul__(self, other: Quotient) -> Quotient:
        return Quotient(times(self.num, other.num), times(self.den, other.den)).reduced()

    def reduced(self) -> Quotient:
        """The same with common monomial factors and the content of the denominator divided out."""
        shared = _common(self.den) if self.num else ()
        shared = tuple((n, min(e, dict(_common(self.num)).get(n, 0))) for n, e in shared)
        num, den = _divide(self.num, shared), _divide(self.den, shared)
        content = next(iter(den.values())) if len(den) == 1 else Fraction(1)
        return Quotient({m: c / content for m, c in num.items()}, {m: c / content for m, c in den.items()})


def whole(value: Fraction | int) -> Quotient:
    """The quotient of a number."""
    return Quotient(constant(value), constant(1))


def named(name: str) -> Quotient:
    """The quotient of one variable."""
    return Quotient(variable(name), constant(1))


def substitute(poly: Poly, values: Mapping[str, Quotient]) -> Quotient:
    """The quotient that results from putting quotients for variables."""
    total = whole(0)
    for monomial, coefficient in poly.items():
        term = whole(coefficient)
        for name, exponent in monomial:
            value = values.get(name)
            if value is None:
                term = term * Quotient({((name, exponent),): Fraction(1)}, constant(1))
            else:
                term = term * Quotient(power(value.num, exponent), power(value.den, exponent))
        total = total + term
    return total.reduced()


def _common(poly: Poly) -> Monomial:
    """The greatest monomial that divides every term."""
    monomials = [dict(monomial) for monomial in poly]
    first = monomials[0] if monomials else {}
    low = {name: min(m.get(name, 0) for m in monomials) for name in first}
    return tuple((name, exponent) for name, exponent in sorted(low.items()) if exponent)


def _divide(poly: Poly, factor: Monomial) -> Poly:
    powers = dict(factor)
    return {
        tuple((name, e - powers.get(name, 0)) for name, e in monomial if e > powers.get(name, 0)): coefficient
        for monomial, coefficient in poly.items()
    }


def common_factor(poly: Poly) -> tuple[Fraction, Monomial, Poly]:
    """(c, m, rest) with poly = c*m*rest: the rational content, the common monomial and a primitive rest."""
    from math import gcd, lcm

    monomial = _common(poly)
    rest = _divide(poly, monomial)
    denominator = lcm(*(c.denominator for c in rest.values())) if rest else 1
    numerator = gcd(*(int(c * denominator) for c in rest.values())) if rest else 1
    content = Fraction(numerator or 1, denominator)
    if rest and all(c < 0 for c in rest.values()):
        content = -content
    return content, monomial, {m: c / content for m, c in rest.items()}


def exact_part(num: Poly, den: Poly, lead: Monomial) -> Poly:
    """A polynomial q such that num - q*den has no term divisible by the leading monomial of den."""
    quotient: Poly = {}
    powers = dict(lead)
    for _ in range(64):
        fits = [m for m in num if all(dict(m).get(n, 0) >= e for n, e in powers.items())]
        if not fits:
            break
        top = max(fits)
        left = {n: e - powers.get(n, 0) for n, e in top}
        term: Poly = {tuple(sorted((n, e) for n, e in left.items() if e)): num[top] / den[lead]}
        quotient, num = add(quotient, term), add(num, times(term, den), -1)
    return quotient
