"""Which fields of a config.json enter the cache, which are known not to, and what happens with the rest.

A field of the rest stops the reading when its name smells of the cache: a config that says something about the cache
which isn't understood must not be answered. Any other field of the rest is listed in `Stack.ignored_fields`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from symkv.errors import BadInput


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# -- used: they decide what is cached, or are said in the assumptions ---------------------------------------------

COMMON = _names(
    "model_type layer_types dtype torch_dtype quantization_config is_encoder_decoder add_cross_attention "
    "per_layer_config"
)
DRAFT = _names("num_nextn_predict_layers num_mtp_modules mtp_num_hidden_layers")  # layers that draft tokens
STATE = _names("mamba_ssm_dtype mamba_ssm_cache_dtype inference_state_dtype")  # formats of recurrent states

# -- known not to touch the cache, by reason ----------------------------------------------------------------------

HARMLESS: dict[str, tuple[str, ...]] = {
    "names, versions and tokenizer": _names(
        "_name_or_path architectures auto_map transformers_version tokenizer_class prefix id2label label2id "
        "problem_type task_specific_params finetuning_task vocab_size bos_token_id eos_token_id pad_token_id "
        "sep_token_id eod_token_id decoder_start_token_id image_token_id image_token_index video_token_id "
        "boi_token_index eoi_token_index boi_token_id eoi_token_id ignore_index"
    ),
    "what a call returns or how it samples": _names(
        "use_cache output_attentions output_hidden_states output_scores output_router_logits return_dict "
        "return_dict_in_generate do_sample early_stopping temperature top_k top_p typical_p num_beams num_beam_groups "
        "num_return_sequences diversity_penalty length_penalty repetition_penalty no_repeat_ngram_size "
        "encoder_no_repeat_ngram_size bad_words_ids begin_suppress_tokens suppress_tokens forced_bos_token_id "
        "forced_eos_token_id exponential_decay_length_penalty remove_invalid_values max_length min_length is_decoder "
        "chunk_size_feed_forward"  # the feed-forward part computed in pieces: no part of attention
    ),
    "how the weights are stored, trained or run": _names(
        "initializer_range pretraining_tp ep_size torchscript tie_word_embeddings tie_encoder_decoder use_bfloat16 "
        "tf_legacy_loss attention_dropout embd_pdrop resid_pdrop hidden_dropout classifier_dropout aux_loss_alpha "
        "seq_aux router_aux_loss_coef router_jitter_noise attn_implementation _attn_implementation "
        "_attn_implementation_autoset"
    ),
    "what is computed before or after the cache, in the same shape": _names(
        "attention_bias qkv_bias use_bias mlp_bias clip_qkv attention_multiplier attn_logit_softcapping "
        "query_pre_attn_scalar final_logit_softcapping logit_scale logits_scaling embedding_multiplier "
        "residual_multiplier scale_emb scale_depth dim_model_base lambda_std_dev mup_enabled hidden_act "
        "hidden_activation qk_layernorm use_qk_norm qk_norm_type layer_norm_eps layernorm_epsilon norm_eps "
        "norm_epsilon "
        "rms_norm_eps use_post_norm q_lora_rank"
    ),
    "the feed-forward part and its experts": _names(
        "intermediate_size moe_intermediate_size shared_intermediate_size shared_expert_intermediate_size "
        "prefix_dense_intermediate_size swiglu_alpha swiglu_limit first_k_dense_replace num_dense_layers "
        "mlp_layer_types mlp_only_layers moe_layer_freq moe_layer_interval moe_layer_start_index moe_layer_end_index "
        "decoder_sparse_step n_routed_experts n_shared_experts num_shared_experts moe_num_shared_experts num_experts "
        "num_local_experts moe_num_experts num_experts_per_tok experts_per_token moe_topk moe_k moe_norm_min n_group "
        "topk_group topk_method norm_topk_prob scoring_func routed_scaling_factor route_scale use_routing_bias "
        "expert_selection_fn shared_expert_combination_strategy is_moe"
    ),
    "what acts inside attention or around it, in the same shape": _names(
        "attention_probs_dropout_prob attn_pdrop attention_softmax_in_fp32 scale_attention_softmax_in_fp32 "
        "scale_attn_weights attention_value_scale attn_scale attn_temperature_tuning attn_output_gate "
        "attention_output_gate attention_in_multiplier attention_out_multiplier use_attention_gate parallel_attn "
        "num_ln_in_parallel_attn attn_impl attn_res_block_size n_layers_per_attn_res_block "
        "use_bidirectional_attention relative_attention_max_distance relative_attention_num_buckets "
        "lsh_attention_probs_dropout_prob local_attention_probs_dropout_prob full_attn_alpha_factor "
        "full_attn_beta_factor linear_attn_alpha_factor linear_attn_beta_factor guided_attention_loss_num_heads "
        "guided_attention_loss_scale guided_attention_loss_sigma use_guided_attention_loss encoder_attention_type "
        "num_random_blocks compress_rope_theta rope_scaling_layers gated_norm_rank"
    ),
    "how a state-space mixer computes, not what it keeps": _names(
        "chunkwise_kernel max_inference_chunksize mamba_chunk_size mamba_conv_bias mamba_dt_rank mamba_hidden_act "
        "hidden_mamba_act mamba_norm_before_gate mamba_proj_bias use_mamba_kernels use_conv_bias conv_bias "
        "time_step_rank ssm_in_multiplier ssm_multipliers ssm_out_multiplier linear_a_log_max linear_a_log_min "
        "linear_allow_neg_eigval linear_dt_init_floor linear_dt_max linear_dt_min return_last_states"
    ),
    "layers of other things, norms, gates and adapters": _names(
        "layer_norm_epsilon layer_norm_elementwise_affine layernorm_embedding do_layer_norm_before "
        "projection_layer_norm_eps adapter_layer_norm adapter_layer_norm_eps adapter_reuse_layer_norm adapter_rank "
        "layerdrop decoder_layerdrop encoder_layerdrop hidden_size_per_layer_input vocab_size_per_layer_input "
        "laurel_rank hc_lowrank heads_per_ngram lm_head_multiplier lm_head_bias chunk_size_lm_head num_mem_blocks "
        "num_adapter_layers num_hash_layers activation_situ_linear_beta share_encoder_decoder_embeddings "
        "mtp_hidden_states_first"
    ),
    "dense and sparse feed-forward layers": _names(
        "block_auto_adjust_ff_dim block_ffn_dim_multiplier block_multiple_of enable_moe_block encoder_sparse_step "
        "num_sparse_decoder_layers num_sparse_encoder_layers expert_layer_offset expert_layer_period "
        "interleave_moe_layer_step latent_moe_use_norm moe_latent_size moe_layers moe_layers_enum "
        "moe_shared_expert_intermediate_size moe_shared_expert_overlap shared_expert_sink "
        "shared_experts_intermediate_size share_expert_dim"
    ),
    "positions": _names(
        "max_position_embeddings original_max_position_embeddings initial_context_length rope_theta rope_scaling "
        "rope_parameters rope_local_base_freq rope_interleave rotary_dim partial_rotary_factor layer_rope_theta "
        "use_mrope rotary_pct rotary_emb_base"
    ),
    "the towers for images and sound, whose tokens enter as any others": _names(
        "vision_config audio_config mm_tokens_per_image vision_feature_layer vision_feature_select_strategy "
        "projector_hidden_act multimodal_projector_bias image_grid_pinpoints image_seq_length "
        "media_placeholder_token_id use_unified_vision_chunk video_placeholder vision_aspect_ratio "
        "spatial_merge_size projector_layernorm_eps acoustic_tokenizer_chunk_size "
        "aligner_attention_probs_dropout_prob aligner_num_add_layers audio_chunk_size audio_token_index "
        "eoa_token_index conv_channels conv_depthwise_kernel_size conv_kernel_sizes diffusion_head_config "
        "insert_layer_id latent_query_num num_conv_layers num_conv_pos_embedding_groups num_conv_pos_embeddings "
        "num_feat_extract_layers projector_use_layernorm resampler_dim_head resampler_heads resampler_num_latents "
        "resblock_dilation_sizes resblock_kernel_sizes seconds_per_chunk spatial_target_layers spatial_vision_layer "
        "speech_decoder_postnet_layers speech_decoder_prenet_layers speech_encoder_attention_heads "
        "speech_encoder_chunk_size speech_encoder_layerdrop speech_encoder_layers speech_encoder_left_chunk_num "
        "t2u_decoder_attention_heads t2u_decoder_layers t2u_encoder_attention_heads t2u_encoder_layers "
        "video_token_index"
    ),
    "draft layers, which are left out as a whole": ("use_mtp", "mtp_transformer_layers"),
}

_KNOWN = frozenset(name for names in HARMLESS.values() for name in names)

SMELLS = _names(
    "kv head layer window attention attn latent rank state conv chunk sparse index compress share cache ssm mamba "
    "linear block"
)


def smell(name: str) -> str | None:
    """The first word in a field's name that speaks of the cache, or None.

    >>> smell("num_kv_shared_layers"), smell("rope_theta")
    ('kv', None)
    """
    return next((word for word in SMELLS if word in name.lower()), None)


def ignored(config: Mapping[str, Any], used: Collection[str], *, under: str = "") -> tuple[str, ...]:
    """The fields that are neither used nor known to be harmless; `under` names the object that holds them.

    Raises `BadInput` for one whose name smells of the cache, unless its value says nothing: null, false or empty.
    """
    unknown = [name for name in config if name not in used and name not in _KNOWN]
    for name in unknown:
        if not isinstance(name, str):
            raise BadInput(f"the fields of a config must have text as names, got {str(name)[:40]!r}; quote it")
        word, value = smell(name), config[name]
        empty = value is None or value is False or (isinstance(value, list | dict | tuple) and not value)
        if word is not None and not empty:
            raise BadInput(
                f"every field that may concern the cache must be understood, {name[:60]} is not "
                f"(its name has {word!r}); take it out if it does not concern the cache"
            )
    return tuple(under + name for name in unknown)
