"""The three lists of config.json fields, as data: used; known not to touch the cache; the rest.

A field of the rest whose name smells of the cache stops the reading; any other is reported as ignored. A null or
false value says that the feature is off, so it stops nothing.
"""

from __future__ import annotations

USED = frozenset(
    (
        "model_type num_hidden_layers hidden_size num_attention_heads num_key_value_heads head_dim "
        "layer_types sliding_window use_sliding_window max_window_layers sliding_window_pattern "
        "_sliding_window_pattern kv_lora_rank qk_rope_head_dim num_nextn_predict_layers torch_dtype "
        "dtype text_config quantization_config attn_type_list partial_rotary_factor"
    ).split()
)

# Fields whose names smell of the cache but which say nothing about what it holds, by the reason.
HARMLESS = frozenset(
    " ".join(
        (
            # how scores are computed, not what is kept
            "attention_bias attention_dropout attention_multiplier attn_logit_softcapping query_pre_attn_scalar "
            "qk_layernorm qk_head_dim qkv_bias clip_qkv use_bidirectional_attention attn_factor attention_factor "
            "attn_implementation _attn_implementation pretraining_tp attention_probs_dropout_prob attention_in_bias "
            "attention_out_bias",
            # widths of queries and of expanded keys and values, which MLA rebuilds from the latent
            "q_lora_rank qk_nope_head_dim v_head_dim",
            # experts and feed-forward layers
            "first_k_dense_replace moe_layer_freq n_shared_experts num_shared_experts moe_num_shared_experts "
            "shared_expert_intermediate_size shared_intermediate_size decoder_sparse_step mlp_only_layers "
            "mlp_layer_types moe_layer_start_index moe_layer_end_index moe_layer_interval moe_layer_use_gate",
            # draft layers, which are left out of the answer and named in it
            "mtp_transformer_layers use_mtp num_mtp_modules",
            # norms, outputs, tokens, and switches of the runtime
            "layer_norm_eps layer_norm_epsilon layernorm_epsilon output_attentions output_hidden_states use_cache "
            "chunk_size_feed_forward pruned_heads add_cross_attention cross_attention_hidden_size ignore_index "
            "image_token_index boi_token_index eoi_token_index audio_token_index use_unified_vision_chunk "
            "cache_implementation residual_multiplier",
        )
    ).split()
)

SMELLS = tuple(
    (
        "kv head layer window attention attn latent rank state conv chunk sparse index compress share "
        "cache ssm mamba linear block"
    ).split()
)


def smells(field: str) -> bool:
    """Whether the name of a field suggests that it changes what is cached.

    >>> smells("num_kv_shared_layers"), smells("vocab_size")
    (True, False)
    """
    return any(word in field.lower() for word in SMELLS)
