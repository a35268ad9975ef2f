r"""The cells of a tabular with their places; \multicolumn counts its columns, rules are no cells."""

from __future__ import annotations

import re
from typing import NamedTuple

_MARKS = re.compile(
    r"(?P<newline>\\\\\*?(?:\[[^\]\n]{0,20}\])?|\\tabularnewline(?![A-Za-z]))|\\begin[ \t]*\{(?P<begin>[^{}\n]{1,40})\}"
    r"|\\end[ \t]*\{(?P<end>[^{}\n]{1,40})\}|(?P<escape>\\.)|(?P<brace>[{}])|(?P<next>&)",
    re.ASCII | re.DOTALL,
)
_RULES = re.compile(
    r"\s*\\(?:hline|toprule|midrule|bottomrule|addlinespace|specialrule|cmidrule|cline|rowcolor|noalign|endhead|endfirsthead)"
    r"(?![A-Za-z])(?:\([^()\n]{0,20}\))?(?:\[[^\]\n]{0,20}\])?(?:\{[^{}\n]{0,40}\})?"
)
_MULTICOLUMN = re.compile(r"\s*\\multicolumn\s{0,9}\{\s{0,9}(\d{1,2})\s{0,9}\}")
_FONT = re.compile(
    r"\\(?:textbf|textit|textsc|texttt|textsf|emph|underline|mathbf|mathrm|text|bf|it|bfseries|itshape|small|scriptsize)(?![A-Za-z])"
)


class Cell(NamedTuple):
    """A cell: the number of its first column, and the offsets of its source."""

    column: int
    start: int
    end: int


def rows(text: str, start: int, end: int) -> list[list[Cell]]:
    """The rows of a tabular between two offsets, those without any `&` left out."""
    found: list[list[Cell]] = []
    row: list[Cell] = []
    depth = inner = 0
    column, low = 1, _behind_head(text, start)
    for match in _MARKS.finditer(text, low, end):
        if match["brace"]:
            depth += 1 if match["brace"] == "{" else -1
        elif match["begin"] or match["end"]:
            inner += 1 if match["begin"] else -1
        elif depth <= 0 and inner <= 0 and (match["next"] or match["newline"]):
            row.append(_cell(text, column, low, match.start()))
            wide = _MULTICOLUMN.match(text, row[-1].start, row[-1].end)
            column, low = column + (int(wide[1]) if wide else 1), match.end()
            if match["newline"]:
                found += [row] if len(row) > 1 else []
                row, column = [], 1
    if row and (text[low:end].strip() or len(row) > 1):
        row.append(_cell(text, column, low, end))
        found.append(row)
    return found


def _behind_head(text: str, start: int) -> int:
    r"""Where the cells begin: behind \begin{tabular}[..]{..}{..}, whose last braces may nest."""
    at = text.find("}", start) + 1
    depth = 0
    for index in range(at, min(len(text), at + 1000)):
        char = text[index]
        if char in "{[":
            depth += 1
        elif char in "}]":
            depth -= 1
        elif depth == 0 and not char.isspace():
            return index
        if depth == 0 and char in "}]":
            at = index + 1
    return at


def _cell(text: str, column: int, start: int, end: int) -> Cell:
    while rule := _RULES.match(text, start, end):
        start = rule.end()
    return Cell(column, start, end)


def plain(source: str) -> str:
    r"""The words of a cell without fonts, dollars and braces.

    >>> plain(r" \textbf{DeepSeek-V3}~(MLA) ")
    'DeepSeek-V3 (MLA)'
    """
    bare = re.sub(r"[{}$]", "", _FONT.sub("", source))
    return " ".join(bare.replace("~", " ").replace("\\_", "_").replace("\\&", "&").replace("\\%", "%").split())
