"""How many bytes per token does a price step at 200k tokens imply, as spoken and with units?"""

from symkv.derivations import Claim, Derivation, Instance, Step
from symkv.symbols import Symbol


def _symbol(name, letter, words, unit, dimension):
    return Symbol(name, letter, words, unit, "positive rational", dimension=dimension)


FLOP_RATIO = _symbol("flop_ratio", r"\rho_{\mathrm{FLOP}}", "floating-point operations per byte read", "1", "flop/byte")
ENDS = tuple(
    _symbol(f"{end}_{name}", rf"{letter}_{{\mathrm{{{short}}}}}", f"{words} {what}", unit, dimension)
    for end, short, words in (("least", "min", "least"), ("most", "max", "greatest"))
    for name, letter, what, unit, dimension in (
        ("active", "N", "number of active parameters", "parameters", "parameter"),
        ("ratio", r"\rho", "hardware ratio", "1", "1"),
        ("tokens", "S", "context of the step", "tokens", "token"),
    )
)


def _bytes(active, ratio, tokens):
    return f"bytes_per_parameter*{active}/({ratio}*{tokens})"


SPOKEN = {"n_active": 100 * 10**9, "hardware_ratio": 300, "n_tokens": 200_000}
LOW = {"n_active": 100 * 10**9, "hardware_ratio": 300, "n_tokens": 256_000}
HIGH = {"n_active": 200 * 10**9, "hardware_ratio": 200, "n_tokens": 128_000}
KAPPA = "bytes_per_parameter*n_active/(hardware_ratio*n_tokens)"
UNIT_CORRECTED = (  # format, bytes per parameter, bytes per token, what the rule gives where a spoken 1667 stands
    ("fp4", "1/2", "2500/3", "5001/2500", "four-bit weights, the blackboard's own example, have half a byte"),
    ("bf16", 2, "10000/3", "5001/10000", "sixteen-bit weights have two bytes"),
)

