r"""The tokens of LaTeX maths: one pass, every brace matched, and the one way in which a place is refused.

A command ends at a non-letter, so `\left` is never `\le`. A number is one to three digits and groups of three behind
one kind of separator (`1{,}024`, `1\,000`), or digits in one piece, with a decimal point.
"""

from __future__ import annotations

import ast
import re
from typing import NamedTuple, NoReturn

from symkv.errors import BadInput
from symkv.formula.reader import literal
from symkv.units import MAX_DIGITS, exact

MAX_LATEX = 2**18  # characters: spacing and long letters make LaTeX ten times as long as text, and no longer
THIN = frozenset({r"\,", r"\;", r"\:", r"\>", "\\ ", "~", r"\thinspace", r"\medspace", r"\thickspace"})
SPACES = THIN | {r"\!", r"\negthinspace", r"\displaystyle", r"\textstyle", r"\scriptstyle", r"\allowbreak"}
GAPS = frozenset({r"\quad", r"\qquad", r"\enspace", r"\nonumber", r"\notag"})  # what stands apart is no product

_TOKEN = re.compile(
    r"(?P<space>[ \t\r\n]+|%[^\n]*)"
    r"|(?P<command>\\(?:[A-Za-z]+|[ -~\n]))"
    r"|(?P<digit>[0-9])|(?P<letter>[A-Za-z])|(?P<sign>[-+*/()\[\]{}^_,.;&<>='~|!:])",
    re.ASCII,
)
_HINTS = {
    "$": "leave out the dollar signs",
    "#": "a macro's parameter is not a formula",
    "\\": "a command needs a name",
    "\u00b7": r"write \cdot",
    "\u00d7": r"write \times",
    "\u2264": r"write \le",
    "\u2265": r"write \ge",
    "\u2260": r"write \ne",
    "\u2212": "write -",
}


class Token(NamedTuple):
    """One token: its kind, its text, where it starts, and whether a space stands before it."""

    kind: str
    text: str
    start: int
    spaced: bool = False


class Unreadable(BadInput):
    """What LaTeX source is refused for: `reason` without the place, `offset` in characters from the start."""

    def __init__(self, message: str, *, where: str | None = None, reason: str = "", offset: int = 0) -> None:
        super().__init__(message, where=where)
        self.reason, self.offset = reason or message, offset


def refuse(source: str, start: int, problem: str) -> NoReturn:
    """Raise `Unreadable` that shows the surroundings and names the column, and in a text of several lines the line."""
    around = "".join(c if " " <= c <= "~" else ascii(c)[1:-1] for c in source[max(0, start - 30) : start + 30])
    line, column = source.count("\n", 0, start) + 1, start - source.rfind("\n", 0, start)
    place = f"line {line}, column {column}" if "\n" in source else f"column {column}"
    raise Unreadable(f"{problem} (in '{around}', {place})", reason=problem, offset=start)


class Tokens:
    """The tokens of a source, an `end` behind them, and the place of the brace that closes each opening one."""

    def __init__(self, source: str) -> None:
        if len(source) > MAX_LATEX:
            refuse(source, MAX_LATEX, f"a formula in LaTeX may have {MAX_LATEX} characters, got {len(source)}")
        self.source = source
        self.list: list[Token] = []
        self.closing: dict[int, int] = {}
        self._scan()

    def _scan(self) -> None:
        position, spaced = 0, False
        opened: list[int] = []
        while position < len(self.source):
            match = _TOKEN.match(self.source, position)
            if match is None:
                char = self.source[position]
                shown = char if char.isascii() and char.isprintable() else f"U+{ord(char):04X}"
                self.refuse_at(position, f"{shown!r} is not part of a formula; {_HINTS.get(char, 'leave it out')}")
            kind, text = str(match.lastgroup), match[0]
            if kind != "space":
                if text == "{":
                    opened.append(len(self.list))
                elif text == "}":
                    if not opened:
                        self.refuse_at(position, "this brace was not opened; leave out '}'")
                    self.closing[opened.pop()] = len(self.list)
                self.list.append(Token(kind, text, position, spaced))
            spaced = kind == "space"
            position = match.end()
        if opened:
            self.refuse(opened[-1], "this brace is not closed; add '}'")
        self.list.append(Token("end", "", len(self.source), spaced))

    def __getitem__(self, index: int) -> Token:
        return self.list[min(index, len(self.list) - 1)]

    def text(self, index: int) -> str:
        """The text of one token, "" behind the end."""
        return self[index].text

    def refuse(self, index: int, problem: str) -> NoReturn:
        """Refuse a token."""
        self.refuse_at(self[index].start, problem)

    def refuse_at(self, start: int, problem: str) -> NoReturn:
        """Refuse a place of the source."""
        refuse(self.source, start, problem)

    def inside(self, index: int) -> str:
        """The source between the brace at an index and the one that closes it."""
        return self.source[self[index].start + 1 : self[self.closing[index]].start]

    def number(self, index: int) -> tuple[ast.expr, int]:
        """The exact number that starts at an index, and the index behind it."""
        digits, after = self._run(index)
        separator = ""
        while True:
            found, start = self._separator(after)
            if self[start].kind != "digit":
                break
            group, end = self._run(start)
            if not found or (separator and found != separator):
                self.refuse(start, r"the digits of a number stand together; write 1{,}024 or 1\,024, or \cdot between")
            if len(group) != 3 or not (separator or len(digits) <= 3) or digits[0] == "0":
                self.refuse(start, r"digits go in groups of three, the first not 0; write 1{,}024, 0.5, or \cdot")
            digits, separator, after = digits + group, found, end
            if len(digits) > MAX_DIGITS:
                self.refuse(index, f"a literal may have {MAX_DIGITS} digits, this has more; write a smaller number")
        if self.text(after) == "," and self[after + 1].kind == "digit" and not self[after + 1].spaced:
            group, _ = self._run(after + 1)
            if digits == "0" or (len(group) == 3 and len(digits) <= 3):
                self.refuse(after, r"this comma may be part of a number; write 1{,}024 or 0.5, or a space behind it")
        if len(digits) > 1 and digits[0] == "0":
            self.refuse(index, f"a number has no leading zeros, got {digits[:20]!r}")
        if self.text(after) == "." and self[after + 1].kind == "digit":
            decimals, after = self._run(after + 1)
            digits = f"{digits}.{decimals}"
            if self[self._separator(after)[1]].kind == "digit":
                self.refuse(after, "the decimals of a number stand together; write them in one piece")
        try:
            return literal(exact(digits)), after
        except BadInput as problem:
            self.refuse(index, problem.message)

    def _run(self, index: int) -> tuple[str, int]:
        """Digits without anything between them."""
        end = index + 1
        while self[end].kind == "digit" and not self[end].spaced:
            end += 1
        return "".join(token.text for token in self.list[index:end]), end

    def _separator(self, index: int) -> tuple[str, int]:
        """What may part the groups of a number, and the index behind it."""
        if self.text(index) == "{" and self.text(index + 1) == "," and self.text(index + 2) == "}":
            return "{,}", index + 3
        end = index
        while self.text(end) in SPACES:
            end += 1
        return ("thin" if end == index + 1 and self.text(index) in THIN else ""), end
