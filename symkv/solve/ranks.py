"""Designs in the order of the goals, each with the bytes of its quantities, and the Pareto front."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from types import MappingProxyType
from typing import NamedTuple

from symkv.formula import Formula
from symkv.solve.box import RATE
from symkv.solve.functions import Value
from symkv.solve.wishes import Goal, Limit
from symkv.units import DTYPES


class Design(NamedTuple):
    """One whole design: the value of each symbol that was free, its bytes, and the formats of that width.

    `bytes` is the first of the `quantities` that were asked about; `pareto` says whether no other design is as good by
    every goal and better by one.
    """

    values: Mapping[str, Value]
    bytes: Fraction
    dtypes: tuple[str, ...] = ()
    quantities: Mapping[str, Fraction] = MappingProxyType({})
    pareto: bool = False


def described(points: Sequence[Mapping[str, Value]], limits: Sequence[Limit], formats: Sequence[str]) -> list[Design]:
    """The points with the bytes of each quantity, which an equation gives without evaluating, and with the formats."""
    first = limits[0]
    exact = {one.label: one.low for one in limits if one.low is not None and one.low == one.high}
    open_ones = {one.label: one.formula for one in limits if one.label not in exact}
    labels = list(dict.fromkeys(one.label for one in limits))
    codes = {DTYPES[code].rate: tuple(c for c in formats if DTYPES[c].rate == DTYPES[code].rate) for code in formats}
    found = []
    for point in points:
        quantities: Mapping[str, Fraction] = exact
        if open_ones:
            quantities = {n: exact[n] if n in exact else _at(open_ones[n], point) for n in labels}
        dtypes = codes.get(Fraction(point[RATE]), ()) if codes else ()
        found.append(Design(point, quantities[first.label], dtypes, quantities))
    return found


def _at(formula: Formula, point: Mapping[str, Value]) -> Fraction:
    return Fraction(formula.evaluate({name: point[name] for name in formula.names}))


def ranked(found: list[Design], limits: Sequence[Limit], goals: Sequence[Goal]) -> tuple[Design, ...]:
    """By the first goal, then the next ones, then as they came; with what the goals measure, and the Pareto front."""
    if not goals:
        return tuple(found)
    names = {limit.label for limit in limits}
    scored = []
    for design in found:
        scores = [_at(goal.formula, design.values) for goal in goals]
        extra = {g.label: s for g, s in zip(goals, scores, strict=True) if g.label not in {*names, *design.values}}
        key = tuple(goal.sign * score for goal, score in zip(goals, scores, strict=True))
        scored.append((key, design, extra))
    scored.sort(key=lambda entry: entry[0])
    front = set(_front([entry[0] for entry in scored]))
    return tuple(
        Design(design.values, design.bytes, design.dtypes, {**design.quantities, **extra}, key in front)
        for key, design, extra in scored
    )


def _front(keys: Sequence[tuple[Fraction, ...]]) -> Iterator[tuple[Fraction, ...]]:
    """The keys that no other one is as small as everywhere and smaller somewhere; `keys` are sorted.

    What stands before a key in that order is not greater in the first place it differs, so only kept keys that stand
    before it can beat it.

    >>> [tuple(map(int, key)) for key in _front([(1, 5), (2, 6), (3, 4)])]
    [(1, 5), (3, 4)]
    """
    kept: list[tuple[Fraction, ...]] = []
    distinct = [key for key, after in pairwise([*keys, None]) if key is not None and key != after]
    for key in distinct:
        rivals = kept[-1:] if len(key) == 2 else kept
        if not any(all(a <= b for a, b in zip(other, key, strict=True)) for other in rivals):
            kept.append(key)
            yield key
