"""Every whole point of a box that meets bounds, by divisors and by bounds: no scan of the box.

Each bound is low <= f <= high. A value is tried for one symbol only where the bounds can still be met by the others
(f is monotone in each of them, so its extremes are at the ends of their domains), and where f = target is a product,
only if it divides what is left. No point is lost: every value that is skipped violates a bound for all values of the
others, or leaves a target that it does not divide.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm
from typing import Protocol

from symkv.errors import BadInput
from symkv.formula import Formula, Relation
from symkv.formula.tree import chain
from symkv.proof.collect import domain_of, sign_of
from symkv.proof.normal import Case
from symkv.proof.polynomial import ONE, Poly, coefficients, common
from symkv.proof.polynomial import names as names_of

Value = int | Fraction
Domains = dict[str, Sequence[Value]]  # sorted values of each symbol, none below 0
FEW = 4096


class Function(Protocol):
    """What is bounded: exact, and monotone in each of its symbols."""

    @property
    def names(self) -> frozenset[str]: ...  # noqa: D102
    def put(self, name: str, value: Value) -> Function: ...  # noqa: D102
    def extremes(self, domains: Mapping[str, Sequence[Value]]) -> tuple[Fraction, Fraction]: ...  # noqa: D102
    def rises(self, name: str) -> bool | None: ...  # noqa: D102


@dataclass(frozen=True)
class Polynomial:
    """A polynomial in symbols that are not negative."""

    poly: Poly

    @property
    def names(self) -> frozenset[str]:
        """Its symbols."""
        return frozenset(names_of(self.poly))

    def put(self, name: str, value: Value) -> Polynomial:
        """The polynomial with a value for one symbol."""
        found: dict[tuple[tuple[str, int], ...], Fraction | int] = {}
        for monomial, coefficient in self.poly.items():
            rest = tuple(factor for factor in monomial if factor[0] != name)
            exponent = dict(monomial).get(name, 0)
            found[rest] = found.get(rest, 0) + coefficient * value**exponent
        return Polynomial({monomial: c for monomial, c in found.items() if c})

    def extremes(self, domains: Mapping[str, Sequence[Value]]) -> tuple[Fraction, Fraction]:
        """Bounds of its value: each term at the ends of the domains that make it least and greatest."""
        low = high = Fraction(0)
        for monomial, coefficient in self.poly.items():
            least = most = Fraction(1)
            for name, exponent in monomial:
                least *= Fraction(domains[name][0]) ** exponent
                most *= Fraction(domains[name][-1]) ** exponent
            if coefficient < 0:
                least, most = most, least
            low, high = low + coefficient * least, high + coefficient * most
        return low, high

    def rises(self, name: str) -> bool | None:
        """Whether it never falls in a symbol (True), never rises (False), or neither is plain (None)."""
        signs = {c > 0 for monomial, c in self.poly.items() if name in dict(monomial)}
        return signs.pop() if len(signs) == 1 else None if signs else True


@dataclass(frozen=True)
class Stepwise:
    """A formula with steps (min, max, ceil, floor) that is monotone in each of its symbols."""

    formula: Formula

    @property
    def names(self) -> frozenset[str]:
        """Its symbols."""
        return frozenset(self.formula.names)

    def put(self, name: str, value: Value) -> Stepwise:
        """The formula with a value for one symbol."""
        return Stepwise(self.formula.substitute({name: value}))

    def extremes(self, domains: Mapping[str, Sequence[Value]]) -> tuple[Fraction, Fraction]:
        """Its value at the corners where it is least and greatest."""
        ends = []
        for high in (False, True):
            at = {name: domains[name][-1 if self.rises(name) == high else 0] for name in self.names}
            ends.append(Fraction(self.formula.evaluate(at)))
        return ends[0], ends[1]

    def rises(self, name: str) -> bool:
        """Whether it never falls in a symbol; it never rises else."""
        found = _direction(self.formula.tree, name)
        if found is None:
            raise BadInput(f"{self.formula} is not monotone in {name}; give {name} a value")
        return found >= 0


def _direction(node: ast.expr, name: str) -> int | None:
    """1 where a tree never falls in a symbol, -1 where it never rises, 0 where it does not depend on it."""
    if name not in Formula(node).names:
        return 0
    match node:
        case ast.Name():
            return 1
        case ast.UnaryOp(operand=operand):
            inner = _direction(operand, name)
            return None if inner is None else -inner
        case ast.Call(func=ast.Name(id="min" | "max" | "ceil" | "floor" | "sqrt"), args=args):
            return _agreed([_direction(arg, name) for arg in args])
        case ast.BinOp(left=left, op=ast.Pow(), right=right) if not Formula(right).names:
            inner = _direction(left, name)
            positive = Formula(right).evaluate({}) > 0 and sign_of(Formula(left)) in (">", ">=")
            return inner if positive else None
        case ast.BinOp():
            first, steps = chain(node)
            found, factors = [_direction(first, name)], [Formula(first)]
            for step in steps:
                turn = _direction(step.right, name)
                found.append(-turn if turn is not None and isinstance(step.op, ast.Sub | ast.Div) else turn)
                factors.append(Formula(step.right))
            product = any(isinstance(step.op, ast.Mult | ast.Div) for step in steps)
            if product and any(sign_of(factor) not in (">", ">=") for factor in factors):
                return None
            return _agreed(found)
    return None


def _agreed(found: list[int | None]) -> int | None:
    signs = {sign for sign in found if sign != 0}
    return 0 if not signs else signs.pop() if len(signs) == 1 else None


def function_of(formula: Formula) -> Function:
    """A formula as a polynomial where it is one, else as steps."""
    case = Case({name: domain_of(name) for name in formula.names})
    value = case.read(formula.tree)
    if value.den == ONE and not case.atoms and not case.conditions:
        return Polynomial(value.num)
    if not names_of(value.den) and not case.atoms:
        below = Fraction(value.den[()])
        return Polynomial({monomial: c / below for monomial, c in value.num.items()})
    return Stepwise(formula)


@dataclass(frozen=True)
class Bound:
    """low <= function <= high; None where there is no bound. `words` is what a user called it."""

    function: Function
    low: Fraction | None
    high: Fraction | None
    words: str = ""

    def put(self, name: str, value: Value) -> Bound:
        """The bound with a value for one symbol."""
        if name not in self.function.names:
            return self
        return Bound(self.function.put(name, value), self.low, self.high, self.words)

    def open(self, domains: Domains) -> bool:
        """Whether some values of its symbols might meet it."""
        low, high = self.function.extremes(domains)
        return (self.high is None or low <= self.high) and (self.low is None or high >= self.low)


def search(
    domains: Domains, bounds: Sequence[Bound], checks: Sequence[Relation] = (), known: Mapping[str, Value] | None = None
) -> Iterator[dict[str, Value]]:
    """Every point of the box that meets all bounds and checks, a check being tried once its symbols are known."""
    at = dict(known or {})
    if not all(check.holds(at) for check in checks if set(check.names) <= set(at)):
        return
    narrowed = _narrowed(domains, bounds)
    if narrowed is None:
        return
    if not narrowed:
        yield at
        return
    open_checks = [check for check in checks if not set(check.names) <= set(at)]
    tried = ((name, _candidates(name, narrowed, bounds)) for name in narrowed)
    name, values = min(tried, key=lambda choice: len(choice[1]))
    rest = {other: domain for other, domain in narrowed.items() if other != name}
    for value in values:
        yield from search(rest, [bound.put(name, value) for bound in bounds], open_checks, {**at, name: value})


def _narrowed(domains: Domains, bounds: Sequence[Bound]) -> Domains | None:
    """The domains without ends at which some bound can't be met; None where one can't be met at all."""
    found, changed = dict(domains), True
    while changed:
        changed = False
        for bound in bounds:
            if not bound.open(found):
                return None
            for name in bound.function.names:
                cut = _cut(name, found, bound)
                if len(cut) < len(found[name]):
                    if not len(cut):
                        return None
                    found[name], changed = cut, True
    return found


def _cut(name: str, domains: Domains, bound: Bound) -> Sequence[Value]:
    """The part of a domain in which the bound can be met, found by bisection: f is monotone in the symbol."""
    domain, rises = domains[name], bound.function.rises(name)
    if rises is None:
        return domain

    def fits(index: int, side: int) -> bool:
        """Whether the value does not miss the bound on one side: 0 the lower, 1 the upper."""
        low, high = bound.function.extremes({**domains, name: domain[index : index + 1]})
        return (bound.low is None or high >= bound.low) if side == 0 else (bound.high is None or low <= bound.high)

    first_side, last_side = (0, 1) if rises else (1, 0)
    first = _first(len(domain), lambda index: fits(index, first_side))
    last = len(domain) - _first(len(domain), lambda index: fits(len(domain) - 1 - index, last_side))
    return domain[first:last]


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


# -- equations: divisors, and steps of a common divisor ---------------------------------------------------------------


def _candidates(name: str, domains: Domains, bounds: Sequence[Bound]) -> Sequence[Value]:
    """The values of a symbol that are worth a try."""
    values = domains[name]
    for bound in bounds:
        if bound.low is None or bound.low != bound.high or name not in bound.function.names:
            continue
        equation = _whole(bound, domains)
        if equation is not None:
            values = _dividing(name, values, *equation)
            values = _stepping(name, values, *equation)
    return values


def _whole(bound: Bound, domains: Domains) -> tuple[Poly, int] | None:
    """An equation between whole numbers, poly = target with the constant term moved to the right; None for others."""
    function = bound.function
    if not isinstance(function, Polynomial) or bound.low is None:
        return None
    if any(isinstance(domains[name][0], Fraction) for name in function.names):
        return None
    scale = lcm(bound.low.denominator, *(Fraction(c).denominator for c in function.poly.values()))
    poly = {monomial: int(c * scale) for monomial, c in function.poly.items()}
    return {m: c for m, c in poly.items() if m}, int(bound.low * scale) - poly.get((), 0)


def _dividing(name: str, values: Sequence[Value], poly: Poly, target: int) -> Sequence[Value]:
    """Where every term has the factor name**e, name**e divides the target."""
    exponent = dict(common(poly)).get(name, 0) if poly else 0
    content = gcd(*(int(c) for c in poly.values())) if poly else 1
    if not exponent or target <= 0:
        return values
    if target % content:
        return ()
    target //= content
    if len(values) <= FEW:
        return [value for value in values if target % int(value) ** exponent == 0] if values[0] else values
    import sympy

    inside = range(int(values[0]), int(values[-1]) + 1)
    divisors = [int(d) for d in sympy.divisors(target) if int(d) in inside and target % int(d) ** exponent == 0]
    return [value for value in divisors if _member(value, values)]


def _member(value: int, values: Sequence[Value]) -> bool:
    if isinstance(values, range):
        return value in values
    index = _first(len(values), lambda i: values[i] >= value)
    return index < len(values) and values[index] == value


def _stepping(name: str, values: Sequence[Value], poly: Poly, target: int) -> Sequence[Value]:
    """In a*x + rest = target every term of the rest has a common divisor g, so a*x = target modulo g."""
    parts = coefficients(poly, name)
    if len(parts) != 2 or set(parts[1]) != {()}:
        return values
    a, g = int(parts[1][()]), gcd(*(int(c) for c in parts[0].values())) if parts[0] else 0
    if g == 0:
        return [target // a] if target % a == 0 and _member(target // a, values) else ()
    step = g // gcd(a, g)
    if target % gcd(a, g):
        return ()
    if step == 1:
        return values
    start = pow(a // gcd(a, g), -1, step) * (target // gcd(a, g)) % step
    if isinstance(values, range) and values.step == 1:
        first = values.start + (start - values.start) % step
        return range(first, values.stop, step)
    return [value for value in values if int(value) % step == start]
