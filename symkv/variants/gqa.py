"""Grouped-query attention: groups of query heads share one key-value head."""

from __future__ import annotations

from symkv.caches import Printed, Reduction, Variant, key_value
from symkv.formula import Formula
from symkv.references import AINSLIE_2023, BRANDON_2024, DEEPSEEK_2024, INSIGHTS_2025


def paper_form(n_kv_heads: Formula, d_head: Formula, n_layers: Formula, bytes_per_element: Formula) -> Formula:
    """2 (key and value) * groups * width * layers elements per token, times bytes: DeepSeek-V2, table 1."""
    return 2 * n_kv_heads * d_head * n_layers * bytes_per_element


VARIANT = Variant(
    name="gqa",
    title="Grouped-query attention",
    family="every token kept",
    about="Query heads form n_kv_heads groups, and each group keeps one key and one value for every token.",
    source=AINSLIE_2023,
    tensors=key_value(),
    paper_form=paper_form,
    numbers=(
        Printed(
            "growth", {"n_layers": 20, "n_kv_heads": 4, "d_head": 128, "bytes_per_element": 2}, "40960", BRANDON_2024
        ),
        Printed(
            "growth", {"n_layers": 20, "n_kv_heads": 2, "d_head": 128, "bytes_per_element": 2}, "20480", BRANDON_2024
        ),
        Printed(
            "growth",
            {"n_layers": 1, "n_kv_heads": 1, "d_head": 128, "d_latent": 512, "d_rope": 64, "bytes_per_element": 2},
            "2.25",
            DEEPSEEK_2024,
            against="mla",
        ),
        Printed(
            "growth",
            {"n_layers": 80, "n_kv_heads": 8, "d_head": 128, "bytes_per_element": 2},
            "327.680 KB",
            INSIGHTS_2025,
        ),
        Printed(
            "growth",
            {"n_layers": 126, "n_kv_heads": 8, "d_head": 128, "bytes_per_element": 2},
            "516.096 KB",
            INSIGHTS_2025,
        ),
    ),
    reduces_to=(
        Reduction("mha", where=("n_heads = n_kv_heads",)),
        Reduction("mqa", where=("n_kv_heads = 1",)),
    ),
)
