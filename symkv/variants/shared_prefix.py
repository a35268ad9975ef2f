"""Several sequences over one prompt: its rows are kept once, and each sequence keeps the rows it adds."""

from __future__ import annotations

from dataclasses import replace

from symkv.caches import CachedTensor, Reduction, Source, Variant, key_value
from symkv.caches.masks import beyond, fixed
from symkv.formula import Formula
from symkv.references import KWON_2023

PROMPT = fixed("n_prompt")
ADDED = replace(
    beyond("n_prompt"),
    name="added",
    words="the tokens after those of the prompt",
    writes="min(1, max(0, n_tokens - n_prompt))",
)
HYDRAGEN = Source(
    "Juravsky et al.",
    "Hydragen: High-Throughput LLM Inference with Shared Prefixes",
    2024,
    "arXiv:2402.05099, abstract",
)


def paper_form(
    n_layers: Formula,
    n_kv_heads: Formula,
    d_head: Formula,
    n_prompt: Formula,
    n_beams: Formula,
    n_tokens: Formula,
    bytes_per_element: Formula,
) -> Formula:
    """2 (key and value) for the prompt once and for the tokens after it in each sequence."""
    rows = n_prompt + n_beams * (n_tokens - n_prompt)
    return 2 * n_layers * n_kv_heads * d_head * rows * bytes_per_element


def _tensors(readers: str) -> tuple[CachedTensor, ...]:
    """The prompt, written once and read by `readers` layers, and what the sequences add."""
    prompt = key_value(of="prompt", readers=readers, mask=PROMPT)
    return (*prompt, *key_value(of="added", layers="n_beams*n_layers", mask=ADDED))


VARIANTS = (
    Variant(
        name="beams",
        title="Beams over one prompt",
        family="cross and draft",
        about="n_beams sequences, beams or samples, share the rows of their prompt, and each reads them for itself.",
        source=replace(KWON_2023, locator="arXiv:2309.06180, section 6.3"),
        tensors=_tensors("n_beams*n_layers"),
        paper_form=paper_form,
        paper_of="stored",
        numbers=(),
        reduces_to=(
            Reduction("gqa", where=("n_beams = 1",), only=("stored", "read", "growth")),
            Reduction("gqa", where=("n_beams = 1", "n_tokens >= n_prompt + 1"), only=("written",)),
            Reduction("shared_prefix", where=(), only=("stored", "growth", "written")),
        ),
        where=("n_tokens >= n_prompt",),
    ),
    Variant(
        name="shared_prefix",
        title="Shared prefix, read once",
        family="cross and draft",
        about="n_beams sequences over one prefix keep it once, and a step reads it once for all of them.",
        source=HYDRAGEN,
        tensors=_tensors("n_layers"),
        paper_form=paper_form,
        paper_of="stored",
        numbers=(),
        reduces_to=(Reduction("gqa", where=("n_beams = 1",), only=("stored", "read", "growth")),),
        where=("n_tokens >= n_prompt",),
    ),
)
