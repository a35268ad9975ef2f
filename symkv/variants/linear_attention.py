"""Linear attention: a feature map in place of the softmax, so that all history is one matrix and one vector."""

from __future__ import annotations

from symkv.caches import SLOT, CachedTensor, Source, Variant
from symkv.formula import Formula

KATHAROPOULOS_2020 = Source(
    "Katharopoulos et al.",
    "Transformers are RNNs: Fast Autoregressive Transformers with Linear Attention",
    2020,
    "arXiv:2006.16236; shapes as in idiap/fast-transformers, "
    "fast_transformers/recurrent/attention/self_attention/linear_attention.py",
)


def paper_form(n_layers: Formula, n_heads: Formula, d_k: Formula, d_v: Formula, bytes_per_element: Formula) -> Formula:
    """The matrix S of d_k x d_v and the vector Z of d_k for each head, d_k being the width after the feature map."""
    return n_layers * n_heads * (d_k * d_v + d_k) * bytes_per_element


VARIANT = Variant(
    name="linear_attention",
    title="Linear attention",
    family="constant state",
    about="Each head keeps the sum of feature-mapped keys times values and, to divide by, the sum of those keys.",
    source=KATHAROPOULOS_2020,
    tensors=(
        CachedTensor("state", heads="n_heads", width="d_k*d_v", mask=SLOT, role="state"),
        CachedTensor("normaliser", heads="n_heads", width="d_k", mask=SLOT, role="state"),
    ),
    paper_form=paper_form,
    paper_of="state",
    numbers=(),
    units=("1 = element/(head*token)",),
)
