"""What was checked, one outcome each with its file and line, for review tools: papers, derivation steps and claims."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from symkv.derivations.checking import Checked
from symkv.papers.model import CheckedEquation, CheckedPaper

RULES = {  # by rule, what it means
    "refuted": "An equation or step is false, with a counterexample.",
    "differs": "A printed number is not the exact one, or a claim is not as expected.",
    "undecided": "No judge could decide an equation or step.",
    "not-read": "An annotated equation, number or file could not be read.",
    "uncovered": "A display equation uses declared symbols and is tied to nothing.",
}


@dataclass(frozen=True)
class Outcome:
    """One thing that was checked: where it stands, its name, and what is wrong with it (rule "" where nothing is)."""

    path: Path
    line: int
    column: int
    name: str
    rule: str = ""
    message: str = ""


def of_papers(papers: Iterable[CheckedPaper], *, require_all: bool = False) -> Iterator[Outcome]:
    """The outcomes of papers; with `require_all` also each display equation that nothing is tied to."""
    for paper in papers:
        folder = Path(paper.path).parent
        for one in paper.equations:
            name = f"{one.label or one.kind} line {one.line}"
            yield Outcome(folder / one.file, one.line, one.column, name, _rule(one), _message(one))
        for place in paper.coverage.open if require_all else ():
            name = f"display equation line {place.line}"
            yield Outcome(folder / place.file, place.line, place.column, name, "uncovered", RULES["uncovered"])


def _rule(one: CheckedEquation) -> str:
    if one.verdict == "refuted":
        return "differs" if one.kind == "number" else "refuted"
    return {"proved": "", "assumed": "", "not read": "not-read"}.get(one.verdict, "undecided")


def _message(one: CheckedEquation) -> str:
    if one.verdict in ("proved", "assumed"):
        return ""
    parts = [one.statement or one.annotation, one.verdict, one.counterexample, one.hint, one.detail]
    return "; ".join(part for part in parts if part)


def of_derivations(path: Path, checked: Iterable[Checked]) -> Iterator[Outcome]:
    """The outcomes of the steps and claims of one file, each on the line on which its id stands."""
    lines = _Lines(path)
    for one in checked:
        for step in one.steps:
            name = f"{one.derivation.name} step {step.step.id}"
            good = step.verdict in ("proved", "assumed")
            rule = "" if good else "refuted" if step.verdict == "refuted" else "undecided"
            told = [step.text, step.verdict, step.counterexample, step.detail]
            message = "" if good else "; ".join(part for part in told if part)
            yield Outcome(path, lines.of(step.step.id), 1, name, rule, message)
        for claim in one.claims:
            name = f"{one.derivation.name} claim {claim.claim.id}"
            message = "" if claim.expected else f"{claim.claim.printed}: {claim.problem}"
            yield Outcome(path, lines.of(claim.claim.id), 1, name, "" if claim.expected else "differs", message)


class _Lines:
    """The lines of ids in a derivation file: the calls that have them, else where the text has them."""

    def __init__(self, path: Path) -> None:
        try:
            self.text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            self.text = ""
        self.calls: dict[str, int] = {}
        if path.suffix == ".py":
            self._read_calls()

    def _read_calls(self) -> None:
        try:
            tree = ast.parse(self.text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                named = [word.value for word in node.keywords if word.arg == "id"]
                for value in [*node.args[:1], *named]:
                    if isinstance(value, ast.Constant) and isinstance(value.value, str):
                        self.calls.setdefault(value.value, node.lineno)

    def of(self, name: str) -> int:
        """The line of an id, 1 where it is not found."""
        if name in self.calls:
            return self.calls[name]
        found = re.search(rf"""["']?id["']?\s*[:=]\s*["']{re.escape(name)}["']""", self.text)
        return self.text.count("\n", 0, found.start()) + 1 if found else 1
