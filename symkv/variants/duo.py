"""DuoAttention: retrieval heads keep every token, streaming heads the first and the last ones."""

from __future__ import annotations

from symkv.caches import Reduction, Source, Variant, key_value
from symkv.caches.masks import sinks
from symkv.formula import Formula, min
from symkv.symbols import Symbol, declare

XIAO_2024 = Source(
    "Xiao et al.",
    "DuoAttention: Efficient Long-Context LLM Inference with Retrieval and Streaming Heads",
    2024,
    "arXiv:2410.10819; shapes as in mit-han-lab/duo-attention, duo_attn/patch/static_kv_cache.py",
)

declare(
    Symbol(
        "n_retrieval_heads",
        r"n_{\mathrm{ret}}",
        "key-value heads that keep every token",
        "heads",
        dimension="head/layer",
    ),
    after="n_kv_heads",
)
declare(
    Symbol(
        "n_streaming_heads",
        r"n_{\mathrm{str}}",
        "key-value heads that keep the first and the last tokens",
        "heads",
        dimension="head/layer",
    ),
    after="n_retrieval_heads",
)


def paper_form(
    n_layers: Formula,
    n_retrieval_heads: Formula,
    n_streaming_heads: Formula,
    d_head: Formula,
    bytes_per_element: Formula,
    n_tokens: Formula,
    n_sinks: Formula,
    window: Formula,
) -> Formula:
    """2 (key and value) for all tokens of retrieval heads and for sink_size + recent_size of streaming heads."""
    rows = n_retrieval_heads * n_tokens + n_streaming_heads * min(n_tokens, n_sinks + window)
    return 2 * n_layers * rows * d_head * bytes_per_element


VARIANT = Variant(
    name="duo",
    title="Retrieval heads and streaming heads",
    family="windowed",
    about="In each layer some key-value heads keep every token, the others only sinks and a window of recent tokens.",
    source=XIAO_2024,
    tensors=(
        *key_value("n_retrieval_heads", of="retrieval"),
        *key_value("n_streaming_heads", of="streaming", mask=sinks()),
    ),
    paper_form=paper_form,
    paper_of="stored",
    numbers=(),
    reduces_to=(
        Reduction(
            "gqa",
            where=("n_kv_heads = n_retrieval_heads + n_streaming_heads", "n_tokens <= n_sinks + window"),
        ),
    ),
)
