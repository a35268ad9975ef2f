"""Quest: the least and greatest key of each page bound its scores, and only the best pages are read."""

from __future__ import annotations

from symkv.caches import CachedTensor, Printed, Source, Variant, key_value
from symkv.caches.masks import merged
from symkv.formula import Formula
from symkv.symbols import Symbol, declare

declare(Symbol("top_blocks", r"k_{\mathrm{b}}", "blocks that a query reads", "blocks", dimension="1"), after="top_k")

QUEST = Source(
    "Tang et al.",
    "Quest: Query-Aware Sparsity for Efficient Long-Context LLM Inference",
    2024,
    "arXiv:2406.10774, section 3.5; code mit-han-lab/Quest, quest/utils/controller.py",
)
# all tokens less the full pages that are not picked; the last page is always picked
SELECTED = "n_tokens - block_size*max(0, ceil(n_tokens/block_size) - top_blocks)"


def paper_form(
    n_layers: Formula, n_kv_heads: Formula, d_head: Formula, block_size: Formula, bytes_per_element: Formula
) -> Formula:
    """2M per token for key and value and 2M per page for the two bounds, M being one row of keys in all layers."""
    return 2 * n_layers * n_kv_heads * d_head * bytes_per_element * (1 + 1 / block_size)


VARIANT = Variant(
    name="quest",
    title="Quest",
    family="stored is not read",
    about=(
        "The cache is kept whole. Each page has the least and greatest value of every key channel; a step reads these "
        "bounds of all pages, and keys and values of the best top_blocks pages, the last always among them."
    ),
    source=QUEST,
    tensors=(
        *key_value(reads=SELECTED),
        CachedTensor("least key", "n_kv_heads", "d_head", mask=merged("block_size"), role="index", part="index"),
        CachedTensor("greatest key", "n_kv_heads", "d_head", mask=merged("block_size"), role="index", part="index"),
    ),
    paper_form=paper_form,
    numbers=(
        Printed(
            "read",
            {
                "n_layers": 1,
                "n_kv_heads": 32,
                "d_head": 128,
                "block_size": 16,
                "top_blocks": 256,  # 4K tokens: the text says 4K pages, which 64K tokens do not have to choose from
                "bytes_per_element": 2,
                "n_tokens": 65536,
            },
            "8x",
            QUEST,
            against="gqa",
        ),
    ),
    defaults={"block_size": 16},
    units=("1 = token",),
)
