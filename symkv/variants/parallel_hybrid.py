"""Parallel hybrid: attention and Mamba-2 side by side in every layer, so a layer keeps all tokens and a state."""

from __future__ import annotations

from symkv.caches import SLOT, CachedTensor, Printed, Reduction, Source, Variant, key_value
from symkv.caches.masks import window
from symkv.formula import Formula, min
from symkv.symbols import Symbol, declare

declare(
    Symbol(
        "n_state_heads",
        r"H_{\mathrm{s}}",
        "heads of a state-space mixer beside attention",
        "heads",
        dimension="head/layer",
    ),
    after="n_key_heads",
)
declare(
    Symbol(
        "d_state_head",
        r"d_{\mathrm{p}}",
        "width of one head of a state-space mixer",
        "elements",
        dimension="element/(head*token)",
    ),
    after="d_v",
)
FALCON_H1 = Source(
    "Zuo et al.",
    "Falcon-H1: A Family of Hybrid-Head Language Models Redefining Efficiency and Performance",
    2025,
    "arXiv:2507.22448; shapes as in huggingface.co/docs/transformers/model_doc/falcon_h1",
)
FALCON_LOG = Source(
    "tiiuae",
    "llama.cpp-Falcon-H1 issue 2, log of Falcon-H1-34B",
    2025,
    "github.com/tiiuae/llama.cpp-Falcon-H1/issues/2",
)
EDGE_LOG = Source(
    "GeniePod", "genie-claw issue 410, log of Falcon-H1-1.5B", 2026, "github.com/GeniePod/genie-claw/issues/410"
)
MEASURED = Source("Hugging Face", "transformers 5.23.0, measured caches", 2026, "model type falcon_h1")
_34B = {
    "n_layers": 72,
    "n_kv_heads": 4,
    "d_head": 128,
    "n_state_heads": 32,
    "d_state_head": 128,
    "n_groups": 2,  # the one that makes the 4.22 MiB of inputs in the log
    "d_state": 256,
    "d_conv": 4,
    "n_tokens": 4096,
    "bytes_per_element": 4,
}
_EDGE = {
    "n_layers": 24,
    "n_kv_heads": 2,
    "d_head": 128,
    "n_state_heads": 48,
    "d_state_head": 64,
    "n_groups": 1,
    "d_state": 256,
    "d_conv": 4,
    "n_tokens": 32768,
}
_TINY = {
    "n_layers": 4,
    "n_kv_heads": 2,
    "d_head": 16,
    "n_state_heads": 12,
    "d_state_head": 16,
    "n_groups": 2,
    "d_state": 10,
    "d_conv": 5,
    "bytes_per_element": 1,
}
_KV = ("key", "value")
_RECURRENT = ("state", "inputs", "group inputs")


def paper_form(
    n_layers: Formula,
    n_kv_heads: Formula,
    d_head: Formula,
    n_tokens: Formula,
    n_state_heads: Formula,
    d_state_head: Formula,
    n_groups: Formula,
    d_state: Formula,
    d_conv: Formula,
    bytes_per_element: Formula,
) -> Formula:
    """2 (key and value) for every token, the state of each head, and the last inputs of x and of B and C."""
    inputs = n_state_heads * d_state_head + 2 * n_groups * d_state  # 2: B and C
    state = n_state_heads * d_state_head * d_state
    layer = 2 * n_kv_heads * d_head * n_tokens + state + inputs * min(n_tokens, d_conv)
    return n_layers * layer * bytes_per_element


VARIANT = Variant(
    name="parallel_hybrid",
    title="Parallel hybrid",
    family="constant state",
    about="Every layer runs attention and Mamba-2 side by side: keys and values grow, a state lies beside them.",
    source=FALCON_H1,
    tensors=(
        *key_value(),
        CachedTensor("state", heads="n_state_heads", width="d_state_head*d_state", mask=SLOT, role="state"),
        CachedTensor("inputs", heads="n_state_heads", width="d_state_head", mask=window("d_conv"), role="conv"),
        CachedTensor("group inputs", heads="n_groups", width="2*d_state", mask=window("d_conv"), role="conv"),
    ),
    paper_form=paper_form,
    paper_of="stored",
    numbers=(
        Printed("stored", _34B, "1152.00 MiB", FALCON_LOG, only=_KV),
        Printed("stored", _34B, "288.00 MiB", FALCON_LOG, only=("state",)),
        Printed("between", _34B, "292.22 MiB", FALCON_LOG, only=_RECURRENT),
        Printed("stored", {**_EDGE, "bytes_per_element": 2}, "768.00 MiB", EDGE_LOG, only=_KV),
        Printed("between", {**_EDGE, "bytes_per_element": 4}, "72.98 MiB", EDGE_LOG, only=_RECURRENT),
        Printed("stored", {**_TINY, "n_tokens": 5}, "13600", MEASURED),
        Printed("stored", {**_TINY, "n_tokens": 15}, "16160", MEASURED),
    ),
    reduces_to=(
        Reduction("gqa", where=(), only=("growth", "read_growth")),
        Reduction("mamba2", where=("n_state_heads = n_heads", "d_state_head = d_head"), only=("state",)),
    ),
    defaults={"d_conv": 4},
    units=("1 = element/(head*token**2)",),
)
