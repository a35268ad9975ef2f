"""The self-test: what it calls true is true, what it measures it can also miss, and a run goes on where it was cut."""

import itertools
import json
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from symkv.errors import BadInput
from symkv.formula import Relation
from symkv.proof.collect import domain_of
from symkv.proof.kernel import COUNT
from symkv.selftest import compare, report, run
from symkv.selftest.corpus import FALSE, FURTHER_FALSE, FURTHER_TRUE, TRUE
from symkv.selftest.figures import figure
from symkv.selftest.identities import LAWS, identities, instance
from symkv.selftest.measures import MEASURES
from symkv.selftest.pairs import Claim, Pair, claimed, pairs, stated, wrong
from symkv.selftest.points import false_at, has_values, holds, names_of, points
from symkv.selftest.results import figures
from symkv.selftest.tally import Tally
from symkv.selftest.traps import TRAPS, Trap, failed

TINY = {"traps": 2}
EVERY_LAW = [(group, law) for group, laws in LAWS.items() for law in laws]


def read(row):
    return Relation.parse(row[0]), tuple(map(Relation.parse, row[1]))


def domains(statement, where):
    return {name: domain_of(name) for name in names_of((statement, *where))}


# -- what is true by construction ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("group", "law"), EVERY_LAW, ids=[f"{g}: {law.name}" for g, law in EVERY_LAW])
def test_every_law_is_true_at_all_points_tried_with_any_terms(group, law):
    rng, met = random.Random(f"law {law.name}"), 0
    for _ in range(8):
        one = instance(law, rng)
        statement, where = read((one.statement, one.where))
        point, true = false_at(statement, where, domains(statement, where), rng, tries=60)
        assert point is None, f"{one.statement} where {one.where} at {point}"
        met += true
    assert met >= 20


def test_the_same_seed_gives_the_same_identities_and_another_seed_others():
    one, again, other = (list(itertools.islice(identities(random.Random(seed)), 50)) for seed in (1, 1, 2))
    assert one == again != other


@pytest.mark.parametrize("row", [*TRUE, *FURTHER_TRUE], ids=lambda row: row[0])
def test_a_true_statement_of_the_corpus_is_true_at_all_points_tried(row):
    statement, where = read(row[1:])
    point, met = false_at(statement, where, domains(statement, where), random.Random(row[0]), tries=300)
    assert point is None
    assert met >= 20


@pytest.mark.parametrize("row", [*FALSE, *FURTHER_FALSE], ids=lambda row: row[0])
def test_a_false_statement_of_the_corpus_is_false_somewhere(row):
    statement, where = read(row[1:])
    far = {"F20": {"S": 10**6 + 1}, "far threshold": {"S": 123456790}, "far window": {"S": 1048577}}
    if row[0] in far:
        assert statement.holds(far[row[0]]) is False
    else:
        point, _ = false_at(statement, where, domains(statement, where), random.Random(row[0]), tries=500)
        assert point is not None
        assert all(relation.holds(point) for relation in where)


def test_the_corpus_names_each_statement_once():
    rows = [*TRUE, *FURTHER_TRUE, *FALSE, *FURTHER_FALSE]
    assert len({row[0] for row in rows}) == len(rows)
    assert len({row[1:] for row in rows}) == len(rows)


# -- points ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["S = k*P", "2*L*n*b = T", "P divides S", "S <= W", "W > 3*S", "L = G + H"])
def test_points_meet_the_assumptions_and_are_found(where):
    relation = Relation.parse(where)
    found = list(points((), (relation,), domains(relation, ()), random.Random(1), tries=100))
    assert len(found) >= 20
    assert all(relation.holds(point) and min(point.values()) >= 1 for point in found)


def test_a_statement_without_a_value_is_neither_true_nor_false():
    relation = Relation.parse("1/(S - 1) = 1")
    assert [holds(relation, {"S": s}) for s in (1, 2, 3)] == [None, True, False]
    branch = Relation.parse("(1/(S - 1) if S > 1 else 0) = 0")
    assert holds(branch, {"S": 1})
    assert [has_values(branch, {"S": s}) for s in (1, 2)] == [False, True]


