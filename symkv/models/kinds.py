"""The kind of each layer: from a list, a pattern of letters or numbers, or the rule of the model type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from symkv.errors import BadInput
from symkv.models.family import (
    CHUNKED,
    FULL,
    HYBRID,
    HYBRID_SLIDING,
    INDEXED,
    LINEAR,
    SLIDING,
)
from symkv.models.reading import Reading
from symkv.models.values import MISSING, MOST, MOST_TOKENS, count, flag, per_layer, shown

CSA, HCA = "compressed_sparse_attention", "heavily_compressed_attention"
SPARSE = "minimax_m3_sparse"
NOTHING = ("moe", "mlp")  # layers without attention or state
SAME: Mapping[str, str] = {  # older or other words for a kind
    "attention": FULL,
    "global": FULL,
    "local": SLIDING,
    "window_attention": SLIDING,
    "mamba": LINEAR,
    "mamba2": LINEAR,
    "deepseek_sparse_attention": INDEXED,
    "qwen_sparse_attention": INDEXED,
    "dense": "mlp",
    "sparse": "moe",
}
LETTERS: Mapping[str, str] = {"M": LINEAR, "*": FULL, "E": "moe", "-": "mlp"}  # Nemotron-H's patterns
NUMBERS: Mapping[str, Mapping[Any, str]] = {  # what an entry that is a number stands for, by field
    "compress_ratios": {0: SLIDING, 4: CSA, 128: HCA},
    "hybrid_layer_pattern": {0: FULL, 1: SLIDING},
    "attn_type_list": {0: LINEAR, 1: FULL},
    "sparse_attention_config.sparse_attention_freq": {0: FULL, 1: SPARSE},
}


def kinds_of(reading: Reading) -> list[str]:
    """The kind of each layer, draft layers left out.

    Raises `BadInput` with the entry for a kind that the type's row doesn't have.
    """
    listed = _listed(reading)
    if listed is None:
        name, kinds = "", LAYOUTS[reading.family.layout].of(reading)
    else:
        name, kinds = listed
    known = reading.family.mixers
    for index, kind in enumerate(kinds):
        if not isinstance(kind, str) or kind not in known:
            words = " or ".join(known)
            raise BadInput(
                f"{name or 'layer_types'}[{index}] must be {words} for {reading.model_type}, got {shown(kind)}; "
                "other layers aren't read"
            )
    if SLIDING in kinds:
        _windowed(reading)
    return kinds


def draft_kinds(reading: Reading) -> list[str]:
    """The kinds of the layers that draft tokens: listed behind the others, in a list of their own, or the usual one."""
    for name in ("mtp_layers_block_type", "mtp_hybrid_override_pattern"):
        value = reading.config.get(name)
        if value:
            return [kind for _ in range(reading.drafts) for kind in _words(value, name)]
    listed = _listed(reading, drafts=True)
    if listed is not None and len(listed[1]) == reading.layers + reading.drafts:
        return listed[1][reading.layers :]
    kinds = set(reading.kinds)
    kind = reading.kinds[0] if len(kinds) == 1 else reading.family.draft
    reading.assume(f"draft layers are taken as {kind}: the config does not say")
    return [kind] * reading.drafts


def _listed(reading: Reading, *, drafts: bool = False) -> tuple[str, list[str]] | None:
    for name in reading.family.lists:
        value = reading._given(name)
        if value is MISSING or value is None:
            continue
        words = _words(value, name)
        if name in ("block_types", "_block_types"):  # Griffin's block, repeated over the layers
            return name, [words[i % len(words)] for i in range(reading.layers)]
        entries = per_layer(words, name, layers=reading.layers, drafts=reading.drafts)
        return name, words if drafts and len(words) > reading.layers else entries
    for name in reading.family.lists:
        outer, dot, _ = name.partition(".")
        if dot and reading.config.get(outer) is not None:
            raise BadInput(f"{name} must be given where {outer} is: which layers it means isn't known without")
    return None


def _words(value: Any, name: str) -> list[str]:
    if isinstance(value, str) and name.endswith("pattern"):
        if unknown := [letter for letter in value if letter not in LETTERS]:
            raise BadInput(f"{name} must be made of {' '.join(LETTERS)}, got {unknown[0]!a}; M is a Mamba layer")
        return [LETTERS[letter] for letter in value]
    if not isinstance(value, list | tuple) or not value:
        raise BadInput(f"{name} must be a list with one entry for each layer, got {shown(value)}; write [...] or null")
    table = NUMBERS.get(name)
    if table is None:
        return [SAME.get(entry, entry) if isinstance(entry, str) else entry for entry in value]
    for index, entry in enumerate(value):
        if isinstance(entry, bool) or not isinstance(entry, int) or entry not in table:
            raise BadInput(
                f"{name}[{index}] must be one of {', '.join(map(str, table))}, got {shown(entry)}; others aren't read"
            )
    return [table[entry] for entry in value]


def _windowed(reading: Reading) -> None:
    """Refuse windowed layers where the window is switched off or missing."""
    window = reading.get("window")
    name = reading.name("window")
    if reading.family.gated and not gate(reading):
        raise BadInput("layer_types has sliding_attention while use_sliding_window is not true; make the two agree")
    if window is None:
        raise BadInput(f"layer_types has sliding_attention while {name} is null; give the window in tokens")
    reading.needed("window")


def gate(reading: Reading) -> bool:
    """Whether use_sliding_window is set; false where it is missing."""
    if "use_sliding_window" not in reading.config:
        reading.fall_back(f"use_sliding_window = false: the default of {reading.model_type}")
    return flag(reading.config.get("use_sliding_window"), "use_sliding_window")


# -- layouts of types whose config has no list ------------------------------------------------------------------------


@dataclass(frozen=True)
class Layout:
    """How the kinds follow from other fields, and which fields those are."""

    of: Callable[[Reading], list[str]]
    fields: tuple[str, ...] = ()


def _cycle(
    hit: str, miss: str, n: int, *, shift: int = 1, names: tuple[str, ...] = (), offset: str = "", last: bool = False
) -> Layout:
    """Layer i is a `hit` where (i + shift) % n = 0; the fields `names` may give n, `offset` the shift, `last` a hit."""

    def kinds(reading: Reading) -> list[str]:
        said = {name: reading.config[name] for name in names if reading.config.get(name) is not None}
        steps = {count(value, name) for name, value in said.items()}
        if len(steps) > 1:
            raise BadInput(f"{' and '.join(said)} must agree, got {sorted(steps)}; drop one of them")
        step = steps.pop() if steps else n
        if not said:
            place = f"{names[0]} = {n}" if names else f"one layer in {n} is {hit}"
            reading.fall_back(f"{place}: the default of {reading.model_type}")
        moved = -count(reading.config[offset], offset, least=0) if reading.config.get(offset) is not None else shift
        found = [hit if (i + moved) % step == 0 else miss for i in range(reading.layers)]
        return [*found[:-1], hit] if last else found

    return Layout(kinds, (*names, *((offset,) if offset else ())))


def _every(reading: Reading) -> list[str]:
    """The window for all layers where it is set."""
    window = reading.get("window")
    if window is None or window is MISSING:
        return [FULL] * reading.layers
    return [SLIDING] * reading.layers


def _late(reading: Reading) -> list[str]:
    """The window from max_window_layers on, where it is set and not gated off."""
    if reading.family.gated and not gate(reading):
        return [FULL] * reading.layers
    window = reading.get("window")
    if window is None or window is MISSING:
        return [FULL] * reading.layers
    count(window, reading.name("window"), most=MOST_TOKENS)
    if reading.model_type == "qwen3_moe":  # its code gives every layer the window, its relatives only the late ones
        raise BadInput("qwen3_moe with use_sliding_window is read differently by programs; give a stack instead")
    first = reading.needed("max_window_layers", least=0)
    return [SLIDING if i >= first else FULL for i in range(reading.layers)]


def _unrotated(reading: Reading) -> list[str]:
    """Llama 4: layers with rotary positions are chunked, those without see all tokens."""
    listed = reading.per_layer("no_rope_layers") if reading.config.get("no_rope_layers") else None
    if listed is not None:
        return [CHUNKED if entry else FULL for entry in listed]
    return _cycle(FULL, CHUNKED, 4, names=("no_rope_layer_interval",)).of(reading)


def _smollm(reading: Reading) -> list[str]:
    """SmolLM3: where windows are on, layers without rotary positions have them."""
    window = reading.get("window")
    if not gate(reading) or window is None or window is MISSING:
        return [FULL] * reading.layers
    listed = reading.per_layer("no_rope_layers") if reading.config.get("no_rope_layers") else None
    if listed is not None:
        return [FULL if entry else SLIDING for entry in listed]
    return _cycle(SLIDING, FULL, 4, names=("no_rope_layer_interval",)).of(reading)


def _numbered(
    name: str, hit: str, miss: str, otherwise: Layout | None = None, *, first: int = 0, beyond: bool = False
) -> Layout:
    """A field that lists the layers of one kind by number, counted from `first`; `beyond` allows more."""

    def kinds(reading: Reading) -> list[str]:
        value = reading._given(name)
        if value is MISSING or value is None:
            if otherwise is None:
                raise BadInput(f"layer_types or {name} must be given for {reading.model_type}; add one of them")
            return otherwise.of(reading)
        if not isinstance(value, list | tuple):
            raise BadInput(f"{name} must be a list of layers, got {shown(value)}; write [3, 7]")
        most = MOST if beyond else reading.layers - 1 + first
        chosen = {count(entry, f"{name} entry", least=first, most=most) for entry in value}
        return [hit if i + first in chosen else miss for i in range(reading.layers)]

    return Layout(kinds, (name, *(otherwise.fields if otherwise else ())))


def _kimi(reading: Reading) -> list[str]:
    """Kimi Linear: linear_attn_config numbers the layers of both kinds, from 1."""
    given = reading.config.get("linear_attn_config")
    if given is not None and (not isinstance(given, Mapping) or "full_attn_layers" not in given):
        raise BadInput(f"linear_attn_config must be an object with full_attn_layers, got {shown(given)}; write null")
    if given is None:
        reading.fall_back(f"layers 4, 8, 12, ... are {FULL}: the default of {reading.model_type}")
        return [FULL if i and i % 4 == 0 else LINEAR for i in range(reading.layers)]
    kinds = _numbered("linear_attn_config.full_attn_layers", FULL, LINEAR, first=1).of(reading)
    if "kda_layers" in given:
        other = _numbered("linear_attn_config.kda_layers", LINEAR, FULL, first=1).of(reading)
        if other != kinds:
            raise BadInput(
                f"linear_attn_config must put each of num_hidden_layers = {reading.layers} layers in one of "
                "full_attn_layers and kda_layers; make them agree"
            )
    return kinds


def _all(kind: str) -> Layout:
    return Layout(lambda reading: [kind] * reading.layers)


def _by(rule: Callable[[int, int], str]) -> Layout:
    """A layout that the class of the type fixes: the kind of layer i of n."""

    def kinds(reading: Reading) -> list[str]:
        reading.fall_back(f"layer_types: as the class of {reading.model_type} lays the layers out")
        return [rule(i, reading.layers) for i in range(reading.layers)]

    return Layout(kinds)


def _listed_only(reading: Reading) -> list[str]:
    raise BadInput(f"{reading.family.lists[0]} must be given for {reading.model_type}; add one entry per layer")


def _cohere_moe(reading: Reading) -> list[str]:
    """The first dense layers have a pattern of their own."""
    dense = reading.optional("first_k_dense_replace", least=0) or 0
    steps = [reading.needed(name) for name in ("prefix_dense_sliding_window_pattern", "sliding_window_pattern")]
    places = [(i, steps[0]) for i in range(dense)] + [(i, steps[1]) for i in range(reading.layers - dense)]
    return [SLIDING if (i + 1) % step else FULL for i, step in places]


def _global_local(reading: Reading) -> list[str]:
    """GPT-Neo: [[["global", "local"], 12]] repeats the two kinds twelve times; attention_layers has them one by one."""
    kinds = []
    for entry in reading.config.get("attention_types") or [[["global", "local"], reading.layers // 2]]:
        match entry:
            case [list() as names, int() as times] if all(isinstance(name, str) for name in names):
                kinds += [SAME.get(name, name) for _ in range(min(times, reading.layers)) for name in names]
            case _:
                raise BadInput(f'attention_types must be as [[["global", "local"], 12]], got {shown(entry)}')
    return per_layer(kinds, "attention_types", layers=reading.layers, drafts=0)


PATTERN = ("sliding_window_pattern", "_sliding_window_pattern")
LAYOUTS: dict[str, Layout] = {
    "full": _all(FULL),
    "linear": _all(LINEAR),
    "indexed": _all(INDEXED),
    "hybrid": _all(HYBRID),
    "listed": Layout(_listed_only),
    "every": Layout(_every),
    "late": Layout(_late, ("max_window_layers", "use_sliding_window")),
    "alternate": _cycle(FULL, SLIDING, 2),
    "pattern 6": _cycle(FULL, SLIDING, 6, names=PATTERN),
    "pattern 6, last": _cycle(FULL, SLIDING, 6, names=PATTERN, last=True),
    "pattern 5": _cycle(FULL, SLIDING, 5, names=PATTERN),
    "pattern 4": _cycle(FULL, SLIDING, 4, names=PATTERN),
    "first of 4": _cycle(FULL, SLIDING, 4, shift=0, names=("window_pattern",)),
    "global 4": _cycle(FULL, SLIDING, 4, names=("global_attn_every_n_layers",)),
    "global 3": _cycle(FULL, SLIDING, 3, shift=0, names=("global_attn_every_n_layers",)),
    "counted from the last": _by(lambda i, n: FULL if (n - 1 - i) % 4 == 0 else SLIDING),
    "flint": _by(lambda i, n: FULL if i < 2 or i % 4 == 1 or i == n - 1 else SLIDING),
    "mimo": _by(lambda i, n: FULL if i == 0 or (i + 1) % 6 == 0 else SLIDING),
    "dots": _by(lambda i, n: INDEXED if i < 2 or i % 4 == 1 else SLIDING),
    "cohere_moe": Layout(_cohere_moe, ("first_k_dense_replace", *PATTERN, "prefix_dense_sliding_window_pattern")),
    "global_local": Layout(_global_local, ("attention_types", "attention_layers")),
    "unrotated": Layout(_unrotated, ("no_rope_layers", "no_rope_layer_interval")),
    "smollm": Layout(_smollm, ("no_rope_layers", "no_rope_layer_interval", "use_sliding_window")),
    "interval 4": _cycle(FULL, LINEAR, 4, names=("full_attention_interval",)),
    "indexed interval 4": _cycle(INDEXED, LINEAR, 4, names=("full_attention_interval",)),
    "group 6": _cycle(FULL, LINEAR, 6, names=("layer_group_size",)),
    "even": _cycle(LINEAR, FULL, 2),
    "period 8": _cycle(FULL, LINEAR, 8, shift=-4, names=("attn_layer_period",), offset="attn_layer_offset"),
    "numbered": _numbered("attn_layer_indices", FULL, LINEAR),
    "conv": _numbered("full_attn_idxs", FULL, "conv", _all(FULL)),
    "lfm3": _by(lambda i, n: FULL if i % 4 == 2 else SLIDING if i % 4 == 0 and i > 0 else "conv"),
    "zamba2": _numbered("hybrid_layer_ids", HYBRID, LINEAR),
    "cross": _numbered("cross_attention_layers", "cross", FULL, beyond=True),
    "inkling": _numbered("local_layer_ids", HYBRID_SLIDING, HYBRID, _cycle(HYBRID, HYBRID_SLIDING, 6)),
    "kimi": Layout(_kimi, ("linear_attn_config",)),
    "compressed": _by(lambda i, n: HCA if i < 2 or i % 2 == 0 else CSA),
    "glm5": _cycle(INDEXED, LINEAR, 4),
}
