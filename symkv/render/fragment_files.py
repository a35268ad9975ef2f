"""Fragments in a folder: written whole, files of earlier runs removed, and checked for what has changed since."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from symkv.errors import BadInput
from symkv.output import HEADER, free_to_write, write_whole
from symkv.render.files import WrittenFile
from symkv.render.fragments import MARK, Fragments

_OURS = re.compile(rf"% {HEADER} \S+, {MARK}, input sha256 [0-9a-f]{{64}}\n".encode())
_MACRO = re.compile(r"^\\kvdefine\{(\w+)\}\{([^}]*)\}\{(.*)\}%$", re.MULTILINE)
_NAME = re.compile(r"[a-z0-9-]{1,180}\.(?:tex|bib)")
MAX_BYTES = 2**24


@dataclass(frozen=True)
class Stale:
    """A file that is not what would be written now: which, of a macro which key, and why."""

    file: str
    key: str
    why: str

    def __str__(self) -> str:
        return f"{self.file}{self.key and f', {self.key}'}: {self.why}"


def write_fragments(found: Fragments, folder: Path, *, force: bool = False) -> tuple[list[WrittenFile], list[str]]:
    """Write the fragments, and remove those that an earlier run wrote and this one doesn't: files, and names removed.

    Raises `BadInput` for a folder that can't be written and for a file in the way that symkv did not write, unless
    `force`; nothing is written then.
    """
    for name in found.files:
        if not _NAME.fullmatch(name):
            raise BadInput(f"a fragment's name must be letters, digits and hyphens, got {name[:60]!r}; rename the step")
        free_to_write(folder / name, force=force)
    old = [path for path in _ours(folder) if path.name not in found.files]
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in found.files.items():
            write_whole(folder / name, text.encode())
            digest = hashlib.sha256(text.encode()).hexdigest()
            written.append(WrittenFile(folder / name, (folder / name).suffix.removeprefix("."), digest))
        for path in old:
            path.unlink()
    except OSError as problem:
        raise BadInput(
            f"the folder must be writable, got {problem.strerror}; choose one with -o", where=str(folder)
        ) from None
    return written, [path.name for path in old]


def stale(found: Fragments, folder: Path) -> list[Stale]:
    """What in a folder is not what would be written now: files and, of the macros, the keys."""
    if not folder.is_dir():
        raise BadInput(
            "the folder must hold the fragments to be checked; write them without --check", where=str(folder)
        )
    problems: list[Stale] = []
    for name, text in found.files.items():
        there = _text(folder / name)
        if there is None:
            problems.append(Stale(name, "", "is missing"))
        elif there != text:
            problems += _differences(name, there, text)
    return problems + [
        Stale(path.name, "", "is left over from an earlier run; nothing would write it now")
        for path in _ours(folder)
        if path.name not in found.files
    ]


def _differences(name: str, there: str, text: str) -> Iterator[Stale]:
    """What differs in one file: the keys of macros, the first line of any other, or its header alone."""
    (_, _, old), (header, _, new) = there.partition("\n"), text.partition("\n")
    if old == new:
        yield Stale(name, "", f"was written by another version or from another input, now {header.lstrip('% ')}")
        return
    macros, now = ({(kind, key): value for kind, key, value in _MACRO.findall(body)} for body in (old, new))
    for kind, key in dict.fromkeys((*now, *macros)):
        before, after = macros.get((kind, key)), now.get((kind, key))
        if before != after:
            shown = "no longer there" if after is None else f"now {after}"
            yield Stale(name, rf"\kv{kind}{{{key}}}", f"{'missing' if before is None else before}, {shown}")
    if macros == now:
        lines = list(zip(old.split("\n"), new.split("\n"), strict=False))
        at = next((n for n, (one, other) in enumerate(lines, 2) if one != other), len(lines) + 1)
        yield Stale(name, "", f"line {at} is not what would be written now")


def _ours(folder: Path) -> list[Path]:
    """The fragments in a folder that symkv wrote, by their first line."""
    if not folder.is_dir():
        return []
    return [
        path
        for path in sorted(folder.iterdir())
        if _NAME.fullmatch(path.name) and path.is_file() and not path.is_symlink() and _OURS.match(_head(path))
    ]


def _head(path: Path) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(200)
    except OSError:
        return b""


def _text(path: Path) -> str | None:
    """The text of a file, None where there is none that can be read."""
    try:
        with open(path, "rb") as file:
            return file.read(MAX_BYTES).decode(errors="replace")
    except OSError:
        return None
