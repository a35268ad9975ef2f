"""Multi-head latent attention in a window: latent rows of the last W tokens only."""

from __future__ import annotations

from symkv.caches import WINDOW, CachedTensor, Reduction, Source, Variant
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
    numbers=(),
    reduces_to=(Reduction("mla", where=("n_tokens <= window",)),),
)
