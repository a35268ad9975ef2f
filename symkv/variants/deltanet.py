"""DeltaNet: linear attention that corrects its state by the delta rule, with three short convolutions."""

from __future__ import annotations

from symkv.caches import SLOT, CachedTensor, Printed, Source, Variant
from symkv.caches.masks import window
from symkv.formula import Formula

YANG_2024 = Source(
    "Yang et al.",
    "Parallelizing Linear Transformers with the Delta Rule over Sequence Length",
    2024,
    "arXiv:2406.06484; shapes as in fla-org/flash-linear-attention, fla/layers/delta_net.py",
)


def paper_form(
    n_layers: Formula, n_heads: Formula, d_k: Formula, d_v: Formula, d_conv: Formula, bytes_per_element: Formula
) -> Formula:
    """A d_k x d_v state for each head, and the last d_conv inputs of queries, keys (so 2) and values."""
    return n_layers * n_heads * (d_k * d_v + (2 * d_k + d_v) * d_conv) * bytes_per_element


MEASURED = Source(
    "fla-org",
    "flash-linear-attention 0.6.0, measured caches",
    2026,
    "fla.layers.DeltaNet, hidden_size 64 and 4 heads, run on a CPU: a state (1, 4, 16, 16), three of (1, 64, 4)",
)
_TINY = {"n_heads": 4, "d_k": 16, "d_v": 16, "d_conv": 4, "n_layers": 1, "n_tokens": 8, "bytes_per_element": 1}

VARIANT = Variant(
    name="deltanet",
    title="DeltaNet",
    family="constant state",
    about="Each head keeps one d_k x d_v matrix that a step corrects; queries, keys and values pass a convolution.",
    source=YANG_2024,
    tensors=(
        CachedTensor("state", heads="n_heads", width="d_k*d_v", mask=SLOT, role="state"),
        CachedTensor("query and key inputs", heads="n_heads", width="2*d_k", mask=window("d_conv"), role="conv"),
        CachedTensor("value inputs", heads="n_heads", width="d_v", mask=window("d_conv"), role="conv"),
    ),
    paper_form=paper_form,
    paper_of="state",
    numbers=(
        Printed("stored", _TINY, "1024", MEASURED, only=("state",)),
        Printed("stored", _TINY, "768", MEASURED, only=("query and key inputs", "value inputs")),
        Printed("stored", _TINY, "1792", MEASURED),
    ),
    defaults={"d_conv": 4},
    units=("1 = element/(head*token)", "1 = token"),
)
