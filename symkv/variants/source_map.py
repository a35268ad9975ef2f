"""A map of cache sources: latents shared across layers, index keys on layers of their own, some without rotary key."""

from __future__ import annotations

from symkv.caches import CachedTensor, Printed, Reduction, Source, Variant
from symkv.formula import Formula
from symkv.symbols import Symbol, declare

LARGE_4 = Source(
    "Mistral AI",
    "Mistral Large 4 in transformers",
    2026,
    "huggingface/transformers 5.23.0, mistral_large4: kv_source_layers, indexer_types, no_rope_layers",
)
MEASURED = Source("Hugging Face", "transformers 5.23.0, measured caches", 2026, "model type mistral_large4")
SELECTED = "min(n_tokens, top_k)"

declare(
    Symbol("n_rope_owners", r"U_{\mathrm{r}}", "layers that own a rotary key", "layers", dimension="layer"),
    after="n_unique_layers",
)
declare(
    Symbol("n_rope_layers", r"L_{\mathrm{rope}}", "layers that read a rotary key", "layers", dimension="layer"),
    after="n_recurrent_layers",
)


def paper_form(
    n_unique_layers: Formula,
    d_latent: Formula,
    n_rope_owners: Formula,
    d_rope: Formula,
    n_index_layers: Formula,
    d_index: Formula,
    bytes_per_element: Formula,
) -> Formula:
    """The latents of the sources, the rotary keys of those that rotate, and the index keys of full indexers."""
    return (n_unique_layers * d_latent + n_rope_owners * d_rope + n_index_layers * d_index) * bytes_per_element


VARIANT = Variant(
    name="source_map",
    title="Shared latents by a map of sources",
    family="shared across layers",
    about=(
        "A layer reads the latent of the layer that the map names; sources without position keep no rotary key, "
        "and a layer that reuses a latent may still keep index keys."
    ),
    source=LARGE_4,
    tensors=(
        CachedTensor(
            "latent", "1", "d_latent", layers="n_unique_layers", readers="n_layers", part="latent", reads=SELECTED
        ),
        CachedTensor(
            "rotary key", "1", "d_rope", layers="n_rope_owners", readers="n_rope_layers", part="rope", reads=SELECTED
        ),
        CachedTensor("index key", "1", "d_index", layers="n_index_layers", role="index", part="index"),
    ),
    paper_form=paper_form,
    numbers=(
        Printed(
            "stored",
            {
                "n_unique_layers": 3,
                "d_latent": 28,
                "n_rope_owners": 2,
                "d_rope": 8,
                "n_index_layers": 4,
                "d_index": 18,
                "n_tokens": 36,
                "bytes_per_element": 1,
            },
            "6192",
            MEASURED,
        ),
    ),
    reduces_to=(
        Reduction(
            "dsa",
            where=(
                "n_unique_layers = n_layers",
                "n_rope_owners = n_layers",
                "n_rope_layers = n_layers",
                "n_index_layers = n_layers",
            ),
        ),
        Reduction(
            "shared_index",
            where=("n_unique_layers = n_layers", "n_rope_owners = n_layers", "n_rope_layers = n_layers"),
        ),
    ),
    where=(
        "n_unique_layers <= n_layers",
        "n_rope_owners <= n_unique_layers",
        "n_rope_owners <= n_rope_layers",
        "n_rope_layers <= n_layers",
        "n_index_layers <= n_layers",
    ),
)
