"""The points of the domains that meet the assumptions, and how they are reached from values of the free names.

An equation sets one of its names from the others: the one that stands alone, or one in which it is linear. A
divisibility makes its name a multiple. What remains (inequalities, equations that can't be solved) is tested, and a
value may be moved to where an inequality begins to hold. Nothing here is trusted: `complete` tests every assumption.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from math import ceil, floor
from typing import NamedTuple

from symkv.errors import BadInput
from symkv.formula import Formula, Relation
from symkv.proof.evaluator import Check, Number, Point, divided, prepared
from symkv.proof.kernel import Domain

Start = dict[str, Number]  # a value for every free name; for a multiple, how many times its divisor
PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71)


class Rule(NamedTuple):
    """How a name follows from others: `value` from the point; `back` from a point to the start of a multiple."""

    name: str
    needs: frozenset[str]
    value: Callable[[Point], Number]
    back: Callable[[Point], Number] | None = None


def inside(value: Number, domain: Domain) -> bool:
    """Whether a number lies in a domain."""
    if domain.whole and value.denominator != 1:
        return False
    return domain.lower is None or (value > domain.lower if domain.strict else value >= domain.lower)


def fitted(value: Number, domain: Domain) -> Number:
    """The value where it lies in the domain, else one near its lower end."""
    if domain.whole and value.denominator != 1:
        value = floor(value)
    return value if inside(value, domain) else (domain.lower or 0) + domain.strict + max(value, -value)


class Region:
    """The points that meet the assumptions, for the names of a statement and of its assumptions.

    With `every`, names are set only where that leaves out no point over the free names: by equations `name = formula`.
    """

    def __init__(
        self, statement: Relation, assume: Iterable[Relation], domains: Mapping[str, Domain], *, every: bool = False
    ) -> None:
        hypotheses = tuple(assume)
        self.names = tuple(dict.fromkeys(name for relation in (statement, *hypotheses) for name in relation.names))
        for name in self.names:
            if name not in domains:
                raise BadInput(f"a symbol must have a domain, {name} has none; declare it")
        self.domains = {name: domains[name] for name in self.names}
        self.checks = [Check(relation) for relation in hypotheses]
        self._bounds = [(name, self.domains[name]) for name in self.names]
        chosen = _chosen(hypotheses, self.domains, every)
        self.free = tuple(name for name in self.names if name not in chosen or chosen[name].back)
        self.rules = _ordered(chosen)

    def settled(self, start: Mapping[str, Number]) -> Start:
        """The point with every name set; raises `ArithmeticError` where a rule divides by zero."""
        point = dict(start)
        for rule in self.rules:
            point[rule.name] = rule.value(point)
        return point

    def complete(self, start: Mapping[str, Number]) -> Start | None:
        """The point, if it lies in the domains and meets every assumption."""
        try:
            point = self.settled(start)
        except ArithmeticError:
            return None
        return point if self.contains(point) else None

    def contains(self, point: Point) -> bool:
        """Whether a point has every name, lies in the domains and meets every assumption."""
        try:
            for name, domain in self._bounds:
                if not inside(point[name], domain):
                    return False
            return all(check.holds(point) for check in self.checks)
        except (ArithmeticError, KeyError):  # not a point of these assumptions
            return False

    def start_of(self, point: Point) -> Start | None:
        """The values of the free names that lead to a point of the region, if there are any."""
        back = {rule.name: rule.back for rule in self.rules if rule.back}
        try:
            return {name: back[name](point) if name in back else point[name] for name in self.free}
        except ArithmeticError:
            return None

    def reached_by(self, names: Iterable[str]) -> list[str]:
        """The free names on which the values of the given names depend."""
        needs = {rule.name: rule.needs for rule in self.rules}
        found: dict[str, None] = {}
        pending = list(names)
        while pending:
            name = pending.pop(0)
            if name not in found:
                found[name] = None
                pending += sorted(needs.get(name, ()))
        return [name for name in self.free if name in found]

    def moved(
        self, start: Start, name: str, gap: Callable[[Point], Number], targets: Iterable[Number]
    ) -> Iterator[Start]:
        """The start with one name set so that the gap, taken as linear in it, has each of the target values."""
        here = start[name]
        try:
            low = gap(self.settled(start))
            slope = gap(self.settled({**start, name: here + 1})) - low
            if slope == 0:
                return
            for target in targets:
                value = here + divided(target - low, slope)
                if self.domains[name].whole and value.denominator != 1:
                    yield {**start, name: ceil(value)}
                    value = floor(value)
                yield {**start, name: value}
        except ArithmeticError:
            return

    def repaired(self, start: Start) -> Start | None:
        """A start near the given one that leads to a point: values moved to where an inequality begins to hold."""
        for _ in range(len(self.checks)):
            moved = self._moved_into(start)
            if moved is None:
                return None
            start = moved
            if self.complete(start) is not None:
                return start
        return None

    def _moved_into(self, start: Start) -> Start | None:
        try:
            point = self.settled(start)
            broken = next((c for c in self.checks if c.relation.sign not in ("=", "divides") and c.fails(point)), None)
        except ArithmeticError:
            return None
        if broken is None:
            return None
        for name in self.reached_by(broken.relation.names):
            for trial in self.moved(start, name, broken.gap, (0, 1, -1)):
                if inside(trial[name], self.domains[name]):
                    try:
                        if broken.holds(self.settled(trial)):
                            return trial
                    except ArithmeticError:
                        continue
        return None


# -- which name each assumption sets ---------------------------------------------------------------------------------


def _chosen(assume: tuple[Relation, ...], domains: Mapping[str, Domain], every: bool) -> dict[str, Rule]:
    chosen: dict[str, Rule] = {}
    for relation in sorted(assume, key=lambda relation: len(relation.names)):
        rules = _alone(relation)
        if not every:
            rules += [*_solved(relation, domains), *_multiple(relation, domains)]
        rules = [rule for rule in rules if rule.name not in chosen and not _circular(rule, chosen)]
        fitting = [rule for rule in rules if rule.back or _fits(rule, relation, domains)]
        for rule in (fitting or rules)[:1]:
            chosen[rule.name] = rule
    return chosen


def _circular(rule: Rule, chosen: Mapping[str, Rule]) -> bool:
    pending = list(rule.needs)
    seen: set[str] = set()
    while pending:
        name = pending.pop()
        if name == rule.name:
            return True
        if name not in seen:
            seen.add(name)
            pending += chosen[name].needs if name in chosen else ()
    return False


def _fits(rule: Rule, relation: Relation, domains: Mapping[str, Domain]) -> bool:
    """Whether the rule gives values in the domain at two points of distinct primes."""
    names = relation.names
    try:
        values = [rule.value({n: PRIMES[(k + i) % 20] for i, n in enumerate(names)}) for k in (0, 3)]
    except ArithmeticError:
        return False
    return all(inside(value, domains[rule.name]) for value in values)


def _ordered(chosen: dict[str, Rule]) -> list[Rule]:
    """The rules in an order in which each finds what it needs; there is one, as no choice is circular."""
    ordered: list[Rule] = []
    pending = list(chosen.values())
    while pending:
        waiting = {rule.name for rule in pending}
        ready = [rule for rule in pending if not rule.needs & waiting]
        ordered += ready
        pending = [rule for rule in pending if rule not in ready]
    return ordered


def _alone(relation: Relation) -> list[Rule]:
    """The names that stand alone on one side of an equation and not on the other."""
    sides = ((relation.lhs, relation.rhs), (relation.rhs, relation.lhs)) if relation.sign == "=" else ()
    return [
        Rule(side.tree.id, frozenset(other.names), prepared(other.tree))
        for side, other in sides
        if isinstance(side.tree, ast.Name) and side.tree.id not in other.names
    ]


def _solved(relation: Relation, domains: Mapping[str, Domain]) -> list[Rule]:
    """The names that stand once in an equation, where it is linear in them; rational ones before whole ones."""
    if relation.sign != "=":
        return []
    gap = Check(relation).gap
    trees = (relation.lhs.tree, relation.rhs.tree)
    counts = [node.id for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Name)]
    places = [place for tree in trees for place in _linear(tree) if counts.count(place[0]) == 1]
    others = frozenset(relation.names)
    return [
        Rule(name, others - {name}, root(gap, name))
        for name, root in sorted(places, key=lambda place: (place[1] is _divisor_of, domains[place[0]].whole))
    ]


_Gap = Callable[[Point], Number]


def _linear(node: ast.expr) -> Iterator[tuple[str, Callable[[_Gap, str], _Gap]]]:
    """The names in which, or in whose inverse, a formula is linear if they stand nowhere else, and how to solve."""
    match node:
        case ast.Name(id=name):
            yield name, _root_of
        case ast.UnaryOp(operand=operand):
            yield from _linear(operand)
        case ast.BinOp(left=left, op=(ast.Add() | ast.Sub() | ast.Mult()), right=right):
            yield from _linear(left)
            yield from _linear(right)
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            yield from _linear(left)
            if isinstance(right, ast.Name):
                yield right.id, _divisor_of


def _root_of(gap: _Gap, name: str) -> _Gap:
    def value(point: Point) -> Number:
        at_zero = gap({**point, name: 0})
        return divided(-at_zero, gap({**point, name: 1}) - at_zero)

    return value


def _divisor_of(gap: _Gap, name: str) -> _Gap:
    def value(point: Point) -> Number:
        at_one, at_half = gap({**point, name: 1}), gap({**point, name: Fraction(1, 2)})  # the inverse is 1 and 2
        slope = at_half - at_one
        return divided(slope, slope - at_one)

    return value


def _multiple(relation: Relation, domains: Mapping[str, Domain]) -> list[Rule]:
    """`d divides n` and `mod(n, d) = r` make n a multiple of d, or r more."""
    rest = Formula.of(0)
    match relation.sign, relation.lhs.tree, relation.rhs.tree:
        case "divides", divisor, ast.Name(id=name):
            pass
        case "multiple of", ast.Name(id=name), divisor:
            pass
        case "=", ast.Call(func=ast.Name(id="mod"), args=[ast.Name(id=name), divisor]), _:
            rest = relation.rhs
        case _:
            return []
    needs = frozenset((*Formula(divisor).names, *rest.names))
    if name in needs or not domains[name].whole:
        return []
    size, more = prepared(divisor), prepared(rest.tree)
    return [
        Rule(
            name,
            needs,
            lambda point: point[name] * size(point) + more(point),
            lambda point: divided(point[name] - more(point), size(point)),
        )
    ]
