"""Why a step of a derivation stands or falls: its rule, what it uses, and the reasons for each of its obligations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from symkv.derivations import CheckedStep, Derivation, Obligation, Step
from symkv.derivations.checking import judged
from symkv.derivations.steps import Chain, Taken
from symkv.errors import BadInput
from symkv.explaining.statements import Explanation, explained
from symkv.proof.limits import judge_limit

__all__ = ["StepExplanation", "Walk", "explain_step"]


@dataclass(frozen=True)
class StepExplanation:
    """A step with its verdict, the steps that it uses with theirs, and the reasons for what had to be proved."""

    derivation: str
    checked: CheckedStep
    rule: str
    used: tuple[CheckedStep, ...]
    reasons: tuple[Explanation, ...]

    @property
    def lines(self) -> list[str]:
        """The reasons for people, one to a line."""
        step, found = self.checked.step, self.checked
        judges = f" ({', '.join(found.judges)})" if found.judges else ""
        lines = [
            f"{self.derivation}, step {step.id}: {found.verdict}{judges}",
            f"  {found.text}",
            f"  rule  {step.rule}: {self.rule}",
        ]
        lines += [f"  why   {step.why}"] if step.why else []
        lines += [f"  cite  {step.cite}"] if step.cite else []
        if self.used:
            lines += [f"  uses  {one.step.id} ({one.verdict}): {one.text}" for one in self.used]
        elif step.uses:
            lines.append(f"  uses  {', '.join(step.uses)}")
        lines += [f"  where {condition}" for condition in step.where]
        if found.detail and not any(found.detail == reason.detail for reason in self.reasons):
            lines.append(f"  {found.detail}")
        for reason in self.reasons:
            lines += [f"  {line}" for line in reason.lines]
        return lines

    @property
    def data(self) -> dict[str, Any]:
        """The result of `symkv explain`, as plain data."""
        step, found = self.checked.step, self.checked
        return {
            "derivation": self.derivation,
            "step": step.id,
            "statement": found.text,
            "rule": step.rule,
            "rule_words": self.rule,
            "why": step.why or None,
            "cite": step.cite or None,
            "uses": [{"step": one.step.id, "statement": one.text, "verdict": one.verdict} for one in self.used]
            or list(step.uses),
            "where": list(step.where),
            "verdict": found.verdict,
            "judges": list(found.judges),
            "conditions": list(found.conditions),
            "detail": found.detail or None,
            "reasons": [reason.data for reason in self.reasons],
        }

    def __str__(self) -> str:
        return "\n".join(self.lines)


class Walk:
    """The steps of a derivation, each judged when it is asked for: together with those that it rests on, and once.

    >>> from symkv.derivations import named
    >>> Walk(named("two_kilobytes")).checked("ratio").verdict
    'proved'
    """

    def __init__(self, derivation: Derivation) -> None:
        self.derivation = derivation
        self._checked: dict[str, CheckedStep] = {}
        self._order = {step.id: place for place, step in reversed([*enumerate(derivation.steps)])}
        self._start()

    def step(self, name: str) -> Step:
        """The step of that name; `BadInput` naming the steps where there is none, and for a name that is used twice."""
        found = [step for step in self.derivation.steps if step.id == name]
        if not found:
            known = ", ".join(step.id for step in self.derivation.steps) or "none"
            raise BadInput(f"a step must be one of {known}, got {name[:40]!r}", where=self.derivation.name)
        if len(found) > 1:
            place = f"{self.derivation.name}, step {name}"
            raise BadInput("a step must have a name of its own, this one is used twice", where=place)
        return found[0]

    def checked(self, name: str) -> CheckedStep:
        """The step as judged; `BadInput` with its place for one that is not well formed, or rests on such a step."""
        if name not in self._checked:
            self._taken(self.step(name))
        return self._checked[name]

    def explanation(self, name: str) -> StepExplanation:
        """The step as judged, with the reasons."""
        step = self.step(name)
        taken = self._taken(step)
        used = tuple(self._checked[one] for one in step.uses if taken.rule.kind != "built")
        reasons = tuple(map(_reason, taken.obligations)) if taken.rule.kind != "premise" else ()
        return StepExplanation(self.derivation.name, self._checked[name], taken.rule.words, used, reasons)

    def _start(self) -> None:
        self._chain: Chain | None = None
        self._next = 0  # the step that the chain takes next
        self._open = set[str]()  # steps that it has passed without their conditions, for nobody has judged them
        self._last: Taken | None = None

    def _taken(self, wanted: Step) -> Taken:
        """The step read against those before it, of which those that it rests on are judged."""
        if self._last is not None and self._last.step is wanted:
            return self._last
        needed, place = self._rests_on(wanted), self._order[wanted.id]
        if place < self._next or needed & self._open:
            self._start()
        self._chain = self._chain or Chain(self.derivation)
        for step in self.derivation.steps[self._next : place + 1]:
            taken = self._chain.take(step)
            if step.id in needed and step.id not in self._checked:
                try:
                    self._checked[step.id] = judged(taken)
                except BadInput as problem:
                    raise problem.at(f"{self.derivation.name}, step {step.id}") from None
            if step.id in self._checked:
                self._chain.settle(taken, self._checked[step.id].conditions)
            else:
                self._chain.settle(taken)
                self._open.add(step.id)
            self._next += 1
            self._last = taken
        assert self._last is not None
        return self._last

    def _rests_on(self, wanted: Step) -> set[str]:
        uses = {step.id: step.uses for step in self.derivation.steps}
        found, pending = set[str](), [wanted.id]
        while pending:
            name = pending.pop()
            if name not in found:
                found.add(name)
                pending += [one for one in uses.get(name, ()) if one in uses]
        return found


def explain_step(derivation: Derivation, name: str) -> StepExplanation:
    """Why a step is proved, refuted or left open; `BadInput` for a step that there is none of.

    >>> from symkv.derivations import named
    >>> print(explain_step(named("two_kilobytes"), "ratio").lines[0])
    two_kilobytes, step ratio: proved (kernel, z3)
    """
    return Walk(derivation).explanation(name)


def _reason(obligation: Obligation) -> Explanation:
    if not obligation.over:
        return explained(obligation.statement, obligation.hypotheses, obligation.domains)
    found = judge_limit(
        obligation.statement,
        obligation.over,
        obligation.hypotheses,
        declared=obligation.domains,
        beyond=obligation.beyond,
    )
    return explained(obligation.statement, obligation.hypotheses, obligation.domains, found, over=obligation.over)
