"""Layers that are given one by one, joined to the parts of a stack."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

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
    return tuple(_one([layers[place] for place in places]) for places in _groups(layers))


def placed(layers: Sequence[LayerPart], where: Sequence[tuple[int, int]]) -> tuple[Place, ...]:
    """Which part of the joined stack each entry belongs to; `where` gives its layer and the layer that it reads."""
    found = [
        (*where[entry], part, layers[entry].counts) for part, members in enumerate(_groups(layers)) for entry in members
    ]
    return tuple(Place(layer, part, source, counts) for layer, source, part, counts in sorted(found, key=_order))


def _order(entry: tuple[int, int, int, Mapping[str, int]]) -> tuple[int, int]:
    return entry[0], entry[2]


def _groups(layers: Sequence[LayerPart]) -> list[list[int]]:
    """The places of equal layers."""
    groups: dict[tuple[object, ...], list[int]] = {}
    keys: dict[int, tuple[object, ...]] = {}  # layers that share a part have its key written once
    for place, layer in enumerate(layers):
        part = layer.part
        if id(part) not in keys:
            values = tuple(sorted((name, str(value)) for name, value in part.values.items()))
            keys[id(part)] = (part.variant.name, part.label, values)
        groups.setdefault(keys[id(part)], []).append(place)
    return list(groups.values())


def _one(members: Sequence[LayerPart]) -> Part:
    part, owners, readers = members[0].part, sum(layer.owner for layer in members), len(members)
    label = f"{part.label or part.variant.name} x {owners} {'layer' if owners == 1 else 'layers'}"
    label += f", read by {readers}" if owners != readers else ""
    counted = {name: sum(layer.counts.get(name, 0) for layer in members) for name in members[0].counts}
    values = {"n_layers": Formula.of(owners), **{n: Formula.of(v) for n, v in counted.items()}, **part.values}
    return Part(part.variant, values, label, Formula.of(readers) if owners != readers else None)
