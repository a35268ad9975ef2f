"""How much CPU time it takes to list every whole design: symkv against CP-SAT, z3 and a numpy scan on the same box.

The question is gqa in bf16: 2*2*n_layers*n_kv_heads*d_head = target, each symbol from 1 to `side`. The target is
rich in divisors. Every answer is compared as a set; a peer that is stopped by the time limit took "more than" that
limit, and what it had found by then must be among the answers. A second table lets the box grow while the answers stay
the same, and the answers grow.

    python3 -m venv .venv-bench && .venv-bench/bin/pip install -q . ortools numpy
    .venv-bench/bin/python bench/designs.py          # writes bench/designs_results.json, prints the tables
"""

from __future__ import annotations

import argparse
import gc
import importlib.metadata
import json
import platform
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

NAMES = ("n_layers", "n_kv_heads", "d_head")
Points = set[tuple[int, int, int]]
Run = tuple[Points, bool]  # what was found, and whether that is known to be all


def symkv_designs(target: int, side: int, limit: float) -> Run:
    """The library call that `symkv designs` makes; limits, ranks and all."""
    from symkv.formula import Formula
    from symkv.models import resolve
    from symkv.solve import designs

    stack = resolve("gqa").given({"bytes_per_element": Formula.of(2)})
    found = designs(stack, dict.fromkeys(NAMES, range(1, side + 1)), target=f"{target}B")[0]
    return set(found.points), found.complete


