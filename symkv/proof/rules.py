"""The rules that a step may name, as a table: the shape that its statement must have, and what is to be proved for it.

A rule says what is being done and brings its own check; whether that holds is for the judges. An unknown rule is an
error. Standard library only.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from symkv.errors import BadInput
from symkv.formula import Formula, Relation
from symkv.formula.reader import is_name

Kind = Literal["premise", "built", "judged", "limit"]
INEQUALITIES = ("<", "<=", ">", ">=")


@dataclass(frozen=True)
class Claimed:
    """What a step claims: its statement, its own conditions, the statements that it uses, and names seen before."""

    statement: Relation
    where: Sequence[Relation] = ()
    used: Sequence[Relation] = ()
    known: Sequence[str] = ()
    by: str = ""
    over: str = ""


@dataclass(frozen=True)
class Duty:
    """A relation to be proved for a step, without the hypotheses that `leave_out` lists."""

    statement: Relation
    leave_out: tuple[str, ...] = ()


Shape = Callable[[Claimed], str]  # what is wrong with the shape, or ""
Duties = Callable[[Claimed], list[Duty]]


@dataclass(frozen=True)
class Rule:
    """A rule by name: premises are assumed, built steps compared with the catalogue, the rest is judged."""

    kind: Kind
    shape: Shape
    words: str
    duties: Duties


# -- shapes ----------------------------------------------------------------------------------------------------------


def _nodes(*relations: Relation) -> Iterable[ast.AST]:
    for relation in relations:
        for side in (relation.lhs, relation.rhs):
            yield from ast.walk(side.tree)


def _calls(relation: Relation, *functions: str) -> bool:
    return any(
        (isinstance(node, ast.IfExp) and "if" in functions)
        or (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in functions)
        for node in _nodes(relation)
    )


def _any(claimed: Claimed) -> str:
    return ""


def _equation(claimed: Claimed) -> str:
    return "" if claimed.statement.sign == "=" else f"must state an equation, got {claimed.statement}"


def _inequality(claimed: Claimed) -> str:
    return "" if claimed.statement.sign in INEQUALITIES else f"must state an inequality, got {claimed.statement}"


def _divisibility(claimed: Claimed) -> str:
    fits = claimed.statement.sign in ("divides", "multiple of")
    return "" if fits else f"must state that one number divides another, got {claimed.statement}"


def _names_left(claimed: Claimed) -> str:
    left, right = claimed.statement.lhs, claimed.statement.rhs
    fits = claimed.statement.sign == "=" and isinstance(left.tree, ast.Name) and str(left) not in right.names
    return "" if fits else f"must state symbol = formula without that symbol, got {claimed.statement}"


def _fresh(claimed: Claimed) -> str:
    name = str(claimed.statement.lhs)
    return _names_left(claimed) or (f"must name a new symbol, {name} is used before" if name in claimed.known else "")


def _solved(claimed: Claimed) -> str:
    wrong = _names_left(claimed)
    named = wrong or any(str(claimed.statement.lhs) in r.names for r in _equations(claimed))
    return wrong or ("" if named else f"must use an equation that names {claimed.statement.lhs}")


def _values(claimed: Claimed) -> str:
    return "" if claimed.where else "must say in `where` what is put in"


def _expanded(claimed: Claimed) -> str:
    sums = (ast.Add, ast.Sub)
    factors = [
        factor
        for node in ast.walk(claimed.statement.rhs.tree)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Pow)
        for factor in (node.left, node.right)
    ]
    products = any(isinstance(factor, ast.BinOp) and isinstance(factor.op, sums) for factor in factors)
    return _equation(claimed) or (
        f"must leave no product of sums on the right, got {claimed.statement}" if products else ""
    )


def _quotient(claimed: Claimed) -> str:
    divides = any(isinstance(node, ast.Div) for node in _nodes(claimed.statement))
    return _equation(claimed) or ("" if divides else f"must state an equation with a quotient, got {claimed.statement}")


def _one_used(claimed: Claimed) -> str:
    if not claimed.by:
        return "must say in `by` what both sides are taken by"
    fits = [relation for relation in claimed.used if relation.sign == claimed.statement.sign]
    ordered = claimed.statement.sign in ("=", *INEQUALITIES)
    return "" if len(fits) == 1 and ordered else f"must use one earlier relation with {claimed.statement.sign}"


def _rounded(claimed: Claimed) -> str:
    fits = _calls(claimed.statement, "ceil", "floor")
    return "" if fits else f"must round with ceil or floor, got {claimed.statement}"


def _cased(claimed: Claimed) -> str:
    fits = _calls(claimed.statement, "min", "max", "ceil", "floor", "mod", "if")
    return "" if fits else f"must hold a min, max, ceil, floor, mod or condition, got {claimed.statement}"


def _limit(claimed: Claimed) -> str:
    if not is_name(claimed.over) or claimed.over not in claimed.statement.lhs.names:
        return f"must say in `over` which symbol of the left side grows, got {claimed.over!r}"
    free = claimed.over not in claimed.statement.rhs.names
    return _equation(claimed) or ("" if free else f"must not name {claimed.over} on the right")


def _optimum(claimed: Claimed) -> str:
    """f(c) - f(c0) >= 0 with c0 > 0 and k*c0**2 = S."""
    named = {name for relation in claimed.where if relation.sign == "=" for name in relation.names}
    positive = [str(r.lhs) for r in claimed.where if r.sign == ">" and str(r.rhs) == "0" and str(r.lhs) in named]
    fits = any(name in claimed.statement.names for name in positive)
    return _inequality(claimed) or ("" if fits else "must give the optimum c0 in `where`, by c0 > 0 and an equation")


# -- duties ----------------------------------------------------------------------------------------------------------


def _itself(claimed: Claimed) -> list[Duty]:
    return [Duty(claimed.statement)]


def _none(claimed: Claimed) -> list[Duty]:
    return []


def _equations(claimed: Claimed) -> list[Relation]:
    return [relation for relation in (*claimed.used, *claimed.where) if relation.sign == "="]


def _substituted_back(claimed: Claimed) -> list[Duty]:
    """The solution follows from the equation, and put into the equation it makes it true."""
    name = str(claimed.statement.lhs)
    equation = next(relation for relation in _equations(claimed) if name in relation.names)
    back = equation.substitute({name: claimed.statement.rhs})
    return [Duty(claimed.statement), Duty(back, leave_out=(equation.text, claimed.statement.text))]


def _both_sides(operation: Callable[[Formula, Formula], Formula]) -> Duties:
    """Each side is the used one taken by the factor, and the factor is not zero (positive beside an inequality)."""

    def duties(claimed: Claimed) -> list[Duty]:
        used = next(relation for relation in claimed.used if relation.sign == claimed.statement.sign)
        factor, left_out = Formula.parse(claimed.by), (used.text,)
        sides = ((claimed.statement.lhs, used.lhs), (claimed.statement.rhs, used.rhs))
        sign = "!=" if used.sign == "=" else ">"
        return [
            *(Duty(Relation(new, "=", operation(old, factor)), left_out) for new, old in sides),
            Duty(Relation(factor, sign, Formula.of(0)), left_out),
        ]

    return duties


RULES: dict[str, Rule] = {
    "given": Rule("premise", _any, "taken from a source or as the input of the question", _none),
    "define": Rule("premise", _fresh, "a new symbol for a formula", _none),
    "built": Rule("built", _names_left, "the sum over the cached tensors of a catalogue variant", _itself),
    "substitute": Rule("judged", _any, "equals put for equals", _itself),
    "expand": Rule("judged", _expanded, "products multiplied out", _itself),
    "collect": Rule("judged", _equation, "like terms collected", _itself),
    "cancel": Rule("judged", _quotient, "common factors cancelled, where they are not zero", _itself),
    "multiply_both": Rule("judged", _one_used, "both sides multiplied", _both_sides(lambda side, by: side * by)),
    "divide_both": Rule(
        "judged", _one_used, "both sides divided by what is not zero", _both_sides(lambda s, by: s / by)
    ),
    "solve_for": Rule("judged", _solved, "an equation solved for one symbol, and put back into it", _substituted_back),
    "specialise": Rule("judged", _values, "values put in", _itself),
    "cases": Rule("judged", _cased, "proved case by case", _itself),
    "bound": Rule("judged", _inequality, "an inequality", _itself),
    "divisible": Rule("judged", _divisibility, "one number divides another", _itself),
    "round_up": Rule("judged", _rounded, "the next whole number", _itself),
    "limit": Rule("limit", _limit, "what the left side tends to as a symbol grows without bound", _itself),
    "optimum": Rule("judged", _optimum, "no value is better than the one at the optimum", _itself),
    "convert": Rule("judged", _equation, "another unit", _itself),
}


def rule(name: str) -> Rule:
    """The rule of that name, or `BadInput`.

    >>> rule("limit").words
    'what the left side tends to as a symbol grows without bound'
    """
    if name not in RULES:
        raise BadInput(f"a rule must be one of {', '.join(RULES)}, got {name[:40]!r}")
    return RULES[name]
