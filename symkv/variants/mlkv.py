"""Multi-layer key-value heads (MLKV): key-value heads are shared by query heads and by consecutive layers."""

from __future__ import annotations

from symkv.caches import Printed, Reduction, Source, Variant, key_value
from symkv.formula import Formula

MLKV = Source(
    "Zuhri et al.",
    "MLKV: Multi-Layer Key-Value Heads for Memory Efficient Transformer Decoding",
    2024,
    "arXiv:2406.09297; shapes as in zaydzuhri/pythia-mlkv",
)
MEASURED = Source(
    "Zuhri et al.",
    "pythia-mlkv",
    2024,
    "zaydzuhri/pythia-mlkv, measurements.csv: batch 8, sequence_length 2048 (2046 tokens are cached), float32",
)


def paper_form(n_unique_layers: Formula, n_kv_heads: Formula, d_head: Formula, bytes_per_element: Formula) -> Formula:
    """2 (key and value) * layers with heads of their own * heads * width, per token."""
    return 2 * n_unique_layers * n_kv_heads * d_head * bytes_per_element


def _measured(layers: int, heads: int, printed: str) -> Printed:
    """A line of the measurements: 12 layers and heads of width 64, the whole batch as tokens."""
    sizes = {"n_layers": 12, "n_unique_layers": layers, "n_kv_heads": heads, "d_head": 64, "bytes_per_element": 4}
    return Printed("stored", {**sizes, "n_tokens": 8 * 2046}, printed, MEASURED)


VARIANT = Variant(
    name="mlkv",
    title="Multi-layer key-value heads (MLKV)",
    family="shared across layers",
    about="Groups of consecutive layers read the few key-value heads of one of them; every layer still reads all rows.",
    source=MLKV,
    tensors=key_value(layers="n_unique_layers", readers="n_layers"),
    paper_form=paper_form,
    numbers=(
        _measured(4, 12, "383.625 MiB"),
        _measured(4, 3, "95.90625 MiB"),
        _measured(2, 1, "15.984375 MiB"),
        _measured(12, 12, "1150.875 MiB"),
        _measured(12, 4, "383.625 MiB"),
        _measured(12, 1, "95.90625 MiB"),
        Printed(
            "growth",
            {"n_layers": 12, "n_unique_layers": 2, "n_kv_heads": 1, "d_head": 64, "bytes_per_element": 2},
            "6x",
            MLKV,
            against="mqa",
        ),
    ),
    where=("n_unique_layers <= n_layers",),
    reduces_to=(
        Reduction("cross_layer", where=("n_unique_layers <= n_layers",)),
        Reduction("gqa", where=("n_unique_layers = n_layers",)),
        Reduction("mqa", where=("n_unique_layers = n_layers", "n_kv_heads = 1")),
    ),
)
