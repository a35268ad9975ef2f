"""Random pairs of formulas, alike enough to be mistaken for one another: what the kernel claims of them is evaluated.

Four kinds: a true identity, one with a random edit, a random formula beside an edited or rewritten one, and two that
have nothing to do with each other.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random

from symkv.errors import BadInput
from symkv.formula import Formula, Relation
from symkv.proof.collect import domain_of
from symkv.proof.edits import OPERATORS, children, kind, sites
from symkv.proof.kernel import COUNT, NATURAL, RATIO, Domain, prove
from symkv.proof.search import prove_with_split
from symkv.selftest.identities import Identity, identities
from symkv.selftest.points import false_at, has_values, names_of, points

REAL = Domain(False, None)
_LETTERS: dict[str, Domain] = {"S": COUNT, "W": COUNT, "P": COUNT, "k": NATURAL, "b": RATIO, "z": REAL}
_SIGNS = ("=", "=", "=", "=", "<=", "<=", "<", ">=", "!=", "divides")
_CONDITIONS = ("S <= W", "S < W", "P divides S", "S = k*P", "W = S + P", "k >= 1", "P >= 2", "S >= 2*W", "b <= 1")


@dataclass(frozen=True)
class Pair:
    """A statement that two formulas are equal, ordered or divide, over stated domains and assumptions."""

    statement: Relation
    assume: tuple[Relation, ...]
    domains: Mapping[str, Domain]

    def __str__(self) -> str:
        where = f" where {', '.join(r.text for r in self.assume)}" if self.assume else ""
        return f"{self.statement}{where}"


@dataclass(frozen=True)
class Claim:
    """What the kernel says of a pair: proved, under which conditions, refused as contradictory, or nothing."""

    verdict: str
    conditions: tuple[Relation, ...] = ()


def pairs(rng: Random) -> Iterator[Pair]:
    """Random pairs without end."""
    stream = identities(rng)
    while True:
        kind = rng.random()
        if kind < 0.25:
            yield stated(next(stream))
        elif kind < 0.6:
            pair = stated(next(stream))
            changed = edited(pair.statement, rng, pair.domains)
            yield pair if changed is None else Pair(changed, pair.assume, pair.domains)
        else:
            yield _free(rng, alike=kind < 0.9)


def stated(identity: Identity) -> Pair:
    """An identity as a pair, over the domains of the symbol table."""
    statement, assume = Relation.parse(identity.statement), tuple(map(Relation.parse, identity.where))
    return Pair(statement, assume, {name: domain_of(name) for name in names_of((statement, *assume))})


def claimed(pair: Pair, *, search: bool = True) -> Claim:
    """What the kernel says: with the splits that its search finds, or without any."""
    try:
        proof = (prove_with_split if search else prove)(pair.statement, pair.assume, pair.domains)
    except BadInput:
        return Claim("refused")
    return Claim("open") if proof is None else Claim("proved", tuple(map(Relation.parse, proof.conditions)))


def branches(pair: Pair) -> int:
    """How many different functions and conditionals a pair holds: what a search for splits grows with."""
    formulas = [side for relation in (pair.statement, *pair.assume) for side in (relation.lhs, relation.rhs)]
    nodes = (site.node for formula in formulas for site in sites(formula.tree))
    return len({ast.dump(node) for node in nodes if isinstance(node, ast.Call | ast.IfExp)})


def wrong(pair: Pair, claim: Claim, rng: Random, *, tries: int = 60) -> str:
    """What a point says against the claim, or nothing: a proved pair false there, a refused one with a value there."""
    if claim.verdict == "proved":
        assume = (*pair.assume, *claim.conditions)
        point, _ = false_at(pair.statement, assume, _with_conditions(pair, claim), rng, tries=tries)
        return "" if point is None else f"proved {pair}, false at {at(point)}"
    if claim.verdict == "refused":
        for point in points((pair.statement,), pair.assume, pair.domains, rng, tries=tries):
            if has_values(pair.statement, point):
                return f"refused {pair}, which has a value at {at(point)}"
    return ""


def edited(relation: Relation, rng: Random, domains: Mapping[str, Domain]) -> Relation | None:
    """The relation with one random edit on one side, as its text reads; None where no edit fits."""
    left = rng.random() < 0.5
    formula = _edited(relation.lhs if left else relation.rhs, rng, domains)
    if formula is None:
        return None
    pair = (formula, relation.rhs) if left else (relation.lhs, formula)
    try:
        return Relation.parse(Relation(pair[0], relation.sign, pair[1]).text)
    except BadInput:
        return None


def _edited(formula: Formula, rng: Random, domains: Mapping[str, Domain]) -> Formula | None:
    places, names = list(sites(formula.tree)), tuple(sorted(domains.items()))
    for _ in range(8):
        site, edit = rng.choice(places), rng.choice(list(OPERATORS.values()))
        found = [new for new in edit(site, names) if domains.keys() >= set(Formula(new).names)]
        if found:
            return Formula(site.replaced(rng.choice(found)))
    return None


def _free(rng: Random, *, alike: bool) -> Pair:
    """A random formula beside a rewritten or edited one, or beside another random one."""
    left = Formula.parse(_formula(rng, rng.choice((1, 2, 2, 3))))
    if not alike:
        right = Formula.parse(_formula(rng, rng.choice((1, 2))))
    else:
        right = _rewritten(left, rng)
        if rng.random() < 0.4:
            changed = _edited(right, rng, _LETTERS)
            right = right if changed is None else changed
    conditions = tuple(map(Relation.parse, rng.sample(_CONDITIONS, rng.choice((0, 0, 0, 1, 1, 2)))))
    statement = Relation.parse(Relation(left, rng.choice(_SIGNS), right).text)
    return Pair(statement, conditions, {name: _LETTERS[name] for name in names_of((statement, *conditions))})


_SHAPES = (
    *("({a} + {b})", "({a} - {b})", "({a}*{b})", "({a}*{b})", "({a}/{b})", "({a})**2", "-({a})"),
    *("min({a}, {b})", "max({a}, {b})", "ceil({a}/{b})", "floor({a}/{b})", "mod({a}, {b})"),
    "({a} if {b} <= S else W)",
)


def _formula(rng: Random, depth: int) -> str:
    if depth == 0 or rng.random() < 0.15:
        return rng.choice((*_LETTERS, "S", "W", "P", "S", "W", "1", "2", "3", "5"))
    a, b = (_formula(rng, depth - 1) for _ in range(2))
    return rng.choice(_SHAPES).format(a=a, b=b)


_REWRITINGS = {  # true laws, and some that are almost true
    "min": (
        "{a} + {b} - max({a}, {b})",
        "({a} if {a} <= {b} else {b})",
        "-max(-({a}), -({b}))",
        "{a} - max(0, {a} - {b})",
    ),
    "max": ("{a} + {b} - min({a}, {b})", "({b} if {a} <= {b} else {a})", "{a} + max(0, {b} - {a})", "min({b}, {a})"),
    "mod": ("({a}) - ({b})*floor(({a})/({b}))", "mod(({a}) + ({b}), {b})", "mod(mod({a}, {b}), {b})"),
    "ceil": ("-floor(-({a}))", "floor({a}) + 1", "floor(({a}) + 1) - (1 if floor({a}) = {a} else 0)"),
    "floor": ("-ceil(-({a}))", "ceil(({a}) + 1) - 1", "ceil(({a}) - 1) + (1 if ceil({a}) = {a} else 0)"),
    "product": ("({b})*({a})", "(({a} + {b})**2 - {a}**2 - {b}**2)/2", "(2*({a}))*(({b})/2)"),
    "sum": ("({b}) + ({a})", "(({a})**2 - ({b})**2)/(({a}) - ({b}))", "2*({a})/2 + ({b})"),
    "difference": ("-(({b}) - ({a}))", "(({a})**2 - ({b})**2)/(({a}) + ({b}))"),
    "quotient": ("(2*({a}))/(2*({b}))", "({a})*({b})**-1", "({a})*({b})/({b})**2"),
    "power": ("({a})*({a})", "sqrt({a})**4"),
    "symbol": ("({a} + 1 - 1)", "sqrt({a}**2)", "{a}*S/S"),
}


def _rewritten(formula: Formula, rng: Random) -> Formula:
    places = [site for site in sites(formula.tree) if kind(site.node) in _REWRITINGS]
    if not places:
        return formula
    site = rng.choice(places)
    parts = [f"({Formula(child)})" for child in children(site.node)] or [f"({Formula(site.node)})"]
    text = rng.choice(_REWRITINGS[kind(site.node)]).format(a=parts[0], b=parts[-1])
    return Formula(site.replaced(Formula.parse(text).tree))


def _with_conditions(pair: Pair, claim: Claim) -> dict[str, Domain]:
    return {**{name: domain_of(name) for name in names_of(claim.conditions)}, **pair.domains}


def at(point: Mapping[str, object]) -> str:
    """A point in words."""
    return ", ".join(f"{name} = {value}" for name, value in point.items())
