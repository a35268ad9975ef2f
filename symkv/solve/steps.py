"""Exact inverses of step functions: all whole values of one symbol that meet a target, as spans.

Where the symbol stands inside min, max, ceil, floor or mod there is no closed form, and a target is met by a span of
values, by several, or by none because the curve jumps over it. All other symbols are numbers; the spans are read off
the kernel's normal form in one variable, so nothing is sampled and the range does not matter.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from symkv import symbols
from symkv.formula import Formula, Relation, mod, symbol
from symkv.proof.collect import domain_of
from symkv.proof.kernel import prove
from symkv.proof.spans import Span, spans

ONE, ZERO = ast.Constant(1), ast.Constant(0)


@dataclass(frozen=True)
class Inverse:
    """Where a quantity is equal to a target (or rounds to it), where it fits under it, and both sides of the edge.

    `best` is the last value that still fits and `beyond` its neighbour that does not (None: everything or nothing
    fits); `proved` says that the kernel has proved the relation on every span.
    """

    equal: tuple[Span, ...]
    fits: tuple[Span, ...]
    best: int | None
    beyond: int | None
    proved: bool


def inverse(formula: Formula, unknown: str, low: Fraction, high: Fraction, *, open_end: bool = False) -> Inverse:
    """The values of `unknown` at which low <= formula <= high (below `high` with `open_end`), and at most `high`.

    Raises `Undecided` where the formula has no normal form in the unknown alone.

    >>> found = inverse(Formula.parse("100*min(S, 8) + 2*S"), "S", Fraction(820), Fraction(820))
    >>> [str(span) for span in found.equal], found.best, found.beyond
    (['10'], 10, 11)
    """
    lower = symbols.lookup(unknown).lower if symbols.find(unknown) else 1
    under = Relation(formula, "<" if open_end else "<=", Formula.of(high))
    fits = spans(under, unknown, lower=lower)
    if low == high:
        band = Relation(formula, "=", Formula.of(low))
    else:
        both = [_truth(Relation(formula, ">=", Formula.of(low))), _truth(under)]
        band = Relation(both[0] * both[1], "=", Formula.of(1))
    equal = spans(band, unknown, lower=lower)
    best, beyond = _edge(fits, lower)
    proved = all(_proved(band, unknown, span) for span in equal) and all(_proved(under, unknown, s) for s in fits)
    return Inverse(equal, fits, best, beyond, proved)


def _truth(relation: Relation) -> Formula:
    """1 where a relation holds, else 0."""
    signs = {"<": ast.Lt, "<=": ast.LtE, ">=": ast.GtE}
    test = ast.Compare(relation.lhs.tree, [signs[relation.sign]()], [relation.rhs.tree])
    return Formula(ast.IfExp(test, ONE, ZERO))


def _edge(fits: Sequence[Span], lower: int) -> tuple[int | None, int | None]:
    """The outermost value that fits and its neighbour that does not."""
    if not fits:
        return None, lower
    last = fits[-1]
    if last.end is not None:
        return last.end, last.end + 1
    first = last.start if not last.residues else None
    return (first, first - 1) if first is not None and first > lower else (None, None)


def _proved(relation: Relation, unknown: str, span: Span) -> bool:
    """Whether the kernel proves the relation on all of a span, run by run of its residues."""
    name = symbol(unknown)
    bounds = [Relation(name, ">=", Formula.of(span.start))]
    bounds += [] if span.end is None else [Relation(name, "<=", Formula.of(span.end))]
    rest = mod(name, Formula.of(span.period))
    runs = [[Relation(rest, ">=", Formula.of(a)), Relation(rest, "<=", Formula.of(b))] for a, b in _runs(span.residues)]
    domains, split = {unknown: domain_of(unknown)}, {"periodic": unknown}
    return all(prove(relation, [*bounds, *run], domains, split) is not None for run in runs or [[]])


def _runs(residues: Sequence[int]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for residue in residues:
        if found and found[-1][1] + 1 == residue:
            found[-1] = (found[-1][0], residue)
        else:
            found.append((residue, residue))
    return found
