"""Which formulas of the lecture change when units are put in, and what would make the spoken numbers exact?"""

from symkv.derivations import Claim, Derivation, Instance, Step
from symkv.symbols import Symbol


def _symbol(name, letter, words, unit, dimension):
    return Symbol(name, letter, words, unit, "positive rational", dimension=dimension)


SPOKEN = _symbol("spoken_per_token", r"\kappa_{\mathrm{sp}}", "bytes per token as spoken", "bytes", "byte/token")
FLOOR = _symbol("spoken_floor", r"\tau_{\mathrm{sp}}", "latency floor as spoken", "seconds", "second")
TRUE_FLOOR = _symbol("floor_seconds", r"\tau_0", "latency floor of a step", "seconds", "second")
FLOP_PER_BYTE = _symbol("flop_per_byte", "I", "floating-point operations per byte of bandwidth", "1", "flop/byte")
ONE = ("1 = byte/parameter",)

LAW = "bytes_per_parameter*n_active/(hardware_ratio*n_tokens)"
LECTURE = {"n_active": 100 * 10**9, "hardware_ratio": 300, "n_tokens": 200_000}
DATA = {"hardware_ratio": 300}

derivation = Derivation(
    name="as_spoken",
    units="named",
    title="As spoken, and with units",
    claim=(
        "Counting a parameter as one byte scales the latency floor and the bytes per token by the bytes of a "
        "parameter and leaves the balance batch alone; 2048 bytes come out exactly at 122.88 billion parameters."
    ),
    symbols=(
        "n_active",
        "n_total",
        "n_tokens",
        "bytes_per_parameter",
        "bytes_per_token",
        "hardware_ratio",
        "multiply_rate",
        "bandwidth",
        "batch",
        SPOKEN,
        FLOOR,
        TRUE_FLOOR,
        FLOP_PER_BYTE,
    ),
    over_reals=("n_active", "n_tokens", "batch"),
    steps=(
        Step(
            "ratio",
            "define",
            "hardware_ratio = multiply_rate*bytes_per_parameter/bandwidth",
            why="the ratio is dimensionless as it was defined: half a byte for each four-bit multiplication",
            cite="pope2026",
        ),
        Step(
            "spoken_floor",
            "define",
            "spoken_floor = n_total/bandwidth",
            why="as spoken: parameters over bytes per second",
            units=ONE,
            cite="pope2026",
        ),
        Step(
            "floor",
            "define",
            "floor_seconds = bytes_per_parameter*n_total/bandwidth",
            why="with units: each parameter has its bytes",
        ),
        Step(
            "floors_apart",
            "cancel",
            "floor_seconds/spoken_floor = bytes_per_parameter",
            why="the two floors differ by the bytes of a parameter",
            uses=("spoken_floor", "floor"),
            units=ONE,
        ),
        Step(
            "spoken_bytes",
            "define",
            "spoken_per_token = n_active/(hardware_ratio*n_tokens)",
            why="as spoken: a three-hundredth of the active parameters over the tokens",
            units=ONE,
            cite="pope2026",
        ),
        Step(
            "bytes",
            "given",
            f"bytes_per_token = {LAW}",
            why="with units, as the price step implies",
        ),
        Step(
            "bytes_apart",
            "cancel",
            "bytes_per_token/spoken_per_token = bytes_per_parameter",
            why="the bytes per token differ by the same factor",
            uses=("spoken_bytes", "bytes"),
            units=ONE,
        ),
        Step(
            "halved",
            "specialise",
            "bytes_per_token = spoken_per_token/2",
            why="at the four bits of the blackboard's example they are half of what was said",
            uses=("bytes_apart",),
            where=("bytes_per_parameter = 1/2",),
        ),
        Step(
            "same_batch",
            "solve_for",
            "batch = hardware_ratio*n_total/n_active",
            why="the balance batch is the same in both: there the bytes of a parameter are part of the ratio",
            uses=("ratio",),
            where=("bytes_per_parameter*n_total/bandwidth = batch*n_active/multiply_rate",),
        ),
        Step(
            "flop_per_byte",
            "define",
            "flop_per_byte = 2*multiply_rate/bandwidth",
            why="a data sheet's ratio has two operations a multiplication, and a unit",
            units=("2 = flop/parameter",),
        ),
        Step(
            "not_dimensionless",
            "cancel",
            "flop_per_byte = 2*hardware_ratio/bytes_per_parameter",
            why="it is the dimensionless one only where a parameter has two bytes",
            uses=("ratio", "flop_per_byte"),
            units=("2 = flop/parameter",),
        ),
        Step(
            "width_for_2048",
            "solve_for",
            "bytes_per_parameter = bytes_per_token*hardware_ratio*n_tokens/n_active",
            why="the same law, solved for what makes the sanity check exact: for the width of a parameter",
            uses=("bytes",),
        ),
        Step(
            "no_format",
            "specialise",
            "bytes_per_parameter = 768/625",
            why="2048 bytes would ask for 9.83 bits a parameter, which is no format",
            uses=("width_for_2048",),
            where=(
                "bytes_per_token = 2048",
                "hardware_ratio = 300",
                "n_tokens = 200000",
                "n_active = 100000000000",
            ),
        ),
        Step(
            "parameters_for_2048",
            "solve_for",
            "n_active = bytes_per_token*hardware_ratio*n_tokens/bytes_per_parameter",
            why="the same law for the active parameters",
            uses=("bytes",),
        ),
        Step(
            "a_bit_larger",
            "specialise",
            "n_active = 122880000000",
            why="at 8 bits they would be 122.88 billion: a hundred billion, maybe a bit larger, as was said",
            uses=("parameters_for_2048",),
            where=(
                "bytes_per_token = 2048",
                "hardware_ratio = 300",
                "n_tokens = 200000",
                "bytes_per_parameter = 1",
            ),
        ),
        Step(
            "ratio_for_2048",
            "solve_for",
            "hardware_ratio = bytes_per_parameter*n_active/(bytes_per_token*n_tokens)",
            why="the same law for the hardware",
            uses=("bytes",),
        ),
        Step(
            "another_chip",
            "specialise",
            "hardware_ratio = 15625/64",
            why="a ratio of 244 would do as well, and one generation of TPU has 240",
            uses=("ratio_for_2048",),
            where=(
                "bytes_per_token = 2048",
                "n_tokens = 200000",
                "bytes_per_parameter = 1",
                "n_active = 100000000000",
            ),
        ),
    ),
    readings=(
        Instance(
            "bytes per token, as spoken",
            "n_active/(hardware_ratio*n_tokens)",
            LECTURE,
            "5000/3",
            "",
            "parameters per token: bytes only where a parameter is one",
            counts="parameters",
        ),
        *(
            Instance(
                f"bytes per token, weights in {name}",
                LAW,
                {**LECTURE, "bytes_per_parameter": width},
                value,
                "B/token",
                note,
                counts="bytes read",
            )
            for name, width, value, note in (
                ("fp4", "1/2", "2500/3", "833"),
                ("fp8", 1, "5000/3", "1667"),
                ("bf16", 2, "10000/3", "3333"),
            )
        ),
        *(
            Instance(
                f"sanity check, cache in {name}",
                "2*d_head*n_kv_heads*bytes_per_element",
                {"d_head": 128, "n_kv_heads": 8, "bytes_per_element": width},
                value,
                "B/token",
                note,
                counts="bytes stored",
            )
            for name, width, value, note in (
                ("fp8", 1, 2048, "of one context, stored: 22.9 % above 1667"),
                ("bf16", 2, 4096, "22.9 % above 3333 as well, if weights are in bf16 too"),
            )
        ),
    ),
    instances=(
        Instance(
            "miss of the sanity check",
            "(2*d_head*n_kv_heads - bytes_per_token)/bytes_per_token",
            {"d_head": 128, "n_kv_heads": 8, "bytes_per_token": "5000/3"},
            "143/625",
            "",
            "22.9 %",
        ),
    ),
    claims=(
        *(
            Claim(
                f"flop-per-byte-{name}",
                "2*hardware_ratio/bytes_per_parameter",
                {**DATA, "bytes_per_parameter": width},
                "300",
                "patel2026",
                expect=expect,
                exact=exact,
                ratio=ratio,
                cause=cause,
                as_printed="hardware_ratio" if cause else "",
                place="chapter 1, card 7",
                note="printed as 300 FLOPs / byte",
            )
            for name, width, expect, exact, ratio, cause in (
                ("fp4", "1/2", "differs", 1200, "1/4", "the lecture's ratio is a pure number, of multiplications"),
                ("fp8", 1, "differs", 600, "1/2", "the lecture's ratio is a pure number, of multiplications"),
                ("bf16", 2, "matches", 300, 1, ""),
            )
        ),
        Claim(
            "active-for-total",
            printed="all the active parameters",
            source="patel2026",
            expect="undecidable",
            place="chapter 1, card 5",
            note="the card derives the latency floor from loading all the active parameters, the lecture from the "
            "total ones; no number is printed that could decide it",
        ),
    ),
)
