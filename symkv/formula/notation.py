r"""The author's letters: a `notation.toml` that gives symbols their LaTeX, checked before anything is printed with it.

n_kv_heads = 'H_{\mathrm{kv}}'
d_rope = 'd_h^{R}'
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from symkv import symbols
from symkv.errors import BadInput
from symkv.formula import latex
from symkv.formula.latex_names import ACCENTS, FONTS, ROMAN, one_name, spelling, starts_name
from symkv.formula.latex_tokens import Token, Tokens
from symkv.formula.reader import is_name

MAX_BYTES, MAX_LETTERS = 2**16, 80
LETTER_COMMANDS = frozenset(
    rf"\{name}"
    for name in (
        "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi varpi rho "
        "varrho sigma varsigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi "
        "Psi Omega ell prime star ast"
    ).split()
)
# What plain LaTeX with amsmath has.
ALLOWED = (LETTER_COMMANDS | ROMAN | FONTS | ACCENTS | {r"\,"}) - {r"\mathup", r"\bm", r"\mathbb"}
TEXT = frozenset({r"\text", r"\textrm", r"\textnormal", r"\mbox", r"\textit", r"\textbf"})
_TEXT = re.compile(r"[A-Za-z0-9 ,.+-]*")


@dataclass(frozen=True)
class Notation(Mapping[str, str]):
    r"""The LaTeX of symbols by word; every letter is checked, and no two symbols print alike.

    >>> Notation.of({"n_kv_heads": r"H_{\mathrm{kv}}"}).words
    {'H_{\\mathrm{kv}}': 'n_kv_heads'}
    """

    letters: Mapping[str, str]

    @staticmethod
    def of(letters: Mapping[str, Any], *, also: Iterable[str] = ()) -> Notation:
        """A notation from a mapping word -> LaTeX; `also` names symbols besides those of the table."""
        known = frozenset(also)
        checked: dict[str, str] = {}
        for word, letter in letters.items():
            name = word if word in known and is_name(word) else symbols.lookup(word).name
            if name in checked:
                raise BadInput(f"a symbol must have one letter, {name} has two; drop {word}")
            checked[name] = valid_letter(name, letter)
        require_distinct(checked, {})
        return Notation(MappingProxyType(checked))

    @staticmethod
    def load(path: Path | str, *, also: Iterable[str] = ()) -> Notation:
        """The notation of a TOML file with lines `symbol = 'LaTeX'`; `BadInput` names the symbol and the reason."""
        where = str(path)
        try:
            with open(path, "rb") as file:
                data = file.read(MAX_BYTES + 1)
            if len(data) > MAX_BYTES:
                raise BadInput(f"a notation may have {MAX_BYTES} bytes, this file has more", where=where)
            table = tomllib.loads(data.decode("utf-8"))
        except OSError as problem:
            raise BadInput(f"a notation must be a file that can be read, got {problem.strerror}", where=where) from None
        except UnicodeDecodeError:
            raise BadInput("a notation must be UTF-8 text", where=where) from None
        except (tomllib.TOMLDecodeError, RecursionError) as problem:
            raise BadInput(f"a notation must be TOML with lines symbol = 'LaTeX': {problem}", where=where) from None
        try:
            return Notation.of(table, also=also)
        except BadInput as problem:
            raise BadInput(problem.message, where=where) from None

    @property
    def words(self) -> dict[str, str]:
        """The same by LaTeX, as the reader takes it."""
        return {letter: word for word, letter in self.letters.items()}

    def __getitem__(self, word: str) -> str:
        return self.letters[word]

    def __iter__(self) -> Iterator[str]:
        return iter(self.letters)

    def __len__(self) -> int:
        return len(self.letters)

    def __hash__(self) -> int:
        return hash(tuple(self.letters.items()))


def valid_letter(word: str, letter: object) -> str:
    r"""The LaTeX of one symbol, or `BadInput` that names the symbol and what is wrong with it.

    >>> valid_letter("n_kv_heads", r"H_{\mathrm{kv}}\write18{id}")
    Traceback (most recent call last):
        ...
    symkv.errors.BadInput: the letter of n_kv_heads must not hold \write; allowed are Greek letters, fonts and accents
    """
    if not isinstance(letter, str) or not 0 < len(letter) <= MAX_LETTERS:
        raise BadInput(f"the letter of {word[:40]} must be text of 1 to {MAX_LETTERS} characters; write 'n_{{kv}}'")
    if "\n" in letter or "%" in letter:
        raise BadInput(f"the letter of {word} must stand on one line without a comment")
    try:
        tokens = Tokens(letter)
        for at, token in enumerate(tokens.list):
            _check(word, tokens, at, token)
        spelling(letter)
        first = one_name(tokens, 0) if starts_name(tokens, 0) else None
    except BadInput as problem:
        if problem.message.startswith("the letter of"):
            raise
        raise BadInput(f"the letter of {word} can't be read: {problem.message}") from None
    end = 0 if first is None else first.end if first.raised is None else first.raised[2]
    if tokens[end].kind != "end":
        raise BadInput(rf"the letter of {word} must be one letter with scripts, got {letter}; write \mathrm{{...}}")
    return letter


def _check(word: str, tokens: Tokens, at: int, token: Token) -> None:
    """Refuse a token that could do anything but print, or that TeX would stumble over."""
    behind = tokens[at + 1]
    if token.kind == "command" and token.text not in ALLOWED:
        raise BadInput(f"the letter of {word} must not hold {token.text}; allowed are Greek letters, fonts and accents")
    if token.text in TEXT and (behind.text != "{" or not _TEXT.fullmatch(tokens.inside(at + 1))):
        raise BadInput(f"the letter of {word} must have plain letters in {token.text}{{...}}; write \\mathrm{{...}}")
    bare = behind.kind in ("letter", "digit") or behind.text in LETTER_COMMANDS
    if token.text in ("_", "^") and not (bare or behind.text == "{"):
        raise BadInput(f"the letter of {word} must have braces behind {token.text}; write {token.text}{{...}}")


def require_distinct(words: Iterable[str], notation: Mapping[str, str]) -> dict[str, str]:
    """The letters of some symbols, LaTeX -> word; `BadInput` for two that print alike.

    `words` may be a mapping with letters of its own.
    """
    found: dict[str, str] = {}
    spelt: dict[str, str] = {}
    for word in words:
        letter = words[word] if isinstance(words, Mapping) else notation.get(word) or latex.name(word)
        other = spelt.setdefault(spelling(letter)[1], word)
        if other != word:
            raise BadInput(f"two symbols must not print alike: {other} and {word} are both {letter}; give one another")
        found[letter] = word
    return found
