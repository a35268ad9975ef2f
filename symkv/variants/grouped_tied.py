"""Grouped-tied attention (GTA): one state of each head is the value and the half of the key that is not rotated."""

from __future__ import annotations

from fractions import Fraction

from symkv.caches import CachedTensor, Printed, Reduction, Source, Variant
from symkv.formula import Formula


def zadouri(place: str) -> Source:
    """The paper at one place."""
    return Source(
        "Zadouri, Strauss, Dao", "Hardware-Efficient Attention for Fast Decoding", 2025, f"arXiv:2505.21487, {place}"
    )


def paper_form(
    n_kv_heads: Formula, d_head: Formula, d_rope: Formula, n_layers: Formula, bytes_per_element: Formula
) -> Formula:
    """One tied state (m_kv = 1) for each head, and the rotated half of the key once, in each layer."""
    return (n_kv_heads * d_head + d_rope) * n_layers * bytes_per_element


_TABLE = {"n_layers": 1, "d_head": 128, "d_rope": 64, "bytes_per_element": 2}
_RANK: dict[str, int | Fraction] = {"n_layers": 1, "d_head": 1, "d_rope": Fraction(1, 2), "bytes_per_element": 1}

VARIANT = Variant(
    name="grouped_tied",
    title="Grouped-tied attention (GTA)",
    family="every token kept",
    about=(
        "A head keeps one state, whole as value and half as key; the rotated other half of the key, d_rope = d_head/2, "
        "is one for all heads."
    ),
    source=zadouri("section 3.3.1"),
    tensors=(
        CachedTensor("tied key and value", heads="n_kv_heads", width="d_head"),
        CachedTensor("rotary key", heads="1", width="d_rope", part="rope"),
    ),
    paper_form=paper_form,
    numbers=(
        Printed("growth", {**_TABLE, "n_kv_heads": 4}, "1152", zadouri("table 5, GTA-4")),
        Printed("growth", {**_TABLE, "n_kv_heads": 2}, "640", zadouri("table 5, GTA-4 on one of two ranks")),
        Printed(
            "growth",
            {**_RANK, "n_kv_heads": 1},
            "1.5",
            zadouri("section 6, GTA-8 on one of eight ranks, in widths of a head"),
        ),
        Printed(
            "growth",
            {**_RANK, "n_kv_heads": 2},
            "2.5",
            zadouri("section 6, GTA-8 on one of four ranks, in widths of a head"),
        ),
        Printed(
            "growth",
            {**_TABLE, "n_kv_heads": 1},
            "25%",
            zadouri("section 6, GTA-8 against GQA-8 on one of eight ranks"),
            against="gqa",
            saved=True,
        ),
    ),
    reduces_to=(
        Reduction("mla", where=("d_latent = n_kv_heads*d_head",)),
        Reduction("gqa", where=("d_rope = n_kv_heads*d_head",)),
    ),
    units=("1 = head/layer",),
)
