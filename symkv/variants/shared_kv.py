"""Shared key-value attention: one row of one head is key and value (DeepSeek-V4's plain form)."""

from __future__ import annotations

from symkv.caches import CachedTensor, Printed, Reduction, Source, Variant
from symkv.formula import Formula

DEEPSEEK_V4 = Source(
    "DeepSeek-AI",
    "DeepSeek-V4",
    2026,
    "report, section 2.3.1: each entry serves as both attention key and value",
)
VLLM_ROW = Source(
    "vLLM", "vLLM, row format of the sparse FlashMLA cache", 2026, "vllm/v1/attention/backends/mla/flashmla_sparse.py"
)


def paper_form(d_head: Formula, n_layers: Formula, bytes_per_element: Formula) -> Formula:
    """One row of the head's width per token and layer, its rotated part inside."""
    return d_head * n_layers * bytes_per_element


VARIANT = Variant(
    name="shared_kv",
    title="Shared key and value",
    family="every token kept",
    about="All query heads read one row of width d_head as key and as value; its last d_rope elements are rotated.",
    source=DEEPSEEK_V4,
    tensors=(
        CachedTensor("row", heads="1", width="d_head - d_rope", part="nope"),
        CachedTensor("rotated part", heads="1", width="d_rope", part="rope"),
    ),
    paper_form=paper_form,
    numbers=(
        Printed("growth", {"n_layers": 1, "d_head": 512, "d_rope": 64}, "584", VLLM_ROW, formats={"kv": "fp8_ds_v4"}),
    ),
    reduces_to=(
        Reduction("mla", where=("d_head = d_latent + d_rope",)),
        Reduction("mfa_kr", where=("d_rope <= d_head",)),
    ),
    where=("d_rope <= d_head",),
    units=("1 = layer/head",),
)
