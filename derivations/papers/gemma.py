"""What do windows and shared tails save in Gemma 3 and 3n, and what does the report's table of sizes count?"""

from symkv.derivations import Claim, Derivation, Instance, Step
from symkv.symbols import Symbol

MIXED = Symbol(
    "mixed_bytes", r"M_{\mathrm{mix}}", "bytes with local layers", "bytes", "positive rational", dimension="byte"
)
ALL = Symbol(
    "global_bytes", r"M_{\mathrm{g}}", "bytes with global layers alone", "bytes", "positive rational", dimension="byte"
)
ROW = Symbol("layer_row", "e", "bytes of a row", "bytes", "positive rational", dimension="byte/(layer*token)")
RATIO = Symbol("local_per_global", "q", "local layers for a global one", "layers", dimension="1")
LONG = {"n_tokens": "32Ki"}
MODEL_27B = {"n_global_layers": 10, "n_local_layers": 52, "n_kv_heads": 16, "d_head": 128, "window": 1024}
LESSON = {"n_global_layers": 5, "n_local_layers": 27, "d_head": 128, "window": 1024, "bytes_per_element": 2, **LONG}


LESSON_ROWS = (("lesson-mha", 32, "3.14 GB", 3137339392), ("lesson-gqa", 8, "0.78 GB", 784334848))


def _lesson(name, heads, printed, exact):
    given = {**LESSON, "n_kv_heads": heads}
    return Claim(name, "local_global.stored", given, printed, "raschka2025", "rounds", place="ch04/06_swa", exact=exact)


