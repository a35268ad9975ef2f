"""Gated DeltaNet: a matrix state for each head that a step decays and corrects, and three short convolutions."""

from __future__ import annotations

from symkv.caches import SLOT, CachedTensor, Source, Variant
from symkv.caches.masks import window
from symkv.formula import Formula

GDN = Source("Yang et al.", "Gated Delta Networks: Improving Mamba2 with Delta Rule", 2024, "arXiv:2412.06464")


def paper_form(
    n_layers: Formula,
    n_heads: Formula,
    d_k: Formula,
    d_v: Formula,
    n_key_heads: Formula,
    d_conv: Formula,
    bytes_per_element: Formula,
) -> Formula:
    """A d_k x d_v state for each value head, and the last d_conv inputs of queries, keys and values."""
    convolution = (2 * n_key_heads * d_k + n_heads * d_v) * d_conv  # 2: queries and keys
    return n_layers * (n_heads * d_k * d_v + convolution) * bytes_per_element


VARIANT = Variant(
    name="gated_deltanet",
    title="Gated DeltaNet",
    family="constant state",
    about="Each value head keeps one d_k x d_v matrix; queries, keys and values pass a convolution of d_conv columns.",
    source=GDN,
    tensors=(
        CachedTensor("state", heads="n_heads", width="d_k*d_v", mask=SLOT, role="state"),
        CachedTensor("query and key inputs", heads="n_key_heads", width="2*d_k", mask=window("d_conv"), role="conv"),
        CachedTensor("value inputs", heads="n_heads", width="d_v", mask=window("d_conv"), role="conv"),
    ),
    paper_form=paper_form,
    paper_of="state",
    numbers=(),
    defaults={"d_conv": 4},
    units=("1 = element/(head*token)", "1 = token"),
)
