"""KVQuant: few-bit codes, with the outliers of each token in a sparse matrix beside them."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from symkv.caches import CachedTensor, Printed, Source, Variant
from symkv.formula import Formula
from symkv.symbols import Symbol, declare

declare(
    Symbol("outlier_fraction", r"\varphi", "share of outlier elements", "elements", "positive rational", dimension="1"),
    after="n_bits",
)
declare(
    Symbol("outlier_bytes", r"\omega", "bytes of an outlier with its place", "bytes", dimension="byte/element"),
    after="outlier_fraction",
)
declare(
    Symbol("pointer_bytes", r"\pi", "bytes of a row pointer of a sparse matrix", "bytes", dimension="byte/element"),
    after="outlier_bytes",
)
declare(
    Symbol("scale_bytes", r"\sigma", "bytes for the scale and the zero of a group", "bytes", dimension="byte/element"),
    after="group_size",
)

KVQUANT = Source(
    "Hooper et al.",
    "KVQuant: Towards 10 Million Context Length LLM Inference with KV Cache Quantization",
    2024,
    "arXiv:2401.18079, appendix M and table 4",
)
KVQUANT_TABLE = replace(KVQUANT, locator="arXiv:2401.18079, table 1", checked=False)
_BYTES: dict[str, int | Fraction] = {
    "outlier_fraction": Fraction(1, 100),
    "outlier_bytes": 4,
    "pointer_bytes": 4,
    "scale_bytes": 4,
}
_LLAMA: dict[str, int | Fraction] = {
    **_BYTES,
    "n_layers": 32,
    "n_heads": 32,
    "n_kv_heads": 32,
    "d_head": 128,
    "bytes_per_element": 2,
    "n_tokens": 131072,
}
RATE = "(n_bits/8 + outlier_bytes*outlier_fraction)"


def paper_form(
    n_layers: Formula,
    n_kv_heads: Formula,
    d_head: Formula,
    n_bits: Formula,
    outlier_bytes: Formula,
    outlier_fraction: Formula,
    pointer_bytes: Formula,
    scale_bytes: Formula,
) -> Formula:
    """2 (key and value): codes (8: bits in a byte) and outliers; 2 pointers and a scale for each token and layer."""
    row = 2 * n_kv_heads * d_head * (n_bits / 8 + outlier_bytes * outlier_fraction)
    return n_layers * (row + 2 * pointer_bytes + scale_bytes)


VARIANT = Variant(
    name="kvquant",
    title="Codes and sparse outliers (KVQuant)",
    family="number formats",
    about=(
        "Codes of n_bits bits, the largest elements of each token apart with value and place, one pointer each for "
        "keys and values, and a scale with a zero for the values; tables of codes do not grow."
    ),
    source=KVQUANT,
    tensors=(
        CachedTensor("key codes", "n_kv_heads", "d_head", part="key", rate=RATE),
        CachedTensor("value codes", "n_kv_heads", "d_head", part="value", rate=RATE),
        CachedTensor("pointers", "1", "2", rate="pointer_bytes"),
        CachedTensor("value scale", "1", "1", rate="scale_bytes"),
    ),
    paper_form=paper_form,
    numbers=(
        Printed("stored", {**_LLAMA, "n_bits": 3}, "13.3 GB", KVQUANT_TABLE),
        Printed("stored", {**_LLAMA, "n_bits": 2}, "9.3 GB", KVQUANT_TABLE),
        Printed("stored", {**_LLAMA, "n_bits": 4}, "3.7x", KVQUANT, against="mha"),
        Printed("stored", {**_LLAMA, "n_bits": 3}, "4.8x", KVQUANT, against="mha"),
        Printed("stored", {**_LLAMA, "n_bits": 2}, "6.9x", KVQUANT, against="mha"),
    ),
    defaults={"outlier_bytes": 4, "pointer_bytes": 4, "scale_bytes": 4},
    units=("8 = bit/byte", "1 = element/(layer*token)"),
)
