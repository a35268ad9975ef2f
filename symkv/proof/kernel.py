"""The kernel: decides relations between formulas by exact normal form, and is alone in making a `Proved`.

Standard library only; `normal` and `polynomial` beside it are the rest of what has to be trusted. Two formulas are
equal when the cross-multiplied difference of their normal forms is the zero polynomial. Hypotheses eliminate
variables: an equation is solved for one, `a <= b` becomes `b = a + s` with a fresh `s >= 0`. A split lists cases that
the kernel itself makes exhaustive: an order (`a <= b` or `a > b`) or a division (`n = d*q + r`, `0 <= r < d`). Splits
are found elsewhere, by untrusted search; here they are only checked.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from symkv.errors import BadInput
from symkv.formula import Formula, Relation
from symkv.proof.normal import COUNT, NATURAL, RATIO, SLACK, WHOLE, Context, Domain, show, truth
from symkv.proof.polynomial import Poly, Quotient, add, constant, linear_in, named, names, whole

__all__ = ["COUNT", "NATURAL", "RATIO", "Domain", "Proved", "prove"]

_SEAL = object()


@dataclass(frozen=True)
class Proved:
    """A relation that the kernel has proved under `assume`, for all values in the domains that meet `conditions`."""

    statement: str
    assume: tuple[str, ...]
    conditions: tuple[str, ...]
    split: Any
    seal: object = field(repr=False)

    def __post_init__(self) -> None:
        if self.seal is not _SEAL:
            raise BadInput("a Proved comes from the kernel only; call kernel.prove")


class Contradiction(Exception):  # not an error: in a case split it closes the case
    """The hypotheses of a case can't hold together."""


# -- hypotheses --------------------------------------------------------------------------------------------------


def suppose(context: Context, relation: Relation) -> None:
    """Take a hypothesis: it eliminates a variable where it can; one that can't be used is dropped, never guessed.

    Raises `Contradiction` where it is false under what is known.
    """
    if relation.sign == "multiple of":
        return suppose(context, Relation(relation.rhs, "divides", relation.lhs))
    left, right = context.read(relation.lhs.tree), context.read(relation.rhs.tree)
    if relation.sign == "divides":  # b = a*k with a fresh whole k, positive where both sides are
        positive = context.sign(right) == ">" and context.sign(left) == ">"
        k = context.new(COUNT if positive else WHOLE, "", right * Quotient(left.den, left.num) if left.num else right)
        return _equate(context, right - left * named(k), relation.rhs.names)
    gap = context.reduce(right - left)
    if relation.sign == "=":
        return _equate(context, gap, relation.lhs.names)
    true = truth(relation.sign, context.sign(context.reduce(left - right)))
    if true is False:
        raise Contradiction(relation.text)
    if relation.sign == "!=":
        context.nonzero.append(gap.num)
    elif true is None:
        sign = relation.sign
        _below(context, gap if sign in ("<", "<=") else whole(0) - gap, strict=sign in ("<", ">"))
    return None


def _below(context: Context, gap: Quotient, *, strict: bool) -> None:
    """gap >= 0 (or > 0) becomes gap = s with a fresh s; between whole numbers a strict gap is at least 1."""
    if not context.positive(gap.den):
        return None
    size = Quotient(gap.num, constant(1))
    integral = context.integral(size)
    if integral and strict:
        size, strict = size - whole(1), False
    if not strict and context.sign(size) in ("<=", "0"):  # both at least and at most 0
        return _equate(context, size, ())
    domain = NATURAL if integral else RATIO if strict else SLACK
    return _equate(context, size - named(context.new(domain, "", size)), (), keep_signs=True)


def _equate(context: Context, gap: Quotient, prefer: Iterable[str], *, keep_signs: bool = False) -> None:
    """gap = 0 solves for one variable with a coefficient that can't vanish, one of `prefer` first."""
    if not gap.num:
        return
    if context.sign(gap) in ("<", ">"):
        raise Contradiction(show(gap.num, context))
    preferred = list(prefer)
    candidates = sorted(names(gap.num), key=lambda n: (n not in preferred, n.startswith("~"), n))
    for name in candidates:
        parts = linear_in(gap.num, name)
        if parts is None or not parts[0] or not context.is_nonzero(parts[0]) or _occurs_inside(context, name, parts):
            continue
        value = Quotient(add({}, parts[1], -1), parts[0]).reduced()
        domain = context.domains.get(name)
        if keep_signs and (domain is None or context.sign(value) not in (">", ">=", "0")):
            continue
        if domain is not None and domain.lower is not None and context.sign(value - whole(domain.lower)) == "<":
            raise Contradiction(f"{name} >= {domain.lower}")
        context.eliminated.append((name, value))
        return


