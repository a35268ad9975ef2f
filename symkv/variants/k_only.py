"""Key-only cache (Slim attention): values are computed from the cached keys."""

from __future__ import annotations

from symkv.caches import CachedTensor, Printed, Reduction, Source, Variant
from symkv.formula import Formula


def slim(place: str) -> Source:
    """The paper at one place."""
    return Source(
        "Graef and Wasielewski",
        "Slim attention: cut your context memory in half without loss",
        2025,
        f"arXiv:2503.05840, {place}",
    )


def paper_form(n_heads: Formula, d_head: Formula, n_layers: Formula, bytes_per_element: Formula) -> Formula:
    """Heads * width * layers per token: half of 2*h*d_k*layers, for the values are not kept."""
    return n_heads * d_head * n_layers * bytes_per_element


WHISPER = (("tiny", 4, 6), ("base", 6, 8), ("small", 12, 12), ("medium", 24, 16), ("large", 32, 20))  # layers, heads


def _row(tokens: int, cells: tuple[str, ...], place: str) -> tuple[Printed, ...]:
    return tuple(
        Printed(
            "stored",
            {"n_layers": layers, "n_heads": heads, "d_head": 64, "bytes_per_element": 1, "n_tokens": tokens},
            cell,
            slim(f"Whisper {model}, {place}, in elements"),
        )
        for (model, layers, heads), cell in zip(WHISPER, cells, strict=True)
    )


VARIANT = Variant(
    name="k_only",
    title="Key-only cache (Slim attention)",
    family="every token kept",
    about=(
        "With square projections the value is the key times a fixed matrix, so the keys of all heads are enough. "
        "A head needs the whole key row, so each rank keeps it all."
    ),
    source=slim("table 1 and section on the generate-phase"),
    tensors=(CachedTensor("key", heads="1", width="n_heads*d_head", part="key"),),
    paper_form=paper_form,
    numbers=(
        Printed(
            "growth",
            {"n_layers": 32, "n_heads": 32, "d_head": 128, "bytes_per_element": 2},
            "2x",
            slim("abstract"),
            against="mha",
        ),
        *_row(1500 + 448, ("3.0M", "6.0M", "18.0M", "47.9M", "79.8M"), "option 1: keys of 1500 encoder and 448 tokens"),
        *_row(448, ("0.7M", "1.4M", "4.1M", "11.0M", "18.4M"), "option 2: keys of 448 tokens"),
    ),
    reduces_to=(
        Reduction("x_cache", where=("n_heads*d_head = d_model",)),
        Reduction("gqa", where=("n_heads = 2*n_kv_heads",)),
        Reduction("mfa_kr", where=("n_heads = 1",)),
    ),
)
