"""Griffin: layers of gated linear recurrence with a layer of local attention after every second one."""

from __future__ import annotations

from symkv.caches import SLOT, WINDOW, CachedTensor, Printed, Source, Variant, key_value
from symkv.caches.masks import window as last
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
    "arXiv:2402.19427; shapes as in google-deepmind/recurrentgemma, recurrentgemma/torch/modules.py and layers.py",
)
MEASURED = Source("Hugging Face", "transformers 5.23.0, measured caches", 2026, "model type recurrent_gemma")
_TINY = {"n_local_layers": 1, "n_kv_heads": 2, "d_head": 16, "window": 16, "bytes_per_element": 1}
_KV = ("key", "value")  # the measured cache object holds attention layers only


def paper_form(
    n_local_layers: Formula,
    n_kv_heads: Formula,
    d_head: Formula,
    window: Formula,
    n_recurrent_layers: Formula,
    d_rnn: Formula,
    d_conv: Formula,
    bytes_per_element: Formula,
) -> Formula:
    """2 (key and value) for the window in attention layers, hidden state and last inputs in recurrent ones."""
    attention = n_local_layers * 2 * n_kv_heads * d_head * window
    return (attention + n_recurrent_layers * d_rnn * (1 + d_conv)) * bytes_per_element


VARIANT = Variant(
    name="griffin",
    title="Griffin: recurrent and local layers",
    family="constant state",
    about="Two layers of gated linear recurrence to one of local attention; RecurrentGemma is built so.",
    source=GRIFFIN,
    tensors=(
        *key_value(layers="n_local_layers", mask=WINDOW),
        CachedTensor("state", "d_rnn", "1", layers="n_recurrent_layers", mask=SLOT, role="state"),
        CachedTensor("inputs", "d_rnn", "1", layers="n_recurrent_layers", mask=last("d_conv"), role="conv"),
    ),
    paper_form=paper_form,
    paper_of="state",
    numbers=(
        Printed("between", {**_TINY, "n_tokens": 5}, "320", MEASURED, only=_KV),
        Printed("between", {**_TINY, "n_tokens": 36}, "960", MEASURED, only=_KV),
    ),
    defaults={"d_conv": 4},
    units=("1 = token",),
)
