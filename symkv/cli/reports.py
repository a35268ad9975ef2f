"""report: what has been proved, as documents."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from symkv.cli.app import Json, app, emit

Force = Annotated[bool, typer.Option("--force", help="Overwrite files that symkv did not write.")]


@app.command()
def report(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="Derivations; two_kilobytes without.")
    ] = None,
    out: Annotated[Path, typer.Option("-o", "--out", help="The folder to write to.")] = Path("symkv-report"),
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Check a derivation and write it as LaTeX, HTML and, where a TeX engine is found, PDF."""
    from symkv.derivations import check as check_one
    from symkv.derivations import named
    from symkv.render import write_report
    from symkv.terminal import report_text

    checked = [check_one(named(name)).require() for name in names or ["two_kilobytes"]]
    written = [write_report(one, out, force=force) for one in checked]
    files = [file for one in written for file in one.files]
    missing = [entry for one in written for entry in one.missing]
    result = {
        "files": [{"path": str(f.path), "kind": f.kind, "sha256": f.sha256} for f in files],
        "missing": [{"what": m.what, "why": m.why, "command": m.command} for m in missing],
    }
    emit("report", result, report_text(checked, result), as_json)
