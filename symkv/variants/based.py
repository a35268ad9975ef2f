"""Based: linear attention with the second-order Taylor feature map of a narrow projection."""

from __future__ import annotations

from symkv.caches import SLOT, CachedTensor, Reduction, Source, Variant
from symkv.formula import Formula
from symkv.symbols import Symbol, declare

declare(
    Symbol(
        "d_feature",
        r"d_{\phi}",
        "width of one key before the feature map",
        "elements",
        "positive integer",
        ("feature_dim",),
        "element/(head*token)",
    ),
    after="d_k",
)
ARORA_2024 = Source(
    "Arora et al.",
    "Simple linear attention language models balance the recall-throughput tradeoff",
    2024,
    "arXiv:2402.18668; shapes as in HazyResearch/based, based/models/mixers/linear_attention.py: "
    "allocate_inference_cache",
)
EXPANDED = "(1 + d_feature + d_feature*d_feature)"


def paper_form(
    n_layers: Formula, n_heads: Formula, d_feature: Formula, d_v: Formula, bytes_per_element: Formula
) -> Formula:
    """A key has f*f + f + 1 features: all products, itself and 1; the normaliser is 1 column more than the values."""
    return n_layers * n_heads * (d_feature * d_feature + d_feature + 1) * (d_v + 1) * bytes_per_element


VARIANT = Variant(
    name="based",
    title="Based (Taylor linear attention)",
    family="constant state",
    about="A key is projected to d_feature numbers and expanded to itself and all its products; then linear attention.",
    source=ARORA_2024,
    tensors=(
        CachedTensor("state", heads="n_heads", width=f"{EXPANDED}*d_v", mask=SLOT, role="state"),
        CachedTensor("normaliser", heads="n_heads", width=EXPANDED, mask=SLOT, role="state"),
    ),
    paper_form=paper_form,
    paper_of="state",
    numbers=(),
    reduces_to=(Reduction("linear_attention", where=("d_k = 1 + d_feature + d_feature*d_feature",)),),
    defaults={"d_feature": 16},
    units=("1 = element/(head*token)",),
)
