"""The judges of a limit: the kernel by comparing degrees, sympy by its own; a wrong one is refuted by its value."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping

from symkv.formula import Formula, Relation
from symkv.proof.collect import Writer
from symkv.proof.counterexample import find
from symkv.proof.domains import Domain
from symkv.proof.judges import Judgement, domains_for, judge
from symkv.proof.kernel import limit_of, prove_limit
from symkv.proof.workers import worker

FAR = 10**6  # from where a point shows that what grows without bound is not what the right side says


def judge_limit(
    statement: Relation,
    over: str,
    assume: Iterable[Relation] = (),
    *,
    declared: Mapping[str, Domain] | None = None,
    beyond: Iterable[str] = (),
) -> Judgement:
    """The verdict on `left side -> right side as over grows without bound`.

    >>> judge_limit(Relation.parse("(2*n_tokens + min(n_tokens, window))/n_tokens = 2"), "n_tokens").verdict
    'proved'
    >>> str(judge_limit(Relation.parse("ceil(n_tokens/block_size)/n_tokens = 1"), "n_tokens").counterexample)
    'block_size = 2: left 1/2, right 1, difference -1/2'
    """
    hypotheses = tuple(assume)
    bounds = (*beyond, *_bounds(statement.lhs, over))
    starts = [Relation.parse(f"{over} >= {bound}") for bound in bounds]
    domains = domains_for((statement, *hypotheses, *starts), declared)
    proof = prove_limit(statement, over, hypotheses, domains, bounds)
    if proof is not None:
        second = worker("symkv.proof.sympy_limit").ask(statement, starts, domains, question=f"limit {over}")
        judges = ("kernel", "sympy") if second.says == "yes" else ("kernel",)
        return Judgement("proved", judges, proof.conditions, proof=proof, detail=second.reason)
    found = limit_of(statement.lhs, over, hypotheses, domains, bounds)
    if found is None:
        return _without_limit(statement, over, hypotheses, domains, bounds)
    case, value = found
    limit = Formula(Writer(case).quotient(value))
    verdict = judge(Relation(limit, "=", statement.rhs), hypotheses, declared=domains)
    detail = f"the left side tends to {limit}"
    if verdict.verdict == "refuted":
        return Judgement("refuted", ("kernel", *verdict.judges), (), verdict.counterexample, detail=detail)
    return Judgement("unknown", (), detail=detail)


def _without_limit(
    statement: Relation,
    over: str,
    hypotheses: tuple[Relation, ...],
    domains: Mapping[str, Domain],
    bounds: Iterable[str],
) -> Judgement:
    """Refuted where the left side stays as it is and is another, or grows without bound: where its inverse tends to 0.

    >>> judge_limit(Relation.parse("n_tokens/(window - 2) = window"), "n_tokens").detail
    'the left side grows without bound'
    """
    if over not in statement.lhs.names:
        verdict = judge(statement, hypotheses, declared=domains)
        if verdict.verdict == "refuted":
            return verdict
    inverse = limit_of(Formula.of(1) / statement.lhs, over, hypotheses, domains, bounds)
    if inverse is not None and not inverse[1].num:
        far = Relation.parse(f"{over} >= {FAR}")
        point = find(statement, (*hypotheses, far), domains)
        if point is not None:
            return Judgement("refuted", ("kernel", "box"), (), point, detail="the left side grows without bound")
    return Judgement("unknown", (), detail="the left side has no limit that the kernel can read off")


def _bounds(formula: Formula, over: str) -> list[str]:
    """From where on comparisons of a formula with `over`, or with half of it or more, have one outcome."""
    found = []
    for node in ast.walk(formula.tree):
        match node:
            case ast.Call(func=ast.Name(id=("min" | "max")), args=sides):
                pass
            case ast.IfExp(test=ast.Compare(left=left, comparators=[right])):
                sides = [left, right]
            case _:
                continue
        texts = [Formula(side) for side in sides]
        if any(over in side.names for side in texts):
            plain = any(str(side) == over for side in texts)
            found += [f"{side} + 1" if plain else f"2*({side}) + 1" for side in texts if over not in side.names]
    return list(dict.fromkeys(found))
