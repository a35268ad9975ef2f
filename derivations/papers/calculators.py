"""What do calculators, guides and pull requests print for models as served: per GPU, per user, in packed formats?"""

from fractions import Fraction

from symkv.derivations import Claim, Derivation, Instance, Step
from symkv.symbols import Symbol


def _pure(name, letter, words, unit, domain="positive rational"):
    return Symbol(name, letter, words, unit, domain, dimension="1")


TOTAL = _pure("all_ranks", "M", "bytes of a cache over all ranks", "bytes")
SHOWN = _pure("one_rank", r"M_{t}", "bytes of a cache on one rank", "bytes")
RANKS = _pure("n_ranks", "t", "tensor-parallel ranks", "ranks")
SAVED = _pure("saved_share", "s", "share of the bytes that a format saves", "1")
KEPT = _pure("kept_share", r"\bar{s}", "share of the bytes that a format takes", "1")
GAIN = _pure("more_tokens", "g", "share of tokens that fit besides", "1")
HELD = _pure("tokens_held", r"S_{\mathrm{fit}}", "tokens that a memory holds", "tokens", "positive integer")
LENGTH = _pure("prompt_length", "S", "tokens of one prompt", "tokens", "positive integer")
USERS = _pure("n_users", "u", "prompts of that length that fit", "prompts", "nonnegative integer")

FAQ = (  # name, layers, KV heads, ranks, per 1000 tokens, free per rank, tokens, length, prompts
    ("qwen3-8b", 36, 1, "0.1373", "50.32", 366400, 40960, "8.95x"),
    ("qwen3-32b", 64, 2, "0.2441", "33.66", 275760, 40960, "6.73x"),
    ("llama-3-1-70b", 80, 4, "0.3052", "32.06", 420208, 131072, "3.21x"),
)
EIGHT = {"n_kv_heads": 8, "d_head": 128, "bytes_per_element": 2}
LLAMA = {"n_layers": 32, "n_kv_heads": 8, "d_head": 128, "n_tokens": "128Ki"}
TABLE = (("float16", 2, "8 GB", 16), ("fp8", 1, "4 GB", 8), ("tq3", "1/2", "2 GB", 4), ("tq2", "3/8", "1.5 GB", 3))
QWEN = {"n_layers": 16, "n_kv_heads": 4, "d_head": 256}
PACKED = "n_layers*n_kv_heads*d_head*(key_bytes + value_bytes)"
BONSAI = (  # preset, bytes of a key and of a value element, printed per token and at 262,144 tokens
    ("f16", "2", "2", "64 KiB", "16.0 GiB"),
    ("rk8v4", "17/16", "9/16", "26 KiB", "6.5 GiB"),
    ("rk4v4", "9/16", "9/16", "18 KiB", "4.5 GiB"),
    ("rk2v4", "9/32", "9/16", "13.5 KiB", "3.4 GiB"),
)
LUCE = (  # tokens, bytes of an element, printed
    ("64Ki", "7/16", "896 MiB"),
    ("64Ki", "9/16", "1152 MiB"),
    ("128Ki", "7/16", "1792 MiB"),
    ("128Ki", "9/16", "2304 MiB"),
)


def _claim(name, expression, given, printed, exact, source, expect="matches", **more):
    return Claim(name, expression, given, printed, source, expect, exact=exact, **more)


def _faq():
    for name, layers, ranks, thousand, free, tokens, length, prompts in FAQ:
        kept = layers * 4096
        shape = {**EIGHT, "n_layers": layers}
        yield _claim(
            f"faq-{name}-1000",
            "gqa.stored",
            {**shape, "n_tokens": 1000},
            f"{thousand} GB",
            1000 * kept,
            "kobe2025",
            "rounds",
            note="GB is GiB",
        )
        yield _claim(
            f"faq-{name}-free",
            "gqa.stored/ranks",
            {**shape, "n_tokens": tokens, "ranks": ranks},
            f"{free} GB",
            tokens * kept // ranks,
            "kobe2025",
            "rounds",
            note="GB is GiB",
        )
        users = str(Fraction(tokens, length))
        given = {"tokens": tokens, "length": length}
        yield _claim(f"faq-{name}-prompts", "tokens/length", given, prompts, users, "kobe2025", "rounds")


