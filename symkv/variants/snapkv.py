"""SnapKV: of the prompt a head keeps a budget of tokens, chosen once, and every token after it."""

from __future__ import annotations

from symkv.caches import Reduction, Source, Variant, key_value
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


VARIANT = Variant(
    name="snapkv",
    title="Prompt budget (SnapKV)",
    family="token budgets",
    about="After the prompt a head keeps n_kept of its tokens, the last window among them; generated tokens all stay.",
    source=SNAPKV,
    tensors=key_value(mask=budget()),
    paper_form=paper_form,
    paper_of="stored",
    numbers=(),
    where=("n_tokens > n_prompt",),
    reduces_to=(Reduction("gqa", where=("n_prompt <= n_kept",)),),
)
