"""What goes wrong where the width of a head is taken as the model's width over its query heads?"""

from symkv.derivations import Claim, Derivation, Instance, Step
from symkv.symbols import Symbol


def _per_token(name, letter, words):
    return Symbol(name, letter, words, "bytes", "positive rational", dimension="byte/token")


GUESSED = _per_token("guessed_per_token", r"\hat\kappa", "bytes per token with a guessed head width")
TRUE = _per_token("true_per_token", r"\kappa", "bytes stored per token")
WIDTH = Symbol("model_width", "d", "width of the model", "elements", dimension="element/(layer*token)")
FORMULA = "n_layers*2*n_kv_heads*d_head*bytes_per_element"


def _share(name, d_model, n_heads, d_head, printed, exact, source, sign="high"):
    one, other = ("model_width/(n_heads*d_head)", "1") if sign == "high" else ("1", "model_width/(n_heads*d_head)")
    given = {"model_width": d_model, "n_heads": n_heads, "d_head": d_head}
    return Claim(name, f"{one} - {other}", given, printed, source, _verdict(printed), exact=exact)


def _verdict(printed):
    return "matches" if printed == "25%" else "rounds"


def _width(name, d_model, n_heads, d_head, printed, source, ratio):
    return Claim(
        name,
        "d_head",
        {"model_width": d_model, "n_heads": n_heads, "d_head": d_head},
        printed,
        source,
        "differs",
        "a tool's value, which this source corrects",
        exact=d_head,
        ratio=ratio,
        cause="the model's width over its query heads, where the config names another width",
        as_printed="model_width/n_heads",
        decimals=2,
    )


def _before(name, layers, heads, width, guess, tokens, printed, exact, ratio):
    return Claim(
        f"{name}-before",
        f"{FORMULA}*n_tokens",
        {"n_layers": layers, "n_kv_heads": heads, "d_head": width, "bytes_per_element": 2, "n_tokens": tokens},
        printed,
        "han2026",
        "differs",
        "the estimate that this source corrects; GB is GiB",
        exact=exact,
        ratio=ratio,
        cause="the width of the model over its query heads taken for that of a head",
        as_printed=f"n_layers*2*n_kv_heads*{guess}*bytes_per_element*n_tokens",
    )


def _after(name, layers, heads, width, tokens, printed, exact, ratio):
    given = {"n_layers": layers, "n_kv_heads": heads, "d_head": width, "bytes_per_element": 2, "n_tokens": tokens}
    formula = f"{FORMULA}*n_tokens"
    return Claim(f"{name}-after", formula, given, printed, "han2026", "rounds", "GB is GiB", exact=exact, ratio=ratio)


def _latent_before(name, layers, guess, tokens, printed, exact, ratio):
    given = {"n_layers": layers, "d_latent": 512, "d_rope": 64, "bytes_per_element": 2, "n_tokens": tokens}
    return Claim(
        f"{name}-before",
        "mla.stored",
        given,
        printed,
        "han2026",
        "differs",
        "the estimate that this source corrects; GB is GiB",
        exact=exact,
        ratio=ratio,
        cause="a latent taken for a key and a value as wide as the model over its query heads",
        as_printed=f"n_layers*2*{guess}*bytes_per_element*n_tokens",
    )


def _latent_after(name, layers, tokens, printed, exact):
    given = {"n_layers": layers, "d_latent": 512, "d_rope": 64, "bytes_per_element": 2, "n_tokens": tokens}
    return Claim(f"{name}-after", "mla.stored", given, printed, "han2026", "rounds", "GB is GiB", exact=exact)


