"""Tiny configs of any model type of transformers: small sizes put into its config class by field name, drawn by seed.

Runs in the oracle's own environment (`requirements.txt`). A field says what it is by its name, so one table serves all
model types; what a type asks for beyond that (a product that must hold, a list that must be long enough) is a row of
`OWN`. Nothing here knows how large a cache is.
"""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from transformers.models.auto.configuration_auto import CONFIG_MAPPING

VOCABULARY = 128
POSITIONS = 256
LISTS = ("layer_types", "layers_block_type")  # a kind of layer for each layer, in any order

Sizes = SimpleNamespace


def draw(rng: random.Random) -> Sizes:
    """Sizes that fit together: heads share evenly, widths are even enough for rotary positions and groups."""
    kv_heads = rng.choice((1, 2, 3))
    heads = kv_heads * rng.choice((1, 2, 3)) if kv_heads > 1 else rng.choice((2, 4, 6))
    per_head = rng.choice((8, 16, 24))
    key_heads = rng.choice((1, 2, 3))
    return Sizes(
        heads=heads,
        kv_heads=kv_heads,
        hidden=heads * per_head,
        per_head=per_head,
        head_dim=rng.choice((8, 16, 24, 32)),
        layers=rng.choice((4, 5, 6)),
        window=rng.randrange(6, 21),
        latent=rng.choice((10, 20, 28, 36)),
        rope=rng.choice((4, 8, 12)),
        nope=rng.choice((8, 14, 20)),
        value=rng.choice((10, 18, 24)),
        index=rng.choice((16, 18, 26)),
        kernel=rng.choice((3, 4, 5, 6)),
        state=rng.choice((6, 10, 16)),
        groups=rng.choice((1, 2)),
        key_heads=key_heads,
        value_heads=key_heads * rng.choice((1, 2)),
        key_width=rng.choice((8, 12)),
        value_width=rng.choice((8, 14)),
        encoder_layers=rng.choice((2, 3)),
        period=rng.choice((2, 3)),
        shared=rng.choice((1, 2)),
    )


def _names(text: str, size: Callable[[Sizes], Any]) -> dict[str, Callable[[Sizes], Any]]:
    return dict.fromkeys(text.split(), size)


