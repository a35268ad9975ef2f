"""Tied key and value (attention_k_eq_v): the key is the value but for its rotated slice."""

from __future__ import annotations

from symkv.caches import CachedTensor, Printed, Reduction, Source, Variant
from symkv.formula import Formula
from symkv.symbols import Symbol, declare

declare(
    Symbol(
        "d_rotary",
        r"d_{\mathrm{rot}}",
        "rotated part of each key head",
        "elements",
        "nonnegative integer",
        (),
        "element/(head*token)",
    ),
    after="d_v",
)

GEMMA_4 = Source(
    "Google DeepMind",
    "Gemma 4 in transformers",
    2026,
    "huggingface/transformers, gemma4/modular_gemma4.py: attention_k_eq_v",
)
SAVING = Source(
    "pegainfer", "issue 758, after the Gemma 4 report", 2026, "github.com/pegainfer-project/pegainfer/issues/758"
)


def paper_form(
    n_layers: Formula, n_kv_heads: Formula, d_head: Formula, d_rotary: Formula, bytes_per_element: Formula
) -> Formula:
    """The value of each head, which is the key too, and the rotated slice of the key beside it."""
    return n_layers * n_kv_heads * (d_head + d_rotary) * bytes_per_element


VARIANT = Variant(
    name="tied_kv",
    title="Tied key and value",
    family="every token kept",
    about=(
        "Key and value are one projection, so the value and the rotated slice of the key are enough. "
        "Engines such as transformers store both in full, as in gqa."
    ),
    source=GEMMA_4,
    tensors=(
        CachedTensor("value", heads="n_kv_heads", width="d_head", part="value"),
        CachedTensor("rotated key", heads="n_kv_heads", width="d_rotary", part="rope"),
    ),
    paper_form=paper_form,
    numbers=(
        Printed(
            "growth",
            {"n_layers": 1, "n_kv_heads": 1, "d_head": 512, "d_rotary": 128, "bytes_per_element": 2},
            "37.5%",
            SAVING,
            against="gqa",
            saved=True,
        ),
    ),
    reduces_to=(
        Reduction("gqa", where=("d_rotary = d_head",)),
        Reduction("shared_kv", where=("n_kv_heads = 1", "d_rotary = 0", "d_rope <= d_head")),
    ),
    where=("d_rotary <= d_head",),
)
