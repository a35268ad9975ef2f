"""Dynamic memory compression: a head appends a new row or merges the token into its last one."""

from __future__ import annotations

from symkv.caches import Printed, Reduction, Source, Variant, key_value
from symkv.caches.masks import merged
from symkv.formula import Formula

DMC = Source(
    "Nawrot et al.",
    "Dynamic Memory Compression: Retrofitting LLMs for Accelerated Inference",
    2024,
    "arXiv:2403.09636; README of NVIDIA/Megatron-LM, branch DMC",
)


def paper_form(
    n_layers: Formula, n_kv_heads: Formula, d_head: Formula, bytes_per_element: Formula, compression: Formula
) -> Formula:
    """2 (key and value) for one row in `compression` tokens, the rate that training aims at."""
    return 2 * n_layers * n_kv_heads * d_head * bytes_per_element / compression


VARIANT = Variant(
    name="dmc",
    title="Dynamic memory compression",
    family="token budgets",
    about=(
        "A head decides for each token whether to append a row or to add to its last one; counted here at the mean "
        "rate of one row in `compression` tokens, while single heads differ."
    ),
    source=DMC,
    tensors=key_value(mask=merged()),
    paper_form=paper_form,
    numbers=(
        Printed(
            "growth",
            {"n_layers": 32, "n_kv_heads": 32, "d_head": 128, "bytes_per_element": 2, "compression": 4},
            "4x",
            DMC,
            against="gqa",
        ),
    ),
    reduces_to=(Reduction("gqa", where=("compression = 1",)),),
)
