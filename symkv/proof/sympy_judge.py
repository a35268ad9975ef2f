"""The reading over sympy with the declared domains, and sympy's opinion of a relation. Runs in a worker.

sympy can say yes; that a difference does not simplify to zero is no refutation, so it never says no.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import reduce
from typing import Any

from symkv.errors import BadInput
from symkv.formula import Formula, Relation
from symkv.formula.tree import chain
from symkv.proof.kernel import Domain


def load() -> None:
    """Import the engine."""
    import sympy  # noqa: F401


def answer(
    statement: Relation,
    assume: Iterable[Relation],
    domains: Mapping[str, Domain],
    *,
    question: str = "holds",
    seconds: float = 5.0,
) -> dict[str, Any]:
    """What sympy says, as data: `yes` where the relation follows from its assumptions about signs and wholeness."""
    if question != "holds":
        return {"says": "unknown", "reason": "sympy is asked for yes only"}
    reading = _Reading(domains)
    for name, value in reading.given(assume):
        reading.put_in(name, value)
    left, right = reading.term(statement.lhs.tree), reading.term(statement.rhs.tree)
    if left.has(*reading.infinite) or right.has(*reading.infinite):
        return {"says": "unknown", "reason": "sympy finds no finite value"}
    if _follows(statement.sign, left, right):
        return {"says": "yes", "conditions": list(reading.conditions)}
    return {"says": "unknown", "reason": "sympy does not simplify it to true"}


def _follows(sign: str, left: Any, right: Any) -> bool:
    import sympy

    if sign in ("divides", "multiple of"):
        divisor, multiple = (left, right) if sign == "divides" else (right, left)
        return divisor.is_zero is False and sympy.cancel(sympy.together(multiple / divisor)).is_integer is True
    gap = right - left if sign in ("<", "<=") else left - right
    for form in _forms(gap):
        true = {
            "=": form.is_zero,
            "!=": None if form.is_zero is None else not form.is_zero,
            "<": form.is_positive,
            "<=": form.is_nonnegative,
            ">": form.is_positive,
            ">=": form.is_nonnegative,
        }[sign]
        if true:
            return True
    return False


def _forms(gap: Any) -> Iterator[Any]:
    """The difference in the forms that sympy brings it to, the cheap ones first."""
    import sympy

    yield gap
    rational = sympy.cancel(sympy.together(gap))
    yield rational
    yield sympy.factor(rational)
    if gap.has(sympy.Min, sympy.Max, sympy.Piecewise, sympy.floor, sympy.ceiling):
        yield sympy.simplify(sympy.piecewise_fold(gap.rewrite(sympy.Piecewise)))


class _Reading:
    """Trees to sympy expressions over symbols that carry the declared domains."""

    def __init__(self, domains: Mapping[str, Domain]) -> None:
        import sympy

        self.sympy, self.domains = sympy, domains
        self.symbols = {name: self.new(name, domain) for name, domain in domains.items()}
        self.values: dict[str, Any] = dict(self.symbols)
        self.conditions: dict[str, None] = {}
        self.infinite = (sympy.zoo, sympy.nan, sympy.oo, -sympy.oo)

    def new(self, name: str, domain: Domain) -> Any:
        """A symbol of its own with what the domain says: whole or rational, positive or not negative."""
        known = {"integer": True} if domain.whole else {"rational": True}
        if domain.lower is not None and (domain.lower > 0 or (domain.lower == 0 and domain.strict)):
            known["positive"] = True
        elif domain.lower == 0:
            known["nonnegative"] = True
        return self.sympy.Dummy(name, **known)

    # assumptions

    def given(self, assume: Iterable[Relation]) -> Iterator[tuple[str, Any]]:
        """Names with the values that the assumptions give them: by equations, as multiples, as bounds plus a rest."""
        for relation in sorted(assume, key=lambda relation: len(relation.names)):
            for one, sign, other in ((relation.lhs, relation.sign, relation.rhs), _mirrored(relation)):
                match one.tree:
                    case ast.Name(id=name) if self.values[name] == self.symbols[name] and name not in other.names:
                        value = self.value(name, sign, self.term(other.tree))
                        if value is not None and not value.has(self.symbols[name]):
                            yield name, value
                            break

    def value(self, name: str, sign: str, other: Any) -> Any:
        whole = self.domains[name].whole and other.is_integer is True
        rest = {
            ">=": Domain(whole, 0),
            ">": Domain(whole, 0, True),
            "multiple of": Domain(True, 0, True) if other.is_positive and self.symbols[name].is_positive else None,
        }.get(sign)
        if sign == "=":
            return other
        if rest is None:
            return None
        fresh = self.new("rest", rest)
        return other * fresh if sign == "multiple of" else other + fresh

    def put_in(self, name: str, value: Any) -> None:
        """Replace a name by its value, also in the values found before."""
        symbol = self.symbols[name]
        self.values = {known: term.subs(symbol, value) for known, term in self.values.items()}

    # terms

    def term(self, node: ast.expr) -> Any:
        sympy = self.sympy
        match node:
            case ast.Constant(value=int(value)):
                return sympy.Integer(value)
            case ast.Name(id=name):
                return self.values[name]
            case ast.UnaryOp(operand=operand):
                return -self.term(operand)
            case ast.BinOp(left=left, op=ast.Pow(), right=right):
                exponent = int(Formula(right).evaluate({}))
                return (self.nonzero(left) if exponent < 0 else self.term(left)) ** exponent
            case ast.BinOp():
                first, steps = chain(node)
                return reduce(lambda total, step: self.joined(step.op, total, step.right), steps, self.term(first))
            case ast.IfExp(test=ast.Compare(left=left, ops=[op], comparators=[right]), body=body, orelse=orelse):
                test = getattr(sympy, _NAMES[type(op)])(self.term(left), self.term(right))
                return sympy.Piecewise((self.term(body), test), (self.term(orelse), True))
            case ast.Call(func=ast.Name(id="mod"), args=[left, right]):
                return self.term(left) - self.term(right) * sympy.floor(self.term(left) / self.nonzero(right))
            case ast.Call(func=ast.Name(id="sqrt"), args=[argument]):
                return sympy.sqrt(self.nonnegative(argument))
            case ast.Call(func=ast.Name(id=name), args=args):
                return getattr(sympy, _NAMES[name])(*map(self.term, args))
        raise BadInput(f"sympy has no reading for {type(node).__name__}")

    def joined(self, op: ast.operator, left: Any, node: ast.expr) -> Any:
        match op:
            case ast.Add():
                return left + self.term(node)
            case ast.Sub():
                return left - self.term(node)
            case ast.Mult():
                return left * self.term(node)
        return left / self.nonzero(node)

    def nonzero(self, node: ast.expr) -> Any:
        """A denominator, which is a side condition unless sympy knows that it can't be zero."""
        term = self.term(node)
        if term.is_zero:
            raise ZeroDivisionError(f"{Formula(node)} is 0")
        if term.is_zero is None:
            self.conditions[Relation(Formula(node), "!=", Formula.of(0)).text] = None
        return term

    def nonnegative(self, node: ast.expr) -> Any:
        term = self.term(node)
        if not term.is_nonnegative:
            self.conditions[Relation(Formula(node), ">=", Formula.of(0)).text] = None
        return term


_NAMES: dict[Any, str] = {
    "min": "Min",
    "max": "Max",
    "ceil": "ceiling",
    "floor": "floor",
    ast.Eq: "Eq",
    ast.NotEq: "Ne",
    ast.Lt: "Lt",
    ast.LtE: "Le",
    ast.Gt: "Gt",
    ast.GtE: "Ge",
}
_MIRROR = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "divides": "multiple of", "multiple of": "divides"}


def _mirrored(relation: Relation) -> tuple[Formula, str, Formula]:
    return relation.rhs, _MIRROR.get(relation.sign, relation.sign), relation.lhs
