"""list, show, size: thin commands over the library, with no arithmetic of their own."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from symkv.cli.app import Batch, Draft, Dtype, Given, Json, Tokens, What, app, emit
from symkv.errors import BadInput


@app.command("list")
def list_(
    kind: Annotated[str | None, typer.Argument(help="variants, models, derivations or laws; all without it.")] = None,
    form: Annotated[str | None, typer.Option("--format", help="csv, html, latex or markdown, of one kind.")] = None,
    as_json: Json = False,
) -> None:
    """List the variants, bundled models, derivations and laws of serving."""
    from symkv.listing import KINDS, items
    from symkv.tables import check_form, rendered
    from symkv.terminal import listing_text

    if kind is not None and kind not in KINDS:
        raise BadInput(f"list takes {', '.join(KINDS)}, got {kind[:40]!r}; write symkv list variants")
    if form is not None:
        check_form(form)
        if kind is None or as_json:
            raise BadInput("--format takes one kind and no --json; write symkv list models --format csv")
        emit("list", {}, rendered(items(kind), kind, form).splitlines(), False)
        return
    found = items(kind)
    emit("list", {"items": found}, listing_text(found), as_json)


@app.command()
def show(
    name: What,
    latex: Annotated[bool, typer.Option("--latex", help="Print the LaTeX only.")] = False,
    with_draft: Draft = False,
    as_json: Json = False,
) -> None:
    """Show a variant, model or law: what it caches, the formulas, the paper's own form."""
    from symkv.solve.laws import is_law, law_show_text, law_shown

    if is_law(name):
        told = law_shown(name)
        emit(
            "show",
            told,
            [told["latex"]["statement"], *told["latex"]["where"]] if latex else law_show_text(told),
            as_json,
        )
        return

    from symkv.listing import shown
    from symkv.terminal import show_text

    result = shown(name, with_draft=with_draft)
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
    engine: Annotated[str | None, typer.Option("--engine", help="Say what it allocates: transformers.")] = None,
    static: Annotated[int | None, typer.Option("--static", help="Length of the engine's static cache.")] = None,
    with_draft: Draft = False,
    as_json: Json = False,
) -> None:
    """How many bytes a model or variant stores, reads and writes; exact."""
    from symkv.measure import measure, with_formats
    from symkv.models import resolve
    from symkv.terminal import formats_text, size_text

    stack = resolve(what, with_draft=with_draft)  # first, for a written stack declares its named counts
    box = None
    if any(".." in argument for argument in given or ()):  # the solver is loaded for a range only
        from symkv.cli.uncertain import with_size_intervals
        from symkv.solve.uncertain import ranged, split_ranges

        box, given = split_ranges(given)
        stack = ranged(stack, box)
    values, length, sequences, notes = values_of(given, tokens, batch)
    stack = stack.given(values.values)
    formats = {"kv": kv_dtype, "index": index_dtype, "state": state_dtype, "conv": conv_dtype}
    formats |= {"key": key_dtype, "value": value_dtype, "rope": rope_dtype}
    stack = with_formats(stack, formats, dtype=one_dtype(dtype, values.dtype))
    result = measure(stack, tokens=length, batch=sequences, tp=tp)
    result["assumptions"] += notes
    if engine is not None or static is not None:
        from symkv.engines import allocated

        code = one_dtype(dtype, values.dtype)
        result |= allocated(stack, engine, tokens=length, batch=sequences, dtype=code, static=static)
    lines = size_text(result, formats_text(stack))
    if box:
        result, lines = with_size_intervals(result, lines, stack, box, length, sequences)
    emit("size", result, lines, as_json)


def values_of(given: list[str] | None, tokens: str | None, batch: int | None) -> tuple[Any, int | None, int, list[str]]:
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


def one_dtype(option: str | None, value: str | None) -> str | None:
    """The number format, given as an option or as dtype=VALUE but not as two different ones."""
    from symkv.units import check_dtype

    if option is not None and value is not None and option != value:
        raise BadInput(f"dtype must be given once, got {option} and {value}")
    chosen = option if option is not None else value
    return None if chosen is None else check_dtype(chosen)
