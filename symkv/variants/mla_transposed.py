"""Latent attention with a transposed copy: the latent is kept a second time, laid out for the product with values."""

from __future__ import annotations

from symkv.caches import CachedTensor, Printed, Reduction, Source, Variant
from symkv.formula import Formula

IK_LLAMA = Source(
    "ik_llama.cpp",
    "Flash MLA (CPU only)",
    2025,
    "github.com/ikawrakow/ik_llama.cpp/pull/240 (sizes), pull/206 (the caches kv_l and kvt_l)",
)


def paper_form(d_latent: Formula, d_rope: Formula, n_layers: Formula, bytes_per_element: Formula) -> Formula:
    """c^KV of latent and rotary key, and kv^T of the latent again, in each layer."""
    return (d_latent + d_rope + d_latent) * n_layers * bytes_per_element


VARIANT = Variant(
    name="mla_transposed",
    title="Latent attention with a transposed copy",
    family="every token kept",
    about="Without flash attention an engine keeps the latent row and its rotary key, and the latent again transposed.",
    source=IK_LLAMA,
    tensors=(
        CachedTensor("latent", heads="1", width="d_latent", part="latent"),
        CachedTensor("rotary key", heads="1", width="d_rope", part="rope"),
        CachedTensor("transposed latent", heads="1", width="d_latent", part="value"),
    ),
    paper_form=paper_form,
    numbers=(
        Printed(
            "stored",
            {"n_layers": 27, "d_latent": 512, "d_rope": 64, "bytes_per_element": 2, "n_tokens": 65536},
            "1728.00 MiB",
            IK_LLAMA,
            only=("transposed latent",),
        ),
    ),
    reduces_to=(
        Reduction("mqa", where=("d_latent = d_head", "d_rope = 0")),
        Reduction("gqa", where=("d_latent = n_kv_heads*d_head", "d_rope = 0")),
    ),
    units=("1 = head/layer",),
)
