"""Does the vLLM blog's 8.7 times smaller cache of DeepSeek-V4 follow, entry by entry, in bf16?"""

from symkv.derivations import Claim, Derivation, Instance, Step
from symkv.symbols import Symbol


def _pure(name, letter, words, unit):
    return Symbol(name, letter, words, unit, dimension="1")


def _bytes(name, letter, words):
    return Symbol(name, letter, words, "bytes", "positive rational", dimension="byte")


MERGED = _pure("merged", "m", "tokens merged into one entry", "tokens")
CONTEXT = _pure("seen", "S", "tokens of context", "tokens")
WINDOW = _pure("windowed", "W", "entries of the window", "entries")
BLOCK = _pure("native_block", "P", "token positions of a logical block", "tokens")
ENTRIES = Symbol(
    "n_entries", r"n_{\mathrm{e}}", "entries of one layer", "entries", "nonnegative integer", dimension="1"
)
ENTRY = _bytes("entry_bytes", "e", "bytes of an entry")
LAYER = _bytes("merged_bytes", r"M_{\ell}", "bytes of one layer")
LATENT = {"d_latent": 512, "d_rope": 64, "bytes_per_element": 2}
OLD = {**LATENT, "n_layers": 61, "d_index": 128}
TOKENS = {"n_tokens": 2**20}
C4A = "(window + n_tokens/4)*d_head*bytes_per_element + n_tokens/4*d_index*bytes_per_element"
C128A = "(window + n_tokens/128)*d_head*bytes_per_element"
ENTRY_OF = {"d_head": 512, "bytes_per_element": 2}
NEW = {**TOKENS, **ENTRY_OF, "window": 128}
TOTAL = f"n_csa*({C4A}) + n_hca*({C128A})"
ALL = {**NEW, "d_index": 128, "n_csa": 30, "n_hca": 31}


def _claim(name, expression, given, printed, exact, expect="rounds", **more):
    return Claim(name, expression, given, printed, "vllm2026", expect, place="appendix", exact=exact, **more)


derivation = Derivation(
    name="deepseek_v4_bf16",
    units="named",
    title="DeepSeek-V4 in bf16",
    claim=(
        "At 1,048,576 tokens in bf16 V3.2 stores 83.875 GiB and V4-Pro 9.62 GiB, 8.7 times less; merging m tokens into "
        "an entry divides the cache by m in the long run, and by less in a short context."
    ),
    symbols=(MERGED, CONTEXT, WINDOW, BLOCK, ENTRIES, ENTRY, LAYER),
    steps=(
        Step(
            "entries",
            "given",
            "n_entries = floor(seen/merged) + min(seen, windowed)",
            why="premise: each full group of m tokens gives an entry, and the last W tokens are kept besides",
            cite="vllm2026",
        ),
        Step("layer", "define", "merged_bytes = n_entries*entry_bytes", why="key and value are one shared vector"),
        Step(
            "within_window",
            "specialise",
            "merged_bytes = (floor(seen/merged) + seen)*entry_bytes",
            why="a context within the window is kept whole, and merged as well",
            uses=("layer", "entries"),
            where=("seen <= windowed",),
        ),
        Step(
            "beyond_window",
            "specialise",
            "merged_bytes = (floor(seen/merged) + windowed)*entry_bytes",
            why="beyond it the window is a constant",
            uses=("layer", "entries"),
            where=("seen >= windowed",),
        ),
        Step(
            "no_entry_yet",
            "cases",
            "floor(seen/merged) = 0",
            why="before the first group is full there is no entry: the window alone is attended to",
            where=("seen < merged",),
        ),
        Step(
            "full_groups",
            "specialise",
            "floor(seen/merged)*merged = seen",
            why="at full groups every token is in an entry",
            where=("merged divides seen",),
        ),
        Step(
            "left_over",
            "cases",
            "seen - floor(seen/merged)*merged = mod(seen, merged)",
            why="else the rest waits in a buffer",
        ),
        Step(
            "no_more",
            "bound",
            "floor(seen/merged)*merged <= seen",
            why="never more than the tokens there are",
        ),
        Step(
            "long_run",
            "limit",
            "(floor(seen/merged) + min(seen, windowed))/seen = 1/merged",
            why="in the long run a token costs 1/m of an entry",
            over="seen",
        ),
        Step(
            "block",
            "specialise",
            "floor(native_block/merged)*merged = native_block",
            why="a logical block of 256 positions holds 64 entries of four tokens, or 2 of 128",
            where=("merged divides native_block",),
        ),
        Step("block_c4a", "collect", "256/4 = 64", why="entries of four tokens in a block"),
        Step("block_c128a", "collect", "256/128 = 2", why="entries of 128 tokens"),
        Step("old", "collect", "61*(512 + 64 + 128)*2*2**20 = 671*2**27", why="83.875 GiB for V3.2"),
        Step(
            "new",
            "collect",
            "30*((128 + 2**18)*1024 + 2**18*256) + 31*(128 + 2**13)*1024 = 10334371840",
            why="9.6246 GiB for V4-Pro",
        ),
    ),
    instances=(
        Instance("V4-Pro at a million tokens", TOTAL, ALL, 10334371840, "B", "9.62 GiB"),
        Instance("one layer that merges four tokens", C4A, {**NEW, "d_index": 128}, 335675392, "B", "320.1 MiB"),
    ),
    claims=(
        _claim("latent", "mla.growth", {**LATENT, "n_layers": 1}, "1152 B", 1152, "matches"),
        _claim("index", "d_index*bytes", {"d_index": 128, "bytes": 2}, "256 B", 256, "matches"),
        _claim("old-row", "dsa.growth", {**OLD, "n_layers": 1}, "1408 B", 1408, "matches"),
        _claim("old-layer", "dsa.stored", {**OLD, **TOKENS, "n_layers": 1}, "1.375 GiB", 1476395008, "matches"),
        _claim("old-total", "dsa.stored", {**OLD, **TOKENS}, "83.9 GiB", 90060095488),
        _claim("entry", "d_head*bytes_per_element", ENTRY_OF, "1024 B", 1024, "matches"),
        _claim("c4a", C4A, {**NEW, "d_index": 128}, "320.1 MiB", 335675392),
        _claim("c128a", C128A, NEW, "8.1 MiB", 8519680),
        _claim("total", TOTAL, ALL, "9.62 GiB", 10334371840),
        _claim(
            "ratio",
            "old_bytes/new_bytes",
            {"old_bytes": 90060095488, "new_bytes": 10334371840},
            "8.7x",
            "687104/78845",
        ),
        _claim("compressed-tokens", "n_tokens/4", {"n_tokens": 1000000}, "250K", 250000, "matches"),
        _claim("dense-entries", "n_tokens/128", TOKENS, "8192", 8192, "matches"),
    ),
)  # fmt: skip
