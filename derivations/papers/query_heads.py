"""What goes wrong where query heads are counted for KV heads, a head for a layer, or a factor twice?"""

from symkv.derivations import Claim, Derivation, Instance, Step
from symkv.symbols import Symbol


def _per_token(name, letter, words):
    return Symbol(name, letter, words, "bytes", "positive rational", dimension="byte/token")


TRUE = _per_token("true_per_token", r"\kappa", "bytes stored per token")
QUERIES = _per_token("query_per_token", r"\hat\kappa", "bytes per token with query heads counted")
ESTIMATE = Symbol("tool_estimate", r"\tilde\kappa", "a tool's estimate", "bytes", "positive rational", dimension="1")
KEPT = Symbol(
    "tool_kept",
    r"\kappa^{\mathrm{t}}",
    "bytes that the tool's model keeps per token",
    "bytes",
    "positive rational",
    dimension="1",
)
GROUP = Symbol("group", r"g_{\mathrm{q}}", "query heads that share a KV head", "heads", dimension="1")
DEPTH, HEADS, KV, WIDTH = (
    Symbol(name, letter, words, "1", dimension="1")
    for name, letter, words in (
        ("tool_layers", r"L^{\mathrm{t}}", "layers of the tool's model"),
        ("tool_heads", r"n_{\mathrm{q}}^{\mathrm{t}}", "query heads of the tool's model"),
        ("tool_kv_heads", r"n_{\mathrm{kv}}^{\mathrm{t}}", "KV heads of the tool's model"),
        ("tool_width", r"d_{\mathrm{h}}^{\mathrm{t}}", "width of a head of the tool's model"),
    )
)
LESSON = "lesson 7.12, KV cache math"
SEVEN = {"n_layers": 32, "n_heads": 32, "d_head": 128, "bytes_per_element": 2}
EIGHT = {"n_kv_heads": 8, "d_head": 128, "bytes_per_element": 2}
SEVENTY = {**EIGHT, "n_layers": 80, "n_tokens": "32Ki"}
OPT = {"n_layers": 40, "n_heads": 40, "d_head": 128, "bytes_per_element": 2}


def _claim(name, expression, given, printed, exact, source, expect="matches", **more):
    return Claim(name, expression, given, printed, source, expect, exact=exact, **more)


