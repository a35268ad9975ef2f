"""Local and global layers: some layers see the whole context, the others a window."""

from __future__ import annotations

from symkv.caches import WINDOW, Printed, Reduction, Variant, key_value
from symkv.formula import Formula, min
from symkv.references import GEMMA_2025, MICROSCALE


def paper_form(
    n_kv_heads: Formula,
    d_head: Formula,
    bytes_per_element: Formula,
    n_global_layers: Formula,
    n_local_layers: Formula,
    n_tokens: Formula,
    window: Formula,
) -> Formula:
    """2 (key and value) for all tokens in global layers and for the window in local ones: the report in symbols."""
    tokens = n_global_layers * n_tokens + n_local_layers * min(n_tokens, window)
    return 2 * n_kv_heads * d_head * bytes_per_element * tokens


_LESSON = {
    "n_global_layers": 5,
    "n_local_layers": 25,
    "n_kv_heads": 8,
    "d_head": 128,
    "bytes_per_element": 2,
    "window": 1024,
    "n_tokens": 131072,
}

VARIANT = Variant(
    name="local_global",
    title="Local and global layers",
    family="windowed",
    about="Global layers keep every token, local layers a window. Gemma 3 has five local layers to one global.",
    source=GEMMA_2025,
    tensors=(
        *key_value(of="global", layers="n_global_layers"),
        *key_value(of="local", layers="n_local_layers", mask=WINDOW),
    ),
    paper_form=paper_form,
    paper_of="stored",
    numbers=(
        Printed("stored", _LESSON, "2.6 GB", MICROSCALE),
        Printed("stored", {**_LESSON, "n_layers": 30}, "5.8x", MICROSCALE, against="gqa"),
    ),
    reduces_to=(Reduction("gqa", where=("n_layers = n_global_layers + n_local_layers", "n_tokens <= window")),),
)
