"""The reading over exact numbers: whole numbers and rationals in, a whole number or rational out; no float anywhere."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from symkv.errors import BadInput
from symkv.formula.tree import chain
from symkv.units import shown

Number = int | Fraction


def _sqrt(value: Number) -> Number:
    value = Fraction(value)
    if value >= 0:
        root = Fraction(math.isqrt(value.numerator), math.isqrt(value.denominator))
        if root * root == value:
            return tidy(root)
    raise BadInput(f"sqrt({shown(value)}) must be rational to be a number here; square the equation instead")


def _mod(left: Number, right: Number) -> Number:
    if right == 0:
        raise BadInput(f"mod must not divide by zero, got mod({shown(left)}, 0)")
    return left - right * math.floor(Fraction(left) / right)


FUNCTIONS: dict[str, Callable[..., Number]] = {
    "min": min,
    "max": max,
    "ceil": math.ceil,
    "floor": math.floor,
    "mod": _mod,
    "sqrt": _sqrt,
}
_SIGNS: dict[type, str] = {
    ast.Eq: "=",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}


def tidy(value: Number) -> Number:
    """A whole rational as an int, everything else as it is."""
    return value.numerator if isinstance(value, Fraction) and value.denominator == 1 else value


def compare(sign: str, left: Number, right: Number) -> bool:
    """Whether a relation between two numbers is true; `a divides b` needs whole numbers and a nonzero a."""
    match sign:
        case "=":
            return left == right
        case "!=":
            return left != right
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case ">=":
            return left >= right
        case "multiple of":
            return compare("divides", right, left)
        case "divides":
            return left != 0 and Fraction(right, left).denominator == 1
    raise BadInput(f"a relation must be one of = != < <= > >= divides, got {sign!r}")


def evaluate(node: ast.expr, values: Mapping[str, Number]) -> Number:
    """The exact value of a tree at a point."""
    match node:
        case ast.Constant(value=value):
            return int(value)  # type: ignore[arg-type]  # the reader makes whole constants only
        case ast.Name(id=name):
            if name not in values:
                raise BadInput(f"a value must be given for {name}; write {name}=...")
            return _exact(name, values[name])
        case ast.UnaryOp(operand=operand):
            return -evaluate(operand, values)
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            base, power = evaluate(left, values), int(evaluate(right, values))
            if base == 0 and power < 0:
                raise BadInput("a formula must not divide by zero")
            return tidy(Fraction(base) ** power)
        case ast.BinOp():
            first, steps = chain(node)
            total = evaluate(first, values)
            for step in steps:
                total = tidy(_arithmetic(step.op, total, evaluate(step.right, values)))
            return total
        case ast.Call(func=ast.Name(id=name), args=args):
            return FUNCTIONS[name](*(evaluate(arg, values) for arg in args))
        case ast.IfExp(test=ast.Compare(left=left, ops=[op], comparators=[right]), body=body, orelse=orelse):
            true = compare(_SIGNS[type(op)], evaluate(left, values), evaluate(right, values))
            return evaluate(body if true else orelse, values)
    raise BadInput(f"a formula can't hold {type(node).__name__}")


def _exact(name: str, value: Number) -> Number:
    if isinstance(value, int | Fraction) and not isinstance(value, bool):
        return value
    raise BadInput(f"{name} must be an exact number, got {type(value).__name__}; write Fraction(9, 16) for 0.5625")


def _arithmetic(op: Any, left: Number, right: Number) -> Number:
    match op:
        case ast.Add():
            return left + right
        case ast.Sub():
            return left - right
        case ast.Mult():
            return left * right
    if right == 0:
        raise BadInput("a formula must not divide by zero")
    return Fraction(left) / right
