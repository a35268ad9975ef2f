"""The bundled models: condensed records of published configs, each with its source and the date of the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from symkv.caches import Stack
from symkv.models.config import from_config
from symkv.models.files import read_config

FOLDER = Path(__file__).parent / "bundled"


@dataclass(frozen=True)
class Record:
    """A published model: the fields of its config that the reader uses, where they were printed, and since when.

    `verified` says that the publisher's own file or paper was read, not copies of it.
    """

    name: str
    title: str
    source: str
    date: str
    verified: bool
    config: Mapping[str, Any]

    @property
    def family(self) -> str:
        """The kinds of layer in words."""
        kinds = {part.variant.family for part in self.stack.parts}
        return " and ".join(sorted(kinds))

    @cached_property
    def stack(self) -> Stack:
        """The model's layers, read by the reader of every config.json."""
        return replace(from_config(self.config), name=self.name, source=f"{self.source}, recorded {self.date}")


@cache
def bundled() -> tuple[Record, ...]:
    """Every bundled model, in alphabetical order.

    >>> next(record.title for record in bundled() if record.name == "llama-3.1-8b")
    'Llama 3.1 8B'
    """
    return tuple(record(name) for name in names())


@cache
def names() -> tuple[str, ...]:
    """The bundled names, without reading the records."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.json")))


@cache
def record(name: str) -> Record:
    """The record of a bundled name."""
    return _record(FOLDER / f"{name}.json")


def _record(path: Path) -> Record:
    return Record(name=path.stem, **read_config(path))
