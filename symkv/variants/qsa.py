"""Query sparse attention (Qwen4-Exp): one index key for each m tokens picks blocks of m keys and values."""

from __future__ import annotations

from symkv.caches import CachedTensor, Source, Variant, key_value
from symkv.caches.masks import buffer, every
from symkv.formula import Formula

QSA = Source(
    "Qwen Team",
    "Qwen4-Exp",
    2026,
    "huggingface/transformers, modular_qwen4_exp.py: Qwen4ExpTextQSAIndexer; the pooled keys and the ring of pending "
    "ones as in sgl-project/sglang, python/sglang/srt/mem_cache/qsa_kv_pool.py",
)


def paper_form(
    n_layers: Formula,
    n_kv_heads: Formula,
    d_head: Formula,
    d_index: Formula,
    compression: Formula,
    bytes_per_element: Formula,
) -> Formula:
    """2: key and value of each token; one index key for each group of m tokens."""
    return n_layers * (2 * n_kv_heads * d_head + d_index / compression) * bytes_per_element


VARIANT = Variant(
    name="qsa",
    title="Query sparse attention",
    family="stored is not read",
    about=(
        "One index key is the mean of m token keys; a step reads the keys and values of the best blocks of m, top_k "
        "tokens in all, and of the block that is not full. The index keys of that one wait in a buffer."
    ),
    source=QSA,
    tensors=(
        *key_value(reads="min(n_tokens, top_k + mod(n_tokens, compression))"),
        CachedTensor("index key", "1", "d_index", mask=every(), role="index", part="index"),
        CachedTensor("pending index key", "1", "d_index", mask=buffer(), role="index", part="index"),
    ),
    paper_form=paper_form,
    numbers=(),
    where=("compression divides top_k",),
    defaults={"compression": 4},
    units=("1 = layer/head", "1 = token"),
)
