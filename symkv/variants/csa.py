"""Compressed sparse attention (DeepSeek-V4): one row for each m tokens, of which a query selects the best."""

from __future__ import annotations

from symkv.caches import WINDOW, CachedTensor, Printed, Source, Variant
from symkv.caches.masks import buffer, every, latest
from symkv.formula import Formula

DEEPSEEK_V4 = Source("DeepSeek-AI", "DeepSeek-V4", 2026, "report, sections 2.3.1 and 2.3.2")
VLLM_V4 = Source("vLLM", "DeepSeek V4 in vLLM: Efficient Long-context Attention", 2026, "vllm.ai blog, April 2026")
SELECTED = "min(floor(n_tokens/compression), top_k)"


def paper_form(
    n_layers: Formula, d_head: Formula, d_index: Formula, compression: Formula, bytes_per_element: Formula
) -> Formula:
    """One shared key-value row and one index key for each m tokens."""
    return n_layers * (d_head + d_index) / compression * bytes_per_element


VARIANT = Variant(
    name="csa",
    title="Compressed sparse attention",
    family="stored is not read",
    about=(
        "Each m tokens are merged into one row that is key and value, and an index key picks the top_k rows to read. "
        "A window of single tokens lies beside it, and tokens wait in a buffer until their block is full."
    ),
    source=DEEPSEEK_V4,
    tensors=(
        CachedTensor("compressed row", "1", "d_head - d_rope", mask=every(), part="nope", reads=SELECTED),
        CachedTensor("compressed rope", "1", "d_rope", mask=every(), part="rope", reads=SELECTED),
        CachedTensor("index key", "1", "d_index", mask=every(), role="index", part="index"),
        CachedTensor("window row", "1", "d_head - d_rope", mask=WINDOW, part="nope"),
        CachedTensor("window rope", "1", "d_rope", mask=WINDOW, part="rope"),
        CachedTensor("buffer", "1", "4*d_head", mask=buffer(), role="state"),  # kv and gate, each for two overlaps
        CachedTensor("index buffer", "1", "4*d_index", mask=buffer(), role="state"),
        CachedTensor("overlap", "1", "2*compression*d_head", mask=latest(), role="state"),  # kv and gate of a block
        CachedTensor("index overlap", "1", "2*compression*d_index", mask=latest(), role="state"),
    ),
    paper_form=paper_form,
    numbers=(
        Printed(
            "stored",
            {
                "n_layers": 1,
                "d_head": 512,
                "d_rope": 64,
                "d_index": 128,
                "compression": 4,
                "top_k": 1024,
                "window": 128,
                "bytes_per_element": 2,
                "n_tokens": 2**20,
            },
            "320.125 MiB",
            VLLM_V4,
            only=("compressed row", "compressed rope", "index key", "window row", "window rope"),
        ),
    ),
    where=("d_rope <= d_head",),
    units=("1 = layer/head", "1 = token"),
)
