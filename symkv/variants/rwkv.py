"""RWKV: time mixing with a state that does not grow, as vectors (RWKV-4) or as a matrix for each head (5, 6, 7)."""

from __future__ import annotations

from dataclasses import replace

from symkv.caches import SLOT, CachedTensor, Printed, Reduction, Source, Variant
from symkv.formula import Formula
from symkv.symbols import Symbol, declare

declare(
    Symbol(
        "d_model", r"d_{\mathrm{model}}", "width of the residual stream", "elements", dimension="element/(layer*token)"
    ),
    after="d_index",
)
RWKV_4 = Source(
    "Peng et al.",
    "RWKV: Reinventing RNNs for the Transformer Era",
    2023,
    "arXiv:2305.13048; shapes as in huggingface/transformers, models/rwkv/modeling_rwkv.py",
)
RWKV_6 = Source(
    "Peng et al.",
    "Eagle and Finch: RWKV with Matrix-Valued States and Dynamic Recurrence",
    2024,
    "arXiv:2404.05892; shapes as in ggml-org/llama.cpp, src/llama-hparams.cpp: n_embd_r and n_embd_s",
)
RWKV_6_TABLE = replace(RWKV_6, locator="arXiv:2404.05892, appendix E, table 11", checked=False)
RWKV_7 = Source(
    "Peng et al.",
    'RWKV-7 "Goose" with Expressive Dynamic State Evolution',
    2025,
    "arXiv:2503.14456; shapes as in fla-org/flash-linear-attention, fla/layers/rwkv7.py",
)
MEASURED = Source("Hugging Face", "transformers 5.23.0, measured caches", 2026, "model type rwkv")
_TINY = {"n_layers": 4, "d_model": 96, "n_tokens": 20}


def rwkv4_form(n_layers: Formula, d_model: Formula, bytes_per_element: Formula) -> Formula:
    """5 vectors: two token shifts, and numerator, denominator and maximum of the weighted average."""
    return 5 * d_model * n_layers * bytes_per_element


def rwkv6_form(n_layers: Formula, n_heads: Formula, d_head: Formula, bytes_per_element: Formula) -> Formula:
    """2 token shifts of the width of the model D = n_heads*d_head, and D**2/n_heads for the matrices of the heads."""
    return n_layers * (2 * n_heads * d_head + (n_heads * d_head) ** 2 / n_heads) * bytes_per_element


def rwkv7_form(n_layers: Formula, n_heads: Formula, d_k: Formula, d_v: Formula, bytes_per_element: Formula) -> Formula:
    """A d_k x d_v matrix for each head and 2 token shifts: one for time mixing, one for channel mixing."""
    return n_layers * (n_heads * d_k * d_v + 2 * n_heads * d_k) * bytes_per_element


def _eagle(layers: int, width: int, elements: str) -> Printed:
    """A row of table 11: heads of 64, sizes in elements."""
    given = {"n_layers": layers, "n_heads": width // 64, "d_head": 64, "bytes_per_element": 1, "n_tokens": 4096}
    return Printed("stored", given, elements, RWKV_6_TABLE)


LAYERS = Source(
    "fla-org",
    "flash-linear-attention 0.6.0, measured caches",
    2026,
    "fla.models.RWKV7Model, 2 layers, run on a CPU: (1, 4, 16, 16), conv_state and ffn_state (1, 64)",
)

VARIANTS = (
    Variant(
        name="rwkv4",
        title="RWKV-4",
        family="constant state",
        about="A weighted average of values is kept as numerator, denominator and maximum, with two shifted tokens.",
        source=RWKV_4,
        tensors=(
            CachedTensor("average", heads="d_model", width="3", mask=SLOT, role="state"),
            CachedTensor("token shifts", heads="1", width="2*d_model", mask=SLOT, role="conv"),
        ),
        paper_form=rwkv4_form,
        paper_of="state",
        numbers=(
            Printed("stored", {**_TINY, "bytes_per_element": 1}, "1920", MEASURED),
            Printed("stored", _TINY, "6144", MEASURED, formats={"state": "fp32", "conv": "bf16"}),
        ),
        units=("1 = token",),
    ),
    Variant(
        name="rwkv6",
        title="RWKV-5 and RWKV-6",
        family="constant state",
        about="Each head keeps a square matrix, and two token shifts keep the last input of either mixing.",
        source=RWKV_6,
        tensors=(
            CachedTensor("state", heads="n_heads", width="d_head*d_head", mask=SLOT, role="state"),
            CachedTensor("token shifts", heads="1", width="2*n_heads*d_head", mask=SLOT, role="conv"),
        ),
        paper_form=rwkv6_form,
        paper_of="state",
        numbers=(
            _eagle(24, 1024, "1622016"),
            _eagle(24, 2048, "3244032"),
            _eagle(32, 2560, "5406720"),
            _eagle(32, 4096, "8650752"),
        ),
        units=("1 = token", "1 = element/(head*token)"),
    ),
    Variant(
        name="rwkv7",
        title="RWKV-7",
        family="constant state",
        about="Each head keeps a d_k x d_v matrix that a step corrects by a delta rule, beside two token shifts.",
        source=RWKV_7,
        tensors=(
            CachedTensor("state", heads="n_heads", width="d_k*d_v", mask=SLOT, role="state"),
            CachedTensor("token shifts", heads="1", width="2*n_heads*d_k", mask=SLOT, role="conv"),
        ),
        paper_form=rwkv7_form,
        paper_of="state",
        numbers=(
            Printed(
                "stored",
                {"n_layers": 2, "n_heads": 4, "d_k": 16, "d_v": 16, "n_tokens": 8, "bytes_per_element": 1},
                "2304",
                LAYERS,
            ),
        ),
        reduces_to=(Reduction("rwkv6", where=("d_k = d_head", "d_v = d_head")),),
        units=("1 = token", "1 = element/(head*token)"),
    ),
)
