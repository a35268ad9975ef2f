"""Text that becomes TeX, HTML or Markdown, by type: source of that kind passes as it is, a plain str is escaped.

So text can't become a command, an element or a link.
"""

from __future__ import annotations

import re
import unicodedata
from html import escape

from symkv.tex_signs import TEX_SIGNS

_MAP = {
    **TEX_SIGNS,
    "`": r"\textasciigrave{}",
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
LONG = 16  # letters of a word that is broken at its signs
_LIGATURE = re.compile(r"-(?=-)|,(?=,)")  # the fonts would make a dash or a quotation mark of two
_LATIN = {chr(code) for code in range(0xA1, 0x17F)} - set("\u00ad\u0126\u0127\u0138\u013f\u0140\u0149\u0166\u0167")


class TeX(str):
    """LaTeX source made by symkv, not to be escaped again."""

    __slots__ = ()


class Html(str):
    """HTML source made by symkv, not to be escaped again."""

    __slots__ = ()


class Markdown(str):
    """Markdown source made by symkv, not to be escaped again."""

    __slots__ = ()


class Plain(str):
    """Plain text put together by symkv."""

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
    text = unicodedata.normalize("NFC", plain(str(value)))
    escaped = " ".join(map(_word, text.split(" ")))
    return TeX(f"{{{escaped[0]}}}{escaped[1:]}" if escaped[:1] in ("[", "*") else escaped)  # no option of a line break


def _word(word: str) -> str:
    """A word without ligatures that would change it; a long one may be broken behind its signs."""
    broken = r"\allowbreak{}" if len(word) > LONG else ""
    parts = _LIGATURE.split(word)
    signs = [*(f"{sign}{{}}" for sign in _LIGATURE.findall(word)), ""]
    escaped = ["".join(_char(c) + (broken if c in "_*/.-+=:," else "") for c in part) for part in parts]
    return "".join(part + sign for part, sign in zip(escaped, signs, strict=True))


def _char(char: str) -> str:
    """One character; one that the fonts lack is shown by its code, as U+4E2D."""
    return _MAP.get(char) or (char if char.isascii() or char in _LATIN else f"[U+{ord(char):04X}]")


def html(value: object) -> Html:
    """The HTML of a value: itself where it is HTML, the escaped text otherwise.

    >>> html('<b> & "c"')
    '&lt;b&gt; &amp; &quot;c&quot;'
    """
    return value if isinstance(value, Html) else Html(escape(plain(str(value)), quote=True))


# A dollar in an element of its own begins no formula, neither where Markdown is read nor where MathJax goes over it.
_DOLLAR = "<span>&#36;</span>"
_MARKS = re.compile(r"[\\`*_{}\[\]<>#|~&!]")
_FIRST = re.compile(r"^(?:[-+=]|\d+(?=[.)](?:\s|$)))")


def markdown(value: object) -> Markdown:
    r"""The Markdown of a value, GitHub-flavoured: itself where it is Markdown, the escaped text otherwise.

    >>> markdown("[x](y) costs $5 | `a_b`")
    '\\[x\\](y) costs <span>&#36;</span>5 \\| \\`a\\_b\\`'
    """
    if isinstance(value, Markdown):
        return value
    text = _MARKS.sub(lambda found: f"\\{found[0]}", plain(str(value)))
    text = _FIRST.sub(lambda found: f"\\{found[0]}" if not found[0].isdigit() else f"{found[0]}\\", text)
    return Markdown(text.replace("$", _DOLLAR))
