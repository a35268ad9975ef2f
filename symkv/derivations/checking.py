"""The check of a derivation: every step judged, every claim compared, every reading and question evaluated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from symkv.caches import Stack
from symkv.derivations.model import Claim, Derivation, Question, Reading, Step
from symkv.derivations.steps import Chain, Obligation, Taken, formula_of
from symkv.errors import BadInput, Refuted
from symkv.formula import Formula, Relation
from symkv.formula.latex import name as letter
from symkv.formula.tree import is_sum
from symkv.proof.judges import Judgement, judge, settled
from symkv.proof.limits import judge_limit
from symkv.solve import Solution, solve
from symkv.units import against_printed, rational
from symkv.variants import variant

Verdict = Literal["proved", "checked", "assumed", "refuted", "unknown", "timeout"]
VERDICTS: tuple[Verdict, ...] = ("proved", "checked", "assumed", "refuted", "unknown", "timeout")
_WORST: tuple[Verdict, ...] = ("refuted", "timeout", "unknown", "checked", "proved")


@dataclass(frozen=True)
class CheckedStep:
    """A step with its relation, the verdict, the judges who gave it and the conditions under which it holds.

    `splits` holds the kernel's proof of each obligation of the step, for the certificate.
    """

    step: Step
    relation: Relation
    verdict: Verdict
    judges: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    counterexample: str = ""
    detail: str = ""
    splits: tuple[Any, ...] = ()

    @property
    def latex(self) -> str:
        """The statement in LaTeX, a limit as one."""
        if not self.step.over:
            return self.relation.latex
        left, over = self.relation.lhs, letter(self.step.over)
        body = rf"\left({left.latex}\right)" if is_sum(left.tree) else left.latex
        return rf"\lim_{{{over} \to \infty}} {body} = {self.relation.rhs.latex}"

    @property
    def text(self) -> str:
        """The statement in the reader's language, a limit in words."""
        return f"{self.relation} as {self.step.over} grows" if self.step.over else str(self.relation)


@dataclass(frozen=True)
class CheckedClaim:
    """A claim with its exact value, the verdict, and printed/exact."""

    claim: Claim
    value: Fraction | None
    verdict: Literal["matches", "rounds", "differs", "undecidable"]
    ratio: Fraction | None

    @property
    def expected(self) -> bool:
        """Whether the verdict is the expected one."""
        return self.verdict == self.claim.expect


