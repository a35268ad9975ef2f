"""A config.json, or the condensed record of one, read as a stack of layers. Nothing is guessed.

What a type's fields mean is in `families` (a row for each model type) and `fields` (which fields count), the kind of
each layer in `kinds`, what a kind keeps in `mixers`. A value that the config leaves out and its type derives is listed
under `fallbacks`, what is read into it under `assumptions`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from symkv.caches import LayerPart, Places, Stack, joined
from symkv.errors import BadInput, alike
from symkv.models import fields, schedules
from symkv.models.families import AROUND, CROSSED, FAMILIES, REFUSED, WRAPPERS
from symkv.models.family import Family
from symkv.models.kinds import LAYOUTS, draft_kinds, kinds_of
from symkv.models.mixers import HEADS, MIXERS, ROW, part, row
from symkv.models.mixers_state import OPTIONAL, STATE_MIXERS
from symkv.models.overrides import given_overrides, own_overrides
from symkv.models.reading import Reading
from symkv.models.values import MISSING, MOST_LAYERS, count, flag, per_layer, shown, text

DTYPES = {"bfloat16": "bf16", "float16": "fp16", "half": "fp16", "float32": "fp32", "float": "fp32"}
CACHE_FORMATS = ("kv_cache_scheme", "kv_cache_quant_algo")  # inside quantization_config; the rest is about weights
BUILDERS = {**MIXERS, **STATE_MIXERS}
# Mixers that see a layer's number only through fields with an entry for each layer.
ALIKE = frozenset(("rows", "window", "chunk", "latent", "mamba", "mamba2", "gated delta", "kimi delta", "conv"))


def from_config(config: object, *, with_draft: bool = False) -> Stack:
    """The stack of a config.json given as a mapping, or of an object with `to_dict()` (a transformers config).

    With `with_draft`, the layers that draft tokens for the model count too. Raises `BadInput` naming the field for a
    value that can't be, a model type or layer type that isn't known, and a field that speaks of the cache and isn't
    understood.

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
    name = config.get("_name_or_path")
    name = name if isinstance(name, str) and name else outer
    inside = WRAPPERS.get(outer)
    if inside is None or (inside[0] not in config and outer in FAMILIES):
        return _decoder(config, outer, name, with_draft=with_draft)
    if inside[0] not in config and inside[1] is not None and "num_hidden_layers" in config:
        return _decoder(config, inside[1], name, with_draft=with_draft)
    return _inner(config, outer, inside, name, with_draft=with_draft)


def _wrapped(config: Mapping[str, Any], outer: str, inside: str) -> tuple[str, ...]:
    """The fields around a decoder that nobody reads; its own fields, repeated outside, are the inner ones' business."""
    inner = config.get(inside)
    repeated = [name for name in config if isinstance(inner, Mapping) and name in inner and config[name] == inner[name]]
    if outer not in CROSSED:
        _no_encoder(config)
    return fields.ignored(config, (*fields.COMMON, inside, "hidden_size", *AROUND.get(outer, ()), *repeated))


def _inner(
    config: Mapping[str, Any], outer: str, inside: tuple[str, str | None], name: str, *, with_draft: bool
) -> Stack:
    field, model_type = inside
    around = _wrapped(config, outer, field)
    inner = config.get(field)
    if not isinstance(inner, Mapping):
        raise BadInput(f"{field} must be an object of fields for {outer}, got {shown(inner)}; give the decoder's")
    if "model_type" not in inner and model_type is not None:
        inner = {**inner, "model_type": model_type}
    merged = {**{k: config[k] for k in ("dtype", "torch_dtype", "quantization_config") if k in config}, **inner}
    for word in ("dtype", "torch_dtype"):  # a null inside leaves the word to the outer one
        if merged.get(word) is None and config.get(word) is not None:
            merged[word] = config[word]
    crossed = outer in CROSSED
    try:
        own = text(merged, "model_type")
        return _decoder(merged, own, name, under=f"{field}.", around=around, crossed=crossed, with_draft=with_draft)
    except BadInput as problem:
        raise problem.at(field) from None


def _decoder(
    config: Mapping[str, Any],
    model_type: str,
    name: str,
    *,
    under: str = "",
    around: tuple[str, ...] = (),
    crossed: bool = False,
    with_draft: bool = False,
) -> Stack:
    """The stack of a text decoder; `under` is the place of its config, `around` are ignored fields of the outer one."""
    family = _family(model_type)
    reading = Reading(config, model_type, family, nested=bool(under))
    crosses = _crosses(reading, crossed)
    used = _used(model_type)
    ignored = fields.ignored(config, used, under=under)
    reading.layers = _layer_count(reading)
    _drafts(reading, with_draft=with_draft)
    formats = _state_format(reading)
    dtype = _dtype(reading)
    for field in family.ones:
        _all_ones(reading, field)
    reading.overrides = given_overrides(reading, used)
    reading.kinds = kinds_of(reading)
    reading.overrides |= own_overrides(reading)
    sources = SHARES[family.share](reading)
    if with_draft and reading.drafts:
        reading.kinds += draft_kinds(reading)
        sources = [*sources, *range(reading.layers, len(reading.kinds))]
    each = _layers(reading, sources, crosses)
    entries = [entry for own in each for entry in own]
    facts = {word: value for word in family.facts if (value := reading.optional(word)) is not None}
    if not entries:
        raise BadInput(f"a model must have a layer that keeps something, {model_type} has none here; see layer_types")
    return Stack(
        name,
        joined(entries),
        source="config",
        formats=formats,
        dtype=dtype,
        assumptions=tuple(reading.assumptions),
        fallbacks=tuple(reading.fallbacks),
        ignored_fields=around + ignored,
        model_type=model_type,
        facts={**reading.facts, **facts},
        places=Places(each, sources),
    )


