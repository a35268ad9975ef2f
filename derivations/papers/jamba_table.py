"""What does a hybrid of attention and state-space layers keep, and does Jamba's table of caches at 256K follow?"""

from symkv.derivations import Claim, Derivation, Instance, Step
from symkv.symbols import Symbol

HYBRID = Symbol(
    "hybrid_bytes", r"M_{\mathrm{hyb}}", "bytes of a hybrid", "bytes", "positive rational", dimension="byte"
)
FULL = Symbol(
    "every_layer_bytes", r"M_{\mathrm{att}}", "bytes of attention alone", "bytes", "positive rational", dimension="byte"
)
ROW = Symbol("layer_row", "e", "bytes of a row", "bytes", "positive rational", dimension="byte/(layer*token)")
STATE = Symbol(
    "state_bytes", r"\sigma", "bytes of a layer's state", "bytes", "positive rational", dimension="byte/layer"
)
PERIOD = Symbol("period", "p", "layers of which one attends", "layers", dimension="1")

LONG = {"n_tokens": "256Ki"}
EIGHT = {"n_kv_heads": 8, "d_head": 128, "bytes_per_element": 2}
MODELS = (  # name, layers that attend, printed, GiB
    ("mistral-7b", 32, "32GB", 32),
    ("mixtral-8x7b", 32, "32GB", 32),
    ("llama-3-1-8b", 32, "32GB", 32),
    ("mixtral-8x22b", 56, "56GB", 56),
    ("mistral-large-2", 88, "88GB", 88),
    ("llama-3-1-70b", 80, "80GB", 80),
    ("jamba-1-5-mini", 4, "4GB", 4),
    ("jamba-1-5-large", 9, "9GB", 9),
)
FIRST = (
    ("llama-2-7b", 32, 32, "128GB"),
    ("mistral", 32, 8, "32GB"),
    ("mixtral", 32, 8, "32GB"),
    ("jamba", 4, 8, "4GB"),
)


def _row(name, layers, printed, gib):
    return Claim(
        name,
        "gqa.stored",
        {**EIGHT, **LONG, "n_layers": layers},
        printed,
        "jamba2024",
        place="table 1",
        exact=gib * 2**30,
    )


def _first(name, layers, heads, printed):
    given = {**EIGHT, **LONG, "n_layers": layers, "n_kv_heads": heads}
    exact = int(printed.removesuffix("GB")) * 2**30
    return Claim(f"first-{name}", "gqa.stored", given, printed, "lieber2024", place="table 1", exact=exact)


derivation = Derivation(
    name="jamba_table",
    units="named",
    title="Jamba's table",
    claim=(
        "With one attention layer in p the cache is 1/p of a transformer's, plus states that no longer count in a long "
        "context. The printed sizes at 256K follow in GiB, but for the 405 billion model: 252 where 126 follow."
    ),
    symbols=(HYBRID, FULL, ROW, STATE, PERIOD, "n_layers", "n_global_layers", "n_recurrent_layers", "n_tokens"),
    over_reals=("n_tokens",),
    steps=(
        Step("full", "define", "every_layer_bytes = n_layers*layer_row*n_tokens", why="every layer keeps its rows"),
        Step(
            "hybrid",
            "define",
            "hybrid_bytes = n_global_layers*layer_row*n_tokens + n_recurrent_layers*state_bytes",
            why="some layers keep rows, the others a state of constant size",
            cite="lieber2024",
        ),
        Step(
            "pays",
            "solve_for",
            "n_tokens = n_recurrent_layers*state_bytes/((n_layers - n_global_layers)*layer_row)",
            why="the context at which both keep the same: one state for the rows of that many tokens",
            where=(
                "n_global_layers*layer_row*n_tokens + n_recurrent_layers*state_bytes = n_layers*layer_row*n_tokens",
                "n_layers > n_global_layers",
            ),
        ),
        Step(
            "one_state",
            "specialise",
            "n_tokens = state_bytes/layer_row",
            why="where every other layer has a state, it is the state counted in rows",
            uses=("pays",),
            where=("n_layers = n_global_layers + n_recurrent_layers",),
        ),
        Step(
            "smaller",
            "bound",
            "hybrid_bytes <= every_layer_bytes",
            why="from that context on the hybrid is the smaller one",
            uses=("full", "hybrid"),
            where=("n_layers = n_global_layers + n_recurrent_layers", "layer_row*n_tokens >= state_bytes"),
        ),
        Step(
            "larger",
            "bound",
            "hybrid_bytes >= every_layer_bytes",
            why="and below it the larger one",
            uses=("full", "hybrid"),
            where=("n_layers = n_global_layers + n_recurrent_layers", "layer_row*n_tokens <= state_bytes"),
        ),
        Step(
            "long",
            "limit",
            "(n_global_layers*layer_row*n_tokens + n_recurrent_layers*state_bytes)/(n_layers*layer_row*n_tokens)"
            " = n_global_layers/n_layers",
            why="in a long context the states no longer count",
            over="n_tokens",
        ),
        Step(
            "saved",
            "specialise",
            "1 - n_global_layers/n_layers = 1 - 1/period",
            why="with one attention layer in p that saves 1 - 1/p",
            where=("n_layers = period*n_global_layers",),
        ),
        Step(
            "one_in_eight",
            "specialise",
            "n_global_layers/n_layers = 1/8",
            why="Jamba: an eighth of the cache",
            where=("n_layers = period*n_global_layers", "period = 8"),
        ),
        Step(
            "eight_heads", "collect", "2*8*128*2*2**18 = 2**30", why="a layer with eight KV heads: 1 GiB at 256K tokens"
        ),
        Step("twice", "cancel", "252/126 = 2", why="the 405 billion model has 126 layers, so 126 GiB"),
    ),
    instances=(
        Instance(
            "an attention layer at 256Ki tokens", "gqa.stored", {**EIGHT, **LONG, "n_layers": 1}, 2**30, "B", "1 GiB"
        ),
        Instance("saved with one layer in eight", "1 - 1/period", {"period": 8}, "7/8"),
    ),
    claims=(
        *(_row(*one) for one in MODELS),
        Claim(
            "llama-3-1-405b",
            "gqa.stored",
            {**EIGHT, **LONG, "n_layers": 126},
            "252GB",
            "jamba2024",
            "differs",
            "the published model has 8 KV heads; the blog that Hugging Face wrote at its release doubles it too",
            "table 1",
            exact=126 * 2**30,
            ratio="1953125/1048576",
            cause="16 KV heads counted, as in the files first released, where each was kept twice",
            as_printed="2*gqa.stored",
        ),
        *(_first(*one) for one in FIRST),
    ),
)
