"""The values of one open symbol that are worth a try: points 2 and 3 of the argument in `search`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import gcd

from symkv.formula import Relation
from symkv.solve.bounds import Compiled, Domains, Ints, Linear, Monomial, Originals, cut, original
from symkv.solve.divisors import divisors

FEW = 4096  # values that are tried one by one rather than by listing divisors
MOST_FACTORED = 10**24  # beyond that, divisors are not listed


@dataclass
class Node:
    """What is chosen (`at`), what is open (`domains`), and the bounds and conditions with the chosen values put in."""

    domains: Domains
    bounds: list[Compiled]
    checks: list[Relation]
    at: dict[str, int]
    scales: Originals = field(default_factory=dict)


def branch(node: Node) -> tuple[str, Ints]:
    """The symbol with the fewest values that are worth a try, and these."""
    best: tuple[str, Ints] | None = None
    for name in sorted(node.domains, key=lambda name: len(node.domains[name])):
        if best is not None and len(best[1]) <= 1:
            break
        values = candidates(name, node)
        if best is None or len(values) < len(best[1]):
            best = name, values
    assert best is not None
    return best


def candidates(name: str, node: Node) -> Ints:
    """The values of a symbol that no equation and no divisibility excludes."""
    values = node.domains[name]
    for bound in node.bounds:
        if isinstance(bound, Linear) and name in bound.names and bound.low is not None and bound.low == bound.high:
            values = _dividing(name, values, bound.terms, bound.low)
            values = _stepping(name, values, bound.terms, bound.low)
    for check in node.checks:
        if check.sign in ("divides", "multiple of") and name in check.names and node.scales.get(name, 1) == 1:
            values = _divisible(name, values, check, node)
    return values


def _dividing(name: str, values: Ints, terms: Mapping[Monomial, int], target: int) -> Ints:
    """Where every term has the factor name**e, name**e divides the target."""
    exponent = min(dict(monomial).get(name, 0) for monomial in terms)
    if not exponent or target <= 0 or not values:
        return values
    content = gcd(*terms.values())
    return () if target % content else dividers(values, target // content, exponent)


def dividers(values: Ints, target: int, exponent: int = 1) -> Ints:
    """The values from 1 on whose power divides a target above 0."""
    if len(values) > FEW and target > MOST_FACTORED:
        return values
    if len(values) > FEW:
        return [d for d in divisors(target) if target % d**exponent == 0 and _member(d, values)]
    return [value for value in values if value and target % value**exponent == 0]


def _member(value: int, values: Ints) -> bool:
    return value in values if isinstance(values, range) else bool(cut(values, value, value))


def _stepping(name: str, values: Ints, terms: Mapping[Monomial, int], target: int) -> Ints:
    """In a*x + rest = target every term of the rest has a common divisor g, so a*x = target modulo g."""
    own = [(monomial, c) for monomial, c in terms.items() if any(other == name for other, _ in monomial)]
    if len(own) != 1 or own[0][0] != ((name, 1),):
        return values
    a, g = own[0][1], gcd(*(c for monomial, c in terms.items() if monomial != own[0][0]))
    if g == 0:
        return (target // a,) if target % a == 0 and _member(target // a, values) else ()
    common = gcd(a, g)
    if target % common:
        return ()
    step = g // common
    return values if step == 1 else _congruent(values, pow(a // common, -1, step) * (target // common) % step, step)


def _congruent(values: Ints, remainder: int, modulus: int) -> Ints:
    if not isinstance(values, range):
        return [value for value in values if value % modulus == remainder]
    common, gap = gcd(values.step, modulus), remainder - values.start  # start + k*step = remainder modulo modulus
    if gap % common:
        return ()
    k = gap // common * pow(values.step // common, -1, modulus // common) % (modulus // common)
    return range(values.start + k * values.step, values.stop, values.step * (modulus // common))


def _divisible(name: str, values: Ints, check: Relation, node: Node) -> Ints:
    """A condition that one side divides the other, where one is this symbol and the other a whole number by now."""
    divisor, multiple = (check.lhs, check.rhs) if check.sign == "divides" else (check.rhs, check.lhs)
    other = multiple if str(divisor) == name else divisor if str(multiple) == name else None
    if other is None or not set(other.names) <= set(node.at):
        return values
    number = Fraction(other.evaluate({n: original(n, node.at[n], node.scales) for n in other.names}))
    if number <= 0:
        return values
    if other is divisor:  # number divides name: so does its numerator, for a symbol is whole
        return _congruent(values, 0, number.numerator)
    return dividers(values, number.numerator) if number.denominator == 1 else ()
