"""All ways to write a number as a product of powers, with one base from each domain."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from math import prod

from symkv.solve.bounds import Ints, Linear
from symkv.solve.candidates import FEW, MOST_FACTORED, Node, dividers
from symkv.solve.effort import Effort


def plain_product(node: Node) -> tuple[list[str], list[int], list[Ints], int] | None:
    """(names, exponents, domains, target) of c*x**e*y**f*... = target, if that is all that is asked."""
    if node.checks or len(node.bounds) != 1:
        return None
    bound = node.bounds[0]
    if not isinstance(bound, Linear) or len(bound.terms) != 1 or bound.low != bound.high or bound.low is None:
        return None
    ((monomial, coefficient),) = bound.terms.items()
    if len(monomial) != len(node.domains) or bound.low * coefficient <= 0 or bound.low % coefficient:
        return None
    ordered = sorted(monomial, key=lambda factor: len(node.domains[factor[0]]))
    names, exponents = [name for name, _ in ordered], [exponent for _, exponent in ordered]
    target, domains = bound.low // coefficient, [node.domains[name] for name in names]
    return None if target > MOST_FACTORED and len(domains[-1]) > FEW else (names, exponents, domains, target)


def products(
    names: Sequence[str], exponents: Sequence[int], domains: Sequence[Ints], target: int, effort: Effort
) -> Iterator[tuple[int, ...]]:
    """Every way to write the target as a product of powers, one base from each domain."""
    every = [exponent != 1 for exponent in exponents]
    bases = [dividers(domain, target, exponent) for domain, exponent in zip(domains, exponents, strict=True)]
    if not all(bases):
        return
    allowed = [frozenset(base) for base in bases]
    last = len(names) - 1
    largest = [prod(base[-1] ** e for base, e in zip(bases[i:], exponents[i:], strict=True)) for i in range(last + 1)]

    def ways(place: int, rest: int, chosen: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        if place == last:
            if every[last]:
                yield from ((*chosen, base) for base in bases[last] if base ** exponents[last] == rest)
            elif rest in allowed[last]:
                yield (*chosen, rest)
            return
        effort.step()
        least = -(-rest // largest[place + 1])
        own, exponent = bases[place], exponents[place]
        if exponent == 1 and place == last - 1 and not every[last]:
            final = allowed[last]
            for base in own[bisect_left(own, least) :]:
                if base > rest:
                    break
                if rest % base == 0 and rest // base in final:
                    yield (*chosen, base, rest // base)
            return
        for base in own:
            power = base**exponent
            if power > rest:
                break
            if power >= least and rest % power == 0:
                yield from ways(place + 1, rest // power, (*chosen, base))

    yield from ways(0, target, ())
