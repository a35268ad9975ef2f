"""Models and whatever else a command takes as WHAT: a config file, a bundled model, a variant, a written stack."""

from __future__ import annotations

import difflib
import os
from pathlib import Path

from symkv.caches import Stack
from symkv.errors import BadInput
from symkv.models.config import from_config
from symkv.models.files import Record, bundled, read_json
from symkv.models.stacktext import parse_stack
from symkv.variants import catalogue, variant

__all__ = ["Record", "bundled", "from_config", "resolve"]


def resolve(what: str) -> Stack:
    """The stack of a config.json or its folder, a bundled model, a variant, or a stack written as text.

    Raises `BadInput` with near names for anything else.

    >>> resolve("2*gqa(n_kv_heads=8,d_head=128)").parts[0].variant.name
    'gqa'
    """
    if what in catalogue():
        return Stack.of(variant(what))
    for record in bundled():
        if record.name == what:
            return from_config(record.config, name=record.name, source=f"{record.source}, {record.date}")
    if "(" in what or "*" in what:
        return parse_stack(what)
    path = Path(what)
    if what.endswith(".json") or os.sep in what or path.is_dir():
        config = read_json(path)
        try:
            return from_config(config, name=path.name if path.suffix != ".json" else what, source=what)
        except BadInput as problem:
            raise problem.at(what) from None
    names = [*catalogue(), *(record.name for record in bundled())]
    near = difflib.get_close_matches(what, names, n=3, cutoff=0.4) or ["gqa", "mla", "llama-3.1-8b"]
    raise BadInput(
        f"WHAT must be a config.json, its folder, a bundled model, a variant or a stack, {what[:40]!r} is none; "
        f"try {', '.join(near)}, or symkv list"
    )
