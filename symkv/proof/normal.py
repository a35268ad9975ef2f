"""Normal forms of formulas under hypotheses: the trusted arithmetic of the kernel. Standard library only.

A formula becomes a quotient of polynomials over Q. Every denominator is a side condition: discharged where its sign
follows from the declared domains, otherwise carried and printed. Signs follow from nonnegative coefficients over
nonnegative variables; `min`, `max`, `ceil`, `floor`, `mod` and conditionals resolve where those signs decide them, and
what stays open is an opaque variable, the same one for equal arguments.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import NamedTuple

from symkv.errors import BadInput
from symkv.formula import Formula
from symkv.formula.text import COMPARISON_TEXT
from symkv.formula.tree import chain
from symkv.proof.polynomial import (
    Poly,
    Quotient,
    add,
    constant,
    exact_part,
    named,
    names,
    substitute,
    times,
    variable,
    whole,
)


class Domain(NamedTuple):
    """What is known of a variable: whole or rational, a lower bound (None: unknown), excluded where `strict`."""

    whole: bool
    lower: int | None
    strict: bool = False


COUNT, NATURAL, RATIO, SLACK = Domain(True, 1), Domain(True, 0), Domain(False, 0, True), Domain(False, 0)
WHOLE = Domain(True, None)


class Context:
    """Hypotheses and domains of one case, and the normal forms under them."""

    def __init__(self, domains: Mapping[str, Domain]) -> None:
        self.domains = dict(domains)
        self.eliminated: list[tuple[str, Quotient]] = []
        self.opaque: dict[str, tuple[str, list[Quotient]]] = {}
        self.meant: dict[str, tuple[str, list[Quotient]]] = {}  # what a fresh variable stands for, for printing only
        self.nonzero: list[Poly] = []
        self.conditions: dict[str, None] = {}
        self.fresh = 0

    def copy(self) -> Context:
        """An independent context for one case of a split."""
        twin = Context(self.domains)
        twin.eliminated, twin.opaque = list(self.eliminated), dict(self.opaque)
        twin.meant = dict(self.meant)
        twin.nonzero, twin.conditions, twin.fresh = list(self.nonzero), dict(self.conditions), self.fresh
        return twin

    def new(self, domain: Domain, function: str, *arguments: Quotient) -> str:
        """A fresh variable, which conditions print as the function of the arguments ("" for the argument itself)."""
        self.fresh += 1
        name = f"~{self.fresh}"
        self.domains[name], self.meant[name] = domain, (function, list(arguments))
        return name

    # -- reading -----------------------------------------------------------------------------------------------------

    def read(self, node: ast.expr) -> Quotient:
        """The normal form of a tree under the hypotheses."""
        match node:
            case ast.Constant(value=int(value)):
                return whole(value)
            case ast.Name(id=name):
                if name not in self.domains:
                    raise BadInput(f"a symbol must have a domain, {name} has none; declare it")
                return self.reduce(named(name))
            case ast.UnaryOp(operand=operand):
                return whole(0) - self.read(operand)
            case ast.BinOp(left=left, op=ast.Pow(), right=right):
                return self.raised(self.read(left), right)
            case ast.BinOp():
                first, steps = chain(node)
                total = self.read(first)
                for step in steps:
                    total = self.joined(step.op, total, self.read(step.right))
                return total
            case ast.Call(func=ast.Name(id=name), args=args):
                return self.apply(name, [self.read(arg) for arg in args])
            case ast.IfExp(test=ast.Compare(left=left, ops=[op], comparators=[right]), body=body, orelse=orelse):
                sides = [self.read(side) for side in (left, right, body, orelse)]
                return self.apply(f"if {COMPARISON_TEXT[type(op)]}", sides)
        raise BadInput(f"the kernel has no reading for {type(node).__name__}")

    def joined(self, op: ast.operator, left: Quotient, right: Quotient) -> Quotient:
        """left op right for one of + - * /."""
        match op:
            case ast.Add():
                return (left + right).reduced()
            case ast.Sub():
                return (left - right).reduced()
            case ast.Mult():
                return self.reduce(left * right)
        return self.divided(left, right)

    def divided(self, left: Quotient, right: Quotient) -> Quotient:
        """left/right, with `right != 0` discharged or carried as a condition."""
        if not right.num:
            raise BadInput("a formula must not divide by zero; a denominator is 0 under the assumptions")
        self.require_nonzero(right.num)
        return self.reduce(left * Quotient(right.den, right.num))

    def raised(self, base: Quotient, exponent: ast.expr) -> Quotient:
        """base ** exponent for a whole number written out; a negative one divides."""
        power = int(Formula(exponent).evaluate({}))
        if power < 0:
            base = self.divided(whole(1), base)
        total = whole(1)
        for _ in range(abs(power)):
            total = total * base
        return self.reduce(total)

    def require_nonzero(self, poly: Poly) -> None:
        """Record `poly != 0` as a condition unless it follows from the domains."""
        if not self.is_nonzero(poly):
            self.conditions[f"{show(poly, self)} != 0"] = None

    def is_nonzero(self, poly: Poly) -> bool:
        """Sufficient: it has a sign, or is a multiple of something assumed nonzero."""
        known = any(not add(poly, other, -poly[m] / other[m]) for other in self.nonzero for m in poly if m in other)
        return known or self.positive(poly) or self.positive(add({}, poly, -1))

    def reduce(self, value: Quotient) -> Quotient:
        """The value with eliminated variables replaced and opaque ones resolved as far as the signs allow."""
        for name, replacement in self.eliminated:
            if any(name in names(part) for part in (value.num, value.den)):
                value = self._put(value, {name: replacement})
        for name in [n for n in {*names(value.num), *names(value.den)} if n in self.opaque]:
            function, arguments = self.opaque[name]
            if function == "sqrt":
                value = self._square(value, name, arguments[0])
            elif (resolved := self.apply(function, [self.reduce(a) for a in arguments])) != named(name):
                value = self.reduce(self._put(value, {name: resolved}))
        return value

    def _put(self, value: Quotient, values: Mapping[str, Quotient]) -> Quotient:
        num, den = substitute(value.num, values), substitute(value.den, values)
        if not den.num:
            raise BadInput("a formula must not divide by zero; a denominator is 0 under the assumptions")
        return num * Quotient(den.den, den.num)

    def _square(self, value: Quotient, root: str, radicand: Quotient) -> Quotient:
        """sqrt only through its square: sqrt(x)**2 = x."""

        def replaced(poly: Poly) -> Quotient:
            total = whole(0)
            for monomial, coefficient in poly.items():
                powers = dict(monomial)
                pairs, odd = divmod(powers.pop(root, 0), 2)
                rest = tuple(sorted({**powers, **({root: odd} if odd else {})}.items()))
                term = Quotient({rest: coefficient}, constant(1))
                for _ in range(pairs):
                    term = term * radicand
                total = total + term
            return total.reduced()

        num, den = replaced(value.num), replaced(value.den)
        return num * Quotient(den.den, den.num)

    # -- signs -------------------------------------------------------------------------------------------------------

    def shifted(self, poly: Poly) -> Poly:
        """The polynomial over variables that are all nonnegative: x = lower + x'."""
        bounds = {n: self.domains[n].lower or 0 for n in names(poly)}
        values = {n: Quotient(add(variable(n), constant(low)), constant(1)) for n, low in bounds.items() if low}
        return substitute(poly, values).num if values else poly

    def nonnegative(self, poly: Poly) -> bool:
        """Sufficient: every coefficient is nonnegative over nonnegative variables."""
        known = all(n in self.domains and self.domains[n].lower is not None for n in names(poly))
        return known and all(coefficient > 0 for coefficient in self.shifted(poly).values())

    def positive(self, poly: Poly) -> bool:
        """Sufficient: nonnegative, with a term that can't vanish."""
        return self.nonnegative(poly) and any(
            all(self.domains[name].strict for name, _ in monomial) for monomial in self.shifted(poly)
        )

    def sign(self, value: Quotient) -> str:
        """One of `0 > < >= <= ?`, as far as the sign of a value follows."""
        if not value.num:
            return "0"
        if not self.positive(value.den):
            negated = add({}, value.den, -1)
            if not self.positive(negated):
                return "?"
            value = Quotient(add({}, value.num, -1), negated)
        minus = add({}, value.num, -1)
        tests = (self.positive, value.num, ">"), (self.positive, minus, "<"), (self.nonnegative, value.num, ">=")
        for test, poly, sign in (*tests, (self.nonnegative, minus, "<=")):
            if test(poly):
                return sign
        return "?"

    def integral(self, value: Quotient) -> bool:
        """Sufficient: integer coefficients over whole variables."""
        return value.den == constant(1) and all(
            c.denominator == 1 and all(n in self.domains and self.domains[n].whole for n, _ in m)
            for m, c in value.num.items()
        )

    # -- functions that split ----------------------------------------------------------------------------------------

    def apply(self, function: str, arguments: list[Quotient]) -> Quotient:
        """A function of normal forms: its value where the signs decide it, else an opaque variable."""
        match function:
            case "min" | "max":
                return self._extreme(function, arguments)
            case "ceil":  # the law ceil(x) = -floor(-x)
                return whole(0) - self.apply("floor", [whole(0) - arguments[0]])
            case "mod":  # the law mod(a, b) = a - b*floor(a/b)
                a, b = arguments
                return self.reduce(a - b * self.apply("floor", [self.divided(a, b)]))
            case "floor":
                return self._floor(arguments[0].reduced())
            case "sqrt":
                if self.sign(arguments[0]) not in ("0", ">", ">="):
                    self.conditions[f"{show_quotient(arguments[0], self)} >= 0"] = None
                return self._intern("sqrt", arguments, SLACK)
        left, right, body, orelse = arguments  # "if =", "if <=", ...
        true = truth(function.removeprefix("if "), self.sign(left - right))
        if true is not None:
            return body if true else orelse
        return self._intern(function, arguments, None)

    def _extreme(self, function: str, arguments: list[Quotient]) -> Quotient:
        kept: list[Quotient] = []
        for new in arguments:
            drop = False
            for old in list(kept):
                sign = self.sign(new - old)
                below, above = sign in ("0", "<", "<="), sign in ("0", ">", ">=")
                if above if function == "min" else below:  # the old one decides: min(old, new) = old
                    drop = True
                elif below if function == "min" else above:
                    kept.remove(old)
            if not drop:
                kept.append(new)
        if len(kept) == 1:
            return kept[0]
        signs = {self.sign(argument) for argument in kept}
        domain = Domain(all(map(self.integral, kept)), 0, signs == {">"}) if signs <= {">", ">=", "0"} else None
        return self._intern(function, kept, domain)

    def _floor(self, value: Quotient) -> Quotient:
        """floor(k + x) = k + floor(x) for whole k; floor(x) = n where n <= x < n + 1."""
        part: Poly = {}
        if value.den == constant(1):
            part = {m: c for m, c in value.num.items() if self.integral(Quotient({m: c}, constant(1)))}
        elif len(lead := sorted(value.den)) and (quotient := exact_part(value.num, value.den, lead[-1])):
            part = {m: c for m, c in quotient.items() if self.integral(Quotient({m: c}, constant(1)))}
        outside = Quotient(part, constant(1))
        rest = (value - outside).reduced()
        for n in (0, -1, 1):
            if self.sign(rest - whole(n)) in ("0", ">", ">=") and self.sign(rest - whole(n + 1)) == "<":
                return outside + whole(n)
        sign = self.sign(rest)
        if sign in ("<", "<="):  # floor(x) = -ceil(-x), and the ceiling of a positive number is at least 1
            return outside - self._intern("ceil", [whole(0) - rest], COUNT if sign == "<" else NATURAL)
        return outside + self._intern("floor", [rest], NATURAL if sign in (">", ">=") else WHOLE)

    def _intern(self, function: str, arguments: list[Quotient], domain: Domain | None) -> Quotient:
        """The variable that stands for an open function value; the same for equal arguments (congruence)."""
        for name, (known, others) in self.opaque.items():
            if known == function and self._alike(function, arguments, others):
                return named(name)
        self.fresh += 1
        name = f"~{self.fresh}"
        self.opaque[name] = (function, arguments)
        if domain is not None:
            self.domains[name] = domain
        return named(name)

    def _alike(self, function: str, left: list[Quotient], right: list[Quotient]) -> bool:
        def same(a: Quotient, b: Quotient) -> bool:
            return times(a.num, b.den) == times(b.num, a.den)

        if len(left) != len(right):
            return False
        if function in ("min", "max"):
            return all(any(same(a, b) for b in right) for a in left)
        return all(map(same, left, right))


