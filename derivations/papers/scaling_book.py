"""Do the inference chapter's tables of step time and throughput follow, and when does sharding both widths pay?"""

from fractions import Fraction

from symkv.derivations import Claim, Derivation, Instance, Step
from symkv.symbols import Symbol

PARTS = Symbol("parts", "X", "parts of the model width", "parts", "positive rational", dimension="1")
CHIPS = Symbol("n_slice", "N", "chips of a slice", "chips", "positive rational", dimension="1")
BEST = Symbol("best", r"X^{*}", "the best number of parts", "parts", "positive rational", dimension="1")
TRAFFIC = Symbol(
    "traffic", r"\theta", "traffic per element of the model width", "1", "positive rational", dimension="1"
)
LEAST = Symbol("least_traffic", r"\theta^{*}", "the least traffic", "1", "positive rational", dimension="1")
STACKED = Symbol("intensity", "I", "operations per element read", "1", "positive rational", dimension="1")
QUERIES = Symbol("n_queries", "T", "queries of one pass", "tokens", dimension="token")
GROUP = Symbol("group", r"g_{\mathrm{q}}", "query heads that share a KV head", "heads", dimension="1")

V5E = 820_000_000_000
BATCHES = (1, 8, 16, 32, 64, 240)
FULL = (6_700_000_000, "6.7", ("4.98", "12.13", "20.30", "36.65", "69.33", "249.09"))
FULL_RATES = ("200.61", "659.30", "787.99", "873.21", "923.13", "963.53")
FIFTH = (1_340_000_000, "1.34", ("4.17", "5.60", "7.23", "10.50", "17.04", "52.99"))
FIFTH_RATES = ("239.94", "1,429.19", "2,212.48", "3,047.62", "3,756.62", "4,529.34")
STEP = "(batch*cache_bytes + weight_bytes)/(n_chips*chip_bandwidth)"
HARDWARE = {"weight_bytes": 26_000_000_000, "n_chips": 8, "chip_bandwidth": V5E}
ATTENTION = {"d_model": 5120, "n_heads": 40, "d_head": 128, "n_layers": 40}
RING = {"rate": "4.5e10", "microsecond": "1/1000000", "shards": 8}
LLAMA = {"n_layers": 40, "n_kv_heads": 40, "d_head": 128, "bytes_per_element": 2, "n_tokens": 8192}


def _claim(name, expression, given, printed, exact, expect="rounds", **more):
    return Claim(name, expression, given, printed, "austin2025", expect, exact=exact, **more)


def _table(name, cache, times, rates, place):
    for batch, time, rate in zip(BATCHES, times, rates, strict=True):
        given = {**HARDWARE, "batch": batch, "cache_bytes": cache}
        seconds = Fraction(batch * cache + 26 * 10**9, 8 * V5E)
        expect = "matches" if Fraction(time) == 1000 * seconds else "rounds"
        yield _claim(f"{name}-step-{batch}", STEP, given, f"{time} ms", str(seconds), expect, place=place)
        yield _claim(f"{name}-rate-{batch}", f"batch/({STEP})", given, rate, str(batch / seconds), place=place)


