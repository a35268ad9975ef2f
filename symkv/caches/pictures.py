"""A small picture of what is kept and read: one line for each kind of row, one column for each token or merged row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from symkv.caches.model import CachedTensor, Variant
from symkv.errors import BadInput
from symkv.formula import Formula

TOKENS = 24
SMALL = {  # sizes at which a picture of 24 tokens shows what happens
    "window": 8,
    "chunk": 10,
    "compression": 4,
    "top_k": 3,
    "n_sinks": 2,
    "n_encoder": 6,
    "n_prompt": 12,
    "n_kept": 5,
    "block_size": 4,
    "block_length": 4,
    "block_stride": 2,
    "residual": 6,
    "d_conv": 4,
}
READ, KEPT, GONE = "#", "o", "."


def picture(variant: Variant) -> dict[str, Any]:
    """The rows of each tensor after 24 tokens with small sizes, as text and as sets; tensors that look alike joined.

    Which of the kept rows a selection reads depends on the data; the last ones stand for it.
    """
    sizes = {name: SMALL.get(name, 2) for name in variant.names} | {"n_tokens": TOKENS}
    lines: dict[tuple[str, str], list[str]] = {}
    for tensor in variant.tensors:
        try:
            drawn = _row(tensor, sizes)
        except BadInput:  # small sizes that a formula can't take
            continue
        lines.setdefault((drawn, tensor.layers), []).append(tensor.name)
    where = {n: v for n, v in sizes.items() if n in SMALL and n in variant.names}
    return {
        "tokens": TOKENS,
        "sizes": where,
        "rows": [
            {
                "tensors": names,
                "layers": layers,
                "row": drawn,
                "kept": len(drawn) - drawn.count(GONE),
                "read": drawn.count(READ),
            }
            for (drawn, layers), names in lines.items()
        ],
    }


def _row(tensor: CachedTensor, sizes: Mapping[str, int]) -> str:
    def at(text: str) -> int:
        return int(Formula.parse(text).evaluate({**sizes, "q": TOKENS - 1}))

    made, oldest, pinned = (at(text) for text in (tensor.mask.made, tensor.mask.oldest, tensor.mask.pinned))
    kept = [row for row in range(made) if row >= oldest or row < pinned]
    read = set(kept[len(kept) - min(len(kept), at(tensor.touched)) :])
    return "".join(READ if row in read else KEPT if row in kept else GONE for row in range(made))
