"""Independent judges of one relation: the kernel, z3, sympy, and the search for a counterexample. Never merged.

Each judge reads the formula with a translator of its own. A verdict of `proved` from `judge` has two judges; where
only the kernel was asked, the list of judges says so. A yes against a counterexample is an error, not a vote.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from symkv.errors import BadInput, JudgesDisagree
from symkv.formula import Formula, Relation
from symkv.proof.collect import domain_of
from symkv.proof.counterexample import Counterexample, at_point, find, satisfiable
from symkv.proof.kernel import Domain
from symkv.proof.search import prove_with_split

Z3_MILLISECONDS = 5000


@dataclass(frozen=True)
class Judgement:
    """What the judges say of a relation: the verdict, who said so, and under which conditions."""

    verdict: Literal["proved", "checked", "refuted", "unknown"]
    judges: tuple[str, ...]
    conditions: tuple[str, ...] = ()
    counterexample: Counterexample | None = None


def domains_for(relations: Iterable[Relation], declared: Mapping[str, Domain] | None = None) -> dict[str, Domain]:
    """The domain of every symbol of the relations: the declared one, else that of the symbol table."""
    names = dict.fromkeys(name for relation in relations for name in relation.names)
    return {name: (declared or {}).get(name) or domain_of(name) for name in names}


def judge(
    statement: Relation,
    assume: Iterable[Relation] = (),
    *,
    declared: Mapping[str, Domain] | None = None,
    second: bool = True,
) -> Judgement:
    """The verdict on a relation under assumptions, over the declared domains.

    With `second` the kernel's proof is asked of z3 too, and of sympy where z3 can't say. Raises `BadInput` for
    assumptions that can't hold together, `JudgesDisagree` where one judge contradicts another.

    >>> judge(Relation.parse("n_layers*2*d_head = 2*d_head*n_layers")).verdict
    'proved'
    >>> str(judge(Relation.parse("n_layers*2*d_head = n_layers*d_head")).counterexample)
    'n_layers = 1, d_head = 1: left 2, right 1'
    """
    hypotheses = tuple(assume)
    domains = domains_for((statement, *hypotheses), declared)
    proof = prove_with_split(statement, hypotheses, domains)
    if hypotheses and not satisfiable(hypotheses, domains) and ask_z3(None, hypotheses, domains, whole=True) == "yes":
        raise BadInput("the assumptions must be able to hold together in their domains, these can't; drop one")
    conditions = tuple(map(Relation.parse, proof.conditions)) if proof else ()
    found = find(statement, (*hypotheses, *conditions), domains, tries=300 if proof else 3000)
    if proof is not None:
        if found is not None:
            raise JudgesDisagree(f"the kernel proved {statement}, but it is false at {found}")
        return Judgement(
            "proved", ("kernel", *_seconds(statement, hypotheses, conditions, domains, second)), proof.conditions
        )
    if found is not None:
        return Judgement("refuted", ("box",), counterexample=found)
    answer = ask_z3(statement, hypotheses, domains)
    if answer != "yes" and (point := _z3_point(statement, hypotheses, domains)) is not None:
        found = at_point(statement, hypotheses, domains, point)
        if found is not None:
            return Judgement("refuted", ("z3", "box"), counterexample=found)
    return Judgement("checked", ("z3",)) if answer == "yes" else Judgement("unknown", ())


def _seconds(
    statement: Relation,
    assume: tuple[Relation, ...],
    conditions: tuple[Relation, ...],
    domains: Mapping[str, Domain],
    second: bool,
) -> tuple[str, ...]:
    """The judges besides the kernel that agree: z3 first, sympy where z3 leaves it open."""
    if not second:
        return ()
    if ask_z3(statement, (*assume, *conditions), domains) == "yes":
        return ("z3",)
    return ("sympy",) if ask_sympy(statement, assume) else ()


# -- z3: the negation of the statement has no model ------------------------------------------------------------------


def ask_z3(
    statement: Relation | None, assume: Iterable[Relation], domains: Mapping[str, Domain], *, whole: bool = False
) -> Literal["yes", "no", "unknown"]:
    """`yes` when no point of the domain meets the assumptions and violates the statement (None: meets them at all).

    Rational functions are asked over the positive reals, which contain the whole numbers (unless `whole`); `ceil`,
    `floor`, `mod` and divisibility over the integers.
    """
    result, _, integers = _run_z3(statement, tuple(assume), domains, whole=whole)
    return "yes" if result == "unsat" else "no" if result == "sat" and integers else "unknown"


def _z3_point(
    statement: Relation, assume: tuple[Relation, ...], domains: Mapping[str, Domain]
) -> dict[str, Fraction] | None:
    """The point at which z3 sees the statement fail, where it is rational; to be evaluated again, never believed."""
    result, reader, _ = _run_z3(statement, assume, domains, whole=True)
    return reader.point() if result == "sat" else None


def _run_z3(
    statement: Relation | None, assume: tuple[Relation, ...], domains: Mapping[str, Domain], *, whole: bool
) -> tuple[str, _Z3, bool]:
    import z3

    relations = [*assume, *([statement] if statement else [])]
    integers = whole or any(_needs_integers(relation) for relation in relations)
    reader = _Z3(z3, domains, integers=integers)
    solver = z3.SolverFor("QF_NRA") if not integers and not any(map(_branches, relations)) else z3.Solver()
    solver.set("timeout", Z3_MILLISECONDS)
    formulas = [reader.relation(relation) for relation in assume]
    goal = [z3.Not(reader.relation(statement))] if statement else []
    solver.add(*reader.bounds(), *formulas, *goal, *reader.side)
    result = str(solver.check())
    reader.model = solver.model() if result == "sat" else None
    return result, reader, integers


def _nodes(relation: Relation) -> Iterable[ast.AST]:
    for side in (relation.lhs, relation.rhs):
        yield from ast.walk(side.tree)


def _needs_integers(relation: Relation) -> bool:
    functions = {"ceil", "floor", "mod"}
    called = any(
        isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id in functions for n in _nodes(relation)
    )
    return called or relation.sign in ("divides", "multiple of")


def _branches(relation: Relation) -> bool:
    return any(isinstance(node, ast.Call | ast.IfExp) for node in _nodes(relation))


class _Z3:
    """The translator to z3 terms: every term is a Real; whole symbols are Ints seen as Reals where that matters."""

    def __init__(self, z3: Any, domains: Mapping[str, Domain], *, integers: bool) -> None:
        self.z3, self.domains, self.integers = z3, domains, integers
        self.side: list[Any] = []  # denominators are not zero; floors lie where floors lie
        self.symbols: dict[str, Any] = {}
        self.model: Any = None
        self.count = 0

    def symbol(self, name: str) -> Any:
        if name not in self.symbols:
            whole = self.integers and self.domains[name].whole
            self.symbols[name] = self.z3.Int(name) if whole else self.z3.Real(name)
        return self.symbols[name]

    def point(self) -> dict[str, Fraction] | None:
        """The model as exact numbers, or None where a value is irrational."""
        values = {name: self.model.eval(term, model_completion=True) for name, term in self.symbols.items()}
        if not all(self.z3.is_int_value(v) or self.z3.is_rational_value(v) for v in values.values()):
            return None
        return {
            name: Fraction(str(value.as_fraction() if value.is_real() else value)) for name, value in values.items()
        }

    def bounds(self) -> list[Any]:
        lower = {name: self.domains[name] for name in self.domains}
        return [
            self.symbol(name) > d.lower if d.strict else self.symbol(name) >= d.lower
            for name, d in lower.items()
            if d.lower is not None
        ]

    def relation(self, relation: Relation) -> Any:
        a, b = self.term(relation.lhs.tree), self.term(relation.rhs.tree)
        match relation.sign:
            case "=":
                return a == b
            case "!=":
                return a != b
            case "<":
                return a < b
            case "<=":
                return a <= b
            case ">":
                return a > b
            case ">=":
                return a >= b
            case "multiple of":
                a, b = b, a
        return self.z3.And(a != 0, self.z3.IsInt(b / a))

    def term(self, node: ast.AST) -> Any:
        z3 = self.z3
        match node:
            case ast.Constant(value=value):
                return z3.RealVal(str(value))
            case ast.Name(id=name):
                term = self.symbol(name)
                return z3.ToReal(term) if term.is_int() else term
            case ast.UnaryOp(operand=operand):
                return -self.term(operand)
            case ast.BinOp(left=left, op=ast.Pow(), right=right):
                return self.power(self.term(left), right)
            case ast.BinOp(left=left, op=op, right=right):
                a, b = self.term(left), self.term(right)
                if isinstance(op, ast.Div):
                    self.side.append(b != 0)
                    return a / b
                return a + b if isinstance(op, ast.Add) else a - b if isinstance(op, ast.Sub) else a * b
            case ast.IfExp(test=ast.Compare(left=left, ops=[op], comparators=[right]), body=body, orelse=orelse):
                a, b = self.term(left), self.term(right)
                tests = {
                    ast.Eq: a == b,
                    ast.NotEq: a != b,
                    ast.Lt: a < b,
                    ast.LtE: a <= b,
                    ast.Gt: a > b,
                    ast.GtE: a >= b,
                }
                return z3.If(tests[type(op)], self.term(body), self.term(orelse))
            case ast.Call(func=ast.Name(id=name), args=args):
                return self.function(name, [self.term(arg) for arg in args])
        raise BadInput(f"z3 has no reading for {type(node).__name__}")

    def power(self, base: Any, exponent: ast.expr) -> Any:
        size = int(Formula(exponent).evaluate({}))
        total = self.z3.RealVal(1)
        for _ in range(abs(size)):
            total = total * base
        if size < 0:
            self.side.append(base != 0)
            return 1 / total
        return total

    def function(self, name: str, arguments: list[Any]) -> Any:
        z3 = self.z3
        first = arguments[0]
        match name:
            case "min" | "max":
                for other in arguments[1:]:
                    first = z3.If(first <= other if name == "min" else first >= other, first, other)
                return first
            case "floor":
                return self.floor(first)
            case "ceil":
                return -self.floor(-first)
            case "mod":
                self.side.append(arguments[1] != 0)
                return first - arguments[1] * self.floor(first / arguments[1])
        self.count += 1
        root = z3.Real(f"root {self.count}")
        self.side += [root >= 0, root * root == first]
        return root

    def floor(self, value: Any) -> Any:
        self.count += 1
        whole = self.z3.Int(f"floor {self.count}")
        self.side += [self.z3.ToReal(whole) <= value, value < self.z3.ToReal(whole) + 1]
        return self.z3.ToReal(whole)


# -- sympy: a further opinion on equations ---------------------------------------------------------------------------


def ask_sympy(statement: Relation, assume: Iterable[Relation]) -> bool:
    """Whether sympy brings the difference of both sides to zero, with `name = formula` assumptions put in."""
    import sympy

    if statement.sign != "=":
        return False
    difference = statement.lhs.sympy - statement.rhs.sympy
    for relation in assume:
        if relation.sign == "=" and relation.lhs.sympy.is_Symbol:
            difference = difference.subs(relation.lhs.sympy, relation.rhs.sympy)
    return bool(sympy.cancel(sympy.together(difference)) == 0)
