r"""Names in LaTeX: which symbol a letter with its scripts stands for; the longest declared name wins.

A subscript always belongs to its letter: `H_{kv}` is declared or refused, and never H. The font of a subscript is
free (`n_{kv}`, `n_{\mathrm{kv}}`, `n_\text{kv}` are one name) unless two symbols differ by it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple, NoReturn

from symkv import symbols
from symkv.errors import BadInput
from symkv.formula.latex_tokens import GAPS, SPACES, Tokens
from symkv.formula.reader import is_name

MAX_LABEL = 64
ROMAN = frozenset(rf"\{c}" for c in "mathrm text textrm textnormal mathup mbox operatorname".split())
FONTS = frozenset(rf"\{c}" for c in "mathit mathbf mathsf mathcal mathtt boldsymbol bm textit textbf mathbb".split())
ACCENTS = frozenset(rf"\{c}" for c in "hat bar tilde dot ddot vec check widehat widetilde overline underline".split())
STRUCTURE = frozenset(
    rf"\{c}"
    for c in (
        r"frac dfrac tfrac sqrt min max bmod mod pmod sum prod lim cdot times div ast left right bigl bigr Bigl Bigr "
        r"biggl biggr Biggl Biggr big Big bigg Bigg lceil rceil lfloor rfloor { } lbrace rbrace lbrack rbrack lvert "
        r"rvert vert le leq leqslant ge geq geqslant lt gt ne neq mid in begin end tag label limits nolimits "
        r"equiv approx sim simeq propto to rightarrow infty cup cap pm mp not ldots cdots dots lparen rparen rm "
        r"input include def newcommand renewcommand catcode let write csname over atop choose"
    ).split()
) | {r"\\", r"\%", r"\$", r"\&", r"\#", r"\_"}

_NO_LETTERS = STRUCTURE | SPACES | GAPS | ROMAN | FONTS | ACCENTS


class Name(NamedTuple):
    """A letter with its scripts: its exact and its loose spelling, the index behind, and the same with a superscript.

    `power` is the index of the argument of a `^`, 0 where there is none; `tight` is the index of a letter that stands
    directly behind a script without braces.
    """

    exact: str
    loose: str
    end: int
    power: int = 0
    raised: tuple[str, str, int] | None = None
    tight: int = 0


def _label(tokens: Tokens, index: int) -> tuple[str, str, int]:
    """The spelling of a script's argument, exact and without fonts, and the index behind it."""
    token = tokens[index]
    if token.text == "{":
        return (*_spelt(tokens, index + 1, tokens.closing[index]), tokens.closing[index] + 1)
    if token.text in ROMAN | FONTS | ACCENTS and tokens.text(index + 1) == "{":
        end = tokens.closing[index + 1] + 1
        return (*_spelt(tokens, index, end), end)
    if token.kind not in ("letter", "digit") and token.text not in ("*", "+", "'") and not _is_letter(tokens, index):
        tokens.refuse(index, "a script needs a letter, a digit or braces behind it")
    return (*_plain(tokens, index), index + 1)


def _spelt(tokens: Tokens, start: int, end: int) -> tuple[str, str]:
    if end - start > MAX_LABEL:
        tokens.refuse(start, f"a label may have {MAX_LABEL} letters; shorten it")
    exact: list[str] = []
    loose: list[str] = []
    closers: dict[int, tuple[str, str]] = {}
    index = start
    while index < end:
        token = tokens[index]
        font = token.text in ROMAN | FONTS | ACCENTS
        if index in closers:
            exact.append(closers[index][0])
            loose.append(closers[index][1])
        elif token.text in "_^" and token.kind == "sign":
            if tokens.text(index + 1) == "{":
                closers[tokens.closing[index + 1]] = ("}", "}")
                exact.append(token.text + "{")
                loose.append(token.text + "{")
                index += 1
            else:
                exact.append(f"{token.text}{{{tokens.text(index + 1)}}}")
                loose.append(f"{token.text}{{{tokens.text(index + 1)}}}")
                index += 1
        elif font and tokens.text(index + 1) == "{":
            mark = r"\rm" if token.text in ROMAN else token.text
            free = token.text in ROMAN
            closers[tokens.closing[index + 1]] = ("}", "" if free else "}")
            exact.append(mark + "{")
            loose.append("" if free else mark + "{")
            index += 1
        elif token.text == "{":
            closers[tokens.closing[index]] = ("", "")
        elif token.text in SPACES or token.text == r"\rm":
            pass
        elif token.kind in ("letter", "digit") or token.text in "*+-,/'.=" or _is_letter(tokens, index):
            letter, _ = _plain(tokens, index)
            exact.append(letter)
            loose.append(letter)
        else:
            tokens.refuse(index, f"{token.text[:20]!r} can't stand in a label; use letters and digits")
        index += 1
    return "".join(exact), "".join(loose)


