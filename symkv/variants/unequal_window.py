"""Unequal key and value widths in a window: the local layers of MiMo-V2-Flash."""

from __future__ import annotations

from symkv.caches import WINDOW, Reduction, Variant
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


VARIANT = Variant(
    name="unequal_window",
    title="Unequal key and value widths in a window",
    family="windowed",
    about="Windowed attention whose key heads have another width than its value heads.",
    source=MIMO,
    tensors=widths(mask=WINDOW),
    paper_form=paper_form,
    paper_of="stored",
    numbers=(),
    reduces_to=(
        Reduction("unequal_widths", where=("n_tokens <= window",)),
        Reduction("sliding_window", where=("d_k = d_head", "d_v = d_head")),
    ),
)
