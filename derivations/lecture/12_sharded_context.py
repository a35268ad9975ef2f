"""How long a context fits where heads, or sequences, are spread over the chips?"""

from symkv.derivations import Claim, Derivation, Instance, Step
from symkv.symbols import Symbol

BUDGET = Symbol(
    "cache_budget", "M", "bytes of one chip that the cache may fill", "bytes", "positive rational", dimension="byte"
)
PER_CHIP = Symbol("heads_per_chip", "h", "KV heads that one chip keeps", "heads", dimension="head/layer")
KEPT = Symbol("kept_heads", "h_n", "KV heads that all chips keep, with copies", "heads", dimension="head/layer")
ROW = Symbol(
    "row_bytes",
    "r",
    "bytes of key and value of one head in all layers, for one token",
    "bytes",
    "positive rational",
    dimension="byte*layer/(head*token)",
)

WAVES = Symbol("n_waves", "k", "sequences that one chip keeps", "sequences", dimension="sequence")

BY_HEADS = "batch*ceil(n_kv_heads/n_chips)*row_bytes"
BY_BATCH = "ceil(batch/n_chips)*n_kv_heads*row_bytes"
HEADS = "cache_budget/(batch*2*n_layers*ceil(n_kv_heads/n_chips)*d_head*bytes_per_element)"
BATCH = "cache_budget/(ceil(batch/n_chips)*2*n_layers*n_kv_heads*d_head*bytes_per_element)"
ALL_KEPT = "n_chips*cache_budget/(batch*2*n_layers*kept_heads*d_head*bytes_per_element)"
PALM = {"cache_budget": "51539607552/5", "n_layers": 118, "bytes_per_element": 2, "n_chips": 64}  # 0.3 of 32 GiB
MULTI_HEAD, COPIED = {"kept_heads": 64, "d_head": 128}, {"kept_heads": 64, "d_head": 256}
ONE_HEAD = {"kept_heads": 1, "d_head": 256}

TABLE = (  # layout, heads, batch, printed, digits that count, verdict, exact, printed/exact
    ("multi-head", MULTI_HEAD, 128, "1,320", -1, "differs", "393216/295", "16225/16384"),
    ("multi-head", MULTI_HEAD, 512, "330", -1, "rounds", "98304/295", "16225/16384"),
    ("multi-query-by-heads", COPIED, 128, "660", -1, "differs", "196608/295", "16225/16384"),
    ("multi-query-by-heads", COPIED, 512, "165", 0, "differs", "49152/295", "16225/16384"),
    ("multi-query-by-batch", ONE_HEAD, 128, "43,000", -3, "rounds", "12582912/295", "1585625/1572864"),
    ("multi-query-by-batch", ONE_HEAD, 512, "10,700", -2, "rounds", "3145728/295", "789125/786432"),
)
CAUSE = "rounded down from 166.6 to 165, of which the other cells are 2, 4 and 8 times: all are 1 % below"
SEEN = "table seen in two summaries that agree; 0.3 of 32 GiB, 118 layers, 64 chips, 16 bits reproduce it"

