"""solve, compare, designs: thin commands over the library, with no arithmetic of their own."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Any

import typer

from symkv.cli.app import Batch, Draft, Dtype, Given, Json, Tokens, What, app, emit
from symkv.cli.sizes import one_dtype, values_of
from symkv.errors import BadInput


@app.command()
def solve(
    what: What,
    symbol: Annotated[str, typer.Option("--for", help="The symbol to solve for.")],
    given: Given = None,
    target: Annotated[str, typer.Option("--target", help="A size: 2KB, 2048B, 2KiB, 1.5GB.")] = "",
    prints: Annotated[str, typer.Option("--prints", help="A printed size, met by all that rounds to it.")] = "",
    against: Annotated[str, typer.Option("--against", help="Another model, variant or stack as the target.")] = "",
    ratio: Annotated[str, typer.Option("--ratio", help="How much of --against: 1, 1/2, 0.25.")] = "1",
    of: Annotated[str, typer.Option("--of", help="growth, stored, peak, read or written.")] = "growth",
    tokens: Tokens = None,
    batch: Batch = None,
    dtype: Dtype = None,
    per: Annotated[str | None, typer.Option("--per", help="rank: what one of --tp ranks holds.")] = None,
    tp: Annotated[int | None, typer.Option("--tp", help="Tensor-parallel ranks, with --per rank.")] = None,
    where: Annotated[
        list[str] | None, typer.Option("--where", metavar="COND", help="A condition, NAME = EXPR.")
    ] = None,
    with_draft: Draft = False,
    as_json: Json = False,
) -> None:
    """Which value of a symbol meets a target: the closed form, proved, and the whole answers next to it."""
    from symkv import symbols
    from symkv.cli.laws import solve_named
    from symkv.cli.uncertain import with_intervals
    from symkv.measure import conditioned
    from symkv.models import resolve
    from symkv.models.symbolic import opened
    from symkv.solve.laws import is_law
    from symkv.solve.uncertain import ranged, split_ranges
    from symkv.units import parse_size

    if is_law(what):
        options = {"--target": target, "--prints": prints, "--against": against, "--per": per, "--tp": tp}
        solve_named(what, symbol, given, options | {"--where": where}, tokens, batch, dtype, as_json=as_json)
        return
    if sum(map(bool, (target, prints, against))) != 1:
        raise BadInput(
            "solve takes one of --target SIZE, --prints SIZE and --against WHAT; write --target 2KiB, "
            "or name a law of symkv list laws"
        )
    for size in filter(None, (target, prints)):
        parse_size(size)  # bad input is refused before an engine is loaded
    named = resolve(what, with_draft=with_draft)  # before the symbols, for a written stack declares its named counts
    named = opened(named, symbols.lookup(symbol).name)  # a model's own number is what is asked for
    if per not in (None, "rank") or (per is None) != (tp is None):
        raise BadInput("--per rank and --tp N go together; write --per rank --tp 8")
    box, given = split_ranges(given)
    values, length, sequences, notes = values_of(given, tokens, batch)
    stack = conditioned(ranged(named, box).given(values.values), where or []).filled(but=frozenset({symbol}))
    code = one_dtype(dtype, values.dtype)
    if box and (against or prints):
        raise BadInput("NAME=LO..HI goes with --target, not with --prints or --against; give one value")
    if against:
        _share([stack, _like(resolve(against), values.values)], symbol, ratio, of, length, code, as_json)
        return

    from symkv.solve import result_of
    from symkv.solve import solve as solve_for
    from symkv.terminal import solution_text

    solution = solve_for(
        stack, symbol=symbol, target=target, prints=prints, of=of, tokens=length, batch=sequences, dtype=code, tp=tp
    )
    result, lines = result_of(solution), solution_text(solution)
    if box:
        result, lines = with_intervals(result, lines, solution, box)
    emit("solve", result, [*lines, *(f"  {note}" for note in notes)], as_json)


def _like(other: Any, values: Any) -> Any:
    """The other stack with the same values for the symbols that it has open."""
    own = {name for part in other.parts for name in part.open}
    return other.given({name: value for name, value in values.items() if name in own})


def _share(
    pair: list[Any], symbol: str, ratio: str, of: str, tokens: int | None, dtype: str | None, as_json: bool
) -> None:
    from symkv.formula import Formula
    from symkv.solve import share_result, solve_against
    from symkv.terminal import share_text

    part = Formula.parse(ratio)
    if part.names or (value := Fraction(part.evaluate({}))) <= 0:
        raise BadInput(f"--ratio must be a number above 0, got {ratio[:40]!r}; write --ratio 1/2")
    stack, other = pair if dtype is None else [one.coded({"kv": dtype}) for one in pair]
    share = solve_against(stack, other, symbol=symbol, ratio=value, of=of, tokens=tokens)
    emit("solve", share_result(share), share_text(share), as_json)


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

    named = [resolve(item) for item in items if not is_value(item)]
    values = parse_given([item for item in items if is_value(item)])
    stacks = shared(named, values.values, dtype=one_dtype(dtype, values.dtype))

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
    at_most: Annotated[
        list[str] | None, typer.Option("--max", metavar="QUANTITY[@TOKENS]=SIZE", help="An upper bound.")
    ] = None,
    at_least: Annotated[
        list[str] | None, typer.Option("--min", metavar="QUANTITY[@TOKENS]=SIZE", help="A lower bound.")
    ] = None,
    equal: Annotated[
        list[str] | None, typer.Option("--equal", metavar="QUANTITY[@TOKENS]=SIZE", help="A further target.")
    ] = None,
    where: Annotated[list[str] | None, typer.Option("--where", metavar="COND", help="A condition.")] = None,
    minimise: Annotated[
        list[str] | None, typer.Option("--minimise", metavar="EXPR", help="Rank by a symbol, quantity or formula.")
    ] = None,
    maximise: Annotated[list[str] | None, typer.Option("--maximise", metavar="EXPR", help="Likewise.")] = None,
    of: Annotated[str, typer.Option("--of", help="growth, stored, peak, read, written, state or ripple.")] = "growth",
    tokens: Tokens = None,
    batch: Batch = None,
    as_json: Json = False,
) -> None:
    """Every whole-number design that meets targets, bounds and conditions, ranked by goals.

    NAME=LO..HI or NAME=A,B,C says which values are free; a symbol without a value is free as far as the bounds allow.
    """
    from symkv.cli.designs_text import designs_text
    from symkv.cli.progress import Progress
    from symkv.measure import with_formats
    from symkv.models import resolve
    from symkv.solve import designs as designs_of
    from symkv.solve import designs_result, parse_box
    from symkv.solve.wishes import mentioned

    stack = resolve(what)  # before the values, for a written stack declares its named counts
    domains, fixed, formats = parse_box(given or [])
    values, length, sequences, notes = values_of(fixed, tokens, batch)
    own = {name for part in stack.parts for name in part.open} | {"bytes_per_element"}
    beside = mentioned([*(where or ()), *(minimise or ()), *(maximise or ())])  # may stand in these alone
    stack = stack.given({name: value for name, value in values.values.items() if name in own or name not in beside})
    stack = stack.filled(but=frozenset(domains))
    if "bytes_per_element" not in domains:
        stack = with_formats(stack, {}, dtype=one_dtype(None, values.dtype))
    progress = Progress()
    found = designs_of(
        stack,
        domains,
        target=target,
        between=(between[0], between[1]) if between else None,
        at_most=at_most or (),
        at_least=at_least or (),
        equal=equal or (),
        where=where or (),
        minimise=minimise or (),
        maximise=maximise or (),
        of=of,
        tokens=length,
        batch=sequences,
        formats=formats,
        given=values.values,
        report=progress,
    )
    progress.close()
    notes += [f"assumed: {note}" for note in stack.assumptions]
    result = designs_result(found) | {"assumptions": list(stack.assumptions)}
    emit("designs", result, [*designs_text(what, found), *(f"  {note}" for note in notes)], as_json)
    if not found[-1].complete:
        raise typer.Exit(130)


def is_value(item: str) -> bool:
    """Whether an argument is NAME=VALUE."""
    name, sign, _ = item.partition("=")
    return bool(sign) and name.strip().isidentifier()
