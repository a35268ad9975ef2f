"""What templates are given: plain text, and types of their own for what must not be escaped as text.

The values are the same for every format. `None`, booleans, whole numbers, str, list and dict come besides; a str is
always plain text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from symkv.errors import BadInput


@dataclass(frozen=True)
class Math:
    """A formula within a line, in symkv's own LaTeX, which was read back."""

    latex: str


@dataclass(frozen=True)
class Display:
    """A formula on lines of its own."""

    latex: str


@dataclass(frozen=True)
class Code:
    """A word of the reader's language, shown as typed."""

    text: str


@dataclass(frozen=True)
class Label:
    """A name within the document, to be referred to: lower-case letters, digits and hyphens, in every format alike."""

    text: str

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z0-9-]{1,200}", self.text):
            raise BadInput(f"a label must be lower-case letters, digits and hyphens, got {self.text[:40]!r}")


@dataclass(frozen=True)
class Graphic:
    """A figure, made by symkv: as SVG for HTML, and the name of the PDF beside a .tex, without its ending."""

    svg: str
    file: str

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,99}", self.file):
            raise BadInput(f"a figure's file must be lower-case letters, digits, - and _, got {self.file[:40]!r}")


@dataclass(frozen=True)
class Block:
    """Lines that stand as they are, one below the other, in letters of one width."""

    text: str


TYPES: dict[str, type] = {
    "math": Math,
    "display": Display,
    "code": Code,
    "label": Label,
    "block": Block,
    "graphic": Graphic,
}
_NAMES = {cls: name for name, cls in TYPES.items()}


@dataclass(frozen=True)
class Column:
    """A column of a table: its head, whether it holds text, numbers or marks, and its share of the width in TeX."""

    head: str | Math
    kind: str = "text"
    share: str = ""


def table(caption: str, columns: Sequence[Column], rows: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """A table as templates take it; `BadInput` for a row that does not fit."""
    for row in rows:
        if len(row) != len(columns):
            raise BadInput(f"a row must have {len(columns)} cells, got {len(row)}")
    heads = [{"head": column.head, "kind": column.kind, "share": column.share} for column in columns]
    return {"caption": caption, "columns": heads, "rows": [list(row) for row in rows]}


def packed(values: Mapping[str, Any]) -> str:
    """The values as JSON, typed, in one order.

    >>> packed({"letter": Math("L")})
    '{"letter": {"$math": ["L"]}}'
    """
    return json.dumps(_plain(values), ensure_ascii=True)


def unpacked(text: str) -> dict[str, Any]:
    """The values that `packed` wrote.

    >>> unpacked(packed({"letter": Math("L"), "n": 2}))
    {'letter': Math(latex='L'), 'n': 2}
    """
    found: dict[str, Any] = json.loads(text, object_hook=_typed)
    return found


def _plain(value: Any) -> Any:
    if type(value) in _NAMES:
        return {f"${_NAMES[type(value)]}": list(vars(value).values())}
    if isinstance(value, Mapping):
        return {name: _plain(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    if value is None or isinstance(value, bool | int | str):
        return value
    raise TypeError(f"templates take no {type(value).__name__}")


def _typed(found: dict[str, Any]) -> Any:
    name = next(iter(found), "")
    return TYPES[name[1:]](*found[name]) if len(found) == 1 and name[:1] == "$" and name[1:] in TYPES else found
