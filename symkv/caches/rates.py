"""The rate at which a formula grows in the number of tokens: the a in a*S + what stays bounded."""

from __future__ import annotations

import ast
from functools import reduce

from symkv.errors import Undecided
from symkv.formula import Formula
from symkv.formula import max as greatest
from symkv.formula import min as least
from symkv.formula.tree import chain

TOKENS = "n_tokens"
ZERO = Formula.of(0)


def rate_of(formula: Formula, over: str = TOKENS) -> Formula:
    """lim formula/S as S grows, for what is linear in S but for rounding, windows and remainders.

    Raises `Undecided` where the formula grows otherwise, or where the open symbols decide how.

    >>> [str(rate_of(Formula.parse(text))) for text in ("2*n_tokens + 7", "min(n_tokens, window)", "floor(n_tokens/4)")]
    ['2', '0', '1/4']
    """
    return _rate(formula.tree, over)


def _rate(node: ast.expr, over: str) -> Formula:
    if over not in Formula(node).names:
        return ZERO
    match node:
        case ast.Name():
            return Formula.of(1)
        case ast.UnaryOp(operand=operand):
            return _negative(_rate(operand, over))
        case ast.BinOp(op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div()):
            return _chain(node, over)
        case ast.Call(func=ast.Name(id="floor" | "ceil"), args=[arg]):
            return _rate(arg, over)
        case ast.Call(func=ast.Name(id="mod"), args=[_, right]) if over not in Formula(right).names:
            return ZERO
        case ast.Call(func=ast.Name(id="min" | "max" as name), args=args):
            return reduce(lambda a, b: _choice(name, a, b), (_rate(arg, over) for arg in args))
        case ast.IfExp(body=body, orelse=orelse):
            rates = _rate(body, over), _rate(orelse, over)
            if rates[0].same_as(rates[1]):
                return rates[0]
    raise Undecided(f"{Formula(node)} does not grow linearly in {over}; give more of its symbols")


def _chain(node: ast.expr, over: str) -> Formula:
    """A sum or product from left to right: what is carried is the value so far and its rate."""
    first, steps = chain(node)
    value, rate = Formula(first), _rate(first, over)
    for step in steps:
        right = Formula(step.right)
        grows = _rate(step.right, over)
        match step.op:
            case ast.Add() | ast.Sub():
                grows = grows if isinstance(step.op, ast.Add) else _negative(grows)
                rate = grows if rate.text == "0" else rate if grows.text == "0" else rate + grows
            case ast.Mult():
                rate = _product(value, rate, right, grows, over)
            case _:
                if over in right.names:
                    raise Undecided(f"{Formula(node)} has {over} below a line; its rate is not followed")
                rate = rate if rate.text == "0" else rate / right
        value = Formula(ast.BinOp(value.tree, step.op, step.right))
    return rate


def _product(left: Formula, a: Formula, right: Formula, b: Formula, over: str) -> Formula:
    if a.text == "0" and b.text == "0":
        return ZERO  # bounded times bounded
    if over in left.names and over in right.names:
        raise Undecided(f"({left})*({right}) does not grow linearly in {over}")
    if a.text == "0":
        return b if left.text == "1" else left if b.text == "1" else left * b
    return right if a.text == "1" else a * right


def _choice(name: str, a: Formula, b: Formula) -> Formula:
    """The rate of the least or greatest of two: the least or greatest rate, where that can be told."""
    if a.same_as(b):
        return a
    found = sign(a - b)
    if found in (">", ">=", "<", "<="):
        return (b if found in (">", ">=") else a) if name == "min" else (a if found in (">", ">=") else b)
    return least(a, b) if name == "min" else greatest(a, b)


def _negative(rate: Formula) -> Formula:
    return rate if rate.text == "0" else -rate


def sign(formula: Formula) -> str:
    """What follows for the sign from the symbols' domains alone: one of 0 > < >= <= ?."""
    from symkv.proof.collect import sign_of  # few masks need a proof, so a config is read without the kernel

    return sign_of(formula)
