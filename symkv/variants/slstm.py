"""sLSTM (xLSTM): four vectors of scalar memories and a causal convolution over the last inputs."""

from __future__ import annotations

from symkv.caches import SLOT, CachedTensor, Printed, Source, Variant
from symkv.caches.masks import window
from symkv.formula import Formula

BECK_2024 = Source(
    "Beck et al.",
    "xLSTM: Extended Long Short-Term Memory",
    2024,
    "arXiv:2405.04517; shapes as in NX-AI/xlstm, xlstm/blocks/slstm/cell.py and layer.py",
)


def paper_form(
    n_layers: Formula, n_heads: Formula, d_head: Formula, d_conv: Formula, bytes_per_element: Formula
) -> Formula:
    """4 states (cell, normaliser, maximum, hidden) of n_heads*d_head elements, and d_conv columns of inputs."""
    return n_layers * (4 * n_heads * d_head + n_heads * d_head * d_conv) * bytes_per_element


MEASURED = Source(
    "NX-AI",
    "xlstm 2.0.6, measured state",
    2025,
    "sLSTMLayer.step, embedding_dim 64 and 4 heads, run on a CPU: slstm_state (4, 1, 64), conv_state (1, 4, 64)",
)
_TINY = {"n_layers": 1, "n_heads": 4, "d_head": 16, "d_conv": 4, "n_tokens": 6, "bytes_per_element": 1}

VARIANT = Variant(
    name="slstm",
    title="sLSTM",
    family="constant state",
    about="Cell, normaliser, maximum and hidden state have one number for each channel; a convolution feeds the gates.",
    source=BECK_2024,
    tensors=(
        CachedTensor("states", heads="n_heads", width="4*d_head", mask=SLOT, role="state"),
        CachedTensor("inputs", heads="n_heads", width="d_head", mask=window("d_conv"), role="conv"),
    ),
    paper_form=paper_form,
    paper_of="state",
    numbers=(
        Printed("stored", _TINY, "256", MEASURED, only=("states",)),
        Printed("stored", _TINY, "256", MEASURED, only=("inputs",)),
        Printed("stored", _TINY, "512", MEASURED),
    ),
    defaults={"d_conv": 4},
    units=("1 = token",),
)
