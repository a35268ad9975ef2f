"""InfLLM: far tokens lie in blocks, each with one representative key, and a step reads the best blocks."""

from __future__ import annotations

from symkv.caches import CachedTensor, Reduction, Source, Variant, key_value
from symkv.caches.masks import strided
from symkv.formula import Formula
from symkv.symbols import Symbol, declare

declare(Symbol("top_blocks", r"k_{\mathrm{b}}", "blocks that a query reads", "blocks", dimension="1"), after="top_k")

INFLLM = Source(
    "Xiao et al.",
    "InfLLM: Training-Free Long-Context Extrapolation for LLMs with an Efficient Context Memory",
    2024,
    "arXiv:2402.04617; blocks as in thunlp/InfLLM, inf_llm/attention/context_manager.py",
)
BLOCKS = "max(0, floor((n_tokens - 1 - n_sinks - window)/block_size))"  # those that were full before the step
READ = f"n_tokens - block_size*max(0, {BLOCKS} - top_blocks)"


def paper_form(
    n_layers: Formula,
    n_kv_heads: Formula,
    n_heads: Formula,
    d_head: Formula,
    block_size: Formula,
    bytes_per_element: Formula,
) -> Formula:
    """2: key and value of each token; one representative key for each query head and block."""
    return n_layers * d_head * (2 * n_kv_heads + n_heads / block_size) * bytes_per_element


VARIANT = Variant(
    name="infllm",
    title="InfLLM",
    family="stored is not read",
    about=(
        "A step reads the first n_sinks tokens, a window, tokens not yet in a block, and the best top_blocks blocks by "
        "their representative keys. The blocks may lie in host memory; all of it is counted here."
    ),
    source=INFLLM,
    tensors=(
        *key_value(reads=READ),
        CachedTensor(
            "representative key",
            "n_heads",
            "d_head",
            mask=strided("n_sinks + window + block_size", "block_size"),
            role="index",
            part="index",
            reads=BLOCKS,
        ),
    ),
    paper_form=paper_form,
    numbers=(),
    reduces_to=(Reduction("gqa", where=("n_tokens < n_sinks + window + block_size",)),),
    defaults={"n_sinks": 128, "window": 4096, "top_blocks": 16},
    units=("1 = token",),
)
