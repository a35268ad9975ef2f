"""Layers that are given one by one, joined to the parts of a stack."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import overload

from symkv.caches.model import Part, Place
from symkv.formula import Formula


@dataclass(frozen=True)
class LayerPart:
    """What one layer keeps or reads of one kind: a layer with attention and a state has two.

    `part` has no n_layers. `owner` says whether the layer keeps the cache or reads the one of another layer. `counts`
    are symbols that count layers, as n_index_layers does: they are added up over the layers, not compared.
    """

    part: Part
    owner: bool = True
    counts: Mapping[str, int] = field(default_factory=dict)


def joined(layers: Sequence[LayerPart]) -> tuple[Part, ...]:
    """Equal layers as one part, in the order of their first appearance; n_layers counts the owners.

    >>> from symkv.variants import variant
    >>> row = Part(variant("gqa"), {"n_kv_heads": Formula.of(8)}, "full attention")
    >>> [part.label for part in joined([LayerPart(row), LayerPart(row), LayerPart(row, owner=False)])]
    ['full attention x 2 layers, read by 3']
    """
    times = Counter(map(id, layers))  # layers of one kind are mostly one object
    each = {id(layer): layer for layer in layers}
    groups: dict[_Key | None, list[tuple[LayerPart, int]]] = {}
    for number, layer in each.items():
        key = _key(layer.part) if len(each) > 1 else None
        groups.setdefault(key, []).append((layer, times[number]))
    return tuple(map(_one, groups.values()))


class Places(Sequence[Place]):
    """The layers of a joined stack one by one, found when they are first asked for: no quantity needs their order.

    `each` has the entries of each layer, `sources` the layer whose cache it reads.

    >>> from symkv.variants import variant
    >>> row = LayerPart(Part(variant("gqa"), {"n_kv_heads": Formula.of(8)}))
    >>> [place.layer for place in Places([[row], [row]], [0, 1])]
    [0, 1]
    """

    def __init__(self, each: Sequence[Sequence[LayerPart]], sources: Sequence[int]) -> None:
        self._each, self._sources = each, sources

    @cached_property
    def _found(self) -> tuple[Place, ...]:
        parts = {key: part for part, key in enumerate(dict.fromkeys(_key(e.part) for own in self._each for e in own))}
        found = [
            Place(layer, parts[_key(entry.part)], self._sources[layer], entry.counts)
            for layer, own in enumerate(self._each)
            for entry in own
        ]
        return tuple(sorted(found, key=lambda place: (place.layer, place.part)))

    @overload
    def __getitem__(self, index: int) -> Place: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Place]: ...

    def __getitem__(self, index: int | slice) -> Place | Sequence[Place]:
        return self._found[index]

    def __len__(self) -> int:
        return sum(map(len, self._each))


_Key = tuple[str, str, tuple[tuple[str, str], ...]]


def _key(part: Part) -> _Key:
    return part.variant.name, part.label, tuple(sorted((name, value.text) for name, value in part.values.items()))


def _one(members: Sequence[tuple[LayerPart, int]]) -> Part:
    first, _ = members[0]
    part = first.part
    owners = sum(times for layer, times in members if layer.owner)
    readers = sum(times for _, times in members)
    label = f"{part.label or part.variant.name} x {owners} {'layer' if owners == 1 else 'layers'}"
    label += f", read by {readers}" if owners != readers else ""
    counted = {name: sum(layer.counts.get(name, 0) * times for layer, times in members) for name in first.counts}
    values = {"n_layers": Formula.of(owners), **{n: Formula.of(v) for n, v in counted.items()}, **part.values}
    return Part(part.variant, values, label, Formula.of(readers) if owners != readers else None)
