"""Up to which context does a flat price above a step cover the cost?"""

from symkv.derivations import Claim, Derivation, Instance, Step
from symkv.symbols import Symbol


def _symbol(name, letter, words, unit, dimension):
    return Symbol(name, letter, words, unit, "positive rational", dimension=dimension)


STEP = _symbol("price_step", "p", "price above the step over that below it", "1", "1")
ABOVE = _symbol("above_price", r"p_{1}", "the higher price", "$", "1")
BELOW = _symbol("below_price", r"p_{0}", "the lower price", "$", "1")
REACH = _symbol("reach_tokens", r"S_{p}", "context up to which the upper price covers the cost", "tokens", "token")

derivation = Derivation(
    name="price_range",
    units="named",
    title="The range of a flat price",
    claim=(
        "Where reading binds, the cost grows with the context, so a flat price above the step covers it up to a "
        "context as many times the crossover as the price is times the lower one: at 1.5 times, 300 thousand tokens."
    ),
    symbols=(
        "batch",
        "n_active",
        "n_tokens",
        "bytes_per_token",
        "bytes_per_parameter",
        "multiply_rate",
        "bandwidth",
        "hardware_ratio",
        "crossover_tokens",
        STEP,
        REACH,
        ABOVE,
        BELOW,
    ),
    over_reals=("n_active", "n_tokens"),
    steps=(
        Step(
            "ratio",
            "define",
            "hardware_ratio = multiply_rate*bytes_per_parameter/bandwidth",
            why="the hardware ratio",
            cite="pope2026",
        ),
        Step(
            "crossover",
            "define",
            "crossover_tokens = bytes_per_parameter*n_active/(hardware_ratio*bytes_per_token)",
            why="the context whose cache takes as long to read as one token to compute",
        ),
        Step(
            "cost",
            "cases",
            "max(batch*n_active/multiply_rate, batch*n_tokens*bytes_per_token/bandwidth)"
            "/(batch*n_active/multiply_rate) = max(1, n_tokens/crossover_tokens)",
            why="the cost of a token, in units of its compute: flat, and from the crossover on a line",
            uses=("ratio", "crossover"),
        ),
        Step(
            "reach",
            "solve_for",
            "reach_tokens = price_step*crossover_tokens",
            why="beyond the crossover the cost grows in proportion to the context, until it meets the upper price",
            where=("reach_tokens/crossover_tokens = price_step",),
        ),
        Step(
            "covered",
            "bound",
            "max(crossover_tokens, n_tokens) <= price_step*crossover_tokens",
            why="up to there a flat price above the step covers the cost, the greater of computing and reading",
            uses=("reach",),
            where=("n_tokens <= reach_tokens", "crossover_tokens <= reach_tokens"),
        ),
        Step(
            "not_covered",
            "bound",
            "max(crossover_tokens, n_tokens) > price_step*crossover_tokens",
            why="beyond that context it does not cover the cost",
            uses=("reach",),
            where=("n_tokens > reach_tokens",),
        ),
        Step(
            "reach_spoken",
            "specialise",
            "reach_tokens = 300000",
            why="half as dear again from 200 thousand tokens on covers the cost up to 300 thousand",
            uses=("reach",),
            where=("price_step = 3/2", "crossover_tokens = 200000"),
        ),
        Step(
            "needed",
            "solve_for",
            "price_step = reach_tokens/crossover_tokens",
            why="the other way round, the price that a longest context asks for",
            uses=("reach",),
        ),
        Step(
            "million",
            "specialise",
            "price_step = 5",
            why="a million tokens with the step at 200 thousand would ask for five times the lower price",
            uses=("needed",),
            where=("reach_tokens = 1000000", "crossover_tokens = 200000"),
        ),
    ),
    instances=(
        Instance(
            "cost at 1M tokens, over that below the step",
            "max(crossover_tokens, n_tokens)/crossover_tokens",
            {"n_tokens": 10**6, "crossover_tokens": 200_000},
            5,
            "",
            "where the upper price is 1.5",
        ),
        *(
            Instance(
                f"Gemini 3.1 Pro, dollars {what}",
                "above_price/below_price",
                {"above_price": above, "below_price": below},
                value,
                "",
                note,
            )
            for what, above, below, value, note in (
                ("an output token over an input token, up to 200k", 12, 2, 6, "12 over 2"),
                ("an output token over an input token, above", 18, 4, "9/2", "18 over 4"),
                ("an input token above 200k over one below", 4, 2, 2, "4 over 2"),
                ("an output token above 200k over one below", 18, 12, "3/2", "18 over 12: the spoken 50 %"),
            )
        ),
    ),
    claims=(
        Claim(
            "gemini-output",
            "above/below - 1",
            {"above": 18, "below": 12},
            "50 %",
            "pope2026",
            exact="1/2",
            ratio=1,
            place="01:33:02",
            note="dollars per million output tokens of Gemini 3.1 Pro above and up to 200k tokens, as of March 2026",
        ),
        Claim(
            "gemini-input",
            "above/below - 1",
            {"above": 4, "below": 2},
            "50 %",
            "pope2026",
            expect="differs",
            exact=1,
            ratio="1/2",
            cause="the rise of the output price is given for both; the input price doubles",
            place="01:33:02",
            note="input prices of the same list, seen in two guides that quote it",
        ),
    ),
)
