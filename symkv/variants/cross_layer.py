"""Cross-layer sharing: several layers read the cache that one of them owns."""

from __future__ import annotations

from symkv.caches import Printed, Reduction, Variant, key_value
from symkv.formula import Formula
from symkv.references import BRANDON_2024


def paper_form(n_unique_layers: Formula, n_kv_heads: Formula, d_head: Formula, bytes_per_element: Formula) -> Formula:
    """layers with a cache of their own * 2 (key and value) * heads * width elements per token, times bytes."""
    return n_unique_layers * 2 * n_kv_heads * d_head * bytes_per_element


VARIANT = Variant(
    name="cross_layer",
    title="Cross-layer sharing",
    family="shared across layers",
    about="All n_layers layers read a cache that n_unique_layers of them own: stored shrinks, read does not.",
    source=BRANDON_2024,
    tensors=key_value(layers="n_unique_layers", readers="n_layers"),
    paper_form=paper_form,
    numbers=(
        Printed(
            "growth",
            {"n_unique_layers": 10, "n_kv_heads": 1, "d_head": 128, "bytes_per_element": 2},
            "5120",
            BRANDON_2024,
        ),
        Printed(
            "growth",
            {"n_unique_layers": 7, "n_kv_heads": 1, "d_head": 128, "bytes_per_element": 2},
            "3584",
            BRANDON_2024,
        ),
    ),
    where=("n_unique_layers <= n_layers",),
    reduces_to=(Reduction("gqa", where=("n_unique_layers = n_layers",)),),
)
