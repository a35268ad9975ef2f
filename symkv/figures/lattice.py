"""The design lattice at a budget: the designs that meet a target, the near misses, and the level line between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from symkv import symbols
from symkv.caches import Stack
from symkv.errors import BadInput, Undecided
from symkv.figures.data import Design as Place
from symkv.figures.data import Lattice, Number, Series
from symkv.formula import Formula
from symkv.solve import Design, Designs, designs
from symkv.solve.box import RATE, Box
from symkv.solve.isolate import isolate
from symkv.units import DTYPES, rational

WITHIN = Fraction(1, 10)
MOST_SERIES, MOST_SHOWN = 6, 4096
_STEPS = 64  # of a level line


def designs_figure(
    stack: Stack,
    domains: Box,
    *,
    target: str | None = None,
    between: tuple[str, str] | None = None,
    where: Sequence[str] = (),
    of: str = "growth",
    tokens: int | None = None,
    batch: int = 1,
    formats: Sequence[str] = (),
    given: Mapping[str, Formula] | None = None,
    within: Fraction = WITHIN,
) -> Lattice:
    """Every design that meets a target or a band, and every one that misses it by at most `within`, on two axes.

    The axes are the first two free symbols of `domains`, `bytes_per_element` last; each choice of the others is a
    series of its own, of which there may be six. A target in KB, MB or GB is read as a power of 1024. Raises `BadInput`
    for what `designs` refuses and for more than is legible.

    >>> from symkv.variants import variant
    >>> stack = Stack.of(variant("gqa")).given({"d_head": Formula.of(128), "bytes_per_element": Formula.of(2)})
    >>> found = designs_figure(stack, {"n_layers": range(1, 9), "n_kv_heads": range(1, 9)}, target="4KiB")
    >>> [(hit.x, hit.y) for hit in found.series[0].hits], len(found.series[0].near)  # 4096/(2*128*2) = 8
    ([(1, 8), (2, 4), (4, 2), (8, 1)], 0)
    """
    if not domains:
        raise BadInput("a lattice needs free symbols, none has a range; write n_kv_heads=1..16 n_layers=1..8")
    more = {"where": where, "of": of, "tokens": tokens, "batch": batch, "formats": formats, "given": given}
    met = designs(stack, domains, target=target, between=between, **more)[0]  # type: ignore[arg-type]
    low, high = _ends(met)
    around = tuple(f"{rational(end)}B" for end in (low * (1 - within), high * (1 + within)))
    wide = designs(stack, domains, between=(around[0], around[1]), **more)[0]  # type: ignore[arg-type]
    if not (met.complete and wide.complete):
        raise Undecided("the search for designs was stopped before its end; a lattice shows all of them")
    if len(wide.points) > MOST_SHOWN:
        raise BadInput(f"a lattice shows up to {MOST_SHOWN} designs, there are {len(wide.points)}; narrow the ranges")
    names = sorted(
        met.reasons.box, key=lambda name: (name == RATE, list(domains).index(name) if name in domains else 99)
    )
    x, y = names[0], names[1] if len(names) > 1 else ""
    others = names[2:]
    choices = list(dict.fromkeys(tuple(design.values[name] for name in others) for design in wide.found))
    if len(choices) > MOST_SERIES:
        raise BadInput(f"{', '.join(others)} leave {len(choices)} series, legible are {MOST_SERIES}; fix one of them")
    rates = {str(rational(DTYPES[code].rate)): code for code in reversed(formats)}
    xs, ys = (_values(name, met, wide) if name else () for name in (x, y))
    series = tuple(_series(choice, others, wide.found, met, (x, y), (xs, ys), rates) for choice in sorted(choices))
    title = f"{stack.name}: designs with {met.limits[0].words}"
    return Lattice(title, of, str(met.formula), x, y, xs, ys, low, high, within, series, rates)


def _values(name: str, met: Designs, wide: Designs) -> tuple[Number, ...]:
    """The values of a symbol in the box, or those of the designs where the box is long."""
    box = met.reasons.box[name]
    return tuple(box) if len(box) <= MOST_SHOWN else tuple(sorted({design.values[name] for design in wide.found}))


def _ends(found: Designs) -> tuple[Fraction, Fraction]:
    if found.low is None or found.high is None:
        raise BadInput("a lattice needs --target SIZE or --between A B; write --target 2KiB")
    return found.low, found.high


def _series(
    choice: tuple[Number, ...],
    others: Sequence[str],
    wide: Sequence[Design],
    met: Designs,
    axes: tuple[str, str],
    values: tuple[tuple[Number, ...], tuple[Number, ...]],
    rates: Mapping[str, str],
) -> Series:
    """The designs that agree in the other symbols."""
    low, high = _ends(met)
    fixed = dict(zip(others, choice, strict=True))
    hits: list[Place] = []
    near: list[Place] = []
    for design in wide:
        if any(design.values[name] != value for name, value in fixed.items()):
            continue
        end = low if design.bytes < low else high if design.bytes > high else design.bytes
        miss = Fraction(design.bytes) / end - 1
        at = (design.values[axes[0]], design.values[axes[1]] if axes[1] else 0)
        (near if miss else hits).append(Place(*at, Fraction(design.bytes), miss, dict(design.values)))
    label = ", ".join(_label(name, value, rates) for name, value in fixed.items())
    level = _level(met.formula.substitute(fixed), axes, values, low) if low == high and all(values) else ()
    return Series(label, tuple(hits), tuple(near), level)


def _label(name: str, value: Number, rates: Mapping[str, str]) -> str:
    shown = str(rational(value))
    if name == RATE:
        return rates.get(shown, f"{shown} B per element")
    return f"{name} = {shown}"


def _level(
    formula: Formula, axes: tuple[str, str], values: tuple[tuple[Number, ...], tuple[Number, ...]], target: Fraction
) -> tuple[tuple[Fraction, Fraction], ...]:
    """Points (x, y) at which the formula is exactly the target; empty where there is no closed form."""
    (x, y), (xs, ys) = axes, values
    if x not in formula.names or y not in formula.names:
        return ()
    found = []
    try:
        form = isolate(formula, y, Formula.of(target))
        for step in range(_STEPS + 1):
            at = Fraction(xs[0]) + Fraction(xs[-1] - xs[0]) * step * step / (_STEPS * _STEPS)  # closer where it bends
            value = Fraction(form.evaluate({x: at})) if at > 0 else Fraction(-1)
            if ys[0] <= value <= ys[-1] and formula.evaluate({x: at, y: value}) == target:
                found.append((at, value))
    except (BadInput, Undecided):
        return ()
    return tuple(found)


def axis(name: str) -> str:
    """What an axis of designs is called: the word of the symbol and what it counts."""
    known = symbols.find(name)
    return name if known is None else f"{name} ({known.words})"


def counted(figure: Lattice) -> str:
    """How many designs meet the target."""
    many = sum(len(one.hits) for one in figure.series)
    near = sum(len(one.near) for one in figure.series)
    percent = rational(100 * figure.within)
    return f"{many} {'design meets' if many == 1 else 'designs meet'} the target, {near} more within {percent} % of it"
