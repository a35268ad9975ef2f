"""The quantities of a stack: stored, read, written, growth, state, ripple and peak, as sums over its tensors.

Each is layers * bytes of a row * rows, in bytes of one sequence. The rows come from the masks; growth is the limit of
stored/S, and stored(S) = growth*S + p(S) with p periodic in the end: state is its maximum, ripple how far it swings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import lcm
from typing import Literal

from symkv.caches.masks import Wave
from symkv.caches.model import CachedTensor, Part, Stack
from symkv.caches.rates import rate_of, sign
from symkv.caches.rows import format_of, read_once, row_bytes, times
from symkv.errors import BadInput, Undecided
from symkv.formula import Formula, max
from symkv.units import ROW_FORMATS, rational

ZERO = Formula.of(0)
MOST_POINTS = 200_000


@dataclass(frozen=True)
class Sum:
    """A quantity that is a plain sum: whose layers count, and how many rows of a tensor."""

    who: Literal["owners", "readers"]
    rows: Callable[[CachedTensor], str]
    words: str


SUMS: dict[str, Sum] = {
    "stored": Sum("owners", lambda t: t.mask.kept, "bytes held while the step to S tokens runs"),
    "between": Sum("owners", lambda t: t.mask.between, "bytes that stay between two steps"),
    "read": Sum("readers", lambda t: t.touched, "bytes that one decode step reads, each reader counted"),
    "read_fused": Sum("owners", lambda t: t.touched, "bytes read when all readers of one cache share the read"),
    "written": Sum("owners", lambda t: t.mask.written, "bytes that one decode step writes"),
    "growth": Sum("owners", lambda t: t.mask.growth, "bytes stored per token of context: lim stored/S"),
    "read_growth": Sum("readers", lambda t: _rate(t.touched), "bytes read per token of context: lim read/S"),
}
WHOLE: dict[str, Callable[[Stack], Formula]] = {
    "state": lambda stack: _state(stack),
    "ripple": lambda stack: _ripple(stack),
    "peak": lambda stack: _peak(stack),
}
QUANTITIES: dict[str, str] = {
    **{name: entry.words for name, entry in SUMS.items()},
    "state": "bytes that stay whatever the length: max(stored - growth*S) in the long run",
    "ripple": "how far stored swings about its growth in the long run",
    "peak": "largest stored up to S",
}


def quantity(stack: Stack, name: str, *, tp: int | None = None) -> Formula:
    """A quantity of a stack in bytes of one sequence, as the sum over its tensors, in written order.

    With `tp`, the bytes that one of tp ranks holds: heads are split, single heads replicate. Raises `BadInput` for an
    unknown quantity, `Undecided` where saw-teeth of several lengths leave no closed form while a symbol is open.

    >>> from symkv.variants import variant
    >>> str(variant("gqa").growth)
    'n_layers*n_kv_heads*d_head*bytes_per_element + n_layers*n_kv_heads*d_head*bytes_per_element'
    """
    if name in WHOLE and tp is None:
        return WHOLE[name](stack)
    if name not in SUMS:
        raise BadInput(f"a quantity must be one of {', '.join(QUANTITIES)}, got {name[:40]!r}")
    return _sum(_terms(stack, SUMS[name], tp))


def _terms(stack: Stack, entry: Sum, tp: int | None) -> Iterator[Formula]:
    """layers * bytes of a row * rows of each tensor; a key and its value, which differ in name only, share one."""
    found: dict[tuple[object, ...], Formula] = {}
    for part, tensor in _tensors(stack):
        count = read_once(entry.rows(tensor))
        if count.is_number(0):
            continue
        code = format_of(tensor, stack.formats)
        key = (id(part), tensor.shape, code, tensor.part if code in ROW_FORMATS else None)
        if key not in found:
            row = _row(stack, part, tensor, who=entry.who, tp=tp)
            found[key] = times(row, count.substitute(part.values))
        yield found[key]


def _tensors(stack: Stack) -> Iterator[tuple[Part, CachedTensor]]:
    return ((part, tensor) for part in stack.parts for tensor in part.tensors)


def _row(stack: Stack, part: Part, tensor: CachedTensor, *, who: str = "owners", tp: int | None = None) -> Formula:
    """The bytes of one row in all layers that keep it, or that read it."""
    layers, values = tensor.layers, part.values
    if who == "readers":
        layers = tensor.readers or layers
        values = values if part.readers is None else {**values, "n_layers": part.readers}
    return times(read_once(layers).substitute(values), row_bytes(tensor, part, stack.formats, tp=tp))


def _sum(terms: Iterator[Formula]) -> Formula:
    total = next(terms, ZERO)
    for term in terms:
        total = total + term
    return total


def _rate(text: str) -> str:
    return str(rate_of(read_once(text)))


# -- saw-teeth -------------------------------------------------------------------------------------------------------

Teeth = dict[tuple[str, str], Formula]  # (modulus, start): bytes more for each token


def _level(stack: Stack) -> Formula:
    """What is constant in stored - growth*S in the long run."""
    return _sum(
        times(_row(stack, part, tensor), read_once(tensor.mask.level).substitute(part.values))
        for part, tensor in _tensors(stack)
        if tensor.mask.level != "0"
    )


def _teeth(stack: Stack) -> Teeth:
    """The saw-teeth of a stack by length and start, each with its slope in bytes."""
    found: Teeth = {}
    for part, tensor in _tensors(stack):
        if (wave := tensor.mask.wave) is None:
            continue
        modulus, start, slope = (
            read_once(text).substitute(part.values) for text in (wave.modulus, wave.start, wave.slope)
        )
        if not modulus.names and not start.names:
            start = Formula.of(start.evaluate({}) % modulus.evaluate({}))
        term, key = times(_row(stack, part, tensor), slope), (str(modulus), str(start))
        found[key] = found[key] + term if key in found else term
    return found


def _last(modulus: str) -> Formula:
    return read_once(f"({modulus}) - 1")


def _state(stack: Stack) -> Formula:
    teeth = _teeth(stack)
    level = _level(stack)
    if len(teeth) <= 1:
        for (modulus, _), slope in teeth.items():
            top = {">": times(_last(modulus), slope), "<": ZERO, "0": ZERO}.get(sign(slope))
            top = max(ZERO, times(_last(modulus), slope)) if top is None else top
            level = top if level.text == "0" else level if top.text == "0" else level + top
        return level
    return level + Formula.of(greatest(_swings(teeth)))


def _ripple(stack: Stack) -> Formula:
    teeth = _teeth(stack)
    if not teeth:
        return ZERO
    if len(teeth) > 1:
        swings = _swings(teeth)
        return Formula.of(greatest(swings) - min(swings))
    ((modulus, _), slope) = next(iter(teeth.items()))
    swing = times(_last(modulus), slope)
    found = {">": swing, "0": ZERO, "<": -swing}.get(sign(slope))
    return max(swing, -swing) if found is None else found


def _swings(teeth: Teeth) -> list[Fraction]:
    """The sum of all teeth where it can be largest or least: at the first and the last token of some tooth.

    Between those it is linear in S, so its extremes are there.
    """
    names = {n for (modulus, start), slope in teeth.items() for n in (*read_once(modulus).names, *slope.names)}
    names |= {n for _, start in teeth for n in read_once(start).names}
    if names:
        raise Undecided(f"saw-teeth of {len(teeth)} lengths have no closed form; give {', '.join(sorted(names))}")
    known = [(int(read_once(m).evaluate({})), int(read_once(s).evaluate({}))) for m, s in teeth]
    slopes = [Fraction(slope.evaluate({})) for slope in teeth.values()]
    period = lcm(*(modulus for modulus, _ in known))
    points = {place % period for modulus, start in known for place in _places(start, modulus, period) if place >= 0}
    return [
        sum(
            (slope * ((s - start) % modulus) for (modulus, start), slope in zip(known, slopes, strict=True)), Fraction()
        )
        for s in sorted(points)
    ]


def _places(start: int, modulus: int, period: int) -> Iterator[int]:
    if 2 * period // modulus > MOST_POINTS:
        raise Undecided(f"saw-teeth repeat together after {period} tokens only, which is too long to look through")
    for first in range(start, start + period, modulus):
        yield first
        yield first + modulus - 1


def _peak(stack: Stack) -> Formula:
    """The largest stored up to S: now, or at the end of the last tooth, where rows are about to be let go.

    Stored never falls but at the start of a tooth that is let go (`Variant.falls`), and what it has at the end of one
    never falls from tooth to tooth. So it is largest now or at the end of the last one; with several lengths that holds
    where each divides the next and the long teeth end together with short ones, and anything else is refused.
    """
    stored = quantity(stack, "stored")
    falling = _falling(stack)
    ordered = sorted(falling, key=lambda tooth: read_once(tooth[0]).evaluate({})) if len(falling) > 1 else falling
    for (small, first), (large, second) in pairwise(ordered):
        m, n = (int(read_once(text).evaluate({})) for text in (small, large))
        gap = int(read_once(second).evaluate({})) - int(read_once(first).evaluate({}))
        if n % m or gap % m:
            raise Undecided(f"the peak has no closed form where teeth of {m} and {n} tokens do not end together")
    result = [stored]
    for modulus, start in ordered:
        last = Formula.parse(f"max(1, n_tokens - mod(n_tokens - ({start}) + 1, {modulus}))")
        result.append(stored.substitute({"n_tokens": last}))
    return max(*result) if len(result) > 1 else stored


def peak_at(stack: Stack, tokens: int) -> Fraction:
    """The largest stored up to a number of tokens, all sizes being numbers: found at the ends of the teeth.

    Looking back over one common period of all teeth is enough, for stored never falls from period to period.
    Raises `Undecided` where that period has too many teeth to look through.
    """
    stored = quantity(stack, "stored")
    teeth = [(int(read_once(m).evaluate({})), int(read_once(s).evaluate({}))) for m, s in _falling(stack)]
    period = lcm(*(modulus for modulus, _ in teeth))
    places = {tokens}
    for modulus, start in teeth:
        last = tokens - (tokens - start + 1) % modulus
        if min(period, tokens) // modulus > MOST_POINTS:
            raise Undecided(f"saw-teeth repeat together after {period} tokens only, which is too long to look through")
        places |= set(range(last, max(0, tokens - period), -modulus))
    return greatest([Fraction(stored.evaluate({"n_tokens": place})) for place in places])


def _falling(stack: Stack) -> list[tuple[str, str]]:
    """(modulus, start) of the teeth that are let go; `Undecided` for several while they have open symbols."""
    found: dict[tuple[str, str], None] = {}
    for part, tensor in _tensors(stack):
        wave = tensor.mask.wave
        if wave is not None and wave.slope == "1":
            modulus, start = _given(wave, part)
            found[str(modulus), str(start)] = None
    if len(found) > 1 and any(read_once(text).names for key in found for text in key):
        raise Undecided("the peak of saw-teeth of several lengths has no closed form; give their lengths")
    return list(found)


def _given(wave: Wave, part: Part) -> tuple[Formula, Formula]:
    return read_once(wave.modulus).substitute(part.values), read_once(wave.start).substitute(part.values)


def greatest(values: list[Fraction]) -> Fraction:
    """The greatest of some numbers as exact numbers."""
    return sorted(values)[-1]


def number(formula: Formula, values: Mapping[str, int | Fraction]) -> int | str | None:
    """The exact value as JSON carries it, or None while a symbol is open."""
    return None if set(formula.names) - set(values) else rational(formula.evaluate(values))
