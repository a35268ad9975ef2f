r"""The strict LaTeX reader: a formula or a relation as an author prints it, read right or refused with its column.

It knows declared symbols and a short grammar: + - / \cdot \times and juxtaposition, \frac, whole powers, brackets,
\lceil \lfloor \sqrt \min \max \bmod, a \sum between whole numbers, cases, and the signs = \ne < \le > \ge \mid.
Nothing is evaluated or guessed: what could be read in two ways is refused, with what to write instead.
"""

from __future__ import annotations

from collections.abc import Mapping

from symkv.errors import BadInput
from symkv.formula import reader
from symkv.formula.core import Formula, Relation
from symkv.formula.latex_grammar import HANDLERS
from symkv.formula.latex_parser import Parser
from symkv.formula.latex_tokens import Tokens

Sign = tuple[str, int]
_RELATION_SPLIT = r"one relation a string, got a second sign; give them one at a time"


def read_latex(source: str, notation: Mapping[str, str] | None = None) -> Formula:
    r"""The formula that LaTeX source writes; `BadInput` names the column and the reason.

    `notation` maps the LaTeX of further names to their words, and goes before the table of symbols.

    >>> read_latex(r"2\,L\,H_{kv}\,d_h\,b", {"H_{kv}": "n_kv_heads"}).text
    '2*n_layers*n_kv_heads*d_head*bytes_per_element'
    """
    sides, signs, tokens = _read(source, notation)
    if signs:
        tokens.refuse(signs[0][1], "a relation stands between two formulas, not inside one; read it as a relation")
    return sides[0]


def read_latex_relation(source: str, notation: Mapping[str, str] | None = None) -> Relation:
    r"""The relation that LaTeX source writes; `BadInput` when there is none or more than one.

    >>> read_latex_relation(r"\kappa = 1{,}024\,L").text
    'bytes_per_token = 1024*n_layers'
    """
    sides, signs, tokens = _read(source, notation)
    if not signs:
        tokens.refuse(0, r"a relation must have one of = \ne < \le > \ge \mid; write a = b")
    if len(signs) > 1:
        tokens.refuse(signs[1][1], _RELATION_SPLIT)
    return Relation(sides[0], signs[0][0], sides[1])


def read_latex_chain(source: str, notation: Mapping[str, str] | None = None) -> tuple[Relation, ...]:
    r"""The relations of a chain such as `a = b = c`, each between neighbours, over one line or several.

    >>> [str(relation) for relation in read_latex_chain(r"\kappa &= 2\,b \\ &\le 4\,b")]
    ['bytes_per_token = 2*bytes_per_element', '2*bytes_per_element <= 4*bytes_per_element']
    """
    sides, signs, tokens = _read(source, notation)
    if not signs:
        tokens.refuse(0, r"a chain must have one of = \ne < \le > \ge \mid; write a = b")
    return tuple(Relation(sides[at], sign, sides[at + 1]) for at, (sign, _) in enumerate(signs))


def read_latex_sides(source: str, notation: Mapping[str, str] | None = None) -> tuple[list[Formula], list[Sign]]:
    r"""The formulas that relation signs part, one more than signs; each sign with its offset in characters.

    >>> read_latex_sides("2 b = L")
    ([Formula('2*bytes_per_element'), Formula('n_layers')], [('=', 4)])
    """
    sides, signs, tokens = _read(source, notation)
    return sides, [(sign, tokens[at].start) for sign, at in signs]


def _read(source: str, notation: Mapping[str, str] | None) -> tuple[list[Formula], list[tuple[str, int]], Tokens]:
    parser = Parser(Tokens(source), notation, HANDLERS)
    sides = [Formula(tree) for tree in parser.run()]
    for side in sides:
        try:
            reader.read(side.text)  # the bounds of the reader's language hold for what LaTeX writes too
        except BadInput as problem:
            parser.tokens.refuse(0, f"in the reader's language: {problem.message}")
    return sides, parser.signs, parser.tokens
