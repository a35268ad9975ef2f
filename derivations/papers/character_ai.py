"""What do one head, windows and shared layers multiply to, and is "more than 20X" right?"""

from symkv.derivations import Claim, Derivation, Instance, Step
from symkv.symbols import Symbol


def _pure(name, letter, words, unit="1", domain="positive integer"):
    return Symbol(name, letter, words, unit, domain, dimension="1")


HEADS = _pure("n_heads_before", r"n_{\mathrm{kv}}", "KV heads of the usual model")
EVERY = _pure("every", "q", "layers of which one is global")
LOCAL = _pure("local_sharing", r"\sigma_{\ell}", "local layers that share a cache", domain="positive rational")
GLOBAL = _pure("global_sharing", r"\sigma_{\mathrm{g}}", "global layers that share a cache", domain="positive rational")
CONTEXT = _pure("seen", "S", "tokens of context", "tokens")
WINDOW = _pure("windowed", "W", "entries of the window", "entries")
BEFORE = _pure("rows_before", r"N_0", "rows of the usual model, per layer", domain="positive rational")
AFTER = _pure("rows_after", r"N_1", "rows of the scheme, per layer", domain="positive rational")
FACTOR = _pure("factor", r"\phi", "rows before over rows after", domain="positive rational")
FORM = "n_heads_before*seen/((1 - 1/every)/local_sharing*min(seen, windowed) + seen/(every*global_sharing))"
SPOKEN = {"n_heads_before": 8, "every": 6, "windowed": 1024}

derivation = Derivation(
    name="character_ai",
    units="named",
    title="Character.AI's factor",
    claim=(
        "One head, one global layer in six and sharing multiply to 48 sigma in a long context, and to 8 sigma within "
        "the window: more than 20 is right, and with sigma 2.5 it needs no window at all."
    ),
    symbols=(HEADS, EVERY, LOCAL, GLOBAL, CONTEXT, WINDOW, BEFORE, AFTER, FACTOR),
    steps=(
        Step(
            "before",
            "define",
            "rows_before = n_heads_before*seen",
            why="each layer keeps all KV heads of every token",
        ),
        Step(
            "after",
            "define",
            "rows_after = (1 - 1/every)/local_sharing*min(seen, windowed) + 1/every/global_sharing*seen",
            why="one head; a global layer in q, the others with a window; caches shared among layers of one kind",
            cite="character2024",
        ),
        Step("factor", "define", "factor = rows_before/rows_after", why="the saving, in the same number format"),
        Step(
            "within",
            "specialise",
            "factor = n_heads_before*local_sharing",
            why="within the window only the heads and the sharing count",
            uses=("factor", "before", "after"),
            where=("seen <= windowed", "global_sharing = local_sharing"),
        ),
        Step(
            "twenty",
            "specialise",
            "factor = 20",
            why="eight heads and a sharing of 2.5, the middle of two to three",
            uses=("within",),
            where=("n_heads_before = 8", "local_sharing = 5/2"),
        ),
        Step(
            "beyond",
            "specialise",
            "rows_after = ((every - 1)*windowed + seen)/(every*local_sharing)",
            why="beyond the window the local layers keep a constant",
            uses=("after",),
            where=("seen >= windowed", "global_sharing = local_sharing"),
        ),
        Step(
            "long",
            "limit",
            "n_heads_before*seen/(min(seen, windowed) + seen/(every*global_sharing))"
            " = n_heads_before*every*global_sharing",
            why="in a long context the windows no longer count: the three factors multiply, they do not add",
            over="seen",
        ),
        Step(
            "forty_eight",
            "specialise",
            "n_heads_before*every*global_sharing = 48*global_sharing",
            why="eight heads, one layer in six",
            where=("n_heads_before = 8", "every = 6"),
        ),
        Step(
            "fewer_rows",
            "bound",
            "rows_after <= seen/global_sharing",
            why="windows add no rows, whatever they share, if local layers share as much as global ones",
            uses=("after",),
            where=("local_sharing >= global_sharing",),
        ),
        Step(
            "at_least",
            "bound",
            "factor >= n_heads_before*global_sharing",
            why="so that the factor is at least that of the heads and of the sharing",
            uses=("factor", "before", "fewer_rows"),
        ),
    ),
    instances=(
        Instance(
            "at 8192 tokens, sharing 2",
            FORM,
            {**SPOKEN, "seen": 8192, "local_sharing": 2, "global_sharing": 2},
            "768/13",
            note="59.1",
        ),
        Instance(
            "at 131072 tokens, sharing 3",
            FORM,
            {**SPOKEN, "seen": 131072, "local_sharing": 3, "global_sharing": 3},
            "18432/133",
            note="138.6",
        ),
    ),
    claims=(
        Claim(
            "heads",
            "n_heads_before",
            {"n_heads_before": 8},
            "8x",
            "character2024",
            exact=8,
            note="one KV head against eight",
        ),
        Claim(
            "more-than-twenty",
            "n_heads_before*sharing",
            {"n_heads_before": 8, "sharing": "5/2"},
            "20x",
            "character2024",
            exact=20,
            note="without the window, at the middle of the 2-3x printed for sharing",
        ),
        Claim(
            "whole-number-of-layers",
            printed="20x",
            source="character2024",
            expect="undecidable",
            note="neither the layers nor the number of caches shared among global layers is published",
        ),
    ),
)