FIELDS: dict[str, Callable[[Sizes], Any]] = {
    **_names("hidden_size d_model n_embd embedding_dim word_embed_proj_dim emb_dim dim_model", lambda s: s.hidden),
    **_names("input_embedding_size output_embedding_size lru_width attention_hidden_size", lambda s: s.hidden),
    **_names("embedding_size text_embed_dim projection_size cross_attention_hidden_size", lambda s: s.hidden),
    **_names("num_attention_heads n_head n_heads attention_heads decoder_attention_heads num_heads", lambda s: s.heads),
    **_names("encoder_attention_heads num_encoder_attention_heads num_decoder_attention_heads", lambda s: s.heads),
    **_names("num_key_value_heads num_kv_heads", lambda s: s.kv_heads),
    **_names("head_dim d_kv kv_channels attention_head_dim dim_head", lambda s: s.head_dim),
    **_names("num_hidden_layers n_layer n_layers num_layers decoder_layers num_decoder_layers", lambda s: s.layers),
    **_names("max_window_layers", lambda s: 2),
    **_names("encoder_layers num_encoder_layers", lambda s: s.encoder_layers),
    **_names("sliding_window sliding_window_size attention_window_size local_attention", lambda s: s.window),
    **_names("window_size attention_chunk_size", lambda s: s.window),
    **_names("intermediate_size ffn_hidden_size d_ff n_inner ffn_dim dff dim_ff decoder_ffn_dim encoder_ffn_dim "
             "d_inner", lambda s: 32),
    **_names("moe_intermediate_size shared_expert_intermediate_size intermediate_size_mlp dense_intermediate_size "
             "expert_ffn_hidden_size moe_shared_expert_intermediate_size shared_intermediate_size "
             "prefix_dense_intermediate_size shared_experts_intermediate_size router_hidden_size", lambda s: 16),
    **_names("num_experts num_local_experts n_routed_experts moe_num_experts", lambda s: 4),
    **_names("num_experts_per_tok moe_topk moe_k top_k_experts", lambda s: 2),
    **_names("n_group topk_group expert_capacity zero_expert_num split_ngram_parts first_k_dense_replace "
             "num_dense_layers prefix_dense_sliding_window_pattern moe_num_shared_experts", lambda s: 1),
    **_names("kv_lora_rank", lambda s: s.latent),
    **_names("q_lora_rank o_lora_rank hc_lowrank gated_norm_rank adapter_rank laurel_rank", lambda s: 8),
    **_names("qk_rope_head_dim", lambda s: s.rope),
    **_names("qk_nope_head_dim", lambda s: s.nope),
    **_names("v_head_dim", lambda s: s.value),
    **_names("qk_head_dim", lambda s: s.rope + s.nope),
    **_names("index_head_dim indexer_head_dim", lambda s: s.index),
    **_names("index_n_heads indexer_n_heads index_num_heads", lambda s: 2),
    **_names("index_topk indexer_budget", lambda s: 8),
    **_names("indexer_kv_heads index_local_blocks", lambda s: 1),
    **_names("indexer_compress_ratio index_block_size", lambda s: 4),
    **_names("index_topk_blocks heads_per_ngram hc_count hc_mult o_groups", lambda s: 2),
    **_names("swa_num_attention_heads", lambda s: 2 * s.heads),
    **_names("swa_num_key_value_heads", lambda s: 2 * s.kv_heads),
    **_names("swa_head_dim", lambda s: s.head_dim + 8),
    **_names("conv_kernel conv_kernel_size mamba_d_conv linear_conv_kernel_dim short_conv_kernel_size conv_L_cache "
             "conv1d_width ple_conv_kernel_size", lambda s: s.kernel),
    **_names("state_size ssm_state_size mamba_d_state", lambda s: s.state),
    **_names("n_groups mamba_n_groups mamba_ngroups", lambda s: s.groups),
    **_names("mamba_num_heads mamba_n_heads", lambda s: 2 * s.heads),
    **_names("n_mamba_heads", lambda s: 2),
    **_names("mamba_head_dim mamba_d_head", lambda s: s.per_head),
    **_names("mamba_d_ssm", lambda s: 2 * s.hidden),
    **_names("mamba_dt_rank time_step_rank", lambda s: 6),
    **_names("chunk_size mamba_chunk_size", lambda s: 8),
    **_names("linear_num_key_heads linear_num_heads", lambda s: s.key_heads),
    **_names("linear_num_value_heads", lambda s: s.value_heads),
    **_names("linear_key_head_dim linear_head_dim", lambda s: s.key_width),
    **_names("linear_value_head_dim", lambda s: s.value_width),
    **_names("attn_layer_period layer_group_size sliding_window_pattern global_attn_every_n_layers "
             "no_rope_layer_interval", lambda s: s.period),
    **_names("attn_layer_offset", lambda s: 1),
    **_names("num_kv_shared_layers", lambda s: s.shared),
    **_names("cca_time0 cca_time1", lambda s: s.groups + 1),
    **_names("vocab_size vocab_size_per_layer_input char_vocab_size src_vocab_size tgt_vocab_size t2u_vocab_size "
             "decoder_vocab_size type_vocab_size pronunciation_vocab_size shape_vocab_size unpadded_vocab_size",
             lambda s: VOCABULARY),
    **_names("hidden_size_per_layer_input pronunciation_embed_dim shape_embed_dim ple_embed_dim prompt_mid_dim d_rel",
             lambda s: 16),
    **_names("max_position_embeddings n_positions n_ctx max_seq_len max_target_positions context_length "
             "max_decoder_position_embeddings max_encoder_position_embeddings t2u_max_position_embeddings",
             lambda s: POSITIONS),
    **_names("max_source_positions", lambda s: 10 + s.window),
    **_names("num_mel_bins", lambda s: 8),
    **_names("ngram_vocab_size_base", lambda s: 100),
    **_names("altup_num_inputs", lambda s: 2),
    **_names("speech_encoder_layers t2u_encoder_layers t2u_decoder_layers", lambda s: 2),
    **_names("speech_encoder_attention_heads t2u_encoder_attention_heads t2u_decoder_attention_heads",
             lambda s: s.heads),
    **_names("speech_encoder_intermediate_size t2u_decoder_ffn_dim t2u_encoder_ffn_dim", lambda s: 32),
    **_names("pad_token_id", lambda s: 0),
    **_names("eos_token_id", lambda s: 1),
    **_names("bos_token_id decoder_start_token_id", lambda s: 2),
    **_names("image_size", lambda s: 32),
    **_names("patch_size", lambda s: 8),
}  # fmt: skip


