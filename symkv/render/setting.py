"""Formulas of a report as typed mathematics: in the author's letters, read back before they are shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from symkv import symbols
from symkv.derivations import CheckedStep
from symkv.formula import Formula, Relation, symbol
from symkv.formula.latex import Printer, Product
from symkv.formula.latex import number as grouped
from symkv.formula.notation import Notation, require_distinct
from symkv.render.equations import reread_laid
from symkv.render.lines import Laid, laid, tightened
from symkv.render.reread import reread, reread_relation
from symkv.render.values import Display, Math

ENDLESS = 1e9  # points of a line that is never broken
_UNIT = re.compile(r"[A-Za-z][A-Za-z /]{0,39}")


@dataclass(frozen=True)
class Setter:
    """Sets formulas with one product sign and one notation."""

    printer: Printer = field(default_factory=Printer)

    @staticmethod
    def of(names: Iterable[str], product: Product = "thin", notation: Notation | None = None) -> Setter:
        """The setter of a document; `BadInput` where two of its symbols would print alike."""
        if notation is not None:
            require_distinct(names, notation)
        return Setter(Printer(product, notation or {}))

    def letter(self, name: str) -> Math:
        """The letter of a symbol."""
        return Math(self.printer.name(name))

    def formula(self, formula: Formula) -> Math:
        """A formula on one line."""
        return Math(reread(tightened(self.printer.whole(formula.tree)), formula, self.printer.notation))

    def relation(self, relation: Relation) -> Math:
        """A relation on one line."""
        return Math(self._relation(relation))

    def lines(self, relation: Relation, over: str = "") -> Display:
        """A displayed relation, over several lines where it is long; a limit as `over` grows."""
        return Display(reread_laid(laid(relation, self.printer, over=over), relation, self.printer, over))

    def statement(self, item: CheckedStep) -> Math:
        """The statement of a step on one line, a limit as one."""
        found = laid(item.relation, self.printer, ENDLESS, over=item.step.over)
        return Math(reread_laid(found, item.relation, self.printer, item.step.over))

    def step(self, item: CheckedStep) -> Display:
        """The statement of a step, displayed."""
        return self.lines(item.relation, item.step.over)

    def equation(self, left: str, right: Formula | None) -> Math:
        """A symbol and what it equals; what has no closed form is solved by steps, which documents don't ask for."""
        if right is None:
            return Math(rf"{self.printer.name(left)} = \text{{no closed form}}")
        return self.relation(Relation(symbol(left), "=", right))

    def instance(
        self,
        formula: Formula,
        values: Mapping[str, Fraction | int],
        result: Fraction | int,
        *,
        left: str = "",
        unit: str = "",
    ) -> Display:
        """A formula, the same with its numbers put in, and what comes out, on lines of their own."""
        numbers = formula.substitute({n: Formula.of(v) for n, v in values.items() if n in formula.names})
        lines = self._laid(Relation(symbol(left) if left else formula, "=", formula if left else numbers)).lines
        if left and formula.names:
            lines += replace(self._laid(Relation(symbol(left), "=", numbers)), left="").lines
        behind = rf"\;\text{{{unit}}}" if _UNIT.fullmatch(unit) else ""
        if formula.names or left:
            lines += [rf"&= {number(result).latex}{behind}"]
        body = r" \\ ".join(lines)
        return Display(rf"\begin{{aligned}} {body} \end{{aligned}}")

    def _laid(self, relation: Relation) -> Laid:
        found = laid(relation, self.printer)
        reread_laid(found, relation, self.printer)
        return found

    def _relation(self, relation: Relation) -> str:
        printed = tightened(self.printer.relation(relation.lhs.tree, relation.sign, relation.rhs.tree))
        return reread_relation(printed, relation, self.printer.notation)


def unit_beside(unit: str) -> str:
    """The unit in words where it can't stand in the formula."""
    return "" if _UNIT.fullmatch(unit) else unit


def number(value: Fraction | int) -> Math:
    """A whole number with thin groups, or a fraction.

    >>> number(16384).latex, number(Fraction(125, 16)).latex
    ('16\\\\,384', '\\\\frac{125}{16}')
    """
    value = Fraction(value)
    if value.denominator == 1:
        return Math(grouped(value.numerator))
    return Math(rf"\frac{{{grouped(value.numerator)}}}{{{grouped(value.denominator)}}}")


def names_of(declared: Iterable[str | symbols.Symbol]) -> list[str]:
    """The words of symbols."""
    return [entry if isinstance(entry, str) else entry.name for entry in declared]
