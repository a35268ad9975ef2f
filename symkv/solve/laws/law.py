"""A law: one relation between declared symbols, with its domain, its assumptions and its source."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from symkv.caches import Source
from symkv.errors import BadInput, alike
from symkv.formula import Relation
from symkv.notebook import card, display, table
from symkv.proof.dimensions import check_units


@dataclass(frozen=True)
class Law:
    """A named relation of serving, as data in the reader's language.

    `statement` is an equation, or an inequality where one side bounds the other (a step takes at least as long as its
    slower part); `where` is its domain, `about` what it assumes, `units` names the units of its literals.

    >>> law("price_step").relation.text
    'bytes_per_token = bytes_per_parameter*n_active/(hardware_ratio*n_tokens)'
    """

    name: str
    title: str
    statement: str
    about: str
    source: Source
    where: tuple[str, ...] = ()
    units: tuple[str, ...] = ()

    @cached_property
    def relation(self) -> Relation:
        """The statement as a relation."""
        return Relation.parse(self.statement)

    @cached_property
    def conditions(self) -> tuple[Relation, ...]:
        """The domain as relations."""
        return tuple(map(Relation.parse, self.where))

    def _repr_latex_(self) -> str:
        return display(self.relation.latex)

    def _repr_html_(self) -> str:
        rows = [("law", self.relation), *(("where", condition) for condition in self.conditions)]
        return card(f"{self.name}: {self.title}", table(rows), notes=[self.about, self.source])

    @property
    def names(self) -> tuple[str, ...]:
        """The symbols of the statement, in the order of their first appearance."""
        return self.relation.names

    @property
    def latex(self) -> str:
        """The statement in LaTeX, one relation; its domain is in `conditions`, each of which has its own LaTeX."""
        return self.relation.latex

    def check_units(self) -> str:
        """Check that both sides, every sum and the domain have one unit; "checked", or `BadInput`."""
        return check_units(self.relation, where=self.conditions, literals=self.units)


def laws() -> dict[str, Law]:
    """Every law by name, in the order of the table."""
    from symkv.solve.laws.table import LAWS

    return {item.name: item for item in LAWS}


def is_law(name: str) -> bool:
    """Whether a law has that name."""
    return name in laws()


def law(name: str) -> Law:
    """The law of that name, or `BadInput` with the names near it."""
    known = laws()
    if name not in known:
        near = alike(name, known)
        hint = f"did you mean {', '.join(near)}?" if near else "symkv list laws names them"
        raise BadInput(f"a law must be one of the table, got {name[:40]!a}; {hint}")
    return known[name]
