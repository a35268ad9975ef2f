"""Multi-head low-rank attention (MLRA): the latent is cut into branches that ranks can share out."""

from __future__ import annotations

from fractions import Fraction

from symkv.caches import CachedTensor, Printed, Reduction, Source, Variant
from symkv.formula import Formula
from symkv.symbols import Symbol, declare

declare(
    Symbol("n_branches", r"n_{\mathrm{b}}", "branches of the latent", "branches", "positive integer", (), "head/layer"),
    after="n_kv_heads",
)


def liu(place: str) -> Source:
    """The authors' own text at one place."""
    return Source(
        "Liu et al.",
        "Multi-Head Low-Rank Attention",
        2026,
        f"arXiv:2603.02188; authors' page songtaoliu0823.github.io/mlra, {place}",
    )


def paper_form(d_latent: Formula, d_rope: Formula, n_layers: Formula, bytes_per_element: Formula) -> Formula:
    """(latent + rotary key) * layers, whatever the number of branches: 4*d_head + 0.5*d_head in the paper."""
    return (d_latent + d_rope) * n_layers * bytes_per_element


_UNIT: dict[str, int | Fraction] = {"n_layers": 1, "d_rope": Fraction(1, 2), "bytes_per_element": 1}


def _printed(branches: int, printed: str, ranks: str) -> Printed:
    """A cell of the table of loads per rank, in widths of a head: one branch is one width."""
    source = liu(f"section 3.2, {ranks}, in widths of a head")
    return Printed("growth", {**_UNIT, "n_branches": branches, "d_latent": branches}, printed, source)


VARIANT = Variant(
    name="mlra",
    title="Multi-head low-rank attention (MLRA)",
    family="every token kept",
    about="The latent of MLA is cut into blocks with an attention branch each: same size, but ranks can split it.",
    source=liu("sections 2.3 and 3.2"),
    tensors=(
        CachedTensor("latent block", heads="n_branches", width="d_latent/n_branches", part="latent"),
        CachedTensor("rotary key", heads="1", width="d_rope", part="rope"),
    ),
    paper_form=paper_form,
    numbers=(
        _printed(4, "4.5", "MLRA-4 on one rank"),
        _printed(2, "2.5", "MLRA-4 on one of two ranks"),
        _printed(1, "1.5", "MLRA-4 on one of four ranks"),
    ),
    reduces_to=(
        Reduction("mla", where=("n_branches divides d_latent",)),
        Reduction("grouped_latent", where=("d_latent = 2*n_latent_heads*d_head",)),
    ),
    where=("n_branches divides d_latent",),
)
