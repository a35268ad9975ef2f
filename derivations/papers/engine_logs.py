"""Which sizes that engines log follow from shapes, number formats of blocks and columns of convolutions?"""

from fractions import Fraction

from symkv.derivations import Claim, Derivation, Instance, Step
from symkv.symbols import Symbol

FORMAT = Symbol(
    "format_bytes", "b", "bytes of an element with its share of a scale", "bytes", "positive rational", dimension="1"
)
BITS = Symbol("bits", r"n_{\mathrm{bit}}", "bits of an element", "bits", dimension="1")
GROUP = Symbol("block", "g", "elements that share a scale", "elements", dimension="1")
SCALE = Symbol("scale", r"s", "bytes of a scale", "bytes", dimension="1")
CELLS = Symbol("cells", r"n_{\mathrm{cell}}", "cells that an engine allocates", "cells", dimension="token")
PAD = Symbol("pad", r"P", "cells of one step of padding", "cells", dimension="token")

UNITS = {"GB": 2**30, "MB": 2**20, "MiB": 2**20}
WHOLE = "2*n_layers*d_model*bytes_per_element*n_tokens"
MAMBA = {"n_layers": 64, "d_inner": 8192, "d_state": 16, "columns": 3, "bytes_per_element": 4}
MAMBA2 = {"n_layers": 64, "d_inner": 8192, "d_state": 128, "n_groups": 8, "columns": 3, "bytes_per_element": 4}
DELTA = {"n_layers": 48, "n_v": 48, "n_k": 16, "d": 128, "columns": 3, "bytes_per_element": 4}
FALCON = {"n_layers": 72, "n_heads": 32, "d_head": 128, "d_state": 256, "bytes_per_element": 4}
SMALL = {"n_layers": 12, "d_model": 768, "bytes_per_element": 2}
LARGE = {"n_layers": 32, "d_model": 1280, "bytes_per_element": 2}
LLAMA = {"n_layers": 32, "n_kv_heads": 8, "d_head": 128, "n_tokens": "32Ki"}
ROWS = (  # name, formula, given, printed, exact, source
    (
        "llama-30b-f32",
        WHOLE,
        {"n_layers": 60, "d_model": 6656, "bytes_per_element": 4, "n_tokens": 512},
        "1560.00 MB",
        1635778560,
        "hengji2023",
    ),
    (
        "falcon-mamba",
        "n_layers*(d_inner*d_state + d_inner*columns)*bytes_per_element",
        MAMBA,
        "38 MiB",
        39845888,
        "compilade2024",
    ),
    (
        "mamba-codestral",
        "n_layers*(d_inner*d_state + (d_inner + 2*n_groups*d_state)*columns)*bytes_per_element",
        MAMBA2,
        "263.5 MiB",
        276299776,
        "compilade2024",
    ),
    (
        "qwen-state",
        "n_layers*n_v*d*d*bytes_per_element",
        {k: v for k, v in DELTA.items() if k not in ("n_k", "columns")},
        "144.00 MiB",
        150994944,
        "llamacpp2026",
    ),
    ("qwen-inputs", "n_layers*(n_v + 2*n_k)*d*columns*bytes_per_element", DELTA, "5.62 MiB", 5898240, "llamacpp2026"),
    (
        "qwen-both",
        "n_layers*(n_v*d*d + (n_v + 2*n_k)*d*columns)*bytes_per_element",
        DELTA,
        "149.62 MiB",
        156893184,
        "llamacpp2026",
    ),
    (
        "qwen-draft",
        "2*n_kv_heads*d_head*bytes_per_element*n_tokens",
        {"n_kv_heads": 4, "d_head": 256, "bytes_per_element": 2, "n_tokens": 8192},
        "32.00 MiB",
        33554432,
        "llamacpp2026",
    ),
    (
        "falcon-h1-state",
        "n_layers*n_heads*d_head*d_state*bytes_per_element",
        FALCON,
        "288.00 MiB",
        301989888,
        "tiiuae2025",
    ),
    (
        "falcon-h1-cache",
        "2*n_layers*n_kv_heads*d_head*bytes_per_element*n_tokens",
        {"n_layers": 72, "n_kv_heads": 4, "d_head": 128, "bytes_per_element": 4, "n_tokens": 4096},
        "1152.00 MiB",
        1207959552,
        "tiiuae2025",
    ),
    ("whisper-small", WHOLE, {**SMALL, "n_tokens": 448}, "15.75 MB", 16515072, "gerganov2023"),
    ("whisper-small-cross", WHOLE, {**SMALL, "n_tokens": 1500}, "52.73 MB", 55296000, "gerganov2023"),
    ("whisper-large", WHOLE, {**LARGE, "n_tokens": 448}, "70.00 MB", 73400320, "gerganov2023"),
    ("whisper-large-cross", WHOLE, {**LARGE, "n_tokens": 1500}, "234.38 MB", 245760000, "gerganov2023"),
    (
        "latent-transposed",
        "n_layers*d_latent*bytes_per_element*n_tokens",
        {"n_layers": 27, "d_latent": 512, "bytes_per_element": 2, "n_tokens": 65536},
        "1728.00 MiB",
        1811939328,
        "ikawrakow2025",
    ),
    ("ollama-f16", "gqa.stored", {**LLAMA, "bytes_per_element": 2}, "4GB", 2**32, "sammcj2024"),
    ("ollama-q4", "gqa.stored", {**LLAMA, "bytes_per_element": "9/16"}, "1.1GB", 1207959552, "sammcj2024"),
)


