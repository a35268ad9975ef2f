"""Statements that symkv itself rests on: every variant's paper form and reductions, and the steps that are shipped."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from symkv.caches import Stack, quantity
from symkv.derivations import Obligation, load, obligations, shipped_derivations
from symkv.formula import Relation
from symkv.proof.collect import domain_of
from symkv.selftest.corpus import FURTHER_TRUE, TRUE
from symkv.selftest.identities import Identity
from symkv.variants import catalogue, variant


@cache
def of_variants() -> tuple[Identity, ...]:
    """What each variant states: its paper form, its reductions stored and read, and its growth and state as a bound."""
    found = []
    for item in catalogue().values():
        stack = Stack.of(item)
        built = quantity(stack, item.paper_of)
        found.append(Identity(f"{item.name}, paper form", f"{item.paper_formula()} = {built}"))
        bound = f"{quantity(stack, 'stored')} <= ({quantity(stack, 'growth')})*n_tokens + {quantity(stack, 'state')}"
        found.append(Identity(f"{item.name}, growth and state", bound))
        found.append(Identity(f"{item.name}, between", f"{quantity(stack, 'between')} <= {quantity(stack, 'stored')}"))
        for reduction in item.reduces_to:
            for of in ("stored", "read", "read_fused", "peak"):
                pair = (quantity(Stack.of(one), of) for one in (item, variant(reduction.to)))
                found.append(
                    Identity(f"{item.name}, {of} of {reduction.to}", " = ".join(map(str, pair)), reduction.where)
                )
    return tuple(found)


def of_corpus() -> tuple[Identity, ...]:
    """The true statements of the corpus."""
    return tuple(Identity(name, statement, where) for name, statement, where in (*TRUE, *FURTHER_TRUE))


def obligation(identity: Identity) -> Obligation:
    """An identity as a judged step over the domains of the symbol table."""
    statement, where = Relation.parse(identity.statement), tuple(map(Relation.parse, identity.where))
    names = _names((statement, *where))
    domains = {name: domain_of(name) for name in names}
    return Obligation("selftest", identity.law, "given", statement, where, domains, where)


@cache
def of_derivations() -> tuple[Obligation, ...]:
    """What the steps of the shipped derivations have to prove."""
    return tuple(duty for path in shipped_derivations().values() for duty in obligations(load(path)))


def _names(relations: Iterable[Relation]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for relation in relations for name in relation.names))
