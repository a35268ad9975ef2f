"""Latent attention: what is saved by keeping the latent instead of the keys and values that are rebuilt from it?"""

from symkv.derivations import Derivation, Instance, Step
from symkv.symbols import Symbol
from symkv.variants import variant

variant("mla_expanded")  # it declares d_nope


def _per_token(name, letters, words):
    latex = rf"\kappa_{{\mathrm{{{letters}}}}}"
    return Symbol(name, latex, words, "bytes", "positive rational", dimension="byte/token")


LATENT = _per_token("absorbed_bytes", "abs", "bytes per token where the latent is kept")
EXPANDED = _per_token("expanded_bytes", "exp", "bytes per token where keys and values of every head are kept")
PER_HEAD = ("1 = layer/head",)  # the latent serves all heads of a layer
V3 = {"n_heads": 128, "d_nope": 128, "d_rope": 64, "d_v": 128, "d_latent": 512}
V2 = {"n_layers": 60, "n_heads": 128, "d_nope": 128, "d_rope": 64, "d_v": 128, "bytes_per_element": 2}

derivation = Derivation(
    name="absorbed_latent",
    units="named",
    title="Keeping the latent, or what is rebuilt from it",
    claim=(
        "The projections that rebuild keys and values can be absorbed into the query and the output, so one latent row "
        "per layer is kept and read: 640/9 times less than 128 expanded heads."
    ),
    symbols=(LATENT, EXPANDED, "n_layers", "n_heads", "d_nope", "d_rope", "d_v", "d_latent", "bytes_per_element", "tp"),
    over_reals=("n_heads",),
    steps=(
        Step(
            "expanded",
            "built",
            "expanded_bytes = n_layers*n_heads*(d_nope + d_rope + d_v)*bytes_per_element",
            why="without absorption every head keeps a key with its rotary part and a value",
            uses=("mla_expanded.growth",),
            cite="deepseek2024",
            units=PER_HEAD,
        ),
        Step(
            "absorbed",
            "built",
            "absorbed_bytes = n_layers*(d_latent + d_rope)*bytes_per_element",
            why="with absorption a layer keeps the latent and one rotary key",
            uses=("mla.growth",),
            cite="deepseek2024",
        ),
        Step(
            "ratio",
            "cancel",
            "expanded_bytes/absorbed_bytes = n_heads*(d_nope + d_rope + d_v)/(d_latent + d_rope)",
            why="layers and number format are the same",
            uses=("expanded", "absorbed"),
            units=PER_HEAD,
        ),
        Step(
            "break_even",
            "solve_for",
            "n_heads = (d_latent + d_rope)/(d_nope + d_rope + d_v)",
            why="heads at which nothing is gained",
            uses=("expanded", "absorbed"),
            where=("expanded_bytes = absorbed_bytes",),
            units=PER_HEAD,
        ),
        Step(
            "gain",
            "bound",
            "absorbed_bytes < expanded_bytes",
            why="with more heads the latent is smaller",
            uses=("expanded", "absorbed"),
            where=("n_heads*(d_nope + d_rope + d_v) > d_latent + d_rope",),
            units=PER_HEAD,
        ),
        Step(
            "ranks",
            "cancel",
            "(expanded_bytes/tp)/absorbed_bytes = n_heads*(d_nope + d_rope + d_v)/((d_latent + d_rope)*tp)",
            why="heads are split over the ranks, a latent is kept by each: the gain per rank is divided by them",
            uses=("expanded", "absorbed"),
            units=PER_HEAD,
        ),
        Step(
            "ranks_lost",
            "bound",
            "absorbed_bytes <= expanded_bytes/tp",
            why="and is gone when there are more ranks than the ratio",
            uses=("expanded", "absorbed"),
            where=("(d_latent + d_rope)*tp <= n_heads*(d_nope + d_rope + d_v)",),
            units=(*PER_HEAD, "1 = rank"),
        ),
    ),
    instances=(
        Instance(
            "128 heads of 128 and 64, values of 128, latent 512",
            "n_heads*(d_nope + d_rope + d_v)/(d_latent + d_rope)",
            V3,
            "640/9",
            "x",
        ),
        Instance("60 layers expanded, bf16", given=V2, value=4915200, unit="B", step="expanded"),
        Instance(
            "60 layers absorbed, bf16",
            given={"n_layers": 60, "d_latent": 512, "d_rope": 64, "bytes_per_element": 2},
            value=69120,
            unit="B",
            step="absorbed",
        ),
    ),
)
