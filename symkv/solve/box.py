"""The box that designs are looked for in: NAME=LO..HI, NAME=A,B,C, dtype=fp8,bf16, and what no range is given for."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from symkv import symbols
from symkv.errors import BadInput
from symkv.formula import Formula
from symkv.solve.functions import Value
from symkv.units import DTYPES, check_dtype, parse_tokens

Box = dict[str, Sequence[Value]]  # sorted values of each symbol, none below 0
MOST_VALUES = 10**9
RATE = "bytes_per_element"


def parse_box(arguments: Sequence[str]) -> tuple[Box, list[str], tuple[str, ...]]:
    """The free symbols with their values, the arguments that fix one value, and the formats that were listed.

    NAME=LO..HI is a range of whole numbers, NAME=A,B,C a list; dtype=fp8,bf16 lists widths in bytes.

    >>> parse_box(["n_layers=1..4", "d_head=64,128", "n_kv_heads=8"])[:2]
    ({'n_layers': range(1, 5), 'd_head': (64, 128)}, ['n_kv_heads=8'])
    """
    domains: Box = {}
    fixed: list[str] = []
    formats: tuple[str, ...] = ()
    for argument in arguments:
        name, sign, text = argument.partition("=")
        if not sign or ("," not in text and ".." not in text) or "(" in text:
            fixed.append(argument)
            continue
        if name == "dtype":
            formats = tuple(dict.fromkeys(check_dtype(code.strip()) for code in text.split(",")))
            continue
        known = symbols.lookup(name.strip())
        if known.name in domains:
            raise BadInput(f"{known.name} must be given once, it came twice; drop one")
        domains[known.name] = _range(known, text) if ".." in text else _list(known, text)
    rates = sorted({_rate(code) for code in formats})
    if rates:
        if RATE in domains:
            raise BadInput(f"{RATE} and dtype say the same thing; give one of them")
        domains[RATE] = tuple(rates)
    return domains, fixed, formats


def usual_values(name: str) -> range:
    """The values of a symbol that no range is given for: whole numbers up to 10**9, cut by the bounds later.

    Raises `BadInput` for a symbol that is not whole.
    """
    known = symbols.lookup(name)
    if not known.whole:
        example = "dtype=fp8,bf16" if known.name == RATE else f"{known.name}=1/2,1,2"
        raise BadInput(f"{known.name} must have values, it is no whole number and has none; write {example}")
    return range(known.lower, MOST_VALUES + 1)


def _rate(code: str) -> Fraction:
    if code not in DTYPES or DTYPES[code].row_scale_bytes:
        raise BadInput(f"a design takes dtypes of one width, {code} is a row format; give fp8, bf16, q8_0 or the like")
    return DTYPES[code].rate


def _range(known: symbols.Symbol, text: str) -> range:
    ends = [_count(known, end) for end in text.split("..")]
    if len(ends) != 2 or ends[0] > ends[1] or not known.whole:
        raise BadInput(f"a range must be NAME=LO..HI with LO <= HI of whole numbers, got {known.name}={text[:40]}")
    if ends[1] - ends[0] >= MOST_VALUES:
        raise BadInput(f"a range may have {MOST_VALUES} values, got {ends[1] - ends[0] + 1}; make it smaller")
    known.require(ends[0])
    return range(ends[0], ends[1] + 1)


def _count(known: symbols.Symbol, text: str) -> int:
    return parse_tokens(text)[0] if known.unit == "tokens" and text.strip()[-1:] in "kKiM" else _whole(known, text)


def _whole(known: symbols.Symbol, text: str) -> int:
    if not text.strip().isascii() or not text.strip().isdigit() or len(text) > 20:
        raise BadInput(f"{known.name} takes whole numbers, got {text.strip()[:20]!a}; write {known.name}=1..8")
    return int(text)


def _list(known: symbols.Symbol, text: str) -> tuple[Value, ...]:
    if known.whole:
        values: set[Value] = {int(known.require(_count(known, piece))) for piece in text.split(",")}
    else:
        values = {known.require(Fraction(Formula.parse(piece).evaluate({}))) for piece in text.split(",")}
    return tuple(sorted(values))
