"""What a self-test measures, in batches: each is named by what it measures and a number, and gives counts and notes.

A batch depends on the seed and its number alone, so that a run can be cut anywhere and taken up again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from random import Random

from symkv.derivations import Obligation
from symkv.formula import Relation
from symkv.proof.counterexample import at_point
from symkv.proof.edits import OPERATORS
from symkv.proof.judges import judge
from symkv.proof.mutate import DROPPED, Mutant, Result, judged, mutants
from symkv.selftest.corpus import FALSE, FURTHER_FALSE, FURTHER_TRUE, TRUE, Row
from symkv.selftest.engines import asked
from symkv.selftest.identities import LAWS, Identity, identities
from symkv.selftest.pairs import Claim, Pair, at, branches, claimed, pairs, wrong
from symkv.selftest.points import false_at, holds
from symkv.selftest.speed import speed
from symkv.selftest.statements import obligation, of_corpus, of_derivations, of_variants
from symkv.selftest.tally import Tally
from symkv.selftest.traps import TRAPS, failed

PAIRS, MUTANTS, IDENTITIES = 250, 105, 25  # in one batch
SEARCHED = (1, 0.6, 0.25, 0.05)  # by how much there is to split: the share for which the search is asked, as it costs
EVERY = 10  # one pair in so many is asked of z3 and sympy too
SOURCES = 400  # statements that a batch of mutants may draw on


def _rng(seed: int, what: str, number: int) -> Random:
    return Random(f"{seed} {what} {number}")


def corpus(seed: int, number: int) -> Tally:
    """Every true statement of the corpus to be proved by the kernel without conditions, every false one refuted."""
    tally = Tally()
    for group, rows in (
        ("true", TRUE),
        ("further true", FURTHER_TRUE),
        ("false", FALSE),
        ("further false", FURTHER_FALSE),
    ):
        for row in rows:
            tally.counts[f"{group}, all"] += 1
            met = _met(row, true=group.endswith("true"))
            tally.counts[f"{group}, as it must be"] += not met
            if met:
                tally.note(f"{group}, not as it must be", f"{row[0]}: {row[1]}: {met}")
    return tally


def _met(row: Row, *, true: bool) -> str:
    statement, where = Relation.parse(row[1]), tuple(map(Relation.parse, row[2]))
    verdict = judge(statement, where, second=False)
    if true:
        return "" if verdict.verdict == "proved" and not verdict.conditions else verdict.verdict
    found = verdict.counterexample
    return "" if verdict.verdict == "refuted" and found and holds(statement, found.point) is False else verdict.verdict


def traps(seed: int, number: int) -> Tally:
    """The classic traps."""
    tally = Tally()
    for trap in TRAPS:
        problem = failed(trap)
        tally.counts["all"] += 1
        tally.counts["met"] += not problem
        if problem:
            tally.note("fallen for", problem)
    return tally


def _identities(seed: int, number: int) -> Tally:
    """True identities, proved by the kernel and by z3."""
    rows: Iterator[Identity] = identities(_rng(seed, "identities", number))
    return _two_ways([obligation(row) for row in islice(rows, IDENTITIES)])


def catalogue(seed: int, number: int) -> Tally:
    """What the variants and the shipped derivations state, proved by the kernel and by z3."""
    return _two_ways([*(obligation(row) for row in of_variants()), *(o for o in of_derivations() if not o.over)])


def _two_ways(steps: list[Obligation]) -> Tally:
    tally = Tally()
    for step in steps:
        verdict = judge(step.statement, step.hypotheses, declared=step.domains)
        kernel = verdict.verdict == "proved" and "kernel" in verdict.judges and not verdict.conditions
        two = kernel and len(verdict.judges) > 1
        tally.counts["all"] += 1
        tally.counts["kernel"] += kernel
        tally.counts["two ways"] += two
        for name in verdict.judges:
            tally.counts[f"by {name}"] += 1
        if not two:
            words = f"{_shown(step)}: {verdict.verdict} by {', '.join(verdict.judges) or 'none'}"
            tally.note("kernel alone" if kernel else "not by the kernel", words)
    return tally


def _mutants(seed: int, number: int) -> Tally:
    """False statements, so many of each operator, each to be refuted at a point that is evaluated again."""
    rng = _rng(seed, "mutants", number)
    tally, operators = Tally(), [*OPERATORS, DROPPED]
    wanted = dict.fromkeys(operators, -(-MUTANTS // len(operators)))
    for step in islice(_sources(rng), SOURCES):
        found = mutants(step)
        rng.shuffle(found)
        once = set()  # of each operator one edit a statement, for variety
        for mutant in found:
            if wanted[mutant.operator] and mutant.operator not in once:
                result = judged(step, mutant)
                _count(tally, mutant, result)
                if result.verdict == "refuted":
                    wanted[mutant.operator] -= 1
                    once.add(mutant.operator)
        if not any(wanted.values()):
            break
    return tally


def _sources(rng: Random) -> Iterator[Obligation]:
    catalogued = [*map(obligation, of_variants()), *of_derivations()]
    fixed = [*map(obligation, of_corpus()), *filter(_plain, catalogued)]
    generated = identities(rng, (*LAWS, *(group for group in LAWS if group != "rational")))
    while True:
        yield rng.choice(fixed) if rng.random() < 0.2 else obligation(next(generated))


def _plain(step: Obligation) -> bool:
    """Whether every true edit of a statement can be proved: rounded ones are drawn from the laws, not the catalogue."""
    rounded = any(word in step.statement.text for word in ("mod(", "floor(", "ceil("))
    return step.statement.sign == "=" and (not rounded or step.derivation == "counting")


def _count(tally: Tally, mutant: Mutant, result: Result) -> None:
    tally.counts[result.verdict] += 1
    where = f" where {', '.join(r.text for r in mutant.assume)}" if mutant.assume else ""
    shown = f"{mutant.operator}: {mutant.statement}{where}"
    if result.verdict != "refuted":
        tally.note(result.verdict, f"{shown} ({result.why})")
        return
    found = result.counterexample
    assert found is not None
    again = holds(mutant.statement, found.point) is False and all(holds(r, found.point) for r in mutant.assume)
    if not again and not result.obligation.over:
        tally.note("witness that is none", f"{shown} at {found}")
    tally.counts["branching"] += mutant.branching
    tally.counts[f"operator: {mutant.operator}"] += 1
    tally.counts[f"cell: {mutant.operator} | {mutant.within or mutant.kind}"] += 1


def _pairs(seed: int, number: int) -> Tally:
    """Random pairs: what the kernel claims, held against exact evaluation; one in ten against z3 and sympy too."""
    rng, evaluated, tally = _rng(seed, "pairs", number), _rng(seed, "points", number), Tally()
    for index, pair in enumerate(islice(pairs(rng), PAIRS)):
        search = (
            rng.random() < (1, 0.6, 0.25, 0.05)[min(branches(pair), 3)]
        )  # a search costs the more, the more it splits
        claim = claimed(pair, search=search)
        tally.counts["all"] += 1
        tally.counts["with a search for splits"] += search
        tally.counts[claim.verdict] += 1
        problem = wrong(pair, claim, evaluated)
        if problem:
            tally.note("false claims", problem)
        if index % EVERY == 0:
            _others(
                pair, claim, _rng(seed, f"others {number}", index), tally
            )  # an engine's haste changes no other point
    return tally


def _others(pair: Pair, claim: Claim, rng: Random, tally: Tally) -> None:
    """What z3 and sympy say of a pair: each yes is evaluated, each no is held against a proof of the kernel."""
    answers = {engine: asked(engine, pair) for engine in ("z3", "sympy")}
    said = {"kernel": claim.verdict == "proved", **{name: answer.says == "yes" for name, answer in answers.items()}}
    tally.counts["three ways"] += 1
    for name, yes in said.items():
        tally.counts[f"yes of {name}"] += yes
        tally.counts[f"yes of {name} alone"] += yes and sum(said.values()) == 1
    for name, answer in answers.items():
        tally.counts[f"{name}: {answer.says}"] += 1
        conditions = tuple(map(Relation.parse, answer.conditions))
        if answer.says == "yes":
            point, _ = false_at(pair.statement, (*pair.assume, *conditions), pair.domains, rng, tries=60)
            if point is not None:
                tally.note("disagreements", f"{name} says yes to {pair}, false at {at(point)}")
        if said["kernel"] and answer.says == "no" and answer.point is not None:
            assume = (*pair.assume, *claim.conditions)
            found = at_point(pair.statement, assume, pair.domains, answer.point)
            if found:
                tally.note("disagreements", f"the kernel proves {pair}, {name} finds it false at {found}")


def _shown(step: Obligation) -> str:
    where = f" where {', '.join(r.text for r in step.hypotheses)}" if step.hypotheses else ""
    return f"{step.step}: {step.statement}{where}"


MEASURES: dict[str, Callable[[int, int], Tally]] = {
    "corpus": corpus,
    "traps": traps,
    "catalogue": catalogue,
    "identities": _identities,
    "mutants": _mutants,
    "pairs": _pairs,
    "speed": speed,
}
