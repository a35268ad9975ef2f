"""The check of a derivation: every step judged, every claim compared, every reading and question evaluated."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from symkv.derivations.model import Claim, Derivation, Instance, Question, Step
from symkv.derivations.shown import checked_html, checked_latex
from symkv.derivations.steps import Chain, Obligation, Taken
from symkv.derivations.values import (
    CheckedClaim,
    CheckedInstance,
    answer,
    check_claim,
    check_instance,
    claim_row,
    instance_row,
)
from symkv.errors import BadInput, Refuted
from symkv.formula import Relation
from symkv.formula.latex import name as letter
from symkv.formula.tree import is_sum
from symkv.notebook import display
from symkv.proof.judges import Judgement, judge, settled
from symkv.proof.limits import judge_limit
from symkv.solve import Solution

Verdict = Literal["proved", "checked", "assumed", "refuted", "unknown", "timeout"]
VERDICTS: tuple[Verdict, ...] = ("proved", "checked", "assumed", "refuted", "unknown", "timeout")
_Item = TypeVar("_Item", Claim, Instance, Question)
_Found = TypeVar("_Found")
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

    def _repr_latex_(self) -> str:
        return rf"{display(self.latex)} \quad ({self.verdict})"


@dataclass(frozen=True)
class Checked:
    """A derivation with everything about it decided: what reports are rendered from."""

    derivation: Derivation
    steps: tuple[CheckedStep, ...]
    claims: tuple[CheckedClaim, ...] = ()
    readings: tuple[CheckedInstance, ...] = ()
    instances: tuple[CheckedInstance, ...] = ()
    answers: tuple[Solution, ...] = ()

    def _repr_latex_(self) -> str:
        return checked_latex(self)

    def _repr_html_(self) -> str:
        return checked_html(self)

    @property
    def holds(self) -> bool:
        """Whether every step that is no premise is proved and every claim and value is as expected."""
        return (
            all(s.verdict in ("proved", "assumed") for s in self.steps)
            and all(claim.expected for claim in self.claims)
            and all(one.expected for one in (*self.readings, *self.instances))
        )

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
                raise Refuted(claim.problem, where=place)
        for one in (*self.readings, *self.instances):
            if not one.expected:
                raise Refuted(one.problem, where=f"{self.derivation.name}, instance {one.instance.label}")
        return self


def check(derivation: Derivation) -> Checked:
    """Every step judged, every claim compared, every reading and question evaluated.

    Raises `BadInput` with the name of the derivation and the step for anything that is not well formed: an unknown
    rule, an undeclared symbol, a use of a later step.
    """
    steps = tuple(_check_steps(derivation))
    relations = {one.step.id: one.relation for one in steps}

    def instances(of: tuple[Instance, ...]) -> tuple[CheckedInstance, ...]:
        return _each(derivation, "instance", of, lambda one: check_instance(one, relations))

    return Checked(
        derivation,
        steps,
        _each(derivation, "claim", derivation.claims, check_claim),
        instances(derivation.readings),
        instances(derivation.instances),
        _each(derivation, "question", derivation.questions, answer),
    )


def _each(
    derivation: Derivation, kind: str, items: tuple[_Item, ...], found: Callable[[_Item], _Found]
) -> tuple[_Found, ...]:
    """What is found for each item; `BadInput` with the place of the one that is not well formed."""

    def placed(item: _Item) -> _Found:
        try:
            return found(item)
        except BadInput as problem:
            raise problem.at(f"{derivation.name}, {kind} {item.name}") from None

    return tuple(map(placed, items))


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
    claims = [claim_row(one.derivation.name, claim) for one in checked for claim in one.claims]
    instances = [
        instance_row(one.derivation.name, found) for one in checked for found in (*one.readings, *one.instances)
    ]
    counts = {verdict: sum(row["verdict"] == verdict for row in steps) for verdict in VERDICTS}
    unexpected = not all(row["expected"] for row in (*claims, *instances))
    return {
        "steps": steps,
        "claims": claims,
        "instances": instances,
        "counts": counts,
        "exit_status": 1 if unexpected else exit_status(counts),
    }
