"""The drawing of what each layer keeps: layers down, tokens across, brackets from readers to their cache's owner."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from symkv.figures.data import Kind, Layers
from symkv.figures.scales import Units, length, round_step, token_words
from symkv.figures.style import COLOURS, HATCHES, INK, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

_TALL, _THIN = 0.78, 0.3  # of a layer's place: one that keeps a cache, one that reads another's
_MOST_LANES = 6
_MOST_ROWS = 32


def draw_layers(figure: Layers, canvas: Canvas, units: Units) -> None:
    """The picture of the layers, its height by their number."""
    from matplotlib.patches import Patch

    width = float(canvas.get_size_inches()[0])
    many = len(figure.layers)
    kinds = [_said(kind) for kind in figure.kinds]
    hollow = any(kind.stride and kind.kept != kind.read for kind in figure.kinds)
    shared = any(source != number for number, layer in enumerate(figure.layers) for source in layer.sources)
    notes = ["outlined: kept and not read by this step"] * hollow
    notes += ["thin: reads the cache that the bracket leads to"] * shared
    labels = wrapped([*kinds, *notes], width - 0.45)
    bands = max((len(layer.kinds) for layer in figure.layers), default=1)
    tall = min(6.5, max(0.9, 0.075 * many * (1 + bands) / 2 + 0.3))
    canvas.set_size_inches(width, 0.55 + tall + 0.15 * sum(label.count("\n") + 1 for label in labels))
    axes = canvas.add_subplot()
    state = 0.05 * figure.tokens if any(not kind.stride for kind in figure.kinds) else 0.0
    for number, layer in enumerate(figure.layers):
        height = 1 / len(layer.kinds) if layer.kinds else 1
        for place, (kind, source) in enumerate(zip(layer.kinds, layer.sources, strict=True)):
            middle = number - 0.5 + (place + 0.5) * height
            size = height * (_TALL if source == number else _THIN)
            _bar(axes, figure.kinds[kind], kind, middle, size, state)
    lanes = _brackets(axes, figure)
    axes.set_xlim(-1.5 * state, figure.tokens * (1 + 0.02 * (lanes + bool(lanes))))
    axes.set_ylim(many - 0.4, -0.6)
    _ticks(axes, figure, units)
    axes.set_xlabel(f"tokens ({token_words(units)})" if figure.tokens >= 1000 else "tokens")
    axes.set_ylabel("layer" if figure.ordered else "layers, by kind")
    handles: list[Any] = [tuple(Patch(**look) for look in _looks(number)) for number in range(len(kinds))]
    handles += [Patch(facecolor="none", edgecolor=INK, linewidth=0.7)] * hollow
    handles += [Patch(facecolor=INK, alpha=0.6, linewidth=0)] * shared
    canvas.legend(handles, labels, loc="outside lower left", borderaxespad=0.2, labelspacing=0.3, handlelength=1.6)


def _said(kind: Kind) -> str:
    rows = f"{kind.rows} {'row' if kind.rows == 1 else 'rows'}"
    return f"{kind.label}: {rows}" + (f" of {kind.stride} tokens" if kind.stride > 1 else "")


def _looks(number: int) -> list[dict[str, Any]]:
    """A tint and its hatch as patches of their own: in SVG the tint's transparency would thin the hatch out too."""
    colour, hatch = COLOURS[number % len(COLOURS)], HATCHES[(number + number // len(COLOURS)) % len(HATCHES)]
    if not hatch:
        return [{"facecolor": colour, "edgecolor": colour, "linewidth": 0.4}]
    return [
        {"facecolor": (colour, 0.2), "edgecolor": "none", "linewidth": 0},
        {"facecolor": "none", "edgecolor": colour, "linewidth": 0.5, "hatch": hatch},
    ]


def _bar(axes: Axes, kind: Kind, number: int, middle: float, size: float, state: float) -> None:
    hollow = {"facecolor": "none", "edgecolor": COLOURS[number % len(COLOURS)], "linewidth": 0.5}
    if not kind.stride:
        _boxes(axes, [(-1.3 * state, state)], middle, size, _looks(number))
    for spans, looks in ((kind.kept, [hollow]), (kind.read, _looks(number))):
        for start, end in spans if kind.stride else ():
            _boxes(axes, _apart(start, end, kind.stride), middle, size, looks)


def _boxes(
    axes: Axes, spans: Sequence[tuple[float, float]], middle: float, size: float, looks: Sequence[dict[str, Any]]
) -> None:
    from matplotlib.patches import Rectangle

    for at, wide in spans:
        for look in looks:
            axes.add_patch(Rectangle((at, middle - size / 2), wide, size, **look))


def _apart(start: int, end: int, stride: int) -> list[tuple[float, float]]:
    """A span as (start, width), row by row where the rows stand for several tokens and are few."""
    if stride < 2 or end - start > _MOST_ROWS * stride:
        return [(start, end - start)]
    gap = 0.06 * stride
    return [(at + gap, min(stride, end - at) - 2 * gap) for at in range(start, end, stride)]


def _brackets(axes: Axes, figure: Layers) -> int:
    """A bracket beside the layers for each cache that others read, in as many lanes as do not meet; how many lanes."""
    readers: dict[int, list[int]] = {}
    for number, layer in enumerate(figure.layers):
        for source in dict.fromkeys(layer.sources):
            if source != number:
                readers.setdefault(source, []).append(number)
    lanes: list[int] = []  # the last layer of each
    for source, found in sorted(readers.items()):
        lane = next((place for place, last in enumerate(lanes) if last < source), len(lanes))
        if lane >= _MOST_LANES:
            continue
        lanes[lane : lane + 1] = [found[-1]]
        x, step = figure.tokens * (1.012 + 0.02 * lane), figure.tokens * 0.008
        axes.plot([x - step, x, x], [source, source, found[-1]], color=INK, linewidth=0.8, clip_on=False)
        for reader in found:
            axes.plot([x - step, x], [reader, reader], color=INK, linewidth=0.5, clip_on=False)
    return len(lanes)


def _ticks(axes: Axes, figure: Layers, units: Units) -> None:
    many, tokens = len(figure.layers), figure.tokens
    step = next(s for s in (1, 2, 4, 5, 8, 10, 16, 20, 32, 64, 128) if many <= 10 * s or s == 128)
    axes.set_yticks(range(0, many, step))
    places = range(0, tokens + 1, round_step(tokens, units))
    labels = [length(place, units) if place else "0" for place in places]
    plain = any(label.isdigit() for label in labels[1:])  # all in full, or all in Ki
    axes.set_xticks(places, list(map(str, places)) if plain else labels)
    axes.tick_params(axis="y", length=2)
