"""Double sparsity: a copy of a few channels of each key picks the tokens whose keys and values are read."""

from __future__ import annotations

from symkv.caches import CachedTensor, Source, Variant, key_value
from symkv.formula import Formula
from symkv.symbols import Symbol, declare

declare(
    Symbol(
        "n_channels",
        r"r_{\mathrm{c}}",
        "channels of a key that are scored",
        "elements",
        dimension="element/(head*token)",
    ),
    after="d_v",
)

DOUBLE_SPARSITY = Source(
    "Yang et al.",
    "Post-Training Sparse Attention with Double Sparsity",
    2024,
    "arXiv:2408.07092, abstract; caches as in sgl-project/sglang, DoubleSparseTokenToKVPool",
)


def paper_form(
    n_layers: Formula, n_kv_heads: Formula, d_head: Formula, n_channels: Formula, bytes_per_element: Formula
) -> Formula:
    """2: key and value; the heavy channels of the key beside them as its label."""
    return n_layers * n_kv_heads * (2 * d_head + n_channels) * bytes_per_element


VARIANT = Variant(
    name="double_sparsity",
    title="Double sparsity",
    family="stored is not read",
    about=(
        "A label cache holds n_channels channels of each key, chosen once for all. A step scores all labels and reads "
        "the keys and values of the best top_k tokens; labels may have a number format of their own."
    ),
    source=DOUBLE_SPARSITY,
    tensors=(
        *key_value(reads="min(n_tokens, top_k)"),
        CachedTensor("label", "n_kv_heads", "n_channels", role="index", part="index"),
    ),
    paper_form=paper_form,
    numbers=(),
    where=("n_channels <= d_head",),
)
