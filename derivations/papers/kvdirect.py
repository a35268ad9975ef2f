"""How many blocks does a request of 16K tokens send, and where do 2048 blocks of 4 KB and 8192 bytes come from?"""

from symkv.derivations import Claim, Derivation, Instance, Step
from symkv.symbols import Symbol

SENT = Symbol("sent", r"M", "bytes that a GPU sends", "bytes", "positive rational", dimension="byte")
BLOCK = Symbol(
    "block_bytes",
    r"M_{\mathrm{b}}",
    "bytes of a block of one layer",
    "bytes",
    "positive rational",
    dimension="byte/layer",
)
COUNT = Symbol("layer_blocks", r"n_{\mathrm{b}}", "blocks of one layer", "blocks", "positive rational", dimension="1")
GPU_HEADS = Symbol("gpu_heads", r"n_{t}", "KV heads on one GPU", "heads", dimension="head/layer")
SHAPE = {"n_layers": 80, "n_kv_heads": 8, "d_head": 128, "bytes_per_element": 2}
NOTE = "pages 4 and 6 of the paper as quoted in issue 2 of its repository"

derivation = Derivation(
    name="kvdirect",
    units="named",
    title="KVDirect's blocks",
    claim=(
        "Of 16,384 tokens of a 70B model one GPU of eight sends 640 MiB. In blocks of 4 KiB that is 163,840 of them; "
        "2048 are those of one of the 80 layers."
    ),
    symbols=(
        SENT,
        BLOCK,
        COUNT,
        GPU_HEADS,
        "n_layers",
        "d_head",
        "bytes_per_element",
        "n_tokens",
        "block_size",
    ),
    steps=(
        Step(
            "sent",
            "define",
            "sent = n_layers*2*gpu_heads*d_head*bytes_per_element*n_tokens",
            why="keys and values of the heads that a GPU has",
            cite="chen2025",
        ),
        Step(
            "block",
            "define",
            "block_bytes = gpu_heads*d_head*bytes_per_element*block_size",
            why="keys or values of one layer in a block of tokens",
        ),
        Step(
            "blocks",
            "define",
            "layer_blocks = 2*ceil(n_tokens/block_size)",
            why="blocks of keys and of values in one layer",
            units=("2 = 1",),
        ),
        Step(
            "all_layers",
            "specialise",
            "sent = n_layers*layer_blocks*block_bytes",
            why="full blocks hold exactly what is sent, in every layer",
            uses=("sent", "block", "blocks"),
            where=("block_size divides n_tokens",),
        ),
        Step(
            "no_less",
            "bound",
            "n_layers*layer_blocks*block_bytes >= sent",
            why="and never less",
            uses=("sent", "block", "blocks"),
        ),
        Step(
            "block_of_sixteen",
            "specialise",
            "block_bytes = 4096",
            why="16 tokens of one head of width 128 in 16 bits: 4 KiB",
            uses=("block",),
            where=("gpu_heads = 1", "d_head = 128", "bytes_per_element = 2", "block_size = 16"),
        ),
        Step(
            "blocks_of_a_layer",
            "specialise",
            "layer_blocks = 2048",
            why="keys and values of 16,384 tokens in blocks of 16",
            uses=("blocks",),
            where=("n_tokens = 2**14", "block_size = 16"),
        ),
        Step("one_layer", "collect", "2048*4096 = 8*2**20", why="8 MiB: one layer of 80"),
        Step("eighty", "collect", "80*8*2**20 = 640*2**20", why="all layers: the 640 MiB"),
    ),
    instances=(
        Instance(
            "sent by one GPU of eight",
            step="sent",
            given={"n_layers": 80, "gpu_heads": 1, "d_head": 128, "bytes_per_element": 2, "n_tokens": "16Ki"},
            value=671088640,
            unit="B",
            note="640 MiB",
        ),
    ),
    claims=(
        Claim(
            "request",
            model="llama-3.1-70b",
            of="per_rank",
            given={"n_tokens": "16Ki", "tp": 8, "dtype": "bf16"},
            printed="640 MB",
            source="chen2025",
            place="page 4",
            note=f"{NOTE}; MB is MiB",
            exact=671088640,
        ),
        Claim(
            "blocks",
            "layer_blocks*block_bytes",
            {"layer_blocks": 2048, "block_bytes": 4096},
            "640 MB",
            "chen2025",
            "differs",
            NOTE,
            "page 4",
            exact=8388608,
            ratio="78125/1024",
            cause="the blocks of one layer, where the model has 80",
            as_printed="80*layer_blocks*block_bytes",
        ),
        Claim(
            "block",
            "block_size*d_head*bytes_per_element",
            {"block_size": 16, "d_head": 128, "bytes_per_element": 2},
            "8192 B",
            "chen2025",
            "differs",
            NOTE,
            "page 6",
            exact=4096,
            ratio=2,
            cause="keys and values counted, where the product written has one of them",
            as_printed="2*block_size*d_head*bytes_per_element",
        ),
    ),
)
