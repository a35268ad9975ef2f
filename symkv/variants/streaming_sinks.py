"""Attention sinks: the first tokens are kept for ever beside a window of the last ones."""

from __future__ import annotations

from symkv.caches import Reduction, Source, Variant, key_value
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


VARIANT = Variant(
    name="streaming_sinks",
    title="Attention sinks and a window",
    family="windowed",
    about="The first n_sinks tokens, on which attention piles up, stay for ever; beside them the last window is kept.",
    source=XIAO_2023,
    tensors=key_value(mask=sinks()),
    paper_form=paper_form,
    paper_of="stored",
    numbers=(),
    defaults={"n_sinks": 4},
    reduces_to=(Reduction("gqa", where=("n_tokens <= n_sinks + window",)),),
)
