"""The nearest mistakes of papers: a number that is right for something else, a formula that is another quantity."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction

from symkv.caches.quantities import QUANTITIES
from symkv.errors import SymkvError
from symkv.formula import Formula, Relation
from symkv.papers.numerals import Printed
from symkv.papers.targets import Value, measured, quantity_of
from symkv.proof.counterexample import find
from symkv.proof.domains import Domain
from symkv.proof.judges import domains_for
from symkv.proof.search import prove_with_split
from symkv.units import BINARY, DECIMAL, decimal

_WORDS = {
    "stored": "what is stored",
    "read": "what one step reads",
    "written": "what one step writes",
    "growth": "what is stored per token",
    "read_growth": "what one step reads per token",
    "peak": "the peak",
}
_TARGET = re.compile(r"([A-Za-z0-9_.-]+)\.([a-z_]+)", re.ASCII)
_DTYPES = {"bf16": "2 bytes", "fp8": "1 byte", "fp32": "4 bytes"}


def other_quantity(target: str, formula: Formula, where: Iterable[Relation], domains: Mapping[str, Domain]) -> str:
    """A sentence where the formula of a paper is another quantity of the same variant, proved so; else ""."""
    match = _TARGET.fullmatch(target.strip())
    if match is None or match[2] not in _WORDS:
        return ""
    for name, words in _WORDS.items():
        if name == match[2]:
            continue
        try:
            relation = Relation(formula, "=", quantity_of(match[1], name))
            ranges = domains_for((relation, *where), domains)
            if find(relation, where, ranges, tries=200) is None and prove_with_split(relation, tuple(where), ranges):
                return f"the paper's formula is {words}, not {_WORDS[match[2]]} ({match[1]}.{name})"
        except SymkvError:
            continue
    return ""


def number_mistake(printed: Printed, exact: Fraction, value: Value) -> str:
    """A sentence on what a printed number that differs is right for, or ""."""
    return next(_mistakes(printed, exact, value), "")


def _mistakes(printed: Printed, exact: Fraction, value: Value) -> Iterator[str]:
    yield from _units(printed, exact)
    yield from _rounding(printed, exact)
    if exact and _fits(printed, 1 / exact):
        yield "the ratio is turned round: it is the inverse that is printed"
    yield from _other_inputs(printed, value)
    for factor, words in ((2, "twice"), (4, "four times"), (8, "eight times")):
        if _fits(printed, exact * factor):
            yield f"it is {words} the exact value"
        if _fits(printed, exact / factor):
            part = {2: "half", 4: "a quarter", 8: "an eighth"}[factor]
            yield f"it is {part} of the exact value" + ("; is key and value counted?" if factor == 2 else "")


def _fits(printed: Printed, exact: Fraction) -> bool:
    return any(abs(exact / scale.factor - printed.value) <= printed.half for scale in printed.scales())


def _units(printed: Printed, exact: Fraction) -> Iterator[str]:
    if not printed.in_bytes:
        return
    units = {"B": 1, **DECIMAL, **BINARY}
    for unit, factor in units.items():
        if unit != printed.unit and abs(exact / factor - printed.value) <= printed.half:
            yield f"the number is right in {unit} ({factor} B), not in {printed.unit}"


def _rounding(printed: Printed, exact: Fraction) -> Iterator[str]:
    """A last digit that is cut off, or one too far."""
    step = 2 * printed.half
    for scale in printed.scales():
        inside = exact / scale.factor
        if (inside / step).denominator != 1 and abs(inside - printed.value) <= 3 * step / 2:
            digits = 0
            while step * 10**digits < 1 and digits < 12:
                digits += 1
            how = "is cut off, not rounded" if (inside // step) * step == printed.value else "is rounded wrongly"
            yield f"its last digit {how}: exactly {decimal(inside, digits + 3)}"


def _other_inputs(printed: Printed, value: Value) -> Iterator[str]:
    """The same question for another quantity, one layer more or less, another window, head count or format."""
    if value.asked is None:
        return
    what, quantity, given = value.asked
    for name, words in _WORDS.items():
        if name != quantity and name in QUANTITIES and _answers(printed, what, name, given):
            yield f"the number is {words}, not {_WORDS.get(quantity, quantity)}"
    entries = dict(entry.partition("=")[::2] for entry in given)
    for name, text in entries.items():
        if name == "dtype":
            for other, size in _DTYPES.items():
                if other != text and _answers(printed, what, quantity, _with(given, name, other)):
                    yield f"the number is for {size} an element ({other}), not for {text}"
        elif text.isdigit():
            for count in (int(text) - 1, int(text) + 1):
                if count > 0 and _answers(printed, what, quantity, _with(given, name, str(count))):
                    yield f"the number is for {name} = {count}, not for {text}"


def _with(given: tuple[str, ...], name: str, text: str) -> tuple[str, ...]:
    return tuple(f"{name}={text}" if entry.partition("=")[0] == name else entry for entry in given)


def _answers(printed: Printed, what: str, quantity: str, given: tuple[str, ...]) -> bool:
    try:
        return _fits(printed, Fraction(measured(what, quantity, given).formula.evaluate({})))
    except SymkvError:
        return False
