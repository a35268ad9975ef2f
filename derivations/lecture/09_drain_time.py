"""Why does a batch leave every 20 milliseconds, and how long can a request wait for it?"""

from symkv.derivations import Claim, Derivation, Instance, Step
from symkv.symbols import Symbol


def _seconds(name, letter, words):
    return Symbol(name, letter, words, "seconds", "positive rational", dimension="second")


ARRIVAL = _seconds("arrival_seconds", "a", "time at which a request arrives, after the first departure")
LATE = _seconds("late_seconds", r"\varepsilon", "time by which a request misses a departure")
DEPARTURES = Symbol("n_departures", "k", "departures so far", "departures", "positive integer", dimension="1")
FINENESS = Symbol("fineness", "m", "parts into which a period is cut", "1", "positive rational", dimension="1")

WAIT = "ceil(arrival_seconds/step_seconds)*step_seconds - arrival_seconds"

CHIPS = (  # name, bytes, bytes per second, seconds, note
    ("Rubin", 288 * 10**9, 20 * 10**12, "9/625", "14.4 ms"),
    ("H100", 80 * 10**9, 335 * 10**10, "8/335", "23.9 ms"),
    ("TPU v5e", 16 * 10**9, 82 * 10**10, "4/205", "19.5 ms"),
    ("TPU v4", 32 * 2**30, 12 * 10**11, "8388608/292968750", "28.6 ms: 32 GiB"),
)

derivation = Derivation(
    name="drain_time",
    units="named",
    title="Drain time and the timetable of batches",
    claim=(
        "A step that reads all of memory takes capacity over bandwidth, whatever the number of chips; a request waits "
        "less than one such period and runs for one, so it is answered within twice the drain time."
    ),
    symbols=(
        "hbm_bytes",
        "bandwidth",
        "drain_seconds",
        "n_chips",
        "memory_seconds",
        "step_seconds",
        "bytes_per_parameter",
        "n_total",
        "batch",
        "n_tokens",
        "bytes_per_token",
        ARRIVAL,
        LATE,
        DEPARTURES,
        FINENESS,
    ),
    steps=(
        Step(
            "drain",
            "define",
            "drain_seconds = hbm_bytes/bandwidth",
            why="the time to read the whole memory once",
            cite="pope2026",
        ),
        Step(
            "chips_cancel",
            "cancel",
            "n_chips*hbm_bytes/(n_chips*bandwidth) = drain_seconds",
            why="more chips hold more and read more: the time is one of the generation, not of the rack",
            uses=("drain",),
        ),
        Step(
            "memory",
            "define",
            "memory_seconds = (bytes_per_parameter*n_total + batch*n_tokens*bytes_per_token)/bandwidth",
            why="a step reads the weights and every cache once",
            cite="pope2026",
        ),
        Step(
            "full",
            "substitute",
            "memory_seconds = drain_seconds",
            why="where weights and caches fill the memory, a step reads all of it",
            uses=("memory", "drain"),
            where=("bytes_per_parameter*n_total + batch*n_tokens*bytes_per_token = hbm_bytes",),
        ),
        Step(
            "no_longer",
            "bound",
            "memory_seconds <= drain_seconds",
            why="no step that fits reads for longer: to read twice would be to read the same again",
            uses=("memory", "drain"),
            where=("bytes_per_parameter*n_total + batch*n_tokens*bytes_per_token <= hbm_bytes",),
        ),
        Step(
            "idle",
            "collect",
            "drain_seconds - memory_seconds"
            " = (hbm_bytes - bytes_per_parameter*n_total - batch*n_tokens*bytes_per_token)/bandwidth",
            why="what a departure every drain time leaves unused is the free memory",
            uses=("memory", "drain"),
        ),
        Step(
            "wait",
            "bound",
            f"{WAIT} < step_seconds",
            why="a request waits for the next departure, less than one period",
        ),
        Step(
            "no_negative_wait",
            "bound",
            "ceil(arrival_seconds/step_seconds)*step_seconds >= arrival_seconds",
            why="no request boards a batch that has left",
        ),
        Step(
            "just_missed",
            "cases",
            "ceil((n_departures*step_seconds + late_seconds)/step_seconds)*step_seconds"
            " - (n_departures*step_seconds + late_seconds) = step_seconds - late_seconds",
            why="a request that comes just after a departure waits for the rest of the period",
            where=("late_seconds <= step_seconds",),
        ),
        Step(
            "answered",
            "bound",
            f"{WAIT} + step_seconds < step_seconds + step_seconds",
            why="with the step itself a request is answered within two periods",
        ),
        Step(
            "two_periods",
            "limit",
            "step_seconds - step_seconds/fineness + step_seconds = 2*step_seconds",
            why="two periods are the least such bound: missing by ever less comes as near to them as one likes",
            over="fineness",
        ),
        Step(
            "periods",
            "round_up",
            "ceil((arrival_seconds + step_seconds)/step_seconds) = ceil(arrival_seconds/step_seconds) + 1",
            why="the timetable repeats: a request one period later takes the next departure",
        ),
    ),
    instances=(
        *(
            Instance(
                chip,
                "hbm_bytes/bandwidth",
                {"hbm_bytes": size, "bandwidth": rate},
                value,
                "s",
                note,
            )
            for chip, size, rate, value, note in CHIPS
        ),
        Instance("waiting and running", "2*step_seconds", {"step_seconds": "1/50"}, "1/25", "s", "40 ms"),
    ),
    claims=(
        Claim(
            "rubin",
            "hbm_bytes/bandwidth",
            {"hbm_bytes": "288e9", "bandwidth": "20e12"},
            "15 ms",
            "pope2026",
            expect="differs",
            exact="9/625",
            ratio="25/24",
            cause="said as about 15, to the nearest five: 14.4 ms",
            place="00:00:00",
            note="the same on flashcard 9 of chapter 1",
        ),
        Claim(
            "rule-of-thumb",
            "hbm_bytes/bandwidth",
            {"hbm_bytes": "80e9", "bandwidth": "3.35e12"},
            "20 ms",
            "pope2026",
            expect="rounds",
            decimals=-1,
            exact="8/335",
            ratio="67/80",
            place="00:00:00",
            note="20 milliseconds on many generations of memory; here the H100",
        ),
        Claim(
            "worst-case",
            "2*step_seconds",
            {"step_seconds": "20e-3"},
            "40 ms",
            "pope2026",
            exact="1/25",
            place="00:00:00",
        ),
        Claim(
            "median-decode",
            "n_steps*step_seconds",
            {"n_steps": 512, "step_seconds": "19e-3"},
            "9 s",
            "austin2025",
            expect="differs",
            exact="1216/125",
            ratio="1125/1216",
            cause="cut off rather than rounded: 512 steps of 19 ms are 9.7 s",
            place="applied inference, latency of the largest batch",
            note="printed as about 9s",
        ),
        Claim(
            "queries-per-chip",
            "batch/(step_seconds*n_steps*n_chips)",
            {"batch": 43, "step_seconds": "0.019", "n_steps": 512, "n_chips": 16},
            "0.27",
            "austin2025",
            expect="differs",
            exact="5375/19456",
            ratio="131328/134375",
            cause="cut off rather than rounded: 0.276 queries per second and chip",
            place="applied inference, table of queries per chip, bfloat16",
        ),
    ),
)
