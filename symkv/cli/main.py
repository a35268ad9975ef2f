"""Running a command line: exit statuses, and one line on stderr for every error."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from copy import copy

import typer
from typer.main import get_command_name

from symkv import __version__
from symkv.cli import explain, figures, proofs, reports, sizes, solving  # noqa: F401  # the commands register themselves
from symkv.cli.app import app
from symkv.errors import BadInput, SymkvError


def main(argv: list[str] | None = None) -> int:
    """Run a command line and return its exit status; every error is one line on stderr."""
    arguments = sys.argv[1:] if argv is None else argv
    debug = "--debug" in arguments
    arguments = [a for a in arguments if a != "--debug"]
    try:
        status = _run(arguments)
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


def _run(arguments: list[str]) -> object:
    """Run the application, or the asked command alone: to build the others would take a tenth of the start."""
    asked = [c for c in app.registered_commands if c.callback and arguments[:1] == [c.name or _named(c.callback)]]
    if not asked:
        return app(arguments, standalone_mode=False, prog_name="symkv")
    alone = copy(app)
    alone.registered_commands = asked
    return alone(arguments[1:], standalone_mode=False, prog_name=f"symkv {arguments[0]}")


def _named(callback: Callable[..., object]) -> str:
    return get_command_name(callback.__name__)


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
