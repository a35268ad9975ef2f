"""The laws as plain data, for `symkv list laws` and `symkv show LAW`."""

from __future__ import annotations

from typing import Any

from symkv import symbols
from symkv.solve.laws.law import law, laws


def law_items() -> list[dict[str, Any]]:
    """The entries of `symkv list laws`."""
    return [
        {
            "kind": "laws",
            "name": item.name,
            "family": "serving",
            "title": item.title,
            "stored": item.statement,
            "read": item.statement,
            "source": str(item.source),
            "verified": item.source.checked,
        }
        for item in laws().values()
    ]


def law_shown(name: str) -> dict[str, Any]:
    """The result of `symkv show LAW`: the statement, its domain, what it assumes, its symbols with units."""
    item = law(name)
    return {
        "name": item.name,
        "title": item.title,
        "about": item.about,
        "source": str(item.source),
        "verified": item.source.checked,
        "statement": item.statement,
        "where": list(item.where),
        "units": list(item.units),
        "symbols": [
            {"name": s.name, "latex": s.latex, "words": s.words, "unit": s.unit, "dimension": s.dimension}
            for s in map(symbols.lookup, item.names)
        ],
        "latex": {
            "statement": item.latex,
            "paper_form": item.latex,
            "where": [condition.latex for condition in item.conditions],
        },
    }
