"""Multi-query attention: all query heads of a layer share one key and one value."""

from __future__ import annotations

from symkv.caches import Printed, Reduction, Variant, key_value
from symkv.formula import Formula
from symkv.references import BRANDON_2024, SHAZEER_2019


def paper_form(d_head: Formula, n_layers: Formula, bytes_per_element: Formula) -> Formula:
    """2 (key and value) * width * layers elements per token, times bytes: DeepSeek-V2, table 1."""
    return 2 * d_head * n_layers * bytes_per_element


VARIANT = Variant(
    name="mqa",
    title="Multi-query attention",
    family="every token kept",
    about="One key and one value for every token serve all query heads. A single head can't be split over ranks.",
    source=SHAZEER_2019,
    tensors=key_value("1"),
    paper_form=paper_form,
    numbers=(
        Printed("growth", {"n_layers": 20, "d_head": 128, "bytes_per_element": 2}, "10240", BRANDON_2024),
        Printed("growth", {"n_layers": 20, "d_head": 64, "bytes_per_element": 2}, "5120", BRANDON_2024),
        Printed("growth", {"n_layers": 20, "d_head": 46, "bytes_per_element": 2}, "3680", BRANDON_2024),
        Printed("growth", {"n_layers": 20, "d_head": 32, "bytes_per_element": 2}, "2560", BRANDON_2024),
    ),
    reduces_to=(Reduction("gqa", where=("n_kv_heads = 1",)),),
)
