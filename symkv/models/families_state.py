"""Rows for types with recurrent states and convolutions, alone, beside attention, or in layers of their own."""

from __future__ import annotations

from collections.abc import Mapping

from symkv.models.family import FULL, HYBRID, HYBRID_SLIDING, INDEXED, LINEAR, ROWS, SLIDING, Family


def _rows(names: str, family: Family) -> dict[str, Family]:
    return dict.fromkeys(names.split(), family)


GDN: Mapping[str, tuple[str, ...]] = {**ROWS, LINEAR: ("gated delta",)}
MAMBA_D: Mapping[str, tuple[str, ...]] = {
    "expand": ("mamba_expand",),
    "d_state": ("mamba_d_state",),
    "d_conv": ("mamba_d_conv",),
}
MAMBA_N: Mapping[str, tuple[str, ...]] = {
    **MAMBA_D,
    "inner": ("mamba_d_ssm",),
    "state_heads": ("mamba_n_heads",),
    "state_dim": ("mamba_d_head",),
    "groups": ("mamba_n_groups",),
}
KIMI: Mapping[str, tuple[str, ...]] = {
    "linear_heads": ("linear_attn_config.num_heads", "linear_num_heads"),
    "linear_dim": ("linear_attn_config.head_dim", "linear_head_dim"),
    "conv": ("linear_attn_config.short_conv_kernel_size", "linear_conv_kernel_dim"),
}
REBUILT = (
    "num_attention_heads num_key_value_heads head_dim hidden_size qk_head_dim qk_nope_head_dim v_head_dim q_lora_rank"
).split()
CONVOLVED: Mapping[str, tuple[str, ...]] = {HYBRID: ("convolved rows",), HYBRID_SLIDING: ("convolved window",)}

