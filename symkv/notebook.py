"""What a notebook shows of symkv's values: small tables, formulas as MathML, every text escaped.

A class says what it is in one line of `_repr_html_`; LaTeX comes from the printers of formulas. Needs no network and no
script, so that an exported notebook reads the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

MOST_ROWS = 50


class Html(str):
    """HTML made by symkv, not to be escaped again."""

    __slots__ = ()


class Shown(tuple[Any, ...]):
    """A tuple that a notebook shows entry by entry, as each entry shows itself.

    >>> Shown((1, 2)) == (1, 2), Shown(("<",))._repr_html_()
    (True, '<p>&lt;</p>')
    """

    __slots__ = ()

    def _repr_html_(self) -> str:
        return "".join(str(cell(entry)) if hasattr(entry, "_repr_html_") else f"<p>{cell(entry)}</p>" for entry in self)


def display(latex: str) -> str:
    """LaTeX as a notebook's `_repr_latex_` gives it.

    >>> display("a = b")
    '$\\\\displaystyle a = b$'
    """
    return rf"$\displaystyle {latex}$"


def mathml(latex: str, *, block: bool = False) -> Html:
    """symkv's own LaTeX as MathML."""
    from latex2mathml.converter import convert

    return Html(convert(latex, display="block" if block else "inline"))


def cell(value: object) -> Html:
    """A value as HTML: MathML where it has LaTeX, its own HTML where it has some, else its escaped text.

    >>> cell("a < b & c"), cell(None)
    ('a &lt; b &amp; c', '')
    """
    if isinstance(value, Html):
        return value
    if value is None:
        return Html("")
    from html import escape

    latex = getattr(value, "latex", None)
    if isinstance(latex, str):
        return mathml(latex)
    own = getattr(value, "_repr_html_", None)
    return Html(own()) if own is not None else Html(escape(str(value)))


def table(rows: Iterable[Sequence[object]], head: Sequence[str] = ()) -> Html:
    """Rows as a table, the first cell of each as its heading; what comes after 50 rows is counted.

    >>> table([("a", "<")], ("b",)).replace(' style="text-align:left"', "").partition("<tbody>")[2]
    '<tr><th scope="row">a</th><td>&lt;</td></tr></tbody></table>'
    """
    rows = list(rows)
    left = ' style="text-align:left"'
    body = "".join(
        f'<tr><th scope="row"{left}>{cell(first)}</th>{"".join(f"<td{left}>{cell(value)}</td>" for value in rest)}</tr>'
        for first, *rest in rows[:MOST_ROWS]
    )
    if len(rows) > MOST_ROWS:
        body += f'<tr><td colspan="{max(map(len, rows))}"{left}>and {len(rows) - MOST_ROWS} more</td></tr>'
    heads = "".join(f'<th scope="col"{left}>{cell(text)}</th>' for text in head)
    return Html(f"<table>{f'<thead><tr>{heads}</tr></thead>' if head else ''}<tbody>{body}</tbody></table>")


def card(title: object, *parts: object, notes: Iterable[object] = ()) -> str:
    """A title, tables or formulas below it, and notes as a list.

    >>> card("x", notes=["y"])
    '<div><p><strong>x</strong></p><ul><li>y</li></ul></div>'
    """
    listed = "".join(f"<li>{cell(note)}</li>" for note in notes)
    listed = f"<ul>{listed}</ul>" if listed else ""
    return f"<div><p><strong>{cell(title)}</strong></p>{''.join(map(cell, parts))}{listed}</div>"
