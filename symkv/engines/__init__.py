"""What a named engine allocates for a stack, and by which named rules that differs from what is stored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from symkv.caches import Stack
from symkv.engines.allocation import Allocation, Request
from symkv.engines.transformers import transformers
from symkv.errors import BadInput

__all__ = ["ENGINES", "Allocation", "Request", "allocated", "engine"]

ENGINES: dict[str, Callable[[Stack, Request], Allocation]] = {"transformers": transformers}


def engine(name: str) -> Callable[[Stack, Request], Allocation]:
    """The engine of that name: a function of a stack and a `Request`.

    >>> engine("transformers").__name__
    'transformers'
    """
    if name not in ENGINES:
        raise BadInput(f"an engine must be one of {', '.join(ENGINES)}, got {name[:40]!a}")
    return ENGINES[name]


def allocated(
    stack: Stack, name: str | None, *, tokens: int | None, batch: int, dtype: str | None, static: int | None
) -> dict[str, Any]:
    """What `symkv size` tells of an engine: allocated bytes, by number format, and the rules that applied.

    >>> from symkv.models import resolve
    >>> found = allocated(resolve("mistral-7b-v0.1"), "transformers", tokens=8192, batch=1, dtype="bf16", static=None)
    >>> found["allocated_bytes"]  # 32 layers, key and value, 8 heads of 128, 4095 tokens, 2 bytes
    536739840
    """
    if name is None:
        raise BadInput(f"--static is the length of an engine's cache; write --engine {next(iter(ENGINES))} too")
    run = engine(name)
    if tokens is None:
        raise BadInput(f"what {name} allocates depends on the tokens; write --tokens 8192")
    dtype = dtype or stack.dtype or "bf16"
    held = run(stack, Request(tokens=tokens, batch=batch, dtype=dtype, static=static))
    return {
        "engine": name,
        "allocated_bytes": held.bytes,
        "allocated_by_dtype": held.bytes_by_dtype,
        "deltas": list(held.deltas),
    }
