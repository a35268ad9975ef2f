"""DeepSeek sparse attention over pools: one index key for each m tokens, and m latent rows for each that is picked."""

from __future__ import annotations

from symkv.caches import CachedTensor, Reduction, Source, Variant
from symkv.caches.masks import buffer, every
from symkv.formula import Formula

GLM_5_NEXT = Source(
    "Z.ai",
    "GLM-5-Next",
    2026,
    "huggingface/transformers, configuration_glm5_next.py and modeling_glm5_next.py: index_kpool; "
    "vllm-project/vllm, KpoolTailSpec for the tail",
)
SELECTED = "min(n_tokens, top_k + mod(n_tokens, compression))"


def paper_form(
    n_layers: Formula,
    d_latent: Formula,
    d_rope: Formula,
    d_index: Formula,
    compression: Formula,
    bytes_per_element: Formula,
) -> Formula:
    """A latent and a rotary key for each token, an index key for each pool of m tokens."""
    return n_layers * (d_latent + d_rope + d_index / compression) * bytes_per_element


VARIANT = Variant(
    name="kpool_dsa",
    title="DeepSeek sparse attention over pools",
    family="stored is not read",
    about=(
        "One index key stands for a pool of m tokens; a step reads the latents of the best pools, top_k tokens in all, "
        "and of the pool that is not full. Its keys and gates wait in a buffer. d_rope may be 0."
    ),
    source=GLM_5_NEXT,
    tensors=(
        CachedTensor("latent", "1", "d_latent", part="latent", reads=SELECTED),
        CachedTensor("rotary key", "1", "d_rope", part="rope", reads=SELECTED),
        CachedTensor("index key", "1", "d_index", mask=every(), role="index", part="index"),
        CachedTensor("tail", "1", "2*d_index", mask=buffer(), role="state"),  # key and gate of a token
    ),
    paper_form=paper_form,
    numbers=(),
    reduces_to=(Reduction("dsa", where=("compression = 1",)),),
    where=("compression divides top_k",),
    units=("1 = token",),
)
