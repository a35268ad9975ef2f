"""How fast can a token come at best, and what lowers that floor?"""

from symkv.derivations import Claim, Derivation, Instance, Step
from symkv.symbols import Symbol

INVERSE = Symbol("inverse_batch", "v", "one over the batch", "1", "positive rational", dimension="1")
SLACK = Symbol(
    "slack_seconds", r"\varepsilon", "any time above the floor", "seconds", "positive rational", dimension="second"
)
CHIP = Symbol(
    "chip_bandwidth",
    r"\beta_1",
    "bytes read per second by one chip",
    "bytes/s",
    "positive rational",
    dimension="byte/second",
)
MORE = Symbol("scale_up_factor", "s", "how many times more chips read at once", "1", "positive rational", dimension="1")
FASTER = Symbol("speed_factor", "q", "how many times faster one chip reads", "1", "positive rational", dimension="1")
HOP = Symbol(
    "hop_seconds",
    r"\tau_{\mathrm{hop}}",
    "time from one pipeline stage to the next",
    "seconds",
    "positive rational",
    dimension="second",
)
WIDE = Symbol(
    "wide_seconds",
    r"\tau'_{\mathrm{w}}",
    "time to read the weights on the larger domain",
    "seconds",
    "positive rational",
    dimension="second",
)
FLOOR = Symbol(
    "floor_seconds", r"\tau_0", "latency floor of a step", "seconds", "positive rational", dimension="second"
)

MEMORY = "(bytes_per_parameter*n_total + batch*n_tokens*bytes_per_token)/bandwidth"
COMPUTE = "batch*n_active/multiply_rate"

