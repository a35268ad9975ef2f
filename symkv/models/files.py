"""Reading config files and bundled records: bounded in size and depth, no duplicate keys, no NaN."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from symkv.errors import BadInput

MAX_BYTES, MAX_DEPTH = 5_000_000, 40
_BUNDLED = Path(__file__).parent / "bundled"


def read_json(path: Path) -> Mapping[str, Any]:
    """The object that a JSON file holds; `BadInput` with the path for anything else."""
    where = str(path)
    if path.is_dir():
        path = path / "config.json"
        if not path.is_file():
            raise BadInput("a model's folder must hold a config.json, this one has none", where=where)
        where = str(path)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise BadInput(f"a config must be at most {MAX_BYTES} bytes, this is larger", where=where)
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise BadInput("the file must exist, it does not; give a config.json or its folder", where=where) from None
    except (OSError, UnicodeDecodeError) as problem:
        raise BadInput(f"the file must be readable text, got {type(problem).__name__}", where=where) from None
    try:
        _bounded(text)
        found = json.loads(text, object_pairs_hook=_distinct, parse_constant=_no_constant)
    except BadInput as problem:
        raise problem.at(where) from None
    except (ValueError, RecursionError) as problem:
        shown = str(problem).splitlines()[0][:100] if text.strip() else "it is empty"
        raise BadInput(f"a config must be JSON, {shown}", where=where) from None
    if not isinstance(found, dict) or not found:
        raise BadInput("a config must be a JSON object with fields, this is none", where=where)
    return found


def _bounded(text: str) -> None:
    depth = deepest = 0
    for char in text:
        depth += (char in "[{") - (char in "]}")
        deepest = max(deepest, depth)
    if deepest > MAX_DEPTH:
        raise BadInput(f"a config may nest {MAX_DEPTH} deep, this nests {deepest}")


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise BadInput(f"a field must be given once, {twice[:60]!r} came twice")
    return found


def _no_constant(name: str) -> Any:
    raise BadInput(f"a config must hold finite numbers, got {name}")


@dataclass(frozen=True)
class Record:
    """A bundled model: its name and title, where its config was read and when, and the fields that matter."""

    name: str
    title: str
    family: str
    source: str
    date: str
    verified: bool
    config: Mapping[str, Any]


@cache
def bundled() -> tuple[Record, ...]:
    """Every bundled model, by name."""
    return tuple(
        Record(path.stem, **json.loads(path.read_text(encoding="utf-8"))) for path in sorted(_BUNDLED.glob("*.json"))
    )
