"""Infini-attention: attention inside a segment, and one matrix for each head that absorbs all earlier segments."""

from __future__ import annotations

from dataclasses import replace

from symkv.caches import SLOT, CachedTensor, Printed, Source, Variant
from symkv.caches.masks import chunk as own_segment
from symkv.formula import Formula

MUNKHDALAI_2024 = Source(
    "Munkhdalai et al.",
    "Leave No Context Behind: Efficient Infinite Context Transformers with Infini-attention",
    2024,
    "arXiv:2404.07143, tables 1 and 2",
)

ABSORBING = replace(
    SLOT, words="one slot, rewritten at the end of each segment", writes="max(0, 1 - mod(n_tokens, chunk))"
)


def paper_form(
    d_k: Formula, d_v: Formula, n_heads: Formula, n_layers: Formula, chunk: Formula, bytes_per_element: Formula
) -> Formula:
    """d_key x (d_value + 1) x H x l elements as in table 1, and the keys and values of a whole segment beside them."""
    return (d_k * (d_v + 1) + (d_k + d_v) * chunk) * n_heads * n_layers * bytes_per_element


VARIANT = Variant(
    name="infini_attention",
    title="Infini-attention",
    family="windowed",
    about=(
        "A token attends to its own segment of chunk tokens; when a segment ends, each head adds its keys and values "
        "to one d_k x d_v matrix and its keys to one normaliser. The paper's counts leave the segment out."
    ),
    source=MUNKHDALAI_2024,
    tensors=(
        CachedTensor("memory", heads="n_heads", width="d_k*d_v", mask=ABSORBING, role="state"),
        CachedTensor("normaliser", heads="n_heads", width="d_k", mask=ABSORBING, role="state"),
        CachedTensor("segment key", heads="n_heads", width="d_k", mask=own_segment(), part="key"),
        CachedTensor("segment value", heads="n_heads", width="d_v", mask=own_segment(), part="value"),
    ),
    paper_form=paper_form,
    paper_of="state",
    numbers=(
        Printed(
            "stored",
            {"n_layers": 12, "n_heads": 8, "d_k": 128, "d_v": 128, "bytes_per_element": 1, "n_tokens": 2048},
            "1.6M",
            MUNKHDALAI_2024,
            only=("memory", "normaliser"),
        ),
    ),
    units=("1 = element/(head*token)", "1 = token"),
)
