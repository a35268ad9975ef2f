"""Looped layers: the same layers run several times, and each pass has a cache of its own."""

from __future__ import annotations

from symkv.caches import Printed, Reduction, Source, Variant, key_value
from symkv.formula import Formula
from symkv.symbols import Symbol, declare

GEIPING_2025 = Source(
    "Geiping et al.",
    "Scaling up Test-Time Compute with Latent Reasoning: A Recurrent Depth Approach",
    2025,
    "arXiv:2502.05171, section 6.2; slots as in seal-rg/recurrent-pretraining, recpre/raven_modeling_minimal.py",
)

declare(
    Symbol(
        "n_single_layers",
        r"L_{1}",
        "layers that run once, before and after the looped ones",
        "layers",
        "nonnegative integer",
        dimension="layer",
    ),
    after="n_loops",
)


def paper_form(
    n_single_layers: Formula,
    n_layers: Formula,
    n_loops: Formula,
    n_kv_heads: Formula,
    d_head: Formula,
    bytes_per_element: Formula,
) -> Formula:
    """2 (key and value) for each slot: prelude and coda once, the recurrent block as often as it runs."""
    return (n_single_layers + n_layers * n_loops) * 2 * n_kv_heads * d_head * bytes_per_element


MEASURED = Source(
    "Hugging Face",
    "transformers 5.23.0, measured caches",
    2026,
    "model type hrm_text: 2 cycles of 3 + 1 stacks",
)
_TINY = {"n_layers": 4, "n_loops": 8, "n_single_layers": 0, "n_kv_heads": 4, "d_head": 32, "bytes_per_element": 1}

VARIANT = Variant(
    name="looped",
    title="Looped layers with a cache for each pass",
    family="shared across layers",
    about=(
        "n_layers layers run n_loops times, and every pass of every layer keeps keys and values of its own; "
        "n_single_layers further layers run once."
    ),
    source=GEIPING_2025,
    tensors=key_value(layers="n_layers*n_loops + n_single_layers"),
    paper_form=paper_form,
    numbers=(
        Printed("stored", {**_TINY, "n_tokens": 4}, "32768", MEASURED),
        Printed("stored", {**_TINY, "n_tokens": 27}, "221184", MEASURED),
    ),
    defaults={"n_single_layers": 0},
    reduces_to=(Reduction("gqa", where=("n_loops = 1", "n_single_layers = 0")),),
)
