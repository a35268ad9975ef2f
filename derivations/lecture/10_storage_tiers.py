"""Is a cache held, moved to a slower tier or computed again, and from which time on?"""

from symkv.derivations import Claim, Derivation, Instance, Step
from symkv.symbols import Symbol


def _symbol(name, letter, words, unit, dimension):
    return Symbol(name, letter, words, unit, "positive rational", dimension=dimension)


AGAIN = _symbol("recompute_cost", "c_0", "cost of computing the cache of one token again", "$", "1")
HOLD = _symbol("hbm_rate", "c_1", "cost per second of holding one token in HBM", "$/s", "1/second")
FETCH = _symbol("fetch_cost", "c_2", "cost of fetching one token from the slower tier", "$", "1")
KEEP = _symbol("tier_rate", "c_3", "cost per second of holding one token in the slower tier", "$/s", "1/second")
MOVE = _symbol("move_seconds", "t_1", "hold time from which the slower tier is cheaper", "seconds", "second")
DROP = _symbol("drop_seconds", "t_2", "hold time from which computing again is cheaper", "seconds", "second")
RENT = _symbol("device_rate", "c", "rent of the device", "$/s", "1/second")
BREAK_EVEN = _symbol("break_even_seconds", r"\tau^{*}", "hold time at which both cost the same", "seconds", "second")
HOUR = _symbol("hour_price", r"p_{60}", "price of a write that is held for an hour", "$", "1")
MINUTES = _symbol("minutes_price", r"p_{5}", "price of a write that is held for five minutes", "$", "1")
BYTES = _symbol("held_bytes", r"K", "bytes that are held", "bytes", "byte")

HBM, TIER = "hbm_rate*hold_seconds", "(fetch_cost + tier_rate*hold_seconds)"
CHEAPEST = f"min({HBM}, {TIER}, recompute_cost)"

