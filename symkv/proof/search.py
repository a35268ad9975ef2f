"""The untrusted search for a proof: it proposes splits and products, the kernel checks them.

The candidates for a split are read off the formulas: the arguments of every min and max and the sides of every
condition as an order, the quotient of every ceil, floor and mod by a number as a division.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from time import monotonic
from typing import Any

from symkv.errors import BadInput
from symkv.formula import Formula, Relation
from symkv.proof.combine import contradiction
from symkv.proof.domains import Domain
from symkv.proof.kernel import FALSE_WAYS, Proved, concludes, failing, holds, parts_of, prove
from symkv.proof.normal import Case, Contradiction
from symkv.proof.polynomial import ONE, names

MAX_DEPTH = 6  # at most 2**6 cases: beyond that the judges with a search of their own are asked
MAX_PROGRAMMES = 60
SECONDS = 4.0
MAX_DIVISOR = 12
LEVELS = (0, 1, 2, 3, 4)


def prove_with_split(
    statement: Relation, assume: Iterable[Relation], domains: Mapping[str, Domain], *, seconds: float = SECONDS
) -> Proved | None:
    """A kernel proof, in one case or by the first split that is found within so many seconds; else None.

    >>> from symkv.proof.domains import COUNT
    >>> statement = Relation.parse("ceil(ceil(S/P)/k) = ceil(S/(P*k))")
    >>> prove_with_split(statement, (), dict.fromkeys("SPk", COUNT)).conditions
    ()
    """
    hypotheses = tuple(assume)
    proof = prove(statement, hypotheses, domains)
    if proof is not None or not any(_can_split(relation) for relation in (statement, *hypotheses)):
        return proof
    case = Case(domains)
    for hypothesis in hypotheses:
        case.suppose(hypothesis)
    found = _Search(statement, hypotheses, until=monotonic() + seconds).proof(case, hypotheses, 0)
    return prove(statement, hypotheses, domains, found[0]) if found else None


def _can_split(relation: Relation) -> bool:
    """Whether there is anything to search for: not for an equation between rational functions."""
    called = any(isinstance(n, ast.Call | ast.IfExp) for s in (relation.lhs, relation.rhs) for n in ast.walk(s.tree))
    return called or relation.sign != "="


@dataclass
class _Search:
    """The state of one search: what is to be proved, the linear programmes tried so far, and how long it may go on."""

    statement: Relation
    hypotheses: tuple[Relation, ...]
    until: float
    programmes: int = 0

    def proof(self, case: Case, supposed: tuple[Relation, ...], depth: int) -> tuple[Any] | None:
        """A split (in a tuple of one) that proves the statement in a case, or None."""
        try:
            return self.tried(case, supposed, depth) if monotonic() < self.until else None
        except BadInput:  # a zero denominator in this case, or a form that is too long
            return None

    def tried(self, case: Case, supposed: tuple[Relation, ...], depth: int) -> tuple[Any] | None:
        """The ways of proof one after the other, the cheapest first."""
        if concludes(case.copy(), self.statement):
            return (None,)
        single = self.periodic(case, supposed)
        if single is not None:
            return single
        if depth < MAX_DEPTH:
            for split in islice(self.candidates(case), 1):  # the others come up again inside its cases
                cases = self.cases(case, supposed, split, depth)
                if cases is not None:
                    return ({**split, "cases": cases},)
        leaf = self.absurd(case)
        if leaf is None and depth < MAX_DEPTH:
            for split in (*self.lemmas(case), *self.divisions(case, supposed)):
                cases = self.cases(case, supposed, split, depth)
                if cases is not None:
                    return ({**split, "cases": cases},)
        return leaf

    def cases(self, case: Case, supposed: tuple[Relation, ...], split: Any, depth: int) -> list[Any] | None:
        """A proof of each case of a split, or None."""
        found: list[Any] = []
        base = case.copy()  # a reading can add facts, and the kernel must see the same ones in the same order
        for part in parts_of(base, split):
            below = base.copy()
            try:
                for hypothesis in part:
                    below.suppose(hypothesis)
            except Contradiction:
                found.append(None)
                continue
            inner = self.proof(below, (*supposed, *part), depth + 1)
            if inner is None:
                return None
            found.append(inner[0])
        return found

    def periodic(self, case: Case, supposed: tuple[Relation, ...]) -> tuple[Any] | None:
        free = [n for n in self.statement.names if n not in case.values or names(case.values[n].num)]
        numbers = all(
            case.values[n].den == ONE and not names(case.values[n].num) for n in self.statement.names if n not in free
        )
        if len(free) != 1 or not numbers:
            return None
        split = {"periodic": free[0]}
        try:
            return (split,) if holds(self.statement, case.copy(), supposed, split, {}) else None
        except BadInput:  # a denominator that is zero at a point which the hypotheses may exclude
            return None

    def absurd(self, case: Case) -> tuple[Any] | None:
        """A contradiction for each way in which the statement can fail, or None."""
        if self.statement.sign not in FALSE_WAYS:
            return None
        ways = failing(case, self.statement)
        found: list[Any] = []
        for way in ways:
            terms = self.contradiction(way) if way is not None else None
            if way is not None and terms is None:
                return None
            found.append(terms)
        return ({"absurd": found},)

    def contradiction(self, way: Case) -> list[Any] | None:
        """A sum of products that shows a case to be empty, the simplest kind first, while the programmes last."""
        for level in LEVELS:
            left = int(1000 * (self.until - monotonic()))
            if self.programmes >= MAX_PROGRAMMES or left <= 0:
                return None
            self.programmes += 1
            terms = contradiction(way, level, milliseconds=left)
            if terms is not None:
                return terms
        return None

    def candidates(self, case: Case) -> Iterator[Any]:
        """The orders that the open functions of the statement ask for and that are not decided in this case."""
        case = case.copy()
        for relation in (self.statement, *self.hypotheses):
            for side in (relation.lhs, relation.rhs):
                for node in reversed(list(ast.walk(side.tree))):  # the innermost first
                    for left, right, count in _orders(node):
                        try:
                            sign = case.sign(case.read(left) - case.read(right))
                        except BadInput:
                            continue
                        if sign in ("?", *((">=", "<=") if count == 3 else ())):
                            yield {"order": [str(Formula(left)), str(Formula(right))], "cases": [None] * count}

    def lemmas(self, case: Case) -> Iterator[Any]:
        """Orders between what is rounded on the left and on the right, which between whole numbers say more."""
        left, right = ([*dict.fromkeys(map(str, _rounded(side)))] for side in (self.statement.lhs, self.statement.rhs))
        if self.statement.sign in FALSE_WAYS and left and right:
            sums, base = [" + ".join(left), " + ".join(right)], case.copy()
            one, other = (base.read(Formula.parse(text).tree) for text in sums)
            if base.sign(one - other) == "?":
                yield {"order": sums, "cases": [None] * 3}

    def divisions(self, case: Case, supposed: tuple[Relation, ...]) -> Iterator[Any]:
        """Divisions by small numbers, one case for each remainder."""
        done = {relation.text for relation in supposed}
        seen: set[tuple[str, int]] = set()
        for relation in (self.statement, *self.hypotheses):
            pairs = [
                pair
                for side in (relation.lhs, relation.rhs)
                for node in ast.walk(side.tree)
                for pair in _quotients(node)
            ]
            if relation.sign == "divides":
                pairs += [(ast.Name(name, ast.Load()), relation.lhs.tree) for name in relation.rhs.names]
            for top, bottom in pairs:
                if (
                    isinstance(bottom, ast.Constant)
                    and isinstance(bottom.value, int)
                    and 1 < bottom.value <= MAX_DIVISOR
                ):
                    for name in Formula(top).names:
                        key = (name, bottom.value)
                        if key not in seen and not any(text.startswith(f"{name} = {bottom.value}*") for text in done):
                            seen.add(key)
                            split = {"divide": [name, str(bottom.value)], "cases": [None] * bottom.value}
                            try:
                                parts_of(case.copy(), split)
                            except BadInput:
                                continue
                            yield split


def _orders(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr, int]]:
    """The pairs that a function compares, and into how many cases their order falls."""
    match node:
        case ast.Call(func=ast.Name(id=("min" | "max")), args=args):
            for index, left in enumerate(args):
                for right in args[index + 1 :]:
                    yield left, right, 2
        case ast.IfExp(test=ast.Compare(left=left, ops=[op], comparators=[right])):
            yield left, right, 3 if isinstance(op, ast.Eq | ast.NotEq | ast.Lt | ast.GtE) else 2


def _rounded(formula: Formula) -> Iterator[Formula]:
    """The outermost rounded values of a formula."""
    pending: list[ast.AST] = [formula.tree]
    while pending:
        match pending.pop(0):
            case ast.Call(func=ast.Name(id=("ceil" | "floor"))) as call:
                yield Formula(call)
            case node:
                pending += ast.iter_child_nodes(node)


def _quotients(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """What is divided by what under a rounding."""
    match node:
        case ast.Call(func=ast.Name(id="mod"), args=[left, right]):
            yield left, right
        case ast.Call(func=ast.Name(id=("ceil" | "floor")), args=[ast.BinOp(left=left, op=ast.Div(), right=right)]):
            yield left, right
