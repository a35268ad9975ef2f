"""The test items of `pytest --symkv`: a step, a value, an equation, the coverage of a paper."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from symkv.errors import SymkvError

if TYPE_CHECKING:
    from symkv.derivations import Derivation
    from symkv.explaining import Walk
    from symkv.papers import Item as PaperItem

__all__ = ["CoverageItem", "EquationItem", "StepItem", "ValueItem"]

STANDS = ("proved", "assumed")


class Fails(Exception):  # what an item reports; its text is all that is shown
    """A step, claim or equation that does not stand."""


class _Item(pytest.Item):
    """An item whose failure is a text, with no way through symkv shown."""

    line = 0

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where it stands."""
        return self.path, self.line, self.name

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *args: Any, **kwargs: Any) -> Any:
        """The text of what does not stand, or of what is not well formed."""
        if isinstance(excinfo.value, Fails | SymkvError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, *args, **kwargs)

    def told(self, verdict: str, judges: Iterable[str] = ()) -> None:
        """Keep the verdict for reports such as JUnit's."""
        self.user_properties += [("symkv_verdict", verdict), ("symkv_judges", " ".join(judges))]


class StepItem(_Item):
    """A step of a derivation."""

    def __init__(self, *, walk: Walk, step: str, line: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.walk, self.step, self.line = walk, step, line

    def runtest(self) -> None:
        """Put the step before the judges, with those that it rests on."""
        checked = self.walk.checked(self.step)
        self.told(checked.verdict, checked.judges)
        if checked.verdict not in STANDS:
            raise Fails("\n".join(self.walk.explanation(self.step).lines))


class ValueItem(_Item):
    """A claim, a reading or an instance of a derivation."""

    def __init__(self, *, derivation: Derivation, kind: str, value: Any, line: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.derivation, self.kind, self.value, self.line = derivation, kind, value, line

    def runtest(self) -> None:
        """Compare the value with what is written down."""
        from symkv.derivations.values import answer, check_claim, check_instance
        from symkv.explaining import claim_lines
        from symkv.formula import Relation

        place = f"{self.derivation.name}, {self.kind} {self.value.name}"
        if self.kind == "claim":
            claim = check_claim(self.value)
            self.told(claim.verdict)
            if not claim.expected:
                raise Fails("\n".join(claim_lines(claim, place)))
        elif self.kind == "question":
            answer(self.value)
        else:
            relations = {step.id: Relation.parse(step.statement) for step in self.derivation.steps}
            instance = check_instance(self.value, relations)
            if not instance.expected:
                raise Fails(f"{place}: {instance.problem}")


class EquationItem(_Item):
    """An annotated equation or number of a paper."""

    def __init__(self, *, item: PaperItem, folder: Path, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.item, self.folder, self.line = item, folder, item.place.line - 1

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where it stands, in the file that the paper takes in."""
        return self.folder / self.item.place.file, self.line, self.name

    def runtest(self) -> None:
        """Put the equation before the judges."""
        from symkv.papers import judged

        found = judged(self.item)
        self.told(found.verdict, found.judges)
        if found.verdict not in STANDS:
            raise Fails("\n".join(_equation_lines(found)))


def _equation_lines(found: Any) -> Iterator[str]:
    judges = f" ({', '.join(found.judges)})" if found.judges else ""
    yield f"{found.file}:{found.line}:{found.column}: {found.verdict}{judges}: {found.statement or found.annotation}"
    if found.counterexample:
        yield f"  false at {found.counterexample}" if found.kind == "equation" else f"  {found.counterexample}"
    if found.detail:
        yield f"  {found.detail}"
    if found.hint:
        yield f"  hint: {found.hint}"


class CoverageItem(_Item):
    """Whether every display equation of a paper that uses declared symbols is tied."""

    def __init__(self, *, coverage: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.coverage = coverage

    def runtest(self) -> None:
        """Fail with the places of those that are not."""
        if self.coverage.open:
            places = ", ".join(str(place) for place in self.coverage.open)
            raise Fails(f"{len(self.coverage.open)} display equations are not tied: {places}")
