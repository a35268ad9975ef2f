"""The nearest mistake that a refuted relation resembles, found by trying repairs: each one offered is proved.

A factor that one side lacks follows from the quotient of both normal forms; anything else is an edit of one node. An
edit has to hold at a number of points before the kernel is asked, so that a search stays cheap.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from time import monotonic
from typing import Literal

from symkv.errors import SymkvError
from symkv.formula import Formula, Relation, symbol
from symkv.formula.reader import MAX_NODES
from symkv.proof.collect import Writer, domain_of
from symkv.proof.counterexample import find, satisfiable
from symkv.proof.domains import Domain
from symkv.proof.edits import Site, sites
from symkv.proof.evaluator import Check
from symkv.proof.factors import Blame, blame, partners
from symkv.proof.normal import Case, Contradiction
from symkv.proof.points import starts
from symkv.proof.polynomial import ONE, Quotient, exact, joined, times
from symkv.proof.region import Region, Start
from symkv.proof.repairs import ANY_CHANGE, MIXED_UP, SLIPS, TELLING, Edit, Setting
from symkv.proof.search import prove_with_split

__all__ = ["definitions", "likely_mistake"]

Side = Literal["left", "right"]
SECONDS, SECONDS_OF_A_PROOF = 2.0, 0.5  # for the whole search, and for one repair
PROOFS = 8  # repairs that hold at all points and are put to the kernel
POINTS, TRIES = 16, 400
MOST_SITES = 200  # nodes of a side; nobody mistypes one node among more

_STRICT = {"<": "<=", ">": ">="}
_TURNED = frozenset({*_STRICT, *_STRICT.values(), "divides", "multiple of"})


def likely_mistake(
    relation: Relation,
    hypotheses: Iterable[Relation] = (),
    domains: Mapping[str, Domain] | None = None,
    *,
    suspect: Side | None = None,
) -> str:
    """One sentence on the mistake that a refuted relation resembles, or "" where no repair can be proved.

    `suspect` says which side is to be blamed; without it, the side that would be wrong in the more usual way. A name
    without a domain has that of the symbol table. A relation that isn't refuted has no mistake.

    >>> likely_mistake(Relation.parse("n_layers*2*n_kv_heads*d_head = n_layers*n_kv_heads*d_head"))
    'the right side lacks the factor 2 for key and value'
    >>> likely_mistake(Relation.parse("n_layers*2*n_kv_heads*d_head = n_layers*2*n_heads*d_head"))
    'the right side uses n_heads where n_kv_heads is meant'
    >>> likely_mistake(Relation.parse("min(n_tokens, window) = n_tokens"))
    'it holds only where n_tokens <= window, a condition that is not given'
    """
    assumed = tuple(hypotheses)
    try:
        search = _Search(relation, assumed, domains or {}, suspect)
        return next(search.sentences(), "") if search.is_false() else ""
    except (SymkvError, Contradiction):  # what can't be read under the assumptions resembles nothing
        return ""


@dataclass(frozen=True)
class _Repair:
    """A relation that may have been meant, under more conditions perhaps, and what was wrong."""

    relation: Relation
    says: str
    under: tuple[Relation, ...] = ()


class _Search:
    """One relation, the points at which repairs are tried, and the time that is left."""

    def __init__(
        self,
        relation: Relation,
        assumed: tuple[Relation, ...],
        declared: Mapping[str, Domain],
        suspect: Side | None,
    ) -> None:
        self.relation, self.assumed, self.until = relation, assumed, monotonic() + SECONDS
        own = dict.fromkeys(name for one in (relation, *assumed) for name in one.names)
        self.names = tuple(own)
        more = {other: None for name in own for other in (*partners(name), "d_head")}
        self.domains = {name: declared.get(name) or domain_of(name) for name in {**own, **more}}
        self.suspects = _suspects(relation, assumed, suspect)
        self.proofs = PROOFS
        self._points: list[Start] | None = None

    def is_false(self) -> bool:
        """Whether the relation has a counterexample: only then is there a mistake."""
        return find(self.relation, self.assumed, self.domains, tries=TRIES) is not None

    def sentences(self) -> Iterator[str]:
        """What is proved to repair the relation, the most telling first."""
        for repair in self.repairs():
            if self.repaired(repair):
                yield repair.says

    def repairs(self) -> Iterator[_Repair]:
        """Everything that may have been meant."""
        if self.relation.sign == "=":
            yield from self.edits(MIXED_UP)
            yield from self.factors()
            yield from self.edits(SLIPS)
            yield from self.terms()
            yield from self.conditions()
            yield from self.edits(ANY_CHANGE)
        else:
            yield from self.signs()
            yield from self.edits(TELLING)
            yield from self.conditions()

    # -- judging -----------------------------------------------------------------------------------------------------

    def repaired(self, repair: _Repair) -> bool:
        """Whether the kernel proves the repaired relation, which has to hold at the points first."""
        if monotonic() > self.until or self.proofs <= 0:
            return False
        check, tried = Check(repair.relation), 0
        for point in self.points():
            try:
                if all(Check(relation).holds(point) for relation in repair.under):
                    if not check.holds(point):
                        return False
                    tried += 1
            except ArithmeticError:
                continue
        if not tried:
            return False
        self.proofs -= 1
        under = (*self.assumed, *repair.under)
        try:
            if repair.under and not satisfiable(under, self.domains):
                return False
            left = max(0.0, min(SECONDS_OF_A_PROOF, self.until - monotonic()))
            return prove_with_split(repair.relation, under, self.domains, seconds=left) is not None
        except SymkvError:
            return False

    def points(self) -> list[Start]:
        """Points that meet the assumptions, with values for names that a repair may bring in."""
        if self._points is None:
            total = Formula.of(0)
            for name in self.domains:
                total = total + symbol(name)
            region = Region(Relation(total, "=", total), self.assumed, self.domains)
            tried = (region.complete(start) for start in starts(region, (self.relation, *self.assumed), TRIES))
            self._points = list(islice((point for point in tried if point is not None), POINTS))
        return self._points

    # -- what may have been meant ------------------------------------------------------------------------------------

    def sides(self) -> Iterator[tuple[str, Formula, Callable[[Formula], Relation]]]:
        """The sides that may be wrong, each with the relation that has another formula there."""
        left, sign, right = self.relation.lhs, self.relation.sign, self.relation.rhs
        for side in self.suspects:
            if side == "right":
                yield side, right, lambda new: Relation(left, sign, new)
            else:
                yield side, left, lambda new: Relation(new, sign, right)

    def factors(self) -> Iterator[_Repair]:
        """One side is the other times a number and powers of symbols: the factor in words, of the likelier side."""
        case, left, right = self._normal_forms()
        ratio = _lone_ratio(left, right)
        if ratio is None:
            return
        number, powers = ratio
        writer = Writer(case)
        if any(name in case.atoms for name in powers):  # a cap or a rounding: edits and conditions say it better
            return
        factor = Formula(writer.quotient(_monomial(number, powers)))
        found: list[tuple[Blame, _Repair]] = []
        for side, formula, put in self.sides():
            turn = 1 if side == "right" else -1
            said = blame(number**turn, {n: p * turn for n, p in powers.items()}, formula.names, self.names)
            if said is not None:
                whole = formula * factor if turn == 1 else formula / factor
                found.append((said, _Repair(put(whole), f"the {side} side {said.says}")))
        yield from (repair for _, repair in sorted(found, key=lambda pair: pair[0].cost))

    def terms(self) -> Iterator[_Repair]:
        """A single term that one side lacks."""
        case, left, right = self._normal_forms()
        gap = left - right
        if len(gap.num) != 1 or gap.den != ONE or not left.num or not right.num or () in gap.num:
            return
        ((monomial, size),) = gap.num.items()
        if any(name in case.atoms for name, _ in monomial):
            return
        term = Formula(Writer(case).quotient(gap if size > 0 else -gap))
        lacking = "right" if size > 0 else "left"
        for side, formula, put in self.sides():
            whole = formula + term if side == lacking else formula - term
            what = "lacks the term" if side == lacking else "has the term"
            tail = "" if side == lacking else " too many"
            yield _Repair(put(whole), f"the {side} side {what} {term}{tail}")

    def edits(self, table: tuple[Edit, ...]) -> Iterator[_Repair]:
        """The relation with one node of one side edited, one kind of edit after the other."""
        trees = [one for relation in (self.relation, *self.assumed) for one in (relation.lhs.tree, relation.rhs.tree)]
        setting = Setting(self.names, tuple(trees))
        places = [(side, put, _sites(formula)) for side, formula, put in self.sides()]
        for edit in table:
            for side, put, found in places:
                for site in found:
                    for new, says in edit(site, setting):
                        if not _collapses(site, new):
                            yield _Repair(put(Formula(site.replaced(new))), f"the {side} side {says}")

    def conditions(self) -> Iterator[_Repair]:
        """The relation as it stands, under a condition that its caps and roundings suggest."""
        for text in dict.fromkeys(_suggested(self.relation)):
            condition = Relation.parse(text)
            yield _Repair(self.relation, f"it holds only where {text}, a condition that is not given", (condition,))

    def signs(self) -> Iterator[_Repair]:
        """The relation with a sign that also allows equality, or turned round."""
        left, sign, right = self.relation.lhs, self.relation.sign, self.relation.rhs
        if sign in _STRICT:
            weak = _STRICT[sign]
            yield _Repair(
                Relation(left, weak, right), f"both sides can be equal: it holds with {weak}, not with {sign}"
            )
        if sign in _TURNED:
            turned = Relation(right, sign, left)
            yield _Repair(turned, f"it holds the other way round: {turned}")

    def _normal_forms(self) -> tuple[Case, Quotient, Quotient]:
        """Both sides under the assumptions; a lone symbol by what an assumption says that it is."""
        defined = definitions(self.relation, self.assumed)
        case = Case(self.domains)
        for relation in self.assumed:
            if not any(relation is used for used, _ in defined.values()):
                case.suppose(relation)
        puts = {name: formula for name, (_, formula) in defined.items()}
        sides = (side.substitute(puts) for side in (self.relation.lhs, self.relation.rhs))
        left, right = (case.read(side.tree) for side in sides)
        return case, left, right


def _collapses(site: Site, new: ast.expr) -> bool:
    """Whether an edit makes min(a, b) a mere min(a, a): that undoes the function, not a mistake."""
    match site.parent:
        case ast.Call(func=ast.Name(id=("min" | "max")), args=args):
            return any(Formula(arg).text == Formula(new).text for arg in args if arg is not site.node)
    return False


def _suspects(relation: Relation, assumed: tuple[Relation, ...], suspect: Side | None) -> tuple[Side, ...]:
    """The sides that may be wrong: not a lone symbol, which is what the other side is to be.

    Of two lone symbols the one that an assumption defines is right.
    """
    if suspect is not None:
        return (suspect,)
    lone = [isinstance(side.tree, ast.Name) for side in (relation.lhs, relation.rhs)]
    if all(lone):
        defined = definitions(relation, assumed)
        lone = [str(side.text) in defined for side in (relation.lhs, relation.rhs)]
        if lone == [False, False]:
            return ()
    sides: tuple[tuple[Side, bool], ...] = (("right", lone[1]), ("left", lone[0]))
    return tuple(side for side, fixed in sides if not fixed)


def definitions(relation: Relation, assumed: tuple[Relation, ...]) -> dict[str, tuple[Relation, Formula]]:
    """What the assumptions say of a symbol that is a side of its own: by its name the equation and the other side."""
    found: dict[str, tuple[Relation, Formula]] = {}
    for name in (side.tree.id for side in (relation.lhs, relation.rhs) if isinstance(side.tree, ast.Name)):
        for one in assumed:
            for here, there in ((one.lhs, one.rhs), (one.rhs, one.lhs)):
                if one.sign == "=" and here.text == name and name not in there.names:
                    found.setdefault(name, (one, there))
    return found


def _sites(formula: Formula) -> list[Site]:
    found = list(islice(sites(formula.tree), min(MOST_SITES, MAX_NODES) + 1))
    return found if len(found) <= MOST_SITES else []


def _monomial(number: Fraction, powers: Mapping[str, int]) -> Quotient:
    top, bottom = (tuple(sorted((n, abs(p)) for n, p in powers.items() if p * sign > 0)) for sign in (1, -1))
    return Quotient({top: exact(number, 1)}, {bottom: 1})


def _lone_ratio(left: Quotient, right: Quotient) -> tuple[Fraction, dict[str, int]] | None:
    """(number, powers) where left = number*product(name**power)*right, None where the quotient is no such product."""
    if not left.num or not right.num:
        return None
    top, bottom = times(left.num, right.den), times(left.den, right.num)
    first, second = max(top), max(bottom)  # monomials in one order: that of a product is the product's own
    for high in (first, *top):
        powers = dict(high)
        for name, exponent in second:
            powers[name] = powers.get(name, 0) - exponent
        ups, downs = (tuple(sorted((n, abs(p)) for n, p in powers.items() if p * sign > 0)) for sign in (1, -1))
        number = Fraction(top[high]) / Fraction(bottom[second])
        # top*downs = number*ups*bottom
        if {joined(m, downs): c for m, c in top.items()} == {
            joined(m, ups): exact(c * number, 1) for m, c in bottom.items()
        }:
            return number, {name: power for name, power in powers.items() if power}
    return None


def _suggested(relation: Relation) -> Iterator[str]:
    """Conditions under which a cap, a case or a rounding in a relation falls away."""
    for side in (relation.lhs, relation.rhs):
        for node in ast.walk(side.tree):
            match node:
                case ast.Call(func=ast.Name(id=("min" | "max")), args=[left, right]):
                    yield from (f"{Formula(a)} <= {Formula(b)}" for a, b in ((left, right), (right, left)))
                case ast.Call(func=ast.Name(id=("ceil" | "floor")), args=[ast.BinOp(left=a, op=ast.Div(), right=b)]):
                    yield f"{Formula(b)} divides {Formula(a)}"
                case ast.Call(func=ast.Name(id="mod"), args=[a, b]):
                    yield from (f"{Formula(b)} divides {Formula(a)}", f"{Formula(a)} < {Formula(b)}")
                case ast.IfExp(test=ast.Compare(left=a, comparators=[b])):
                    yield from (f"{Formula(a)} {sign} {Formula(b)}" for sign in ("<", "<=", "=", ">=", ">"))
