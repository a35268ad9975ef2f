"""The box: every point of a stated set, evaluated exactly.

The set is a product of a few values for each name; names that an assumption sets as `name = formula` follow from the
others. A box shows that a relation holds on its points and nowhere else: alone it never proves.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from symkv.formula import Relation
from symkv.proof.evaluator import Check, Number
from symkv.proof.kernel import Domain
from symkv.proof.region import Region
from symkv.units import shown

MAX_POINTS = 10_000
_SIDE, _LINE = 12, 256  # values of one name among several, and of one alone
_RATIOS = tuple(
    Fraction(text) for text in "1 2 1/2 9/16 3 3/2 4 1/4 5 5/3 8 17/16 16 1/16 7 7/2".split()
)  # widths in bytes and rates as they occur


@dataclass(frozen=True)
class Box:
    """What the evaluation of every point of a set has shown.

    `text` states the set, `points` counts it, `met` counts those that meet the assumptions and at which both sides
    have exact values; `false_at` is the first of these at which the relation is false.
    """

    text: str
    points: int
    met: int
    false_at: Mapping[str, Number] | None = None


def exhaust(
    statement: Relation, assume: Iterable[Relation], domains: Mapping[str, Domain], *, points: int = MAX_POINTS
) -> Box | None:
    """Every point of a box of at most that many points; None where fewer than two values a name would be left.

    >>> from symkv.proof.kernel import COUNT
    >>> exhaust(Relation.parse("ceil(n/P)*P = n"), [Relation.parse("n = k*P")], dict.fromkeys("nkP", COUNT)).text
    'P in 1..12, k in 1..12, n from the assumptions (144 points, 144 meet the assumptions)'
    """
    hypotheses = tuple(assume)
    region, check = Region(statement, hypotheses, domains, every=True), Check(statement)
    sides = _sides(region, points)
    if sides is None:
        return None
    names, met = list(sides), 0
    total = math.prod(len(values) for values in sides.values())
    for number, values in enumerate(product(*sides.values()), 1):
        point = region.complete(dict(zip(names, values, strict=True)))
        if point is None:
            continue
        try:
            true = check.holds(point)
        except ArithmeticError:  # no exact value: not a point of the statement
            continue
        met += 1
        if not true:
            return Box(f"{_set(region, sides)} (false at point {number} of {total})", total, met, point)
    said = "meet the assumptions" if hypotheses else "have exact values"
    counted = f", {met} {said}" if hypotheses or met != total else ""
    return Box(f"{_set(region, sides)} ({total} {'point' if total == 1 else 'points'}{counted})", total, met)


def _sides(region: Region, points: int) -> dict[str, list[Number]] | None:
    """The values of each free name: as many as the bound allows, the same number for each."""
    count = len(region.free)
    size = _LINE if count < 2 else next((n for n in range(_SIDE, 0, -1) if n**count <= points), 1)
    size = min(size, points)
    if size < 2:
        return None
    return {name: _values(region.domains[name], size) for name in region.free}


def _values(domain: Domain, size: int) -> list[Number]:
    if not domain.whole:
        ratios = [(domain.lower or 0) + ratio for ratio in _RATIOS[:size]]
        return sorted(ratios if domain.strict or domain.lower else [Fraction(0), *ratios[:-1]])
    low = -(size // 2) if domain.lower is None else domain.lower + domain.strict
    return list(range(low, low + size))


def _set(region: Region, sides: Mapping[str, list[Number]]) -> str:
    """The set in words: the values of each free name, and the names that follow from them."""
    named = []
    for name, values in sides.items():
        if region.domains[name].whole:
            named.append(f"{name} in {values[0]}..{values[-1]}")
        else:
            named.append(f"{name} in {{{', '.join(map(shown, values))}}}")
    named += [f"{rule.name} from the assumptions" for rule in region.rules]
    return ", ".join(named) or "no symbols"