STATE_FAMILIES: dict[str, Family] = {
    **_rows(
        "mamba falcon_mamba",
        Family(
            {LINEAR: ("mamba",)},
            layout="linear",
            names={"inner": ("intermediate_size",), "d_state": ("state_size",), "d_conv": ("conv_kernel",)},
        ),
    ),
    "mamba2": Family(
        {LINEAR: ("mamba2",)},
        layout="linear",
        names={
            "state_heads": ("num_heads",),
            "state_dim": ("head_dim",),
            "groups": ("n_groups",),
            "d_state": ("state_size",),
            "d_conv": ("conv_kernel",),
        },
        also=("chunk_size",),
    ),
    "nemotron_h": Family(
        {**ROWS, LINEAR: ("mamba2",), "moe": (), "mlp": ()},
        layout="listed",
        lists=("layers_block_type", "layer_types", "hybrid_override_pattern"),
        names={
            "state_heads": ("mamba_num_heads",),
            "state_dim": ("mamba_head_dim",),
            "groups": ("n_groups|mamba_n_groups",),
            "d_state": ("ssm_state_size",),
            "d_conv": ("conv_kernel|mamba_d_conv",),
        },
        also=("mtp_layers_block_type", "mtp_hybrid_override_pattern", "chunk_size", "sliding_window"),
    ),
    "jamba": Family({**ROWS, LINEAR: ("mamba",)}, layout="period 8", lists=("layers_block_type",), names=MAMBA_D),
    "bamba": Family(
        {**ROWS, LINEAR: ("mamba2",)}, layout="numbered", lists=("layers_block_type", "layer_types"), names=MAMBA_N
    ),
    "granitemoehybrid": Family(
        {**ROWS, LINEAR: ("mamba2",)}, layout="linear", lists=("layer_types", "layers_block_type"), names=MAMBA_N
    ),
    "falcon_h1": Family({FULL: ("rows", "mamba2")}, names=MAMBA_N),
    "zamba": Family(
        {LINEAR: ("mamba",), HYBRID: ("double rows", "mamba")},
        layout="listed",
        lists=("layers_block_type", "layer_types"),
        names={**MAMBA_D, "head_dim": ("attention_head_dim|head_dim",)},
        also=("attn_layer_period", "attn_layer_offset", "n_mamba_heads", "attention_hidden_size", "hybrid_layer_ids"),
        draft=HYBRID,
    ),
    "zamba2": Family(
        {LINEAR: ("mamba2",), HYBRID: ("double rows", "mamba2")},
        layout="zamba2",
        lists=("layers_block_type", "layer_types"),
        names={
            **MAMBA_D,
            "head_dim": ("attention_head_dim",),
            "state_heads": ("n_mamba_heads",),
            "state_dim": ("mamba_headdim",),
            "groups": ("mamba_ngroups",),
        },
        also=("attention_hidden_size", "kv_channels", "num_query_groups", "head_dim", "chunk_size"),
        draft=HYBRID,
    ),
    "recurrent_gemma": Family(
        {"recurrent": ("rg_lru",), FULL: ("window",)},
        layout="listed",
        lists=("block_types", "_block_types"),
        names={"window": ("attention_window_size",)},
    ),
    "rwkv": Family({LINEAR: ("rwkv",)}, layout="linear"),
    "xlstm": Family(
        {LINEAR: ("mlstm",)},
        layout="linear",
        names={"layers": ("num_blocks|num_hidden_layers",), "heads": ("num_heads",)},
        also=("embedding_dim", "chunk_size"),
    ),
    **_rows(
        "qwen3_next qwen3_5_text qwen3_5_moe_text qwen3_5 qwen3_5_moe olmo_hybrid", Family(GDN, layout="interval 4")
    ),
    **_rows(
        "qwen4_exp_text qwen4_exp",
        Family(
            {
                LINEAR: ("gated delta", "n-grams"),
                INDEXED: ("query sparse", "n-grams"),
                FULL: ("query sparse", "n-grams"),
            },
            layout="indexed interval 4",
            also=("indexer_n_heads", "indexer_kv_heads", "number_of_conv_states"),
            draft=INDEXED,
        ),
    ),
    "kimi_linear": Family(
        {FULL: ("latent",), LINEAR: ("kimi delta",)}, layout="kimi", names=KIMI, also=(*REBUILT, "linear_attn_config")
    ),
    "bailing_hybrid": Family(
        {FULL: ("latent",), LINEAR: ("kimi delta",)},
        layout="group 6",
        names={
            "linear_heads": ("linear_num_heads", "num_attention_heads"),
            "linear_dim": ("linear_head_dim", "head_dim"),
            "conv": ("linear_conv_kernel_dim", "short_conv_kernel_size"),
        },
        also=(*REBUILT, "short_conv_kernel_size"),
    ),
    **_rows(
        "minimax minimax_text_01",
        Family(
            {FULL: ("masked rows",), LINEAR: ("lightning",)},
            layout="even",
            lists=("layer_types", "attn_type_list"),
            also=("block_size",),
        ),
    ),
    "lfm2": Family({**ROWS, "conv": ("conv",)}, layout="conv", names={"conv": ("conv_L_cache",)}),
    "lfm2_moe": Family(
        {**ROWS, "conv": ("conv",)}, layout="listed", names={"conv": ("conv_L_cache",)}, also=("full_attn_idxs",)
    ),
    "lfm3": Family({**ROWS, SLIDING: ("window",), "conv": ("conv",)}, layout="lfm3", names={"conv": ("conv_L_cache",)}),
    **_rows(
        "inkling_text inkling2_text",
        Family(
            CONVOLVED,
            layout="inkling",
            names={
                "conv": ("conv_kernel_size|sconv_kernel_size",),
                "window": ("sliding_window_size|sliding_window",),
            },
            also=("number_of_conv_states",),
            draft=HYBRID,
        ),
    ),
    "zaya": Family({HYBRID: ("cca",), HYBRID_SLIDING: ("cca window",)}, layout="hybrid", draft=HYBRID),
    "reformer": Family(
        {LINEAR: ("inputs",)},
        layout="linear",
        lists=(),
        names={"heads": ("num_attention_heads",)},
        facts=("heads", "num_hashes", "lsh_attn_chunk_length"),
        also=tuple(
            "attn_layers attention_head_size local_attn_chunk_length local_num_chunks_after local_num_chunks_before "
            "lsh_num_chunks_after lsh_num_chunks_before num_buckets axial_pos_shape num_attention_heads num_hashes "
            "lsh_attn_chunk_length feed_forward_size".split()
        ),
    ),
}
