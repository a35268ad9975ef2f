"""Which batch keeps multiplier and memory equally busy, and up to which context is there one?"""

from symkv.derivations import Claim, Derivation, Instance, Step
from symkv.symbols import Symbol

BASE = Symbol(
    "base_batch", "B_0", "balance batch without the cache", "sequences", "positive rational", dimension="sequence"
)
BOUND = Symbol("any_batch", "M", "any batch to be exceeded", "sequences", "positive rational", dimension="sequence")
HEADROOM = Symbol(
    "headroom_factor", "m", "crossover context over what is left up to it", "1", "positive rational", dimension="1"
)
SCALE = Symbol("model_scale", "c", "factor by which a model is made larger", "1", "positive rational", dimension="1")
SHORT = Symbol("shorter_tokens", "S_1", "a shorter context", "tokens", "positive rational", dimension="token")
LONG = Symbol("longer_tokens", "S_2", "a longer context", "tokens", "positive rational", dimension="token")

LEFT = Symbol(
    "left_tokens",
    r"S_\mathrm{left}",
    "context left up to the crossover",
    "tokens",
    "positive rational",
    dimension="token",
)

SPLIT = "(bytes_per_parameter*n_total + batch*n_tokens*bytes_per_token)/bandwidth"
DEEPSEEK = {"n_total": 671 * 10**9, "n_active": 37 * 10**9}


def _grown(tokens):
    return f"base_batch*crossover_tokens/(crossover_tokens - {tokens})"


