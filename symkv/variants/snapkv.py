"""SnapKV: of the prompt a head keeps a budget of tokens, chosen once, and every token after it."""

from __future__ import annotations

from symkv.caches import Printed, Reduction, Source, Variant, key_value
from symkv.caches.masks import budget
from symkv.formula import Formula, min

SNAPKV = Source(
    "Li et al.",
    "SnapKV: LLM Knows What You are Looking for Before Generation",
    2024,
    "arXiv:2404.14469; rule as in Zefan-Cai/PyramidKV, pyramidkv/pyramidkv_utils.py",
)


def paper_form(
    n_layers: Formula,
    n_kv_heads: Formula,
    d_head: Formula,
    bytes_per_element: Formula,
    n_prompt: Formula,
    n_kept: Formula,
    n_tokens: Formula,
) -> Formula:
    """2 (key and value) for what is kept of the prompt and for the tokens generated since."""
    return 2 * n_layers * n_kv_heads * d_head * bytes_per_element * (min(n_prompt, n_kept) + n_tokens - n_prompt)


MEASURED = Source(
    "NVIDIA",
    "kvpress 0.5.5, measured caches",
    2026,
    "SnapKVPress with compression_ratio 0.5 on a prompt of 100 tokens, 5 steps after it",
)
_TINY = {"n_layers": 4, "n_kv_heads": 2, "d_head": 16, "n_prompt": 100, "n_kept": 50, "n_tokens": 105}

VARIANT = Variant(
    name="snapkv",
    title="Prompt budget (SnapKV)",
    family="token budgets",
    about="After the prompt a head keeps n_kept of its tokens, the last window among them; generated tokens all stay.",
    source=SNAPKV,
    tensors=key_value(mask=budget()),
    paper_form=paper_form,
    paper_of="stored",
    numbers=(Printed("stored", {**_TINY, "bytes_per_element": 1}, "14080", MEASURED),),
    where=("n_tokens > n_prompt",),
    reduces_to=(Reduction("gqa", where=("n_prompt <= n_kept",)),),
)
