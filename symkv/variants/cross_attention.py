"""Cross-attention alone: what a decoder layer keeps of an encoder, beside whatever it keeps of its own tokens."""

from __future__ import annotations

from symkv.caches import Printed, Reduction, Source, Variant, key_value
from symkv.caches.masks import fixed
from symkv.formula import Formula

VASWANI_2017 = Source(
    "Vaswani et al.",
    "Attention Is All You Need",
    2017,
    "arXiv:1706.03762, section 3.2.3; cache as in huggingface/transformers, models/t5gemma/modeling_t5gemma.py",
)


def paper_form(
    n_layers: Formula, n_kv_heads: Formula, d_head: Formula, n_encoder: Formula, bytes_per_element: Formula
) -> Formula:
    """2 (key and value) for each token of the encoder, in each decoder layer."""
    return 2 * n_layers * n_kv_heads * d_head * n_encoder * bytes_per_element


MEASURED = Source(
    "Hugging Face",
    "transformers 5.23.0, measured caches",
    2026,
    "model type t5: records less their growth with the decoder, 13824 - 5*864 and 8640 - 4*576",
)
_TINY = {"n_encoder": 11, "n_tokens": 5, "bytes_per_element": 1}

VARIANT = Variant(
    name="cross_attention",
    title="Cross-attention",
    family="cross and draft",
    about="A layer keeps keys and values of the n_encoder tokens of an encoder, written once and read at every step.",
    source=VASWANI_2017,
    tensors=key_value(of="cross", mask=fixed()),
    paper_form=paper_form,
    paper_of="stored",
    numbers=(
        Printed("stored", {**_TINY, "n_layers": 3, "n_kv_heads": 6, "d_head": 24}, "9504", MEASURED),
        Printed("stored", {**_TINY, "n_layers": 6, "n_kv_heads": 3, "d_head": 16}, "6336", MEASURED),
    ),
    reduces_to=(Reduction("gqa", where=("n_tokens = n_encoder",), only=("stored", "read")),),
)
