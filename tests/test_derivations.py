"""Derivations check, and what is wrong in one is found: a false step, a wrong rule, a later step, a changed number."""

import re
from dataclasses import replace

import pytest

from symkv.derivations import Claim, Derivation, Step, check, load, named, shipped_derivations, summary
from symkv.errors import BadInput, Refuted
from tests.library import checked


@pytest.mark.parametrize("name", sorted(shipped_derivations()))
def test_every_shipped_step_is_proved_by_two_judges_or_a_premise(name):
    found = checked(name)
    assert found.steps
    for step in found.steps:
        assert step.verdict in ("proved", "assumed"), step
        assert step.verdict == "assumed" or len(step.judges) >= 2, step
    assert found.require() is found
    assert summary([found])["exit_status"] == 0


def _number_changes():
    two = named("two_kilobytes")
    for index, step in enumerate(two.steps):
        if step.rule == "given" or step.rule == "built":
            continue
        for match in re.finditer(r"\b\d+\b", step.statement):
            changed = step.statement[: match.start()] + str(int(match[0]) + 1) + step.statement[match.end() :]
            yield pytest.param(index, changed, id=f"{step.id}-{match.start()}")


@pytest.mark.parametrize(("index", "statement"), list(_number_changes()))
def test_a_changed_number_in_any_step_is_noticed(index, statement):
    two = named("two_kilobytes")
    steps = list(two.steps)
    steps[index] = replace(steps[index], statement=statement)
    changed = check(replace(two, steps=tuple(steps), questions=()))
    if steps[index].rule == "bound":
        assert changed.steps[index].verdict in ("proved", "refuted")
    else:
        assert changed.steps[index].verdict == "refuted"
        with pytest.raises(Refuted, match="two_kilobytes, step"):
            changed.require()


def small(*steps, **more):
    return Derivation("small", "Small", "A test.", ("n_layers", "d_head", "n_kv_heads"), tuple(steps), **more)


def test_a_false_step_is_refuted_with_a_point_and_can_not_pass():
    checked = check(small(Step("s", "collect", "n_layers*d_head = 2*n_layers*d_head")))
    assert checked.steps[0].verdict == "refuted"
    assert "n_layers = 1, d_head = 1: left 1, right 2" in checked.steps[0].counterexample
    with pytest.raises(Refuted, match="small, step s"):
        checked.require()


BROKEN = [
    (Step("s", "magic", "d_head = d_head"), "a rule must be one of"),
    (Step("s", "collect", "x = x"), "must be declared in `symbols`, x is not"),
    (Step("s", "collect", "d_head = d_head", uses=("later",)), "must name earlier steps, 'later' is none"),
    (Step("s", "solve_for", "2*d_head = d_head + d_head"), "must state symbol = formula"),
    (Step("s", "specialise", "d_head = d_head"), "must say in `where`"),
    (Step("s", "bound", "d_head = d_head"), "must state an inequality"),
    (Step("s", "collect", "d_head"), "a relation must have one of"),
    (Step("s", "collect", "d_head = eval(1)"), "'eval' is not a function"),
    (Step("s", "built", "n_layers = d_head", uses=("gqa.nothing",)), "not part of a formula"),
]


@pytest.mark.parametrize(("step", "message"), BROKEN)
def test_a_step_that_is_not_well_formed_is_bad_input_with_its_place(step, message):
    with pytest.raises(BadInput, match=re.escape(message)) as problem:
        check(small(step))
    assert str(problem.value).startswith("small, step s: ")
    assert check(small(Step("s", "collect", "d_head + d_head = 2*d_head"))).holds


def test_conditions_travel_with_the_steps_that_rest_on_them():
    first = Step("one", "specialise", "n_layers*d_head = 128*n_layers", where=("d_head = 128",))
    inherits = Step("two", "substitute", "d_head = 128", uses=("one",))
    alone = Step("three", "substitute", "d_head = 128")
    checked = check(small(first, inherits, alone))
    assert [s.verdict for s in checked.steps] == ["proved", "proved", "refuted"]


def test_premises_are_assumed_and_never_counted_as_proved():
    premise = Step("p", "given", "n_layers = 1", cite="somebody")
    uses = Step("s", "substitute", "n_layers*d_head = d_head", uses=("p",))
    checked = check(small(premise, uses))
    assert [s.verdict for s in checked.steps] == ["assumed", "proved"]
    assert summary([checked])["counts"]["proved"] == 1


def test_contradictory_premises_prove_nothing():
    steps = (Step("p", "given", "n_layers = 1"), Step("q", "given", "n_layers = 2"))
    last = Step("s", "substitute", "d_head = 2*d_head", uses=("p", "q"))
    with pytest.raises(BadInput, match="assumptions must be able to hold together"):
        check(small(*steps, last))


def test_a_claim_is_as_expected_or_the_derivation_does_not_hold():
    given = {"n_layers": 61, "d_latent": 512, "d_rope": 64, "bytes_per_element": 2}
    right = Claim("c", "mla.growth", given, "70.272 KB", "zhao2025")
    assert check(small(claims=(right,))).holds
    wrong = replace(right, printed="70.273 KB")
    checked = check(small(claims=(wrong,)))
    assert checked.claims[0].verdict == "differs"
    assert not checked.holds
    assert check(small(claims=(replace(wrong, expect="differs"),))).holds


def test_a_file_that_is_no_derivation_is_bad_input(tmp_path):
    path = tmp_path / "own.py"
    path.write_text("answer = 42\n")
    with pytest.raises(BadInput, match="must define"):
        load(path)
    path.write_text("1/0\n")
    with pytest.raises(BadInput, match="ZeroDivisionError"):
        load(path)
    with pytest.raises(BadInput, match="is none"):
        load(tmp_path / "missing.py")
    path.write_text("from symkv.derivations import Derivation\nderivation = Derivation('own', 'Own', 'x', (), ())\n")
    assert load(path).name == "own"
