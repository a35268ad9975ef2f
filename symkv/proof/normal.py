"""Normal forms of formulas under hypotheses: what the kernel knows in one case. Standard library only.

A formula becomes a quotient of polynomials over Q. Every denominator is a side condition: discharged where its sign
follows from what is known, otherwise carried and printed. An equation eliminates a variable, anything else is a fact.
`min`, `floor`, `sqrt` and conditionals that stay open become variables, the same one for equal arguments, with the
facts that define them.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from math import gcd, lcm
from typing import NamedTuple

from symkv.errors import BadInput
from symkv.formula import Formula, Relation
from symkv.formula.text import COMPARISON_TEXT
from symkv.formula.tree import chain
from symkv.proof import functions
from symkv.proof.domains import COUNT, WHOLE, Domain, truth
from symkv.proof.polynomial import (
    ONE,
    Monomial,
    Poly,
    Quotient,
    add,
    coefficients,
    common,
    constant,
    divided,
    exact,
    named,
    names,
    negative,
    shift,
    substitute,
    times,
    whole,
    without,
)


class Fact(NamedTuple):
    """A polynomial that is `=`, `>=` or `>` zero."""

    sign: str
    poly: Poly


class Contradiction(Exception):  # not an error: in a case split it closes the case
    """The hypotheses of a case can't hold together."""


