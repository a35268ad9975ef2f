"""Mixture of block attention: the mean key of each block picks the blocks that a query reads."""

from __future__ import annotations

from symkv.caches import CachedTensor, Printed, Reduction, Source, Variant, key_value
from symkv.caches.masks import every
from symkv.formula import Formula
from symkv.symbols import Symbol, declare

declare(Symbol("top_blocks", r"k_{\mathrm{b}}", "blocks that a query reads", "blocks", dimension="1"), after="top_k")

MOBA = Source(
    "Lu et al.",
    "MoBA: Mixture of Block Attention for Long-Context LLMs",
    2025,
    "arXiv:2502.13189; code MoonshotAI/MoBA, moba/moba_efficient.py",
)
# all tokens less the full blocks that are not picked; the current block is always picked
SELECTED = "n_tokens - block_size*max(0, ceil(n_tokens/block_size) - top_blocks)"


def paper_form(
    n_layers: Formula, n_kv_heads: Formula, d_head: Formula, block_size: Formula, bytes_per_element: Formula
) -> Formula:
    """2: key and value of each token; one mean key for each block of tokens."""
    return n_layers * n_kv_heads * d_head * (2 + 1 / block_size) * bytes_per_element


VARIANT = Variant(
    name="moba",
    title="Mixture of block attention",
    family="stored is not read",
    about=(
        "A query reads top_blocks blocks: its own, and those of the earlier ones whose mean key it fits best. The mean "
        "keys of full blocks are kept beside the cache; the published code computes them anew from all keys."
    ),
    source=MOBA,
    tensors=(
        *key_value(reads=SELECTED),
        CachedTensor(
            "mean key",
            "n_kv_heads",
            "d_head",
            mask=every("block_size"),
            role="index",
            part="index",
            reads="ceil(n_tokens/block_size) - 1",
        ),
    ),
    paper_form=paper_form,
    numbers=(
        Printed(
            "read",
            {
                "n_layers": 1,
                "n_kv_heads": 8,
                "d_head": 128,
                "block_size": 4096,
                "top_blocks": 12,
                "bytes_per_element": 2,
                "n_tokens": 2**20,
            },
            "95.31%",
            MOBA,
            against="gqa",
            saved=True,
            only=("key", "value"),
        ),
    ),
    reduces_to=(Reduction("gqa", where=("n_tokens < block_size",)),),
    defaults={"block_size": 4096, "top_blocks": 12},
    units=("1 = token",),
)
