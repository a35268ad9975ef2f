"""The reading over z3: trees to z3 terms, with the facts that define what is new and the side conditions.

Whole symbols are Ints, rational ones Reals. A term is a fraction of two polynomials, so that no division reaches z3:
`a/b = c/d` becomes `a*d = c*b`, and `floor(n/d)` is the Int q with `d*q <= n < d*q + d`. `relaxed` reads everything as
Reals; every point that violates a statement in whole numbers violates its relaxation.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import reduce
from typing import Any, NamedTuple

from symkv.errors import BadInput
from symkv.formula import Formula, Relation
from symkv.formula.reader import COMPARISONS
from symkv.formula.tree import chain
from symkv.proof.kernel import Domain


class Term(NamedTuple):
    """num/den; `den` is None for 1, and known to be positive where `upright`, else only nonzero."""

    num: Any
    den: Any = None
    upright: bool = True


class Reading:
    """The terms of one question, in a z3 context of its own.

    `facts` holds what is known of them: definitions, and side conditions under which everything has a value, each with
    its text ("" for a definition), in the order in which they are met; a branch of a conditional guards its own.
    """

    def __init__(self, z3: Any, context: Any, domains: Mapping[str, Domain], *, relaxed: bool) -> None:
        self.z3, self.context, self.domains, self.relaxed = z3, context, domains, relaxed
        self.symbols: dict[str, Any] = {}
        self.facts: list[tuple[Any, str]] = []
        self.guards: list[Any] = []
        self._new: dict[str, list[tuple[list[Any], list[Any], Any]]] = {}
        for name in domains:
            self._symbol(name)

    def _symbol(self, name: str) -> Any:
        if name not in self.symbols:
            make = self.z3.Int if self.domains[name].whole and not self.relaxed else self.z3.Real
            self.symbols[name] = make(name, self.context)
        return self.symbols[name]

    def _number(self, value: int) -> Any:
        return (self.z3.RealVal if self.relaxed else self.z3.IntVal)(value, self.context)

    def bounds(self) -> list[Any]:
        """What the domains say of the symbols."""
        domains = [(term, self.domains[name]) for name, term in self.symbols.items()]
        return [term > d.lower if d.strict else term >= d.lower for term, d in domains if d.lower is not None]

    def _fact(self, fact: Any, condition: str = "") -> None:
        for guard in reversed(self.guards):
            fact = self.z3.Implies(guard, fact)
        self.facts.append((fact, condition))

    def relation(self, relation: Relation) -> Any:
        """A relation as a z3 truth value."""
        left, right = relation.lhs.tree, relation.rhs.tree
        if relation.sign in COMPARISONS:
            return self._compare(COMPARISONS[relation.sign], self._term(left), self._term(right))
        if relation.sign == "multiple of":
            left, right = right, left
        divisor, multiple = self._term(left), self._term(right)
        nonzero = divisor.num != 0
        self.guards.append(nonzero)  # 0 divides nothing, and that is no matter of a side condition
        quotient = self._over(multiple, divisor, positive=self._positive(left))
        whole = self._floor(quotient)
        self.guards.pop()
        return self.z3.And(nonzero, self._compare(ast.Eq, whole, quotient))

    def _compare(self, order: type[ast.cmpop], left: Term, right: Term) -> Any:
        if order in (ast.Eq, ast.NotEq):
            (a, b), _ = self._common([left, right])
            return a == b if order is ast.Eq else a != b
        (a, b), _ = self._common([self._righted(left), self._righted(right)])
        if order in (ast.Lt, ast.LtE):
            return a < b if order is ast.Lt else a <= b
        return a > b if order is ast.Gt else a >= b

    def _common(self, terms: list[Term]) -> tuple[list[Any], Any]:
        """The numerators over one denominator, and that denominator."""
        dens: list[Any] = []
        for term in terms:
            if term.den is not None and not any(term.den.eq(den) for den in dens):
                dens.append(term.den)
        nums = []
        for term in terms:
            others = [den for den in dens if term.den is None or not term.den.eq(den)]
            nums.append(reduce(lambda a, b: a * b, others, term.num))
        return nums, reduce(self._times, dens, None)

    def _times(self, a: Any, b: Any) -> Any:
        return b if a is None else a if b is None else a * b

    def _righted(self, term: Term) -> Term:
        """The same value over a positive denominator."""
        return term if term.upright else Term(term.num * term.den, term.den * term.den)

    def _over(self, left: Term, right: Term, *, positive: bool) -> Term:
        if positive:
            right = self._righted(right)
        num = left.num if right.den is None else left.num * right.den
        return Term(num, self._times(left.den, right.num), left.upright and positive)

    def _positive(self, node: ast.expr) -> bool:
        """Whether a formula is seen to be positive wherever it has a value."""
        match node:
            case ast.Constant(value=int(value)):
                return value > 0
            case ast.Name(id=name):
                lower, strict = self.domains[name].lower, self.domains[name].strict
                return lower is not None and (lower > 0 or (lower == 0 and strict))
            case ast.BinOp(left=left, op=ast.Pow()):
                return self._positive(left)
            case ast.BinOp(op=(ast.Add() | ast.Mult() | ast.Div())):
                first, steps = chain(node)
                parts = [first, *(step.right for step in steps)]
                return all(map(self._positive, parts)) and not any(isinstance(step.op, ast.Sub) for step in steps)
            case ast.Call(func=ast.Name(id=("min" | "max" | "ceil")), args=args):
                return all(map(self._positive, args))
            case ast.IfExp(body=body, orelse=orelse):
                return self._positive(body) and self._positive(orelse)
        return False

    def _term(self, node: ast.expr) -> Term:
        match node:
            case ast.Constant(value=int(value)):
                return Term(self._number(value))
            case ast.Name(id=name):
                return Term(self._symbol(name))
            case ast.UnaryOp(operand=operand):
                inner = self._term(operand)
                return inner._replace(num=-inner.num)
            case ast.BinOp(left=left, op=ast.Pow(), right=right):
                return self._power(left, int(Formula(right).evaluate({})))
            case ast.BinOp():
                first, steps = chain(node)
                return reduce(lambda total, step: self._joined(step.op, total, step.right), steps, self._term(first))
            case ast.IfExp(test=ast.Compare(left=left, ops=[op], comparators=[right]), body=body, orelse=orelse):
                test = self._compare(type(op), self._term(left), self._term(right))
                one, other = self._branch(test, body), self._branch(self.z3.Not(test), orelse)
                (a, b), den = self._common([one, other])
                return Term(self.z3.If(test, a, b), den, one.upright and other.upright)
            case ast.Call(func=ast.Name(id=name), args=args):
                return self._call(name, args)
        raise BadInput(f"z3 has no reading for {type(node).__name__}")

    def _branch(self, test: Any, node: ast.expr) -> Term:
        self.guards.append(test)
        term = self._term(node)
        self.guards.pop()
        return term

    def _joined(self, op: ast.operator, left: Term, node: ast.expr) -> Term:
        if isinstance(op, ast.Div):
            return self._divided(left, node)
        right = self._term(node)
        upright = left.upright and right.upright
        if isinstance(op, ast.Mult):
            return Term(left.num * right.num, self._times(left.den, right.den), upright)
        (a, b), den = self._common([left, right])
        return Term(a + b if isinstance(op, ast.Add) else a - b, den, upright)

    def _divided(self, left: Term, node: ast.expr) -> Term:
        right, positive = self._term(node), self._positive(node)
        if not positive:
            self._fact(right.num != 0, Relation(Formula(node), "!=", Formula.of(0)).text)
        return self._over(left, right, positive=positive)

    def _power(self, base: ast.expr, exponent: int) -> Term:
        one = Term(self._number(1))
        factor = self._divided(one, base) if exponent < 0 else self._term(base)
        total = one
        for _ in range(abs(exponent)):
            den = self._times(total.den, factor.den)
            total = Term(factor.num if total is one else total.num * factor.num, den, factor.upright)
        return total

    def _call(self, name: str, args: list[ast.expr]) -> Term:
        if name == "mod":
            left, right = self._term(args[0]), self._term(args[1])
            whole = self._floor(self._divided(left, args[1]))
            (a, b), den = self._common([left, right._replace(num=right.num * whole.num)])
            return Term(a - b, den, left.upright and right.upright)
        terms = [self._righted(self._term(arg)) for arg in args]
        if name in ("min", "max"):
            nums, den = self._common(terms)
            return Term(reduce(lambda a, b: self.z3.If(a <= b if name == "min" else a >= b, a, b), nums), den)
        if name == "sqrt":
            return self._root(terms[0], args[0])
        if name == "floor":
            return self._floor(terms[0])
        down = self._floor(terms[0]._replace(num=-terms[0].num))
        return Term(-down.num)

    def _floor(self, term: Term) -> Term:
        term = self._righted(term)
        if term.den is None and term.num.is_int():
            return term
        den = self._number(1) if term.den is None else term.den
        whole, new = self._fresh("floor", term, self.z3.Real if self.relaxed else self.z3.Int)
        if new:
            self._fact(den * whole <= term.num)
            self._fact(term.num < den * whole + den)
        return Term(whole)

    def _root(self, term: Term, node: ast.expr) -> Term:
        if not self._positive(node):
            self._fact(term.num >= 0, Relation(Formula(node), ">=", Formula.of(0)).text)
        root, new = self._fresh("root", term, self.z3.Real)
        if new:
            self._fact(root >= 0)
            self._fact((root * root if term.den is None else root * root * term.den) == term.num)
        return Term(root)

    def _fresh(self, kind: str, term: Term, make: Any) -> tuple[Any, bool]:
        """A new constant for a function of a term, or the one made before for the same under the same guards."""
        parts = [None if part is None else self.z3.simplify(part, som=True) for part in (term.num, term.den)]
        for known, guards, constant in self._new.get(kind, ()):
            if _alike(known, parts) and _alike(guards, self.guards):
                return constant, False
        made = self._new.setdefault(kind, [])
        constant = make(f"{kind} {len(made) + 1}", self.context)
        made.append((parts, list(self.guards), constant))
        return constant, True


def _alike(one: list[Any], other: list[Any]) -> bool:
    """Whether two lists of z3 terms are the same, term by term."""
    pairs = zip(one, other, strict=False)
    return len(one) == len(other) and all(a is b or (a is not None and b is not None and a.eq(b)) for a, b in pairs)
