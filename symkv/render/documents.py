"""A report as values that templates lay out, the same for every format; every formula is read back before."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from symkv import __version__, symbols
from symkv.derivations import Checked, CheckedStep, Claim
from symkv.derivations.bibliography import cited
from symkv.formula import Relation
from symkv.formula.latex import Product
from symkv.formula.notation import Notation
from symkv.output import HEADER
from symkv.render.figure_slots import Figures
from symkv.render.formats import format_named, shipped_environment
from symkv.render.pdf import Missing
from symkv.render.setting import Setter, names_of, number, unit_beside
from symkv.render.values import Code, Column, Display, Label, Math, table
from symkv.solve import Answer, Neighbour, Solution
from symkv.symbols import Symbol
from symkv.units import decimal, rational

MOST_EXPRESSION = 60  # letters of an expression that a table shows
PROVED = (
    "A step is proved when the kernel derives it by exact normal forms, with every side condition discharged or "
    "printed, and a second, independent judge agrees. A premise is assumed; nothing is counted as proved for it."
)
DOMAINS = (
    "Every other symbol ranges over the domain of its unit: counts and widths are whole numbers from 1 on, bytes "
    "positive rationals."
)


@dataclass(frozen=True)
class Document:
    """A report before it has a format: its name and the values of its template, which templates/README.md lists.

    `missing` is what could not be made, and `files` are those that its .tex needs beside it.
    """

    name: str
    values: Mapping[str, Any]
    missing: tuple[Missing, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    template: str = "report"
    parts: tuple[Document, ...] = ()

    def _repr_markdown_(self) -> str:
        """The report in a notebook."""
        return self.render("md")

    def render(self, kind: str) -> str:
        """The report in a format, tex, html or md, with its parts as source that has been made already."""
        source = format_named(kind).kind
        parts = [{**part.values, "source": source(part.render(kind))} for part in self.parts]
        template = shipped_environment(kind).get_template(f"{self.template}.{kind}.j2")
        return str(template.render({**self.values, "parts": parts}))


def render_latex(checked: Checked, *, product: Product = "thin", notation: Notation | None = None) -> str:
    """The derivation as a LaTeX article that needs amsmath, booktabs and longtable only; `Refuted` if it fails.

    `notation` gives symbols the author's letters. Every relation is read back by symkv's reader first:
    `JudgesDisagree` where it reads as another, `BadInput` where two symbols print alike.
    """
    return derivation_document(checked, product=product, notation=notation).render("tex")


def render_html(checked: Checked, *, product: Product = "thin", notation: Notation | None = None) -> str:
    """The derivation as one HTML page with MathML: no network, no script; `Refuted` if it does not hold."""
    return derivation_document(checked, product=product, notation=notation).render("html")


def render_markdown(checked: Checked, *, product: Product = "thin", notation: Notation | None = None) -> str:
    """The derivation as GitHub-flavoured Markdown with formulas between dollars; `Refuted` if it does not hold."""
    return derivation_document(checked, product=product, notation=notation).render("md")


def derivation_document(
    checked: Checked, *, product: Product = "thin", notation: Notation | None = None, first: int = 1
) -> Document:
    """The report of a derivation, its equations numbered from `first` on; `Refuted` if it does not hold."""
    derivation = checked.require().derivation
    setter = Setter.of(names_of(derivation.symbols), product, notation)
    readings = [
        [one.instance.label, one.instance.counts, number(one.value), one.instance.note] for one in checked.readings
    ]
    sections = [section("All readings side by side", table("", READINGS, readings))] if readings else []
    values = {
        "title": derivation.title,
        "answer": derivation.claim,
        "solved": [_solution(solution, setter) for solution in checked.answers],
        "lines": [
            line(
                one.instance.label,
                setter.instance(
                    one.formula, {n: one.numbers[n] for n in one.formula.names}, one.value, unit=one.instance.unit
                ),
                one.instance.note,
                one.instance.unit,
            )
            for one in checked.instances
        ],
        "sections": sections,
        **proof(checked, setter, first),
    }
    settings = [product, sorted((notation or {}).items())]
    return document("derivation", derivation.name, values, [asdict(derivation), settings])


READINGS = (
    Column("reading", share="0.34"),
    Column("counts", share="0.19"),
    Column("per token", "number"),
    Column("note", share="0.25"),
)
CLAIMS = (
    Column("printed", share="0.17"),
    Column("exact", "number"),
    Column("ratio", "number"),
    Column("verdict", "mark"),
    Column("note and source", share="0.31"),
)
LEGEND = (Column("letter"), Column("word", share="0.26"), Column("meaning", share="0.4"), Column("unit", share="0.14"))
OUTCOMES = (Column("format"), Column("bytes per element"))


def document(
    kind: str, name: str, values: Mapping[str, Any], inputs: object, figures: Figures | None = None
) -> Document:
    """The report with what every report has: its header with the hash of what it was made from."""
    fingerprint = hashlib.sha256(repr(inputs).encode()).hexdigest()
    empty: dict[str, Any] = {"facts": None, "notes": [], "solved": [], "lines": [], "sections": []}
    common = {
        "header": f"{HEADER} {__version__}, input sha256 {fingerprint}",
        "version": __version__,
        "kind": kind,
        "name": name,
        "part": False,
        "meaning": PROVED,
        "domains": DOMAINS,
    }
    figures = figures or Figures()
    shown = {**empty, **common, **values, "figures": figures.values}
    return Document(name, shown, figures.missing, figures.files)


def section(title: str, *tables: Mapping[str, Any], text: str = "") -> dict[str, Any]:
    """A part of a report with a heading: tables behind a text."""
    return {"title": title, "text": text, "tables": list(tables)}


def line(label: str, math: Any, note: str = "", unit: str = "") -> dict[str, Any]:
    """A formula with numbers put in, and what it is."""
    return {"label": label, "math": math, "note": note, "unit": unit_beside(unit)}


def proof(checked: Checked, setter: Setter, first: int = 1) -> dict[str, Any]:
    """The derivation's part of a report: premises, steps with their verdicts, claims, legend and sources."""
    derivation = checked.derivation
    legend = [s if isinstance(s, Symbol) else symbols.lookup(s) for s in derivation.symbols]
    claims = [_claim(claim) for claim in checked.claims]
    return {
        "premises": [
            {"math": setter.statement(s), "text": s.step.why, "cite": s.step.cite}
            for s in checked.steps
            if s.verdict == "assumed"
        ],
        "assume": [setter.relation(Relation.parse(text)) for text in derivation.assume],
        "over_reals": [setter.letter(name) for name in derivation.over_reals],
        "steps": _steps(checked, setter, first),
        "proved": sum(step.verdict == "proved" for step in checked.steps),
        "assumed": sum(step.verdict == "assumed" for step in checked.steps),
        "claims": table("The ratio is printed over exact.", CLAIMS, claims) if claims else None,
        "legend": table("", LEGEND, [_explained(symbol, setter) for symbol in legend]),
        "sources": [{"key": key, "text": str(source)} for key, source in cited(derivation).items()],
    }


