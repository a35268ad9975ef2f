"""How much does a rank hold of latents cut in groups, and do the tables of GLA, GTA, MLRA, TPA and their kin follow?"""

from symkv.derivations import Claim, Derivation, Instance, Step
from symkv.symbols import Symbol


def _width(name, letter, words, domain="positive rational"):
    return Symbol(name, letter, words, "widths of a head", domain, dimension="1")


def _count(name, letter, words):
    return Symbol(name, letter, words, "1", dimension="1")


RANK = _width("rank_row", r"e_{t}", "row that a rank holds")
WHOLE = _width("row_widths", "e", "row of a layer")
LATENT = _width("latent", r"d_{\mathrm{c}}", "latent")
ROTARY = _width("rotary", r"d_{\mathrm{r}}", "rotary key")
GROUPS = _count("groups", "g", "groups of the latent")
RANKS = _count("ranks", "t", "tensor-parallel ranks")
HEADS = _count("heads", r"n_{\mathrm{q}}", "query heads")
CHANNELS = _count("channels", r"d_{\mathrm{h}}", "width of a head")
KEYS = _count("key_rank", r"R_{\mathrm{K}}", "outer products in a key")
VALUES = _count("value_rank", r"R_{\mathrm{V}}", "outer products in a value")
TENSOR = _count("tensor_row", r"e_{\mathrm{TPA}}", "elements of a token's factors")
FULL = _count("full_row", r"e_{\mathrm{MHA}}", "elements of its keys and values")
SPLIT = "latent/min(groups, ranks) + rotary"
HELD = "latent/shares + rotary"  # shares: groups or ranks, whichever are fewer
BYTES = f"({HELD})*d_head*bytes_per_element"


def _bytes(name, kind, latent, shares, printed):
    given = {"latent": latent, "rotary": "1/2", "shares": shares, "d_head": 128, "bytes_per_element": 2}
    return Claim(name, BYTES, given, printed, "zadouri2025", place=f"table 5, {kind}", exact=int(printed))


def _widths(name, latent, shares, printed, source, place):
    given = {"latent": latent, "rotary": "1/2", "shares": shares}
    exact = {"4.5": "9/2", "2.5": "5/2", "1.5": "3/2"}[printed]
    return Claim(name, HELD, given, printed, source, place=place, exact=exact)


derivation = Derivation(
    name="mlra_gla_tpa",
    units="named",
    title="Latents in groups, tied states and tensor products",
    claim=(
        "Ranks share a latent out up to its number of groups: MLA's single latent is copied to every rank, and more "
        "groups let more ranks hold less."
    ),
    symbols=(RANK, WHOLE, LATENT, ROTARY, GROUPS, RANKS, HEADS, CHANNELS, KEYS, VALUES, TENSOR, FULL),
    steps=(
        Step(
            "whole", "define", "row_widths = latent + rotary", why="latent and rotary key of a layer, however it is cut"
        ),
        Step(
            "rank",
            "given",
            f"rank_row = {SPLIT}",
            why="premise: groups are dealt out to ranks until each has one, and the rotary key is copied",
            cite="liu2026",
        ),
        Step(
            "one_group",
            "specialise",
            "rank_row = row_widths",
            why="a single latent is copied to every rank: MLA",
            uses=("rank", "whole"),
            where=("groups = 1",),
        ),
        Step(
            "few_ranks",
            "specialise",
            "rank_row = latent/ranks + rotary",
            why="up to g ranks share the latent out",
            uses=("rank",),
            where=("ranks <= groups",),
        ),
        Step(
            "many_ranks",
            "specialise",
            "rank_row = latent/groups + rotary",
            why="and more ranks save nothing",
            uses=("rank",),
            where=("ranks >= groups",),
        ),
        Step(
            "no_more",
            "bound",
            "rank_row <= row_widths",
            why="a rank never holds more than the row",
            uses=("rank", "whole"),
        ),
        Step(
            "together",
            "bound",
            "ranks*rank_row >= row_widths",
            why="and the ranks together never less",
            uses=("rank", "whole"),
        ),
        Step(
            "floor",
            "limit",
            "latent/min(groups, ranks) + rotary = latent/groups + rotary",
            why="what is left with any number of ranks",
            over="ranks",
        ),
        Step(
            "copies",
            "specialise",
            "ranks*rank_row - row_widths = (ranks - 1)*rotary",
            why="at one group a rank, only the rotary key is kept more than once",
            uses=("rank", "whole"),
            where=("ranks = groups",),
        ),
        Step(
            "tensor",
            "define",
            "tensor_row = (key_rank + value_rank)*(heads + channels)",
            why="a vector over heads and one over channels for each outer product",
            cite="zhang2025",
        ),
        Step("full", "define", "full_row = 2*heads*channels", why="key and value of every head"),
        Step(
            "tensor_share",
            "specialise",
            "tensor_row/full_row = 1/heads + 1/channels",
            why="one outer product each",
            uses=("tensor", "full"),
            where=("key_rank = 1", "value_rank = 1"),
        ),
        Step(
            "tensor_wide",
            "limit",
            "(key_rank + value_rank)*(heads + channels)/(heads*channels) = (key_rank + value_rank)/channels",
            why="with many heads the vectors over heads dominate: the share tends to the ranks over the head's width",
            over="heads",
        ),
        Step(
            "tied",
            "collect",
            "4*1 + 1/2 = 9/2",
            why="four tied states of one width and half of one: as many bytes as MLA's latent of four widths",
        ),
    ),
    instances=(
        Instance("one of two ranks", HELD, {"latent": 4, "rotary": "1/2", "shares": 2}, "5/2", "widths"),
        Instance(
            "outer products of rank 6 and 2 for 32 heads of 64",
            "(key_rank + value_rank)*(heads + channels)",
            {"key_rank": 6, "value_rank": 2, "heads": 32, "channels": 64},
            768,
            "elements",
        ),
    ),
    claims=(
        _bytes("gla-2", "GLA-2", 4, 1, "1152"),
        _bytes("gla-2-on-two", "GLA-2 on one of two ranks", 4, 2, "640"),
        _bytes("gta-4", "GTA-4", 4, 1, "1152"),
        _bytes("gta-4-on-two", "GTA-4 on one of two ranks", 4, 2, "640"),
        _widths("gla-8-on-eight", 16, 8, "2.5", "zadouri2025", "section 6, GLA-8 on one of eight ranks"),
        _widths("gta-8-on-eight", 8, 8, "1.5", "zadouri2025", "section 6, GTA-8 on one of eight ranks"),
        _widths("gta-8-on-four", 8, 4, "2.5", "zadouri2025", "section 6, GTA-8 on one of four ranks"),
        Claim(
            "gta-8-saves", "1 - (1 + 1/2)/2", {}, "25%", "zadouri2025", place="section 6, against GQA-8", exact="1/4"
        ),
        _widths("mlra-4", 4, 1, "4.5", "liu2026", "section 3.2"),
        _widths("mlra-4-on-two", 4, 2, "2.5", "liu2026", "section 3.2"),
        _widths("mlra-4-on-four", 4, 4, "1.5", "liu2026", "section 3.2"),
        Claim(
            "sigma",
            "1 - (n_k + n_v)/(2*n_kv)",
            {"n_k": 4, "n_v": 16, "n_kv": 16},
            "37.5%",
            "lin2025",
            place="section 3.1",
            exact="3/8",
        ),
        Claim("slim", "2*n_heads/n_heads_kept", {"n_heads": 32, "n_heads_kept": 32}, "2x", "graef2025", exact=2),
    ),
)
