"""Models: a config.json, a bundled record, a variant or a written stack, all as one `Stack` of layers."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from symkv.caches import Stack
from symkv.errors import BadInput, alike
from symkv.models.config import from_config
from symkv.models.files import read_config
from symkv.models.records import Record, bundled, names, record
from symkv.models.stack_text import read_stack
from symkv.variants import catalogue, is_variant, variant

__all__ = ["Record", "bundled", "from_config", "read_stack", "resolve"]

MAX_CHARS = 4096


def resolve(what: str, *, with_draft: bool = False) -> Stack:
    """The stack that WHAT names: a config.json or its folder, a bundled model, a hub id, a variant or a written stack.

    With `with_draft`, the layers of a config that draft tokens count too.
    Raises `BadInput` for a file that is no readable config, for a hub id that can't be fetched, and for a name that is
    none, with the names near it.

    >>> resolve("deepseek-v3").parts[0].label
    'latent attention x 61 layers'
    >>> len(resolve("10*gqa(n_kv_heads=8,d_head=128) + 50*sliding_window(window=1024)").parts)
    2
    """
    if not what.strip() or len(what) > MAX_CHARS:
        raise BadInput(f"a model must be named in 1 to {MAX_CHARS} characters, got {len(what)}; try llama-3.1-8b")
    written = "(" in what and not what.lstrip().startswith(("/", ".", "~")) and not what.endswith(".json")
    path = Path(what)
    if "/" in what and not _exists(path):
        from symkv.models.hub import is_hub_id

        if is_hub_id(what):
            return _from_hub(what, with_draft)
    if _holds_config(path) or (_looks_like_a_path(what) and not written):
        return _from_file(path, with_draft)
    if what in names():
        return _from_record(record(what), with_draft)
    if is_variant(what):
        return Stack.of(variant(what))
    if written:
        return read_stack(what)
    if _exists(path):
        return _from_file(path, with_draft)
    known = [*names(), *catalogue()]
    near = alike(what.lower(), known)
    hint = f"did you mean {', '.join(near)}?" if near else "symkv list models and symkv list variants name them"
    raise BadInput(
        f"a model must be a config.json, a bundled name, a hub id, a variant or a stack, got {what[:40]!a}; {hint}"
    )


def _looks_like_a_path(what: str) -> bool:
    return what.endswith(".json") or "/" in what or os.sep in what


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _holds_config(path: Path) -> bool:
    """Whether the path is a file, or a folder with a config.json, so that a folder may share a variant's name."""
    try:
        return path.is_file() or (path / "config.json").is_file()
    except (OSError, ValueError):
        return False


def _from_record(found: Record, with_draft: bool) -> Stack:
    if not with_draft:
        return found.stack
    stack = from_config(found.config, with_draft=True)
    return replace(stack, name=found.stack.name, source=found.stack.source)


def _from_file(path: Path, with_draft: bool) -> Stack:
    config = read_config(path)
    try:
        stack = from_config(config, with_draft=with_draft)
    except BadInput as problem:
        raise problem.at(str(path)) from None
    folder = path if path.is_dir() else path.parent
    name = folder.resolve().name if path.is_dir() or path.name == "config.json" else path.stem
    return replace(stack, name=name or "config", source=str(path))


def _from_hub(what: str, with_draft: bool) -> Stack:
    from symkv.models.hub import fetch

    fetched = fetch(what)
    try:
        stack = from_config(read_config(fetched.path), with_draft=with_draft)
    except BadInput as problem:
        raise BadInput(problem.message, where=f"{what} on the hub") from None
    return replace(stack, name=what, source=fetched.source)
