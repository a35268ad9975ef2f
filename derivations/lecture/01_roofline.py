"""How long does one decode step take at least, and why must a parameter be given its bytes?"""

from symkv.derivations import Claim, Derivation, Instance, Step
from symkv.symbols import Symbol


def _batch(name, letter, words):
    return Symbol(name, letter, words, "sequences", "positive rational", dimension="sequence")


def _seconds(name, letter, words):
    return Symbol(name, letter, words, "seconds", "positive rational", dimension="second")


FIRST = _batch("first_batch", "B_1", "sequences of a first batch")
SECOND = _batch("second_batch", "B_2", "sequences of a second batch")
SMALL = _batch("smaller_batch", r"B_{\mathrm{s}}", "a smaller batch")
LARGE = _batch("larger_batch", r"B_{\mathrm{l}}", "a larger batch")
MULTIPLIED = _seconds("seconds_per_sequence", r"\tau_{\Phi}", "time to multiply, of one sequence")
READ = _seconds("cache_seconds", r"\tau_{\kappa}", "time to read the cache of one sequence")
WEIGHTS = _seconds("weight_seconds", r"\tau_{\mathrm{w}}", "time to read the weights")


def _roofline(batch):
    return f"max({batch}*seconds_per_sequence, weight_seconds + {batch}*cache_seconds)"


