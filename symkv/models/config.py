"""A config.json, or the condensed record of one, read as a stack of layers. Nothing is guessed.

What a field means is in `families` (one row for each model type) and `fields` (which fields count). A value that the
config leaves out and its type derives is listed under `fallbacks`, what is read into it under `assumptions`.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from symkv.caches import Part, Stack
from symkv.errors import BadInput
from symkv.formula import Formula
from symkv.models import fields
from symkv.models.families import FAMILIES, WINDOW_FIELDS, WRAPPERS, Family
from symkv.models.values import MISSING, MOST_TOKENS, count, flag, per_layer, shown, text
from symkv.variants import variant

FULL, SLIDING = "full_attention", "sliding_attention"
DTYPES = {"bfloat16": "bf16", "float16": "fp16", "half": "fp16", "float32": "fp32", "float": "fp32"}
CACHE_FORMATS = ("kv_cache_scheme", "kv_cache_quant_algo")  # inside quantization_config; the rest is about weights


@dataclass
class _Reading:
    """One text decoder being read, and what has to be said about it."""

    config: Mapping[str, Any]
    model_type: str
    family: Family
    fallbacks: list[str] = field(default_factory=list)
    assumptions: list[str] = field(default_factory=list)
    layers: int = 0
    drafts: int = 0

    def raw(self, name: str) -> Any:
        """The field's value; for one left out, the default of the type's own class, listed as a fallback."""
        value = self.config.get(name, MISSING)
        if value is MISSING and name in self.family.defaults:
            value = self.family.defaults[name]
            self.fall_back(f"{name} = {value}: the default of {self.model_type}")
        return value

    def fall_back(self, said: str) -> None:
        """Say once that a value was derived."""
        if said not in self.fallbacks:
            self.fallbacks.append(said)

    def needed(self, name: str, *, least: int = 1, most: int | None = None) -> int:
        """A count that must be there."""
        value = self.raw(name)
        if value is MISSING:
            raise BadInput(f"{name} must be given for {self.model_type}, the config has none; add it")
        return count(value, name, least=least, **({} if most is None else {"most": most}))


def from_config(config: object) -> Stack:
    """The stack of a config.json given as a mapping, or of an object with `to_dict()` (a transformers config).

    Raises `BadInput` naming the field for a value that can't be, a model type or layer type that isn't known, and a
    field that speaks of the cache and isn't understood.

    >>> llama = {"model_type": "llama", "num_hidden_layers": 2, "num_attention_heads": 4, "hidden_size": 256}
    >>> stack = from_config(llama)
    >>> stack.parts[0].label, stack.fallbacks[1]
    ('full attention x 2 layers', 'head_dim = 64: hidden_size / num_attention_heads = 256 / 4')
    """
    to_dict = getattr(config, "to_dict", None)
    if not isinstance(config, Mapping | type) and callable(to_dict):
        config = to_dict()
    if not isinstance(config, Mapping):
        raise BadInput(f"a config must be an object of fields, got {shown(config)}; give the whole config.json")
    outer = text(config, "model_type")
    if outer not in WRAPPERS:
        stack = _decoder(config, outer)
        return _described(stack, config, outer)
    inner = config.get("text_config")
    if not isinstance(inner, Mapping):
        raise BadInput(f"text_config must be an object of fields for {outer}, got {shown(inner)}; give the decoder's")
    extra = fields.ignored(config, (*fields.COMMON, "text_config", "hidden_size"))
    _no_encoder(config)
    if "model_type" not in inner and WRAPPERS[outer]:
        inner = {**inner, "model_type": WRAPPERS[outer]}
    merged = {**{k: config[k] for k in ("dtype", "torch_dtype", "quantization_config") if k in config}, **inner}
    for name in ("dtype", "torch_dtype"):  # a null inside leaves the word to the outer one
        if merged.get(name) is None and config.get(name) is not None:
            merged[name] = config[name]
    try:
        stack = _decoder(merged, text(merged, "model_type"), under="text_config.")
    except BadInput as problem:
        raise problem.at("text_config") from None
    stack = _described(stack, config, outer)
    return replace(stack, ignored_fields=(*extra, *stack.ignored_fields))


def _described(stack: Stack, config: Mapping[str, Any], model_type: str) -> Stack:
    name = config.get("_name_or_path")
    return replace(stack, name=name if isinstance(name, str) and name else model_type, source="config")


def _decoder(config: Mapping[str, Any], model_type: str, *, under: str = "") -> Stack:
    family = FAMILIES.get(model_type)
    if family is None:
        known = [*FAMILIES, *WRAPPERS]
        near = difflib.get_close_matches(model_type, known, n=3, cutoff=0.6)
        hint = f" (names like it that are: {', '.join(near)})" if near else ""
        raise BadInput(
            f"model_type must be one that is read, {shown(model_type)} is not{hint}; "
            "give the layers as a stack, 32*gqa(n_kv_heads=8,d_head=128)"
        )
    _no_encoder(config)
    reading = _Reading(config, model_type, family)
    ignored = fields.ignored(config, _used(family), under=under)
    reading.layers = reading.needed("num_hidden_layers")
    _drafts(reading)
    dtype = _dtype(reading)
    for name in family.ones:
        _all_ones(reading, name)
    parts = SHAPES[family.shape](reading)
    return Stack(
        model_type,
        tuple(parts),
        dtype=dtype,
        assumptions=tuple(reading.assumptions),
        fallbacks=tuple(reading.fallbacks),
        ignored_fields=ignored,
    )


def _used(family: Family) -> frozenset[str]:
    own = (*fields.LATENT, *fields.REBUILT) if family.shape == "latent" else fields.HEADS
    return frozenset(
        (*fields.COMMON, *fields.DRAFT, *own, *WINDOW_FIELDS[family.windows], *family.listing, *family.ones)
    )


def _no_encoder(config: Mapping[str, Any]) -> None:
    if flag(config.get("is_encoder_decoder"), "is_encoder_decoder"):
        raise BadInput("is_encoder_decoder must be false, got true; encoder-decoder caches aren't read")


def _drafts(reading: _Reading) -> None:
    for name in fields.DRAFT:
        value = reading.config.get(name)
        drafts = 0 if value is None else count(value, name, least=0)
        reading.drafts += drafts
        if drafts:
            reading.assumptions.append(f"{name} = {drafts}: layers that draft tokens are left out")


def _dtype(reading: _Reading) -> str | None:
    """The config's own number format, never the one of quantised weights."""
    found: dict[str, str] = {}
    for name in ("dtype", "torch_dtype"):
        value = reading.config.get(name)
        if value is None:
            continue
        word = value if isinstance(value, str) else str(value) if type(value).__module__ == "torch" else None
        if word is None:
            raise BadInput(f'{name} must be text, got {shown(value)}; write "{name}": "bfloat16"')
        word = word.removeprefix("torch.")
        if word not in DTYPES:
            reading.assumptions.append(f"{name} = {shown(word)} isn't taken as the format of the cache")
            continue
        found[DTYPES[word]] = name
    if len(found) > 1:
        raise BadInput(f"dtype and torch_dtype must agree, got {' and '.join(found)}; drop one of them")
    quantised = reading.config.get("quantization_config")
    if isinstance(quantised, Mapping):
        for name in CACHE_FORMATS:
            if quantised.get(name) is not None:
                said = f"quantization_config.{name} = {shown(quantised[name])}"
                reading.assumptions.append(f"{said} is about the cache and isn't applied; choose with --kv-dtype")
    return next(iter(found), None)


