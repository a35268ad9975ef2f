"""TTT-Linear: the state is a linear model for each head, trained at test time by gradient steps."""

from __future__ import annotations

from symkv.caches import SLOT, CachedTensor, Source, Variant
from symkv.formula import Formula

SUN_2024 = Source(
    "Sun et al.",
    "Learning to (Learn at Test Time): RNNs with Expressive Hidden States",
    2024,
    "arXiv:2407.04620; shapes as in test-time-training/ttt-lm-pytorch, ttt.py: TTTCache",
)


def paper_form(n_layers: Formula, n_heads: Formula, d_head: Formula, bytes_per_element: Formula) -> Formula:
    """A matrix and a bias for each head; 2: the weights, and the gradient that a mini-batch has gathered so far."""
    return n_layers * n_heads * 2 * (d_head * d_head + d_head) * bytes_per_element


VARIANT = Variant(
    name="ttt_linear",
    title="TTT-Linear",
    family="constant state",
    about="Each head keeps a d_head x d_head matrix and a bias that learn the context, and gradients for both.",
    source=SUN_2024,
    tensors=(
        CachedTensor("weights", heads="n_heads", width="d_head*d_head", mask=SLOT, role="state"),
        CachedTensor("bias", heads="n_heads", width="d_head", mask=SLOT, role="state"),
        CachedTensor("gradient of the weights", heads="n_heads", width="d_head*d_head", mask=SLOT, role="state"),
        CachedTensor("gradient of the bias", heads="n_heads", width="d_head", mask=SLOT, role="state"),
    ),
    paper_form=paper_form,
    paper_of="state",
    numbers=(),
    units=("1 = element/(head*token)",),
)
