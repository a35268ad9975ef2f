"""What a bound bounds: polynomials, and formulas with steps, of sizes that are not below 0."""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from symkv.formula import Formula
from symkv.formula.tree import chain
from symkv.proof.collect import domain_of, sign_of
from symkv.proof.kernel import COUNT, RATIO
from symkv.proof.normal import Case
from symkv.proof.polynomial import ONE, Poly, add
from symkv.proof.polynomial import names as names_of

Value = int | Fraction
Ends = tuple[Fraction | None, Fraction | None]  # least and greatest, None where it is not known


@dataclass(frozen=True)
class Polynomial:
    """A polynomial in symbols that are not negative."""

    poly: Poly

    @property
    def names(self) -> frozenset[str]:
        """Its symbols."""
        return frozenset(names_of(self.poly))


@dataclass(frozen=True)
class Stepwise:
    """A formula with steps (min, max, ceil, floor, mod, if) or with a symbol below a line."""

    formula: Formula

    @property
    def names(self) -> frozenset[str]:
        """Its symbols."""
        return frozenset(self.formula.names)

    def rises(self, name: str) -> bool | None:
        """True where it never falls in a symbol, False where it never rises, None where neither is plain."""
        found = direction(self.formula.tree, name)
        return None if found is None else found >= 0


Function = Polynomial | Stepwise


def function_of(formula: Formula) -> Function:
    """A formula as a polynomial where it is one, else as steps."""
    over, under = quotient_of(formula)
    if under is None or set(under) - {()}:
        return Stepwise(formula)
    return Polynomial({monomial: Fraction(c) / under[()] for monomial, c in over.items()})


def quotient_of(formula: Formula) -> tuple[Poly, Poly | None]:
    """(p, q) with formula = p/q and q above 0 for all values of its symbols; q is None for a formula with steps."""
    case = Case({name: domain_of(name) for name in formula.names})
    value = case.read(formula.tree)
    if case.atoms or (case.conditions and value.den == ONE):
        return {}, None
    positive = all(domain_of(name) in (COUNT, RATIO) for name in names_of(value.den))
    if not positive or any(c <= 0 for c in value.den.values()):
        return {}, None
    return value.num, value.den


def compared(formula: Formula, number: Fraction) -> Function:
    """A function with the sign that formula - number has: without a line below which a symbol stands, if possible."""
    over, under = quotient_of(formula)
    return Stepwise(formula - number) if under is None else Polynomial(add(over, under, -number))


# -- monotone in a symbol? -------------------------------------------------------------------------------------------


def direction(node: ast.expr, name: str) -> int | None:
    """1 where a tree never falls in a symbol, -1 where it never rises, 0 without it; None where none of that is plain.

    A sum goes the way that all its terms go. A product does where all factors but one are free of sign changes and
    not below 0, the product so far included; a quotient turns its divisor round.
    """
    if name not in Formula(node).names:
        return 0
    match node:
        case ast.Name():
            return 1
        case ast.UnaryOp(operand=operand):
            inner = direction(operand, name)
            return None if inner is None else -inner
        case ast.Call(func=ast.Name(id="min" | "max" | "ceil" | "floor" | "sqrt"), args=args):
            return _agreed([direction(arg, name) for arg in args])
        case ast.BinOp(left=left, op=ast.Pow(), right=right) if not Formula(right).names:
            positive = Formula(right).evaluate({}) > 0 and _not_negative(left)
            return direction(left, name) if positive else None
        case ast.BinOp():
            first, steps = chain(node)
            found = direction(first, name)
            for step in steps:
                turn = direction(step.right, name)
                if turn is not None and isinstance(step.op, ast.Sub | ast.Div):
                    turn = -turn
                if isinstance(step.op, ast.Mult | ast.Div) and not (_scales(step.left, step.right, found, turn)):
                    return None
                found = _agreed([found, turn])
            return found
    return None


def _scales(left: ast.expr, right: ast.expr, first: int | None, second: int | None) -> bool:
    """Whether a product goes the way of its factors: a factor that does not change must not be below 0."""
    return (first == 0 or _not_negative(right)) and (second == 0 or _not_negative(left))


def _not_negative(node: ast.expr) -> bool:
    return sign_of(Formula(node)) in (">", ">=", "0")


def _agreed(found: list[int | None]) -> int | None:
    signs = {sign for sign in found if sign != 0}
    return 0 if not signs else signs.pop() if len(signs) == 1 else None


# -- between which ends? ---------------------------------------------------------------------------------------------


def ends(node: ast.expr, box: Mapping[str, tuple[Value, Value]]) -> Ends:
    """Bounds of a tree's values over a box, by arithmetic with intervals; never too narrow, often too wide."""
    match node:
        case ast.Constant(value=int(value)):
            return Fraction(value), Fraction(value)
        case ast.Name(id=name):
            return Fraction(box[name][0]), Fraction(box[name][1])
        case ast.UnaryOp(operand=operand):
            return _turned(ends(operand, box))
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return _power(ends(left, box), int(Formula(right).evaluate({})) if not Formula(right).names else -1)
        case ast.BinOp():
            first, steps = chain(node)
            total = ends(first, box)
            for step in steps:
                total = _joined(step.op, total, ends(step.right, box))
            return total
        case ast.Call(func=ast.Name(id="min" | "max" as name), args=args):
            return _chosen(name, [ends(arg, box) for arg in args])
        case ast.Call(func=ast.Name(id="ceil" | "floor" as name), args=[arg]):
            return _rounded(name, ends(arg, box))
        case ast.Call(func=ast.Name(id="mod"), args=[_, right]):
            divisor = ends(right, box)
            return (Fraction(0), divisor[1]) if divisor[0] is not None and divisor[0] > 0 else (None, None)
        case ast.IfExp(body=body, orelse=orelse):
            both = [ends(body, box), ends(orelse, box)]
            return _chosen("min", both)[0], _chosen("max", both)[1]
    return None, None


def _rounded(name: str, of: Ends) -> Ends:
    step = math.ceil if name == "ceil" else math.floor
    return (None if of[0] is None else Fraction(step(of[0]))), (None if of[1] is None else Fraction(step(of[1])))


def _turned(of: Ends) -> Ends:
    low, high = of
    return (None if high is None else -high), (None if low is None else -low)


def _joined(op: ast.operator, left: Ends, right: Ends) -> Ends:
    match op:
        case ast.Add() | ast.Sub():
            low, high = right if isinstance(op, ast.Add) else _turned(right)
            return (
                None if left[0] is None or low is None else left[0] + low,
                None if left[1] is None or high is None else left[1] + high,
            )
        case ast.Mult():
            if left[0] is None or left[1] is None or right[0] is None or right[1] is None:
                return None, None
            products = [a * b for a in (left[0], left[1]) for b in (right[0], right[1])]
            return min(products), max(products)
    if right[0] is None or right[1] is None or right[0] <= 0:
        return None, None
    return _joined(ast.Mult(), left, (1 / right[1], 1 / right[0]))


def _power(base: Ends, exponent: int) -> Ends:
    low, high = base
    if exponent < 0 or low is None or high is None or low < 0:
        return None, None
    return low**exponent, high**exponent


def _chosen(name: str, found: list[Ends]) -> Ends:
    """The ends of the least or greatest: one known end is enough where the others can only improve it."""
    lows, highs = [low for low, _ in found if low is not None], [high for _, high in found if high is not None]
    if name == "min":
        return (min(lows) if len(lows) == len(found) else None), (min(highs) if highs else None)
    return (max(lows) if lows else None), (max(highs) if len(highs) == len(found) else None)
