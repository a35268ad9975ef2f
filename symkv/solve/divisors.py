"""Divisors, by trial division; sympy factors what that leaves."""

from __future__ import annotations

from functools import lru_cache

TRIALS = 100_000


@lru_cache(maxsize=4096)
def divisors(number: int) -> tuple[int, ...]:
    """All divisors of a whole number from 1 on, sorted.

    >>> divisors(12)
    (1, 2, 3, 4, 6, 12)
    """
    found = [1]
    for prime, exponent in factors(number):
        found = [divisor * prime**power for power in range(exponent + 1) for divisor in found]
    return tuple(sorted(found))


def factors(number: int) -> list[tuple[int, int]]:
    """(prime, exponent) for each prime that divides a whole number from 1 on.

    >>> factors(360)
    [(2, 3), (3, 2), (5, 1)]
    """
    found, trial = [], 2
    while trial * trial <= number and trial < TRIALS:
        exponent = 0
        while number % trial == 0:
            number, exponent = number // trial, exponent + 1
        if exponent:
            found.append((trial, exponent))
        trial += 1 if trial == 2 else 2
    if number > 1 and trial * trial > number:
        return [*found, (number, 1)]
    if number > 1:
        import sympy

        found += [(int(prime), int(exponent)) for prime, exponent in sympy.factorint(number).items()]
    return found
