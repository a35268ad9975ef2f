"""Multi-matrix factorization attention: one wide key head and one wide value head, or the key alone (MFA-KR)."""

from __future__ import annotations

from symkv.caches import CachedTensor, Reduction, Source, Variant, key_value
from symkv.formula import Formula

MFA = Source(
    "Hu et al.",
    "Multi-matrix Factorization Attention",
    2024,
    "arXiv:2412.19255; the one head as in vllm-project/vllm, model_executor/models/step3_text.py",
)
MFA_KR = Source(
    "Hu et al.", "Multi-matrix Factorization Attention", 2024, "arXiv:2412.19255, abstract: the key cache is the value"
)


def paper_form(d_head: Formula, n_layers: Formula, bytes_per_element: Formula) -> Formula:
    """2 (key and value) of the one head's width in each layer."""
    return 2 * d_head * n_layers * bytes_per_element


def reused_form(d_head: Formula, n_layers: Formula, bytes_per_element: Formula) -> Formula:
    """The key of the one head alone, from which the value is made."""
    return d_head * n_layers * bytes_per_element


VARIANTS = (
    Variant(
        name="mfa",
        title="Multi-matrix factorization attention (MFA)",
        family="every token kept",
        about="Many wide query heads, made by a low-rank product, share one key head and one value head as wide.",
        source=MFA,
        tensors=key_value("1"),
        paper_form=paper_form,
        numbers=(),
        reduces_to=(Reduction("gqa", where=("n_kv_heads = 1",)), Reduction("mha", where=("n_heads = 1",))),
    ),
    Variant(
        name="mfa_kr",
        title="Factorization attention with key reuse (MFA-KR)",
        family="every token kept",
        about="The value is computed from the cached key by a learned projection, so only the one wide key stays.",
        source=MFA_KR,
        tensors=(CachedTensor("key", heads="1", width="d_head", part="key"),),
        paper_form=reused_form,
        numbers=(),
        reduces_to=(
            Reduction("shared_kv", where=("d_rope <= d_head",)),
            Reduction("k_only", where=("n_heads = 1",)),
        ),
    ),
)
