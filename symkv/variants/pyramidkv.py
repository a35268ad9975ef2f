"""PyramidKV: prompt budgets that fall from layer to layer in equal whole steps."""

from __future__ import annotations

from dataclasses import replace

from symkv.caches import Reduction, Source, Variant, key_value
from symkv.caches.masks import beyond, fixed
from symkv.formula import Formula, floor
from symkv.symbols import Symbol, declare

declare(
    Symbol("pyramid_ratio", r"\beta", "budget of a layer over the least of all layers", "times", dimension="1"),
    after="n_kept",
)

PYRAMIDKV = Source(
    "Cai et al.",
    "PyramidKV: Dynamic KV Cache Compression based on Pyramidal Information Funneling",
    2024,
    "arXiv:2406.02069; rule as in Zefan-Cai/PyramidKV, pyramidkv/pyramidkv_utils.py",
)
LEAST = "floor((n_kept - window)/pyramid_ratio)"
STEP = f"floor((2*(n_kept - window) - 2*{LEAST})/(n_layers - 1))"
MEAN = f"window + 2*(n_kept - window) - {LEAST} - {STEP}*(n_layers - 1)/2"
SHARE = replace(fixed(MEAN), words="its share of the prompt")
AFTER = replace(beyond("n_prompt"), words="the tokens after the prompt")


def paper_form(
    n_layers: Formula,
    n_kv_heads: Formula,
    d_head: Formula,
    bytes_per_element: Formula,
    n_kept: Formula,
    window: Formula,
    pyramid_ratio: Formula,
    n_tokens: Formula,
    n_prompt: Formula,
) -> Formula:
    """2 (key and value) for the window, the mean of layer l's most - l*step rows, and the tokens generated since."""
    free = n_kept - window
    least = floor(free / pyramid_ratio)
    step = floor((2 * free - 2 * least) / (n_layers - 1))  # 2: the most is twice the mean less the least
    rows = window + 2 * free - least - step * (n_layers - 1) / 2  # 2: the mean of 0 to n_layers - 1
    return 2 * n_layers * n_kv_heads * d_head * bytes_per_element * (rows + n_tokens - n_prompt)


VARIANT = Variant(
    name="pyramidkv",
    title="Pyramid of prompt budgets (PyramidKV)",
    family="token budgets",
    about=(
        "Layer l keeps most - l*step rows of the prompt and the last window: low layers more, high ones less. "
        "The step is rounded down, so all layers together keep a little more than n_kept each."
    ),
    source=PYRAMIDKV,
    tensors=(
        *key_value(of="prompt", mask=SHARE),
        *key_value(of="generated", mask=AFTER),
    ),
    paper_form=paper_form,
    paper_of="stored",
    numbers=(),
    where=("n_layers >= 2", "n_kept > window", "n_prompt >= 2*n_kept - window", "n_tokens > n_prompt"),
    defaults={"pyramid_ratio": 20},
    reduces_to=(Reduction("snapkv", where=("pyramid_ratio = 1",)),),
)