def _explained(symbol: Symbol, setter: Setter) -> list[Any]:
    letter = Math(setter.printer.notation.get(symbol.name, symbol.latex))
    return [letter, Code(symbol.name), symbol.words, symbol.unit]


def _claim(one: Any) -> list[Any]:
    claim = one.claim
    told = [
        _computed(claim),
        claim.note,
        claim.cause and f"likely cause: {claim.cause}",
        claim.as_printed and f"{claim.as_printed} gives it",
    ]
    place = f"{claim.source}{claim.place and ', ' + claim.place}"
    return [
        claim.printed,
        number(one.value) if one.value is not None else "open",
        "" if one.ratio is None else _ratio(one.ratio),
        one.verdict,
        f"{'; '.join(text for text in told if text)} [{place}]".strip(),
    ]


def _computed(claim: Claim) -> str:
    """What a claim is computed from, in a few words."""
    if claim.model:
        over = f" over that of {claim.against}" if claim.against else ""
        return f"{claim.of} of {claim.model}{over}"
    return claim.expression if len(claim.expression) <= MOST_EXPRESSION else ""


def _ratio(ratio: Any) -> Math | str:
    """A ratio as a short number: exactly where it has few digits, else rounded and said to be."""
    if ratio.denominator < 100 and ratio.numerator < 1000:
        return number(ratio)
    return f"≈ {decimal(ratio, 4)}"


