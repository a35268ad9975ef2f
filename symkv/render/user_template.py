"""A user's own template: it runs in a process of its own, sandboxed, with limits on time, memory and output."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import symkv
from symkv.errors import BadInput
from symkv.output import HEADER
from symkv.render.formats import FORMATS, format_named
from symkv.render.values import packed

MAX_TEMPLATE = 2**18  # bytes
MAX_OUTPUT = 2**23  # characters
SECONDS, MEMORY = 10, 2**30
STARTING = 20  # seconds for the process to come up on a busy machine
_ENDING = re.compile(r"\.(\w+)\.(?:j2|jinja|jinja2)$")


@dataclass(frozen=True)
class Template:
    """A template as text, the format that its name says, and where it came from."""

    text: str
    kind: str
    where: str

    @staticmethod
    def load(path: Path) -> Template:
        """The template of a file named like `mine.html.j2`; `BadInput` for one that can't be read or is too long."""
        found = _ENDING.search(path.name)
        if found is None or found[1] not in FORMATS:
            endings = ", ".join(f".{kind}.j2" for kind in FORMATS)
            raise BadInput(f"a template's name must end with one of {endings}, which says the format", where=str(path))
        try:
            with open(path, "rb") as file:
                data = file.read(MAX_TEMPLATE + 1)
            text = data.decode("utf-8")
        except OSError as problem:
            raise BadInput(
                f"a template must be a file that can be read, got {problem.strerror}", where=str(path)
            ) from None
        except UnicodeDecodeError:
            raise BadInput("a template must be UTF-8 text", where=str(path)) from None
        if len(data) > MAX_TEMPLATE:
            raise BadInput(f"a template may have {MAX_TEMPLATE} bytes, this one has more", where=str(path))
        return Template(text, found[1], str(path))

    def render(self, values: Mapping[str, Any]) -> str:
        """What the template makes of the values, with symkv's mark; `BadInput` with its line for what goes wrong."""
        reply = _asked({"template": self.text, "kind": self.kind, "values": packed(values), "most": MAX_OUTPUT})
        if "problem" in reply:
            line = f", line {reply['line']}" if reply.get("line") else ""
            raise BadInput(f"the template failed: {reply['problem']}", where=f"{self.where}{line}")
        return _marked(reply["text"], self.kind, str(values["header"]))


def _asked(request: Mapping[str, Any]) -> dict[str, Any]:
    path = [entry for entry in sys.path if os.path.isabs(entry)]
    setting = {"path": [str(Path(symkv.__file__).resolve().parent.parent), *path], "seconds": SECONDS, "memory": MEMORY}
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON") or k == "PYTHONHOME"}
    worker = Path(__file__).with_name("template_worker.py")
    command = [sys.executable, "-P", "-X", "utf8", str(worker), json.dumps(setting)]
    try:
        done = subprocess.run(
            command,
            input=json.dumps(request).encode(),
            capture_output=True,
            env={**kept, "PYTHONHASHSEED": "0"},
            timeout=SECONDS + STARTING,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"problem": f"it took more than {SECONDS} s; write fewer or shorter loops"}
    try:
        reply: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        return {"problem": f"it took more than {SECONDS} s or {MEMORY // 2**20} MiB; write fewer or shorter loops"}
    return reply


def _marked(text: str, kind: str, header: str) -> str:
    """The text with symkv's mark in its first lines, by which it may be written over later."""
    if HEADER in text[:400]:
        return text
    comment = format_named(kind).comment.format(header)
    first = re.match(r"\s*<!doctype html>[^\S\n]*\n?", text, re.IGNORECASE) if kind == "html" else None
    return f"{first[0].rstrip()}\n{comment}\n{text[first.end() :]}" if first else f"{comment}\n{text}"