TIES = {"5.62 MiB": "1124/1125", "149.62 MiB": "29924/29925", "234.38 MB": "46876/46875"}


def _log(name, expression, given, printed, exact, source):
    """A logged size; where the exact value lies halfway between two printed ones, the ratio pins the one printed."""
    expect = (
        "matches" if Fraction(printed.rstrip("GMKiB ")) * UNITS[printed.lstrip("0123456789. ")] == exact else "rounds"
    )
    note = "MB is MiB" if " MB" in printed else ""
    return Claim(name, expression, given, printed, source, expect, note, exact=exact, ratio=TIES.get(printed))


derivation = Derivation(
    name="engine_logs",
    units="named",
    title="What engines log",
    claim=(
        "With its share of a scale an element takes 17/16 bytes in q8_0 and 9/16 in q4_0, a little more than a half "
        "and a quarter of 16 bits. Sixteen logged sizes follow, the early ones in 32 bits."
    ),
    symbols=(FORMAT, BITS, GROUP, SCALE, CELLS, PAD, "n_tokens"),
    steps=(
        Step(
            "format",
            "define",
            "format_bytes = (bits*block + 8*scale)/(8*block)",
            why="the bits of a block's elements and its scale, per element",
        ),
        Step(
            "q8",
            "specialise",
            "format_bytes = 17/16",
            why="q8_0: 34 bytes for 32",
            uses=("format",),
            where=("bits = 8", "block = 32", "scale = 2"),
        ),
        Step(
            "q4",
            "specialise",
            "format_bytes = 9/16",
            why="q4_0: 18 bytes for 32",
            uses=("format",),
            where=("bits = 4", "block = 32", "scale = 2"),
        ),
        Step("half", "collect", "17/16/2 - 1/2 = 1/32", why="q8_0 takes 1/32 more than half of 16 bits"),
        Step("quarter", "collect", "9/16/2 - 1/4 = 1/32", why="and q4_0 1/32 more than a quarter"),
        Step(
            "large_blocks",
            "limit",
            "(bits*block + scale)/block = bits",
            why="in large blocks the scales no longer count",
            over="block",
        ),
        Step(
            "excess",
            "collect",
            "format_bytes - bits/8 = scale/block",
            why="but each element bears its share of one",
            uses=("format",),
        ),
        Step(
            "cells",
            "given",
            "cells = ceil(n_tokens/pad)*pad",
            why="premise: an engine pads the context",
            cite="hengji2023",
        ),
        Step("cells_enough", "bound", "cells >= n_tokens", why="every token has a cell", uses=("cells",)),
        Step("cells_waste", "bound", "cells - n_tokens < pad", why="and less than one step is empty", uses=("cells",)),
        Step(
            "padded",
            "specialise",
            "cells = n_tokens",
            why="nothing where the context is a multiple of the step",
            uses=("cells",),
            where=("pad divides n_tokens",),
        ),
        Step(
            "exactly",
            "cases",
            "ceil(n_tokens/pad)*pad = n_tokens + mod(-n_tokens, pad)",
            why="what the padding adds",
        ),
        Step(
            "f32", "collect", "1560*2**20 = 2*60*6656*4*512", why="the log of 2023 is in 32 bits; 16 would give 780 MiB"
        ),
    ),
    instances=(
        Instance(
            "bytes of an element in q8_0", step="format", given={"bits": 8, "block": 32, "scale": 2}, value="17/16"
        ),
        Instance(
            "bytes of an element in q5_1",
            "(bits*block + 8*scale)/(8*block)",
            {"bits": 5, "block": 32, "scale": 4},
            "3/4",
        ),
    ),
    claims=(*(_log(*row) for row in ROWS),),
)
