r"""How wide a formula in LaTeX is, without TeX: the widths of Computer Modern and TeX's spacing between atoms.

Widths are in thousandths of an em, which at 10pt is a hundredth of a point. Other text fonts are about as wide or
narrower. A test holds the estimate against TeX itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from symkv.formula.latex_names import ACCENTS, FONTS, ROMAN
from symkv.formula.latex_tokens import SPACES, Tokens

_THIN, _MEDIUM, _THICK, _QUAD = 167, 222, 278, 1000
_SCRIPT = 0.8  # a letter of the 7pt fonts beside one of 10pt; 5pt ones are about 0.68


def _table(widths: str) -> dict[str, int]:
    """The widths of letters, each written behind its letter."""
    return {letter: int(width) for letter, width in re.findall(r"([A-Za-z]+)(\d+)", widths)}


_ITALIC = _table(  # with the italic correction
    "a529 b429 c433 d520 e466 f597 g513 h576 i345 j469 k552 l318 m878 n600 o485 p503 q482 r479 s469 t361 u572 v521 "
    "w743 x572 y526 z509 A750 B809 C786 D856 E796 F782 G786 H912 I518 J651 K921 L681 M1079 N912 O791 P781 Q791 R767 "
    "S671 T723 U792 V806 W1083 X907 Y803 Z754"
)
_LEANING = _table(  # the italic correction, which a subscript takes back
    "f107 g36 j57 k31 l20 q36 r28 v36 w27 y36 z44 B50 C71 D28 E58 F139 H81 I78 J96 K72 M109 N109 O28 P139 R8 S58 "
    "T139 U109 V223 W139 X79 Y222 Z71"
)
_UPRIGHT = _table(
    "a500 b556 c444 d556 e444 f306 g500 h556 i278 j306 k528 l278 m833 n556 o500 p556 q528 r392 s394 t389 u556 v528 "
    "w722 x528 y528 z444 A750 B708 C722 D764 E681 F653 G785 H750 I361 J514 K778 L625 M917 N750 O778 P681 Q778 R736 "
    "S556 T722 U750 V750 W1028 X750 Y750 Z611"
)
_GREEK = _table(
    "alpha643 beta618 gamma573 delta482 epsilon406 zeta511 eta532 theta497 iota354 kappa576 lambda583 mu603 nu558 "
    "xi484 pi606 rho517 sigma607 tau550 upsilon576 phi596 chi626 psi687 omega658 varepsilon466 vartheta591 varpi856 "
    "varrho517 varsigma443 varphi654 Gamma625 Delta833 Theta778 Lambda694 Xi667 Pi750 Sigma722 Upsilon778 Phi722 "
    "Psi778 Omega722 ell417"
)
_SIGNS = {  # width and class
    **dict.fromkeys(("+", "-", r"\times", "*"), (778, "bin")),
    r"\cdot": (278, "bin"),
    r"\bmod": (2001, "bin"),  # with its own spaces instead of a sign's
    **dict.fromkeys(("=", "<", ">", r"\le", r"\ge", r"\ne", r"\leq", r"\geq", r"\neq"), (778, "rel")),
    r"\mid": (278, "rel"),
    r"\in": (667, "rel"),
    r"\to": (1000, "rel"),
    r"\infty": (1000, "ord"),
    "/": (500, "ord"),
    ",": (278, "punct"),
    **dict.fromkeys((".", "|", "!"), (278, "ord")),
    **dict.fromkeys(("(", "["), (389, "open")),
    **dict.fromkeys((")", "]"), (389, "close")),
    **dict.fromkeys((r"\lceil", r"\lfloor"), (444, "open")),
    **dict.fromkeys((r"\rceil", r"\rfloor"), (444, "close")),
    r"\{": (500, "open"),
    r"\}": (500, "close"),
}
_OPERATORS = {r"\min": 1667, r"\max": 1861, r"\lim": 1389, r"\sum": 1444}
_GROWN = {  # how much wider a bracket is around a fraction, and around nested ones
    **dict.fromkeys((r"\lceil", r"\rceil", r"\lfloor", r"\rfloor"), (0, 139, 195)),
    **dict.fromkeys(("(", ")", "[", "]", r"\{", r"\}"), (0, 347, 403)),
}
_LIMITS = frozenset({r"\lim", r"\sum"})
_SPACE = {r"\,": _THIN, r"\;": _THICK, r"\:": _MEDIUM, r"\!": -_THIN, "~": 333, r"\ ": 333}
_SIZED = re.compile(r"\\([bB]igg?)[lr]?")
_SIZES = {"big": 69, "Big": 208, "bigg": 347, "Bigg": 403}
# TeX's spaces between atoms, in display and text style; where none is named there is none.
_BETWEEN = {
    **{(one, "bin"): _MEDIUM for one in ("ord", "close", "inner")},
    **{("bin", one): _MEDIUM for one in ("ord", "op", "open", "inner")},
    **{(one, "rel"): _THICK for one in ("ord", "op", "close", "inner")},
    **{("rel", one): _THICK for one in ("ord", "op", "open", "inner")},
    **{("punct", one): _THIN for one in ("ord", "op", "rel", "open", "close", "punct", "inner")},
    **{(one, "op"): _THIN for one in ("ord", "op", "close", "inner")},
    **{("op", one): _THIN for one in ("ord", "inner")},
    **{(one, "inner"): _THIN for one in ("ord", "close", "inner")},
    **{("inner", one): _THIN for one in ("ord", "open", "punct")},
}


@dataclass
class _Line:
    """A row of atoms: its width, how tall it is (1 for a fraction, 2 for nested ones), and the last atom's class."""

    script: bool = False
    width: float = 0
    tall: int = 0
    last: str = ""

    def add(self, width: float, kind: str, tall: int = 0) -> None:
        """One more atom, with the space before it."""
        if kind == "bin" and self.last in ("bin", "op", "rel", "open", "punct"):
            kind = "ord"
        if self.last == "bin" and kind in ("rel", "close", "punct"):
            self.last = "ord"
        between = _BETWEEN.get((self.last, kind), 0)
        if self.script and between > _THIN:
            between = 0
        self.width += between + width
        self.tall = max(self.tall, tall)
        self.last = kind


