"""Equations of a paper read by the strict reader against its notation, as relations for the judges."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from symkv.errors import BadInput
from symkv.formula import Formula, Relation
from symkv.formula.latex_reader import read_latex_sides
from symkv.formula.latex_tokens import Unreadable
from symkv.papers.comments import Said
from symkv.papers.maths import prepared, without_name
from symkv.papers.model import Item, Place, Statement
from symkv.papers.rows import Group, leading
from symkv.papers.sidecar import Sidecar
from symkv.papers.targets import formula_target, relation
from symkv.proof.judges import domains_for


class Reader:
    """Reads the equations of one paper; what is assumed so far may be a condition of what follows, by its label."""

    def __init__(self, side: Sidecar, redefined: Mapping[str, int]) -> None:
        self.side, self.redefined = side, redefined
        self.assumed: dict[str, tuple[Relation, ...]] = {}
        self.declared = frozenset(side.words.values()) | frozenset(side.domains)

    def item(self, said: Said, text: str, group: Group, label: str, locate: Callable[[int], Place]) -> Item:
        """The item that an annotation makes of an equation; what can't be read has the reason as its `problem`."""
        place = locate(group.start + leading(text[group.start : group.end]))
        try:
            where = tuple(found for condition in said.where for found in self.condition(condition))
            statements = self.statements(said, text, group, locate)
        except Unreadable as problem:
            return Item("equation", locate(problem.offset), label, said.text, problem=problem.reason)
        except BadInput as problem:
            return Item("equation", place, label, said.text, problem=problem.message)
        relations = tuple(statement.relation for statement in statements)
        if said.verb == "assume" and label:
            self.assumed[label] = relations
        domains = domains_for((*relations, *where), self.side.domains)
        units = {name: unit for name, unit in self.side.units.items() if unit and name in domains}
        target = said.target if said.verb == "equals" else ""
        return Item(
            "equation", place, label, said.text, statements, where, domains, units, target,
            assumed=said.verb == "assume",
        )  # fmt: skip

    def condition(self, text: str) -> tuple[Relation, ...]:
        """A condition in the reader's language, or the label of an equation that is assumed further up."""
        return self.assumed[text] if text in self.assumed else (relation(text, self.side.domains),)

    def statements(self, said: Said, text: str, group: Group, locate: Callable[[int], Place]) -> tuple[Statement, ...]:
        """The relations of an equation; `Unreadable` has the offset in the file."""
        target = formula_target(said.target, self.side.domains) if said.verb == "equals" else None
        ready = prepared(text, group, self.side, self.redefined)
        try:
            source = ready.text if target is None else without_name(ready.text)
            sides, signs = read_latex_sides(source, self.side.words)
        except Unreadable as problem:
            raise Unreadable(problem.message, reason=problem.reason, offset=ready.place(problem.offset)) from None
        self.require_declared(sides, group)
        behind = len(source) - len(source.lstrip())
        places = [locate(ready.place(at)) for at in (behind, *(at for _, at in signs))]
        if target is not None:
            for sign, at in signs:
                if sign != "=":
                    raise Unreadable("an equation that equals a target must have = only", offset=ready.place(at))
            return tuple(
                Statement(Relation(side, "=", target.formula), place) for side, place in zip(sides, places, strict=True)
            )
        if not signs:
            raise Unreadable(
                "a relation must stand here, such as a = b; or write equals FORMULA", offset=ready.place(behind)
            )
        return tuple(
            Statement(Relation(sides[at], sign, sides[at + 1]), places[at + 1]) for at, (sign, _) in enumerate(signs)
        )

    def require_declared(self, sides: list[Formula], group: Group) -> None:
        """With `only_declared`, refuse letters that the table of symbols alone gives a meaning."""
        for name in dict.fromkeys(name for side in sides for name in side.names):
            if self.side.only_declared and name not in self.declared:
                raise Unreadable(f"the letter of {name} is not in the paper's notation", offset=group.start)
