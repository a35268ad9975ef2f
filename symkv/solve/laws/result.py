"""A solved law as the JSON of `symkv solve`: rationals that are not whole are strings."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from symkv.solve.intervals import interval_result
from symkv.solve.laws.solving import Beside, LawAnswer, LawSolution
from symkv.units import decimal, rational


def law_result(solution: LawSolution) -> dict[str, Any]:
    """The first reading at the head, every reading under `answers`.

    `bound` is "=" for an exact value, "<=" or ">=" where the law bounds the symbol; `fits` is the best whole value
    then.
    """
    answers = [_answer(answer) for answer in solution.answers]
    return {
        "law": solution.law.name,
        "statement": str(solution.law.relation),
        "symbol": solution.inverse.symbol,
        "of": None,
        "target_bytes": None,
        "bound": solution.inverse.sign,
        "general_form": str(solution.inverse.form),
        **{key: answers[0][key] for key in ("closed_form", "exact", "whole", "below", "above", "fits", "interval")},
        "proved": proved(solution),
        "judges": list(solution.inverse.judges),
        "conditions": list(solution.conditions),
        "source": str(solution.law.source),
        "answers": answers,
    }


def proved(solution: LawSolution) -> bool:
    """Whether the closed form is proved, and each exact value proved by putting it back."""
    return solution.inverse.proved and all(one.back for one in solution.answers if one.exact is not None)


def _answer(answer: LawAnswer) -> dict[str, Any]:
    return {
        "reading": answer.reading.words or None,
        "given": {name: _number(value.evaluate({})) for name, value in answer.reading.values.items() if not value.names}
        | {name: [_number(end) for end in ends] for name, ends in answer.reading.box.items()},
        "closed_form": str(answer.closed_form),
        "exact": None if answer.exact is None else rational(answer.exact),
        "whole": _side(answer.whole),
        "below": _side(answer.below),
        "above": _side(answer.above),
        "fits": answer.fits,
        "interval": None if answer.interval is None else interval_result(answer.interval),
        "why": answer.why or None,
        "notes": list(answer.reading.notes),
    }


def _number(value: Fraction | int) -> int | str:
    return rational(Fraction(value))


def _side(side: Beside | None) -> dict[str, Any] | None:
    if side is None:
        return None
    return {
        "value": side.value,
        "left": rational(side.left),
        "right": rational(side.right),
        "miss_percent": decimal(side.miss_percent, 4),
        "holds": side.holds,
    }
