"""Typed values out of a config: every one checked, every error naming its field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from symkv.errors import BadInput

MOST = 10**6  # layers, heads and widths beyond any model; a typo, not a config
MOST_TOKENS = 10**9
MOST_LAYERS = 2000  # each is looked at
MISSING = object()


def shown(value: Any) -> str:
    """A value as an error message shows it: short, on one line."""
    if value is MISSING:
        return "none"
    try:
        text = "null" if value is None else str(value).lower() if isinstance(value, bool) else ascii(value)
    except (ValueError, RecursionError):  # an int of too many digits, or a value that holds itself
        text = f"a {type(value).__name__} that is too long to show"
    return text if len(text) <= 40 else text[:37] + "..."


def count(value: Any, name: str, *, least: int = 1, most: int = MOST) -> int:
    """A whole number within bounds; a text, a truth value or a float is none.

    >>> count(32, "num_hidden_layers")
    32
    """
    if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
        return int(value)
    raise BadInput(f"{name} must be a whole number from {least} to {most}, got {shown(value)}; write {name}: 8")


def flag(value: Any, name: str) -> bool:
    """A truth value; null is false."""
    if value is None or isinstance(value, bool):
        return bool(value)
    raise BadInput(f"{name} must be true or false, got {shown(value)}; write {name}: false")


def text(config: Mapping[str, Any], name: str) -> str:
    """A text that must be there."""
    value = config.get(name, MISSING)
    if isinstance(value, str) and value:
        return value
    came = "none" if value is MISSING else shown(value)
    raise BadInput(f'{name} must be given as text, got {came}; write "{name}": "llama"')


def per_layer(value: Any, name: str, *, layers: int, drafts: int) -> list[Any]:
    """A list with one entry for each layer, entries for draft layers cut off; any other length is an error."""
    if not isinstance(value, list | tuple):
        raise BadInput(f"{name} must be a list with one entry for each layer, got {shown(value)}; write [...] or null")
    if len(value) not in (layers, layers + drafts):
        extra = f" (or {layers + drafts} with the draft layers)" if drafts else ""
        raise BadInput(
            f"{name} must have num_hidden_layers = {layers} entries{extra}, got {len(value)}; make the two agree"
        )
    return list(value[:layers])
