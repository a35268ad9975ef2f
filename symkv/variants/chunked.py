"""Chunked attention: a token sees the tokens of its own chunk only, so the cache is a saw-tooth."""

from __future__ import annotations

from symkv.caches import Printed, Reduction, Source, Variant, key_value
from symkv.caches.masks import chunk as own_chunk
from symkv.formula import Formula, floor

LLAMA_4 = Source(
    "Meta", "Llama 4 in transformers", 2025, "huggingface/transformers, configuration_llama4.py: attention_chunk_size"
)


def paper_form(
    n_layers: Formula,
    n_kv_heads: Formula,
    d_head: Formula,
    bytes_per_element: Formula,
    n_tokens: Formula,
    chunk: Formula,
) -> Formula:
    """2 (key and value) for the tokens since the start of the chunk: all tokens less the full chunks before."""
    return 2 * n_layers * n_kv_heads * d_head * bytes_per_element * (n_tokens - chunk * floor((n_tokens - 1) / chunk))


MEASURED = Source(
    "Hugging Face",
    "transformers 5.23.0, measured caches",
    2026,
    "model type llama4: records in the first chunk less the global layers, 5760 - 15*96 and 6912 - 12*192",
)
_TINY = {"n_kv_heads": 2, "d_head": 24, "bytes_per_element": 1}

VARIANT = Variant(
    name="chunked",
    title="Chunked attention",
    family="windowed",
    about="A token attends to the tokens of its own chunk, and all rows are let go when the next chunk starts.",
    source=LLAMA_4,
    tensors=key_value(mask=own_chunk()),
    paper_form=paper_form,
    paper_of="stored",
    numbers=(
        Printed("between", {**_TINY, "n_layers": 3, "chunk": 16, "n_tokens": 15}, "4320", MEASURED),
        Printed("between", {**_TINY, "n_layers": 4, "chunk": 13, "n_tokens": 12}, "4608", MEASURED),
    ),
    reduces_to=(Reduction("gqa", where=("n_tokens <= chunk",)),),
)
