"""Lightning attention (MiniMax-01): linear attention with a fixed decay for each head and no normaliser."""

from __future__ import annotations

from symkv.caches import SLOT, CachedTensor, Source, Variant
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


VARIANT = Variant(
    name="lightning",
    title="Lightning attention",
    family="constant state",
    about="Each query head keeps one d_head x d_head sum of keys times values, which decays by a fixed rate.",
    source=MINIMAX,
    tensors=(CachedTensor("state", heads="n_heads", width="d_head*d_head", mask=SLOT, role="state"),),
    paper_form=paper_form,
    paper_of="state",
    numbers=(),
)
