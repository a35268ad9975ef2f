"""What do fewer KV heads save, per model and per rank, and which printed sizes follow from the head counts?"""

from fractions import Fraction

from symkv.caches import Stack, quantity
from symkv.derivations import Claim, Derivation, Instance, Step
from symkv.symbols import Symbol
from symkv.variants import variant


def _per_token(name, letter, words):
    return Symbol(name, rf"\kappa_{{\mathrm{{{letter}}}}}", words, "bytes", "positive rational", dimension="byte/token")


FULL = _per_token("mha_per_token", "MHA", "bytes stored per token by multi-head attention")
GROUPED = _per_token("gqa_per_token", "GQA", "bytes stored per token by grouped heads")
RANK = Symbol(
    "rank_per_token",
    r"\kappa_{\mathrm{rank}}",
    "bytes stored per token on one tensor-parallel rank",
    "bytes",
    "positive rational",
    dimension="byte/(rank*token)",
)
GROUP = Symbol("group", r"g_{\mathrm{q}}", "query heads that share a KV head", "heads", dimension="1")
EIGHT = {"n_kv_heads": 8, "d_head": 128, "bytes_per_element": 2}
SIZES = (("8b", 32, "0.125 GB", "1.95 GB", "15.62 GB"), ("70b", 80, "0.313 GB", "4.88 GB", "39.06 GB"))
TIES = {"15.62 GB": "3124/3125", "0.313 GB": "626/625"}  # printed/exact where the exact value lies halfway
LENGTHS = ("1Ki", "16k", "128k")


def _table():
    for name, layers, *cells in SIZES:
        for tokens, printed in zip(LENGTHS, cells, strict=True):
            count = {"1Ki": 1024, "16k": 16000, "128k": 128000}[tokens]
            exact = layers * 4096 * count
            yield Claim(
                f"llama-3-1-{name}-{tokens.lower()}",
                "gqa.stored",
                {**EIGHT, "n_layers": layers, "n_tokens": tokens},
                printed,
                "schmid2024",
                "matches" if printed == "0.125 GB" else "rounds",
                "GB is GiB; 1k is 1024 tokens, but 16k and 128k are 16,000 and 128,000",
                "table of the KV cache in FP16",
                exact=exact,
                ratio=TIES.get(printed),
            )
    for tokens, printed, count in zip(
        LENGTHS, ("0.984 GB", "15.38 GB", "123.05 GB"), (1024, 16000, 128000), strict=True
    ):
        yield Claim(
            f"llama-3-1-405b-{tokens.lower()}",
            "gqa.stored",
            {**EIGHT, "n_layers": 126, "n_tokens": tokens},
            printed,
            "schmid2024",
            "differs",
            "the published model has 8 KV heads; issue 6303 of ollama/ollama records the change from 16",
            "table of the KV cache in FP16",
            exact=516096 * count,
            ratio=_ratio(printed, 516096 * count),
            cause="16 KV heads counted, as in the files first released: twice the cache, in GiB",
            as_printed="n_layers*2*(n_kv_heads + 8)*d_head*bytes_per_element*n_tokens",
        )


def _ratio(printed, exact):
    return str(Fraction(printed.removesuffix(" GB")) * 10**9 / exact)


LESSON = {"n_layers": 32, "d_head": 128, "bytes_per_element": 2, "n_tokens": 32768}

