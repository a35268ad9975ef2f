"""From multi-head attention to compressed sparse attention: what does each step change, and by what factor?"""

from symkv.derivations import Derivation, Instance, Step
from symkv.symbols import Symbol


def _per_token(name, letter, words):
    latex = rf"\kappa_{{\mathrm{{{letter}}}}}"
    return Symbol(name, latex, words, "bytes", "positive rational", dimension="byte/token")


MHA = _per_token("mha_bytes", "MHA", "bytes per token of multi-head attention")
GQA = _per_token("gqa_bytes", "GQA", "bytes per token of grouped-query attention")
MQA = _per_token("mqa_bytes", "MQA", "bytes per token of multi-query attention")
MLA = _per_token("mla_bytes", "MLA", "bytes per token of latent attention")
DSA = _per_token("dsa_bytes", "DSA", "bytes per token of sparse attention with an index")
CSA = _per_token("csa_bytes", "CSA", "bytes per token of compressed sparse attention")

LLAMA = {"n_layers": 80, "n_kv_heads": 8, "d_head": 128, "bytes_per_element": 2}
V3 = {"n_layers": 61, "d_latent": 512, "d_rope": 64, "bytes_per_element": 2}


ONE_HEAD = ("1 = head/layer",)
PER_HEAD = ("1 = layer/head",)  # one row for all heads of a layer


def _built(name, symbol, variant, why, cite, units=()):
    statement = f"{symbol} = {_FORMULAS[variant]}"
    return Step(name, "built", statement, why=why, uses=(f"{variant}.growth",), cite=cite, units=units)


_FORMULAS = {
    "mha": "2*n_heads*d_head*n_layers*bytes_per_element",
    "gqa": "2*n_kv_heads*d_head*n_layers*bytes_per_element",
    "mqa": "2*d_head*n_layers*bytes_per_element",
    "mla": "(d_latent + d_rope)*n_layers*bytes_per_element",
    "dsa": "(d_latent + d_rope + d_index)*n_layers*bytes_per_element",
    "csa": "n_layers*(d_head + d_index)*bytes_per_element/compression",
}

