"""Attention sinks: the first tokens are kept for ever beside a window of the last ones."""

from __future__ import annotations

from symkv.caches import Printed, Reduction, Source, Variant, key_value
from symkv.caches.masks import sinks
from symkv.formula import Formula, min

XIAO_2023 = Source(
    "Xiao et al.",
    "Efficient Streaming Language Models with Attention Sinks",
    2023,
    "arXiv:2309.17453, section 3.2; eviction as in mit-han-lab/streaming-llm, streaming_llm/kv_cache.py",
)


def paper_form(
    n_layers: Formula,
    n_kv_heads: Formula,
    d_head: Formula,
    bytes_per_element: Formula,
    n_tokens: Formula,
    n_sinks: Formula,
    window: Formula,
) -> Formula:
    """2 (key and value) for the tokens of start_size + recent_size."""
    return 2 * n_layers * n_kv_heads * d_head * bytes_per_element * min(n_tokens, n_sinks + window)


MEASURED = Source(
    "Hugging Face",
    "transformers 4.41.2, measured caches",
    2024,
    "SinkCache with window_length 24 and num_sink_tokens 4, a tiny random Llama",
)
_TINY = {"n_layers": 3, "n_kv_heads": 2, "d_head": 16, "n_sinks": 4, "window": 20, "bytes_per_element": 1}

VARIANT = Variant(
    name="streaming_sinks",
    title="Attention sinks and a window",
    family="windowed",
    about="The first n_sinks tokens, on which attention piles up, stay for ever; beside them the last window is kept.",
    source=XIAO_2023,
    tensors=key_value(mask=sinks()),
    paper_form=paper_form,
    paper_of="stored",
    numbers=(
        Printed("stored", {**_TINY, "n_tokens": 20}, "3840", MEASURED),
        Printed("stored", {**_TINY, "n_tokens": 55}, "4608", MEASURED),
    ),
    defaults={"n_sinks": 4},
    reduces_to=(Reduction("gqa", where=("n_tokens <= n_sinks + window",)),),
)
