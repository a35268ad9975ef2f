"""The run of a self-test: its batches on two processes, kept in a state file, and the figures that follow."""

from __future__ import annotations

import json
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import connection
from pathlib import Path
from typing import Any

from symkv.errors import BadInput
from symkv.selftest.figures import Figure
from symkv.selftest.measures import MEASURES
from symkv.selftest.results import figures
from symkv.selftest.tally import Tally

Progress = Callable[[str], None]  # takes a line of text
Plan = Mapping[str, int]

QUICK: Plan = {"corpus": 1, "traps": 1, "mutants": 10, "pairs": 8, "speed": 1}
FULL: Plan = {"corpus": 1, "traps": 1, "catalogue": 1, "identities": 28, "mutants": 100, "pairs": 400, "speed": 1}
SMALL: Plan = {"corpus": 1, "traps": 1, "identities": 1, "mutants": 2, "pairs": 2}
ALONE = ("speed",)  # measured when nothing else runs


def run(
    *,
    full: bool,
    seed: int,
    state: Path | None = None,
    progress: Progress | None = None,
    plan: Plan | None = None,
    jobs: int = 2,
) -> list[Figure]:
    """The figures of a self-test; with a state file, what a cut run has measured is not measured again.

    Raises `BadInput` for a state file of another seed or of another kind of run.
    """
    chosen = plan or (FULL if full else QUICK)
    batches = [f"{what} {number}" for what, count in chosen.items() for number in range(count)]
    done: dict[str, Any] = _resumed(state, seed) if state is not None else {}
    for name, tally in _measured([b for b in batches if b not in done], seed, jobs):
        done[name] = tally
        if state is not None:
            _kept(state, {"batch": name, "seed": seed, "tally": tally})
        if progress is not None:
            progress(f"{sum(b in done for b in batches)} of {len(batches)}: {name}")
    totals: dict[str, Tally] = {}
    for name in batches:  # in the order of the plan, whatever ended first
        totals.setdefault(name.split()[0], Tally()).add(Tally.of(done[name]))
    return figures(totals, chosen, seed)


def measure(name: str, seed: int) -> dict[str, Any]:
    """One batch, measured in this process."""
    what, number = name.split()
    return MEASURES[what](seed, int(number)).data()


def _measured(batches: list[str], seed: int, jobs: int) -> Iterator[tuple[str, dict[str, Any]]]:
    shared = [name for name in batches if name.split()[0] not in ALONE]
    if jobs < 2 or len(shared) < 2:
        yield from ((name, measure(name, seed)) for name in shared)
    else:
        spawn = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(jobs, mp_context=spawn, initializer=_end_with_parent) as pool:
            waiting = {pool.submit(measure, name, seed): name for name in shared}
            try:
                yield from ((waiting[future], future.result()) for future in as_completed(waiting))
            finally:
                pool.shutdown(wait=False, cancel_futures=True)
    yield from ((name, measure(name, seed)) for name in batches if name not in shared)


def _end_with_parent() -> None:
    """A process of the pool does not outlive a run that was killed."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=lambda: (connection.wait([parent.sentinel]), os._exit(1)), daemon=True).start()


def _kept(state: Path, row: Mapping[str, Any]) -> None:
    with state.open("a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")
        file.flush()
        os.fsync(file.fileno())


def _resumed(state: Path, seed: int) -> dict[str, Any]:
    """What a state file holds; a last line that was cut is measured again."""
    found: dict[str, Any] = {}
    try:
        lines = state.read_text(encoding="utf-8").splitlines(keepends=True) if state.exists() else []
        for number, line in enumerate(lines):
            if not line.endswith("\n") and number == len(lines) - 1:
                with state.open("r+", encoding="utf-8") as file:
                    file.truncate(len("".join(lines[:-1]).encode()))
                break
            row = json.loads(line)
            if row["seed"] != seed:
                raise BadInput(
                    f"the state must be of seed {seed}, this is of {row['seed']}; give that seed", where=str(state)
                )
            found[row["batch"]] = row["tally"]
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise BadInput(
            f"a state must hold one JSON object a line, as selftest writes it, got: {problem}", where=str(state)
        ) from None
    return found
