"""What `symkv designs` prints for people."""

from __future__ import annotations

from collections.abc import Sequence

from symkv.solve import Designs
from symkv.tables import table
from symkv.units import rational


def designs_text(what: str, found: Sequence[Designs]) -> list[str]:
    """The lines of `symkv designs`."""
    first = found[0]
    plain = len(first.limits) == 1 and not first.goals
    named = {limit.label: limit.formula for limit in first.limits}
    lines = [f"{what}: bytes = {first.formula}"] if plain else [f"{what}:"]
    lines += [] if plain else [f"  {label} = {formula}" for label, formula in named.items()]
    for place, one in enumerate(found):
        limit = first.limits[0].label if plain else ""
        asked = "; ".join([*(limit.words for limit in one.limits), *map(str, one.conditions)])
        asked = asked.removeprefix(f"{limit} = ") if plain else asked
        every = "all of them" if one.complete else "stopped before the end"
        noun = "design" if len(one.found) == 1 else "designs"
        ranks = f"; ranked by {', '.join(goal.words for goal in one.goals)}" if one.goals else ""
        among = f" among {one.box}, " if one.every_range_given else ", "
        lines += ["", f"  {asked}: {len(one.found)} {noun}{among}{every}{ranks}"]
        if place and [design.values for design in one.found] == [design.values for design in first.found] != []:
            lines[-1] += "; the same as above"
            continue
        lines += _designs_table(one) if one.found else []
        if one.conflict:
            cant = "can't hold together" if len(one.conflict) > 1 else "can't be met"
            lines.append(f"    nothing fits: {' and '.join(one.conflict)} {cant}")
        if not plain:
            lines += _stops(one)
    return lines


def _designs_table(one: Designs) -> list[str]:
    names, labels = list(one.found[0].values), list(one.found[0].quantities)
    front = len(one.goals) > 1
    coded = any(design.dtypes for design in one.found)
    heads = ["bytes"] if len(labels) == 1 and not one.goals else labels
    rows = [
        [
            *(["*" if design.pareto else ""] if front else []),
            *(str(rational(design.values[name])) for name in names),
            *([" ".join(design.dtypes)] if coded else []),
            *(str(rational(design.quantities[label])) for label in labels),
        ]
        for design in one.found
    ]
    head = [*([""] if front else []), *names, *(["dtype"] if coded else []), *heads]
    return [
        *table([head, *rows], indent="    "),
        *(["    * no other design is better by one goal and as good by all"] if front else []),
    ]


def _stops(one: Designs) -> list[str]:
    lines = []
    for name, stop in one.stops.items():
        for words, side in (("from", stop.below), ("to", stop.above)):
            end = rational(stop.least if words == "from" else stop.greatest)
            reason = " with ".join(side.excluded_by) or "the search alone"
            outside = "" if side.value is None else f"{rational(side.value)} is excluded by "
            lines.append([name if words == "from" else "", f"{words} {end}", f"{outside}{reason}"])
    return table(lines, indent="    ")
