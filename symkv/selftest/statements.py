"""Statements that symkv itself rests on: every variant's paper form and reductions, and the steps that are shipped."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from symkv.derivations import Obligation, named, obligations
from symkv.formula import Relation
from symkv.proof.collect import domain_of
from symkv.selftest.corpus import FURTHER_TRUE, TRUE
from symkv.selftest.identities import Identity
from symkv.variants import catalogue, variant

MEASURED = ("catalogue", "counting", "two_kilobytes")  # the derivations whose steps are mutated and judged anew


@cache
def of_variants() -> tuple[Identity, ...]:
    """What each variant states: its paper form, its reductions stored and read, and its growth and state as a bound."""
    found = []
    for item in catalogue().values():
        paper = f"{item.paper_formula()} = {item.quantity(item.paper_of)}"
        found.append(Identity(f"{item.name}, paper form", paper, item.where))
        if len({tensor.mask.wave for tensor in item.tensors}) == 1:  # without saw-teeth, or all of one length
            bound = f"{item.stored} <= ({item.growth})*n_tokens + {item.quantity('state')}"
            found.append(Identity(f"{item.name}, growth and state", bound, item.where))
        between = f"{item.quantity('between')} <= {item.stored}"
        found.append(Identity(f"{item.name}, between", between, item.where))
        for reduction in item.reduces_to:
            other = variant(reduction.to)
            for of in reduction.only:
                statement = f"{item.quantity(of)} = {other.quantity(of)}"
                if of == "growth" and any("n_tokens" in where for where in reduction.where):
                    continue  # a bound on the tokens has no limit in the tokens
                where = (*item.where, *reduction.where)
                found.append(Identity(f"{item.name}, {of} of {reduction.to}", statement, where))
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
    """What the steps of the measured derivations have to prove."""
    return tuple(duty for name in MEASURED for duty in obligations(named(name)))


def _names(relations: Iterable[Relation]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for relation in relations for name in relation.names))
