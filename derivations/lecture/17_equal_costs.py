"""Is a sum of a falling and a rising cost least where the two are equal?"""

from symkv.derivations import Derivation, Instance, Step
from symkv.symbols import Symbol


def _symbol(name, letter, words):
    return Symbol(name, letter, words, "1", "positive rational", dimension="1")


X = _symbol("free_choice", "x", "the quantity that may be chosen")
OPTIMUM = _symbol("best_choice", "x_0", "the choice of least cost")
FALL = _symbol("falling_scale", "A", "scale of the falling cost")
RISE = _symbol("rising_scale", "D", "scale of the rising cost")
FALL_COST = _symbol("falling_cost", r"C_{\downarrow}", "the falling cost")
RISE_COST = _symbol("rising_cost", r"C_{\uparrow}", "the rising cost")
EQUAL = _symbol("equal_cost", "v", "either cost where the two are equal")
P = _symbol("falling_power", "p", "power with which it falls")
Q = _symbol("rising_power", "q", "power with which it rises")

COSTS = "falling_scale/{x} + rising_scale*{x}"
RISING = "falling_scale/{x} + rising_scale*{x}**2"
SQUARES = "falling_scale/{x}**2 + rising_scale*{x}**2"
SQUARE = "falling_scale/{x}**2 + rising_scale*{x}"

derivation = Derivation(
    name="equal_costs",
    units="named",
    title="When the optimum lies at equal costs",
    claim=(
        "The least sum of a falling and a rising cost lies where the two are equal if they are an inverse and a "
        "proportion, by the inequality of the means; for two powers they stand in the inverse ratio of these. Setting "
        "them equal costs at most twice the least."
    ),
    symbols=(X, OPTIMUM, FALL, RISE, FALL_COST, RISE_COST, EQUAL, P, Q),
    steps=(
        Step(
            "optimum",
            "optimum",
            f"{COSTS.format(x='free_choice')} >= {COSTS.format(x='best_choice')}",
            why="a falling inverse and a rising proportion have the least sum at the root of the ratio of their scales",
            where=("best_choice > 0", "rising_scale*best_choice**2 = falling_scale"),
        ),
        Step(
            "gap",
            "cancel",
            f"{COSTS.format(x='free_choice')} - ({COSTS.format(x='best_choice')})"
            " = rising_scale*(free_choice - best_choice)**2/free_choice",
            why="what any other choice costs more is a square: the inequality of the two means",
            where=("rising_scale*best_choice**2 = falling_scale",),
        ),
        Step(
            "equal_there",
            "cancel",
            "falling_scale/best_choice = rising_scale*best_choice",
            why="the two costs are equal there, as the heuristic says",
            where=("rising_scale*best_choice**2 = falling_scale",),
        ),
        Step(
            "unlike_optimum",
            "optimum",
            f"{SQUARE.format(x='free_choice')} >= {SQUARE.format(x='best_choice')}",
            why="a cost that falls as the square has its optimum elsewhere",
            where=("best_choice > 0", "rising_scale*best_choice**3 = 2*falling_scale"),
        ),
        Step(
            "unlike_gap",
            "cancel",
            f"{SQUARE.format(x='free_choice')} - ({SQUARE.format(x='best_choice')})"
            " = rising_scale*(free_choice - best_choice)**2*(2*free_choice + best_choice)/(2*free_choice**2)",
            why="here too, what other choices cost more is a square, times what is positive",
            where=("rising_scale*best_choice**3 = 2*falling_scale",),
        ),
        Step(
            "unlike_ratio",
            "cancel",
            "falling_scale/best_choice**2 = rising_scale*best_choice/2",
            why="at that optimum the falling cost is half of the rising one, as the powers are two and one",
            where=("rising_scale*best_choice**3 = 2*falling_scale",),
        ),
        Step(
            "other_optimum",
            "optimum",
            f"{RISING.format(x='free_choice')} >= {RISING.format(x='best_choice')}",
            why="a cost that rises as the square, beside one that falls as the inverse",
            where=("best_choice > 0", "2*rising_scale*best_choice**3 = falling_scale"),
        ),
        Step(
            "other_ratio",
            "cancel",
            "falling_scale/best_choice = 2*(rising_scale*best_choice**2)",
            why="at that optimum the falling cost is twice the rising one",
            where=("2*rising_scale*best_choice**3 = falling_scale",),
        ),
        Step(
            "squares",
            "optimum",
            f"{SQUARES.format(x='free_choice')} >= {SQUARES.format(x='best_choice')}",
            why="with the same power on both sides the optimum is where they are equal again",
            where=("best_choice > 0", "rising_scale*best_choice**4 = falling_scale"),
        ),
        Step(
            "squares_equal",
            "cancel",
            "falling_scale/best_choice**2 = rising_scale*best_choice**2",
            why="at that optimum the two costs are equal",
            where=("rising_scale*best_choice**4 = falling_scale",),
        ),
        Step(
            "first_order",
            "given",
            "falling_power*falling_cost = rising_power*rising_cost",
            why="premise: at the least sum of two powers the slopes cancel: each is its power times its cost",
        ),
        Step(
            "cost_ratio",
            "solve_for",
            "falling_cost = rising_power/falling_power*rising_cost",
            why="the costs stand there in the inverse ratio of the powers",
            uses=("first_order",),
        ),
        Step(
            "only_alike",
            "solve_for",
            "falling_power = rising_power",
            why="equal costs need equal powers: the heuristic is a statement about powers",
            uses=("first_order",),
            where=("falling_cost = rising_cost",),
        ),
        Step(
            "within_two",
            "bound",
            "equal_cost <= falling_cost + rising_cost",
            why="any falling and any rising cost: elsewhere one of the two is at least as high as where they meet,"
            " so setting them equal costs at most twice the least",
            where=("equal_cost <= max(falling_cost, rising_cost)",),
        ),
    ),
    instances=(
        Instance(
            "inverse and proportion, at the optimum",
            COSTS.format(x="free_choice"),
            {"falling_scale": 4, "rising_scale": 1, "free_choice": 2},
            4,
            "",
            "2 and 2",
        ),
        Instance(
            "inverse square and proportion, at the optimum",
            SQUARE.format(x="free_choice"),
            {"falling_scale": 4, "rising_scale": 1, "free_choice": 2},
            3,
            "",
            "1 and 2: not equal",
        ),
        Instance(
            "inverse and square, at the optimum",
            RISING.format(x="free_choice"),
            {"falling_scale": 16, "rising_scale": 1, "free_choice": 2},
            12,
            "",
            "8 and 4",
        ),
    ),
)
