"""solve for a law: its values as NAME=VALUE, no target."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from symkv.cli.app import emit
from symkv.errors import BadInput


def solve_named(
    name: str,
    symbol: str,
    given: list[str] | None,
    options: Mapping[str, Any],
    tokens: str | None,
    batch: int | None,
    dtype: str | None,
    *,
    as_json: bool,
) -> None:
    """Solve a law for one of its symbols; the options of other questions are refused."""
    for option, value in options.items():
        if value:
            raise BadInput(f"{option} is not for a law, which needs no target; give its symbols as NAME=VALUE")
    from symkv.solve.laws import law, law_result, law_text, solve_law

    arguments = [*(given or [])]
    arguments += [f"n_tokens={tokens}"] if tokens is not None else []
    arguments += [f"batch={batch}"] if batch is not None else []
    solution = solve_law(law(name), symbol, arguments, dtype=dtype)
    emit("solve", law_result(solution), law_text(solution), as_json)
