"""Gist tokens: a few learned tokens stand for the whole prompt."""

from __future__ import annotations

from symkv.caches import Printed, Reduction, Source, Variant, key_value
from symkv.caches.masks import budget
from symkv.formula import Formula
from symkv.symbols import Symbol, declare

declare(
    Symbol("n_gist", r"n_{\mathrm{gist}}", "gist tokens that stand for the prompt", "tokens", dimension="token"),
    after="n_kept",
)

GIST = Source(
    "Mu et al.", "Learning to Compress Prompts with Gist Tokens", 2023, "arXiv:2304.08467, abstract and README"
)


def paper_form(
    n_layers: Formula,
    n_kv_heads: Formula,
    d_head: Formula,
    bytes_per_element: Formula,
    n_gist: Formula,
    n_tokens: Formula,
    n_prompt: Formula,
) -> Formula:
    """2 (key and value) for the gist tokens and for the tokens after the prompt."""
    return 2 * n_layers * n_kv_heads * d_head * bytes_per_element * (n_gist + n_tokens - n_prompt)


MU_2023_COSTS = Source(
    "Mu et al.",
    "Learning to Compress Prompts with Gist Tokens",
    2023,
    "arXiv:2304.08467, section 6 and its footnote: 26 tokens into 1, LLaMA-7B in fp32",
)
_LLAMA = {"n_layers": 32, "n_kv_heads": 32, "d_head": 128, "n_prompt": 26, "n_gist": 1, "n_tokens": 26}

VARIANT = Variant(
    name="gist",
    title="Gist tokens",
    family="token budgets",
    about="The prompt is let go once n_gist learned tokens have attended to it; they and all later tokens are kept.",
    source=GIST,
    tensors=key_value(mask=budget("n_gist")),
    paper_form=paper_form,
    paper_of="stored",
    numbers=(
        Printed("stored", {**_LLAMA, "bytes_per_element": 4}, "1.05 MB", MU_2023_COSTS),
        Printed("stored", {**_LLAMA, "bytes_per_element": 4}, "26x", MU_2023_COSTS, against="gqa"),
    ),
    where=("n_gist <= n_prompt", "n_tokens > n_prompt"),
    reduces_to=(
        Reduction("gqa", where=("n_gist = n_prompt",)),
        Reduction("snapkv", where=("n_kept = n_gist",)),
    ),
)
