"""Local and global layers that differ in more than their mask: heads and widths of their own."""

from __future__ import annotations

from symkv.caches import WINDOW, Printed, Reduction, Source, Variant, key_value
from symkv.formula import Formula, min
from symkv.symbols import Symbol, declare

GEMMA_4 = Source(
    "Google",
    "Gemma 4 in transformers",
    2026,
    "huggingface/transformers 5.23.0, gemma4/configuration_gemma4.py: global_head_dim, per_layer_config; "
    "inkling: swa_num_key_value_heads, swa_head_dim",
)
MEASURED = Source("Hugging Face", "transformers 5.23.0, measured caches", 2026, "model type gemma4")

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


def paper_form(
    n_global_layers: Formula,
    n_kv_heads: Formula,
    d_head: Formula,
    n_local_layers: Formula,
    n_local_kv_heads: Formula,
    d_local_head: Formula,
    bytes_per_element: Formula,
    n_tokens: Formula,
    window: Formula,
) -> Formula:
    """2 (key and value) for all tokens with the global shape, and for the window with the local one."""
    whole = n_global_layers * n_kv_heads * d_head * n_tokens
    local = n_local_layers * n_local_kv_heads * d_local_head * min(n_tokens, window)
    return 2 * (whole + local) * bytes_per_element


_TINY = {
    "n_global_layers": 1,
    "n_kv_heads": 2,
    "n_local_layers": 5,
    "n_local_kv_heads": 2,
    "d_local_head": 24,
    "window": 16,
    "n_tokens": 36,
    "bytes_per_element": 1,
}

VARIANT = Variant(
    name="unlike_kinds",
    title="Local and global layers of unlike shape",
    family="windowed",
    about="Global layers keep every token and local ones a window, each kind with heads and a width of its own.",
    source=GEMMA_4,
    tensors=(
        *key_value(of="global", layers="n_global_layers"),
        *key_value("n_local_kv_heads", "d_local_head", of="local", layers="n_local_layers", mask=WINDOW),
    ),
    paper_form=paper_form,
    paper_of="stored",
    numbers=(
        Printed("between", {**_TINY, "d_head": 48}, "14112", MEASURED),
        Printed("between", {**_TINY, "d_head": 512}, "80928", MEASURED),
    ),
    reduces_to=(Reduction("local_global", where=("n_local_kv_heads = n_kv_heads", "d_local_head = d_head")),),
)
