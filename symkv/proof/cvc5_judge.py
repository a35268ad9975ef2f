"""The reading over cvc5, an optional further judge, and what cvc5 says. Runs in a worker.

It shares nothing with the reading over z3: quotients of whole numbers are cvc5's own `div` and `mod`, floors of other
values its `to_int`, divisibility is a remainder of 0, and the terms of a relation are brought over one denominator.
"""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterable, Mapping
from functools import reduce
from typing import Any

from symkv.errors import BadInput
from symkv.formula import Formula, Relation
from symkv.formula.text import COMPARISON_TEXT
from symkv.formula.tree import chain
from symkv.proof.kernel import Domain

_KINDS = {"=": "EQUAL", "!=": "DISTINCT", "<": "LT", "<=": "LEQ", ">": "GT", ">=": "GEQ"}
Pair = tuple[Any, Any]  # a numerator and a denominator


def load() -> None:
    """Import the engine."""
    importlib.import_module("cvc5")


def answer(
    statement: Relation,
    assume: Iterable[Relation],
    domains: Mapping[str, Domain],
    *,
    question: str = "holds",
    seconds: float = 5.0,
) -> dict[str, Any]:
    """What cvc5 says, as data: `yes` where no point of the domain meets the assumptions and violates the statement.

    `possible` asks instead whether a point meets the assumptions and gives both sides a value.
    """
    reading = _Reading(importlib.import_module("cvc5"), domains)
    hypotheses = [reading.relation(relation) for relation in assume]
    goal = reading.relation(statement)
    facts = [fact for fact, _ in reading.facts]
    negated = [reading.make("NOT", goal)] if question == "holds" else []
    result, solver = reading.run([*hypotheses, *facts, *negated], seconds)
    if result.isUnsat():
        stated = reading.stated(hypotheses, seconds) if question == "holds" else []
        return {"says": "yes" if question == "holds" else "no", "conditions": stated}
    if result.isSat():
        values = {name: solver.getValue(symbol) for name, symbol in reading.symbols.items()}
        if not all(value.isIntegerValue() or value.isRealValue() for value in values.values()):
            return {"says": "unknown", "reason": "cvc5 names a point with irrational values"}
        point = {name: str(_number(value)) for name, value in values.items()}
        return {"says": "no" if question == "holds" else "yes", "point": point}
    why = str(result.getUnknownExplanation()).rpartition(".")[2].lower()
    out_of_time = why in ("timeout", "resourceout")
    return {"says": "timeout" if out_of_time else "unknown", "reason": f"cvc5: {why}"}


def _number(value: Any) -> Any:
    return value.getIntegerValue() if value.isIntegerValue() else value.getRealValue()