derivation = Derivation(
    name="scaling_book",
    units="named",
    title="The scaling book's inference chapter",
    claim=(
        "All 24 cells of the LLaMA-2-13B tables follow from decimal gigabytes, though they are labelled GiB; two "
        "dimensions of sharding beat one from 72 chips on, where 81 is printed."
    ),
    symbols=(PARTS, BEST, CHIPS, TRAFFIC, LEAST, STACKED, QUERIES, GROUP, "n_tokens"),
    over_reals=("n_tokens", "n_queries"),
    steps=(
        Step(
            "traffic",
            "define",
            "traffic = 1/parts + 8*parts/n_slice",
            why="a feed-forward width of four, cut into N/X parts where the model width is cut into X, is sent twice",
            cite="austin2025",
        ),
        Step(
            "best",
            "given",
            "n_slice = 8*best**2",
            why="name the number of parts at which both terms are equal",
        ),
        Step("least", "define", "least_traffic = 2/best", why="and the traffic there"),
        Step(
            "reached",
            "specialise",
            "traffic = least_traffic",
            why="X = sqrt(N/8) reaches it",
            uses=("traffic", "best", "least"),
            where=("parts = best",),
        ),
        Step(
            "excess",
            "collect",
            "traffic - least_traffic = (parts - best)**2/(parts*best**2)",
            why="complete the square",
            uses=("traffic", "best", "least"),
        ),
        Step(
            "no_less",
            "bound",
            "traffic >= least_traffic",
            why="so that no other number of parts has less",
            uses=("excess",),
        ),
        Step(
            "threshold",
            "solve_for",
            "n_slice = 72",
            why="sharding the feed-forward width alone costs 4/3, both widths sqrt(128/N): equal at 128 * 9/16 chips",
            where=("n_slice*(4/3)**2 = 128",),
        ),
        Step("not_eighty_one", "collect", "128*(3/4)**2 = 72", why="the 72 chips from which both pay"),
        Step("eighty_one", "collect", "144*(3/4)**2 = 81", why="as if the root of 128 were 12"),
        Step(
            "define",
            "define",
            "intensity = n_tokens*n_queries*group/(n_queries*group + n_tokens)",
            why="operations over elements read, for T queries of g heads a group that attend to S rows",
            cite="austin2025",
            units=("1 = token",),
        ),
        Step(
            "decode",
            "limit",
            "n_tokens*n_queries*group/(n_queries*group + n_tokens) = n_queries*group",
            why="in a long context each row is used once by each query head that shares it",
            over="n_tokens",
        ),
        Step(
            "prefill",
            "specialise",
            "intensity = n_queries*group/(group + 1)",
            why="a prompt that attends to itself",
            uses=("define",),
            where=("n_tokens = n_queries",),
            units=("1 = token",),
        ),
        Step(
            "prefill_full",
            "specialise",
            "intensity = n_queries/2",
            why="half the prompt where no heads are shared",
            uses=("define",),
            where=("n_tokens = n_queries", "group = 1"),
            units=("1 = token",),
        ),
        Step(
            "never_more",
            "bound",
            "intensity <= n_queries*group",
            why="however long the context",
            uses=("define",),
            units=("1 = token",),
        ),
    ),
    instances=(
        Instance("cache of one sequence of 8192 tokens", "gqa.stored", LLAMA, 6710886400, "B", "6.7 GB, 6.25 GiB"),
        Instance("chips from which both widths pay", "128*(3/4)**2", {}, 72, "chips"),
    ),
    claims=(
        _claim("hardware", "flop_rate/bandwidth", {"flop_rate": "1.97e14", "bandwidth": "8.2e11"}, "240", "9850/41"),
        _claim("cache", "gqa.stored", LLAMA, "6.7 GB", 6710886400),
        _claim(
            "cache-labelled",
            "gqa.stored",
            LLAMA,
            "6.7 GiB",
            6710886400,
            "differs",
            ratio="134/125",
            cause="gigabytes under a heading in GiB",
            as_printed="gqa.stored/1e9*2**30",
            place="table of LLaMA-2-13B, row KV Cache Memory (GiB)",
        ),
        *_table("mha", FULL[0], FULL[2], FULL_RATES, "table of LLaMA-2-13B"),
        *_table("gqa", FIFTH[0], FIFTH[2], FIFTH_RATES, "table with a cache five times smaller"),
        _claim("ffw", "d_model**2*2.7*3*n_layers", {"d_model": 5120, "n_layers": 40}, "8.5e9", 8493465600),
        _claim("vocabulary", "2*n_words*d_model", {"n_words": 32000, "d_model": 5120}, "0.3e9", 327680000),
        _claim("attention", "4*d_model*n_heads*d_head*n_layers", ATTENTION, "4.2e9", 4194304000),
        _claim("quiz-cache", "per_token*n_tokens", {"per_token": 100000, "n_tokens": 8192}, "819 MB", 819200000),
        _claim(
            "quiz-small",
            "(batch*819e6 + n_total)/(n_chips*bandwidth)",
            {"batch": 4, "n_total": 30_000_000_000, "n_chips": 16, "bandwidth": "8.1e11"},
            "2.5 ms",
            "2773/1080000",
            "differs",
            ratio="2700/2773",
            cause="2.57 cut off rather than rounded",
            place="pop quiz",
        ),
        _claim(
            "quiz-large",
            "batch*819e6/(n_chips*bandwidth) + 2*batch*n_total/(n_chips*flop_rate)",
            {"batch": 256, "n_total": 30_000_000_000, "n_chips": 16, "bandwidth": "8.1e11", "flop_rate": "1.97e14"},
            "21 ms",
            "23327/1108125",
            place="pop quiz",
        ),
        _claim(
            "threshold",
            "128*(3/4)**2",
            {},
            "81",
            72,
            "differs",
            ratio="9/8",
            cause="a slip in the last product: 81 is 144 times 9/16",
            as_printed="12**2*(3/4)**2",
            place="question 7",
        ),
        _claim("latency-bound", "rate*microsecond*shards", RING, "360kB", 360000, "matches", place="appendix C"),
        _claim("activations", "batch*d_model", {"batch": 16, "d_model": 8192}, "131kB", 131072, place="appendix C"),
        _claim(
            "layer-parameters",
            "2*d_model*d_ff",
            {"d_model": 8192, "d_ff": 32768},
            "600M",
            536870912,
            "differs",
            ratio="1171875/1048576",
            decimals=-2,
            cause="two matrices of 8192 by 32768 hold 537 million parameters",
            place="appendix A",
        ),
    ),
)  # fmt: skip
