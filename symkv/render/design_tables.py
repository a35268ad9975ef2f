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
        tables, empty = [], []
        for one in readings:
            words = list(one.reasons.box)
            columns = [Column(setter.letter(word), "number") for word in words]
            rows = [[number(dict(design.values)[word]) for word in words] for design in one.found[:MOST_DESIGNS]]
            size = "" if one.high is None else f"{rational(one.high)} bytes: "
            if not rows:
                empty.append(f"{size}no design.")
                continue
            rest = f"; {len(one.points) - len(rows)} more are not shown" if len(one.points) > len(rows) else ""
            every = "all of them" if one.complete else "not all of them"
            tables.append(table(f"{size}{len(one.points)} designs, {every}{rest}.", columns, rows))
        notes = [f"Assumed: {'; '.join(target.notes)}."] if target is not None and target.notes else []
        title = f"Designs of {name} at {target.text if target else ''}"
        found.append(section(title, *tables, text=" ".join([*notes, *empty])))
    return found
