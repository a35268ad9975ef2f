"""Gated slot attention: a fixed number of slots for keys and for values, each with a forget gate."""

from __future__ import annotations

from symkv.caches import SLOT, CachedTensor, Source, Variant
from symkv.formula import Formula
from symkv.symbols import Symbol, declare

declare(
    Symbol(
        "n_slots",
        r"n_{\mathrm{slot}}",
        "slots that gather keys and values",
        "slots",
        "positive integer",
        ("num_slots",),
        "token",
    ),
    after="d_v",
)
ZHANG_2024 = Source(
    "Zhang et al.",
    "Gated Slot Attention for Efficient Linear-Time Sequence Modeling",
    2024,
    "arXiv:2409.07146; shapes as in fla-org/flash-linear-attention, fla/layers/gsa.py and "
    "fla/ops/gsa/fused_recurrent.py",
)


def paper_form(
    n_layers: Formula, n_heads: Formula, n_slots: Formula, d_k: Formula, d_v: Formula, bytes_per_element: Formula
) -> Formula:
    """slots * (key width + value width) elements for each head."""
    return n_layers * n_heads * n_slots * (d_k + d_v) * bytes_per_element


VARIANT = Variant(
    name="gated_slot",
    title="Gated slot attention",
    family="constant state",
    about="Each head gathers all keys and all values in n_slots slots, and a query attends to the slots by softmax.",
    source=ZHANG_2024,
    tensors=(
        CachedTensor("key slots", heads="n_heads", width="n_slots*d_k", mask=SLOT, role="state"),
        CachedTensor("value slots", heads="n_heads", width="n_slots*d_v", mask=SLOT, role="state"),
    ),
    paper_form=paper_form,
    paper_of="state",
    numbers=(),
)
