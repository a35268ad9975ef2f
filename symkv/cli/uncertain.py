"""NAME=LO..HI in solve and size: intervals beside the result, with the corner that attains each end."""

from __future__ import annotations

from typing import Any

from symkv.caches import Stack
from symkv.errors import BadInput
from symkv.solve import Solution
from symkv.solve.intervals import Box, interval_result
from symkv.solve.laws.text import amount
from symkv.solve.uncertain import BATCH, TOKENS, corner, sizes, solved


def with_intervals(
    result: dict[str, Any], lines: list[str], solution: Solution, box: Box
) -> tuple[dict[str, Any], list[str]]:
    """The result of solve with `interval` in each answer, and its lines."""
    if BATCH in box:
        raise BadInput("batch must be one value to solve for another symbol; give --batch 8")
    found = solved(solution, box)
    told = [interval_result(one.interval) for one in found]
    answers = [answer | {"interval": ends, "why": None} for answer, ends in zip(result["answers"], told, strict=True)]
    text = lines[: lines.index("")] if "" in lines else list(lines)
    for one, ends in zip(found, told, strict=True):
        dtype = f", {one.answer.dtype}" if one.answer.dtype else ""
        low, high = (amount(solution.symbol, end) for end in (one.interval.low, one.interval.high))
        text += [
            "",
            f"  {one.answer.target.bytes} B ({one.answer.target.reading}){dtype}: {solution.symbol} = {low} to {high}",
        ]
        text += [f"    least at {corner(ends['low_at'])}", f"    greatest at {corner(ends['high_at'])}"]
    return result | {"interval": told[0] if len(told) == 1 else None, "answers": answers}, text


def with_size_intervals(
    result: dict[str, Any], lines: list[str], stack: Stack, box: Box, tokens: int | None, batch: int
) -> tuple[dict[str, Any], list[str]]:
    """The result of size with `intervals` by quantity, and its lines."""
    for name, value in ((TOKENS, tokens), (BATCH, batch if batch > 1 else None)):
        if name in box and value is not None:
            raise BadInput(f"{name} must be given once, as a value or as LO..HI")
    found = sizes(stack.filled(), box, tokens=tokens, batch=batch)
    told = {key: interval_result(ends) for key, ends in found.items()}
    given = f"  open: {', '.join(result['open_symbols'])}; "
    closed = set(result["open_symbols"]) <= set(box)
    text = [line for line in lines if not (closed and line.startswith(given))]
    for key, ends in found.items():
        words = key.replace("_bytes", "").replace("_per_step", " per step").replace("_per_token", " per token")
        low, high = (amount("hbm_bytes", end) for end in (ends.low, ends.high))
        text.append(f"  {words}: {low} to {high}")
        text.append(f"    least at {corner(told[key]['low_at'])}; greatest at {corner(told[key]['high_at'])}")
    return result | {"intervals": told}, text
