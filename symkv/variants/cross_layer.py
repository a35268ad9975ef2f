"""Cross-layer sharing: several layers read the cache that one of them owns."""

from __future__ import annotations

from symkv.caches import Printed, Reduction, Variant, key_value
from symkv.formula import Formula
from symkv.references import BRANDON_2024


def paper_form(n_unique_layers: Formula, n_kv_heads: Formula, d_head: Formula, bytes_per_element: Formula) -> Formula:
    """layers with a cache of their own * 2 (key and value) * heads * width elements per token, times bytes."""
    return n_unique_layers * 2 * n_kv_heads * d_head * bytes_per_element


TABLE_1 = (  # width of a head, heads, layers with a cache, bytes per token at 16 bits: all rows that share layers
    (512, 1, 10, "20480"),
    (256, 1, 10, "10240"),
    (128, 1, 10, "5120"),
    (90, 1, 10, "3600"),
    (64, 1, 10, "2560"),
    (256, 4, 10, "40960"),
    (128, 4, 10, "20480"),
    (128, 2, 10, "10240"),
    (128, 1, 7, "3584"),  # CLA3
    (128, 1, 5, "2560"),  # CLA4
    (128, 1, 11, "5632"),  # KeepEnds
    (128, 1, 11, "5632"),  # DenseFront
    (128, 1, 11, "5632"),  # DenseBack
)


def _row(d_head: int, n_kv_heads: int, n_unique_layers: int, printed: str) -> Printed:
    sizes = {"n_unique_layers": n_unique_layers, "n_kv_heads": n_kv_heads, "d_head": d_head, "bytes_per_element": 2}
    return Printed("growth", sizes, printed, BRANDON_2024)


VARIANT = Variant(
    name="cross_layer",
    title="Cross-layer sharing",
    family="shared across layers",
    about="All n_layers layers read a cache that n_unique_layers of them own: stored shrinks, read does not.",
    source=BRANDON_2024,
    tensors=key_value(layers="n_unique_layers", readers="n_layers"),
    paper_form=paper_form,
    numbers=tuple(_row(*row) for row in TABLE_1),
    where=("n_unique_layers <= n_layers",),
    reduces_to=(Reduction("gqa", where=("n_unique_layers = n_layers",)),),
)