def _all_ones(reading: _Reading, name: str) -> None:
    """A per-layer list in which 1 means full attention; any other entry is an attention that isn't read."""
    value = reading.config.get(name)
    if value is None:
        return
    for index, entry in enumerate(per_layer(value, name, layers=reading.layers, drafts=reading.drafts)):
        if entry != 1 or isinstance(entry, bool):
            raise BadInput(f"{name}[{index}] must be 1 for {reading.model_type}, got {shown(entry)}; only 1 is read")


# -- shapes of a cached row ---------------------------------------------------------------------------------------


def _latent_parts(reading: _Reading) -> list[Part]:
    widths = {
        "d_latent": reading.needed("kv_lora_rank"),
        "d_rope": reading.needed("qk_rope_head_dim", least=0),
    }
    _window_layers(reading)  # a layer type other than full attention is refused
    return [_part("mla", "latent attention", reading.layers, widths)]


def _head_parts(reading: _Reading) -> list[Part]:
    heads = reading.raw("num_attention_heads")
    n_heads = None if heads is MISSING else count(heads, "num_attention_heads")
    row = {"n_kv_heads": _kv_heads(reading, n_heads), "d_head": _head_dim(reading, n_heads)}
    local = _window_layers(reading)
    parts = []
    if local < reading.layers:
        parts.append(_part("gqa", "full attention", reading.layers - local, row))
    if local:
        window = reading.needed("sliding_window", most=MOST_TOKENS)
        parts.append(_part("sliding_window", f"window of {window} tokens", local, {**row, "window": window}))
    return parts


SHAPES: dict[str, Callable[[_Reading], list[Part]]] = {"heads": _head_parts, "latent": _latent_parts}


def _part(name: str, words: str, layers: int, values: Mapping[str, int]) -> Part:
    plural = "layer" if layers == 1 else "layers"
    numbers = {"n_layers": layers, **values}
    return Part(variant(name), {k: Formula.of(v) for k, v in numbers.items()}, f"{words} x {layers} {plural}")


