"""Jamba: one layer in a block attends to all tokens, the others are Mamba layers."""

from __future__ import annotations

from symkv.caches import SLOT, CachedTensor, Printed, Reduction, Source, Variant, key_value
from symkv.caches.masks import window
from symkv.formula import Formula, min
from symkv.symbols import Symbol, declare

declare(
    Symbol(
        "d_inner",
        r"d_{\mathrm{in}}",
        "inner channels of a state-space mixer",
        "elements",
        dimension="element/(layer*token)",
    ),
    after="d_rope",
)
JAMBA = Source(
    "Jamba Team", "Jamba-1.5: Hybrid Transformer-Mamba Models at Scale", 2024, "arXiv:2408.12570, section 2 and table 1"
)
MEASURED = Source("Hugging Face", "transformers 5.23.0, measured caches", 2026, "model type jamba")
_TABLE = {"n_kv_heads": 8, "d_head": 128, "bytes_per_element": 2, "n_tokens": 262144}
_TINY = {
    "n_global_layers": 2,
    "n_recurrent_layers": 2,
    "n_kv_heads": 2,
    "d_head": 16,
    "d_inner": 192,
    "d_state": 10,
    "d_conv": 5,
    "bytes_per_element": 1,
}
_KV = ("key", "value")  # the table leaves the state out


def paper_form(
    n_global_layers: Formula,
    n_kv_heads: Formula,
    d_head: Formula,
    n_tokens: Formula,
    n_recurrent_layers: Formula,
    d_inner: Formula,
    d_state: Formula,
    d_conv: Formula,
    bytes_per_element: Formula,
) -> Formula:
    """2 (key and value) for every token in attention layers, state and last inputs of each channel in the others."""
    attention = n_global_layers * 2 * n_kv_heads * d_head * n_tokens
    return (attention + n_recurrent_layers * d_inner * (d_state + min(n_tokens, d_conv))) * bytes_per_element


VARIANT = Variant(
    name="jamba",
    title="Jamba: attention and Mamba layers",
    family="constant state",
    about="Few layers keep all tokens, the others are Mamba layers with a state: in Jamba one to seven.",
    source=JAMBA,
    tensors=(
        *key_value(layers="n_global_layers"),
        CachedTensor("state", "d_inner", "d_state", layers="n_recurrent_layers", mask=SLOT, role="state"),
        CachedTensor("inputs", "d_inner", "1", layers="n_recurrent_layers", mask=window("d_conv"), role="conv"),
    ),
    paper_form=paper_form,
    paper_of="stored",
    numbers=(
        Printed("stored", {**_TABLE, "n_global_layers": 4}, "4GB", JAMBA, only=_KV),
        Printed("stored", {**_TABLE, "n_global_layers": 9}, "9GB", JAMBA, only=_KV),
        Printed("stored", {**_TINY, "n_tokens": 5}, "6400", MEASURED),
        Printed("stored", {**_TINY, "n_tokens": 15}, "7680", MEASURED),
    ),
    reduces_to=(
        Reduction("gqa", where=("n_layers = n_global_layers",), only=("growth", "read_growth")),
        Reduction("mamba1", where=("n_layers = n_recurrent_layers",), only=("state",)),
    ),
    defaults={"d_conv": 4},
)
