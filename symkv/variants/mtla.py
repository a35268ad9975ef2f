"""Multi-head temporal latent attention: the latents of neighbouring tokens are added up in one row."""

from __future__ import annotations

from symkv.caches import CachedTensor, Reduction, Source, Variant
from symkv.caches.masks import merged
from symkv.formula import Formula, ceil

MTLA = Source(
    "Deng and Woodland",
    "Multi-head Temporal Latent Attention",
    2025,
    "arXiv:2505.13544, section 4; rows as in D-Keqi/mtla, MTLA.py: ceil(T/down_rate)",
)


def paper_form(
    n_layers: Formula,
    d_latent: Formula,
    d_rope: Formula,
    bytes_per_element: Formula,
    n_tokens: Formula,
    compression: Formula,
) -> Formula:
    """(latent + rotary key) for each started group of tokens, in each layer."""
    return n_layers * (d_latent + d_rope) * bytes_per_element * ceil(n_tokens / compression)


VARIANT = Variant(
    name="mtla",
    title="Multi-head temporal latent attention (MTLA)",
    family="every token kept",
    about=(
        "A token's latent is added to the newest row until it holds m tokens, and its rotary key replaces that row's: "
        "one row is kept for each m tokens."
    ),
    source=MTLA,
    tensors=(
        CachedTensor("latent", heads="1", width="d_latent", mask=merged(), part="latent"),
        CachedTensor("rotary key", heads="1", width="d_rope", mask=merged(), part="rope"),
    ),
    paper_form=paper_form,
    paper_of="stored",
    numbers=(),
    defaults={"compression": 2},
    reduces_to=(Reduction("mla", where=("compression = 1",)),),
)
