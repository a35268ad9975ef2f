"""Long relations broken over lines: at the sign, and at the plus and minus signs of a sum, as an author would."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping

from symkv.formula import Formula, Relation, latex
from symkv.formula.latex import Product
from symkv.formula.tree import is_sum

WIDE = 50  # letters of a displayed line on a page with usual margins
_LETTER = re.compile(r"\\[A-Za-z]+|[A-Za-z0-9+\-=<>()|/,.]")
_SILENT = re.compile(r"\\(?:left|right|mathrm|frac|quad|,)")


def width(source: str) -> int:
    r"""About how many letters a formula in LaTeX is wide.

    >>> width(r"2\\,n_{\\mathrm{kv}}")
    4
    """
    return len(_LETTER.findall(_SILENT.sub(" ", source)))


def broken(relation: Relation, *, product: Product = "thin", notation: Mapping[str, str] | None = None) -> str:
    r"""The relation in LaTeX, over several lines of `aligned` where it is too wide for one.

    >>> broken(Relation.parse("a = b"))
    'a = b'
    """
    printer = latex.Printer(product, notation or {})
    whole = printer.relation(relation.lhs.tree, relation.sign, relation.rhs.tree)
    if width(whole) <= WIDE:
        return whole
    left = _rows(relation.lhs, printer)
    many = relation.sign == "multiple of" and is_sum(relation.rhs.tree)  # a sum behind this sign stands in brackets
    right = [printer.factor(relation.rhs.tree)] if many else _rows(relation.rhs, printer)
    sign = latex.RELATIONS[relation.sign]
    lines = [f"&{left[0]}", *(rf"&\quad {row}" for row in left[1:])]
    lines += [rf"&\qquad {sign} {right[0]}", *(rf"&\qquad\quad {row}" for row in right[1:])]
    body = r" \\ ".join(lines)
    return rf"\begin{{aligned}} {body} \end{{aligned}}"


def _rows(side: Formula, printer: latex.Printer) -> list[str]:
    """The terms of a sum, as many on a line as fit."""
    rows = [""]
    terms = _terms(side.tree)
    if len(terms) == 1:
        return [printer.whole(side.tree)]
    for sign, term in terms:
        piece = f"{sign} {printer.term(term, first=not sign)}".strip()
        if rows[-1] and width(rows[-1]) + width(piece) > WIDE - 6:
            rows.append(piece)
        else:
            rows[-1] = f"{rows[-1]} {piece}".strip()
    return rows


def _terms(node: ast.expr) -> list[tuple[str, ast.expr]]:
    found: list[tuple[str, ast.expr]] = []
    while isinstance(node, ast.BinOp) and is_sum(node):
        found.append(("+" if isinstance(node.op, ast.Add) else "-", node.right))
        node = node.left
    return [("", node), *reversed(found)]
