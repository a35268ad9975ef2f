"""Lists as tables: aligned text, CSV, Markdown, LaTeX and a sortable HTML page. No number is computed here."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from symkv import __version__
from symkv.errors import BadInput
from symkv.formula import Formula
from symkv.output import HEADER
from symkv.units import BINARY, decimal

Kind = Literal["text", "formula", "bytes", "size", "flag"]
Items = Sequence[Mapping[str, Any]]
ROWS_PER_PAGE = 50  # of a LaTeX tabular, which does not break across pages


@dataclass(frozen=True)
class Column:
    """One column: the key of an item (and of a mapping inside it), its heading, and what kind of cell it has.

    `bytes` are printed exactly, a `size` in the largest fitting binary unit where people read it. A column is in
    tables of all forms, or not in LaTeX (`wide`), or in CSV only (`raw`).
    """

    key: str
    head: str
    kind: Kind = "text"
    inside: str | None = None
    breadth: Literal["narrow", "wide", "raw"] = "narrow"
    brief: str | None = None  # the heading where room is scarce

    def value(self, item: Mapping[str, Any]) -> Any:
        """The item's own value."""
        found = item[self.key]
        return found if self.inside is None else found[self.inside]


def _sizes(lengths: Iterable[int]) -> tuple[Column, ...]:
    words = ((n, f"{n >> 20}Mi" if n >= 1 << 20 else f"{n >> 10}Ki") for n in lengths)
    return tuple(Column("stored_bytes_at", f"{word} tokens", "size", str(n), brief=f"at {word}") for n, word in words)


_SAID = (Column("verified", "verified", "flag"), Column("source", "source", breadth="wide"))
_FORMULAS = (Column("stored", "stored", "formula"), Column("read", "read", "formula", breadth="wide"))
COLUMNS: dict[str, tuple[Column, ...]] = {
    "models": (
        Column("name", "model"),
        Column("family", "family", breadth="wide"),
        Column("dtype", "format"),
        Column("dtype_assumed", "format assumed", "flag", breadth="raw"),
        Column("growth_bytes_per_token", "bytes per token", "bytes", brief="B/token"),
        Column("state_bytes", "state", "size"),
        *_sizes((8192, 131072, 1048576)),
        Column("stored", "stored", "formula", breadth="wide"),
        Column("read", "read", "formula", breadth="raw"),
        *_SAID,
    ),
    "variants": (Column("name", "variant"), Column("family", "family", breadth="wide"), *_FORMULAS, *_SAID),
    "derivations": (Column("name", "derivation"), Column("title", "title"), Column("source", "file")),
}
OTHERWISE = (Column("name", "name"), Column("title", "title"), Column("source", "source"))  # of any further kind
CAPTIONS = {
    "models": "One sequence, in bytes of the format named (* where the config names none: bf16 is assumed). "
    "Bytes per token is the growth in the long run, state what stays whatever the length.",
    "variants": "Bytes stored for one sequence of n_tokens tokens, and bytes read by one decode step.",
    "derivations": "The derivations that ship.",
}


def rendered(items: Items, kind: str, form: str) -> str:
    """A list of one kind as text of the named form: csv, html, latex or markdown.

    Raises `BadInput` for another form.

    >>> print(rendered([{"name": "a|b", "title": "x_1", "source": "f.py"}], "derivations", "markdown"))
    | derivation | title | file |
    | --- | --- | --- |
    | a\\|b | x\\_1 | f.py |
    """
    check_form(form)
    return FORMS[form](items, kind)


def check_form(form: str) -> None:
    """`BadInput` for a form that is none."""
    if form not in FORMS:
        raise BadInput(f"--format must be one of {', '.join(FORMS)}, got {form[:40]!r}; without it the list is text")


def table(rows: Iterable[Sequence[str]], *, indent: str = "  ") -> list[str]:
    """Rows in aligned columns."""
    rows = [list(row) for row in rows]
    widths = [max(len(row[i]) for row in rows if i < len(row)) for i in range(max(map(len, rows), default=0))]
    return [indent + "  ".join(cell.ljust(widths[i]) for i, cell in enumerate(row)).rstrip() for row in rows]


def short(value: int | str | None) -> str:
    """A size in the largest fitting binary unit with two decimals; an open one says so.

    >>> short(17179869184), short(1792), short(0), short(None)
    ('16 GiB', '1.75 KiB', '0', 'open')
    """
    if value is None:
        return "open"
    size = Fraction(value)
    unit, scale = next(((f" {u}", s) for u, s in reversed(BINARY.items()) if size >= s), (" B" if size else "", 1))
    return decimal(size / scale) + unit


