"""The model types that are read, one row each: the shape of a cached row, which layers see a window, what is missing.

A row is here when measured caches of that type (or, for `kimi_k2`, its own code, which is DeepSeek-V3's) have the bytes
that the row gives; a type without a row is refused by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Shape = Literal["heads", "latent"]
Windows = Literal["none", "listed", "every", "late", "alternate", "pattern"]

WINDOWS: dict[Windows, str] = {
    "none": "no layer has a window",
    "listed": "layer_types says which layers have the window",
    "every": "sliding_window, where it is set, holds for every layer",
    "late": "layers from max_window_layers on have the window, where it is set and not gated off",
    "alternate": "layers 0, 2, 4, ... have the window",
    "pattern": "every pattern-th layer sees all tokens, the others the window",
}
WINDOW_FIELDS: dict[Windows, tuple[str, ...]] = {
    "none": (),
    "listed": ("sliding_window",),
    "every": ("sliding_window",),
    "late": ("sliding_window", "use_sliding_window", "max_window_layers"),
    "alternate": ("sliding_window",),
    "pattern": ("sliding_window", "sliding_window_pattern", "_sliding_window_pattern"),
}


@dataclass(frozen=True)
class Family:
    """How one model type is read.

    `gated` types have the window only with use_sliding_window. `divides` says that a missing head_dim is
    hidden_size / num_attention_heads; `all_heads` that a missing num_key_value_heads is num_attention_heads. `defaults`
    are values of the type's own configuration class for fields that released configs leave out. `listing` names
    further fields whose content layer_types repeats, `ones` per-layer lists in which every entry must be 1.
    """

    shape: Shape = "heads"
    windows: Windows = "none"
    gated: bool = False
    divides: bool = True
    all_heads: bool = False
    defaults: Mapping[str, int] = field(default_factory=dict)
    listing: tuple[str, ...] = ()
    ones: tuple[str, ...] = ()


def _rows(names: str, family: Family) -> dict[str, Family]:
    return dict.fromkeys(names.split(), family)


FAMILIES: dict[str, Family] = {
    # keys and values of num_key_value_heads heads for every token; a missing head_dim divides hidden_size
    **_rows(
        "llama arcee cohere flex_olmo granite granitemoe granitemoeshared olmo olmo2 olmoe persimmon phi",
        Family(all_heads=True),
    ),
    **_rows("apertus bitnet ernie4_5_moe glm4_moe", Family()),
    # the same, but the class has a head_dim of its own, so a missing one is asked for
    **_rows(
        "diffllama ernie4_5 gemma glm glm4 helium hunyuan_v1_dense hunyuan_v1_moe hyperclovax jais2",
        Family(divides=False),
    ),
    "minimax_m2": Family(divides=False, ones=("attn_type_list",)),
    # a bare sliding_window holds for every layer; null is no window
    "mistral": Family(windows="every", defaults={"sliding_window": 4096, "num_key_value_heads": 8}),
    "mixtral": Family(windows="every"),
    "ministral3": Family(windows="every", divides=False),
    "phi3": Family(windows="every", all_heads=True),
    # windowed from max_window_layers on
    **_rows("qwen2 qwen2_moe", Family(windows="late", gated=True)),
    "qwen3": Family(windows="late", gated=True, divides=False),
    "qwen3_moe": Family(windows="late", gated=True),
    "dots1": Family(windows="late"),
    # windowed and full layers in turn
    **_rows("gemma2 gpt_oss vaultgemma", Family(windows="alternate", divides=False)),
    "gemma3_text": Family(
        windows="pattern",
        divides=False,
        defaults={"num_attention_heads": 8, "num_key_value_heads": 4, "head_dim": 256, "sliding_window": 4096},
    ),
    # the layers with a window are listed
    "afmoe": Family(windows="listed", divides=False, listing=("global_attn_every_n_layers",)),
    "exaone_moe": Family(windows="listed", listing=("sliding_window_pattern",)),
    "granitemoe_swa": Family(windows="listed", all_heads=True),
    "cohere2_moe": Family(
        windows="listed",
        divides=False,
        listing=("sliding_window_pattern", "prefix_dense_sliding_window_pattern"),
    ),
    # one latent and one rotary key for all heads
    **_rows("deepseek_v2 deepseek_v3 glm4_moe_lite kimi_k2 minicpm3", Family(shape="latent")),
}

# Model types that hold the text decoder under `text_config`, with the type that a text_config without one has.
WRAPPERS: dict[str, str | None] = {
    "gemma3": "gemma3_text",
    "shieldgemma2": "gemma3_text",
    "got_ocr2": "qwen2",
    **dict.fromkeys("kimi_k25 lighton_ocr llava_next llava_onevision qianfan_ocr video_llama_3 vipllava".split()),
}
