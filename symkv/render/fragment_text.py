r"""Words in fragments: text that compiles with amsmath alone, in the fonts that LaTeX has without a package.

A word of the reader's language is shown by its letter where the derivation declares it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

from symkv.formula.latex import PRODUCTS, Printer
from symkv.render.escape import TeX, tex

_ACCENTS = set("\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030a\u030b\u030c\u0327")  # those of OT1
_LETTERS = set("\u00df\u00e6\u00c6\u00f8\u00d8\u0153\u0152\u0142\u0141\u0131\u00a7\u00a9\u00b1\u00b0")
_WORD = re.compile(r"\b[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)+\b|(?<=[\w)]) \* (?=[\w(])")


@dataclass(frozen=True)
class Prose:
    r"""Text with the letters of some symbols, in one notation and with one product sign.

    >>> words = Prose(Printer(), ("d_head",))
    >>> print(words('2 * d_head at 50% is "wide"'))
    2 $\cdot$ $d_{\mathrm{h}}$ at 50\% is ''wide''
    """

    printer: Printer = field(default_factory=Printer)
    words: Iterable[str] = ()

    def __call__(self, text: str) -> TeX:
        """Text as TeX; a letter that the fonts don't have is shown by its code."""
        parts, end = [], 0
        for found in _WORD.finditer(text):
            if found[0] == " * " or found[0] in self.words:
                parts += [_escaped(text[end : found.start()]), self._math(found[0])]
                end = found.end()
        return TeX("".join([*parts, _escaped(text[end:])]))

    def _math(self, word: str) -> str:
        if word == " * ":
            sign = PRODUCTS["times" if self.printer.product == "times" else "cdot"]
            return f" ${sign.strip()}$ "
        return f"${self.printer.name(word)}$"


def _escaped(text: str) -> str:
    """Text as TeX, with its spaces at both ends."""
    before, after = (" " if text[:1].isspace() else ""), (" " if text[-1:].isspace() and text.strip() else "")
    written = tex(text).replace(r"\textquotedbl{}", "''")
    return before + "".join(c if c.isascii() or _known(c) else f"[U+{ord(c):04X}]" for c in written) + after


def _known(char: str) -> bool:
    parts = unicodedata.normalize("NFD", char)
    return char in _LETTERS or (len(parts) > 1 and parts[0].isascii() and _ACCENTS.issuperset(parts[1:]))
