"""An instrumented cache: it records when each row is written and used, and tells what was alive."""

from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction


@dataclass
class Cache:
    """Rows by tensor and key. Time is 2*q while step q merges rows and 2*q + 1 while it attends."""

    step: int = 0
    born: dict = field(default_factory=dict)
    used: dict = field(default_factory=dict)
    size: dict = field(default_factory=dict)
    reads: dict = field(default_factory=lambda: defaultdict(Fraction))
    writes: dict = field(default_factory=lambda: defaultdict(Fraction))

    def write(self, *row, size):
        """A row of `size` elements (bytes where the format belongs to the variant), new or in place of the old one."""
        self.born.setdefault(row, 2 * self.step)
        self.size[row] = size
        self.writes[self.step] += size

    def preload(self, *row, size):
        """A row that is there before the first step."""
        self.born.setdefault(row, -1)
        self.size[row] = size

    def read(self, *row):
        """The step attends to a row or scores it."""
        assert row in self.born, f"{row} is read before it is written"
        self.reads[self.step] += self.size[row]
        self.may(*row)

    def may(self, *row):
        """The step could have gone over a row, so it has to be there."""
        self.used[row] = 2 * self.step + 1

    def fold(self, *row):
        """The step merges a row before it attends."""
        assert row in self.born, f"{row} is merged before it is written"
        self.used[row] = max(self.used.get(row, 0), 2 * self.step)

    def alive(self, step, *, after=False):
        """The elements that are there while a step attends, or between it and the next."""
        moment = 2 * step + 1
        return sum(
            self.size[row]
            for row, born in self.born.items()
            if born <= moment and (self.used.get(row, -1) > moment if after else self.used.get(row, -1) >= moment)
        )


def run(reference, sizes, steps, beyond):
    """(stored, between, read, written) after each step; `beyond` further steps show which rows are still needed."""
    cache = Cache()
    for q in range(steps + beyond):
        cache.step = q
        reference(cache, q, sizes)
    return [(cache.alive(q), cache.alive(q, after=True), cache.reads[q], cache.writes[q]) for q in range(steps)]
