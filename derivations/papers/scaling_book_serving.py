"""Serving LLaMA-3-70B on TPU v5e: which cells of the scaling book's tables follow from its own inputs?"""

from fractions import Fraction

from symkv.derivations import Claim, Derivation, Instance, Step
from symkv.symbols import Symbol

CACHES = Symbol(
    "n_caches", "B", "caches that fit, before rounding down", "sequences", "positive rational", dimension="1"
)
FREE = Symbol(
    "free_bytes", r"H_{\mathrm{free}}", "memory left for caches", "bytes", "positive rational", dimension="byte"
)
CHIPS = Symbol("slice_chips", r"n_{8}", "chips per byte of a parameter", "chips", "positive rational", dimension="1")
CHIP = Symbol("v5e_bytes", "H", "memory of one chip", "bytes", "positive rational", dimension="byte")
ELEMENTS = Symbol("elements", r"\epsilon", "elements cached per token", "elements", dimension="1/token")
WIDTH = Symbol(
    "width_bytes", "b", "bytes of a parameter and of a cached element", "bytes", "positive rational", dimension="byte"
)
PARAMETERS = Symbol("n_parameters", "N", "parameters", "parameters", dimension="1")

SHAPE = {"n_layers": 80, "n_kv_heads": 8, "d_head": 128}
PLACE = "table of the smallest slice"
REVISED = "as in the commit read; the page has been revised since"
HBM = 16_000_000_000
DOUBLED = {"n_chips": 32, "v5e_bytes": HBM, "n_parameters": 70_000_000_000, "width": 2}
ROWS = (  # dtype, bytes, chips, parameters printed, per token printed, slice printed, free printed, caches printed
    ("bf16", Fraction(2), 16, 140, "324kB", "8.75", 116, 43),
    ("int8", Fraction(1), 8, 70, "162kB", "4.38", 68, 52),
    ("int4", Fraction(1, 2), 4, 45, "81kB", "2.81", 19, 67),
)
WRONG_CACHES = {  # what gives the printed number of caches
    "int8": "floor(n_parameters/(elements*n_tokens))",
    "int4": "floor(45e9/(elements*width*n_tokens))",
}
CAUSES = {
    "int8": "the size of the parameters divided where the free memory belongs",
    "int4": "the size of the parameters, itself 10 GB too large, divided where the free memory belongs",
}


def _claim(name, expression, given, printed, exact, expect="rounds", **more):
    return Claim(name, expression, given, printed, "austin2025", expect, exact=exact, **more)


