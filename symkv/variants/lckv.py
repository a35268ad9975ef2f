"""Layer-condensed KV cache: the layers attend to the keys and values of the topmost one."""

from __future__ import annotations

from symkv.caches import Reduction, Source, Variant, key_value
from symkv.formula import Formula
from symkv.symbols import Symbol, declare

WU_2024 = Source(
    "Wu and Tu",
    "Layer-Condensed KV Cache for Efficient Inference of Large Language Models",
    2024,
    "arXiv:2405.10637, section 2.1; layer map as in whyNLP/LCKV, configs/tinyllama_lckv.json",
)

declare(
    Symbol(
        "n_warmup_layers",
        r"L_{\mathrm{warm}}",
        "layers that keep a cache of their own beside a shared one",
        "layers",
        "nonnegative integer",
        dimension="layer",
    ),
    after="n_unique_layers",
)


def paper_form(n_warmup_layers: Formula, n_kv_heads: Formula, d_head: Formula, bytes_per_element: Formula) -> Formula:
    """2 (key and value) in the warm-up layers and in the one layer whose cache the others use."""
    return (n_warmup_layers + 1) * 2 * n_kv_heads * d_head * bytes_per_element


VARIANT = Variant(
    name="lckv",
    title="Layer-condensed KV cache",
    family="shared across layers",
    about=(
        "All layers but n_warmup_layers attend to the key and value of the topmost of them, "
        "which a token does not have yet itself: so they go over the tokens before it."
    ),
    source=WU_2024,
    tensors=(
        *key_value(of="condensed", layers="1", readers="n_layers - n_warmup_layers", reads="n_tokens - 1"),
        *key_value(of="warm-up", layers="n_warmup_layers"),
    ),
    paper_form=paper_form,
    numbers=(),
    where=("n_warmup_layers + 1 <= n_layers",),
    reduces_to=(
        Reduction(
            "cross_layer",
            where=("n_unique_layers = n_warmup_layers + 1",),
            only=("stored", "growth", "written", "read_growth"),
        ),
        Reduction("gqa", where=("n_layers = n_warmup_layers + 1",), only=("stored", "growth", "written")),
    ),
    units=("1 = layer",),
)
