"""Caches shared across layers: how many are owned, what is saved, and what is still read?"""

from symkv.derivations import Claim, Derivation, Instance, Step
from symkv.symbols import Symbol
from symkv.variants import variant

variant("tail_sharing")  # it declares n_global_owners and n_local_owners

EVERY = Symbol("global_every", "p", "layers from one global layer to the next", "layers", dimension="1")
LOCAL_SHARE = Symbol(
    "local_share", r"\sigma_{\mathrm{w}}", "local layers that share one cache", "layers", dimension="1"
)
GLOBAL_SHARE = Symbol(
    "global_share", r"\sigma_{\mathrm{g}}", "global layers that share one cache", "layers", dimension="1"
)
SHARED = Symbol(
    "n_shared_layers",
    r"L_{\mathrm{sh}}",
    "last layers that own no cache",
    "layers",
    "nonnegative integer",
    dimension="layer",
)
ROWS = Symbol(
    "rows_stored", "R", "rows kept in all layers together", "rows", "positive rational", dimension="layer*token"
)
LOCAL_PART = Symbol(
    "local_part",
    r"\omega",
    "owners of windows, as a share of the layers, of which not all are global",
    "1",
    "positive rational",
    dimension="1",
)
HEADS = Symbol("other_kv_heads", r"n_{\mathrm{kv}}'", "KV heads of the model compared with", "heads", dimension="1")

PER_LAYER = "n_tokens/(global_every*global_share) + local_part*min(n_tokens, window)"
OWN = "n_layers - n_shared_layers"
SAVING = "other_kv_heads*n_layers*n_tokens/rows_stored"
GEMMA = {"n_kv_heads": 2, "d_head": 256, "bytes_per_element": 2}
OWNERS = {"n_global_owners": 4, "n_local_owners": 16, "window": 512, "n_tokens": 32768}
ALONE = {"n_global_layers": 7, "n_local_layers": 28, "window": 512, "n_tokens": 32768}
KINDS = "2*n_kv_heads*d_head*bytes_per_element*(n_global_{0}*n_tokens + n_local_{0}*min(n_tokens, window))"

