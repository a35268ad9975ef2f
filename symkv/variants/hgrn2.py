"""HGRN2: a gated linear recurrence whose state is expanded by an outer product."""

from __future__ import annotations

from symkv.caches import SLOT, CachedTensor, Printed, Reduction, Source, Variant
from symkv.formula import Formula
from symkv.symbols import Symbol, declare

declare(
    Symbol(
        "d_model", r"d_{\mathrm{model}}", "width of the residual stream", "elements", dimension="element/(layer*token)"
    ),
    after="d_rope",
)
QIN_2024 = Source(
    "Qin et al.",
    "HGRN2: Gated Linear RNNs with State Expansion",
    2024,
    "arXiv:2404.07904; shapes as in fla-org/flash-linear-attention, fla/layers/hgrn2.py",
)


def paper_form(n_layers: Formula, d_model: Formula, d_k: Formula, bytes_per_element: Formula) -> Formula:
    """width of the model * expansion elements a layer, the expansion being the width of a head."""
    return n_layers * d_model * d_k * bytes_per_element


MEASURED = Source(
    "fla-org",
    "flash-linear-attention 0.6.0, measured caches",
    2026,
    "fla.layers.HGRN2Attention, hidden_size 64, expand_ratio 16, run on a CPU: recurrent_state (1, 4, 16, 16)",
)

VARIANT = Variant(
    name="hgrn2",
    title="HGRN2",
    family="constant state",
    about="The recurrent vector of d_model numbers is expanded d_k times: d_model/d_k heads of d_k x d_k.",
    source=QIN_2024,
    tensors=(CachedTensor("state", heads="n_heads", width="d_k*d_k", mask=SLOT, role="state"),),
    paper_form=paper_form,
    paper_of="state",
    numbers=(
        Printed(
            "stored", {"n_heads": 4, "d_k": 16, "n_layers": 1, "n_tokens": 8, "bytes_per_element": 1}, "1024", MEASURED
        ),
    ),
    reduces_to=(Reduction("gated_linear", where=("d_v = d_k",)),),
    where=("d_model = n_heads*d_k",),
    defaults={"d_k": 128},
    units=("1 = element/(head*token)",),
)
