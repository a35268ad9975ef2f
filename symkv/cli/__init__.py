"""The command line: thin commands over the library, with no arithmetic of their own.

Every command takes `--json` and then prints one object on stdout and nothing else there. Exit status: 0 fine, 1
refuted or not as expected, 2 bad input, 3 unknown, 4 a bug in symkv, 130 interrupted. Engines are imported inside the
commands that need them: `--help`, `list` and `size` run without sympy, z3 and jinja2.
"""

from symkv.cli.main import main, run

__all__ = ["main", "run"]
