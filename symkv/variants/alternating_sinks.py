"""Windowed and full layers in turn, with learned sink logits that keep nothing (gpt-oss)."""

from __future__ import annotations

from symkv.caches import WINDOW, Printed, Reduction, Source, Variant, key_value
from symkv.formula import Formula, ceil, floor, min

GPT_OSS = Source(
    "OpenAI",
    "gpt-oss-120b & gpt-oss-20b Model Card",
    2025,
    "section on attention; sinks are weights in huggingface/transformers 5.23.0, gpt_oss/modeling_gpt_oss.py",
)
MEASURED = Source("Hugging Face", "transformers 5.23.0, measured caches", 2026, "model type gpt_oss")


def paper_form(
    n_kv_heads: Formula,
    d_head: Formula,
    bytes_per_element: Formula,
    n_layers: Formula,
    n_tokens: Formula,
    window: Formula,
) -> Formula:
    """2 (key and value) for the window in layers 0, 2, 4, ... and for all tokens in layers 1, 3, 5, ..."""
    tokens = floor(n_layers / 2) * n_tokens + ceil(n_layers / 2) * min(n_tokens, window)
    return 2 * n_kv_heads * d_head * bytes_per_element * tokens


VARIANT = Variant(
    name="alternating_sinks",
    title="Alternating windows with learned sinks",
    family="windowed",
    about=(
        "Every other layer, the first one included, sees a window, the rest every token. A learned logit for each "
        "query head takes part in the softmax and keeps nothing."
    ),
    source=GPT_OSS,
    tensors=(
        *key_value(of="full", layers="floor(n_layers/2)"),
        *key_value(of="local", layers="ceil(n_layers/2)", mask=WINDOW),
    ),
    paper_form=paper_form,
    paper_of="stored",
    numbers=(
        Printed(
            "between",
            {"n_layers": 4, "n_kv_heads": 2, "d_head": 24, "window": 16, "n_tokens": 36, "bytes_per_element": 1},
            "9792",
            MEASURED,
        ),
    ),
    reduces_to=(
        Reduction("local_global", where=("n_global_layers = floor(n_layers/2)", "n_local_layers = ceil(n_layers/2)")),
    ),
)
