"""Shared key and value in a window: the plain layers of DeepSeek-V4."""

from __future__ import annotations

from symkv.caches import WINDOW, CachedTensor, Reduction, Variant
from symkv.formula import Formula, min
from symkv.variants.csa import DEEPSEEK_V4


def paper_form(
    n_layers: Formula, d_head: Formula, bytes_per_element: Formula, n_tokens: Formula, window: Formula
) -> Formula:
    """One row of the head's width, its rotated part inside, for each token of the window and layer."""
    return n_layers * d_head * bytes_per_element * min(n_tokens, window)


VARIANT = Variant(
    name="shared_kv_window",
    title="Shared key and value in a window",
    family="windowed",
    about="All query heads read one row of width d_head as key and as value; the rows of the last W tokens are kept.",
    source=DEEPSEEK_V4,
    tensors=(
        CachedTensor("row", heads="1", width="d_head - d_rope", mask=WINDOW, part="nope"),
        CachedTensor("rotated part", heads="1", width="d_rope", mask=WINDOW, part="rope"),
    ),
    paper_form=paper_form,
    paper_of="stored",
    numbers=(),
    reduces_to=(Reduction("shared_kv", where=("n_tokens <= window", "d_rope <= d_head")),),
    where=("d_rope <= d_head",),
    units=("1 = layer/head",),
)
