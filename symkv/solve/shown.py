"""What a notebook shows of solutions, comparisons and designs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symkv.formula import Formula, Relation, symbol
from symkv.notebook import Html, card, cell, mathml, table
from symkv.units import decimal, rational

if TYPE_CHECKING:
    from symkv.solve.against import Share, Side
    from symkv.solve.answer import Answer, Neighbour, Solution
    from symkv.solve.compare import Comparison
    from symkv.solve.designs import Designs


def solution_latex(solution: Solution) -> str:
    """The general closed form as an equation, or the formula that is solved where there is none."""
    if solution.general_form is None:
        return Relation(symbol(_target(solution)), "=", solution.formula).latex
    return Relation(symbol(solution.symbol), "=", solution.general_form).latex


def _target(solution: Solution) -> str:
    return "bytes_per_token" if solution.of == "growth" else "target_bytes"


def solution_html(solution: Solution) -> str:
    """The question, the closed form with its verdict, and a row for each reading of the target and number format."""
    verdict = f"proved ({', '.join(solution.judges)})" if solution.proved else "not proved"
    head = f"{solution.what}: {solution.symbol} for {solution.of} = {solution.target_text}"
    rows: list[tuple[object, ...]] = [("solved", Relation(symbol(_target(solution)), "=", solution.formula))]
    if solution.general_form is not None:
        rows.append(("closed form", Html(f"{mathml(solution_latex(solution))} {cell(verdict)}")))
    else:
        rows.append(("closed form", f"none, inside a step; all values {verdict}"))
    answers = [
        (f"{rational(answer.target.bytes)} B, {answer.dtype or 'no format'}", *_answer(answer))
        for answer in solution.answers
    ]
    return card(head, table(rows), table(answers, ("target", solution.symbol, "")), notes=solution.conditions)


def answer_html(answer: Answer) -> str:
    """The value for one reading of the target and one number format."""
    exact, words = _answer(answer)
    return card(f"{rational(answer.target.bytes)} B ({answer.target.reading})", table([("value", exact, words)]))


def _answer(answer: Answer) -> tuple[object, str]:
    if answer.inverse is not None:
        met = ", ".join(map(str, answer.inverse.equal))
        return met or "none", "" if met else "the target is jumped over"
    if answer.exact is None:
        return (answer.closed_form if answer.closed_form is not None else "open"), answer.why
    exact = Formula.of(answer.exact)
    if answer.whole is not None:
        return exact, f"exactly {rational(answer.whole.bytes)} B"
    return exact, "; ".join(["not whole", *(_miss(side) for side in (answer.below, answer.above) if side is not None)])


def _miss(side: Neighbour) -> str:
    sign = "+" if side.miss_percent > 0 else ""
    return f"{rational(side.value)} gives {rational(side.bytes)} B ({sign}{decimal(side.miss_percent, 1)} %)"


def share_html(share: Share) -> str:
    """The value at which one stack has a given share of another's bytes."""
    head = f"{share.first}: {share.symbol} for {rational(share.ratio)} of the {share.of} of {share.second}"
    rows: list[tuple[object, ...]] = [
        (share.symbol, Relation(symbol(share.symbol), "=", share.form), f"proved ({', '.join(share.judges)})")
    ]
    rows += [("beside it", rational(side.value), _share_miss(side)) for side in (share.below, share.above) if side]
    return card(head, table(rows))


def _share_miss(side: Side) -> str:
    return f"misses by {decimal(side.miss_percent, 1)} %"


def comparison_latex(comparison: Comparison) -> str:
    """The ratio."""
    return comparison.ratio.latex


def comparison_html(comparison: Comparison) -> str:
    """The ratio, when both are equal, what the ratio tends to, and who needs less at which contexts."""
    judges = f", proved ({', '.join(comparison.judges)})" if comparison.judges else ""
    rows: list[tuple[object, ...]] = [
        ("ratio", comparison.ratio),
        ("equal when", f"{comparison.equal_when or 'no symbol can be isolated'}{judges}"),
    ]
    rows += [("tends to", f"{comparison.limit} as n_tokens grows")] if comparison.limit is not None else []
    crossings = comparison.crossings if comparison.crossings and len(comparison.crossings) > 1 else ()
    rows += [
        (f"n_tokens {one.span}", f"{one.less} needs less" if one.less else "both need the same") for one in crossings
    ]
    return card(f"{comparison.first} against {comparison.second}: {comparison.of}", table(rows))


def designs_html(found: Designs) -> str:
    """Every design as a row, the bytes last."""
    asked = "; ".join([*(limit.words for limit in found.limits), *map(str, found.conditions)])
    every = "all of them" if found.complete else "stopped before the end"
    noun = "design" if len(found.found) == 1 else "designs"
    names = list(found.found[0].values) if found.found else []
    labels = list(found.found[0].quantities) if found.found else []
    rows = [
        (
            *(rational(design.values[name]) for name in names),
            " ".join(design.dtypes),
            *(rational(design.quantities[label]) for label in labels),
        )
        for design in found.found
    ]
    head = (*names, "dtype", *(f"{label} (bytes)" for label in labels))
    parts = [table(rows, head)] if rows else []
    notes = [f"nothing fits: {' and '.join(found.conflict)}"] if found.conflict else []
    return card(f"{asked}: {len(found.found)} {noun}, {every}", *parts, notes=notes)
