"""What do engines, lessons and issues print for the latent cache, and where does the latent get counted wrongly?"""

from symkv.caches import Stack, quantity
from symkv.derivations import Claim, Derivation, Instance, Step
from symkv.symbols import Symbol
from symkv.variants import variant


def _per_token(name, letter, words):
    return Symbol(name, rf"\kappa_{{\mathrm{{{letter}}}}}", words, "bytes", "positive rational", dimension="byte/token")


LATENT = _per_token("absorbed_per_token", "abs", "bytes stored per token as latent and rotary key")
EXPANDED = _per_token("expanded_per_token", "exp", "bytes stored per token with the latent expanded to heads")
V2 = {"n_layers": 60, "d_latent": 512, "d_rope": 64, "bytes_per_element": 2}
V2_HEADS = {"n_layers": 60, "n_heads": 128, "d_nope": 128, "d_rope": 64, "d_v": 128, "bytes_per_element": 2}
PACKED = "n_layers*(d_latent + 4*d_latent/tile + 2*d_rope)"
FP8 = {"d_latent": 512, "d_rope": 64, "tile": 128}
SMALL = {"n_layers": 48, "n_tokens": 8192, "bytes_per_element": 2}
PADDED = {"n_heads": 24, "d_head": 86}
ISSUE = {"d_latent": 512, "d_rope": 64, "n_tokens": 65536, "n_bits": 4}


def _claim(name, expression, given, printed, exact, source, expect="matches", **more):
    return Claim(name, expression, given, printed, source, expect, exact=exact, **more)


PULL = (
    _claim("row", PACKED, {**FP8, "n_layers": 1}, "656 B", 656, "popfido2026"),
    _claim("absorbed-bf16", "mla.growth", V2, "67.5 KB", 69120, "popfido2026", note="KB is KiB here"),
    _claim("absorbed-fp8", PACKED, {**FP8, "n_layers": 60}, "38.4 KB", 39360, "popfido2026", "rounds"),
    _claim(
        "expanded",
        "mla_expanded.growth",
        V2_HEADS,
        "4.8 MB",
        4915200,
        "popfido2026",
        "differs",
        ratio="128/125",
        cause="4800 KiB divided by 1000; it is 4.69 MiB, or 4.92 MB",
        as_printed="n_layers*(n_heads*(d_nope + d_rope) + n_heads*d_v)*bytes_per_element/1.024",
        decimals=3,
    ),
    _claim(
        "smaller",
        "1 - (d_latent + 4*d_latent/tile + 2*d_rope)/(2*(d_latent + d_rope))",
        FP8,
        "43%",
        "31/72",
        "popfido2026",
        "rounds",
    ),
    _claim(
        "against-expanded",
        "2*(n_heads*(d_nope + d_rope) + n_heads*d_v)/(d_latent + 4*d_latent/tile + 2*d_rope)",
        {**FP8, "n_heads": 128, "d_nope": 128, "d_v": 128},
        "125x",
        "5120/41",
        "popfido2026",
        "rounds",
    ),
    _claim("long-bf16", "mla.stored", {**V2, "n_tokens": "128Ki"}, "9.06 GB", 9059696640, "popfido2026", "rounds"),
    _claim(
        "long-fp8",
        f"{PACKED}*n_tokens",
        {**FP8, "n_layers": 60, "n_tokens": "128Ki"},
        "5.16 GB",
        5158993920,
        "popfido2026",
        "rounds",
    ),
)

LESSON = tuple(
    _claim(name, expression, given, printed, exact, "raschka2025", expect, place="ch04/05_mla")
    for name, expression, given, printed, exact, expect in (
        ("lesson-mha", "mha.stored", {**SMALL, **PADDED}, "3.25 GB", 3246391296, "rounds"),
        ("lesson-gqa", "gqa.stored", {**SMALL, "n_kv_heads": 6, "d_head": 86}, "0.81 GB", 811597824, "rounds"),
        ("lesson-mla", "mla.stored", {**SMALL, "d_latent": 1024, "d_rope": 0}, "0.81 GB", 805306368, "rounds"),
        ("lesson-ratio", "2*n_heads*d_head/d_latent", {**PADDED, "d_latent": 1024}, "4.03x", "129/32", "rounds"),
        ("lesson-saved", "1 - d_latent/(2*n_heads*d_head)", {**PADDED, "d_latent": 1024}, "75.19%", "97/129", "rounds"),
        ("lesson-compression", "2*d_model/d_latent", {"d_model": 768, "d_latent": 192}, "8x", 8, "matches"),
    )
)  # fmt: skip

