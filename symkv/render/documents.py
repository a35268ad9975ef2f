"""A checked derivation as one LaTeX or HTML document. Templates only lay out; every value is made here and typed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from fractions import Fraction
from functools import cache
from typing import Any

import jinja2
from latex2mathml.converter import convert
from markupsafe import Markup

from symkv import __version__, symbols
from symkv.derivations import Checked, CheckedStep
from symkv.formula import Formula, Relation, symbol
from symkv.formula.latex import Printer, Product
from symkv.formula.latex import number as grouped
from symkv.formula.notation import Notation, require_distinct
from symkv.formula.tree import is_sum
from symkv.output import HEADER
from symkv.render.escape import TeX, plain, tex
from symkv.render.lines import broken
from symkv.render.reread import reread_limit, reread_relation
from symkv.shipped import shipped
from symkv.solve import Answer, Neighbour, Solution
from symkv.units import decimal, rational

PROVED = (
    "A step is proved when the kernel derives it by exact normal forms, with every side condition discharged or "
    "printed, and a second, independent judge agrees. A premise is assumed; nothing is counted as proved for it."
)


@dataclass(frozen=True)
class _Style:
    """How one kind of document shows a formula, a text and a byte count; every relation is read back."""

    math: Callable[[str], str]  # inline
    display: Callable[[str], str]
    text: Callable[[object], str]
    number: Callable[[Fraction | int], str]
    printer: Printer = field(default_factory=Printer)

    def letter(self, name: str) -> str:
        """The letter of a symbol, as mathematics."""
        return self.math(self.printer.name(name))

    def relation(self, relation: Relation) -> str:
        """A relation on one line."""
        return self.math(self._relation(relation))

    def lines(self, relation: Relation) -> str:
        """A displayed relation, over several lines where it is long."""
        printed = broken(relation, product=self.printer.product, notation=self.printer.notation)
        return self.display(reread_relation(printed, relation, self.printer.notation))

    def limit(self, relation: Relation, over: str) -> str:
        """The limit of the left side as a symbol grows."""
        left, printer = relation.lhs.tree, self.printer
        body = rf"\left({printer.whole(left)}\right)" if is_sum(left) else printer.whole(left)
        printed = rf"\lim_{{{printer.name(over)} \to \infty}} {body} = {printer.whole(relation.rhs.tree)}"
        return reread_limit(printed, over, relation, printer.notation)

    def statement(self, item: CheckedStep) -> str:
        """The statement of a step on one line, a limit as one."""
        return self.math(self.limit(item.relation, item.step.over)) if item.step.over else self.relation(item.relation)

    def equation(self, left: str, right: Formula | None) -> str:
        """A symbol and what it equals; what has no closed form is solved by steps, which documents don't ask for."""
        if right is None:
            return rf"{self.printer.name(left)} = \text{{no closed form}}"
        return self._relation(Relation(symbol(left), "=", right))

    def _relation(self, relation: Relation) -> str:
        printed = self.printer.relation(relation.lhs.tree, relation.sign, relation.rhs.tree)
        return reread_relation(printed, relation, self.printer.notation)


def _mathml(source: str, display: str) -> Markup:
    return Markup(convert(source, display=display))  # the source is symkv's own LaTeX, never text


def _digits(value: Fraction | int) -> str:
    """A whole number in LaTeX with thin groups, or a fraction."""
    value = Fraction(value)
    if value.denominator == 1:
        return grouped(value.numerator)
    return rf"\frac{{{grouped(value.numerator)}}}{{{grouped(value.denominator)}}}"


LATEX = _Style(
    math=lambda source: TeX(f"${source}$"),
    display=TeX,
    text=tex,
    number=lambda value: TeX(f"${_digits(value)}$"),
)
HTML = _Style(
    math=lambda source: _mathml(source, "inline"),
    display=lambda source: _mathml(source, "block"),
    text=lambda value: plain(str(value)),
    number=lambda value: _mathml(_digits(value), "inline"),
)


def render_latex(checked: Checked, *, product: Product = "thin", notation: Notation | None = None) -> str:
    """The derivation as a LaTeX article that needs amsmath, booktabs and longtable only; `Refuted` if it fails.

    `notation` gives symbols the author's letters. Every relation is read back by symkv's reader first:
    `JudgesDisagree` where it reads as another, `BadInput` where two symbols print alike.
    """
    return _render("report.tex.j2", checked.require(), _lettered(LATEX, checked, product, notation))


def render_html(checked: Checked, *, product: Product = "thin", notation: Notation | None = None) -> str:
    """The derivation as one HTML page with MathML: no network, no script; `Refuted` if it does not hold."""
    return _render("report.html.j2", checked.require(), _lettered(HTML, checked, product, notation))


def _lettered(style: _Style, checked: Checked, product: Product, notation: Notation | None) -> _Style:
    """A style with a product sign and the author's letters, of which no two may be alike in one document."""
    if notation is not None:
        require_distinct([s if isinstance(s, str) else s.name for s in checked.derivation.symbols], notation)
    return replace(style, printer=Printer(product, notation or {}))


@cache
def _environment(kind: str) -> jinja2.Environment:
    loader = jinja2.FileSystemLoader(str(shipped("templates")))
    common: dict[str, Any] = {"loader": loader, "undefined": jinja2.StrictUndefined, "trim_blocks": True}
    if kind == "html":
        return jinja2.Environment(autoescape=True, lstrip_blocks=True, **common)
    environment = jinja2.Environment(
        block_start_string="<%",
        block_end_string="%>",
        variable_start_string="<<",
        variable_end_string=">>",
        comment_start_string="<#",
        comment_end_string="#>",
        finalize=tex,
        autoescape=False,
        lstrip_blocks=True,
        **common,
    )
    environment.filters["tex"] = TeX  # for a list of TeX pieces that a template has joined
    return environment


