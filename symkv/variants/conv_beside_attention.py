"""Short convolutions beside attention (Inkling): keys, values and both block outputs pass a convolution."""

from __future__ import annotations

from symkv.caches import WINDOW, CachedTensor, Printed, Reduction, Source, Variant, key_value
from symkv.caches.masks import window
from symkv.formula import Formula, min
from symkv.symbols import Symbol, declare

declare(
    Symbol(
        "d_model", r"d_{\mathrm{model}}", "width of the residual stream", "elements", dimension="element/(layer*token)"
    ),
    after="d_rope",
)
INKLING = Source(
    "Thinking Machines",
    "Inkling in transformers",
    2026,
    "huggingface/transformers, models/inkling/modular_inkling.py: conv_kernel_size",
)
MEASURED = Source("Hugging Face", "transformers 5.23.0, measured caches", 2026, "model type inkling_text")
CONVOLUTIONS = (
    CachedTensor("key inputs", heads="n_kv_heads", width="d_head", mask=window("d_conv"), role="conv"),
    CachedTensor("value inputs", heads="n_kv_heads", width="d_head", mask=window("d_conv"), role="conv"),
    CachedTensor("attention outputs", heads="1", width="d_model", mask=window("d_conv"), role="conv"),
    CachedTensor("feed-forward outputs", heads="1", width="d_model", mask=window("d_conv"), role="conv"),
)
_TINY = {"n_layers": 6, "n_kv_heads": 3, "d_head": 16, "d_model": 96, "d_conv": 5}


def paper_form(
    n_layers: Formula,
    n_kv_heads: Formula,
    d_head: Formula,
    d_model: Formula,
    d_conv: Formula,
    bytes_per_element: Formula,
    n_tokens: Formula,
) -> Formula:
    """2: key and value, for all tokens and again as columns of a convolution; and 2 convolutions of outputs."""
    columns = min(n_tokens, d_conv)
    attention = 2 * n_kv_heads * d_head * n_tokens
    return n_layers * (attention + columns * 2 * (n_kv_heads * d_head + d_model)) * bytes_per_element


def window_paper_form(
    n_layers: Formula,
    n_kv_heads: Formula,
    d_head: Formula,
    d_model: Formula,
    d_conv: Formula,
    bytes_per_element: Formula,
    window: Formula,
    n_tokens: Formula,
) -> Formula:
    """The same with the tokens of a window."""
    columns = min(n_tokens, d_conv)
    attention = 2 * n_kv_heads * d_head * min(n_tokens, window)
    return n_layers * (attention + columns * 2 * (n_kv_heads * d_head + d_model)) * bytes_per_element


SHAPES = Source(
    "Hugging Face",
    "transformers 5.23.0, measured caches",
    2026,
    "model type inkling_text: shapes in its 2 sliding layers, (1, 6, 8, 16) twice, and 96, 96, 216, 216 by 3 columns",
)
_TWO = {"n_layers": 2, "n_kv_heads": 6, "d_head": 16, "d_model": 216, "d_conv": 3, "window": 9, "n_tokens": 24}

VARIANTS = (
    Variant(
        name="conv_beside_attention",
        title="Attention with short convolutions",
        family="every token kept",
        about="Keys and values are kept for every token, and four convolutions keep the last d_conv columns each.",
        source=INKLING,
        tensors=(*key_value(), *CONVOLUTIONS),
        paper_form=paper_form,
        paper_of="stored",
        numbers=(
            Printed("stored", {**_TINY, "n_tokens": 5, "bytes_per_element": 1}, "11520", MEASURED),
            Printed("stored", {**_TINY, "n_tokens": 15, "bytes_per_element": 1}, "17280", MEASURED),
            Printed(
                "stored",
                {**_TINY, "n_tokens": 17},
                "34560",
                MEASURED,
                formats={"conv": "fp32"},
                only=("key inputs", "value inputs", "attention outputs", "feed-forward outputs"),
            ),
        ),
        defaults={"d_conv": 4},
    ),
    Variant(
        name="conv_beside_window",
        title="Windowed attention with short convolutions",
        family="windowed",
        about="Keys and values are kept for a window, and four convolutions keep the last d_conv columns each.",
        source=INKLING,
        tensors=(*key_value(mask=WINDOW), *CONVOLUTIONS),
        paper_form=window_paper_form,
        paper_of="stored",
        numbers=(
            Printed("between", {**_TWO, "bytes_per_element": 1}, "3072", SHAPES, only=("key", "value")),
            Printed(
                "stored", {**_TWO, "bytes_per_element": 1}, "3744", SHAPES, only=tuple(t.name for t in CONVOLUTIONS)
            ),
        ),
        reduces_to=(Reduction("conv_beside_attention", where=("n_tokens <= window",)),),
        defaults={"d_conv": 4},
    ),
)
