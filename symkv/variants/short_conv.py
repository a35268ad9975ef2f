"""Short convolution (LFM2): a gated convolution over the last inputs takes the place of attention."""

from __future__ import annotations

from symkv.caches import CachedTensor, Printed, Reduction, Source, Variant
from symkv.caches.masks import window
from symkv.formula import Formula
from symkv.symbols import Symbol, declare

declare(
    Symbol(
        "d_model", r"d_{\mathrm{model}}", "width of the residual stream", "elements", dimension="element/(layer*token)"
    ),
    after="d_rope",
)
LFM2 = Source(
    "Liquid AI",
    "LFM2 in transformers and vLLM",
    2025,
    "huggingface/transformers, model type lfm2: conv_L_cache; vllm-project/vllm, mamba_utils.py: short_conv",
)


def paper_form(n_layers: Formula, d_model: Formula, d_conv: Formula, bytes_per_element: Formula) -> Formula:
    """d_conv columns of the width of the model."""
    return n_layers * d_model * d_conv * bytes_per_element


MEASURED = Source(
    "Hugging Face",
    "transformers 5.23.0, measured caches",
    2026,
    "model type lfm2_moe: the records at 4 and 7 tokens less their growth, (7*2592 - 4*3456)/3",
)
_TINY = {"n_layers": 4, "d_model": 72, "d_conv": 5, "n_tokens": 7, "bytes_per_element": 1}

VARIANT = Variant(
    name="short_conv",
    title="Short convolution",
    family="constant state",
    about="A layer keeps the last d_conv inputs of each of its d_model channels and nothing else.",
    source=LFM2,
    tensors=(CachedTensor("inputs", heads="d_model", width="1", mask=window("d_conv"), role="conv"),),
    paper_form=paper_form,
    paper_of="state",
    numbers=(Printed("stored", _TINY, "1440", MEASURED),),
    reduces_to=(Reduction("sliding_window", where=("d_model = 2*n_kv_heads*d_head", "window = d_conv")),),
    defaults={"d_conv": 3},
)
