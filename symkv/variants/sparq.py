"""SparQ attention: a few channels of all keys pick the tokens whose keys and values are read."""

from __future__ import annotations

from symkv.caches import SLOT, CachedTensor, Printed, Reduction, Source, Variant, key_value
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

SPARQ = Source(
    "Ribar et al.",
    "SparQ Attention: Bandwidth-Efficient LLM Inference",
    2024,
    "arXiv:2312.04985, abstract and figure 1; the authors' gpt-fast code, K_mode store_twice",
)


def paper_form(n_layers: Formula, n_kv_heads: Formula, d_head: Formula, bytes_per_element: Formula) -> Formula:
    """3: the key once by token and once by channel, and the value."""
    return 3 * n_layers * n_kv_heads * d_head * bytes_per_element


VARIANT = Variant(
    name="sparq",
    title="SparQ attention",
    family="stored is not read",
    about=(
        "Keys are kept twice, by token and by channel. A step reads n_channels channels of all keys, the keys and "
        "values of the best top_k tokens, and a running mean of the values that stands for the others."
    ),
    source=SPARQ,
    tensors=(
        *key_value(reads="min(n_tokens, top_k)"),
        CachedTensor(
            "key by channel",
            "n_kv_heads",
            "d_head",
            role="index",
            part="index",
            reads="n_tokens*n_channels/d_head",  # n_channels elements of each row
        ),
        CachedTensor("mean value", "n_kv_heads", "d_head", mask=SLOT, role="state"),
    ),
    paper_form=paper_form,
    numbers=(
        Printed(
            "read",
            {
                "n_layers": 1,
                "n_kv_heads": 32,
                "d_head": 128,
                "n_channels": 16,
                "top_k": 256,
                "bytes_per_element": 2,
                "n_tokens": 4096,
            },
            "8x",
            SPARQ,
            against="gqa",
        ),
    ),
    reduces_to=(Reduction("double_sparsity", where=("n_channels = d_head",), only=("growth",)),),
    where=("n_channels <= d_head",),
    units=("1 = token",),
)
