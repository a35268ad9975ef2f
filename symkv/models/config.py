"""A config.json as a stack: read exactly, or refused with the field that stopped the reading."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from symkv.caches import Part, Stack
from symkv.errors import BadInput
from symkv.formula import Formula
from symkv.models.families import FAMILIES, FULL, NESTED, SLIDING, Family
from symkv.models.fields import HARMLESS, USED, smells
from symkv.variants import variant

MAX_COUNT = 10**7  # no real config has a count above this; a larger one is a typing error
DTYPES = {"bfloat16": "bf16", "float16": "fp16", "float32": "fp32"}


@dataclass
class _Reading:
    """One config being read, and what had to be said about it."""

    config: Mapping[str, Any]
    assumptions: list[str] = field(default_factory=list)
    fallbacks: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)

    def count(self, name: str, *, default: int | None = None, least: int = 1) -> int:
        """A whole number of the config; `BadInput` names the field otherwise."""
        value = self.config.get(name)
        if value is None and default is not None:
            return default
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= MAX_COUNT:
            came = "is missing" if value is None else f"is {str(value)[:40]!r}"
            raise BadInput(f"{name} must be a whole number from {least} to {MAX_COUNT}, it {came}")
        return value


def from_config(config: Any, *, name: str = "config", source: str = "") -> Stack:
    """The stack of layers that a config describes, one part for each kind of layer.

    Takes the mapping of a config.json, or an object with `to_dict()` as transformers' configs have. Raises `BadInput`
    for an unknown model type, layer type or cache field, and for a value that can't be.

    >>> layers = {"num_hidden_layers": 2, "num_attention_heads": 8, "hidden_size": 64, "model_type": "llama"}
    >>> from_config(layers).fallbacks[0]
    'num_key_value_heads is not given: num_attention_heads = 8'
    """
    if not isinstance(config, Mapping):
        to_dict = getattr(config, "to_dict", None)
        if not callable(to_dict):
            raise BadInput(f"a config must be a mapping or have to_dict(), got {type(config).__name__}")
        config = to_dict()
    model_type = config.get("model_type")
    family = _family(model_type)
    reading = _Reading(config)
    if model_type in NESTED and config.get("text_config") is not None:
        text = config["text_config"]
        if not isinstance(text, Mapping):
            raise BadInput(f"text_config must be an object, got {type(text).__name__}")
        _sort_fields(config, reading, nested=True)
        family = _family(text.get("model_type", model_type))
        reading.config = text
    _sort_fields(reading.config, reading, nested=False)
    parts = _latent_parts(reading) if family.shape == "latent" else _head_parts(reading, family)
    dtype = _dtype(config, reading)
    return Stack(
        name,
        tuple(parts),
        source=source,
        assumptions=tuple(reading.assumptions),
        fallbacks=tuple(reading.fallbacks),
        ignored_fields=tuple(reading.ignored),
        dtype=dtype,
    )


def _family(model_type: Any) -> Family:
    if not isinstance(model_type, str):
        raise BadInput("a config must have a model_type, this one has none; is it a model's config.json?")
    if model_type not in FAMILIES:
        near = difflib.get_close_matches(model_type, FAMILIES, n=3) or ["llama", "qwen3", "deepseek_v3"]
        raise BadInput(
            f"model_type {model_type[:40]!r} is not read yet, and is not guessed; read are {', '.join(near)}, ..."
        )
    return FAMILIES[model_type]


def _sort_fields(config: Mapping[str, Any], reading: _Reading, *, nested: bool) -> None:
    """Every field is used, harmless or ignored; one that may change the cache stops the reading."""
    for name in config:
        value = config[name]
        if name in USED or name in HARMLESS:
            continue
        if nested and isinstance(value, Mapping) and name.endswith("_config"):
            continue  # an encoder tower, which keeps no cache
        if smells(name) and value is not None and value is not False:
            raise BadInput(
                f"the field {name[:60]} may change the cache and is not understood; remove it if it does not"
            )
        reading.ignored.append(name)


def _dtype(config: Mapping[str, Any], reading: _Reading) -> str | None:
    given = config.get("torch_dtype") or config.get("dtype") or reading.config.get("torch_dtype")
    given = given or reading.config.get("dtype")
    quantization = config.get("quantization_config") or reading.config.get("quantization_config")
    if isinstance(quantization, Mapping):
        reading.assumptions.append("quantization_config is about weights; the cache has a format of its own (--dtype)")
        for name in ("kv_cache_scheme", "kv_cache_quant_algo"):
            if quantization.get(name):
                reading.assumptions.append(f"quantization_config.{name} names a cache format; choose it with --dtype")
    if given is None:
        return None
    name = str(given).removeprefix("torch.")
    if name not in DTYPES:
        raise BadInput(f"torch_dtype must be one of {', '.join(DTYPES)}, got {name[:40]!r}; or give --dtype")
    return DTYPES[name]


def _number(values: Mapping[str, int]) -> dict[str, Formula]:
    return {name: Formula.of(value) for name, value in values.items()}


def _latent_parts(reading: _Reading) -> list[Part]:
    """Multi-head latent attention: neither heads nor head widths enter."""
    layers = reading.count("num_hidden_layers")
    drafts = reading.count("num_nextn_predict_layers", default=0, least=0)
    if drafts:
        reading.assumptions.append(f"{drafts} draft layers (num_nextn_predict_layers) are left out")
    if reading.config.get("layer_types") is not None:
        kinds = _listed_kinds(reading, layers)
        if set(kinds) != {FULL}:
            raise BadInput(f"layer_types must be {FULL} for latent attention, got {sorted(set(kinds) - {FULL})[0]!r}")
    values = {
        "n_layers": layers,
        "d_latent": reading.count("kv_lora_rank"),
        "d_rope": reading.count("qk_rope_head_dim", least=0),
    }
    return [Part(variant("mla"), _number(values), f"latent attention, {layers} layers")]


def _head_parts(reading: _Reading, family: Family) -> list[Part]:
    layers = reading.count("num_hidden_layers")
    heads = reading.count("num_attention_heads")
    kinds = _kinds(reading, family, layers)
    kv_heads = reading.count("num_key_value_heads", default=heads)
    if reading.config.get("num_key_value_heads") is None:
        reading.fallbacks.append(f"num_key_value_heads is not given: num_attention_heads = {heads}")
    if heads % kv_heads:
        raise BadInput(f"num_key_value_heads must divide num_attention_heads = {heads}, it is {kv_heads}")
    shape = {"n_kv_heads": kv_heads, "d_head": _head_width(reading, heads)}
    drafts = reading.count("num_nextn_predict_layers", default=0, least=0)
    if drafts:
        reading.assumptions.append(f"{drafts} draft layers (num_nextn_predict_layers) are left out")
    parts = []
    full, sliding = kinds.count(FULL), kinds.count(SLIDING)
    if full:
        values = {"n_layers": full, **shape}
        parts.append(Part(variant("gqa"), _number(values), f"full attention, {full} layers"))
    if sliding:
        window = reading.count("sliding_window")
        values = {"n_layers": sliding, "window": window, **shape}
        parts.append(Part(variant("sliding_window"), _number(values), f"window of {window}, {sliding} layers"))
    return parts


def _head_width(reading: _Reading, heads: int) -> int:
    """`head_dim` where it is given; only without it hidden_size / heads, and then it is said."""
    if reading.config.get("head_dim") is not None:
        return reading.count("head_dim")
    hidden = reading.count("hidden_size")
    if hidden % heads:
        raise BadInput(
            f"hidden_size must be a multiple of num_attention_heads = {heads} without head_dim, it is {hidden}"
        )
    reading.fallbacks.append(f"head_dim is not given: hidden_size / num_attention_heads = {hidden // heads}")
    return hidden // heads


def _kinds(reading: _Reading, family: Family, layers: int) -> list[str]:
    if reading.config.get("attn_type_list") is not None:
        listed = reading.config["attn_type_list"]
        if not isinstance(listed, list) or set(map(str, listed)) != {"1"} or len(listed) != layers:
            raise BadInput(f"attn_type_list must be {layers} times 1 (full attention); other kinds are not read yet")
    for name in ("max_window_layers", "sliding_window_pattern", "_sliding_window_pattern"):
        if reading.config.get(name) is not None:
            reading.count(name, least=0 if name == "max_window_layers" else 1)
    if not family.windows and reading.config.get("sliding_window") is not None:
        raise BadInput("sliding_window is set, but this model type is not known to use one; remove it if it does not")
    if reading.config.get("layer_types") is not None:
        return _listed_kinds(reading, layers)
    return family.kinds(reading.config, layers)


def _listed_kinds(reading: _Reading, layers: int) -> list[str]:
    listed = reading.config["layer_types"]
    drafts = reading.count("num_nextn_predict_layers", default=0, least=0)
    if not isinstance(listed, list) or len(listed) not in {layers, layers + drafts}:
        came = f"{len(listed)} entries" if isinstance(listed, list) else type(listed).__name__
        raise BadInput(f"layer_types must be a list of {layers} entries (num_hidden_layers), got {came}")
    unknown = next((kind for kind in listed if kind not in (FULL, SLIDING)), None)
    if unknown is not None:
        raise BadInput(
            f"the layer type {str(unknown)[:40]!r} is not read yet, and is not guessed; read are {FULL}, {SLIDING}"
        )
    return listed[:layers]