def _family(model_type: str) -> Family:
    family = FAMILIES.get(model_type)
    if family is not None:
        return family
    if model_type in REFUSED:
        raise BadInput(f"model_type {model_type} isn't read: {REFUSED[model_type]}; give the layers as a stack")
    near = alike(model_type, [*FAMILIES, *WRAPPERS], cutoff=0.6)
    hint = f" (names like it that are: {', '.join(near)})" if near else ""
    raise BadInput(
        f"model_type must be one that is read, {shown(model_type)} is not{hint}; "
        "give the layers as a stack, 32*gqa(n_kv_heads=8,d_head=128)"
    )


@cache
def _used(model_type: str) -> frozenset[str]:
    """Every field that the rules of a type may read, by its name at the top of the config."""
    family = FAMILIES[model_type]
    words = {"layers", *family.repeats, *HEADS[family.kv][1], *family.facts}
    for mixer in {name for names in family.mixers.values() for name in names}:
        words.update(OPTIONAL[mixer][1] if mixer in OPTIONAL else BUILDERS[mixer].words)
    if family.encoder or family.mixers.get("cross"):
        words.update(ROW)
    probe = Reading({}, "", family)
    names = {part for word in words for name in probe.names(word) for part in name.split("|")}
    names |= {*LAYOUTS[family.layout].fields, *family.lists, *family.also, *family.ones, *SHARING[family.share]}
    names |= {"use_sliding_window", "max_window_layers"} if family.gated or "max_window_layers" in names else set()
    return frozenset({*fields.COMMON, *fields.DRAFT, *fields.STATE, *(name.partition(".")[0] for name in names)})


def _no_encoder(config: Mapping[str, Any]) -> None:
    if flag(config.get("is_encoder_decoder"), "is_encoder_decoder"):
        raise BadInput("is_encoder_decoder must be false, got true; the encoder of this type isn't read")


def _crosses(reading: Reading, crossed: bool) -> bool:
    """Whether each layer attends to an encoder: by its wrapper, its own kind, or because it says so."""
    config = reading.config
    if not reading.family.encoder:
        _no_encoder(config)
        given = config.get("add_cross_attention")  # inside a wrapper of two models, only an explicit no says no
        return flag(given, "add_cross_attention") or (crossed and given is None)
    value = config.get("is_encoder_decoder", MISSING)
    if value is MISSING:
        reading.fall_back(f"is_encoder_decoder = true: the default of {reading.model_type}")
        return True
    return (
        crossed or flag(value, "is_encoder_decoder") or flag(config.get("add_cross_attention"), "add_cross_attention")
    )


def _layer_count(reading: Reading) -> int:
    name = reading.name("layers")
    if reading.given("layers") in (MISSING, None):
        for field in reading.family.lists:
            listed = reading.config.get(field)
            if isinstance(listed, list | tuple | str) and listed and not field.endswith("block_types"):
                reading.fall_back(f"{name} = {len(listed)}: the entries of {field}")
                return count(len(listed), name, most=MOST_LAYERS)
    return _repeated(reading, reading.needed("layers"))


def _repeated(reading: Reading, layers: int) -> int:
    """Caches of a model that goes through its layers in cycles: its own count, or that of the layers of one pass."""
    if not reading.family.repeats or reading.config.get("num_layers_per_stack") is not None:
        return layers
    outer, inner = (reading.needed(name) for name in reading.family.repeats)
    reading.assume(f"{layers} layers keep a cache for each of {outer} * ({inner} + 1) passes")
    return count(layers * outer * (inner + 1), "layers of all passes", most=MOST_LAYERS)


def _drafts(reading: Reading, *, with_draft: bool) -> None:
    for name in fields.DRAFT:
        value = reading.config.get(name)
        drafts = 0 if value is None else count(value, name, least=0, most=MOST_LAYERS)
        reading.drafts = max(reading.drafts, drafts)
        if drafts:
            said = "counted" if with_draft else "left out; --with-draft counts them"
            reading.assume(f"{name} = {drafts}: layers that draft tokens are {said}")


def _state_format(reading: Reading) -> dict[str, str]:
    """The number format that the config names for recurrent states."""
    found: dict[str, str] = {}
    for name in fields.STATE:
        value = reading.config.get(name)
        word = value.removeprefix("torch.") if isinstance(value, str) else value
        if isinstance(word, str) and word in DTYPES:
            found = {"state": DTYPES[word]}
            reading.assume(f"recurrent states in {DTYPES[word]}: {name}; choose with --state-dtype")
        elif word is not None and word != "auto":
            raise BadInput(f"{name} must be one of {', '.join(DTYPES)}, got {shown(value)}")
    return found


