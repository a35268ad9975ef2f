"""Palu: keys and values are cached as low-rank latents, one for each group of heads, in few bits."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from symkv.caches import CachedTensor, Printed, Reduction, Source, Variant
from symkv.formula import Formula
from symkv.symbols import Symbol, declare

declare(
    Symbol(
        "n_head_groups", r"n_{\mathrm{grp}}", "groups of heads that share a latent", "heads", dimension="head/layer"
    ),
    after="n_kv_heads",
)
declare(
    Symbol(
        "d_key_latent", r"r_{\mathrm{k}}", "rank of the keys of a group", "elements", dimension="element/(head*token)"
    ),
    after="d_v",
)
declare(
    Symbol(
        "d_value_latent",
        r"r_{\mathrm{v}}",
        "rank of the values of a group",
        "elements",
        dimension="element/(head*token)",
    ),
    after="d_key_latent",
)

PALU = Source("Chang et al.", "Palu: Compressing KV-Cache with Low-Rank Projection", 2024, "arXiv:2407.21118, abstract")
PALU_TABLE = replace(PALU, locator="arXiv:2407.21118, table of quantised latents", checked=False)
_LLAMA = {"n_layers": 32, "n_heads": 32, "d_head": 128, "bytes_per_element": 2, "n_head_groups": 8}


def _kept(percent: int, n_bits: int) -> dict[str, int | Fraction]:
    """LLaMA-2-7B in groups of 4 heads, with so many per cent of the rank."""
    rank = Fraction(percent * 4 * 128, 100)
    return {**_LLAMA, "d_key_latent": rank, "d_value_latent": rank, "n_bits": n_bits}


def paper_form(
    n_layers: Formula, n_head_groups: Formula, d_key_latent: Formula, d_value_latent: Formula, n_bits: Formula
) -> Formula:
    """The latents of all groups of heads in n_bits bits; 8: bits in a byte."""
    return n_layers * n_head_groups * (d_key_latent + d_value_latent) * n_bits / 8


VARIANT = Variant(
    name="palu",
    title="Low-rank keys and values (Palu)",
    family="token budgets",
    about="The key and value projections are factored: groups of heads cache latents of a lower rank in n_bits bits.",
    source=PALU,
    tensors=(
        CachedTensor("key latent", "n_head_groups", "d_key_latent", part="key", rate="n_bits/8"),
        CachedTensor("value latent", "n_head_groups", "d_value_latent", part="value", rate="n_bits/8"),
    ),
    paper_form=paper_form,
    numbers=(
        Printed("growth", _kept(70, 2), "91.25%", PALU, against="mha", saved=True),
        Printed("growth", _kept(70, 3), "86.87%", PALU_TABLE, against="mha", saved=True),
        Printed("growth", _kept(50, 3), "90.63%", PALU_TABLE, against="mha", saved=True),
        Printed("growth", _kept(50, 2), "93.75%", PALU_TABLE, against="mha", saved=True),
    ),
    units=("8 = bit/byte",),
    reduces_to=(
        Reduction(
            "gqa",
            where=(
                "n_head_groups = n_kv_heads",
                "d_key_latent = d_head",
                "d_value_latent = d_head",
                "n_bits = 8*bytes_per_element",
            ),
        ),
    ),
)
