"""When do weights cut along both axes need less communication than weights cut along one?"""

from symkv.derivations import Claim, Derivation, Instance, Step
from symkv.symbols import Symbol


def _symbol(name, letter, words, unit, dimension):
    return Symbol(name, letter, words, unit, "positive rational", dimension=dimension)


WIDTH = _symbol("attention_width", "D", "model width, that of all query heads together", "elements", "1")
INNER = _symbol("ff_width", r"F_{\mathrm{ff}}", "width of the feed-forward layer", "elements", "1")
ROWS = _symbol("row_chips", "X", "chips along the model width", "chips", "1")
BEST = _symbol("best_rows", "X_0", "the number of them that needs least communication", "chips", "1")
AXES = _symbol("mesh_axes", "m", "axes of links that one cut can use, three in a torus", "axes", "1")
LINK = _symbol("link_bandwidth", r"\beta_{\mathrm{link}}", "bytes per second of one link", "bytes/s", "byte/second")
TIME = _symbol("sharded_seconds", r"\tau_{2}", "time of the communication, cut along both axes", "seconds", "second")
SINGLE = _symbol("single_seconds", r"\tau_{1}", "time of the communication, cut along one", "seconds", "second")

RISE = _symbol("rise_per_row", "s", "rise of the second term with each chip along the model width", "1", "1")

SUM = "attention_width/{x} + rise_per_row*{x}"
AT_BEST = "2*ff_width*best_rows**2 = attention_width*n_chips"

derivation = Derivation(
    name="square_sharding",
    units="named",
    title="Weights cut along both axes",
    claim=(
        "Cut along both axes, activations travel least where the parts are nearly square, and the time falls with the "
        "root of the chips; on three axes of links that beats a single cut from 72 chips on."
    ),
    symbols=("batch", "n_chips", WIDTH, INNER, ROWS, BEST, AXES, LINK, TIME, SINGLE, RISE),
    over_reals=("n_chips",),
    steps=(
        Step(
            "time",
            "define",
            "sharded_seconds = 2*batch*attention_width/(row_chips*link_bandwidth)"
            " + 4*batch*ff_width/(n_chips/row_chips*link_bandwidth)",
            why="bf16 activations gathered and scattered over one axis, and reduced over the other",
            units=("2 = byte", "4 = byte"),
            cite="austin2025",
        ),
        Step(
            "rise",
            "define",
            "rise_per_row = 2*ff_width/n_chips",
            why="a reduction sends twice, and is spread over the chips along the other axis",
        ),
        Step(
            "common",
            "collect",
            f"sharded_seconds = 2*batch/link_bandwidth*({SUM.format(x='row_chips')})",
            why="one term falls and one rises with the chips along the width",
            uses=("time", "rise"),
            units=("2 = byte",),
        ),
        Step(
            "least",
            "optimum",
            f"{SUM.format(x='row_chips')} >= {SUM.format(x='best_rows')}",
            why="their sum is least where the two are equal",
            where=("best_rows > 0", "rise_per_row*best_rows**2 = attention_width"),
        ),
        Step(
            "best",
            "substitute",
            AT_BEST,
            why="this gives the number of chips along the width",
            uses=("rise",),
            where=("rise_per_row*best_rows**2 = attention_width",),
        ),
        Step(
            "equal",
            "cancel",
            "attention_width/best_rows = 2*ff_width*best_rows/n_chips",
            why="there each part is as wide as it is long, but for the factor 2",
            where=(AT_BEST,),
        ),
        Step(
            "chips",
            "solve_for",
            "n_chips = 8*best_rows**2",
            why="with a feed-forward layer four times as wide as the model",
            where=(AT_BEST, "ff_width = 4*attention_width"),
        ),
        Step(
            "at_best",
            "specialise",
            "sharded_seconds = 4*batch*attention_width/(best_rows*link_bandwidth)",
            why="the least time",
            uses=("time",),
            where=("row_chips = best_rows", AT_BEST),
            units=("4 = byte",),
        ),
        Step(
            "root",
            "cancel",
            "(4*batch*attention_width/(best_rows*link_bandwidth))**2"
            " = 128*(batch*attention_width/link_bandwidth)**2/n_chips",
            why="its square falls as one over the chips: the printed root of 128",
            uses=("chips",),
            units=("4 = byte", "128 = byte**2"),
        ),
        Step(
            "single",
            "define",
            "single_seconds = 4*batch*attention_width/(mesh_axes*link_bandwidth)",
            why="a single cut gathers and scatters all activations, over all its links, however many chips there are",
            units=("4 = byte",),
            cite="austin2025",
        ),
        Step(
            "better",
            "bound",
            "sharded_seconds < single_seconds",
            why="cut along both axes is better where the width is spread over more chips than there are axes",
            uses=("at_best", "single"),
            where=("mesh_axes < best_rows",),
        ),
        Step(
            "worse",
            "bound",
            "sharded_seconds > single_seconds",
            why="it is worse where over fewer",
            uses=("at_best", "single"),
            where=("best_rows < mesh_axes",),
        ),
        Step(
            "threshold",
            "specialise",
            "n_chips = 8*mesh_axes**2",
            why="the two are equal at this number of chips",
            uses=("chips",),
            where=("best_rows = mesh_axes",),
        ),
        Step(
            "three_axes",
            "specialise",
            "n_chips = 72",
            why="on a torus of three axes",
            uses=("threshold",),
            where=("mesh_axes = 3",),
        ),
    ),
    instances=(
        Instance(
            "chips from which two axes are better",
            "2*(ff_width/attention_width)*mesh_axes**2",
            {"ff_width": 4, "attention_width": 1, "mesh_axes": 3},
            72,
            "chips",
            "for any ratio of the widths",
        ),
        Instance(
            "the same for a feed-forward layer 3.5 times as wide",
            "2*(ff_width/attention_width)*mesh_axes**2",
            {"ff_width": "7/2", "attention_width": 1, "mesh_axes": 3},
            63,
            "chips",
            "as in Llama-3-70B",
        ),
    ),
    claims=(
        Claim(
            "threshold",
            "128*(3/4)**2",
            {},
            "81",
            "austin2025",
            expect="differs",
            exact=72,
            ratio="9/8",
            cause="a slip in the last product: 128 times nine sixteenths is 72, as is the general form at F = 4D",
            place="inference, question 7, answer",
        ),
        Claim(
            "constant-of-the-root",
            "4*4*8",
            {},
            "128",
            "austin2025",
            exact=128,
            place="inference, question 7, answer",
            note="printed under a root",
        ),
    ),
)
