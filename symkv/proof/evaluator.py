"""The second evaluator: a formula prepared once and then evaluated at many exact points, apart from `formula.exact`.

Every node becomes a function of the point. What has no exact value there (a division by zero, an irrational root)
raises an `ArithmeticError`: such a point says nothing about the formula.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from symkv.formula import Relation
from symkv.formula.tree import chain

Number = int | Fraction
Point = Mapping[str, Number]
Prepared = Callable[[Point], Any]


def divided(top: Number, bottom: Number) -> Number:
    """top/bottom, whole where it is; raises `ZeroDivisionError`."""
    if type(top) is int and type(bottom) is int:
        quotient, rest = divmod(top, bottom)
        return quotient if rest == 0 else Fraction(top, bottom)
    return Fraction(top) / bottom


def _root(value: Number) -> Number:
    top, bottom = value.numerator, value.denominator
    if top < 0 or math.isqrt(top) ** 2 != top or math.isqrt(bottom) ** 2 != bottom:
        raise ArithmeticError("no rational root")
    return divided(math.isqrt(top), math.isqrt(bottom))


def _power(base: Number, exponent: int) -> Number:
    return base**exponent if exponent >= 0 else divided(1, base**-exponent)


_JOIN: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: divided,
    ast.Mod: lambda a, b: a - b * math.floor(divided(a, b)),
}
_ORDER: dict[type, Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_ONE: dict[str, Callable[[Any], Any]] = {"ceil": math.ceil, "floor": math.floor, "sqrt": _root}


def prepared(node: ast.expr) -> Prepared:
    """The function from a point to the value of a tree there.

    >>> from symkv.formula import Formula
    >>> prepared(Formula.parse("ceil(S/P)*P").tree)({"S": 17, "P": 16})  # two blocks of 16
    32
    """
    match node:
        case ast.Constant(value=value):
            return lambda point: value
        case ast.Name(id=name):
            return operator.itemgetter(name)
        case ast.UnaryOp(operand=operand):
            inner = prepared(operand)
            return lambda point: -inner(point)
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            base, exponent = prepared(left), prepared(right)({})
            return lambda point: _power(base(point), exponent)
        case ast.BinOp():
            return _chained(node)
        case ast.IfExp(test=ast.Compare(left=left, ops=[op], comparators=[right]), body=body, orelse=orelse):
            test, yes, no = _pair(_ORDER[type(op)], left, right), prepared(body), prepared(orelse)
            return lambda point: yes(point) if test(point) else no(point)
        case ast.Call(func=ast.Name(id="mod"), args=[left, right]):
            return _pair(_JOIN[ast.Mod], left, right)
        case ast.Call(func=ast.Name(id=("min" | "max") as name), args=args):
            parts, pick = list(map(prepared, args)), min if name == "min" else max
            return lambda point: pick([part(point) for part in parts])
        case ast.Call(func=ast.Name(id=name), args=[argument]):
            function, inner = _ONE[name], prepared(argument)
            return lambda point: function(inner(point))
    raise TypeError(f"not a node of the language: {type(node).__name__}")


def _pair(join: Callable[[Any, Any], Any], left: ast.expr, right: ast.expr) -> Prepared:
    first, second = prepared(left), prepared(right)
    return lambda point: join(first(point), second(point))


def _chained(node: ast.expr) -> Prepared:
    first, steps = chain(node)
    if len(steps) == 1:
        return _pair(_JOIN[type(steps[0].op)], first, steps[0].right)
    start, rest = prepared(first), [(_JOIN[type(step.op)], prepared(step.right)) for step in steps]

    def folded(point: Point) -> Any:
        total = start(point)
        for join, part in rest:
            total = join(total, part(point))
        return total

    return folded


def _divides(left: Number, right: Number) -> bool:
    return left != 0 and divided(right, left).denominator == 1


_TRUTH: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "divides": _divides,
    "multiple of": lambda left, right: _divides(right, left),
}


class Check:
    """A relation prepared for many points."""

    def __init__(self, relation: Relation) -> None:
        self.relation, self.true = relation, _TRUTH[relation.sign]
        self.left, self.right = prepared(relation.lhs.tree), prepared(relation.rhs.tree)

    def holds(self, point: Point) -> bool:
        """Whether the relation is true at a point; raises `ArithmeticError` where a side has no exact value."""
        return self.true(self.left(point), self.right(point))

    def fails(self, point: Point) -> bool:
        """Whether both sides have exact values and the relation is false."""
        try:
            return not self.true(self.left(point), self.right(point))
        except ArithmeticError:
            return False

    def gap(self, point: Point) -> Any:
        """The left side minus the right side."""
        return self.left(point) - self.right(point)
