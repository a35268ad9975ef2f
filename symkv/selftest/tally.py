"""What a batch of measurements gives: counts, and lists of what went wrong or has to be shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Tally:
    """Counts by name, and notes by name: what went wrong, or what has to be listed."""

    counts: Counter[str] = field(default_factory=Counter)
    notes: dict[str, list[Any]] = field(default_factory=dict)

    def note(self, name: str, value: Any) -> None:
        """Add to a list."""
        self.notes.setdefault(name, []).append(value)

    def add(self, other: Tally) -> None:
        """Add up with the tally of another batch."""
        self.counts.update(other.counts)
        for name, values in other.notes.items():
            self.notes.setdefault(name, []).extend(values)

    def data(self) -> dict[str, Any]:
        """As JSON."""
        return {"counts": dict(self.counts), "notes": self.notes}

    @staticmethod
    def of(data: Mapping[str, Any]) -> Tally:
        """From JSON."""
        return Tally(Counter(data["counts"]), {name: list(values) for name, values in data["notes"].items()})
