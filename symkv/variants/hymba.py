"""The attention heads of Hymba: meta tokens before every sequence, windows on most layers, caches shared by groups."""

from __future__ import annotations

from symkv.caches import WINDOW, CachedTensor, Reduction, Source, Variant
from symkv.caches.masks import CAUSAL, Mask, fixed
from symkv.formula import Formula, min
from symkv.symbols import Symbol, declare

DONG_2024 = Source(
    "Dong et al.",
    "Hymba: A Hybrid-head Architecture for Small Language Models",
    2024,
    "arXiv:2411.13676, abstract; caches as in a copy of the released modeling_hymba.py: num_memory_tokens, reuse_kv",
)

declare(
    Symbol("n_local_owners", r"U_{\mathrm{w}}", "layers that own a cache of a window", "layers", dimension="layer"),
    after="n_unique_layers",
)
declare(
    Symbol(
        "n_meta_tokens",
        "M",
        "learned tokens that precede every sequence",
        "tokens",
        "nonnegative integer",
        dimension="token",
    ),
    after="n_sinks",
)


def paper_form(
    n_kv_heads: Formula,
    d_k: Formula,
    d_v: Formula,
    n_global_layers: Formula,
    n_local_owners: Formula,
    n_meta_tokens: Formula,
    n_tokens: Formula,
    window: Formula,
    bytes_per_element: Formula,
) -> Formula:
    """Key and value of all tokens in global layers and of the window in owners, and of the meta tokens in both."""
    rows = n_global_layers * n_tokens + n_local_owners * min(n_tokens, window)
    return n_kv_heads * (d_k + d_v) * (rows + (n_global_layers + n_local_owners) * n_meta_tokens) * bytes_per_element


def _key_and_value(of: str, layers: str, readers: str, mask: Mask) -> tuple[CachedTensor, ...]:
    parts = (("key", "d_k"), ("value", "d_v"))
    return tuple(CachedTensor(f"{of} {p}", "n_kv_heads", d, layers, readers, mask, part=p) for p, d in parts)


VARIANT = Variant(
    name="hymba",
    title="Meta tokens, windows and shared caches",
    family="shared across layers",
    about=(
        "Learned meta tokens precede every sequence and are never let go; global layers keep every token, windowed "
        "layers share a window in groups. The Mamba heads beside them keep states of their own."
    ),
    source=DONG_2024,
    tensors=(
        *_key_and_value("global", "n_global_layers", "n_global_layers", CAUSAL),
        *_key_and_value("local", "n_local_owners", "n_local_layers", WINDOW),
        *_key_and_value(
            "meta", "n_global_layers + n_local_owners", "n_global_layers + n_local_layers", fixed("n_meta_tokens")
        ),
    ),
    paper_form=paper_form,
    paper_of="stored",
    numbers=(),
    where=("n_local_owners <= n_local_layers",),
    reduces_to=(
        Reduction(
            "tail_sharing",
            where=("n_meta_tokens = 0", "n_global_owners = n_global_layers", "d_k = d_head", "d_v = d_head"),
        ),
    ),
)
