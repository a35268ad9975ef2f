"""The points at which a relation is tried, the telling ones first: distinct primes, edges, then random ones.

Distinct primes keep apart what small equal numbers confuse. The edges are where formulas of this field bend: 0 and 1,
equal values, both sides of a min, max or condition equal or off by one, a quotient whole or one beside it, and the
numbers that the formula itself names. The random points come from a fixed seed: the same in every run.
"""

from __future__ import annotations

import ast
import random
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from itertools import chain, islice

from symkv.formula import Formula, Relation
from symkv.proof.evaluator import Number, Point, divided, prepared
from symkv.proof.region import PRIMES, Region, Start, fitted

SEED = 20260424
MAX_EDGES = 240
_SMALL, _POWERS, _LARGE = range(1, 13), (1, 2, 4, 8, 16, 32, 64, 128), (100, 101, 1000, 1024, 4096, 65536, 10**6 + 3)
_FRACTIONS = tuple(Fraction(n, d) for n in (1, 2, 3, 5, 7, 9) for d in (2, 3, 4, 16) if n % d)

Gap = Callable[[Point], Number]


def starts(region: Region, relations: Iterable[Relation], tries: int) -> Iterator[Start]:
    """Values for the free names, in the order in which they are tried: primes, edges, `tries` random ones."""
    relations = tuple(relations)
    yield from primes(region)
    yield from islice(edges(region, relations), MAX_EDGES)
    yield from randoms(region, _literals(relations), tries)


def _fit(region: Region, start: Start) -> Start:
    return {name: fitted(value, region.domains[name]) for name, value in start.items()}


# -- primes ----------------------------------------------------------------------------------------------------------


def primes(region: Region) -> Iterator[Start]:
    """Distinct primes in both orders, then others, also over 2 and 16 or negative where the domain has them."""
    count = len(region.free)
    for shift, (over, sign) in enumerate(((1, 1), (16, -1), (2, 1), (3, -1))):
        for order in (range(count), range(count - 1, -1, -1)):
            start: Start = {}
            for name, index in zip(region.free, order, strict=True):
                domain, prime = region.domains[name], PRIMES[(index + shift) % len(PRIMES)]
                value: Number = prime if domain.whole or over == 1 else divided(prime, over)
                start[name] = sign * value if domain.lower is None else value
            yield _fit(region, start)


# -- edges -----------------------------------------------------------------------------------------------------------


def edges(region: Region, relations: tuple[Relation, ...]) -> Iterator[Start]:
    """All ones, zeros and equal values; then each place where the formulas bend; then the numbers that they name."""
    for value in (1, 0, 2, 3, 7):
        yield _fit(region, dict.fromkeys(region.free, value))
    spread, near = list(primes(region))[:2]
    if any(_is_root(node) for r in relations for side in (r.lhs, r.rhs) for node in ast.walk(side.tree)):
        yield from (_fit(region, {name: value**2 for name, value in base.items()}) for base in (spread, near))
    for name in region.free:
        yield from (_fit(region, {**spread, name: value}) for value in (1, 0))
    for base in (spread, near):
        for place in _bends(relations):
            yield from _around(region, base, *place)
    for number in _literals(relations):
        for name in region.free:
            yield from (_fit(region, {**spread, name: value}) for value in (number, number + 1, number - 1))


def _is_root(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id == "sqrt"


def _bends(relations: tuple[Relation, ...]) -> Iterator[tuple[ast.expr, ast.expr, bool]]:
    """Pairs of formulas that matter when they are equal, or (True) when the second divides the first."""
    one = ast.Constant(1)
    for relation in relations:
        if relation.sign in ("divides", "multiple of"):
            pair = (relation.rhs.tree, relation.lhs.tree)
            yield (*(pair if relation.sign == "divides" else pair[::-1]), True)
        elif relation.sign != "=":
            yield relation.lhs.tree, relation.rhs.tree, False
        for side in (relation.lhs, relation.rhs):
            for node in ast.walk(side.tree):
                match node:
                    case ast.Call(func=ast.Name(id=("min" | "max")), args=args):
                        yield from ((a, b, False) for i, a in enumerate(args) for b in args[i + 1 :])
                    case ast.IfExp(test=ast.Compare(left=left, comparators=[right])):
                        yield left, right, False
                    case ast.Call(func=ast.Name(id="mod"), args=[left, right]):
                        yield left, right, True
                    case ast.Call(args=[ast.BinOp(left=left, op=ast.Div(), right=right)]):
                        yield left, right, True
                    case ast.Call(func=ast.Name(id=("ceil" | "floor")), args=[argument]):
                        yield argument, one, True


def _around(region: Region, base: Start, left: ast.expr, right: ast.expr, quotient: bool) -> Iterator[Start]:
    first, second = prepared(left), prepared(right)
    names = region.reached_by((*Formula(left).names, *Formula(right).names))[:3]
    for name in names:
        moved: Iterable[Start]
        if quotient:
            moved = chain.from_iterable(
                region.moved(base, name, _beside(first, second, count), (0, 1, -1)) for count in (1, 2)
            )
        else:
            moved = region.moved(base, name, lambda point: first(point) - second(point), (0, 1, -1))
        yield from (_fit(region, start) for start in moved)


def _beside(first: Gap, second: Gap, count: int) -> Gap:
    return lambda point: first(point) - count * second(point)


def _literals(relations: Iterable[Relation]) -> list[int]:
    """The whole numbers from 2 on that the formulas name, the largest first."""
    sides = (side.tree for relation in relations for side in (relation.lhs, relation.rhs))
    found = {
        node.value
        for tree in sides
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, int) and node.value >= 2
    }
    return sorted(found, reverse=True)[:8]


# -- random ----------------------------------------------------------------------------------------------------------


def randoms(region: Region, literals: list[int], tries: int) -> Iterator[Start]:
    """Random values: small, primes, powers of two or large, one kind a point or mixed; fractions and zeros as well."""
    rng = random.Random(SEED)
    large = (*_LARGE, *(value + step for value in literals for step in (-1, 0, 1)))
    pools = (_SMALL, PRIMES, _POWERS, large)

    def pick(pool: tuple[Number, ...] | range) -> Number:
        return pool[int(rng.random() * len(pool))]

    for _ in range(tries):
        kind = int(rng.random() * 5)
        start = {name: pick(pools[kind if kind < 4 else int(rng.random() * 4)]) for name in region.free}
        for name in region.free:
            domain = region.domains[name]
            if not domain.whole and rng.random() < 0.4:
                start[name] = pick(_FRACTIONS)
            if domain.lower is None and rng.random() < 0.5:
                start[name] = -start[name]
            if not (domain.lower or domain.strict) and rng.random() < 0.15:
                start[name] = 0
        yield _fit(region, start)
