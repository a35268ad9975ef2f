"""Native sparse attention: compressed rows, selected blocks and a window, each with keys and values of its own."""

from __future__ import annotations

from dataclasses import replace

from symkv.caches import CAUSAL, WINDOW, CachedTensor, Printed, Reduction, Source, Variant
from symkv.caches.masks import Mask, buffer, strided
from symkv.formula import Formula
from symkv.symbols import Symbol, declare

declare(Symbol("top_blocks", r"k_{\mathrm{b}}", "blocks that a query reads", "blocks", dimension="1"), after="top_k")

NSA = Source(
    "Yuan et al.",
    "Native Sparse Attention: Hardware-Aligned and Natively Trainable Sparse Attention",
    2025,
    "arXiv:2502.11089, sections 3.3 and 5.2, table 4",
)
# all tokens less the full blocks that are not picked; the last block is always picked
SELECTED = "n_tokens - block_size*max(0, ceil(n_tokens/block_size) - top_blocks)"

# A block of block_length tokens starts every block_stride tokens: its tokens wait until the last block that holds them
# is full, those of the open stride and as many strides before it as a block reaches back.
OPEN = replace(buffer("block_stride"), name="open", words="the tokens of the open stride", writes="1")
REACH = Mask(
    "reach",
    "the tokens of full strides that a block still to come reaches back to",
    kept="min(block_length - block_stride, n_tokens - mod(n_tokens, block_stride))",
    between="min(block_length - block_stride, n_tokens - mod(n_tokens, block_stride))",
    made="n_tokens - mod(n_tokens, block_stride)",
    oldest="n_tokens - mod(n_tokens, block_stride) - block_length + block_stride",
    writes="0",
    reads="0",
    level="block_length - block_stride",
    settled="block_length",
)


def paper_form(
    n_layers: Formula,
    n_kv_heads: Formula,
    d_k: Formula,
    d_v: Formula,
    block_stride: Formula,
    bytes_per_element: Formula,
) -> Formula:
    """Key and value of each token for the selection, and of each compressed block, one every block_stride tokens."""
    return n_layers * n_kv_heads * (d_k + d_v) * (1 + 1 / block_stride) * bytes_per_element


def _pair(name: str, mask: Mask = CAUSAL, reads: str | None = None) -> tuple[CachedTensor, ...]:
    """A key of width d_k and a value of width d_v."""
    return (
        CachedTensor(f"{name} key", "n_kv_heads", "d_k", mask=mask, part="key", reads=reads),
        CachedTensor(f"{name} value", "n_kv_heads", "d_v", mask=mask, part="value", reads=reads),
    )


def _printed(tokens: int, speedup: str) -> Printed:
    sizes = {"n_layers": 1, "n_kv_heads": 4, "d_head": 160, "d_k": 192, "d_v": 128, "bytes_per_element": 2}
    blocks = {"block_length": 32, "block_stride": 16, "block_size": 64, "top_blocks": 16, "window": 512}
    return Printed("read", {**sizes, **blocks, "n_tokens": tokens}, speedup, NSA, against="gqa")


VARIANT = Variant(
    name="nsa",
    title="Native sparse attention",
    family="stored is not read",
    about=(
        "Three branches with keys and values of their own: a compressed row for each block_length tokens, every "
        "block_stride; all tokens, of which top_blocks blocks are read; and a window."
    ),
    source=NSA,
    tensors=(
        *_pair("compressed", strided()),
        *_pair("selected", reads=SELECTED),
        *_pair("window", WINDOW),
        *_pair("open", OPEN),
        *_pair("reach", REACH),
    ),
    paper_form=paper_form,
    numbers=(_printed(8192, "4x"), _printed(16384, "6.4x"), _printed(32768, "9.1x"), _printed(65536, "11.6x")),
    reduces_to=(
        Reduction(
            "gqa",
            where=(
                "d_head = d_k + d_v",
                "floor((n_tokens - block_length)/block_stride) < 0",
                "n_tokens <= window",
                "ceil(n_tokens/block_size) <= top_blocks",
            ),
            only=("read",),
        ),
    ),
    where=("block_stride divides block_length", "block_stride < block_length"),
    defaults={"block_length": 32, "block_stride": 16, "block_size": 64, "top_blocks": 16, "window": 512},
    units=("1 = token",),
)
