"""The files of a paper: only plain files inside its folder, of bounded size, number and depth."""

from __future__ import annotations

import os
import stat
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from symkv.errors import BadInput

MAX_FILE, MAX_TOTAL, MAX_FILES, MAX_DEPTH = 2**22, 2**24, 200, 16  # bytes of one file and of all, files, nesting


@dataclass(frozen=True)
class Text:
    """One file of a paper: its path relative to the paper's folder, and its text with plain line ends."""

    file: str
    text: str

    @cached_property
    def _starts(self) -> list[int]:
        starts = [0]
        at = self.text.find("\n")
        while at >= 0:
            starts.append(at + 1)
            at = self.text.find("\n", at + 1)
        return starts

    def place(self, offset: int) -> tuple[int, int]:
        """The line and column of an offset, counted from 1."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def line_span(self, offset: int) -> tuple[int, int]:
        """Where the line of an offset starts and ends."""
        line = bisect_right(self._starts, offset)
        start = self._starts[line - 1]
        end = self._starts[line] - 1 if line < len(self._starts) else len(self.text)
        return start, end


class Folder:
    """The folder of a paper, from which files are read, each once and all within bounds."""

    def __init__(self, main: Path) -> None:
        if not os.path.lexists(main):
            raise BadInput("a paper must be a LaTeX file, there is none", where=str(main))
        self.root = main.parent.resolve()
        self.main = main.name
        self.total = 0
        self.seen: dict[Path, str] = {}

    def read_main(self) -> Text:
        """The paper's own file, which may itself be reached by a link."""
        try:
            path = (self.root / self.main).resolve()
        except (OSError, RuntimeError):
            raise BadInput("a paper must be a file, this is a link to itself", where=self.main) from None
        self.seen[path] = self.main
        return Text(self.main, self._read(path, self.main))

    def read(self, name: str) -> tuple[str, Text | None]:
        r"""The file that an \input names and its text, None where it has been read; `BadInput` says what is wrong."""
        path, shown = self._inside(name.strip())
        if path in self.seen:
            return self.seen[path], None
        if len(self.seen) >= MAX_FILES:
            raise BadInput(f"a paper may have {MAX_FILES} files, this is one more")
        self.seen[path] = shown
        return shown, Text(shown, self._read(path, shown))

    def _inside(self, name: str) -> tuple[Path, str]:
        plain = name.isprintable() and not set(name) & set('\\~|"$#%&{}*?<>:')
        parts = PurePosixPath(name).parts
        if not plain or not parts or name.startswith("/") or ".." in parts:
            raise BadInput(rf"\input must name a file inside the paper's folder, got {name[:60]!a}")
        for candidate in (name + ".tex", name):
            path = self.root / candidate
            try:
                found = path.exists() or path.is_symlink()
                real = path.resolve() if found else path
            except (OSError, RuntimeError, ValueError):
                raise BadInput(f"the file {name[:60]!a} can't be reached") from None
            if not found or path.is_dir():
                continue
            if not real.is_relative_to(self.root):
                raise BadInput(f"the file {candidate[:60]!a} leaves the paper's folder by a link")
            return real, PurePosixPath(candidate).as_posix()
        raise BadInput(f"the file {name[:60]!a} is not there")

    def _read(self, path: Path, shown: str) -> str:
        try:
            found = path.stat()
            if not stat.S_ISREG(found.st_mode):
                raise BadInput("a paper must be made of plain files, this is none", where=shown)
            with path.open("rb") as stream:
                data = stream.read(MAX_FILE + 1)
        except OSError as problem:
            raise BadInput(f"a paper's file must be readable, got {problem.strerror}", where=shown) from None
        self.total += len(data)
        if len(data) > MAX_FILE or self.total > MAX_TOTAL:
            raise BadInput(f"a paper's file may have {MAX_FILE} bytes and all together {MAX_TOTAL}", where=shown)
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("latin-1")  # older papers; a formula has no letters beyond ASCII in either
        return text.replace("\r\n", "\n").replace("\r", "\n")
