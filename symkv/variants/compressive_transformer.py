"""Compressive Transformer: hidden states that leave the memory are pooled, and the last pooled ones are kept."""

from __future__ import annotations

from symkv.caches import CachedTensor, Mask, Printed, Reduction, Source, Variant
from symkv.formula import Formula
from symkv.symbols import Symbol, declare

RAE_2019 = Source(
    "Rae et al.",
    "Compressive Transformers for Long-Range Sequence Modelling",
    2019,
    "arXiv:1911.05507, algorithm 1",
)

declare(
    Symbol(
        "d_model", r"d_{\mathrm{model}}", "width of the residual stream", "elements", dimension="element/(layer*token)"
    ),
    after="d_rope",
)
declare(
    Symbol("n_memory", r"S_{\mathrm{m}}", "tokens whose hidden states are kept", "tokens", dimension="token"),
    after="n_prompt",
)
declare(
    Symbol("n_compressed", r"S_{\mathrm{cm}}", "rows of the compressed memory", "rows", dimension="token"),
    after="n_memory",
)

_MADE = "ceil(max(0, n_tokens - n_memory)/compression)"
_NEXT = "ceil(max(0, n_tokens + 1 - n_memory)/compression)"

MEMORY = Mask(
    "memory",
    "the last n_memory tokens, the oldest of which is pooled when it leaves",
    kept="min(n_tokens, n_memory)",
    between="min(n_tokens, n_memory)",
    oldest="n_tokens - n_memory",
    level="n_memory",
    settled="n_memory",
)
POOLED = Mask(
    "pooled",
    "the last n_compressed rows of compression tokens that have left the memory",
    kept=f"min({_MADE}, n_compressed)",
    between=f"{_MADE} - max(0, {_NEXT} - n_compressed)",
    made=_MADE,
    oldest="ceil(max(0, q + 1 - n_memory)/compression) - n_compressed",
    writes="min(1, max(0, n_tokens - n_memory))",
    level="n_compressed",
    settled="n_memory + compression*n_compressed",
)


def paper_form(
    n_layers: Formula, n_memory: Formula, n_compressed: Formula, d_model: Formula, bytes_per_element: Formula
) -> Formula:
    """Two memories, l x n_m x d and l x n_cm x d elements, times bytes."""
    return n_layers * (n_memory + n_compressed) * d_model * bytes_per_element


MEASURED = Source(
    "lucidrains",
    "compressive-transformer-pytorch 0.4.0, measured memories",
    2021,
    "memories of (3, 1, 8, 16) and (3, 1, 2 or 4, 16) after segments of 8 tokens; a third party's code",
)
_TINY = {"n_layers": 3, "d_model": 16, "n_memory": 8, "n_compressed": 4, "compression": 4, "bytes_per_element": 1}

VARIANT = Variant(
    name="compressive_transformer",
    title="Memory and compressed memory of hidden states",
    family="windowed",
    about=(
        "Each layer keeps the hidden states of the last n_memory tokens, and compression tokens that leave them are "
        "pooled into one row, here token by token; of these rows the last n_compressed are kept."
    ),
    source=RAE_2019,
    tensors=(
        CachedTensor("hidden state", heads="1", width="d_model", mask=MEMORY),
        CachedTensor("compressed state", heads="1", width="d_model", mask=POOLED),
    ),
    paper_form=paper_form,
    paper_of="state",
    numbers=(
        Printed("stored", {**_TINY, "n_tokens": 8}, "384", MEASURED),
        Printed("stored", {**_TINY, "n_tokens": 16}, "480", MEASURED),
        Printed("stored", {**_TINY, "n_tokens": 40}, "576", MEASURED),
    ),
    reduces_to=(Reduction("transformer_xl", where=("n_tokens <= n_memory",)),),
)
