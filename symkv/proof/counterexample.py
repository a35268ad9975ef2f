"""The search for a counterexample: exact points of the declared domain, the telling ones first, then shrunk.

Distinct primes come first (they keep apart what small equal numbers confuse), then edge values, then random points
from a fixed seed. A point must meet every assumption; an assumption `name = formula` sets that name from the others.
What is found is evaluated again, by a second small evaluator of its own, before it is shown.
"""

from __future__ import annotations

import ast
import math
import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from symkv.errors import BadInput, JudgesDisagree
from symkv.formula import Relation
from symkv.proof.kernel import Domain
from symkv.units import rational

Number = int | Fraction
_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71)
_EDGES = (1, 2, 3, 4, 5, 7, 8, 16, 100, 101, 128, 1000, 1024, 4096, 10**6 + 3)
TRIES = 3000


@dataclass(frozen=True)
class Counterexample:
    """A point of the domain at which the relation is false, with the values of both sides."""

    point: Mapping[str, Number]
    lhs: Number
    rhs: Number

    def __str__(self) -> str:
        at = ", ".join(f"{name} = {rational(value)}" for name, value in self.point.items())
        return f"{at or 'always'}: left {rational(self.lhs)}, right {rational(self.rhs)}"


def find(
    statement: Relation, assume: Iterable[Relation], domains: Mapping[str, Domain], *, tries: int = TRIES
) -> Counterexample | None:
    """A point of the domain that meets the assumptions and not the statement, made small; None if none was found."""
    hypotheses = tuple(assume)
    free = _free_names(statement, hypotheses, domains)
    for start in _points(free, domains, tries):
        point = _completed(start, hypotheses, domains)
        if point is not None and _fails(statement, point):
            point = _shrunk(statement, hypotheses, domains, start, point)
            return _confirmed(statement, {n: point[n] for n in statement.names})
    return None


def at_point(
    statement: Relation, assume: tuple[Relation, ...], domains: Mapping[str, Domain], point: Mapping[str, Number]
) -> Counterexample | None:
    """A proposed point as a counterexample, if it is one: in the domain, with the assumptions, and evaluated twice."""
    named = {name: value for name, value in point.items() if name in statement.names}
    try:
        inside = all(_inside(point[name], domains[name]) for name in domains)
        if not inside or not all(relation.holds(point) for relation in assume) or not _fails(statement, point):
            return None
    except (BadInput, KeyError):
        return None
    return _confirmed(statement, named)


def satisfiable(assume: Iterable[Relation], domains: Mapping[str, Domain]) -> bool:
    """Whether a point that meets every assumption was found (False: none found, which proves nothing)."""
    hypotheses = tuple(assume)
    names = [name for relation in hypotheses for name in relation.names]
    every = Relation.parse("1 = 1")
    free = [n for n in _free_names(every, hypotheses, domains) if n in names]
    return any(_completed(point, hypotheses, domains) is not None for point in _points(free, domains, TRIES))


def _free_names(statement: Relation, assume: tuple[Relation, ...], domains: Mapping[str, Domain]) -> list[str]:
    names = dict.fromkeys(n for relation in (statement, *assume) for n in relation.names if n in domains)
    return [name for name in names if name not in {n for n, _ in _definitions(assume)}]


def _definitions(assume: tuple[Relation, ...]) -> list[tuple[str, Relation]]:
    """The assumptions of the form name = formula that can be used to set the name, each name once."""
    found: dict[str, Relation] = {}
    for relation in assume:
        match relation.lhs.tree:
            case ast.Name(id=name) if relation.sign == "=" and name not in relation.rhs.names and name not in found:
                found[name] = relation
    return list(found.items())


def _points(names: list[str], domains: Mapping[str, Domain], tries: int) -> Iterator[dict[str, Number]]:
    rng = random.Random(20260424)  # the same points in every run
    for shift in range(4):
        yield {n: _PRIMES[(i + shift) % len(_PRIMES)] for i, n in enumerate(names)}
        yield {n: _PRIMES[(len(names) - 1 - i + shift) % len(_PRIMES)] for i, n in enumerate(names)}
    yield dict.fromkeys(names, 1)
    for _ in range(tries):
        pool = rng.choice((_EDGES, _PRIMES, range(1, 13)))
        point: dict[str, Number] = {n: rng.choice(pool) for n in names}
        for name in names:
            if not domains[name].whole and rng.random() < 0.3:
                point[name] = Fraction(rng.randint(1, 9), rng.choice((1, 2, 4, 16)))
            elif domains[name].lower == 0 and not domains[name].strict and rng.random() < 0.2:
                point[name] = 0
        yield point