derivation = Derivation(
    name="balance_batch",
    units="named",
    title="The balance batch",
    claim=(
        "Without the cache the balance batch is the hardware ratio times total over active parameters; with it the "
        "batch increases with the context, exceeds any bound near the crossover context, and beyond it there is none."
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
        BASE,
        BOUND,
        HEADROOM,
        SCALE,
        SHORT,
        LONG,
        LEFT,
    ),
    over_reals=("batch", "n_tokens", "n_active", "n_total"),
    steps=(
        Step(
            "balanced",
            "solve_for",
            "batch = multiply_rate*bytes_per_parameter/bandwidth*(n_total/n_active)",
            why="the time to read the weights is set equal to the time to multiply by them, the cache left out",
            where=("bytes_per_parameter*n_total/bandwidth = batch*n_active/multiply_rate",),
        ),
        Step(
            "ratio",
            "define",
            "hardware_ratio = multiply_rate*bytes_per_parameter/bandwidth",
            why="hardware on one side, the model on the other",
            cite="pope2026",
        ),
        Step("base", "define", "base_batch = hardware_ratio*n_total/n_active", why="the balance batch without cache"),
        Step(
            "named",
            "substitute",
            "batch = base_batch",
            why="the batch is the hardware ratio times the sparsity",
            uses=("balanced", "ratio", "base"),
        ),
        Step(
            "no_scale",
            "cancel",
            "hardware_ratio*(model_scale*n_total)/(model_scale*n_active) = base_batch",
            why="it depends on the sparsity alone: a model larger in both counts has the same",
            uses=("base",),
        ),
        Step(
            "above",
            "bound",
            "batch*n_active/multiply_rate >= bytes_per_parameter*n_total/bandwidth",
            why="a larger batch multiplies for longer than it reads weights",
            uses=("ratio", "base"),
            where=("batch >= base_batch",),
        ),
        Step(
            "below",
            "bound",
            "batch*n_active/multiply_rate < bytes_per_parameter*n_total/bandwidth",
            why="a smaller batch waits for the weights",
            uses=("ratio", "base"),
            where=("batch < base_batch",),
        ),
        Step(
            "spoken",
            "specialise",
            "base_batch = 2400",
            why="the blackboard's 300 times 8",
            uses=("base",),
            where=("hardware_ratio = 300", "n_total = 8*n_active"),
        ),
        Step(
            "crossover",
            "define",
            "crossover_tokens = bytes_per_parameter*n_active/(hardware_ratio*bytes_per_token)",
            why="the context whose cache takes as long to read as one token to compute",
        ),
        Step(
            "with_cache",
            "solve_for",
            "batch = base_batch/(1 - n_tokens/crossover_tokens)",
            why="each sequence also brings its cache, which takes a share of its compute time: context over crossover",
            uses=("ratio", "base", "crossover"),
            where=(f"batch*n_active/multiply_rate = {SPLIT}", "n_tokens < crossover_tokens"),
        ),
        Step(
            "one_fraction",
            "cancel",
            f"base_batch/(1 - n_tokens/crossover_tokens) = {_grown('n_tokens')}",
            why="written over one denominator, which is positive just below the crossover",
            where=("n_tokens < crossover_tokens",),
        ),
        Step(
            "larger",
            "bound",
            f"{_grown('n_tokens')} > base_batch",
            why="any cache makes the balance batch larger",
            where=("n_tokens < crossover_tokens",),
        ),
        Step(
            "increase",
            "cancel",
            f"{_grown('longer_tokens')} - {_grown('shorter_tokens')} = base_batch*crossover_tokens*(longer_tokens"
            " - shorter_tokens)/((crossover_tokens - longer_tokens)*(crossover_tokens - shorter_tokens))",
            why="growth of the balance batch from one context to a longer one",
            where=("longer_tokens < crossover_tokens", "shorter_tokens < crossover_tokens"),
        ),
        Step(
            "monotone",
            "bound",
            f"{_grown('shorter_tokens')} < {_grown('longer_tokens')}",
            why="every factor is positive, as some context is left up to the crossover: the batch increases strictly",
            where=("shorter_tokens < longer_tokens", "crossover_tokens = longer_tokens + left_tokens"),
        ),
        Step(
            "small_cache",
            "limit",
            "base_batch/(1 - n_tokens/crossover_tokens) = base_batch",
            why="as a cache costs less to read, the crossover grows without bound, and the first result comes back",
            over="crossover_tokens",
        ),
        Step(
            "diverges",
            "bound",
            f"{_grown('n_tokens')} > any_batch",
            why="below the crossover, but near enough to it, the balance batch exceeds any given one",
            where=(
                "n_tokens < crossover_tokens",
                "(crossover_tokens - n_tokens)*any_batch < base_batch*crossover_tokens",
            ),
        ),
        Step(
            "near",
            "specialise",
            "base_batch/(1 - n_tokens/crossover_tokens) = headroom_factor*base_batch",
            why="with a tenth of the crossover left the batch is ten times the one without cache, and so for any part",
            where=("n_tokens = crossover_tokens*(1 - 1/headroom_factor)",),
        ),
        Step(
            "never",
            "bound",
            f"batch*n_active/multiply_rate < {SPLIT}",
            why="from the crossover on no batch is in balance: each sequence adds no less reading than multiplying",
            uses=("ratio", "crossover"),
            where=("n_tokens >= crossover_tokens",),
        ),
        Step(
            "excess",
            "collect",
            f"({SPLIT} - batch*n_active/multiply_rate)*multiply_rate/n_active"
            " = base_batch + batch*(n_tokens/crossover_tokens - 1)",
            why="excess of reading over multiplying, counted in sequences: both cases at one glance",
            uses=("ratio", "base", "crossover"),
        ),
    ),
    instances=(
        Instance(
            "spoken: one in eight",
            "hardware_ratio*n_total/n_active",
            {"hardware_ratio": 300, "n_total": 8, "n_active": 1},
            2400,
            "sequences",
        ),
        Instance(
            "DeepSeek-V3",
            "hardware_ratio*n_total/n_active",
            {"hardware_ratio": 300, **DEEPSEEK},
            "201300/37",
            "sequences",
            "671 billion parameters, 37 billion of them active: 5441",
        ),
        *(
            Instance(
                f"with a cache, {tokens // 1000}k of 200k tokens",
                "base_batch/(1 - n_tokens/crossover_tokens)",
                {"base_batch": 2400, "n_tokens": tokens, "crossover_tokens": 200_000},
                batch,
                "sequences",
            )
            for tokens, batch in ((50_000, 3200), (100_000, 4800), (150_000, 9600))
        ),
    ),
    claims=(
        Claim(
            "sparsity-spoken",
            "n_experts/active_experts",
            {"n_experts": 256, "active_experts": 32},
            "8",
            "pope2026",
            exact=8,
            place="00:00:00",
            note="32 out of 256 experts, as spoken",
        ),
        Claim(
            "sparsity-experts",
            "n_experts/active_experts",
            {"n_experts": 256, "active_experts": 8},
            "8",
            "pope2026",
            expect="differs",
            exact=32,
            ratio="1/4",
            cause="the ratio 32 of DeepSeek-V3's 256 routed to 8 active experts is taken for the number of active ones",
            place="00:00:00",
            note="the same 32 of 256 stands on flashcard 8; the model's config has n_routed_experts 256, "
            "num_experts_per_tok 8, and one shared expert",
        ),
        Claim(
            "sparsity-parameters",
            "n_total/n_active",
            DEEPSEEK,
            "8",
            "pope2026",
            expect="differs",
            exact="671/37",
            ratio="296/671",
            cause="the ratio of experts as spoken is used; that of the parameters is 18.1, the balance batch then 5441",
            place="00:00:00",
            note="attention and the shared expert are always active, so the two ratios need not agree",
        ),
        Claim(
            "flashcard-2400",
            "hardware_ratio*n_experts/active_experts",
            {"hardware_ratio": 300, "n_experts": 256, "active_experts": 32},
            "2,400",
            "patel2026",
            exact=2400,
            place="chapter 1, card 8",
        ),
        Claim(
            "flashcard-inverted",
            "hardware_ratio*active_experts/n_experts",
            {"hardware_ratio": 300, "n_experts": 256, "active_experts": 32},
            "2,400",
            "patel2026",
            expect="differs",
            exact="75/2",
            ratio=64,
            cause="the question says 300 times the sparsity ratio (active/total), the answer divides by that ratio",
            as_printed="hardware_ratio/(active_experts/n_experts)",
            place="chapter 1, card 8, wording of the question",
            note="the derivation on the card is right",
        ),
        Claim(
            "two-thousand",
            "hardware_ratio*sparsity",
            {"hardware_ratio": 300, "sparsity": 8},
            "2,000",
            "pope2026",
            expect="rounds",
            decimals=-3,
            exact=2400,
            ratio="5/6",
            place="00:00:00",
            note="2,000 unique sequences; two to three thousand tokens per batch",
        ),
        Claim(
            "rack-throughput",
            "batch*steps_per_second",
            {"batch": 2000, "steps_per_second": 64},
            "128,000",
            "pope2026",
            exact=128_000,
            place="00:00:00",
            note="tokens per second of one rack",
        ),
    ),
)
