"""What `symkv solve LAW` and `symkv show LAW` print for people."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from symkv import symbols
from symkv.formula import Relation, symbol
from symkv.notebook import card, table
from symkv.solve.laws.result import proved
from symkv.solve.laws.solving import Beside, LawAnswer, LawSolution
from symkv.units import decimal, human_bytes, rational

_WORDS = {"=": "=", "<=": "at most", ">=": "at least"}


def law_text(solution: LawSolution) -> list[str]:
    """The lines of `symkv solve` for a law: the closed form with its proof, then each reading."""
    law, inverse = solution.law, solution.inverse
    verdict = f"proved ({', '.join(inverse.judges)})" if proved(solution) else "not proved"
    under = f", where {' and '.join(solution.conditions)}" if solution.conditions else ""
    turned = f"{inverse.symbol} {inverse.sign} {inverse.form}"
    lines = [f"{law.name}: {law.title}"]
    lines += [f"  {law.relation}"] if turned != law.relation.text else []
    lines.append(f"  {turned}   {verdict}{under}")
    for answer in solution.answers:
        heading = f"  {answer.reading.words}: " if answer.reading.words else "  "
        rows = _answer(solution, answer)
        lines += ["", heading + rows[0], *(f"    {row}" for row in rows[1:])]
        lines += [f"    {note}" for note in answer.reading.notes]
    return [*lines, "", f"  {law.about}", f"  {law.source}"]


def law_solution_html(solution: LawSolution) -> str:
    """What a notebook shows: the law, what it gives for the symbol, and each reading."""
    inverse, law = solution.inverse, solution.law
    verdict = f"proved ({', '.join(inverse.judges)})" if proved(solution) else "not proved"
    turned = Relation(symbol(inverse.symbol), inverse.sign, inverse.form)
    rows: list[tuple[object, ...]] = [("law", law.relation), ("solved", turned), ("", verdict)]
    rows += [
        (answer.reading.words or "answer", "; ".join(row for row in _answer(solution, answer) if row))
        for answer in solution.answers
    ]
    return card(f"{law.name}: {law.title}", table(rows), notes=[*solution.conditions, law.about, law.source])


def _answer(solution: LawSolution, answer: LawAnswer) -> list[str]:
    name, word = solution.inverse.symbol, _WORDS[solution.inverse.sign]
    if answer.interval is not None:
        ends = answer.interval
        return [
            f"{name} {word} {amount(name, ends.low)} to {amount(name, ends.high)}",
            f"least at {_point(ends.low_at)}",
            f"greatest at {_point(ends.high_at)}",
        ]
    if answer.exact is None:
        return [f"{name} {solution.inverse.sign} {answer.closed_form}", answer.why]
    rows = [f"{name} {word} {amount(name, answer.exact)}"]
    if answer.fits is not None and answer.exact.denominator > 1:
        rows.append(f"whole: {answer.fits}")
    elif answer.why:
        sides = [text for text in map(_miss, (answer.below, answer.above)) if text]
        rows.append("not whole: " + ", ".join(sides))
    return rows


def _miss(side: Beside | None) -> str:
    if side is None:
        return ""
    return f"{side.value} misses by {'+' if side.miss_percent > 0 else ''}{decimal(side.miss_percent, 2)} %"


def amount(name: str, value: Fraction) -> str:
    """An exact value with its unit, and a rounded one beside a fraction."""
    known = symbols.find(name)
    unit = known.dimension if known else ""
    if unit in ("byte", "byte/token"):
        return human_bytes(value)
    near = f" (about {_rounded(value)})" if value.denominator > 1 else ""
    plain = {"second": " s", "token": " tokens", "byte/second": " B/s"}.get(unit, "")
    return f"{rational(value)}{near}{plain}"


def _rounded(value: Fraction) -> str:
    """Four or more significant digits."""
    digits = 2
    while digits < 15 and abs(value) * 10 ** (digits - 3) < 1:
        digits += 1
    return decimal(value, digits)


def _point(at: Mapping[str, Fraction]) -> str:
    return ", ".join(f"{name} = {rational(value)}" for name, value in at.items())


def law_show_text(result: dict[str, Any]) -> list[str]:
    """The lines of `symkv show` for a law."""
    lines = [f"{result['name']}: {result['title']}", f"  {result['source']}", f"  {result['about']}"]
    lines += ["", f"  {result['statement']}"]
    lines += [f"  where {condition}" for condition in result["where"]]
    width = max(len(entry["name"]) for entry in result["symbols"])
    lines += [""]
    lines += [f"    {e['name']:<{width}}  {e['words']} [{e['dimension']}]" for e in result["symbols"]]
    return lines
