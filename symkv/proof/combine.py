"""The untrusted search for a contradiction: which products of facts, with which sizes, add up to something negative.

The candidates are products of facts with variables that the facts themselves suggest; how much of each is a linear
programme over exact rationals, solved by z3's simplex. What comes out is a list of terms for the kernel to check.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations, combinations_with_replacement, islice, product
from math import isqrt
from typing import Any

from symkv.errors import BadInput
from symkv.proof.normal import Case
from symkv.proof.polynomial import Monomial, Number, Poly, add, names, shift, times

Term = list[Any]  # [size, [part, ...]] as the kernel takes it
MAX_COLUMNS = 700
MILLISECONDS = 1500


def contradiction(case: Case, level: int, *, milliseconds: int = MILLISECONDS) -> list[Term] | None:
    """Terms that show the facts of a case to be contradictory, with products up to a level; None if none were found.

    Level 0 takes facts as they are; level 1 products of two; 2 and 3 facts by more and more variables, and squares;
    level 4 products of two facts, or squares of one, by variables.
    """
    try:
        columns = list(islice(_columns(case, level), MAX_COLUMNS + 1))
    except BadInput:  # a product that is too long
        return None
    if not columns or len(columns) > MAX_COLUMNS:
        return None
    sizes = _solve(case, [column[1:] for column in columns], min(milliseconds, MILLISECONDS))
    if sizes is None:
        return None
    return [
        [size.numerator if size.denominator == 1 else str(size), parts]
        for (parts, *_), size in zip(columns, sizes, strict=True)
        if size
    ]


def _shifted(case: Case, poly: Poly) -> Poly:
    return shift(poly, {name: case.domains[name].lower or 0 for name in names(poly)})


def _columns(case: Case, level: int) -> Iterator[tuple[list[Any], Poly, bool, bool]]:
    """The parts of each candidate product, its polynomial over nonnegative variables, and how it may be used."""
    facts = [(index, _shifted(case, poly), sign) for index, (sign, poly) in enumerate(case.facts)]
    highest = max((_degree(poly) for _, poly, _ in facts), default=0) + (level > 2)
    by = [()] if level == 0 else sorted(_multipliers(case, level), key=lambda m: (len(m), m))
    seen: set[tuple[tuple[Monomial, Number], ...]] = set()

    def column(parts: list[Any], poly: Poly, sign: str) -> Iterator[tuple[list[Any], Poly, bool, bool]]:
        key = tuple(sorted(poly.items()))
        if poly and key not in seen and _degree(poly) <= highest:
            seen.add(key)
            yield parts, poly, sign == ">", sign == "="

    for monomial in by:
        factor: Poly = {monomial: Fraction(1)}
        words = _words(monomial)
        strict = all(case.domains[name].strict for name in words)
        free = all(case.domains[name].lower is not None for name in words)
        for index, poly, sign in facts:
            if free or sign == "=":
                how = sign if sign == "=" or strict else ">="
                yield from column([index, *words], times(poly, factor), how)
        if level > 1 and free:
            for text, difference in _square_roots(case):
                root = _shifted(case, difference)
                yield from column([{"square": text}, *words], times(times(root, root), factor), ">=")
    pairs = combinations_with_replacement(facts, 2) if level > 3 else combinations(facts, 2) if level > 0 else ()
    for (i, left, one), (j, right, other) in pairs:
        for monomial in by if level > 3 else [()]:
            words = _words(monomial)
            if len(words) <= 2 and all(case.domains[name].lower is not None for name in words):
                strict = one == other == ">" and all(case.domains[name].strict for name in words)
                how = "=" if "=" in (one, other) else ">" if strict else ">="
                yield from column([i, j, *words], times(times(left, right), {monomial: Fraction(1)}), how)


def _words(monomial: Monomial) -> list[str]:
    return [name for name, exponent in monomial for _ in range(exponent)]


def _degree(poly: Poly) -> int:
    return max((sum(exponent for _, exponent in monomial) for monomial in poly), default=0)


def _multipliers(case: Case, level: int) -> set[Monomial]:
    """The divisors of the monomials in the facts, up to a degree: what a fact may have to be multiplied with."""
    found: set[Monomial] = {()}
    for _, poly in case.facts:
        for monomial in poly:
            for powers in product(*(range(min(exponent, level) + 1) for _, exponent in monomial)):
                if sum(powers) <= level:
                    found.add(tuple((name, e) for (name, _), e in zip(monomial, powers, strict=True) if e))
    return found


def _square_roots(case: Case) -> list[tuple[str, Poly]]:
    """Differences that may have to be squared: of variables, or of monomials whose squares stand in the facts."""
    polys = [poly for _, poly in case.facts]
    squared = {name for poly in polys for monomial in poly for name, exponent in monomial if exponent > 1}
    plain: list[tuple[int, Monomial]] = [
        (1, ((n, 1),)) for n in sorted(names(*polys)) if not n.startswith("~") and n in squared
    ]
    others = [(1, ((n, 1),)) for n in sorted(names(*polys) - squared) if not n.startswith("~")]
    roots = sorted({root for poly in polys for term in poly.items() if (root := _root(*term))} - set(plain))
    pairs = [*combinations(plain, 2), *product(plain, others), *combinations(roots, 2), *product(plain, roots)]
    return [
        (f"{_text(*one)} - {_text(*other)}", add({one[1]: one[0]}, {other[1]: other[0]}, -1)) for one, other in pairs
    ]


def _root(monomial: Monomial, coefficient: Number) -> tuple[int, Monomial] | None:
    """The square root of a term, where it has one among the terms of given symbols."""
    size = isqrt(abs(int(coefficient)))
    whole = size * size == abs(coefficient) and monomial
    if not whole or any(exponent % 2 or name.startswith("~") for name, exponent in monomial):
        return None
    return size, tuple((name, exponent // 2) for name, exponent in monomial)


def _text(size: int, monomial: Monomial) -> str:
    return "*".join([str(size), *(f"{name}**{exponent}" for name, exponent in monomial)])


def _solve(case: Case, columns: list[tuple[Poly, bool, bool]], milliseconds: int) -> list[Fraction] | None:
    """Sizes for the columns such that no monomial of the sum is positive and something of it is negative."""
    import z3

    context = z3.Context()  # a fresh one, so that the same question has the same answer every time
    solver = z3.SolverFor("QF_LRA", ctx=context)
    solver.set("timeout", milliseconds)
    sizes = [z3.Real(f"s{index}", ctx=context) for index in range(len(columns))]
    rows: dict[Monomial, list[Any]] = {}
    gain = []
    for size, (poly, strict, free) in zip(sizes, columns, strict=True):
        if not free:
            solver.add(size >= 0)
        for monomial, coefficient in poly.items():
            rows.setdefault(monomial, []).append(
                size * z3.Q(coefficient.numerator, coefficient.denominator, ctx=context)
            )
        if strict:
            gain.append(size)
    for monomial, entries in rows.items():
        total = z3.Sum(entries)
        bounded = all(case.domains[name].lower is not None for name, _ in monomial)
        solver.add(total <= 0 if bounded else total == 0)
        if all(case.domains[name].strict for name, _ in monomial):
            gain.append(-total)
    if not gain:
        return None
    solver.add(z3.Sum(gain) >= 1)
    if solver.check() != z3.sat:
        return None
    model = solver.model()
    values = [model.eval(size, model_completion=True) for size in sizes]
    return [Fraction(value.numerator_as_long(), value.denominator_as_long()) for value in values]
