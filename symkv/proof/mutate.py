"""Mutation: edits that make a true statement false, each of which must be refuted at a point of its domain.

The operators of `edits` are applied to every node of both sides and of the side conditions. A mutant that is still
true is proved so, and counted apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from symkv.errors import BadInput
from symkv.formula import Formula, Relation
from symkv.proof.collect import domain_of
from symkv.proof.counterexample import Counterexample
from symkv.proof.edits import OPERATORS, Names, kind, sites
from symkv.proof.judges import judge
from symkv.proof.kernel import Domain
from symkv.proof.limits import judge_limit

Verdict = Literal["refuted", "equivalent", "refused", "survived"]
VERDICTS: tuple[Verdict, ...] = ("refuted", "equivalent", "refused", "survived")
SIDE_CONDITION = "side condition"


class Obligation(Protocol):
    """What a judged step has to prove."""

    @property
    def derivation(self) -> str:
        """The derivation."""

    @property
    def step(self) -> str:
        """The step in it."""

    @property
    def statement(self) -> Relation:
        """What is to be proved."""

    @property
    def hypotheses(self) -> tuple[Relation, ...]:
        """Everything that may be used."""

    @property
    def where(self) -> tuple[Relation, ...]:
        """Those of the hypotheses that the step itself states."""

    @property
    def domains(self) -> Mapping[str, Domain]:
        """The domain of every symbol."""

    @property
    def over(self) -> str:
        """What grows without bound where the statement is a limit."""

    @property
    def beyond(self) -> tuple[str, ...]:
        """From where on a limit is taken."""


@dataclass(frozen=True)
class Mutant:
    """A statement with one edit: the operator, the kind of node hit, the function or condition around it, the place."""

    operator: str
    kind: str
    within: str
    place: str
    statement: Relation
    assume: tuple[Relation, ...]

    @property
    def branching(self) -> bool:
        """Whether the edit lies in a min, max, ceil, floor, mod, conditional or side condition, or is one."""
        return bool(self.within) or self.kind in ("min", "max", "ceil", "floor", "mod", "if")


@dataclass(frozen=True)
class Result:
    """The verdict on a mutant: refuted with its point, or why it is no false statement, or survived."""

    obligation: Obligation
    mutant: Mutant
    verdict: Verdict
    counterexample: Counterexample | None = None
    why: str = ""


STRICT = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
DROPPED = "side condition dropped"


def mutants(obligation: Obligation) -> list[Mutant]:
    """Every statement that one edit makes of the obligation, in the same order always, none twice.

    >>> from types import SimpleNamespace
    >>> statement = Relation.parse("min(S, W) = S")
    >>> where = (Relation.parse("S <= W"),)
    >>> names = {"S": Domain(True, 1), "W": Domain(True, 1)}
    >>> step = SimpleNamespace(statement=statement, hypotheses=where, where=where, domains=names)
    >>> [str(mutant.statement) for mutant in mutants(step) if mutant.operator == "min for max"]
    ['max(S, W) = S']
    """
    seen = {_key(obligation.statement, obligation.hypotheses)}
    found = []
    for mutant in sorted(_edited(obligation), key=lambda m: _RANK[m.operator]):
        key = _key(mutant.statement, mutant.assume)
        if key not in seen:
            seen.add(key)
            found.append(mutant)
    return found


_RANK = {name: rank for rank, name in enumerate((*OPERATORS, DROPPED))}


def _key(statement: Relation, assume: Iterable[Relation]) -> tuple[str, ...]:
    return (statement.text, *(relation.text for relation in assume))


def _edited(obligation: Obligation) -> Iterator[Mutant]:
    names = tuple(sorted(obligation.domains.items()))
    for operator, hit, within, place, relation in _edits(obligation.statement, names):
        yield Mutant(operator, hit, within, place, relation, obligation.hypotheses)
    for index, condition in enumerate(obligation.where):
        others = [h for h in obligation.hypotheses if h.text != condition.text]
        place = f"where {index + 1}"
        for operator, hit, _, side, relation in _edits(condition, names):
            yield Mutant(operator, hit, SIDE_CONDITION, f"{place}, {side}", obligation.statement, (*others, relation))
        yield Mutant(DROPPED, SIDE_CONDITION, SIDE_CONDITION, place, obligation.statement, tuple(others))


def _edits(relation: Relation, names: Names) -> Iterator[tuple[str, str, str, str, Relation]]:
    """Operator, kind of node, function around it, side, and the edited relation as its text reads."""
    for side, formula in (("left", relation.lhs), ("right", relation.rhs)):
        for site in sites(formula.tree):
            for operator, edit in OPERATORS.items():
                for new in edit(site, names):
                    whole = Formula(site.replaced(new))
                    pair = (whole, relation.rhs) if side == "left" else (relation.lhs, whole)
                    edited = _read_back(Relation(pair[0], relation.sign, pair[1]))
                    if edited is not None:
                        yield operator, kind(site.node), site.function(), side, edited
    if relation.sign in STRICT:
        yield "<= for <", "relation", "", "sign", Relation(relation.lhs, STRICT[relation.sign], relation.rhs)


def _read_back(relation: Relation) -> Relation | None:
    """The relation that the text gives: a mutant is a statement of the language, or it is none (over the bounds)."""
    try:
        return Relation.parse(relation.text)
    except BadInput:
        return None


# -- verdicts --------------------------------------------------------------------------------------------------------


def judged(obligation: Obligation, mutant: Mutant) -> Result:
    """The verdict on one mutant: a point where it is false, a proof that it is still true, or neither.

    `refused` is what states nothing: it divides by zero at every point, or no point meets its conditions.
    """
    statement, assume = mutant.statement, mutant.assume
    names = dict.fromkeys(name for relation in (statement, *assume) for name in relation.names)
    domains = {name: obligation.domains.get(name) or domain_of(name) for name in names}
    try:
        if obligation.over:
            verdict = judge_limit(statement, obligation.over, assume, declared=domains, beyond=obligation.beyond)
        else:
            verdict = judge(statement, assume, declared=domains, second=False)
    except BadInput as problem:
        return Result(obligation, mutant, "refused", why=problem.message)
    if verdict.counterexample is not None:
        return Result(obligation, mutant, "refuted", verdict.counterexample, verdict.detail)
    if verdict.verdict == "proved":
        under = f" where {', '.join(verdict.conditions)}" if verdict.conditions else ""
        return Result(obligation, mutant, "equivalent", why=f"proved by {' and '.join(verdict.judges)}{under}")
    alone = f"{verdict.verdict} by {' and '.join(verdict.judges)}: " if verdict.judges else ""
    return Result(obligation, mutant, "survived", why=f"{alone}{verdict.detail}")


def mutate(obligations: Iterable[Obligation]) -> list[Result]:
    """The verdict on every mutant of every judged step."""
    return [judged(obligation, mutant) for obligation in obligations for mutant in mutants(obligation)]


def summary(results: Iterable[Result]) -> dict[str, Any]:
    """The result of `symkv mutate`: a row for each mutant, the counts, a table by operator and kind of node."""
    rows = list(results)
    table = Counter((r.mutant.operator, r.mutant.within or r.mutant.kind, r.verdict) for r in rows)
    return {
        "mutants": [row(result) for result in rows],
        **{verdict: sum(r.verdict == verdict for r in rows) for verdict in VERDICTS},
        "table": [{"operator": o, "kind": k, "verdict": v, "count": n} for (o, k, v), n in sorted(table.items())],
        "exit_status": 3 if any(r.verdict == "survived" for r in rows) else 0,
    }


def row(result: Result) -> dict[str, Any]:
    """One result as data: what was edited where, the verdict, the point with both sides' values."""
    mutant, found = result.mutant, result.counterexample
    return {
        "derivation": result.obligation.derivation,
        "step": result.obligation.step,
        "operator": mutant.operator,
        "kind": mutant.kind,
        "within": mutant.within,
        "place": mutant.place,
        "statement": mutant.statement.text,
        "assume": [relation.text for relation in mutant.assume],
        "verdict": result.verdict,
        "counterexample": None if found is None else str(found),
        "why": result.why,
    }
