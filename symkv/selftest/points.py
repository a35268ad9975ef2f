"""Exact points at which a statement is evaluated: a sampler of its own, apart from the search for counterexamples."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from random import Random

from symkv.errors import BadInput
from symkv.formula import Relation
from symkv.formula.exact import evaluate
from symkv.proof.edits import sites
from symkv.proof.kernel import Domain

Number = int | Fraction
_POOLS = ((1, 2, 3, 4), range(1, 13), range(1, 200), (1, 2, 7, 8, 16, 64, 128, 1000, 1024), (5, 12, 35, 36, 97, 4096))


def points(
    relations: Sequence[Relation], assume: Sequence[Relation], domains: Mapping[str, Domain], rng: Random, *, tries: int
) -> Iterator[dict[str, Number]]:
    """Random points of the domain that meet the assumptions: an equation sets a name, `a divides b` makes b a multiple.

    At most `tries` are drawn; those that miss an assumption are dropped.
    """
    names = dict.fromkeys(name for relation in (*relations, *assume) for name in relation.names)
    for _ in range(tries):
        pool = rng.choice(_POOLS)
        point: dict[str, Number] = {name: _drawn(domains[name], pool, rng) for name in names}
        for _ in range(2):  # what one assumption sets, another may build on
            for relation in assume:
                _meet(relation, point, rng)
        if _allowed(point, domains) and all(holds(relation, point) for relation in assume):
            yield point


def holds(relation: Relation, point: Mapping[str, Number]) -> bool | None:
    """Whether the relation is true there; None where a side has no exact value."""
    try:
        return relation.holds(point)
    except BadInput:
        return None


def has_values(relation: Relation, point: Mapping[str, Number]) -> bool:
    """Whether every part of the relation has an exact value there, branches that are not taken too."""
    try:
        for side in (relation.lhs, relation.rhs):
            for site in sites(side.tree):
                evaluate(site.node, point)
    except BadInput:
        return False
    return True


def false_at(
    statement: Relation, assume: Sequence[Relation], domains: Mapping[str, Domain], rng: Random, *, tries: int
) -> tuple[dict[str, Number] | None, int]:
    """A point where the statement is false and the assumptions hold, or None; and at how many points it was true."""
    true = 0
    for point in points((statement,), assume, domains, rng, tries=tries):
        met = holds(statement, point)
        if met is False:
            return point, true
        true += met is True
    return None, true


def _drawn(domain: Domain, pool: Sequence[int], rng: Random) -> Number:
    value: Number = rng.choice(pool)
    if not domain.whole and rng.random() < 0.4:
        value = Fraction(value, rng.choice((2, 3, 8, 16)))
    if domain.lower is None and rng.random() < 0.5:
        value = -value
    if (domain.lower is None or (domain.lower == 0 and not domain.strict)) and rng.random() < 0.2:
        value = 0
    return value


def _meet(relation: Relation, point: dict[str, Number], rng: Random) -> None:
    """Change the point so that the assumption is likely to hold."""
    left, right = relation.lhs.tree, relation.rhs.tree
    try:
        match relation.sign:
            case "=":
                if isinstance(left, ast.Name) and left.id not in relation.rhs.names:
                    point[left.id] = relation.rhs.evaluate(point)
                elif isinstance(right, ast.Name) and right.id not in relation.lhs.names:
                    point[right.id] = relation.lhs.evaluate(point)
                else:
                    _solve(relation, point)
            case "divides":
                if isinstance(right, ast.Name):
                    point[right.id] = relation.lhs.evaluate(point) * rng.randint(1, 6)
            case "<" | "<=" | ">" | ">=" if not relation.holds(point):
                for side, other in ((relation.lhs, relation.rhs), (relation.rhs, relation.lhs)):
                    if isinstance(side.tree, ast.Name) and side.text not in other.names:
                        less = (side is relation.lhs) == (relation.sign in ("<", "<="))
                        part = rng.randint(1, 8) * other.evaluate(point)
                        point[str(side)] = max(1, part // 8) if less else part + 1
                        return
    except BadInput:
        return


def _solve(relation: Relation, point: dict[str, Number]) -> None:
    """One name of an equation set where it is linear: through two evaluations; the check that follows decides."""
    for name in relation.lhs.names:
        if name in relation.rhs.names:
            continue
        at = [relation.lhs.evaluate({**point, name: value}) for value in (1, 2)]
        if at[1] != at[0]:
            point[name] = 1 + Fraction(relation.rhs.evaluate(point) - at[0]) / (at[1] - at[0])
            return


def _allowed(point: Mapping[str, Number], domains: Mapping[str, Domain]) -> bool:
    for name, value in point.items():
        domain = domains[name]
        if domain.whole and Fraction(value).denominator != 1:
            return False
        if domain.lower is not None and (value < domain.lower or (domain.strict and value == domain.lower)):
            return False
    return True


def names_of(relations: Iterable[Relation]) -> tuple[str, ...]:
    """The symbols of several relations, in the order of their first appearance."""
    return tuple(dict.fromkeys(name for relation in relations for name in relation.names))
