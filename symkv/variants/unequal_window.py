"""Unequal key and value widths in a window: the local layers of MiMo-V2-Flash."""

from __future__ import annotations

from symkv.caches import WINDOW, Printed, Reduction, Source, Variant
from symkv.formula import Formula, min
from symkv.variants.unequal_widths import MIMO, widths


def paper_form(
    n_layers: Formula,
    n_kv_heads: Formula,
    d_k: Formula,
    d_v: Formula,
    bytes_per_element: Formula,
    n_tokens: Formula,
    window: Formula,
) -> Formula:
    """heads * (key width + value width) elements for each token of the window and layer."""
    return n_layers * n_kv_heads * (d_k + d_v) * bytes_per_element * min(n_tokens, window)


MEASURED = Source(
    "Hugging Face",
    "transformers 5.23.0, measured caches",
    2026,
    "model type mimo_v2_flash: records less the global layer, 8568 - 36*68 and 8900 - 42*50",
)
_FOUR = {"n_kv_heads": 4, "d_k": 24, "d_v": 10, "window": 16, "n_layers": 3, "bytes_per_element": 1}
_TWO = {"n_kv_heads": 2, "d_k": 32, "d_v": 18, "window": 18, "n_layers": 4, "bytes_per_element": 1}

VARIANT = Variant(
    name="unequal_window",
    title="Unequal key and value widths in a window",
    family="windowed",
    about="Windowed attention whose key heads have another width than its value heads.",
    source=MIMO,
    tensors=widths(mask=WINDOW),
    paper_form=paper_form,
    paper_of="stored",
    numbers=(
        Printed("between", {**_FOUR, "n_tokens": 36}, "6120", MEASURED),
        Printed("between", {**_TWO, "n_tokens": 42}, "6800", MEASURED),
    ),
    reduces_to=(
        Reduction("unequal_widths", where=("n_tokens <= window",)),
        Reduction("sliding_window", where=("d_k = d_head", "d_v = d_head")),
    ),
)
