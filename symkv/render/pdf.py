"""A PDF by the first TeX engine that is found: no command of the document is run, time is limited, errors are shown."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

TEX_SECONDS = 120
ENGINES: dict[str, tuple[str, ...]] = {  # in the order of preference; none may run commands of the document
    "latexmk": (
        "-norc",
        "-pdf",
        "-interaction=nonstopmode",
        "-halt-on-error",
        "-pdflatex=pdflatex -no-shell-escape -file-line-error %O %S",
    ),
    "tectonic": ("--untrusted",),
    "pdflatex": ("-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", "-file-line-error"),
    "lualatex": ("-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", "-file-line-error"),
    "xelatex": ("-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", "-file-line-error"),
}
_ERROR = re.compile(r"^(?:!|(?:\./)?[^:\s]+\.tex:(?P<line>\d+):) ?(?P<what>.+)$")


@dataclass(frozen=True)
class Missing:
    """A file that could not be made: why, and the command that would make it."""

    what: str
    why: str
    command: str


def compiled(
    name: str, source: str, files: Mapping[str, bytes] = MappingProxyType({})
) -> tuple[bytes | None, list[Missing]]:
    """The PDF of a LaTeX source, or why there is none; the date in it is SOURCE_DATE_EPOCH, or none."""
    command = f"latexmk -pdf {name}.tex"
    engine = next((program for program in ENGINES if shutil.which(program)), None)
    if engine is None:
        return None, [Missing("PDF", "no TeX engine was found", f"with TeX Live installed: {command}")]
    with tempfile.TemporaryDirectory() as scratch:
        (Path(scratch) / f"{name}.tex").write_text(source, encoding="utf-8")
        for file, data in files.items():
            (Path(scratch) / file).write_bytes(data)
        epoch = {"SOURCE_DATE_EPOCH": os.environ.get("SOURCE_DATE_EPOCH", "0"), "FORCE_SOURCE_DATE": "1"}
        environment = {**os.environ, **epoch, "openin_any": "p", "openout_any": "p", "max_print_line": "1000"}
        arguments = [engine, *ENGINES[engine], f"{name}.tex"]
        for _ in range(1 if engine in ("latexmk", "tectonic") else 2):  # a second run settles the references
            try:
                status, log = _run(arguments, scratch, environment)
            except subprocess.TimeoutExpired:
                return None, [Missing("PDF", f"{engine} took more than {TEX_SECONDS} s", command)]
            if status:
                return None, [Missing("PDF", complaint(log, engine, source), command)]
        return (Path(scratch) / f"{name}.pdf").read_bytes(), []


def _run(arguments: list[str], folder: str, environment: dict[str, str]) -> tuple[int, str]:
    """A program in a session of its own, which ends with all that it started when its time is over."""
    with subprocess.Popen(
        arguments,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    ) as process:
        try:
            log, _ = process.communicate(timeout=TEX_SECONDS)
        except BaseException:  # out of time, or interrupted: nothing of it stays behind
            if hasattr(os, "killpg"):
                os.killpg(process.pid, signal.SIGKILL)
            process.kill()
            process.wait()
            raise
    return process.returncode, log.decode(errors="replace")


def complaint(log: str, engine: str, source: str = "") -> str:
    """TeX's first error with the line that caused it."""
    lines = log.splitlines()
    for index, line in enumerate(lines):
        if (found := _ERROR.match(line)) is None or found["what"].startswith(" ==>"):
            continue
        told = next((m for later in lines[index:] if (m := re.match(r"l\.(\d+) ?(.*)", later))), None)
        number = int(found["line"] or (told[1] if told else 0))
        rows = source.splitlines()
        shown = rows[number - 1].strip()[:160] if 0 < number <= len(rows) else told[2] if told else ""
        place = f" in line {number}: {shown}" if number else ""
        return f"{engine} stopped: {found['what'].rstrip('.').strip()}{place}"
    return f"{engine} stopped without a message"
