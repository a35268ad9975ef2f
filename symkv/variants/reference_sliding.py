"""Reference sliding window: the prompt stays whole, generated tokens are kept in a window."""

from __future__ import annotations

from symkv.caches import Printed, Reduction, Source, Variant, key_value
from symkv.caches.masks import sinks
from symkv.formula import Formula, min

UNLIMITED_OCR = Source(
    "Yin et al.",
    "Unlimited OCR Works",
    2026,
    "arXiv:2606.23050, abstract; cache as in huggingface/transformers 5.23.0, unlimited_ocr/modeling_unlimited_ocr.py",
)


def paper_form(
    n_layers: Formula,
    n_kv_heads: Formula,
    d_head: Formula,
    bytes_per_element: Formula,
    n_tokens: Formula,
    n_prompt: Formula,
    window: Formula,
) -> Formula:
    """2 (key and value) for all prefill tokens and a sliding window of the decoded ones."""
    return 2 * n_layers * n_kv_heads * d_head * bytes_per_element * min(n_tokens, n_prompt + window)


MEASURED = Source(
    "Hugging Face",
    "transformers 5.23.0, measured caches",
    2026,
    "model type unlimited_ocr, a tiny random model: 3 and 20 steps after 23 tokens",
)
_TINY = {"n_layers": 5, "n_kv_heads": 1, "d_head": 16, "n_prompt": 23, "window": 10, "bytes_per_element": 1}

VARIANT = Variant(
    name="reference_sliding",
    title="Reference sliding window",
    family="windowed",
    about="All tokens of the prompt, images included, stay in sight; generated tokens are seen in a window only.",
    source=UNLIMITED_OCR,
    tensors=key_value(mask=sinks("n_prompt")),
    paper_form=paper_form,
    paper_of="stored",
    numbers=(
        Printed("between", {**_TINY, "n_tokens": 26}, "4160", MEASURED),
        Printed("between", {**_TINY, "n_tokens": 43}, "5120", MEASURED),
    ),
    defaults={"window": 128},
    reduces_to=(
        Reduction("streaming_sinks", where=("n_sinks = n_prompt",)),
        Reduction("gqa", where=("n_tokens <= n_prompt + window",)),
    ),
)
