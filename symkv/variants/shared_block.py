"""Shared attention blocks: the weights are used at several depths, each time with a cache of its own."""

from __future__ import annotations

from symkv.caches import Printed, Reduction, Source, Variant, key_value
from symkv.formula import Formula
from symkv.symbols import Symbol, declare

ZAMBA_2 = Source(
    "Glorioso et al.",
    "The Zamba2 Suite: Technical Report",
    2024,
    "arXiv:2411.15242; caches as in huggingface/transformers 5.23.0, zamba2/modeling_zamba2.py",
)
MEASURED = Source("Hugging Face", "transformers 5.23.0, measured caches", 2026, "model type zamba2, per further token")

declare(
    Symbol(
        "n_applications",
        r"N_{\mathrm{app}}",
        "depths at which a shared block is applied",
        "layers",
        dimension="layer",
    ),
    after="n_unique_layers",
)


def paper_form(n_applications: Formula, n_kv_heads: Formula, d_head: Formula, bytes_per_element: Formula) -> Formula:
    """2 (key and value) for each application of a block, however many blocks have weights of their own."""
    return n_applications * 2 * n_kv_heads * d_head * bytes_per_element


VARIANT = Variant(
    name="shared_block",
    title="Shared attention blocks",
    family="shared across layers",
    about=(
        "One block of attention weights is applied at n_applications depths, and each application keeps its own keys "
        "and values. Zamba2's heads are 2*hidden/n_heads wide, and Mamba-2 states lie beside them."
    ),
    source=ZAMBA_2,
    tensors=key_value(layers="n_applications"),
    paper_form=paper_form,
    numbers=(
        Printed(
            "growth", {"n_applications": 2, "n_kv_heads": 6, "d_head": 32, "bytes_per_element": 1}, "768", MEASURED
        ),
    ),
    reduces_to=(
        Reduction("gqa", where=("n_layers = n_applications",)),
        Reduction("mha", where=("n_layers = n_applications", "n_heads = n_kv_heads")),
    ),
)