# -- pairs: a false claim would be seen ------------------------------------------------------------------------------


def pair(text, *where):
    statement, assume = read((text, where))
    return Pair(statement, assume, domains(statement, assume))


@pytest.mark.parametrize(
    ("text", "where"), [("min(S, W) = S", ()), ("ceil(S/P)*P = S", ("S >= P",)), ("S = W", ("S <= W",))]
)
def test_a_false_claim_of_the_kernel_would_be_seen_and_a_true_one_is_not(text, where):
    rng = random.Random(1)
    assert "false at" in wrong(pair(text, *where), Claim("proved"), rng)
    assert wrong(pair(text, *where), Claim("open"), rng) == ""
    assert wrong(pair("min(S, W) <= S", *where[:0]), Claim("proved"), rng) == ""


def test_a_refusal_of_what_has_a_value_would_be_seen():
    rng = random.Random(1)
    assert "has a value" in wrong(pair("S = W", "S <= W"), Claim("refused"), rng)
    assert wrong(pair("S = W", "S < W", "W < S"), Claim("refused"), rng) == ""
    assert wrong(pair("S/(W - W) = 1"), Claim("refused"), rng) == ""


def test_a_conditional_claim_is_false_only_where_its_condition_holds():
    rng, text = random.Random(1), pair("min(S, W) = S")
    assert wrong(text, Claim("proved", (Relation.parse("S <= W"),)), rng) == ""
    assert wrong(text, Claim("proved", (Relation.parse("S >= W"),)), rng)


def test_random_pairs_hold_true_and_false_ones_and_no_false_claim():
    rng, seen = random.Random(20260424), {"proved": 0, "open": 0, "refused": 0}
    for one in itertools.islice(pairs(rng), 150):
        claim = claimed(one, search=False)
        seen[claim.verdict] += 1
        assert wrong(one, claim, rng) == ""
    assert seen["proved"] >= 30
    assert seen["open"] >= 30


def test_a_stated_identity_has_the_domains_of_the_symbol_table():
    one = stated(next(identities(random.Random(3))))
    assert one.domains.keys() == set(names_of((one.statement, *one.assume)))


# -- traps -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: trap.name)
def test_a_classic_trap_is_met(trap):
    assert failed(trap) == ""


def test_a_trap_that_is_none_is_said_to_be_fallen_for():
    assert "proved, must be refuted" in failed(Trap("true", "S = S", (), ("refuted",)))
    assert "must be proved" in failed(Trap("no cure", "min(S, W) = W", (), ("refuted",), COUNT, cure="S >= 2"))


# -- batches and figures -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["corpus", "catalogue"])
def test_a_batch_without_chance_is_as_it_must_be(name):
    tally = MEASURES[name](1, 0)
    if name == "corpus":
        groups = ("true", "further true", "false", "further false")
        assert [tally.counts[f"{g}, as it must be"] for g in groups] == [tally.counts[f"{g}, all"] for g in groups]
    else:
        assert tally.counts["all"] >= 600
        assert tally.counts["two ways"] >= 0.99 * tally.counts["all"]  # the rest by z3 and a box of points


def test_a_batch_of_mutants_has_every_operator_and_a_third_with_branches():
    tally = MEASURES["mutants"](1, 0)
    found = {one.name: one for one in figures({"mutants": tally}, {"mutants": 1}, 1)}
    assert [name for name, one in found.items() if not one.ok] == []
    assert tally.counts["refuted"] >= 100
    assert not tally.notes.get("witness that is none")


def test_a_survivor_a_false_claim_and_a_rare_operator_miss_their_bounds():
    broken = Tally()
    broken.counts.update({"refuted": 99, "survived": 1, "branching": 32})
    broken.note("false claims", "proved S = W, false at S = 1, W = 2")
    found = figures({"mutants": broken, "pairs": broken}, {"mutants": 1, "pairs": 1}, 1)
    good = {"mutants: points that are no counterexample", "mutants: still true, each proved so"}
    good |= {"random pairs: disagreements of kernel, z3, sympy and points"}
    assert {one.name for one in found if one.ok} == good