def _dtype(reading: Reading) -> str | None:
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
            reading.assume(f"{name} = {shown(word)} isn't taken as the format of the cache")
            continue
        found[DTYPES[word]] = name
    if len(found) > 1:
        raise BadInput(f"dtype and torch_dtype must agree, got {' and '.join(found)}; drop one of them")
    quantised = reading.config.get("quantization_config")
    if isinstance(quantised, Mapping):
        for name in CACHE_FORMATS:
            if quantised.get(name) is not None:
                said = f"quantization_config.{name} = {shown(quantised[name])}"
                reading.assume(f"{said} is about the cache and isn't applied; choose with --kv-dtype")
    return next(iter(found), None)


def _all_ones(reading: Reading, name: str) -> None:
    """A per-layer list in which 1 means full attention; any other entry is an attention that isn't read."""
    value = reading.config.get(name)
    if value is None:
        return
    for index, entry in enumerate(per_layer(value, name, layers=reading.layers, drafts=reading.drafts)):
        if entry != 1 or isinstance(entry, bool):
            raise BadInput(f"{name}[{index}] must be 1 for {reading.model_type}, got {shown(entry)}; only 1 is read")


# -- layers ----------------------------------------------------------------------------------------------------------


def _layers(reading: Reading, sources: Sequence[int], crosses: bool) -> list[list[LayerPart]]:
    """What each layer keeps or reads; layers of one kind are looked at once where no field tells them apart."""
    told = {kind for kind in set(reading.kinds) if _told_apart(reading, kind, crosses)}
    kinds = zip(reading.kinds, sources, strict=True)
    keys = [(kind, layer if kind in told else layer == source) for layer, (kind, source) in enumerate(kinds)]
    found: dict[tuple[str, int], list[LayerPart]] = {}
    for layer, key in enumerate(keys):
        if key not in found:
            found[key] = _layer(reading, layer, sources[layer], crosses)
    return [found[key] for key in keys]


def _told_apart(reading: Reading, kind: str, crosses: bool) -> bool:
    """Whether layers of one kind may differ."""
    if reading.overrides or not ALIKE.issuperset(reading.family.mixers[kind]):
        return True
    return reading.lists(_fields(reading.model_type, kind, crosses))


@cache
def _fields(model_type: str, kind: str, crosses: bool) -> tuple[str, ...]:
    """The fields that mixers of a kind read, those of an encoder's rows with them."""
    family = FAMILIES[model_type]
    words = [*HEADS[family.kv][1], *(word for name in family.mixers[kind] for word in BUILDERS[name].words)]
    words += (*ROW, "cross_kv_heads", "cross_head_dim") if crosses else ()
    probe = Reading({}, "", family)
    return tuple(dict.fromkeys(field for word in words for names in probe.names(word) for field in names.split("|")))


def _layer(reading: Reading, layer: int, source: int, crosses: bool) -> list[LayerPart]:
    """What one layer keeps, or reads from the layer `source`."""
    found: list[LayerPart] = []
    for name in reading.family.mixers[reading.kinds[layer]]:
        entry = OPTIONAL[name][0](reading, layer) if name in OPTIONAL else BUILDERS[name].build(reading, source)
        if entry is not None:
            found.append(entry if source == layer else replace(entry, owner=False))
    return _with_encoder(reading, layer, found) if crosses else found


def _with_encoder(reading: Reading, layer: int, own: list[LayerPart]) -> list[LayerPart]:
    """The layer's own parts with the rows of the encoder beside them."""
    values = row(reading, layer)
    reading.assume("n_encoder, the tokens of the encoder, stays open: give n_encoder=1500")
    heads = reading.optional("heads", layer)
    alike = heads == values["n_kv_heads"] and "cross_kv_heads" not in reading.family.names
    if alike and [entry.part.variant.name for entry in own] == ["gqa"]:
        same = {"n_heads": heads, "d_head": values["d_head"]}
        return [part("encoder_decoder", "attention to itself and to the encoder", same)]
    if "cross_kv_heads" in reading.family.names:
        values = {"n_kv_heads": reading.needed("cross_kv_heads"), "d_head": reading.needed("cross_head_dim")}
    return [*own, part("cross_attention", "attention to the encoder", values)]


def _own(reading: Reading) -> list[int]:
    return list(range(reading.layers))


def _tail(reading: Reading) -> list[int]:
    """The last num_kv_shared_layers layers read the last layer of their own kind that keeps a cache."""
    last = reading.optional("num_kv_shared_layers", least=0) or 0
    if last >= reading.layers:
        raise BadInput(f"num_kv_shared_layers must be below num_hidden_layers = {reading.layers}, got {last}")
    names = list(dict.fromkeys(reading.kinds))
    return schedules.tail([names.index(kind) for kind in reading.kinds], last)


SHARES = {"": _own, "tail": _tail}
SHARING: dict[str, tuple[str, ...]] = {"": (), "tail": ("num_kv_shared_layers",)}