derivation = Derivation(
    name="storage_tiers",
    units="named",
    title="Hold, move or compute again",
    claim=(
        "Holding a cache in HBM beats computing it again for the drain time multiplied by the crossover context; of "
        "three tiers the cheapest changes at two hold times, and a tier suits what is held for as long as it drains."
    ),
    symbols=(
        "n_active",
        "multiply_rate",
        "hbm_bytes",
        "bytes_per_token",
        "bandwidth",
        "bytes_per_parameter",
        "hardware_ratio",
        "crossover_tokens",
        "drain_seconds",
        "hold_seconds",
        "tier_bytes",
        "tier_bandwidth",
        AGAIN,
        HOLD,
        FETCH,
        KEEP,
        MOVE,
        DROP,
        RENT,
        BREAK_EVEN,
        BYTES,
        HOUR,
        MINUTES,
    ),
    steps=(
        Step(
            "again",
            "define",
            "recompute_cost = n_active/multiply_rate*device_rate",
            why="one token of cache again is one pass through the model, and nothing to hold",
            cite="pope2026",
        ),
        Step(
            "hold",
            "define",
            "hbm_rate = bytes_per_token/hbm_bytes*device_rate",
            why="held in HBM it takes its share of the device, and nothing to fetch",
            cite="pope2026",
            units=("1 = token",),
        ),
        Step(
            "break_even",
            "solve_for",
            "hold_seconds = n_active/multiply_rate*(hbm_bytes/bytes_per_token)",
            why="the hold time at which the two cost the same; the rent cancels",
            uses=("again", "hold"),
            where=("hbm_rate*hold_seconds = recompute_cost",),
            units=("1 = token",),
        ),
        Step("drain", "define", "drain_seconds = hbm_bytes/bandwidth", why="the time to read all memory once"),
        Step(
            "ratio",
            "define",
            "hardware_ratio = multiply_rate*bytes_per_parameter/bandwidth",
            why="the hardware ratio",
        ),
        Step(
            "crossover",
            "define",
            "crossover_tokens = bytes_per_parameter*n_active/(hardware_ratio*bytes_per_token)",
            why="the context whose cache takes as long to read as one token to compute",
        ),
        Step(
            "identity",
            "define",
            "break_even_seconds = drain_seconds*crossover_tokens",
            why="drain time times crossover context, the latter taken as a number",
            units=("1 = token",),
        ),
        Step(
            "same",
            "substitute",
            "hold_seconds = break_even_seconds",
            why="the break-even time is that product: precision and bandwidth cancel",
            uses=("break_even", "drain", "ratio", "crossover", "identity"),
            units=("1 = token",),
        ),
        Step(
            "spoken",
            "specialise",
            "break_even_seconds = 4000",
            why="20 milliseconds for each of 200 thousand tokens: 67 minutes",
            uses=("identity",),
            where=("drain_seconds = 1/50", "crossover_tokens = 200000"),
            units=("1 = token",),
        ),
        Step(
            "two_tiers",
            "cases",
            f"min({HBM}, recompute_cost) = ({HBM} if hold_seconds <= recompute_cost/hbm_rate else recompute_cost)",
            why="of these two, holding is the cheaper one up to there",
        ),
        Step(
            "move",
            "given",
            "hbm_rate*move_seconds = fetch_cost + tier_rate*move_seconds",
            why="the time at which a slower tier, cheaper to hold, has earned its fetch back",
            cite="pope2026",
        ),
        Step(
            "move_time",
            "solve_for",
            "move_seconds = fetch_cost/(hbm_rate - tier_rate)",
            why="solved for the time of moving",
            uses=("move",),
            where=("tier_rate < hbm_rate",),
        ),
        Step(
            "drop",
            "given",
            "recompute_cost = fetch_cost + tier_rate*drop_seconds",
            why="the time at which holding there has become as dear as computing again",
            cite="pope2026",
        ),
        Step(
            "drop_time",
            "solve_for",
            "drop_seconds = (recompute_cost - fetch_cost)/tier_rate",
            why="solved for the time of dropping",
            uses=("drop",),
        ),
        Step(
            "cheapest",
            "cases",
            f"{CHEAPEST} = ({HBM} if hold_seconds <= move_seconds else"
            f" ({TIER} if hold_seconds <= drop_seconds else recompute_cost))",
            why="three tiers, three pieces: HBM for a short time, the slower tier for a longer one, nothing after that",
            uses=("move", "drop"),
            where=("tier_rate < hbm_rate", "move_seconds <= drop_seconds"),
        ),
        Step(
            "never_moved",
            "cases",
            f"{CHEAPEST} = min({HBM}, recompute_cost)",
            why="a slower tier that would earn its fetch back too late is never the cheapest",
            uses=("move", "drop"),
            where=("tier_rate < hbm_rate", "drop_seconds <= move_seconds"),
        ),
        Step(
            "suits",
            "solve_for",
            "hold_seconds = tier_bytes/tier_bandwidth",
            why="the fraction of the tier that is held equals that of its bandwidth that is used; the bytes cancel",
            where=("held_bytes/tier_bandwidth = hold_seconds*(held_bytes/tier_bytes)",),
        ),
        Step(
            "fetch_dearer",
            "bound",
            "held_bytes/tier_bandwidth > hold_seconds*(held_bytes/tier_bytes)",
            why="of what is held for less than that, fetching takes more of the tier than holding",
            where=("hold_seconds < tier_bytes/tier_bandwidth",),
        ),
        Step(
            "hold_dearer",
            "bound",
            "held_bytes/tier_bandwidth < hold_seconds*(held_bytes/tier_bytes)",
            why="of what is held for more, holding takes more",
            where=("hold_seconds > tier_bytes/tier_bandwidth",),
        ),
    ),
    instances=(
        Instance(
            "HBM against computing again, 20 ms",
            "drain_seconds*crossover_tokens",
            {"drain_seconds": "1/50", "crossover_tokens": 200_000},
            4000,
            "s",
            "67 minutes",
        ),
        Instance(
            "the same on Rubin, 14.4 ms",
            "drain_seconds*crossover_tokens",
            {"drain_seconds": "9/625", "crossover_tokens": 200_000},
            2880,
            "s",
            "48 minutes",
        ),
        Instance(
            "price of holding, per million tokens and minute",
            "(hour_price - minutes_price)/(60 - 5)",
            {"hour_price": 10, "minutes_price": "25/4"},
            "3/44",
            "$",
            "from the writes for 5 minutes and for one hour",
        ),
        Instance(
            "price of holding, per million tokens and hour",
            "60*(hour_price - minutes_price)/(60 - 5)",
            {"hour_price": 10, "minutes_price": "25/4"},
            "45/11",
            "$",
            "4.09 dollars",
        ),
        Instance(
            "price of a write that is held for no time",
            "minutes_price - 5*(hour_price - minutes_price)/(60 - 5)",
            {"hour_price": 10, "minutes_price": "25/4"},
            "65/11",
            "$",
            "5.91, a little above the 5 of computing again",
        ),
    ),
    claims=(
        *(
            Claim(
                name,
                "price/base",
                {"price": price, "base": 5},
                printed,
                source,
                exact=exact,
                place=place,
                note=note,
            )
            for name, price, printed, exact, source, place, note in (
                ("write-5-minutes", "25/4", "1.25x", "5/4", "anthropic2026", "model pricing, Opus 5", "6.25 over 5"),
                ("write-1-hour", 10, "2x", 2, "anthropic2026", "model pricing, Opus 5", "10 over 5"),
                ("hit", "1/2", "0.1x", "1/10", "anthropic2026", "model pricing, Opus 5", "0.50 over 5"),
                ("output", 25, "5x", 5, "pope2026", "01:33:02", "25 over 5; spoken as 3 to 5, then 5"),
            )
        ),
        Claim(
            "ten-times-cheaper",
            "base/hit",
            {"base": 5, "hit": "1/2"},
            "10x",
            "pope2026",
            exact=10,
            place="01:33:02",
            note="a cache hit against computing again",
        ),
    ),
)
