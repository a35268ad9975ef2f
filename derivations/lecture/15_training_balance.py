"""How many tokens should a model serve for each one it was trained on, and is the optimum where costs are equal?"""

from symkv.derivations import Claim, Derivation, Instance, Step
from symkv.symbols import Symbol


def _symbol(name, letter, words, unit="1", dimension="1"):
    return Symbol(name, letter, words, unit, "positive rational", dimension=dimension)


RL = _symbol("rl_tokens", r"D_{\mathrm{RL}}", "tokens of reinforcement learning", "tokens")
RL_FLOP = _symbol("rl_operations", r"a", "operations a parameter and token in RL, 2 to 6", "operations")
PRE, LEARN, SERVE = (
    _symbol(f"{word}_cost", rf"C_{{\mathrm{{{short}}}}}", f"operations of {what}", "operations", "parameter")
    for word, short, what in (("pre", "pre", "pre-training"), ("rl", "RL", "RL"), ("serve", "inf", "inference"))
)
X = _symbol("free_choice", "x", "the quantity that may be chosen")
OPTIMUM = _symbol("best_choice", "x_0", "the choice of least cost")
FALL = _symbol("falling_scale", "A", "scale of the falling cost")
RISE = _symbol("rising_scale", "D", "scale of the rising cost")
FALL_COST = _symbol("falling_cost", r"C_{\downarrow}", "the falling cost")
RISE_COST = _symbol("rising_cost", r"C_{\uparrow}", "the rising cost")
P = _symbol("falling_power", "p", "power with which it falls")
Q = _symbol("rising_power", "q", "power with which it rises")
CHINCHILLA = _symbol("chinchilla_tokens", r"D_{\mathrm{C}}", "training tokens at 20 for each parameter", "tokens")

COSTS = "falling_scale/{x} + rising_scale*{x}"
RISING = "falling_scale/{x} + rising_scale*{x}**2"
SQUARE = "falling_scale/{x}**2 + rising_scale*{x}"

