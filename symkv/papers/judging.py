"""What a paper states, put before the judges."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

from symkv.errors import BadInput
from symkv.formula import Relation
from symkv.papers.likely import number_mistake, other_quantity
from symkv.papers.model import CheckedEquation, CheckedPaper, Item, Paper, Statement, Verdict
from symkv.papers.reading import read_paper
from symkv.proof.dimensions import check_units
from symkv.proof.domains import Domain
from symkv.proof.hints import likely_mistake
from symkv.proof.judges import Judgement, judge, settled
from symkv.symbols import find
from symkv.units import decimal, human_bytes, rational

_WORST: tuple[Verdict, ...] = ("refuted", "timeout", "unknown", "checked", "proved")
_Domains = tuple[tuple[str, Domain], ...]


def check_paper(path: Path | str, *, sidecar: Path | str | None = None) -> CheckedPaper:
    """Every annotated equation and number of a paper with its verdict, and how much of the paper they cover.

    `sidecar` is the TOML file with the author's letters; without it NAME.symkv.toml beside the paper, or symkv.toml
    in its folder or above. Raises `BadInput` for a paper or sidecar that can't be read at all.
    """
    return judged_paper(read_paper(path, sidecar=sidecar))


def judged_paper(paper: Paper) -> CheckedPaper:
    """A paper that was read, with the verdict on each of its items."""
    return CheckedPaper(paper.path, paper.files, tuple(map(judged, paper.items)), paper.coverage)


def judged(item: Item) -> CheckedEquation:
    """An item put before the judges; what was not read stays so, with the reason."""
    if item.problem:
        return _told(item, "not read", detail=item.problem)
    try:
        return _number(item) if item.kind == "number" else _equation(item)
    except BadInput as problem:
        return _told(item, "not read", detail=problem.message)


def _told(
    item: Item,
    verdict: Verdict,
    *,
    found: Judgement | None = None,
    statement: str = "",
    counterexample: str = "",
    hint: str = "",
    detail: str = "",
) -> CheckedEquation:
    place = item.place
    judges = found.judges if found else ()
    conditions = found.conditions if found else ()
    return CheckedEquation(
        item.kind, place.file, place.line, place.column, item.label, statement, verdict, judges, conditions,
        counterexample, hint, detail, item.annotation,
    )  # fmt: skip


@lru_cache(maxsize=4096)
def _asked(statement: str, where: tuple[str, ...], domains: _Domains) -> Judgement:
    """The judgement on a relation, remembered: a paper states many things twice."""
    return settled(judge(Relation.parse(statement), [Relation.parse(one) for one in where], declared=dict(domains)))


def _ask(relation: Relation, where: Iterable[Relation] = (), domains: _Domains = ()) -> Judgement:
    return _asked(relation.text, tuple(one.text for one in where), domains)


# -- equations ---------------------------------------------------------------------------------------------------------


def _equation(item: Item) -> CheckedEquation:
    texts = [statement.relation.text for statement in item.statements]
    if item.assumed:
        return _told(item, "assumed", statement="; ".join(texts))
    domains = tuple(sorted(item.domains.items()))
    found = [_ask(statement.relation, item.where, domains) for statement in item.statements]
    decisive = min(range(len(found)), key=lambda at: _WORST.index(found[at].verdict))
    judgement, statement = found[decisive], item.statements[decisive]
    if judgement.verdict != "proved":
        return _failed(item, statement, judgement)
    judges = tuple(name for name in judgement.judges if all(name in other.judges for other in found))
    conditions = tuple(dict.fromkeys(condition for other in found for condition in other.conditions))
    told = Judgement("proved", judges or judgement.judges, conditions)
    return _told(item, "proved", found=told, statement="; ".join(texts), detail=_units(item))


def _failed(item: Item, statement: Statement, judgement: Judgement) -> CheckedEquation:
    hint = _hint(item, statement.relation) if judgement.verdict == "refuted" else ""
    moved = Item(item.kind, statement.place, item.label, item.annotation)
    return _told(
        moved, judgement.verdict, found=judgement, statement=statement.relation.text, hint=hint,
        detail=judgement.detail, counterexample=str(judgement.counterexample) if judgement.counterexample else "",
    )  # fmt: skip


def _hint(item: Item, relation: Relation) -> str:
    if not item.target:
        return likely_mistake(relation, item.where, item.domains)
    if other := other_quantity(item.target, relation.lhs, item.where, item.domains):
        return other
    said = likely_mistake(relation, item.where, item.domains, suspect="left")
    return said.replace("the left side", "the paper's formula").replace("the right side", "the target")


def _units(item: Item) -> str:
    """What is to be said of the units of what is proved: a note, no verdict, as a paper's counts have none."""
    if not item.units:
        return ""
    units = {name: unit for name in item.domains if (unit := item.units.get(name) or _unit(name))}
    try:
        for statement in item.statements:
            check_units(statement.relation, where=item.where, units=units)
    except BadInput as problem:
        return f"units: {problem.message}"
    return ""


def _unit(name: str) -> str:
    symbol = find(name)
    return symbol.dimension if symbol else ""


# -- numbers -----------------------------------------------------------------------------------------------------------


def _number(item: Item) -> CheckedEquation:
    assert item.printed is not None
    assert item.value is not None
    exact = Fraction(item.value.formula.evaluate({}))
    notes = "; ".join(item.notes)
    statement = f"{item.value.formula.text} = {item.printed.text}"
    verdicts: list[Judgement] = []
    for reading in sorted(item.readings, key=lambda reading: not reading.exact):
        asked = [_ask(relation) for relation in reading.relations]
        found = min(asked, key=lambda judgement: _WORST.index(judgement.verdict))
        if found.verdict == "proved":
            told = "matches" if reading.exact else f"rounds: exactly {_amount(item, exact)}"
            detail = "; ".join(part for part in (told, reading.words, notes) if part)
            return _told(item, "proved", found=found, statement=statement, detail=detail)
        verdicts.append(found)
    found = max(verdicts, key=lambda judgement: _WORST.index(judgement.verdict))
    if found.verdict != "refuted":
        return _told(item, found.verdict, found=found, statement=statement, detail=found.detail)
    ratio = item.printed.value * item.printed.scales()[0].factor / exact if exact else None
    counterexample = f"printed {_shown(item.printed.text)}, exactly {_amount(item, exact)}"
    apart = f"printed/exact = {decimal(ratio, 4)}" if ratio is not None else ""
    detail = "; ".join(part for part in (apart, notes) if part)
    hint = number_mistake(item.printed, exact, item.value)
    return _told(
        item, "refuted", found=found, statement=statement, counterexample=counterexample, hint=hint, detail=detail
    )


def _amount(item: Item, exact: Fraction) -> str:
    assert item.printed is not None
    if item.printed.in_bytes or (item.value is not None and item.value.in_bytes):
        return human_bytes(exact) if exact.denominator == 1 else f"{rational(exact)} B (about {decimal(exact, 3)} B)"
    return str(rational(exact)) if exact.denominator == 1 else f"{rational(exact)} (about {decimal(exact, 4)})"


def _shown(text: str) -> str:
    return re.sub(r"[~$]|\\[,;: ]", " ", text).replace("{,}", ",").replace("\\times", "x").replace("  ", " ").strip()
