"""Around two kilobytes per token: which head count gives that, and what does the number count?"""

from fractions import Fraction

from symkv.caches import Stack, quantity
from symkv.derivations import Claim, Derivation, Question, Reading, Step
from symkv.references import BRANDON_2024, CHARACTER_2024, POPE_2026
from symkv.symbols import Symbol
from symkv.variants import variant

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

SHARED = Stack.of(variant("cross_layer"))
SPOKEN = {"n_unique_layers": 1, "n_layers": 1, "n_kv_heads": 8, "d_head": 128}
EIGHT_READERS = {**SPOKEN, "n_layers": 8}


def _reading(label, kind, given, bytes_per_element, note=""):
    expression = {"stored": "cross_layer.growth", "read": "cross_layer.read_growth"}[kind]
    return Reading(label, kind, expression, {**given, "bytes_per_element": bytes_per_element}, note)


derivation = Derivation(
    name="two_kilobytes",
    units="named",
    title="Two kilobytes per token",
    claim=(
        "With one context shared by all layers and heads of width 128, eight KV heads store 2048 bytes per token, "
        "at one byte per element; at two bytes it takes four heads. What a step reads grows with the layers that read."
    ),
    symbols=(
        STORED,
        READ,
        "n_layers",
        "n_unique_layers",
        "n_global_layers",
        "n_kv_heads",
        "d_head",
        "bytes_per_element",
    ),
    over_reals=("n_kv_heads",),
    questions=(Question("cross_layer", "n_kv_heads", "2KB", {"n_unique_layers": 1, "d_head": 128}),),
    steps=(
        Step(
            "cached",
            "built",
            f"stored_per_token = {quantity(SHARED, 'growth')}",
            why="a layer with a context of its own keeps one key and one value row for each token",
            uses=("cross_layer.growth",),
            cite="brandon2024",
        ),
        Step(
            "stored",
            "collect",
            "stored_per_token = n_unique_layers*2*d_head*n_kv_heads*bytes_per_element",
            why="the 2 counts the key and the value, which have the same width",
            uses=("cached",),
        ),
        Step(
            "readers",
            "built",
            "read_per_token = n_global_layers*2*d_head*n_kv_heads*bytes_per_element",
            why="each global layer reads a context, whether it owns it or shares it",
            uses=("cross_layer.read_growth",),
            where=("n_layers = n_global_layers",),
        ),
        Step(
            "ratio",
            "cancel",
            "read_per_token/stored_per_token = n_global_layers/n_unique_layers",
            why="sharing divides what is stored, not what is read",
            uses=("stored", "readers"),
        ),
        Step(
            "no_less",
            "bound",
            "read_per_token >= stored_per_token",
            why="no more contexts are owned than layers read one",
            uses=("stored", "readers"),
            where=("n_unique_layers <= n_global_layers",),
        ),
        Step(
            "equal",
            "specialise",
            "read_per_token = stored_per_token",
            why="the two agree where each layer reads its own context, or a kernel fuses the reads of a shared one",
            uses=("stored", "readers"),
            where=("n_unique_layers = n_global_layers",),
        ),
        Step(
            "heads",
            "solve_for",
            "n_kv_heads = stored_per_token/(n_unique_layers*2*d_head*bytes_per_element)",
            why="divide by everything that stands beside the heads; none of it can be zero",
            uses=("stored",),
        ),
        Step(
            "one_context",
            "given",
            "n_unique_layers = 1",
            why="premise: one global context is shared by all layers",
            cite="pope2026",
        ),
        Step("head_width", "given", "d_head = 128", why="premise: the typical head width", cite="pope2026"),
        Step(
            "width",
            "substitute",
            "stored_per_token = 256*n_kv_heads*bytes_per_element",
            why="1 * 2 * 128 = 256 elements per KV head",
            uses=("stored", "one_context", "head_width"),
            units=("256 = element/(head*token)",),
        ),
        Step(
            "heads_at_2048",
            "solve_for",
            "n_kv_heads = 8/bytes_per_element",
            why="2 KB read as 2048 bytes",
            uses=("width",),
            where=("stored_per_token = 2048",),
            units=("8 = byte*head/element",),
        ),
        Step(
            "heads_fp8",
            "specialise",
            "n_kv_heads = 8",
            why="one byte per element: eight heads, the spoken number",
            uses=("heads_at_2048",),
            where=("bytes_per_element = 1",),
        ),
        Step(
            "heads_bf16",
            "specialise",
            "n_kv_heads = 4",
            why="two bytes per element: four heads",
            uses=("heads_at_2048",),
            where=("bytes_per_element = 2",),
        ),
        Step(
            "heads_fp32",
            "specialise",
            "n_kv_heads = 2",
            why="four bytes per element: two heads",
            uses=("heads_at_2048",),
            where=("bytes_per_element = 4",),
        ),
        Step(
            "elements",
            "specialise",
            "stored_per_token = 2048*bytes_per_element",
            why="2 * 128 * 8 = 2048 counts elements; they are bytes only at one byte per element",
            uses=("width",),
            where=("n_kv_heads = 8",),
            units=("2048 = element/token",),
        ),
        Step(
            "spoken_bf16",
            "specialise",
            "stored_per_token = 4096",
            why="the spoken design in bf16",
            uses=("elements",),
            where=("bytes_per_element = 2",),
        ),
        Step(
            "spoken_read",
            "specialise",
            "read_per_token = 16384",
            why="eight global layers read the one shared context, unless a kernel fuses the reads",
            uses=("readers", "head_width"),
            where=("n_global_layers = 8", "n_kv_heads = 8", "bytes_per_element = 1"),
        ),
        Step(
            "heads_at_2000",
            "specialise",
            "n_kv_heads = 125/16",
            why="2 KB read as 2000 bytes, at one byte per element: no whole number of heads",
            uses=("width",),
            where=("stored_per_token = 2000", "bytes_per_element = 1"),
        ),
        Step("too_few", "bound", "2*128*7 < 2000", why="seven heads give 1792 bytes"),
        Step("too_many", "bound", "2*128*8 > 2000", why="eight heads give 2048 bytes"),
    ),
    readings=(
        Reading(
            "as spoken",
            "elements",
            "n_unique_layers*2*d_head*n_kv_heads",
            SPOKEN,
            "1 * 2 * 128 * 8, a count of elements",
        ),
        _reading("stored, fp8 or int8", "stored", SPOKEN, 1, "one context"),
        _reading("stored, bf16", "stored", SPOKEN, 2, "one context"),
        _reading("stored, fp32", "stored", SPOKEN, 4, "one context"),
        _reading("read by 8 layers, fp8 or int8", "read", EIGHT_READERS, 1, "one context, 8 readers"),
        _reading("read by 8 layers, bf16", "read", EIGHT_READERS, 2, "one context, 8 readers"),
        _reading("read by 8 layers, fp32", "read", EIGHT_READERS, 4, "one context, 8 readers"),
    ),
    claims=(
        Claim(
            "two-kilobytes",
            "cross_layer.growth",
            {**SPOKEN, "bytes_per_element": 1},
            "2 KB",
            "pope2026",
            note="said of 8 KV heads, d_head 128 and one context; true at one byte per element and KB = 1024",
        ),
        Claim(
            "two-kilobytes-bf16",
            "cross_layer.growth",
            {**SPOKEN, "bytes_per_element": 2},
            "2 KB",
            "pope2026",
            expect="differs",
            note="the same design at two bytes per element stores twice as much",
        ),
        Claim(
            "two-kilobytes-read",
            "cross_layer.read_growth",
            {**EIGHT_READERS, "bytes_per_element": 1},
            "2 KB",
            "pope2026",
            expect="differs",
            note="the target comes from bandwidth, so it counts bytes read: eight readers read one context eight times",
        ),
        Claim(
            "price-step",
            "n_active*bytes_per_parameter/(ratio*context)",
            {"n_active": 100 * 10**9, "bytes_per_parameter": Fraction(1), "ratio": 300, "context": 200_000},
            "1667",
            "pope2026",
            expect="rounds",
            note="5000/3 bytes; the speaker leaves silent that parameters count one byte each",
        ),
    ),
    sources={"pope2026": POPE_2026, "brandon2024": BRANDON_2024, "character2024": CHARACTER_2024},
)