def _per_gpu():
    for name, width, printed, gib in TABLE:
        yield _claim(
            f"table-{name}",
            "gqa.stored",
            {**LLAMA, "bytes_per_element": width},
            printed,
            gib * 2**30,
            "allaspectsdev2026",
            "differs",
            ratio="1/2",
            cause="half of the cache: two ranks, which the table of one GPU does not state",
            as_printed="gqa.stored/2",
            place="memory savings, per GPU",
        )


def _bonsai():
    for name, key, value, printed, full in BONSAI:
        kept = 16 * 4 * 256 * (Fraction(key) + Fraction(value))
        given = {**QWEN, "key_bytes": key, "value_bytes": value}
        yield _claim(f"bonsai-{name}", PACKED, given, printed, str(kept), "toruki2026")
        expect = "rounds" if name == "rk2v4" else "matches"
        long = {**given, "n_tokens": 262144}
        yield _claim(f"bonsai-{name}-full", f"{PACKED}*n_tokens", long, full, str(kept * 2**18), "toruki2026", expect)


def _luce():
    for tokens, width, printed in LUCE:
        exact = int(printed.removesuffix(" MiB")) * 2**20
        given = {**QWEN, "n_tokens": tokens, "bytes_per_element": width}
        yield _claim(f"luce-{printed[:-4]}", "gqa.stored", given, printed, exact, "dusterbloom2026")


