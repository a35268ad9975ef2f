"""How long one step takes: the kernel, z3 in a warm process, and `sympy.simplify` on the same rational equations."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import partial
from random import Random
from statistics import median
from time import perf_counter
from typing import Any

from symkv.derivations import Obligation
from symkv.formula import Relation
from symkv.proof.kernel import prove
from symkv.proof.search import prove_with_split
from symkv.selftest.engines import asked
from symkv.selftest.pairs import Pair, edited
from symkv.selftest.statements import obligation, of_corpus, of_derivations, of_variants
from symkv.selftest.tally import Tally

REPEATS = 5  # the kernel's time of a step is the median of these; the engines, which remember, are asked once


def speed(seed: int, number: int) -> Tally:
    """Milliseconds of each step: the kernel and z3 on all, the kernel and sympy on rational equations and edits."""
    tally, rng = Tally(), Random(f"{seed} speed {number}")
    steps = [*map(obligation, (*of_corpus(), *of_variants())), *(step for step in of_derivations() if not step.over)]
    asked("z3", Pair(steps[0].statement, steps[0].hypotheses, steps[0].domains))  # loads the engine
    for step in steps:
        pair = Pair(step.statement, step.hypotheses, step.domains)
        _, took = _timed(partial(prove_with_split, pair.statement, pair.assume, pair.domains))
        tally.note("kernel with search, ms", took)
        tally.note("z3, ms", _timed(partial(asked, "z3", pair))[1])
        if is_rational(step):
            changed = edited(step.statement, rng, step.domains)
            for statement in (step.statement, *([changed] if changed else [])):
                _against_sympy(statement, step, tally)
    return tally


def _against_sympy(statement: Relation, step: Obligation, tally: Tally) -> None:
    """The kernel and sympy on one equation; the kernel's time holds the reading, sympy's the building."""
    times = [_timed(partial(prove, statement, step.hypotheses, step.domains))[1] for _ in range(REPEATS)]
    if statement is step.statement:
        tally.note("kernel, ms", median(times))
    start = perf_counter()
    difference = _difference(statement, step)
    built = 1000 * (perf_counter() - start)
    kind = "at once" if difference == 0 else "open"
    _, took = _timed(partial(_simplify, difference))
    tally.note(f"kernel, {kind}, ms", median(times))
    tally.note("sympy, at once, ms" if difference == 0 else "sympy.simplify, open, ms", round(built + took, 4))


def _timed(question: Callable[[], Any]) -> tuple[Any, float]:
    start = perf_counter()
    answer = question()
    return answer, round(1000 * (perf_counter() - start), 4)


def is_rational(step: Obligation) -> bool:
    """Whether a step is an equation between rational functions, under equations between such."""
    relations = (step.statement, *step.hypotheses)
    nodes = (node for r in relations for side in (r.lhs, r.rhs) for node in ast.walk(side.tree))
    return step.statement.sign == "=" and not any(isinstance(node, ast.Call | ast.IfExp) for node in nodes)


def _difference(statement: Relation, step: Obligation) -> Any:
    """The difference of the sides for sympy, with the hypotheses `name = formula` put in."""
    difference = statement.lhs.sympy - statement.rhs.sympy
    for relation in step.hypotheses:
        if relation.sign == "=" and isinstance(relation.lhs.tree, ast.Name):
            difference = difference.subs(relation.lhs.sympy, relation.rhs.sympy)
    return difference


def _simplify(difference: Any) -> Any:
    import sympy

    return sympy.simplify(difference)
