"""Writing reports: never over a file that symkv did not write, whole or not at all, and a PDF where TeX is found."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from symkv.derivations import Checked
from symkv.errors import BadInput
from symkv.formula.latex import Product
from symkv.formula.notation import Notation
from symkv.output import HEADER, free_to_write, write_whole
from symkv.render.documents import Document, derivation_document
from symkv.render.pdf import Missing, compiled
from symkv.render.user_template import Template

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
KINDS = ("tex", "html", "pdf")  # written without --format
ALL_KINDS = ("tex", "html", "md", "pdf")


@dataclass(frozen=True)
class WrittenFile:
    """A file that was written: its path, its kind and its SHA-256."""

    path: Path
    kind: str
    sha256: str


@dataclass(frozen=True)
class Written:
    """What a report run wrote, and what it could not make."""

    files: tuple[WrittenFile, ...]
    missing: tuple[Missing, ...]


def parse_kinds(text: str) -> tuple[str, ...]:
    """The formats of a list with commas, each once; `BadInput` for an unknown one.

    >>> parse_kinds("md, html,md")
    ('md', 'html')
    """
    kinds = tuple(dict.fromkeys(entry.strip().lower() for entry in text.split(",")))
    for kind in kinds:
        if kind not in ALL_KINDS:
            raise BadInput(f"--format takes some of {','.join(ALL_KINDS)}, got {kind[:40]!r}; write --format md,html")
    return kinds


def write_report(
    checked: Checked,
    folder: Path,
    *,
    force: bool = False,
    product: Product = "thin",
    notation: Notation | None = None,
    kinds: Sequence[str] = KINDS,
) -> Written:
    """Write a derivation as .tex, .html and, where a TeX engine is found, .pdf, or in the formats that `kinds` names.

    Raises `Refuted` for a derivation that does not hold, `BadInput` for a folder that can't be written and for a file
    in the way that symkv did not write (unless `force`), `JudgesDisagree` for a relation that does not read back.
    """
    return write_document(derivation_document(checked, product=product, notation=notation), folder, kinds, force=force)


def write_document(
    document: Document,
    folder: Path,
    kinds: Sequence[str] = KINDS,
    *,
    force: bool = False,
    template: Template | None = None,
) -> Written:
    """Write a report in some formats, or by the user's own template, and the figures that a .tex needs beside it."""
    if not NAME.fullmatch(document.name):
        raise BadInput(f"a report's name must be lower-case letters, digits, - and _, got {document.name[:60]!r}")
    texts, missing = {}, list(document.missing)
    if template is not None and document.parts:
        raise BadInput("a template of your own lays out one report, not a collection; name a derivation of it")
    if template is not None:
        texts[template.kind] = template.render(document.values)
    else:
        wanted = dict.fromkeys("tex" if kind == "pdf" else kind for kind in kinds)
        texts = {kind: document.render(kind) for kind in wanted}
    kinds = [template.kind] if template is not None else kinds
    targets = {kind: folder / f"{document.name}.{kind}" for kind in kinds}
    beside = document.files if "tex" in targets else {}
    targets |= {name: folder / name for name in beside}
    for target in targets.values():
        _free(target, force=force)
    contents: dict[str, bytes] = {kind: text.encode() for kind, text in texts.items() if kind in targets}
    contents |= beside
    if "pdf" in targets:
        pdf, why = compiled(document.name, texts["tex"], document.files)
        missing += why
        contents |= {} if pdf is None else {"pdf": pdf + f"\n% {document.values['header']}\n".encode()}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        files = [
            _write(target, "figure" if kind in beside else kind, contents[kind])
            for kind, target in targets.items()
            if kind in contents
        ]
    except OSError as problem:
        raise BadInput(
            f"the folder must be writable, got {problem.strerror}; choose one with -o", where=str(folder)
        ) from None
    return Written(tuple(files), tuple(missing))


def _free(target: Path, *, force: bool) -> None:
    """Refuse a file that symkv did not write; a PDF has symkv's mark at its end, or inside where it is a figure."""
    marked = target.suffix == ".pdf" and target.is_file() and HEADER.encode() in target.read_bytes()
    free_to_write(target, force=force or marked)


def _write(target: Path, kind: str, data: bytes) -> WrittenFile:
    write_whole(target, data)
    return WrittenFile(target, kind, hashlib.sha256(data).hexdigest())
