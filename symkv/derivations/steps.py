"""From steps to what has to be proved: the same obligations for `check`, `recheck` and `mutate`, without any engine."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from symkv import symbols
from symkv.caches import QUANTITIES, Stack, quantity
from symkv.derivations.model import Derivation, Step
from symkv.errors import BadInput
from symkv.formula import Formula, Relation
from symkv.proof.collect import domain_of
from symkv.proof.dimensions import check_units
from symkv.proof.domains import RATIO, Domain
from symkv.proof.rules import Claimed, Duty, Rule, rule
from symkv.symbols import Symbol
from symkv.variants import variant

_QUANTITY = re.compile(rf"\b([a-z]\w*)\.({'|'.join(QUANTITIES)})\b", re.ASCII)


@dataclass(frozen=True)
class Obligation:
    """A relation to be proved for a step, under hypotheses, over domains; a limit where `over` names what grows.

    `where` are the step's own conditions among the hypotheses.
    """

    derivation: str
    step: str
    rule: str
    statement: Relation
    hypotheses: tuple[Relation, ...]
    domains: Mapping[str, Domain]
    where: tuple[Relation, ...] = ()
    over: str = ""
    beyond: tuple[str, ...] = ()


@dataclass(frozen=True)
class Taken:
    """A step read against what came before: its relation, its rule, its obligations and what it inherits."""

    step: Step
    relation: Relation
    rule: Rule
    obligations: tuple[Obligation, ...]
    conditions: tuple[Relation, ...]
    unit_problem: str = ""
    strict_units: bool = False

    def require_units(self) -> str:
        """For a step whose algebra holds: what is wrong with its units, as `BadInput` where they must be right."""
        if self.unit_problem and self.strict_units:
            raise BadInput(self.unit_problem)
        return self.unit_problem and f"units: {self.unit_problem}"


@dataclass(frozen=True)
class _Fact:
    """An earlier statement and the conditions under which it was shown; they travel with it."""

    statement: Relation
    conditions: tuple[Relation, ...]
    usable: bool


class Chain:
    """The steps of a derivation in order: `take` the next one, then `settle` the conditions under which it holds."""

    def __init__(self, derivation: Derivation) -> None:
        for symbol in derivation.symbols:
            if isinstance(symbol, Symbol):
                symbols.declare(symbol, own=True)
        self.derivation = derivation
        self.declared = {s.name if isinstance(s, Symbol) else symbols.lookup(s).name for s in derivation.symbols}
        self.assume = tuple(map(Relation.parse, derivation.assume))
        for relation in self.assume:
            check_units(relation)
        self.earlier: dict[str, _Fact] = {}
        self.known: list[str] = []

    def take(self, step: Step) -> Taken:
        """The step with its obligations; `BadInput` with its place for anything that is not well formed."""
        try:
            return self._taken(step)
        except BadInput as problem:
            raise problem.at(f"{self.derivation.name}, step {step.id}") from None

    def settle(self, taken: Taken, conditions: Iterable[str] = ()) -> None:
        """Make the step usable by later ones, under the conditions that its proof has carried."""
        carried = [Relation.parse(text) for text in conditions]
        fact = _Fact(taken.relation, distinct([*taken.conditions, *carried]), taken.rule.kind != "limit")
        self.earlier[taken.step.id] = fact
        self.known += taken.relation.names

    def _taken(self, step: Step) -> Taken:
        law = rule(step.rule)
        relation, where = Relation.parse(step.statement), tuple(map(Relation.parse, step.where))
        undeclared = [n for r in (relation, *where) for n in r.names if n not in self.declared]
        if undeclared:
            raise BadInput(f"a symbol must be declared in `symbols`, {undeclared[0]} is not")
        if step.id in self.earlier:
            raise BadInput("a step must have a name of its own, this one is used twice")
        facts = self._facts(step) if law.kind != "built" else []
        used = [fact.statement for fact in facts]
        wrong = law.shape(Claimed(relation, where, used, self.known, step.by, step.over))
        if wrong:
            raise BadInput(f"the rule {step.rule} {wrong}")
        inherited = [condition for fact in facts for condition in fact.conditions]
        hypotheses = distinct([*self.assume, *where, *used, *inherited])
        stated = Relation(relation.rhs, "=", built(step, self.derivation.stacks)) if law.kind == "built" else relation
        duties = law.duties(Claimed(stated, where, used, self.known, step.by, step.over))
        premise = [relation] if step.rule == "given" else []  # what rests on a premise keeps it
        return Taken(
            step,
            relation,
            law,
            tuple(self._obligation(step, duty, hypotheses, where) for duty in duties),
            distinct([*premise, *where, *inherited]),
            self._units(step, relation, where, () if law.kind == "built" else hypotheses),
            self.derivation.units == "named",
        )

    def _units(self, step: Step, relation: Relation, where: tuple[Relation, ...], facts: tuple[Relation, ...]) -> str:
        """What is wrong with the units of a step, or ""."""
        try:
            check_units(relation, where=where, facts=facts, literals=step.units)
        except BadInput as problem:
            return problem.message
        return ""

    def _obligation(
        self, step: Step, duty: Duty, hypotheses: Sequence[Relation], where: tuple[Relation, ...]
    ) -> Obligation:
        kept = tuple(h for h in hypotheses if h.text not in duty.leave_out)
        names = dict.fromkeys(name for relation in (duty.statement, *kept) for name in relation.names)
        domains = {n: RATIO if n in self.derivation.over_reals else domain_of(n) for n in names}
        own = tuple(relation for relation in where if relation.text not in duty.leave_out)
        return Obligation(
            self.derivation.name, step.id, step.rule, duty.statement, kept, domains, own, step.over, step.beyond
        )

    def _facts(self, step: Step) -> list[_Fact]:
        for name in step.uses:
            if name not in self.earlier:
                known = ", ".join(self.earlier) or "none yet"
                raise BadInput(f"`uses` must name earlier steps, {name[:40]!r} is none; known are {known}")
            if not self.earlier[name].usable:
                raise BadInput(f"a limit is no equation that a step can use, {name} is one")
        return [self.earlier[name] for name in step.uses]


def obligations(derivation: Derivation) -> Iterator[Obligation]:
    """Everything that has to be proved for a derivation, in order.

    >>> from symkv.derivations import named
    >>> next(o.statement.text for o in obligations(named("two_kilobytes")) if o.step == "no_less")
    'read_per_token >= stored_per_token'
    """
    chain = Chain(derivation)
    for step in derivation.steps:
        taken = chain.take(step)
        yield from taken.obligations
        chain.settle(taken)


def distinct(relations: Iterable[Relation]) -> tuple[Relation, ...]:
    """The relations without repetitions, in order."""
    return tuple({relation.text: relation for relation in relations}.values())


def built(step: Step, stacks: Mapping[str, Stack]) -> Formula:
    """The quantity that a `built` step names: of a variant of the catalogue, or of a stack of the derivation's own."""
    if len(step.uses) != 1:
        raise BadInput("the rule built must name one catalogue quantity in `uses`, such as cross_layer.growth")
    name, _, of = step.uses[0].partition(".")
    if name in stacks:
        return quantity(stacks[name], of)
    return formula_of(step.uses[0])


def formula_of(text: str) -> Formula:
    """A formula in which a quantity of a catalogue variant may be written as `cross_layer.growth`.

    >>> str(formula_of("mqa.growth/(d_head*bytes_per_element)"))
    '(n_layers*d_head*bytes_per_element + n_layers*d_head*bytes_per_element)/(d_head*bytes_per_element)'
    """
    whole = _QUANTITY.fullmatch(text.strip())
    if whole:
        return quantity(Stack.of(variant(whole[1])), whole[2])
    return Formula.parse(_QUANTITY.sub(lambda found: f"({formula_of(found[0])})", text))
