"""xKV: the keys, the values or the latents of several layers are one low-rank factor for the tokens of the prompt."""

from __future__ import annotations

from dataclasses import replace

from symkv.caches import CachedTensor, Printed, Reduction, Source, Variant, key_value
from symkv.caches.masks import beyond, fixed
from symkv.formula import Formula
from symkv.symbols import Symbol, declare

declare(
    Symbol(
        "joint_key_rank",
        r"r_{\mathrm{K}}",
        "rank of the keys of a group of layers",
        "elements",
        dimension="element/(layer*token)",
    ),
    after="d_latent",
)
declare(
    Symbol(
        "joint_value_rank",
        r"r_{\mathrm{V}}",
        "rank of the values of a group of layers",
        "elements",
        dimension="element/(layer*token)",
    ),
    after="joint_key_rank",
)
declare(
    Symbol(
        "joint_latent_rank",
        r"r_{\mathrm{C}}",
        "rank of the latents of a group of layers",
        "elements",
        dimension="element/(layer*token)",
    ),
    after="joint_value_rank",
)

XKV = Source(
    "Chang et al.",
    "xKV: Cross-Layer SVD for KV-Cache Compression",
    2025,
    "arXiv:2503.18893; README of abdelfattah-lab/xKV",
)
AFTER = replace(beyond("n_prompt"), words="the tokens after the prompt")


def key_value_form(
    n_unique_layers: Formula,
    joint_key_rank: Formula,
    joint_value_rank: Formula,
    n_prompt: Formula,
    n_layers: Formula,
    n_kv_heads: Formula,
    d_head: Formula,
    n_tokens: Formula,
    bytes_per_element: Formula,
) -> Formula:
    """Token factors of all groups of layers, a basis for each layer, and 2 (key and value) for generated tokens."""
    ranks = joint_key_rank + joint_value_rank
    factors = n_unique_layers * ranks * n_prompt
    bases = n_layers * ranks * n_kv_heads * d_head
    return (factors + bases + 2 * n_layers * n_kv_heads * d_head * (n_tokens - n_prompt)) * bytes_per_element


def latent_form(
    n_unique_layers: Formula,
    joint_latent_rank: Formula,
    n_prompt: Formula,
    n_layers: Formula,
    d_latent: Formula,
    d_rope: Formula,
    n_tokens: Formula,
    bytes_per_element: Formula,
) -> Formula:
    """Token factors of all groups of layers, a basis for each layer, rotary keys, and latents of generated tokens."""
    factors = n_unique_layers * joint_latent_rank * n_prompt
    bases = n_layers * joint_latent_rank * d_latent
    return (factors + bases + n_layers * (d_rope * n_tokens + d_latent * (n_tokens - n_prompt))) * bytes_per_element


KEYS_AND_VALUES = Variant(
    name="xkv",
    title="Cross-layer low rank (xKV)",
    family="shared across layers",
    about=(
        "Groups of layers share a low-rank factor with one row for each token of the prompt; every layer has a basis "
        "that turns it into its keys and values. Generated tokens are kept as they are."
    ),
    source=XKV,
    tensors=(
        CachedTensor("key factor", "1", "joint_key_rank", "n_unique_layers", "n_layers", fixed("n_prompt"), part="key"),
        CachedTensor(
            "value factor", "1", "joint_value_rank", "n_unique_layers", "n_layers", fixed("n_prompt"), part="value"
        ),
        CachedTensor("key basis", "n_kv_heads", "joint_key_rank*d_head", mask=fixed("1"), role="state"),
        CachedTensor("value basis", "n_kv_heads", "joint_value_rank*d_head", mask=fixed("1"), role="state"),
        *key_value(of="generated", mask=AFTER),
    ),
    paper_form=key_value_form,
    paper_of="stored",
    numbers=(
        Printed(
            "stored",
            {
                "n_layers": 32,
                "n_unique_layers": 8,
                "n_kv_heads": 8,
                "d_head": 128,
                "joint_key_rank": 384,
                "joint_value_rank": 576,
                "bytes_per_element": 2,
                "n_prompt": 65536,
                "n_tokens": 65536,
            },
            "8x",
            XKV,
            against="gqa",
        ),
    ),
    where=("n_unique_layers <= n_layers", "n_tokens > n_prompt"),
    units=("1 = element/(layer*token)", "1 = token"),
    reduces_to=(Reduction("gqa", where=(), only=("growth", "written")),),
)

LATENTS = Variant(
    name="xkv_mla",
    title="Cross-layer low rank of latents (xKV)",
    family="shared across layers",
    about=(
        "As xkv, for multi-head latent attention: groups of layers share a factor of their latents, and the rotary "
        "key of each layer stays as it is."
    ),
    source=XKV,
    tensors=(
        CachedTensor(
            "latent factor", "1", "joint_latent_rank", "n_unique_layers", "n_layers", fixed("n_prompt"), part="latent"
        ),
        CachedTensor("latent basis", "1", "joint_latent_rank*d_latent", mask=fixed("1"), role="state"),
        CachedTensor("generated latent", "1", "d_latent", mask=AFTER, part="latent"),
        CachedTensor("rotary key", "1", "d_rope", part="rope"),
    ),
    paper_form=latent_form,
    paper_of="stored",
    numbers=(
        Printed(
            "stored",
            {
                "n_layers": 4,
                "n_unique_layers": 1,
                "d_latent": 512,
                "d_rope": 64,
                "joint_latent_rank": 512,
                "bytes_per_element": 2,
                "n_prompt": 65536,
                "n_tokens": 65536,
            },
            "3x",
            XKV,
            against="mla",
            only=("latent factor", "rotary key"),
        ),
    ),
    where=("n_unique_layers <= n_layers", "n_tokens > n_prompt"),
    units=("1 = element/(layer*token)", "1 = token"),
    reduces_to=(Reduction("mla", where=(), only=("growth", "written")),),
)
VARIANTS = (KEYS_AND_VALUES, LATENTS)
