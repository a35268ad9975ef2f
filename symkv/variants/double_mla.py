"""Two latent caches a layer (LongCat-Flash): each layer of the config holds two attention blocks."""

from __future__ import annotations

from symkv.caches import CachedTensor, Printed, Reduction, Source, Variant
from symkv.formula import Formula

LONGCAT = Source(
    "Meituan LongCat Team",
    "LongCat-Flash Technical Report",
    2025,
    "shapes as in huggingface/transformers, longcat_flash/modular_longcat_flash.py: caches 2*i and 2*i + 1",
)
MEASURED = Source("Hugging Face", "transformers 5.23.0, measured caches", 2026, "model type longcat_flash")


def paper_form(n_layers: Formula, d_latent: Formula, d_rope: Formula, bytes_per_element: Formula) -> Formula:
    """2 (attention blocks of a layer) * (latent + rotary key); num_hidden_layers of the config has the 2 in it."""
    return 2 * n_layers * (d_latent + d_rope) * bytes_per_element


_TINY = {"n_layers": 4, "d_latent": 28, "d_rope": 8, "bytes_per_element": 1}

VARIANT = Variant(
    name="double_mla",
    title="Two latent caches a layer",
    family="every token kept",
    about="A layer has two attention blocks, each with a latent and a rotary key; n_layers is the config's num_layers.",
    source=LONGCAT,
    tensors=(
        CachedTensor("latent", heads="1", width="d_latent", layers="2*n_layers", part="latent"),
        CachedTensor("rotary key", heads="1", width="d_rope", layers="2*n_layers", part="rope"),
    ),
    paper_form=paper_form,
    numbers=(
        Printed("stored", {**_TINY, "n_tokens": 5}, "1440", MEASURED),
        Printed("stored", {**_TINY, "n_tokens": 6}, "1728", MEASURED),
        Printed("stored", {**_TINY, "n_tokens": 18}, "5184", MEASURED),
    ),
    reduces_to=(Reduction("gqa", where=("d_latent = n_kv_heads*d_head", "d_rope = 0")),),
)
