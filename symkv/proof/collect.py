"""The derived form of a formula: like terms collected, factors in the field's order, and proved equal to the original.

This is what tables and reports print where no author's form exists: `n_layers*2*n_kv_heads*d_head*...`.
"""

from __future__ import annotations

import ast
from fractions import Fraction
from functools import reduce
from math import gcd, lcm

from symkv import symbols
from symkv.errors import JudgesDisagree
from symkv.formula import Formula, Relation
from symkv.formula.reader import COMPARISONS, literal
from symkv.formula.tree import mapped
from symkv.proof.kernel import COUNT, NATURAL, RATIO, Domain, prove
from symkv.proof.normal import Case
from symkv.proof.polynomial import Monomial, Number, Poly, Quotient, common, divided


def domain_of(name: str) -> Domain:
    """The kernel's domain of a declared symbol; an undeclared name is a whole number from 1 on."""
    symbol = symbols.find(name)
    if symbol is None or symbol.domain == "positive integer":
        return COUNT
    return NATURAL if symbol.whole else RATIO


def collect(formula: Formula) -> Formula:
    """The same formula with like terms collected and common factors in front, equal by kernel proof.

    >>> str(collect(Formula.parse("bytes_per_element*d_head*n_layers + d_head*n_layers*bytes_per_element")))
    'n_layers*2*d_head*bytes_per_element'
    """
    domains = {name: domain_of(name) for name in formula.names}
    remainders: dict[str, Formula] = {}
    plain = _without_mod(formula.tree, remainders)
    case = Case({**domains, **dict.fromkeys(remainders, NATURAL)})
    tidy = Formula(Writer(case).quotient(case.read(plain))).substitute(remainders)
    if prove(Relation(formula, "=", tidy), (), domains) is None:
        raise JudgesDisagree(f"collecting {formula} gave {tidy}, which the kernel does not prove equal")
    return tidy


def sign_of(formula: Formula) -> str:
    """What follows for the sign from the symbols' domains alone: one of 0 > < >= <= ?.

    >>> sign_of(Formula.parse("d_head - 2*d_head")), sign_of(Formula.parse("d_head - window"))
    ('<', '?')
    """
    case = Case({name: domain_of(name) for name in formula.names})
    return case.sign(case.read(formula.tree))


def _without_mod(node: ast.expr, found: dict[str, Formula]) -> ast.expr:
    """The tree with a name for every mod, which the kernel's normal form would write as a - b*floor(a/b)."""

    def put(node: ast.expr) -> ast.expr | None:
        match node:
            case ast.Call(func=ast.Name(id="mod") as func, args=args):
                remainder = Formula(ast.Call(func, [collect(Formula(arg)).tree for arg in args], []))
                known = (name for name, other in found.items() if other.same_as(remainder))
                name = next(known, f"~mod{len(found)}")
                found.setdefault(name, remainder)
                return ast.Name(name, ast.Load())
        return None

    return mapped(node, put)


def common_factor(poly: Poly) -> tuple[Fraction, Monomial, Poly]:
    """(c, m, rest) with poly = c*m*rest: the rational content, the common monomial and a primitive rest."""
    monomial = common(poly)
    rest = divided(poly, monomial)
    denominator = lcm(*(c.denominator for c in rest.values())) if rest else 1
    numerator = gcd(*(int(c * denominator) for c in rest.values())) if rest else 1
    content = Fraction(numerator or 1, denominator)
    if rest and all(c < 0 for c in rest.values()):
        content = -content
    return content, monomial, {m: Fraction(c) / content for m, c in rest.items()}


