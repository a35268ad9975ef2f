"""Mamba: each inner channel keeps a state of its own and the last inputs of a short convolution."""

from __future__ import annotations

from symkv.caches import SLOT, CachedTensor, Printed, Reduction, Source, Variant
from symkv.caches.masks import window
from symkv.formula import Formula
from symkv.symbols import Symbol, declare

declare(
    Symbol(
        "d_inner",
        r"d_{\mathrm{in}}",
        "inner channels of a state-space mixer",
        "elements",
        dimension="element/(layer*token)",
    ),
    after="d_rope",
)
MAMBA = Source(
    "Gu and Dao",
    "Mamba: Linear-Time Sequence Modeling with Selective State Spaces",
    2023,
    "arXiv:2312.00752; shapes as in vllm-project/vllm, layers/mamba/mamba_utils.py: mamba1_state_shape",
)
LLAMA_CPP = Source("ggml-org", "llama.cpp pull request 9126", 2024, "github.com/ggml-org/llama.cpp/pull/9126")
MEASURED = Source("Hugging Face", "transformers 5.23.0, measured caches", 2026, "model type mamba")
_TINY = {"n_layers": 4, "d_inner": 64, "d_state": 10, "d_conv": 5, "n_tokens": 20}


def paper_form(
    n_layers: Formula, d_inner: Formula, d_state: Formula, d_conv: Formula, bytes_per_element: Formula
) -> Formula:
    """A state of d_state and the last d_conv inputs for each inner channel."""
    return n_layers * (d_inner * d_state + d_inner * d_conv) * bytes_per_element


VARIANT = Variant(
    name="mamba1",
    title="Mamba",
    family="constant state",
    about="Each of d_inner channels keeps d_state numbers, rewritten at every step, and its last d_conv inputs.",
    source=MAMBA,
    tensors=(
        CachedTensor("state", heads="d_inner", width="d_state", mask=SLOT, role="state"),
        CachedTensor("inputs", heads="d_inner", width="1", mask=window("d_conv"), role="conv"),
    ),
    paper_form=paper_form,
    paper_of="state",
    numbers=(
        Printed(
            "between",
            {"n_layers": 64, "d_inner": 8192, "d_state": 16, "d_conv": 4, "n_tokens": 4096, "bytes_per_element": 4},
            "38 MiB",
            LLAMA_CPP,
        ),
        Printed("stored", {**_TINY, "bytes_per_element": 1}, "3840", MEASURED),
        Printed("stored", _TINY, "12800", MEASURED, formats={"state": "fp32", "conv": "bf16"}),
    ),
    reduces_to=(Reduction("rg_lru", where=("d_state = 1", "d_inner = d_rnn")),),
    defaults={"d_conv": 4},
)