def cp_sat(target: int, side: int, limit: float) -> Run:
    """OR-tools CP-SAT, all solutions of the two products."""
    from ortools.sat.python import cp_model

    class Collect(cp_model.CpSolverSolutionCallback):
        def __init__(self, variables: list[object]) -> None:
            super().__init__()
            self.variables, self.found = variables, set()

        def on_solution_callback(self) -> None:
            self.found.add(tuple(self.value(variable) for variable in self.variables))

    model = cp_model.CpModel()
    variables = [model.new_int_var(1, side, name) for name in NAMES]
    two = model.new_int_var(1, min(side * side, target // 4), "two")
    model.add_multiplication_equality(two, variables[:2])
    model.add_multiplication_equality(target // 4, [two, variables[2]])
    solver = cp_model.CpSolver()
    solver.parameters.enumerate_all_solutions = True
    solver.parameters.num_workers = 1  # it enumerates with one worker only
    solver.parameters.max_time_in_seconds = limit
    collect = Collect(variables)
    status = solver.solve(model, collect)
    return collect.found, status == cp_model.OPTIMAL


def z3_enumeration(target: int, side: int, limit: float) -> Run:
    """z3 over whole numbers: a model, then the clause that excludes it, until it says unsat."""
    import z3

    solver = z3.Solver()
    variables = [z3.Int(name) for name in NAMES]
    for variable in variables:
        solver.add(variable >= 1, variable <= side)
    solver.add(4 * variables[0] * variables[1] * variables[2] == target)
    found: Points = set()
    end = time.perf_counter() + limit
    while (left := end - time.perf_counter()) > 0:
        solver.set("timeout", max(1, int(left * 1000)))
        status = solver.check()
        if status != z3.sat:
            return found, status == z3.unsat  # unknown, which a timeout gives too, is not the end of the list
        model = solver.model()
        point = tuple(model[variable].as_long() for variable in variables)
        found.add(point)
        solver.add(z3.Or([variable != value for variable, value in zip(variables, point, strict=True)]))
    return found, False


def numpy_scan(target: int, side: int, limit: float) -> Run:
    """The product at every point of the box, a plane at a time."""
    import numpy as np

    one = np.arange(1, side + 1, dtype=np.int64)
    plane = 4 * one[:, None] * one[None, :]
    found: Points = set()
    end = time.perf_counter() + limit
    for first in range(1, side + 1):
        second, third = np.nonzero(plane * first == target)
        found |= {(first, int(b) + 1, int(c) + 1) for b, c in zip(second, third, strict=True)}
        if time.perf_counter() > end:
            return found, first == side
    return found, True


RUNS: dict[str, Callable[[int, int, float], Run]] = {
    "symkv": symkv_designs,
    "CP-SAT": cp_sat,
    "z3": z3_enumeration,
    "numpy": numpy_scan,
}


def timed(name: str, target: int, side: int, limit: float) -> tuple[float, Points, bool]:
    """CPU seconds of one run (all threads; no program waits), what it found, and whether that is known to be all."""
    start = time.process_time()
    found, complete = RUNS[name](target, side, limit)
    return time.process_time() - start, found, complete


def against(target: int, side: int, limit: float, repeats: int) -> list[dict[str, object]]:
    """Every program on one box, in turn, so that a busy machine is busy for all; the answers are compared as sets."""
    answers = symkv_designs(target, side, limit)[0]
    seconds: dict[str, list[float]] = {name: [] for name in RUNS}
    ended: dict[str, tuple[int, bool]] = {}
    for _ in range(repeats):
        for name in RUNS:
            if ended.get(name, (0, True))[1]:  # what was stopped once is not tried again
                time_, found, complete = timed(name, target, side, limit)
                if found != answers if complete else not found <= answers:
                    raise SystemExit(f"{name} found other designs than symkv: {len(found)} and {len(answers)}")
                seconds[name].append(time_)
                ended[name] = len(found), complete
    own = statistics.median(seconds["symkv"])
    return [
        {
            "program": name,
            "cpu_seconds": (median := statistics.median(times)),
            "runs": len(times),
            "complete": ended[name][1],
            "answers": ended[name][0],
            "times_symkv": median / own,
        }
        for name, times in seconds.items()
    ]


def growth(repeats: int) -> list[dict[str, object]]:
    """symkv alone: boxes from 10**7.5 to 10**27 with the same answers, then targets with more and more answers."""
    rows = []
    for kind, target, side in [
        *(("box", 4 * 360, side) for side in (360, 10**3, 10**5, 10**7, 10**9 - 1)),
        *(("answers", 4 * number, 10**6) for number in (97, 720, 5040, 55440, 720720, 4324320)),
    ]:
        runs = [timed("symkv", target, side, 0) for _ in range(repeats)]
        median, answers = statistics.median(run[0] for run in runs), len(runs[0][1])
        rows.append({"what": kind, "target_bytes": target, "box": side**3, "answers": answers, "cpu_seconds": median})
    return rows


def main() -> None:
    """Run both tables, write them as JSON, and end with status 1 where a peer is not 100 times slower."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--target", type=int, default=1_440_000)
    parser.add_argument("--side", type=int, default=1000)
    parser.add_argument("--limit", type=float, default=60, help="seconds after which a peer is stopped")
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("designs_results.json"))
    chosen = parser.parse_args()
    for name, run in RUNS.items():
        run(4 * 6, 6, 10)  # what a program imports once is not timed
        print(f"{name} is ready", file=sys.stderr)
    gc.collect()
    gc.freeze()  # nor is the search for garbage in modules of all four
    rows = against(chosen.target, chosen.side, chosen.limit, chosen.repeats)
    growing = growth(chosen.repeats)
    versions = {name: importlib.metadata.version(name) for name in ("ortools", "z3-solver", "numpy")}
    result = {
        "question": f"4*n_layers*n_kv_heads*d_head = {chosen.target}, each from 1 to {chosen.side}",
        "box": chosen.side**3,
        "limit_seconds": chosen.limit,
        "against": rows,
        "growth": growing,
        "versions": {"python": platform.python_version(), **versions},
    }
    chosen.out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    for row in rows:
        more = "" if row["complete"] else "more than "
        figures = f"{more}{row['cpu_seconds']:.4f} s, {more}{row['times_symkv']:.0f} x"
        print(f"{row['program']:7} {figures}, {row['answers']} found")
    for row in growing:
        print(
            f"{row['what']:8} {row['box']:.0e} points  {row['answers']:6} answers  {row['cpu_seconds'] * 1000:.2f} ms"
        )
    slow = [row for row in rows if row["program"] != "symkv" and row["times_symkv"] < 100]
    sys.exit(f"less than 100 x faster than {', '.join(str(r['program']) for r in slow)}" if slow else 0)


if __name__ == "__main__":
    main()
