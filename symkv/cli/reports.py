"""report: what has been proved, as documents."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from symkv.cli.app import Batch, Draft, Dtype, Json, Tokens, app, emit
from symkv.errors import BadInput

Force = Annotated[bool, typer.Option("--force", help="Overwrite files that symkv did not write.")]

Product = Annotated[str, typer.Option("--product", help="The product sign: thin, cdot or times.")]
Notation = Annotated[Path | None, typer.Option("--notation", help="A TOML file of your letters: symbol = 'LaTeX'.")]


@app.command()
def report(
    items: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[WHAT]... [NAME=VALUE]...",
            help="Derivations, models, variants or stacks; values of symbols. two_kilobytes without.",
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="The folder to write to; symkv-report or symkv-fragments.")
    ] = None,
    forms: Annotated[str, typer.Option("--format", help="Some of tex,html,md,pdf, with commas.")] = "tex,html,pdf",
    compare: Annotated[bool, typer.Option("--compare", help="One report that compares all WHAT.")] = False,
    of: Annotated[
        str | None, typer.Option("--of", help="What to compare: growth, stored, read, read_growth or peak.")
    ] = None,
    target: Annotated[
        str | None, typer.Option("--target", help="A size: table every design of the open symbols that has it.")
    ] = None,
    tokens: Tokens = None,
    batch: Batch = None,
    dtype: Dtype = None,
    with_draft: Draft = False,
    template: Annotated[
        Path | None, typer.Option("--template", help="A template of your own, as mine.html.j2; it runs sandboxed.")
    ] = None,
    product: Product = "thin",
    notation: Notation = None,
    fragments: Annotated[bool, typer.Option("--fragments", help="Write pieces of LaTeX to input in a paper.")] = False,
    packages: Annotated[str, typer.Option("--with", help="Fragments may use booktabs,siunitx,cleveref.")] = "",
    column: Annotated[int, typer.Option("--column", help="Points of the column that fragments fit.")] = 240,
    check: Annotated[bool, typer.Option("--check", help="Only say which fragments are stale; exit status 1.")] = False,
    force: Force = False,
    as_json: Json = False,
) -> int:
    """Write reports: a derivation with its proof, what a model or variant keeps, or how several compare.

    symkv report llama-3.1-8b --tokens 128Ki --format md writes symkv-report/llama-3-1-8b.md.

    symkv report --compare gqa mla d_latent=4*d_head d_rope=d_head/2 writes one report on both.

    --template mine.html.j2 lays a report out by a template of yours; templates/README.md lists what it is given.
    """
    from symkv.cli.fragments import fragments as pieces
    from symkv.cli.report_documents import Asked, documents, require_apart, style_of
    from symkv.cli.solving import is_value
    from symkv.render import Template, parse_kinds, write_document
    from symkv.terminal import report_text

    kinds = parse_kinds(forms)
    own = None if template is None else Template.load(template)
    named = [item for item in items or () if not is_value(item)]
    values = [item for item in items or () if is_value(item)]
    style = style_of(product, notation, named)
    asked = Asked(
        named, values, compare, tokens, batch, dtype, of, target, with_draft, style, own is not None or kinds != ("md",)
    )
    if fragments and own is not None:
        raise BadInput("--template goes with reports; fragments have templates of their own")
    if fragments:
        return pieces(asked, out, packages=packages, column=column, check=check, force=force, as_json=as_json)
    if packages or check or column != 240:
        raise BadInput("--with, --column and --check go with --fragments; add it")
    out = out or Path("symkv-report")
    made = list(documents(asked))
    require_apart(document.name for document, _ in made)
    written = [write_document(document, out, kinds, force=force, template=own) for document, _ in made]
    files = [file for one in written for file in one.files]
    missing = [entry for one in written for entry in one.missing]
    result = {
        "files": [{"path": str(f.path), "kind": f.kind, "sha256": f.sha256} for f in files],
        "missing": [{"what": m.what, "why": m.why, "command": m.command} for m in missing],
    }
    emit("report", result, report_text(made, result), as_json)
    return 0
