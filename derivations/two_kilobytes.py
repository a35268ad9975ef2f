"""Around two kilobytes per token: which head count gives that, and what does the number count?"""

from symkv.caches import Stack, quantity
from symkv.derivations import Claim, Derivation, Instance, Question, Step
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
ONE_CONTEXT = {"n_unique_layers": 1, "n_kv_heads": 8, "d_head": 128}
EIGHT_READERS = {"n_layers": 8, "n_kv_heads": 8, "d_head": 128}


def _reading(label, kind, given, bytes_per_element, value, note):
    expression = {"stored": "cross_layer.growth", "read": "cross_layer.read_growth"}[kind]
    values = {**given, "bytes_per_element": bytes_per_element}
    return Instance(label, expression, values, value, "B", note, counts=f"bytes {kind}")


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
    questions=(
        Question(
            "cross_layer",
            "n_kv_heads",
            "2KB",
            {"n_unique_layers": 1, "d_head": 128},
            expect=("8/bytes_per_element", "125/(16*bytes_per_element)"),
        ),
    ),
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
        Step("too_few", "collect", "2000 - 2*128*7 = 208", why="seven heads give 1792 bytes, 208 too few"),
        Step("too_many", "collect", "2*128*8 - 2000 = 48", why="eight heads give 2048 bytes, 48 too many"),
    ),
    readings=(
        Instance(
            "as spoken",
            "n_unique_layers*2*d_head*n_kv_heads",
            ONE_CONTEXT,
            2048,
            "elements",
            "1 * 2 * 128 * 8, a count of elements",
            counts="elements",
        ),
        _reading("stored, fp8 or int8", "stored", ONE_CONTEXT, 1, 2048, "one context"),
        _reading("stored, bf16", "stored", ONE_CONTEXT, 2, 4096, "one context"),
        _reading("stored, fp32", "stored", ONE_CONTEXT, 4, 8192, "one context"),
        _reading("read by 8 layers, fp8 or int8", "read", EIGHT_READERS, 1, 16384, "one context, 8 readers"),
        _reading("read by 8 layers, bf16", "read", EIGHT_READERS, 2, 32768, "one context, 8 readers"),
        _reading("read by 8 layers, fp32", "read", EIGHT_READERS, 4, 65536, "one context, 8 readers"),
    ),
    claims=(
        Claim(
            "two-kilobytes",
            "cross_layer.growth",
            {**ONE_CONTEXT, "bytes_per_element": 1},
            "2 KB",
            "pope2026",
            exact=2048,
            note="said of 8 KV heads, d_head 128 and one context; true at one byte per element and KB = 1024",
        ),
        Claim(
            "two-kilobytes-bf16",
            "cross_layer.growth",
            {**ONE_CONTEXT, "bytes_per_element": 2},
            "2 KB",
            "pope2026",
            expect="differs",
            exact=4096,
            ratio="1/2",
            cause="elements counted as bytes: the factor of two bytes per element is left out",
            as_printed="n_unique_layers*2*d_head*n_kv_heads",
            note="the same design at two bytes per element stores twice as much",
        ),
        Claim(
            "two-kilobytes-read",
            "cross_layer.read_growth",
            {**EIGHT_READERS, "bytes_per_element": 1},
            "2 KB",
            "pope2026",
            expect="differs",
            exact=16384,
            ratio="1/8",
            cause="bytes stored where bytes read are meant",
            as_printed="2*d_head*n_kv_heads*bytes_per_element",
            note="the target comes from bandwidth, so it counts bytes read: eight readers read one context eight times",
        ),
        Claim(
            "price-step",
            "n_active*bytes_per_parameter/(ratio*context)",
            {"n_active": 100 * 10**9, "bytes_per_parameter": 1, "ratio": 300, "context": 200_000},
            "1667",
            "pope2026",
            expect="rounds",
            exact="5000/3",
            note="5000/3 bytes; the speaker leaves silent that parameters count one byte each",
        ),
    ),
)