def _row(dtype, width, chips, weights, per_token, slices, free, caches):
    size = 70 * 10**9 * width
    left = chips * HBM - size
    kept = 163840 * width
    given = {"n_parameters": 70_000_000_000, "width": str(width)}
    fits = {**given, "v5e_bytes": HBM, "n_chips": chips}

    def cell(name, expression, values, printed, number, exact, **wrong):
        """A cell: with the error's cause where the printed number is not the one that follows."""
        differs = "cause" in wrong
        ratio = str(Fraction(number) / Fraction(exact)) if differs else wrong.pop("ratio", None)
        expect = "differs" if differs else "matches" if Fraction(number) == Fraction(exact) else "rounds"
        more = {"note": REVISED} if differs else {}
        return _claim(
            f"{dtype}-{name}",
            expression,
            values,
            printed,
            str(exact),
            expect,
            ratio=ratio,
            place=PLACE,
            **wrong,
            **more,
        )

    slip = {"cause": "10 GB too much"} if weights * 10**9 != size else {}
    yield cell("parameters", "n_parameters*width", given, f"{weights} GB", weights * 10**9, size, **slip)
    yield cell(
        "per-token",
        "gqa.growth",
        {**SHAPE, "bytes_per_element": str(width)},
        per_token,
        Fraction(per_token.removesuffix("kB")) * 1000,
        kept,
        cause="81.92 kB, the half of 160 KiB, cut off to 81 and doubled",
        as_printed="81e3*2*bytes_per_element",
    )
    slip = {"cause": "follows from 45 GB of parameters", "as_printed": "(n_parameters*width + 10**10)/v5e_bytes"}
    tie = {"ratio": "876/875"} if slices == "4.38" else {}  # 4.375 lies halfway
    yield cell(
        "chips",
        "n_parameters*width/v5e_bytes",
        {**given, "v5e_bytes": HBM},
        slices,
        Fraction(slices),
        size / HBM,
        **(slip if dtype == "int4" else tie),
    )
    slip = {
        "cause": "a slip in 128 - 70" if dtype == "int8" else "follows from 45 GB of parameters",
        "as_printed": f"(n_chips*v5e_bytes - n_parameters*width {'+' if dtype == 'int8' else '-'} 1e10)/1e9",
    }
    yield cell(
        "free",
        "(n_chips*v5e_bytes - n_parameters*width)/1e9",
        fits,
        str(free),
        free,
        left / 10**9,
        **(slip if dtype != "bf16" else {}),
    )
    slip = {"cause": CAUSES.get(dtype, ""), "as_printed": WRONG_CACHES.get(dtype, "")}
    yield cell(
        "caches",
        "(n_chips*v5e_bytes - n_parameters*width)/(elements*width*n_tokens)",
        {**fits, "elements": 163840, "n_tokens": 8192},
        str(caches),
        caches,
        left / (kept * 8192),
        **(slip if dtype != "bf16" else {}),
    )


