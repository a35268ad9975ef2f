"""How far a search has come, and how far it may go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


class OutOfEffort(Exception):
    """The search has gone through as many nodes as it was given."""


@dataclass
class Effort:
    """How far a search has come; `report` is called every `every` nodes, `most` nodes end it."""

    report: Callable[[Effort], None] | None = None
    most: int | None = None
    every: int = 512
    nodes: int = 0
    found: int = 0
    place: tuple[str, int, int] = ("", 0, 0)  # (symbol, which of its values, of how many) at the root

    def step(self) -> None:
        """Count a node."""
        self.nodes += 1
        if self.most is not None and self.nodes > self.most:
            raise OutOfEffort
        if self.report is not None and self.nodes % self.every == 0:
            self.report(self)
