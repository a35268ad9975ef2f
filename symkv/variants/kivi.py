"""Keys and values in few bits with a tail that is not quantised: KIVI, and QJL, whose keys are sign bits."""

from __future__ import annotations

from symkv.caches import CachedTensor, Mask, Reduction, Source, Variant
from symkv.caches.masks import beyond, blocks, buffer
from symkv.formula import Formula, floor, min
from symkv.symbols import Symbol, declare

declare(
    Symbol("scale_bytes", r"\sigma", "bytes for the scale and the zero of a group", "bytes", dimension="byte/element"),
    after="group_size",
)
declare(
    Symbol("n_signs", r"n_{\mathrm{sgn}}", "sign bits of a key", "bits", dimension="bit/(head*token)"), after="n_bits"
)
declare(
    Symbol(
        "n_outliers",
        r"n_{\mathrm{out}}",
        "key channels that are sketched apart",
        "channels",
        dimension="byte/(head*token)",
    ),
    after="n_signs",
)

KIVI = Source(
    "Liu et al.",
    "KIVI: A Tuning-Free Asymmetric 2bit Quantization for KV Cache",
    2024,
    "arXiv:2402.02750; tensors as in jy-yuan/KIVI, models/llama_kivi.py",
)
QJL = Source(
    "Zandieh et al.",
    "QJL: 1-Bit Quantized JL Transform for KV Cache Quantization with Zero Overhead",
    2024,
    "arXiv:2406.03482; tensors as in amirzandieh/QJL, models/llama2_utils_qjl.py and llama2_qjl.py",
)
RATE = "(n_bits/8 + scale_bytes/group_size)"
LATEST = Mask(
    "last",
    "the last residual tokens, also between steps",
    kept="min(n_tokens, residual)",
    between="min(n_tokens, residual)",
    oldest="n_tokens - residual",
    level="residual",
    settled="residual",
)
TAIL = CachedTensor(
    "key tail", "n_kv_heads", "d_head", mask=buffer("residual"), part="key", reads="mod(n_tokens, residual)"
)
VALUES = (
    CachedTensor("value codes", "n_kv_heads", "d_head", mask=beyond("residual"), part="value", rate=RATE),
    CachedTensor("value tail", "n_kv_heads", "d_head", mask=LATEST, part="value"),
)


def kivi_form(
    n_layers: Formula,
    n_kv_heads: Formula,
    d_head: Formula,
    n_bits: Formula,
    scale_bytes: Formula,
    group_size: Formula,
    n_tokens: Formula,
    residual: Formula,
    bytes_per_element: Formula,
) -> Formula:
    """Keys in full blocks and values before the last R tokens in n_bits bits (8: bits in a byte), the rest whole."""
    rate = n_bits / 8 + scale_bytes / group_size
    full = residual * floor(n_tokens / residual)
    recent = min(n_tokens, residual)
    codes = full + n_tokens - recent  # tokens of key codes and of value codes
    rest = n_tokens - full + recent  # of key tail and of value tail
    return n_layers * n_kv_heads * d_head * (codes * rate + rest * bytes_per_element)


def qjl_form(
    n_layers: Formula,
    n_kv_heads: Formula,
    d_head: Formula,
    n_signs: Formula,
    n_outliers: Formula,
    n_bits: Formula,
    scale_bytes: Formula,
    group_size: Formula,
) -> Formula:
    """Sign bits (8 in a byte), 4: two 16-bit norms, outlier places of a group; values in n_bits bits with scales."""
    key = n_signs / 8 + 4 + n_outliers / group_size
    return n_layers * n_kv_heads * (key + d_head * (n_bits / 8 + scale_bytes / group_size))


VARIANTS = (
    Variant(
        name="kivi",
        title="Few-bit keys by channel and values by token (KIVI)",
        family="number formats",
        about=(
            "Keys are quantised by blocks of residual tokens, values one by one once residual tokens are newer; every "
            "group of group_size elements has a scale and a zero. Younger rows stay whole."
        ),
        source=KIVI,
        tensors=(
            CachedTensor("key codes", "n_kv_heads", "d_head", mask=blocks("residual"), part="key", rate=RATE),
            TAIL,
            *VALUES,
        ),
        paper_form=kivi_form,
        paper_of="stored",
        numbers=(),
        where=("group_size divides residual", "group_size divides d_head"),
        defaults={"n_bits": 2, "group_size": 32, "scale_bytes": 4, "residual": 128},
        units=("8 = bit/byte",),
        reduces_to=(Reduction("gqa", where=("n_tokens < residual",)),),
    ),
    Variant(
        name="qjl",
        title="Sign bits of projected keys (QJL)",
        family="number formats",
        about=(
            "A key is the signs of its random projection, a norm each of it and of its outlier channels, and one byte "
            "for each such channel of a group; values are quantised by token, and younger rows stay whole."
        ),
        source=QJL,
        tensors=(
            CachedTensor(
                "key signs",
                "n_kv_heads",
                "n_signs/8 + 4 + n_outliers/group_size",
                mask=blocks("residual"),
                part="key",
                rate="1",
            ),
            TAIL,
            *VALUES,
        ),
        paper_form=qjl_form,
        numbers=(),
        where=("group_size divides residual", "group_size divides d_head"),
        defaults={"group_size": 32, "scale_bytes": 4, "residual": 128},
        units=("8 = bit/byte",),
        reduces_to=(Reduction("gqa", where=("n_tokens < residual",)),),
    ),
)
