"""check, recheck, mutate, selftest: what is proved, and by whom."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from symkv.cli.app import Json, app, emit
from symkv.errors import BadInput

Force = Annotated[bool, typer.Option("--force", help="Overwrite files that symkv did not write.")]


@app.command()
def check(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[PATH]...", help="Papers, derivations, certificates, claims; what ships without."),
    ] = None,
    claims: Annotated[bool, typer.Option("--claims", help="Show the printed values that were compared.")] = False,
    no_exec: Annotated[bool, typer.Option("--no-exec", help="Refuse Python files.")] = False,
    certificate: Annotated[Path | None, typer.Option("--certificate", help="Write the proofs as JSON.")] = None,
    rocq: Annotated[Path | None, typer.Option("--rocq", help="Write the proved steps as lemmas for coqc.")] = None,
    sidecar: Annotated[Path | None, typer.Option("--sidecar", help="The notation of a paper, in TOML.")] = None,
    require_all: Annotated[bool, typer.Option("--require-all", help="Fail for display equations left open.")] = False,
    sarif: Annotated[Path | None, typer.Option("--sarif", help="Write what is wrong as SARIF 2.1.0.")] = None,
    junit: Annotated[Path | None, typer.Option("--junit", help="Write every result as JUnit XML.")] = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Check every step of every derivation and every annotated equation of a paper, and say which judges proved it."""
    from symkv.cli.papers import check_papers, merged, split, write_reviews
    from symkv.derivations import shipped_derivations, summary, telling
    from symkv.derivations.together import check_files
    from symkv.terminal import check_text

    papers, files = split(paths or list(shipped_derivations().values()))
    if not papers and (sidecar or require_all):
        raise BadInput("--sidecar and --require-all are for papers, and none is given; write symkv check paper.tex")
    code = [path for path in files if path.suffix not in (".json", ".toml")]
    if no_exec and code:
        raise BadInput(f"--no-exec refuses derivations that are Python files, {code[0]} is; leave it out to trust them")
    by_file = check_files(files)
    checked = [one for _, found in by_file for one in found]
    result = summary(checked) | {"telling": telling(checked)}
    lines = check_text(checked, result, claims=claims)
    found_papers = check_papers(papers, sidecar)
    if papers:
        lines = merged(result, lines, found_papers, require_all=require_all)
    if sarif is not None or junit is not None:
        lines += write_reviews(found_papers, by_file, sarif=sarif, junit=junit, require_all=require_all, force=force)
    if certificate is not None:
        from symkv.derivations.certificate import write_certificate

        write_certificate(certificate, checked, force=force)
        result["certificate"] = str(certificate)
        lines.append(f"  wrote {certificate}")
    if rocq is not None:
        from symkv.derivations.lemmas import write_rocq
        from symkv.terminal import rocq_text

        result["rocq"] = write_rocq(rocq, checked, force=force)
        lines += rocq_text(result["rocq"])
    emit("check", result, lines, as_json)
    raise typer.Exit(result["exit_status"])


@app.command()
def recheck(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A certificate, as `check --certificate` writes it.")],
    with_z3: Annotated[bool, typer.Option("--with-z3", help="Ask z3 about steps without a kernel proof.")] = False,
    as_json: Json = False,
) -> None:
    """Judge every step of a certificate by the kernel alone, whatever verdicts it carries."""
    from symkv.derivations.certificate import recheck as recheck_file
    from symkv.derivations.certificate import recheck_summary
    from symkv.terminal import recheck_text

    found = recheck_file(path, with_z3=with_z3)
    result = recheck_summary(found)
    emit("recheck", result, recheck_text(found, result["counts"]), as_json)
    raise typer.Exit(result["exit_status"])


@app.command()
def mutate(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A shipped derivation, or a derivation file.")],
    as_json: Json = False,
) -> None:
    """Make every step of a derivation false in many ways, and show that each is refuted at a point."""
    from symkv.derivations import load_any, named, obligations
    from symkv.proof.mutate import mutate as results_of
    from symkv.proof.mutate import summary
    from symkv.terminal import mutate_text

    path = Path(name)
    found = load_any(path) if path.suffix in (".py", ".json") else [named(name)]
    result = summary([one for derivation in found for one in results_of(obligations(derivation))])
    emit("mutate", result, mutate_text(result), as_json)
    raise typer.Exit(result["exit_status"])


@app.command()
def selftest(
    full: Annotated[bool, typer.Option("--full", help="Everything, some minutes long; can be interrupted.")] = False,
    seed: Annotated[int, typer.Option("--seed", help="The seed of the random parts.")] = 20260424,
    state: Annotated[
        Path | None, typer.Option("--state", help="A file that keeps what is done, to go on from after a stop.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Measure on this machine what the judges are worth: identities, mutants, random pairs, traps, speed."""
    from symkv.selftest import report as figures_of
    from symkv.selftest import run
    from symkv.terminal import selftest_text

    result = figures_of(run(full=full, seed=seed, state=state, progress=None if as_json else _progress))
    emit("selftest", result, selftest_text(result), as_json)
    raise typer.Exit(0 if result["ok"] else 1)


def _progress(text: str) -> None:
    typer.echo(text, err=True)