derivation = Derivation(
    name="gemma",
    units="named",
    title="Gemma's windows and shared tails",
    claim=(
        "With q local layers for each global one the cache tends to 1/(q + 1) of a global model's: a sixth in Gemma 3. "
        "The caches in the report's table 3 follow neither from that nor from eight bits."
    ),
    symbols=(MIXED, ALL, ROW, RATIO, "n_layers", "n_global_layers", "n_local_layers", "window", "n_tokens"),
    steps=(
        Step("all", "define", "global_bytes = n_layers*layer_row*n_tokens", why="every layer keeps every row"),
        Step(
            "mixed",
            "define",
            "mixed_bytes = n_global_layers*layer_row*n_tokens + n_local_layers*layer_row*min(n_tokens, window)",
            why="a local layer keeps the rows of its window",
            cite="gemma2025",
        ),
        Step(
            "short",
            "specialise",
            "mixed_bytes = global_bytes",
            why="within the window nothing is saved",
            uses=("all", "mixed"),
            where=("n_tokens <= window", "n_layers = n_global_layers + n_local_layers"),
        ),
        Step(
            "saved",
            "specialise",
            "global_bytes - mixed_bytes = n_local_layers*layer_row*(n_tokens - window)",
            why="beyond it each local layer saves the rows that have left the window",
            uses=("all", "mixed"),
            where=("n_tokens >= window", "n_layers = n_global_layers + n_local_layers"),
        ),
        Step(
            "never_more",
            "bound",
            "mixed_bytes <= global_bytes",
            why="never more",
            uses=("all", "mixed"),
            where=("n_layers = n_global_layers + n_local_layers",),
        ),
        Step(
            "long",
            "limit",
            "(n_global_layers*n_tokens + n_local_layers*min(n_tokens, window))"
            "/((n_global_layers + n_local_layers)*n_tokens) = n_global_layers/(n_global_layers + n_local_layers)",
            why="in a long context the windows no longer count",
            over="n_tokens",
        ),
        Step(
            "share",
            "specialise",
            "n_global_layers/(n_global_layers + n_local_layers) = 1/(local_per_global + 1)",
            why="with q local layers for each global one",
            where=("n_local_layers = local_per_global*n_global_layers",),
        ),
        Step(
            "sixth",
            "specialise",
            "1/(local_per_global + 1) = 1/6",
            why="five to one",
            where=("local_per_global = 5",),
        ),
        Step(
            "level",
            "solve_for",
            "n_tokens = n_local_layers*window/n_global_layers",
            why="the context at which the global layers keep as much as all windows: 5120 tokens at five to one",
            where=("n_global_layers*n_tokens = n_local_layers*window",),
        ),
        Step("tail", "collect", "35 - 15 = 20", why="Gemma 3n E4B: the last 15 of 35 layers own nothing"),
        Step("tail_global", "collect", "4*2*2*256*2 = 8192", why="four global owners, bytes per token in bf16"),
        Step("without", "collect", "7*2*2*256*2 = 14336", why="without sharing seven global layers own a cache"),
    ),
    over_reals=("n_tokens",),
    instances=(
        Instance(
            "global layers level with the windows",
            step="level",
            given={"n_local_layers": 5, "window": 1024, "n_global_layers": 1},
            value=5120,
            unit="tokens",
        ),
        Instance(
            "Gemma 3 27B at 32Ki tokens, bf16",
            "local_global.stored",
            {**MODEL_27B, **LONG, "bytes_per_element": 2},
            3120562176,
            "B",
        ),
    ),
    claims=(
        Claim(
            "report-27b",
            "local_global.stored",
            {**MODEL_27B, **LONG, "bytes_per_element": 1},
            "18.7 GB",
            "gemma2025",
            "differs",
            "72.7 with the cache less 54.0 without, in 8 bits as its caption says; shapes as in the released model",
            "table 3",
            exact=1560281088,
            ratio="73046875/6094848",
            cause="unknown; nearer to 16.6 GB, which all layers at full length take at two bytes",
        ),
        Claim(
            "report-27b-global",
            "gqa.stored",
            {"n_layers": 62, "n_kv_heads": 16, "d_head": 128, "bytes_per_element": 2, **LONG},
            "18.7 GB",
            "gemma2025",
            "differs",
            "no error of the report besides: the nearest reading, which leaves two gigabytes open",
            "table 3",
            exact=16642998272,
            ratio="73046875/65011712",
            cause="unknown; no stated convention gives it",
        ),
        Claim(
            "report-1b",
            "gqa.stored",
            {"n_layers": 26, "n_kv_heads": 1, "d_head": 256, "bytes_per_element": 2, **LONG},
            "0.9 GB",
            "gemma2025",
            "rounds",
            "2.9 less 2.0: follows with every layer global at two bytes, not with windows in 8 bits",
            "table 3",
            exact=872415232,
            ratio="3515625/3407872",
        ),
        *(_lesson(*row) for row in LESSON_ROWS),
        Claim(
            "estimate-27b-before",
            "local_global.stored",
            {**MODEL_27B, "n_tokens": "128Ki", "bytes_per_element": 2},
            "81.38 GB",
            "han2026",
            "differs",
            "the estimate that this source corrects; GB is GiB",
            exact=11173625856,
            ratio="317890625/43646976",
            cause="all 62 layers at full length, and heads of 5376/32 elements",
            as_printed="(n_global_layers + n_local_layers)*2*n_kv_heads*168*bytes_per_element*n_tokens",
        ),
        Claim(
            "estimate-27b-after",
            "local_global.stored",
            {**MODEL_27B, "n_tokens": "128Ki", "bytes_per_element": 2},
            "10.41 GB",
            "han2026",
            "rounds",
            "GB is GiB",
            exact=11173625856,
        ),
        Claim(
            "tail-log",
            "n_owners*2*n_kv_heads*d_head*bytes_per_element*n_tokens",
            {"n_owners": 4, "n_kv_heads": 2, "d_head": 256, "bytes_per_element": 2, **LONG},
            "256.0 MiB",
            "gemma3nlog2025",
            note="the global owners of Gemma 3n E4B",
            exact=268435456,
        ),
        Claim("mistral", "n_tokens/window", {**LONG, "window": 4096}, "8x", "jiang2023", place="section 2", exact=8),
    ),
)
