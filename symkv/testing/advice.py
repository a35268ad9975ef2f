"""What a function that counts bytes does wrong: another quantity, a usual mistake, or only a float."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import islice

from symkv.caches import QUANTITIES
from symkv.errors import SymkvError
from symkv.formula import Formula, Relation
from symkv.proof.evaluator import Number
from symkv.proof.hints import likely_mistake
from symkv.proof.judges import domains_for
from symkv.proof.misprints import number_mistake
from symkv.proof.search import prove_with_split
from symkv.testing.calling import Counted
from symkv.testing.shapes import Shapes
from symkv.tracing import shown

__all__ = ["advice"]

POINTS = 40
TRIED = "at every shape tried"  # where the function can't be read as a formula, and nothing is proved


def advice(function: Counted, shapes: Shapes, wrong: Mapping[str, Number]) -> str:
    """One sentence on what a function does that is wrong at a point, "" where it resembles nothing.

    What it does as a formula is proved; of one that has no formula it is said at what it was tried.
    """
    kind, _ = function.outcome(wrong)
    if kind == "number":
        return next(filter(None, _sentences(function, shapes, wrong)), "")
    if kind == "float" and function.formula is not None and _equal(function.truth.formula, function.formula, shapes):
        return "as a formula it is right, but / makes a float; use // where it divides, or Fraction"
    return ""


def _sentences(function: Counted, shapes: Shapes, wrong: Mapping[str, Number]) -> Iterator[str]:
    name, read = shown(function.call), function.formula
    yield _another_quantity(function, shapes, wrong)
    if read is not None:
        relation = Relation(function.truth.formula, "=", read)
        found = likely_mistake(relation, shapes.where, shapes.domains, suspect="right")
        yield found.replace("the right side", name, 1)
    told = list(islice(_by_number(function, shapes), POINTS))
    if len(told) > 2 and len(set(told)) == 1 and told[0]:
        yield f"{told[0].replace('the printed number', name)}, {TRIED}"


def _by_number(function: Counted, shapes: Shapes) -> Iterator[str]:
    """What the number resembles at each shape at which it is wrong and no size is 1."""
    for point in shapes.points(4 * POINTS):
        kind, got = function.outcome(point)
        value = Fraction(function.truth.formula.evaluate(point))
        if kind == "number" and got != value and all(size > 1 for size in point.values()):
            yield number_mistake(value, got, got, dict(point))


def _another_quantity(function: Counted, shapes: Shapes, wrong: Mapping[str, Number]) -> str:
    """That the function gives another quantity of the same layers, such as what is read for what is stored."""
    truth, read = function.truth, function.formula
    for other in QUANTITIES:
        formula = truth.other(other)
        if formula is None or not set(formula.names) <= set(shapes.domains):
            continue
        points = [wrong, *shapes.points(POINTS)]
        if all(function.outcome(point) == ("number", formula.evaluate(point)) for point in points):
            tried = "" if read is not None and _equal(formula, read, shapes) else f", {TRIED}"
            words = f"{other} ({QUANTITIES[other]})"
            return f"{shown(function.call)} gives {words} where {truth.quantity} is meant{tried}"
    return ""


def _equal(left: Formula, right: Formula, shapes: Shapes) -> bool:
    relation = Relation(left, "=", right)
    try:
        domains = domains_for((relation, *shapes.where), shapes.domains)
        return prove_with_split(relation, shapes.where, domains, seconds=1.0) is not None
    except SymkvError:
        return False
