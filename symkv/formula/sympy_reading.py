"""The reading over sympy, and back. Trees are translated node by node: no string ever reaches sympy.

A symbol is a positive integer or a positive rational as the table says; an undeclared name is positive.
"""

from __future__ import annotations

import ast
from functools import cache, reduce
from typing import Any

import sympy

from symkv import symbols
from symkv.errors import BadInput
from symkv.formula import reader
from symkv.formula.tree import chain

_FUNCTIONS: dict[str, Any] = {
    "min": sympy.Min,
    "max": sympy.Max,
    "ceil": sympy.ceiling,
    "floor": sympy.floor,
    "mod": sympy.Mod,
    "sqrt": sympy.sqrt,
}
_COMPARISON: dict[type, Any] = {
    ast.Eq: sympy.Eq,
    ast.NotEq: sympy.Ne,
    ast.Lt: sympy.Lt,
    ast.LtE: sympy.Le,
    ast.Gt: sympy.Gt,
    ast.GtE: sympy.Ge,
}


@cache
def sympy_symbol(name: str) -> sympy.Symbol:
    """The one sympy symbol of a name; its assumptions follow from the declared domain."""
    known = symbols.find(name)
    if known is None:
        return sympy.Symbol(name, positive=True)
    if known.whole:
        sign = {"positive": True} if known.lower else {"nonnegative": True}
        return sympy.Symbol(name, integer=True, **sign)
    return sympy.Symbol(name, positive=True, rational=True)


def call(name: str, *arguments: Any) -> Any:
    """One function of the language on sympy expressions."""
    return _FUNCTIONS[name](*arguments)


def to_sympy(node: ast.expr) -> Any:
    """The sympy expression of a tree."""
    match node:
        case ast.Constant(value=int(value)):
            return sympy.Integer(value)
        case ast.Name(id=name):
            return sympy_symbol(name)
        case ast.UnaryOp(operand=operand):
            return -to_sympy(operand)
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return to_sympy(left) ** to_sympy(right)
        case ast.BinOp():
            first, steps = chain(node)
            return reduce(lambda left, step: _joined(step.op, left, to_sympy(step.right)), steps, to_sympy(first))
        case ast.Call(func=ast.Name(id=name), args=args):
            return _FUNCTIONS[name](*map(to_sympy, args))
        case ast.IfExp(test=ast.Compare(left=left, ops=[op], comparators=[right]), body=body, orelse=orelse):
            condition = _COMPARISON[type(op)](to_sympy(left), to_sympy(right))
            return sympy.Piecewise((to_sympy(body), condition), (to_sympy(orelse), True))
    raise BadInput(f"sympy has no reading for {type(node).__name__}")


def _joined(op: ast.operator, left: Any, right: Any) -> Any:
    match op:
        case ast.Add():
            return left + right
        case ast.Sub():
            return left - right
        case ast.Mult():
            return left * right
    return left / right


def from_sympy(expression: Any) -> ast.expr:
    """The tree of a sympy expression, factors in the printing order of the symbol table.

    Raises `BadInput` for anything outside the language: a float, an infinity, an unknown function.
    """
    if expression.is_Rational:
        return reader.literal(expression.p if expression.q == 1 else _fraction(expression))
    if expression.is_Symbol:
        if not reader.is_name(expression.name):
            raise BadInput(f"a name must be 1 to 32 letters, digits and _, got {ascii(expression.name)[:40]}")
        return ast.Name(expression.name, ast.Load())
    if expression.is_Add:
        terms = sorted(expression.args, key=lambda term: (term.could_extract_minus_sign(), _order(term)))
        return _sum(terms)
    if expression.is_Mul or (expression.is_Pow and expression.exp.is_Rational and expression.exp < 0):
        return _product(expression)
    if expression.is_Pow and expression.exp == sympy.Rational(1, 2):
        return _call("sqrt", expression.base)
    if expression.is_Pow and expression.exp.is_Integer:
        return ast.BinOp(from_sympy(expression.base), ast.Pow(), reader.literal(int(expression.exp)))
    if isinstance(expression, sympy.Piecewise):
        return _conditional(expression.args)
    for name, function in _FUNCTIONS.items():
        if name != "sqrt" and isinstance(expression, function):
            return _call(name, *sorted(expression.args, key=_order) if name in ("min", "max") else expression.args)
    raise BadInput(f"a formula can't hold sympy's {type(expression).__name__}; give an exact closed form")


def _conditional(pieces: Any) -> ast.expr:
    """The pieces as nested conditionals; the last one has to hold for everything that is left."""
    (value, condition), *rest = pieces
    if condition == sympy.true:
        return from_sympy(value)
    relation = type(condition)
    op = next((op for op, known in _COMPARISON.items() if issubclass(relation, known)), None)
    if op is None or not rest:
        what = "ends without an otherwise" if not rest else f"has the condition {relation.__name__}"
        raise BadInput(f"a Piecewise must have plain comparisons and end with (value, True), this one {what}")
    test = ast.Compare(from_sympy(condition.lhs), [op()], [from_sympy(condition.rhs)])
    return ast.IfExp(test, from_sympy(value), _conditional(rest))


def _fraction(expression: Any) -> Any:
    from fractions import Fraction

    return Fraction(int(expression.p), int(expression.q))


def _order(expression: Any) -> tuple[Any, ...]:
    """Factors in the order of the table, numbers behind the layer counts (L, 2, n_kv, d_h, b), sums last."""
    if expression.is_Number:
        return (0, symbols.rank("n_heads") - 0.5, str(expression))
    names = sorted((symbols.rank(s.name), s.name) for s in expression.free_symbols)
    single = expression.is_Symbol or (expression.is_Pow and expression.base.is_Symbol)
    return (0 if single else 1, names[0][0] if names else 0, str(names), sympy.default_sort_key(expression))


def _call(name: str, *arguments: Any) -> ast.expr:
    return ast.Call(ast.Name(name, ast.Load()), [from_sympy(argument) for argument in arguments], [])


def _sum(terms: list[Any]) -> ast.expr:
    tree = from_sympy(terms[0])
    for term in terms[1:]:
        if term.could_extract_minus_sign():
            tree = ast.BinOp(tree, ast.Sub(), from_sympy(-term))
        else:
            tree = ast.BinOp(tree, ast.Add(), from_sympy(term))
    return tree


def _product(expression: Any) -> ast.expr:
    numerator, denominator = sympy.fraction(expression)
    top = _chain(numerator)
    return top if denominator == 1 else ast.BinOp(top, ast.Div(), _chain(denominator))


def _chain(expression: Any) -> ast.expr:
    if not expression.is_Mul:
        return from_sympy(expression)
    if expression.could_extract_minus_sign():
        return ast.UnaryOp(ast.USub(), _chain(-expression))
    factors = [from_sympy(factor) for factor in sorted(expression.args, key=_order)]
    tree = factors[0]
    for factor in factors[1:]:
        tree = ast.BinOp(tree, ast.Mult(), factor)
    return tree
