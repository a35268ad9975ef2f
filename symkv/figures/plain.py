"""Figures as text for a terminal: as wide as it is, in plain Unicode or in ASCII, without colour."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from math import log2
from typing import Any

from symkv.figures.data import Curve, Curves, Figure, Kind, Lattice, Layers, Number, Points, Rows
from symkv.figures.lattice import axis, counted
from symkv.figures.scales import Units, amount, bounds, byte_words, length, ticks, token_words
from symkv.figures.words import crossings
from symkv.units import rational

NARROW, HEIGHT = 40, 18
_SIGNS = {False: "●▲■◆○△□◇", True: "abcdefgh"}
_CROSS = {False: "╳", True: "X"}
_FRAME = {False: ("┤", "│", "└", "┬", "─"), True: ("+", "|", "+", "+", "-")}
_ROWS = {False: "█▒·═", True: "#o.="}  # kept and read, kept, let go, read in another layer's cache
_DESIGNS = {False: "·", True: "."}


def text(figure: Figure, *, width: int = 80, ascii_only: bool = False, units: Units = "binary") -> list[str]:
    """The figure as lines of at most about `width` characters, from 40 on.

    >>> from symkv.models import resolve
    >>> from symkv.figures.layers import layers_figure
    >>> stack = resolve("tail(1, interleave(4, 1:1, sliding_window(window=4), gqa()))")
    >>> print("\\n".join(text(layers_figure(stack, tokens=12), width=60, ascii_only=True)[1:5]))
      layer 0  ........####  sliding_window (key, value): 4 rows
      layer 1  ############  gqa (key, value): 12 rows
      layer 2  ........####  sliding_window (key, value): 4 rows
      layer 3  ============  reads layer 1
    """
    return _TEXT[type(figure)](figure, max(width, NARROW), ascii_only, units)


# -- curves and points -------------------------------------------------------------------------------------------------


class _Plane:
    """A log-log plane of characters with labelled axes."""

    def __init__(
        self, x: tuple[Number, Number], y: tuple[Number, Number], width: int, ascii_only: bool, units: Units, of: str
    ) -> None:
        self.ascii_only, self.units = ascii_only, units
        self.low, self.high = log2(y[0]), log2(y[1])
        if self.high - self.low < 1:  # a flat curve in the middle
            self.low, self.high = self.low - 1, self.high + 1
        self.left, self.right = log2(x[0]), log2(x[1])
        if self.right - self.left < 1:
            self.left, self.right = self.left - 1, self.right + 1
        self.y_ticks = ticks(max(1, int(2**self.low)), int(2**self.high) + 1, units, 6, of="bytes")
        self.of = of
        self.margin = max((len(label) for _, label in self.y_ticks), default=0) + 1
        self.columns = width - self.margin - 2
        self.cells: dict[tuple[int, int], str] = {}

    def column(self, x: float) -> int:
        """The column of a value whose logarithm is given."""
        return round((x - self.left) / (self.right - self.left) * (self.columns - 1))

    def row(self, y: float) -> int:
        """The row, from the top."""
        return round((self.high - y) / (self.high - self.low) * (HEIGHT - 1))

    def put(self, x: Number, y: Number, sign: str) -> None:
        """A sign at a point."""
        if x > 0 and y > 0:
            self.cells[self.column(log2(x)), self.row(log2(y))] = sign

    def lines(self, x_ticks: Sequence[tuple[int, str]]) -> list[str]:
        """The plane with its frame and labels."""
        tick, side, corner, down, flat = _FRAME[self.ascii_only]
        labels = {self.row(log2(value)): label for value, label in self.y_ticks if value > 0}
        found = []
        for row in range(HEIGHT):
            cells = "".join(self.cells.get((column, row), " ") for column in range(self.columns))
            found.append(f"{labels.get(row, ''):>{self.margin}}{tick if row in labels else side}{cells}".rstrip())
        bottom, names = [flat] * self.columns, [" "] * (self.columns + 8)
        taken = -2
        for value, label in x_ticks:
            column = self.column(log2(value)) if value > 0 else -1
            start = max(0, min(column - len(label) // 2, self.columns - len(label)))
            if 0 <= column < self.columns and start > taken:
                bottom[column] = down
                names[start : start + len(label)] = label
                taken = start + len(label)
        return [*found, " " * self.margin + corner + "".join(bottom), " " * (self.margin + 1) + "".join(names).rstrip()]


def _curves(figure: Curves, width: int, ascii_only: bool, units: Units) -> list[str]:
    values = [value for curve in figure.curves for _, value in curve.points]
    plane = _Plane(figure.tokens, bounds(values), width, ascii_only, units, "bytes")
    signs = _SIGNS[ascii_only]
    owners: dict[tuple[int, int], list[int]] = {}
    for number, curve in enumerate(figure.curves):
        for cell in _cells(plane, curve):
            owners.setdefault(cell, []).append(number)
    for cell, numbers in owners.items():  # curves that run together take turns
        plane.cells[cell] = signs[numbers[cell[0] // 2 % len(numbers)]]
    for one in figure.crossovers:
        plane.put(one.at, one.bytes, _CROSS[ascii_only])
    several = len({curve.of for curve in figure.curves}) > 1
    rows = [
        [
            signs[number],
            curve.name + (f", {curve.of}" if several else ""),
            f"{amount(curve.points[0][1], units)} to {amount(curve.points[-1][1], units)}",
        ]
        for number, curve in enumerate(figure.curves)
    ]
    x_ticks = ticks(*figure.tokens, units, plane.columns // 9, of="tokens")
    notes = [f"  {_CROSS[ascii_only]} {words}" for words in crossings(figure)]
    notes += [f"  whether {a} and {b} cross was not decided" for a, b in figure.undecided]
    head = figure.title.partition(":")[0] + (f", {figure.batch} sequences" if figure.batch > 1 else "")
    return [
        f"{head}, by tokens of context ({_units(units, max(values), ascii_only)})",
        *plane.lines(x_ticks),
        *_aligned(rows),
        *notes,
    ]


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[place]) for row in rows if place < len(row)) for place in range(max(map(len, rows)))]
    return ["  " + "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=False)).rstrip() for row in rows]


def _units(units: Units, top: Number, ascii_only: bool) -> str:
    words = f"{byte_words(units, top)}, {token_words(units)} tokens"
    return words if not ascii_only else words.replace("²", "**2").replace("³", "**3").replace("⁴", "**4")


def _cells(plane: _Plane, curve: Curve) -> set[tuple[int, int]]:
    """The cells that a curve goes through: straight between its points, on both logarithmic axes."""
    logs = [(log2(x), log2(y)) for x, y in curve.points if y > 0]
    found = {(plane.column(x), plane.row(y)) for x, y in logs}
    xs = [x for x, _ in logs]
    for column in range(plane.columns):
        x = plane.left + column / (plane.columns - 1) * (plane.right - plane.left)
        after = bisect_left(xs, x)
        if 0 < after < len(logs):
            (x0, y0), (x1, y1) = logs[after - 1], logs[after]
            found.add((column, plane.row(y0 + (y1 - y0) * (x - x0) / (x1 - x0))))
    return found


def _points(figure: Points, width: int, ascii_only: bool, units: Units) -> list[str]:
    stored = bounds([point.stored for point in figure.points])
    read = bounds([point.read for point in figure.points])
    plane = _Plane(stored, read, width, ascii_only, units, "bytes")
    signs = _SIGNS[ascii_only]
    for number, point in enumerate(figure.points):
        plane.put(point.stored, point.read, signs[number])
    low, high = (int(2**end) for end in (plane.left, plane.right))
    rows = [
        [signs[number], point.name, f"stores {amount(point.stored, units)}", f"reads {amount(point.read, units)}"]
        for number, point in enumerate(figure.points)
    ]
    top = max(stored[1], read[1])
    head = f"bytes read per step, by bytes stored, at {length(figure.tokens, units)} tokens"
    return [
        f"{head} ({_units(units, top, ascii_only)})",
        *plane.lines(ticks(max(1, low), high + 1, units, plane.columns // 12, of="bytes")),
        *_aligned(rows),
    ]


# -- designs -----------------------------------------------------------------------------------------------------------


def _lattice(figure: Lattice, width: int, ascii_only: bool, units: Units) -> list[str]:
    cells: dict[tuple[Number, Number], str] = {}
    letters = "ABCDEFGH"
    for letter, one in zip(letters, figure.series, strict=False):
        for design in one.near:
            cells.setdefault((design.x, design.y), letter.lower())
    for letter, one in zip(letters, figure.series, strict=False):
        for design in one.hits:
            taken = cells.get((design.x, design.y), "").isupper() or cells.get((design.x, design.y)) == "*"
            cells[design.x, design.y] = "*" if taken else letter
    names = [_named(figure, figure.y, y) for y in figure.ys] if figure.y else [""]
    ys = sorted(figure.ys if figure.y else (0,), reverse=True)
    room = (width - max(map(len, names)) - 4) // 2
    xs = figure.xs if len(figure.xs) <= room else tuple(sorted({x for x, _ in cells}))
    if len(ys) > 2 * HEIGHT:
        ys = sorted({y for _, y in cells}, reverse=True)
    lines = [f"{figure.title} (formula {figure.formula})", f"  {axis(figure.y)}" if figure.y else ""]
    margin = max(map(len, names)) + 2
    for y in ys:
        name = _named(figure, figure.y, y) if figure.y else ""
        row = " ".join(cells.get((x, y), _DESIGNS[ascii_only]) for x in xs[:room])
        lines.append(f"{name:>{margin}} {row}")
    lines += [" " * (margin + 1) + _across(xs[:room]), f"{'':>{margin}} {axis(figure.x)}"]
    if len(xs) > room:
        lines.append(f"  cut at {figure.x} = {rational(xs[room - 1])}; widen the terminal")
    legend = [
        [letter, f"{len(one.hits)} meet the target{f': {one.label}' if one.label else ''}"]
        for letter, one in zip(letters, figure.series, strict=False)
    ]
    legend += [["*", "several of them"]] if "*" in cells.values() else []
    legend += [["a", f"lower case misses it by {rational(100 * figure.within)} % at most"]] if figure.series else []
    return [*(line for line in lines if line), *(_aligned(legend) if legend else []), f"  {counted(figure)}"]


def _named(figure: Lattice, name: str, value: Number) -> str:
    shown = str(rational(value))
    return figure.rates.get(shown, shown) if name == "bytes_per_element" else shown


def _across(xs: Sequence[Number]) -> str:
    """Labels under columns of two characters, as many as have room."""
    line = ""
    for place, x in enumerate(xs):
        label = str(rational(x))
        if len(line) <= 2 * place and (not line or len(line) < 2 * place):
            line = line.ljust(2 * place) + label
    return line


# -- layers ------------------------------------------------------------------------------------------------------------


def _layers(figure: Layers, width: int, ascii_only: bool, units: Units) -> list[str]:
    signs = _ROWS[ascii_only]
    runs: list[tuple[int, int]] = []
    for number, layer in enumerate(figure.layers):
        shared = any(source != number for source in layer.sources)
        last = figure.layers[runs[-1][0]] if runs else None
        alike = last is not None and last.kinds == layer.kinds
        if alike and _offset(figure, runs[-1][0]) == _offset(figure, number) and (not shared or last == layer):
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    rows: list[tuple[str, str, str]] = []
    columns = min(figure.tokens, max(16, width - 44))
    for first, last_of in runs:
        layer = figure.layers[first]
        head = f"layer {first}" if first == last_of else f"layers {first}-{last_of}"
        for kind_number, source in zip(layer.kinds, layer.sources, strict=True):
            kind = figure.kinds[kind_number]
            rows.append(
                (head, _bar(kind, figure.tokens, columns, signs, own=source == first), _said(kind, source, first))
            )
            head = ""
        if not layer.kinds:
            rows.append((head, signs[2] * columns, "keeps nothing"))
    sizes = ", ".join(f"{name} = {size}" for name, size in figure.sizes.items())
    legend = f"{signs[0]} kept and read, {signs[1]} kept, {signs[2]} let go, {signs[3]} read in another layer's cache"
    grouped = "" if figure.ordered else "; layers grouped by kind"
    scale = f"  0 to {length(figure.tokens, units)} tokens from left to right{grouped}{f'; {sizes}' if sizes else ''}"
    return [figure.title, *_aligned(rows), f"  {legend}", scale]


def _offset(figure: Layers, number: int) -> tuple[bool, ...]:
    return tuple(source == number for source in figure.layers[number].sources)


def _said(kind: Kind, source: int, layer: int) -> str:
    if source != layer:
        return f"reads layer {source}"
    rows = f"{kind.rows} {'row' if kind.rows == 1 else 'rows'}"
    return f"{kind.label}: {rows}" + (f" of {kind.stride} tokens" if kind.stride > 1 else "")


def _bar(kind: Kind, tokens: int, columns: int, signs: str, *, own: bool) -> str:
    """One character for each stretch of tokens; what is no token at all is drawn as a short bar."""
    if not kind.stride:
        return (signs[0] if own else signs[3]) * min(columns, max(1, kind.rows), 3)
    found = []
    for column in range(columns):
        start, end = column * tokens // columns, max((column + 1) * tokens // columns, column * tokens // columns + 1)
        read, kept = (_meets(spans, start, end) for spans in (kind.read, kind.kept))
        found.append((signs[3] if kept or read else signs[2]) if not own else signs[0 if read else 1 if kept else 2])
    return "".join(found)


def _meets(spans: Rows, start: int, end: int) -> bool:
    return any(first < end and start < last for first, last in spans)


_TEXT: dict[type, Callable[[Any, int, bool, Units], list[str]]] = {
    Curves: _curves,
    Points: _points,
    Lattice: _lattice,
    Layers: _layers,
}
