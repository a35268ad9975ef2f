"""The tables of fragments: symbols, values, claims and answers, laid out for a column of any width."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from symkv.derivations import Checked, CheckedClaim, CheckedInstance
from symkv.formula import Formula, Relation, symbol
from symkv.formula.latex import Printer
from symkv.render.escape import TeX
from symkv.render.fragment_macros import number_tex
from symkv.render.fragment_text import Prose
from symkv.render.keys import symbols_of
from symkv.render.lines import points
from symkv.render.metrics import text_width
from symkv.render.reread import reread_relation
from symkv.render.tidy import tightened
from symkv.solve import Answer, Neighbour, Solution
from symkv.units import decimal, rational

CHUNK = 24  # rows of one tabular, which can't break over pages
_NARROW = 7.0  # em: a wider text shares the width that is left


@dataclass(frozen=True)
class Column:
    """A column: its head, and its share of the width that the others leave, or 0 for one as wide as its cells."""

    head: str
    share: int = 0
    right: bool = False


@dataclass(frozen=True)
class Row:
    """Cells, or with `across` one text over all columns; `below` stands under the cells, over all columns."""

    cells: tuple[str, ...] = ()
    across: str = ""
    below: str = ""


@dataclass(frozen=True)
class Table:
    """A table: its columns and rows, as the template takes them."""

    columns: Sequence[Column]
    rows: Sequence[Row]

    @cached_property
    def _ems(self) -> list[float]:
        """The width of each column in em, that of its widest cell; 0 for one that shares what the others leave."""
        found = []
        for n, column in enumerate(self.columns):
            cells = [column.head, *(row.cells[n] for row in self.rows if row.cells)]
            wide = round(max(map(text_points, cells)) / 10 + 0.2, 1)  # as it is printed, so that the shares fit
            found.append(0.0 if column.share or (wide > _NARROW and not column.right) else wide)
        return found

    @property
    def spec(self) -> TeX:
        """The columns for tabular, from edge to edge of the text."""
        left = rf"\linewidth-{sum(self._ems):.1f}em-{2 * (len(self.columns) - 1)}\tabcolsep"
        shares = [0 if em else column.share or 2 for column, em in zip(self.columns, self._ems, strict=True)]
        return TeX(
            "".join(
                rf"p{{\dimexpr({left})*{share}/{sum(shares)}\relax}}" if share else f"p{{{em:.1f}em}}"
                for share, em in zip(shares, self._ems, strict=True)
            )
        )

    @property
    def heads(self) -> TeX:
        """The heads of the columns."""
        return self._line([column.head for column in self.columns])

    def _line(self, cells: Sequence[str]) -> TeX:
        set_left, set_right = r"\raggedright\hspace{0pt}", r"\raggedleft "
        aligned = [
            (set_right if column.right else "" if em else set_left) + cell
            for column, em, cell in zip(self.columns, self._ems, cells, strict=True)
        ]
        return TeX(" & ".join(aligned))

    @property
    def chunks(self) -> list[list[dict[str, object]]]:
        """The rows, as many together as stand in one tabular."""
        rows: list[dict[str, object]] = [
            {"cells": self._line(row.cells) if row.cells else "", "across": TeX(row.across), "below": TeX(row.below)}
            for row in self.rows
        ]
        return [rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK)]


def text_points(cell: str) -> float:
    r"""About how many points a cell of text and formulas is wide at 10pt.

    >>> round(text_points("at $b$"), 1), round(text_points(r"\ensuremath{\frac{8}{3}}"), 1)
    (16.5, 7.4)
    """
    if cell.startswith(r"\ensuremath{"):
        return points(cell.removeprefix(r"\ensuremath{").removesuffix("}"))
    parts = re.split(r"(?<!\\)\$", cell)
    words = [re.sub(r"\\[A-Za-z]+|[{}]|\\(?=[^,])", "", part).replace(r"\,", " ") for part in parts[::2]]
    return sum(map(text_width, words)) / 100 + sum(map(points, parts[1::2]))


def tables(checked: Checked, prose: Prose, cited: Collection[str]) -> Iterator[tuple[str, str, Table]]:
    """The tables of a derivation: what they are called in file names, what they hold, and the table."""
    yield "symbols", "its symbols", _symbols(checked, prose)
    if checked.readings:
        yield "readings", "the readings of its number side by side", _values(checked.readings, prose)
    if checked.instances:
        yield "values", "its formulas with numbers put in", _values(checked.instances, prose)
    if checked.claims:
        yield "claims", "printed values against exact ones", _claims(checked.claims, prose, cited)
    if checked.answers:
        yield "designs", "the designs that meet its target", _designs(checked.answers, prose)


def _symbols(checked: Checked, prose: Prose) -> Table:
    rows = [
        Row((f"${prose.printer.name(s.name)}$", prose(s.words), "" if s.unit == "1" else prose(s.unit)))
        for s in symbols_of(checked)
    ]
    return Table((Column("", 0), Column("meaning", 1), Column("unit", 0)), rows)


def _values(found: Sequence[CheckedInstance], prose: Prose) -> Table:
    rows = []
    for one in found:
        unit = one.instance.counts or one.instance.unit
        rows.append(
            Row((prose(one.instance.label), number_tex(one.value), prose(unit)), below=prose(one.instance.note))
        )
    return Table((Column("", 3), Column("value", right=True), Column("unit")), rows)


def _claims(found: Sequence[CheckedClaim], prose: Prose, cited: Collection[str]) -> Table:
    rows = []
    for one in found:
        claim = one.claim
        exact = number_tex(one.value) if one.value is not None else "open"
        source = rf"\cite{{{claim.source}}}" if claim.source in cited else prose(claim.source)
        told = "; ".join(text for text in (claim.place, claim.note, claim.cause) if text)
        rows.append(Row((prose(claim.printed), exact, one.verdict, source), below=prose(told)))
    columns = (Column("printed"), Column("exact", right=True), Column("verdict"), Column("source", 2))
    return Table(columns, rows)


def _designs(found: Sequence[Solution], prose: Prose) -> Table:
    rows, letters = [], set[str]()
    for solution in found:
        letters.add(solution.symbol)
        for size, form in solution.closed_forms:
            text = f"{number_tex(size.bytes)}~bytes ({prose(size.reading)})"
            if form is not None:
                text += f": ${_equation(solution.symbol, form, prose.printer)}$"
            rows.append(Row(across=text))
            rows += [Row(_design(one, prose)) for one in solution.answers if one.target == size]
    head = f"${prose.printer.name(letters.pop())}$" if len(letters) == 1 else "exact"
    return Table((Column("format"), Column("$b$"), Column(head), Column("", 1)), rows)


def _equation(name: str, form: Formula, printer: Printer) -> str:
    relation = Relation(symbol(name), "=", form)
    printed = tightened(printer.relation(relation.lhs.tree, "=", relation.rhs.tree))
    return reread_relation(printed, relation, printer.notation)


def _design(answer: Answer, prose: Prose) -> tuple[str, ...]:
    per = "" if answer.bytes_per_element is None else number_tex(answer.bytes_per_element)
    exact = "open" if answer.exact is None else number_tex(answer.exact)
    if answer.whole is not None:
        told = f"exactly {number_tex(Fraction(answer.whole.bytes))}~bytes"
    elif answer.exact is None:
        told = prose(answer.why)
    else:
        told = "; ".join(_side(side) for side in (answer.below, answer.above) if side is not None)
    return prose(answer.dtype or ""), per, exact, told


def _side(side: Neighbour) -> str:
    sign = "+" if side.miss_percent > 0 else "-"
    miss = rf"${sign}{decimal(abs(side.miss_percent), 1)}$\,\%"
    return f"{rational(side.value)} gives {number_tex(side.bytes)}~bytes ({miss})"
