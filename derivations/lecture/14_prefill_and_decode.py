"""Why is an input token cheaper than an output token, and what does the ratio of the two prices say?"""

from symkv.derivations import Claim, Derivation, Instance, Step
from symkv.symbols import Symbol


def _symbol(name, letter, words, unit, dimension):
    return Symbol(name, letter, words, unit, "positive rational", dimension=dimension)


MULTIPLY = _symbol("multiply_seconds", r"\tau_1", "time to multiply one token of each sequence", "seconds", "second")
MEMORY = "(bytes_per_parameter*n_total + batch*n_tokens*bytes_per_token)/bandwidth"
COMPUTE = "batch*n_active/multiply_rate"
PASS = "max(pass_tokens*multiply_seconds, memory_seconds)"
BASE = Symbol(
    "base_batch", "B_0", "balance batch without the cache", "sequences", "positive rational", dimension="sequence"
)
SHORT = _symbol("shorter_pass", "T_1", "tokens of a shorter pass", "tokens", "1")
LONG = _symbol("longer_pass", "T_2", "tokens of a longer pass", "tokens", "1")

SPOKEN = {"price_ratio": 5, "bytes_per_parameter": 1, "n_active": 100 * 10**9, "hardware_ratio": 300}
KAPPA = "price_ratio*bytes_per_parameter*n_active/(hardware_ratio*n_tokens)"

derivation = Derivation(
    name="prefill_and_decode",
    units="named",
    title="Prefill and decode",
    claim=(
        "A pass of T tokens multiplies T times and reads once, so the time of a token falls until it is bound by "
        "compute; an output five times as dear as an input means that decode reads five times as long as it computes."
    ),
    symbols=(
        "pass_tokens",
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
        "memory_seconds",
        "price_ratio",
        MULTIPLY,
        BASE,
        SHORT,
        LONG,
    ),
    over_reals=("pass_tokens", "n_tokens", "batch"),
    steps=(
        Step(
            "per_token",
            "cases",
            f"{PASS}/pass_tokens = max(multiply_seconds, memory_seconds/pass_tokens)",
            why="the time of a pass for each of its tokens: compute is flat, reading is shared",
        ),
        Step(
            "antitone",
            "bound",
            "max(multiply_seconds, memory_seconds/longer_pass) <= max(multiply_seconds, memory_seconds/shorter_pass)",
            why="a longer pass never makes a token dearer",
            where=("shorter_pass <= longer_pass",),
        ),
        Step(
            "reading_vanishes",
            "limit",
            "memory_seconds/pass_tokens = 0",
            why="in a long pass nothing is left of the reading",
            over="pass_tokens",
        ),
        Step(
            "prefill",
            "cases",
            "max(multiply_seconds, memory_seconds/pass_tokens) = multiply_seconds",
            why="from here on prefill is bound by compute",
            where=("pass_tokens*multiply_seconds >= memory_seconds",),
        ),
        Step(
            "decode",
            "cases",
            "max(multiply_seconds, memory_seconds/pass_tokens) = memory_seconds",
            why="decode, a pass of one token, is bound by reading, if it reads for longer",
            where=("pass_tokens = 1", "memory_seconds >= multiply_seconds"),
        ),
        Step(
            "ratio",
            "given",
            "memory_seconds = price_ratio*multiply_seconds",
            why="premise: prices follow cost, prefill is bound by compute and decode by reading",
            cite="pope2026",
        ),
        Step(
            "turn",
            "specialise",
            "max(multiply_seconds, memory_seconds/pass_tokens) = multiply_seconds",
            why="a pass of as many tokens as the ratio of the prices is in balance",
            uses=("ratio",),
            where=("pass_tokens = price_ratio",),
        ),
        Step(
            "share_used",
            "cases",
            "multiply_seconds/max(multiply_seconds, memory_seconds) = 1/price_ratio",
            why="decode uses the inverse of that ratio of the multipliers",
            uses=("ratio",),
            where=("multiply_seconds <= memory_seconds",),
        ),
        Step(
            "hardware",
            "define",
            "hardware_ratio = multiply_rate*bytes_per_parameter/bandwidth",
            why="the hardware ratio",
        ),
        Step(
            "crossover",
            "define",
            "crossover_tokens = bytes_per_parameter*n_active/(hardware_ratio*bytes_per_token)",
            why="the context whose cache takes as long to read as one token to compute",
        ),
        Step("base", "define", "base_batch = hardware_ratio*n_total/n_active", why="the balance batch without cache"),
        Step(
            "two_shares",
            "substitute",
            f"({MEMORY})/({COMPUTE}) = base_batch/batch + n_tokens/crossover_tokens",
            why="what the ratio is made of: weights read for too few sequences, and the cache",
            uses=("hardware", "crossover", "base"),
        ),
        Step(
            "batch_implied",
            "solve_for",
            "batch = base_batch/(price_ratio - n_tokens/crossover_tokens)",
            why="a price ratio fixes the batch, if the cache does not explain it alone",
            where=(
                "price_ratio = base_batch/batch + n_tokens/crossover_tokens",
                "n_tokens < price_ratio*crossover_tokens",
            ),
        ),
        Step(
            "short_context",
            "limit",
            "base_batch/(price_ratio - n_tokens/crossover_tokens) = base_batch/price_ratio",
            why="with next to no cache it is the balance batch divided by that ratio",
            over="crossover_tokens",
        ),
        Step(
            "cache_implied",
            "solve_for",
            f"bytes_per_token = {KAPPA}",
            why="with the weights amortised it fixes the bytes per token instead",
            uses=("crossover",),
            where=("n_tokens/crossover_tokens = price_ratio",),
        ),
        Step(
            "at_the_step",
            "specialise",
            "batch = base_batch/(price_ratio - 1)",
            why="at the crossover itself, where the price step was put, the weights must take the rest",
            uses=("batch_implied",),
            where=("n_tokens = crossover_tokens",),
        ),
        Step(
            "both",
            "specialise",
            "batch = base_batch/4",
            why="with a ratio of 5 the batch is then a quarter of the balance batch: weights are not amortised there",
            uses=("at_the_step",),
            where=("price_ratio = 5",),
        ),
    ),
    instances=(
        *(
            Instance(
                f"bytes per token for a ratio of 5 at {tokens // 1000}k tokens",
                KAPPA,
                {**SPOKEN, "n_tokens": tokens},
                value,
                "B/token",
                note,
            )
            for tokens, value, note in (
                (20_000, "250000/3", "83 kB"),
                (50_000, "100000/3", "33 kB"),
                (100_000, "50000/3", "17 kB: ten times the 1667 of the price step"),
            )
        ),
        Instance(
            "batch for a ratio of 5 at half the crossover",
            "base_batch/(price_ratio - n_tokens/crossover_tokens)",
            {"base_batch": 2400, "price_ratio": 5, "n_tokens": 100_000, "crossover_tokens": 200_000},
            "1600/3",
            "sequences",
            "533: the other way in which both statements hold",
        ),
    ),
    claims=(
        Claim(
            "decode-utilisation",
            "1/price_ratio",
            {"price_ratio": 5},
            "20 %",
            "patel2026",
            exact="1/5",
            place="chapter 6, card 4",
            note="printed as 1/5",
        ),
    ),
)