derivation = Derivation(
    name="query_heads",
    units="named",
    title="Query heads counted for KV heads",
    claim=(
        "Counting query heads overstates a cache by the size of a group; counting one head understates it by the "
        "number of KV heads; and a formula with a factor of query heads too many is off by a quarter of them."
    ),
    symbols=(
        TRUE,
        QUERIES,
        ESTIMATE,
        KEPT,
        GROUP,
        DEPTH,
        HEADS,
        KV,
        WIDTH,
        "n_layers",
        "n_heads",
        "n_kv_heads",
        "d_head",
        "bytes_per_element",
    ),
    steps=(
        Step(
            "true",
            "built",
            "true_per_token = n_layers*2*n_kv_heads*d_head*bytes_per_element",
            why="what grouped heads keep",
            uses=("gqa.growth",),
        ),
        Step(
            "tool_heads",
            "built",
            "query_per_token = n_layers*2*n_heads*d_head*bytes_per_element",
            why="what is kept if each query head has a key and a value",
            uses=("mha.growth",),
        ),
        Step(
            "overstated",
            "specialise",
            "query_per_token/true_per_token = group",
            why="overstated by the size of a group",
            uses=("true", "tool_heads"),
            where=("n_heads = group*n_kv_heads",),
        ),
        Step(
            "never_less",
            "bound",
            "query_per_token >= true_per_token",
            why="never understated, for no model has more KV heads than query heads",
            uses=("true", "tool_heads"),
            where=("n_heads >= n_kv_heads",),
        ),
        Step(
            "one_head",
            "cancel",
            "true_per_token/(n_layers*2*d_head*bytes_per_element) = n_kv_heads",
            why="one head counted for a layer understates by the number of KV heads",
            uses=("true",),
        ),
        Step(
            "tool_estimate",
            "given",
            "tool_estimate = 2*tool_layers*tool_heads*(tool_heads*tool_width)*4/8",
            why="premise: the formula of a tool, the model's width being that of all query heads",
            cite="ranaraki2026",
        ),
        Step(
            "tool_kept", "define", "tool_kept = 2*tool_layers*tool_kv_heads*tool_width*2", why="what is kept in 16 bits"
        ),
        Step(
            "too_many",
            "cancel",
            "tool_estimate/tool_kept = tool_heads**2/(4*tool_kv_heads)",
            why="one factor of query heads too many, and the KV heads not seen",
            uses=("tool_estimate", "tool_kept"),
        ),
        Step(
            "full_attention",
            "specialise",
            "tool_estimate/tool_kept = tool_heads/4",
            why="with multi-head attention",
            uses=("too_many",),
            where=("tool_kv_heads = tool_heads",),
        ),
        Step(
            "eight_times",
            "specialise",
            "tool_estimate/tool_kept = 8",
            why="32 heads: eight times, as the issue says",
            uses=("full_attention",),
            where=("tool_heads = 32",),
        ),
        Step(
            "grouped_further",
            "specialise",
            "tool_estimate/tool_kept = tool_heads/4*group",
            why="and with grouped heads by the group besides",
            uses=("too_many",),
            where=("tool_heads = group*tool_kv_heads",),
        ),
        Step("lesson_70b", "collect", "80*4096*32768 = 10*2**30", why="ten GiB, or 10.74 GB, where 10.4 GB is printed"),
        Step(
            "lesson_mha", "collect", "80*2*64*128*2*32768 = 80*2**30", why="80 GiB with 64 heads, where 32 is printed"
        ),
    ),
    instances=(
        Instance(
            "one layer of a 7B model, per token", "mha.growth", {**SEVEN, "n_layers": 1}, 16384, "B", "512 B a head"
        ),
        Instance("overstated, Llama-3 8B", "n_heads/n_kv_heads", {"n_heads": 32, "n_kv_heads": 8}, 4),
    ),
    claims=(
        _claim(
            "lesson-layer",
            "mha.growth",
            {**SEVEN, "n_layers": 1},
            "512 B",
            16384,
            "rohitg2026",
            "differs",
            ratio="1/32",
            cause="the bytes of one head, called those of a layer with 32",
            as_printed="mha.growth/n_heads",
            place=LESSON,
        ),
        _claim(
            "lesson-token",
            "mha.growth",
            SEVEN,
            "16 KB",
            524288,
            "rohitg2026",
            "differs",
            ratio="1/32",
            cause="one head of each layer counted",
            as_printed="mha.growth/n_heads",
            place=LESSON,
        ),
        _claim(
            "lesson-context",
            "mha.stored",
            {**SEVEN, "n_tokens": "32Ki"},
            "512 MB",
            17179869184,
            "rohitg2026",
            "differs",
            ratio="1/32",
            cause="one head of each layer counted: it is 16 GiB",
            as_printed="mha.stored/n_heads",
            place=LESSON,
        ),
        _claim("lesson-70b-layer", "gqa.growth", {**EIGHT, "n_layers": 1}, "4 KB", 4096, "rohitg2026", place=LESSON),
        _claim(
            "lesson-70b",
            "gqa.stored",
            SEVENTY,
            "10.4 GB",
            10737418240,
            "rohitg2026",
            "differs",
            ratio="1015625/1048576",
            cause="neither 10.74 GB nor 10 GiB",
            place=LESSON,
        ),
        _claim(
            "lesson-70b-mha",
            "mha.stored",
            {"n_layers": 80, "n_heads": 64, "d_head": 128, "bytes_per_element": 2, "n_tokens": "32Ki"},
            "32 GB",
            85899345920,
            "rohitg2026",
            "differs",
            ratio="2/5",
            cause="64 heads keep eight times what 8 keep; 32 would be about three times",
            place=LESSON,
            note="a review of the lesson found these, in pull request 57",
        ),
        _claim(
            "tool",
            "n_heads*4/8/2",
            {"n_heads": 32},
            "8x",
            8,
            "ranaraki2026",
        ),
        _claim(
            "estimator",
            "n_heads/n_kv_heads",
            {"n_heads": 32, "n_kv_heads": 8},
            "4x",
            4,
            "gemini2025",
            note="overestimate of Llama-3 8B with hidden_size in place of KV heads",
        ),
        _claim(
            "half-of-the-cache",
            "mha.growth",
            OPT,
            "0.625 MB",
            819200,
            "anyscale2023",
            "differs",
            ratio="4/5",
            cause="a width of 8192 for one of 5120, and keys without values",
            as_printed="n_layers*2**13*bytes_per_element",
            place="issue 25, a reader's attempt",
        ),
        _claim(
            "whole-cache",
            "mha.growth/1e6",
            OPT,
            "0.8",
            "512/625",
            "anyscale2023",
            "rounds",
            place="issue 25, a reader's answer",
        ),
    ),
)
