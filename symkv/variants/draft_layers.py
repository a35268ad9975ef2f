"""Draft layers: layers that predict further tokens keep a cache of their own beside that of the model."""

from __future__ import annotations

from symkv.caches import CachedTensor, Printed, Reduction, Source, Variant, key_value
from symkv.formula import Formula

NEXTN = Source(
    "ggml-org",
    "llama.cpp pull request 22673, log of a model with one draft layer",
    2026,
    "github.com/ggml-org/llama.cpp/pull/22673",
)
DEEPSEEK_V3 = Source(
    "DeepSeek-AI",
    "DeepSeek-V3 Technical Report",
    2024,
    "arXiv:2412.19437; layers as in deepseek-ai/DeepSeek-V3, README_WEIGHTS.md",
)

_NEXTN = {
    "n_draft_layers": 1,
    "n_kv_heads": 4,  # what makes the 16 MiB of keys in the log, whose heads have 256 elements
    "d_head": 256,
    "n_tokens": 8192,
    "bytes_per_element": 2,
}


def heads_form(
    n_layers: Formula, n_draft_layers: Formula, n_kv_heads: Formula, d_head: Formula, bytes_per_element: Formula
) -> Formula:
    """2 (key and value) in the layers of the model and in those that draft."""
    return (n_layers + n_draft_layers) * 2 * n_kv_heads * d_head * bytes_per_element


def latent_form(
    n_layers: Formula, n_draft_layers: Formula, d_latent: Formula, d_rope: Formula, bytes_per_element: Formula
) -> Formula:
    """(latent + rotary key) in the layers of the model and in those that draft."""
    return (n_layers + n_draft_layers) * (d_latent + d_rope) * bytes_per_element


NEXTN_MLA = Source(
    "ggml-org",
    "llama.cpp pull request 28630, table of draft contexts of a synthetic deepseek2",
    2026,
    "github.com/ggml-org/llama.cpp/pull/28630; ranks in tests/test-llama-archs.cpp, 128 tokens padded to 256",
)
_SYNTHETIC = {"n_draft_layers": 1, "d_latent": 512, "d_rope": 64, "n_tokens": 256, "bytes_per_element": 2}
_DRAFT = ("draft latent", "draft rotary key")

VARIANTS = (
    Variant(
        name="draft_layers",
        title="Draft layers with grouped queries",
        family="cross and draft",
        about="n_draft_layers layers of the model's own shape draft tokens, each with a cache of the whole context.",
        source=NEXTN,
        tensors=(*key_value(), *key_value(of="draft", layers="n_draft_layers")),
        paper_form=heads_form,
        numbers=(
            Printed(
                "stored",
                _NEXTN,
                "32.00 MiB",
                NEXTN,
                only=("draft key", "draft value"),
            ),
        ),
        reduces_to=(
            Reduction(
                "local_global",
                where=("n_global_layers = n_layers", "n_local_layers = n_draft_layers", "n_tokens <= window"),
            ),
            Reduction(
                "cross_layer",
                where=("n_unique_layers = n_layers + n_draft_layers",),
                only=("stored", "growth", "written"),
            ),
        ),
    ),
    Variant(
        name="draft_mla",
        title="Draft layers with a latent",
        family="cross and draft",
        about="Multi-token prediction of DeepSeek-V3: each draft layer keeps a latent and a rotary key of its own.",
        source=DEEPSEEK_V3,
        tensors=(
            CachedTensor("latent", heads="1", width="d_latent", part="latent"),
            CachedTensor("rotary key", heads="1", width="d_rope", part="rope"),
            CachedTensor("draft latent", heads="1", width="d_latent", layers="n_draft_layers", part="latent"),
            CachedTensor("draft rotary key", heads="1", width="d_rope", layers="n_draft_layers", part="rope"),
        ),
        paper_form=latent_form,
        numbers=(
            Printed("stored", {**_SYNTHETIC, "n_layers": 2}, "884736 B", NEXTN_MLA),
            Printed("stored", {**_SYNTHETIC, "n_layers": 8}, "2654208 B", NEXTN_MLA),
            Printed("stored", {**_SYNTHETIC, "n_layers": 2}, "294912 B", NEXTN_MLA, only=_DRAFT),
        ),
        reduces_to=(Reduction("draft_layers", where=("d_latent = 2*n_kv_heads*d_head", "d_rope = 0")),),
    ),
)
