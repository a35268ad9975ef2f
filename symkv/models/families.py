"""The model types that are read, as data: where the layers' kinds come from when the config has no list of them.

Every entry is compared with caches that transformers 5.23.0 really allocates, in `tests/test_models.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Config = Mapping[str, Any]
Kinds = Callable[[Config, int], list[str]]
FULL, SLIDING = "full_attention", "sliding_attention"


def _all_full(config: Config, layers: int) -> list[str]:
    return [FULL] * layers


def _bare_window(config: Config, layers: int) -> list[str]:
    """A set window makes every layer a sliding one."""
    return [SLIDING if config.get("sliding_window") is not None else FULL] * layers


def _gated_window(config: Config, layers: int) -> list[str]:
    """`use_sliding_window` switches the window on, from layer `max_window_layers` on."""
    if not config.get("use_sliding_window") or config.get("sliding_window") is None:
        return [FULL] * layers
    first = config.get("max_window_layers", 0)
    return [SLIDING if layer >= first else FULL for layer in range(layers)]


def _every_nth_full(default: int) -> Kinds:
    """Layer i is global where i + 1 is a multiple of the pattern."""

    def kinds(config: Config, layers: int) -> list[str]:
        pattern = config.get("sliding_window_pattern", config.get("_sliding_window_pattern", default))
        return [SLIDING if (layer + 1) % pattern else FULL for layer in range(layers)]

    return kinds


@dataclass(frozen=True)
class Family:
    """How configs of one model type are read: attention with heads, or one latent; and the kinds of its layers."""

    shape: Literal["heads", "latent"]
    kinds: Kinds
    windows: bool = False  # whether a window means anything to this type; else a set one stops the reading


_PLAIN = Family("heads", _all_full)
_BARE = Family("heads", _bare_window, windows=True)
_GATED = Family("heads", _gated_window, windows=True)
_ALTERNATING = Family("heads", _every_nth_full(2), windows=True)
_GEMMA3 = Family("heads", _every_nth_full(6), windows=True)
_LATENT = Family("latent", _all_full)

FAMILIES: dict[str, Family] = {
    **dict.fromkeys(
        (
            "llama arcee bitnet cohere ernie4_5 ernie4_5_moe gemma glm glm4 glm4_moe granite granitemoe "
            "helium hunyuan_v1_dense jais2 olmo olmo2 olmoe phi apertus"
        ).split(),
        _PLAIN,
    ),
    **dict.fromkeys(["mistral", "mixtral", "ministral3", "phi3", "minimax_m2"], _BARE),
    **dict.fromkeys(["qwen2", "qwen2_moe", "qwen3", "qwen3_moe", "dots1"], _GATED),
    **dict.fromkeys(["gemma2", "gpt_oss", "vaultgemma"], _ALTERNATING),
    **dict.fromkeys(["gemma3", "gemma3_text"], _GEMMA3),
    **dict.fromkeys(["deepseek_v2", "deepseek_v3", "kimi_k2"], _LATENT),
}

NESTED = frozenset({"gemma3"})  # types whose text decoder is described in `text_config`; the towers keep no cache
