"""The quantised cache of transformers: the prompt at once, later tokens in blocks, a tail that is whole."""

from __future__ import annotations

from symkv.caches import Mask, Printed, Reduction, Source, Variant, Wave, key_value
from symkv.formula import Formula, floor
from symkv.symbols import Symbol, declare

declare(
    Symbol("scale_bytes", r"\sigma", "bytes for the scale and the zero of a group", "bytes", dimension="byte/element"),
    after="group_size",
)

QUANTISED = Source("Hugging Face", "Transformers", 2026, "transformers 5.23.0, cache_utils.py: QuantizedLayer")
_TAIL = "mod(n_tokens - n_prompt, residual)"
CODES = Mask(
    "flushed",
    "the prompt and later full blocks of residual tokens",
    kept=f"n_tokens - {_TAIL}",
    between=f"n_tokens - {_TAIL}",
    made=f"n_tokens - {_TAIL}",
    writes=f"(1 - min(1, {_TAIL}))*n_tokens",  # a flush quantises everything anew
    growth="1",
    wave=Wave("residual", "n_prompt", "-1"),
)
TAIL = Mask(
    "unflushed",
    "the tokens since the last flush",
    kept=_TAIL,
    between=_TAIL,
    oldest=f"n_tokens - {_TAIL}",
    writes=f"min(1, {_TAIL})",
    wave=Wave("residual", "n_prompt", "1"),
)


def paper_form(
    n_layers: Formula,
    n_kv_heads: Formula,
    d_head: Formula,
    n_tokens: Formula,
    n_prompt: Formula,
    residual: Formula,
    n_bits: Formula,
    scale_bytes: Formula,
    group_size: Formula,
    bytes_per_element: Formula,
) -> Formula:
    """2 (key and value): all but the tail in n_bits bits (8: bits in a byte) with scales, the tail whole."""
    flushed = n_prompt + residual * floor((n_tokens - n_prompt) / residual)
    rows = flushed * (n_bits / 8 + scale_bytes / group_size) + (n_tokens - flushed) * bytes_per_element
    return 2 * n_layers * n_kv_heads * d_head * rows


MEASURED = Source(
    "Hugging Face",
    "transformers 5.23.0 with hqq 0.2.8.post1, measured caches",
    2026,
    "QuantizedCache, 4 bits in groups of 64, residual_length 8, bfloat16: 5 and 9 steps after a prompt of 32 tokens",
)
_TINY = {"n_layers": 2, "n_kv_heads": 2, "d_head": 64, "n_prompt": 32, "residual": 8, "bytes_per_element": 2}
_HQQ = {**_TINY, "n_bits": 4, "group_size": 64, "scale_bytes": 4}

VARIANT = Variant(
    name="transformers_quantised",
    title="Quantised cache of transformers",
    family="number formats",
    about=(
        "The whole prompt is quantised at once; later tokens stay whole until residual of them are there, then "
        "everything is quantised anew. Keys and values are treated alike."
    ),
    source=QUANTISED,
    tensors=(
        *key_value(of="quantised", mask=CODES, rate="(n_bits/8 + scale_bytes/group_size)"),
        *key_value(of="tail", mask=TAIL),
    ),
    paper_form=paper_form,
    paper_of="stored",
    numbers=(
        Printed("stored", {**_HQQ, "n_tokens": 37}, "14336 B", MEASURED),
        Printed("stored", {**_HQQ, "n_tokens": 41}, "12544 B", MEASURED),
    ),
    where=("group_size divides d_head", "n_tokens >= n_prompt"),
    defaults={"n_bits": 4, "group_size": 64, "scale_bytes": 4, "residual": 128},
    units=("8 = bit/byte",),
    reduces_to=(
        Reduction(
            "gqa", where=("n_bits/8 + scale_bytes/group_size = bytes_per_element",), only=("stored", "read", "growth")
        ),
    ),
)
