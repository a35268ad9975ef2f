"""Global tokens and a window: chosen tokens at the start are seen by all, the others by their neighbours."""

from __future__ import annotations

from symkv.caches import Reduction, Source, Variant, key_value
from symkv.caches.masks import sinks
from symkv.formula import Formula, min
from symkv.symbols import Symbol, declare

BELTAGY_2020 = Source(
    "Beltagy et al.",
    "Longformer: The Long-Document Transformer",
    2020,
    "arXiv:2004.05150, section 3.1: the attention pattern, of which the cache of a decoder follows",
    checked=False,
)

declare(
    Symbol("n_global_tokens", r"S_{\mathrm{g}}", "first tokens that all others see", "tokens", dimension="token"),
    after="n_sinks",
)


def paper_form(
    n_layers: Formula,
    n_kv_heads: Formula,
    d_head: Formula,
    bytes_per_element: Formula,
    n_tokens: Formula,
    n_global_tokens: Formula,
    window: Formula,
) -> Formula:
    """2 (key and value) for the tokens with global attention and for those of the window."""
    return 2 * n_layers * n_kv_heads * d_head * bytes_per_element * min(n_tokens, n_global_tokens + window)


VARIANT = Variant(
    name="global_window",
    title="Global tokens and a window",
    family="windowed",
    about="Tokens with global attention, such as a question at the start, are seen by all, the rest in a window.",
    source=BELTAGY_2020,
    tensors=key_value(mask=sinks("n_global_tokens")),
    paper_form=paper_form,
    paper_of="stored",
    numbers=(),
    reduces_to=(
        Reduction("streaming_sinks", where=("n_sinks = n_global_tokens",)),
        Reduction("gqa", where=("n_tokens <= n_global_tokens + window",)),
    ),
)
