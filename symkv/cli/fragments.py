"""report --fragments: pieces of LaTeX for a paper, and the check that they are what would be written now."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from symkv.cli.app import emit
from symkv.cli.report_documents import Asked, derivations_of, model_stack

if TYPE_CHECKING:
    from symkv.derivations import Checked

FOLDER = "symkv-fragments"


def fragments(
    asked: Asked, out: Path | None, *, packages: str, column: int, check: bool, force: bool, as_json: bool
) -> int:
    """Write the fragments, or with `check` compare them with what is there: exit status 1 where something is stale."""
    from symkv.render.fragment_files import stale, write_fragments
    from symkv.render.fragments import Settings
    from symkv.render.fragments import fragments as made

    names = tuple(dict.fromkeys(name.strip() for name in packages.split(",") if name.strip()))
    settings = Settings(column=column, packages=names, **asked.style)
    checked = list(_checked(asked))
    found = made(checked, settings)
    folder = out or Path(FOLDER)
    counts = {kind: sum(entry.kind == kind for entry in found.entries) for kind in ("num", "eq", "sym")}
    result: dict[str, Any] = {"folder": str(folder), "keys": counts, "wide": list(found.wide)}
    if check:
        problems = stale(found, folder)
        result["stale"] = [{"file": one.file, "key": one.key or None, "why": one.why} for one in problems]
        lines = [f"  stale: {one}" for one in problems]
        lines.append(f"{folder}: {len(problems)} stale" if problems else f"{folder}: as they would be written now")
        emit("report", result, lines, as_json)
        return 1 if problems else 0
    written, removed = write_fragments(found, folder, force=force)
    result["files"] = [{"path": str(f.path), "kind": f.kind, "sha256": f.sha256} for f in written]
    result["removed"] = removed
    emit("report", result, _lines(checked, folder, result), as_json)
    return 0


def _lines(checked: Sequence[Checked], folder: Path, result: dict[str, Any]) -> list[str]:
    counts = result["keys"]
    lines = [one.derivation.title for one in checked]
    lines += [
        f"  wrote {len(result['files'])} files to {folder}: {counts['num']} numbers and results, "
        f"{counts['eq']} equations, {counts['sym']} letters",
        f"  symkv-index.tex lists them; \\input{{{folder.name}/symkv-macros}} in the preamble",
    ]
    lines += [f"  removed {name}, which an earlier run wrote" for name in result["removed"]]
    return lines + [f"  wider than the column: {name}" for name in result["wide"]]


def _checked(asked: Asked) -> Sequence[Checked]:
    """The checked derivations of what is named: of a model or a variant, that from its cached tensors."""
    from symkv.derivations import check
    from symkv.errors import BadInput
    from symkv.render.model_report import stack_checked

    if asked.compare or asked.target is not None:
        raise BadInput("fragments are of derivations, models, variants and stacks; leave out --compare and --target")
    checked: list[Checked] = []
    for what in asked.what or ["two_kilobytes"]:
        derivations = derivations_of(what)
        if derivations is None:
            checked.append(stack_checked(model_stack(what, asked)[0]))
        else:
            checked += [check(one).require() for one in derivations]
    return checked
