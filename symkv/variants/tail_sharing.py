"""Tail sharing: the last layers read the cache of the last owner of their own kind."""

from __future__ import annotations

from symkv.caches import WINDOW, Printed, Reduction, Source, Variant, key_value
from symkv.formula import Formula, min
from symkv.symbols import Symbol, declare

GEMMA_3N = Source(
    "Google",
    "Gemma 3n in transformers",
    2025,
    "huggingface/transformers 5.23.0, gemma3n/configuration_gemma3n.py and modeling_gemma3n.py: num_kv_shared_layers",
)
MEASURED = Source("Hugging Face", "transformers 5.23.0, measured caches", 2026, "model type gemma3n_text")
LLAMA_CPP = Source("llama.cpp", "Log of a Gemma 3n run", 2025, "ggml-org/llama.cpp, issue 14604")

declare(
    Symbol(
        "n_global_owners",
        r"U_{\mathrm{g}}",
        "layers that own a cache of the whole context",
        "layers",
        dimension="layer",
    ),
    after="n_unique_layers",
)
declare(
    Symbol("n_local_owners", r"U_{\mathrm{w}}", "layers that own a cache of a window", "layers", dimension="layer"),
    after="n_global_owners",
)


def paper_form(
    n_kv_heads: Formula,
    d_head: Formula,
    bytes_per_element: Formula,
    n_global_owners: Formula,
    n_local_owners: Formula,
    n_tokens: Formula,
    window: Formula,
) -> Formula:
    """2 (key and value) for all tokens of the global owners and for the window of the local ones."""
    tokens = n_global_owners * n_tokens + n_local_owners * min(n_tokens, window)
    return 2 * n_kv_heads * d_head * bytes_per_element * tokens


VARIANT = Variant(
    name="tail_sharing",
    title="Tail sharing among local and global layers",
    family="shared across layers",
    about=(
        "The last layers keep nothing: each reads the cache of the last layer of its own kind that owns one. "
        "Gemma 3n owns 4 global and 16 local caches for 7 global and 28 local layers."
    ),
    source=GEMMA_3N,
    tensors=(
        *key_value(of="global", layers="n_global_owners", readers="n_global_layers"),
        *key_value(of="local", layers="n_local_owners", readers="n_local_layers", mask=WINDOW),
    ),
    paper_form=paper_form,
    paper_of="stored",
    numbers=(
        Printed(
            "between",
            {
                "n_global_owners": 1,
                "n_local_owners": 5,
                "n_kv_heads": 2,
                "d_head": 24,
                "window": 16,
                "n_tokens": 36,
                "bytes_per_element": 1,
            },
            "10656",
            MEASURED,
        ),
        Printed(
            "stored",
            {"n_global_owners": 4, "n_kv_heads": 2, "d_head": 256, "n_tokens": 32768, "bytes_per_element": 2},
            "256.0 MiB",
            LLAMA_CPP,
            only=("global key", "global value"),
        ),
    ),
    where=("n_global_owners <= n_global_layers", "n_local_owners <= n_local_layers"),
    reduces_to=(
        Reduction("local_global", where=("n_global_owners = n_global_layers", "n_local_owners = n_local_layers")),
    ),
)
