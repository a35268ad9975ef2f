"""A figure in words and as plain data: its alternative text, its notes, and what `--json` prints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from fractions import Fraction
from typing import Any

from symkv.figures.data import Crossover, Curves, Figure, Lattice, Layers, Points
from symkv.figures.lattice import counted
from symkv.figures.scales import Units, amount, length
from symkv.units import rational

MOST_SAID = 6


def alt(figure: Figure, *, units: Units = "binary") -> str:
    """One sentence that says what the figure shows, for those who can't see it.

    >>> from symkv.models import resolve
    >>> from symkv.figures.curves import context_figure
    >>> alt(context_figure([resolve("gemma-3-27b").coded({"kv": "bf16"})], tokens=(1024, 131072)))
    'Bytes stored against context, 1Ki to 128Ki tokens: gemma-3-27b from 496 MiB to 10.41 GiB.'
    """
    return _ALT[type(figure)](figure, units)


def _curves(figure: Curves, units: Units) -> str:
    low, high = (length(end, units) for end in figure.tokens)
    of = list(dict.fromkeys(curve.of for curve in figure.curves))
    what = figure.title.partition(":")[0]
    lines = [
        f"{curve.name}{f' {curve.of}' if len(of) > 1 else ''} from {amount(curve.points[0][1], units)} to "
        f"{amount(curve.points[-1][1], units)}"
        for curve in figure.curves
    ]
    found = crossings(figure)
    more = [f"{len(found) - MOST_SAID} more crossovers"] if len(found) > MOST_SAID else []
    notes = "; ".join([", ".join(lines), *found[:MOST_SAID], *more])
    return f"{what[:1].upper()}{what[1:]} against context, {low} to {high} tokens: {notes}."


def crossings(figure: Curves) -> list[str]:
    """The crossovers as sentences, those of a pair that cross more than twice as one."""
    pairs: dict[frozenset[str], list[Crossover]] = {}
    for one in figure.crossovers:
        pairs.setdefault(frozenset((one.before, one.after)), []).append(one)
    found = []
    for many in pairs.values():
        if len(many) <= 2:
            found += [(one.at, one.words) for one in many]
            continue
        first, last = many[0], many[-1]
        words = f"{first.after} and {first.before} cross {len(many)} times from {first.since} to {last.since} tokens"
        found.append((first.at, f"{words}, where {last.after} comes to need less"))
    found += [(since, f"{a} and {b} take turns from {since} tokens on") for a, b, since in figure.turns]
    return [words for _, words in sorted(found)]


def _points(figure: Points, units: Units) -> str:
    lines = [
        f"{point.name} stores {amount(point.stored, units)} and reads {amount(point.read, units)}"
        for point in figure.points
    ]
    return f"Bytes stored and bytes read per step at {length(figure.tokens, units)} tokens: {'; '.join(lines)}."


def _lattice(figure: Lattice, units: Units) -> str:
    bytes_ = amount(figure.low, units)
    asked = f"exactly {rational(figure.low)} B" if figure.low == figure.high else f"{bytes_} to "
    asked += "" if figure.low == figure.high else amount(figure.high, units)
    hits = [
        f"{figure.x} = {rational(hit.x)}"
        + (f" with {figure.y} = {rational(hit.y)}" if figure.y else "")
        + (f" and {one.label}" if one.label else "")
        for one in figure.series
        for hit in one.hits
    ]
    more = [f"and {len(hits) - MOST_SAID} more"] if len(hits) > MOST_SAID else []
    listed = "; ".join([*hits[:MOST_SAID], *more]) or "none"
    return f"{figure.title}: {counted(figure)}; {asked} with {listed}."


def _layers(figure: Layers, units: Units) -> str:
    told: list[str] = []
    for number, kind in enumerate(figure.kinds):
        pairs = [
            (layer, source)
            for layer, entry in enumerate(figure.layers)
            for own, source in zip(entry.kinds, entry.sources, strict=True)
            if own == number
        ]
        owners = sum(layer == source for layer, source in pairs)
        rows = f"{kind.rows} {'row' if kind.rows == 1 else 'rows'}"
        read = f", {len(pairs) - owners} more read one of another layer" if len(pairs) > owners else ""
        told.append(f"{kind.label} in {owners} {'layer' if owners == 1 else 'layers'}, {rows} each{read}")
    head = f"{figure.title[:1].upper()}{figure.title[1:]}, {len(figure.layers)} layers"
    return f"{head}: {'; '.join(told)}."


_ALT: dict[type, Callable[[Any, Units], str]] = {Curves: _curves, Points: _points, Lattice: _lattice, Layers: _layers}


def data(figure: Figure) -> dict[str, Any]:
    """The figure as JSON carries it: numbers that are not whole as "p/q"."""
    return {"kind": KINDS[type(figure)], **_plain(asdict(figure))}


KINDS: dict[type, str] = {Curves: "context", Points: "read", Lattice: "designs", Layers: "layers"}


def _plain(value: Any) -> Any:
    match value:
        case bool() | str():
            return value
        case int() | Fraction():
            return rational(value)
        case dict():
            return {str(key): _plain(entry) for key, entry in value.items()}
        case list() | tuple() | range():
            return [_plain(entry) for entry in value]
    return value
