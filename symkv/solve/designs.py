"""All whole-number designs that meet targets, bounds and conditions: every one of them, ranked by goals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import prod

from symkv import symbols
from symkv.caches import Stack
from symkv.errors import BadInput
from symkv.formula import Formula, Relation
from symkv.notebook import Shown
from symkv.solve.bounds import bounds_of, relation_bound
from symkv.solve.box import MOST_VALUES, RATE, Box, parse_box, usual_values
from symkv.solve.effort import Effort
from symkv.solve.functions import Value
from symkv.solve.ranks import Design, described, ranked
from symkv.solve.search import Point, narrowed, points
from symkv.solve.shown import designs_html
from symkv.solve.stops import Constraint, Reasons, Stop
from symkv.solve.wishes import Goal, Limit, Question, band, goals_of, halves, limits_of, readings

__all__ = ["Design", "Designs", "designs", "parse_box"]

MOST_DESIGNS = 100_000


@dataclass(frozen=True)
class Designs:
    """Every design of a box that meets all limits and conditions, and whether the search went through all of it.

    `points` are the values of each design, in the order of the symbols and sorted; `found` are the designs themselves.
    `reading` says how KB, MB and GB are read: "binary", "decimal", or "" where there is one reading.
    """

    limits: tuple[Limit, ...]
    conditions: tuple[Relation, ...]
    goals: tuple[Goal, ...]
    box: int
    points: tuple[Point, ...]
    complete: bool
    reading: str
    formats: tuple[str, ...]
    reasons: Reasons

    def _repr_html_(self) -> str:
        return designs_html(self)

    @cached_property
    def found(self) -> tuple[Design, ...]:
        """The designs, ranked by the goals."""
        names = self.reasons.box
        values = [dict(zip(names, point, strict=True)) for point in self.points]
        return ranked(described(values, self.limits, self.formats), self.limits, self.goals)

    @property
    def formula(self) -> Formula:
        """The formula of the first limit, in bytes."""
        return self.limits[0].formula

    @property
    def low(self) -> Fraction | None:
        """The least bytes of the first limit."""
        return self.limits[0].low

    @property
    def high(self) -> Fraction | None:
        """The greatest bytes of the first limit."""
        return self.limits[0].high

    @property
    def every_range_given(self) -> bool:
        """Whether the box is what was asked for, no symbol having the usual values up to 10**9."""
        return set(self.reasons.box) <= self.reasons.given

    @cached_property
    def stops(self) -> dict[str, Stop]:
        """For each symbol the least and greatest value found, and what excludes the next; empty if not complete."""
        if not self.points or not self.complete:
            return {}
        columns = dict(zip(self.reasons.box, zip(*self.points, strict=True), strict=True))
        return {name: self.reasons.stop(name, values) for name, values in columns.items() if name != RATE}

    @cached_property
    def conflict(self) -> tuple[str, ...]:
        """Where nothing fits: the fewest limits and conditions that leave no design, a pair if there is one."""
        return self.reasons.conflict() if self.complete and not self.points else ()


def designs(
    stack: Stack,
    domains: Box,
    *,
    target: str | None = None,
    between: tuple[str, str] | None = None,
    at_most: Sequence[str] = (),
    at_least: Sequence[str] = (),
    equal: Sequence[str] = (),
    where: Sequence[str] = (),
    minimise: Sequence[str] = (),
    maximise: Sequence[str] = (),
    of: str = "growth",
    tokens: int | None = None,
    batch: int = 1,
    formats: Sequence[str] = (),
    given: Mapping[str, Formula] | None = None,
    report: Callable[[Effort], None] | None = None,
) -> tuple[Designs, ...]:
    """Every design of the box that meets a target or a band, further limits and conditions, for each reading of sizes.

    `at_most`, `at_least` and `equal` are QUANTITY[@TOKENS]=SIZE; `minimise` and `maximise` rank by a symbol, a
    quantity or a formula. A symbol without values in `domains` takes whole numbers up to 10**9, which the limits must
    bound. `given` are values of symbols that conditions may use; the sizes that a variant is meant for are conditions
    too. Raises `BadInput` for what can't be searched.

    >>> from symkv.variants import variant
    >>> stack = Stack.of(variant("gqa")).given({"n_layers": Formula.of(1), "d_head": Formula.of(128)})
    >>> box = {"n_kv_heads": range(1, 65), "bytes_per_element": (Fraction(1), Fraction(2))}
    >>> [dict(d.values) for d in designs(stack, box, target="2KiB")[0].found]  # 2048 = 2*128*8*1 = 2*128*4*2
    [{'n_kv_heads': 4, 'bytes_per_element': 2}, {'n_kv_heads': 8, 'bytes_per_element': 1}]
    """
    stack.require(tokens)
    question = Question(stack, tokens, batch, given, frozenset(domains))
    wanted = {"max": at_most, "min": at_least, "equal": equal}
    sizes = [halves(kind, text)[1] for kind, texts in wanted.items() for text in texts]
    ways = readings([*sizes, *(between or ()), *([target] if target is not None else [])])
    if target is not None and between is not None:
        raise BadInput("--target and --between say the same thing; give one of them")
    if target is None and between is None and not sizes:
        raise BadInput("designs takes --target SIZE or --between A B, or --max, --min and --equal; write --target 2KiB")
    conditions = [_condition(text, question) for text in where]
    goals = goals_of(question, minimise, maximise)
    found = []
    for reading, way in enumerate(ways):
        limits = limits_of(question, wanted, reading)
        ends = band(target, between, reading)
        if ends is not None:
            limits.insert(0, Limit(*question.quantity(of), *ends))
        box = _whole_box(domains, limits, conditions, goals, stack)
        every = [*conditions, *_meant(stack, set(box), {str(condition) for condition in conditions})]
        found.append(_searched(box, frozenset(domains), limits, every, goals, formats, way, report))
        if not found[-1].complete:
            break
    return Shown(found)


def _condition(text: str, question: Question) -> Relation:
    relation = Relation.parse(text)
    return Relation(question.put(relation.lhs), relation.sign, question.put(relation.rhs))


def _meant(stack: Stack, names: set[str], known: set[str]) -> list[Relation]:
    """For which sizes the variants are meant, as far as that is about symbols of the box."""
    found: dict[str, Relation] = {}
    for part in stack.parts:
        for text in part.variant.where:
            relation = Relation.parse(text).substitute(part.values)
            if relation.names and set(relation.names) <= names and str(relation) not in known:
                found[str(relation)] = relation
    return list(found.values())


def _whole_box(
    domains: Box, limits: Sequence[Limit], conditions: Sequence[Relation], goals: Sequence[Goal], stack: Stack
) -> Box:
    """The given values, and the usual ones for every other symbol that is open; in the order of the table."""
    used = {name for limit in limits for name in limit.formula.names}
    used |= {name for condition in conditions for name in condition.names}
    used |= {name for goal in goals for name in goal.formula.names}
    if not used:
        raise BadInput(f"{stack.name} must have an open symbol for a design, it has none; size gives its bytes")
    for name in domains:
        if name not in used:
            of = ", ".join(dict.fromkeys(limit.label for limit in limits))
            raise BadInput(f"{name} does not change the {of} of {stack.name}; leave it out or use it in --where")
    names = sorted({*used, *domains}, key=lambda name: (symbols.rank(name), name))
    return {name: domains[name] if name in domains else usual_values(name) for name in names}


def _searched(
    box: Box,
    given: frozenset[str],
    limits: Sequence[Limit],
    conditions: Sequence[Relation],
    goals: Sequence[Goal],
    formats: Sequence[str],
    reading: str,
    report: Callable[[Effort], None] | None,
) -> Designs:
    constraints = [Constraint(one.words, tuple(bounds_of(one.formula, one.low, one.high))) for one in limits]
    for condition in conditions:
        bound = relation_bound(condition)
        checks = (condition,) if bound is None else ()
        constraints.append(Constraint(str(condition), () if bound is None else (bound,), checks))
    bounds = [bound for one in constraints for bound in one.bounds]
    checks_ = [check for one in constraints for check in one.checks]
    left = narrowed(box, bounds, checks_)
    if left is not None:
        _require_ends(left, given)
    values: list[Point] = []
    complete = True
    try:
        for point in points(box, bounds, checks_, Effort(report)) if left is not None else ():
            values.append(point)
            if len(values) > MOST_DESIGNS:
                among = prod(count for count, _ in (left or {}).values())
                raise BadInput(
                    f"there are more than {MOST_DESIGNS} designs among the {among} points that the bounds leave; "
                    "add conditions or narrow the ranges"
                )
    except KeyboardInterrupt:  # what is found so far
        complete = False
    values.sort()
    return Designs(
        tuple(limits),
        tuple(conditions),
        tuple(goals),
        prod(len(domain) for domain in box.values()),
        tuple(values),
        complete,
        reading,
        tuple(formats),
        Reasons(constraints, box, given),
    )


def _require_ends(left: Mapping[str, tuple[int, Value]], given: frozenset[str]) -> None:
    """`BadInput` for a symbol whose range nobody gave and nothing bounds."""
    for name, (count, last) in left.items():
        if name not in given and count > 1 and last == MOST_VALUES:
            among = prod(count for count, _ in left.values())
            raise BadInput(
                f"{name} must have an end, no bound or condition gives one and {among} points are left; "
                f"write {name}=1..64 or add a bound such as --max growth=8KiB"
            )
