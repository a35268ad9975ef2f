"""list, show, size, solve: thin commands over the library, with no arithmetic of their own."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from symkv.cli.app import Batch, Dtype, Given, Json, Tokens, What, app, emit
from symkv.errors import BadInput


@app.command("list")
def list_(
    kind: Annotated[str | None, typer.Argument(help="variants, models or derivations; all without it.")] = None,
    as_json: Json = False,
) -> None:
    """List the variants, bundled models and derivations."""
    from symkv.listing import KINDS, items
    from symkv.terminal import listing_text

    if kind is not None and kind not in KINDS:
        raise BadInput(f"list takes {', '.join(KINDS)}, got {kind[:40]!r}; write symkv list variants")
    found = items(kind)
    emit("list", {"items": found}, listing_text(found), as_json)


@app.command()
def show(
    name: What,
    latex: Annotated[bool, typer.Option("--latex", help="Print the LaTeX only.")] = False,
    as_json: Json = False,
) -> None:
    """Show a variant or model: what it caches, the formulas, the paper's own form."""
    from symkv.listing import shown
    from symkv.terminal import show_text

    result = shown(name)
    emit("show", result, [result["latex"]["paper_form"]] if latex else show_text(result), as_json)


@app.command()
def size(
    what: What,
    given: Given = None,
    tokens: Tokens = None,
    batch: Batch = None,
    tp: Annotated[int | None, typer.Option("--tp", help="Tensor-parallel ranks.")] = None,
    dtype: Dtype = None,
    kv_dtype: Annotated[str | None, typer.Option("--kv-dtype", help="Format of keys, values and latents.")] = None,
    key_dtype: Annotated[str | None, typer.Option("--key-dtype", help="Format of keys alone.")] = None,
    value_dtype: Annotated[str | None, typer.Option("--value-dtype", help="Format of values alone.")] = None,
    rope_dtype: Annotated[str | None, typer.Option("--rope-dtype", help="Format of the rotary slice alone.")] = None,
    index_dtype: Annotated[str | None, typer.Option("--index-dtype", help="Format of index keys.")] = None,
    state_dtype: Annotated[str | None, typer.Option("--state-dtype", help="Format of recurrent states.")] = None,
    conv_dtype: Annotated[str | None, typer.Option("--conv-dtype", help="Format of convolution states.")] = None,
    as_json: Json = False,
) -> None:
    """How many bytes a model or variant stores, reads and writes; exact."""
    from symkv.measure import measure, with_formats
    from symkv.models import resolve
    from symkv.terminal import formats_text, size_text

    values, length, sequences, notes = _values(given, tokens, batch)
    stack = resolve(what).given(values.values)
    formats = {"kv": kv_dtype, "index": index_dtype, "state": state_dtype, "conv": conv_dtype}
    formats |= {"key": key_dtype, "value": value_dtype, "rope": rope_dtype}
    stack = with_formats(stack, formats, dtype=_one_dtype(dtype, values.dtype))
    result = measure(stack, tokens=length, batch=sequences, tp=tp)
    result["assumptions"] += notes
    emit("size", result, size_text(result, formats_text(stack)), as_json)


def _values(given: list[str] | None, tokens: str | None, batch: int | None) -> tuple[Any, int | None, int, list[str]]:
    """NAME=VALUE arguments with --tokens and --batch, each given once."""
    from symkv.measure import parse_given
    from symkv.units import parse_tokens

    values = parse_given(given or [])
    length, note = parse_tokens(tokens) if tokens is not None else (values.tokens, None)
    if (tokens is not None and values.tokens is not None) or (batch is not None and values.batch is not None):
        raise BadInput("tokens and batch must be given once, as an option or as NAME=VALUE")
    sequences = batch if batch is not None else values.batch or 1
    if sequences < 1:
        raise BadInput(f"--batch must be 1 or more, got {sequences}; write --batch 1")
    return values, length, sequences, [*values.notes, *([note] if note else [])]


def _one_dtype(option: str | None, value: str | None) -> str | None:
    from symkv.units import check_dtype

    if option is not None and value is not None and option != value:
        raise BadInput(f"dtype must be given once, got {option} and {value}")
    chosen = option if option is not None else value
    return None if chosen is None else check_dtype(chosen)


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
    values, length, sequences, notes = _values(given, tokens, batch)
    stack = resolve(what).given(values.values)
    code = _one_dtype(dtype, values.dtype)

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
    stacks = shared([resolve(item) for item in named], values.values, dtype=_one_dtype(dtype, values.dtype))

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
    values, length, sequences, notes = _values(fixed, tokens, batch)
    stack = resolve(what).given(values.values).filled(but=frozenset(domains))
    if values.dtype is not None:
        stack = stack.coded({"kv": _one_dtype(None, values.dtype) or ""})
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
