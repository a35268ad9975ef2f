"""Landmark attention: a token after each block stands for it, and a step reads the best blocks by these tokens."""

from __future__ import annotations

from symkv.caches import CachedTensor, Reduction, Source, Variant, key_value
from symkv.caches.masks import every
from symkv.formula import Formula
from symkv.symbols import Symbol, declare

declare(Symbol("top_blocks", r"k_{\mathrm{b}}", "blocks that a query reads", "blocks", dimension="1"), after="top_k")

LANDMARK = Source(
    "Mohtashami and Jaggi",
    "Landmark Attention: Random-Access Infinite Context Length for Transformers",
    2023,
    "arXiv:2305.16300; caches as in epfml/landmark-attention, models/caches/mem_cache.py and llama/llama_mem.py",
)
EARLIER = "(ceil(n_tokens/block_size) - 1)"
# all tokens less the earlier blocks that are not picked
SELECTED = f"n_tokens - block_size*max(0, {EARLIER} - top_blocks)"


def paper_form(
    n_layers: Formula, n_kv_heads: Formula, d_head: Formula, block_size: Formula, bytes_per_element: Formula
) -> Formula:
    """2: key and value of each token and of one landmark for each block_size tokens."""
    return 2 * n_layers * n_kv_heads * d_head * (1 + 1 / block_size) * bytes_per_element


def _landmark(part: str, reads: str) -> CachedTensor:
    """The key or the value of the landmarks; n_tokens counts the tokens of the text alone."""
    return CachedTensor(f"landmark {part}", "n_kv_heads", "d_head", mask=every("block_size"), part=part, reads=reads)


VARIANT = Variant(
    name="landmark",
    title="Landmark attention",
    family="stored is not read",
    about=(
        "A landmark token follows each full block and has a key and a value like any other. A step scores those "
        "of earlier blocks and reads the best top_blocks of these blocks and its own."
    ),
    source=LANDMARK,
    tensors=(
        *key_value(reads=SELECTED),
        _landmark("key", EARLIER),
        _landmark("value", f"min({EARLIER}, top_blocks)"),
    ),
    paper_form=paper_form,
    numbers=(),
    reduces_to=(Reduction("gqa", where=("n_tokens < block_size",)),),
    defaults={"block_size": 50},
    units=("1 = token",),
)