derivation = Derivation(
    name="head_dim",
    units="named",
    title="The width of a head",
    claim=(
        "Tools that take the model's width over its query heads for the width of a head are too high for some models, "
        "too low for others, and right only where the heads split the model's width."
    ),
    symbols=(GUESSED, TRUE, WIDTH, "n_layers", "n_heads", "n_kv_heads", "d_head", "bytes_per_element"),
    over_reals=("model_width", "d_head"),
    steps=(
        Step(
            "true",
            "built",
            f"true_per_token = {FORMULA}",
            why="the width that the keys and values have",
            uses=("gqa.growth",),
        ),
        Step(
            "guessed",
            "define",
            "guessed_per_token = n_layers*2*n_kv_heads*(model_width/n_heads)*bytes_per_element",
            why="the width that a split of the model's width among the query heads would give",
            cite="soksof2026",
        ),
        Step(
            "factor",
            "cancel",
            "guessed_per_token/true_per_token = model_width/(n_heads*d_head)",
            why="neither layers nor KV heads nor precision matter",
            uses=("true", "guessed"),
        ),
        Step(
            "right",
            "solve_for",
            "d_head = model_width/n_heads",
            why="the guess is right for no other width",
            uses=("true", "guessed"),
            where=("guessed_per_token = true_per_token",),
        ),
        Step(
            "too_high",
            "bound",
            "guessed_per_token > true_per_token",
            why="it is too high where the query heads are narrower than the model",
            uses=("true", "guessed"),
            where=("model_width > n_heads*d_head",),
        ),
        Step(
            "too_low",
            "bound",
            "guessed_per_token < true_per_token",
            why="and too low where they are wider",
            uses=("true", "guessed"),
            where=("model_width < n_heads*d_head",),
        ),
        Step("mistral", "cancel", "5120/(32*128) = 5/4", why="Mistral Small 24B: 25 % too high"),
        Step("gpt_oss", "cancel", "2880/(64*64) = 45/64", why="gpt-oss 20B: 30 % too low"),
        Step("gemma", "cancel", "3840/(16*256) = 15/16", why="Gemma 3 12B: 6 % too low"),
        Step("qwen", "cancel", "5120/(64*128) = 5/8", why="Qwen3 32B: 37.5 % too low"),
        Step("qwen_small", "cancel", "1024/(16*128) = 1/2", why="Qwen3 0.6B: half"),
        Step("deepseek", "cancel", "7168/128 = 56", why="DeepSeek-V3: what a tool takes for a head, beside the latent"),
        Step("kimi", "cancel", "7168/64 = 112", why="Kimi K2.5: the same with half the heads"),
        Step(
            "whole",
            "cases",
            "floor(model_width/n_heads)*n_heads = model_width - mod(model_width, n_heads)",
            why="what a whole-number division loses besides, where the heads do not come out even",
        ),
    ),
    instances=(
        Instance(
            "width guessed for Mistral Small 24B", "model_width/n_heads", {"model_width": 5120, "n_heads": 32}, 160
        ),
        Instance("width guessed for gpt-oss 20B", "model_width/n_heads", {"model_width": 2880, "n_heads": 64}, 45),
    ),
    claims=(
        _width("mistral-small-24b", 5120, 32, 128, "160", "soksof2026", "5/4"),
        _width("gpt-oss-20b", 2880, 64, 64, "45", "soksof2026", "45/64"),
        _width("gemma-3-12b", 3840, 16, 256, "240", "soksof2026", "15/16"),
        _share("mistral-small-24b-high", 5120, 32, 128, "25%", "1/4", "soksof2026"),
        _share("gpt-oss-20b-low", 2880, 64, 64, "30%", "19/64", "soksof2026", "low"),
        Claim(
            "qwen3-32b",
            "gqa.growth",
            {"n_layers": 64, "n_kv_heads": 8, "d_head": 128, "bytes_per_element": 2},
            "160 KiB",
            "fan2025",
            "differs",
            "the source shows this value as the wrong one",
            exact=262144,
            ratio="5/8",
            cause="heads of 5120/64 = 80 elements, where the config says 128",
            as_printed="n_layers*2*n_kv_heads*80*bytes_per_element",
        ),
        _before("qwen3-0-6b", 28, 8, 128, 64, 40960, "2.19 GB", 4697620480, "438/875"),
        _after("qwen3-0-6b", 28, 8, 128, 40960, "4.38 GB", 4697620480, "876/875"),
        _latent_before("deepseek-v3-1", 61, 56, 163840, "2.08 GB", 11513364480, "13312/68625"),
        _latent_after("deepseek-v3-1", 61, 163840, "10.72 GB", 11513364480),
        _latent_before("kimi-k2-5", 61, 112, 262144, "6.67 GB", 18421383168, "5336/13725"),
        _latent_after("kimi-k2-5", 61, 262144, "17.16 GB", 18421383168),
    ),
)