def _occurs_inside(context: Context, name: str, parts: tuple[Poly, Poly]) -> bool:
    """Whether a variable also stands inside an opaque one of the same equation, or is one itself."""
    inside = [n for part in parts for n in names(part) if n in context.opaque]
    found: set[str] = set()
    while inside:
        for argument in context.opaque[inside.pop()][1]:
            for n in {*names(argument.num), *names(argument.den)} - found:
                found.add(n)
                inside += [n] if n in context.opaque else []
    return name in found or name in context.opaque


# -- conclusions -------------------------------------------------------------------------------------------------


def concludes(context: Context, relation: Relation) -> bool:
    """Whether the relation follows here by normal form or by sign."""
    if relation.sign == "multiple of":
        return concludes(context, Relation(relation.rhs, "divides", relation.lhs))
    left, right = context.read(relation.lhs.tree), context.read(relation.rhs.tree)
    if relation.sign == "divides":
        return context.sign(left) in (">", "<") and context.integral(context.divided(right, left))
    return bool(truth(relation.sign, context.sign(context.reduce(left - right))))


def prove(
    statement: Relation, assume: Iterable[Relation], domains: Mapping[str, Domain], split: Any = None
) -> Proved | None:
    """A `Proved` if the relation follows from the hypotheses in every case of the split, else None.

    `split` is None for one case, or {"order": [a, b], "cases": [split, split]} for a <= b and a > b, or
    {"divide": [n, d], "cases": [split]} for n = d*q + r. Contradictory hypotheses raise `BadInput`.
    """
    hypotheses = tuple(assume)
    context = Context(domains)
    try:
        for hypothesis in hypotheses:
            suppose(context, hypothesis)
    except Contradiction as clash:
        raise BadInput(f"the assumptions must be able to hold together, {clash} can't; drop one") from None
    conditions: dict[str, None] = {}
    if not _holds(statement, context, split, conditions):
        return None
    return Proved(statement.text, tuple(h.text for h in hypotheses), tuple(conditions), split, _SEAL)


def _holds(statement: Relation, context: Context, split: Any, conditions: dict[str, None]) -> bool:
    if split is None:
        true = concludes(context, statement)
        conditions.update(context.conditions)
        return true
    if "order" in split:
        a, b = map(Formula.parse, split["order"])
        parts = [[Relation(a, "<=", b)], [Relation(a, ">", b)]]
    elif "divide" in split:
        n, d = map(Formula.parse, split["divide"])
        parts = [_division(context, n, d)]
    else:
        raise BadInput(f"a split must be an order or a division, got {sorted(split)}")
    if len(split["cases"]) != len(parts):
        raise BadInput(f"a split must have {len(parts)} cases, got {len(split['cases'])}; it does not cover the domain")
    for part, inner in zip(parts, split["cases"], strict=True):
        case = context.copy()
        try:
            for hypothesis in part:
                suppose(case, hypothesis)
        except Contradiction:  # an empty case holds, where what it divides by is not zero
            conditions.update(case.conditions)
            continue
        if not _holds(statement, case, inner, conditions):
            return False
    return True


def _division(context: Context, n: Formula, d: Formula) -> list[Relation]:
    """n = d*q + r, 0 <= r < d: exists and is unique for whole n >= 0 and d >= 1, which is checked first."""
    top, bottom = context.read(n.tree), context.read(d.tree)
    if not (context.integral(top) and context.integral(bottom)):
        raise BadInput(f"a division split needs whole numbers, {n} or {d} may be none")
    if context.sign(top) not in (">", ">=", "0") or context.sign(bottom) != ">":
        raise BadInput(f"a division split needs {n} >= 0 and {d} >= 1")
    ratio = top * Quotient(bottom.den, bottom.num)
    fresh = context.new(NATURAL, "floor", ratio), context.new(NATURAL, "mod", top, bottom)
    q, r = (Formula(ast.Name(name, ast.Load())) for name in fresh)
    return [Relation(d, ">", r), Relation(n, "=", d * q + r)]