def _render(template: str, checked: Checked, style: _Style) -> str:
    environment = _environment("html" if template.endswith("html.j2") else "tex")
    values = _values(checked, style)
    fingerprint = hashlib.sha256(repr(asdict(checked.derivation)).encode()).hexdigest()
    values |= {"header": TeX(f"{HEADER} {__version__}, input sha256 {fingerprint}"), "version": __version__}
    return environment.get_template(template).render(values)


def _values(checked: Checked, style: _Style) -> dict[str, Any]:
    derivation = checked.derivation
    proved = sum(step.verdict == "proved" for step in checked.steps)
    return {
        "title": style.text(derivation.title),
        "claim": style.text(derivation.claim),
        "answers": [_solution(solution, style) for solution in checked.answers],
        "readings": [
            {
                "label": style.text(reading.label),
                "counts": "elements" if reading.quantity == "elements" else f"bytes {reading.quantity}",
                "value": style.number(value),
                "note": style.text(reading.note),
            }
            for reading, value in checked.readings
        ],
        "steps": [_step(index, checked, style) for index in range(len(checked.steps))],
        "premises": [
            {"text": style.text(s.step.why), "math": style.statement(s), "cite": style.text(s.step.cite)}
            for s in checked.steps
            if s.verdict == "assumed"
        ],
        "assume": [style.relation(Relation.parse(text)) for text in derivation.assume],
        "over_reals": [style.letter(name) for name in derivation.over_reals],
        "claims": [
            {
                "printed": style.text(c.claim.printed),
                "exact": style.number(c.value) if c.value is not None else style.text("open"),
                "verdict": c.verdict,
                "note": style.text(c.claim.note),
                "cite": style.text(c.claim.source),
            }
            for c in checked.claims
        ],
        "legend": [
            {
                "letter": style.math(style.printer.notation.get(s.name, s.latex)),
                "word": style.text(s.name),
                "words": style.text(s.words),
                "unit": s.unit,
            }
            for s in (symbols.lookup(entry) if isinstance(entry, str) else entry for entry in derivation.symbols)
        ],
        "sources": [{"key": style.text(key), "text": style.text(source)} for key, source in derivation.sources.items()],
        "proved": proved,
        "assumed": sum(step.verdict == "assumed" for step in checked.steps),
        "meaning": style.text(PROVED),
    }


def _step(index: int, checked: Checked, style: _Style) -> dict[str, Any]:
    item = checked.steps[index]
    numbers = {s.step.id: n + 1 for n, s in enumerate(checked.steps)}
    where = [Relation.parse(text) for text in (*item.step.where, *item.conditions)]
    return {
        "label": f"{checked.derivation.name}-{item.step.id}".replace("_", "-").replace(".", "-"),
        "number": index + 1,
        "math": style.display(style.limit(item.relation, over))
        if (over := item.step.over)
        else style.lines(item.relation),
        "why": style.text(item.step.why[:1].upper() + item.step.why[1:]),
        "rule": style.text(item.step.rule.replace("_", " ")),
        "verdict": item.verdict,
        "judges": ", ".join(item.judges),
        "where": [style.relation(condition) for condition in where],
        "uses": [str(numbers[name]) for name in item.step.uses if name in numbers],
        "built": [style.text(name) for name in item.step.uses if name not in numbers],
        "cite": style.text(item.step.cite),
    }


def _solution(solution: Solution, style: _Style) -> dict[str, Any]:
    target = "bytes_per_token" if solution.of == "growth" else "target_bytes"
    return {
        "what": style.text(solution.what),
        "target": style.text(solution.target_text),
        "symbol": style.letter(solution.symbol),
        "formula": style.display(style.equation(target, solution.formula)),
        "general": style.display(style.equation(solution.symbol, solution.general_form)),
        "judges": ", ".join(solution.judges),
        "given": [style.math(style.equation(name, value)) for name, value in solution.given.items()],
        "readings": [
            {
                "bytes": style.number(size.bytes),
                "reading": style.text(size.reading),
                "form": style.math(style.equation(solution.symbol, form)),
                "rows": [_answer(answer, style) for answer in solution.answers if answer.target == size],
            }
            for size, form in solution.closed_forms
        ],
    }


def _answer(answer: Answer, style: _Style) -> dict[str, Any]:
    exact = style.number(answer.exact) if answer.exact is not None else style.text("open")
    if answer.whole is not None:
        outcome = [f"exactly {rational(answer.whole.bytes)} bytes"]
    elif answer.exact is None:
        outcome = [answer.why]
    else:
        outcome = ["no whole answer", *(_side(side) for side in (answer.below, answer.above) if side is not None)]
    return {
        "dtype": style.text(answer.dtype or ""),
        "bytes": style.number(answer.bytes_per_element) if answer.bytes_per_element is not None else "",
        "exact": exact,
        "whole": answer.whole is not None,
        "outcome": style.text("; ".join(outcome)),
    }


def _side(side: Neighbour) -> str:
    sign = "+" if side.miss_percent > 0 else ""
    return f"{rational(side.value)} gives {rational(side.bytes)} bytes ({sign}{decimal(side.miss_percent, 1)} %)"
