"""Gated slot attention: a fixed number of slots for keys and for values, each with a forget gate."""

from __future__ import annotations

from symkv.caches import SLOT, CachedTensor, Printed, Source, Variant
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


MEASURED = Source(
    "fla-org",
    "flash-linear-attention 0.6.0, measured caches",
    2026,
    "fla.layers.GatedSlotAttention, hidden_size 64, 4 heads, 8 slots, run on a CPU: (1, 4, 16, 8) and (1, 4, 8, 16)",
)

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
    numbers=(
        Printed(
            "stored",
            {"n_heads": 4, "n_slots": 8, "d_k": 16, "d_v": 16, "n_layers": 1, "n_tokens": 8, "bytes_per_element": 1},
            "1024",
            MEASURED,
        ),
    ),
)
