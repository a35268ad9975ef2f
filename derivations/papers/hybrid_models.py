"""Kimi Linear, Kimi K3, Qwen3.5, YOCO: what does counting every layer overstate where few layers keep rows?"""

from symkv.derivations import Claim, Derivation, Instance, Step
from symkv.symbols import Symbol

COUNTED = Symbol(
    "counted_per_token",
    r"\kappa_{\mathrm{all}}",
    "bytes per token with every layer counted",
    "bytes",
    "positive rational",
    dimension="byte/token",
)
TRUE = Symbol(
    "kept_per_token",
    r"\kappa",
    "bytes per token that the layers keep",
    "bytes",
    "positive rational",
    dimension="byte/token",
)
ROW = Symbol("layer_row", "e", "bytes of a row", "bytes", "positive rational", dimension="byte/(layer*token)")
RATIO = Symbol("linear_per_full", "q", "linear layers for one that keeps rows", "layers", dimension="1")
POOL = Symbol("pool", "H", "bytes of the pool", "bytes", "positive rational", dimension="byte")
FIXED = Symbol(
    "fixed", r"\sigma", "bytes of a request that do not grow", "bytes", "positive rational", dimension="byte"
)
SHOWN = Symbol(
    "shown", r"\hat\kappa", "pool over tokens reported", "bytes", "positive rational", dimension="byte/token"
)
LENGTH = Symbol("max_length", "S", "tokens of the longest request", "tokens", dimension="token")


def _claim(name, printed, source, expect="matches", **more):
    return Claim(name, printed=printed, source=source, expect=expect, **more)


QWEN = {"n_tokens": 2**18, "bytes_per_element": 2, "n_kv_heads": 4}

