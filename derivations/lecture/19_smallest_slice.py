"""Which slice is the smallest that serves a model, and why is it not the one that serves most?"""

from symkv.derivations import Derivation, Instance, Step
from symkv.symbols import Symbol


def _symbol(name, letter, words, unit, dimension):
    return Symbol(name, letter, words, unit, "positive rational", dimension=dimension)


CACHE = _symbol("cache_bytes", "K", "bytes of the cache of one sequence", "bytes", "byte")
WEIGHTS = _symbol("weight_bytes", r"M_{\mathrm{w}}", "bytes of the weights", "bytes", "byte")
FIT = _symbol("caches_that_fit", "B_n", "caches that fit beside the weights, not rounded", "sequences", "sequence")
FEWER = Symbol("fewer_chips", "n'", "a smaller number of chips", "chips", dimension="1")

ROOM = "(n_chips*hbm_bytes - weight_bytes)"
CONTEXT = {"n_tokens": 8192, "n_total": 70 * 10**9, "hbm_bytes": 16 * 10**9}
COUNT = "(n_chips*hbm_bytes - bytes_per_parameter*n_total)/(bytes_per_token*n_tokens)"

derivation = Derivation(
    name="smallest_slice",
    units="named",
    title="The smallest slice",
    claim=(
        "The fewest chips are a ceiling set by the weights; beyond it each further chip adds the same caches, so the "
        "caches per chip grow with the slice, and doubling it more than doubles the sequences served."
    ),
    symbols=("n_chips", "hbm_bytes", CACHE, WEIGHTS, FIT, FEWER),
    steps=(
        Step(
            "enough",
            "bound",
            "n_chips*hbm_bytes >= weight_bytes",
            why="the weights fit from this many chips on",
            where=("n_chips >= ceil(weight_bytes/hbm_bytes)",),
        ),
        Step(
            "not_enough",
            "bound",
            "n_chips*hbm_bytes < weight_bytes",
            why="they fit on no fewer",
            where=("n_chips < ceil(weight_bytes/hbm_bytes)",),
        ),
        Step(
            "fit",
            "define",
            f"caches_that_fit = {ROOM}/cache_bytes",
            why="the rest of the memory holds caches",
            cite="austin2025",
        ),
        Step(
            "per_chip",
            "cancel",
            "caches_that_fit/n_chips = hbm_bytes/cache_bytes - weight_bytes/(n_chips*cache_bytes)",
            why="each chip holds what it could, less its share of the weights",
            uses=("fit",),
        ),
        Step(
            "larger_slice",
            "cancel",
            f"{ROOM}/(cache_bytes*n_chips) - (fewer_chips*hbm_bytes - weight_bytes)/(cache_bytes*fewer_chips)"
            " = weight_bytes/cache_bytes*(1/fewer_chips - 1/n_chips)",
            why="a larger slice holds more caches per chip, as each chip carries fewer weights",
        ),
        Step(
            "more_per_chip",
            "bound",
            "weight_bytes/(n_chips*cache_bytes) < weight_bytes/(fewer_chips*cache_bytes)",
            why="the share of the weights falls strictly with the chips",
            where=("fewer_chips < n_chips",),
        ),
        Step(
            "limit",
            "limit",
            f"{ROOM}/(cache_bytes*n_chips) = hbm_bytes/cache_bytes",
            why="in a large slice the weights no longer count",
            over="n_chips",
        ),
        Step(
            "below",
            "bound",
            "caches_that_fit/n_chips < hbm_bytes/cache_bytes",
            why="no slice reaches that",
            uses=("fit",),
        ),
        Step(
            "doubled",
            "cancel",
            "((n_chips + n_chips)*hbm_bytes - weight_bytes)/cache_bytes - (caches_that_fit + caches_that_fit)"
            " = weight_bytes/cache_bytes",
            why="doubling the slice doubles the caches, and adds those that a second copy of the weights would take",
            uses=("fit",),
        ),
        Step(
            "doubled_whole",
            "bound",
            f"floor({ROOM}/cache_bytes) + floor({ROOM}/cache_bytes)"
            " <= floor(((n_chips + n_chips)*hbm_bytes - weight_bytes)/cache_bytes)",
            why="so it is for whole caches: two small slices never hold more than one of twice the size",
        ),
    ),
    instances=(
        Instance(
            "Llama-3-70B in bf16 on 16 chips",
            COUNT,
            {**CONTEXT, "n_chips": 16, "bytes_per_parameter": 2, "bytes_per_token": 327_680},
            "11328125/262144",
            "sequences",
            "43 caches of 8192 tokens",
        ),
        Instance(
            "in 8 bits on 8 chips",
            COUNT,
            {**CONTEXT, "n_chips": 8, "bytes_per_parameter": 1, "bytes_per_token": 163_840},
            "11328125/262144",
            "sequences",
            "43 as well",
        ),
        Instance(
            "in 4 bits on 4 chips",
            COUNT,
            {**CONTEXT, "n_chips": 4, "bytes_per_parameter": "1/2", "bytes_per_token": 81_920},
            "11328125/262144",
            "sequences",
            "43 again: half the bytes on half the chips",
        ),
    ),
)
