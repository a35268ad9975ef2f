"""ThinK: key channels that matter little to the queries are pruned, so that keys are narrower than values."""

from __future__ import annotations

from symkv.caches import CachedTensor, Reduction, Source, Variant
from symkv.caches.masks import fixed
from symkv.formula import Formula
from symkv.symbols import Symbol, declare

declare(
    Symbol(
        "d_kept", r"d_{\mathrm{keep}}", "channels of a key that are kept", "elements", dimension="element/(head*token)"
    ),
    after="d_v",
)

THINK = Source(
    "Xu et al.", "ThinK: Thinner Key Cache by Query-Driven Pruning", 2024, "arXiv:2407.21018, abstract and figure 1"
)


def paper_form(
    n_layers: Formula, n_kv_heads: Formula, d_kept: Formula, d_head: Formula, bytes_per_element: Formula
) -> Formula:
    """The kept channels of a key and the whole value."""
    return n_layers * n_kv_heads * (d_kept + d_head) * bytes_per_element


VARIANT = Variant(
    name="think",
    title="Pruned key channels (ThinK)",
    family="token budgets",
    about="Each head keeps d_kept of the d_head key channels, a mask of one bit for each channel, and whole values.",
    source=THINK,
    tensors=(
        CachedTensor("key", "n_kv_heads", "d_kept", part="key"),
        CachedTensor("value", "n_kv_heads", "d_head", part="value"),
        CachedTensor("channel mask", "n_kv_heads", "d_head", mask=fixed("1"), role="state", rate="1/8"),
    ),
    paper_form=paper_form,
    numbers=(),
    where=("d_kept <= d_head",),
    reduces_to=(Reduction("gqa", where=("d_kept = d_head",), only=("growth", "written")),),
)
