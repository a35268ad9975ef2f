"""Cross-attention layers: some layers of a decoder attend to image tokens only, and keep nothing else."""

from __future__ import annotations

from symkv.caches import Printed, Reduction, Source, Variant, key_value
from symkv.caches.masks import fixed
from symkv.formula import Formula

LLAMA_3_2 = Source(
    "Meta",
    "Llama 3.2 Vision in transformers",
    2024,
    "huggingface/transformers, models/mllama/modeling_mllama.py: MllamaTextCrossAttention",
)
MEASURED = Source("Hugging Face", "transformers 5.23.0, measured caches", 2026, "model type mllama, text only")
_TINY = {"n_global_layers": 3, "n_kv_heads": 2, "d_head": 16, "bytes_per_element": 1}
_TEXT = ("key", "value")


def paper_form(
    n_kv_heads: Formula,
    d_head: Formula,
    n_global_layers: Formula,
    n_tokens: Formula,
    n_cross_layers: Formula,
    n_encoder: Formula,
    bytes_per_element: Formula,
) -> Formula:
    """2 (key and value) for all text tokens in text layers and for all image tokens in cross-attention layers."""
    rows = n_global_layers * n_tokens + n_cross_layers * n_encoder
    return 2 * n_kv_heads * d_head * rows * bytes_per_element


VARIANT = Variant(
    name="cross_layers",
    title="Cross-attention layers",
    family="cross and draft",
    about="Cross-attention layers keep n_encoder image tokens and no text, the other layers keep all text tokens.",
    source=LLAMA_3_2,
    tensors=(
        *key_value(layers="n_global_layers"),
        *key_value(of="image", layers="n_cross_layers", mask=fixed()),
    ),
    paper_form=paper_form,
    paper_of="stored",
    numbers=(
        Printed("stored", {**_TINY, "n_tokens": 5}, "960", MEASURED, only=_TEXT),
        Printed("stored", {**_TINY, "n_tokens": 15}, "2880", MEASURED, only=_TEXT),
    ),
    reduces_to=(
        Reduction(
            "encoder_decoder",
            where=("n_global_layers = n_layers", "n_cross_layers = n_layers", "n_kv_heads = n_heads"),
        ),
        Reduction("gqa", where=("n_layers = n_global_layers",), only=("growth", "read_growth", "written")),
    ),
)
