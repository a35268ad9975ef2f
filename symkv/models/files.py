"""Config files from disk: the file itself, or the one in a folder."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from symkv.errors import BadInput
from symkv.strict_json import read_object


def read_config(path: Path) -> Mapping[str, Any]:
    """The object in a config.json, or in the one of a folder.

    Raises `BadInput` with the path for a missing file, a folder without a config.json, and for anything but one
    strict JSON object.
    """
    try:
        if os.path.isdir(path):
            path = path / "config.json"
            if not path.exists():
                raise BadInput(
                    "a model's folder must hold a config.json, this one has none; give the file itself", where=str(path)
                )
    except (OSError, ValueError):  # read_object says what is wrong with the name
        pass
    return read_object(path, "config", infinite=True)
