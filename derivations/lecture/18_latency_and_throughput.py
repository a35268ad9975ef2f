"""What does a larger batch buy in throughput, and what does it cost in latency?"""

from symkv.derivations import Derivation, Instance, Step
from symkv.symbols import Symbol


def _symbol(name, letter, words, unit, dimension):
    return Symbol(name, letter, words, unit, "positive rational", dimension=dimension)


CACHE = _symbol("cache_bytes", "K", "bytes of the cache of one sequence", "bytes", "byte")
WEIGHTS = _symbol("weight_bytes", r"M_{\mathrm{w}}", "bytes of the weights", "bytes", "byte")
HALF = _symbol("half_batch", r"B_{1/2}", "batch whose caches are as large as the weights", "sequences", "sequence")
SMALL = _symbol("smaller_batch", r"B_{\mathrm{s}}", "a smaller batch", "sequences", "sequence")
LARGE = _symbol("larger_batch", r"B_{\mathrm{l}}", "a larger batch", "sequences", "sequence")
SMALLER = _symbol("cache_factor", "f", "factor by which a cache is made smaller", "1", "1")

STEP = "(batch*cache_bytes + weight_bytes)/bandwidth"
RATE = "batch*bandwidth/(batch*cache_bytes + weight_bytes)"
SLICE = {"weight_bytes": 26 * 10**9, "bandwidth": 8 * 82 * 10**10}  # LLaMA 2-13B in bf16 on 8 TPU v5e

derivation = Derivation(
    name="latency_and_throughput",
    units="named",
    title="Latency and throughput",
    claim=(
        "Bound by reading, the throughput saturates with the batch: half of its limit, bandwidth over one cache, is "
        "reached where all caches are as large as the weights; a smaller cache raises it by less than its factor."
    ),
    symbols=(
        "batch",
        "bandwidth",
        "step_seconds",
        "tokens_per_second",
        CACHE,
        WEIGHTS,
        HALF,
        SMALL,
        LARGE,
        SMALLER,
    ),
    over_reals=("batch",),
    steps=(
        Step(
            "step",
            "define",
            f"step_seconds = {STEP}",
            why="bound by reading, a step takes the time to read all caches and the weights",
            cite="austin2025",
        ),
        Step(
            "rate",
            "define",
            "tokens_per_second = batch/step_seconds",
            why="one new token for each sequence and step",
            cite="austin2025",
        ),
        Step(
            "throughput",
            "substitute",
            f"tokens_per_second = {RATE}",
            why="batch over time, as one fraction",
            uses=("rate", "step"),
        ),
        Step(
            "half",
            "define",
            "half_batch = weight_bytes/cache_bytes",
            why="the weights measured in caches",
        ),
        Step(
            "saturation",
            "cancel",
            "tokens_per_second = bandwidth/cache_bytes*(batch/(batch + half_batch))",
            why="the throughput is a share of what reading caches alone would allow",
            uses=("throughput", "half"),
        ),
        Step(
            "limit",
            "limit",
            f"{RATE} = bandwidth/cache_bytes",
            why="a large batch leaves only the caches to read",
            over="batch",
        ),
        Step(
            "below",
            "bound",
            "tokens_per_second < bandwidth/cache_bytes",
            why="no batch reaches that limit",
            uses=("throughput",),
        ),
        Step(
            "half_reached",
            "specialise",
            "tokens_per_second = bandwidth/cache_bytes/2",
            why="half of it is reached where the caches are as large as the weights",
            uses=("saturation",),
            where=("batch = half_batch",),
        ),
        Step(
            "twice_the_floor",
            "specialise",
            "step_seconds = 2*(weight_bytes/bandwidth)",
            why="a step takes twice the latency floor there",
            uses=("step", "half"),
            where=("batch = half_batch",),
        ),
        Step(
            "grows",
            "bound",
            "smaller_batch/(smaller_batch + half_batch) < larger_batch/(larger_batch + half_batch)",
            why="throughput increases with the batch, strictly",
            where=("smaller_batch < larger_batch",),
        ),
        Step(
            "slows",
            "bound",
            "(smaller_batch*cache_bytes + weight_bytes)/bandwidth"
            " < (larger_batch*cache_bytes + weight_bytes)/bandwidth",
            why="so does the latency: there is no batch that is best in both",
            where=("smaller_batch < larger_batch",),
        ),
        Step(
            "product",
            "cancel",
            "step_seconds - weight_bytes/bandwidth = batch*(cache_bytes/bandwidth)",
            why="what a sequence adds to the latency of all is the time to read its cache",
            uses=("step",),
        ),
        Step(
            "smaller_cache",
            "cancel",
            f"(batch*bandwidth/(batch*cache_bytes/cache_factor + weight_bytes))/({RATE})"
            " = (batch + half_batch)/(batch/cache_factor + half_batch)",
            why="the gain of a smaller cache, at the same batch",
            uses=("half",),
        ),
        Step(
            "gain_limit",
            "limit",
            "(batch + half_batch)/(batch/cache_factor + half_batch) = cache_factor",
            why="in a large batch the whole factor is gained",
            over="batch",
        ),
        Step(
            "gain_bounded",
            "bound",
            "(batch + half_batch)/(batch/cache_factor + half_batch) < cache_factor",
            why="in a finite one less than that: the weights stay",
            where=("half_batch < cache_factor*half_batch",),
        ),
    ),
    instances=(
        *(
            Instance(
                f"LLaMA 2-13B, {heads}: batch whose caches equal the weights",
                "weight_bytes/cache_bytes",
                {"weight_bytes": SLICE["weight_bytes"], "cache_bytes": cache},
                value,
                "sequences",
                note,
            )
            for heads, cache, value, note in (
                ("multi-head", 67 * 10**8, "260/67", "3.9 sequences of 8192 tokens"),
                ("8 of 40 KV heads", 134 * 10**7, "1300/67", "19.4 sequences"),
            )
        ),
        *(
            Instance(
                f"multi-head, batch {batch}: {what}",
                formula,
                {"batch": batch, "cache_bytes": 67 * 10**8, **SLICE},
                value,
                unit,
                note,
            )
            for what, formula, batch, value, unit, note in (
                ("step", STEP, 1, "327/65600", "s", "4.98 ms"),
                ("throughput", RATE, 1, "65600/327", "tokens/s", "201"),
                ("step", STEP, 240, "817/3280", "s", "249 ms, 50 times as long"),
                ("throughput", RATE, 240, "787200/817", "tokens/s", "964, not five times as much"),
            )
        ),
        Instance(
            "its limit",
            "bandwidth/cache_bytes",
            {"bandwidth": SLICE["bandwidth"], "cache_bytes": 67 * 10**8},
            "65600/67",
            "tokens/s",
            "979",
        ),
    ),
)