def truth(sign: str, gap: str) -> bool | None:
    """Whether `left sign right` holds when left - right has the sign `gap`; None where that does not follow."""
    if gap == "?":
        return None
    possible = {"0": "0", ">": ">", "<": "<", ">=": "0>", "<=": "0<"}[gap]
    allowed = {"=": "0", "!=": "<>", "<": "<", "<=": "<0", ">": ">", ">=": ">0"}[sign]
    inside = [p in allowed for p in possible]
    return True if all(inside) else False if not any(inside) else None


def show(poly: Poly, context: Context) -> str:
    """A polynomial in the reader's language, for conditions; opaque variables by their function."""
    terms = []
    for monomial, coefficient in sorted(poly.items(), reverse=True):
        factors = [f"{_label(n, context)}**{e}" if e > 1 else _label(n, context) for n, e in monomial]
        size = [] if abs(coefficient) == 1 and factors else [str(abs(coefficient))]
        terms.append(("-" if coefficient < 0 else "+", "*".join(size + factors)))
    text = " ".join(f"{sign} {body}" for sign, body in terms) or "0"
    return text.removeprefix("+ ") if text[0] == "+" else text.replace("- ", "-", 1)


def show_quotient(value: Quotient, context: Context) -> str:
    """A quotient in the reader's language."""
    top, bottom = show(value.num, context), show(value.den, context)
    return top if value.den == constant(1) else f"({top})/({bottom})"


def _label(name: str, context: Context) -> str:
    known = context.opaque.get(name) or context.meant.get(name)
    if known is None:
        return name
    function, arguments = known
    inner = [show_quotient(argument, context) for argument in arguments]
    if function.startswith("if "):
        return f"({inner[2]} if {inner[0]} {function[3:]} {inner[1]} else {inner[3]})"
    return f"{function}({', '.join(inner)})"
