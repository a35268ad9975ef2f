"""What z3 says of a relation: whether its negation has no model in the domains. Runs in a worker.

The relaxation to Reals is asked as well, first where no integer function occurs: what has no model there has none in
whole numbers either. A model of the relaxation says nothing.
"""

from __future__ import annotations

import ast
import time
from collections.abc import Iterable, Mapping
from typing import Any

from symkv.formula import Relation
from symkv.formula.reader import COMPARISONS
from symkv.proof.kernel import Domain
from symkv.proof.z3_reading import Reading

SHORT, LONG = 1_000_000, 30_000_000  # z3's own count of its work: the same in every run, unlike seconds


def load() -> None:
    """Import the engine."""
    import z3  # noqa: F401


def answer(
    statement: Relation,
    assume: Iterable[Relation],
    domains: Mapping[str, Domain],
    *,
    question: str = "holds",
    seconds: float = 5.0,
) -> dict[str, Any]:
    """What z3 says, as data: `yes` where no point of the domain meets the assumptions and violates the statement.

    `possible` asks instead whether a point meets the assumptions and gives both sides a value.
    """
    deadline = time.monotonic() + seconds
    attempts: dict[bool, _Attempt] = {}

    def attempt(relaxed: bool) -> _Attempt:
        if relaxed not in attempts:
            attempts[relaxed] = _Attempt(statement, tuple(assume), domains, relaxed=relaxed, question=question)
        return attempts[relaxed]

    bends = any(map(_needs_integers, (statement, *assume)))
    why = ""
    for relaxed, work in ((not bends, SHORT), (bends, SHORT), (False, LONG)):
        current = attempt(relaxed)
        result, why = current.result(work, deadline - time.monotonic())
        if result == "unsat":
            conditions = current.conditions(deadline) if question == "holds" else []
            return {"says": "yes" if question == "holds" else "no", "conditions": conditions}
        if result == "sat" and not relaxed:
            point = current.point()
            if point is None:
                return {"says": "unknown", "reason": "z3 names a point with irrational values"}
            return {"says": "no" if question == "holds" else "yes", "point": point}
    out_of_time = any(word in why for word in ("timeout", "canceled", "resource"))
    return {"says": "timeout" if out_of_time else "unknown", "reason": f"z3: {why}"}


def _needs_integers(relation: Relation) -> bool:
    nodes = (node for side in (relation.lhs, relation.rhs) for node in ast.walk(side.tree))
    called = any(isinstance(node, ast.Name) and node.id in ("ceil", "floor", "mod") for node in nodes)
    return called or relation.sign not in COMPARISONS


class _Attempt:
    """One question to z3 under one reading."""

    def __init__(
        self,
        statement: Relation,
        assume: tuple[Relation, ...],
        domains: Mapping[str, Domain],
        *,
        relaxed: bool,
        question: str,
    ) -> None:
        import z3

        self.z3, self.context = z3, z3.Context()
        self.relaxed = relaxed
        self.reading = Reading(z3, self.context, domains, relaxed=relaxed)
        self.hypotheses = [self.reading.relation(relation) for relation in assume]
        goal = self.reading.relation(statement)
        self.goal = z3.Not(goal) if question == "holds" else z3.BoolVal(True, self.context)
        self.model: Any = None

    def result(self, work: int, seconds: float) -> tuple[str, str]:
        """`sat`, `unsat` or `unknown`, and the reason of the last."""
        facts = [fact for fact, _ in self.reading.facts]
        solver = self._solver(work, seconds)
        solver.add(*self.reading.bounds(), *self.hypotheses, *facts, self.goal)
        try:
            result = str(solver.check())
        except self.z3.Z3Exception as problem:
            if "memory" in str(problem):
                raise MemoryError from None
            return "unknown", str(problem)
        self.model = solver.model() if result == "sat" else None
        return result, solver.reason_unknown() if result == "unknown" else ""

    def _solver(self, work: int, seconds: float) -> Any:
        z3, context = self.z3, self.context
        if self.relaxed:
            solver = z3.SolverFor("QF_NRA", ctx=context)
        else:
            tidy = z3.With("simplify", som=True, ctx=context)
            solver = z3.Then(tidy, "propagate-values", "solve-eqs", tidy, "smt", ctx=context).solver()
        solver.set("timeout", max(1, int(seconds * 1000)))
        solver.set("rlimit", work)
        return solver

    def conditions(self, deadline: float) -> list[str]:
        """The side conditions that do not follow from the domains, the assumptions and the conditions before them."""
        stated: dict[str, None] = {}
        known: list[Any] = [*self.reading.bounds(), *self.hypotheses]
        for fact, condition in self.reading.facts:
            if condition and condition not in stated:
                solver = self._solver(SHORT, deadline - time.monotonic())
                solver.add(*known, self.z3.Not(fact))
                if str(solver.check()) != "unsat":
                    stated[condition] = None
            known.append(fact)
        return list(stated)

    def point(self) -> dict[str, str] | None:
        """The model as exact numbers, or None where a value is irrational."""
        point: dict[str, str] = {}
        for name, term in self.reading.symbols.items():
            value = self.model.eval(term, model_completion=True)
            if self.z3.is_int_value(value):
                point[name] = str(value.as_long())
            elif self.z3.is_rational_value(value):
                point[name] = str(value.as_fraction())
            else:
                return None
        return point
