"""The designs at a target size as tables of a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from symkv.render.documents import section
from symkv.render.setting import Setter, number
from symkv.render.values import Column, table
from symkv.solve import Designs
from symkv.units import rational

MOST_DESIGNS = 24  # of a table; the rest is counted


@dataclass(frozen=True)
class Target:
    """A target size as written, and the designs of each stack that meet it, for each reading of the size."""

    text: str
    designs: Mapping[str, Sequence[Designs]]
    notes: tuple[str, ...] = ()


def design_sections(target: Target | None, setter: Setter) -> list[dict[str, Any]]:
    """The designs of each stack that meet the target, for each reading of its size."""
    found: list[dict[str, Any]] = []
    for name, readings in (target.designs if target else {}).items():
        tables = []
        for one in readings:
            words = list(one.reasons.box)
            columns = [Column(setter.letter(word), "number") for word in words]
            rows = [[number(dict(design.values)[word]) for word in words] for design in one.found[:MOST_DESIGNS]]
            more = len(one.points) - len(rows)
            rest = f"; {more} more are not shown" if more > 0 else ""
            every = "all of them" if one.complete else "not all of them"
            size = "" if one.high is None else f"{rational(one.high)} bytes: "
            told = f"{size}{len(one.points)} designs, {every}{rest}."
            tables.append(table(told if rows else f"{size}no design.", columns, rows))
        found.append(section(f"Designs of {name} at {target.text if target else ''}", *tables))
    if found and target is not None and target.notes:
        found[0]["text"] = f"Assumed: {'; '.join(target.notes)}."
    return found
