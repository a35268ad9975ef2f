"""The walk that every reading of a formula shares: a long sum or product is a chain, not a depth."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator


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


def symbols(node: ast.expr) -> Iterator[str]:
    """The names of symbols in written order, each as often as it stands there.

    >>> list(symbols(ast.parse("min(b, a)*b", mode="eval").body))
    ['b', 'a', 'b']
    """
    rest = [node]
    while rest:
        match rest.pop():
            case ast.Name(id=name):
                yield name
            case ast.BinOp(left=left, right=right):
                rest += (right, left)
            case ast.UnaryOp(operand=operand):
                rest.append(operand)
            case ast.Call(args=args):
                rest += reversed(args)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                rest += (orelse, test, body)
            case ast.Compare(left=left, comparators=others):
                rest += (*reversed(others), left)


def is_sum(node: ast.expr) -> bool:
    """Whether a tree is a sum or difference, which needs brackets beside anything that binds tighter."""
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub)


def mapped(node: ast.expr, put: Callable[[ast.expr], ast.expr | None]) -> ast.expr:
    """The tree with every node for which `put` gives one replaced by that, from the outside in; no node is changed."""
    found = put(node)
    if found is not None:
        return found
    match node:
        case ast.BinOp(left=left, op=ast.Pow() as op, right=right):
            return ast.BinOp(mapped(left, put), op, right)
        case ast.BinOp():
            first, steps = chain(node)
            tree = mapped(first, put)
            for step in steps:
                tree = ast.BinOp(tree, step.op, mapped(step.right, put))
            return tree
        case ast.UnaryOp(op=op, operand=operand):
            return ast.UnaryOp(op, mapped(operand, put))
        case ast.Call(func=func, args=args):
            return ast.Call(func, [mapped(arg, put) for arg in args], [])
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return ast.IfExp(mapped(test, put), mapped(body, put), mapped(orelse, put))
        case ast.Compare(left=left, ops=ops, comparators=[right]):
            return ast.Compare(mapped(left, put), ops, [mapped(right, put)])
    return node
