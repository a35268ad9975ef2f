"""min, max, ceil, floor, sqrt and conditionals of normal forms: resolved where that follows, opened where it does not.

An open value is a variable of its own, the same one for equal arguments (congruence), with the facts that define the
function: min(a, b) <= a, floor(x) <= x < floor(x) + 1. Standard library only; part of what the kernel trusts.
"""

from __future__ import annotations

from collections.abc import Callable
from math import floor
from typing import TYPE_CHECKING

from symkv.proof.domains import ANY, COUNT, NATURAL, SLACK, WHOLE, Domain, truth
from symkv.proof.polynomial import ONE, Poly, Quotient, exact, named, names, whole, without

if TYPE_CHECKING:
    from symkv.proof.normal import Case

Bounds = Callable[[Quotient], list[Quotient]]


def apply(case: Case, function: str, arguments: list[Quotient]) -> Quotient:
    """A function of normal forms: its value where that follows, else a variable with the facts that define it."""
    match function:
        case "ceil":  # the law ceil(x) = -floor(-x)
            return -_floor(case, -arguments[0])
        case "floor":
            return _floor(case, arguments[0])
        case "min" | "max":
            return _extreme(case, function, arguments)
        case "sqrt":
            return opened(case, "sqrt", arguments, SLACK)
    left, right, body, orelse = arguments  # "if =", "if <=", ...
    true = truth(function.removeprefix("if "), case.sign(left - right))
    if true is not None or body.same(orelse):
        return orelse if true is False else body
    return opened(case, function, arguments, ANY)


def _extreme(case: Case, function: str, arguments: list[Quotient]) -> Quotient:
    """min or max of several values, nested ones taken apart, and those left out that another one beats."""
    beats = ("0", "<", "<=") if function == "min" else ("0", ">", ">=")
    kept: list[Quotient] = []
    for value in [flat for argument in arguments for flat in _taken_apart(case, function, argument)]:
        if not any(case.sign(old - value) in beats for old in kept):
            kept = [old for old in kept if case.sign(value - old) not in beats] + [value]
    if len(kept) == 1:
        return kept[0]
    signs = [case.sign(value) for value in kept]
    bounded = all if function == "min" else any
    lower = 0 if bounded(sign in ("0", ">", ">=") for sign in signs) else None
    integral, strict = all(map(case.integral, kept)), bounded(sign == ">" for sign in signs)
    domain = COUNT if integral and strict else Domain(integral, lower, strict)
    way = whole(1 if function == "min" else -1)
    return opened(case, function, kept, domain, lambda extreme: [(value - extreme) * way for value in kept])


def _taken_apart(case: Case, function: str, value: Quotient) -> list[Quotient]:
    """The arguments of a value that is itself an open min of a min, or max of a max; else the value."""
    for name in names(value.num) & case.atoms.keys() if len(value.num) == 1 else ():
        known, arguments = case.atoms[name]
        if known == function and value == named(name):
            return [case.reduce(argument) for argument in arguments]
    return [value]


def _floor(case: Case, value: Quotient) -> Quotient:
    """floor(k + x) = k + floor(x) for whole k; floor(x) = 0 where 0 <= x < 1; floor(-x) = -ceil(x)."""
    part: Poly = {}
    if len(value.den) == 1:
        ((below, scale),) = value.den.items()
        for monomial, coefficient in value.num.items():
            rest, count = without(monomial, below), floor(exact(coefficient, scale))
            if rest is not None and count and all(case.domains[name].whole for name, _ in rest):
                part[rest] = count
    outside = Quotient(part, ONE)
    inside = value - outside
    if case.integral(inside):
        return value
    down = inside.num[max(inside.num)] > 0  # of x and -x the one with a positive leading coefficient is opened
    size = inside if down else -inside
    sign, room = case.sign(size), case.sign(whole(1) - size)
    if down and sign in (">", ">=") and room == ">":
        return outside
    if not down and sign == ">" and room in (">", ">=", "0"):
        return outside - whole(1)
    domain = WHOLE if sign not in (">", ">=") else NATURAL if down or sign == ">=" else COUNT
    if down:
        return outside + opened(case, "floor", [size], domain, lambda n: [size - n], lambda n: [n + whole(1) - size])
    return outside - opened(case, "ceil", [size], domain, lambda n: [n - size], lambda n: [size + whole(1) - n])


def opened(case: Case, function: str, arguments: list[Quotient], domain: Domain, *bounds: Bounds) -> Quotient:
    """The variable that stands for an open function value, the same for equal arguments.

    `bounds` give, for that variable, what is nonnegative and then what is positive by definition of the function.
    """
    swaps = function in ("min", "max")
    for name, (known, others) in case.atoms.items():
        if known == function and len(others) == len(arguments):
            pairs = zip(arguments, others, strict=True)
            if all(any(a.same(b) for b in others) if swaps else a.same(c) for a, c in pairs):
                return case.values.get(name) or named(name)
    name = case.new(domain)
    case.atoms[name] = (function, arguments)
    for strict, bound in enumerate(bounds):
        for gap in bound(named(name)):
            case.note(gap, strict=bool(strict))
    return named(name)
