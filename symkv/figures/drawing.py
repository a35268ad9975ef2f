"""The drawings: one function for each kind of figure, on a matplotlib figure that is one column wide."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from symkv.figures.data import WORDS, Crossover, Curves, Figure, Lattice, Number, Points
from symkv.figures.drawing_layers import draw_layers
from symkv.figures.lattice import axis
from symkv.figures.scales import Units, amount, bounds, byte_words, length, ticks, token_words
from symkv.figures.style import COLOURS, COLUMN, INK, LETTER, LINES, MARKERS, wrapped
from symkv.units import rational

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

MOST_LABELS = 4
MOST_DOTS = 1500
EDGE = Fraction(9, 5)  # around the points of a plane, so that no tick stands on its edge


def draw(figure: Figure, *, units: Units, width: float = COLUMN) -> Canvas:
    """The matplotlib figure, `width` inches wide; to be called inside the style of `export`."""
    from matplotlib.figure import Figure as Canvas

    canvas = Canvas(figsize=(width, width * 0.72), layout="constrained")
    if not isinstance(figure, Curves | Points | Lattice):
        draw_layers(figure, canvas, units)
        return canvas
    axes = canvas.add_subplot()
    _DRAW[type(figure)](figure, axes, units)
    _legend(canvas, axes, width)
    return canvas


def _legend(canvas: Canvas, axes: Axes, width: float) -> None:
    """Below the axes, in two columns where the names are short; the figure grows by its rows."""
    handles, labels = axes.get_legend_handles_labels()
    columns = 2 if len(labels) > 1 and max(map(len, labels)) * LETTER + 0.45 < width / 2 else 1
    labels = wrapped(labels, width - 0.55)
    rows = -(-sum(label.count("\n") + 1 for label in labels) // columns)
    canvas.set_size_inches(width, width * 0.66 + 0.15 * rows)
    canvas.legend(
        handles,
        labels,
        loc="outside lower center",
        ncols=columns,
        borderaxespad=0.2,
        labelspacing=0.25,
        columnspacing=1,
    )


def _log(axes: Axes, which: str, values: Sequence[tuple[Number, str]]) -> None:
    """A log axis with the given ticks and no other."""
    side = axes.xaxis if which == "x" else axes.yaxis
    (axes.set_xscale if which == "x" else axes.set_yscale)("log", base=2)
    side.set_ticks([float(value) for value, _ in values], [label for _, label in values])
    side.set_ticks([], minor=True)


# -- curves and points -------------------------------------------------------------------------------------------------


def _curves(figure: Curves, axes: Axes, units: Units) -> None:
    low, high = bounds([value for curve in figure.curves for _, value in curve.points])
    names = list(dict.fromkeys(curve.name for curve in figure.curves))
    kinds = {curve.of for curve in figure.curves}
    for curve in figure.curves:
        number, second = names.index(curve.name), len(kinds) > 1 and curve.of == "read"
        points = [(x, float(y)) for x, y in curve.points if y > 0]
        xs = [x for x, _ in points]
        axes.plot(
            xs,
            [y for _, y in points],
            color=COLOURS[number],
            linestyle=LINES[int(second) if len(kinds) > 1 else number],
            marker=MARKERS[number],
            markevery=_sparse(xs, number + 3 * second),
            markerfacecolor="none" if second else COLOURS[number],
            markeredgewidth=0.7,
            label=", ".join([curve.name] * (len(names) > 1 or len(kinds) == 1) + [curve.of] * (len(kinds) > 1)),
        )
    _log(axes, "x", ticks(*figure.tokens, units, 6, of="tokens"))
    _log(axes, "y", ticks(low, high, units, 6, of="bytes"))
    axes.grid(True)
    axes.margins(x=0.02, y=0.06)
    _crossovers(figure, axes, units)
    what = figure.title.partition(":")[0] if len(kinds) == 1 else "bytes"
    many = f", {figure.batch} sequences" if figure.batch > 1 else ""
    axes.set_xlabel(f"tokens of context ({token_words(units)})")
    _headed(axes, f"{what}{many} ({byte_words(units, high)})")


def _headed(axes: Axes, words: str) -> None:
    """What the upright axis shows, in a line above it that starts at the left edge: easier to read than turned."""
    axes.figure.suptitle(words, x=0.01, ha="left", fontsize=7.5)


def _sparse(xs: Sequence[int], shift: int) -> list[int]:
    """The places of a few markers, evenly on a log scale and not where another curve has its own."""
    from math import log2

    low, high = log2(xs[0]), log2(xs[-1])
    found = []
    for step in range(5):
        wanted = low + (high - low) * (step + 0.2 + 0.13 * (shift % 6)) / 5
        found.append(min(range(len(xs)), key=lambda place: abs(log2(xs[place]) - wanted)))
    return sorted(set(found))


def _crossovers(figure: Curves, axes: Axes, units: Units) -> None:
    marked = figure.crossovers
    if not marked:
        return
    apart = any(one.of == "stored and read" for one in marked)
    axes.plot(
        [one.at for one in marked],
        [float(one.bytes) for one in marked],
        linestyle="none",
        marker="o",
        markersize=6.5 if len(marked) <= MOST_LABELS else 4.5,
        markerfacecolor="none",
        markeredgecolor=INK,
        markeredgewidth=0.9,
        label="where they part" if apart else "crossover" if len(marked) == 1 else "crossovers",
        zorder=5,
    )
    taken = [(*_place(figure, one), _RING, _RING) for one in marked]
    for one in list({one.at: one for one in marked}.values())[:MOST_LABELS]:
        label = length(one.at, units)
        found = _room(_place(figure, one), _LETTER * len(label), taken)
        if found is None:
            continue  # the description and the data have it
        right, up, box = found
        taken.append(box)
        axes.annotate(
            label,
            (one.at, float(one.bytes)),
            xytext=(5 * right, (4 if right else 6) * up),
            textcoords="offset points",
            ha=("center", "left", "right")[right],
            va="bottom" if up > 0 else "top",
            fontsize=6.5,
        )


_RING, _LETTER, _LINE = 0.1, 0.06, 0.12  # inches: a marked crossover, a letter of its label, and its height
_Box = tuple[float, float, float, float]  # middle, width and height


def _room(at: tuple[float, float], wide: float, taken: Sequence[_Box]) -> tuple[int, int, _Box] | None:
    """On which side of a crossover its label covers nothing and is nearer to it than to any other."""
    for right, up in ((1, -1), (-1, 1), (1, 1), (-1, -1), (0, -1), (0, 1)):
        x, y = at[0] + right * (0.07 + wide / 2), at[1] + up * ((0.055 if right else 0.08) + _LINE / 2)
        free = all(abs(x - a) > (wide + w) / 2 or abs(y - b) > (_LINE + h) / 2 for a, b, w, h in taken)
        own = min(taken, key=lambda box: (x - box[0]) ** 2 + (y - box[1]) ** 2)[:2] == at
        if free and own and x - wide / 2 > 0 and y - _LINE / 2 > -0.05:
            return right, up, (x, y, wide, _LINE)
    return None


def _place(figure: Curves, one: Crossover) -> tuple[float, float]:
    """About where a crossover is, in inches from the corner of axes of a usual size."""
    from math import log2

    low, high = bounds([value for curve in figure.curves for _, value in curve.points])
    wide, tall = log2(figure.tokens[1] / figure.tokens[0]) or 1, log2(high / low) or 1
    return 2.35 * log2(one.at / figure.tokens[0]) / wide, 1.5 * log2(one.bytes / low) / tall


def _points(figure: Points, axes: Axes, units: Units) -> None:
    stored = bounds([point.stored for point in figure.points])
    read = bounds([point.read for point in figure.points])
    low, high = min(stored[0], read[0]), max(stored[1], read[1])
    diagonal = [float(low / EDGE), float(high * EDGE)]
    axes.plot(diagonal, diagonal, color=INK, alpha=0.45, linewidth=0.7, label="read = stored")
    for number, point in enumerate(figure.points):
        axes.plot(
            [float(point.stored)],
            [float(point.read)],
            color=COLOURS[number],
            marker=MARKERS[number],
            markersize=5.5,
            linestyle="none",
            label=point.name,
        )
    _log(axes, "x", ticks(max(1, int(stored[0] / EDGE)), int(stored[1] * EDGE), units, 5, of="bytes"))
    _log(axes, "y", ticks(max(1, int(read[0] / EDGE)), int(read[1] * EDGE), units, 6, of="bytes"))
    axes.set_xlim(float(stored[0] / EDGE), float(stored[1] * EDGE))
    axes.set_ylim(float(read[0] / EDGE), float(read[1] * EDGE))
    axes.grid(True)
    axes.set_xlabel(f"bytes stored at {length(figure.tokens, units)} tokens ({token_words(units)})")
    _headed(axes, f"bytes read per step ({byte_words(units, high)})")


# -- designs -----------------------------------------------------------------------------------------------------------


def _lattice(figure: Lattice, axes: Axes, units: Units) -> None:
    ys = figure.ys if figure.y else (0,)
    if len(figure.xs) * len(ys) <= MOST_DOTS:
        grid = [(float(x), float(y)) for x in figure.xs for y in ys]
        axes.plot(*zip(*grid, strict=True), linestyle="none", marker=".", markersize=1.2, color=INK, alpha=0.35)
    for number, one in enumerate(figure.series):
        colour, size = COLOURS[number], 6.4 - 0.9 * number
        if one.level:
            axes.plot(
                [float(x) for x, _ in one.level],
                [float(y) for _, y in one.level],
                color=colour,
                linestyle=LINES[number],
                linewidth=0.8,
            )
        for designs, face, words in ((one.hits, colour, "meets"), (one.near, "none", "within")):
            if not designs and (words == "within" or one.near):
                continue
            name = f"{one.label}: " if one.label else ""
            told = f"{len(designs)} {'meet' if len(designs) != 1 else 'meets'} the target"
            told = told if words == "meets" else f"{len(designs)} within {rational(100 * figure.within)} %"
            axes.plot(
                [float(design.x) for design in designs],
                [float(design.y) for design in designs],
                linestyle="none",
                marker=MARKERS[number],
                markersize=size if words == "meets" else size - 1,
                color=colour,
                markerfacecolor=face,
                markeredgewidth=0.9,
                label=f"{name}{told}",
                zorder=4 + number,
            )
    _values(axes, "x", figure.xs, figure)
    axes.set_xlabel(axis(figure.x))
    if figure.y:
        _values(axes, "y", figure.ys, figure)
        axes.set_ylabel(axis(figure.y))
    else:
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
    low, high = (f"{rational(end)} B ({amount(end, units)})" for end in (figure.low, figure.high))
    _headed(axes, f"{WORDS.get(figure.of, figure.of)}: {low}" + (f" to {high}" if low != high else ""))
    if not any(one.hits or one.near for one in figure.series):
        axes.text(0.5, 0.5, "no design meets it", transform=axes.transAxes, ha="center")


def _values(axes: Axes, which: str, values: Sequence[Number], figure: Lattice) -> None:
    """Ticks at values of a symbol; a log axis where they span more than sixteenfold."""
    name = figure.x if which == "x" else figure.y
    log = values[0] > 0 and values[-1] >= 16 * values[0]
    if log:
        powers = [value for value in values if _power(Fraction(value) / Fraction(values[0]))]
        shown = powers if len(powers) >= 3 else list(values)
    else:
        shown = list(values)
    step = -(-len(shown) // 9)
    labels = [(value, str(rational(value))) for value in shown[::step]]
    if name == "bytes_per_element":
        labels = [(value, figure.rates.get(label, label)) for value, label in labels]
    if log:
        _log(axes, which, [(value, label) for value, label in labels])
        return
    (axes.set_xticks if which == "x" else axes.set_yticks)(
        [float(v) for v, _ in labels], [label for _, label in labels]
    )


def _power(value: Fraction) -> bool:
    return value.denominator == 1 and value.numerator.bit_count() == 1


_DRAW: dict[type, Callable[[Any, Axes, Units], None]] = {Curves: _curves, Points: _points, Lattice: _lattice}