derivation = Derivation(
    name="roofline",
    units="named",
    title="The roofline of a decode step",
    claim=(
        "A step takes at least the longer of the time to multiply and the time to read; weights and cache can be "
        "added only in bytes, and merging two batches never takes longer than running them one after the other."
    ),
    symbols=(
        "batch",
        FIRST,
        SECOND,
        SMALL,
        LARGE,
        "n_active",
        "n_total",
        "bytes_per_parameter",
        "n_tokens",
        "bytes_per_token",
        "multiply_rate",
        "bandwidth",
        "compute_seconds",
        "memory_seconds",
        "step_seconds",
        MULTIPLIED,
        READ,
        WEIGHTS,
    ),
    steps=(
        Step(
            "compute",
            "define",
            "compute_seconds = batch*n_active/multiply_rate",
            why="each sequence multiplies by every active parameter once; the arithmetic of attention is left out",
            cite="pope2026",
        ),
        Step(
            "memory",
            "define",
            "memory_seconds = (bytes_per_parameter*n_total + batch*n_tokens*bytes_per_token)/bandwidth",
            why="all weights are read once, whatever the batch, and each sequence reads its own cache",
            cite="pope2026",
        ),
        Step(
            "two_terms",
            "expand",
            "memory_seconds = bytes_per_parameter*n_total/bandwidth + batch*n_tokens*bytes_per_token/bandwidth",
            why="a constant for the weights, and a line in the batch for the cache",
            uses=("memory",),
        ),
        Step(
            "spoken",
            "specialise",
            "memory_seconds = (n_total + batch*n_tokens*bytes_per_token)/bandwidth",
            why="the form on the blackboard: parameters can stand beside bytes only where each is one byte",
            uses=("memory",),
            where=("bytes_per_parameter = 1",),
        ),
        Step(
            "silent",
            "collect",
            "memory_seconds - (n_total + batch*n_tokens*bytes_per_token)/bandwidth"
            " = (bytes_per_parameter - 1)*n_total/bandwidth",
            why="what the blackboard leaves out at any other precision",
            uses=("memory",),
            units=("1 = byte/parameter",),
        ),
        Step(
            "step",
            "given",
            "step_seconds >= max(compute_seconds, memory_seconds)",
            why="premise: reading and multiplying overlap at best perfectly",
            cite="pope2026",
        ),
        Step(
            "at_least_compute",
            "bound",
            "step_seconds >= batch*n_active/multiply_rate",
            why="the maximum is at least its first argument",
            uses=("step", "compute"),
        ),
        Step(
            "at_least_read",
            "bound",
            "step_seconds >= bytes_per_parameter*n_total/bandwidth + batch*n_tokens*bytes_per_token/bandwidth",
            why="a maximum is at least its second argument too",
            uses=("step", "two_terms"),
        ),
        Step(
            "overlap_saves",
            "cases",
            "compute_seconds + memory_seconds - max(compute_seconds, memory_seconds)"
            " = min(compute_seconds, memory_seconds)",
            why="perfect overlap hides the shorter of the two times, and nothing more",
        ),
        Step(
            "at_most_half",
            "cases",
            "(compute_seconds + memory_seconds)/2 - min(compute_seconds, memory_seconds)"
            " = (max(compute_seconds, memory_seconds) - min(compute_seconds, memory_seconds))/2",
            why="it saves half of what both take one after the other, less half of their difference",
        ),
        Step(
            "difference",
            "bound",
            "min(compute_seconds, memory_seconds) <= max(compute_seconds, memory_seconds)",
            why="a difference that is never negative",
        ),
        Step(
            "half_is_reached",
            "specialise",
            "min(compute_seconds, memory_seconds) = (compute_seconds + memory_seconds)/2",
            why="overlap saves just half where the two times are in balance",
            where=("compute_seconds = memory_seconds",),
        ),
        Step(
            "balance",
            "solve_for",
            "n_tokens = (batch*n_active*bandwidth/multiply_rate - bytes_per_parameter*n_total)/(batch*bytes_per_token)",
            why="the context at which neither waits for the other",
            uses=("compute", "memory"),
            where=("compute_seconds = memory_seconds",),
        ),
        Step(
            "monotone",
            "bound",
            f"{_roofline('smaller_batch')} <= {_roofline('larger_batch')}",
            why="a step of more sequences takes no less time",
            where=("smaller_batch <= larger_batch",),
        ),
        Step(
            "merged",
            "bound",
            f"{_roofline('(first_batch + second_batch)')} <= {_roofline('first_batch')} + {_roofline('second_batch')}",
            why="two batches run together take no longer than one after the other: the roofline is subadditive",
        ),
        Step(
            "merged_saves",
            "specialise",
            f"{_roofline('first_batch')} + {_roofline('second_batch')} - {_roofline('(first_batch + second_batch)')}"
            " = weight_seconds",
            why="where reading binds all three, the saving is just one reading of the weights",
            where=(
                "(first_batch + second_batch)*seconds_per_sequence"
                " <= weight_seconds + (first_batch + second_batch)*cache_seconds",
                "first_batch*seconds_per_sequence <= weight_seconds + first_batch*cache_seconds",
                "second_batch*seconds_per_sequence <= weight_seconds + second_batch*cache_seconds",
            ),
        ),
    ),
    over_reals=("n_tokens",),
    instances=(
        Instance(
            "reading DeepSeek-V3 in 8 bits, one TB/s",
            "bytes_per_parameter*n_total/bandwidth",
            {"bytes_per_parameter": 1, "n_total": 671 * 10**9, "bandwidth": 10**12},
            "671/1000",
            "s",
            "37 billion of the 671 billion parameters are active, all are read",
        ),
        Instance(
            "the same in 4 bits",
            "bytes_per_parameter*n_total/bandwidth",
            {"bytes_per_parameter": "1/2", "n_total": 671 * 10**9, "bandwidth": 10**12},
            "671/2000",
            "s",
            "the blackboard's form would still say 0.671 s",
        ),
    ),
    claims=(
        Claim(
            "total-parameters",
            "n_total",
            {"n_total": 671 * 10**9},
            "700e9",
            "pope2026",
            expect="rounds",
            decimals=-11,
            exact=671 * 10**9,
            ratio="700/671",
            place="00:00:00",
            note="spoken as 700 billion; DeepSeek-V3 has 671 billion",
        ),
        Claim(
            "pass-over-kv",
            "24/(2*2)",
            {},
            "6",
            "kipply2022",
            exact=6,
            place="section kv cache",
            note="both get a factor of 6; layers and width cancel",
        ),
    ),
)
