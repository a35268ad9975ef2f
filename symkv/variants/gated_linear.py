"""Gated linear attention: linear attention whose state decays by a gate for each key channel."""

from __future__ import annotations

from symkv.caches import SLOT, CachedTensor, Printed, Reduction, Source, Variant
from symkv.formula import Formula

YANG_2023 = Source(
    "Yang et al.",
    "Gated Linear Attention Transformers with Hardware-Efficient Training",
    2023,
    "arXiv:2312.06635; shapes as in fla-org/flash-linear-attention, fla/layers/gla.py",
)


def paper_form(n_layers: Formula, n_heads: Formula, d_k: Formula, d_v: Formula, bytes_per_element: Formula) -> Formula:
    """A d_k x d_v state for each head."""
    return n_layers * n_heads * d_k * d_v * bytes_per_element


MEASURED = Source(
    "fla-org",
    "flash-linear-attention 0.6.0, measured caches",
    2026,
    "fla.layers.GatedLinearAttention, hidden_size 64 and 2 heads, run on a CPU: recurrent_state (1, 2, 32, 16)",
)

VARIANT = Variant(
    name="gated_linear",
    title="Gated linear attention",
    family="constant state",
    about="Each head keeps one d_k x d_v sum of keys times values, and a gate that depends on the token decays it.",
    source=YANG_2023,
    tensors=(CachedTensor("state", heads="n_heads", width="d_k*d_v", mask=SLOT, role="state"),),
    paper_form=paper_form,
    paper_of="state",
    numbers=(
        Printed(
            "stored",
            {"n_heads": 2, "d_k": 16, "d_v": 32, "n_layers": 1, "n_tokens": 8, "bytes_per_element": 1},
            "1024",
            MEASURED,
        ),
    ),
    reduces_to=(Reduction("lightning", where=("d_k = d_head", "d_v = d_head")),),
    units=("1 = element/(head*token)",),
)
