"""Grouped latent attention (GLA): several latent heads, so that ranks can share them out."""

from __future__ import annotations

from fractions import Fraction

from symkv.caches import CachedTensor, Printed, Reduction, Source, Variant
from symkv.formula import Formula
from symkv.symbols import Symbol, declare

declare(
    Symbol("n_latent_heads", r"h_{\mathrm{c}}", "latent heads", "heads", "positive integer", (), "head/layer"),
    after="n_kv_heads",
)


def zadouri(place: str) -> Source:
    """The paper at one place."""
    return Source(
        "Zadouri, Strauss, Dao", "Hardware-Efficient Attention for Fast Decoding", 2025, f"arXiv:2505.21487, {place}"
    )


def paper_form(
    n_latent_heads: Formula, d_head: Formula, d_rope: Formula, n_layers: Formula, bytes_per_element: Formula
) -> Formula:
    """Latent heads of width 2*d_head, and one decoupled rotary key, in each layer."""
    return (n_latent_heads * 2 * d_head + d_rope) * n_layers * bytes_per_element


_TABLE = {"n_layers": 1, "d_head": 128, "d_rope": 64, "bytes_per_element": 2}

VARIANT = Variant(
    name="grouped_latent",
    title="Grouped latent attention (GLA)",
    family="every token kept",
    about="A few latent heads of width 2*d_head serve a group of query heads each; one rotary key is shared by all.",
    source=zadouri("section 3.3.2"),
    tensors=(
        CachedTensor("latent", heads="n_latent_heads", width="2*d_head", part="latent"),
        CachedTensor("rotary key", heads="1", width="d_rope", part="rope"),
    ),
    paper_form=paper_form,
    numbers=(
        Printed("growth", {**_TABLE, "n_latent_heads": 2}, "1152", zadouri("table 5, GLA-2")),
        Printed("growth", {**_TABLE, "n_latent_heads": 1}, "640", zadouri("table 5, GLA-2 on one of two ranks")),
        Printed(
            "growth",
            {"n_layers": 1, "n_latent_heads": 1, "d_head": 1, "d_rope": Fraction(1, 2), "bytes_per_element": 1},
            "2.5",
            zadouri("section 6, GLA-8 on one of eight ranks, in widths of a head"),
        ),
    ),
    reduces_to=(
        Reduction("mla", where=("d_latent = 2*n_latent_heads*d_head",)),
        Reduction("gqa", where=("n_kv_heads = n_latent_heads", "d_rope = 0")),
    ),
    units=("1 = head/layer",),
)