def _plain(tokens: Tokens, index: int) -> tuple[str, str]:
    """The spelling of one letter, twice; the end of a command shows."""
    token = tokens[index]
    letter = token.text + ("." if token.kind == "command" else "")
    return letter, letter


def _is_letter(tokens: Tokens, index: int) -> bool:
    """Whether a command may be a letter: it has a name, and is nothing that the grammar or a font uses."""
    token = tokens[index]
    if token.kind != "command" or not token.text[1].isalpha():
        return False
    return token.text not in _NO_LETTERS


def starts_name(tokens: Tokens, index: int) -> bool:
    """Whether a name can start at an index."""
    token = tokens[index]
    if token.kind == "letter" or token.text in ROMAN | FONTS | ACCENTS or _is_letter(tokens, index):
        return True
    braced = token.text == "{" and tokens.closing.get(index) == index + 2 and tokens.text(index + 3) in ("_", "'")
    return braced and (tokens[index + 1].kind == "letter" or _is_letter(tokens, index + 1))


def one_name(tokens: Tokens, index: int) -> Name:
    """The letter at an index, with its scripts."""
    token = tokens[index]
    if token.text == "{":
        exact = loose = tokens.text(index + 1)
        end = index + 3
    elif token.text in ROMAN | FONTS | ACCENTS:
        mark = r"\rm" if token.text in ROMAN else token.text
        if tokens[index + 1].kind == "end":
            tokens.refuse(index, f"{token.text} needs an argument")
        exact, _, end = _label(tokens, index + 1)
        exact = loose = f"{mark}{{{exact}}}"
    else:
        exact = loose = token.text
        end = index + 1
    while tokens.text(end) == "'":
        exact, loose, end = exact + "'", loose + "'", end + 1
    power, label, sub, tight, after = 0, ("", ""), ("", ""), 0, end
    while (mark := tokens.text(after)) in ("_", "^", "'"):
        if mark == "'":  # behind a subscript it prints as before it
            if power or tokens[after].spaced:
                break
            exact, loose, after = exact + "'", loose + "'", after + 1
            end, tight = after, 0
            continue
        if sub[0] if mark == "_" else power:
            tokens.refuse(after, "a letter may have one subscript and one superscript; put braces or brackets")
        first, free, behind = _label(tokens, after + 1)
        if mark == "_":
            sub = (f"_{{{first}}}", f"_{{{free}}}")
            end = behind
        else:
            power, label = after + 1, (f"^{{{first}}}", f"^{{{free}}}")
        bare, near = tokens[after + 1], tokens[behind]
        open_ended = bare.kind == "letter" or (bare.kind == "digit" and mark == "_")
        tight = behind if open_ended and near.kind == "letter" and not near.spaced else 0
        after = behind
    exact, loose = exact + sub[0], loose + sub[1]
    raised = (exact + label[0], loose + label[1], after) if power else None
    return Name(exact, loose, end, power if end == after else 0, raised, tight)


