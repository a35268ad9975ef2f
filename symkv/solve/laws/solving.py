"""A law solved for one of its symbols: the closed form, proved, and its exact value, whole answers or interval."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from symkv import symbols
from symkv.errors import BadInput, Refuted
from symkv.formula import Formula, Relation
from symkv.formula import symbol as named
from symkv.formula.exact import compare
from symkv.notebook import display
from symkv.proof.collect import collect
from symkv.proof.kernel import RATIO, prove
from symkv.solve.intervals import Box, Interval, interval
from symkv.solve.laws.given import Reading, read_given
from symkv.solve.laws.inverse import Inverse, invert
from symkv.solve.laws.law import Law
from symkv.units import shown


@dataclass(frozen=True)
class Beside:
    """A whole value next to the exact one, what it makes of both sides of the law, and the miss of the second."""

    value: int
    left: Fraction
    right: Fraction
    miss_percent: Fraction
    holds: bool


@dataclass(frozen=True)
class LawAnswer:
    """The answer for one reading of what was given.

    `exact` is None while a symbol stays open or is uncertain; `fits` is the best whole value where the law bounds the
    symbol; `interval` is that of uncertain values. `back` says that putting the exact value back was proved.
    """

    reading: Reading
    closed_form: Formula
    exact: Fraction | None = None
    whole: Beside | None = None
    below: Beside | None = None
    above: Beside | None = None
    fits: int | None = None
    interval: Interval | None = None
    back: bool = False
    why: str = ""


@dataclass(frozen=True)
class LawSolution:
    """The answers to one question about a law."""

    law: Law
    inverse: Inverse
    answers: tuple[LawAnswer, ...]

    @property
    def conditions(self) -> tuple[str, ...]:
        """Under which the closed form holds."""
        return tuple(str(relation) for relation in (*self.law.conditions, *self.inverse.conditions))

    def _repr_latex_(self) -> str:
        return display(Relation(named(self.inverse.symbol), self.inverse.sign, self.inverse.form).latex)

    def _repr_html_(self) -> str:
        from symkv.solve.laws.text import law_solution_html

        return law_solution_html(self)


def solve_law(law: Law, unknown: str, arguments: Sequence[str], *, dtype: str | None = None) -> LawSolution:
    """Solve a law for one of its symbols, the others being given as NAME=VALUE or, where uncertain, NAME=LO..HI.

    Raises `BadInput` for values that violate the law's domain, `Refuted` where no allowed value meets the law.

    >>> from symkv.solve.laws.law import law
    >>> given = ["hardware_ratio=300", "n_active=100e9", "n_tokens=200e3", "bytes_per_parameter=1"]
    >>> solve_law(law("price_step"), "bytes_per_token", given).answers[0].exact  # 1*1e11/(300*2e5)
    Fraction(5000, 3)
    """
    name = symbols.lookup(unknown).name
    if name not in law.names:
        raise BadInput(f"--for must name a symbol of {law.name}, {name} is none; it has {', '.join(law.names)}")
    readings = read_given(law, arguments, dtype=dtype)
    if any(name in (*reading.values, *reading.box) for reading in readings):
        raise BadInput(f"--for must name an open symbol, {name} is given; leave it out")
    for reading in readings:  # n_total=8*n_active is part of the question, not a number to put in afterwards
        law = _with_expressions(law, reading)
    inverse = invert(law.relation, name)
    return LawSolution(law, inverse, tuple(_answered(law, inverse, reading) for reading in readings))


def _with_expressions(law: Law, reading: Reading) -> Law:
    written = {name: value for name, value in reading.values.items() if value.names}
    if not written:
        return law
    where = tuple(condition.substitute(written).text for condition in law.conditions)
    return replace(law, statement=law.relation.substitute(written).text, where=where)


def _answered(law: Law, inverse: Inverse, reading: Reading) -> LawAnswer:
    for condition in law.conditions:
        if at := _violated(condition.substitute(reading.values), reading.box):
            raise BadInput(f"{law.name} holds for {condition} only, got {at}, which is false; {law.about}")
    for condition in inverse.conditions:
        if at := _violated(condition.substitute(reading.values), reading.box):
            raise Refuted(f"no {inverse.symbol} meets {law.name} here: {condition} must hold, got {at}")
    form = collect(inverse.form.substitute(reading.values))
    missing = [name for name in form.names if name not in reading.box]
    if missing:
        return LawAnswer(reading, form, why=f"{inverse.symbol} stays open: give {' and '.join(missing)}")
    if set(form.names) & set(reading.box):
        return _uncertain(law, inverse, reading, form)
    return _certain(law, inverse, reading, form)


def _violated(condition: Relation, box: Box) -> str:
    """Both sides where a condition is violated at what was given, or at some corner of it; "" where it is not."""
    if any(name not in box for name in condition.names):
        return ""  # it holds or not once the rest is given
    gap = condition.rhs - condition.lhs if condition.sign in ("<", "<=") else condition.lhs - condition.rhs
    found = interval(gap, {name: box[name] for name in gap.names})
    strict = condition.sign in ("<", ">")
    if found.low > 0 or (found.low == 0 and not strict):
        return ""
    left, right = (side.evaluate(found.low_at) for side in (condition.lhs, condition.rhs))
    corner = f" at {_point(found.low_at)}" if found.low_at else ""
    return f"{shown(left)} {condition.sign} {shown(right)}{corner}"


def _point(at: Mapping[str, Fraction]) -> str:
    return ", ".join(f"{name} = {shown(value)}" for name, value in at.items())


def _uncertain(law: Law, inverse: Inverse, reading: Reading, form: Formula) -> LawAnswer:
    where = [relation.substitute(reading.values) for relation in (*law.conditions, *inverse.conditions)]
    usable = [relation for relation in where if set(relation.names) <= set(reading.box)]
    found = interval(form, {name: ends for name, ends in reading.box.items() if name in form.names}, usable)
    known = symbols.lookup(inverse.symbol)
    if found.low <= 0:
        raise Refuted(
            f"{known.name} must be above 0, {law.name} gives {shown(found.low)} at {_point(found.low_at)}; "
            "narrow the ranges"
        )
    return LawAnswer(reading, form, interval=found)


def _certain(law: Law, inverse: Inverse, reading: Reading, form: Formula) -> LawAnswer:
    exact = Fraction(form.evaluate({}))
    known = symbols.lookup(inverse.symbol)
    if exact <= 0 or (inverse.sign == "<=" and exact < known.lower):
        need = f"a whole number from {known.lower} on" if known.whole else "above 0"
        raise Refuted(f"no {known.name} meets {law.name}: it must be {need}, and {inverse.sign} {shown(exact)}")
    relation = law.relation.substitute(reading.values)
    for condition in law.conditions:
        put = condition.substitute({**reading.values, known.name: exact})
        if at := _violated(put, reading.box):
            raise Refuted(f"no {known.name} meets {law.name} here: {condition} must hold, got {at}")
    back = _put_back(relation, known.name, exact)

    def beside(value: int) -> Beside | None:
        return _beside(relation, known.name, value) if known.admits(value) else None

    if not known.whole:
        return LawAnswer(reading, form, exact, back=back)
    down, up = math.floor(exact), math.ceil(exact)
    fits = {"<=": down, ">=": max(up, known.lower), "=": None}[inverse.sign]
    if exact.denominator == 1:
        return LawAnswer(reading, form, exact, whole=beside(down), fits=fits, back=back)
    why = f"{known.name} = {shown(exact)} meets {law.name} exactly, but must be whole"
    return LawAnswer(reading, form, exact, None, beside(down), beside(up), fits, back=back, why=why)


def _put_back(relation: Relation, name: str, value: Fraction) -> bool:
    """Whether the kernel proves the law at the value (other symbols of it may be open where they do not matter)."""
    put = relation.substitute({name: value})
    return prove(put, (), dict.fromkeys(put.names, RATIO)) is not None


def _beside(relation: Relation, name: str, value: int) -> Beside | None:
    put = relation.substitute({name: value})
    if put.names:
        return None
    left, right = Fraction(put.lhs.evaluate({})), Fraction(put.rhs.evaluate({}))
    one, other = (left, right) if name in relation.rhs.names else (right, left)
    return Beside(value, left, right, (other / one - 1) * 100, compare(relation.sign, left, right))
