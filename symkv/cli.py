"""The command line: thin commands over the library, with no arithmetic of their own.

Every command takes `--json` and then prints one object on stdout and nothing else there. Exit status: 0 fine, 1
refuted or not as expected, 2 bad input, 3 unknown, 4 a bug in symkv, 130 interrupted. Engines are imported inside the
commands that need them: `--help`, `list` and `size` run without sympy, z3 and jinja2.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from symkv import __version__
from symkv.errors import BadInput, SymkvError

app = typer.Typer(
    name="symkv",
    help="KV-cache memory of language models: derived from what is cached, solved, proved and typeset.",
    rich_markup_mode=None,  # rich costs start-up time and colours what people paste
    pretty_exceptions_enable=False,
    add_completion=False,
    no_args_is_help=True,
)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
What = Annotated[
    str, typer.Argument(help="A config.json, its folder, a bundled model, a variant, or a stack in quotes.")
]
Given = Annotated[list[str] | None, typer.Argument(metavar="[NAME=VALUE]...", help="Values of symbols.")]
Dtype = Annotated[str | None, typer.Option("--dtype", help="Number format of the cache, e.g. bf16, fp8, fp8_ds_mla.")]
Tokens = Annotated[str | None, typer.Option("--tokens", help="Tokens of one sequence, e.g. 131072 or 128Ki.")]
Batch = Annotated[int | None, typer.Option("--batch", help="Sequences of that length.")]


def _emit(command: str, result: dict[str, Any], lines: list[str], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"symkv": __version__, "command": command, "result": result}, indent=2))
    else:
        typer.echo("\n".join(lines))


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
    _emit("list", {"items": found}, listing_text(found), as_json)


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
    _emit("show", result, [result["latex"]["paper_form"]] if latex else show_text(result), as_json)


@app.command()
def size(
    what: What,
    given: Given = None,
    tokens: Tokens = None,
    batch: Batch = None,
    tp: Annotated[int | None, typer.Option("--tp", help="Tensor-parallel ranks.")] = None,
    dtype: Dtype = None,
    kv_dtype: Annotated[str | None, typer.Option("--kv-dtype", help="Format of keys, values and latents.")] = None,
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
    stack = with_formats(stack, formats, dtype=_one_dtype(dtype, values.dtype))
    result = measure(stack, tokens=length, batch=sequences, tp=tp)
    result["assumptions"] += notes
    _emit("size", result, size_text(result, formats_text(stack)), as_json)


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
    _emit("solve", result_of(solution), [*solution_text(solution), *(f"  {note}" for note in notes)], as_json)


@app.command()
def check(
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="[PATH]...", help="Derivation files; the shipped ones without.")
    ] = None,
    claims: Annotated[bool, typer.Option("--claims", help="Show the printed values that were compared.")] = False,
    no_exec: Annotated[bool, typer.Option("--no-exec", help="Refuse Python files.")] = False,
    as_json: Json = False,
) -> None:
    """Check every step of every derivation, and say which judges proved it."""
    if no_exec:
        first = paths[0] if paths else "the shipped library"
        raise BadInput(f"--no-exec refuses derivations that are Python files, {first} is; leave it out to trust them")
    from symkv.derivations import check as check_one
    from symkv.derivations import load, shipped_derivations, summary
    from symkv.terminal import check_text

    checked = [check_one(load(path)) for path in (paths or shipped_derivations().values())]
    result = summary(checked)
    _emit("check", result, check_text(checked, result, claims=claims), as_json)
    raise typer.Exit(result["exit_status"])


@app.command()
def report(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="Derivations; two_kilobytes without.")
    ] = None,
    out: Annotated[Path, typer.Option("-o", "--out", help="The folder to write to.")] = Path("symkv-report"),
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that symkv did not write.")] = False,
    as_json: Json = False,
) -> None:
    """Check a derivation and write it as LaTeX, HTML and, where a TeX engine is found, PDF."""
    from symkv.derivations import check as check_one
    from symkv.derivations import named
    from symkv.render import write_report
    from symkv.terminal import report_text

    checked = [check_one(named(name)).require() for name in names or ["two_kilobytes"]]
    written = [write_report(one, out, force=force) for one in checked]
    files = [file for one in written for file in one.files]
    missing = [entry for one in written for entry in one.missing]
    result = {
        "files": [{"path": str(f.path), "kind": f.kind, "sha256": f.sha256} for f in files],
        "missing": [{"what": m.what, "why": m.why, "command": m.command} for m in missing],
    }
    _emit("report", result, report_text(checked, result), as_json)


def main(argv: list[str] | None = None) -> int:
    """Run a command line and return its exit status; every error is one line on stderr."""
    arguments = sys.argv[1:] if argv is None else argv
    debug = "--debug" in arguments
    arguments = [a for a in arguments if a != "--debug"]
    try:
        status = app(arguments, standalone_mode=False, prog_name="symkv")
        sys.stdout.flush()
        return status if isinstance(status, int) else 0
    except SymkvError as problem:
        return _failed(arguments, problem, problem.exit_status, problem.kind, debug=debug)
    except (KeyboardInterrupt, typer.Abort):
        sys.stderr.write("symkv: interrupted\n")
        return 130
    except BrokenPipeError:  # the reader has gone; what it wanted it has
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 0
    except Exception as problem:
        usage = getattr(problem, "format_message", None)  # typer's usage errors; their class has moved between releases
        if callable(usage):
            text = str(usage()).replace("\n", " ").rstrip(".")
            return _failed(arguments, BadInput(f"{text}; see symkv --help"), 2, "bad input", debug=debug)
        text = f"{type(problem).__name__}: {problem}; this is a bug in symkv"
        return _failed(arguments, SymkvError(text), 4, "internal", debug=debug)


def _failed(arguments: list[str], problem: SymkvError, status: int, kind: str, *, debug: bool) -> int:
    if "--json" in arguments:
        command = next((a for a in arguments if not a.startswith("-")), "")
        error = {"kind": kind, "message": problem.message, "where": problem.where}
        sys.stdout.write(json.dumps({"symkv": __version__, "command": command, "error": error}, indent=2) + "\n")
    line = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in str(problem))
    sys.stderr.write(f"symkv: {line}\n")
    if debug:
        raise problem
    return status


def run() -> None:
    """The console script."""
    sys.exit(main())
