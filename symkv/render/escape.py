"""Text that becomes TeX, by type: a `TeX` passes as it is, a plain str is escaped, so text can't become a command."""

from __future__ import annotations

import re
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
    "\u00a0": "~",
    "\u2212": "$-$",
    "\u2013": "--",
    "\u2014": "---",
    "\u2018": "`",
    "\u2019": "'",
    "\u201c": "``",
    "\u201d": "''",
    "\u2026": r"\dots{}",
    "\u00b7": r"$\cdot$",
    "\u00d7": r"$\times$",
    "\u2264": r"$\le$",
    "\u2265": r"$\ge$",
    "\u2260": r"$\ne$",
    "\u2248": r"$\approx$",
    "\u2192": r"$\to$",
}
_GREEK = {  # the letters that formulas use; TeX has no others that differ from Latin ones
    chr(code): rf"$\{name}$"
    for code, name in [
        *enumerate("alpha beta gamma delta varepsilon zeta eta theta iota kappa lambda mu nu xi".split(), 0x3B1),
        *enumerate("pi rho varsigma sigma tau upsilon varphi chi psi omega".split(), 0x3C0),
        *((0x393, "Gamma"), (0x394, "Delta"), (0x398, "Theta"), (0x39B, "Lambda"), (0x39E, "Xi"), (0x3A0, "Pi")),
        *((0x3A3, "Sigma"), (0x3A6, "Phi"), (0x3A8, "Psi"), (0x3A9, "Omega")),
    ]
}
_MAP |= _GREEK
# The accented letters and signs that the T1 fonts have; any other character would stop TeX.
_LATIN = {chr(code) for code in range(0xA1, 0x17F)} - set("\u00ad\u0126\u0127\u0138\u013f\u0140\u0149\u0166\u0167")


class TeX(str):
    """LaTeX source made by symkv, not to be escaped again."""

    __slots__ = ()


def plain(text: str) -> str:
    """Text on one line without control and direction marks, which could hide or reorder what stands there.

    >>> plain("a\\n\\u202eb")
    'a b'
    """
    kept = "".join(c if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") else " " for c in text)
    return re.sub(r"[^\S\u00a0]+", " ", kept).strip()


def tex(value: object) -> TeX:
    """The TeX of a value: itself where it is TeX, the escaped text otherwise.

    >>> tex("50% of $5 & #1 ^^5c")
    '50\\\\% of \\\\$5 \\\\& \\\\#1 \\\\textasciicircum{}\\\\textasciicircum{}5c'
    """
    if isinstance(value, TeX):
        return value
    return TeX("".join(map(_char, unicodedata.normalize("NFC", plain(str(value))))))


def _char(char: str) -> str:
    """One character; one that the fonts lack is shown by its code, as U+4E2D."""
    return _MAP.get(char) or (char if char.isascii() or char in _LATIN else f"[U+{ord(char):04X}]")
