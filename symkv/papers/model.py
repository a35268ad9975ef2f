"""What a paper states and what became of it, as plain data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from symkv.formula import Relation
from symkv.papers.numerals import Printed
from symkv.papers.targets import Value
from symkv.proof.domains import Domain

Kind = Literal["equation", "number", "input", "annotation"]
Verdict = Literal["proved", "checked", "assumed", "refuted", "unknown", "timeout", "not read"]
VERDICTS: tuple[Verdict, ...] = ("proved", "checked", "assumed", "refuted", "unknown", "timeout", "not read")


@dataclass(frozen=True)
class Place:
    """Where something stands: a file, relative to the folder of the paper, a line and a column, counted from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True)
class Statement:
    """One relation that a paper states, with the place of the side that it is about."""

    relation: Relation
    place: Place


@dataclass(frozen=True)
class Item:
    """An annotated equation or printed number as read, before any judge has seen it.

    `problem` says why it could not be read. All of `statements` have to hold under `where`. A printed number may have
    several `readings` (KB as 1024 and as 1000 bytes), of which one has to hold. `target` names the quantity.
    """

    kind: Kind
    place: Place
    label: str = ""
    annotation: str = ""
    statements: tuple[Statement, ...] = ()
    where: tuple[Relation, ...] = ()
    domains: Mapping[str, Domain] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    target: str = ""
    readings: tuple[Reading, ...] = ()
    assumed: bool = False
    problem: str = ""
    notes: tuple[str, ...] = ()
    printed: Printed | None = None
    value: Value | None = None

    @property
    def name(self) -> str:
        """The label where there is one, else the line; unique in a paper together with the file and the column."""
        return self.label or f"line {self.place.line}"


@dataclass(frozen=True)
class Reading:
    """One reading of a printed number: the relations that say that it is the quantity to the printed digits."""

    words: str
    relations: tuple[Relation, ...]
    exact: bool


@dataclass(frozen=True)
class CheckedEquation:
    """An equation or number with its verdict.

    `verdict` is one of proved, checked, assumed, refuted, unknown, timeout and "not read", the last with the reason in
    `detail`; `file` is relative to the folder of the paper; line and column count from 1.
    """

    kind: Kind
    file: str
    line: int
    column: int
    label: str
    statement: str
    verdict: Verdict
    judges: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    counterexample: str = ""
    hint: str = ""
    detail: str = ""
    annotation: str = ""

    @property
    def row(self) -> dict[str, Any]:
        """The same as plain data, empty texts as None."""
        return {
            "kind": self.kind,
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "label": self.label or None,
            "annotation": self.annotation or None,
            "statement": self.statement or None,
            "verdict": self.verdict,
            "judges": list(self.judges),
            "conditions": list(self.conditions),
            "counterexample": self.counterexample or None,
            "hint": self.hint or None,
            "detail": self.detail or None,
        }


@dataclass(frozen=True)
class Coverage:
    """How many display equations are tied to something: `open` are those that use declared symbols and are not."""

    displays: int
    annotated: int
    skipped: int
    open: tuple[Place, ...]

    @property
    def row(self) -> dict[str, Any]:
        """The same as plain data."""
        places = [{"file": p.file, "line": p.line, "column": p.column} for p in self.open]
        counts = {"displays": self.displays, "annotated": self.annotated, "skipped": self.skipped}
        return {**counts, "unannotated": len(self.open), "places": places}


@dataclass(frozen=True)
class Paper:
    """A paper as read: its items in the order of the document, the files that belong to it, and its coverage."""

    path: str
    files: tuple[str, ...]
    items: tuple[Item, ...]
    coverage: Coverage


@dataclass(frozen=True)
class CheckedPaper:
    """A paper with the verdict on every item."""

    path: str
    files: tuple[str, ...]
    equations: tuple[CheckedEquation, ...]
    coverage: Coverage

    @property
    def counts(self) -> dict[str, int]:
        """How many equations and numbers have each verdict, those that none has left out."""
        found = Counter(equation.verdict for equation in self.equations)
        return {verdict: found[verdict] for verdict in VERDICTS if found[verdict]}

    def exit_status(self, *, require_all: bool = False) -> int:
        """1 refuted, or with `require_all` not covered; 2 not read; 3 undecided; else 0."""
        counts = self.counts
        if "refuted" in counts or (require_all and self.coverage.open):
            return 1
        if "not read" in counts:
            return 2
        return 3 if counts.keys() & {"checked", "unknown", "timeout"} else 0
