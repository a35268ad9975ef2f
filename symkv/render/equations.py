r"""The steps of a derivation as numbered equations that fit a column: in `align`, or one by one.

Steps with short left sides share one alignment at their signs; those that are laid over lines share another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from symkv.derivations import Checked, CheckedStep
from symkv.errors import JudgesDisagree
from symkv.formula import Relation
from symkv.formula.latex import Printer
from symkv.render.keys import label_of, step_names
from symkv.render.lines import Laid, Row, laid, limit_of, points
from symkv.render.reread import reread_relation

_FOR = r"\text{for } "
_INDENT = 23.0  # points of two indents and a comma
_GAP = 18.0  # points of a \quad and more before a condition on the same line


@dataclass(frozen=True)
class Equation:
    """A step laid in lines that read back as it: `statement` is the relation alone, `shown` has its conditions too."""

    item: CheckedStep
    name: str
    label: str
    statement: Laid
    shown: Laid

    @property
    def lines(self) -> list[str]:
        """The lines as `align` takes them, with the label on the last and no number on the others."""
        *before, last = self.shown.lines
        return [*(rf"{line} \notag" for line in before), rf"{last} \label{{{self.label}}}"]


def equations(checked: Checked, name: str, printer: Printer, width: float) -> list[Equation]:
    """The steps as equations of at most `width` points; `JudgesDisagree` for what does not read back."""
    names = step_names(checked)
    return [
        _equation(item, names[item.step.id], label_of(name, names[item.step.id]), printer, width)
        for item in checked.steps
    ]


def _equation(item: CheckedStep, name: str, label: str, printer: Printer, width: float, left: float = 0) -> Equation:
    statement = laid(item.relation, printer, width, left=left, over=item.step.over)
    reread_laid(statement, item.relation, printer, item.step.over)
    return Equation(item, name, label, statement, _with_conditions(statement, item, printer, width))


def reread_laid(found: Laid, meant: Relation, printer: Printer, over: str = "") -> str:
    """The source of a relation in lines, read back and found to be what was meant, a limit by what tends to it."""
    source = found.source
    limit = limit_of(over, printer)
    if limit and source.count(limit) != 1:
        raise JudgesDisagree(f"the printed formula must be a limit, got {source[:200]}; please report it")
    reread_relation(source.replace(limit, "", 1) if limit else source, meant, printer.notation)
    return source


def _with_conditions(found: Laid, item: CheckedStep, printer: Printer, width: float) -> Laid:
    """The lines with what the step holds for: behind a single line where it fits, else on lines of their own."""
    conditions = [Relation.parse(text) for text in (*item.step.where, *item.conditions)]
    if not conditions:
        return found
    alone = [laid(condition, printer, width) for condition in dict.fromkeys(conditions)]
    if found.left and max(points(_FOR) + one.width for one in alone) > width - points(found.left) - _INDENT:
        first, *rest = found.rows  # too little room beside the left side
        found = Laid("", (Row(0, f"{found.left} {first.text}"), *rest))
        if found.width > width:
            found = laid(item.relation, printer, width, over=item.step.over, beside=False)
    room = width - points(found.left) - _INDENT
    rows: list[Row] = []
    for condition in dict.fromkeys(conditions):
        one = laid(condition, printer, room)
        reread_laid(one, condition, printer)
        first, *rest = [Row(row.indent, row.text) for row in one.rows]
        text = f"{one.left} {first.text}".strip()
        together = f"{rows[-1].text},\\; {text}" if rows else _FOR + text
        if rows and (rest or points(together) > room):
            rows[-1] = Row(rows[-1].indent, rows[-1].text + ",")
            together = text
            rows.append(Row(2, together))
        else:
            rows[-1:] = [Row(rows[-1].indent if rows else 1, together)]
        rows += [*(Row(row.indent + 2, row.text) for row in rest)]
    if len(found.rows) == len(rows) == 1 and found.width + _GAP + points(rows[0].text) <= width:
        return Laid(found.left, (Row(0, rf"{found.rows[0].text} \quad {rows[0].text}"),))
    return Laid(found.left, (*found.rows, *rows))


def grouped(items: Sequence[Equation], printer: Printer, width: float) -> list[list[Equation]]:
    """The equations in groups that share an alignment, each with room for the widest left side of its group."""
    groups: list[list[Equation]] = []
    for item in items:
        together = _joined(groups[-1], item, printer, width) if groups else None
        if together is None:
            groups.append([item])
        else:
            groups[-1] = together
    return groups


def _joined(group: list[Equation], item: Equation, printer: Printer, width: float) -> list[Equation] | None:
    """The group with one more equation, where none of them needs more lines for it."""
    if not group[0].shown.left and not item.shown.left:
        return [*group, item]
    if not group[0].shown.left or not item.shown.left:
        return None
    left = max(points(one.shown.left) for one in (*group, item))
    found = []
    for one in (*group, item):
        if left + one.shown.right > width:
            again = _equation(one.item, one.name, one.label, printer, width, left)
            if not again.shown.left or len(again.shown.rows) > len(one.shown.rows):
                return None
            one = again
        found.append(one)
    return found if all(left + one.shown.right <= width for one in found) else None