@dataclass(frozen=True)
class Measure:
    """The width of a formula in thousandths of an em, and how tall it is: 0 plain, 1 fractions, 2 nested ones."""

    width: int
    tall: int


@lru_cache(maxsize=8192)
def measure(source: str) -> Measure:
    r"""The measure of one line of a formula, set in display style.

    >>> measure(r"\frac{a}{b}"), measure("2").width
    (Measure(width=769, tall=1), 500)
    """
    tokens = Tokens(source)
    line = _row(tokens, 0, len(tokens.list) - 1, 1.0, display=True)
    return Measure(round(line.width), line.tall)


def _row(tokens: Tokens, start: int, end: int, size: float, *, display: bool = False) -> _Line:
    """The atoms between two indices."""
    line, at = _Line(script=size < 1), start
    while at < end:
        at = _atom(tokens, at, end, size, line, display)
    return line


def _atom(tokens: Tokens, at: int, end: int, size: float, line: _Line, display: bool) -> int:
    """Add what stands at an index, with its scripts; the index behind."""
    text = tokens.text(at)
    if text in SPACES or text in _SPACE:
        line.width += _SPACE.get(text, _THIN) * size
        return at + 1
    if text in (r"\quad", r"\qquad"):
        line.width += _QUAD * (1 + (text == r"\qquad")) * size
        return at + 1
    if text in ("&", r"\\", r"\limits", r"\displaystyle"):
        line.last = "ord" if text == "&" else line.last  # alignment puts an empty atom before a sign
        return at + 1
    if text == r"\left":
        return _fenced(tokens, at, size, line, display)
    if match := _SIZED.fullmatch(text):
        bracket, kind = _SIGNS.get(tokens.text(at + 1), (389, "ord"))
        line.add((bracket + _SIZES[match[1]]) * size, kind)
        after = at + 2
    elif text == r"\begin":
        return _cases(tokens, at, size, line)
    else:
        width, kind, tall, after = _nucleus(tokens, at, size, display)
        scripts, after = _scripts(tokens, after, size)
        if text in _LIMITS and display:
            line.add(max(width, scripts - 50), kind, tall)
        else:
            leaning = _LEANING.get(text, 0) * size if tokens.text(at + 1) == "_" else 0
            line.add(width + scripts - leaning, kind, tall)
        return after
    scripts, after = _scripts(tokens, after, size)
    line.width += scripts
    return after


