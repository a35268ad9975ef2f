"""TurboQuant: codes of rotated rows, with a norm for each key and a scale and a zero for each value."""

from __future__ import annotations

from symkv.caches import CachedTensor, Printed, Source, Variant
from symkv.formula import Formula, ceil

TURBOQUANT = Source(
    "Zandieh et al.",
    "TurboQuant: Online Vector Quantization with Near-optimal Distortion Rate",
    2025,
    "arXiv:2504.19874, section 4.3; rows as in vllm-project/vllm, turboquant/config.py",
)
VLLM = Source(
    "vLLM", "TurboQuant presets", 2026, "vllm-project/vllm, turboquant/config.py, docstring: turboquant_4bit_nc"
)


def paper_form(n_layers: Formula, n_kv_heads: Formula, n_bits: Formula, d_head: Formula) -> Formula:
    """Codes in whole bytes (8 bits), 2: a 16-bit norm of a key, 4: a 16-bit scale and zero of a value."""
    return n_layers * n_kv_heads * (ceil(n_bits * d_head / 8) + 2 + ceil(n_bits * d_head / 8) + 4)


VARIANT = Variant(
    name="turboquant",
    title="Codes of rotated rows (TurboQuant)",
    family="number formats",
    about="A head keeps n_bits bits for each element of a rotated key and value, a norm, and a scale with a zero.",
    source=TURBOQUANT,
    tensors=(
        CachedTensor("key", "n_kv_heads", "ceil(n_bits*d_head/8) + 2", part="key", rate="1"),
        CachedTensor("value", "n_kv_heads", "ceil(n_bits*d_head/8) + 4", part="value", rate="1"),
    ),
    paper_form=paper_form,
    numbers=(
        Printed(
            "growth",
            {"n_layers": 36, "n_kv_heads": 8, "d_head": 128, "n_bits": 4, "bytes_per_element": 2},
            "3.8x",
            VLLM,
            against="gqa",
        ),
    ),
    units=("8 = bit/byte",),
)
