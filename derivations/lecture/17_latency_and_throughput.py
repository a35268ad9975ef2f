"""What does a larger batch buy in throughput, and what does it cost in latency?"""

from symkv.derivations import Claim, Derivation, Instance, Step
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

TABLES = (  # KV heads, bytes of a cache as printed, and for each batch: ms, exact, tokens/s, exact
    (
        "mha",
        67 * 10**8,
        (
            (1, "4.98", "327/65600", "200.61", "65600/327"),
            (8, "12.13", "199/16400", "659.30", "131200/199"),
            (16, "20.30", "333/16400", "787.99", "262400/333"),
            (32, "36.65", "601/16400", "873.21", "524800/601"),
            (64, "69.33", "1137/16400", "923.13", "1049600/1137"),
            (240, "249.09", "817/3280", "963.53", "787200/817"),
        ),
    ),
    (
        "gqa",
        134 * 10**7,
        (
            (1, "4.17", "1367/328000", "239.94", "328000/1367"),
            (8, "5.60", "459/82000", "1,429.19", "656000/459"),
            (16, "7.23", "593/82000", "2,212.48", "1312000/593"),
            (32, "10.50", "21/2000", "3,047.62", "64000/21"),
            (64, "17.04", "1397/82000", "3,756.62", "5248000/1397"),
            (240, "52.99", "869/16400", "4,529.34", "3936000/869"),
        ),
    ),
)


def _cells():
    for heads, cache, rows in TABLES:
        for batch, milliseconds, step, tokens, rate in rows:
            given = {"batch": batch, "cache_bytes": cache, **SLICE}
            place = f"inference, {'first' if heads == 'mha' else 'second'} table for LLaMA 2-13B"
            for name, formula, printed, exact in (
                ("step", STEP, f"{milliseconds} ms", step),
                ("rate", RATE, tokens, rate),
            ):
                expect = "matches" if printed == "10.50 ms" else "rounds"
                yield Claim(
                    f"{heads}-{name}-{batch}",
                    formula,
                    given,
                    printed,
                    "austin2025",
                    expect=expect,
                    exact=exact,
                    place=place,
                )


derivation = Derivation(
    name="latency_and_throughput",
    units="named",
    title="Latency and throughput",
    claim=(
        "Bound by reading, the throughput saturates as B/(B + B_1/2) of bandwidth over one cache, half of it being "
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
        Instance(
            "LLaMA 2-13B, multi-head: batch of equal sizes",
            "weight_bytes/cache_bytes",
            {"weight_bytes": 26 * 10**9, "cache_bytes": 67 * 10**8},
            "260/67",
            "sequences",
            "already 4 sequences of 8192 tokens are as large as the weights",
        ),
        Instance(
            "the same with a cache five times smaller",
            "weight_bytes/cache_bytes",
            {"weight_bytes": 26 * 10**9, "cache_bytes": 134 * 10**7},
            "1300/67",
            "sequences",
            "19 sequences",
        ),
        Instance(
            "limit of the throughput, multi-head",
            "bandwidth/cache_bytes",
            {"bandwidth": 8 * 82 * 10**10, "cache_bytes": 67 * 10**8},
            "65600/67",
            "tokens/s",
            "979: a batch of 240 comes within 2 % of it",
        ),
    ),
    claims=tuple(_cells()),
)
