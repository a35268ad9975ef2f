"""How much must each chip hold, what fits, and why does a pipeline not help the cache?"""

from symkv.derivations import Claim, Derivation, Instance, Step
from symkv.symbols import Symbol


def _bytes(name, letter, words):
    return Symbol(name, letter, words, "bytes", "positive rational", dimension="byte")


CHIP = _bytes("chip_bytes", "M_1", "bytes that one chip holds")
WEIGHTS = _bytes("weight_bytes", "M_{\\mathrm{w}}", "bytes of the weights")
BUDGET = _bytes("budget_bytes", "M", "bytes of memory that may be filled, of all chips")
FEWER = Symbol("fewer_stages", r"n'_{\mathrm{pp}}", "a smaller number of pipeline stages", "stages", dimension="1")

CACHE = "n_tokens*bytes_per_token"
ROOM = "(budget_bytes - weight_bytes)"
NEEDED = f"(weight_bytes + batch*{CACHE})"
CHIP_SHARE = "usable_fraction*hbm_bytes"
RACKS = {"bytes_per_parameter": 1, "n_total": 10**12, "n_expert_chips": 64, "n_stages": 4}

derivation = Derivation(
    name="capacity",
    units="named",
    title="Capacity, and what a pipeline saves",
    claim=(
        "Pipeline stages divide the weights that a chip holds but not its cache, as they need as many micro-batches; "
        "the largest batch and context are floors, the fewest chips a ceiling, and one more or less fails."
    ),
    symbols=(
        "n_total",
        "bytes_per_parameter",
        "batch",
        "micro_batch",
        "n_tokens",
        "bytes_per_token",
        "n_expert_chips",
        "n_stages",
        "n_chips",
        "hbm_bytes",
        "usable_fraction",
        CHIP,
        WEIGHTS,
        BUDGET,
        FEWER,
    ),
    steps=(
        Step(
            "per_chip",
            "define",
            f"chip_bytes = (bytes_per_parameter*n_total + batch*{CACHE})/(n_expert_chips*n_stages)",
            why="experts are divided over the chips of a rack, layers over the racks, and the cache over both",
            cite="pope2026",
        ),
        Step(
            "micro",
            "given",
            "batch = n_stages*micro_batch",
            why="premise: to keep every stage busy there are as many micro-batches under way as stages",
            cite="pope2026",
        ),
        Step(
            "cancels",
            "substitute",
            f"chip_bytes = bytes_per_parameter*n_total/(n_expert_chips*n_stages) + micro_batch*{CACHE}/n_expert_chips",
            why="the number of stages cancels in the term of the cache",
            uses=("per_chip", "micro"),
        ),
        Step(
            "saved",
            "substitute",
            f"bytes_per_parameter*n_total/(n_expert_chips*fewer_stages) + micro_batch*{CACHE}/n_expert_chips"
            " - chip_bytes = bytes_per_parameter*n_total/n_expert_chips*(1/fewer_stages - 1/n_stages)",
            why="more stages save weights, and nothing else",
            uses=("cancels",),
        ),
        Step(
            "many_stages",
            "limit",
            f"bytes_per_parameter*n_total/(n_expert_chips*n_stages) + micro_batch*{CACHE}/n_expert_chips"
            f" = micro_batch*{CACHE}/n_expert_chips",
            why="with ever more stages the cache of one micro-batch is left",
            over="n_stages",
        ),
        Step(
            "never_less",
            "bound",
            f"chip_bytes > micro_batch*{CACHE}/n_expert_chips",
            why="a bound that no pipeline passes",
            uses=("cancels",),
        ),
        Step(
            "cache_first",
            "bound",
            f"micro_batch*{CACHE}/n_expert_chips > bytes_per_parameter*n_total/(n_expert_chips*n_stages)",
            why="a few stages are enough to make the cache the greater part",
            where=(f"n_stages*micro_batch*{CACHE} > bytes_per_parameter*n_total",),
        ),
        Step(
            "batch_fits",
            "bound",
            f"{NEEDED} <= budget_bytes",
            why="a batch fits up to the whole number of caches for which the weights leave room",
            where=(f"batch <= floor({ROOM}/({CACHE}))",),
        ),
        Step(
            "batch_too_large",
            "bound",
            f"{NEEDED} > budget_bytes",
            why="a larger batch does not fit",
            where=(f"batch > floor({ROOM}/({CACHE}))",),
        ),
        Step(
            "left_over",
            "bound",
            f"budget_bytes - weight_bytes - floor({ROOM}/({CACHE}))*{CACHE} < {CACHE}",
            why="what is left then is less than one more cache",
        ),
        Step(
            "context_fits",
            "bound",
            f"{NEEDED} <= budget_bytes",
            why="solved for the context instead, the floor counts tokens",
            where=(f"n_tokens <= floor({ROOM}/(batch*bytes_per_token))",),
        ),
        Step(
            "context_too_long",
            "bound",
            f"{NEEDED} > budget_bytes",
            why="one token more does not fit",
            where=(f"n_tokens > floor({ROOM}/(batch*bytes_per_token))",),
        ),
        Step(
            "chips_suffice",
            "bound",
            f"{NEEDED} <= n_chips*{CHIP_SHARE}",
            why="the fewest chips round up",
            where=(f"n_chips >= ceil({NEEDED}/({CHIP_SHARE}))",),
        ),
        Step(
            "chips_too_few",
            "bound",
            f"{NEEDED} > n_chips*{CHIP_SHARE}",
            why="one chip fewer is too few",
            where=(f"n_chips < ceil({NEEDED}/({CHIP_SHARE}))",),
        ),
        Step(
            "all_chips",
            "round_up",
            "ceil(ceil(n_chips/n_expert_chips)/n_stages) = ceil(n_chips/(n_expert_chips*n_stages))",
            why="chips counted in racks and racks in pipelines come to the same as counted at once",
        ),
    ),
    instances=(
        Instance(
            "weights of a chip, one byte a parameter",
            "bytes_per_parameter*n_total/(n_expert_chips*n_stages)",
            RACKS,
            3906250000,
            "B",
            "a trillion parameters over 4 racks of 64 chips",
        ),
        Instance(
            "cache of a chip, at any number of stages",
            "micro_batch*n_tokens*bytes_per_token/n_expert_chips",
            {"micro_batch": 2400, "n_tokens": 200_000, "bytes_per_token": 2048, "n_expert_chips": 64},
            15360000000,
            "B",
            "2400 sequences of 200k tokens at 2048 bytes",
        ),
        Instance(
            "cache of the pipeline",
            "n_stages*micro_batch*n_tokens*bytes_per_token",
            {"n_stages": 4, "micro_batch": 2400, "n_tokens": 200_000, "bytes_per_token": 2048},
            3932160000000,
            "B",
            "four micro-batches under way",
        ),
        Instance(
            "cache of one micro-batch",
            "micro_batch*n_tokens*bytes_per_token",
            {"micro_batch": 2400, "n_tokens": 200_000, "bytes_per_token": 2048},
            983040000000,
            "B",
        ),
        Instance(
            "largest batch: 18.4e9 parameters on 16 chips of 16 GB, int8, 8192 tokens",
            "(budget_bytes - weight_bytes)/(n_tokens*bytes_per_token)",
            {
                "budget_bytes": 256 * 10**9,
                "weight_bytes": 18385207296,
                "n_tokens": 8192,
                "bytes_per_token": 2 * 64 * 8 * 256,
            },
            "1812857/16384",
            "sequences",
            "so 110; a worked problem of the scaling book that prints no answer",
        ),
        Instance(
            "the same with a single KV head",
            "(budget_bytes - weight_bytes)/(n_tokens*bytes_per_token)",
            {
                "budget_bytes": 256 * 10**9,
                "weight_bytes": 17445683200,
                "n_tokens": 8192,
                "bytes_per_token": 2 * 64 * 1 * 256,
            },
            "1820025/2048",
            "sequences",
            "so 888; seven heads fewer also save 0.94 GB of weights",
        ),
        Instance(
            "cache of the worked model, bytes per token in int8",
            "2*n_layers*n_kv_heads*d_head",
            {"n_layers": 64, "n_kv_heads": 8, "d_head": 256},
            262_144,
            "B/token",
        ),
        Instance(
            "its parameters, the embedding counted once",
            "n_layers*(3*width*inner + 2*width*n_heads*d_head + 2*width*n_kv_heads*d_head) + vocabulary*width",
            {
                "n_layers": 64,
                "width": 4096,
                "inner": 16_384,
                "n_heads": 32,
                "n_kv_heads": 8,
                "d_head": 256,
                "vocabulary": 32_128,
            },
            18_385_207_296,
            "",
        ),
    ),
    claims=(
        Claim(
            "hoppers",
            "n_chips*hbm_bytes",
            {"n_chips": 8, "hbm_bytes": 80 * 10**9},
            "640 GB",
            "pope2026",
            exact=640 * 10**9,
            ratio=1,
            place="00:32:09",
        ),
        Claim(
            "trillion",
            "bytes_per_parameter*n_total",
            {"bytes_per_parameter": 1, "n_total": 10**12},
            "1 TB",
            "pope2026",
            exact=10**12,
            place="00:47:12",
            note="a trillion parameters need one terabyte: 8-bit weights",
        ),
        Claim(
            "experts-per-chip",
            "n_experts/n_chips",
            {"n_experts": 256, "n_chips": 64},
            "4",
            "pope2026",
            exact=4,
            place="00:32:09",
        ),
    ),
)
