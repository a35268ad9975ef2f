"""A solution as the JSON of `symkv solve`: rationals that are not whole are strings."""

from __future__ import annotations

from typing import Any

from symkv.solve.answer import Answer, Neighbour, Solution
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
        "closed_form": str(answer.closed_form),
        "exact": None if answer.exact is None else rational(answer.exact),
        "whole": _side(answer.whole),
        "below": _side(answer.below),
        "above": _side(answer.above),
        "why": answer.why or None,
    }


def result_of(solution: Solution) -> dict[str, Any]:
    """The result of `symkv solve`; its head is the first reading, whose values are null while a symbol stays open."""
    size, form = solution.closed_forms[0]
    first = [answer for answer in solution.answers if answer.target == size]
    head = _answer(first[0])
    if len(first) > 1:  # several formats are tabled: the head stays symbolic
        head |= dict.fromkeys(("exact", "whole", "below", "above"))
    return {
        "symbol": solution.symbol,
        "of": solution.of,
        "closed_form": str(form),
        "general_form": str(solution.general_form),
        "target_bytes": rational(size.bytes),
        "exact": head["exact"],
        "whole": head["whole"],
        "below": head["below"],
        "above": head["above"],
        "proved": solution.proved,
        "judges": list(solution.judges),
        "conditions": list(solution.conditions),
        "answers": [_answer(answer) for answer in solution.answers],
    }
