"""JSON from files that may be anything: bounded, strict, one-line errors that name the file and the place."""

from __future__ import annotations

import codecs
import json
import os
import re
import stat
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from symkv.errors import BadInput

MAX_BYTES = 5_000_000
MAX_DEPTH = 64
_BRACKETS = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[{]|[\]}]', re.DOTALL)


def read_object(path: Path, what: str, *, infinite: bool = False) -> Mapping[str, Any]:
    """The object in a JSON file; `BadInput` with the path for a missing or unreadable one, or for `parse_object`'s."""
    try:
        found = os.stat(path)
        if not stat.S_ISREG(found.st_mode):
            raise BadInput(f"a {what} must be a regular file, this is none; give a .json file", where=str(path))
        known = 0 < found.st_size <= MAX_BYTES  # a buffer of the greatest size takes longer than a usual file
        with open(path, "rb", buffering=0 if known else -1) as file:
            data = file.read() if known else file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise BadInput(f"a {what} must be an existing file or folder, this is none", where=str(path)) from None
    except (OSError, ValueError) as problem:  # ValueError: a null character in the name
        reason = getattr(problem, "strerror", None) or str(problem)
        raise BadInput(f"a {what} must be readable, got: {reason}", where=str(path)) from None
    try:
        return parse_object(data, what, infinite=infinite)
    except BadInput as problem:
        raise problem.at(str(path)) from None


def parse_object(data: bytes, what: str, *, infinite: bool = False) -> Mapping[str, Any]:
    """The one object that JSON text writes: no duplicate fields, no NaN, at most 5 MB, nested 64 deep at most.

    `infinite` allows Infinity, which is no JSON and which released configs have as the bound of a time step.

    >>> parse_object(b'{"a": 1, "a": 2}', "config")
    Traceback (most recent call last):
        ...
    symkv.errors.BadInput: a field must be given once, 'a' came twice; drop one
    """
    if len(data) > MAX_BYTES:
        raise BadInput(f"a {what} may have {MAX_BYTES} bytes, this has more; give the {what} itself")
    try:
        text = data.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError as problem:
        raise BadInput(f"a {what} must be UTF-8 text, byte {problem.start} is not; save it as UTF-8") from None
    if not text.strip():
        raise BadInput(f"a {what} must be a JSON object, this is empty; make or download it again")
    if text.count("[") + text.count("{") > MAX_DEPTH:
        _check_depth(text, what)
    try:
        found = _decoder(what, infinite).decode(text)
    except json.JSONDecodeError as problem:
        place = f"line {problem.lineno}, column {problem.colno}"
        raise BadInput(
            f"a {what} must be whole JSON, got: {problem.msg} at {place}; make or download it again"
        ) from None
    except (ValueError, RecursionError) as problem:  # an integer of more digits than Python reads
        raise BadInput(f"a {what} must be plain JSON, got: {str(problem)[:60]}") from None
    if not isinstance(found, dict):
        raise BadInput(f"a {what} must be a JSON object, got {type(found).__name__}; give the whole {what}")
    return found


def _check_depth(text: str, what: str) -> None:
    depth = 0
    for match in _BRACKETS.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(match[0], 0)
        if depth > MAX_DEPTH:
            raise BadInput(f"a {what} may nest {MAX_DEPTH} deep, this nests deeper; give a plain one")


@cache
def _decoder(what: str, infinite: bool) -> json.JSONDecoder:
    return json.JSONDecoder(object_pairs_hook=_once, parse_constant=lambda name: _constant(name, what, infinite))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise BadInput(f"a field must be given once, {name[:40]!a} came twice; drop one")
            seen.add(name)
    return found


def _constant(name: str, what: str, infinite: bool) -> float:
    if infinite and name.endswith("Infinity"):
        return float(name)
    raise BadInput(f"a {what} must hold plain numbers, got {name}; JSON has none of NaN and Infinity")
