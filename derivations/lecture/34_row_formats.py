"""The bytes of one cached row: how do scales and unquantised parts add up to 656, 132, 584 and 68?"""

from symkv.derivations import Claim, Derivation, Instance, Step
from symkv.symbols import Symbol


def _row(name, latex, words):
    return Symbol(name, latex, words, "bytes", "positive rational", dimension="byte/(layer*token)")


LATENT_ROW = _row("latent_row", r"r_{\mathrm{c}}", "bytes of a cached latent row with its rotary part")
INDEX_ROW = _row("index_row", r"r_{\mathrm{I}}", "bytes of a cached index row")
SCALE = Symbol(
    "bytes_per_scale", r"b_{\mathrm{sc}}", "bytes of one scale", "bytes", "positive rational", dimension="byte"
)
GROUP = Symbol(
    "scaled_elements",
    "g",
    "elements that share a scale",
    "elements",
    "positive rational",
    dimension="element",
)
ROPE_RATE = Symbol(
    "rope_rate",
    r"b_{\mathrm{r}}",
    "bytes for one rotary element",
    "bytes",
    "positive rational",
    dimension="byte/element",
)
V32 = {"d_latent": 512, "bytes_per_element": 1, "bytes_per_scale": 4, "scaled_elements": 128}

derivation = Derivation(
    name="row_formats",
    units="named",
    title="The bytes of one row, scales and all",
    claim=(
        "A packed row holds its quantised elements, one scale for each group of them and its rotary part as it is: "
        "656 bytes for a latent of 512 with a rotary key of 64, 132 for an index key of 128."
    ),
    symbols=(LATENT_ROW, INDEX_ROW, SCALE, GROUP, ROPE_RATE, "d_latent", "d_rope", "d_index", "bytes_per_element"),
    over_reals=("d_latent", "d_rope", "d_index"),
    steps=(
        Step(
            "latent",
            "define",
            "latent_row = d_latent*bytes_per_element + d_latent/scaled_elements*bytes_per_scale + d_rope*rope_rate",
            why="premise: quantised latent, a scale for each group, rotary part in a format of its own",
            cite="li2025",
        ),
        Step(
            "index",
            "define",
            "index_row = d_index*bytes_per_element + d_index/scaled_elements*bytes_per_scale",
            why="premise: an index key has no rotary part of its own",
            cite="li2025",
        ),
        Step(
            "rate",
            "collect",
            "latent_row = d_latent*(bytes_per_element + bytes_per_scale/scaled_elements) + d_rope*rope_rate",
            why="a scale adds its share to every element of the group",
            uses=("latent",),
        ),
        Step(
            "more_than_elements",
            "bound",
            "index_row > d_index*bytes_per_element",
            why="so a format costs more than its elements",
            uses=("index",),
        ),
        Step(
            "large_groups",
            "limit",
            "bytes_per_element + bytes_per_scale/scaled_elements = bytes_per_element",
            why="unless a scale is shared by many",
            over="scaled_elements",
        ),
        Step(
            "saved",
            "specialise",
            "(d_latent + d_rope)*rope_rate - latent_row"
            " = d_latent*(bytes_per_element - bytes_per_scale/scaled_elements)",
            why="against a row of twice the width, quantising saves one width of the latent, less its scales",
            uses=("latent",),
            where=("rope_rate = 2*bytes_per_element",),
        ),
        Step(
            "added",
            "cancel",
            "(latent_row + index_row)/latent_row = 1 + index_row/latent_row",
            why="an index adds its row to what is stored",
            uses=("latent", "index"),
        ),
        Step(
            "v32_latent",
            "specialise",
            "latent_row = 656",
            why="512 one-byte elements, four scales of four bytes, 64 rotary elements of two bytes",
            uses=("latent",),
            where=(
                "d_latent = 512",
                "bytes_per_element = 1",
                "bytes_per_scale = 4",
                "scaled_elements = 128",
                "d_rope = 64",
                "rope_rate = 2",
            ),
        ),
        Step(
            "v32_index",
            "specialise",
            "index_row = 132",
            why="128 one-byte elements and one scale of four bytes",
            uses=("index",),
            where=("d_index = 128", "bytes_per_element = 1", "bytes_per_scale = 4", "scaled_elements = 128"),
        ),
        Step(
            "v32_ratio",
            "cancel",
            "(latent_row + index_row)/latent_row = 197/164",
            why="so the index adds a fifth to what is stored",
            uses=("v32_latent", "v32_index"),
        ),
        Step(
            "half_byte_index",
            "specialise",
            "index_row = 68",
            why="at half a byte per element and a one-byte scale for each 32",
            uses=("index",),
            where=("d_index = 128", "bytes_per_element = 0.5", "bytes_per_scale = 1", "scaled_elements = 32"),
        ),
        Step(
            "v4_row",
            "collect",
            "448*1 + 64*2 + 448/64*1 + 1 = 584",
            why="448 one-byte elements, 64 rotary ones of two bytes, seven one-byte scales, one byte of padding",
            cite="deepseek2026",
        ),
    ),
    instances=(
        Instance(
            "latent row of 512 and 64, fp8 with fp32 scales, rotary part in bf16",
            given={**V32, "d_rope": 64, "rope_rate": 2},
            value=656,
            unit="B",
            step="latent",
        ),
        Instance(
            "the same without quantisation, bf16",
            "(d_latent + d_rope)*bytes_per_element",
            {"d_latent": 512, "d_rope": 64, "bytes_per_element": 2},
            1152,
            "B",
        ),
        Instance(
            "index key of 128, fp8",
            given={"d_index": 128, "bytes_per_element": 1, "bytes_per_scale": 4, "scaled_elements": 128},
            value=132,
            unit="B",
            step="index",
        ),
        Instance("61 layers of latent rows", "n_layers*latent_row", {"n_layers": 61, "latent_row": 656}, 40016, "B"),
        Instance("61 layers of index rows", "n_layers*index_row", {"n_layers": 61, "index_row": 132}, 8052, "B"),
        Instance(
            "61 layers of both",
            "n_layers*(latent_row + index_row)",
            {"n_layers": 61, "latent_row": 656, "index_row": 132},
            48068,
            "B",
        ),
    ),
    claims=(
        Claim(
            "latent-row",
            given={"n_layers": 1, "d_latent": 512, "d_rope": 64, "dtype": "fp8_ds_mla"},
            model="mla",
            printed="656 B",
            source="li2025",
            exact=656,
        ),
    ),
)
