"""Multi-head attention: every query head has a key and a value of its own in every layer."""

from __future__ import annotations

from symkv.caches import Printed, Reduction, Variant, key_value
from symkv.formula import Formula
from symkv.references import BRANDON_2024, DEEPSEEK_2024_CACHES, KWON_2023, VASWANI_2017


def paper_form(n_heads: Formula, d_head: Formula, n_layers: Formula, bytes_per_element: Formula) -> Formula:
    """2 (key and value) * heads * width * layers elements per token, times bytes: DeepSeek-V2, table 1."""
    return 2 * n_heads * d_head * n_layers * bytes_per_element


_SMALL = {"n_layers": 27, "n_heads": 16, "d_head": 128, "d_latent": 512, "d_rope": 64, "bytes_per_element": 1}
_LARGE = {**_SMALL, "n_layers": 60, "n_heads": 56}

VARIANT = Variant(
    name="mha",
    title="Multi-head attention",
    family="every token kept",
    about="Each query head keeps its own key and value for every token. The cache grows with the number of heads.",
    source=VASWANI_2017,
    tensors=key_value("n_heads"),
    paper_form=paper_form,
    numbers=(
        Printed(
            "growth", {"n_layers": 20, "n_heads": 16, "d_head": 128, "bytes_per_element": 2}, "163840", BRANDON_2024
        ),
        Printed("growth", {"n_layers": 40, "n_heads": 40, "d_head": 128, "bytes_per_element": 2}, "800 KB", KWON_2023),
        Printed("growth", _SMALL, "110.6K", DEEPSEEK_2024_CACHES),
        Printed("growth", _LARGE, "860.2K", DEEPSEEK_2024_CACHES),
        Printed("growth", _SMALL, "14%", DEEPSEEK_2024_CACHES, against="mla"),
        Printed("growth", _LARGE, "4%", DEEPSEEK_2024_CACHES, against="mla"),
    ),
    reduces_to=(Reduction("gqa", where=("n_kv_heads = n_heads",)),),
)
