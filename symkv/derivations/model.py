"""What a derivation file says: steps, claims, readings and questions, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from symkv.caches import Source
from symkv.symbols import Symbol


@dataclass(frozen=True)
class Step:
    """One relation of a derivation, the rule that it claims, and the reason in words.

    `uses` names earlier steps, `where` gives what is put in or taken as a condition, `cite` a source key. `by` is the
    factor of multiply_both and divide_both; `over` is the symbol that grows in a limit, and `beyond` gives bounds from
    which on it is looked at. `units` names the units of literals, as "2 = tensor".
    """

    id: str
    rule: str
    statement: str
    why: str = ""
    uses: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    cite: str = ""
    by: str = ""
    over: str = ""
    beyond: tuple[str, ...] = ()
    units: tuple[str, ...] = ()


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
    Units are checked with the algebra, a literal factor being a pure number unless its step names its unit: with
    `units="named"` they must fit, with "noted" what does not fit is said beside the step.
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
    units: Literal["named", "noted"] = "noted"
