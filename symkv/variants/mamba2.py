"""Mamba-2: a matrix state for each head, and a convolution that also covers the inputs shared by a group of heads."""

from __future__ import annotations

from symkv.caches import SLOT, CachedTensor, Printed, Reduction, Source, Variant
from symkv.caches.masks import window
from symkv.formula import Formula

MAMBA_2 = Source(
    "Dao and Gu",
    "Transformers are SSMs: Generalized Models and Efficient Algorithms Through Structured State Space Duality",
    2024,
    "arXiv:2405.21060; shapes as in vllm-project/vllm, layers/mamba/mamba_utils.py: mamba2_state_shape",
)
LLAMA_CPP = Source("ggml-org", "llama.cpp pull request 9126", 2024, "github.com/ggml-org/llama.cpp/pull/9126")
MEASURED = Source("Hugging Face", "transformers 5.23.0, measured caches", 2026, "model type mamba2")
_TINY = {"n_layers": 4, "n_heads": 12, "d_head": 16, "n_groups": 2, "d_state": 10, "d_conv": 5, "n_tokens": 20}


def paper_form(
    n_layers: Formula,
    n_heads: Formula,
    d_head: Formula,
    d_state: Formula,
    n_groups: Formula,
    d_conv: Formula,
    bytes_per_element: Formula,
) -> Formula:
    """A d_head x d_state matrix for each head, and the last d_conv inputs of x and of B and C."""
    convolution = (n_heads * d_head + 2 * n_groups * d_state) * d_conv  # 2: B and C
    return n_layers * (n_heads * d_head * d_state + convolution) * bytes_per_element


VARIANT = Variant(
    name="mamba2",
    title="Mamba-2",
    family="constant state",
    about="Each head keeps a d_head x d_state matrix; x and, for each group of heads, B and C pass a convolution.",
    source=MAMBA_2,
    tensors=(
        CachedTensor("state", heads="n_heads", width="d_head*d_state", mask=SLOT, role="state"),
        CachedTensor("inputs", heads="n_heads", width="d_head", mask=window("d_conv"), role="conv"),
        CachedTensor("group inputs", heads="n_groups", width="2*d_state", mask=window("d_conv"), role="conv"),
    ),
    paper_form=paper_form,
    paper_of="state",
    numbers=(
        Printed(
            "between",
            {
                "n_layers": 64,
                "n_heads": 128,
                "d_head": 64,
                "n_groups": 8,
                "d_state": 128,
                "d_conv": 4,
                "n_tokens": 4096,
                "bytes_per_element": 4,
            },
            "263.5 MiB",
            LLAMA_CPP,
        ),
        Printed("stored", {**_TINY, "bytes_per_element": 1}, "12320", MEASURED),
        Printed("stored", _TINY, "40000", MEASURED, formats={"state": "fp32", "conv": "bf16"}),
    ),
    reduces_to=(Reduction("gated_deltanet", where=("d_head = d_v", "d_state = d_k", "n_groups = n_key_heads")),),
    defaults={"d_conv": 4},
    units=("1 = element/(head*token**2)",),
)
