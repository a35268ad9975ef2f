"""Encoder-decoder: a decoder layer keeps a growing cache of its own tokens and a fixed one of the encoder's."""

from __future__ import annotations

from symkv.caches import Printed, Reduction, Source, Variant, key_value
from symkv.caches.masks import fixed
from symkv.formula import Formula

T5 = Source(
    "Raffel et al.",
    "Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer",
    2019,
    "arXiv:1910.10683; cache as in huggingface/transformers, models/t5/modeling_t5.py",
)
WHISPER_SMALL = Source(
    "ggml-org", "whisper.cpp pull request 456, log of small.en", 2023, "github.com/ggml-org/whisper.cpp/pull/456"
)
WHISPER_LARGE = Source(
    "ggml-org", "whisper.cpp pull request 1074, log of large", 2023, "github.com/ggml-org/whisper.cpp/pull/1074"
)
_SMALL = {"n_layers": 12, "n_heads": 12, "d_head": 64, "n_tokens": 448, "n_encoder": 1500, "bytes_per_element": 2}
_LARGE = {"n_layers": 32, "n_heads": 20, "d_head": 64, "n_tokens": 448, "n_encoder": 1500, "bytes_per_element": 2}
_SELF, _CROSS = ("key", "value"), ("cross key", "cross value")


def paper_form(
    n_layers: Formula,
    n_heads: Formula,
    d_head: Formula,
    n_tokens: Formula,
    n_encoder: Formula,
    bytes_per_element: Formula,
) -> Formula:
    """2 (key and value) for the tokens of the decoder and for those of the encoder, in each decoder layer."""
    return 2 * n_layers * n_heads * d_head * (n_tokens + n_encoder) * bytes_per_element


def _measured(model: str, layers: int, width: int, tokens: int, encoder: int, elements: str) -> Printed:
    given = {"n_layers": layers, "n_heads": 6, "d_head": width, "n_tokens": tokens, "n_encoder": encoder}
    source = Source("Hugging Face", "transformers 5.23.0, measured caches", 2026, f"model type {model}")
    return Printed("stored", {**given, "bytes_per_element": 1}, elements, source)


VARIANT = Variant(
    name="encoder_decoder",
    title="Encoder-decoder attention",
    family="cross and draft",
    about="Each decoder layer keeps its own tokens and, written once, keys and values of the n_encoder encoder tokens.",
    source=T5,
    tensors=(*key_value("n_heads"), *key_value("n_heads", of="cross", mask=fixed())),
    paper_form=paper_form,
    paper_of="stored",
    numbers=(
        Printed("stored", _SMALL, "15.75 MB", WHISPER_SMALL, only=_SELF),
        Printed("stored", _SMALL, "52.73 MB", WHISPER_SMALL, only=_CROSS),
        Printed("stored", _LARGE, "70.00 MB", WHISPER_LARGE, only=_SELF),
        Printed("stored", _LARGE, "234.38 MB", WHISPER_LARGE, only=_CROSS),
        _measured("t5", 3, 24, 5, 11, "13824"),
        _measured("t5", 3, 24, 15, 11, "22464"),
        _measured("bart", 3, 16, 5, 11, "9216"),
        _measured("whisper", 4, 16, 15, 32, "36096"),
    ),
    reduces_to=(Reduction("mha", where=(), only=("growth", "written")),),
)