class Case:
    """The domains, hypotheses and open function values of one case, and the normal forms under them."""

    def __init__(self, domains: Mapping[str, Domain]) -> None:
        for name, domain in domains.items():  # the rules of sign take a bound for one that is not negative
            if domain.strict if domain.lower is None else domain.lower < 0:
                raise BadInput(f"a lower bound must be 0 or more, or none at all, {name} has {domain.lower}")
        self.domains = dict(domains)
        self.values: dict[str, Quotient] = {}  # eliminated variables
        self.atoms: dict[str, tuple[str, list[Quotient]]] = {}  # variables that stand for an open function value
        self.facts: list[Fact] = []
        self.nonzero: list[Poly] = []
        self.integers: list[Quotient] = []  # values of eliminated whole variables that do not look whole
        self.conditions: dict[str, None] = {}
        self.fresh = 0

    def copy(self) -> Case:
        """An independent case that knows the same."""
        twin = Case(self.domains)
        twin.values, twin.atoms, twin.fresh = dict(self.values), dict(self.atoms), self.fresh
        twin.facts, twin.nonzero, twin.conditions = list(self.facts), list(self.nonzero), dict(self.conditions)
        twin.integers = list(self.integers)
        return twin

    def new(self, domain: Domain) -> str:
        """A fresh variable."""
        self.fresh += 1
        self.domains[f"~{self.fresh}"] = domain
        return f"~{self.fresh}"

    # -- reading -----------------------------------------------------------------------------------------------------

    def read(self, node: ast.expr) -> Quotient:
        """The normal form of a tree under the hypotheses; every denominator that may vanish becomes a condition."""
        match node:
            case ast.Constant(value=int(value)):
                return whole(value)
            case ast.Name(id=name):
                if name not in self.domains:
                    raise BadInput(f"a symbol must have a domain, {name} has none; declare it")
                return self.values.get(name) or named(name)
            case ast.UnaryOp(operand=operand):
                return -self.read(operand)
            case ast.BinOp(left=left, op=ast.Pow(), right=right):
                power = int(Formula(right).evaluate({}))
                base, total = self.read(left) if power >= 0 else self.over(whole(1), left), whole(1)
                for _ in range(abs(power)):
                    total = self.squared(total * base)
                return total
            case ast.BinOp():
                first, steps = chain(node)
                total = self.read(first)
                for step in steps:
                    match step.op:
                        case ast.Add():
                            total = total + self.read(step.right)
                        case ast.Sub():
                            total = total - self.read(step.right)
                        case ast.Mult():
                            total = self.squared(total * self.read(step.right))
                        case _:
                            total = self.over(total, step.right)
                return total
            case ast.Call(func=ast.Name(id="mod"), args=[left, right]):  # the law mod(a, b) = a - b*floor(a/b)
                return self.read(left) - self.read(right) * self.apply("floor", [self.over(self.read(left), right)])
            case ast.Call(func=ast.Name(id=name), args=args):
                values = [self.read(arg) for arg in args]
                if name == "sqrt" and self.sign(values[0]) not in ("0", ">", ">="):
                    self.conditions[f"{Formula(args[0])} >= 0"] = None
                return self.apply(name, values)
            case ast.IfExp(test=ast.Compare(left=left, ops=[op], comparators=[right]), body=body, orelse=orelse):
                sides = [self.read(side) for side in (left, right, body, orelse)]
                return self.apply(f"if {COMPARISON_TEXT[type(op)]}", sides)
        raise BadInput(f"the kernel has no reading for {type(node).__name__}")

    def over(self, top: Quotient, tree: ast.expr) -> Quotient:
        """top divided by a formula, with `formula != 0` discharged from what is known or carried as a condition."""
        bottom = self.read(tree)
        if bottom.num and not self.is_nonzero(bottom.num):
            self.conditions[f"{Formula(tree)} != 0"] = None
        return self.squared(top * bottom.inverse())

    def squared(self, value: Quotient) -> Quotient:
        """sqrt only through its square: sqrt(x)**2 = x."""
        for name in names(value.num, value.den) & self.atoms.keys():
            function, (radicand, *_) = self.atoms[name]
            if function == "sqrt" and any(len(coefficients(part, name)) > 2 for part in (value.num, value.den)):
                parts = []
                for part in (value.num, value.den):
                    total = whole(0)
                    for exponent, coefficient in enumerate(coefficients(part, name)):
                        term = Quotient(coefficient, ONE) * (named(name) if exponent % 2 else whole(1))
                        for _ in range(exponent // 2):
                            term = term * radicand
                        total = total + term
                    parts.append(total)
                return self.squared(parts[0] * parts[1].inverse())
        return value

    def reduce(self, value: Quotient) -> Quotient:
        """The value under what has been learnt since it was read; each variable is replaced once, so that it ends."""
        done: set[str] = set()  # an open value can turn into an eliminated one whose own value holds it
        while True:
            inside = names(value.num, value.den) - done
            puts = {name: self.values[name] for name in inside & self.values.keys()}
            for name in sorted(inside & self.atoms.keys()) if not puts else ():
                function, arguments = self.atoms[name]
                again = self.apply(function, [self.reduce(argument) for argument in arguments])
                if again != named(name):
                    puts[name] = again
            if not puts:
                return value
            done |= puts.keys()
            value = self.squared(substitute(value.num, puts) * substitute(value.den, puts).inverse())

    # -- signs -------------------------------------------------------------------------------------------------------

    def lifted(self, poly: Poly) -> Poly | None:
        """The polynomial over nonnegative variables x' = x - lower, if all its coefficients are positive there."""
        above = [monomial for monomial, coefficient in poly.items() if coefficient > 0]
        below = [monomial for monomial, coefficient in poly.items() if coefficient < 0]
        if any(all(without(high, low) is None for high in above) for low in below):
            return None  # no multiple of that monomial can make up for it
        bounds = {name: self.domains[name].lower for name in names(poly)}
        if None in bounds.values():
            return None
        if not below:
            return poly
        over = shift(poly, {name: low for name, low in bounds.items() if low})
        return over if all(coefficient > 0 for coefficient in over.values()) else None

    def nonnegative(self, poly: Poly) -> bool:
        """Sufficient: every coefficient is nonnegative over nonnegative variables."""
        return self.lifted(poly) is not None

    def positive(self, poly: Poly) -> bool:
        """Sufficient: nonnegative, with a term that can't vanish."""
        return self.strictly(poly, self.lifted(poly))

    def strictly(self, poly: Poly, over: Poly | None) -> bool:
        """Whether the lifted polynomial has a term that can't vanish."""
        strict = {n for n in names(poly) if self.domains[n].strict or (over is poly and self.domains[n].lower)}
        return over is not None and any(all(name in strict for name, _ in monomial) for monomial in over)

    def positive_factors(self, poly: Poly) -> Monomial:
        """The greatest monomial of positive variables that divides a polynomial."""
        return tuple((n, e) for n, e in common(poly) if self.domains[n].strict or (self.domains[n].lower or 0) > 0)

    def polynomial_sign(self, poly: Poly) -> str:
        """One of `0 > < >= <= ?`: from the domains, or as a positive multiple of a fact plus what is nonnegative."""
        if not poly:
            return "0"
        signs = ((poly, self.lifted(poly), ">", ">="), (minus := negative(poly), self.lifted(minus), "<", "<="))
        for part, over, strict, _ in signs:
            if self.strictly(part, over):
                return strict
        factors = self.positive_factors(poly) if self.facts else ()
        for whole_part, over, strict, weak in signs:
            follows, part = over is not None, divided(whole_part, factors)
            for sign, fact in self.facts:
                for ratio in {exact(part[m], fact[m]) for m in fact if m and m in part}:
                    rest = add(part, fact, -ratio)
                    if (ratio < 0 and sign != "=") or not self.nonnegative(rest):
                        continue
                    if not rest and sign == "=":
                        return "0"
                    if sign == ">" or self.positive(rest):
                        return strict
                    follows = True
            if follows:
                return weak
        return "?"

    def sign(self, value: Quotient) -> str:
        """The sign of a quotient, as far as it follows; where the sign of a denominator is open, of num*den."""
        if value.den == ONE:
            return self.polynomial_sign(value.num)
        below = self.polynomial_sign(value.den)
        if below in ("<", ">"):
            above = self.polynomial_sign(value.num)
            return above if below == ">" else above.translate(str.maketrans("<>", "><"))
        return self.polynomial_sign(times(value.num, value.den))

    def is_nonzero(self, poly: Poly) -> bool:
        """Sufficient: it has a sign, or is a multiple of something assumed nonzero."""
        if len(poly) == 1 and () in poly:
            return True
        rests = (add(poly, other, -exact(poly[m], other[m])) for other in self.nonzero for m in poly if m in other)
        return not all(rests) or self.polynomial_sign(poly) in ("<", ">")

    def integral(self, value: Quotient) -> bool:
        """Sufficient: integer coefficients over whole variables, but for one value (or minus it) known to be whole."""
        return self.plainly(value) or any(
            self.plainly(value - known) or self.plainly(value + known) for known in self.integers
        )

    def plainly(self, value: Quotient) -> bool:
        """Whether a value has integer coefficients over whole variables."""
        return value.den == ONE and all(
            c.denominator == 1 and all(self.domains[n].whole for n, _ in m) for m, c in value.num.items()
        )

    def apply(self, function: str, arguments: list[Quotient]) -> Quotient:
        """A function of normal forms."""
        return functions.apply(self, function, arguments)

    # -- hypotheses --------------------------------------------------------------------------------------------------

    def suppose(self, relation: Relation) -> None:
        """Take a hypothesis: an equation eliminates a variable where it can, the rest becomes facts.

        Raises `Contradiction` where it is false under what is known.
        """
        left, right = relation.lhs, relation.rhs
        if relation.sign == "multiple of":
            return self.suppose(Relation(right, "divides", left))
        low, high = self.read(left.tree), self.read(right.tree)
        if relation.sign == "divides":  # right = left*k with a fresh whole k, positive where both sides are
            if not low.num:
                raise Contradiction(relation.text)
            self.nonzero.append(low.num)
            both = self.sign(high) == ">" and self.sign(low) == ">"
            k = self.new(COUNT if both else WHOLE)
            return self.equate(high - low * named(k))
        gap = high - low
        if relation.sign == "=":
            try:
                return self.equate(gap)
            except Contradiction:
                raise Contradiction(relation.text) from None
        true = truth(relation.sign, self.sign(-gap))
        if true is False:
            raise Contradiction(relation.text)
        if relation.sign == "!=":
            self.nonzero.append(gap.num)
        elif true is None:
            size = gap if relation.sign in ("<", "<=") else -gap
            if self.sign(size) in ("<=", "0"):  # both at least and at most 0
                return self.equate(size)
            self.note(size, strict=relation.sign in ("<", ">"))
            self.refresh()
        return None

    def note(self, gap: Quotient, *, strict: bool) -> None:
        """gap >= 0 (or > 0) as a fact, without positive factors; a strict gap of whole numbers is at least 1."""
        poly = gap.num if self.polynomial_sign(gap.den) == ">" else times(gap.num, gap.den)
        factors = self.positive_factors(poly)
        scale = lcm(*(c.denominator for c in poly.values()))
        poly = {m: exact(c * scale, 1) for m, c in divided(poly, factors).items()}
        if self.plainly(Quotient(poly, ONE)):  # of each term, so that a common factor can be divided out
            least = int(poly.pop((), 0)) - strict
            size = gcd(*map(int, poly.values())) or 1
            poly, strict = add({m: int(c) // size for m, c in poly.items()}, constant(least // size)), False
        fact = Fact(">" if strict else ">=", poly)
        if fact not in self.facts:
            self.facts.append(fact)

    def equate(self, gap: Quotient) -> None:
        """gap = 0 is solved for a variable whose coefficient can't vanish, or becomes a fact."""
        if not gap.num:
            return
        poly = divided(gap.num, self.positive_factors(gap.num))
        if self.polynomial_sign(poly) in ("<", ">"):
            raise Contradiction("a difference that is not zero")
        solutions = []
        for place, name in enumerate(sorted(names(poly))):
            parts = coefficients(poly, name)
            if len(parts) == 2 and self.is_nonzero(parts[1]) and name not in self.within(parts):
                value = Quotient(negative(parts[0]), parts[1]).reduced()
                keeps = self.integral(value) or not self.domains[name].whole
                solutions.append((not keeps, len(names(*parts)), name in self.atoms, place, name, value))
        if not solutions:
            self.facts.append(Fact("=", poly))
            return
        *_, name, value = min(solutions, key=lambda solution: solution[:4])
        self.values[name] = value
        domain = self.domains[name]
        if domain.whole and not self.integral(value):
            self.integers.append(value)
        if domain.lower is not None:
            above = value - whole(domain.lower)
            sign = self.sign(above)
            if sign == "<" or (sign in ("<=", "0") and domain.strict):
                raise Contradiction(f"{name} >= {domain.lower}")
            if sign not in (">", ">=", "0"):
                self.note(above, strict=domain.strict)
        self.refresh()

    def within(self, polys: Iterable[Poly]) -> set[str]:
        """Every variable inside open function values of the polynomials, at any depth."""
        pending, found = names(*polys) & self.atoms.keys(), set[str]()
        while pending:
            arguments = self.atoms[pending.pop()][1]
            new = names(*(part for a in arguments for part in (a.num, a.den))) - found
            found |= new
            pending |= new & self.atoms.keys()
        return found

    def refresh(self) -> None:
        """Everything that is known, under what has just been learnt."""
        self.values = {name: self.reduce(value) for name, value in self.values.items()}
        self.integers = [self.reduce(value) for value in self.integers]
        self.nonzero = [self.reduce(Quotient(poly, ONE)).num for poly in self.nonzero]
        if not all(self.nonzero):
            raise Contradiction("something assumed not zero has become zero")
        reduced = [(sign, self.reduce(Quotient(poly, ONE))) for sign, poly in tuple(self.facts)]
        self.facts = self.facts[len(reduced) :]  # those of values that were opened just now
        for sign, value in reduced:
            if sign == "=" and value.num:
                self.facts.append(Fact("=", value.num))
            elif sign != "=" and names(value.num):
                self.note(value, strict=sign == ">")
            elif truth(sign, self.sign(value)) is False:
                raise Contradiction("a fact that has become false")
        for name in [name for name in self.values if name in self.atoms]:  # its arguments may have changed
            function, arguments = self.atoms[name]
            again = [self.reduce(argument) for argument in arguments]
            if again != arguments:
                value = self.values.pop(name)
                self.equate(self.apply(function, again) - value)
