"""RG-LRU: one gated number for each recurrent channel, behind a short convolution (Hawk)."""

from __future__ import annotations

from symkv.caches import SLOT, CachedTensor, Printed, Source, Variant
from symkv.caches.masks import window
from symkv.formula import Formula
from symkv.symbols import Symbol, declare

declare(
    Symbol(
        "d_rnn",
        r"d_{\mathrm{rnn}}",
        "recurrent channels of one layer",
        "elements",
        aliases=("lru_width",),
        dimension="element/(layer*token)",
    ),
    after="d_rope",
)
GRIFFIN = Source(
    "De et al.",
    "Griffin: Mixing Gated Linear Recurrences with Local Attention for Efficient Language Models",
    2024,
    "arXiv:2402.19427; shapes as in google-deepmind/recurrentgemma, recurrentgemma/torch/layers.py: init_cache",
)


def paper_form(n_layers: Formula, d_rnn: Formula, d_conv: Formula, bytes_per_element: Formula) -> Formula:
    """The hidden state and the last d_conv inputs of each recurrent channel."""
    return n_layers * (d_rnn + d_rnn * d_conv) * bytes_per_element


MEASURED = Source(
    "Hugging Face",
    "transformers 5.23.0, measured caches",
    2026,
    "model type recurrent_gemma: recurrent_states (1, 96) and conv1d_state (1, 96, 4) of 4 layers, kernel 5",
)
_TINY = {"n_layers": 4, "d_rnn": 96, "d_conv": 5, "n_tokens": 12, "bytes_per_element": 1}

VARIANT = Variant(
    name="rg_lru",
    title="Real-gated linear recurrent unit",
    family="constant state",
    about="Each recurrent channel keeps one number that a step decays and feeds, and its last d_conv inputs.",
    source=GRIFFIN,
    tensors=(
        CachedTensor("state", heads="d_rnn", width="1", mask=SLOT, role="state"),
        CachedTensor("inputs", heads="d_rnn", width="1", mask=window("d_conv"), role="conv"),
    ),
    paper_form=paper_form,
    paper_of="state",
    numbers=(
        Printed("between", _TINY, "384", MEASURED, only=("state",)),
        Printed("between", _TINY, "1536", MEASURED, only=("inputs",)),
    ),
    defaults={"d_conv": 4},
    units=("1 = token",),
)