def models_text(models: Items) -> list[str]:
    """Models for a terminal: bytes per token of context, state, and the total of one sequence at three lengths."""
    columns = [c for c in COLUMNS["models"] if c.kind in ("bytes", "size")]
    heads = [c.brief or c.head for c in columns]
    cells = [[_plain(c, item) for c in columns] for item in models]
    widths = [max(len(row[place]) for row in (heads, *cells)) for place in range(len(heads))]
    rows = [["", *(head.rjust(width) for head, width in zip(heads, widths, strict=True)), "format"]]
    for item, row in zip(models, cells, strict=True):
        mark = "" if item["verified"] else "   (unverified)"
        right = (cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        rows.append([item["name"], *right, _format(item) + mark])
    read = sum(item["verified"] is True for item in models)
    unknown = sorted({name for item in models for name in item["open_symbols"]})
    notes = ["  * the config names no format: bf16 is assumed"] if any(m["dtype_assumed"] for m in models) else []
    notes += [f"  open: {', '.join(unknown)} is not in the config; symkv size takes it"] if unknown else []
    return [f"models ({len(models)}, {read} with a config that was read), one sequence", *table(rows), *notes]


def _format(item: Mapping[str, Any]) -> str:
    return f"{item['dtype']}{'*' if item['dtype_assumed'] else ''}"


def _plain(column: Column, item: Mapping[str, Any]) -> str:
    """A cell as people read it."""
    value = column.value(item)
    if column.kind == "size":
        return short(value)
    if column.kind == "flag":
        return "" if value is None else "yes" if value else "no"
    if column.key == "dtype":
        return _format(item)
    return "open" if value is None and column.kind == "bytes" else "" if value is None else str(value)


def _csv(items: Items, kind: str) -> str:
    """Every number exact and without a unit; the headings say that they are bytes."""
    columns = COLUMNS.get(kind, OTHERWISE)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([f"{c.head} (bytes)" if c.kind == "size" else c.head for c in columns])
    for item in items:
        cells = [column.value(item) for column in columns]
        writer.writerow(["" if c is None else str(c).lower() if isinstance(c, bool) else c for c in cells])
    return text.getvalue()


def _markdown(items: Items, kind: str) -> str:
    columns = [c for c in COLUMNS.get(kind, OTHERWISE) if c.breadth != "raw"]
    rule = [("---:" if c.kind in ("bytes", "size") else "---") for c in columns]
    rows = [[c.head for c in columns], rule]
    for item in items:
        rows.append([_marked(_plain(c, item), code=c.kind == "formula") for c in columns])
    return "".join(f"| {' | '.join(row)} |\n" for row in rows).rstrip("\n")


def _marked(text: str, *, code: bool) -> str:
    """Text that Markdown shows as it is."""
    text = " ".join(text.split())
    if code and text:
        return f"`{text}`"
    return "".join(f"\\{char}" if char in "\\`*_[]<>|#" else char for char in text)


def _latex(items: Items, kind: str) -> str:
    """Plain tabulars that need no package but the T1 fonts, cut where a page would end."""
    from symkv.render.escape import TeX, tex

    columns = [c for c in COLUMNS.get(kind, OTHERWISE) if c.breadth == "narrow"]
    columns.sort(key=lambda c: c.kind == "formula")  # last, where a long one covers nothing

    def cell(column: Column, item: Mapping[str, Any]) -> str:
        value = column.value(item)
        if column.kind == "formula" and value is not None:
            return TeX(f"${Formula.parse(value).latex}$")
        if column.kind == "bytes" and value is not None:
            return TeX(f"${Formula.of(Fraction(value)).latex}$")
        return tex(_plain(column, item))

    places = "".join("r" if c.kind in ("bytes", "size") else "l" for c in columns)
    head = " & ".join(tex(c.brief or c.head) for c in columns)
    lines = [
        f"% {HEADER} {__version__}; needs no package but [T1]{{fontenc}}: \\input it, or paste it",
        f"% {tex(CAPTIONS.get(kind, ''))}",
    ]
    for start in range(0, max(len(items), 1), ROWS_PER_PAGE):
        rows = [" & ".join(cell(c, item) for c in columns) + r" \\" for item in items[start : start + ROWS_PER_PAGE]]
        lines += [r"{\scriptsize\setlength{\tabcolsep}{2pt}\renewcommand{\arraystretch}{1.25}\noindent"]
        lines += [rf"\begin{{tabular}}{{{places}}}", r"\hline", rf"{head} \\", r"\hline"]
        lines += [*rows, r"\hline", r"\end{tabular}\par}"]
    return "\n".join(lines)


def _html(items: Items, kind: str) -> str:
    """One page without network: its only script sorts the table."""
    from symkv.render.pages import page

    columns = [c for c in COLUMNS.get(kind, OTHERWISE) if c.breadth != "raw"]
    rows = [
        [
            {"text": _plain(c, item), "sort": _sortable(c, item), "kind": f"{c.kind} {c.key}", "exact": _exact(c, item)}
            for c in columns
        ]
        for item in items
    ]
    heads = [{"text": c.head, "kind": c.kind} for c in columns]
    return page("table.html.j2", title=f"symkv {kind}", caption=CAPTIONS.get(kind, ""), heads=heads, rows=rows)


def _sortable(column: Column, item: Mapping[str, Any]) -> str:
    """What a column is sorted by: a number with a point for numbers, else the text."""
    value = column.value(item)
    if column.kind in ("bytes", "size"):
        return "" if value is None else decimal(Fraction(value), 6)
    return _plain(column, item).lower()


def _exact(column: Column, item: Mapping[str, Any]) -> str:
    value = column.value(item)
    return f"{value} bytes" if column.kind == "size" and value is not None else ""


FORMS: dict[str, Callable[[Items, str], str]] = {
    "csv": _csv,
    "html": _html,
    "latex": _latex,
    "markdown": _markdown,
}