def _heads_for(reading: _Reading, n_heads: int | None, what: str) -> int:
    if n_heads is None:
        raise BadInput(f"num_attention_heads must be given for {reading.model_type} to find {what}; add it")
    return n_heads


def _kv_heads(reading: _Reading, n_heads: int | None) -> int:
    value = reading.raw("num_key_value_heads")
    if value is None or (value is MISSING and reading.family.all_heads):
        found = _heads_for(reading, n_heads, "num_key_value_heads")
        reading.fall_back(f"num_key_value_heads = {found}: num_attention_heads")
        return found
    return reading.needed("num_key_value_heads") if value is MISSING else count(value, "num_key_value_heads")


def _head_dim(reading: _Reading, n_heads: int | None) -> int:
    value = reading.raw("head_dim")
    if value is not MISSING and value is not None:
        return count(value, "head_dim")
    if not reading.family.divides:
        came = "null" if value is None else "none"
        raise BadInput(f"head_dim must be given for {reading.model_type}, the config has {came}; add it")
    hidden = reading.needed("hidden_size")
    heads = _heads_for(reading, n_heads, "head_dim")
    if hidden % heads:
        raise BadInput(
            f"hidden_size must be a multiple of num_attention_heads where head_dim is not given, got {hidden} and "
            f"{heads}; add head_dim"
        )
    reading.fall_back(f"head_dim = {hidden // heads}: hidden_size / num_attention_heads = {hidden} / {heads}")
    return hidden // heads


# -- which layers see a window ------------------------------------------------------------------------------------


def _window_layers(reading: _Reading) -> int:
    """How many layers keep a window only."""
    family = reading.family
    windowed = bool(WINDOW_FIELDS[family.windows])
    listed = reading.config.get("layer_types")
    # A null is no window; a missing one is left to the layer list, which may not need it.
    window = reading.raw("sliding_window") if windowed and (listed is None or family.gated) else None
    if listed is not None:
        return _listed(reading, listed)
    if not windowed or window is None or (window is MISSING and family.windows in ("every", "late")):
        return 0
    if family.gated and not _gate(reading):
        return 0
    reading.needed("sliding_window", most=MOST_TOKENS) if window is MISSING else count(
        window, "sliding_window", most=MOST_TOKENS
    )
    return PLACED[family.windows](reading)


def _gate(reading: _Reading) -> bool:
    if "use_sliding_window" not in reading.config:
        reading.fall_back(f"use_sliding_window = false: the default of {reading.model_type}")
    return flag(reading.config.get("use_sliding_window"), "use_sliding_window")


def _listed(reading: _Reading, listed: Any) -> int:
    kinds = per_layer(listed, "layer_types", layers=reading.layers, drafts=reading.drafts)
    known = (FULL, SLIDING) if WINDOW_FIELDS[reading.family.windows] else (FULL,)
    for index, kind in enumerate(kinds):
        if kind not in known:
            raise BadInput(
                f"layer_types[{index}] must be {' or '.join(known)} for {reading.model_type}, got {shown(kind)}; "
                f"other layers aren't read"
            )
    local = kinds.count(SLIDING)
    if local and reading.family.gated and not _gate(reading):
        raise BadInput("layer_types has sliding_attention while use_sliding_window is not true; make the two agree")
    if local and reading.config.get("sliding_window", MISSING) is None:
        raise BadInput("layer_types has sliding_attention while sliding_window is null; give the window in tokens")
    return local


def _not_listed(reading: _Reading) -> int:
    raise BadInput(f"layer_types must be given for {reading.model_type} with a sliding_window; add one entry per layer")


def _late(reading: _Reading) -> int:
    if reading.model_type == "qwen3_moe":  # its own code gives every layer the window, its relatives only the late ones
        raise BadInput("qwen3_moe with use_sliding_window is read differently by programs; give a stack instead")
    return max(0, reading.layers - reading.needed("max_window_layers", least=0))


def _pattern(reading: _Reading) -> int:
    """Layer i sees all tokens iff (i + 1) % pattern = 0."""
    names = [n for n in ("sliding_window_pattern", "_sliding_window_pattern") if reading.config.get(n) is not None]
    if not names:
        reading.fall_back(f"sliding_window_pattern = 6: the default of {reading.model_type}")
        return reading.layers - reading.layers // 6
    patterns = {count(reading.config[n], n) for n in names}
    if len(patterns) > 1:
        raise BadInput(f"{' and '.join(names)} must agree, got {sorted(patterns)}; drop one of them")
    return reading.layers - reading.layers // patterns.pop()


PLACED: dict[str, Callable[[_Reading], int]] = {
    "listed": _not_listed,
    "every": lambda reading: reading.layers,
    "late": _late,
    "alternate": lambda reading: (reading.layers + 1) // 2,
    "pattern": _pattern,
}
