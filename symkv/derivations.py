"""Derivations: data in the reader's language, checked step by step; and the loading of derivation files.

A derivation is a chain of relations with rules and reasons. Premises are assumed and printed as such; every other
step must be proved, or the derivation does not check and can't be rendered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from symkv.caches import Source
from symkv.formula import Relation
from symkv.solve import Solution
from symkv.symbols import Symbol

Verdict = Literal["proved", "checked", "assumed", "refuted", "unknown", "timeout"]


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
    """A named chain of steps with its assumptions, readings, questions and claims."""

    name: str
    title: str
    claim: str
    symbols: tuple[str | Symbol, ...]
    steps: tuple[Step, ...]
    assume: tuple[str, ...] = ()
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
