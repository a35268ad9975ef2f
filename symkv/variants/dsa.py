"""DeepSeek sparse attention: an index key beside each latent row picks the rows that a query reads."""

from __future__ import annotations

from symkv.caches import CachedTensor, Printed, Reduction, Source, Variant
from symkv.formula import Formula

DSA = Source(
    "DeepSeek-AI",
    "DeepSeek-V3.2: Pushing the Frontier of Open Large Language Models",
    2025,
    "arXiv:2512.02556, section 2.1; shapes as in deepseek-ai/DeepSeek-V3.2-Exp, inference/model.py",
)
INDEX_CACHE = Source(
    "Tsinghua and Z.ai",
    "IndexCache: Accelerating Sparse Attention via Cross-Layer Index Reuse",
    2026,
    "arXiv:2603.12201, abstract; README of THUDM/IndexCache; caches as in transformers 5.23.0, indexer_types",
)
BLOG_V4 = Source(
    "vLLM", "DeepSeek V4 in vLLM: Efficient Long-context Attention", 2026, "vllm.ai blog, appendix", checked=False
)
FLASH_MLA = Source(
    "vLLM", "FlashMLA sparse backend", 2026, "vllm-project/vllm, vllm/v1/attention/backends/mla/flashmla_sparse.py"
)
INDEXER = Source("vLLM", "Sparse indexer", 2026, "vllm-project/vllm, vllm/v1/attention/backends/mla/indexer.py")
MEASURED = "transformers 5.23.0, measured caches"
SELECTED = "min(n_tokens, top_k)"
_MILLION = {"d_latent": 512, "d_rope": 64, "d_index": 128, "bytes_per_element": 2, "n_tokens": 2**20}
_TINY = {"n_layers": 4, "d_latent": 28, "d_rope": 8, "d_index": 18, "bytes_per_element": 1}
_SAME_BYTES = "d_latent = 2*n_kv_heads*d_head - d_rope - d_index"
_LATENT = (
    CachedTensor("latent", "1", "d_latent", part="latent", reads=SELECTED),
    CachedTensor("rotary key", "1", "d_rope", part="rope", reads=SELECTED),
)


def dsa_paper_form(
    d_latent: Formula, d_rope: Formula, d_index: Formula, n_layers: Formula, bytes_per_element: Formula
) -> Formula:
    """(latent + rotary key + index key) elements per token and layer, as vLLM's blog adds them up."""
    return (d_latent + d_rope + d_index) * n_layers * bytes_per_element


def shared_index_paper_form(
    n_layers: Formula,
    d_latent: Formula,
    d_rope: Formula,
    n_index_layers: Formula,
    d_index: Formula,
    bytes_per_element: Formula,
) -> Formula:
    """A latent and a rotary key in every layer, an index key only where the indexer is a full one."""
    return (n_layers * (d_latent + d_rope) + n_index_layers * d_index) * bytes_per_element


VARIANTS = (
    Variant(
        name="dsa",
        title="DeepSeek sparse attention",
        family="stored is not read",
        about="Latent rows of all tokens stay; a step scores one index key for each token and reads the top_k latents.",
        source=DSA,
        tensors=(*_LATENT, CachedTensor("index key", "1", "d_index", role="index", part="index")),
        paper_form=dsa_paper_form,
        numbers=(
            Printed("stored", {"n_layers": 1, **_MILLION}, "1.375 GiB", BLOG_V4),
            Printed("stored", {"n_layers": 61, **_MILLION}, "83.9 GiB", BLOG_V4),
            Printed(
                "growth",
                {"n_layers": 1, "d_latent": 512, "d_rope": 64},
                "656 B",
                FLASH_MLA,
                formats={"kv": "fp8_ds_mla"},
                only=("latent", "rotary key"),
            ),
            Printed(
                "growth",
                {"n_layers": 1, "d_index": 128},
                "132 B",
                INDEXER,
                formats={"index": "fp8_ds_mla"},
                only=("index key",),
            ),
            Printed(
                "stored",
                {"n_layers": 1, "d_index": 128, "n_tokens": 40 * 163840},
                "865075200 B",
                INDEXER,
                formats={"index": "fp8_ds_mla"},
                only=("index key",),
            ),
            Printed(
                "stored",
                {**_TINY, "n_tokens": 20},
                "4320",
                Source("Hugging Face", MEASURED, 2026, "model type deepseek_v32"),
            ),
        ),
        reduces_to=(Reduction("gqa", where=(_SAME_BYTES, "n_tokens <= top_k")),),
        defaults={"top_k": 2048},
        units=("1 = layer/head",),
    ),
    Variant(
        name="shared_index",
        title="Shared index",
        family="shared across layers",
        about="Sparse attention whose selection several layers share: only n_index_layers of them keep index keys.",
        source=INDEX_CACHE,
        tensors=(
            *_LATENT,
            CachedTensor("index key", "1", "d_index", layers="n_index_layers", role="index", part="index"),
        ),
        paper_form=shared_index_paper_form,
        numbers=(
            Printed(
                "stored",
                {**_TINY, "n_index_layers": 2, "n_tokens": 20},
                "3600",
                Source("Hugging Face", MEASURED, 2026, "model type hy_v4, indexer_types full, full, shared, shared"),
            ),
        ),
        reduces_to=(Reduction("dsa", where=("n_index_layers = n_layers",)),),
        where=("n_index_layers <= n_layers",),
        defaults={"top_k": 2048},
    ),
)