derivation = Derivation(
    name="calculators",
    units="named",
    title="Calculators and guides",
    claim=(
        "A number per GPU needs its number of ranks, and a format that saves the share s of the bytes holds s/(1 - s) "
        "more tokens: 25 % fewer bytes are a third more tokens."
    ),
    symbols=(TOTAL, SHOWN, RANKS, SAVED, KEPT, GAIN, HELD, LENGTH, USERS),
    steps=(
        Step("rank", "define", "one_rank = all_ranks/n_ranks", why="heads shared out evenly"),
        Step(
            "unstated",
            "solve_for",
            "n_ranks = all_ranks/one_rank",
            why="so that a total and a number per GPU tell the ranks that are not stated",
            uses=("rank",),
        ),
        Step(
            "two",
            "specialise",
            "n_ranks = 2",
            why="8 of 16 GiB: two ranks",
            uses=("unstated",),
            where=("all_ranks = 16", "one_rank = 8"),
        ),
        Step("saving", "define", "saved_share = 1 - kept_share", why="what a format saves of the bytes"),
        Step("gain", "define", "more_tokens = 1/kept_share - 1", why="tokens that fit besides in the same memory"),
        Step(
            "of_saving",
            "substitute",
            "more_tokens = saved_share/kept_share",
            why="in terms of what is saved",
            uses=("gain", "saving"),
        ),
        Step(
            "more_than_saved",
            "bound",
            "more_tokens > saved_share",
            why="always more than the share saved",
            uses=("of_saving", "saving"),
        ),
        Step(
            "quarter",
            "specialise",
            "more_tokens = 1/3",
            why="a quarter fewer bytes, a third more tokens",
            uses=("of_saving", "saving"),
            where=("saved_share = 1/4",),
        ),
        Step(
            "users",
            "given",
            "n_users = floor(tokens_held/prompt_length)",
            why="premise: whole prompts of equal length",
            cite="kobe2025",
        ),
        Step(
            "no_more",
            "bound",
            "n_users*prompt_length <= tokens_held",
            why="they fit",
            uses=("users",),
        ),
        Step(
            "nearly_all",
            "bound",
            "tokens_held - n_users*prompt_length < prompt_length",
            why="and one more would not",
            uses=("users",),
        ),
        Step(
            "long_run",
            "limit",
            "floor(tokens_held/prompt_length)/tokens_held = 1/prompt_length",
            why="in a large memory the prompts are in proportion",
            over="tokens_held",
        ),
        Step(
            "store_every_fourth",
            "collect",
            "16384*(3 + 6/4) = 73728",
            why="three groups each token, six every 4th chunk",
        ),
        Step(
            "store_every_eighth", "collect", "16384*(3 + 6/8) = 61440", why="and with every 8th, as was first assumed"
        ),
    ),
    instances=(
        Instance("more tokens at a quarter fewer bytes", "s/(1 - s)", {"s": "1/4"}, "1/3"),
        Instance(
            "prompts that fit, before rounding down", "tokens/length", {"tokens": 275760, "length": 40960}, "3447/512"
        ),
    ),
    claims=(
        *_faq(),
        *_per_gpu(),
        *_bonsai(),
        _claim("bonsai-smaller", "64/26", {}, "2.5x", "32/13", "toruki2026", "rounds"),
        _claim(
            "bonsai-capacity",
            "18/13.5 - 1",
            {},
            "25%",
            "1/3",
            "toruki2026",
            "differs",
            ratio="3/4",
            cause="the share of bytes saved, called a gain in capacity",
            as_printed="1 - 13.5/18",
            place="recommendation",
        ),
        *_luce(),
        _claim("luce-saving", "1 - 3.5/4.5", {}, "22%", "2/9", "dusterbloom2026", "rounds"),
        _claim(
            "int8-before",
            "blocks*block_size*n_layers*n_kv_heads*d_head*4",
            {"blocks": 500, "block_size": 256, "n_layers": 28, "n_kv_heads": 8, "d_head": 128},
            "14000.0 MB",
            14680064000,
            "dzheng2026",
            note="MB is MiB",
        ),
        _claim(
            "int8-after",
            "blocks*block_size*n_layers*n_kv_heads*(d_head + 4)*2",
            {"blocks": 500, "block_size": 256, "n_layers": 28, "n_kv_heads": 8, "d_head": 128},
            "7218.8 MB",
            7569408000,
            "dzheng2026",
            "rounds",
            ratio="144376/144375",
            note="MB is MiB; a scale in 32 bits for each head and token",
        ),
        _claim("int8-saving", "1 - (d_head + 4)/(2*d_head)", {"d_head": 128}, "48.4%", "31/64", "dzheng2026", "rounds"),
        _claim("offload", "16384*(3 + 6/4)", {}, "73,728 B", 73728, "zzpanic2026"),
        _claim("offload-tokens", "2**34/73728", {}, "233K", "2097152/9", "zzpanic2026", "rounds"),
        _claim("offload-tokens-before", "2**34/61440", {}, "280K", "4194304/15", "zzpanic2026", "rounds"),
        _claim(
            "offload-before",
            "16384*(3 + 6/4)",
            {},
            "61,440 B",
            73728,
            "zzpanic2026",
            "differs",
            ratio="5/6",
            cause="every 8th chunk taken where every 4th is stored, as the source says in correcting it",
            as_printed="16384*(3 + 6/8)",
            place="correction",
        ),
        _claim(
            "gemma-4-12b",
            "gqa.growth",
            {"n_layers": 8, "n_kv_heads": 1, "d_head": 512, "bytes_per_element": 2},
            "128 KB",
            16384,
            "raullenchai2026",
            "differs",
            ratio="125/16",
            cause="the KV heads of the local layers with the width of the global ones",
            as_printed="8*gqa.growth",
            note="an earlier text of the guide, which this source corrects",
        ),
        _claim(
            "gemma-4-12b-uniform",
            "gqa.growth",
            {"n_layers": 48, "n_kv_heads": 8, "d_head": 256, "bytes_per_element": 2},
            "384 KB",
            393216,
            "raullenchai2026",
            note="with every layer taken for a local one at full length",
        ),
    ),
)