derivation = Derivation(
    name="hybrid_models",
    units="named",
    title="Hybrid models",
    claim=(
        "With q linear layers for each that keeps rows the cache is 1/(q + 1) of a full one; to count every layer "
        "overstates it q + 1 times, and a log's pool over its tokens is no rate at all."
    ),
    symbols=(COUNTED, TRUE, ROW, RATIO, POOL, FIXED, SHOWN, LENGTH, "n_layers", "n_global_layers"),
    steps=(
        Step(
            "counted_per_token",
            "define",
            "counted_per_token = n_layers*layer_row",
            why="a tool that multiplies by all layers",
        ),
        Step(
            "kept_per_token",
            "define",
            "kept_per_token = n_global_layers*layer_row",
            why="linear layers keep a state of constant size and no rows",
            cite="kimi2025",
        ),
        Step(
            "overstated",
            "specialise",
            "counted_per_token/kept_per_token = linear_per_full + 1",
            why="at q to one",
            uses=("counted_per_token", "kept_per_token"),
            where=("n_layers = (linear_per_full + 1)*n_global_layers",),
        ),
        Step(
            "saved",
            "specialise",
            "1 - kept_per_token/counted_per_token = linear_per_full/(linear_per_full + 1)",
            why="what the linear layers save",
            uses=("counted_per_token", "kept_per_token"),
            where=("n_layers = (linear_per_full + 1)*n_global_layers",),
        ),
        Step(
            "three_to_one",
            "specialise",
            "1 - kept_per_token/counted_per_token = 3/4",
            why="three to one: the 75 % of the paper",
            uses=("saved",),
            where=("linear_per_full = 3",),
        ),
        Step(
            "all_linear",
            "limit",
            "linear_per_full*(1 - linear_per_full/(linear_per_full + 1)) = 1",
            why="what q linear layers leave is about 1/q of the cache",
            over="linear_per_full",
        ),
        Step(
            "not_all",
            "bound",
            "kept_per_token < counted_per_token",
            why="any linear layer saves something",
            uses=("counted_per_token", "kept_per_token"),
            where=("n_global_layers < n_layers",),
        ),
        Step("kimi_linear", "cancel", "1 - 7/27 = 20/27", why="27 layers, of which 7 keep rows: 74.07 %, not quite 75"),
        Step("kimi_k3", "cancel", "93/24 = 31/8", why="93 layers, of which 24 keep rows: overstated 3.875 times"),
        Step(
            "log",
            "define",
            "shown = pool/(pool/(kept_per_token*max_length + fixed)*max_length)",
            why="an engine's log: concurrency times the longest request, called a capacity in tokens",
            cite="chntentes2026",
        ),
        Step(
            "not_a_rate",
            "collect",
            "shown = kept_per_token + fixed/max_length",
            why="so that pool over tokens is the rate plus what a request holds whatever its length",
            uses=("log",),
        ),
        Step(
            "too_large",
            "bound",
            "shown > kept_per_token",
            why="always too large",
            uses=("not_a_rate",),
        ),
        Step(
            "long_requests",
            "limit",
            "kept_per_token + fixed/max_length = kept_per_token",
            why="and right only for very long requests",
            over="max_length",
        ),
    ),
    instances=(
        Instance("saved at three to one", "linear_per_full/(linear_per_full + 1)", {"linear_per_full": 3}, "3/4"),
        Instance("Kimi K3, per token", "24*(512 + 64)*2", {}, 27648, "B"),
    ),
    claims=(
        _claim(
            "three-to-one", "75%", "kimi2025", expression="q/(q + 1)", given={"q": 3}, exact="3/4", place="abstract"
        ),
        _claim(
            "kimi-linear-48b",
            "75%",
            "kimi2025",
            "differs",
            expression="1 - n_global/n_layers",
            given={"n_global": 7, "n_layers": 27},
            exact="20/27",
            ratio="81/80",
            cause="the ratio of three to one, which 27 layers do not reach; the paper says up to",
            as_printed="1 - 1/(3 + 1)",
            place="abstract",
            note="no error of the paper: the released model's own saving",
        ),
        _claim(
            "k3-over-count",
            "3.9x",
            "namasl2026",
            "rounds",
            expression="n_layers/n_mla",
            given={"n_layers": 93, "n_mla": 24},
            exact="31/8",
        ),
        _claim(
            "k3-log",
            "107136 B",
            "lmcache2026",
            "differs",
            model="kimi-k3",
            exact=27648,
            ratio="31/8",
            cause="all 93 layers counted, of which 24 keep rows",
            note="a cache size per token in a service's log",
        ),
        _claim(
            "k3-log-reproduced",
            "107136 B",
            "lmcache2026",
            expression="mla.growth",
            given={"n_layers": 93, "d_latent": 512, "d_rope": 64, "bytes_per_element": 2},
            exact=107136,
        ),
        _claim(
            "qwen3-5-27b-before",
            "53.25 GB",
            "han2026",
            "differs",
            expression="gqa.stored",
            given={**QWEN, "n_layers": 16, "d_head": 256},
            exact=2**34,
            ratio="416015625/134217728",
            cause="all 64 layers counted, and heads of 5120/24 elements",
            as_printed="4*n_layers*2*n_kv_heads*(d_head - 43)*bytes_per_element*n_tokens",
            note="the estimate that this source corrects; GB is GiB",
        ),
        _claim(
            "qwen3-5-27b-after",
            "16.00 GB",
            "han2026",
            expression="gqa.stored",
            given={**QWEN, "n_layers": 16, "d_head": 256},
            exact=2**34,
        ),
        _claim("qwen3-5-27b-over", "233%", "han2026", "rounds", expression="53.25/16 - 1", exact="149/64"),
        _claim(
            "yoco-24",
            "24x",
            "sun2024",
            expression="n_layers/n_global",
            given={"n_layers": 24, "n_global": 1},
            exact=24,
            place="section 4.4",
        ),
        _claim(
            "yoco-32",
            "32x",
            "sun2024",
            expression="n_layers/n_global",
            given={"n_layers": 32, "n_global": 1},
            exact=32,
            place="section 4.4",
        ),
        _claim(
            "yoco-40",
            "40x",
            "sun2024",
            expression="n_layers/n_global",
            given={"n_layers": 40, "n_global": 1},
            exact=40,
            place="section 4.4",
        ),
        _claim(
            "mlkv-6", "6x", "zuhri2024", expression="n_layers/n_unique", given={"n_layers": 12, "n_unique": 2}, exact=6
        ),
        _claim(
            "bytes-per-token",
            "56 B",
            "chntentes2026",
            "differs",
            expression="7.7*2**30/150000",
            exact="2583691264/46875",
            ratio="46875/46137344",
            cause="kilobytes per token called bytes",
            place="title",
            note="7.7 GiB and 150K tokens are rounded: 55 kB; a later comment shows that it is no rate either",
        ),
    ),
)