def _turns(sizes: Sizes, first: str, second: str) -> list[str]:
    """The second kind every `period` layers, the first kind between."""
    return [second if index % sizes.period == sizes.period - 1 else first for index in range(sizes.layers)]


def _last_full(kinds: list[str]) -> list[str]:
    return [*kinds[:-1], "full_attention"]


# What one model type asks for beyond the table: constraints of its class, and choices that its own defaults leave out.
OWN: dict[str, Callable[[Sizes], dict[str, Any]]] = {
    "mamba2": lambda s: {"num_heads": 2 * s.heads, "head_dim": s.per_head},
    "deepseek_v4": lambda s: {
        "compress_rates": {"compressed_sparse_attention": 4, "heavily_compressed_attention": s.kernel + 3},
        "head_dim": 24, "partial_rotary_factor": 0.25, "o_groups": 1, "num_key_value_heads": 1,
    },
    "gpt_neo": lambda s: {"num_layers": 4, "attention_types": [[["global", "local"], 2]]},
    "helium": lambda s: {"head_dim": s.per_head},
    "zaya": lambda s: {"num_experts_per_tok": 1},
    "gemma3n_text": lambda s: {"activation_sparsity_pattern": [0.0] * s.layers},
    "qwen4_exp_text": lambda s: {"ple_layer_ids": [1]},
    "recurrent_gemma": lambda s: {"head_dim": s.per_head, "block_types": ["recurrent", "attention"]},
    "falcon_h1": lambda s: {"mamba_d_ssm": 2 * s.hidden},
    "xlstm": lambda s: {
        "hidden_size": 128 * s.groups, "embedding_dim": 128 * s.groups, "num_heads": 2 * s.groups,
        "chunk_size": 16, "max_inference_chunksize": 32,
    },
    "granitemoehybrid": lambda s: {"layer_types": _turns(s, "linear_attention", "full_attention")},
    "bamba": lambda s: {"attn_layer_indices": list(range(1, s.layers, s.period))},
    "zamba2": lambda s: {
        "layers_block_type": _turns(s, "linear_attention", "hybrid"), "num_mem_blocks": 1, "n_mamba_heads": s.heads,
    },
    "zamba": lambda s: {
        "layers_block_type": _turns(s, "linear_attention", "hybrid"), "attention_hidden_size": 2 * s.hidden,
        "attention_head_dim": 2 * s.per_head,
    },
    **dict.fromkeys(
        ("gemma4_text", "gemma4_unified_text"),
        lambda s: {"layer_types": _last_full(_turns(s, "sliding_attention", "full_attention"))},
    ),
    "lfm2_moe": lambda s: {"layer_types": _turns(s, "conv", "full_attention")},
    "dots1": lambda s: {
        "layer_types": _turns(s, "sliding_attention", "full_attention"), "n_shared_experts": 1,
        "first_k_dense_replace": 1,
    },
    "cohere_compass_text": lambda s: {
        "layer_types": _turns(s, "sliding_attention", "full_attention"),
        "rope_parameters": {
            f"{kind}_attention": {"rope_type": "default", "rope_theta": 1e4} for kind in ("sliding", "full")
        },
    },
    "bailing_hybrid": lambda s: {"num_attention_heads": 4, "num_key_value_heads": 4},
    "gptj": lambda s: {"rotary_dim": 4},
    "codegen": lambda s: {"rotary_dim": 4, "n_head": 4, "n_embd": 4 * s.per_head},
    "reformer": lambda s: {"axial_pos_embds_dim": [8, s.hidden - 8], "axial_pos_shape": [16, 16]},
    "gpt_bigcode": lambda s: {"multi_query": s.groups == 1},
    "falcon": lambda s: {"multi_query": s.groups == 1, "new_decoder_architecture": s.period == 2, "alibi": False},
    "qwen2": lambda s: {"use_sliding_window": s.groups == 1},
    "qwen3": lambda s: {"use_sliding_window": s.groups == 1},
    "mixtral": lambda s: {"sliding_window": s.window if s.groups == 1 else None},
    "phi3": lambda s: {"sliding_window": s.window if s.groups == 1 else None},
    "moshi": lambda s: {"sliding_window": s.window + 20},
    **dict.fromkeys(
        ("longt5", "mt5", "t5", "umt5", "switch_transformers"),
        lambda s: {"num_layers": s.encoder_layers, "num_decoder_layers": s.layers},
    ),
}  # fmt: skip


