"""How many operations does attention do for each byte it reads, in prefill and in decode?"""

from symkv.derivations import Claim, Derivation, Instance, Step
from symkv.symbols import Symbol


def _symbol(name, letter, words, unit, dimension):
    return Symbol(name, letter, words, unit, "positive rational", dimension=dimension)


FLOP = _symbol("attention_flop", "F", "floating-point operations of attention", "operations", "flop")
BYTES = _symbol("attention_bytes", "Q", "bytes that attention reads and writes", "bytes", "byte")
WIDTH = _symbol("attention_width", "D", "model width, that of all query heads together", "elements", "1")
GROUP = _symbol("group_heads", r"g_{\mathrm{q}}", "query heads that share one KV head", "heads", "1")
INNER = _symbol("ff_width", "F_{\\mathrm{ff}}", "width of the feed-forward layer", "elements", "1")
GROWS = _symbol("width_factor", "c", "how many times wider the model is than its batch", "1", "1")

PURE = ("1 = token", "1 = flop/byte")
SHARED = "pass_tokens*n_tokens*group_heads/(pass_tokens*group_heads + n_tokens)"
ALL_HEADS = "n_tokens*pass_tokens/(n_tokens + pass_tokens)"

derivation = Derivation(
    name="attention_intensity",
    units="named",
    title="The arithmetic intensity of attention",
    claim=(
        "In prefill attention does half as many operations per byte as there are tokens; in decode fewer than one, "
        "or fewer than the group size where query heads share a KV head, whatever the batch and the context."
    ),
    symbols=("batch", "n_tokens", "pass_tokens", FLOP, BYTES, WIDTH, GROUP, INNER, GROWS),
    over_reals=("pass_tokens", "n_tokens", "batch"),
    steps=(
        Step(
            "flop",
            "define",
            "attention_flop = 4*batch*n_tokens*pass_tokens*attention_width",
            why="scores and values, a multiplication and an addition each, for every pair of tokens",
            units=("4 = flop", "1 = token"),
            cite="cs3362025",
        ),
        Step(
            "bytes",
            "define",
            "attention_bytes = 4*batch*pass_tokens*attention_width + 4*batch*n_tokens*(attention_width/group_heads)",
            why="in bf16: queries read and results written, keys and values read, as many as there are KV heads",
            units=("4 = byte", "1 = token"),
            cite="austin2025",
        ),
        Step(
            "intensity",
            "cancel",
            f"attention_flop/attention_bytes = {SHARED}",
            why="batch and width cancel: neither a larger batch nor a wider model helps",
            uses=("flop", "bytes"),
            units=PURE,
        ),
        Step(
            "multi_head",
            "specialise",
            f"attention_flop/attention_bytes = {ALL_HEADS}",
            why="multi-head attention has a KV head for each query head",
            uses=("intensity",),
            where=("group_heads = 1",),
            units=PURE,
        ),
        Step(
            "prefill",
            "specialise",
            "attention_flop/attention_bytes = n_tokens/2",
            why="in prefill each token attends to all: half the context",
            uses=("multi_head",),
            where=("pass_tokens = n_tokens",),
            units=PURE,
        ),
        Step(
            "decode",
            "specialise",
            f"{ALL_HEADS} = n_tokens/(n_tokens + 1)",
            why="in decode a single token attends to all",
            where=("pass_tokens = 1",),
            units=("1 = token",),
        ),
        Step(
            "symmetric",
            "bound",
            f"{ALL_HEADS} < min(n_tokens, pass_tokens)",
            why="the intensity lies below the smaller of the two, so below one in decode",
            units=("1 = token",),
        ),
        Step(
            "half_of_smaller",
            "bound",
            f"min(n_tokens, pass_tokens) <= {ALL_HEADS} + {ALL_HEADS}",
            why="it does not lie below half of the smaller one",
            units=("1 = token",),
        ),
        Step(
            "prefill_grouped",
            "specialise",
            f"{SHARED} = n_tokens*group_heads/(group_heads + 1)",
            why="in prefill sharing a KV head brings it from a half up to nearly the whole context",
            where=("pass_tokens = n_tokens",),
            units=("1 = token",),
        ),
        Step(
            "decode_limit",
            "limit",
            f"{SHARED} = pass_tokens*group_heads",
            why="in a long context the queries that share a key decide: the group size, for a pass of one token",
            over="n_tokens",
            units=("1 = token",),
        ),
        Step(
            "never_reached",
            "bound",
            f"{SHARED} < pass_tokens*group_heads",
            why="no context reaches the group size",
            units=("1 = token",),
        ),
        Step(
            "sharing_helps",
            "bound",
            f"{ALL_HEADS} < {SHARED}",
            why="every sharing raises it",
            where=("pass_tokens < pass_tokens*group_heads",),
            units=("1 = token",),
        ),
        Step(
            "feed_forward",
            "limit",
            "batch*(width_factor*batch)*(width_factor*batch)"
            "/(batch*(width_factor*batch) + (width_factor*batch)*(width_factor*batch)"
            " + batch*(width_factor*batch)) = batch",
            why="a matrix much wider than its batch takes as many operations a byte as the batch has tokens",
            over="width_factor",
        ),
        Step(
            "matrix",
            "bound",
            "batch*attention_width*ff_width"
            "/(batch*attention_width + attention_width*ff_width + batch*ff_width) < batch",
            why="it never does more: here a larger batch does help",
        ),
        Step(
            "equal_flop",
            "solve_for",
            "pass_tokens = 2*attention_width",
            why="attention does as much as its projections at twice the model width",
            where=("24*batch*pass_tokens*attention_width**2 = 12*batch*pass_tokens**2*attention_width",),
        ),
    ),
    instances=(
        Instance(
            "prefill of 8192 tokens",
            "n_tokens/2",
            {"n_tokens": 8192},
            4096,
            "flop/B",
            "far above a hardware ratio of 300",
        ),
        Instance(
            "decode at 8192 tokens, group of 8",
            SHARED,
            {"pass_tokens": 1, "n_tokens": 8192, "group_heads": 8},
            "8192/1025",
            "flop/B",
            "7.99: far below it",
        ),
    ),
    claims=(
        Claim(
            "equal-at-twice-the-width",
            "2*attention_width",
            {"attention_width": 4096},
            "8192",
            "austin2025",
            exact=8192,
            place="transformers, question 5",
        ),
        Claim(
            "prefill-half",
            "n_tokens*pass_tokens/(n_tokens + pass_tokens)/n_tokens",
            {"n_tokens": 240, "pass_tokens": 240},
            "0.5",
            "austin2025",
            exact="1/2",
            place="inference, attention",
            note="printed as half of the tokens",
        ),
        Claim(
            "compute-bound-from",
            "2*hardware_ratio",
            {"hardware_ratio": 240},
            "480",
            "austin2025",
            exact=480,
            place="inference, attention",
            note="prefill is usually bound by compute from about 480 tokens on",
        ),
    ),
)