derivation = Derivation(
    name="sharing",
    units="named",
    title="Caches shared across layers",
    claim=(
        "If every f layers share a cache, ceil(L/f) of them own one; what is stored falls by at most f, what is read "
        "does not. One head, windows and tied neighbours multiply: 8 x 6 x sigma in the limit of long contexts."
    ),
    symbols=(
        EVERY,
        LOCAL_SHARE,
        GLOBAL_SHARE,
        SHARED,
        ROWS,
        HEADS,
        LOCAL_PART,
        "n_layers",
        "n_unique_layers",
        "n_global_layers",
        "n_local_layers",
        "n_global_owners",
        "n_local_owners",
        "share_factor",
        "n_kv_heads",
        "d_head",
        "bytes_per_element",
        "window",
        "n_tokens",
    ),
    over_reals=("n_tokens",),
    steps=(
        Step(
            "owners",
            "define",
            "n_unique_layers = ceil(n_layers/share_factor)",
            why="premise: each group of f neighbouring layers has one owner, the last group may be smaller",
            cite="brandon2024",
        ),
        Step(
            "even",
            "specialise",
            "n_unique_layers*share_factor = n_layers",
            why="where f divides the layers, no group is smaller",
            uses=("owners",),
            where=("share_factor divides n_layers",),
        ),
        Step(
            "at_least",
            "bound",
            "n_unique_layers*share_factor >= n_layers",
            why="otherwise the owners serve more layers than there are",
            uses=("owners",),
        ),
        Step(
            "at_most",
            "bound",
            "n_unique_layers*share_factor < n_layers + share_factor",
            why="by less than one group",
            uses=("owners",),
            units=("1 = layer",),
        ),
        Step(
            "saving",
            "bound",
            "n_layers/n_unique_layers <= share_factor",
            why="so what is stored falls by the factor f at most",
            uses=("owners",),
        ),
        Step(
            "none",
            "specialise",
            "n_unique_layers = n_layers",
            why="and by nothing where no layer shares",
            uses=("owners",),
            where=("share_factor = 1",),
        ),
        Step(
            "windows",
            "define",
            "local_part = (1 - 1/global_every)/local_share",
            why="premise: one layer in p is global, the others see a window and tie neighbours to one cache",
            cite="character2024",
        ),
        Step(
            "rows",
            "define",
            f"rows_stored = n_layers*({PER_LAYER})",
            why="premise: tied global layers keep the whole context once",
            cite="character2024",
        ),
        Step(
            "one_head",
            "substitute",
            f"{SAVING} = other_kv_heads*n_tokens/({PER_LAYER})",
            why="against that many KV heads in every layer, one head saves this factor, whatever the number of layers",
            uses=("rows",),
        ),
        Step(
            "below",
            "bound",
            f"{SAVING} <= other_kv_heads*global_every*global_share",
            why="which never exceeds heads times spacing times sharing",
            uses=("rows",),
        ),
        Step(
            "limit",
            "limit",
            f"other_kv_heads*n_tokens/({PER_LAYER}) = other_kv_heads*global_every*global_share",
            why="but tends to it as the context grows",
            over="n_tokens",
        ),
        Step(
            "short",
            "specialise",
            f"{SAVING} = other_kv_heads*global_share",
            why="within the window, with the same sharing of both kinds, the spacing saves nothing",
            uses=("rows", "windows"),
            where=("n_tokens <= window", "local_share = global_share"),
        ),
        Step(
            "character_ai",
            "specialise",
            "other_kv_heads*global_every*global_share = 48*global_share",
            why="8 KV heads against one and one global layer in six: 48 sigma",
            where=("other_kv_heads = 8", "global_every = 6"),
        ),
        Step(
            "global_layers",
            "define",
            "n_global_layers = floor(n_layers/global_every)",
            why="premise: every p-th layer is global, the last of each group",
            cite="google2025",
            units=("1 = layer",),
        ),
        Step(
            "global_owners",
            "define",
            "n_global_owners = floor((n_layers - n_shared_layers)/global_every)",
            why="premise: the last layers own nothing, each reads the last owner of its own kind",
            cite="google2025",
            units=("1 = layer",),
        ),
        Step(
            "local_owners",
            "define",
            "n_local_owners = n_layers - n_shared_layers - n_global_owners",
            why="the other owners see a window",
        ),
        Step(
            "fewer",
            "bound",
            "n_global_owners <= n_global_layers",
            why="sharing never adds an owner",
            uses=("global_layers", "global_owners"),
        ),
        Step(
            "all_own",
            "specialise",
            "n_global_owners = n_global_layers",
            why="and takes none away where no layer shares",
            uses=("global_layers", "global_owners"),
            where=("n_shared_layers = 0",),
        ),
        Step(
            "even_tail",
            "specialise",
            "n_global_owners = (n_layers - n_shared_layers)/global_every",
            why="without rounding where whole groups are left",
            uses=("global_owners",),
            where=("global_every divides n_layers - n_shared_layers",),
            units=("1 = layer",),
        ),
    ),
    instances=(
        Instance(
            "40 layers, every 2 share", "n_layers/share_factor", {"n_layers": 40, "share_factor": 2}, 20, "layers"
        ),
        Instance(
            "20 layers, every 3 share: the last group lacks",
            "ceil(n_layers/share_factor)*share_factor - n_layers",
            {"n_layers": 20, "share_factor": 3},
            1,
            "layers",
        ),
        Instance("20 layers, every 4 share", "n_layers/share_factor", {"n_layers": 20, "share_factor": 4}, 5, "layers"),
        *(
            Instance(f"{name}: global {kind}", f"({layers})/global_every", given, value, "layers")
            for name, kind, layers, given, value in (
                ("Gemma 3n E4B", "layers", "n_layers", {"n_layers": 35, "global_every": 5}, 7),
                ("Gemma 3n E4B", "owners", OWN, {"n_layers": 35, "n_shared_layers": 15, "global_every": 5}, 4),
                ("Gemma 3n E2B", "layers", "n_layers", {"n_layers": 30, "global_every": 5}, 6),
                ("Gemma 3n E2B", "owners", OWN, {"n_layers": 30, "n_shared_layers": 10, "global_every": 5}, 4),
            )
        ),
        Instance(
            "Gemma 3n E4B: local owners",
            given={"n_layers": 35, "n_shared_layers": 15, "n_global_owners": 4},
            value=16,
            unit="layers",
            step="local_owners",
        ),
        *(
            Instance(
                f"saving against 8 heads at {tokens} tokens, sharing {share}",
                given={
                    "other_kv_heads": 8,
                    "n_tokens": tokens,
                    "global_every": 6,
                    "global_share": share,
                    "local_part": part,
                    "window": 1024,
                },
                value=value,
                unit="x",
                step="one_head",
            )
            for tokens, share, part, value in (
                (8192, 1, "5/6", "384/13"),
                (8192, 2, "5/12", "768/13"),
                (8192, 3, "5/18", "1152/13"),
                (131072, 1, "5/6", "6144/133"),
                (131072, 2, "5/12", "12288/133"),
                (131072, 3, "5/18", "18432/133"),
            )
        ),
        Instance("Gemma 3n E4B at 32768 tokens, bf16", KINDS.format("owners"), {**GEMMA, **OWNERS}, 285212672, "B"),
        Instance("the same without sharing", KINDS.format("layers"), {**GEMMA, **ALONE}, 499122176, "B"),
        Instance(
            "unique contexts of one head that make 2048 bytes, d_h = 128, one byte",
            "bytes_per_token/(2*d_head*n_kv_heads*bytes_per_element)",
            {"bytes_per_token": 2048, "d_head": 128, "n_kv_heads": 1, "bytes_per_element": 1},
            8,
            "layers",
        ),
    ),
    claims=(
        Claim(
            "twenty-times",
            "other_kv_heads*sharing",
            {"other_kv_heads": 8, "sharing": "5/2"},
            "20x",
            "character2024",
            exact=20,
            note="more than 20 is printed; 8 for the heads and 2 to 3 for tied neighbours give it without the windows",
        ),
        Claim(
            "reduction-at-any-length",
            printed="20x",
            source="character2024",
            expect="undecidable",
            note="neither the number of layers nor the length of context behind the figure is printed",
        ),
    ),
)
