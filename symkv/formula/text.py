"""The reading back into text: the formula as it was written, with the brackets that its tree needs and no others."""

from __future__ import annotations

import ast

from symkv.formula.tree import chain

_OPERATORS: dict[type, tuple[str, int]] = {  # the sign and how tightly it binds
    ast.Add: (" + ", 2),
    ast.Sub: (" - ", 2),
    ast.Mult: ("*", 3),
    ast.Div: ("/", 3),
    ast.Pow: ("**", 5),
}
_CONDITION, _NEGATION, _ATOM = 1, 4, 6
COMPARISON_TEXT: dict[type, str] = {
    ast.Eq: "=",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}


def write(node: ast.expr) -> str:
    """The text of a tree in the reader's language."""
    return _write(node)[0]


def _write(node: ast.expr) -> tuple[str, int]:
    match node:
        case ast.Constant(value=value):
            return str(value), _ATOM
        case ast.Name(id=name):
            return name, _ATOM
        case ast.UnaryOp(operand=operand):
            return f"-{_bracket(operand, _NEGATION)}", _NEGATION
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return f"{_bracket(left, _ATOM)}**{_bracket(right, _NEGATION)}", 5
        case ast.BinOp():
            first, steps = chain(node)
            text, own = _write(first)
            for step in steps:
                sign, level = _OPERATORS[type(step.op)]
                text = f"{text if own >= level else f'({text})'}{sign}{_bracket(step.right, level + 1)}"
                own = level
            return text, own
        case ast.Call(func=ast.Name(id=name), args=args):
            return f"{name}({', '.join(map(write, args))})", _ATOM
        case ast.IfExp(test=ast.Compare(left=left, ops=[op], comparators=[right]), body=body, orelse=orelse):
            condition = f"{_bracket(left, 2)} {COMPARISON_TEXT[type(op)]} {_bracket(right, 2)}"
            return f"{_bracket(body, 2)} if {condition} else {_bracket(orelse, _CONDITION)}", _CONDITION
    raise TypeError(f"not a node of the language: {type(node).__name__}")


def _bracket(node: ast.expr, level: int) -> str:
    text, own = _write(node)
    return text if own >= level else f"({text})"
