"""A solution as the JSON of `symkv solve`: rationals that are not whole are strings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from symkv.proof.spans import Span
from symkv.solve.against import Share, Side
from symkv.solve.answer import Answer, Neighbour, Solution
from symkv.solve.compare import Comparison
from symkv.solve.designs import Designs
from symkv.solve.stops import End
from symkv.units import decimal, rational


def _side(side: Neighbour | None) -> dict[str, Any] | None:
    if side is None:
        return None
    return {
        "value": rational(side.value),
        "bytes": rational(side.bytes),
        "miss_percent": decimal(side.miss_percent, 4),
    }


def _answer(answer: Answer) -> dict[str, Any]:
    return {
        "target_bytes": rational(answer.target.bytes),
        "reading": answer.target.reading,
        "dtype": answer.dtype,
        "bytes_per_element": None if answer.bytes_per_element is None else rational(answer.bytes_per_element),
        "closed_form": None if answer.closed_form is None else str(answer.closed_form),
        "exact": None if answer.exact is None else rational(answer.exact),
        "whole": _side(answer.whole),
        "below": _side(answer.below),
        "above": _side(answer.above),
        "why": answer.why or None,
        "change": None
        if answer.change is None
        else {
            "symbol": answer.change.symbol,
            "from": rational(answer.change.old),
            "to": rational(answer.change.new),
            "value": answer.change.value,
        },
        "intervals": None
        if answer.inverse is None
        else {"equal": _spans(answer.inverse.equal), "fits": _spans(answer.inverse.fits)},
    }


def _spans(found: Sequence[Span]) -> list[dict[str, Any]]:
    return [
        {"from": span.start, "to": span.end, "period": span.period, "residues": list(span.residues)} for span in found
    ]


def designs_result(found: Sequence[Designs]) -> dict[str, Any]:
    """The result of `symkv designs`: the first reading of the sizes at the head, every reading under `answers`."""
    answers = [_designs(one) for one in found]
    return {**answers[0], "answers": answers}


def _designs(one: Designs) -> dict[str, Any]:
    low, high = (None if end is None else rational(end) for end in (one.low, one.high))
    return {
        "formula": str(one.formula),
        "reading": one.reading,
        "target_bytes": low if one.low == one.high else None,
        "between_bytes": [low, high],
        "limits": [
            {
                "quantity": limit.label,
                "formula": str(limit.formula),
                "min_bytes": None if limit.low is None else rational(limit.low),
                "max_bytes": None if limit.high is None else rational(limit.high),
            }
            for limit in one.limits
        ],
        "conditions": [str(condition) for condition in one.conditions],
        "goals": [{"goal": goal.words, "formula": str(goal.formula)} for goal in one.goals],
        "box": one.box,
        "designs": [
            {
                **{name: rational(value) for name, value in design.values.items()},
                **({"dtype": " ".join(design.dtypes)} if design.dtypes else {}),
                "bytes": rational(design.bytes),
                "quantities": {label: rational(value) for label, value in design.quantities.items()},
                **({"pareto": design.pareto} if one.goals else {}),
            }
            for design in one.found
        ],
        "count": len(one.found),
        "complete": one.complete,
        "stops": {
            name: {
                "least": rational(stop.least),
                "greatest": rational(stop.greatest),
                "below": _stopped(stop.below),
                "above": _stopped(stop.above),
            }
            for name, stop in one.stops.items()
        },
        "conflict": list(one.conflict) or None,
    }


def _stopped(side: End) -> dict[str, Any]:
    return {"next": None if side.value is None else rational(side.value), "excluded_by": list(side.excluded_by)}


def share_result(share: Share) -> dict[str, Any]:
    """The result of `symkv solve --against`."""

    def side(one: Side | None) -> dict[str, Any] | None:
        if one is None:
            return None
        return {"value": rational(one.value), "bytes": None, "miss_percent": decimal(one.miss_percent, 4)}

    return {
        "symbol": share.symbol,
        "of": share.of,
        "against": share.second,
        "ratio": rational(share.ratio),
        "closed_form": str(share.form),
        "general_form": str(share.form),
        "target_bytes": None,
        "exact": None if share.exact is None else rational(share.exact),
        "whole": side(share.whole),
        "below": side(share.below),
        "above": side(share.above),
        "proved": True,
        "judges": list(share.judges),
        "conditions": [],
        "answers": [],
    }


def comparison_result(found: Sequence[Comparison]) -> dict[str, Any]:
    """The result of `symkv compare`: the first pair's fields at the head, every pair under `pairs`."""
    pairs = [_compared(one) for one in found]
    return {**pairs[0], "pairs": pairs}


def _compared(one: Comparison) -> dict[str, Any]:
    return {
        "first": one.first,
        "second": one.second,
        "of": one.of,
        "ratio": str(one.ratio),
        "equal_when": one.equal_when,
        "judges": list(one.judges),
        "crossovers": None
        if one.crossings is None
        else [
            {
                "from": crossing.span.start,
                "to": crossing.span.end,
                "period": crossing.span.period,
                "residues": list(crossing.span.residues),
                "less": crossing.less,
            }
            for crossing in one.crossings
        ],
        "limits": {"n_tokens": one.limit},
        "elasticities": dict(one.elasticities),
    }


def result_of(solution: Solution) -> dict[str, Any]:
    """The result of `symkv solve`; its head is the first reading, whose values are null while a symbol stays open."""
    size, form = solution.closed_forms[0]
    first = [answer for answer in solution.answers if answer.target == size]
    head = _answer(first[0])
    if len(first) > 1:  # several formats are tabled: the head stays symbolic
        head |= dict.fromkeys(("exact", "whole", "below", "above", "intervals"))
    return {
        "symbol": solution.symbol,
        "of": solution.of,
        "closed_form": None if form is None else str(form),
        "general_form": None if solution.general_form is None else str(solution.general_form),
        "target_bytes": rational(size.bytes),
        "exact": head["exact"],
        "whole": head["whole"],
        "below": head["below"],
        "above": head["above"],
        "intervals": head["intervals"],
        "proved": solution.proved,
        "judges": list(solution.judges),
        "conditions": list(solution.conditions),
        "answers": [_answer(answer) for answer in solution.answers],
    }
