"""The figures of a self-test: a measured value beside the bound that it must keep, as data and as JSON."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from symkv.errors import BadInput
from symkv.strict_json import read_object

_HOLDS = {"=": operator.eq, ">=": operator.ge, "<": operator.lt}


@dataclass(frozen=True)
class Figure:
    """One measured number: what it is, the bound, whether it is kept, the seed, and what it is made of."""

    name: str
    value: float
    bound: str
    ok: bool
    seed: int
    detail: Mapping[str, Any] = field(default_factory=dict)

    def row(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def figure(name: str, value: float, bound: str, seed: int, **detail: Any) -> Figure:
    """A figure whose bound is written as a sign and a number.

    >>> figure("mutants that survived", 0, "= 0", 1).ok, figure("median, ms", 1.5, "< 1", 1).ok
    (True, False)
    """
    sign, _, limit = bound.partition(" ")
    return Figure(name, value, bound, bool(_HOLDS[sign](value, float(limit))), seed, detail)


def report(figures: Iterable[Figure]) -> dict[str, Any]:
    """The figures as the JSON that is printed and committed."""
    rows = [one.row() for one in figures]
    return {"symkv_selftest": 1, "figures": rows, "ok": all(row["ok"] for row in rows)}


def read(path: Path) -> dict[str, Figure]:
    """The figures of a committed report by name, also from what `selftest --json` prints; `BadInput` for no report."""
    data = read_object(path, "self-test report")
    try:
        return {row["name"]: Figure(**row) for row in data.get("result", data)["figures"]}
    except (KeyError, TypeError, AttributeError):
        raise BadInput(
            "a self-test report must hold `figures`, this has none; write it with `symkv selftest --full --json`",
            where=str(path),
        ) from None
