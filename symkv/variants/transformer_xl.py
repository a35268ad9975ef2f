"""Transformer-XL: the hidden states of the last tokens are kept, and keys and values are computed from them again."""

from __future__ import annotations

from symkv.caches import CachedTensor, Printed, Reduction, Source, Variant
from symkv.caches.masks import window
from symkv.formula import Formula
from symkv.symbols import Symbol, declare

DAI_2019 = Source(
    "Dai et al.",
    "Transformer-XL: Attentive Language Models Beyond a Fixed-Length Context",
    2019,
    "arXiv:1901.02860; memories as in kimiyoung/transformer-xl, pytorch/mem_transformer.py",
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


def paper_form(n_memory: Formula, d_model: Formula, n_layers: Formula, bytes_per_element: Formula) -> Formula:
    """mem_len hidden states for the input of each layer, in elements, times bytes."""
    return n_layers * n_memory * d_model * bytes_per_element


MEASURED = Source(
    "Hugging Face",
    "transformers 4.41.2, measured memories",
    2024,
    "model type transfo-xl, a tiny random model of 3 layers with mem_len 10",
)
_TINY = {"n_layers": 3, "d_model": 16, "n_memory": 10, "n_tokens": 16, "bytes_per_element": 1}

VARIANT = Variant(
    name="transformer_xl",
    title="Memory of hidden states",
    family="windowed",
    about=(
        "Each layer keeps the hidden states that it was given for the last n_memory tokens, "
        "and projects them to keys and values again in every step."
    ),
    source=DAI_2019,
    tensors=(CachedTensor("hidden state", heads="1", width="d_model", mask=window("n_memory")),),
    paper_form=paper_form,
    paper_of="state",
    numbers=(Printed("stored", _TINY, "480", MEASURED),),
    reduces_to=(
        Reduction("sliding_window", where=("n_memory = window", "d_model = 2*n_kv_heads*d_head")),
        Reduction("gqa", where=("n_tokens <= n_memory", "d_model = 2*n_kv_heads*d_head")),
    ),
)
