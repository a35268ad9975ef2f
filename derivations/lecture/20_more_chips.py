"""Until when do more chips make a step faster, and how much do figures of a whole service come to?"""

from symkv.derivations import Claim, Derivation, Instance, Step
from symkv.symbols import Symbol


def _seconds(name, letter, words):
    return Symbol(name, letter, words, "seconds", "positive rational", dimension="second")


WORK = _seconds("one_chip_seconds", "a", "time of the work on one chip")
SENT = _seconds("sending_seconds", "c", "time of sending, on any number of chips")
FEWER = Symbol("fewer_chips", "n'", "a smaller number of chips", "chips", dimension="1")

STEP = "max(one_chip_seconds/n_chips, sending_seconds)"

derivation = Derivation(
    name="more_chips",
    units="named",
    title="More chips for one step",
    claim=(
        "Work divided over chips hides the sending until the two are equal; from that number on more chips change "
        "nothing, so the least useful number is a ceiling, and what they cost goes on growing."
    ),
    symbols=("n_chips", WORK, SENT, FEWER),
    steps=(
        Step(
            "never_slower",
            "bound",
            f"{STEP} <= max(one_chip_seconds/fewer_chips, sending_seconds)",
            why="more chips never make a step slower, if sending is hidden behind the work",
            where=("fewer_chips <= n_chips",),
        ),
        Step(
            "hidden",
            "cases",
            f"{STEP} = one_chip_seconds/n_chips",
            why="sending is hidden while the divided work takes longer",
            where=("n_chips*sending_seconds <= one_chip_seconds",),
        ),
        Step(
            "bound_by_sending",
            "cases",
            f"{STEP} = sending_seconds",
            why="from this number of chips on it is all that counts",
            where=("n_chips >= ceil(one_chip_seconds/sending_seconds)",),
        ),
        Step(
            "still_working",
            "bound",
            f"{STEP} > sending_seconds",
            why="with one chip fewer it is not yet",
            where=("n_chips < ceil(one_chip_seconds/sending_seconds)",),
        ),
        Step(
            "floor",
            "bound",
            f"{STEP} >= sending_seconds",
            why="the time of sending is a floor for any number of chips",
        ),
        Step(
            "chip_seconds",
            "cases",
            f"n_chips*{STEP} = max(one_chip_seconds, n_chips*sending_seconds)",
            why="chips times time, which is what is paid for, is constant at first and then rises with the chips",
        ),
        Step(
            "no_cheaper",
            "bound",
            f"n_chips*{STEP} >= one_chip_seconds",
            why="it never falls below the work itself",
        ),
    ),
    instances=(
        Instance(
            "260 billion parameters, batch 512: chips until sending counts",
            "one_chip_seconds/sending_seconds",
            {"one_chip_seconds": "64/75", "sending_seconds": "524288/29296875"},
            "390625/8192",
            "chips",
            "47.7: up to 47 chips sending is hidden",
        ),
    ),
    claims=(
        Claim(
            "weights-exponent",
            "bytes_per_parameter*n_total",
            {"bytes_per_parameter": 2, "n_total": 52 * 10**9},
            "104e12",
            "kipply2022",
            expect="differs",
            exact=104 * 10**9,
            ratio=1000,
            cause="52e12 written for 52e9; the 104 GB at the end of the line are right",
            place="section capacity",
        ),
        Claim(
            "batch-that-fits",
            "left_bytes/(bytes_per_token*n_tokens)",
            {"left_bytes": 16 * 10**9, "bytes_per_token": 2_097_152, "n_tokens": 2048},
            "4",
            "kipply2022",
            expect="rounds",
            exact="1953125/524288",
            ratio="2097152/1953125",
            place="section capacity",
            note="3.7, so three whole sequences of 2048 tokens fit, not four",
        ),
        Claim(
            "messages-rounded",
            "4*n_layers*seconds",
            {"n_layers": 80, "seconds": "8e-6"},
            "3 ms",
            "kipply2022",
            expect="rounds",
            exact="8/3125",
            ratio="75/64",
            place="section latency calculations",
        ),
    ),
)
