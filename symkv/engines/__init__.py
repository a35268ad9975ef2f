"""What a named engine allocates for a stack, and by which named rules that differs from what is stored."""

from __future__ import annotations

from collections.abc import Callable

from symkv.caches import Stack
from symkv.engines.allocation import Allocation, Request
from symkv.engines.transformers import transformers
from symkv.errors import BadInput

__all__ = ["ENGINES", "Allocation", "Request", "engine"]

ENGINES: dict[str, Callable[[Stack, Request], Allocation]] = {"transformers": transformers}


def engine(name: str) -> Callable[[Stack, Request], Allocation]:
    """The engine of that name: a function of a stack and a `Request`.

    >>> engine("transformers").__name__
    'transformers'
    """
    if name not in ENGINES:
        raise BadInput(f"an engine must be one of {', '.join(ENGINES)}, got {name[:40]!a}")
    return ENGINES[name]