derivation = Derivation(
    name="gqa_and_mqa",
    units="named",
    title="Grouped heads, one head, and ranks",
    claim=(
        "Groups of g query heads divide the cache by g; a rank keeps its share of the KV heads, rounded up, so that "
        "ranks beyond the number of heads save nothing more."
    ),
    symbols=(FULL, GROUPED, RANK, GROUP, "n_layers", "n_heads", "n_kv_heads", "d_head", "bytes_per_element", "tp"),
    steps=(
        Step(
            "full",
            "built",
            f"mha_per_token = {quantity(Stack.of(variant('mha')), 'growth')}",
            why="each head keeps a key and a value",
            uses=("mha.growth",),
        ),
        Step(
            "grouped",
            "built",
            f"gqa_per_token = {quantity(Stack.of(variant('gqa')), 'growth')}",
            why="each group of query heads keeps one key and one value",
            uses=("gqa.growth",),
        ),
        Step(
            "factor",
            "specialise",
            "mha_per_token/gqa_per_token = group",
            why="the saving is the size of the group, whatever the rest",
            uses=("full", "grouped"),
            where=("n_heads = group*n_kv_heads",),
        ),
        Step(
            "share_saved",
            "specialise",
            "1 - gqa_per_token/mha_per_token = 1 - 1/group",
            why="as a share",
            uses=("full", "grouped"),
            where=("n_heads = group*n_kv_heads",),
        ),
        Step(
            "no_more_than_full",
            "bound",
            "gqa_per_token <= mha_per_token",
            why="no more KV heads than query heads",
            uses=("full", "grouped"),
            where=("n_kv_heads <= n_heads",),
        ),
        Step(
            "one_head",
            "specialise",
            "mha_per_token/gqa_per_token = n_heads",
            why="one KV head for all: multi-query attention divides by the number of heads",
            uses=("full", "grouped"),
            where=("n_kv_heads = 1",),
        ),
        Step(
            "rank",
            "given",
            "rank_per_token = n_layers*2*ceil(n_kv_heads/tp)*d_head*bytes_per_element",
            why="premise: heads are dealt out whole, and padded or copied where they do not come out even",
            cite="pope2022",
        ),
        Step(
            "even",
            "specialise",
            "rank_per_token*tp = gqa_per_token",
            why="where the ranks divide the heads, the cache is cut into t equal parts",
            uses=("rank", "grouped"),
            where=("tp divides n_kv_heads",),
        ),
        Step(
            "no_less",
            "bound",
            "rank_per_token*tp >= gqa_per_token",
            why="and else the ranks together keep more than the cache",
            uses=("rank", "grouped"),
        ),
        Step(
            "last_head",
            "cases",
            "ceil(n_kv_heads/tp) = 1",
            why="from as many ranks as heads on each keeps one, so that more ranks save nothing",
            where=("tp >= n_kv_heads",),
            units=("1 = head/(layer*rank)",),
        ),
    ),
    instances=(
        Instance(
            "per token, eight KV heads in 80 layers",
            step="grouped",
            given={**EIGHT, "n_layers": 80},
            value=327680,
            unit="B",
        ),
        Instance("share saved in groups of four", "1 - 1/group", {"group": 4}, "3/4"),
    ),
    claims=(
        *_table(),
        Claim(
            "lesson-mha",
            "mha.stored",
            {**LESSON, "n_heads": 32},
            "17.18 GB",
            "raschka2025",
            "rounds",
            place="ch04/04_gqa",
            exact=17179869184,
        ),
        Claim(
            "lesson-gqa",
            "gqa.stored",
            {**LESSON, "n_kv_heads": 8},
            "4.29 GB",
            "raschka2025",
            "rounds",
            place="ch04/04_gqa",
            exact=4294967296,
        ),
        Claim(
            "lesson-ratio",
            "n_heads/n_kv_heads",
            {"n_heads": 32, "n_kv_heads": 8},
            "4.00x",
            "raschka2025",
            place="ch04/04_gqa",
            exact=4,
        ),
        Claim(
            "lesson-saving",
            "1 - n_kv_heads/n_heads",
            {"n_heads": 32, "n_kv_heads": 8},
            "75.00%",
            "raschka2025",
            place="ch04/04_gqa",
            exact="3/4",
        ),
        Claim(
            "ten-thousand-tokens",
            "2*2*n_layers*n_kv_heads*d_head*n_tokens",
            {"n_layers": 32, "n_kv_heads": 32, "d_head": 128, "n_tokens": 10000},
            "5GB",
            "turganbay2024",
            "rounds",
            exact=5242880000,
        ),
        Claim(
            "kivi-reply",
            "mha.stored",
            {"n_layers": 32, "n_heads": 32, "d_head": 128, "bytes_per_element": 2, "n_tokens": 4196},
            "2.05 GB",
            "zirui2024",
            "rounds",
            "GB is GiB",
            exact=2199912448,
        ),
        Claim(
            "one-megabyte",
            "mha.growth",
            {"n_layers": 40, "n_heads": 40, "d_head": 128, "bytes_per_element": 2},
            "1 MB",
            "anyscale2023",
            "rounds",
            "for a model of 13 billion parameters, as issue 25 works out; 0.82 MB",
            exact=819200,
        ),
    ),
)
