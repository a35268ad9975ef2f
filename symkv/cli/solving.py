"""solve, compare, designs: thin commands over the library, with no arithmetic of their own."""

from __future__ import annotations

from typing import Annotated

import typer

from symkv.cli.app import Batch, Dtype, Given, Json, Tokens, What, app, emit
from symkv.cli.sizes import one_dtype, values_of


@app.command()
def solve(
    what: What,
    target: Annotated[str, typer.Option("--target", help="A size: 2KB, 2048B, 2KiB, 1.5GB.")],
    symbol: Annotated[str, typer.Option("--for", help="The symbol to solve for.")],
    given: Given = None,
    of: Annotated[str, typer.Option("--of", help="growth, stored, peak, read or written.")] = "growth",
    tokens: Tokens = None,
    batch: Batch = None,
    dtype: Dtype = None,
    as_json: Json = False,
) -> None:
    """Which value of a symbol meets a target: the closed form, proved, and the whole answers next to it."""
    from symkv import symbols
    from symkv.models import resolve
    from symkv.units import parse_size

    parse_size(target)  # bad input is refused before an engine is loaded
    symbols.lookup(symbol)
    values, length, sequences, notes = values_of(given, tokens, batch)
    stack = resolve(what).given(values.values)
    code = one_dtype(dtype, values.dtype)

    from symkv.solve import result_of
    from symkv.solve import solve as solve_for
    from symkv.terminal import solution_text

    solution = solve_for(stack, symbol=symbol, target=target, of=of, tokens=length, batch=sequences, dtype=code)
    emit("solve", result_of(solution), [*solution_text(solution), *(f"  {note}" for note in notes)], as_json)


@app.command()
def compare(
    items: Annotated[
        list[str], typer.Argument(metavar="A B [...] [NAME=VALUE]...", help="Models, variants or stacks; values.")
    ],
    of: Annotated[str | None, typer.Option("--of", help="growth, stored, read, read_growth or peak.")] = None,
    dtype: Dtype = None,
    as_json: Json = False,
) -> None:
    """The ratio of two or more, when they are equal, and at which context lengths they cross."""
    from symkv.measure import parse_given, shared
    from symkv.models import resolve

    named = [item for item in items if not _is_value(item)]
    values = parse_given([item for item in items if _is_value(item)])
    stacks = shared([resolve(item) for item in named], values.values, dtype=one_dtype(dtype, values.dtype))

    from symkv.solve import compare as compared
    from symkv.solve import comparison_result
    from symkv.terminal import comparison_text

    found = compared(stacks, of=of)
    emit("compare", comparison_result(found), comparison_text(found), as_json)


@app.command()
def designs(
    what: What,
    given: Given = None,
    target: Annotated[str | None, typer.Option("--target", help="A size: 2KiB, 2048B.")] = None,
    between: Annotated[tuple[str, str] | None, typer.Option("--between", metavar="A B", help="A band.")] = None,
    where: Annotated[list[str] | None, typer.Option("--where", metavar="COND", help="A condition.")] = None,
    of: Annotated[str, typer.Option("--of", help="growth, stored, peak, read, written or state.")] = "growth",
    tokens: Tokens = None,
    batch: Batch = None,
    as_json: Json = False,
) -> None:
    """Every whole-number design that meets a target: NAME=LO..HI or NAME=A,B,C says which values are free."""
    from symkv.models import resolve
    from symkv.solve import designs as designs_of
    from symkv.solve import designs_result, parse_box
    from symkv.terminal import designs_text

    domains, fixed, formats = parse_box(given or [])
    values, length, sequences, notes = values_of(fixed, tokens, batch)
    stack = resolve(what).given(values.values).filled(but=frozenset(domains))
    if values.dtype is not None:
        stack = stack.coded({"kv": one_dtype(None, values.dtype) or ""})
    band = (between[0], between[1]) if between else None
    found = designs_of(
        stack,
        domains,
        target=target,
        between=band,
        where=where or (),
        of=of,
        tokens=length,
        batch=sequences,
        formats=formats,
    )
    emit("designs", designs_result(found), [*designs_text(what, found), *(f"  {note}" for note in notes)], as_json)


def _is_value(item: str) -> bool:
    name, sign, _ = item.partition("=")
    return bool(sign) and name.strip().isidentifier()
