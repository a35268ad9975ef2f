"""The committed figures against a small part of them, measured anew with another seed."""

from __future__ import annotations

from pathlib import Path

from symkv.selftest.figures import read
from symkv.selftest.run import SMALL, Plan, run


def compare(committed: Path, seed: int, *, plan: Plan = SMALL, jobs: int = 2) -> list[str]:
    """What is wrong: a committed figure that misses its bound or is missing, or one that is not met again.

    Raises `BadInput` where the file holds no figures.
    """
    kept, again = read(committed), run(full=False, seed=seed, plan=plan, jobs=jobs)
    wrong = [f"{one.name}: {one.value} is committed, must be {one.bound}" for one in kept.values() if not one.ok]
    for one in again:
        if not one.ok:
            wrong.append(f"{one.name}: {one.value} with seed {seed}, must be {one.bound}")
        if one.name not in kept:
            wrong.append(f"{one.name}: not committed; run `symkv selftest --full --json`")
        elif one.name.startswith(("corpus", "classic")) and one.value != kept[one.name].value:
            wrong.append(f"{one.name}: {one.value}, committed is {kept[one.name].value}")
    return wrong
