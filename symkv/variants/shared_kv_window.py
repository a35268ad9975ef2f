"""Shared key and value in a window: the plain layers of DeepSeek-V4."""

from __future__ import annotations

from symkv.caches import WINDOW, CachedTensor, Printed, Reduction, Source, Variant
from symkv.formula import Formula, min
from symkv.references import DEEPSEEK_V4


def paper_form(
    n_layers: Formula, d_head: Formula, bytes_per_element: Formula, n_tokens: Formula, window: Formula
) -> Formula:
    """One row of the head's width, its rotated part inside, for each token of the window and layer."""
    return n_layers * d_head * bytes_per_element * min(n_tokens, window)


MEASURED = Source(
    "Hugging Face",
    "transformers 5.23.0, measured caches",
    2026,
    "model type deepseek_v4: shapes of the windows in 6 compressed layers, (1, 1, 15, 24)",
)
_TINY = {"n_layers": 6, "d_head": 24, "d_rope": 6, "window": 16, "n_tokens": 38, "bytes_per_element": 1}

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
    numbers=(Printed("between", _TINY, "2160", MEASURED),),
    reduces_to=(Reduction("shared_kv", where=("n_tokens <= window", "d_rope <= d_head")),),
    where=("d_rope <= d_head",),
    units=("1 = layer/head",),
)