def _steps(checked: Checked, setter: Setter, first: int) -> list[dict[str, Any]]:
    numbers = {s.step.id: n for n, s in enumerate(checked.steps, first)}
    labels = _labels([f"{checked.derivation.name}-{s.step.id}" for s in checked.steps])
    return [_step(item, labels[n], n + first, numbers, setter) for n, item in enumerate(checked.steps)]


def _labels(names: Iterable[str]) -> list[str]:
    """Names that stand in labels and addresses: letters, digits and hyphens, none of them twice."""
    found: dict[str, None] = {}
    for name in names:
        label = wanted = re.sub(r"[^a-z0-9-]", "-", name.lower())[:150]
        again = 2
        while label in found:
            label, again = f"{wanted}-{again}", again + 1
        found[label] = None
    return list(found)


def _step(item: CheckedStep, label: str, place: int, numbers: Mapping[str, int], setter: Setter) -> dict[str, Any]:
    where = [Relation.parse(text) for text in (*item.step.where, *item.conditions)]
    return {
        "label": Label(label),
        "number": place,
        "math": setter.step(item),
        "why": item.step.why[:1].upper() + item.step.why[1:],
        "rule": item.step.rule.replace("_", " "),
        "verdict": item.verdict,
        "judges": ", ".join(item.judges),
        "where": [setter.relation(condition) for condition in where],
        "uses": [numbers[name] for name in item.step.uses if name in numbers],
        "built": [name for name in item.step.uses if name not in numbers],
        "cite": item.step.cite,
    }


def _solution(solution: Solution, setter: Setter) -> dict[str, Any]:
    target = "bytes_per_token" if solution.of == "growth" else "target_bytes"
    columns = (*OUTCOMES, Column(setter.letter(solution.symbol)), Column("outcome", share="0.5"))
    return {
        "what": solution.what,
        "target": solution.target_text,
        "symbol": setter.letter(solution.symbol),
        "formula": Display(setter.equation(target, solution.formula).latex),
        "general": Display(setter.equation(solution.symbol, solution.general_form).latex),
        "judges": ", ".join(solution.judges),
        "given": [setter.equation(name, value) for name, value in solution.given.items()],
        "readings": [
            {
                "bytes": number(size.bytes),
                "reading": size.reading,
                "form": setter.equation(solution.symbol, form),
                "table": table("", columns, [_answer(one) for one in solution.answers if one.target == size]),
            }
            for size, form in solution.closed_forms
        ],
    }


def _answer(answer: Answer) -> Sequence[Any]:
    if answer.whole is not None:
        outcome = [f"exactly {rational(answer.whole.bytes)} bytes"]
    elif answer.exact is None:
        outcome = [answer.why]
    else:
        outcome = ["no whole answer", *(_side(side) for side in (answer.below, answer.above) if side is not None)]
    return [
        answer.dtype or "",
        number(answer.bytes_per_element) if answer.bytes_per_element is not None else "",
        number(answer.exact) if answer.exact is not None else "open",
        "; ".join(outcome),
    ]


def _side(side: Neighbour) -> str:
    sign = "+" if side.miss_percent > 0 else ""
    return f"{rational(side.value)} gives {rational(side.bytes)} bytes ({sign}{decimal(side.miss_percent, 1)} %)"
