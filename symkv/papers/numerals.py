r"""Printed numbers: `70.272~KB`, `$1{,}024$`, `\SI{4.5}{\kibi\byte}`, `$1.6\times 10^{9}$`, `$7.28\times$`, exactly."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from symkv.errors import BadInput
from symkv.units import AMBIGUOUS, BINARY, DECIMAL, exact

_SPACE = r"(?:~|\\[,;: ]|\\thinspace(?![A-Za-z])|[ \t]|\{\}){0,4}"
_GAP = rf"{_SPACE}(?:\$|\\\))?{_SPACE}"
_WORDS = (
    r"(?:KiB|MiB|GiB|TiB|kB|KB|MB|GB|TB|B|bytes?|Bytes?|kilobytes?|megabytes?|gigabytes?|kibibytes?|mebibytes?|"
    r"gibibytes?|K|[MGTkmb]bit|bits?)(?![A-Za-z0-9])"
)
_PREFIX = r"(?:\\(?:kilo|mega|giga|tera|kibi|mebi|gibi|tebi))?\\byte"
_BOXED = rf"\\(?:text|mathrm|textrm|textnormal|textup|unit|si|operatorname)\{{[ ~]?({_WORDS}|{_PREFIX})\}}"
_DIGITS = r"\d{1,3}(?:\{,\}\d{3}){1,9}(?![0-9])|\d{1,3}(?:\\,\d{3}){1,9}(?![0-9])|\d{1,3}(?:,\d{3}){1,9}(?!,?[0-9])|\d+"
_NUMBER = re.compile(
    rf"(?P<si>\\(?P<command>num|SI|qty)(?:\[[^\]\n]{{0,80}}\])?\{{(?P<plain>[^{{}}\n]{{1,60}})\}}"
    rf"(?:\{{(?P<siunit>[^{{}}\n]{{1,40}})\}})?)"
    rf"|(?<![A-Za-z0-9_.^])(?P<digits>{_DIGITS})(?:\.(?P<decimals>\d+))?(?![0-9])",
    re.ASCII,
)
_POWER = re.compile(rf"{_SPACE}\\(?:times|cdot){_SPACE}10\^(?:\{{(-?\d{{1,3}})\}}|(\d))", re.ASCII)
_UNIT = re.compile(
    rf"{_GAP}(?:(?P<word>{_WORDS})|{_BOXED}|(?P<times>\\times(?![A-Za-z])|x(?![A-Za-z0-9]))|(?P<percent>\\%))", re.ASCII
)
_PIECE = re.compile(r"(?:\{,\}|\\,|,)\d", re.ASCII)
_PIECE_BEFORE = re.compile(r"\d(?:\{,\}|\\,|,)$", re.ASCII)
_PLAIN = re.compile(r"(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?", re.ASCII)
_HIDDEN = re.compile(
    r"\\(?:label|[A-Za-z]*ref|[A-Za-z]*cite[a-z]*|bibitem|url|input|include|includegraphics|[hv]space|begin|end|cmidrule|"
    r"cline|multicolumn|multirow|arraystretch|setlength|fontsize|rule|definecolor|color|textcolor|href|tag|pageref)\*?"
    r"(?:\([^()\n]{0,40}\))?(?:\[[^\]\n]{0,120}\])?(?:\{[^{}\n]{0,200}\})?|\\\\\[[^\]\n]{0,20}\]",
    re.ASCII,
)
_ABOUT = re.compile(r"\\(?:approx|sim|simeq|leq?|geq?|pm|mp|equiv|quad|qquad)(?=\d)", re.ASCII)  # a digit ends the name
_SCRIPT = re.compile(r"[_^][ ]?(?:\{[^{}\n]{0,60}\}|\d)", re.ASCII)
_SI_BYTES = {
    "kilo": "kB", "mega": "MB", "giga": "GB", "tera": "TB", "kibi": "KiB", "mebi": "MiB", "gibi": "GiB", "tebi": "TiB",
}  # fmt: skip
_NAMES = {
    "kilobyte": "kB", "megabyte": "MB", "gigabyte": "GB", "kibibyte": "KiB", "mebibyte": "MiB", "gibibyte": "GiB",
    "byte": "B", "Byte": "B", "bit": "bit", "kbit": "kbit", "Mbit": "Mbit", "Gbit": "Gbit",
}  # fmt: skip
_BITS = {"bit": Fraction(1, 8), "kbit": Fraction(125), "Mbit": Fraction(125_000), "Gbit": Fraction(125_000_000)}


@dataclass(frozen=True)
class Scale:
    """One reading of a unit: how much one of it is, and in words."""

    factor: Fraction
    words: str


@dataclass(frozen=True)
class Printed:
    """A number as printed: its value without the unit, half a unit of its last digit, the unit, and its offsets."""

    text: str
    value: Fraction
    half: Fraction
    unit: str
    start: int
    end: int
    problem: str = ""

    @property
    def in_bytes(self) -> bool:
        """Whether its unit says bytes."""
        return self.unit not in ("", "x", "%", "K", *_BITS)

    def scales(self) -> tuple[Scale, ...]:
        """Every reading of the unit, KB as 1024 bytes first."""
        return scales(self.unit)


def scales(unit: str) -> tuple[Scale, ...]:
    """Every reading of a unit; `BadInput` for an unknown one.

    >>> [scale.words for scale in scales("KB")]
    ['KB read as 1024 B', 'KB read as 1000 B']
    """
    if unit in AMBIGUOUS:
        power = AMBIGUOUS[unit]
        return tuple(Scale(Fraction(base**power), f"{unit} read as {base**power} B") for base in (1024, 1000))
    plain = {"": Fraction(1), "x": Fraction(1), "B": Fraction(1), "%": Fraction(1, 100), "K": Fraction(1000), **_BITS}
    factor = plain.get(unit) or DECIMAL.get(unit) or BINARY.get(unit)
    if factor is None:
        raise BadInput(f"the unit of a printed number must be B, kB, KiB, KB, ..., x or %, got {unit[:20]!a}")
    return (Scale(Fraction(factor), f"{unit} = {factor} B" if unit in {**DECIMAL, **BINARY} else ""),)


def numbers(line: str) -> list[Printed]:
    r"""The printed numbers of a line of LaTeX, from left to right; labels, references, lengths and scripts are none.

    >>> [(str(n.value), n.unit) for n in numbers(r"$L_{61}$: 70.272~KB, \num{1.6e9}, $1{,}024$ in \cite{x2024}")]
    [('8784/125', 'KB'), ('1600000000', ''), ('1024', '')]
    """
    shown = _HIDDEN.sub(lambda match: " " * len(match[0]), line)
    shown = _ABOUT.sub(lambda match: " " * len(match[0]), shown)
    scripts = [match.span() for match in _SCRIPT.finditer(shown)]
    found: list[Printed] = []
    at = script = 0
    while match := _NUMBER.search(shown, at):
        at = match.end()
        while script < len(scripts) and scripts[script][1] <= match.start():
            script += 1
        if script < len(scripts) and scripts[script][0] <= match.start():
            continue
        one = _si(shown, match) if match["si"] else _plain(shown, match)
        if one is not None:
            found.append(one)
            at = max(at, one.end)
    return found


def _plain(line: str, match: re.Match[str]) -> Printed | None:
    digits = re.sub(r"\{,\}|\\,|,", "", match["digits"])
    decimals = match["decimals"] or ""
    if len(digits) + len(decimals) > 60 or (len(digits) > 1 and digits[0] == "0"):
        return None
    end = match.end()
    power = 0
    if shift := _POWER.match(line, end):
        power, end = int(shift[1] or shift[2]), shift.end()
    unit, end = _unit(line, end)
    if unit is None:
        return None
    before = line[max(0, match.start() - 20) : match.start()].rstrip("$ ")
    problem = "a sign stands before it" if before.endswith("-") and not before.endswith("--") else ""
    if _PIECE.match(line, match.end()) or _PIECE_BEFORE.search(before):
        problem = r"its digits go on behind a comma; write 1{,}024 or 0.5"
    value, half = _value(digits, decimals, power)
    return Printed(line[match.start() : end].strip(), value, half, unit, match.start(), end, problem)


def _value(digits: str, decimals: str, power: int) -> tuple[Fraction, Fraction]:
    scale = Fraction(10) ** power
    value = exact(f"{digits}.{decimals}" if decimals else digits) * scale
    half = Fraction(1, 2 * 10 ** len(decimals)) * scale
    return value, half


def _unit(line: str, end: int) -> tuple[str | None, int]:
    """The unit behind a number, "" where there is none, None where letters stand directly behind the digits."""
    match = _UNIT.match(line, end)
    if match is None:
        return (None, end) if line[end : end + 1].isalpha() else ("", end)
    if match["times"]:
        after = line[match.end() :].lstrip(" ~$")
        if after[:1].isdigit() or after[:1] in ("\\", "{", "("):  # a product
            closes = line[match.end() : match.end() + 3].lstrip(" ~").startswith("$")
            return ("x", match.end()) if closes else ("", end)
        return "x", match.end()
    if match["percent"]:
        return "%", match.end()
    return _named(match["word"] or match[2] or ""), match.end()


def _named(word: str) -> str:
    if word.endswith(r"\byte"):
        return _SI_BYTES.get(word.removesuffix(r"\byte").removeprefix("\\"), "B")
    return _NAMES.get(word) or _NAMES.get(word.removesuffix("s")) or word


def _si(line: str, match: re.Match[str]) -> Printed | None:
    number = _PLAIN.fullmatch(match["plain"].strip())
    word = (match["siunit"] or "").strip() if match["command"] != "num" else ""
    if number is None or not (word == "" or re.fullmatch(rf"{_WORDS}|{_PREFIX}", word)):
        return None
    value, half = _value(number[1], number[2] or "", int(number[3] or 0))
    end, unit = match.end(), _named(word) if word else ""
    if match["command"] == "num":
        behind, end = _unit(line, end)
        unit = behind or ""
    return Printed(line[match.start() : end].strip(), value, half, unit, match.start(), end)


def chosen(found: list[Printed], which: int, *, in_bytes: bool) -> Printed:
    """The number that an annotation means: the one of that place, else the only one, or the only one in bytes."""
    if which:
        if which > len(found):
            raise BadInput(f"this line has {len(found)} printed numbers, got number({which})")
        one = found[which - 1]
    else:
        fitting = [number for number in found if number.in_bytes] if in_bytes and len(found) > 1 else found
        if len(fitting) != 1:
            shown = ", ".join(f"({at}) {number.text}" for at, number in enumerate(found[:6], 1))
            raise BadInput(f"which number is meant must be said: {shown or 'none is printed here'}; write number(1)")
        one = fitting[0]
    if one.problem:
        raise BadInput(f"{one.text} can't be read as a number: {one.problem}")
    return one
