"""Exact amounts: bytes, tokens and the number formats of cached elements.

Bytes are whole numbers or `Fraction`s; no float is on any path that ends in a byte count. kB is 1000 bytes, KiB is
1024; `KB`, `MB`, `GB` and `TB` are written for both, so both readings are returned where they differ.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from symkv.errors import BadInput

DECIMAL = {"kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}  # powers of 1000, the SI meaning
BINARY = {"KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}  # powers of 1024, IEC 80000-13
AMBIGUOUS = {"KB": 1, "MB": 2, "GB": 3, "TB": 4}  # the power of 1024 or of 1000; 1024 is read first
TOKEN_SUFFIX = {"k": 10**3, "Ki": 2**10, "M": 10**6, "Mi": 2**20}

_NUMBER = r"\d+(?:\.\d+)?(?:[eE]\d{1,2})?"
_SIZE = re.compile(rf"({_NUMBER}|\d+/0*[1-9]\d*)\s*([A-Za-z]*)", re.ASCII)
_TOKENS = re.compile(r"(\d+(?:\.\d+)?)\s*(k|Ki|M|Mi)?", re.ASCII)
MAX_DIGITS = 200
MAX_BITS = 13_287  # of 4000 digits; Python prints no more than 4300


def exact(text: str) -> Fraction:
    """The rational that a decimal literal writes: `0.1` is 1/10, `100e9` is 10**11.

    Raises `BadInput` for a literal of more than 200 digits.

    >>> exact("0.1"), exact("100e9")
    (Fraction(1, 10), Fraction(100000000000, 1))
    """
    mantissa, _, exponent = text.lower().partition("e")
    if len(mantissa) + abs(int(exponent or 0)) > MAX_DIGITS:
        raise BadInput(f"a literal may have {MAX_DIGITS} digits, {mantissa[:12]}... has more; write a smaller number")
    return Fraction(text)


@dataclass(frozen=True)
class Size:
    """One reading of a written size: its bytes (exact) and how the unit was read."""

    bytes: Fraction
    reading: str


def parse_size(text: str) -> tuple[Size, ...]:
    """Every reading of a size in bytes, the binary one first; one reading where they agree.

    Raises `BadInput` for an unknown unit, a negative or a malformed number.

    >>> [str(size.bytes) for size in parse_size("2KB")]  # 2 * 1024 and 2 * 1000
    ['2048', '2000']
    >>> [str(size.bytes) for size in (*parse_size("2 KiB"), *parse_size("5000/3B"))]
    ['2048', '5000/3']
    """
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        raise BadInput(f"a size must be a positive number with a unit, got {text!r}; write 2048B, 2KiB, 2kB or 2KB")
    number, unit = exact(match[1]), match[2]
    if number <= 0:
        raise BadInput(f"a size must be more than 0 bytes, got {text!r}; write 2048B or 2KiB")
    if unit in ("", "B"):
        return (Size(number, "bytes"),)
    if unit in DECIMAL and unit not in AMBIGUOUS:
        return (Size(number * DECIMAL[unit], f"{unit} = {DECIMAL[unit]} B"),)
    if unit in BINARY:
        return (Size(number * BINARY[unit], f"{unit} = {BINARY[unit]} B"),)
    if unit in AMBIGUOUS:
        power = AMBIGUOUS[unit]
        return tuple(Size(number * base**power, f"{unit} read as {base**power} B") for base in (1024, 1000))
    known = ", ".join(["B", *DECIMAL, *BINARY, "KB"])
    raise BadInput(f"the unit of a size must be one of {known}, got {unit!r} in {text!r}; write 2KiB or 2kB")


@dataclass(frozen=True)
class Band:
    """The byte counts that meet a target: those from `low` on and below `high`, or just `low` where both are equal."""

    size: Size
    low: Fraction
    high: Fraction


def printed_bands(text: str) -> list[Band]:
    """The byte counts that a printed size stands for: within half a unit of its last digit, for every reading.

    >>> [(str(band.low), str(band.high)) for band in printed_bands("2.60KiB")]  # 2.595 and 2.605 times 1024
    [('66432/25', '66688/25')]
    """
    match = _SIZE.fullmatch(text.strip())
    if match and "/" in match[1]:
        raise BadInput(f"a printed size must be a decimal, got {text[:40]!r}; write 1.67kB")
    digits = len(match[1].partition(".")[2]) if match and "e" not in match[1].lower() else 0
    half = Fraction(1, 2 * 10**digits)
    return [
        Band(size, size.bytes - half * scale, size.bytes + half * scale)
        for size in parse_size(text)
        for scale in [size.bytes / exact(match[1] if match else "1")]
    ]


def parse_tokens(text: str) -> tuple[int, str | None]:
    """A count of tokens, and a sentence on how its suffix was read where that could surprise.

    >>> parse_tokens("128Ki")
    (131072, None)
    >>> parse_tokens("128k")
    (128000, '128k tokens is read as 128000; write 128Ki for 131072')
    """
    match = _TOKENS.fullmatch(text.strip())
    if match is None:
        raise BadInput(f"a token count must be a whole number, 128Ki or 128k, got {text!r}; write 131072 or 128Ki")
    count = exact(match[1]) * TOKEN_SUFFIX.get(match[2] or "", 1)
    if count.denominator != 1 or count < 1:
        raise BadInput(f"a token count must be a whole number from 1 on, got {text!r}; write 131072 or 128Ki")
    if match[2] not in ("k", "M"):
        return int(count), None
    binary = {"k": "Ki", "M": "Mi"}[match[2]]
    other = rational(exact(match[1]) * TOKEN_SUFFIX[binary])
    return int(count), f"{text.strip()} tokens is read as {count}; write {match[1]}{binary} for {other}"


def rational(value: Fraction | int) -> int | str:
    """A number as JSON carries it: a whole one as int, any other as "p/q".

    >>> rational(Fraction(80503, 16)), rational(Fraction(8))
    ('80503/16', 8)
    """
    value = Fraction(value)
    if max(abs(value.numerator), value.denominator).bit_length() > MAX_BITS:
        raise BadInput(f"a number may have 4000 digits to be printed, this is {shown(value)}; give smaller values")
    return int(value) if value.denominator == 1 else f"{value.numerator}/{value.denominator}"


def shown(value: Fraction | int) -> str:
    """A number as messages show it: exact, or its number of digits where it has more than 60.

    >>> shown(Fraction(9, 16)), shown(2**9999)
    ('9/16', 'a number of 3011 digits')
    """
    longest = max(abs(value.numerator), value.denominator)
    if longest < 10**60:
        return str(value)
    return f"a number of {longest.bit_length() * 30103 // 100000 + 1} digits"


def decimal(value: Fraction | int, digits: int = 2) -> str:
    """A rational rounded half up to a number of decimals, for people; trailing zeros dropped.

    >>> decimal(Fraction(125, 16), 3), decimal(Fraction(-21, 2), 0)
    ('7.813', '-11')
    """
    scaled = abs(Fraction(value)) * 10**digits
    units = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)  # half a unit rounds up
    whole, part = divmod(units, 10**digits)
    fraction = f".{part:0{digits}d}".rstrip("0").rstrip(".") if digits else ""
    return f"{'-' if value < 0 and units else ''}{whole}{fraction}"


def human_bytes(value: Fraction | int) -> str:
    """The same bytes in the largest fitting binary and decimal unit, exact bytes first.

    >>> human_bytes(17179869184)
    '17179869184 B (16 GiB, 17.18 GB)'
    >>> human_bytes(1792)
    '1792 B (1.75 KiB, 1.79 kB)'
    """
    parts = [
        f"{decimal(Fraction(value) / scale)} {unit}"
        for table in (BINARY, DECIMAL)
        for unit, scale in [next(((u, s) for u, s in reversed(table.items()) if value >= s), ("", 1))]
        if unit
    ]
    return f"{rational(value)} B" + (f" ({', '.join(parts)})" if parts else "")


@dataclass(frozen=True)
class Coding:
    """How one part of a cached row is coded: bytes for an element, and one scale for each block of elements.

    `bytes_per_element`, `scale_bytes` and `row_scale_bytes` are bytes, `block` is elements per scale; the last is one
    scale for the row of each head.

    >>> Coding(Fraction(1), block=32, scale_bytes=2).rate  # q8_0: 34 bytes for 32 elements
    Fraction(17, 16)
    """

    bytes_per_element: Fraction
    block: int = 1
    scale_bytes: int = 0
    row_scale_bytes: int = 0

    @property
    def rate(self) -> Fraction:
        """Bytes for one element with its share of the scale; exact where the block divides the width."""
        return self.bytes_per_element + Fraction(self.scale_bytes, self.block)


_HALF = Fraction(1, 2)
DTYPES: dict[str, Coding] = {
    "fp32": Coding(Fraction(4)),
    "bf16": Coding(Fraction(2)),
    "fp16": Coding(Fraction(2)),
    "fp8": Coding(Fraction(1)),
    "int8": Coding(Fraction(1)),
    "fp8_e4m3": Coding(Fraction(1)),
    "fp4": Coding(_HALF),
    "int4": Coding(_HALF),
    "mxfp8": Coding(Fraction(1), 32, 1),  # one e8m0 scale for 32 elements (OCP Microscaling formats 1.0)
    "mxfp4": Coding(_HALF, 32, 1),
    "nvfp4": Coding(_HALF, 16, 1),  # one e4m3 scale for 16 elements; the scale of the whole tensor is not per token
    "q8_0": Coding(Fraction(1), 32, 2),  # ggml blocks of 32: an fp16 scale, q*_1 with an fp16 minimum besides
    "q5_1": Coding(Fraction(5, 8), 32, 4),
    "q5_0": Coding(Fraction(5, 8), 32, 2),
    "q4_1": Coding(_HALF, 32, 4),
    "q4_0": Coding(_HALF, 32, 2),
    "fp8_per_token_head": Coding(Fraction(1), row_scale_bytes=4),  # one fp32 scale for each token and head
    "int8_per_token_head": Coding(Fraction(1), row_scale_bytes=4),
}

# A packed row codes each named part of a row in its own way; `pad` is a byte count inside the published row.
ROW_FORMATS: dict[str, tuple[dict[str, Coding], int]] = {
    "fp8_ds_mla": (
        {"index": Coding(Fraction(1), 128, 4), "latent": Coding(Fraction(1), 128, 4), "rope": Coding(Fraction(2))},
        0,
    ),
    "nvfp4_ds_mla": ({"latent": Coding(_HALF, 16, 1), "rope": Coding(Fraction(1))}, 0),
    "fp8_ds_v4": ({"nope": Coding(Fraction(1), 64, 1), "rope": Coding(Fraction(2))}, 1),
    "fp8_ds_v41": ({"nope": Coding(Fraction(1), 32, 1), "rope": Coding(Fraction(1), 32, 1)}, 0),
}

USUAL_DTYPES = ("fp8", "bf16", "fp32")  # what an answer is tabled for while the bytes per element stay open


def check_dtype(name: str) -> str:
    """The name itself if it is a known number or row format; `BadInput` otherwise."""
    if name not in DTYPES and name not in ROW_FORMATS:
        known = ", ".join([*DTYPES, *ROW_FORMATS])
        raise BadInput(f"a dtype must be one of {known}, got {name!r}; or give bytes_per_element=9/16")
    return name


Match = Literal["matches", "rounds", "differs"]
_MATCHES: tuple[Match, ...] = ("matches", "rounds", "differs")
_PRINTED = re.compile(r"([\d,]+(?:\.(\d+))?)(?:e(\d{1,3}))?\s*([A-Za-z%]*)", re.ASCII)
_PLAIN: dict[str, int | Fraction] = {
    "": 1, "x": 1, "B": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "%": Fraction(1, 100), "tokens": 1,
    "h": 3600, "min": 60, "s": 1, "ms": Fraction(1, 10**3), "us": Fraction(1, 10**6),
}  # fmt: skip


def against_printed(
    value: Fraction | int, printed: str, *, decimals: int | None = None
) -> tuple[Match, Fraction | None]:
    """How an exact value relates to a printed one, and the ratio printed/exact of the nearer reading.

    `matches` when equal, `rounds` when equal to the printed digits (half a unit of the last one), else `differs`.
    `decimals` is the number of digits after the point that count, -3 where a number is printed to the thousand.
    `KB`, `MB`, `GB` are tried as 1024 and as 1000; `K` without B counts by the thousand; times are read in seconds.
    The ratio is None for an exact value of 0.

    >>> against_printed(819200, "800 KB"), against_printed(34560, "34.6K")[0]
    (('matches', Fraction(1, 1)), 'rounds')
    >>> against_printed(Fraction(144, 10000), "14.4 ms")[0], against_printed(7629, "8000", decimals=-3)[0]
    ('matches', 'rounds')
    """
    match = _PRINTED.fullmatch(printed.strip())
    if match is None:
        raise BadInput(f"a printed value must be a number with a unit, got {printed!r}; write 70.272 kB or 34.6K")
    unit = match[4]
    if unit in AMBIGUOUS:
        scales = [Fraction(base ** AMBIGUOUS[unit]) for base in (1024, 1000)]
    else:
        scale = _PLAIN.get(unit) or DECIMAL.get(unit) or BINARY.get(unit)
        if scale is None:
            raise BadInput(f"a printed value must have a known unit, got {unit!r} in {printed!r}; write kB, KiB or x")
        scales = [Fraction(scale)]
    power = int(match[3] or 0)
    number = Fraction(match[1].replace(",", "")) * 10**power
    digits = len(match[2] or "") - power if decimals is None else decimals
    half = Fraction(10) ** -digits / 2
    verdicts: list[tuple[int, Fraction, Fraction | None]] = []
    for scale in scales:
        gap = abs(Fraction(value) / scale - number)
        quality = 0 if gap == 0 else 1 if gap <= half else 2
        verdicts.append((quality, gap, number * scale / value if value else None))
    quality, _, ratio = min(verdicts, key=lambda verdict: verdict[:2])
    return _MATCHES[quality], ratio
