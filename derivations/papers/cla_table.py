"""What does sharing one cache among neighbouring layers save, and do the 18 rows of its paper's table follow?"""

from symkv.caches import Stack, quantity
from symkv.derivations import Claim, Derivation, Instance, Step
from symkv.symbols import Symbol
from symkv.variants import variant

SHARED = Symbol(
    "shared_per_token",
    r"\kappa_{\mathrm{CLA}}",
    "bytes stored per token where layers share",
    "bytes",
    "positive rational",
    dimension="byte/token",
)
PLAIN = Symbol(
    "plain_per_token",
    r"\kappa_{\mathrm{own}}",
    "bytes stored per token where each layer keeps its own",
    "bytes",
    "positive rational",
    dimension="byte/token",
)

ROWS = (  # name, owners, KV heads, width, printed bytes per token
    ("h128-mha", 20, 16, 128, "163,840"),
    ("h128-gqa4", 20, 4, 128, "40,960"),
    ("h128-gqa2", 20, 2, 128, "20,480"),
    ("h128-mqa", 20, 1, 128, "10,240"),
    ("h64-mqa", 20, 1, 64, "5,120"),
    ("h46-mqa", 20, 1, 46, "3,680"),
    ("h32-mqa", 20, 1, 32, "2,560"),
    ("h512-mqa-cla2", 10, 1, 512, "20,480"),
    ("h256-mqa-cla2", 10, 1, 256, "10,240"),
    ("h128-mqa-cla2", 10, 1, 128, "5,120"),
    ("h90-mqa-cla2", 10, 1, 90, "3,600"),
    ("h64-mqa-cla2", 10, 1, 64, "2,560"),
    ("h256-gqa4-cla2", 10, 4, 256, "40,960"),
    ("h128-gqa4-cla2", 10, 4, 128, "20,480"),
    ("h128-gqa2-cla2", 10, 2, 128, "10,240"),
    ("h128-mqa-cla3", 7, 1, 128, "3,584"),
    ("h128-mqa-cla4", 5, 1, 128, "2,560"),
    ("h128-mqa-cla2-keep-ends", 11, 1, 128, "5,632"),
)
LARGER = (("3b-h64-mqa-cla2", 16, 1, 64, "4,096"), ("3b-h32-mqa", 32, 1, 32, "4,096"))


def _claim(row, place):
    name, owners, heads, width, printed = row
    given = {"n_unique_layers": owners, "n_kv_heads": heads, "d_head": width, "bytes_per_element": 2}
    exact = int(printed.replace(",", ""))
    return Claim(name, "cross_layer.growth", given, f"{printed} B", "brandon2024", exact=exact, place=place)


derivation = Derivation(
    name="cla_table",
    units="named",
    title="Cross-layer attention",
    claim=(
        "Groups of f layers that share one cache store ceil(L/f) of the L layers' rows: a saving of exactly 1 - 1/f "
        "where f divides L, and never more."
    ),
    symbols=(SHARED, PLAIN, "n_layers", "n_unique_layers", "share_factor", "n_kv_heads", "d_head", "bytes_per_element"),
    steps=(
        Step(
            "owned",
            "built",
            f"shared_per_token = {quantity(Stack.of(variant('cross_layer')), 'growth')}",
            why="a layer that owns a cache keeps one key and one value row for each token, the others keep nothing",
            uses=("cross_layer.growth",),
            cite="brandon2024",
        ),
        Step(
            "plain",
            "built",
            "plain_per_token = n_layers*2*n_kv_heads*d_head*bytes_per_element",
            why="without sharing each layer owns its cache",
            uses=("gqa.growth",),
        ),
        Step(
            "owners",
            "given",
            "n_unique_layers = ceil(n_layers/share_factor)",
            why="premise: neighbours share in groups of f, and a last group that is short still owns one cache",
            cite="brandon2024",
        ),
        Step(
            "shared",
            "substitute",
            "shared_per_token = ceil(n_layers/share_factor)*2*n_kv_heads*d_head*bytes_per_element",
            why="the owners put in, and key and value collected",
            uses=("owned", "owners"),
        ),
        Step(
            "saved",
            "specialise",
            "1 - shared_per_token/plain_per_token = 1 - 1/share_factor",
            why="where the groups come out even, the saving depends on nothing but f",
            uses=("shared", "plain"),
            where=("share_factor divides n_layers",),
        ),
        Step(
            "no_more",
            "bound",
            "shared_per_token*share_factor >= plain_per_token",
            why="no grouping saves more than 1 - 1/f, since ceil(L/f) is at least L/f",
            uses=("shared", "plain"),
        ),
        Step(
            "short_group",
            "cases",
            "ceil(n_layers/share_factor)*share_factor = n_layers + mod(-n_layers, share_factor)",
            why="what a short last group costs: the rows of the layers that it lacks",
        ),
        Step(
            "deep",
            "limit",
            "ceil(n_layers/share_factor)/n_layers = 1/share_factor",
            why="in a deep model the short group no longer counts",
            over="n_layers",
        ),
        Step(
            "one_group",
            "cases",
            "ceil(n_layers/share_factor) = 1",
            why="a group of all layers owns a single cache",
            where=("share_factor >= n_layers",),
            units=("1 = layer",),
        ),
        Step(
            "no_sharing",
            "specialise",
            "shared_per_token = plain_per_token",
            why="groups of one are the plain model",
            uses=("shared", "plain"),
            where=("share_factor = 1",),
        ),
        Step(
            "pairs",
            "specialise",
            "2*shared_per_token = plain_per_token",
            why="pairs halve the cache of a model with an even number of layers",
            uses=("shared", "plain"),
            where=("share_factor = 2", "2 divides n_layers"),
        ),
        Step(
            "odd_pairs",
            "specialise",
            "2*ceil(n_layers/share_factor) = n_layers + mod(n_layers, 2)",
            why="with an odd number of layers one stays single",
            where=("share_factor = 2",),
        ),
        Step(
            "threes",
            "collect",
            "20/3 = 6 + 2/3",
            why="CLA3 on 20 layers: six groups of three and one of two, so seven owners",
        ),
        Step(
            "same_bytes",
            "specialise",
            "n_layers*2*n_kv_heads*(d_head/2)*bytes_per_element = shared_per_token",
            why="pairs of layers with heads of full width cost what single layers with heads of half the width do",
            uses=("shared",),
            where=("share_factor = 2", "2 divides n_layers"),
        ),
    ),
    instances=(
        Instance(
            "three layers a group, heads of 128",
            "cross_layer.growth",
            {"n_unique_layers": 7, "n_kv_heads": 1, "d_head": 128, "bytes_per_element": 2},
            3584,
            "B",
            "7 owners of 20 layers",
        ),
        Instance(
            "two layers a group, heads of 128",
            "cross_layer.growth",
            {"n_unique_layers": 10, "n_kv_heads": 1, "d_head": 128, "bytes_per_element": 2},
            5120,
            "B",
        ),
        Instance("saving of four layers a group", "1 - 1/share_factor", {"share_factor": 4}, "3/4"),
    ),
    claims=(
        *(_claim(row, "table 1") for row in ROWS),
        *(_claim(row, "section on models of 3B parameters") for row in LARGER),
        Claim(
            "twice",
            "n_layers/n_unique_layers",
            {"n_layers": 20, "n_unique_layers": 10},
            "2x",
            "brandon2024",
            exact=2,
            place="abstract",
        ),
    ),
)
