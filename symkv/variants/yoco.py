"""You Only Cache Once: the upper half of the stack reads one cache, the lower half sees a window or keeps a state."""

from __future__ import annotations

from symkv.caches import SLOT, WINDOW, CachedTensor, Printed, Reduction, Source, Variant, key_value
from symkv.formula import Formula, min
from symkv.symbols import Symbol, declare

SUN_2024 = Source(
    "Sun et al.",
    "You Only Cache Once: Decoder-Decoder Architectures for Language Models",
    2024,
    "arXiv:2405.05254, sections 2.3 and 4.4, figure 8; shapes as in microsoft/unilm, YOCO/yoco/models/decoder",
)

declare(
    Symbol(
        "n_local_kv_heads",
        r"n_{\mathrm{kv}}^{\mathrm{w}}",
        "key-value heads of a layer that sees a window",
        "heads",
        dimension="head/layer",
    ),
    after="n_kv_heads",
)
declare(
    Symbol(
        "d_local_head",
        r"d_{\mathrm{h}}^{\mathrm{w}}",
        "width of one head of a layer that sees a window",
        "elements",
        dimension="element/(head*token)",
    ),
    after="d_head",
)


def windowed_form(
    n_kv_heads: Formula,
    d_head: Formula,
    n_local_layers: Formula,
    n_local_kv_heads: Formula,
    d_local_head: Formula,
    bytes_per_element: Formula,
    n_tokens: Formula,
    window: Formula,
) -> Formula:
    """N + C*L caches, 2 (key and value) each: all tokens once, and a window C in each layer of the self-decoder."""
    local = n_local_layers * n_local_kv_heads * d_local_head * min(n_tokens, window)
    return 2 * (n_kv_heads * d_head * n_tokens + local) * bytes_per_element


def retention_form(
    n_kv_heads: Formula,
    d_head: Formula,
    n_recurrent_layers: Formula,
    n_heads: Formula,
    d_k: Formula,
    d_v: Formula,
    bytes_per_element: Formula,
    n_tokens: Formula,
) -> Formula:
    """2 (key and value) for all tokens once, and a d_k x d_v state for each head of the self-decoder."""
    state = n_recurrent_layers * n_heads * d_k * d_v
    return (2 * n_kv_heads * d_head * n_tokens + state) * bytes_per_element


def _figure_8(layers: int, printed: str) -> Printed:
    sizes = {"n_layers": layers, "n_kv_heads": 8, "d_head": 128, "bytes_per_element": 2}
    return Printed("growth", sizes, printed, SUN_2024, against="gqa")


_GLOBAL = key_value(of="global", layers="1", readers="n_global_layers")
_ONE_LAYER = Reduction("cross_layer", where=("n_unique_layers = 1",), only=("growth",))

MEASURED = Source(
    "fla-org",
    "flash-linear-attention 0.6.0, measured caches",
    2026,
    "fla.models.YOCOModel, swa, 5 layers, no attention product: 8 rows of 64 in 2 layers, 12 of 32 in one",
)
_TINY = {"n_local_layers": 2, "n_local_kv_heads": 4, "d_local_head": 16, "window": 8, "n_kv_heads": 2, "d_head": 16}

VARIANTS = (
    Variant(
        name="yoco",
        title="You Only Cache Once, with a sliding-window self-decoder",
        family="shared across layers",
        about=(
            "All n_global_layers layers of the cross-decoder read one key and one value; "
            "each layer of the self-decoder below keeps a window of its own."
        ),
        source=SUN_2024,
        tensors=(
            *_GLOBAL,
            *key_value("n_local_kv_heads", "d_local_head", of="local", layers="n_local_layers", mask=WINDOW),
        ),
        paper_form=windowed_form,
        paper_of="stored",
        numbers=(
            Printed(
                "stored", {**_TINY, "n_global_layers": 3, "n_tokens": 12, "bytes_per_element": 1}, "2816", MEASURED
            ),
        ),
        reduces_to=(
            _ONE_LAYER,
            Reduction("unlike_kinds", where=("n_global_layers = 1",)),
        ),
        units=("1 = layer",),
    ),
    Variant(
        name="yoco_retention",
        title="You Only Cache Once, with a gated-retention self-decoder",
        family="shared across layers",
        about=(
            "All n_global_layers layers of the cross-decoder read one key and one value; "
            "each layer of the self-decoder below keeps one d_k x d_v matrix for each head."
        ),
        source=SUN_2024,
        tensors=(
            *_GLOBAL,
            CachedTensor(
                "state", heads="n_heads", width="d_k*d_v", layers="n_recurrent_layers", mask=SLOT, role="state"
            ),
        ),
        paper_form=retention_form,
        paper_of="stored",
        numbers=(_figure_8(24, "24x"), _figure_8(32, "32x"), _figure_8(40, "40x")),
        reduces_to=(_ONE_LAYER,),
        units=("1 = layer", "1 = element/(head*token)", "1 = token"),
    ),
)