derivation = Derivation(
    name="scaling_book_serving",
    units="named",
    title="The scaling book's serving chapter",
    claim=(
        "Where parameters, cache and chips all shrink with the precision, the same 43 caches fit at 16, 8 and 4 bits; "
        "the table prints 43, 52 and 67."
    ),
    symbols=(CACHES, FREE, CHIPS, CHIP, ELEMENTS, WIDTH, PARAMETERS, "n_tokens"),
    steps=(
        Step(
            "free",
            "define",
            "free_bytes = slice_chips*width_bytes*v5e_bytes - n_parameters*width_bytes",
            why="a slice of chips in proportion to the bytes of a parameter, less the parameters",
            cite="austin2025",
            units=("1 = byte",),
        ),
        Step(
            "fits",
            "define",
            "n_caches = free_bytes/(elements*width_bytes*n_tokens)",
            why="caches of S tokens at the same precision",
        ),
        Step(
            "precision_cancels",
            "cancel",
            "n_caches = (slice_chips*v5e_bytes - n_parameters)/(elements*n_tokens)",
            why="the bytes of an element divide out: every precision fits the same batch",
            uses=("free", "fits"),
            units=("1 = byte",),
        ),
        Step(
            "forty_three",
            "specialise",
            "n_caches = 7080078125/163840000",
            why="43.2: 8 chips of 16 GB for each byte, 70 billion parameters, 8192 tokens of 163,840 elements",
            uses=("precision_cancels",),
            where=(
                "slice_chips = 8",
                "v5e_bytes = 16*10**9",
                "n_parameters = 70*10**9",
                "elements = 80*2*8*128",
                "n_tokens = 8192",
            ),
        ),
        Step(
            "remainder", "collect", "58*10**9 - 43*163840*8192 = 286376960", why="so that 43 fit, with 0.29 GB to spare"
        ),
        Step(
            "taken_as_162",
            "collect",
            "32768*162*10**3 = 5308416000",
            why="the printed 5.3 GB a sequence takes 160 KiB as 162 kB",
        ),
        Step(
            "taken_as_8000",
            "collect",
            "240*2*3*8000**2*3.5*80 = 25804800000000",
            why="and the printed 26e12 operations a width of 8192 as 8000",
        ),
        Step(
            "doubled",
            "collect",
            "2*slice_chips*v5e_bytes - n_parameters - 2*(slice_chips*v5e_bytes - n_parameters) = n_parameters",
            why="a doubled slice has more than twice the room: the parameters are stored once",
            units=("1 = byte",),
        ),
        Step(
            "large",
            "limit",
            "(slice_chips*v5e_bytes - n_parameters)/slice_chips = v5e_bytes",
            why="and in a large one nearly all of a chip is free",
            over="slice_chips",
            units=("1 = byte",),
        ),
    ),
    instances=(Instance("caches in int8", "(128e9 - 70e9)/(163840*8192)", {}, "7080078125/163840000"),),
    claims=(
        _claim("per-token", "gqa.growth", {**SHAPE, "bytes_per_element": 1}, "160 KiB", 163840, "matches"),
        _claim(
            "sequence",
            "gqa.stored",
            {**SHAPE, "bytes_per_element": 1, "n_tokens": 32768},
            "5.3 GB",
            5368709120,
            "differs",
            ratio="4140625/4194304",
            cause="160 KiB taken as 162 kB; it is 163.84 kB",
        ),
        _claim(
            "batch",
            "batch*gqa.stored",
            {**SHAPE, "bytes_per_element": 1, "n_tokens": 32768, "batch": 240},
            "1.3 TB",
            1288490188800,
            ratio="25390625/25165824",
        ),
        _claim("chips", "(70e9 + 1.3e12)/16e9", {}, "86", "685/8"),
        *(claim for row in ROWS for claim in _row(*row)),
        _claim(
            "step",
            "v5e_bytes/bandwidth",
            {"v5e_bytes": HBM, "bandwidth": "8.2e11"},
            "19 ms",
            "4/205",
            "differs",
            ratio="779/800",
            cause="19.5 cut off rather than rounded",
        ),
        _claim("rate", "43/(0.019*n_steps)", {"n_steps": 512}, "4.42", "5375/1216"),
        _claim(
            "rate-int8",
            "43/(0.019*n_steps*n_chips)",
            {"n_steps": 512, "n_chips": 8},
            "0.66",
            "5375/9728",
            "differs",
            ratio="160512/134375",
            cause="from 52 caches, where 43 fit, and cut off",
            note=REVISED,
        ),
        _claim(
            "rate-int4",
            "43/(0.019*n_steps*n_chips)",
            {"n_steps": 512, "n_chips": 4},
            "1.72",
            "5375/4864",
            "differs",
            ratio="4864/3125",
            cause="from 67 caches, where 43 fit",
            as_printed="67/(0.019*n_steps*n_chips)",
            note=REVISED,
        ),
        _claim(
            "doubled-free",
            "n_chips*v5e_bytes - n_parameters*width",
            DOUBLED,
            "186 GB",
            372000000000,
            "differs",
            ratio="1048576/1953125",
            cause="half of 512 - 140",
            as_printed="(n_chips*v5e_bytes - n_parameters*width)/2",
            place="doubled topology",
            note=REVISED,
        ),
        _claim(
            "doubled-caches",
            "(n_chips*v5e_bytes - n_parameters*width)/(elements*width*n_tokens)",
            {**DOUBLED, "elements": 163840, "n_tokens": 8192},
            "161",
            "36328125/262144",
            "differs",
            ratio="42205184/36328125",
            cause="follows neither from 372 GB nor from the 186 GB printed beside it",
            place="doubled topology",
            note=REVISED,
        ),
        _claim(
            "prefill-operations",
            "batch*2*3*d_model**2*3.5*n_layers",
            {"batch": 240, "d_model": 8192, "n_layers": 80},
            "26e12",
            27058293964800,
            "differs",
            ratio="126953125/132120576",
            cause="a width of 8000 in place of 8192",
            place="prefill",
        ),
        _claim("model-parallel", "d_ff*2/2550", {"d_ff": 28672}, "22", "28672/1275", place="sharding"),
    ),
)