class _Reading:
    """Trees to pairs of cvc5 terms, with the side conditions under which all has a value."""

    def __init__(self, cvc5: Any, domains: Mapping[str, Domain]) -> None:
        self.cvc5, self.domains, self.terms = cvc5, domains, cvc5.TermManager()
        whole, real = self.terms.getIntegerSort(), self.terms.getRealSort()
        self.symbols = {n: self.terms.mkConst(whole if d.whole else real, n) for n, d in domains.items()}
        self.one = self.terms.mkInteger(1)
        self.facts: list[tuple[Any, str]] = []
        self.inside: list[Any] = []  # the conditions of the branch that is being read

    def run(self, formulas: list[Any], seconds: float) -> tuple[Any, Any]:
        """The result for the conjunction of some formulas with the bounds of the domains, and the solver."""
        solver = self.cvc5.Solver(self.terms)
        solver.setOption("tlimit-per", str(max(1, int(seconds * 1000))))
        solver.setOption("produce-models", "true")
        solver.setLogic("QF_NIRA")
        for formula in [*self.bounds(), *formulas]:
            solver.assertFormula(formula)
        return solver.checkSat(), solver

    def bounds(self) -> list[Any]:
        return [
            self.make("GT" if d.strict else "GEQ", self.symbols[n], self.terms.mkInteger(d.lower))
            for n, d in self.domains.items()
            if d.lower is not None
        ]

    def stated(self, hypotheses: list[Any], seconds: float) -> list[str]:
        """The side conditions that do not follow from the domains, the assumptions and the conditions before them."""
        found: dict[str, None] = {}
        known = list(hypotheses)
        for fact, words in self.facts:
            if words and words not in found:
                if not self.run([*known, self.make("NOT", fact)], min(seconds, 1.0))[0].isUnsat():
                    found[words] = None
            known.append(fact)
        return list(found)

    def make(self, kind: str, *terms: Any) -> Any:
        """A term of that kind; whole terms beside real ones are read as real."""
        sorts = [term.getSort() for term in terms]
        if any(sort.isReal() for sort in sorts) and any(sort.isInteger() for sort in sorts):
            terms = tuple(self.real(term) if term.getSort().isInteger() else term for term in terms)
        return self.terms.mkTerm(getattr(self.cvc5.Kind, kind), *terms)

    def real(self, term: Any) -> Any:
        return term if term.getSort().isReal() else self.terms.mkTerm(self.cvc5.Kind.TO_REAL, term)

    def times(self, a: Any, b: Any) -> Any:
        return b if a == self.one else a if b == self.one else self.make("MULT", a, b)

    def fact(self, fact: Any, words: str) -> None:
        for condition in reversed(self.inside):
            fact = self.make("IMPLIES", condition, fact)
        self.facts.append((fact, words))

    def relation(self, relation: Relation) -> Any:
        left, right = self.pair(relation.lhs.tree), self.pair(relation.rhs.tree)
        if relation.sign in _KINDS:
            return self.compared(_KINDS[relation.sign], left, right)
        divisor, multiple = (left, right) if relation.sign == "divides" else (right, left)
        top, bottom = self.times(multiple[0], divisor[1]), self.times(multiple[1], divisor[0])
        zero = self.terms.mkInteger(0)
        if top.getSort().isInteger() and bottom.getSort().isInteger():
            whole = self.make("EQUAL", self.make("INTS_MODULUS", top, bottom), zero)
        else:
            whole = self.make("IS_INTEGER", self.make("DIVISION", self.real(top), self.real(bottom)))
        return self.make("AND", self.make("DISTINCT", divisor[0], zero), whole)

    def compared(self, kind: str, left: Pair, right: Pair) -> Any:
        """a/b against c/d, multiplied by b*d, and by it again where the order matters and its sign is open."""
        (a, b), (c, d) = left, right
        first, second, below = (a, c, b) if b == d else (self.times(a, d), self.times(c, b), self.times(b, d))
        if kind not in ("EQUAL", "DISTINCT") and not self.positive(below):
            first, second = self.times(first, below), self.times(second, below)
        return self.make(kind, first, second)

    def pair(self, node: ast.expr) -> Pair:
        match node:
            case ast.Constant(value=int(value)):
                return self.terms.mkInteger(value), self.one
            case ast.Name(id=name):
                return self.symbols[name], self.one
            case ast.UnaryOp(operand=operand):
                top, bottom = self.pair(operand)
                return self.make("NEG", top), bottom
            case ast.BinOp(left=left, op=ast.Pow(), right=right):
                size = int(Formula(right).evaluate({}))
                top, bottom = ([part] * abs(size) for part in (self.pair(left) if size >= 0 else self.turned(left)))
                return reduce(self.times, top, self.one), reduce(self.times, bottom, self.one)
            case ast.BinOp():
                first, steps = chain(node)
                total = self.pair(first)
                for step in steps:
                    total = self.joined(step.op, total, step.right)
                return total
            case ast.IfExp(test=ast.Compare(left=left, ops=[op], comparators=[right]), body=body, orelse=orelse):
                test = self.compared(_KINDS[COMPARISON_TEXT[type(op)]], self.pair(left), self.pair(right))
                return self.chosen(test, self.branch(test, body), self.branch(self.make("NOT", test), orelse))
            case ast.Call(func=ast.Name(id=name), args=args):
                return self.call(name, args)
        raise BadInput(f"cvc5 has no reading for {type(node).__name__}")

    def branch(self, test: Any, node: ast.expr) -> Pair:
        self.inside.append(test)
        pair = self.pair(node)
        self.inside.pop()
        return pair

    def chosen(self, test: Any, one: Pair, other: Pair) -> Pair:
        return self.either(test, one[0], other[0]), self.either(test, one[1], other[1])

    def either(self, test: Any, a: Any, b: Any) -> Any:
        if a == b:
            return a
        if a.getSort() != b.getSort():
            a, b = self.real(a), self.real(b)
        return self.terms.mkTerm(self.cvc5.Kind.ITE, test, a, b)

    def joined(self, op: ast.operator, left: Pair, node: ast.expr) -> Pair:
        (a, b), (c, d) = left, self.turned(node) if isinstance(op, ast.Div) else self.pair(node)
        if isinstance(op, ast.Mult | ast.Div):
            return self.times(a, c), self.times(b, d)
        return self.summed("ADD" if isinstance(op, ast.Add) else "SUB", (a, b), (c, d))

    def summed(self, kind: str, left: Pair, right: Pair) -> Pair:
        (a, b), (c, d) = left, right
        if b == d:
            return self.make(kind, a, c), b
        return self.make(kind, self.times(a, d), self.times(c, b)), self.times(b, d)

    def turned(self, node: ast.expr) -> Pair:
        """The reciprocal of a formula, which must not be zero."""
        top, bottom = self.pair(node)
        self.fact(
            self.make("DISTINCT", top, self.terms.mkInteger(0)), Relation(Formula(node), "!=", Formula.of(0)).text
        )
        return bottom, top

    def call(self, name: str, args: list[ast.expr]) -> Pair:
        if name in ("min", "max"):
            kind = "LEQ" if name == "min" else "GEQ"
            return reduce(lambda a, b: self.chosen(self.compared(kind, a, b), a, b), map(self.pair, args))
        if name == "mod":
            (a, b), (c, d), (e, f) = self.pair(args[0]), self.pair(args[1]), self.turned(args[1])
            below = self.times(c, self.floor((self.times(a, e), self.times(b, f)))), d
            return self.summed("SUB", (a, b), below)
        top, bottom = self.pair(args[0])
        if name == "floor":
            return self.floor((top, bottom)), self.one
        if name == "ceil":
            return self.make("NEG", self.floor((self.make("NEG", top), bottom))), self.one
        return self.root(top, bottom, args[0]), self.one

    def floor(self, pair: Pair) -> Any:
        """cvc5's `div` rounds down over a positive divisor and up over a negative one, so its sign is made positive."""
        top, bottom = pair
        if not (top.getSort().isInteger() and bottom.getSort().isInteger()):
            quotient = top if bottom == self.one else self.make("DIVISION", self.real(top), self.real(bottom))
            return self.make("TO_INTEGER", quotient)
        if bottom == self.one:
            return top
        if not self.positive(bottom):
            top, bottom = self.times(top, bottom), self.times(bottom, bottom)
        return self.make("INTS_DIVISION", top, bottom)

    def positive(self, term: Any) -> bool:
        """Whether a term has positive parts only and no minus sign, and so is positive."""
        if term.getKind() in (self.cvc5.Kind.MULT, self.cvc5.Kind.ADD, self.cvc5.Kind.TO_REAL):
            return all(map(self.positive, term))
        if term.isIntegerValue():
            return bool(term.getIntegerValue() > 0)
        return any(
            term == self.symbols[n] and d.lower is not None and d.lower + d.strict > 0 for n, d in self.domains.items()
        )

    def root(self, top: Any, bottom: Any, node: ast.expr) -> Any:
        root = self.terms.mkConst(self.terms.getRealSort(), f"root {len(self.facts)}")
        zero = self.terms.mkInteger(0)
        self.fact(self.make("GEQ", self.times(top, bottom), zero), Relation(Formula(node), ">=", Formula.of(0)).text)
        square = self.make("MULT", root, root, self.real(bottom))
        self.fact(self.make("AND", self.make("GEQ", root, zero), self.make("EQUAL", square, self.real(top))), "")
        return root
