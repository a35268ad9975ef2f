"""Lightning attention (MiniMax-01): linear attention with a fixed decay for each head and no normaliser."""

from __future__ import annotations

from symkv.caches import SLOT, CachedTensor, Printed, Source, Variant
from symkv.formula import Formula

MINIMAX = Source(
    "MiniMax",
    "MiniMax-01: Scaling Foundation Models with Lightning Attention",
    2025,
    "arXiv:2501.08313; shapes as in huggingface/transformers, models/minimax/modular_minimax.py",
)


def paper_form(n_layers: Formula, n_heads: Formula, d_head: Formula, bytes_per_element: Formula) -> Formula:
    """heads * width * width elements a layer: the sum of keys times values, decayed."""
    return n_layers * n_heads * d_head * d_head * bytes_per_element


MEASURED = Source(
    "Hugging Face",
    "transformers 5.23.0, measured caches",
    2026,
    "model type minimax: the records at 4 and 7 tokens less their growth, (7*10752 - 4*11040)/3",
)
_TINY = {"n_layers": 3, "n_heads": 6, "d_head": 24, "n_tokens": 7, "bytes_per_element": 1}

VARIANT = Variant(
    name="lightning",
    title="Lightning attention",
    family="constant state",
    about="Each query head keeps one d_head x d_head sum of keys times values, which decays by a fixed rate.",
    source=MINIMAX,
    tensors=(CachedTensor("state", heads="n_heads", width="d_head*d_head", mask=SLOT, role="state"),),
    paper_form=paper_form,
    paper_of="state",
    numbers=(Printed("stored", _TINY, "10368", MEASURED),),
)