def test_a_tally_survives_json():
    tally = Tally()
    tally.counts.update(a=2, b=1)
    tally.note("list", "x")
    assert Tally.of(json.loads(json.dumps(tally.data()))) == tally


# -- runs --------------------------------------------------------------------------------------------------------------


def test_a_run_goes_on_where_it_was_cut(tmp_path):
    state, lines = tmp_path / "state.jsonl", []
    whole = run(full=False, seed=5, plan=TINY, jobs=1, state=state)
    text = state.read_text()
    rows = text.splitlines(keepends=True)
    assert len(rows) == 2
    state.write_text(rows[0] + rows[1][: len(rows[1]) // 2])
    again = run(full=False, seed=5, plan=TINY, jobs=1, state=state, progress=lines.append)
    assert again == whole
    assert lines == ["2 of 2: traps 1"]
    assert state.read_text() == text
    assert run(full=False, seed=5, plan=TINY, jobs=1, state=state, progress=lines.append) == whole
    assert len(lines) == 1


def test_the_processes_of_a_killed_run_end_too(tmp_path):
    state = tmp_path / "state.jsonl"
    code = f"import pathlib, symkv.selftest as s; s.run(full=True, seed=1, state=pathlib.Path({str(state)!r}))"
    with subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL) as running:
        children = Path(f"/proc/{running.pid}/task/{running.pid}/children")
        wait_until(lambda: state.exists() and state.read_text())
        started = [int(pid) for pid in children.read_text().split()]
        running.kill()
    assert len(started) >= 2
    wait_until(lambda: not any(alive(pid) for pid in started))


def alive(pid):
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False


def wait_until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)


@pytest.mark.parametrize("text", ["no json\n", "[]\n", '{"batch": "traps 0"}\n'])
def test_a_state_that_is_none_is_refused(tmp_path, text):
    state = tmp_path / "state.jsonl"
    state.write_text(text)
    with pytest.raises(BadInput, match="state must hold one JSON object a line"):
        run(full=False, seed=5, plan=TINY, jobs=1, state=state)


def test_a_state_of_another_seed_is_refused(tmp_path):
    state = tmp_path / "state.jsonl"
    run(full=False, seed=5, plan={"traps": 1}, jobs=1, state=state)
    with pytest.raises(BadInput, match="give that seed"):
        run(full=False, seed=6, plan={"traps": 1}, jobs=1, state=state)


def test_a_bound_is_kept_or_missed():
    kept = [figure("a", 1, bound, 1).ok for bound in ("= 1", ">= 1", "< 2", "= 0", ">= 2", "< 1")]
    assert kept == [True, True, True, False, False, False]
    assert report([figure("a", 1, "= 0", 1)])["ok"] is False


def test_committed_figures_that_miss_a_bound_or_are_missing_are_named(tmp_path):
    path = tmp_path / "figures.json"
    rows = [
        *run(full=False, seed=5, plan={"traps": 1}, jobs=1),
        figure("kept", 0, "= 0", 5),
        figure("lost", 1, "= 0", 5),
    ]
    path.write_text(json.dumps(report(rows)))
    wrong_ones = compare(path, seed=6, plan={"traps": 1, "pairs": 1}, jobs=1)
    assert wrong_ones[0] == "lost: 1 is committed, must be = 0"
    assert wrong_ones[1:]
    assert all(line.startswith("random pairs") and "not committed" in line for line in wrong_ones[1:])
    path.write_text(json.dumps({"result": report(rows[:1])}))
    assert all("not committed" in line for line in compare(path, seed=6, plan={"traps": 1}, jobs=1))
    path.write_text("{}")
    with pytest.raises(BadInput, match="must hold `figures`"):
        compare(path, seed=6, plan={"traps": 1}, jobs=1)
