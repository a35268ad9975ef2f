"""mLSTM (xLSTM 7B): a matrix memory for each head, its normaliser and the running maximum of the gates."""

from __future__ import annotations

from symkv.caches import SLOT, CachedTensor, Printed, Source, Variant
from symkv.formula import Formula

BECK_2025 = Source(
    "Beck et al.",
    "xLSTM 7B: A Recurrent LLM for Fast and Efficient Inference",
    2025,
    "arXiv:2503.13427; shapes as in huggingface/transformers, models/xlstm/modeling_xlstm.py: xLSTMCache",
)
MEASURED = Source("Hugging Face", "transformers 5.23.0, measured caches", 2026, "model type xlstm")
TINY = {"n_layers": 4, "n_heads": 4, "d_k": 16, "d_v": 32}


def paper_form(n_layers: Formula, n_heads: Formula, d_k: Formula, d_v: Formula, bytes_per_element: Formula) -> Formula:
    """The memory C of d_k x d_v, the normaliser n of d_k and the maximum m of 1 element for each head."""
    return n_layers * n_heads * (d_k * d_v + d_k + 1) * bytes_per_element


VARIANT = Variant(
    name="mlstm",
    title="mLSTM",
    family="constant state",
    about="Each head keeps a d_k x d_v memory, a normaliser and the largest gate so far; xLSTM 7B has no convolution.",
    source=BECK_2025,
    tensors=(
        CachedTensor("memory", heads="n_heads", width="d_k*d_v", mask=SLOT, role="state"),
        CachedTensor("normaliser", heads="n_heads", width="d_k", mask=SLOT, role="state"),
        CachedTensor("maximum", heads="n_heads", width="1", mask=SLOT, role="state"),
    ),
    paper_form=paper_form,
    paper_of="state",
    numbers=(
        Printed("stored", {**TINY, "bytes_per_element": 1}, "8464", MEASURED),
        Printed("stored", {**TINY, "bytes_per_element": 2}, "16928", MEASURED),
    ),
    units=("1 = element/(head*token)",),
)
