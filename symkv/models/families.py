"""The model types that are read, one row each, and the types that hold a text decoder inside.

Rows of attention types are here, those with states in `families_state`, encoder-decoders in `families_encoder`. What a
row gives was compared with measured caches of the type, or with the code that allocates them.
"""

from __future__ import annotations

from collections.abc import Mapping

from symkv.models.families_encoder import ENCODER_FAMILIES
from symkv.models.families_state import STATE_FAMILIES
from symkv.models.family import CHUNKED, FULL, INDEXED, LATENT, LINEAR, SLIDING, WINDOWED, Family
from symkv.models.kinds import CSA, HCA, SPARSE


def _rows(names: str, family: Family) -> dict[str, Family]:
    return dict.fromkeys(names.split(), family)


GPT: Mapping[str, tuple[str, ...]] = {
    "layers": ("n_layer|num_hidden_layers",),
    "heads": ("n_head|num_attention_heads",),
    "hidden": ("n_embd|n_embed|hidden_size",),
    "kv_heads": (),
    "head_dim": (),
}
MHA: Mapping[str, tuple[str, ...]] = {"kv_heads": (), "head_dim": ()}
NARROW: Mapping[str, tuple[str, ...]] = {"kv_heads": ()}
LATE = Family(WINDOWED, layout="late", gated=True)
REBUILT = (
    "num_attention_heads num_key_value_heads head_dim hidden_size qk_head_dim qk_nope_head_dim v_head_dim q_lora_rank"
).split()  # widths of heads that latent attention rebuilds and never stores
MLA = Family(LATENT, also=tuple(REBUILT))
INDEX = (*REBUILT, "index_n_heads", "indexer_rope_interleave", "index_share_for_mtp_iteration")
DSA = Family({INDEXED: ("indexed",), FULL: ("indexed",)}, layout="indexed", also=INDEX, draft=INDEXED)
GEMMA4 = Family(
    {**WINDOWED, FULL: ("tied rows",)},
    layout="pattern 6, last",
    share="tail",
    overrides="gemma4",
    also=("attention_k_eq_v", "global_head_dim", "num_global_key_value_heads"),
)

