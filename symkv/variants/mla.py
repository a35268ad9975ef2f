"""Multi-head latent attention: one compressed latent and one rotary key stand for all heads of a layer."""

from __future__ import annotations

from symkv.caches import CachedTensor, Printed, Reduction, Variant
from symkv.formula import Formula
from symkv.references import DEEPSEEK_2024, DEEPSEEK_2024_CACHES, INSIGHTS_2025


def paper_form(d_latent: Formula, d_rope: Formula, n_layers: Formula, bytes_per_element: Formula) -> Formula:
    """(latent + rotary key) * layers elements per token, times bytes: DeepSeek-V2, table 1."""
    return (d_latent + d_rope) * n_layers * bytes_per_element


_ELEMENTS = {"d_latent": 512, "d_rope": 64, "bytes_per_element": 1}

VARIANT = Variant(
    name="mla",
    title="Multi-head latent attention",
    family="every token kept",
    about="Keys and values of all heads are rebuilt from one latent row; a rotary key of width d_rope lies beside it.",
    source=DEEPSEEK_2024,
    tensors=(
        CachedTensor("latent", heads="1", width="d_latent", part="latent"),
        CachedTensor("rotary key", heads="1", width="d_rope", part="rope"),
    ),
    paper_form=paper_form,
    numbers=(
        Printed(
            "growth",
            {"n_layers": 61, "d_latent": 512, "d_rope": 64, "bytes_per_element": 2},
            "70.272 KB",
            INSIGHTS_2025,
        ),
        Printed("growth", {**_ELEMENTS, "n_layers": 27}, "15.6K", DEEPSEEK_2024_CACHES),
        Printed("growth", {**_ELEMENTS, "n_layers": 60}, "34.6K", DEEPSEEK_2024_CACHES),
    ),
    reduces_to=(Reduction("gqa", where=("d_latent = 2*n_kv_heads*d_head", "d_rope = 0")),),
)
