"""The proved steps of checked derivations as lemmas for Rocq."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from symkv import __version__
from symkv.derivations.checking import Checked, CheckedStep
from symkv.derivations.steps import Chain
from symkv.formula import Relation
from symkv.output import HEADER, write_text
from symkv.proof.rocq import Lemma, export

_LIMIT = "a limit is no relation between numbers"


def lemmas(checked: Checked) -> Iterator[Lemma]:
    """A lemma for each obligation of each proved step."""
    chain = Chain(checked.derivation)
    for step in checked.steps:
        taken = chain.take(step.step)
        conditions = tuple(map(Relation.parse, step.conditions))
        for index, obligation in enumerate(taken.obligations if _exportable(step) else ()):
            yield Lemma(
                name=f"{checked.derivation.name}__{step.step.id}" + (f"__{index + 1}" if index else ""),
                statement=obligation.statement,
                assume=obligation.hypotheses,
                conditions=conditions,
                domains=obligation.domains,
                comment=step.step.why,
                split=step.splits[index],
            )
        chain.settle(taken, step.conditions)


def _exportable(step: CheckedStep) -> bool:
    return step.verdict == "proved" and not step.step.over


def write_rocq(target: Path, checked: Sequence[Checked], *, force: bool = False) -> dict[str, Any]:
    """Write the lemmas; what was exported, and what could not be, with the reason."""
    titles = ", ".join(one.derivation.name for one in checked)
    exported = export([lemma for one in checked for lemma in lemmas(one)], title=titles)
    write_text(target, f"(* {HEADER} {__version__} *)\n{exported.text}", force=force)
    limits = [(f"{one.derivation.name}__{s.step.id}", _LIMIT) for one in checked for s in one.steps if s.step.over]
    return {
        "path": str(target),
        "exported": list(exported.exported),
        "skipped": [{"step": name, "why": why} for name, why in (*exported.skipped, *limits)],
    }
