"""PyramidKV: prompt budgets that fall from layer to layer in equal whole steps."""

from __future__ import annotations

from dataclasses import replace

from symkv.caches import Printed, Reduction, Source, Variant, key_value
from symkv.caches.masks import beyond, fixed
from symkv.formula import Formula, floor
from symkv.symbols import Symbol, declare

declare(
    Symbol(
        "pyramid_ratio", r"\beta_{\mathrm{p}}", "budget of a layer over the least of all layers", "times", dimension="1"
    ),
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


MEASURED = Source(
    "NVIDIA",
    "kvpress 0.5.5, measured caches",
    2026,
    "PyramidKVPress, ratio 0.5 of 100 tokens: 84, 61, 39, 16 rows, and in the paper's code 83 to 17, as many",
)
_TINY = {"n_layers": 4, "n_kv_heads": 2, "d_head": 16, "n_prompt": 100, "n_kept": 50, "window": 16, "n_tokens": 101}
_KEPT = ("prompt key", "prompt value")

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
    numbers=(Printed("stored", {**_TINY, "pyramid_ratio": 20, "bytes_per_element": 1}, "12800", MEASURED, only=_KEPT),),
    where=("n_layers >= 2", "n_kept > window", "n_prompt >= 2*n_kept - window", "n_tokens > n_prompt"),
    defaults={"pyramid_ratio": 20},
    reduces_to=(Reduction("snapkv", where=("pyramid_ratio = 1",)),),
)
