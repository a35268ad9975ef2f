"""Fields that differ from layer to layer: what per_layer_config says, or what a type's own fields put in its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from symkv.errors import BadInput
from symkv.models import fields
from symkv.models.family import FULL, SLIDING
from symkv.models.reading import Reading
from symkv.models.values import count, flag, shown


def given_overrides(reading: Reading, used: frozenset[str]) -> dict[int, Mapping[str, Any]]:
    """The fields that per_layer_config sets for single layers; its keys are layer numbers, padded with zeros or not."""
    given = reading.config.get("per_layer_config")
    found: dict[int, Mapping[str, Any]] = {}
    if given is None:
        return found
    if not isinstance(given, Mapping):
        raise BadInput(
            f"per_layer_config must be an object of layers, got {shown(given)}; write per_layer_config: null"
        )
    for key, changes in given.items():
        digits = str(key)
        if not digits.isascii() or not digits.isdigit() or len(digits) > 6:
            raise BadInput(f"per_layer_config must be keyed by layer numbers, got {shown(key)}; write 05")
        layer = count(int(digits), f"per_layer_config key {digits}", least=0, most=reading.layers + reading.drafts - 1)
        if not isinstance(changes, Mapping) or layer in found:
            raise BadInput(f"per_layer_config.{digits} must be one object of fields, got {shown(changes)}")
        fields.ignored(changes, used)
        found[layer] = changes
    return found


def own_overrides(reading: Reading) -> dict[int, Mapping[str, Any]]:
    """What a type's own fields say for the layers of one kind, where per_layer_config is not there."""
    rule = RULES.get(reading.family.overrides)
    if rule is None or reading.config.get("per_layer_config") is not None:
        return {}
    kind, changes = rule(reading)
    return {layer: changes for layer, other in enumerate(reading.kinds) if other == kind and changes}


def _gemma4(reading: Reading) -> tuple[str, dict[str, Any]]:
    """Full layers have heads of global_head_dim, and with attention_k_eq_v as many as num_global_key_value_heads."""
    width = reading.optional("global_head_dim")
    if width is None:
        width = 512
        reading.fall_back(f"global_head_dim = {width}: the default of {reading.model_type}")
    changes: dict[str, Any] = {"head_dim": width}
    heads = reading.optional("num_global_key_value_heads")
    if heads is not None and flag(reading.config.get("attention_k_eq_v"), "attention_k_eq_v"):
        changes["num_key_value_heads"] = heads
    return FULL, changes


def _dots(reading: Reading) -> tuple[str, dict[str, Any]]:
    """Windowed layers have a latent and a rotary key of their own, in fields that begin with swa_."""
    widths = {"swa_kv_lora_rank": 1024, "swa_head_dim": 256, "swa_qk_nope_head_dim": 192}
    found = {name: reading.optional(name) or widths[name] for name in widths}
    if any(reading.optional(name) is None for name in widths):
        reading.fall_back(f"widths of windowed layers: the defaults of {reading.model_type}")
    rope = reading.optional("swa_qk_rope_head_dim", least=0)
    rope = found["swa_head_dim"] - found["swa_qk_nope_head_dim"] if rope is None else rope
    return SLIDING, {"kv_lora_rank": found["swa_kv_lora_rank"], "qk_rope_head_dim": rope}


RULES: dict[str, Callable[[Reading], tuple[str, dict[str, Any]]]] = {"gemma4": _gemma4, "dots": _dots}
