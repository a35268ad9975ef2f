"""Layers that are given one by one, joined to the parts of a stack."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from symkv.caches.model import Part
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
    groups: dict[tuple[object, ...], list[LayerPart]] = {}
    keys: dict[int, tuple[object, ...]] = {}  # layers that share a part have its key written once
    for layer in layers:
        part = layer.part
        if id(part) not in keys:
            values = tuple(sorted((name, str(value)) for name, value in part.values.items()))
            keys[id(part)] = (part.variant.name, part.label, values)
        groups.setdefault(keys[id(part)], []).append(layer)
    return tuple(_one(members) for members in groups.values())


def _one(members: Sequence[LayerPart]) -> Part:
    part, owners, readers = members[0].part, sum(layer.owner for layer in members), len(members)
    label = f"{part.label or part.variant.name} x {owners} {'layer' if owners == 1 else 'layers'}"
    label += f", read by {readers}" if owners != readers else ""
    counted = {name: sum(layer.counts.get(name, 0) for layer in members) for name in members[0].counts}
    values = {"n_layers": Formula.of(owners), **{n: Formula.of(v) for n, v in counted.items()}, **part.values}
    return Part(part.variant, values, label, Formula.of(readers) if owners != readers else None)
