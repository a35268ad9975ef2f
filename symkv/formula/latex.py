r"""The as-written LaTeX printer: the author's factor order, letters from the symbol table, brackets always right.

A product is a thin space, and `\cdot` before a number, where juxtaposition would be misread.
"""

from __future__ import annotations

import ast

from symkv import symbols
from symkv.formula.tree import chain

_SUM, _PRODUCT, _NEGATION, _POWER, _ATOM = 2, 3, 4, 5, 6
_COMPARISON: dict[type, str] = {
    ast.Eq: "=",
    ast.NotEq: r"\ne",
    ast.Lt: "<",
    ast.LtE: r"\le",
    ast.Gt: ">",
    ast.GtE: r"\ge",
}
RELATIONS = {
    "=": "=",
    "!=": r"\ne",
    "<": "<",
    "<=": r"\le",
    ">": ">",
    ">=": r"\ge",
    "divides": r"\mid",
    "multiple of": r"\in \mathbb{Z}\cdot",
}


def name(word: str) -> str:
    """The letter of a declared symbol; an undeclared name in roman with its underscores as a subscript.

    >>> name("n_kv_heads"), name("cost_per_token")
    ('n_{\\\\mathrm{kv}}', '\\\\mathrm{cost}_{\\\\mathrm{per,token}}')
    """
    symbol = symbols.find(word)
    if symbol is not None:
        return symbol.latex
    head, *tail = [part for part in word.split("_") if part]
    base = head if len(head) == 1 else rf"\mathrm{{{head}}}"
    return base + (rf"_{{\mathrm{{{','.join(tail)}}}}}" if tail else "")


def number(value: int) -> str:
    """A whole number with thin groups of three from five digits on."""
    return f"{value:,}".replace(",", r"\,") if value >= 10_000 else str(value)


def write(node: ast.expr) -> str:
    """The LaTeX of a tree, in written order."""
    return _write(node)[0]


def _write(node: ast.expr) -> tuple[str, int]:
    match node:
        case ast.Constant(value=int(value)):
            return number(value), _ATOM
        case ast.Name(id=word):
            return name(word), _ATOM
        case ast.UnaryOp(operand=operand):
            return f"-{_bracket(operand, _PRODUCT)}", _SUM
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            base = _bracket(left, _ATOM)
            return f"{base}^{{{write(right)}}}", _POWER
        case ast.BinOp():
            first, steps = chain(node)
            text, own = _write(first)
            for step in steps:
                text, own = _joined(step.op, text, own, step.right)
            return text, own
        case ast.Call(func=ast.Name(id="ceil"), args=[arg]):
            return rf"\left\lceil {write(arg)} \right\rceil", _ATOM
        case ast.Call(func=ast.Name(id="floor"), args=[arg]):
            return rf"\left\lfloor {write(arg)} \right\rfloor", _ATOM
        case ast.Call(func=ast.Name(id="sqrt"), args=[arg]):
            return rf"\sqrt{{{write(arg)}}}", _ATOM
        case ast.Call(func=ast.Name(id="mod"), args=[left, right]):
            return rf"\left({_bracket(left, _PRODUCT)} \bmod {_bracket(right, _PRODUCT)}\right)", _ATOM
        case ast.Call(func=ast.Name(id=function), args=args):
            return rf"\{function}\left({', '.join(map(write, args))}\right)", _ATOM
        case ast.IfExp(test=ast.Compare(left=left, ops=[op], comparators=[right]), body=body, orelse=orelse):
            condition = f"{write(left)} {_COMPARISON[type(op)]} {write(right)}"
            rows = rf"{write(body)} & \text{{if }} {condition} \\ {write(orelse)} & \text{{otherwise}}"
            return rf"\begin{{cases}} {rows} \end{{cases}}", _SUM
    raise TypeError(f"not a node of the language: {type(node).__name__}")


def _joined(op: ast.operator, left: str, own: int, right: ast.expr) -> tuple[str, int]:
    """One step of a chain: the text so far, how tightly it binds, and the next operand."""
    match op:
        case ast.Add():
            return f"{_wrapped(left, own, _SUM)} + {_bracket(right, _PRODUCT)}", _SUM
        case ast.Sub():
            return f"{_wrapped(left, own, _SUM)} - {_bracket(right, _PRODUCT)}", _SUM
        case ast.Mult():
            a, b = _wrapped(left, own, _PRODUCT), _bracket(right, _PRODUCT)
            sign = r" \cdot " if b[0].isdigit() or _starts_with_number(right) else r"\,"
            return f"{a}{sign}{b}", _PRODUCT
    return rf"\frac{{{left}}}{{{write(right)}}}", _PRODUCT


def _starts_with_number(node: ast.expr) -> bool:
    r"""Whether a factor is a fraction of two numbers: `b\,\frac{9}{4}` reads better with a dot."""
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and isinstance(node.left, ast.Constant)


def _bracket(node: ast.expr, level: int) -> str:
    return _wrapped(*_write(node), level)


def _wrapped(text: str, own: int, level: int) -> str:
    return text if own >= level else rf"\left({text}\right)"
