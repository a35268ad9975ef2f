"""Samba: Mamba layers alternate with layers of sliding-window attention, so nothing grows."""

from __future__ import annotations

from symkv.caches import SLOT, WINDOW, CachedTensor, Printed, Reduction, Source, Variant, key_value
from symkv.caches.masks import window as last
from symkv.formula import Formula
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
SAMBA = Source(
    "Ren et al.",
    "Samba: Simple Hybrid State Space Models for Efficient Unlimited Context Language Modeling",
    2024,
    "arXiv:2406.07522; shapes as in microsoft/Samba, lit_gpt/mamba_simple.py and lit_gpt/model.py",
)


def paper_form(
    n_local_layers: Formula,
    n_kv_heads: Formula,
    d_head: Formula,
    window: Formula,
    n_recurrent_layers: Formula,
    d_inner: Formula,
    d_state: Formula,
    d_conv: Formula,
    bytes_per_element: Formula,
) -> Formula:
    """2 (key and value) for the window in attention layers, state and last inputs of each channel in the others."""
    attention = n_local_layers * 2 * n_kv_heads * d_head * window
    return (attention + n_recurrent_layers * d_inner * (d_state + d_conv)) * bytes_per_element


MEASURED = Source(
    "fla-org",
    "flash-linear-attention 0.6.0, measured caches",
    2026,
    "fla.models.SambaModel, 4 layers, the attention product left out: 8 rows of 16, states and inputs (1, 64, 4)",
)
_TINY = {"n_local_layers": 2, "n_kv_heads": 2, "d_head": 8, "window": 8, "n_recurrent_layers": 2, "d_inner": 64}

VARIANT = Variant(
    name="samba",
    title="Samba: Mamba and sliding-window layers",
    family="constant state",
    about="Mamba layers keep a state, the attention layers between them a window of tokens: the cache is bounded.",
    source=SAMBA,
    tensors=(
        *key_value(layers="n_local_layers", mask=WINDOW),
        CachedTensor("state", "d_inner", "d_state", layers="n_recurrent_layers", mask=SLOT, role="state"),
        CachedTensor("inputs", "d_inner", "1", layers="n_recurrent_layers", mask=last("d_conv"), role="conv"),
    ),
    paper_form=paper_form,
    paper_of="state",
    numbers=(
        Printed(
            "stored", {**_TINY, "d_state": 4, "d_conv": 4, "n_tokens": 12, "bytes_per_element": 1}, "1536", MEASURED
        ),
    ),
    reduces_to=(
        Reduction("jamba", where=("n_global_layers = n_local_layers", "n_tokens <= window")),
        Reduction("griffin", where=("d_state = 1", "d_inner = d_rnn")),
    ),
    defaults={"d_conv": 4},
)
