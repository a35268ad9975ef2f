"""What figures show, as exact data: whole numbers and `Fraction`s that symkv computed; floats begin in the drawing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import cast

Number = int | Fraction
Rows = tuple[tuple[int, int], ...]  # spans (first, end) of tokens, the end not included

WORDS = {
    "stored": "bytes stored",
    "between": "bytes stored between steps",
    "peak": "largest bytes stored",
    "read": "bytes read per step",
    "read_fused": "bytes read per step, shared reads once",
    "written": "bytes written per step",
    "growth": "bytes stored per token",
    "read_growth": "bytes read per token of context",
    "state": "bytes of state",
    "ripple": "bytes of ripple",
}


class Drawn:
    """What a notebook shows of a figure: the drawing, or its text form without matplotlib."""

    def _repr_html_(self) -> str:
        from symkv.figures.export import shown

        return shown(cast("Figure", self))


@dataclass(frozen=True)
class Curve:
    """Bytes of one quantity of one model or variant at some context lengths; every point is exact.

    `formula` is bytes in n_tokens. Between two points the drawing is a straight line; the points hold both sides of
    every edge that the formula has there, as far as they can be told apart on paper.
    """

    name: str
    of: str
    formula: str
    points: tuple[tuple[int, Fraction], ...]


@dataclass(frozen=True)
class Crossover:
    """Where another curve becomes the lower one: `before` needs less up to `until`, `after` from `since` on.

    In between, if there is anything, both need the same or take turns. `at` and `bytes` say where it is drawn.
    """

    of: str
    before: str
    after: str
    until: int
    since: int
    at: int
    bytes: Fraction

    @property
    def words(self) -> str:
        """The crossover as a sentence."""
        gap = self.since - self.until - 1
        alike = f", both the same at {self.at}" if gap == 1 else f", in turns from {self.until + 1}" if gap else ""
        return f"{self.after} needs less than {self.before} from {self.since} tokens on{alike}"


@dataclass(frozen=True)
class Curves(Drawn):
    """Bytes against context, log-log; `crossovers` are exact and all there are within the range of tokens.

    `turns` are pairs of which now one, now the other needs less, from some length on for ever; `undecided` names pairs
    whose crossovers symkv could not tell.
    """

    title: str
    tokens: tuple[int, int]
    batch: int
    curves: tuple[Curve, ...]
    crossovers: tuple[Crossover, ...] = ()
    turns: tuple[tuple[str, str, int], ...] = ()
    undecided: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Point:
    """Bytes stored and bytes read per step of one model or variant."""

    name: str
    stored: Fraction
    read: Fraction


@dataclass(frozen=True)
class Points(Drawn):
    """Stored against read at one context length, a point for each model or variant."""

    title: str
    tokens: int
    batch: int
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Design:
    """One design of a lattice: where it stands, what it takes, and by how much it misses (0: it meets the target)."""

    x: Number
    y: Number
    bytes: Fraction
    miss: Fraction
    values: Mapping[str, Number]


@dataclass(frozen=True)
class Series:
    """The designs that agree in every symbol but the two axes; `level` holds (x, y) with exactly the target's bytes."""

    label: str
    hits: tuple[Design, ...]
    near: tuple[Design, ...]
    level: tuple[tuple[Fraction, Fraction], ...]


@dataclass(frozen=True)
class Lattice(Drawn):
    """The designs of a box that meet a target, and those that miss it by at most `within` of it.

    `x` and `y` are symbols (`y` may be ""), `xs` and `ys` their values, `rates` the dtypes of widths in bytes. `low`
    and `high` are the bytes of the target, equal where it is one number.
    """

    title: str
    of: str
    formula: str
    x: str
    y: str
    xs: tuple[Number, ...]
    ys: tuple[Number, ...]
    low: Fraction
    high: Fraction
    within: Fraction
    series: tuple[Series, ...]
    rates: Mapping[str, str]


@dataclass(frozen=True)
class Kind:
    """What a layer of one kind keeps after some tokens: spans of tokens whose rows are kept, and those it reads.

    `rows` counts the kept rows, each of which stands for `stride` tokens; with `stride` 0 they stand for none: a state,
    or rows of an encoder.
    """

    label: str
    kept: Rows
    read: Rows
    rows: int
    stride: int = 1


@dataclass(frozen=True)
class Layer:
    """One layer: its kinds by place, and for each the layer whose cache it reads (itself where it keeps one)."""

    kinds: tuple[int, ...]
    sources: tuple[int, ...]


@dataclass(frozen=True)
class Layers(Drawn):
    """Layers down, tokens across: which tokens each layer keeps, and whose cache it reads.

    `ordered` says whether the layers stand in the order of the model; else they are grouped by kind. `sizes` are small
    sizes that were put in for symbols that are open, to have something to draw.
    """

    title: str
    tokens: int
    kinds: tuple[Kind, ...]
    layers: tuple[Layer, ...]
    ordered: bool
    sizes: Mapping[str, int]


Figure = Curves | Points | Lattice | Layers