ERRORS = (
    _claim(
        "five-hundred-and-seventy-two",
        "d_latent + d_rope",
        {"d_latent": 512, "d_rope": 64},
        "572",
        576,
        "allenxml2025",
        "differs",
        ratio="143/144",
        cause="a slip in adding 512 and 64",
    ),
    _claim(
        "seventeen-megabytes",
        "(d_latent + d_rope)*n_tokens*n_bits/8",
        ISSUE,
        "17.875 MB",
        18874368,
        "allenxml2025",
        "differs",
        ratio="143/144",
        cause="the sum 512 + 64 taken as 572, and one layer counted",
        as_printed="(d_latent + d_rope - 4)*n_tokens*n_bits/8",
    ),
    _claim(
        "seventeen-megabytes-of-61-layers",
        "n_layers*(d_latent + d_rope)*n_tokens*n_bits/8",
        {**ISSUE, "n_layers": 61},
        "17.875 MB",
        1151336448,
        "allenxml2025",
        "differs",
        ratio="143/8784",
        cause="one of the 61 layers counted",
        as_printed="n_layers/61*(d_latent + d_rope - 4)*n_tokens*n_bits/8",
    ),
    _claim(
        "key-and-value-of-a-latent",
        "(d_latent + d_rope)/d_latent",
        {"d_latent": 512, "d_rope": 64},
        "2",
        "9/8",
        "hammersam2025",
        "differs",
        ratio="16/9",
        cause="the latent counted once as key and once as value, and the rotary key left out",
        place="description",
        note="the factor of layers, tokens, latent width and bytes in its formula for DeepSeek-V3",
    ),
)

derivation = Derivation(
    name="mla_in_practice",
    units="named",
    title="The latent cache in engines and lessons",
    claim=(
        "An engine that expands the latent to keys and values of every head stores 71 times as much for DeepSeek-V2. "
        "Twice the latent is never right."
    ),
    symbols=(
        LATENT,
        EXPANDED,
        "n_layers",
        "n_heads",
        "d_nope",
        "d_v",
        "d_latent",
        "d_rope",
        "bytes_per_element",
    ),
    steps=(
        Step(
            "absorbed",
            "built",
            f"absorbed_per_token = {quantity(Stack.of(variant('mla')), 'growth')}",
            why="the up-projections are folded into the queries and the output, so that the latent itself is read",
            uses=("mla.growth",),
            cite="deepseek2024",
        ),
        Step(
            "expanded",
            "built",
            f"expanded_per_token = {quantity(Stack.of(variant('mla_expanded')), 'growth')}",
            why="without that, each head keeps a key with its rotary part, and a value",
            uses=("mla_expanded.growth",),
            units=("1 = layer/head",),
        ),
        Step(
            "ratio",
            "cancel",
            "expanded_per_token/absorbed_per_token = n_heads*(d_nope + d_rope + d_v)/(d_latent + d_rope)",
            why="neither the layers nor the precision matter",
            uses=("absorbed", "expanded"),
            units=("1 = layer/head",),
        ),
        Step(
            "seventy_one",
            "specialise",
            "expanded_per_token/absorbed_per_token = 640/9",
            why="128 heads of 128 + 64 and 128 against 512 + 64",
            uses=("ratio",),
            where=("n_heads = 128", "d_nope = 128", "d_rope = 64", "d_v = 128", "d_latent = 512"),
        ),
        Step("padded", "collect", "2048/24 = 86 - 2/3", why="the lesson's heads of 2048/24 elements are padded to 86"),
        Step("packed", "collect", "512 + 4*512/128 + 2*64 = 656", why="fp8 latent, scale per 128, rotary key in bf16"),
        Step("lighter", "cancel", "1 - 656/1152 = 31/72", why="what packing saves of a bf16 row: 43 %"),
        Step(
            "doubled",
            "collect",
            "n_layers*2*d_latent*bytes_per_element - absorbed_per_token"
            " = n_layers*(d_latent - d_rope)*bytes_per_element",
            why="twice the latent is too much by the latent less the rotary key",
            uses=("absorbed",),
        ),
        Step(
            "never",
            "bound",
            "n_layers*(d_latent + d_latent)*bytes_per_element > absorbed_per_token",
            why="so that it is wrong for every rotary key narrower than the latent",
            uses=("doubled",),
            where=("d_rope < d_latent",),
        ),
    ),
    instances=(
        Instance(
            "per token, the latent expanded to 128 heads",
            step="expanded",
            given=V2_HEADS,
            value=4915200,
            unit="B",
            note="4800 KiB, 4.92 MB",
        ),
        Instance("per token, the latent", step="absorbed", given=V2, value=69120, unit="B", note="67.5 KiB"),
    ),
    claims=(
        *PULL,
        *LESSON,
        _claim(
            "log-keys",
            "n_heads*(d_nope + d_rope)",
            {"n_heads": 128, "d_nope": 128, "d_rope": 64},
            "24576",
            24576,
            "ubergarm2025",
            place="n_embd_k_gqa",
        ),
        _claim("log-values", "n_heads*d_v", {"n_heads": 128, "d_v": 128}, "16384", 16384, "ubergarm2025"),
        *ERRORS,
    ),
)
