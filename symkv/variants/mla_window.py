"""Multi-head latent attention in a window: latent rows of the last W tokens only."""

from __future__ import annotations

from symkv.caches import WINDOW, CachedTensor, Printed, Reduction, Source, Variant
from symkv.formula import Formula, min

DOTS_3 = Source(
    "rednote hilab",
    "Dots3-Note in transformers",
    2026,
    "huggingface/transformers 5.23.0, configuration_dots3_note.py: sliding_attention with a kv_lora_rank of its own",
)


def paper_form(
    n_layers: Formula,
    d_latent: Formula,
    d_rope: Formula,
    bytes_per_element: Formula,
    n_tokens: Formula,
    window: Formula,
) -> Formula:
    """(latent + rotary key) elements for each token of the window and layer."""
    return n_layers * (d_latent + d_rope) * bytes_per_element * min(n_tokens, window)


MEASURED = Source(
    "Hugging Face",
    "transformers 5.23.0, measured caches",
    2026,
    "model type dots3_note_text: the record at 18 tokens less its growth, 15056 - 18*(15056 - 14360)/3",
)
_TINY = {"n_layers": 2, "d_latent": 1024, "d_rope": 64, "window": 6, "n_tokens": 18, "bytes_per_element": 1}

VARIANT = Variant(
    name="mla_window",
    title="Latent attention in a window",
    family="windowed",
    about="Keys and values of all heads are rebuilt from latent rows; a layer keeps those of the last W tokens.",
    source=DOTS_3,
    tensors=(
        CachedTensor("latent", heads="1", width="d_latent", mask=WINDOW, part="latent"),
        CachedTensor("rotary key", heads="1", width="d_rope", mask=WINDOW, part="rope"),
    ),
    paper_form=paper_form,
    paper_of="stored",
    numbers=(Printed("between", _TINY, "10880", MEASURED),),
    reduces_to=(Reduction("mla", where=("n_tokens <= window",)),),
)
