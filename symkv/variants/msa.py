"""MiniMax sparse attention (MiniMax-M3): index keys of single tokens pick blocks of keys and values."""

from __future__ import annotations

from symkv.caches import CachedTensor, Printed, Reduction, Source, Variant, key_value
from symkv.formula import Formula
from symkv.symbols import Symbol, declare

declare(Symbol("top_blocks", r"k_{\mathrm{b}}", "blocks that a query reads", "blocks", dimension="1"), after="top_k")

MINIMAX_M3 = Source(
    "MiniMax", "MiniMax-M3", 2026, "huggingface/transformers, modular_minimax_m3_vl.py: MiniMaxM3VLIndexer"
)
# all tokens less the full blocks that are not picked; the last block is always picked
SELECTED = "n_tokens - block_size*max(0, ceil(n_tokens/block_size) - top_blocks)"


def paper_form(
    n_layers: Formula, n_kv_heads: Formula, d_head: Formula, d_index: Formula, bytes_per_element: Formula
) -> Formula:
    """2: key and value; one index key beside them."""
    return n_layers * (2 * n_kv_heads * d_head + d_index) * bytes_per_element


MEASURED = Source(
    "Hugging Face",
    "transformers 5.23.0, measured caches",
    2026,
    "model type minimax_m3_vl_text: records with 2 sparse layers of 4 less half of those with none",
)
_TINY = {"n_layers": 2, "n_kv_heads": 2, "d_head": 24, "d_index": 18, "bytes_per_element": 1}

VARIANT = Variant(
    name="msa",
    title="MiniMax sparse attention",
    family="stored is not read",
    about=(
        "A step scores one index key for each token and reads the keys and values of the best top_blocks blocks, the "
        "current one always among them. Layers without an index are plain grouped-query layers."
    ),
    source=MINIMAX_M3,
    tensors=(
        *key_value(reads=SELECTED),
        CachedTensor("index key", "1", "d_index", role="index", part="index"),
    ),
    paper_form=paper_form,
    numbers=(
        Printed("stored", {**_TINY, "n_tokens": 5}, "1140", MEASURED),  # 2100 - 1920/2
        Printed("stored", {**_TINY, "n_tokens": 36}, "8208", MEASURED),  # 15120 - 13824/2
        Printed("stored", {**_TINY, "n_tokens": 36}, "1296", MEASURED, only=("index key",)),  # 15120 - 13824
    ),
    reduces_to=(Reduction("qsa", where=("compression = 1",), only=("stored", "growth")),),
    defaults={"block_size": 128, "top_blocks": 16},
    units=("1 = layer/head", "1 = token"),
)
