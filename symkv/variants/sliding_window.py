"""Sliding-window attention: every layer keeps the last W tokens only."""

from __future__ import annotations

from symkv.caches import WINDOW, Printed, Reduction, Variant, key_value
from symkv.formula import Formula, min
from symkv.references import JIANG_2023


def paper_form(
    n_layers: Formula,
    n_kv_heads: Formula,
    d_head: Formula,
    bytes_per_element: Formula,
    n_tokens: Formula,
    window: Formula,
) -> Formula:
    """2 (key and value) in a rolling buffer of fixed size W, filled up to the tokens seen."""
    return 2 * n_layers * n_kv_heads * d_head * bytes_per_element * min(n_tokens, window)


VARIANT = Variant(
    name="sliding_window",
    title="Sliding-window attention",
    family="windowed",
    about="A token attends to the last W tokens, its own included, so a rolling buffer of W entries is enough.",
    source=JIANG_2023,
    tensors=key_value(mask=WINDOW),
    paper_form=paper_form,
    paper_of="stored",
    numbers=(
        Printed(
            "stored",
            {
                "n_layers": 32,
                "n_kv_heads": 8,
                "d_head": 128,
                "bytes_per_element": 2,
                "window": 4096,
                "n_tokens": 32768,
            },
            "8x",
            JIANG_2023,
            against="gqa",
        ),
    ),
    reduces_to=(Reduction("gqa", where=("n_tokens <= window",)),),
)
