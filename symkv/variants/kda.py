"""Kimi Delta Attention: Gated DeltaNet with a decay for each key channel, keys as wide as values."""

from __future__ import annotations

from symkv.caches import SLOT, CachedTensor, Printed, Reduction, Source, Variant
from symkv.caches.masks import window
from symkv.formula import Formula

KIMI = Source(
    "Kimi Team",
    "Kimi Linear: An Expressive, Efficient Attention Architecture",
    2025,
    "arXiv:2510.26692; shapes as in fla-org/flash-linear-attention, fla/layers/kda.py",
)
VLLM_KIMI = Source(
    "vLLM", "Kimi-K3 on 8 ranks, 12 of its 96 heads on each", 2026, "vllm-project/vllm, pull request 50855"
)
MEASURED = Source("Hugging Face", "transformers 5.23.0, measured caches", 2026, "model type kimi_linear, bf16")


def paper_form(
    n_layers: Formula, n_heads: Formula, d_head: Formula, d_conv: Formula, bytes_per_element: Formula
) -> Formula:
    """A square state for each head, and the last d_conv inputs of 3 convolutions: queries, keys and values."""
    return n_layers * (n_heads * d_head * d_head + 3 * n_heads * d_head * d_conv) * bytes_per_element


VARIANT = Variant(
    name="kda",
    title="Kimi delta attention",
    family="constant state",
    about="Each head keeps one d_head x d_head matrix; queries, keys and values pass convolutions of d_conv columns.",
    source=KIMI,
    tensors=(
        CachedTensor("state", heads="n_heads", width="d_head*d_head", mask=SLOT, role="state"),
        CachedTensor(
            "query, key and value inputs", heads="n_heads", width="3*d_head", mask=window("d_conv"), role="conv"
        ),
    ),
    paper_form=paper_form,
    paper_of="state",
    numbers=(
        Printed(
            "stored",
            {"n_layers": 1, "n_heads": 12, "d_head": 128, "bytes_per_element": 4},
            "0.75 MiB",
            VLLM_KIMI,
            only=("state",),
        ),
        Printed(
            "stored",
            {"n_layers": 4, "n_heads": 3, "d_head": 14},
            "9408",
            MEASURED,
            formats={"state": "fp32"},
            only=("state",),
        ),
    ),
    reduces_to=(
        Reduction("deltanet", where=("d_k = d_head", "d_v = d_head")),
        Reduction("gated_deltanet", where=("d_k = d_head", "d_v = d_head", "n_key_heads = n_heads")),
    ),
    defaults={"d_conv": 4},
    units=("1 = element/(head*token)", "1 = token"),
)
