"""Which figures of "Transformer Inference Arithmetic" follow from its own inputs?"""

from symkv.derivations import Claim, Derivation, Instance, Step
from symkv.symbols import Symbol

KEYS = Symbol(
    "key_value_ops", r"\phi_{\mathrm{kv}}", "operations for the keys and values of a token", "flop", dimension="1"
)
PASS = Symbol("pass_ops", r"\phi", "operations of a token's pass", "flop", dimension="1")
DEPTH = Symbol("gpt_layers", "L", "layers", "layers", dimension="1")
WIDTH = Symbol("gpt_width", "d", "width of the model", "elements", dimension="1")
A100 = {"bandwidth": "1.5e12"}
FIFTY_TWO = {"n_layers": 64, "d_model": 8192}
GOPHER = {"n_parameters": 260_000_000_000, "n_gpus": 16}
LARGE = {**GOPHER, "batch": 512, "flop_rate": "312e12"}
RING = {"n_layers": 80, "d_model": 16384}
THIRTEEN = {"n_layers": 40, "d_model": 5120}
PASS_52 = "24*n_layers*d_model**2"


def _claim(name, expression, given, printed, exact, expect="rounds", **more):
    return Claim(name, expression, given, printed, "kipply2022", expect, exact=exact, **more)


derivation = Derivation(
    name="kipply",
    units="named",
    title="Transformer inference arithmetic",
    claim=(
        "Computing keys and values is a sixth of a pass, and a cache token of the 52 billion model takes 2,097,152 "
        "bytes, so that 16 GB hold 7629 tokens; four sequences of 2048 take 16 GiB."
    ),
    symbols=(KEYS, PASS, DEPTH, WIDTH, "n_tokens", "batch"),
    steps=(
        Step(
            "keys",
            "define",
            "key_value_ops = 2*2*gpt_layers*gpt_width**2",
            why="two products of a vector with a square matrix in each layer",
            cite="kipply2022",
        ),
        Step(
            "pass",
            "define",
            "pass_ops = gpt_layers*(2*3*gpt_width**2 + 2*gpt_width**2 + 16*gpt_width**2)",
            why="queries, keys and values, the output, and a feed-forward layer four times as wide",
            cite="kipply2022",
        ),
        Step("added", "collect", "pass_ops = 24*gpt_layers*gpt_width**2", why="added up", uses=("pass",)),
        Step(
            "sixth",
            "cancel",
            "key_value_ops/pass_ops = 1/6",
            why="so that keys and values are exactly a sixth of a pass",
            uses=("keys", "added"),
        ),
        Step(
            "saved",
            "specialise",
            "key_value_ops = 17179869184",
            why="the model of 52 billion parameters",
            uses=("keys",),
            where=("gpt_layers = 64", "gpt_width = 8192"),
        ),
        Step(
            "whole_pass",
            "specialise",
            "pass_ops = 103079215104",
            why="and its pass",
            uses=("added",),
            where=("gpt_layers = 64", "gpt_width = 8192"),
        ),
        Step("tokens", "collect", "16*10**9 = 7629*2097152 + 827392", why="16 GB hold 7629 tokens, with a rest"),
        Step("sequences", "collect", "7629 = 3*2048 + 1485", why="three sequences of 2048 tokens and part of a fourth"),
        Step("four", "collect", "4*2048*2097152 - 16*10**9 = 1179869184", why="four take 16 GiB, 1.18 GB too many"),
        Step("four_gpus", "collect", "56*10**9 = 26702*2097152 + 1847296", why="56 GB hold 26,702 tokens"),
        Step(
            "whole_sequences",
            "cases",
            "floor(n_tokens/batch)*batch = n_tokens - mod(n_tokens, batch)",
            why="tokens that serve whole sequences of equal length",
            units=("1 = token",),
        ),
        Step(
            "rounding_down_first",
            "bound",
            "batch*floor(n_tokens/batch) <= n_tokens",
            why="never more than there are",
            units=("1 = token",),
        ),
    ),
    instances=(
        Instance("bytes per token of the 52 billion model", "4*n_layers*d_model", FIFTY_TWO, 2097152, "B"),
        Instance("tokens in 16 GB", "16e9/(4*n_layers*d_model)", FIFTY_TWO, "1953125/256", "tokens", "7629.4"),
    ),
    claims=(
        _claim("key-value-operations", "2*2*n_layers*d_model**2", FIFTY_TWO, "17,179,869,184", 17179869184, "matches"),
        _claim("ratio", "flop_rate/bandwidth", {**A100, "flop_rate": "312e12"}, "208", 208, "matches"),
        _claim("pass", f"{PASS_52}/bandwidth", {**A100, **FIFTY_TWO}, "69 ms", "134217728/1953125000"),
        _claim("pass-on-four", f"{PASS_52}/(4*bandwidth)", {**A100, **FIFTY_TWO}, "17 ms", "33554432/1953125000"),
        _claim("share", "2*2/24", {}, "0.17", "1/6", note="printed as 1/6th"),
        _claim(
            "weights",
            "2*n_parameters",
            {"n_parameters": 52_000_000_000},
            "104e12 B",
            104000000000,
            "differs",
            ratio=1000,
            cause="52e12 written for 52e9; the 104 GB beside it is right",
            as_printed="2*n_parameters*10**3",
            place="capacity",
        ),
        _claim("weights-in-gb", "2*n_parameters", {"n_parameters": 52_000_000_000}, "104 GB", 104000000000, "matches"),
        _claim("left", "3*40e9 - 104e9", {}, "16 GB", 16000000000, "matches"),
        _claim("per-token", "4*n_layers*d_model", FIFTY_TWO, "2,097,152 B", 2097152, "matches"),
        _claim("per-token-in-gb", "4*n_layers*d_model", FIFTY_TWO, "0.002 GB", 2097152),
        _claim(
            "tokens",
            "16e9/(4*n_layers*d_model)",
            FIFTY_TWO,
            "8000",
            "1953125/256",
            ratio="16384/15625",
            decimals=-3,
        ),
        _claim(
            "four-sequences",
            "4*n_tokens*4*n_layers*d_model",
            {**FIFTY_TWO, "n_tokens": 2048},
            "16 GB",
            17179869184,
            "matches",
            note="exactly 16 GiB, but 1.18 GB more than the 16 GB that 120 - 104 leave",
        ),
        _claim(
            "tokens-on-four",
            "56e9/(4*n_layers*d_model)",
            FIFTY_TWO,
            "23000",
            "13671875/512",
            "differs",
            decimals=-3,
            ratio="11776000/13671875",
            cause="a slip in 56/0.002, which is 28000; unrounded, 26,702 tokens fit",
            place="capacity",
        ),
        _claim("small-batch", "2*n_parameters/(n_gpus*bandwidth)", {**A100, **GOPHER}, "22 ms", "13/600"),
        _claim("latency", "4*n_layers*8e-6", {"n_layers": 80}, "2560 us", "8/3125", "matches"),
        _claim(
            "latency-as-written",
            "2*4*n_layers*8e-6",
            {"n_layers": 80},
            "2560 us",
            "16/3125",
            "differs",
            ratio="1/2",
            cause="a factor of two in the symbols that the numbers leave out",
            as_printed="4*n_layers*8e-6",
            place="latency calculations",
        ),
        _claim("large-batch", "batch*2*n_parameters/(n_gpus*flop_rate)", LARGE, "53 ms", "4/75"),
        _claim(
            "large-batch-again",
            "batch*2*n_parameters/(n_gpus*flop_rate)",
            LARGE,
            "62 ms",
            "4/75",
            "differs",
            ratio="93/80",
            cause="left over from an earlier calculation: the same sentence has 53 ms",
            place="latency calculations",
        ),
        _claim("communication", "batch*8*n_layers*d_model/3e11", {**RING, "batch": 512}, "18 ms", "8388608/468750000"),
        _claim("communication-of-one", "8*n_layers*d_model/3e11", RING, "35 us", "16384/468750000"),
        _claim(
            "balance",
            "bandwidth/flop_rate",
            {**A100, "flop_rate": "312e12"},
            "208",
            "1/208",
            "differs",
            ratio=43264,
            cause="written upside down: operations over bytes are meant",
            as_printed="flop_rate/bandwidth",
            place="batch sizes",
        ),
        _claim("operations-per-byte", "312e12/3e11", {}, "1040", 1040, "matches"),
        _claim("pass-operations", "24*n_layers*d_model**2", FIFTY_TWO, "103079215104", 103079215104, "matches"),
        _claim("parameters", "12*n_layers*d_model**2", FIFTY_TWO, "51.5e9", 51539607552),
        _claim("intermediates", "0.43*8/64", {}, "0.05375", "43/800", "matches"),
        _claim("thirteen-on-one", f"{PASS_52}/bandwidth", {**A100, **THIRTEEN}, "16.8 ms", "262144/15625000"),
        _claim("thirteen-on-two", f"{PASS_52}/(2*bandwidth)", {**A100, **THIRTEEN}, "8.4 ms", "131072/15625000"),
        _claim("one-gpu-reached", "16.8/22", {}, "76%", "42/55"),
        _claim("two-gpus-reached", "8.4/13.5", {}, "62%", "28/45"),
        _claim("updated-ratio", "312e12/(1.5e12*0.9)", {}, "231", "2080/9"),
        _claim("mlp", "512*4*d_model**2*2/312e12", {"d_model": 5120}, "344 us", "8388608/24375000000"),
        _claim("projection", "512*d_model**2*2/312e12", {"d_model": 5120}, "86 us", "2097152/24375000000"),
        _claim("mlp-reached", "344/476", {}, "72%", "86/119"),
        _claim("projection-reached", "86/159", {}, "54%", "86/159"),
        _claim("exercise", "256*2*52e9/(4*312e12)", {}, "21 ms", "4/187.5"),
        _claim("exercise-communication", "256*8*64*8192/3e11", {}, "4 ms", "524288/146484375"),
    ),
)  # fmt: skip