derivation = Derivation(
    name="price_step",
    units="named",
    title="Bytes per token from a price step",
    claim=(
        "A price step at the context where reading overtakes computing implies bytes read per token; the spoken 1667 "
        "holds for weights of one byte, and is 833 or 3333 for half a byte or two."
    ),
    symbols=(
        "batch",
        "n_active",
        "n_tokens",
        "bytes_per_token",
        "bytes_per_parameter",
        "multiply_rate",
        "flop_rate",
        "bandwidth",
        "hardware_ratio",
        FLOP_RATIO,
        *ENDS,
    ),
    over_reals=("n_active", "n_tokens"),
    steps=(
        Step(
            "premise",
            "given",
            "batch*n_tokens*bytes_per_token/bandwidth = batch*n_active/multiply_rate",
            why="premise: the price steps where reading the caches takes as long as multiplying, weights left out",
            cite="pope2026",
        ),
        Step(
            "balance",
            "solve_for",
            "bytes_per_token = bandwidth*n_active/(multiply_rate*n_tokens)",
            why="the batch cancels",
            uses=("premise",),
        ),
        Step(
            "ratio",
            "define",
            "hardware_ratio = multiply_rate*bytes_per_parameter/bandwidth",
            why="the hardware ratio counts parameters, so the bytes of one stay behind",
            cite="pope2026",
        ),
        Step(
            "law",
            "substitute",
            f"bytes_per_token = {KAPPA}",
            why="the law with its units: bytes per parameter times parameters, over tokens",
            uses=("balance", "ratio"),
        ),
        Step(
            "spoken_form",
            "specialise",
            "bytes_per_token = 1/hardware_ratio*(n_active/n_tokens)",
            why="the form on the blackboard, which leaves the byte of a parameter silent",
            uses=("law",),
            where=("bytes_per_parameter = 1",),
        ),
        Step(
            "spoken",
            "specialise",
            "bytes_per_token = 5000/3*bytes_per_parameter",
            why="300, a hundred billion active parameters, 200 thousand tokens",
            uses=("law",),
            where=("hardware_ratio = 300", "n_active = 100000000000", "n_tokens = 200000"),
            units=("5000/3 = parameter/token",),
        ),
        *(
            Step(
                f"in_{name}",
                "specialise",
                f"bytes_per_token = {value}",
                why=f"{words} a parameter",
                uses=("spoken",),
                where=(f"bytes_per_parameter = {width}",),
            )
            for name, width, value, words in (
                ("fp4", "1/2", "2500/3", "half a byte"),
                ("fp8", "1", "5000/3", "the spoken number, one byte"),
                ("bf16", "2", "10000/3", "two bytes"),
            )
        ),
        Step(
            "flop_reading",
            "define",
            "flop_ratio = flop_rate/bandwidth",
            why="the 300 may also be read as operations per byte, as a data sheet has them",
        ),
        Step(
            "flop_law",
            "substitute",
            "bytes_per_token = 2*n_active/(flop_ratio*n_tokens)",
            why="the two operations of a multiplication stand where the two bytes of bf16 stood",
            uses=("balance", "flop_reading"),
            where=("multiply_rate = flop_rate/2",),
            units=("2 = flop/parameter",),
        ),
        Step(
            "flop_number",
            "specialise",
            "bytes_per_token = 10000/3",
            why="read so, the answer is that of bf16",
            uses=("flop_law",),
            where=("flop_ratio = 300", "n_active = 100000000000", "n_tokens = 200000"),
        ),
        Step(
            "crossover",
            "solve_for",
            "n_tokens = bytes_per_parameter*n_active/(hardware_ratio*bytes_per_token)",
            why="the same law, solved for the context of the step",
            uses=("law",),
        ),
        Step(
            "active",
            "solve_for",
            "n_active = hardware_ratio*n_tokens*bytes_per_token/bytes_per_parameter",
            why="solved for the active parameters",
            uses=("law",),
        ),
        Step(
            "hardware",
            "solve_for",
            "hardware_ratio = bytes_per_parameter*n_active/(n_tokens*bytes_per_token)",
            why="solved for the hardware ratio",
            uses=("law",),
        ),
        Step(
            "at_least",
            "bound",
            f"{_bytes('least_active', 'most_ratio', 'most_tokens')} <= {KAPPA}",
            why="least parameters, greatest ratio and context bound the bytes from below",
            where=("least_active <= n_active", "hardware_ratio <= most_ratio", "n_tokens <= most_tokens"),
        ),
        Step(
            "at_most",
            "bound",
            f"{KAPPA} <= {_bytes('most_active', 'least_ratio', 'least_tokens')}",
            why="the other ends bound them from above; both bounds are attained, so neither can be improved",
            where=("n_active <= most_active", "least_ratio <= hardware_ratio", "least_tokens <= n_tokens"),
        ),
        Step(
            "spread",
            "specialise",
            f"({_bytes('most_active', 'least_ratio', 'least_tokens')})"
            f"/({_bytes('least_active', 'most_ratio', 'most_tokens')}) = 6",
            why="uncertain by 2 in parameters, 3/2 in the ratio and 2 in the context: by 6 in all",
            where=(
                "most_active = 2*least_active",
                "most_ratio = 3/2*least_ratio",
                "most_tokens = 2*least_tokens",
            ),
        ),
    ),
    instances=(
        *(
            Instance(f"weights in {name}", KAPPA, {**SPOKEN, "bytes_per_parameter": width}, value, "B/token", note)
            for name, width, value, note in (
                ("fp4", "1/2", "2500/3", "833 bytes"),
                ("fp8 or int8", 1, "5000/3", "1667 bytes: the consistent reading of the spoken number"),
                ("bf16", 2, "10000/3", "3333 bytes"),
            )
        ),
        Instance("least, 8-bit weights", KAPPA, {**LOW, "bytes_per_parameter": 1}, "15625/12", "B/token", "1302 bytes"),
        Instance("most, 8-bit weights", KAPPA, {**HIGH, "bytes_per_parameter": 1}, "15625/2", "B/token", "7813 bytes"),
        Instance(
            "the spoken head count",
            "bytes_per_token/(2*d_head)",
            {"bytes_per_token": "5000/3", "d_head": 128},
            "625/96",
            "heads",
            "6.51 heads at one byte an element: not the whole number eight",
        ),
    ),
    claims=(
        Claim(
            "spoken-fp8",
            KAPPA,
            {**SPOKEN, "bytes_per_parameter": 1},
            "1667",
            "pope2026",
            expect="rounds",
            exact="5000/3",
            ratio="5001/5000",
            place="01:33:02",
        ),
        *(
            Claim(
                f"spoken-{name}",
                KAPPA,
                {**SPOKEN, "bytes_per_parameter": width},
                "1667",
                "pope2026",
                expect="differs",
                exact=value,
                ratio=ratio,
                cause=f"a parameter counted as one byte; {words}",
                as_printed="n_active/(hardware_ratio*n_tokens)",
                place="01:33:02",
            )
            for name, width, value, ratio, words in UNIT_CORRECTED
        ),
        Claim(
            "almost-two-kilobytes",
            KAPPA,
            {**SPOKEN, "bytes_per_parameter": 1},
            "2 kB",
            "pope2026",
            expect="rounds",
            exact="5000/3",
            ratio="6/5",
            place="01:33:02",
            note="almost two kilobytes",
        ),
        Claim(
            "flashcard",
            KAPPA,
            {**SPOKEN, "bytes_per_parameter": 1},
            "1.7 kB",
            "patel2026",
            expect="rounds",
            exact="5000/3",
            ratio="51/50",
            place="chapter 6, card 3",
            note="printed as 1.7 KB: with KB = 1024 it would be 1741 bytes",
        ),
        Claim(
            "exactly-eight-heads",
            "2*d_head*n_kv_heads",
            {"d_head": 128, "n_kv_heads": 8},
            "1667",
            "pope2026",
            expect="differs",
            exact=2048,
            ratio="1667/2048",
            cause="said loosely of two kilobytes: eight heads are 2048 elements, 22.9 % more than 1667",
            place="01:33:02",
            note="8 KV heads and a d-head of 128 give exactly this number, as spoken",
        ),
    ),
)