derivation = Derivation(
    name="attention_chain",
    units="named",
    title="From multi-head to compressed sparse attention",
    claim=(
        "Grouping divides what is cached by the query heads of a group, one latent replaces all heads and costs as "
        "much as (d_c + d_r)/(2 d_h) of them, an index adds its width, and compression divides both by its ratio."
    ),
    symbols=(
        MHA,
        GQA,
        MQA,
        MLA,
        DSA,
        CSA,
        "n_heads",
        "n_kv_heads",
        "d_head",
        "n_layers",
        "d_latent",
        "d_rope",
        "d_index",
        "compression",
        "bytes_per_element",
    ),
    over_reals=("n_kv_heads", "d_latent", "d_index", "compression"),
    steps=(
        _built("mha", "mha_bytes", "mha", "every query head has a key and a value of its own", "vaswani2017"),
        _built("gqa", "gqa_bytes", "gqa", "the query heads of a group share one key and one value", "ainslie2023"),
        _built("mqa", "mqa_bytes", "mqa", "all query heads share one key and one value", "shazeer2019", ONE_HEAD),
        _built("mla", "mla_bytes", "mla", "one latent and one rotary key serve all heads", "deepseek2024"),
        _built("dsa", "dsa_bytes", "dsa", "an index key is kept beside the latent", "deepseek2025"),
        _built(
            "csa",
            "csa_bytes",
            "csa",
            "one row and one index key for each run of merged tokens",
            "deepseek2026",
            PER_HEAD,
        ),
        Step(
            "group",
            "cancel",
            "mha_bytes/gqa_bytes = n_heads/n_kv_heads",
            why="grouping divides by the number of query heads in a group",
            uses=("mha", "gqa"),
        ),
        Step(
            "not_more",
            "bound",
            "gqa_bytes <= mha_bytes",
            why="which is one or more",
            uses=("mha", "gqa"),
            where=("n_kv_heads <= n_heads",),
        ),
        Step(
            "ends",
            "specialise",
            "gqa_bytes = mha_bytes",
            why="groups of one are multi-head attention",
            uses=("mha", "gqa"),
            where=("n_kv_heads = n_heads",),
        ),
        Step(
            "single",
            "cancel",
            "gqa_bytes/mqa_bytes = n_kv_heads",
            why="one group for all divides by the KV heads once more",
            uses=("gqa", "mqa"),
            units=PER_HEAD,
        ),
        Step(
            "further",
            "collect",
            "gqa_bytes - mqa_bytes = 2*(n_kv_heads - 1)*d_head*n_layers*bytes_per_element",
            why="each KV head beyond the first is what grouping still keeps",
            uses=("gqa", "mqa"),
            units=ONE_HEAD,
        ),
        Step(
            "latent",
            "cancel",
            "mla_bytes/gqa_bytes = (d_latent + d_rope)/(2*n_kv_heads*d_head)",
            why="a latent row against the keys and values of the KV heads",
            uses=("gqa", "mla"),
        ),
        Step(
            "equal_groups",
            "solve_for",
            "n_kv_heads = (d_latent + d_rope)/(2*d_head)",
            why="the KV heads that cost as much as the latent",
            uses=("gqa", "mla"),
            where=("gqa_bytes = mla_bytes",),
        ),
        Step(
            "groups",
            "specialise",
            "n_kv_heads = 9/4",
            why="with d_c = 4 d_h and d_r = d_h/2: the 2.25 groups of the paper",
            uses=("equal_groups",),
            where=("d_latent = 4*d_head", "d_rope = 0.5*d_head"),
            units=("4 = head/layer", "0.5 = head/layer", "9/4 = head/layer"),
        ),
        Step(
            "latent_saves",
            "specialise",
            "gqa_bytes - mla_bytes = (2*n_kv_heads - 9/2)*d_head*n_layers*bytes_per_element",
            why="so from three KV heads on the latent is smaller",
            uses=("gqa", "mla"),
            where=("d_latent = 4*d_head", "d_rope = 0.5*d_head"),
            units=("4 = head/layer", "0.5 = head/layer", "9/2 = head/layer"),
        ),
        Step(
            "latent_of_all",
            "specialise",
            "mla_bytes = gqa_bytes",
            why="a latent as wide as keys and values, without a rotary part, is grouped attention",
            uses=("gqa", "mla"),
            where=("d_latent = 2*n_kv_heads*d_head", "d_rope = 0"),
        ),
        Step(
            "index",
            "collect",
            "dsa_bytes - mla_bytes = d_index*n_layers*bytes_per_element",
            why="the index is kept on top: sparse attention stores more",
            uses=("mla", "dsa"),
        ),
        Step("index_more", "bound", "dsa_bytes > mla_bytes", why="always", uses=("mla", "dsa")),
        Step(
            "index_ratio",
            "cancel",
            "dsa_bytes/mla_bytes = 1 + d_index/(d_latent + d_rope)",
            why="by the width of the index over that of the row",
            uses=("mla", "dsa"),
        ),
        Step(
            "compressed",
            "cancel",
            "csa_bytes*compression/dsa_bytes = (d_head + d_index)/(d_latent + d_rope + d_index)",
            why="one entry for m tokens divides by m what is kept of rows of its width",
            uses=("dsa", "csa"),
            units=PER_HEAD,
        ),
        Step(
            "same_rows",
            "specialise",
            "csa_bytes = dsa_bytes/compression",
            why="with rows as wide as the latent and its rotary part the ratio is the compression alone",
            uses=("dsa", "csa"),
            where=("d_head = d_latent + d_rope",),
            units=PER_HEAD,
        ),
        Step(
            "vanishing",
            "limit",
            "n_layers*(d_head + d_index)*bytes_per_element/compression = 0",
            why="and tends to nothing as more tokens are merged",
            over="compression",
            units=PER_HEAD,
        ),
    ),
    instances=(
        Instance("80 layers, 8 KV heads, width 128, bf16", given=LLAMA, value=327680, unit="B", step="gqa"),
        Instance("61 layers, latent 512 and 64, bf16", given=V3, value=70272, unit="B", step="mla"),
        Instance("with an index of 128", given={**V3, "d_index": 128}, value=85888, unit="B", step="dsa"),
        Instance(
            "rows of 512 and an index of 128 for four tokens, 30 layers, bf16",
            given={"n_layers": 30, "d_head": 512, "d_index": 128, "compression": 4, "bytes_per_element": 2},
            value=9600,
            unit="B",
            step="csa",
        ),
        Instance("64 query heads in 8 groups", "n_heads/n_kv_heads", {"n_heads": 64, "n_kv_heads": 8}, 8),
        Instance(
            "KV heads as dear as the latent",
            given={"d_latent": 512, "d_rope": 64, "d_head": 128},
            value="9/4",
            step="equal_groups",
        ),
    ),
)
