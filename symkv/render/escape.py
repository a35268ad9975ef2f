"""Text that becomes TeX, by type: a `TeX` passes as it is, a plain str is escaped, so text can't become a command."""

from __future__ import annotations

import unicodedata

_MAP = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
}


class TeX(str):
    """LaTeX source made by symkv, not to be escaped again."""

    __slots__ = ()


def plain(text: str) -> str:
    """Text on one line without control and direction marks, which could hide or reorder what stands there.

    >>> plain("a\\n\\u202eb")
    'a b'
    """
    kept = "".join(c if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") else " " for c in text)
    return " ".join(kept.split())


def tex(value: object) -> TeX:
    """The TeX of a value: itself where it is TeX, the escaped text otherwise.

    >>> tex("50% of $5 & #1 ^^5c")
    '50\\\\% of \\\\$5 \\\\& \\\\#1 \\\\textasciicircum{}\\\\textasciicircum{}5c'
    """
    if isinstance(value, TeX):
        return value
    return TeX("".join(_MAP.get(char, char) for char in plain(str(value))))