class Letters:
    """Which word each spelling stands for: the notation first, then the table of symbols."""

    def __init__(self, layers: Iterable[Iterable[tuple[str, str]]]) -> None:
        self.layers: list[tuple[dict[str, set[str]], dict[str, set[str]]]] = []
        self.longest = 1
        self.shown: dict[str, str] = {}
        for layer in layers:
            exact: dict[str, set[str]] = {}
            loose: dict[str, set[str]] = {}
            for latex, word in layer:
                keys = spelling(latex)
                self.longest = max(self.longest, keys[0].count(" ") + 1)
                exact.setdefault(keys[0], set()).add(word)
                loose.setdefault(keys[1], set()).add(word)
                self.shown[latex] = word
            self.layers.append((exact, loose))

    def words(self, exact: str, loose: str) -> set[str]:
        """The words of a spelling; none where it is not declared."""
        for strict, free in self.layers:
            found = strict.get(exact) or free.get(loose)
            if found:
                return found
        return set()

    def read(self, tokens: Tokens, index: int) -> tuple[str, int, int] | None:
        """The word of the longest declared name at an index, the index behind it, and that of its exponent or 0."""
        best: tuple[set[str], int, int] | None = None
        exact, loose, at = "", "", index
        for _ in range(self.longest):
            name = one_name(tokens, at)
            forms = [(name.exact, name.loose, name.end, name.power)]
            if name.raised is not None:
                forms.append((*name.raised, 0))
            for first, free, end, power in forms:
                if found := self.words(exact + first, loose + free):
                    best = (found, max(end, name.end), power)
                    if name.tight and power == 0:
                        tokens.refuse(name.tight, "a script without braces ends here; write a_{bc}, or a_b c")
            if name.raised is not None or not starts_name(tokens, name.end):
                break
            exact, loose, at = f"{exact}{name.exact} ", f"{loose}{name.loose} ", name.end
        if best is None:
            return None
        found, end, power = best
        if len(found) > 1:
            shown = tokens.source[tokens[index].start : tokens[end].start].strip()
            tokens.refuse(index, f"{shown} may mean {' or '.join(sorted(found))}; declare one in the notation")
        return next(iter(found)), end, power

    def undeclared(self, tokens: Tokens, index: int) -> NoReturn:
        """Refuse the name at an index, with what comes near it."""
        name = one_name(tokens, index)
        shown = tokens.source[tokens[index].start : tokens[name.end].start].strip()[:60]
        near = difflib.get_close_matches(shown, list(self.shown), n=2, cutoff=0.8)
        hint = f"known is {' and '.join(f'{latex} ({self.shown[latex]})' for latex in near)}; " if near else ""
        tokens.refuse(index, f"{shown} is not declared; {hint}name its symbol in the notation")


@lru_cache(maxsize=4096)
def spelling(latex: str) -> tuple[str, str]:
    r"""How a declared name is looked up, exactly and without the fonts of its scripts.

    >>> spelling(r"n_{\mathrm{kv}}")
    ('n_{\\rm{kv}}', 'n_{kv}')
    """
    tokens = Tokens(latex)
    exact: list[str] = []
    loose: list[str] = []
    index = 0
    while tokens[index].kind != "end":
        if not starts_name(tokens, index):
            tokens.refuse(index, r"a name must be a letter, a command such as \kappa or \mathrm{kv}, with scripts")
        name = one_name(tokens, index)
        first, free, index = (name.exact, name.loose, name.end) if name.raised is None else name.raised
        if name.raised is not None and name.raised[1].rpartition("^")[2].strip("{}").lstrip("+-").isdigit():
            tokens.refuse(name.power, "a label that is a number reads as a power; choose letters")
        exact.append(first)
        loose.append(free)
    if not exact:
        raise BadInput("a name in LaTeX must not be empty; write for example n_{\\mathrm{kv}}")
    return " ".join(exact), " ".join(loose)


def letters(notation: Mapping[str, str] | None) -> Letters:
    """The letters of a notation (LaTeX -> word) and, behind it, of the table of symbols."""
    for latex, word in (notation or {}).items():
        if not is_name(word):
            raise BadInput(f"a notation must name a symbol for {latex[:60]}, got {word[:40]!r}; write n_kv_heads")
    given = tuple((notation or {}).items())
    return _letters(given, tuple((s.latex, s.name) for s in symbols.table(own=False)))


@lru_cache(maxsize=64)
def _letters(given: tuple[tuple[str, str], ...], table: tuple[tuple[str, str], ...]) -> Letters:
    return Letters((given, table))
