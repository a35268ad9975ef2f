"""What a notebook shows of derivations, checked and unchecked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from symkv.errors import BadInput
from symkv.formula import Relation
from symkv.notebook import card, display, table
from symkv.units import rational

if TYPE_CHECKING:
    from symkv.derivations.checking import Checked, CheckedStep
    from symkv.derivations.model import Derivation, Step


def gathered(rows: Sequence[str]) -> str:
    """Relations in LaTeX below each other."""
    body = r" \\ ".join(rows)
    return display(rf"\begin{{gathered}} {body} \end{{gathered}}")


def _statement(step: Step) -> Relation | str:
    """The relation of a step, or its text where it is none by itself."""
    try:
        return Relation.parse(step.statement)
    except BadInput:
        return step.statement


def derivation_latex(derivation: Derivation) -> str | None:
    """All its relations; None where a step is none."""
    found = [_statement(step) for step in derivation.steps]
    rows = [one.latex for one in found if isinstance(one, Relation)]
    return gathered(rows) if rows and len(rows) == len(found) else None


def derivation_html(derivation: Derivation) -> str:
    """Its steps with their rules, nothing being checked."""
    rows = [(step.id, _statement(step), step.rule.replace("_", " "), step.why) for step in derivation.steps]
    steps = table(rows, ("step", "statement", "rule", "why"))
    unchecked = "not checked; symkv.derivations.check(derivation) asks the judges"
    notes = [derivation.claim, *derivation.assume, unchecked]
    return card(f"{derivation.name}: {derivation.title}", steps, notes=notes)


def checked_latex(checked: Checked) -> str:
    """All its relations, limits as such."""
    return gathered([step.latex for step in checked.steps])


def _verdict(step: CheckedStep) -> str:
    return step.verdict + (f" ({', '.join(step.judges)})" if step.judges else "")


def _why(step: CheckedStep) -> str:
    return step.step.why + (f"; false at {step.counterexample}" if step.counterexample else "")


def checked_html(checked: Checked) -> str:
    """Every step with its verdict and judges, then the claims with theirs."""
    rows = [(one.step.id, one, _verdict(one), _why(one)) for one in checked.steps]
    parts = [table(rows, ("step", "statement", "verdict", "why"))]
    if checked.claims:
        claims = [
            (one.claim.printed, "open" if one.value is None else rational(one.value), one.verdict, one.claim.source)
            for one in checked.claims
        ]
        parts.append(table(claims, ("printed", "exact", "verdict", "source")))
    derivation = checked.derivation
    return card(f"{derivation.name}: {derivation.title}", *parts, notes=[derivation.claim])
