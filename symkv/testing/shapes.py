"""Shapes for a function that counts bytes: exact points of a stack's symbols, the telling ones first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import cycle, islice
from typing import Any

from symkv.caches import ROLES, Stack, Variant, quantity
from symkv.errors import BadInput, SymkvError
from symkv.formula import Formula, Relation, symbol
from symkv.modelling import Model
from symkv.models import from_config, resolve
from symkv.proof.collect import collect, domain_of
from symkv.proof.domains import Domain
from symkv.proof.evaluator import Number
from symkv.proof.points import starts
from symkv.proof.region import Region, Start, fitted

OF_A_BATCH = ("stored", "read", "read_fused", "written", "peak", "between")  # what is counted for all sequences
RATES: tuple[Number, ...] = (2, 1, 4, Fraction(1, 2), Fraction(17, 16))  # bf16, fp8, fp32, int4, q8_0
LARGEST = 2**17
TRIES = 600


def stack_of(what: object) -> Stack:
    """The stack of a variant, a model, a config as a dict or an object, or of anything that `symkv size` takes."""
    if isinstance(what, Stack):
        return what
    if isinstance(what, Variant):
        return Stack.of(what)
    if isinstance(what, Model):
        return what.stack
    return resolve(what) if isinstance(what, str) else from_config(what)


@dataclass(frozen=True)
class Truth:
    """A quantity of a stack as a formula, with the conditions under which shapes of it are meant."""

    name: str
    quantity: str
    formula: Formula
    where: tuple[Relation, ...]
    given: tuple[str, ...] = ()
    stack: Stack | None = None
    tp: int | None = None
    batch: bool = False

    @staticmethod
    def of(
        what: object,
        quantity_name: str,
        *,
        dtype: str | None = None,
        tp: int | None = None,
        batch: bool = False,
        values: Mapping[str, Number] | None = None,
    ) -> Truth:
        """The truth about a stack, with values for some of its symbols; with `batch`, of all sequences of a batch."""
        if not isinstance(quantity_name, str):
            raise BadInput(f"a quantity must be named, got {type(quantity_name).__name__}; write 'stored'")
        if tp is not None and (not isinstance(tp, int) or isinstance(tp, bool) or tp < 1):
            raise BadInput(f"tp must be a whole number from 1 on, got {ascii(tp)[:40]}")
        if dtype is not None and not isinstance(dtype, str):
            raise BadInput(f"a dtype must be named, got {type(dtype).__name__}; write 'bf16'")
        stack = stack_of(what)
        open_ = {name for part in stack.parts for name in part.open}
        known = {name: Formula.of(value) for name, value in (values or {}).items() if name in open_}
        stack = stack.given(known)
        stack = stack.coded(dict.fromkeys(ROLES, dtype)) if dtype is not None else stack
        found = collect(quantity(stack, quantity_name, tp=tp))
        found = symbol("batch") * found if batch else found
        wheres = (Relation.parse(text).substitute(part.values) for part in stack.parts for text in part.variant.where)
        conditions = tuple(one for one in wheres if one.names)
        return Truth(stack.name, quantity_name, found, conditions, tuple(known), stack, tp, batch)

    def other(self, quantity_name: str) -> Formula | None:
        """Another quantity of the same layers, where it has a formula and is not the same."""
        if self.stack is None or quantity_name == self.quantity:
            return None
        try:
            found = quantity(self.stack, quantity_name, tp=self.tp)
        except SymkvError:
            return None
        return symbol("batch") * found if self.batch and quantity_name in OF_A_BATCH else found


class Shapes:
    """The points of some names under conditions; `at` reaches one from values of the names that are free."""

    def __init__(self, truth: Truth, names: Iterable[str], where: Sequence[Relation]) -> None:
        self.truth = truth
        self.where = (*truth.where, *where)
        everything = dict.fromkeys((*truth.formula.names, *names, *(n for one in self.where for n in one.names)))
        self.domains: Mapping[str, Domain] = {name: domain_of(name) for name in everything}
        total = Formula.of(0)
        for name in everything:
            total = total + symbol(name)
        self._statement = Relation(truth.formula, "=", total)
        self.region = Region(self._statement, self.where, self.domains)

    def at(self, start: Mapping[str, Number]) -> Start | None:
        """The point that values of the free names lead to, or one beside it; None where there is none."""
        fitting = {name: fitted(start[name], self.domains[name]) for name in self.region.free}
        point = self.region.complete(fitting)
        if point is None:
            repaired = self.region.repaired(fitting)
            point = self.region.complete(repaired) if repaired is not None else None
        return None if point is None else {name: _plain(value) for name, value in point.items()}

    def start_of(self, point: Mapping[str, Number]) -> Start | None:
        """The values of the free names that lead to a point."""
        return self.region.start_of(point)

    def points(self, count: int) -> Iterator[Start]:
        """At most `count` points, none twice: distinct primes, edges, random ones; rates as number formats have."""
        seen: set[tuple[Number, ...]] = set()
        rates = cycle(RATES)

        def found() -> Iterator[Start]:
            for start in starts(self.region, (self._statement, *self.where), TRIES):
                sized = {name: value if value <= LARGEST else 1 + value % LARGEST for name, value in start.items()}
                if "bytes_per_element" in sized:
                    sized["bytes_per_element"] = next(rates)
                point = self.at(sized)
                key = tuple(point.values()) if point is not None else ()
                if point is not None and key not in seen:
                    seen.add(key)
                    yield point

        yield from islice(found(), count)

    def require_some(self) -> None:
        """`BadInput` where no point meets the conditions."""
        if next(self.points(1), None) is None:
            shown = ", ".join(str(relation) for relation in self.where)
            raise BadInput(f"the conditions must be able to hold together, no shape was found for {shown}")


def _plain(value: Any) -> Number:
    """A whole rational as an int, as functions expect counts."""
    return int(value) if value.denominator == 1 else Fraction(value)
