"""The untrusted search for a case split: it proposes, the kernel checks.

The candidates are read off the formula: the arguments of every min and max and the sides of every condition as an
order, the quotient of every ceil, floor and mod as a division.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from typing import Any

from symkv.errors import BadInput
from symkv.formula import Formula, Relation
from symkv.proof.kernel import Domain, Proved, prove

MAX_SPLITS = 5  # at most 2**5 cases: beyond that the judges with a search of their own are asked


def prove_with_split(statement: Relation, assume: Iterable[Relation], domains: Mapping[str, Domain]) -> Proved | None:
    """A kernel proof, in one case or by the first split that the search finds; None where it finds none."""
    hypotheses = tuple(assume)
    proof = prove(statement, hypotheses, domains)
    if proof is not None:
        return proof
    orders = list(dict.fromkeys(_candidates(statement)))[:MAX_SPLITS]
    for count in range(1, len(orders) + 1):
        proof = _attempt(statement, hypotheses, domains, orders[:count])
        if proof is not None:
            return proof
    return None


def _attempt(
    statement: Relation, assume: tuple[Relation, ...], domains: Mapping[str, Domain], chosen: list[tuple[str, str, str]]
) -> Proved | None:
    split: Any = None
    for kind, left, right in reversed(chosen):
        split = {kind: [left, right], "cases": [split, split] if kind == "order" else [split]}
    try:
        return prove(statement, assume, domains, split)
    except BadInput:  # a division of something that may not be whole: this split does not apply
        return None


def _candidates(statement: Relation) -> Iterable[tuple[str, str, str]]:
    for side in (statement.lhs, statement.rhs):
        for node in ast.walk(side.tree):
            match node:
                case ast.Call(func=ast.Name(id=("min" | "max")), args=args):
                    for index, left in enumerate(args):
                        for right in args[index + 1 :]:
                            yield "order", str(Formula(left)), str(Formula(right))
                case ast.IfExp(test=ast.Compare(left=left, comparators=[right])):
                    yield "order", str(Formula(left)), str(Formula(right))
                case ast.Call(func=ast.Name(id="mod"), args=[left, right]):
                    yield "divide", str(Formula(left)), str(Formula(right))
                case ast.Call(
                    func=ast.Name(id=("ceil" | "floor")), args=[ast.BinOp(left=left, op=ast.Div(), right=right)]
                ):
                    yield "divide", str(Formula(left)), str(Formula(right))
