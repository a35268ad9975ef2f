"""Tensor product attention (TPA): keys and values are sums of outer products, and only the factors are cached."""

from __future__ import annotations

from symkv.caches import CachedTensor, Reduction, Source, Variant
from symkv.formula import Formula
from symkv.symbols import Symbol, declare

declare(
    Symbol("rank_key", r"R_{\mathrm{K}}", "outer products in a key", "products", "positive integer", (), "1"),
    after="n_kv_heads",
)
declare(
    Symbol("rank_value", r"R_{\mathrm{V}}", "outer products in a value", "products", "positive integer", (), "1"),
    after="rank_key",
)

T6 = Source(
    "Zhang et al.",
    "Tensor Product Attention Is All You Need",
    2025,
    "arXiv:2501.06425; shapes as in tensorgi/TPA, model/T6_infer.py: cache_kA, cache_kB, cache_vA, cache_vB",
)


def paper_form(
    rank_key: Formula,
    rank_value: Formula,
    n_heads: Formula,
    d_head: Formula,
    n_layers: Formula,
    bytes_per_element: Formula,
) -> Formula:
    """(R_K + R_V)*(h + d_h) elements per token and layer: two vectors, over heads and channels, for each product."""
    return (rank_key + rank_value) * (n_heads + d_head) * n_layers * bytes_per_element


VARIANT = Variant(
    name="tpa",
    title="Tensor product attention (TPA)",
    family="every token kept",
    about="A token keeps rank_key and rank_value pairs of a vector over heads and a vector over channels.",
    source=T6,
    tensors=(
        CachedTensor("key head factor", heads="n_heads", width="rank_key", part="key"),
        CachedTensor("key channel factor", heads="1", width="rank_key*d_head", part="key"),
        CachedTensor("value head factor", heads="n_heads", width="rank_value", part="value"),
        CachedTensor("value channel factor", heads="1", width="rank_value*d_head", part="value"),
    ),
    paper_form=paper_form,
    numbers=(),
    reduces_to=(Reduction("gqa", where=("rank_key + rank_value = n_kv_heads", "n_heads = d_head")),),
    units=("1 = head/layer", "1 = element/(head*token)"),
)
