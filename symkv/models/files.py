"""Config files from disk, which may be anything: bounded, strict JSON, one-line errors that name the file."""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from symkv.errors import BadInput

MAX_BYTES = 5_000_000
MAX_DEPTH = 64
_BRACKETS = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[{]|[\]}]', re.DOTALL)


def read_config(path: Path) -> Mapping[str, Any]:
    """The object in a config.json, or in the one of a folder.

    Raises `BadInput` with the path for a missing file, a folder without a config.json, more than 5 MB, and for
    anything but one strict JSON object: no duplicate fields, no NaN, nested 64 deep at most.
    """
    try:
        if path.is_dir():
            path = path / "config.json"
            if not path.exists():
                raise BadInput("a model's folder must hold a config.json, this one has none; give the file itself")
        if not stat.S_ISREG(path.stat().st_mode):
            raise BadInput("a config must be a regular file, this is none; give a config.json")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except BadInput as problem:
        raise problem.at(str(path)) from None
    except FileNotFoundError:
        raise BadInput("a config must be an existing file or folder, this is none", where=str(path)) from None
    except (OSError, ValueError) as problem:  # ValueError: a null character in the name
        reason = getattr(problem, "strerror", None) or str(problem)
        raise BadInput(f"a config must be readable, got: {reason}", where=str(path)) from None
    try:
        return parse_config(data)
    except BadInput as problem:
        raise problem.at(str(path)) from None


def parse_config(data: bytes) -> Mapping[str, Any]:
    """The object that JSON text writes.

    >>> parse_config(b'{"a": 1, "a": 2}')
    Traceback (most recent call last):
        ...
    symkv.errors.BadInput: a field must be given once, 'a' came twice; drop one
    """
    if len(data) > MAX_BYTES:
        raise BadInput(f"a config may have {MAX_BYTES} bytes, this has more; give the config.json, not the weights")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise BadInput(f"a config must be UTF-8 text, byte {problem.start} is not; save it as UTF-8") from None
    if not text.strip():
        raise BadInput("a config must be a JSON object, this is empty; download it again")
    _check_depth(text)
    try:
        found = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except json.JSONDecodeError as problem:
        place = f"line {problem.lineno}, column {problem.colno}"
        raise BadInput(f"a config must be whole JSON, got: {problem.msg} at {place}; download it again") from None
    except (ValueError, RecursionError) as problem:  # an integer of more digits than Python reads
        raise BadInput(f"a config must be plain JSON, got: {str(problem)[:60]}") from None
    if not isinstance(found, dict):
        raise BadInput(f"a config must be a JSON object, got {type(found).__name__}; give the whole config.json")
    return found


def _check_depth(text: str) -> None:
    depth = 0
    for match in _BRACKETS.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(match[0], 0)
        if depth > MAX_DEPTH:
            raise BadInput(f"a config may nest {MAX_DEPTH} deep, this nests deeper; give a plain config.json")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise BadInput(f"a field must be given once, {name[:40]!a} came twice; drop one")
        found[name] = value
    return found


def _no_constant(name: str) -> NoReturn:
    raise BadInput(f"a config must hold plain numbers, got {name}; JSON has none of NaN and Infinity")