derivation = Derivation(
    name="sharded_context",
    units="named",
    title="The longest context over many chips",
    claim=(
        "Spread by heads, each chip keeps a whole number of heads, so a single one is copied to every chip; spread by "
        "sequences it is not, and multi-query attention then reaches a context longer by the number of chips."
    ),
    symbols=(
        "n_tokens",
        "batch",
        "n_layers",
        "n_kv_heads",
        "d_head",
        "bytes_per_element",
        "n_chips",
        BUDGET,
        PER_CHIP,
        KEPT,
        ROW,
        WAVES,
    ),
    steps=(
        Step(
            "row",
            "define",
            "row_bytes = 2*n_layers*d_head*bytes_per_element",
            why="a key and a value for each head, in every layer",
        ),
        Step(
            "per_chip",
            "define",
            "heads_per_chip = ceil(n_kv_heads/n_chips)",
            why="heads are not cut: each chip keeps a whole number of them, some perhaps padding",
            cite="pope2022",
        ),
        Step(
            "padded",
            "bound",
            "n_chips*ceil(n_kv_heads/n_chips) >= n_kv_heads",
            why="together the chips keep no fewer heads than there are",
        ),
        Step(
            "padding",
            "bound",
            "n_chips*ceil(n_kv_heads/n_chips) - n_kv_heads < n_chips",
            why="padding adds fewer than one head a chip",
            units=("1 = head/layer",),
        ),
        Step(
            "none_padded",
            "cases",
            "n_chips*ceil(n_kv_heads/n_chips) = n_kv_heads",
            why="nothing is padded where the chips divide the heads",
            where=("n_kv_heads = n_chips*heads_per_chip",),
            units=("1 = head/layer",),
        ),
        Step(
            "one_each",
            "cases",
            "ceil(n_kv_heads/n_chips) = 1",
            why="with no more heads than chips each chip keeps one, copied or padded",
            where=("n_kv_heads <= n_chips",),
            units=("1 = head/layer",),
        ),
        Step(
            "copies",
            "specialise",
            "n_chips*ceil(n_kv_heads/n_chips)/n_kv_heads = n_chips",
            why="a single head is kept as often as there are chips",
            where=("n_kv_heads = 1",),
        ),
        Step(
            "by_heads",
            "bound",
            f"n_tokens*{BY_HEADS} <= cache_budget",
            why="spread by heads, a context up to this floor fits",
            where=(f"n_tokens <= floor(cache_budget/({BY_HEADS}))",),
        ),
        Step(
            "by_heads_no_more",
            "bound",
            f"n_tokens*{BY_HEADS} > cache_budget",
            why="a longer context does not fit",
            where=(f"n_tokens > floor(cache_budget/({BY_HEADS}))",),
        ),
        Step(
            "by_batch",
            "bound",
            f"n_tokens*{BY_BATCH} <= cache_budget",
            why="spread by sequences, each chip keeps all heads of its own ones",
            where=(f"n_tokens <= floor(cache_budget/({BY_BATCH}))",),
        ),
        Step(
            "by_batch_no_more",
            "bound",
            f"n_tokens*{BY_BATCH} > cache_budget",
            why="that end is sharp too",
            where=(f"n_tokens > floor(cache_budget/({BY_BATCH}))",),
        ),
        Step(
            "never_below_even",
            "bound",
            f"n_chips*{BY_BATCH} >= batch*n_kv_heads*row_bytes",
            why="no layout keeps less than every sequence once",
        ),
        Step(
            "even",
            "cases",
            f"n_chips*{BY_BATCH} = batch*n_kv_heads*row_bytes",
            why="spread by sequences, chips that divide the batch keep just that",
            where=("batch = n_chips*n_waves",),
        ),
        Step(
            "longest",
            "substitute",
            f"cache_budget/({BY_HEADS}) = {HEADS}",
            why="the longest context, written out, for heads over the chips",
            uses=("row",),
        ),
        Step(
            "kept",
            "define",
            "kept_heads = n_chips*ceil(n_kv_heads/n_chips)",
            why="all chips together keep these heads: 64 for 48 heads on 64 chips, and as many for a single one",
        ),
        Step(
            "of_all_chips",
            "cancel",
            f"cache_budget/({BY_HEADS}) = {ALL_KEPT}",
            why="that context is the budget of all chips over the heads that all chips keep",
            uses=("row", "kept"),
        ),
        Step(
            "gain",
            "cancel",
            f"({BATCH})/({HEADS}) = batch*ceil(n_kv_heads/n_chips)/(ceil(batch/n_chips)*n_kv_heads)",
            why="the ratio of the two contexts: width, layers and precision cancel",
        ),
        Step(
            "gain_of_one_head",
            "specialise",
            "batch*ceil(n_kv_heads/n_chips)/(ceil(batch/n_chips)*n_kv_heads) = n_chips",
            why="for a single head it is the number of chips",
            where=("n_kv_heads = 1", "batch = n_chips*n_waves"),
        ),
    ),
    instances=(
        *(
            Instance(
                f"{layout}, batch {batch}",
                ALL_KEPT,
                {**PALM, **heads, "batch": batch},
                exact,
                "tokens",
                f"printed {printed}",
            )
            for layout, heads, batch, printed, _, _, exact, _ in TABLE
        ),
        Instance(
            "multi-head, batch 128, the 48 heads spread evenly",
            ALL_KEPT,
            {**PALM, **MULTI_HEAD, "kept_heads": 48, "batch": 128},
            "524288/295",
            "tokens",
            "1777: without the padding to 64 the table would not come out",
        ),
    ),
    claims=(
        *(
            Claim(
                f"{layout}-{batch}",
                ALL_KEPT,
                {**PALM, **heads, "batch": batch},
                printed,
                "pope2022",
                expect=expect,
                decimals=decimals,
                exact=exact,
                ratio=ratio,
                cause=CAUSE if expect == "differs" else "",
                place="table 1",
                note=SEEN,
            )
            for layout, heads, batch, printed, decimals, expect, exact, ratio in TABLE
        ),
        Claim(
            "thirty-two-times",
            "n_chips*d_multi_head/d_multi_query",
            {"n_chips": 64, "d_multi_head": 128, "d_multi_query": 256},
            "32x",
            "pope2022",
            exact=32,
            place="abstract",
            note="up to 32 times longer contexts: 64 chips, and heads of twice the width",
        ),
        Claim(
            "three-terabytes",
            "batch*n_tokens*2*n_layers*n_kv_heads*d_head*bytes_per_element",
            {"batch": 512, "n_tokens": 2048, "n_layers": 118, "bytes_per_element": 2, "n_kv_heads": 48, "d_head": 128},
            "3 TB",
            "pope2022",
            expect="rounds",
            exact=3040836845568,
            ratio="244140625/247463936",
            place="section 2",
            note="for a multi-head model; seen in a summary",
        ),
    ),
)
