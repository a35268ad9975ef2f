"""What a derivation file says: steps, claims, instances and questions, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from symkv.caches import Source, Stack
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


Value = int | Fraction | str  # exact: a string is a fraction such as "9/16", a number format or a count such as "128Ki"


@dataclass(frozen=True)
class Claim:
    """A value that a source prints, and the verdict that is expected of it.

    It is computed from an `expression` in the reader's language, in which a catalogue quantity is written as
    `mla.growth`, or from the quantity `of` a `model` (anything that `symkv size` takes), divided by that of `against`
    where one is named; `given` holds the inputs that the source states. `printed` is the text as printed, `decimals`
    the digits after the point that count (-3: to the thousand). `place` says where in the source it stands.

    `exact` is what comes out and `ratio` is printed/exact, both written down so that no input can change unnoticed.
    For a value that differs, `cause` says the likely reason, and `as_printed` is the expression that gives the number
    as printed; where nothing can be computed, `note` says why.
    """

    id: str
    expression: str = ""
    given: Mapping[str, Value] = field(default_factory=dict)
    printed: str = ""
    source: str = ""
    expect: Literal["agrees", "matches", "rounds", "differs", "undecidable"] = "matches"
    note: str = ""
    place: str = ""
    model: str = ""
    of: str = "growth"
    against: str = ""
    decimals: int | None = None
    exact: Value | None = None
    ratio: Value | None = None
    cause: str = ""
    as_printed: str = ""

    @property
    def name(self) -> str:
        """What messages call it."""
        return self.id


@dataclass(frozen=True)
class Instance:
    """A formula with numbers put in: shown as symbols = numbers = value, with its unit.

    The formula is an `expression`, or the right side of the step that `step` names. `value` is what must come out,
    exactly. `counts` says what is counted where several stand side by side, as "bytes stored".
    """

    label: str
    expression: str = ""
    given: Mapping[str, Value] = field(default_factory=dict)
    value: Value | None = None
    unit: str = ""
    note: str = ""
    step: str = ""
    counts: str = ""

    @property
    def name(self) -> str:
        """What messages call it."""
        return self.label


@dataclass(frozen=True)
class Question:
    """A target to solve a catalogue formula for: the arguments of `symkv solve`.

    `expect` holds the closed form of each reading of the target, as it must come out.
    """

    what: str
    solve_for: str
    target: str
    given: Mapping[str, int | Fraction]
    of: str = "growth"
    expect: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What messages call it."""
        return f"{self.what} for {self.solve_for}"


@dataclass(frozen=True)
class Derivation:
    """A named chain of steps with its assumptions, readings, instances, questions and claims.

    `readings` are instances of one number side by side. A source is cited by its key in references.bib, or in `sources`
    where it is the derivation's own.

    `stacks` are layers that `built` steps may name as they name a variant of the catalogue.

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
    readings: tuple[Instance, ...] = ()
    instances: tuple[Instance, ...] = ()
    claims: tuple[Claim, ...] = ()
    sources: Mapping[str, Source] = field(default_factory=dict)
    units: Literal["named", "noted"] = "noted"
    stacks: Mapping[str, Stack] = field(default_factory=dict)

    def _repr_latex_(self) -> str | None:
        from symkv.derivations.shown import derivation_latex

        return derivation_latex(self)

    def _repr_html_(self) -> str:
        from symkv.derivations.shown import derivation_html

        return derivation_html(self)
