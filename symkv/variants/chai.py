"""Clustered head attention: heads with alike attention share the key of one of them, values stay."""

from __future__ import annotations

from symkv.caches import CachedTensor, Reduction, Source, Variant
from symkv.formula import Formula
from symkv.symbols import Symbol, declare

declare(
    Symbol("n_clusters", r"n_{\mathrm{cl}}", "clusters of heads that share a key", "heads", dimension="head/layer"),
    after="n_kv_heads",
)

CHAI = Source(
    "Agarwal et al.",
    "CHAI: Clustered Head Attention for Efficient LLM Inference",
    2024,
    "arXiv:2403.08058, abstract; keys and values as in facebookresearch/chai, llama.patch",
)


def paper_form(
    n_layers: Formula, n_clusters: Formula, n_heads: Formula, d_head: Formula, bytes_per_element: Formula
) -> Formula:
    """A key for each cluster and a value for each head."""
    return n_layers * (n_clusters + n_heads) * d_head * bytes_per_element


VARIANT = Variant(
    name="chai",
    title="Clustered head attention",
    family="token budgets",
    about="Heads whose attention is alike form n_clusters clusters; a cluster keeps one key, every head its value.",
    source=CHAI,
    tensors=(
        CachedTensor("key", "n_clusters", "d_head", part="key"),
        CachedTensor("value", "n_heads", "d_head", part="value"),
    ),
    paper_form=paper_form,
    numbers=(),
    where=("n_clusters <= n_heads",),
    reduces_to=(Reduction("mha", where=("n_clusters = n_heads",)),),
)
