"""What is printed is read back before it is written: symkv's own reader must find what was meant, or nothing is."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from symkv.errors import BadInput, JudgesDisagree
from symkv.formula import Formula, Relation
from symkv.formula.latex import name
from symkv.formula.latex_reader import read_latex, read_latex_relation
from symkv.formula.notation import require_distinct
from symkv.formula.tree import chain
from symkv.proof.judges import domains_for
from symkv.proof.kernel import prove

MIRRORED = ("divides", "multiple of")  # b | a says of b what "a multiple of b" says of a


def reread_relation(printed: str, meant: Relation, notation: Mapping[str, str] | None = None) -> str:
    r"""The printed LaTeX of a relation, read back and found to be what was meant; `JudgesDisagree` otherwise.

    Raises `BadInput` where two of its symbols print alike.

    >>> reread_relation(r"\kappa = 2\,b", Relation.parse("bytes_per_token = 2*bytes_per_element"))
    '\\kappa = 2\\,b'
    """
    words = require_distinct(meant.names, notation or {})
    try:
        found = read_latex_relation(printed, words)
    except BadInput as problem:
        raise _unlike(printed, meant.text, problem.message) from None
    sides = (meant.rhs, meant.lhs) if (found.sign, meant.sign) == MIRRORED else (meant.lhs, meant.rhs)
    if (found.sign, meant.sign) not in ((meant.sign, meant.sign), MIRRORED) or not all(
        map(same, (found.lhs, found.rhs), sides)
    ):
        raise _unlike(printed, meant.text, f"it reads {found.text}")
    return printed


def reread_limit(printed: str, over: str, meant: Relation, notation: Mapping[str, str] | None = None) -> str:
    r"""The printed LaTeX of a limit: its \lim for the symbol that grows, and the relation behind it read back."""
    letter = (notation or {}).get(over) or name(over)
    before, sign, relation = printed.partition(rf"\lim_{{{letter} \to \infty}} ")
    if before or not sign:
        raise _unlike(printed, meant.text, "it is no limit")
    reread_relation(relation, meant, notation)
    return printed


def reread(printed: str, meant: Formula, notation: Mapping[str, str] | None = None) -> str:
    """The printed LaTeX of a formula, read back and found to be what was meant; `JudgesDisagree` otherwise."""
    words = require_distinct(meant.names, notation or {})
    try:
        found = read_latex(printed, words)
    except BadInput as problem:
        raise _unlike(printed, str(meant), problem.message) from None
    if not same(found, meant):
        raise _unlike(printed, str(meant), f"it reads {found.text}")
    return printed


def same(one: Formula, other: Formula) -> bool:
    """Whether two formulas are one but for brackets in products, or are proved equal by the kernel.

    >>> same(Formula.parse("2*(b*c)"), Formula.parse("2*b*c")), same(Formula.parse("2*b"), Formula.parse("3*b"))
    (True, False)
    """
    if one.same_as(other) or Formula(flat(one.tree)).same_as(Formula(flat(other.tree))):
        return True
    statement = Relation(one, "=", other)
    try:
        return prove(statement, (), domains_for([statement])) is not None
    except BadInput:  # the kernel can't read what divides by zero, and such trees must agree as they stand
        return False


def flat(node: ast.expr) -> ast.expr:
    """The tree with products of products as one product, in the same order: brackets that no reader sees."""
    match node:
        case ast.BinOp(left=left, op=ast.Pow() as op, right=right):
            return ast.BinOp(flat(left), op, right)
        case ast.BinOp():
            first, steps = chain(node)
            tree = flat(first)
            for step in steps:
                for sign, factor in _factors(step.op, flat(step.right)):
                    tree = ast.BinOp(tree, sign, factor)
            return tree
        case ast.UnaryOp(op=op, operand=operand):
            return ast.UnaryOp(op, flat(operand))
        case ast.Call(func=func, args=args):
            return ast.Call(func, [flat(arg) for arg in args], [])
        case ast.IfExp(test=ast.Compare(left=left, ops=ops, comparators=[right]), body=body, orelse=orelse):
            return ast.IfExp(ast.Compare(flat(left), ops, [flat(right)]), flat(body), flat(orelse))
    return node


def _factors(op: ast.operator, right: ast.expr) -> list[tuple[ast.operator, ast.expr]]:
    """What follows one operand of a chain: a product behind a product sign counts as its factors."""
    found: list[tuple[ast.operator, ast.expr]] = []
    while isinstance(op, ast.Mult) and isinstance(right, ast.BinOp) and isinstance(right.op, ast.Mult):
        found.append((op, right.right))
        right = right.left
    return [(op, right), *reversed(found)]


def _unlike(printed: str, meant: str, reason: str) -> JudgesDisagree:
    shown = printed if len(printed) <= 200 else printed[:197] + "..."
    return JudgesDisagree(f"the printed formula must read as {meant[:200]}, got {shown}: {reason}; please report it")
