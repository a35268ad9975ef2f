"""symkv: KV-cache memory of language models, derived from what is cached, solved, proved and typeset."""

import importlib
from typing import Any

__version__ = "0.1.0"
__all__ = ["explain", "from_config", "prove"]

# loaded when they are asked for, so that `import symkv` costs nothing
_PUBLIC = {"explain": "symkv.explaining", "from_config": "symkv.modelling", "prove": "symkv.proving"}


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        return getattr(importlib.import_module(_PUBLIC[name]), name)
    raise AttributeError(f"module 'symkv' has no attribute {name!r}")
