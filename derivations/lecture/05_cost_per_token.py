"""What does a token cost as the batch grows, and why is there a fast mode but no slow one?"""

from symkv.derivations import Claim, Derivation, Instance, Step
from symkv.symbols import Symbol


def _seconds(name, letter, words):
    return Symbol(name, letter, words, "seconds", "positive rational", dimension="second")


def _sequences(name, letter, words):
    return Symbol(name, letter, words, "sequences", "positive rational", dimension="sequence")


COST = _seconds("token_seconds", r"\tau_{\mathrm{tok}}", "time of a step for each of its tokens")
MULTIPLY = _seconds("seconds_per_sequence", r"\tau_{\Phi}", "time to multiply, of one sequence")
CACHE = _seconds("cache_seconds", r"\tau_{\kappa}", "time to read the cache of one sequence")
WEIGHTS = _seconds("weight_seconds", r"\tau_{\mathrm{w}}", "time to read the weights")
SMALL = _sequences("smaller_batch", r"B_{\mathrm{s}}", "a smaller batch")
LARGE = _sequences("larger_batch", r"B_{\mathrm{l}}", "a larger batch")
SPEED = Symbol("speed_up", "v", "factor by which a token comes sooner", "1", "positive rational", dimension="1")
PRICE = Symbol("price_factor", "p", "factor by which a token is dearer", "1", "positive rational", dimension="1")
SLOW = _seconds("normal_seconds", r"\tau_{\mathrm{n}}", "time of a step in the normal mode")


def _cost(batch):
    return f"max(seconds_per_sequence, weight_seconds/{batch} + cache_seconds)"


FLOOR = "max(seconds_per_sequence, cache_seconds)"

derivation = Derivation(
    name="cost_per_token",
    units="named",
    title="The cost of a token",
    claim=(
        "The cost of a token falls with the batch towards the greater of computing and reading one sequence; from the "
        "balance batch on it is constant, so waiting longer gains nothing; one sequence alone pays for all weights."
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
        COST,
        MULTIPLY,
        CACHE,
        WEIGHTS,
        SMALL,
        LARGE,
        SPEED,
        PRICE,
        SLOW,
    ),
    over_reals=("batch",),
    steps=(
        Step(
            "cost",
            "define",
            "token_seconds = max(batch*seconds_per_sequence, weight_seconds + batch*cache_seconds)/batch",
            why="the rent of the hardware is paid by the second, and a step makes one token for each sequence",
            cite="pope2026",
        ),
        Step(
            "divided",
            "cases",
            f"token_seconds = {_cost('batch')}",
            why="two constants, and a hyperbola for the weights",
            uses=("cost",),
        ),
        Step(
            "antitone",
            "bound",
            f"{_cost('larger_batch')} <= {_cost('smaller_batch')}",
            why="a larger batch never makes a token dearer",
            where=("smaller_batch <= larger_batch",),
        ),
        Step(
            "floor",
            "bound",
            f"{_cost('batch')} >= {FLOOR}",
            why="what belongs to one sequence is shared with no other",
        ),
        Step(
            "ceiling",
            "bound",
            f"{_cost('batch')} <= {FLOOR} + weight_seconds/batch",
            why="the weights add at most their share",
        ),
        Step(
            "share_vanishes",
            "limit",
            "weight_seconds/batch = 0",
            why="between these two bounds the cost tends to the floor as the batch grows",
            over="batch",
        ),
        Step(
            "reading_alone",
            "limit",
            "(weight_seconds + batch*cache_seconds)/batch = cache_seconds",
            why="of reading only the own cache is left",
            over="batch",
        ),
        Step(
            "slow_mode",
            "cases",
            f"{_cost('batch')} = {FLOOR}",
            why="from the balance batch on the floor is reached: a slow mode would gain nothing",
            where=(
                "cache_seconds < seconds_per_sequence",
                "batch*(seconds_per_sequence - cache_seconds) >= weight_seconds",
            ),
        ),
        Step(
            "before",
            "cases",
            f"{_cost('batch')} - {FLOOR} = weight_seconds/batch",
            why="a cache that takes longer than the compute leaves a hyperbola that only nears the floor",
            where=("cache_seconds >= seconds_per_sequence",),
        ),
        Step(
            "alone",
            "specialise",
            f"{_cost('batch')} = weight_seconds + cache_seconds",
            why="one sequence alone pays for all the weights",
            where=("batch = 1", "seconds_per_sequence <= weight_seconds"),
        ),
        Step(
            "ratio",
            "define",
            "hardware_ratio = multiply_rate*bytes_per_parameter/bandwidth",
            why="the hardware ratio",
            cite="pope2026",
        ),
        Step(
            "worse",
            "substitute",
            "(bytes_per_parameter*n_total/bandwidth)/(n_active/multiply_rate) = hardware_ratio*n_total/n_active",
            why="without cache, one sequence alone costs as many times the floor as the balance batch has sequences",
            uses=("ratio",),
        ),
        Step(
            "fast",
            "solve_for",
            "smaller_batch = batch/(speed_up*price_factor)",
            why="a fast mode: steps shorter by one factor, tokens dearer by another, so the batch is smaller by both",
            where=("normal_seconds/speed_up/smaller_batch = price_factor*(normal_seconds/batch)",),
        ),
        Step(
            "fast_numbers",
            "specialise",
            "smaller_batch = batch/15",
            why="six times the price for two and a half times the speed: a fifteenth of the batch, if price is cost",
            uses=("fast",),
            where=("speed_up = 5/2", "price_factor = 6"),
        ),
    ),
    instances=(
        Instance(
            "DeepSeek-V3, alone over floor",
            "hardware_ratio*n_total/n_active",
            {"hardware_ratio": 300, "n_total": 671 * 10**9, "n_active": 37 * 10**9},
            "201300/37",
            "",
            "5441 times as dear",
        ),
        Instance(
            "time of one sequence at 200k tokens, spoken cache",
            "n_tokens*bytes_per_token/bandwidth",
            {"n_tokens": 200_000, "bytes_per_token": "5000/3", "bandwidth": 10**12},
            "1/3000",
            "s",
            "one third of a millisecond at 1 TB/s",
        ),
    ),
    claims=(
        Claim(
            "thousand-times",
            "hardware_ratio*sparsity",
            {"hardware_ratio": 300, "sparsity": 8},
            "1000",
            "pope2026",
            expect="differs",
            exact=2400,
            ratio="5/12",
            cause="said as an order of magnitude, before the batch was computed",
            place="00:00:00",
            note="the economics can be a thousand times worse without a batch",
        ),
    ),
)
