r"""What a key stands for in LaTeX: numbers in text or mathematics, amounts of bytes, formulas, letters; and sources."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from fractions import Fraction

from symkv.derivations.bibliography import Entry
from symkv.formula.latex import Printer, number
from symkv.render.equations import reread_laid
from symkv.render.escape import tex
from symkv.render.keys import Quoted
from symkv.render.lines import laid
from symkv.render.reread import reread
from symkv.render.tidy import tightened
from symkv.units import BINARY, decimal, rational

_SI = {"B": r"\byte", "KiB": r"\kibi\byte", "MiB": r"\mebi\byte", "GiB": r"\gibi\byte", "TiB": r"\tebi\byte"}


def set_macro(
    entry: Quoted, printer: Printer, width: float, packages: Collection[str] = ()
) -> Iterator[tuple[str, str, str]]:
    """The macros of an entry: kind, key and LaTeX; besides an amount of bytes in a large unit, and a reference."""
    siunitx = "siunitx" in packages
    yield entry.kind, entry.key, _latex(entry, printer, width, siunitx)
    if entry.bytes and entry.value is not None:
        amount, unit, _ = human_unit(entry.value)
        yield "bytes", entry.key, rf"\qty{{{amount}}}{{{_SI[unit]}}}" if siunitx else rf"\mbox{{{amount}\,{unit}}}"
    if entry.label:
        yield "ref", entry.key, rf"\{'cref' if 'cleveref' in packages else 'eqref'}{{{entry.label}}}"


def _latex(entry: Quoted, printer: Printer, width: float, siunitx: bool) -> str:
    if entry.word:
        return printer.name(entry.word)
    if entry.relation is not None:
        found = laid(entry.relation, printer, width, over=entry.over)
        return reread_laid(found, entry.relation, printer, entry.over)
    if entry.formula is not None:
        printed = tightened(printer.whole(entry.formula.tree))
        return rf"\ensuremath{{{reread(printed, entry.formula, printer.notation)}}}"
    return number_tex(entry.value or Fraction(0), siunitx=siunitx)


def number_tex(value: Fraction, *, siunitx: bool = False) -> str:
    r"""A number in text or mathematics: whole with thin groups, else a fraction.

    >>> print(number_tex(Fraction(16384)), number_tex(Fraction(-125, 16)))
    16\,384 \ensuremath{-\frac{125}{16}}
    """
    sign = "-" if value < 0 else ""
    if value.denominator > 1:
        return rf"\ensuremath{{{sign}\frac{{{number(abs(value.numerator))}}}{{{number(value.denominator)}}}}}"
    if siunitx:
        return rf"\num{{{value.numerator}}}"
    return rf"\ensuremath{{-{number(-value.numerator)}}}" if sign else number(value.numerator)


def human_unit(value: Fraction) -> tuple[str, str, bool]:
    """Bytes in the largest binary unit that fits: the amount with two decimals, the unit, and whether it is exact.

    >>> human_unit(Fraction(1792)), human_unit(Fraction(5000, 3))
    (('1.75', 'KiB', True), ('1.63', 'KiB', False))
    """
    unit, scale = next(((u, s) for u, s in reversed(BINARY.items()) if abs(value) >= s), ("B", 1))
    shown = decimal(value / scale)
    return shown, unit, Fraction(shown) * scale == value


def plainly(entry: Quoted) -> str:
    """An entry as lists show it."""
    if entry.value is None:
        return entry.word or str(entry.relation if entry.relation is not None else entry.formula)
    if not entry.bytes:
        return str(rational(entry.value))
    amount, unit, exact = human_unit(entry.value)
    return f"{rational(entry.value)} B" + ("" if unit == "B" else f" ({'' if exact else 'about '}{amount} {unit})")


def bibtex(key: str, source: object) -> str:
    """A BibTeX entry: that of the shipped list, with its arXiv number where styles print it, or one of the fields."""
    if isinstance(source, Entry):
        eprint = source.fields.get("eprint")
        if eprint and source.bibtex.startswith("@article") and "journal" not in source.fields:
            first, rest = source.bibtex.split("\n", 1)
            return f"{first}\n  journal = {{arXiv preprint arXiv:{eprint}}},\n{rest}"
        return source.bibtex
    names = {"author": "authors", "title": "title", "year": "year", "howpublished": "locator"}
    lines = [f"  {name} = {{{{{tex(getattr(source, field))}}}}}" for name, field in names.items()]
    return f"@misc{{{key},\n" + ",\n".join(lines) + "\n}"
