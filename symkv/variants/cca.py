"""Compressed convolutional attention (Zaya): attention in a narrow space, with convolutions and a delayed value."""

from __future__ import annotations

from symkv.caches import WINDOW, CachedTensor, Printed, Reduction, Source, Variant, key_value
from symkv.caches.masks import window
from symkv.formula import Formula, min
from symkv.symbols import Symbol, declare

for _name, _letter, _words, _field in (
    ("d_conv_depthwise", r"d_{\mathrm{conv0}}", "kernel width of the depthwise convolution", "cca_time0"),
    ("d_conv_grouped", r"d_{\mathrm{conv1}}", "kernel width of the grouped convolution", "cca_time1"),
):
    declare(Symbol(_name, _letter, _words, "tokens", "positive integer", (_field,), "token"), after="d_conv")

FIGLIOLIA_2025 = Source(
    "Figliolia et al.",
    "Compressed Convolutional Attention: Efficient Attention in a Compressed Latent Space",
    2025,
    "arXiv:2510.04476; shapes as in huggingface/transformers, models/zaya/modular_zaya.py",
)
MEASURED = Source("Hugging Face", "transformers 5.23.0, measured caches", 2026, "model type zaya")
BOTH = window("d_conv_depthwise + d_conv_grouped - 1")  # columns that one output of the two convolutions depends on
STATES = (
    CachedTensor("query inputs", heads="n_heads", width="d_head", mask=BOTH, role="conv"),
    CachedTensor("key inputs", heads="n_kv_heads", width="d_head", mask=BOTH, role="conv"),
    CachedTensor(
        "delayed value",  # half of a value comes from the token before
        heads="1",
        width="n_kv_heads*d_head/2",
        mask=window("2"),
        role="state",
        reads="min(n_tokens - 1, 1)",
    ),
)
_TINY = {"n_layers": 4, "n_heads": 6, "n_kv_heads": 2, "d_head": 24, "d_conv_depthwise": 3, "d_conv_grouped": 2}


def paper_form(
    n_layers: Formula,
    n_heads: Formula,
    n_kv_heads: Formula,
    d_head: Formula,
    d_conv_depthwise: Formula,
    d_conv_grouped: Formula,
    bytes_per_element: Formula,
    n_tokens: Formula,
) -> Formula:
    """2 (key and value) for all tokens, columns of both convolutions, half (2) a value; all between two steps."""
    columns = min(n_tokens, d_conv_depthwise + d_conv_grouped - 2)  # 2: each kernel takes its newest input in the step
    states = (n_heads + n_kv_heads) * d_head * columns + n_kv_heads * d_head / 2
    return n_layers * (states + 2 * n_kv_heads * d_head * n_tokens) * bytes_per_element


def window_paper_form(
    n_layers: Formula,
    n_heads: Formula,
    n_kv_heads: Formula,
    d_head: Formula,
    d_conv_depthwise: Formula,
    d_conv_grouped: Formula,
    bytes_per_element: Formula,
    window: Formula,
    n_tokens: Formula,
) -> Formula:
    """The same with the tokens of a window, whose own 1 comes with the step."""
    columns = min(n_tokens, d_conv_depthwise + d_conv_grouped - 2)
    states = (n_heads + n_kv_heads) * d_head * columns + n_kv_heads * d_head / 2
    return n_layers * (states + 2 * n_kv_heads * d_head * min(n_tokens, window - 1)) * bytes_per_element


IN_WINDOW = Source(
    "Hugging Face",
    "transformers 5.23.0, measured caches",
    2026,
    "model type zaya, a tiny random model of 4 hybrid_sliding layers",
)
_WINDOW = {**_TINY, "window": 16, "bytes_per_element": 1}

VARIANTS = (
    Variant(
        name="cca",
        title="Compressed convolutional attention",
        family="every token kept",
        about=(
            "Keys and values of a narrow space are kept for every token; beside them two convolutions keep inputs of "
            "queries and keys, and half of a value waits for the next token."
        ),
        source=FIGLIOLIA_2025,
        tensors=(*key_value(), *STATES),
        paper_form=paper_form,
        paper_of="between",
        numbers=(
            Printed("between", {**_TINY, "n_tokens": 5, "bytes_per_element": 1}, "4320", MEASURED),
            Printed("between", {**_TINY, "n_tokens": 15, "bytes_per_element": 1}, "8160", MEASURED),
        ),
        where=("2 divides n_kv_heads*d_head",),
        defaults={"d_conv_depthwise": 2, "d_conv_grouped": 2},
        units=("1 = token",),
    ),
    Variant(
        name="cca_window",
        title="Compressed convolutional attention in a window",
        family="windowed",
        about="Compressed convolutional attention whose keys and values are kept for a window only.",
        source=FIGLIOLIA_2025,
        tensors=(*key_value(mask=WINDOW), *STATES),
        paper_form=window_paper_form,
        paper_of="between",
        numbers=(
            Printed("between", {**_WINDOW, "n_tokens": 5}, "4320", IN_WINDOW),
            Printed("between", {**_WINDOW, "n_tokens": 36}, "8160", IN_WINDOW),
        ),
        reduces_to=(Reduction("cca", where=("n_tokens <= window",)),),
        where=("2 divides n_kv_heads*d_head",),
        defaults={"d_conv_depthwise": 2, "d_conv_grouped": 2},
        units=("1 = token",),
    ),
)