def tiny_kwargs(cls: type, rng: random.Random, sizes: Sizes) -> dict[str, Any]:
    """Values for the fields of a config class that the table knows, and for the configs inside it."""
    names = {field.name: field for field in dataclasses.fields(cls)}
    found = {name: FIELDS[name](sizes) for name in names if name in FIELDS}
    if "kv_lora_rank" in found:  # one latent for all heads: these say nothing about the cache, but have to fit
        found |= {"head_dim": sizes.rope, "num_key_value_heads": sizes.heads}
    if {"encoder_layers", "decoder_layers"} <= found.keys() and "num_hidden_layers" not in names:
        found["encoder_layers"] = found["decoder_layers"]  # a decoder alone sizes its cache by the encoder's count
    for name, field in names.items():
        if name.endswith(("_token_id", "_token_index")) and isinstance(field.default, int) and name not in FIELDS:
            found[name] = min(field.default, VOCABULARY - 2)
    found |= OWN.get(getattr(cls, "model_type", ""), lambda _: {})(sizes)
    if getattr(cls, "sub_configs", None):
        default = cls()
        for name in cls.sub_configs:
            inner = getattr(default, name, None)
            if inner is not None and dataclasses.is_dataclass(type(inner)):
                values = tiny_kwargs(type(inner), rng, sizes)
                found[name] = {"model_type": type(inner).model_type, **values}
    return {name: value for name, value in found.items() if name in names}


def tiny(model_type: str, seed: int, *, shuffled: bool) -> Any:
    """A tiny config of a model type; `shuffled` puts the kinds of layers that it has in an order of the seed's own."""
    rng = random.Random(f"{model_type} {seed}")
    sizes = draw(rng)
    cls = CONFIG_MAPPING[model_type]
    values = tiny_kwargs(cls, rng, sizes)
    names = {field.name for field in dataclasses.fields(cls)}
    config = cls(**values)
    for name in LISTS:
        if shuffled and name in names:
            kinds = sorted({*(getattr(cls(), name, None) or ()), *(getattr(config, name, None) or ())})
            count = len(getattr(config, name, None) or ())
            if len(kinds) > 1 and count >= len(kinds):
                order = [*kinds, *rng.choices(kinds, k=count - len(kinds))]
                rng.shuffle(order)
                config = cls(**{**values, name: order})
    return config
