"""How many tokens should a model serve for each one that it was trained on?"""

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
CHINCHILLA = _symbol("chinchilla_tokens", r"D_{\mathrm{C}}", "training tokens at 20 for each parameter", "tokens")

derivation = Derivation(
    name="training_balance",
    units="named",
    title="Training against inference",
    claim=(
        "Setting the costs of pre-training, reinforcement learning and inference equal gives, at a third of the "
        "utilisation, as many tokens served as trained, and half as many again as in reinforcement learning."
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
