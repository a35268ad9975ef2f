"""From tallies to figures: which number is promised, and what must be shown beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from statistics import median

from symkv.selftest.figures import Figure, figure
from symkv.selftest.measures import PAIRS
from symkv.selftest.tally import Tally

Plan = Mapping[str, int]
SHOWN = 60  # of a list that only illustrates
FULL_MUTANTS, FULL_BATCHES, FULL_IDENTITIES = 10_000, 100, 500


def figures(totals: Mapping[str, Tally], plan: Plan, seed: int) -> list[Figure]:
    """The figures that the tallies of a plan give, in the order of the promises."""
    return [one for what, tally in totals.items() for one in _FIGURES[what](tally, plan[what], seed)]


def _corpus(tally: Tally, batches: int, seed: int) -> Iterator[Figure]:
    count = tally.counts
    for group, verb in (("true", "proved"), ("false", "refuted")):
        for name in (group, f"further {group}"):
            yield figure(
                f"corpus, {name}: {verb}",
                count[f"{name}, as it must be"],
                f"= {count[f'{name}, all']}",
                seed,
                others=tally.notes.get(f"{name}, not as it must be", []),
            )


def _traps(tally: Tally, batches: int, seed: int) -> Iterator[Figure]:
    fallen = tally.notes.get("fallen for", [])
    yield figure("classic traps met", tally.counts["met"], f"= {tally.counts['all']}", seed, fallen_for=fallen)


def _two_ways(name: str) -> Callable[[Tally, int, int], Iterator[Figure]]:
    def made(tally: Tally, batches: int, seed: int) -> Iterator[Figure]:
        count, lists = tally.counts, tally.notes
        shown = {"counts": dict(sorted(count.items())), "by_the_kernel_alone": lists.get("kernel alone", [])}
        yield figure(
            f"{name}: true ones proved by the kernel and by a second way",
            count["two ways"],
            f">= {min(FULL_IDENTITIES, 4 * count['all'] // 5)}",
            seed,
            **shown,
        )
        missed = lists.get("not by the kernel", [])
        yield figure(
            f"{name}: true ones without a kernel proof", len(missed), f"< {count['all'] // 20}", seed, list=missed
        )

    return made


def _mutants(tally: Tally, batches: int, seed: int) -> Iterator[Figure]:
    count = tally.counts
    refuted, survived = count["refuted"], count["survived"]
    cells = {name.removeprefix("cell: "): n for name, n in count.items() if name.startswith("cell: ")}
    operators = {name.removeprefix("operator: "): n for name, n in count.items() if name.startswith("operator: ")}
    least = min(operators.values(), default=0) if len(operators) == len(_operators()) else 0
    yield figure(
        "mutants: false ones refuted with a point that was evaluated again",
        refuted,
        f">= {batches * FULL_MUTANTS // FULL_BATCHES}",
        seed,
        operators=dict(sorted(operators.items())),
        operator_and_node=dict(sorted(cells.items())),
        refused=count["refused"],
        examples_of_refused=sorted(set(tally.notes.get("refused", [])))[:SHOWN],
    )
    yield figure(
        "mutants: neither refuted nor equivalent", survived, "= 0", seed, survived=tally.notes.get("survived", [])
    )
    witnesses = tally.notes.get("witness that is none", [])
    yield figure("mutants: points that are no counterexample", len(witnesses), "= 0", seed, points=witnesses)
    yield figure("mutants: of the rarest operator", least, f">= {3 * batches}", seed)
    yield figure(
        "mutants: edits in min, max, ceil, floor, mod, a conditional or a side condition",
        count["branching"],
        f">= {-(-refuted // 3)}",
        seed,
    )
    equivalent = sorted(set(tally.notes.get("equivalent", [])))
    yield figure("mutants: still true, each proved so", count["equivalent"], ">= 0", seed, listed=equivalent)


def _operators() -> list[str]:
    from symkv.proof.edits import OPERATORS
    from symkv.proof.mutate import DROPPED

    return [*OPERATORS, DROPPED]


def _pairs(tally: Tally, batches: int, seed: int) -> Iterator[Figure]:
    count = tally.counts
    shown = {name: count[name] for name in sorted(count)}
    claims, others = tally.notes.get("false claims", []), tally.notes.get("disagreements", [])
    yield figure("random pairs: false claims of the kernel", len(claims), "= 0", seed, claims=claims, counts=shown)
    yield figure("random pairs: tried", count["all"], f">= {batches * PAIRS}", seed)
    yield figure("random pairs: disagreements of kernel, z3, sympy and points", len(others), "= 0", seed, pairs=others)
    yield figure("random pairs: asked of z3 and sympy too", count["three ways"], f">= {batches * PAIRS // 10}", seed)


def _speed(tally: Tally, batches: int, seed: int) -> Iterator[Figure]:
    def middle(name: str) -> float:
        return float(round(median(tally.notes[f"{name}, ms"]), 4))

    searched = {"steps": len(tally.notes["kernel with search, ms"]), "of": "corpus, variants, derivations; every kind"}
    rational = {"steps": len(tally.notes["kernel, ms"]), "of": "the rational equations among them"}
    yield figure("one kernel step, median ms", middle("kernel"), "< 1", seed, **rational)
    yield figure("one kernel step with its search, median ms", middle("kernel with search"), "< 10", seed, **searched)
    yield figure("one z3 step in a warm worker, median ms", middle("z3"), "< 50", seed, **searched)
    open_steps = {
        "steps": len(tally.notes["kernel, open, ms"]),
        "of": "the rational equations and one edit of each, where building the difference does not make it 0 already",
        "kernel_median_ms": middle("kernel, open"),
        "sympy_simplify_median_ms": middle("sympy.simplify, open"),
        "kernel_median_ms_where_it_is_0_at_once": middle("kernel, at once"),
        "sympy_median_ms_where_it_is_0_at_once": middle("sympy, at once"),
    }
    ratio = round(middle("sympy.simplify, open") / middle("kernel, open"), 1)
    yield figure("sympy.simplify over kernel, ratio of medians", ratio, ">= 50", seed, **open_steps)


_FIGURES: dict[str, Callable[[Tally, int, int], Iterator[Figure]]] = {
    "corpus": _corpus,
    "traps": _traps,
    "catalogue": _two_ways("variants and derivations"),
    "identities": _two_ways("generated identities"),
    "mutants": _mutants,
    "pairs": _pairs,
    "speed": _speed,
}
