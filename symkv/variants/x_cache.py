"""Input cache: the input of the attention layer is kept instead of its keys and values."""

from __future__ import annotations

from symkv.caches import CachedTensor, Printed, Reduction, Source, Variant
from symkv.formula import Formula
from symkv.symbols import Symbol, declare

declare(
    Symbol(
        "d_model",
        r"d_{\mathrm{model}}",
        "width of the residual stream",
        "elements",
        "positive integer",
        (),
        "element/(layer*token)",
    ),
    after="d_index",
)

SLIM = Source(
    "Graef and Wasielewski",
    "Slim attention: cut your context memory in half without loss",
    2025,
    "arXiv:2503.05840, section on non-square weight matrices, option 2",
)
MEASURED = Source(
    "Hugging Face", "transformers 5.23.0, measured caches", 2026, "model type reformer, less than one chunk of tokens"
)


def paper_form(d_model: Formula, n_layers: Formula, bytes_per_element: Formula) -> Formula:
    """The d elements of a layer's input for each token."""
    return d_model * n_layers * bytes_per_element


VARIANT = Variant(
    name="x_cache",
    title="Layer input kept (X-cache)",
    family="every token kept",
    about="Both projections are made from the cached layer input, which pays where the heads are wider than the model.",
    source=SLIM,
    tensors=(CachedTensor("layer input", heads="1", width="d_model"),),
    paper_form=paper_form,
    numbers=(
        Printed(
            "growth",
            {"n_layers": 24, "d_model": 1024, "n_heads": 128, "d_head": 128, "bytes_per_element": 2},
            "32x",
            SLIM,
            against="mha",
        ),
        Printed("stored", {"n_layers": 4, "d_model": 96, "bytes_per_element": 1, "n_tokens": 5}, "1920", MEASURED),
        Printed("stored", {"n_layers": 4, "d_model": 96, "bytes_per_element": 1, "n_tokens": 6}, "2304", MEASURED),
    ),
    reduces_to=(
        Reduction("k_only", where=("d_model = n_heads*d_head",)),
        Reduction("gqa", where=("d_model = 2*n_kv_heads*d_head",)),
    ),
)
