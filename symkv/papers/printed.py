"""Printed numbers in running text and in tables, as relations for the judges."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction

from symkv import symbols
from symkv.errors import BadInput
from symkv.formula import Formula, Relation
from symkv.papers import tabulars
from symkv.papers.comments import Said
from symkv.papers.model import Item, Place, Reading
from symkv.papers.numerals import Printed, chosen, numbers, scales
from symkv.papers.scan import Scan
from symkv.papers.sidecar import Column, Row, Sidecar, Table
from symkv.papers.tabulars import Cell
from symkv.papers.targets import Value, number_target

_EMPTY = frozenset({"", "-", "--", "---", "n/a", "N/A", "?"})


def number_item(side: Sidecar, said: Said, start: int, end: int, text: str, locate: Callable[[int], Place]) -> Item:
    """The item that a number annotation makes of a printed number on a line."""
    place = locate(start)
    try:
        value = number_target(said.target, said.given, side.domains)
        printed = chosen(numbers(text[start:end]), said.which, in_bytes=value.in_bytes)
        place = locate(start + printed.start)
        return _item(place, "", said.text, printed, value, said.target, said.given)
    except BadInput as problem:
        return Item("number", place, "", said.text, problem=problem.message)


def _item(
    place: Place, label: str, text: str, printed: Printed, value: Value, target: str, given: tuple[str, ...]
) -> Item:
    readings = tuple(_reading(printed, value.formula, scale.factor, scale.words) for scale in printed.scales())
    return Item(
        "number", place, label, text, target=target, readings=readings, notes=value.notes, printed=printed, value=value
    )


def _reading(printed: Printed, formula: Formula, factor: Fraction, words: str) -> Reading:
    """The printed number as the exact one where it is that, else as one that rounds to it."""
    number, half = printed.value * factor, printed.half * factor
    try:
        same = Fraction(formula.evaluate({})) == number
    except BadInput as problem:
        raise BadInput(f"the value can't be computed: {problem.message}") from None
    if same:
        return Reading(words, (Relation(formula, "=", Formula.of(number)),), True)
    low, high = Formula.of(number - half), Formula.of(number + half)
    return Reading(words, (Relation(formula, ">=", low), Relation(formula, "<=", high)), False)


# -- tables ------------------------------------------------------------------------------------------------------------


def table_items(
    side: Sidecar, table: Table, label: str, scan: Scan, offset: int, locate: Callable[[int], Place]
) -> Iterator[tuple[Item, int]]:
    """The printed numbers of a table whose columns the sidecar maps, with their offsets."""
    try:
        rows = _rows(scan, offset)[max(table.header, 0) :]
        if not rows:
            raise BadInput("this table has no rows behind its header")
    except BadInput as problem:
        yield Item("annotation", locate(offset), label, problem=problem.message), offset
        return
    for row in rows:
        for column in table.columns:
            cell = _at(row, column.at)
            if not column.number or cell is None or tabulars.plain(scan.text[cell.start : cell.end]) in _EMPTY:
                continue
            start = cell.start + len(scan.text[cell.start : cell.end]) - len(scan.text[cell.start : cell.end].lstrip())
            try:
                yield _of_cell(side, table, label, scan.text, row, column, cell, locate), cell.start
            except BadInput as problem:
                yield Item("number", locate(start), label, column.number, problem=problem.message), cell.start


def _rows(scan: Scan, offset: int) -> list[list[Cell]]:
    """The rows of the only tabular in the float around a label."""
    around = [span for span in scan.floats if span.start <= offset < span.end]
    inside = [
        span for span in scan.tabulars if any(one.start <= span.start and span.end <= one.end for one in around[:1])
    ]
    if len(inside) != 1:
        raise BadInput(f"this label must stand in a table with one tabular, there are {len(inside)}")
    return tabulars.rows(scan.text, inside[0].start, scan.text.rfind("\\end", 0, inside[0].end))


def _at(row: list[Cell], column: int) -> Cell | None:
    return next((cell for cell in row if cell.column == column), None)


def _of_cell(
    side: Sidecar, table: Table, label: str, text: str, row: list[Cell], column: Column, cell: Cell,
    locate: Callable[[int], Place],
) -> Item:  # fmt: skip
    first = tabulars.plain(text[row[0].start : row[0].end])
    known = next((one for one in table.rows if one.first == first), Row(first))
    given = {entry.partition("=")[0]: entry for entry in (*table.given, *known.given)}
    for other in table.columns:
        if other.gives and (source := _at(row, other.at)):
            given[other.gives] = f"{other.gives}={_value_of(other, text[source.start : source.end])}"
    what = known.what or table.what
    target = (
        f"{what} {column.number}" if what and " " not in column.number and '"' not in column.number else column.number
    )
    values = tuple(given.values())
    value = number_target(target, values, side.domains)
    printed = chosen(numbers(text[cell.start : cell.end]), 0, in_bytes=value.in_bytes)
    if column.unit:
        scales(column.unit)
        if printed.unit not in ("", column.unit):
            raise BadInput(f"the cell says {printed.unit}, its column {column.unit}")
        printed = replace(printed, unit=column.unit)
    return _item(locate(cell.start + printed.start), label, f"{first}: {column.number}", printed, value, target, values)


def _value_of(column: Column, source: str) -> str:
    """The value of a symbol in a cell: a whole number or a decimal."""
    symbol = symbols.find(column.gives)
    found = numbers(source)
    if len(found) != 1 or found[0].unit not in ("", "K") or found[0].problem:
        raise BadInput(
            f"column {column.at} must hold one number for {column.gives}, got {tabulars.plain(source)[:40]!a}"
        )
    value = found[0].value * found[0].scales()[0].factor
    return str(symbol.require(value) if symbol else value)
