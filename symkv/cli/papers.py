"""The part of `symkv check` that is about papers in LaTeX, and what it writes for review tools."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from symkv.errors import BadInput
from symkv.output import write_text

if TYPE_CHECKING:
    from symkv.derivations import Checked
    from symkv.papers import CheckedPaper

SIDECAR = ".symkv.toml"


def split(paths: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """The papers among the paths of a command line, a sidecar standing for the paper beside it, and the rest."""
    papers: list[Path] = []
    rest: list[Path] = []
    for path in paths:
        if path.name.endswith(SIDECAR):
            paper = path.with_name(path.name.removesuffix(SIDECAR) + ".tex")
            if not os.path.isfile(paper):
                raise BadInput(f"a sidecar must stand beside its paper, {paper.name} is not there", where=str(path))
            papers.append(paper)
        else:
            (papers if path.suffix == ".tex" else rest).append(path)
    return list(dict.fromkeys(papers)), rest


def check_papers(paths: Sequence[Path], sidecar: Path | None) -> list[CheckedPaper]:
    """The papers judged; a section stands for its paper, and no file is checked twice."""
    from symkv.papers import judged_paper, read_paper, whole_paper

    read = []
    whole = (whole_paper(path) if sidecar is None else path for path in paths)
    for path in {os.path.realpath(path): path for path in whole}.values():
        try:
            read.append(read_paper(path, sidecar=sidecar))
        except BadInput as problem:
            raise problem.at(str(path)) if problem.where is None else problem from None
    taken = {os.path.realpath(Path(paper.path).parent / file) for paper in read for file in paper.files[1:]}
    return [judged_paper(paper) for paper in read if os.path.realpath(paper.path) not in taken]


def merged(result: dict[str, Any], lines: list[str], papers: list[CheckedPaper], *, require_all: bool) -> list[str]:
    """Add papers to the result of a check and give the lines: theirs, behind those of the derivations, if any."""
    from symkv.papers.telling import papers_result, papers_text

    result |= papers_result(papers)
    found = {result["exit_status"], *(paper.exit_status(require_all=require_all) for paper in papers)}
    result["exit_status"] = next(status for status in (1, 2, 3, 0) if status in found)
    return [*(lines if result["steps"] or result["claims"] else []), *papers_text(papers)]


def write_reviews(
    papers: Sequence[CheckedPaper],
    derivations: Sequence[tuple[Path, Sequence[Checked]]],
    *,
    sarif: Path | None,
    junit: Path | None,
    require_all: bool,
    force: bool,
) -> list[str]:
    """Write what was found as SARIF and JUnit, where asked for; the lines that say so."""
    from symkv.papers.outcomes import of_derivations, of_papers
    from symkv.papers.reports import junit as as_junit
    from symkv.papers.reports import sarif as as_sarif

    outcomes = [one for path, checked in derivations for one in of_derivations(path, checked)]
    outcomes += of_papers(papers, require_all=require_all)
    if sarif is not None:
        write_text(sarif, as_sarif(outcomes), mark='"name": "symkv"', force=force)
    if junit is not None:
        write_text(junit, as_junit(outcomes), mark='<testsuites name="symkv"', force=force)
    return [f"  wrote {path}" for path in (sarif, junit) if path is not None]