derivation = Derivation(
    name="latency_floor",
    units="named",
    title="The latency floor",
    claim=(
        "However small the batch, a step lasts longer than one reading of all weights, and comes as near to that as "
        "one likes; more chips that read at once lower this floor, pipeline stages do not."
    ),
    symbols=(
        "batch",
        "n_active",
        "n_total",
        "bytes_per_parameter",
        "n_tokens",
        "bytes_per_token",
        "bandwidth",
        "multiply_rate",
        "n_chips",
        "n_stages",
        INVERSE,
        SLACK,
        CHIP,
        MORE,
        FASTER,
        HOP,
        WIDE,
        FLOOR,
    ),
    over_reals=("batch", "n_chips"),
    steps=(
        Step(
            "floor",
            "define",
            "floor_seconds = bytes_per_parameter*n_total/bandwidth",
            why="all parameters are read, not only the active ones",
            cite="pope2026",
        ),
        Step(
            "above_floor",
            "bound",
            f"max({COMPUTE}, {MEMORY}) > floor_seconds",
            why="every step reads the weights and at least one cache",
            uses=("floor",),
        ),
        Step(
            "limit",
            "limit",
            "(bytes_per_parameter*n_total + n_tokens*bytes_per_token/inverse_batch)/bandwidth"
            " = bytes_per_parameter*n_total/bandwidth",
            why="the batch goes to 0 as its inverse grows: the cache's term vanishes, the weights' stays",
            over="inverse_batch",
        ),
        Step(
            "attained",
            "bound",
            f"{MEMORY} < floor_seconds + slack_seconds",
            why="stated without a limit: below this batch, reading exceeds the floor by less than any given time",
            uses=("floor",),
            where=("batch*n_tokens*bytes_per_token < slack_seconds*bandwidth",),
        ),
        Step(
            "compute_hidden",
            "cases",
            f"max({COMPUTE}, {MEMORY}) = {MEMORY}",
            why="multiplying is hidden behind it while the batch takes no longer to multiply than the weights to read",
            uses=("floor",),
            where=(f"{COMPUTE} <= floor_seconds",),
        ),
        Step(
            "domain",
            "given",
            "bandwidth = n_chips*chip_bandwidth",
            why="premise: all chips of the scale-up domain read their share of the weights at once",
            cite="pope2026",
        ),
        Step(
            "per_chip",
            "substitute",
            "floor_seconds = bytes_per_parameter*n_total/(n_chips*chip_bandwidth)",
            why="the floor falls with the number of chips that read together",
            uses=("floor", "domain"),
        ),
        Step(
            "wide",
            "define",
            "wide_seconds = bytes_per_parameter*n_total/(scale_up_factor*n_chips*(speed_factor*chip_bandwidth))",
            why="the floor of a generation with a larger domain and faster memory",
        ),
        Step(
            "gain",
            "cancel",
            "floor_seconds/wide_seconds = scale_up_factor*speed_factor",
            why="both factors lower it; nothing of the model is left in the ratio",
            uses=("per_chip", "wide"),
        ),
        Step(
            "generation",
            "specialise",
            "floor_seconds/wide_seconds = 16",
            why="from 8 to 64 chips that read at once, each twice as fast",
            uses=("gain",),
            where=("scale_up_factor = 8", "speed_factor = 2"),
        ),
        Step(
            "chips_needed",
            "solve_for",
            "n_chips = bytes_per_parameter*n_total/(floor_seconds*chip_bandwidth)",
            why="the domain that a given floor asks for",
            uses=("per_chip",),
        ),
        Step(
            "pipeline",
            "cancel",
            "n_stages*(bytes_per_parameter*n_total/n_stages/bandwidth) = floor_seconds",
            why="each stage reads its share after the one before: the stages cancel",
            uses=("floor",),
        ),
        Step(
            "pipeline_hops",
            "bound",
            "n_stages*(bytes_per_parameter*n_total/n_stages/bandwidth + hop_seconds) > floor_seconds",
            why="with the time from rack to rack a pipeline only adds to the latency",
            uses=("floor",),
        ),
        Step(
            "active_only",
            "bound",
            "bytes_per_parameter*n_active/bandwidth < floor_seconds",
            why="reading the active parameters alone would be faster, but a batch needs the others too",
            uses=("floor",),
            where=("n_active < n_total",),
        ),
    ),
    instances=(
        Instance(
            "DeepSeek-V3 in 8 bits on 64 chips of 8 TB/s",
            "bytes_per_parameter*n_total/(n_chips*chip_bandwidth)",
            {"bytes_per_parameter": 1, "n_total": 671 * 10**9, "n_chips": 64, "chip_bandwidth": 8 * 10**12},
            "671/512000",
            "s",
            "1.31 ms",
        ),
        Instance(
            "the same on 8 chips",
            "bytes_per_parameter*n_total/(n_chips*chip_bandwidth)",
            {"bytes_per_parameter": 1, "n_total": 671 * 10**9, "n_chips": 8, "chip_bandwidth": 8 * 10**12},
            "671/64000",
            "s",
            "10.5 ms, eight times as long",
        ),
        Instance(
            "four hops of 2.5 ms",
            "n_stages*hop_seconds",
            {"n_stages": 4, "hop_seconds": "1/400"},
            "1/100",
            "s",
            "the 10 ms per token that a pipeline of four racks was said to add",
        ),
    ),
    claims=(
        Claim(
            "scale-up-growth",
            "larger_domain/smaller_domain",
            {"larger_domain": 64, "smaller_domain": 8},
            "8x",
            "pope2026",
            exact=8,
            place="01:03:37",
            note="from 8 chips of Hopper to the 64 that are used of a rack",
        ),
        Claim(
            "scale-up-of-the-rack",
            "larger_domain/smaller_domain",
            {"larger_domain": 72, "smaller_domain": 8},
            "8x",
            "pope2026",
            expect="differs",
            exact=9,
            ratio="8/9",
            cause="the 64 chips that share 256 experts are counted, not the 72 of the rack",
            place="01:03:37",
        ),
        Claim(
            "hops",
            "2*n_stages",
            {"n_stages": 4},
            "10",
            "pope2026",
            expect="rounds",
            decimals=-1,
            exact=8,
            ratio="5/4",
            place="01:03:37",
            note="milliseconds per token, said as 2 times 4-ish, or 10",
        ),
        Claim(
            "with-hops",
            "step_seconds + hops_seconds",
            {"step_seconds": "20e-3", "hops_seconds": "10e-3"},
            "30 ms",
            "pope2026",
            exact="3/100",
            place="01:03:37",
            note="if it goes from 20 to 30, or something like that",
        ),
    ),
)
