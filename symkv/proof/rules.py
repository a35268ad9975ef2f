"""The rules that a step may name, as a table: what kind of step it is, and the shape that its statement must have.

A rule says what is being done; whether the statement is true is for the judges. An unknown rule is an error.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from symkv.errors import BadInput
from symkv.formula import Relation

Kind = Literal["premise", "built", "judged"]
Shape = Callable[[Relation, Sequence[Relation], Sequence[str]], str]  # what is wrong with the shape, or ""


def _any(statement: Relation, where: Sequence[Relation], known: Sequence[str]) -> str:
    return ""


def _equation(statement: Relation, where: Sequence[Relation], known: Sequence[str]) -> str:
    return "" if statement.sign == "=" else f"must state an equation, got {statement}"


def _names_left(statement: Relation, where: Sequence[Relation], known: Sequence[str]) -> str:
    named = isinstance(statement.lhs.tree, ast.Name) and str(statement.lhs) not in statement.rhs.names
    return (
        "" if named and statement.sign == "=" else f"must state symbol = formula without that symbol, got {statement}"
    )


def _fresh(statement: Relation, where: Sequence[Relation], known: Sequence[str]) -> str:
    used = f"must name a new symbol, {statement.lhs} is used before" if str(statement.lhs) in known else ""
    return _names_left(statement, where, known) or used


def _values(statement: Relation, where: Sequence[Relation], known: Sequence[str]) -> str:
    return "" if where else "must say in `where` what is put in"


def _inequality(statement: Relation, where: Sequence[Relation], known: Sequence[str]) -> str:
    return "" if statement.sign in ("<", "<=", ">", ">=") else f"must state an inequality, got {statement}"


@dataclass(frozen=True)
class Rule:
    """A rule by name: premises are assumed, built steps are compared with the catalogue, the rest is judged."""

    kind: Kind
    shape: Shape
    words: str


RULES: dict[str, Rule] = {
    "given": Rule("premise", _any, "taken from a source or as the input of the question"),
    "define": Rule("premise", _fresh, "a new symbol for a formula"),
    "built": Rule("built", _names_left, "the sum over the cached tensors of a catalogue variant"),
    "substitute": Rule("judged", _any, "equals put for equals"),
    "expand": Rule("judged", _equation, "products multiplied out"),
    "collect": Rule("judged", _equation, "like terms collected"),
    "cancel": Rule("judged", _equation, "common factors cancelled, where they are not zero"),
    "solve_for": Rule("judged", _names_left, "an equation solved for one symbol"),
    "specialise": Rule("judged", _values, "values put in"),
    "cases": Rule("judged", _any, "proved case by case"),
    "bound": Rule("judged", _inequality, "an inequality"),
    "round_up": Rule("judged", _any, "the next whole number"),
    "convert": Rule("judged", _equation, "another unit"),
}


def rule(name: str) -> Rule:
    """The rule of that name, or `BadInput`."""
    if name not in RULES:
        raise BadInput(f"a rule must be one of {', '.join(RULES)}, got {name!r}")
    return RULES[name]