FAMILIES: dict[str, Family] = {
    # keys and values of every token, in as many heads as given
    **_rows(
        "llama arcee cohere flex_olmo granite granitemoe granitemoeshared olmo olmo2 olmoe persimmon phi apertus "
        "bitnet ernie4_5_moe glm4_moe diffllama ernie4_5 gemma glm glm4 helium hunyuan_v1_dense hunyuan_v1_moe "
        "hyperclovax jais2 aria_text nanochat internlm3 iquestcoder hy_v3 seed_oss solar_open stablelm nemotron "
        "emu3_text_model emu3 chameleon glm4v_text glm4v_moe_text glm_ocr_text granite4_vision_text "
        "granite_docling_text ernie4_5_vl_moe_text paddleocr_vl_text molmo2_text qwen3_vl_text qwen3_vl_moe_text "
        "cosmos3_edge_text evolla fuyu deepseek_ocr2_text",
        Family(),
    ),
    **_rows("minimax_m2", Family(ones=("attn_type_list",))),
    "hunyuan_vl_text": Family(names={"head_dim": ("head_dim|attention_head_dim",)}),
    "jetmoe": Family(names={"head_dim": ("kv_channels|head_dim",)}),
    "hrm_text": Family(
        names={"kv_heads": ()}, repeats=("H_cycles", "L_cycles"), also=("num_layers_per_stack", "L_bp_cycles")
    ),
    "doge": Family(WINDOWED, layout="every", also=("keep_window_size",)),
    "dbrx": Family(
        names={
            "layers": ("n_layers|num_hidden_layers",),
            "heads": ("n_heads|num_attention_heads",),
            "hidden": ("d_model|hidden_size",),
            "kv_heads": ("attn_config.kv_n_heads", "num_key_value_heads"),
            "head_dim": (),
        },
        also=("attn_config",),
    ),
    # as many key-value heads as query heads
    **_rows("gpt2 gpt-sw3 codegen", Family(names=GPT)),
    "gptj": Family(names=GPT),
    "ctrl": Family(names=GPT),
    "bloom": Family(names=GPT),
    "gpt_bigcode": Family(names=GPT, kv="multi_query", also=("num_key_value_heads", "head_dim")),
    "falcon": Family(
        names={
            "layers": ("num_hidden_layers|n_layer",),
            "heads": ("num_attention_heads|n_head",),
            "hidden": ("hidden_size|n_embed",),
            "kv_heads": ("num_kv_heads|n_head_kv",),
            "head_dim": (),
        },
        kv="falcon",
    ),
    "mpt": Family(
        names={
            "layers": ("n_layers|num_hidden_layers",),
            "heads": ("n_heads|num_attention_heads",),
            "hidden": ("d_model|hidden_size",),
            "kv_heads": (),
            "head_dim": (),
        },
        also=("attn_config",),
    ),
    **_rows("gpt_neox gpt_neox_japanese biogpt opt git", Family(names=MHA)),
    **_rows(
        "bert bert-generation camembert data2vec-text electra ernie megatron-bert rembert roberta "
        "roberta-prelayernorm roc_bert roformer xlm-roberta xlm-roberta-xl xmod",
        Family(names=MHA),
    ),
    "big_bird": Family(names=MHA, also=("block_size", "attention_type")),
    "xglm": Family(
        names={
            **MHA,
            "layers": ("num_layers|num_hidden_layers",),
            "heads": ("attention_heads|num_attention_heads",),
            "hidden": ("d_model|hidden_size",),
        }
    ),
    **_rows(
        "kosmos_2_text_model kosmos_2_5_text_model",
        Family(
            names={
                **MHA,
                "layers": ("layers|num_hidden_layers",),
                "heads": ("attention_heads|num_attention_heads",),
                "hidden": ("embed_dim|hidden_size",),
            }
        ),
    ),
    "gpt_neo": Family(
        WINDOWED,
        layout="global_local",
        lists=("attention_layers",),
        names={
            **MHA,
            "layers": ("num_layers|num_hidden_layers",),
            "heads": ("num_heads|num_attention_heads",),
            "window": ("window_size",),
        },
    ),
    "cpmant": Family(
        {FULL: ("rows", "prompt")}, names={**NARROW, "head_dim": ("dim_head|head_dim",), "prompt": ("prompt_length",)}
    ),
    # a bare sliding_window holds for every layer; null is no window
    "mistral": Family(WINDOWED, layout="every", implied=("kv_heads",)),
    **_rows(
        "mixtral ministral ministral3 phi3 phi4_multimodal phimoe starcoder2 qwen3_omni_moe_text moshi "
        "moshi_depth voxtral_realtime_text kyutai_speech_to_text",
        Family(WINDOWED, layout="every"),
    ),
    # windowed from max_window_layers on
    **_rows("qwen2 qwen2_moe qwen3 qwen3_moe mimo qwen2_vl_text qwen2_5_vl_text qwen2_5_omni_text", LATE),
    "dots1": Family(WINDOWED, layout="late"),
    "smollm3": Family(WINDOWED, layout="smollm"),
    # windowed and full layers in turn
    **_rows("gemma2 gpt_oss vaultgemma", Family(WINDOWED, layout="alternate")),
    "gemma3_text": Family(WINDOWED, layout="pattern 6", implied=("heads", "kv_heads")),
    "t5gemma2_decoder": Family(WINDOWED, layout="pattern 6"),
    "beam": Family(WINDOWED, layout="pattern 6, last"),
    **_rows("cohere2 exaone4 exaone_moe olmo3 cohere_compass_text", Family(WINDOWED, layout="pattern 4")),
    "cohere2_moe": Family(WINDOWED, layout="cohere_moe"),
    **_rows("granite_swa granitemoe_swa cwm", Family(WINDOWED, layout="first of 4")),
    "afmoe": Family(WINDOWED, layout="global 4"),
    "modernbert-decoder": Family(
        WINDOWED, layout="global 3", names={**MHA}, also=("local_attention", "num_key_value_heads")
    ),
    "flint": Family(WINDOWED, layout="flint"),
    "kolibri1": Family(WINDOWED, layout="pattern 5"),
    **_rows("muse_spark_text muse_glimmer_text", Family(WINDOWED, layout="counted from the last")),
    **_rows("laguna mellum", Family(WINDOWED, also=("num_attention_heads_per_layer", "mtp_layer_types"))),
    "step3p5": Family(
        WINDOWED,
        names={"kv_heads": ("num_key_value_heads|num_attention_groups",)},
        also=("num_sliding_attention_heads", "mtp_layer_types"),
    ),
    "gemma3n_text": Family(WINDOWED, layout="pattern 5", share="tail"),
    **_rows("gemma4_text gemma4_unified_text", GEMMA4),
    "diffusion_gemma_text": GEMMA4,
    "llama4_text": Family({**WINDOWED, CHUNKED: ("chunk",)}, layout="unrotated"),
    "unlimited_ocr_text": Family(
        {FULL: ("rows",), "reference_sliding_attention": ("reference",)}, layout="listed", also=("max_window_layers",)
    ),
    "mimo_v2_flash": Family(
        {FULL: ("unequal rows",), SLIDING: ("unequal window",)},
        layout="mimo",
        lists=("layer_types", "hybrid_layer_pattern"),
        names={"window": ("sliding_window", "sliding_window_size")},
        also=("swa_num_attention_heads", "sliding_window_size", "attention_chunk_size", "add_swa_attention_sink_bias"),
    ),
    # text layers and layers that attend to images only
    "mllama_text_model": Family({FULL: ("rows",), "cross": ("cross",)}, layout="cross", lists=()),
    # one latent and one rotary key for all heads
    **_rows("deepseek_v2 deepseek_v3 glm4_moe_lite kimi_k2 minicpm3 axk1 youtu mistral4", MLA),
    "longcat_flash": Family(
        {FULL: ("double latent",)}, names={"layers": ("num_layers", "num_hidden_layers")}, also=tuple(REBUILT)
    ),
    **_rows("deepseek_v32 glm_moe_dsa axk2", DSA),
    "hy_v4": DSA,
    **_rows(
        "mistral_large4_text mistral_large4",
        Family({INDEXED: ("sourced",), FULL: ("sourced",)}, layout="indexed", also=INDEX, draft=INDEXED),
    ),
    "dots3_note_text": Family(
        {INDEXED: ("indexed",), SLIDING: ("latent window",), FULL: ("latent",)},
        layout="dots",
        names={"window": ("sliding_window|sliding_window_size",)},
        overrides="dots",
        also=(
            *INDEX,
            *"use_dsa use_sliding_window swa_num_attention_heads swa_num_key_value_heads swa_q_lora_rank "
            "swa_kv_lora_rank swa_head_dim swa_qk_nope_head_dim swa_qk_rope_head_dim swa_v_head_dim".split(),
        ),
        draft=INDEXED,
    ),
    "glm5_next_text": Family(
        {LINEAR: ("kimi delta",), INDEXED: ("pooled",), FULL: ("pooled",)},
        layout="glm5",
        names={
            "linear_heads": ("linear_attn_config.num_heads", "linear_num_heads"),
            "linear_dim": ("linear_attn_config.head_dim", "linear_head_dim"),
            "conv": ("linear_attn_config.short_conv_kernel_size", "linear_conv_kernel_dim"),
        },
        also=(*INDEX, "index_kpool_always_select_tail", "linear_lower_bound", "linear_attn_config"),
        draft=INDEXED,
    ),
    # rows that are key and value, single ones in a window and merged ones for all tokens
    **_rows(
        "deepseek_v4 deepseek_ref",
        Family(
            {SLIDING: ("shared window",), CSA: ("compressed",), HCA: ("heavily compressed",)},
            layout="compressed",
            lists=("layer_types", "compress_ratios"),
            also=tuple(
                "num_attention_heads num_key_value_heads hidden_size index_n_heads o_lora_rank q_lora_rank "
                "index_head_dim index_topk".split()
            ),
            draft=SLIDING,
        ),
    ),
    **_rows(
        "minimax_m3_vl_text minimax_m3",
        Family(
            {FULL: ("rows",), SPARSE: ("block sparse",)},
            lists=("layer_types", "sparse_attention_config.sparse_attention_freq"),
            names={
                "index": ("index_head_dim", "sparse_attention_config.sparse_index_dim"),
                "index_block": ("index_block_size", "sparse_attention_config.sparse_block_size"),
                "index_blocks": ("index_topk_blocks", "sparse_attention_config.sparse_topk_blocks"),
            },
            also=("index_n_heads", "index_local_blocks", "sparse_attention_config", "attention_output_gate"),
            draft=SPARSE,
        ),
    ),
    **STATE_FAMILIES,
    **ENCODER_FAMILIES,
}
REFUSED: dict[str, str] = {  # types that are known and not read, with the reason
    "openai-gpt": "transformers keeps no cache for it",
    "xlm": "transformers keeps no cache for it",
    "xlnet": "mem_len: it keeps hidden states across segments, not those of a sequence",
    "blt": "encoder_config and decoder_config: its patches and bytes have caches of different lengths",
    "idefics": "cross_layer_interval: its cross-attention to images isn't read",
    "blip_text_model": "encoder_hidden_size: its cross-attention to images isn't read",
    "gemma4_assistant": "it drafts for another model and reads that model's cache",
    "gemma4_unified_assistant": "it drafts for another model and reads that model's cache",
    "pi0": "vlm_config and dit_config: two decoders that share a cache",
}
# Model types that hold the text decoder in a field, with the type that one without a model_type has.
WRAPPERS: dict[str, tuple[str, str | None]] = {
    outer: ("text_config", inner or None)
    for outer, _, inner in (
        entry.partition(":")
        for entry in (
            "aria:aria_text audioflamingo3:qwen2 aya_vision:cohere2 blip-2:opt blip:blip_text_model "
            "cohere2_vision:cohere2 cohere_compass:cohere_compass_text cosmos3_edge:cosmos3_edge_text "
            "cosmos3_omni:qwen3_vl_text deepseek_ocr2:deepseek_ocr2_text deepseek_vl:llama deepseek_vl_hybrid:llama "
            "diffusion_gemma:diffusion_gemma_text dots3_note:dots3_note_text emu3:emu3_text_model "
            "ernie4_5_vl_moe:ernie4_5_vl_moe_text exaone4_5:exaone4 fast_vlm:qwen2 florence2:bart fun_asr_nano:qwen3 "
            "fuyu:persimmon gemma3:gemma3_text gemma3n:gemma3n_text gemma4:gemma4_text "
            "gemma4_unified:gemma4_unified_text glm46v:glm4v_text glm4v:glm4v_text glm4v_moe:glm4v_moe_text "
            "glm5_next:glm5_next_text glm_ocr:glm_ocr_text glmasr:llama glmga:glm4v_text got_ocr2:qwen2 "
            "granite4_vision:granite4_vision_text granite_docling:granite_docling_text granite_speech:granite "
            "granite_speech_plus:granite hunyuan_vl:hunyuan_vl_text hyperclovax_vision_v2:hyperclovax "
            "idefics2:mistral idefics3:llama inkling2:inkling2_text inkling_mm_model:inkling_text instructblip:opt "
            "instructblipvideo:opt internvl:qwen2 janus:llama kimi_k25:deepseek_v3 kimi_k3:kimi_linear "
            "kosmos-2:kosmos_2_text_model kosmos-2.5:kosmos_2_5_text_model lfm2_vl:lfm2 lfm3_vl:lfm3 "
            "lighton_ocr:qwen3 llama4:llama4_text llava:llama llava_next:llama llava_next_video:llama "
            "llava_onevision:qwen2 minicpm_ocr:qwen3_5_text minicpmv4_6:qwen3_5_text minicpmv4_7:qwen3_5_text "
            "minimax_m3_vl:minimax_m3_vl_text mistral3:mistral mistral_large4:mistral_large4_text "
            "mllama:mllama_text_model molmo2:molmo2_text moss_transcribe_diarize:qwen3 "
            "muse_glimmer:muse_glimmer_text muse_spark:muse_spark_text musicflamingo:qwen2 nemo_speechlm:nemotron_h "
            "nemotron_h_omni:nemotron_h ovis2:qwen2 paddleocr_vl:paddleocr_vl_text paligemma:gemma "
            "perception_lm:llama pix2struct:pix2struct_text_model pp_chart2table:qwen2 "
            "pp_formulanet:pp_formulanet_text qianfan_ocr:qwen3 qwen2_5_omni_thinker:qwen2_5_omni_text "
            "qwen2_5_vl:qwen2_5_vl_text qwen2_audio:qwen2 qwen2_vl:qwen2_vl_text qwen3_5:qwen3_5_text "
            "qwen3_5_moe:qwen3_5_moe_text qwen3_asr:qwen3 qwen3_omni_moe_thinker:qwen3_omni_moe_text "
            "qwen3_vl:qwen3_vl_text qwen3_vl_moe:qwen3_vl_moe_text qwen4_exp:qwen4_exp_text shieldgemma2:gemma3_text "
            "smolvlm:llama step3p7:step3p5 unlimited_ocr:unlimited_ocr_text vibevoice:qwen2 vibevoice_asr:qwen2 "
            "video_llama_3:qwen2 video_llava:llama vipllava:llama voxtral:llama "
            "voxtral_realtime:voxtral_realtime_text"
        ).split()
    )
} | {
    "internvl_chat": ("llm_config", None),
    "encoder-decoder": ("decoder", None),
    "vision-encoder-decoder": ("decoder", None),
    "speech-encoder-decoder": ("decoder", None),
    "t5gemma": ("decoder", "t5_gemma_module"),
    "t5gemma2": ("decoder", "t5gemma2_decoder"),
    "musicgen": ("decoder", "musicgen_decoder"),
    "musicgen_melody": ("decoder", "musicgen_melody_decoder"),
    "canary": ("decoder_config", "canary_decoder"),
    "dia": ("decoder_config", "dia_decoder"),
}
AROUND: dict[str, tuple[str, ...]] = {  # fields of a wrapper about its tower that sound like the cache
    "musicflamingo": ("head_dim",),
    "granite_speech": ("window_size",),
    "granite_speech_plus": ("window_size",),
}
# Wrappers whose decoder attends to the encoder beside it.
CROSSED = frozenset(
    "encoder-decoder vision-encoder-decoder speech-encoder-decoder t5gemma t5gemma2 musicgen musicgen_melody canary "
    "dia pix2struct pp_formulanet florence2".split()
)
