"""Expanded latent attention: an engine caches the keys and values of all heads, so the latent saves nothing."""

from __future__ import annotations

from symkv.caches import CachedTensor, Printed, Reduction, Source, Variant
from symkv.formula import Formula
from symkv.symbols import Symbol, declare

declare(
    Symbol(
        "d_nope",
        r"d_{\mathrm{nope}}",
        "width of the part of a key head that is not rotated",
        "elements",
        "positive integer",
        ("qk_nope_head_dim",),
        "element/(head*token)",
    ),
    after="d_v",
)

LLAMA_CPP = Source(
    "ggml-org",
    "llama.cpp, log of llama_kv_cache_init for DeepSeek-V3",
    2025,
    "github.com/ggml-org/llama.cpp/pull/11397",
)


def paper_form(
    n_layers: Formula, n_heads: Formula, d_nope: Formula, d_rope: Formula, d_v: Formula, bytes_per_element: Formula
) -> Formula:
    """n_embd_k_gqa + n_embd_v_gqa of each layer: all heads, the rotary key copied into each of them."""
    return n_layers * (n_heads * (d_nope + d_rope) + n_heads * d_v) * bytes_per_element


_LAYER = {"n_layers": 1, "n_heads": 128, "d_nope": 128, "d_rope": 64, "d_v": 128, "bytes_per_element": 1}

VARIANT = Variant(
    name="mla_expanded",
    title="Latent attention with expanded cache",
    family="every token kept",
    about="The latent is expanded before caching: every head keeps its key, the rotary key copied in, and its value.",
    source=LLAMA_CPP,
    tensors=(
        CachedTensor("key", heads="n_heads", width="d_nope + d_rope", part="key"),
        CachedTensor("value", heads="n_heads", width="d_v", part="value"),
    ),
    paper_form=paper_form,
    numbers=(
        Printed("growth", _LAYER, "24576", LLAMA_CPP, only=("key",)),
        Printed("growth", _LAYER, "16384", LLAMA_CPP, only=("value",)),
    ),
    reduces_to=(
        Reduction("mha", where=("d_nope + d_rope = d_head", "d_v = d_head")),
        Reduction("unequal_widths", where=("n_heads = n_kv_heads", "d_nope + d_rope = d_k")),
    ),
    units=("1 = head/layer",),
)
