"""Mamba-3: a matrix state for each head, its rotation angles and the last input, with no convolution."""

from __future__ import annotations

from symkv.caches import SLOT, CachedTensor, Printed, Source, Variant
from symkv.formula import Formula
from symkv.symbols import Symbol, declare

declare(
    Symbol(
        "n_angles",
        r"n_{\theta}",
        "rotation angles of one head's state",
        "elements",
        dimension="element/(head*token)",
    ),
    after="d_v",
)
declare(
    Symbol("mimo_rank", r"R_{\mathrm{mimo}}", "inputs that a step takes in at once", "inputs", dimension="1"),
    after="n_groups",
)
MAMBA_3 = Source(
    "Lahoti et al.",
    "Mamba-3: Improved Sequence Modeling using State Space Principles",
    2026,
    "arXiv:2603.15569; shapes as in state-spaces/mamba, mamba_ssm/modules/mamba3.py: step",
)


def paper_form(
    n_layers: Formula,
    n_heads: Formula,
    d_head: Formula,
    d_state: Formula,
    n_angles: Formula,
    mimo_rank: Formula,
    bytes_per_element: Formula,
) -> Formula:
    """For each head the state, its angles, and of the last token B for each rank and x."""
    return n_layers * n_heads * (d_head * d_state + n_angles + mimo_rank * d_state + d_head) * bytes_per_element


MEASURED = Source(
    "fla-org",
    "flash-linear-attention 0.6.0, measured caches",
    2026,
    "fla.layers.mamba3.Mamba3.allocate_inference_cache: (1, 8, 4), (1, 8, 16, 16), (1, 1 or 4, 8, 16), (1, 8, 16)",
)
_TINY = {"n_layers": 1, "n_heads": 8, "d_head": 16, "d_state": 16, "n_angles": 4, "n_tokens": 8, "bytes_per_element": 1}

VARIANT = Variant(
    name="mamba3",
    title="Mamba-3",
    family="constant state",
    about="Each head keeps a d_head x d_state matrix, the angles by which it is turned, and B and x of the last token.",
    source=MAMBA_3,
    tensors=(
        CachedTensor("state", heads="n_heads", width="d_head*d_state", mask=SLOT, role="state"),
        CachedTensor("angles", heads="n_heads", width="n_angles", mask=SLOT, role="state"),
        CachedTensor("last B", heads="n_heads", width="mimo_rank*d_state", mask=SLOT, role="conv"),
        CachedTensor("last x", heads="n_heads", width="d_head", mask=SLOT, role="conv"),
    ),
    paper_form=paper_form,
    paper_of="state",
    numbers=(
        Printed("stored", {**_TINY, "mimo_rank": 1}, "2336", MEASURED),
        Printed("stored", {**_TINY, "mimo_rank": 4}, "2720", MEASURED),
    ),
    defaults={"mimo_rank": 1},
    units=("1 = element/(head*token)", "1 = token"),
)
