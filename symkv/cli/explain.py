"""explain: why a step, a claim or an equation is proved, refuted or left open."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from symkv.cli.app import Json, app, emit
from symkv.errors import BadInput

if TYPE_CHECKING:
    from symkv.derivations import Derivation
    from symkv.papers import Item

_STATUS = {"refuted": 1, "not read": 2, "differs": 1, "checked": 3, "unknown": 3, "timeout": 3}
FILES = (".py", ".json", ".toml", ".tex")

Reasons = tuple[dict[str, Any], list[str], int]  # the result, the lines for people, the exit status


@app.command()
def explain(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="A derivation, certificate, claims file or paper; or a shipped name.")
    ],
    step: Annotated[str, typer.Argument(metavar="STEP", help="A step or claim; a label or line of a paper.")],
    no_exec: Annotated[bool, typer.Option("--no-exec", help="Refuse Python files.")] = False,
    sidecar: Annotated[Path | None, typer.Option("--sidecar", help="The notation of a paper, in TOML.")] = None,
    as_json: Json = False,
) -> None:
    """Print why: the statement, what it uses, normal forms, conditions, judges, counterexample and likely mistake."""
    path = Path(file)
    if path.suffix == ".tex":
        result, lines, status = _of_paper(path, step, sidecar)
    elif sidecar is not None:
        raise BadInput("--sidecar is for papers, and none is given; write symkv explain paper.tex LABEL")
    else:
        result, lines, status = _of_derivation(_derivations(file, path, no_exec=no_exec), step)
    emit("explain", result, lines, as_json)
    raise typer.Exit(status)


def _derivations(file: str, path: Path, *, no_exec: bool) -> list[Derivation]:
    from symkv.derivations import load_any, named, shipped_derivations

    if path.suffix not in FILES:
        return [named(file)]
    if no_exec and path.suffix == ".py":
        raise BadInput(f"--no-exec refuses derivations that are Python files, {path} is; leave it out to trust it")
    if not path.exists() and path.stem in shipped_derivations() and path.suffix == ".py":
        raise BadInput(f"the file must exist, {path} does not; the shipped one is called {path.stem}")
    return load_any(path)


def _of_derivation(derivations: list[Derivation], wanted: str) -> Reasons:
    """The reasons for a step or a claim: STEP, or DERIVATION.STEP where a file has several."""
    from symkv.derivations.values import check_claim, claim_row
    from symkv.explaining import claim_hint, claim_lines, explain_step

    known: list[str] = []
    for derivation in derivations:
        own = [derivation.name + "."] if len(derivations) > 1 else ["", derivation.name + "."]
        for step in derivation.steps:
            if wanted in [before + step.id for before in own]:
                found = explain_step(derivation, step.id)
                return found.data, found.lines, _STATUS.get(found.checked.verdict, 0)
        for claim in derivation.claims:
            if wanted in [before + claim.id for before in own]:
                checked = check_claim(claim)
                data = claim_row(derivation.name, checked) | {"hint": claim_hint(checked) or None}
                return (
                    {"step": claim.id, "verdict": checked.verdict, "reasons": [data]},
                    claim_lines(checked, f"{derivation.name}, claim {claim.id}"),
                    0 if checked.expected else 1,
                )
        known += [own[0] + step.id for step in derivation.steps] + [own[0] + claim.id for claim in derivation.claims]
    raise BadInput(f"a step must be one of {_near(wanted, known)}, got {wanted[:40]!r}")


def _near(wanted: str, known: list[str]) -> str:
    """The names near one that is none, else the first ones."""
    near = difflib.get_close_matches(wanted, known, n=4, cutoff=0.5) if len(known) > 12 else []
    return ", ".join(near or known[:12]) + (", ..." if len(known) > 12 else "") or "none"


def _of_paper(path: Path, wanted: str, sidecar: Path | None) -> Reasons:
    """The reasons for the equations and numbers that have a label or stand in a line: LABEL, LINE or FILE:LINE."""
    from symkv.papers import judged, read_paper, whole_paper

    paper = read_paper(path if sidecar is not None else whole_paper(path), sidecar=sidecar)
    items = [item for item in paper.items if wanted in _names(item)]
    if not items:
        known = list(dict.fromkeys(item.label or str(item.place.line) for item in paper.items))
        raise BadInput(f"an equation must be one of {_near(wanted, known)}, got {wanted[:40]!r}", where=str(path))
    rows, lines, statuses = [], [], [0]
    for item in items:
        found = judged(item)
        reasons = _reasons(item)
        place = f"{found.file}:{found.line}:{found.column}"
        judges = f" ({', '.join(found.judges)})" if found.judges else ""
        lines.append(f"{place}, {item.label or found.kind}: {found.verdict}{judges}")
        lines += [f"  {found.annotation}"] if found.annotation else []
        alone = found.kind == "number" or not reasons
        told = (found.counterexample, found.detail) if alone else (found.detail,)
        lines += [f"  {text}" for text in told if text]
        if found.kind == "number":
            lines += [f"  {found.statement}", *_readings(item)]
        for reason in reasons if found.kind != "number" else ():
            lines += [f"  {line}" for line in reason.lines if not line.startswith("  hint: ")]
        lines += [f"  hint: {found.hint}"] if found.hint else []
        rows.append(found.row | {"reasons": [reason.data | {"hint": None} for reason in reasons]})
        statuses.append(_STATUS.get(found.verdict, 0))
    verdicts = dict.fromkeys(str(row["verdict"]) for row in rows)
    result = {"paper": str(path), "step": wanted, "verdict": ", ".join(verdicts), "reasons": rows}
    return result, lines, next(status for status in (1, 2, 3, 0) if status in statuses)


def _names(item: Item) -> set[str]:
    place = item.place
    return {item.label, str(place.line), f"line {place.line}", f"{place.file}:{place.line}", str(place)} - {""}


def _readings(item: Item) -> list[str]:
    """Each way to read a printed number, and the bounds within which the exact one would print so."""
    return [
        f"  {reading.words or 'as printed'}: {' and '.join(str(relation) for relation in reading.relations)}"
        for reading in item.readings
    ]


def _reasons(item: Item) -> list[Any]:
    from symkv.explaining import explained

    if item.problem or item.assumed:
        return []
    relations = [one.relation for one in item.statements]
    relations += [relation for reading in item.readings for relation in reading.relations]
    return [explained(relation, item.where, _domains(item, relation)) for relation in relations]


def _domains(item: Item, relation: Any) -> dict[str, Any]:
    from symkv.proof.judges import domains_for

    return domains_for((relation, *item.where), item.domains)
