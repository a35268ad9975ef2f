"""The command line's frame: the application, the options that commands share, and how a result is printed."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from symkv import __version__

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
    str, typer.Argument(help="A config.json or its folder, a bundled model, a hub id, a variant, a stack, or a law.")
]
Given = Annotated[list[str] | None, typer.Argument(metavar="[NAME=VALUE]...", help="Values of symbols.")]
Dtype = Annotated[str | None, typer.Option("--dtype", help="Number format of the cache, e.g. bf16, fp8, fp8_ds_mla.")]
Tokens = Annotated[str | None, typer.Option("--tokens", help="Tokens of one sequence, e.g. 131072 or 128Ki.")]
Draft = Annotated[bool, typer.Option("--with-draft", help="Count the layers that draft tokens too.")]
Batch = Annotated[int | None, typer.Option("--batch", help="Sequences of that length.")]


def emit(command: str, result: dict[str, Any], lines: list[str], as_json: bool) -> None:
    """One JSON object on stdout, or the lines for people."""
    if as_json:
        typer.echo(json.dumps({"symkv": __version__, "command": command, "result": result}, indent=2))
    else:
        typer.echo("\n".join(lines))
