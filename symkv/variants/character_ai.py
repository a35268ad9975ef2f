"""Character.AI's recipe: one key-value head, windows on most layers, and caches tied between neighbours."""

from __future__ import annotations

from dataclasses import replace

from symkv.caches import WINDOW, Reduction, Variant, key_value
from symkv.formula import Formula, min
from symkv.references import CHARACTER_2024
from symkv.symbols import Symbol, declare

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
    d_head: Formula,
    bytes_per_element: Formula,
    n_global_owners: Formula,
    n_local_owners: Formula,
    n_tokens: Formula,
    window: Formula,
) -> Formula:
    """2 (key and value) of one head, for all tokens of the global owners and for the window of the local ones."""
    return 2 * d_head * bytes_per_element * (n_global_owners * n_tokens + n_local_owners * min(n_tokens, window))


VARIANT = Variant(
    name="character_ai",
    title="One head, windows and tied neighbours",
    family="shared across layers",
    about=(
        "One key-value head serves all query heads, most layers see a window, and neighbouring layers, "
        "global ones across blocks too, read the cache of one owner."
    ),
    source=replace(
        CHARACTER_2024,
        locator="research.character.ai/optimizing-inference, Memory-efficient Architecture Design; items 1 and 2 read",
        checked=False,
    ),
    tensors=(
        *key_value("1", of="global", layers="n_global_owners", readers="n_global_layers"),
        *key_value("1", of="local", layers="n_local_owners", readers="n_local_layers", mask=WINDOW),
    ),
    paper_form=paper_form,
    paper_of="stored",
    numbers=(),
    where=("n_global_owners <= n_global_layers", "n_local_owners <= n_local_layers"),
    reduces_to=(
        Reduction("tail_sharing", where=("n_kv_heads = 1",)),
        Reduction(
            "mqa",
            where=(
                "n_global_owners = n_global_layers",
                "n_local_owners = n_local_layers",
                "n_layers = n_global_layers + n_local_layers",
                "n_tokens <= window",
            ),
        ),
    ),
    units=("1 = head/layer",),
)
