"""RetNet: multi-scale retention, linear attention with a fixed decay and values twice as wide as keys."""

from __future__ import annotations

from symkv.caches import SLOT, CachedTensor, Printed, Reduction, Source, Variant
from symkv.formula import Formula

SUN_2023 = Source(
    "Sun et al.",
    "Retentive Network: A Successor to Transformer for Large Language Models",
    2023,
    "arXiv:2307.08621; shapes as in microsoft/torchscale, torchscale/component/multiscale_retention.py, and "
    "fla-org/flash-linear-attention, fla/layers/multiscale_retention.py",
)


def paper_form(n_layers: Formula, n_heads: Formula, d_k: Formula, bytes_per_element: Formula) -> Formula:
    """A state of key width times value width for each head; 2: a value is twice as wide as a key."""
    return n_layers * n_heads * d_k * (2 * d_k) * bytes_per_element


MEASURED = Source(
    "fla-org",
    "flash-linear-attention 0.6.0, measured caches",
    2026,
    "fla.layers.MultiScaleRetention, hidden_size 64 and 4 heads, run on a CPU: recurrent_state (1, 4, 16, 32)",
)

VARIANT = Variant(
    name="retnet",
    title="Multi-scale retention",
    family="constant state",
    about="Each head keeps one sum of keys times values that decays by a fixed rate; values have twice the key width.",
    source=SUN_2023,
    tensors=(CachedTensor("state", heads="n_heads", width="2*d_k*d_k", mask=SLOT, role="state"),),
    paper_form=paper_form,
    paper_of="state",
    numbers=(
        Printed(
            "stored", {"n_heads": 4, "d_k": 16, "n_layers": 1, "n_tokens": 8, "bytes_per_element": 1}, "2048", MEASURED
        ),
    ),
    reduces_to=(Reduction("gated_linear", where=("d_v = 2*d_k",)),),
)