@dataclass(frozen=True)
class Checked:
    """A derivation with everything about it decided: what reports are rendered from."""

    derivation: Derivation
    steps: tuple[CheckedStep, ...]
    claims: tuple[CheckedClaim, ...] = ()
    readings: tuple[tuple[Reading, Fraction], ...] = ()
    answers: tuple[Solution, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether every step that is no premise is proved and every claim is as expected."""
        return all(s.verdict in ("proved", "assumed") for s in self.steps) and all(c.expected for c in self.claims)

    def require(self) -> Checked:
        """Itself if everything holds; `Refuted` with the first step or claim that does not otherwise."""
        for checked in self.steps:
            if checked.verdict not in ("proved", "assumed"):
                shown = f", false at {checked.counterexample}" if checked.counterexample else ""
                place = f"{self.derivation.name}, step {checked.step.id}"
                raise Refuted(f"{checked.text} is {checked.verdict}{shown}", where=place)
        for claim in self.claims:
            if not claim.expected:
                place = f"{self.derivation.name}, claim {claim.claim.id}"
                raise Refuted(f"{claim.claim.printed} {claim.verdict}, expected {claim.claim.expect}", where=place)
        return self


def check(derivation: Derivation) -> Checked:
    """Every step judged, every claim compared, every reading and question evaluated.

    Raises `BadInput` with the name of the derivation and the step for anything that is not well formed: an unknown
    rule, an undeclared symbol, a use of a later step.
    """
    steps = tuple(_check_steps(derivation))
    claims = tuple(_check_claim(claim, derivation.name) for claim in derivation.claims)
    readings = tuple((r, Fraction(formula_of(r.expression).evaluate(r.given))) for r in derivation.readings)
    return Checked(derivation, steps, claims, readings, tuple(map(_answer, derivation.questions)))


def _check_steps(derivation: Derivation) -> Iterator[CheckedStep]:
    chain = Chain(derivation)
    for step in derivation.steps:
        taken = chain.take(step)
        try:
            checked = judged(taken)
        except BadInput as problem:
            raise problem.at(f"{derivation.name}, step {step.id}") from None
        chain.settle(taken, checked.conditions)
        yield checked


def judged(taken: Taken) -> CheckedStep:
    """A step put before the judges: the worst verdict of its obligations, and the judges of all of them."""
    if taken.rule.kind == "premise":
        return CheckedStep(taken.step, taken.relation, "assumed", detail=taken.require_units())
    found = [settled(_ask(obligation)) for obligation in taken.obligations]  # what a check calls proved has two judges
    decisive = min(found, key=lambda judgement: _WORST.index(judgement.verdict))
    verdict = decisive.verdict
    units = taken.require_units() if verdict == "proved" else ""
    judges = [name for name in decisive.judges if all(name in judgement.judges for judgement in found)]
    return CheckedStep(
        taken.step,
        taken.relation,
        verdict,
        tuple(judges) if verdict == "proved" else decisive.judges,
        tuple(dict.fromkeys(condition for judgement in found for condition in judgement.conditions)),
        str(decisive.counterexample) if decisive.counterexample else "",
        units or decisive.detail,
        tuple(judgement.proof.split if judgement.proof else None for judgement in found),
    )


def _ask(obligation: Obligation) -> Judgement:
    if obligation.over:
        return judge_limit(
            obligation.statement,
            obligation.over,
            obligation.hypotheses,
            declared=obligation.domains,
            beyond=obligation.beyond,
        )
    return judge(obligation.statement, obligation.hypotheses, declared=obligation.domains)


def _check_claim(claim: Claim, name: str) -> CheckedClaim:
    try:
        value = Fraction(formula_of(claim.expression).evaluate(claim.given))
    except BadInput as problem:
        raise problem.at(f"{name}, claim {claim.id}") from None
    verdict, ratio = against_printed(value, claim.printed)
    return CheckedClaim(claim, value, verdict, ratio)


def _answer(question: Question) -> Solution:
    values = {name: Formula.of(value) for name, value in question.given.items()}
    stack = Stack.of(variant(question.what)).given(values)
    return solve(stack, symbol=question.solve_for, target=question.target, of=question.of)


def step_row(name: str, checked: CheckedStep) -> dict[str, Any]:
    """A judged step as plain data."""
    return {
        "derivation": name,
        "step": checked.step.id,
        "rule": checked.step.rule,
        "statement": checked.text,
        "verdict": checked.verdict,
        "judges": list(checked.judges),
        "conditions": list(checked.conditions),
        "counterexample": checked.counterexample or None,
        "detail": checked.detail or None,
    }


def exit_status(counts: Mapping[Verdict, int]) -> int:
    """1 where something is refuted, 3 where something is left undecided, else 0."""
    return 1 if counts["refuted"] else 3 if counts["checked"] or counts["unknown"] or counts["timeout"] else 0


def summary(checked: Sequence[Checked]) -> dict[str, Any]:
    """The result of `symkv check`, with the exit status that follows: 1 refuted or unexpected, 3 undecided, else 0."""
    steps = [step_row(one.derivation.name, step) for one in checked for step in one.steps]
    claims = [
        {
            "derivation": one.derivation.name,
            "claim": c.claim.id,
            "printed": c.claim.printed,
            "exact": None if c.value is None else rational(c.value),
            "verdict": c.verdict,
            "expected": c.expected,
            "source": c.claim.source,
        }
        for one in checked
        for c in one.claims
    ]
    counts = {verdict: sum(row["verdict"] == verdict for row in steps) for verdict in VERDICTS}
    unexpected = not all(claim["expected"] for claim in claims)
    return {"steps": steps, "claims": claims, "counts": counts, "exit_status": 1 if unexpected else exit_status(counts)}