class Writer:
    """Turns the normal forms of a case back into trees."""

    def __init__(self, case: Case) -> None:
        self.case = case

    def quotient(self, value: Quotient) -> ast.expr:
        """The tree of a quotient, common factors in front and the rest as a sum."""
        content, monomial, rest = common_factor(value.num)
        below, under, base = common_factor(value.den)
        content /= below
        top = self._product(abs(content.numerator), monomial, rest)
        if content < 0:
            top = ast.UnaryOp(ast.USub(), top)
        bottom = self._product(content.denominator, under, base)
        return top if _is_one(bottom) else ast.BinOp(top, ast.Div(), bottom)

    def _product(self, number: int, monomial: Monomial, rest: Poly) -> ast.expr:
        if not rest:
            return ast.Constant(0)
        factors = [(self._order(name), self._power(name, exponent)) for name, exponent in monomial]
        if number != 1 or (not factors and rest == {(): 1}):
            factors.append(((symbols.rank("n_heads") - 0.5, ""), ast.Constant(number)))  # L, 2, n_kv, d_h, b
        if rest != {(): 1}:
            last = max(
                self._order(name) for term in rest for name, _ in term
            )  # a sum stands where its last symbol would
            factors.append((last, self._sum(rest)))
        trees = [tree for _, tree in sorted(factors, key=lambda factor: factor[0])]
        return reduce(lambda left, right: ast.BinOp(left, ast.Mult(), right), trees)

    def _sum(self, poly: Poly) -> ast.expr:
        """A sum; terms with the same tokens, minimum or remainder stand together, with their factors in one bracket."""
        groups: dict[Monomial, Poly] = {}
        for monomial, coefficient in poly.items():
            counts = tuple((name, exponent) for name, exponent in monomial if self._counts(name))
            others = tuple((name, exponent) for name, exponent in monomial if not self._counts(name))
            groups.setdefault(counts, {})[others] = coefficient
        if len(groups) == 1 or all(len(group) == 1 for group in groups.values()):
            return self._plain_sum(poly)
        pieces = []
        for counts, group in groups.items():
            content, monomial, rest = common_factor(group)
            pieces.append((content < 0, [self._order(name) for name, _ in counts], content, counts + monomial, rest))
        tree: ast.expr | None = None
        for negative, _, content, monomial, rest in sorted(pieces, key=lambda piece: piece[:2]):
            term = self._product(abs(content.numerator), tuple(sorted(monomial)), rest)
            if content.denominator != 1:
                term = ast.BinOp(term, ast.Div(), ast.Constant(content.denominator))
            if tree is None:
                tree = ast.UnaryOp(ast.USub(), term) if negative else term
            else:
                tree = ast.BinOp(tree, ast.Sub() if negative else ast.Add(), term)
        assert tree is not None
        return tree

    def _counts(self, name: str) -> bool:
        return name == "n_tokens" or name in self.case.atoms or name.startswith("~mod")

    def _plain_sum(self, poly: Poly) -> ast.expr:
        def order(term: tuple[Monomial, Number]) -> tuple[bool, list[tuple[float, str]]]:
            return term[1] < 0, sorted(self._order(name) for name, _ in term[0]) or [(float("inf"), "")]

        tree: ast.expr | None = None
        for monomial, coefficient in sorted(poly.items(), key=order):
            term = self._product(1, monomial, {(): Fraction(1)})
            size = abs(Fraction(coefficient))
            if size != 1:
                term = literal(size) if not monomial else self._product(size.numerator, monomial, {(): Fraction(1)})
                if monomial and size.denominator != 1:
                    term = ast.BinOp(term, ast.Div(), ast.Constant(size.denominator))
            if tree is None:
                tree = ast.UnaryOp(ast.USub(), term) if coefficient < 0 else term
            else:
                tree = ast.BinOp(tree, ast.Sub() if coefficient < 0 else ast.Add(), term)
        assert tree is not None
        return tree

    def _order(self, name: str) -> tuple[float, str]:
        return (symbols.rank(name), name) if name not in self.case.atoms else (len(symbols.table()) + 1, name)

    def _power(self, name: str, exponent: int) -> ast.expr:
        tree = self._name(name)
        return tree if exponent == 1 else ast.BinOp(tree, ast.Pow(), ast.Constant(exponent))

    def _name(self, name: str) -> ast.expr:
        if name not in self.case.atoms:
            return ast.Name(name, ast.Load())
        function, arguments = self.case.atoms[name]
        trees = [self.quotient(argument) for argument in arguments]
        if function.startswith("if "):
            left, right, body, orelse = trees
            test = ast.Compare(left, [COMPARISONS[function.removeprefix("if ")]()], [right])
            return ast.IfExp(test, body, orelse)
        return ast.Call(ast.Name(function, ast.Load()), trees, [])


def _is_one(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value == 1
