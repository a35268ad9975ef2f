"""The walk that every reading of a formula shares: a long sum or product is a chain, not a depth."""

from __future__ import annotations

import ast


def chain(node: ast.expr) -> tuple[ast.expr, list[ast.BinOp]]:
    """The leftmost operand of a chain of + - * /, and the steps that follow it from left to right.

    Folding the steps needs no recursion, so a sum of a thousand terms can be read like one of two.

    >>> first, steps = chain(ast.parse("a + b*c - d", mode="eval").body)
    >>> first.id, [type(step.op).__name__ for step in steps]
    ('a', ['Add', 'Sub'])
    """
    steps: list[ast.BinOp] = []
    while isinstance(node, ast.BinOp) and not isinstance(node.op, ast.Pow):
        steps.append(node)
        node = node.left
    return node, steps[::-1]


def is_sum(node: ast.expr) -> bool:
    """Whether a tree is a sum or difference, which needs brackets beside anything that binds tighter."""
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub)
