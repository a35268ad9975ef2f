"""The results of papers as a table for the terminal and as plain data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from symkv.papers.model import VERDICTS, CheckedEquation, CheckedPaper

MOST_PLACES = 20


def papers_text(papers: Sequence[CheckedPaper]) -> list[str]:
    """The lines of `symkv check` for papers: each equation with its place, and what is wrong with it."""
    return [line for paper in papers for line in _paper(paper)]


def _paper(paper: CheckedPaper) -> list[str]:
    folder = Path(paper.path).parent
    rows = [(_place(folder, one), _verdict(one), one.label or "-", one.annotation) for one in paper.equations]
    widths = [max((len(row[at]) for row in rows), default=0) for at in range(3)]
    lines = [f"{paper.path}: {len(paper.equations)} equations and numbers"]
    for row, one in zip(rows, paper.equations, strict=True):
        cells = [cell.ljust(width) for cell, width in zip(row[:3], widths, strict=True)]
        lines.append("  " + "  ".join([*cells, row[3]]).rstrip())
        lines += [f"      {line}" for line in _reasons(one)]
    counts = ", ".join(f"{count} {verdict}" for verdict, count in paper.counts.items()) or "nothing annotated"
    return [*lines, *_coverage(folder, paper), f"equations and numbers: {counts}"]


def _place(folder: Path, one: CheckedEquation) -> str:
    return f"{folder / one.file}:{one.line}:{one.column}"


def _verdict(one: CheckedEquation) -> str:
    return f"{one.verdict} ({', '.join(one.judges)})" if one.judges else one.verdict


def _reasons(one: CheckedEquation) -> list[str]:
    """What explains a verdict; of what is proved, only under which conditions and with which rounding."""
    under = [f"where {', '.join(one.conditions)}"] if one.conditions else []
    if one.verdict in ("proved", "assumed"):
        return [*under, *([one.detail] if one.detail else [])]
    false = f"{'' if one.kind == 'number' else 'false at '}{one.counterexample}" if one.counterexample else ""
    return [part for part in (one.statement, false, one.hint, *under, one.detail) if part]


def _coverage(folder: Path, paper: CheckedPaper) -> list[str]:
    found = paper.coverage
    line = f"display equations: {found.displays}, {found.annotated} tied"
    line += f", {found.skipped} skipped" if found.skipped else ""
    if found.open:
        places = ", ".join(f"{folder / place.file}:{place.line}" for place in found.open[:MOST_PLACES])
        more = ", ..." if len(found.open) > MOST_PLACES else ""
        line += f", {len(found.open)} with declared symbols are not: {places}{more}"
    return [line]


def papers_result(papers: Sequence[CheckedPaper]) -> dict[str, Any]:
    """The `equations`, their counts and the `coverage` of `symkv check` as plain data; files as they were given."""
    equations, places = [], []
    for paper in papers:
        folder = Path(paper.path).parent
        equations += [{**one.row, "file": str(folder / one.file), "paper": paper.path} for one in paper.equations]
        places += [{**place, "file": str(folder / place["file"])} for place in paper.coverage.row["places"]]
    coverage = {
        name: sum(getattr(paper.coverage, name) for paper in papers) for name in ("displays", "annotated", "skipped")
    }
    counts = Counter(row["verdict"] for row in equations)
    return {
        "equations": equations,
        "equation_counts": {verdict: counts[verdict] for verdict in VERDICTS},
        "coverage": {**coverage, "unannotated": len(places), "places": places},
    }
