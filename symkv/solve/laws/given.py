"""Values for the symbols of a law: numbers, sizes, token counts, formats, expressions, and LO..HI where uncertain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from symkv import symbols
from symkv.errors import BadInput
from symkv.formula import Formula
from symkv.solve.intervals import Box, ordered
from symkv.solve.laws.law import Law
from symkv.units import AMBIGUOUS, DTYPES, TOKEN_SUFFIX, check_dtype, parse_size, parse_tokens

RATE = "bytes_per_element"


@dataclass(frozen=True)
class Reading:
    """One reading of what was given: values, uncertain values, and how sizes such as 80GB were read."""

    values: dict[str, Formula]
    box: Box
    words: str = ""
    notes: tuple[str, ...] = field(default=(), compare=False)


def read_given(law: Law, arguments: Sequence[str], *, dtype: str | None = None) -> tuple[Reading, ...]:
    """NAME=VALUE for symbols of a law; one reading, or two where KB, MB, GB or TB may be powers of 1024 or of 1000.

    Raises `BadInput` for a name that the law does not have, a value outside its domain, and one that is given twice.

    >>> from symkv.solve.laws.law import law
    >>> [str(reading.values["hbm_bytes"]) for reading in read_given(law("drain_time"), ["hbm_bytes=80GB"])]
    ['85899345920', '80000000000']
    """
    pairs = [_pair(law, argument) for argument in arguments]
    if dtype is not None:
        pairs.append(_pair(law, f"dtype={dtype}"))
    for name, _ in pairs:
        if sum(other == name for other, _ in pairs) > 1:
            raise BadInput(f"{name} must be given once, it came more often; drop one")
    binary, plain = (_reading(pairs, base) for base in (0, 1))
    if (_texts(binary), binary.box) == (_texts(plain), plain.box):
        return (plain,)
    units = ", ".join(unit for unit in AMBIGUOUS if any(unit in text for _, text in pairs))
    return tuple(
        Reading(reading.values, reading.box, f"{units} as powers of {base}", reading.notes)
        for reading, base in ((binary, 1024), (plain, 1000))
    )


def _texts(reading: Reading) -> dict[str, str]:
    return {name: str(value) for name, value in reading.values.items()}


def _pair(law: Law, argument: str) -> tuple[str, str]:
    name, sign, text = argument.partition("=")
    name, text = name.strip(), text.strip()
    if not sign or not name or not text:
        raise BadInput(f"a value must be given as NAME=VALUE, got {argument[:60]!r}; write n_active=100e9")
    if name == "dtype":
        code = check_dtype(text)
        if code not in DTYPES:
            raise BadInput(f"a law takes a dtype of one width, {code} is a row format; give {RATE}=9/16")
        name, text = RATE, str(DTYPES[code].rate)
    name = symbols.lookup(name).name
    if name not in law.names:
        raise BadInput(f"{name} is no symbol of {law.name}; it has {', '.join(law.names)}")
    return name, text


def _reading(pairs: Sequence[tuple[str, str]], base: int) -> Reading:
    values: dict[str, Formula] = {}
    box: dict[str, tuple[Fraction, Fraction]] = {}
    notes: list[str] = []
    for name, text in pairs:
        known = symbols.lookup(name)
        if "," in text and "(" not in text:
            raise BadInput(f"{name} must be one value or LO..HI here, got {text[:40]!r}; write {name}=1..2")
        pieces = text.split("..")
        if len(pieces) > 2 or not all(piece.strip() for piece in pieces):
            raise BadInput(f"an uncertain value must be {name}=LO..HI, got {text[:40]!r}; write {name}=1..2")
        found = [_value(known, piece.strip(), base, notes) for piece in pieces]
        ends = [known.require(Fraction(value.evaluate({}))) for value in found if not value.names]
        if len(pieces) == 2:
            if len(ends) < 2:
                raise BadInput(f"the ends of {name}=LO..HI must be numbers, got {text[:40]!r}")
            if len(set(ends)) == 2:
                box[name] = ordered(name, ends[0], ends[1])
                continue
        values[name] = Formula.of(ends[0]) if ends else found[0]
    return Reading(_put_in(values), box, notes=tuple(dict.fromkeys(notes)))


def _put_in(values: dict[str, Formula]) -> dict[str, Formula]:
    """The values with each other put in: n_total=8*n_active with n_active=1e9 is 8e9."""
    for _ in values:
        values = {name: value.substitute(_without(name, values)) for name, value in values.items()}
        for name, value in values.items():
            if not value.names:
                values[name] = Formula.of(symbols.lookup(name).require(Fraction(value.evaluate({}))))
    tied = next((name for name, value in values.items() if set(value.names) & set(values)), None)
    if tied is not None:
        raise BadInput(f"values must not depend on each other in a circle, {tied} = {values[tied]} does")
    return values


def _without(name: str, values: dict[str, Formula]) -> dict[str, Formula]:
    return {other: value for other, value in values.items() if other != name}


def _value(known: symbols.Symbol, text: str, base: int, notes: list[str]) -> Formula:
    per_second = text.removesuffix("/s")
    if text[:1].isdigit() and per_second.endswith("B") and known.dimension.startswith("byte"):
        sizes = parse_size(per_second)
        return Formula.of(sizes[min(base, len(sizes) - 1)].bytes)
    if text[:1].isdigit() and known.unit == "tokens" and text.endswith(tuple(TOKEN_SUFFIX)):
        count, note = parse_tokens(text)
        notes += [note] if note else []
        return Formula.of(count)
    return Formula.parse(text)
