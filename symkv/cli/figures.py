"""plot: figures for a terminal, a paper or a page; no arithmetic of its own."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from symkv.cli.app import Batch, Dtype, Json, app, emit
from symkv.cli.sizes import one_dtype, values_of
from symkv.errors import BadInput

if TYPE_CHECKING:
    from symkv.caches import Stack
    from symkv.figures import Figure

KINDS = ("context", "read", "designs", "layers")


@app.command()
def plot(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="context, read, designs or layers.")],
    items: Annotated[
        list[str], typer.Argument(metavar="WHAT... [NAME=VALUE]...", help="Models, variants or stacks; values.")
    ],
    tokens: Annotated[
        str | None, typer.Option("--tokens", help="The range of a context axis, 1Ki..1Mi, or one length.")
    ] = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="A file: .svg, .pdf, .pgf or .png.")] = None,
    of: Annotated[str | None, typer.Option("--of", help="stored (context), growth (designs), read, peak, ...")] = None,
    target: Annotated[str | None, typer.Option("--target", help="designs: a size, 2KiB.")] = None,
    between: Annotated[
        tuple[str, str] | None, typer.Option("--between", metavar="A B", help="designs: a band.")
    ] = None,
    where: Annotated[list[str] | None, typer.Option("--where", metavar="COND", help="designs: a condition.")] = None,
    batch: Batch = None,
    dtype: Dtype = None,
    units: Annotated[str, typer.Option("--units", help="binary (KiB = 1024 B) or decimal (kB = 1000 B).")] = "binary",
    ascii_only: Annotated[bool, typer.Option("--ascii", help="Draw text in ASCII only.")] = False,
    width: Annotated[int | None, typer.Option("--width", help="Columns of text; those of the terminal.")] = None,
    inches: Annotated[float | None, typer.Option("--inches", help="Width of a drawing; one column, 3.17.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that symkv did not write.")] = False,
    as_json: Json = False,
) -> None:
    """Draw a figure: as text, or with -o as a vector drawing for a paper (.pdf, .pgf) or a page (.svg).

    context: bytes against context, with the crossovers. read: bytes stored beside bytes read per step; a point for each
    WHAT at one length. designs: which designs meet --target or --between, and the near misses. layers: what each layer
    keeps, and whose cache it reads.
    """
    from symkv.figures import alt, check_units, data, text, write_figure
    from symkv.measure import parse_given

    if kind not in KINDS:
        raise BadInput(
            f"a figure must be one of {', '.join(KINDS)}, got {kind[:40]!r}; write symkv plot context gqa mla"
        )
    chosen = check_units(units)
    names = [item for item in items if not _is_value(item)]
    given = [item for item in items if _is_value(item)]
    if kind != "designs" and (target or between or where):
        raise BadInput("--target, --between and --where are for designs; write symkv plot designs gqa --target 2KiB")
    if kind in ("designs", "layers") and len(names) != 1:
        raise BadInput(f"{kind} takes one model, variant or stack, got {len(names)}; write symkv plot {kind} gqa")
    if kind == "designs":
        figure, notes = _designs(names[0], given, tokens, batch, dtype, of, target, between, where)
    else:
        values = parse_given(given)
        if values.tokens is not None or values.batch is not None:
            raise BadInput("tokens and batch are options of plot; write --tokens 1Ki..1Mi --batch 8")
        code = one_dtype(dtype, values.dtype)
        stacks, notes = _stacks(names, values.values, code, plain=kind == "layers")
        notes += values.notes
        figure, more = _of_stacks(kind, stacks, tokens, of, batch)
        notes += more
    result: dict[str, Any] = {"figure": data(figure), "alt": alt(figure, units=chosen), "assumptions": notes}
    if out is not None:
        digest = write_figure(figure, out, units=chosen, width=inches, force=force)
        result["file"] = {"path": str(out), "kind": out.suffix.removeprefix(".").lower(), "sha256": digest}
        lines = [f"wrote {out}", f"  {result['alt']}"]
    else:
        columns = width if width is not None else shutil.get_terminal_size((80, 24)).columns
        lines = text(figure, width=columns, ascii_only=ascii_only or not _writes_unicode(), units=chosen)
    emit("plot", result, [*lines, *(f"  {note}" for note in notes)], as_json)


def _is_value(item: str) -> bool:
    name, sign, _ = item.partition("=")
    return bool(sign) and name.strip().isidentifier()


def _writes_unicode() -> bool:
    """Whether the signs of a figure can be written where the output goes."""
    try:
        "●█╳".encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _stacks(names: list[str], values: Any, dtype: str | None, *, plain: bool) -> tuple[list[Stack], list[str]]:
    """The stacks with their values and, unless `plain`, formats; and what had to be assumed for them."""
    from symkv.measure import shared, with_formats
    from symkv.models import resolve

    found = shared([resolve(name) for name in names], values)
    if plain:
        return found, []
    found = [with_formats(stack.filled(), {}, dtype=dtype) for stack in found]
    lines = [f"assumed for {stack.name}: {note}" for stack in found for note in stack.assumptions]
    return found, lines


def _of_stacks(
    kind: str, stacks: list[Stack], tokens: str | None, of: str | None, batch: int | None
) -> tuple[Figure, list[str]]:
    from symkv.figures import context_figure, layers_figure, read_figure

    low, high, notes = _range(tokens)
    if kind == "layers":
        if low != high or batch is not None or of is not None:
            raise BadInput("layers takes one length and no --batch or --of; write --tokens 8192")
        return layers_figure(stacks[0], tokens=low or None), notes
    ends = (low, high) if low else (1 << 10, 1 << 20)
    sequences = batch if batch is not None else 1
    if kind == "read":
        if of is not None:
            raise BadInput("read shows what is stored and what is read; leave --of out, or plot context --of written")
        return read_figure(stacks, tokens=ends, batch=sequences), notes
    return context_figure(stacks, tokens=ends, of=of or "stored", batch=sequences), notes


def _range(tokens: str | None) -> tuple[int, int, list[str]]:
    """Both ends of --tokens, and how a k or M was read; (0, 0) without it."""
    from symkv.units import parse_tokens

    if tokens is None:
        return 0, 0, []
    ends = [parse_tokens(end) for end in tokens.split("..", 1)]
    return ends[0][0], ends[-1][0], list(dict.fromkeys(note for _, note in ends if note))


def _designs(
    what: str,
    given: list[str],
    tokens: str | None,
    batch: int | None,
    dtype: str | None,
    of: str | None,
    target: str | None,
    between: tuple[str, str] | None,
    where: list[str] | None,
) -> tuple[Figure, list[str]]:
    from symkv.figures import designs_figure
    from symkv.measure import with_formats
    from symkv.models import resolve
    from symkv.solve import parse_box
    from symkv.solve.wishes import mentioned

    if not target and not between:
        raise BadInput("designs takes --target SIZE or --between A B; write --target 2KiB")
    stack = resolve(what)
    domains, fixed, formats = parse_box(given)
    values, length, sequences, notes = values_of(fixed, tokens, batch)
    own = {name for part in stack.parts for name in part.open} | {"bytes_per_element"}
    beside = mentioned(where or [])
    stack = stack.given({name: value for name, value in values.values.items() if name in own or name not in beside})
    stack = stack.filled(but=frozenset(domains))
    if "bytes_per_element" not in domains:
        stack = with_formats(stack, {}, dtype=one_dtype(dtype, values.dtype))
    elif dtype is not None:
        raise BadInput("dtype must be given once, as --dtype or as dtype=fp8,bf16")
    figure = designs_figure(
        stack,
        domains,
        target=target,
        between=between,
        where=where or (),
        of=of or "growth",
        tokens=length,
        batch=sequences,
        formats=formats,
        given=values.values,
    )
    return figure, [*notes, *(f"assumed: {note}" for note in stack.assumptions)]
