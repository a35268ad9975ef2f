"""What is stored per token, and what is read: which designs give about two kilobytes of either?"""

from symkv.derivations import Claim, Derivation, Instance, Question, Step
from symkv.symbols import Symbol

STORED = Symbol(
    "stored_per_token",
    r"\kappa_{\mathrm{st}}",
    "bytes stored per token of context",
    "bytes",
    "positive rational",
    dimension="byte/token",
)
READ = Symbol(
    "read_per_token",
    r"\kappa_{\mathrm{rd}}",
    "bytes read per token of context and step",
    "bytes",
    "positive rational",
    dimension="byte/token",
)
FETCHED = Symbol(
    "fetched_share", "s", "share of the cached tokens that a step fetches", "1", "positive rational", dimension="1"
)
SPOKEN = {"n_unique_layers": 1, "d_head": 128, "n_kv_heads": 8}

# (bytes per element, unique contexts, KV heads, bytes per token): all designs from 1600 to 2100 bytes with d_head 128,
# 1, 2, 4 or 8 KV heads, one or two bytes per element
DESIGNS = (
    (1, 1, 8, 2048), (1, 2, 4, 2048), (1, 4, 2, 2048), (1, 7, 1, 1792), (1, 8, 1, 2048),
    (2, 1, 4, 2048), (2, 2, 2, 2048), (2, 4, 1, 2048),
)  # fmt: skip


def _solved(name, statement, why, uses, given=()):
    return Step(name, "solve_for", statement, why=why, uses=uses, where=given)


