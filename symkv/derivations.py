"""Derivations: data in the reader's language, checked step by step; and the loading of derivation files.

A derivation is a chain of relations with rules and reasons. Premises are assumed and printed as such; every other
step must be proved, or the derivation does not check and can't be rendered.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

from symkv import symbols
from symkv.caches import QUANTITIES, Source, Stack, quantity
from symkv.errors import BadInput, Refuted
from symkv.formula import Formula, Relation
from symkv.proof.judges import Judgement, judge
from symkv.proof.kernel import RATIO
from symkv.proof.rules import rule
from symkv.shipped import shipped
from symkv.solve import Solution, solve
from symkv.symbols import Symbol
from symkv.units import against_printed, rational
from symkv.variants import variant

Verdict = Literal["proved", "checked", "assumed", "refuted", "unknown", "timeout"]
VERDICTS: tuple[Verdict, ...] = ("proved", "checked", "assumed", "refuted", "unknown", "timeout")


@dataclass(frozen=True)
class Step:
    """One relation of a derivation, the rule that it claims, and the reason in words.

    `uses` names earlier steps, `where` gives what is put in or taken as a condition, `cite` a source key.
    """

    id: str
    rule: str
    statement: str
    why: str = ""
    uses: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    cite: str = ""


@dataclass(frozen=True)
class Claim:
    """A printed value: what it is computed from, the text as printed, and the verdict that is expected."""

    id: str
    expression: str
    given: Mapping[str, int | Fraction]
    printed: str
    source: str
    expect: Literal["matches", "rounds", "differs", "undecidable"] = "matches"
    note: str = ""


@dataclass(frozen=True)
class Reading:
    """One way to read the number, evaluated: shown side by side with the others."""

    label: str
    quantity: Literal["elements", "stored", "read"]
    expression: str
    given: Mapping[str, int | Fraction]
    note: str = ""


@dataclass(frozen=True)
class Question:
    """A target to solve a catalogue formula for: the arguments of `symkv solve`."""

    what: str
    solve_for: str
    target: str
    given: Mapping[str, int | Fraction]
    of: str = "growth"


@dataclass(frozen=True)
class Derivation:
    """A named chain of steps with its assumptions, readings, questions and claims.

    `over_reals` names whole symbols that the steps solve for over the positive reals, wholeness being judged last.
    """

    name: str
    title: str
    claim: str
    symbols: tuple[str | Symbol, ...]
    steps: tuple[Step, ...]
    assume: tuple[str, ...] = ()
    over_reals: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    readings: tuple[Reading, ...] = ()
    claims: tuple[Claim, ...] = ()
    sources: Mapping[str, Source] = field(default_factory=dict)


@dataclass(frozen=True)
class CheckedStep:
    """A step with its relation, the verdict, the judges who gave it and the conditions under which it holds."""

    step: Step
    relation: Relation
    verdict: Verdict
    judges: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    counterexample: str = ""
    detail: str = ""


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
                raise Refuted(f"{checked.relation} is {checked.verdict}{shown}", where=place)
        for claim in self.claims:
            if not claim.expected:
                place = f"{self.derivation.name}, claim {claim.claim.id}"
                raise Refuted(f"{claim.claim.printed} {claim.verdict}, expected {claim.claim.expect}", where=place)
        return self


# -- checking --------------------------------------------------------------------------------------------------------


def check(derivation: Derivation) -> Checked:
    """Every step judged, every claim compared, every reading and question evaluated.

    Raises `BadInput` with the name of the derivation and the step for anything that is not well formed: an unknown
    rule, an undeclared symbol, a use of a later step.
    """
    for symbol in derivation.symbols:
        if isinstance(symbol, Symbol):
            symbols.declare(symbol)
    steps = tuple(_check_steps(derivation))
    claims = tuple(_check_claim(claim, derivation.name) for claim in derivation.claims)
    readings = tuple((r, Fraction(_formula(r.expression).evaluate(r.given))) for r in derivation.readings)
    return Checked(derivation, steps, claims, readings, tuple(map(_answer, derivation.questions)))


def _check_steps(derivation: Derivation) -> Iterator[CheckedStep]:
    declared = {s.name if isinstance(s, Symbol) else symbols.lookup(s).name for s in derivation.symbols}
    assume = tuple(map(Relation.parse, derivation.assume))
    earlier: dict[str, _Fact] = {}
    known: list[str] = []
    for step in derivation.steps:
        place = f"{derivation.name}, step {step.id}"
        try:
            relation = Relation.parse(step.statement)
            where = tuple(map(Relation.parse, step.where))
            undeclared = [n for r in (relation, *where) for n in r.names if n not in declared]
            if undeclared:
                raise BadInput(f"a symbol must be declared in `symbols`, {undeclared[0]} is not")
            if step.id in earlier:
                raise BadInput("a step must have a name of its own, this one is used twice")
            used = _facts(step, earlier) if rule(step.rule).kind != "built" else []
            inherited = [condition for fact in used for condition in fact.conditions]
            hypotheses = _distinct([*assume, *where, *(fact.statement for fact in used), *inherited])
            checked = _check_step(step, relation, where, hypotheses, known, derivation.over_reals)
        except BadInput as problem:
            raise problem.at(place) from None
        premise = [relation] if step.rule == "given" else []  # what rests on a premise keeps it
        earlier[step.id] = _Fact(relation, _distinct([*premise, *where, *inherited]))
        known += relation.names
        yield checked


@dataclass(frozen=True)
class _Fact:
    """An earlier statement and the conditions under which it was shown; they travel with it."""

    statement: Relation
    conditions: tuple[Relation, ...]


def _facts(step: Step, earlier: Mapping[str, _Fact]) -> list[_Fact]:
    for name in step.uses:
        if name not in earlier:
            known = ", ".join(earlier) or "none yet"
            raise BadInput(f"`uses` must name earlier steps, {name!r} is none; known are {known}")
    return [earlier[name] for name in step.uses]


def _distinct(relations: Sequence[Relation]) -> tuple[Relation, ...]:
    return tuple({relation.text: relation for relation in relations}.values())


def _check_step(
    step: Step,
    relation: Relation,
    where: tuple[Relation, ...],
    hypotheses: tuple[Relation, ...],
    known: Sequence[str],
    over_reals: Sequence[str],
) -> CheckedStep:
    law = rule(step.rule)
    declared = dict.fromkeys(over_reals, RATIO)
    wrong = law.shape(relation, where, known)
    if wrong:
        raise BadInput(f"the rule {step.rule} {wrong}")
    if law.kind == "premise":
        return CheckedStep(step, relation, "assumed")
    if law.kind == "built":  # the symbol names the quantity; that its formula is the sum over the tensors is proved
        if len(step.uses) != 1:
            raise BadInput("the rule built must name one catalogue quantity in `uses`, such as cross_layer.growth")
        return _checked(
            step, relation, judge(Relation(relation.rhs, "=", _formula(step.uses[0])), hypotheses, declared=declared)
        )
    return _checked(step, relation, judge(relation, hypotheses, declared=declared))


def _checked(step: Step, relation: Relation, verdict: Judgement) -> CheckedStep:
    shown = str(verdict.counterexample) if verdict.counterexample else ""
    status: Verdict = verdict.verdict
    if status == "proved" and len(verdict.judges) < 2:
        status = "unknown"  # what a check calls proved has two judges
    return CheckedStep(step, relation, status, verdict.judges, verdict.conditions, shown)


def _formula(text: str) -> Formula:
    """A formula, or the quantity of a catalogue variant written as `cross_layer.growth`."""
    name, dot, of = text.partition(".")
    if dot and of in QUANTITIES:
        return quantity(Stack.of(variant(name)), of)
    return Formula.parse(text)


def _check_claim(claim: Claim, name: str) -> CheckedClaim:
    try:
        value = Fraction(_formula(claim.expression).evaluate(claim.given))
    except BadInput as problem:
        raise problem.at(f"{name}, claim {claim.id}") from None
    verdict, ratio = against_printed(value, claim.printed)
    return CheckedClaim(claim, value, verdict, ratio)


def _answer(question: Question) -> Solution:
    values = {name: Formula.of(value) for name, value in question.given.items()}
    stack = Stack.of(variant(question.what)).given(values)
    return solve(stack, symbol=question.solve_for, target=question.target, of=question.of)


# -- loading ---------------------------------------------------------------------------------------------------------


def shipped_derivations() -> dict[str, Path]:
    """The files of the derivations that come with symkv, by name."""
    return {path.stem: path for path in sorted(shipped("derivations").glob("*.py"))}


def load(path: Path) -> Derivation:
    """The `derivation` that a Python file defines. The file is run: it is code, and trusted as such."""
    if not path.is_file():
        raise BadInput(f"a derivation must be a file that defines `derivation`, {path} is none", where=str(path))
    spec = importlib.util.spec_from_file_location(f"symkv_derivation_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise BadInput("a derivation must be a .py file", where=str(path))
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except BadInput as problem:
        raise problem.at(str(path)) from None
    except Exception as problem:
        raise BadInput(f"the file must run, it raised {type(problem).__name__}: {problem}", where=str(path)) from None
    found = getattr(module, "derivation", None)
    if not isinstance(found, Derivation):
        raise BadInput("the file must define `derivation = Derivation(...)`", where=str(path))
    return found


def named(name: str) -> Derivation:
    """A shipped derivation by name."""
    files = shipped_derivations()
    if name not in files:
        raise BadInput(f"a derivation must be one of {', '.join(files)}, got {name[:40]!r}")
    return load(files[name])


def summary(checked: Sequence[Checked]) -> dict[str, Any]:
    """The result of `symkv check`, with the exit status that follows: 1 refuted or unexpected, 3 undecided, else 0."""
    steps = [
        {
            "derivation": one.derivation.name,
            "step": s.step.id,
            "rule": s.step.rule,
            "statement": str(s.relation),
            "verdict": s.verdict,
            "judges": list(s.judges),
            "conditions": list(s.conditions),
            "counterexample": s.counterexample or None,
        }
        for one in checked
        for s in one.steps
    ]
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
    verdicts = [s.verdict for one in checked for s in one.steps]
    counts = {verdict: verdicts.count(verdict) for verdict in VERDICTS}
    wrong = counts["refuted"] or not all(c.expected for one in checked for c in one.claims)
    status = 1 if wrong else 3 if counts["checked"] or counts["unknown"] or counts["timeout"] else 0
    return {"steps": steps, "claims": claims, "counts": counts, "exit_status": status}
