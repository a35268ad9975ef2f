"""Gated DeltaNet: a matrix state for each head that a step decays and corrects, and three short convolutions."""

from __future__ import annotations

from symkv.caches import SLOT, CachedTensor, Printed, Reduction, Source, Variant
from symkv.caches.masks import window
from symkv.formula import Formula

GDN = Source(
    "Yang et al.",
    "Gated Delta Networks: Improving Mamba2 with Delta Rule",
    2024,
    "arXiv:2412.06464; shapes as in fla-org/flash-linear-attention, fla/layers/gated_deltanet.py",
)
LOG_QWEN_3_6 = Source("llama.cpp", "log of Qwen3.6-27B", 2026, "ggml-org/llama.cpp, pull request 22673")
LOG_QWEN_3_5 = Source("llama.cpp", "log of Qwen3.5-9B", 2026, "JamePeng/llama-cpp-python, issue 78")
VLLM_ASCEND = Source(
    "vLLM Ascend",
    "log of Qwen3.5 35B on 8 ranks, 4 of its 32 value heads on each",
    2026,
    "vllm-project/vllm-ascend, issue 7393: ssm_block_page_size",
)
MEASURED = Source("Hugging Face", "transformers 5.23.0, measured caches", 2026, "model type qwen3_next, bf16")
_INPUTS = ("query and key inputs", "value inputs")
_QWEN_3_6 = {"n_layers": 48, "n_heads": 48, "n_key_heads": 16, "d_k": 128, "d_v": 128, "bytes_per_element": 4}
_QWEN_3_5 = {"n_layers": 24, "n_heads": 32, "n_key_heads": 16, "d_k": 128, "d_v": 128, "bytes_per_element": 4}
_CONVOLUTION = {"d_conv": 4, "n_tokens": 4}


def paper_form(
    n_layers: Formula,
    n_heads: Formula,
    d_k: Formula,
    d_v: Formula,
    n_key_heads: Formula,
    d_conv: Formula,
    bytes_per_element: Formula,
) -> Formula:
    """A d_k x d_v state for each value head, and the last d_conv inputs of queries, keys and values."""
    convolution = (2 * n_key_heads * d_k + n_heads * d_v) * d_conv  # 2: queries and keys
    return n_layers * (n_heads * d_k * d_v + convolution) * bytes_per_element


VARIANT = Variant(
    name="gated_deltanet",
    title="Gated DeltaNet",
    family="constant state",
    about="Each value head keeps one d_k x d_v matrix; queries, keys and values pass a convolution of d_conv columns.",
    source=GDN,
    tensors=(
        CachedTensor("state", heads="n_heads", width="d_k*d_v", mask=SLOT, role="state"),
        CachedTensor("query and key inputs", heads="n_key_heads", width="2*d_k", mask=window("d_conv"), role="conv"),
        CachedTensor("value inputs", heads="n_heads", width="d_v", mask=window("d_conv"), role="conv"),
    ),
    paper_form=paper_form,
    paper_of="state",
    numbers=(
        Printed("between", _QWEN_3_6, "144.00 MiB", LOG_QWEN_3_6, only=("state",)),
        Printed("between", {**_QWEN_3_6, **_CONVOLUTION}, "5.62 MiB", LOG_QWEN_3_6, only=_INPUTS),
        Printed("between", {**_QWEN_3_6, **_CONVOLUTION}, "149.62 MiB", LOG_QWEN_3_6),
        Printed("between", _QWEN_3_5, "48.00 MiB", LOG_QWEN_3_5, only=("state",)),
        Printed("between", {**_QWEN_3_5, **_CONVOLUTION}, "2.25 MiB", LOG_QWEN_3_5, only=_INPUTS),
        Printed("between", {**_QWEN_3_5, **_CONVOLUTION}, "50.25 MiB", LOG_QWEN_3_5),
        Printed(
            "stored",
            {"n_layers": 1, "n_heads": 4, "d_k": 128, "d_v": 128, "bytes_per_element": 4},
            "262144",
            VLLM_ASCEND,
            only=("state",),
        ),
        Printed(
            "stored",
            {"n_layers": 3, "n_heads": 8, "d_k": 10, "d_v": 14},
            "13440",
            MEASURED,
            formats={"state": "fp32"},
            only=("state",),
        ),
    ),
    reduces_to=(Reduction("deltanet", where=("n_key_heads = n_heads",)),),
    defaults={"d_conv": 4},
    units=("1 = element/(head*token)", "1 = token"),
)
