"""The kernel: checks proofs of relations between formulas, and is alone in making a `Proved`.

A relation holds in a case by normal form, by signs, or by a checked contradiction: a sum of products of nonnegative
things that would be negative if it were false. A split lists cases that the kernel itself makes exhaustive: an order
(`a <= b` or `a > b`; or `<`, `=`, `>`) or a division (`n = d*q + r`, `0 <= r < d`, with fresh q and r). How to split,
and which products to take, is found elsewhere by untrusted search; here it is only checked. Standard library only;
with `normal`, `functions`, `domains`, `polynomial` and `periodic` beside it this is all that has to be trusted.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from symkv.errors import BadInput
from symkv.formula import Formula, Relation
from symkv.proof import periodic
from symkv.proof.domains import ANY, COUNT, NATURAL, RATIO, WHOLE, Domain, truth
from symkv.proof.normal import Case, Contradiction
from symkv.proof.polynomial import (
    ONE,
    Poly,
    Quotient,
    add,
    coefficients,
    constant,
    named,
    names,
    negative,
    substitute,
    times,
    variable,
    whole,
)

__all__ = ["COUNT", "NATURAL", "RATIO", "WHOLE", "Domain", "Proved", "prove", "prove_limit"]

_SEAL = object()
MAX_RESIDUES = 64
FALSE_WAYS = {"=": "<>", "<": (">=",), "<=": ">", ">": ("<=",), ">=": "<", "!=": "="}  # how a relation can fail


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


def prove(
    statement: Relation, assume: Iterable[Relation], domains: Mapping[str, Domain], split: Any = None
) -> Proved | None:
    """A `Proved` if the relation follows from the hypotheses in every case of the split, else None.

    `split` is None for one case, or one of

    - {"order": [a, b], "cases": [split, split]} for a <= b and a > b; with three cases for a < b, a = b and a > b;
    - {"divide": [n, d], "cases": [split]} for n = d*q + r with 0 <= r < d; with d cases for r = 0, 1, ..., d - 1;
    - {"absurd": [terms, ...]}: for each way in which the statement can fail, a sum of products that shows it can't;
    - {"periodic": name}: all other symbols are numbers, and the normal forms in that one agree.

    Raises `BadInput` for contradictory hypotheses and for a split that does not cover the domain.

    >>> statement = Relation.parse("min(S, W) + max(S, W) = S + W")
    >>> split = {"order": ["S", "W"], "cases": [None, None]}
    >>> prove(statement, (), {"S": COUNT, "W": COUNT}, split).conditions
    ()
    """
    hypotheses = tuple(assume)
    case = _supposed(hypotheses, domains)
    conditions: dict[str, None] = {}
    try:
        true = holds(statement, case, hypotheses, split, conditions)
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as problem:
        raise BadInput(
            f"a split must be null or one of order, divide, absurd, periodic, well formed: {problem}"
        ) from None
    return Proved(statement.text, _texts(hypotheses), tuple(conditions), split, _SEAL) if true else None


def _texts(relations: Iterable[Relation]) -> tuple[str, ...]:
    return tuple(relation.text for relation in relations)


def _supposed(hypotheses: tuple[Relation, ...], domains: Mapping[str, Domain]) -> Case:
    case = Case(domains)
    try:
        for hypothesis in hypotheses:
            case.suppose(hypothesis)
    except Contradiction as clash:
        raise BadInput(f"the assumptions must be able to hold together, {clash} can't; drop one") from None
    return case


# -- cases -----------------------------------------------------------------------------------------------------------


def holds(
    statement: Relation, case: Case, supposed: tuple[Relation, ...], split: Any, conditions: dict[str, None]
) -> bool:
    """Whether a split proves the statement in a case; the conditions under which it does are added."""
    if split is None:
        true = concludes(case, statement)
    elif "absurd" in split:
        true = _cannot_fail(statement, case, split["absurd"], conditions)
    elif "periodic" in split:
        true = _periodic(statement, case, supposed, split["periodic"])
    else:
        for part, inner in zip(parts_of(case, split), split["cases"], strict=True):
            below = case.copy()
            try:
                for hypothesis in part:
                    below.suppose(hypothesis)
            except Contradiction:  # an empty case holds, where what it divides by is not zero
                conditions.update(below.conditions)
                continue
            if not holds(statement, below, (*supposed, *part), inner, conditions):
                return False
        return True
    conditions.update(case.conditions)
    return true


def parts_of(case: Case, split: Any) -> list[list[Relation]]:
    """The hypotheses of each case of a split, together exhaustive."""
    count = len(split["cases"])
    if "order" in split:
        a, b = map(Formula.parse, split["order"])
        signs = {2: ("<=", ">"), 3: ("<", "=", ">")}.get(count)
        if signs is None:
            raise BadInput(f"an order split must have 2 or 3 cases, got {count}; it does not cover the domain")
        return [[Relation(a, sign, b)] for sign in signs]
    n, d = map(Formula.parse, split["divide"])
    top, bottom = case.read(n.tree), case.read(d.tree)
    if not (case.integral(top) and case.integral(bottom)) or case.sign(bottom) != ">":
        raise BadInput(f"a division split needs whole numbers and a positive divisor, {n} or {d} may be none")
    quotient = _symbol(case.new(NATURAL if case.sign(top) in (">", ">=", "0") else WHOLE))
    if count == 1:
        rest = _symbol(case.new(NATURAL))
        return [[Relation(rest, "<", d), Relation(n, "=", d * quotient + rest)]]
    if bottom != whole(count) or count > MAX_RESIDUES:
        raise BadInput(f"a division split must have 1 case or one for each remainder, got {count}")
    return [[Relation(n, "=", d * quotient + residue)] for residue in range(count)]


def _symbol(name: str) -> Formula:
    return Formula(ast.Name(name, ast.Load()))


def concludes(case: Case, relation: Relation) -> bool:
    """Whether the relation follows in a case by normal form or by sign."""
    if relation.sign == "multiple of":
        return concludes(case, Relation(relation.rhs, "divides", relation.lhs))
    left, right = case.read(relation.lhs.tree), case.read(relation.rhs.tree)
    if relation.sign == "divides":
        return case.is_nonzero(left.num) and case.integral(case.squared(right * left.inverse()))
    gap = left - right
    if relation.sign == "=" and not any(fact.sign == "=" for fact in case.facts):
        return not gap.num  # what is not identically zero is zero by an equation only
    return bool(truth(relation.sign, case.sign(gap)))


def failing(case: Case, statement: Relation) -> list[Case | None]:
    """The cases in which the statement fails, one for each way; None for one that is contradictory as it stands."""
    if statement.sign not in FALSE_WAYS:
        raise BadInput(f"an absurd case needs one of {' '.join(FALSE_WAYS)}, got {statement.sign}")
    found: list[Case | None] = []
    for sign in FALSE_WAYS[statement.sign]:
        way = case.copy()
        try:
            way.suppose(Relation(statement.lhs, sign, statement.rhs))
            found.append(way)
        except Contradiction:
            case.conditions.update(way.conditions)
            found.append(None)
    return found


def _cannot_fail(statement: Relation, case: Case, given: Any, conditions: dict[str, None]) -> bool:
    ways = failing(case, statement)
    if len(given) != len(ways):
        raise BadInput(f"an absurd split must have one sum for each of {len(ways)} ways to fail, got {len(given)}")
    for way, terms in zip(ways, given, strict=True):
        if way is not None:
            if not absurd(way, terms):
                return False
            conditions.update(way.conditions)
    return True


def absurd(case: Case, terms: Iterable[Any]) -> bool:
    """Whether a sum of products of nonnegative things is negative, which nothing is: the case is then empty.

    A term is [size, [part, ...]]. The size is a rational above 0 (any rational beside an equation); a part is the name
    of a variable for its excess over its lower bound, the number of a fact, or {"square": formula}.
    """
    total: Poly = {}
    strict = False
    for size, parts in terms:
        scale, positive = Fraction(size), True
        poly = constant(scale)
        free = any(isinstance(part, int) and case.facts[part].sign == "=" for part in parts)
        if scale < 0 and not free:
            return False
        for part in parts:
            if isinstance(part, int):
                sign, factor = case.facts[part]
                positive = positive and sign == ">"
            elif isinstance(part, str):
                domain = case.domains[part]
                if domain.lower is None and not free:
                    return False
                factor = add(variable(part), constant(domain.lower or 0), -1)
                positive = positive and domain.strict
            else:
                root = case.read(Formula.parse(part["square"]).tree)
                if root.den != ONE:
                    return False
                factor, positive = times(root.num, root.num), False
            poly = times(poly, factor)
        total, strict = add(total, poly), strict or (positive and scale > 0)
    minus = negative(total)
    return case.positive(minus) or (strict and case.nonnegative(minus))


def _periodic(statement: Relation, case: Case, supposed: Iterable[Relation], name: str) -> bool:
    """Whether the normal forms in one whole symbol agree, everything else being numbers."""
    domain = case.domains[name]
    if not domain.whole or domain.lower is None:
        return False
    numbers = {n: Fraction(v.num.get((), 0)) for n, v in case.values.items() if v.den == ONE and not names(v.num)}
    usable = [relation for relation in supposed if set(relation.names) <= {name, *numbers}]
    try:
        return periodic.always(statement, usable, name, domain.lower, numbers)
    except periodic.NotPeriodic:
        return False


# -- limits ----------------------------------------------------------------------------------------------------------


def prove_limit(
    statement: Relation,
    over: str,
    assume: Iterable[Relation],
    domains: Mapping[str, Domain],
    beyond: Iterable[str] = (),
) -> Proved | None:
    """A `Proved` that the left side tends to the right one as `over` grows without bound, by comparing degrees.

    >>> limit = Relation.parse("ceil(S/P)*P*w/S = w")
    >>> prove_limit(limit, "S", (), {"S": COUNT, "P": COUNT, "w": RATIO}).statement
    'ceil(S/P)*P*w/S = w as S grows without bound'
    """
    hypotheses, bounds = tuple(assume), tuple(beyond)
    found = limit_of(statement.lhs, over, hypotheses, domains, bounds)
    if found is None:
        return None
    case, limit = found
    wanted = case.read(statement.rhs.tree)
    ends = (wanted.num, wanted.den)
    if over in names(*ends) | case.within(ends) or not limit.same(wanted):
        return None
    text = f"{statement.text} as {over} grows without bound"
    return Proved(text, _texts(hypotheses), tuple(case.conditions), {"limit": over, "beyond": list(bounds)}, _SEAL)


def limit_of(
    formula: Formula, over: str, assume: tuple[Relation, ...], domains: Mapping[str, Domain], beyond: Iterable[str] = ()
) -> tuple[Case, Quotient] | None:
    """The limit of a formula as `over` grows without bound, and the case in which it is read; None where none follows.

    Only what lies beyond bounds that do not depend on `over` is looked at. A rounded value is squeezed: floor(x) is
    x - t and ceil(x) is x + t with 0 <= t < 1, and what is bounded does not count in the highest degree.
    """
    case = _supposed(assume, domains)
    if over in case.values or any(
        over in names(poly) | case.within([poly]) for poly in (*(f.poly for f in case.facts), *case.nonzero)
    ):
        raise BadInput(f"a limit needs a free {over}, an assumption ties it; drop that or give a bound in `beyond`")
    for bound in map(Formula.parse, beyond):
        value = case.read(bound.tree)
        if over in names(value.num, value.den) | case.within([value.num, value.den]):
            raise BadInput(f"a bound must not depend on {over}, {bound} does")
        case.suppose(Relation(_symbol(over), ">=", bound))
    value = case.read(formula.tree)
    bounded: set[str] = set()
    while rounded := [n for n in sorted(names(value.num, value.den)) if over in case.within([variable(n)])]:
        puts = {}
        for name in rounded:
            function, arguments = case.atoms[name]
            if function not in ("floor", "ceil"):
                return None
            part = case.new(ANY)  # a number from 0 to 1, of which nothing but that is used
            bounded.add(part)
            puts[name] = arguments[0] + (named(part) if function == "ceil" else -named(part))
        value = substitute(value.num, puts) * substitute(value.den, puts).inverse()
    above, below = coefficients(value.num, over), coefficients(value.den, over)
    if len(above) > len(below) or bounded & names(below[-1]) or not case.is_nonzero(below[-1]):
        return None
    limit = Quotient(above[-1], below[-1]).reduced() if len(above) == len(below) else whole(0)
    return None if bounded & names(limit.num) else (case, limit)
