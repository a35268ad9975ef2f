"""What the configuration class of a type says where a config leaves a field out: facts of transformers 5.23.0."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "defaults.json"


@cache
def _all() -> Mapping[str, Mapping[str, Any]]:
    found: Mapping[str, Mapping[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def defaults_of(model_type: str) -> Mapping[str, Any]:
    """The class's values by field, for those that decide what is cached.

    >>> defaults_of("gemma3_text")["sliding_window"]
    4096
    """
    return _all().get(model_type, {})
