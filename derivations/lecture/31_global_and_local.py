"""Global and local layers: what is stored at a length, what grows, and how much a window saves at most?"""

from symkv.derivations import Claim, Derivation, Instance, Step
from symkv.symbols import Symbol

STORED = Symbol(
    "sequence_bytes", r"M", "bytes stored for one sequence", "bytes", "positive rational", dimension="byte/sequence"
)
PER_LAYER = Symbol(
    "layer_bytes",
    r"\lambda",
    "bytes of one layer for one token",
    "bytes",
    "positive rational",
    dimension="byte/(layer*token)",
)
FULL = Symbol(
    "full_bytes",
    r"M_{\mathrm{full}}",
    "bytes stored if every layer were global",
    "bytes",
    "positive rational",
    dimension="byte/sequence",
)
MICROSCALE = {"n_kv_heads": 8, "d_head": 128, "bytes_per_element": 2, "n_tokens": 131072}
LONG, SHORT = "n_tokens >= window", "n_tokens <= window"
BUILT = "2*n_kv_heads*d_head*bytes_per_element*(n_global_layers*n_tokens + n_local_layers*min(n_tokens, window))"
LAYERS = "n_global_layers + n_local_layers"

derivation = Derivation(
    name="global_and_local",
    units="named",
    title="Global and local layers",
    claim=(
        "A window bounds what its layers keep: the bytes per token tend to those of the global layers alone, and the "
        "saving grows with the context up to the ratio of all layers to global ones, which it never reaches."
    ),
    symbols=(
        STORED,
        PER_LAYER,
        FULL,
        "n_global_layers",
        "n_local_layers",
        "n_kv_heads",
        "d_head",
        "window",
        "n_tokens",
        "bytes_per_element",
    ),
    over_reals=("n_tokens",),
    steps=(
        Step(
            "layer",
            "define",
            "layer_bytes = 2*n_kv_heads*d_head*bytes_per_element",
            why="premise: one layer adds one key and one value for each token that it keeps",
            cite="gemma2025",
        ),
        Step(
            "stored",
            "built",
            f"sequence_bytes = {BUILT}",
            why="global layers keep every token, local ones the last window",
            uses=("local_global.stored",),
            cite="gemma2025",
        ),
        Step(
            "kinds",
            "substitute",
            "sequence_bytes = layer_bytes*(n_global_layers*n_tokens + n_local_layers*min(n_tokens, window))",
            why="written by layers",
            uses=("stored", "layer"),
        ),
        Step(
            "full",
            "define",
            f"full_bytes = layer_bytes*({LAYERS})*n_tokens",
            why="premise: the same model with no window",
        ),
        Step(
            "short",
            "cases",
            "min(n_tokens, window)/n_tokens = 1",
            why="a context within the window is kept whole",
            where=(SHORT,),
        ),
        Step(
            "short_equal",
            "substitute",
            "sequence_bytes = full_bytes",
            why="so up to the window nothing is saved",
            uses=("kinds", "full"),
            where=(SHORT,),
        ),
        Step(
            "long",
            "substitute",
            "sequence_bytes = layer_bytes*(n_global_layers*n_tokens + n_local_layers*window)",
            why="beyond it the local layers stop growing",
            uses=("kinds",),
            where=(LONG,),
        ),
        Step(
            "lower",
            "bound",
            "sequence_bytes >= layer_bytes*n_global_layers*n_tokens",
            why="the global layers alone",
            uses=("kinds",),
        ),
        Step("upper", "bound", "sequence_bytes <= full_bytes", why="a window never adds", uses=("kinds", "full")),
        Step(
            "saved",
            "cases",
            "full_bytes - sequence_bytes = layer_bytes*n_local_layers*max(0, n_tokens - window)",
            why="what is saved are the tokens that have left the window, in every local layer",
            uses=("kinds", "full"),
        ),
        Step(
            "growth",
            "limit",
            f"{BUILT}/n_tokens = 2*n_kv_heads*d_head*bytes_per_element*n_global_layers",
            why="bytes per token in the long run: only global layers grow",
            over="n_tokens",
        ),
        Step(
            "average",
            "bound",
            "sequence_bytes/n_tokens > layer_bytes*n_global_layers",
            why="the average over a finite context lies above it",
            uses=("kinds",),
        ),
        Step(
            "average_gap",
            "collect",
            "sequence_bytes/n_tokens - layer_bytes*n_global_layers = layer_bytes*n_local_layers*window/n_tokens",
            why="by what the windows hold, spread over the context",
            uses=("long",),
        ),
        Step(
            "most",
            "bound",
            f"full_bytes*n_global_layers < sequence_bytes*({LAYERS})",
            why="the saving stays below the ratio of all layers to global ones",
            uses=("kinds", "full"),
        ),
        Step(
            "most_limit",
            "limit",
            f"({LAYERS})*n_tokens/(n_global_layers*n_tokens + n_local_layers*min(n_tokens, window))"
            f" = ({LAYERS})/n_global_layers",
            why="which it tends to",
            over="n_tokens",
        ),
        Step(
            "equal_shares",
            "solve_for",
            "n_tokens = n_local_layers*window/n_global_layers",
            why="the length at which local and global layers hold the same",
            where=("n_global_layers*n_tokens = n_local_layers*window",),
        ),
        Step(
            "global_rules",
            "bound",
            "n_global_layers*n_tokens >= n_local_layers*window",
            why="from there on the global layers hold more",
            where=("n_tokens >= n_local_layers*window/n_global_layers",),
        ),
        Step(
            "longest",
            "solve_for",
            "n_tokens = (sequence_bytes/layer_bytes - n_local_layers*window)/n_global_layers",
            why="the longest context in a budget that holds more than the windows",
            uses=("long",),
        ),
        Step(
            "every_sixth",
            "specialise",
            "full_bytes/(layer_bytes*n_global_layers*n_tokens) = 6",
            why="with five local layers to one global, the limit of the saving is six",
            uses=("full",),
            where=("n_local_layers = 5*n_global_layers",),
        ),
    ),
    instances=(
        Instance(
            "25 local layers and 5 global, W = 1024, 131072 tokens, fp16",
            given={**MICROSCALE, "n_global_layers": 5, "n_local_layers": 25, "window": 1024},
            value=2789212160,
            unit="B",
            note="2.598 GiB",
            step="stored",
        ),
        Instance(
            "the same with no window",
            f"2*n_kv_heads*d_head*bytes_per_element*({LAYERS})*n_tokens",
            {**MICROSCALE, "n_global_layers": 5, "n_local_layers": 25},
            16106127360,
            "B",
            "15 GiB",
        ),
        Instance(
            "its local and global layers hold the same at",
            given={"n_local_layers": 25, "window": 1024, "n_global_layers": 5},
            value=5120,
            unit="tokens",
            step="equal_shares",
        ),
        Instance(
            "limit of the saving, 25 local and 5 global",
            f"({LAYERS})/n_global_layers",
            {"n_local_layers": 25, "n_global_layers": 5},
            6,
        ),
    ),
    claims=(
        Claim(
            "all-global",
            f"2*n_kv_heads*d_head*bytes_per_element*({LAYERS})*n_tokens",
            {**MICROSCALE, "n_global_layers": 5, "n_local_layers": 25},
            "15.0 GB",
            "microscale2026",
            exact=16106127360,
            note="GB is 2**30 bytes",
        ),
        Claim(
            "five-to-one",
            "local_global.stored",
            {**MICROSCALE, "n_global_layers": 5, "n_local_layers": 25, "window": 1024},
            "2.6 GB",
            "microscale2026",
            "rounds",
            exact=2789212160,
            note="GB is 2**30 bytes",
        ),
        Claim(
            "saving",
            f"({LAYERS})*n_tokens/(n_global_layers*n_tokens + n_local_layers*min(n_tokens, window))",
            {"n_tokens": 131072, "n_global_layers": 5, "n_local_layers": 25, "window": 1024},
            "5.8x",
            "microscale2026",
            "rounds",
            exact="768/133",
        ),
    ),
)