def _nucleus(tokens: Tokens, at: int, size: float, display: bool) -> tuple[float, str, int, int]:
    """An atom without its scripts: width, class, tallness, and the index behind."""
    token = tokens[at]
    text = token.text
    if text in _SIGNS:
        return _SIGNS[text][0] * size, _SIGNS[text][1], 0, at + 1
    if text in _OPERATORS:
        return _OPERATORS[text] * size, "op", 0, at + 1
    if text in (r"\frac", r"\dfrac", r"\tfrac"):
        smaller = size if display else _smaller(size)
        top, middle = _argument(tokens, at + 1, smaller)
        bottom, after = _argument(tokens, middle, smaller)
        return max(top.width, bottom.width) + 240, "ord", 1 + max(top.tall, bottom.tall), after
    if text == r"\sqrt":
        inside, after = _argument(tokens, at + 1, size)
        return inside.width + (1000 if inside.tall else 833) * size, "ord", inside.tall, after
    if text in ROMAN | FONTS:
        inner = tokens.closing[at + 1] if tokens.text(at + 1) == "{" else at + 2
        letters = tokens.source[tokens[at + 1].start : tokens[inner].start].strip("{")
        wider = 1.0 if text in ROMAN else 1.25
        return text_width(letters) * wider * size, "ord", 0, inner + (tokens.text(at + 1) == "{")
    if text in ACCENTS:
        inside, after = _argument(tokens, at + 1, size)
        return inside.width, "ord", inside.tall, after
    if text == "{":
        closing = tokens.closing[at]
        inside = _row(tokens, at + 1, closing, size, display=display)
        return inside.width, "ord", inside.tall, closing + 1
    if token.kind == "digit":
        return 500 * size, "ord", 0, at + 1
    return _ITALIC.get(text, _GREEK.get(text[1:], 700)) * size, "ord", 0, at + 1


def text_width(text: str) -> int:
    """The width of upright text in thousandths of an em."""
    return sum(333 if c == " " else 500 if c.isdigit() or c in "+=%" else _UPRIGHT.get(c, 278) for c in text)


def _smaller(size: float) -> float:
    return _SCRIPT if size == 1 else 0.68


def _argument(tokens: Tokens, at: int, size: float) -> tuple[_Line, int]:
    if tokens.text(at) == "{":
        return _row(tokens, at + 1, tokens.closing[at], size), tokens.closing[at] + 1
    return _row(tokens, at, at + 1, size), at + 1


def _scripts(tokens: Tokens, at: int, size: float) -> tuple[float, int]:
    """The width of the scripts at an index, and the index behind them."""
    widest = 0.0
    while tokens.text(at) in ("_", "^", "'"):
        if tokens.text(at) == "'":
            widest, at = max(widest, 270 * size + 50), at + 1
            continue
        inside, at = _argument(tokens, at + 1, _smaller(size))
        widest = max(widest, inside.width + 50)
    return widest, at


def _fenced(tokens: Tokens, at: int, size: float, line: _Line, display: bool) -> int:
    r"""What stands between \left and \right, which grow with it."""
    depth, end = 1, at + 1
    while depth and tokens[end].kind != "end":
        depth += {r"\left": 1, r"\right": -1}.get(tokens.text(end), 0)
        end += 1
    inside = _row(tokens, at + 2, end - 1, size, display=display)
    width = inside.width
    for shape in (tokens.text(at + 1), tokens.text(end)):
        width += (_SIGNS.get(shape, (278, ""))[0] + _GROWN.get(shape, (0, 0, 0))[min(inside.tall, 2)]) * size
    scripts, after = _scripts(tokens, end + 1, size)
    line.add(width + scripts, "inner", inside.tall)
    return after


def _cases(tokens: Tokens, at: int, size: float, line: _Line) -> int:
    """The rows of cases, in two columns behind a brace; other environments by their widest row."""
    after = tokens.closing[at + 1] + 1
    end, depth = after, 1
    while depth and tokens[end].kind != "end":
        depth += {r"\begin": 1, r"\end": -1}.get(tokens.text(end), 0)
        end += 1
    columns, column, start, tall, inside = [0.0, 0.0], 0, after, 0, 0
    for k in range(after, end):
        inside += {r"\begin": 1, r"\end": -1}.get(tokens.text(k), 0)
        if (tokens.text(k) in ("&", r"\\") and inside == 0) or k == end - 1:
            cell = _row(tokens, start, k, size)
            columns[min(column, 1)] = max(columns[min(column, 1)], cell.width)
            tall, start, column = max(tall, cell.tall), k + 1, column + 1 if tokens.text(k) == "&" else 0
    line.add(sum(columns) + _QUAD + 889 + 120, "inner", max(tall, 2))
    return tokens.closing[end] + 1
