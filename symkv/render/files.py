"""Writing reports: never over a file that symkv did not write, whole or not at all, and a PDF where TeX is found."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from symkv.derivations import Checked
from symkv.errors import BadInput
from symkv.formula.latex import Product
from symkv.formula.notation import Notation
from symkv.output import free_to_write, write_whole
from symkv.render.documents import render_html, render_latex

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
TEX_SECONDS = 120
ENGINES: dict[str, tuple[str, ...]] = {  # in the order of preference; none may run commands of the document
    "latexmk": ("-pdf", "-interaction=nonstopmode", "-halt-on-error", "-pdflatex=pdflatex -no-shell-escape %O %S"),
    "pdflatex": ("-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error"),
    "lualatex": ("-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error"),
    "xelatex": ("-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error"),
    "tectonic": ("--untrusted",),
}


@dataclass(frozen=True)
class WrittenFile:
    """A file that was written: its path, its kind and its SHA-256."""

    path: Path
    kind: str
    sha256: str


@dataclass(frozen=True)
class Missing:
    """A file that could not be made: why, and the command that would make it."""

    what: str
    why: str
    command: str


@dataclass(frozen=True)
class Written:
    """What a report run wrote, and what it could not make."""

    files: tuple[WrittenFile, ...]
    missing: tuple[Missing, ...]


def write_report(
    checked: Checked,
    folder: Path,
    *,
    force: bool = False,
    product: Product = "thin",
    notation: Notation | None = None,
) -> Written:
    """Write a derivation as .tex, .html and, where a TeX engine is found, .pdf.

    Raises `Refuted` for a derivation that does not hold, `BadInput` for a folder that can't be written and for a file
    in the way that symkv did not write (unless `force`), `JudgesDisagree` for a relation that does not read back.
    """
    name = checked.derivation.name
    if not NAME.fullmatch(name):
        raise BadInput(f"a report's name must be lower-case letters, digits, - and _, got {name[:60]!r}")
    source = render_latex(checked, product=product, notation=notation)
    page = render_html(checked, product=product, notation=notation)
    targets = {kind: folder / f"{name}.{kind}" for kind in ("tex", "html", "pdf")}
    for kind, target in targets.items():  # a PDF is ours when the .tex beside it is
        free_to_write(target, marked=targets["tex"] if kind == "pdf" else None, force=force)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        files = [_write(targets["tex"], source.encode()), _write(targets["html"], page.encode())]
        pdf, missing = _pdf(name, source)
        if pdf is not None:
            files.append(_write(targets["pdf"], pdf))
    except OSError as problem:
        raise BadInput(
            f"the folder must be writable, got {problem.strerror}; choose one with -o", where=str(folder)
        ) from None
    return Written(tuple(files), tuple(missing))


def _write(target: Path, data: bytes) -> WrittenFile:
    write_whole(target, data)
    return WrittenFile(target, target.suffix.removeprefix("."), hashlib.sha256(data).hexdigest())


def _pdf(name: str, source: str) -> tuple[bytes | None, list[Missing]]:
    """The PDF by the first engine found, or why there is none."""
    command = f"latexmk -pdf {name}.tex"
    engine = next((program for program in ENGINES if shutil.which(program)), None)
    if engine is None:
        return None, [Missing("PDF", "no TeX engine was found", f"with TeX Live installed: {command}")]
    with tempfile.TemporaryDirectory() as scratch:
        (Path(scratch) / f"{name}.tex").write_text(source, encoding="utf-8")
        epoch = {"SOURCE_DATE_EPOCH": "0", "FORCE_SOURCE_DATE": "1"}
        environment = {**os.environ, **epoch, "openin_any": "p", "openout_any": "p"}
        arguments = [engine, *ENGINES[engine], f"{name}.tex"]
        for _ in range(1 if engine in ("latexmk", "tectonic") else 2):  # a second run settles the references
            try:
                done = subprocess.run(
                    arguments, cwd=scratch, env=environment, capture_output=True, timeout=TEX_SECONDS, check=False
                )
            except subprocess.TimeoutExpired:
                return None, [Missing("PDF", f"{engine} took more than {TEX_SECONDS} s", command)]
            if done.returncode:
                return None, [Missing("PDF", _complaint(done.stdout.decode(errors="replace"), engine), command)]
        return (Path(scratch) / f"{name}.pdf").read_bytes(), []


def _complaint(log: str, engine: str) -> str:
    """TeX's first error with the line that caused it."""
    lines = log.splitlines()
    for index, line in enumerate(lines):
        if line.startswith("!"):
            cause = next((later for later in lines[index:] if later.startswith("l.")), "")
            return f"{engine} stopped: {line} {cause}".strip()
    return f"{engine} stopped without a message"
