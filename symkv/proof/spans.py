"""Where a relation in one whole symbol holds, and where a formula is least and greatest: exact for every length.

All other symbols are numbers; the spans are read off the kernel's normal form in one variable (`periodic`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from symkv.errors import Undecided
from symkv.formula import Formula, Relation
from symkv.proof.periodic import NotPeriodic, Wave, _choose, _Reader


@dataclass(frozen=True)
class Span:
    """The whole numbers from `start` to `end` (None: no end); with `residues` only those modulo `period`.

    >>> str(Span(3, None)), str(Span(1, 9)), str(Span(8, None, 4, (0, 1)))
    ('from 3 on', '1 to 9', 'from 8 on where mod 4 is 0 or 1')
    """

    start: int
    end: int | None
    period: int = 1
    residues: tuple[int, ...] = ()

    def __contains__(self, value: int) -> bool:
        inside = self.start <= value and (self.end is None or value <= self.end)
        return inside and (not self.residues or value % self.period in self.residues)

    def __str__(self) -> str:
        text = f"from {self.start} on" if self.end is None else f"{self.start} to {self.end}"
        if self.end == self.start:
            text = str(self.start)
        if not self.residues:
            return text
        shown = [str(residue) for residue in self.residues]
        few = " or ".join(shown) if len(shown) <= 6 else f"{', '.join(shown[:5])}, ... ({len(shown)} of them)"
        return f"{text} where mod {self.period} is {few}"


def spans(
    relation: Relation, name: str, *, lower: int = 1, known: Mapping[str, Fraction] | None = None
) -> tuple[Span, ...]:
    """Where the relation holds, as spans in order; `Undecided` where a side has no normal form in `name` alone.

    >>> [str(span) for span in spans(Relation.parse("min(S, 8) + 2 < S"), "S")]
    ['from 11 on']
    """
    try:
        truth = _Reader(name, lower, known or {}).truth(relation)
    except NotPeriodic as problem:
        raise Undecided(f"{relation} can't be solved for {name} alone: {problem}; give the other symbols") from None
    return _joined(_spans(truth))


def by_sign(formula: Formula, name: str, *, lower: int = 1) -> dict[str, tuple[Span, ...]]:
    """Where a formula is below, equal to and above 0, by sign: what `spans` finds, taken apart once for all three.

    >>> {sign: str(*found) for sign, found in by_sign(Formula.parse("S - 5"), "S").items()}
    {'<': '1 to 4', '=': '5', '>': 'from 6 on'}
    """
    try:
        reader = _Reader(name, lower, {})
        wave, none = reader.read(formula.tree), reader.number(Fraction(0))
        return {sign: _joined(_spans(_choose(wave, sign, reader.one, none))) for sign in ("<", "=", ">")}
    except NotPeriodic as problem:
        raise Undecided(f"the sign of {formula} can't be told for {name} alone: {problem}") from None


def extremes(formula: Formula, name: str, low: int, high: int) -> tuple[tuple[int, Fraction], tuple[int, Fraction]]:
    """(place, value) where a formula in one whole symbol is least and greatest from `low` to `high`.

    Piece by piece and residue by residue of the normal form the formula is linear, so that its ends are at the first
    and the last place of each; `Undecided` where it is not linear there.

    >>> extremes(Formula.parse("S - 8*floor(S/8)"), "S", 5, 20)  # a saw-tooth
    ((8, Fraction(0, 1)), (7, Fraction(7, 1)))
    """
    try:
        wave = _Reader(name, low, {}).read(formula.tree)
    except NotPeriodic as problem:
        raise Undecided(f"{formula} is not taken apart in {name} alone: {problem}; give {name} one value") from None
    places: set[int] = set()
    for piece, end in zip(wave, [*(later.start - 1 for later in wave[1:]), high], strict=True):
        last, period = min(end, high), len(piece.rows)
        for residue, row in enumerate(piece.rows):
            if len(row) > 2:
                raise Undecided(f"{formula} is not linear in {name} piece by piece; give {name} one value")
            first = piece.start + (residue - piece.start) % period
            if first <= last:
                places |= {first, last - (last - residue) % period}
    values = [(place, Fraction(formula.evaluate({name: place}))) for place in sorted(places)]
    return min(values, key=lambda pair: pair[1]), max(values, key=lambda pair: pair[1])


def _spans(truth: Wave) -> list[Span]:
    found = []
    for piece, end in zip(truth, [*(later.start - 1 for later in truth[1:]), None], strict=True):
        true = [residue for residue, row in enumerate(piece.rows) if row]
        if end is not None and end < piece.start:
            continue
        if len(true) == len(piece.rows):
            found.append(Span(piece.start, end))
        elif true:
            found.append(_trimmed(Span(piece.start, end, len(piece.rows), tuple(true))))
    return [span for span in found if span.end is None or span.end >= span.start]


def _trimmed(span: Span) -> Span:
    """A span that begins and ends with a number that it has."""
    start, end = span.start, span.end
    while start % span.period not in span.residues:
        start += 1
    while end is not None and end >= start and end % span.period not in span.residues:
        end -= 1
    if end is not None and (end - start < span.period or start == end):
        inside = [n for n in range(start, end + 1) if n % span.period in span.residues]
        if len(inside) == end - start + 1:
            return Span(start, end)
    return Span(start, end, span.period, span.residues)


def _joined(found: list[Span]) -> tuple[Span, ...]:
    """Neighbours without a gap between them as one."""
    joined: list[Span] = []
    for span in found:
        last = joined[-1] if joined else None
        alike = last is not None and (last.period, last.residues) == (span.period, span.residues)
        if last is not None and last.end is not None and alike and last.end + 1 >= span.start and not span.residues:
            joined[-1] = Span(last.start, span.end)
        else:
            joined.append(span)
    return tuple(joined)
