"""Dilated short convolution: its columns lie some tokens apart, but those between serve the next tokens."""

from __future__ import annotations

from symkv.caches import CachedTensor, Printed, Reduction, Source, Variant
from symkv.caches.masks import window
from symkv.formula import Formula, min
from symkv.symbols import Symbol, declare

declare(
    Symbol(
        "d_model", r"d_{\mathrm{model}}", "width of the residual stream", "elements", dimension="element/(layer*token)"
    ),
    after="d_rope",
)
declare(
    Symbol("dilation", r"\delta", "tokens from one row that a query sees to the next", "tokens", dimension="1"),
    after="window",
)
QWEN_4 = Source(
    "Qwen Team",
    "Qwen4 in transformers",
    2026,
    "huggingface/transformers 5.23.0, modeling_qwen4_exp.py: ple_conv_kernel_size columns, ngram_size tokens apart",
)


def paper_form(
    n_layers: Formula,
    d_model: Formula,
    d_conv: Formula,
    dilation: Formula,
    bytes_per_element: Formula,
    n_tokens: Formula,
) -> Formula:
    """The whole span of d_conv columns that lie dilation tokens apart."""
    return n_layers * d_model * bytes_per_element * min(n_tokens, (d_conv - 1) * dilation + 1)


MEASURED = Source(
    "Hugging Face",
    "transformers 5.23.0, measured caches",
    2026,
    "model type qwen4_exp_text: shapes of conv_states.1, (1, 48, 6) and (1, 192, 9)",
)
_TINY = {"n_layers": 1, "dilation": 3, "n_tokens": 30, "bytes_per_element": 1}

VARIANT = Variant(
    name="dilated_conv",
    title="Dilated short convolution",
    family="constant state",
    about="A convolution reads d_conv inputs of a channel, dilation tokens apart, and keeps those between for later.",
    source=QWEN_4,
    tensors=(
        CachedTensor(
            "dilated inputs",
            heads="d_model",
            width="1",
            mask=window("(d_conv - 1)*dilation + 1"),
            role="conv",
            reads="min(ceil(n_tokens/dilation), d_conv)",
        ),
    ),
    paper_form=paper_form,
    paper_of="stored",
    numbers=(
        Printed("between", {**_TINY, "d_model": 48, "d_conv": 3}, "288", MEASURED),  # two streams of 24
        Printed("between", {**_TINY, "d_model": 192, "d_conv": 4}, "1728", MEASURED),  # two streams of 96
    ),
    reduces_to=(Reduction("short_conv", where=("dilation = 1",)),),
    defaults={"d_conv": 4},
    units=("1 = token",),
)