derivation = Derivation(
    name="stored_and_read",
    units="named",
    title="Stored and read are two numbers",
    claim=(
        "Sharing one context among layers divides the bytes that are stored and leaves the bytes that are read; "
        "fetching a share of the tokens divides the bytes read and leaves those stored."
    ),
    symbols=(
        STORED,
        READ,
        FETCHED,
        "n_unique_layers",
        "n_global_layers",
        "n_kv_heads",
        "d_head",
        "bytes_per_element",
    ),
    over_reals=("n_kv_heads", "n_unique_layers", "n_global_layers", "d_head"),
    questions=(
        Question(
            "cross_layer",
            "n_kv_heads",
            "1667B",
            {"n_unique_layers": 1, "d_head": 128, "bytes_per_element": 1},
            expect=("1667/256",),
        ),
    ),
    steps=(
        Step(
            "stored",
            "define",
            "stored_per_token = n_unique_layers*2*d_head*n_kv_heads*bytes_per_element",
            why="premise: a context that is owned keeps one key and one value, whoever reads them",
            cite="pope2026",
        ),
        Step(
            "read",
            "define",
            "read_per_token = fetched_share*n_global_layers*2*d_head*n_kv_heads*bytes_per_element",
            why="premise: each global layer fetches its share of the keys and values, owned or borrowed",
            cite="pope2026",
        ),
        Step("share", "given", "fetched_share <= 1", why="premise: no token is fetched twice by one layer"),
        Step(
            "owners",
            "given",
            "n_unique_layers <= n_global_layers",
            why="premise: each context that is owned is read by a layer",
        ),
        Step(
            "ratio",
            "cancel",
            "read_per_token/stored_per_token = fetched_share*n_global_layers/n_unique_layers",
            why="heads, their width and the number format are the same on both sides",
            uses=("stored", "read"),
        ),
        Step(
            "at_most",
            "bound",
            "read_per_token <= n_global_layers/n_unique_layers*stored_per_token",
            why="a step reads what is stored no more than once for each layer that shares it",
            uses=("stored", "read", "share"),
        ),
        Step(
            "agree",
            "cancel",
            "read_per_token/stored_per_token = 1",
            why="both agree where the share that is fetched undoes the sharing",
            uses=("stored", "read"),
            where=("fetched_share*n_global_layers = n_unique_layers",),
        ),
        Step(
            "dense",
            "bound",
            "read_per_token >= stored_per_token",
            why="dense attention reads at least what is stored",
            uses=("stored", "read", "share", "owners"),
            where=("fetched_share = 1",),
        ),
        Step(
            "unshared",
            "bound",
            "read_per_token <= stored_per_token",
            why="without sharing it reads at most what is stored",
            uses=("stored", "read", "share"),
            where=("n_unique_layers = n_global_layers",),
        ),
        _solved(
            "heads",
            "n_kv_heads = stored_per_token/(n_unique_layers*2*d_head*bytes_per_element)",
            "solved for the heads by what is stored",
            ("stored",),
        ),
        _solved(
            "contexts",
            "n_unique_layers = stored_per_token/(2*d_head*n_kv_heads*bytes_per_element)",
            "solved for the contexts",
            ("stored",),
        ),
        _solved(
            "width",
            "d_head = stored_per_token/(n_unique_layers*2*n_kv_heads*bytes_per_element)",
            "solved for the width of a head",
            ("stored",),
        ),
        _solved(
            "format",
            "bytes_per_element = stored_per_token/(n_unique_layers*2*d_head*n_kv_heads)",
            "solved for the number format",
            ("stored",),
        ),
        _solved(
            "heads_read",
            "n_kv_heads = read_per_token/(fetched_share*n_global_layers*2*d_head*bytes_per_element)",
            "solved for the heads by what is read",
            ("read",),
        ),
        _solved(
            "readers",
            "n_global_layers = read_per_token/(fetched_share*2*d_head*n_kv_heads*bytes_per_element)",
            "solved for the global layers",
            ("read",),
        ),
        _solved(
            "share_read",
            "fetched_share = read_per_token/(n_global_layers*2*d_head*n_kv_heads*bytes_per_element)",
            "solved for the share that is fetched",
            ("read",),
        ),
        Step(
            "price_heads",
            "specialise",
            "n_kv_heads = 1667/256",
            why="1667 bytes, one context of width 128, one byte per element: 6.51 heads, no whole number",
            uses=("heads",),
            where=("stored_per_token = 1667", "n_unique_layers = 1", "d_head = 128", "bytes_per_element = 1"),
            units=("1667/256 = head/layer",),
        ),
        Step("six", "collect", "1667 - 2*128*6 = 131", why="six heads give 1536 bytes, 131 too few"),
        Step("seven", "collect", "2*128*7 - 1667 = 125", why="seven give 1792, 125 too many: the nearest"),
        Step("eight", "collect", "2*128*8/1667 - 1 = 381/1667", why="eight give 2048, 22.9 % more than 1667"),
        Step(
            "bf16_at_eight",
            "specialise",
            "n_unique_layers = 0.5",
            why="eight heads in bf16 leave half a context: no design stores 2048 bytes so",
            uses=("contexts",),
            where=("stored_per_token = 2048", "n_kv_heads = 8", "d_head = 128", "bytes_per_element = 2"),
            units=("0.5 = layer",),
        ),
        Step(
            "next_whole",
            "round_up",
            "ceil(n_unique_layers)*2*128*8*2 = 4096",
            why="the next whole number, one context, stores twice as much",
            uses=("bf16_at_eight",),
            units=("4096 = layer",),
        ),
    ),
    readings=tuple(
        Instance(
            f"{contexts} context{'s' if contexts > 1 else ''}, {heads} head{'s' if heads > 1 else ''}, "
            f"{'one byte' if rate == 1 else 'two bytes'} per element",
            given={"n_unique_layers": contexts, "d_head": 128, "n_kv_heads": heads, "bytes_per_element": rate},
            value=value,
            unit="B",
            step="stored",
            counts="bytes stored",
            note="a design from 1600 to 2100 bytes",
        )
        for rate, contexts, heads, value in DESIGNS
    ),
    instances=(
        Instance("the lecture's design, in elements", "n_unique_layers*2*d_head*n_kv_heads", SPOKEN, 2048, "elements"),
        Instance("stored, fp8 or int8", given={**SPOKEN, "bytes_per_element": 1}, value=2048, unit="B", step="stored"),
        Instance("stored, bf16", given={**SPOKEN, "bytes_per_element": 2}, value=4096, unit="B", step="stored"),
        Instance(
            "read by eight layers that share it, all tokens",
            given={"fetched_share": 1, "n_global_layers": 8, "d_head": 128, "n_kv_heads": 8, "bytes_per_element": 1},
            value=16384,
            unit="B",
            step="read",
        ),
        Instance(
            "read by eight layers that fetch an eighth of the tokens",
            given={
                "fetched_share": "1/8",
                "n_global_layers": 8,
                "d_head": 128,
                "n_kv_heads": 8,
                "bytes_per_element": 1,
            },
            value=2048,
            unit="B",
            step="read",
        ),
    ),
    claims=(
        Claim(
            "one-context",
            "n_unique_layers*2*d_head*n_kv_heads",
            SPOKEN,
            "2048",
            "pope2026",
            exact=2048,
            place="from 01:33:02",
            note="spoken as bytes; a count of elements",
        ),
        Claim(
            "exactly-this-number",
            "n_active*bytes_per_parameter/(hardware_ratio*crossover_tokens)",
            {"n_active": "100e9", "bytes_per_parameter": 1, "hardware_ratio": 300, "crossover_tokens": 200_000},
            "2048",
            "pope2026",
            expect="differs",
            place="from 01:33:02",
            exact="5000/3",
            ratio="768/625",
            cause="2048 is called exactly this number; it is 22.9 % more than the 5000/3 of the price step",
        ),
    ),
)
