"""Compressed attentions of DeepSeek-V4: one row for each m tokens, of which a query selects the best or reads all."""

from __future__ import annotations

from symkv.caches import WINDOW, CachedTensor, Printed, Reduction, Source, Variant
from symkv.caches.masks import buffer, every, latest
from symkv.formula import Formula
from symkv.references import DEEPSEEK_V4

BLOG_V4 = Source(
    "vLLM", "DeepSeek V4 in vLLM: Efficient Long-context Attention", 2026, "vllm.ai blog, appendix", checked=False
)
ROWS_V4 = Source(
    "vLLM", "FlashMLA sparse backend", 2026, "vllm-project/vllm, vllm/v1/attention/backends/mla/flashmla_sparse.py"
)
SELECTED = "min(floor(n_tokens/compression), top_k)"
_MILLION = {"n_layers": 1, "d_head": 512, "d_rope": 64, "window": 128, "bytes_per_element": 2, "n_tokens": 2**20}
_ROW = ("compressed row", "compressed rope")
_WINDOW_ROWS = (
    CachedTensor("window row", "1", "d_head - d_rope", mask=WINDOW, part="nope"),
    CachedTensor("window rope", "1", "d_rope", mask=WINDOW, part="rope"),
)


def csa_paper_form(
    n_layers: Formula, d_head: Formula, d_index: Formula, compression: Formula, bytes_per_element: Formula
) -> Formula:
    """One shared key-value row and one index key for each m tokens."""
    return n_layers * (d_head + d_index) / compression * bytes_per_element


def hca_paper_form(n_layers: Formula, d_head: Formula, compression: Formula, bytes_per_element: Formula) -> Formula:
    """One shared key-value row for each m tokens."""
    return n_layers * d_head / compression * bytes_per_element


CSA = Variant(
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
        *_WINDOW_ROWS,
        CachedTensor("buffer", "1", "4*d_head", mask=buffer(), role="state"),  # kv and gate, each for two overlaps
        CachedTensor("index buffer", "1", "4*d_index", mask=buffer(), role="state"),
        CachedTensor("overlap", "1", "2*compression*d_head", mask=latest(), role="state"),  # kv and gate of a block
        CachedTensor("index overlap", "1", "2*compression*d_index", mask=latest(), role="state"),
    ),
    paper_form=csa_paper_form,
    numbers=(
        Printed(
            "stored",
            {**_MILLION, "d_index": 128, "compression": 4},
            "320.1 MiB",
            BLOG_V4,
            only=(*_ROW, "index key", "window row", "window rope"),
        ),
        Printed(
            "growth",
            {"n_layers": 1, "d_head": 512, "d_rope": 64, "compression": 1},
            "584 B",
            ROWS_V4,
            formats={"kv": "fp8_ds_v4"},
            only=_ROW,
        ),
        Printed(
            "growth",
            {"n_layers": 1, "d_head": 512, "d_rope": 64, "compression": 1},
            "528 B",
            ROWS_V4,
            formats={"kv": "fp8_ds_v41"},
            only=_ROW,
        ),
    ),
    reduces_to=(
        Reduction(
            "mla",
            where=("d_head = d_latent + d_rope", "n_tokens <= window", "n_tokens < compression"),
            only=("read",),
        ),
    ),
    where=("d_rope <= d_head",),
    units=("1 = layer/head", "1 = token"),
)

HCA = Variant(
    name="hca",
    title="Heavily compressed attention",
    family="stored is not read",
    about=(
        "Each m tokens are merged into one row that is key and value, and a query reads all of these rows. "
        "A window of single tokens lies beside it, and tokens wait in a buffer until their block is full."
    ),
    source=DEEPSEEK_V4,
    tensors=(
        CachedTensor("compressed row", "1", "d_head - d_rope", mask=every(), part="nope"),
        CachedTensor("compressed rope", "1", "d_rope", mask=every(), part="rope"),
        *_WINDOW_ROWS,
        CachedTensor("buffer", "1", "2*d_head", mask=buffer(), role="state"),  # kv and gate of a token
    ),
    paper_form=hca_paper_form,
    numbers=(
        Printed(
            "stored",
            {**_MILLION, "compression": 128},
            "8.1 MiB",
            BLOG_V4,
            only=(*_ROW, "window row", "window rope"),
        ),
    ),
    reduces_to=(
        Reduction(
            "mla",
            where=("d_head = d_latent + d_rope", "n_tokens <= window", "n_tokens < compression"),
            only=("read",),
        ),
    ),
    where=("d_rope <= d_head",),
    defaults={"compression": 128},
    units=("1 = layer/head", "1 = token"),
)

VARIANTS = (CSA, HCA)