def _completed(
    start: Mapping[str, Number], assume: tuple[Relation, ...], domains: Mapping[str, Domain]
) -> dict[str, Number] | None:
    """The point with defined names set, if it lies in the domain and meets the assumptions."""
    point = dict(start)
    pending = _definitions(assume)
    try:
        for _ in range(len(pending)):
            for name, relation in [p for p in pending if p[0] not in point and set(p[1].rhs.names) <= set(point)]:
                point[name] = relation.rhs.evaluate(point)
        if any(not _inside(point[name], domains[name]) for name in point if name in domains):
            return None
        return point if all(relation.holds(point) for relation in assume) else None
    except BadInput:  # a division by zero or an irrational root: not a point of this statement
        return None


def _inside(value: Number, domain: Domain) -> bool:
    if domain.whole and Fraction(value).denominator != 1:
        return False
    return domain.lower is None or (value > domain.lower if domain.strict else value >= domain.lower)


def _fails(statement: Relation, point: Mapping[str, Number]) -> bool:
    try:
        return not statement.holds(point)
    except BadInput:
        return False


def _shrunk(
    statement: Relation,
    assume: tuple[Relation, ...],
    domains: Mapping[str, Domain],
    start: Mapping[str, Number],
    found: dict[str, Number],
) -> dict[str, Number]:
    """Smaller numbers, one name at a time, as long as the statement stays false."""
    best, point = dict(start), found
    for name in start:
        for smaller in (1, 2, 3, 4, 5, 7, 8, 16):
            if smaller >= best[name]:
                break
            trial = {**best, name: smaller}
            completed = _completed(trial, assume, domains)
            if completed is not None and _fails(statement, completed):
                best, point = trial, completed
                break
    return point


# -- the second evaluator: Python's own arithmetic on Fractions, written apart from the formula's reading -------------


def _value(node: ast.AST, at: Mapping[str, Number]) -> Fraction:
    if isinstance(node, ast.Name):
        return Fraction(at[node.id])
    if isinstance(node, ast.Constant):
        return Fraction(int(str(node.value)))
    if isinstance(node, ast.UnaryOp):
        return -_value(node.operand, at)
    if isinstance(node, ast.BinOp):
        a, b = _value(node.left, at), _value(node.right, at)
        kind = type(node.op).__name__
        return {"Add": lambda: a + b, "Sub": lambda: a - b, "Mult": lambda: a * b, "Div": lambda: a / b}.get(
            kind, lambda: Fraction(a ** int(b))
        )()
    if isinstance(node, ast.IfExp) and isinstance(node.test, ast.Compare):
        a, b = _value(node.test.left, at), _value(node.test.comparators[0], at)
        kind = type(node.test.ops[0]).__name__
        true = {"Eq": a == b, "NotEq": a != b, "Lt": a < b, "LtE": a <= b, "Gt": a > b, "GtE": a >= b}[kind]
        return _value(node.body if true else node.orelse, at)
    assert isinstance(node, ast.Call)
    assert isinstance(node.func, ast.Name)
    values = [_value(arg, at) for arg in node.args]
    match node.func.id:
        case "min":
            return sorted(values)[0]
        case "max":
            return sorted(values)[-1]
        case "ceil":
            return Fraction(-(-values[0].numerator // values[0].denominator))
        case "floor":
            return Fraction(values[0].numerator // values[0].denominator)
        case "mod":
            return values[0] - values[1] * ((values[0] / values[1]).__floor__())
    root = Fraction(math.isqrt(values[0].numerator), math.isqrt(values[0].denominator))
    assert root**2 == values[0]
    return root


def _confirmed(statement: Relation, point: Mapping[str, Number]) -> Counterexample:
    left, right = _value(statement.lhs.tree, point), _value(statement.rhs.tree, point)
    truth = {
        "=": left == right,
        "!=": left != right,
        "<": left < right,
        "<=": left <= right,
        ">": left > right,
        ">=": left >= right,
        "divides": left != 0 and (right / (left or 1)).denominator == 1,
        "multiple of": right != 0 and (left / (right or 1)).denominator == 1,
    }[statement.sign]
    if truth:
        raise JudgesDisagree(f"two evaluators disagree on {statement} at {dict(point)}")
    return Counterexample(dict(point), *(int(v) if v.denominator == 1 else v for v in (left, right)))
