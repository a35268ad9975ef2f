"""SeerAttention: a learned gate scores one pooled key for each block and picks the blocks that are read."""

from __future__ import annotations

from symkv.caches import CachedTensor, Reduction, Source, Variant, key_value
from symkv.caches.masks import buffer, every
from symkv.formula import Formula
from symkv.symbols import Symbol, declare

declare(Symbol("top_blocks", r"k_{\mathrm{b}}", "blocks that a query reads", "blocks", dimension="1"), after="top_k")
declare(
    Symbol("d_gate", r"d_{\mathrm{g}}", "width of one gate key", "elements", dimension="element/(head*token)"),
    after="d_v",
)

SEER = Source(
    "Gao et al.",
    "SeerAttention-R: Sparse Attention Adaptation for Long Reasoning",
    2025,
    "arXiv:2506.08889; code microsoft/SeerAttention, seer_attn/decode_sparse/attn_gate_inf.py",
)
# all tokens less the full blocks that are not picked; the last block is read besides those that are
SELECTED = "n_tokens - block_size*max(0, ceil(n_tokens/block_size) - 1 - top_blocks)"


def paper_form(
    n_layers: Formula,
    n_kv_heads: Formula,
    d_head: Formula,
    d_gate: Formula,
    block_size: Formula,
    bytes_per_element: Formula,
) -> Formula:
    """2: key and value of each token; one gate key for each full block."""
    return n_layers * n_kv_heads * (2 * d_head + d_gate / block_size) * bytes_per_element


VARIANT = Variant(
    name="seer",
    title="SeerAttention",
    family="stored is not read",
    about=(
        "The keys of a full block are pooled into one gate key; keys of the open block wait in a buffer. A step scores "
        "all gate keys and reads the last block and at most top_blocks earlier ones."
    ),
    source=SEER,
    tensors=(
        *key_value(reads=SELECTED),
        CachedTensor("gate key", "n_kv_heads", "d_gate", mask=every("block_size"), role="index", part="index"),
        CachedTensor("remainder", "n_kv_heads", "d_head", mask=buffer("block_size"), role="state"),
    ),
    paper_form=paper_form,
    numbers=(),
    reduces_to=(Reduction("gqa", where=("n_tokens < block_size",), only=("read",)),),
    units=("1 = token",),
)
