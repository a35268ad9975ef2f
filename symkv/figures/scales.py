"""Ticks and units of drawings and text forms: kB is 1000 bytes, KiB is 1024, and each axis says which."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import floor, log
from typing import Literal

from symkv.errors import BadInput
from symkv.figures.data import Number
from symkv.units import BINARY, DECIMAL, decimal, rational

Units = Literal["binary", "decimal"]
UNITS: dict[str, tuple[int, dict[str, int], dict[str, int]]] = {  # base, byte units, token units
    "binary": (1024, BINARY, {"Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30}),
    "decimal": (1000, DECIMAL, {"k": 10**3, "M": 10**6, "G": 10**9}),
}


def check_units(units: str) -> Units:
    """The name itself; `BadInput` for one that is neither binary nor decimal."""
    if units not in UNITS:
        raise BadInput(f"--units must be binary (KiB = 1024 B) or decimal (kB = 1000 B), got {units[:40]!r}")
    return "binary" if units == "binary" else "decimal"


def amount(value: Number, units: Units, digits: int = 2) -> str:
    """Bytes in the largest fitting unit, rounded for people.

    >>> amount(1536, "binary"), amount(1536, "decimal"), amount(Fraction(1, 2), "binary")
    ('1.5 KiB', '1.54 kB', '0.5 B')
    """
    return _largest(value, UNITS[units][1], digits, otherwise=" B", sign=" ")


def length(value: Number, units: Units) -> str:
    """A number of tokens: in Ki or k where that is exact, else in full.

    >>> length(131072, "binary"), length(2049, "binary"), length(128000, "decimal")
    ('128Ki', '2049', '128k')
    """
    table = UNITS[units][2]
    exact = [(unit, scale) for unit, scale in table.items() if value >= scale and Fraction(value, scale) % 1 == 0]
    return f"{int(value // exact[-1][1])}{exact[-1][0]}" if exact else str(rational(Fraction(value)))


def _largest(value: Number, table: dict[str, int], digits: int, *, otherwise: str, sign: str) -> str:
    unit, scale = next(((sign + u, s) for u, s in reversed(table.items()) if value >= s), (otherwise, 1))
    return decimal(Fraction(value) / scale, digits) + unit


def byte_words(units: Units, top: Number) -> str:
    """What the unit of the largest bytes on an axis means.

    >>> byte_words("binary", 5 * 2**30), byte_words("decimal", 5000)
    ('1 GiB = 1024\u00b3 B', '1 kB = 1000 B')
    """
    base, table, _ = UNITS[units]
    powers = {unit: power for power, unit in enumerate(table, 1)}
    unit = next((u for u, s in reversed(table.items()) if top >= s), next(iter(table)))
    raised = {1: "", 2: "\u00b2", 3: "\u00b3", 4: "\u2074"}[powers[unit]]
    return f"1 {unit} = {base}{raised} B"


def token_words(units: Units) -> str:
    """What the unit of a context axis means."""
    return "1 Ki = 1024" if units == "binary" else "1 k = 1000"


def ticks(
    low: Number, high: Number, units: Units, most: int, *, of: Literal["bytes", "tokens"]
) -> list[tuple[int, str]]:
    """Round values of a log axis from low to high, at most about `most`, each with its label.

    >>> ticks(1024, 1 << 20, "binary", 6, of="tokens")
    [(1024, '1Ki'), (4096, '4Ki'), (16384, '16Ki'), (65536, '64Ki'), (262144, '256Ki'), (1048576, '1Mi')]
    >>> ticks(10**6, 10**9, "decimal", 4, of="bytes")
    [(1000000, '1 MB'), (10000000, '10 MB'), (100000000, '100 MB'), (1000000000, '1 GB')]
    """
    base, steps = (2, (1, 2, 5, 10, 20, 40)) if units == "binary" else (10, (1, 2, 3, 6, 12))
    first, last = _exponent(low, base), _exponent(high, base)
    first += base**first < low
    step = next((s for s in steps if (last - first) // s + 1 <= most), steps[-1])
    start = first + -first % step if last - first >= step else first
    named = amount if of == "bytes" else length
    if base == 10 and last - first < 2:
        finer = (k * 10**power for power in range(max(0, first - 1), last + 1) for k in (1, 2, 5))
        return [(value, named(value, units)) for value in finer if low <= value <= high]
    return [(base**power, named(base**power, units)) for power in range(start, last + 1, step)]


def round_step(high: int, units: Units) -> int:
    """The step of a linear axis from 0 to `high` with two to five round values after 0.

    >>> round_step(3584, "binary"), round_step(24, "binary"), round_step(100000, "decimal")
    (1024, 8, 20000)
    """
    steps = (1 << n for n in range(64)) if units == "binary" else (k * 10**n for n in range(20) for k in (1, 2, 5))
    return next(step for step in steps if high // step <= 5)


def _exponent(value: Number, base: int) -> int:
    """The largest exponent from 0 on whose power is not above the value."""
    guess = max(0, floor(log(max(1, value)) / log(base)) - 1)
    while base ** (guess + 1) <= value:
        guess += 1
    return guess


def bounds(values: Sequence[Number]) -> tuple[Number, Number]:
    """The least and the greatest positive value; `BadInput` where there is none, as a log axis needs one."""
    positive = [value for value in values if value > 0]
    if not positive:
        raise BadInput("a figure needs bytes above 0, there are none in this range; choose longer contexts")
    return min(positive), max(positive)
