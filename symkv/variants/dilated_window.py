"""Dilated window: a token sees every d-th of the tokens before it, but later tokens need those between."""

from __future__ import annotations

from symkv.caches import Reduction, Source, Variant, key_value
from symkv.caches.masks import window as last
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
    Symbol("dilation", r"\delta", "tokens from one row that a query sees to the next", "tokens", dimension="1"),
    after="window",
)


def paper_form(
    n_layers: Formula,
    n_kv_heads: Formula,
    d_head: Formula,
    bytes_per_element: Formula,
    n_tokens: Formula,
    window: Formula,
    dilation: Formula,
) -> Formula:
    """2 (key and value) for the whole span of window rows that lie dilation tokens apart."""
    span = (window - 1) * dilation + 1
    return 2 * n_layers * n_kv_heads * d_head * bytes_per_element * min(n_tokens, span)


VARIANT = Variant(
    name="dilated_window",
    title="Dilated window",
    family="windowed",
    about=(
        "A query goes over window rows, each dilation tokens before the last; the rows between are read by "
        "the next queries, so dilation times as many are stored as are read."
    ),
    source=BELTAGY_2020,
    tensors=key_value(mask=last("(window - 1)*dilation + 1"), reads="min(ceil(n_tokens/dilation), window)"),
    paper_form=paper_form,
    paper_of="stored",
    numbers=(),
    units=("1 = token",),
    reduces_to=(Reduction("sliding_window", where=("dilation = 1",)),),
)
