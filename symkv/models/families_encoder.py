"""Rows for decoders that attend to an encoder: each layer keeps its own tokens and, written once, the encoder's."""

from __future__ import annotations

from collections.abc import Mapping

from symkv.models.family import WINDOWED, Family

BART: Mapping[str, tuple[str, ...]] = {
    "layers": ("decoder_layers",),
    "heads": ("decoder_attention_heads",),
    "hidden": ("d_model|hidden_size",),
    "kv_heads": (),
    "head_dim": (),
}
ENCODER = (  # fields of the encoder, and of its two counts under the other names
    "num_hidden_layers num_attention_heads encoder_layers encoder_attention_heads num_encoder_layers "
    "num_encoder_attention_heads num_layers"
).split()
T5: Mapping[str, tuple[str, ...]] = {
    "layers": ("num_decoder_layers", "num_layers|num_hidden_layers"),
    "heads": ("num_heads|num_attention_heads",),
    "hidden": ("d_model|hidden_size",),
    "kv_heads": (),
    "head_dim": ("d_kv",),
}


def _rows(names: str, family: Family) -> dict[str, Family]:
    return dict.fromkeys(names.split(), family)


ENCODER_FAMILIES: dict[str, Family] = {
    **_rows(
        "bart bigbird_pegasus blenderbot blenderbot-small fsmt m2m_100 marian mbart mvp nllb-moe pegasus pegasus_x "
        "plbart seamless_m4t seamless_m4t_v2 speech_to_text trocr whisper led pp_formulanet_text",
        Family(
            names=BART,
            encoder=True,
            also=(
                *ENCODER,
                *"attention_window cross_attention_hidden_size num_key_value_heads block_size attention_type".split(),
                "stagger_local_blocks",
            ),
        ),
    ),
    "speecht5": Family(
        names={**BART, "hidden": ("hidden_size",)},
        encoder=True,
        also=(*ENCODER, "conv_kernel", "conv_dim", "conv_stride"),
    ),
    **_rows(
        "t5 mt5 longt5 umt5 switch_transformers udop pop2piano",
        Family(names=T5, encoder=True, also=("num_layers", "num_hidden_layers", "global_block_size")),
    ),
    "pix2struct_text_model": Family(names={**T5, "layers": ("num_layers|num_hidden_layers",)}, encoder=True),
    "prophetnet": Family(
        names={
            "layers": ("num_decoder_layers",),
            "heads": ("num_decoder_attention_heads",),
            "kv_heads": (),
            "head_dim": (),
        },
        encoder=True,
        also=tuple(ENCODER),
    ),
    "moonshine": Family(
        names={
            "layers": ("decoder_num_hidden_layers|num_hidden_layers",),
            "heads": ("decoder_num_attention_heads|num_attention_heads",),
            "kv_heads": ("decoder_num_key_value_heads|num_key_value_heads",),
        },
        encoder=True,
        also=("encoder_num_hidden_layers", "encoder_num_attention_heads", "encoder_num_key_value_heads"),
    ),
    **_rows("moonshine_streaming canary_decoder cohere_asr", Family(encoder=True)),
    "dia_decoder": Family(
        names={"cross_kv_heads": ("cross_num_key_value_heads",), "cross_head_dim": ("cross_head_dim",)},
        encoder=True,
        also=("cross_num_attention_heads", "cross_num_key_value_heads", "cross_head_dim", "cross_hidden_size"),
    ),
    **_rows("musicgen_decoder musicgen_melody_decoder", Family(names={"kv_heads": (), "head_dim": ()}, encoder=True)),
    "t5_gemma_module": Family(WINDOWED, layout="alternate", also=("cross_attention_hidden_size",)),
}
