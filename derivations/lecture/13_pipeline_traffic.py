"""From how many layers per stage on is the traffic between racks hidden behind that of the experts?"""

from symkv.derivations import Claim, Derivation, Instance, Step
from symkv.symbols import Symbol


def _seconds(name, letter, words):
    return Symbol(name, letter, words, "seconds", "positive rational", dimension="second")


UP = _seconds("scale_up_seconds", r"\tau_{\mathrm{up}}", "time of the experts' traffic inside a rack")
OUT = _seconds("scale_out_seconds", r"\tau_{\mathrm{out}}", "time of the traffic from one stage to the next")
TRAFFIC = Symbol(
    "sent_bytes", "d", "bytes that one copy of the activations takes", "bytes", "positive rational", dimension="byte"
)
FAST = Symbol(
    "scale_up_bandwidth",
    r"\beta_{\mathrm{up}}",
    "bandwidth inside a rack",
    "bytes/s",
    "positive rational",
    dimension="byte/second",
)
SLOW = Symbol(
    "scale_out_bandwidth",
    r"\beta_{\mathrm{out}}",
    "bandwidth between racks",
    "bytes/s",
    "positive rational",
    dimension="byte/second",
)
TWO_WAYS = ("2 = 1/layer",)

derivation = Derivation(
    name="pipeline_traffic",
    units="named",
    title="Traffic between pipeline stages",
    claim=(
        "A stage sends one copy of the activations over the slow network and, in each layer, one to every active "
        "expert and back over the fast one; so the fewest layers a stage needs is a ceiling, often one."
    ),
    symbols=(
        "active_experts",
        "stage_layers",
        "network_ratio",
        "n_layers",
        UP,
        OUT,
        TRAFFIC,
        FAST,
        SLOW,
    ),
    steps=(
        Step(
            "ratio",
            "define",
            "network_ratio = scale_up_bandwidth/scale_out_bandwidth",
            why="how much faster the network inside a rack is, about 8",
            cite="pope2026",
        ),
        Step(
            "inside",
            "define",
            "scale_up_seconds = 2*active_experts*stage_layers*sent_bytes/scale_up_bandwidth",
            why="copies go to every active expert and back, in each layer of the stage",
            units=TWO_WAYS,
            cite="pope2026",
        ),
        Step(
            "between",
            "define",
            "scale_out_seconds = sent_bytes/scale_out_bandwidth",
            why="one copy goes on to the next stage",
            cite="pope2026",
        ),
        Step(
            "share",
            "cancel",
            "scale_up_seconds/scale_out_seconds = 1/network_ratio*active_experts*stage_layers*2",
            why="the spoken product: the bytes cancel",
            uses=("ratio", "inside", "between"),
            units=TWO_WAYS,
        ),
        Step(
            "hidden",
            "bound",
            "scale_out_seconds <= scale_up_seconds",
            why="the slow network is hidden from this many layers a stage on",
            uses=("ratio", "inside", "between"),
            where=("stage_layers >= ceil(network_ratio/(2*active_experts))",),
            units=TWO_WAYS,
        ),
        Step(
            "bare",
            "bound",
            "scale_out_seconds > scale_up_seconds",
            why="with one layer fewer it is not hidden: the ceiling is sharp",
            uses=("ratio", "inside", "between"),
            where=("stage_layers < ceil(network_ratio/(2*active_experts))",),
            units=TWO_WAYS,
        ),
        Step(
            "product",
            "bound",
            "network_ratio <= 2*active_experts*stage_layers",
            why="without rounding: the product of the three must reach the ratio of the networks",
            uses=("ratio", "inside", "between"),
            where=("scale_out_seconds <= scale_up_seconds",),
            units=TWO_WAYS,
        ),
        Step(
            "spoken",
            "specialise",
            "scale_up_seconds/scale_out_seconds = active_experts*stage_layers/4",
            why="with networks apart by 8, experts times layers must reach 4",
            uses=("share",),
            where=("network_ratio = 8",),
            units=("4 = layer",),
        ),
        Step(
            "stages",
            "round_up",
            "ceil(n_layers/stage_layers) - floor(n_layers/stage_layers)"
            " = (0 if mod(n_layers, stage_layers) = 0 else 1)",
            why="the last stage may be shorter",
        ),
    ),
    instances=(
        Instance(
            "8 active experts",
            "network_ratio/(2*active_experts)",
            {"network_ratio": 8, "active_experts": 8},
            "1/2",
            "layers",
            "so one: the 8 routed experts of DeepSeek-V3",
        ),
        Instance(
            "one active expert",
            "network_ratio/(2*active_experts)",
            {"network_ratio": 8, "active_experts": 1},
            4,
            "layers",
            "a stage needs four",
        ),
        Instance(
            "three active experts",
            "network_ratio/(2*active_experts)",
            {"network_ratio": 8, "active_experts": 3},
            "4/3",
            "layers",
            "so two",
        ),
        Instance(
            "spoken: 32 active experts, one layer",
            "1/network_ratio*active_experts*stage_layers*2",
            {"network_ratio": 8, "active_experts": 32, "stage_layers": 1},
            8,
            "",
            "eight times as long inside the rack as between racks",
        ),
    ),
    claims=(
        Claim(
            "bigger-than-8",
            "2*active_experts*stage_layers",
            {"active_experts": 4, "stage_layers": 1},
            "8",
            "pope2026",
            exact=8,
            place="00:47:12",
            note="the product of these three things, at its least",
        ),
    ),
)