derivation = Derivation(
    name="training_balance",
    units="named",
    title="Training against inference",
    claim=(
        "Setting the three costs equal gives as many tokens served as trained, at a third of the utilisation; that "
        "the least sum lies where two costs are equal holds for A/x + Dx, and for equal powers only."
    ),
    symbols=(
        "n_active",
        "training_tokens",
        "inference_tokens",
        "decode_inefficiency",
        "tokens_per_second",
        "serving_seconds",
        RL,
        RL_FLOP,
        PRE,
        LEARN,
        SERVE,
        X,
        OPTIMUM,
        FALL,
        RISE,
        FALL_COST,
        RISE_COST,
        P,
        Q,
        CHINCHILLA,
    ),
    over_reals=("n_active",),
    steps=(
        Step(
            "pre",
            "define",
            "pre_cost = 6*n_active*training_tokens",
            why="two operations a parameter and token forward, four backward",
            cite="pope2026",
        ),
        Step(
            "rl",
            "define",
            "rl_cost = rl_operations*n_active*rl_tokens*decode_inefficiency",
            why="two to six, and most of it is decode, at a lower utilisation",
            cite="pope2026",
        ),
        Step(
            "serve",
            "define",
            "serve_cost = 2*n_active*inference_tokens*decode_inefficiency",
            why="forward only, and all of it decode",
            cite="pope2026",
        ),
        Step(
            "served",
            "solve_for",
            "inference_tokens = 3*training_tokens/decode_inefficiency",
            why="training as dear as serving: the parameters cancel",
            uses=("pre", "serve"),
            where=("pre_cost = serve_cost",),
        ),
        Step(
            "learned",
            "solve_for",
            "rl_tokens = 6*training_tokens/(rl_operations*decode_inefficiency)",
            why="training as dear as learning by reinforcement",
            uses=("pre", "rl"),
            where=("pre_cost = rl_cost",),
        ),
        Step(
            "as_many",
            "specialise",
            "inference_tokens = training_tokens",
            why="at a third of the utilisation: as many tokens served as trained",
            uses=("served",),
            where=("decode_inefficiency = 3",),
        ),
        Step(
            "rl_share",
            "specialise",
            "training_tokens = 3/2*rl_tokens",
            why="half as many tokens again as in RL, counted at three operations",
            uses=("learned",),
            where=("decode_inefficiency = 3", "rl_operations = 3"),
        ),
        Step(
            "rl_of_served",
            "cancel",
            "rl_tokens/inference_tokens = 2/rl_operations",
            why="between RL and inference only the operations differ: RL has from as many tokens to a third",
            uses=("served", "learned"),
        ),
        Step(
            "two_months",
            "specialise",
            "tokens_per_second*serving_seconds = 259200000000000",
            why="50 million tokens per second for 60 days",
            where=("tokens_per_second = 50000000", "serving_seconds = 60*86400"),
        ),
        Step(
            "chinchilla",
            "define",
            "chinchilla_tokens = 20*n_active",
            why="twenty training tokens for each parameter",
            cite="pope2026",
            units=("20 = 1/parameter",),
        ),
        Step(
            "over_trained",
            "specialise",
            "tokens_per_second*serving_seconds/chinchilla_tokens = 648/5",
            why="129.6 times the tokens of that rule for a hundred billion active parameters",
            uses=("chinchilla",),
            where=("tokens_per_second = 50000000", "serving_seconds = 60*86400", "n_active = 100000000000"),
        ),
        Step(
            "first_order",
            "given",
            "falling_power*falling_cost = rising_power*rising_cost",
            why="premise: at the least sum of A/x**p and D*x**q the slopes cancel, p and q times the costs over x",
        ),
        Step(
            "cost_ratio",
            "solve_for",
            "falling_cost = rising_power/falling_power*rising_cost",
            why="the costs stand there as q to p",
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
            "optimum",
            "optimum",
            f"{COSTS.format(x='free_choice')} >= {COSTS.format(x='best_choice')}",
            why="of a cost that falls as 1/x and one that rises as x, the sum is least at sqrt(A/D)",
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
            "(falling_scale/best_choice)/(rising_scale*best_choice) = 1",
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
            "(falling_scale/best_choice**2)/(rising_scale*best_choice) = 1/2",
            why="at that optimum the falling cost is half of the rising one: q/p for p = 2 and q = 1",
            where=("rising_scale*best_choice**3 = 2*falling_scale",),
        ),
        Step(
            "other_optimum",
            "optimum",
            f"{RISING.format(x='free_choice')} >= {RISING.format(x='best_choice')}",
            why="a cost that rises as the square, beside one that falls as 1/x",
            where=("best_choice > 0", "2*rising_scale*best_choice**3 = falling_scale"),
        ),
        Step(
            "other_ratio",
            "cancel",
            "(falling_scale/best_choice)/(rising_scale*best_choice**2) = 2",
            why="at that optimum the falling cost is twice the rising one",
            where=("2*rising_scale*best_choice**3 = falling_scale",),
        ),
    ),
    instances=(
        Instance(
            "all served models",
            "tokens_per_second*serving_seconds",
            {"tokens_per_second": 5 * 10**8, "serving_seconds": 60 * 86_400},
            2592 * 10**12,
            "tokens",
            "2.592e15",
        ),
        Instance(
            "one model of ten",
            "tokens_per_second*serving_seconds",
            {"tokens_per_second": 5 * 10**7, "serving_seconds": 60 * 86_400},
            2592 * 10**11,
            "tokens",
            "2.592e14",
        ),
        Instance(
            "optimum of 4/x + x",
            COSTS.format(x="free_choice"),
            {"falling_scale": 4, "rising_scale": 1, "free_choice": 2},
            4,
            "",
            "2 and 2",
        ),
        Instance(
            "optimum of 4/x**2 + x",
            SQUARE.format(x="free_choice"),
            {"falling_scale": 4, "rising_scale": 1, "free_choice": 2},
            3,
            "",
            "1 and 2: not equal",
        ),
        Instance(
            "optimum of 16/x + x**2",
            RISING.format(x="free_choice"),
            {"falling_scale": 16, "rising_scale": 1, "free_choice": 2},
            12,
            "",
            "8 and 4",
        ),
    ),
    claims=(
        Claim(
            "all-models",
            "tokens_per_second*days*86400",
            {"tokens_per_second": 5 * 10**8, "days": 60},
            "2.6e15",
            "pope2026",
            expect="rounds",
            exact=2592 * 10**12,
            ratio="325/324",
            place="01:18:59",
            note="five hundred million tokens a second for two months",
        ),
        Claim(
            "one-model",
            "tokens_per_second*days*86400",
            {"tokens_per_second": 5 * 10**7, "days": 60},
            "200e12",
            "pope2026",
            expect="differs",
            decimals=-13,
            exact=2592 * 10**11,
            ratio="125/162",
            cause="said as around two hundred trillion, rounded down by nearly a quarter",
            place="01:18:59",
            note="the same on flashcard 5 of chapter 5",
        ),
        Claim(
            "chinchilla",
            "20*n_active",
            {"n_active": 100 * 10**9},
            "2e12",
            "pope2026",
            exact=2 * 10**12,
            place="01:18:59",
        ),
        Claim(
            "over-trained-rounded",
            "served/chinchilla",
            {"served": "200e12", "chinchilla": "2e12"},
            "100x",
            "patel2026",
            exact=100,
            place="chapter 5, card 6",
        ),
        Claim(
            "over-trained",
            "tokens_per_second*days*86400/(20*n_active)",
            {"tokens_per_second": 5 * 10**7, "days": 60, "n_active": 100 * 10**9},
            "100x",
            "pope2026",
            expect="differs",
            exact="648/5",
            ratio="125/162",
            cause="the served tokens were rounded down to two hundred trillion first",
            place="01:18:59",
        ),
        Claim(
            "card-balance",
            "rl_operations*decode_inefficiency/6",
            {"rl_operations": 3, "decode_inefficiency": 3},
            "1.5",
            "patel2026",
            exact="3/2",
            place="chapter 5, card 4",
        ),
        Claim(
            "card-inefficiency-twice",
            "rl_operations*3*decode_inefficiency/6",
            {"rl_operations": 3, "decode_inefficiency": 3},
            "1.5",
            "patel2026",
            expect="differs",
            exact="9/2",
            ratio="1/3",
            cause="the card's equation has both the 3 and the inefficiency, which are one and the same",
            as_printed="rl_operations*decode_inefficiency/6",
            place="chapter 5, card 4, middle equation",
        ),
        Claim(
            "spoken-share",
            "2/(6*utilisation)",
            {"utilisation": "3/10"},
            "10 %",
            "pope2026",
            expect="differs",
            exact="10/9",
            ratio="9/100",
            cause="multiplied by the utilisation where the cost is divided by it",
            as_printed="2/6*utilisation",
            place="01:18:59",
            note="said as 1/10, and corrected on air: this is like 1.5, and this is one",
        ),
    ),
)
