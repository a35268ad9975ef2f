"""Differential key and value heads (SIGMA): fewer key heads than value heads, each with a width of its own."""

from __future__ import annotations

from symkv.caches import CachedTensor, Printed, Reduction, Source, Variant
from symkv.formula import Formula
from symkv.symbols import Symbol, declare

declare(
    Symbol("n_k_heads", r"n_{\mathrm{k}}", "heads of the cached key", "heads", "positive integer", (), "head/layer"),
    after="n_kv_heads",
)
declare(
    Symbol("n_v_heads", r"n_{\mathrm{v}}", "heads of the cached value", "heads", "positive integer", (), "head/layer"),
    after="n_k_heads",
)

SIGMA = Source(
    "Lin et al.",
    "Sigma: Differential Rescaling of Query, Key and Value for Efficient Language Models",
    2025,
    "arXiv:2501.13629, section 3.1, equations 1 and 2",
)


def paper_form(
    n_k_heads: Formula,
    d_k: Formula,
    n_v_heads: Formula,
    d_v: Formula,
    n_layers: Formula,
    bytes_per_element: Formula,
) -> Formula:
    """Equation 1 for one sequence and one token: key heads * width + value heads * width, in each layer."""
    return (n_k_heads * d_k + n_v_heads * d_v) * n_layers * bytes_per_element


VARIANT = Variant(
    name="diffkv",
    title="Differential key and value heads",
    family="every token kept",
    about="Keys are squeezed harder than values: SIGMA-1.5B keeps 4 key heads and 16 value heads of width 64.",
    source=SIGMA,
    tensors=(
        CachedTensor("key", heads="n_k_heads", width="d_k", part="key"),
        CachedTensor("value", heads="n_v_heads", width="d_v", part="value"),
    ),
    paper_form=paper_form,
    numbers=(
        Printed(
            "growth",
            {
                "n_layers": 1,
                "n_k_heads": 4,
                "n_v_heads": 16,
                "d_k": 64,
                "d_v": 64,
                "n_kv_heads": 16,
                "d_head": 64,
                "bytes_per_element": 2,
            },
            "37.5%",
            SIGMA,
            against="gqa",
            saved=True,
        ),
    ),
    reduces_to=(
        Reduction("gqa", where=("n_k_heads = n_kv_heads", "n_v_heads = n_kv_heads", "d_k = d_head", "d_v = d_head")),
        Reduction("unequal_widths", where=("n_k_heads = n_kv_heads", "n_v_heads = n_kv_heads")),
    ),
)
