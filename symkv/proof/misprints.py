"""The nearest mistake that a printed number resembles: the factor by which it differs from the exact one, in words."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from symkv.proof.factors import CACHE_WORDS, blame, known_factors, swaps

__all__ = ["number_mistake"]


def number_mistake(
    value: Fraction | int, low: Fraction | int, high: Fraction | int, given: Mapping[str, Fraction | int] | None = None
) -> str:
    """One sentence on the mistake that a number resembles which was printed for an exact value, "" for none known.

    Anything from `low` to `high` prints alike; `given` are the values that the exact one was computed from. A mistake
    is a factor that is off: one of the usual ones, or one of the values.

    >>> number_mistake(147456, Fraction(1435, 10) * 1024, Fraction(1445, 10) * 1024)  # 144 KiB are right
    ''
    >>> number_mistake(70272, 35100, 35200, {"n_layers": 61})
    'the printed number lacks the factor 2 for key and value'
    """
    if value == 0 or low <= value <= high:
        return ""
    values = {name: Fraction(size) for name, size in (given or {}).items() if size != 1}
    around = {*values, *CACHE_WORDS}
    found = []
    for number in (Fraction(1), *known_factors(around)):
        for powers in ({}, *({name: power} for name in values for power in (1, -1)), *swaps(values)):
            factor = number
            for name, power in powers.items():
                factor *= values[name] ** power
            if factor != 1 and low <= Fraction(value) / factor <= high:
                said = blame(number, powers, {name for name, power in powers.items() if power < 0}, around)
                if said is not None:
                    found.append((said.cost + (number != 1) + bool(powers), said.says))
    return f"the printed number {min(found)[1]}" if found else ""
