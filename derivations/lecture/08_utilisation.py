"""Which share of the multiply rate is used, below and beyond the crossover context?"""

from symkv.derivations import Claim, Derivation, Instance, Step
from symkv.symbols import Symbol

BASE = Symbol(
    "base_batch", "B_0", "balance batch without the cache", "sequences", "positive rational", dimension="sequence"
)
SHORT = Symbol("shorter_tokens", "S_1", "a shorter context", "tokens", "positive rational", dimension="token")
LONG = Symbol("longer_tokens", "S_2", "a longer context", "tokens", "positive rational", dimension="token")

COMPUTE = "batch*n_active/multiply_rate"
CACHE = "batch*n_tokens*bytes_per_token/bandwidth"
MEMORY = "(bytes_per_parameter*n_total + batch*n_tokens*bytes_per_token)/bandwidth"
SHARE = "batch/(base_batch + batch*n_tokens/crossover_tokens)"
KAPPA_RATIO = "bytes_per_parameter*n_active/(hardware_ratio*bytes_per_token)"

CROSSOVERS = (  # model, active parameters, bytes per token, crossover, note
    ("DeepSeek-V3, latent in bf16", 37 * 10**9, 70_272, "2890625/1647", "1755 tokens"),
    ("DeepSeek-V3, rows of 656 bytes", 37 * 10**9, 40_016, "23125000/7503", "3082 tokens"),
    ("Llama-3-70B, bf16", 70 * 10**9, 327_680, "546875/768", "712 tokens"),
    ("one context of 8 heads, fp8", 100 * 10**9, 2048, "1953125/12", "162,760 tokens"),
)

derivation = Derivation(
    name="utilisation",
    units="named",
    title="Utilisation beyond balance",
    claim=(
        "With the weights amortised the multipliers are busy for the crossover over the context, and always below it: "
        "half at twice the crossover; a finite batch stays below that, and tends to it."
    ),
    symbols=(
        "batch",
        "n_active",
        "n_total",
        "multiply_rate",
        "bandwidth",
        "bytes_per_parameter",
        "hardware_ratio",
        "n_tokens",
        "bytes_per_token",
        "crossover_tokens",
        "utilisation",
        "tokens_per_second",
        "step_seconds",
        BASE,
        SHORT,
        LONG,
    ),
    over_reals=("n_tokens", "batch"),
    steps=(
        Step(
            "ratio",
            "define",
            "hardware_ratio = multiply_rate*bytes_per_parameter/bandwidth",
            why="the hardware ratio",
            cite="pope2026",
        ),
        Step(
            "crossover",
            "define",
            f"crossover_tokens = {KAPPA_RATIO}",
            why="the context whose cache takes as long to read as one token to compute",
        ),
        Step("base", "define", "base_batch = hardware_ratio*n_total/n_active", why="the balance batch without cache"),
        Step(
            "amortised",
            "cases",
            f"({COMPUTE})/max({COMPUTE}, {CACHE}) = min(1, crossover_tokens/n_tokens)",
            why="the time to multiply over the time of the step, the weights left out: batch and hardware cancel",
            uses=("ratio", "crossover"),
        ),
        Step(
            "one_fraction",
            "cases",
            "min(1, crossover_tokens/n_tokens) = min(n_tokens, crossover_tokens)/n_tokens",
            why="the part of the context that could be read while one token is computed",
        ),
        Step(
            "short",
            "cases",
            "min(n_tokens, crossover_tokens)/n_tokens = 1",
            why="up to the crossover the multipliers are always busy",
            where=("n_tokens <= crossover_tokens",),
        ),
        Step(
            "twice",
            "specialise",
            "min(n_tokens, crossover_tokens)/n_tokens = 1/2",
            why="at twice that context they wait half of the time",
            where=("n_tokens = 2*crossover_tokens",),
        ),
        Step(
            "antitone",
            "bound",
            "min(longer_tokens, crossover_tokens)/longer_tokens"
            " <= min(shorter_tokens, crossover_tokens)/shorter_tokens",
            why="a longer context never uses them better",
            where=("shorter_tokens <= longer_tokens",),
        ),
        Step(
            "context_for",
            "solve_for",
            "n_tokens = crossover_tokens/utilisation",
            why="the longest context for a share that is asked for",
            where=("utilisation = crossover_tokens/n_tokens",),
        ),
        Step(
            "vanishes",
            "limit",
            "crossover_tokens/n_tokens = 0",
            why="an ever longer context leaves nothing to use: dense attention reads without end",
            over="n_tokens",
        ),
        Step(
            "with_weights",
            "cases",
            f"({COMPUTE})/max({COMPUTE}, {MEMORY}) = min(1, {SHARE})",
            why="with the weights counted, the balance batch says how much they weigh",
            uses=("ratio", "crossover", "base"),
        ),
        Step(
            "large_batch",
            "limit",
            f"{SHARE} = crossover_tokens/n_tokens",
            why="a large batch leaves only the cache",
            over="batch",
        ),
        Step(
            "from_below",
            "bound",
            f"{SHARE} < crossover_tokens/n_tokens",
            why="no finite batch reaches that share",
        ),
        Step(
            "short_context",
            "limit",
            f"{SHARE} = batch/base_batch",
            why="where the cache is free to read, a batch below balance uses its share of the balance batch",
            over="crossover_tokens",
        ),
        Step(
            "rate",
            "define",
            "tokens_per_second = batch/step_seconds",
            why="one new token for each sequence and step",
            cite="pope2026",
        ),
        Step(
            "throughput",
            "cancel",
            f"tokens_per_second = multiply_rate/n_active*(({COMPUTE})/step_seconds)",
            why="the rate is the utilisation times that of a machine that only multiplies",
            uses=("rate",),
        ),
        Step(
            "at_balance",
            "specialise",
            "tokens_per_second = multiply_rate/n_active",
            why="at balance nothing waits, and the batch is gone",
            uses=("rate",),
            where=(f"step_seconds = {COMPUTE}",),
        ),
        Step(
            "at_most",
            "bound",
            "tokens_per_second <= multiply_rate/n_active",
            why="no step can exceed that rate",
            uses=("rate",),
            where=(f"step_seconds >= {COMPUTE}",),
        ),
        Step(
            "bound_by_reading",
            "bound",
            "tokens_per_second < bandwidth/(n_tokens*bytes_per_token)",
            why="the memory bounds it too: it must deliver one cache for each token",
            uses=("rate",),
            where=(f"step_seconds >= {MEMORY}",),
        ),
    ),
    instances=(
        Instance(
            "base 2400, a batch of 2400 at half the crossover",
            SHARE,
            {"base_batch": 2400, "batch": 2400, "n_tokens": 100_000, "crossover_tokens": 200_000},
            "2/3",
            "",
            "the cache costs a third of the multiplications",
        ),
        *(
            Instance(
                f"crossover of {model}",
                KAPPA_RATIO,
                {
                    "bytes_per_parameter": 1,
                    "n_active": active,
                    "hardware_ratio": 300,
                    "bytes_per_token": size,
                },
                value,
                "tokens",
                note,
            )
            for model, active, size, value, note in CROSSOVERS
        ),
    ),
    claims=(
        Claim(
            "half",
            "min(n_tokens, crossover_tokens)/n_tokens",
            {"crossover_tokens": 100_000, "n_tokens": 200_000},
            "50 %",
            "pope2026",
            exact="1/2",
            place="00:00:00",
            note="asked as 100K and 200K, and answered with yes",
        ),
    ),
)
