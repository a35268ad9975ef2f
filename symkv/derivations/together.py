"""Many files checked at once: the longest first, on the cores that there are, with the same result as one by one."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from symkv.derivations.checking import Checked, check
from symkv.derivations.loading import load_any
from symkv.derivations.steps import Chain
from symkv.errors import BadInput

MANY = 100  # steps; for fewer a second process costs more than it saves


def check_file(path: Path) -> list[Checked]:
    """Everything that a file holds, checked; `BadInput` with the file for what is not well formed."""
    loaded = load_any(path)
    try:
        return [check(derivation) for derivation in loaded]
    except BadInput as problem:
        raise problem.at(str(path)) from None


def check_files(paths: Sequence[Path]) -> list[tuple[Path, list[Checked]]]:
    """The files in their order, each with what it holds, checked.

    The processes are started anew, so a script that calls this must be importable (`if __name__ == "__main__":`).
    """
    steps = {path: _declared(path) for path in paths}
    cores = min(os.cpu_count() or 1, 4, len(steps))
    if cores < 2 or sum(steps.values()) < MANY:
        return [(path, check_file(path)) for path in paths]
    longest = sorted(steps, key=steps.__getitem__, reverse=True)
    with ProcessPoolExecutor(cores, mp_context=get_context("spawn")) as pool:
        found = dict(zip(longest, pool.map(check_file, longest), strict=True))
    return [(path, found[path]) for path in paths]


def _declared(path: Path) -> int:
    """The number of steps in a file, whose symbols are declared in this process too, so that they mean one thing."""
    loaded = load_any(path)
    try:
        return sum(len(Chain(derivation).derivation.steps) for derivation in loaded)
    except BadInput as problem:
        raise problem.at(str(path)) from None
