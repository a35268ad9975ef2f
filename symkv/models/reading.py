"""One text decoder while it is read: its fields by word, layer by layer, and what has to be said about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from symkv.errors import BadInput
from symkv.models.defaults import defaults_of
from symkv.models.family import Family
from symkv.models.values import MISSING, MOST, MOST_LAYERS, MOST_TOKENS, count, per_layer, shown

NAMES: dict[str, str] = {  # word -> the field that usually holds it
    "layers": "num_hidden_layers",
    "heads": "num_attention_heads",
    "kv_heads": "num_key_value_heads",
    "head_dim": "head_dim",
    "hidden": "hidden_size",
    "window": "sliding_window",
    "chunk": "attention_chunk_size",
    "latent": "kv_lora_rank",
    "rope": "qk_rope_head_dim",
    "value_dim": "v_head_dim",
    "index": "index_head_dim",
    "top_k": "index_topk",
    "indexers": "indexer_types",
    "conv": "linear_conv_kernel_dim",
    "key_heads": "linear_num_key_heads",
    "value_heads": "linear_num_value_heads",
    "key_dim": "linear_key_head_dim",
    "state_value_dim": "linear_value_head_dim",
    "linear_heads": "linear_num_heads",
    "linear_dim": "linear_head_dim",
}
LENGTHS = ("window", "chunk", "prompt", "memory")  # counted in tokens, which may be many
CORE = ("layers", "heads", "kv_heads", "hidden", "latent", "rope", "index")  # never left to a class by a whole config


@dataclass
class Reading:
    """A decoder's config with its family; `layers` and `kinds` are filled in as they become known.

    `nested` says that another config holds this one: such ones leave sizes to the default of the type's class.
    """

    config: Mapping[str, Any]
    model_type: str
    family: Family
    nested: bool = False
    fallbacks: list[str] = field(default_factory=list)
    assumptions: list[str] = field(default_factory=list)
    facts: dict[str, int] = field(default_factory=dict)
    overrides: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    layers: int = 0
    drafts: int = 0
    kinds: list[str] = field(default_factory=list)
    indexers: list[bool] | None = None  # which layers score with an index of their own, once it is known

    def lists(self, fields: Iterable[str]) -> bool:
        """Whether one of the fields has an entry for each layer."""
        return any(isinstance(self._given(field), list | tuple) for field in fields)

    def names(self, word: str) -> tuple[str, ...]:
        """The fields that may hold a word, the first one that is given first."""
        own = self.family.names.get(word)
        return (NAMES.get(word, word),) if own is None else own

    def name(self, word: str) -> str:
        """The field by which a message calls the word."""
        names = [name for group in self.names(word) for name in group.split("|")]
        return next((name for name in names if self._given(name) is not MISSING), names[0] if names else word)

    def get(self, word: str, layer: int | None = None) -> Any:
        """The word's value at a layer: its own, the config's, the default of the type's class; else `MISSING`."""
        found = self.given(word, layer)
        if found is not MISSING:
            return found
        if word in CORE and not self.nested and word not in self.family.implied:
            return MISSING
        for name in (name for names in self.names(word) for name in names.split("|")):
            value = defaults_of(self.model_type).get(name)
            if value is not None:
                self.fall_back(f"{name} = {shown(value)}: the default of {self.model_type}")
                return value
        return MISSING

    def given(self, word: str, layer: int | None = None) -> Any:
        """The word's value as the config has it, null included."""
        null = False
        for name in self.names(word):
            if self.overrides and layer is not None and name in self.overrides.get(layer, {}):
                return self.overrides[layer][name]
            value = self._agreed(name)
            null = null or value is None
            if value is MISSING or value is None:
                continue
            if isinstance(value, list | tuple) and layer is not None:
                entries = per_layer(value, name, layers=self.layers, drafts=self.drafts)
                entries = list(value) if len(value) > len(entries) else entries
                return entries[min(layer, len(entries) - 1)]  # a draft layer without an entry is as the last one
            return value
        return None if null else MISSING

    def _agreed(self, names: str) -> Any:
        """The value of one name, or of several that say the same thing and must not differ."""
        if "|" not in names:
            return self._given(names)
        found = {name: self._given(name) for name in names.split("|")}
        said = {name: value for name, value in found.items() if value is not MISSING and value is not None}
        if len({repr(value) for value in said.values()}) > 1:
            both = " and ".join(f"{name} = {shown(value)}" for name, value in said.items())
            raise BadInput(f"{' and '.join(said)} must agree, got {both}; drop one of them")
        return next(iter(said.values()), None if None in found.values() else MISSING)

    def _given(self, name: str) -> Any:
        if "." not in name:
            return self.config.get(name, MISSING)
        value: Any = self.config
        steps = name.split(".")
        for step in steps:
            if not isinstance(value, Mapping):
                raise BadInput(f"{steps[0]} must be an object of fields, got {shown(value)}; write {steps[0]}: null")
            value = value.get(step, MISSING)
            if value is MISSING or (value is None and step != steps[-1]):
                return MISSING
        return value

    def needed(self, word: str, layer: int | None = None, *, least: int = 1) -> int:
        """A count that must be there."""
        value = self.get(word, layer)
        if value is MISSING:
            raise BadInput(f"{self.name(word)} must be given for {self.model_type}, the config has none; add it")
        return self.counted(value, word, least=least)

    def optional(self, word: str, layer: int | None = None, *, least: int = 1) -> int | None:
        """A count, None where it is null or not there."""
        value = self.get(word, layer)
        return None if value is MISSING or value is None else self.counted(value, word, least=least)

    def counted(self, value: Any, word: str, *, least: int = 1) -> int:
        """A value of the word as a count within its bounds."""
        most = MOST_TOKENS if word in LENGTHS else MOST_LAYERS if word == "layers" else MOST
        if type(value) is int and least <= value <= most:
            return value
        return count(value, self.name(word), least=least, most=most)

    def fall_back(self, said: str) -> None:
        """Say once that a value was derived."""
        if said not in self.fallbacks:
            self.fallbacks.append(said)

    def assume(self, said: str) -> None:
        """Say once what was read into the config."""
        if said not in self.assumptions:
            self.assumptions.append(said)

    def per_layer(self, word: str) -> list[Any] | None:
        """A list with one entry for each layer, None where it is null or not there."""
        value = self.get(word)
        if value is MISSING or value is None:
            return None
        return per_layer(value, self.name(word), layers=self.layers, drafts=self.drafts)
