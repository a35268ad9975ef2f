"""Keys wider than values: one number of heads, two widths, in all layers or beside windowed layers."""

from __future__ import annotations

from symkv.caches import CachedTensor, Printed, Reduction, Source, Variant
from symkv.caches.masks import CAUSAL, Mask
from symkv.caches.masks import window as last_tokens
from symkv.formula import Formula, min

MIMO = Source(
    "Xiaomi LLM-Core Team",
    "MiMo-V2-Flash Technical Report",
    2026,
    "arXiv:2601.02780; shapes as in huggingface/transformers, mimo_v2_flash/modular_mimo_v2_flash.py",
)
MEASURED = Source("Hugging Face", "transformers 5.23.0, measured caches", 2026, "model type mimo_v2_flash")


def widths(
    of: str = "", heads: str = "n_kv_heads", layers: str = "n_layers", mask: Mask = CAUSAL
) -> tuple[CachedTensor, ...]:
    """A key of width d_k and a value of width d_v for each head."""
    return tuple(
        CachedTensor(f"{of} {part}".strip(), heads, width, layers=layers, mask=mask, part=part)
        for part, width in (("key", "d_k"), ("value", "d_v"))
    )


def paper_form(
    n_layers: Formula, n_kv_heads: Formula, d_k: Formula, d_v: Formula, bytes_per_element: Formula
) -> Formula:
    """A key and a value of each head: heads * (key width + value width) elements per token and layer."""
    return n_layers * n_kv_heads * (d_k + d_v) * bytes_per_element


def window_form(
    n_layers: Formula,
    n_kv_heads: Formula,
    d_k: Formula,
    d_v: Formula,
    bytes_per_element: Formula,
    n_tokens: Formula,
    window: Formula,
) -> Formula:
    """heads * (key width + value width) elements for each token of the window and layer."""
    return n_layers * n_kv_heads * (d_k + d_v) * bytes_per_element * min(n_tokens, window)


def mixed_form(
    n_global_layers: Formula,
    n_local_layers: Formula,
    n_kv_heads: Formula,
    d_k: Formula,
    d_v: Formula,
    bytes_per_element: Formula,
    n_tokens: Formula,
    window: Formula,
) -> Formula:
    """All tokens in global layers, the window and 2 times the heads in local ones."""
    tokens = n_global_layers * n_tokens + 2 * n_local_layers * min(n_tokens, window)
    return n_kv_heads * (d_k + d_v) * bytes_per_element * tokens


_TINY = {"n_global_layers": 1, "n_local_layers": 3, "n_kv_heads": 2, "d_k": 24, "d_v": 10, "window": 16}
_ELEMENTS = {**_TINY, "bytes_per_element": 1}

SLOPES = Source(
    "Hugging Face",
    "transformers 5.23.0, measured caches",
    2026,
    "model type mimo_v2_flash: growth of the records, (8568 - 8364)/3 and (8900 - 8750)/3: one global layer",
)

_FOUR = {"n_kv_heads": 4, "d_k": 24, "d_v": 10, "window": 16, "n_layers": 3, "bytes_per_element": 1}
_TWO = {"n_kv_heads": 2, "d_k": 32, "d_v": 18, "window": 18, "n_layers": 4, "bytes_per_element": 1}
RECORDS = Source(
    "Hugging Face",
    "transformers 5.23.0, measured caches",
    2026,
    "model type mimo_v2_flash: records less the global layer, 8568 - 36*68 and 8900 - 42*50",
)

VARIANTS = (
    Variant(
        name="unequal_widths",
        title="Unequal key and value widths",
        family="every token kept",
        about="Grouped-query attention whose key heads have another width than its value heads, 192 and 128 in MiMo.",
        source=MIMO,
        tensors=widths(),
        paper_form=paper_form,
        numbers=(
            Printed(
                "growth", {"n_layers": 1, "n_kv_heads": 2, "d_k": 24, "d_v": 10, "bytes_per_element": 1}, "68", SLOPES
            ),
            Printed(
                "growth", {"n_layers": 1, "n_kv_heads": 1, "d_k": 32, "d_v": 18, "bytes_per_element": 1}, "50", SLOPES
            ),
        ),
        reduces_to=(
            Reduction("gqa", where=("d_k = d_head", "d_v = d_head")),
            Reduction("mla_expanded", where=("n_kv_heads = n_heads", "d_k = d_nope + d_rope")),
        ),
    ),
    Variant(
        name="unequal_local_global",
        title="Unequal widths in local and global layers",
        family="windowed",
        about="MiMo-V2-Flash: global layers keep every token, local layers a window for twice as many key-value heads.",
        source=MIMO,
        tensors=(
            *widths("global", layers="n_global_layers"),
            *widths("local", "2*n_kv_heads", "n_local_layers", last_tokens()),
        ),
        paper_form=mixed_form,
        paper_of="stored",
        numbers=(
            Printed("between", {**_ELEMENTS, "n_tokens": 5}, "2380", MEASURED),
            Printed("between", {**_ELEMENTS, "n_tokens": 15}, "7140", MEASURED),
            Printed("between", {**_ELEMENTS, "n_tokens": 16}, "7208", MEASURED),
            Printed("between", {**_ELEMENTS, "n_tokens": 18}, "7344", MEASURED),
        ),
        reduces_to=(
            Reduction("unequal_widths", where=("n_tokens <= window", "n_layers = n_global_layers + 2*n_local_layers")),
        ),
    ),
    Variant(
        name="unequal_window",
        title="Unequal key and value widths in a window",
        family="windowed",
        about="Windowed attention whose key heads have another width than its value heads.",
        source=MIMO,
        tensors=widths(mask=last_tokens()),
        paper_form=window_form,
        paper_of="stored",
        numbers=(
            Printed("between", {**_FOUR, "n_tokens": 36}, "6120", RECORDS),
            Printed("between", {**_TWO, "n_tokens": 42}, "6800", RECORDS),
        ),
        reduces_to=(
            Reduction("unequal_widths", where=("n_tokens <= window",)),
            Reduction("sliding_window", where=("d_k = d_head", "d_v = d_head")),
        ),
    ),
)
