"""Every rule brings a check of its own: a valid step passes it, and a step that only looks like one does not."""

import re
from dataclasses import replace

import pytest

from symkv.derivations import Derivation, Step, check
from symkv.errors import BadInput
from symkv.proof.rules import RULES, rule
from symkv.symbols import Symbol

SYMBOLS = (
    "n_layers n_heads n_kv_heads d_head n_tokens window block_size bytes_per_token bytes_per_element batch".split()
)
C0 = Symbol("best_chunk", "c_0", "the best chunk", "tokens", "positive rational")
C = Symbol("any_chunk", "c", "any chunk", "tokens", "positive rational")


def derived(*steps, **more):
    return Derivation("small", "Small", "A test.", (*SYMBOLS, C0, C), tuple(steps), **more)


GIVEN = Step("g", "given", "bytes_per_token = 2*n_layers*d_head*n_kv_heads*bytes_per_element")
LESS = Step("g", "given", "2*n_kv_heads <= n_heads")
# rule: (a step that holds, with what stands before it; one that is false; one that breaks the shape, and the complaint)
CASES = {
    "define": (
        [Step("s", "define", "bytes_per_token = 2*d_head")],
        None,
        [Step("s", "define", "2*d_head = bytes_per_token")],
        "symbol = formula",
    ),
    "given": ([GIVEN], None, [Step("s", "given", "n_layers")], "a relation must have"),
    "built": (
        [Step("s", "built", "bytes_per_token = 2*n_layers*d_head*n_kv_heads*bytes_per_element", uses=("gqa.growth",))],
        [Step("s", "built", "bytes_per_token = n_layers*d_head*n_kv_heads*bytes_per_element", uses=("gqa.growth",))],
        [Step("s", "built", "bytes_per_token = d_head")],
        "name one catalogue quantity",
    ),
    "substitute": (
        [
            GIVEN,
            Step("s", "substitute", "bytes_per_token/n_layers = 2*d_head*n_kv_heads*bytes_per_element", uses=("g",)),
        ],
        [GIVEN, Step("s", "substitute", "bytes_per_token/n_layers = d_head*n_kv_heads*bytes_per_element", uses=("g",))],
        [Step("s", "substitute", "d_head = d_head", uses=("later",))],
        "earlier steps",
    ),
    "expand": (
        [Step("s", "expand", "(n_layers + 1)*d_head = n_layers*d_head + d_head")],
        [Step("s", "expand", "(n_layers + 1)*d_head = n_layers*d_head + 1")],
        [Step("s", "expand", "n_layers*d_head + d_head = (n_layers + 1)*d_head")],
        "no product of sums",
    ),
    "collect": (
        [Step("s", "collect", "d_head + d_head = 2*d_head")],
        [Step("s", "collect", "d_head + d_head = 3*d_head")],
        [Step("s", "collect", "d_head <= 2*d_head")],
        "must state an equation",
    ),
    "cancel": (
        [Step("s", "cancel", "n_layers*d_head/n_layers = d_head")],
        [Step("s", "cancel", "n_layers*d_head/n_layers = n_layers")],
        [Step("s", "cancel", "n_layers*d_head = d_head*n_layers")],
        "with a quotient",
    ),
    "multiply_both": (
        [LESS, Step("s", "multiply_both", "2*n_kv_heads*d_head <= n_heads*d_head", uses=("g",), by="d_head")],
        [LESS, Step("s", "multiply_both", "2*n_kv_heads*d_head <= n_heads*window", uses=("g",), by="d_head")],
        [LESS, Step("s", "multiply_both", "2*n_kv_heads*d_head <= n_heads*d_head", uses=("g",))],
        "must say in `by`",
    ),
    "divide_both": (
        [
            GIVEN,
            Step(
                "s",
                "divide_both",
                "bytes_per_token/d_head = 2*n_layers*n_kv_heads*bytes_per_element",
                uses=("g",),
                by="d_head",
            ),
        ],
        [
            GIVEN,
            Step(
                "s",
                "divide_both",
                "bytes_per_token/d_head = n_layers*n_kv_heads*bytes_per_element",
                uses=("g",),
                by="d_head",
            ),
        ],
        [Step("s", "divide_both", "d_head/2 = d_head/2", by="2")],
        "must use one earlier relation",
    ),
    "solve_for": (
        [
            GIVEN,
            Step("s", "solve_for", "n_layers = bytes_per_token/(2*d_head*n_kv_heads*bytes_per_element)", uses=("g",)),
        ],
        [
            GIVEN,
            Step("s", "solve_for", "n_layers = bytes_per_token/(d_head*n_kv_heads*bytes_per_element)", uses=("g",)),
        ],
        [GIVEN, Step("s", "solve_for", "window = window + 0*d_head", uses=("g",))],
        "symbol = formula",
    ),
    "specialise": (
        [Step("s", "specialise", "2*d_head = 256", where=("d_head = 128",))],
        [Step("s", "specialise", "2*d_head = 255", where=("d_head = 128",))],
        [Step("s", "specialise", "2*d_head = 2*d_head")],
        "must say in `where`",
    ),
    "cases": (
        [Step("s", "cases", "min(n_tokens, window) + max(n_tokens, window) = n_tokens + window")],
        [Step("s", "cases", "min(n_tokens, window) = window")],
        [Step("s", "cases", "n_tokens = n_tokens")],
        "must hold a min",
    ),
    "bound": (
        [Step("s", "bound", "min(n_tokens, window) <= window")],
        [Step("s", "bound", "min(n_tokens, window) < window")],
        [Step("s", "bound", "min(n_tokens, window) = window")],
        "must state an inequality",
    ),
    "divisible": (
        [Step("s", "divisible", "n_kv_heads divides 2*n_heads", where=("n_kv_heads divides n_heads",))],
        [Step("s", "divisible", "n_kv_heads divides 2*n_heads")],
        [Step("s", "divisible", "n_kv_heads <= n_heads")],
        "one number divides another",
    ),
    "round_up": (
        [Step("s", "round_up", "ceil(n_tokens/block_size)*block_size >= n_tokens")],
        [Step("s", "round_up", "ceil(n_tokens/block_size)*block_size = n_tokens")],
        [Step("s", "round_up", "n_tokens/block_size >= 0")],
        "must round with ceil or floor",
    ),
    "limit": (
        [Step("s", "limit", "(2*n_tokens + min(n_tokens, window))/n_tokens = 2", over="n_tokens")],
        [Step("s", "limit", "(2*n_tokens + min(n_tokens, window))/n_tokens = 3", over="n_tokens")],
        [Step("s", "limit", "2*n_tokens/n_tokens = 2")],
        "must say in `over`",
    ),
    "optimum": (
        [
            Step(
                "s",
                "optimum",
                "n_tokens/any_chunk + block_size*any_chunk >= n_tokens/best_chunk + block_size*best_chunk",
                where=("best_chunk > 0", "block_size*best_chunk**2 = n_tokens"),
            )
        ],
        [
            Step(
                "s",
                "optimum",
                "n_tokens/any_chunk + block_size*any_chunk <= n_tokens/best_chunk + block_size*best_chunk",
                where=("best_chunk > 0", "block_size*best_chunk**2 = n_tokens"),
            )
        ],
        [Step("s", "optimum", "n_tokens/any_chunk >= 0", where=("any_chunk >= 1",))],
        "must give the optimum",
    ),
    "convert": (
        [Step("s", "convert", "1024*bytes_per_token/1024 = bytes_per_token", units=("1024 = byte/KiB",))],
        [Step("s", "convert", "1024*bytes_per_token/1000 = bytes_per_token")],
        [Step("s", "convert", "bytes_per_token <= 1")],
        "must state an equation",
    ),
}


def test_every_rule_is_tried():
    assert set(CASES) == set(RULES)


@pytest.mark.parametrize("name", CASES)
def test_a_step_that_keeps_its_rule_is_proved(name):
    steps = CASES[name][0]
    checked = check(derived(*steps)).steps[-1]
    assert checked.step.rule == name
    if RULES[name].kind == "premise":
        assert (checked.verdict, checked.judges) == ("assumed", ())
    else:
        assert checked.verdict == "proved", checked
        assert len(checked.judges) >= 2, checked


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case[1]])
def test_a_false_step_is_refuted_at_a_point(name):
    checked = check(derived(*CASES[name][1])).steps[-1]
    assert checked.step.rule == name
    assert checked.verdict == "refuted", checked
    assert checked.counterexample


@pytest.mark.parametrize("name", CASES)
def test_a_step_that_breaks_the_shape_of_its_rule_is_bad_input(name):
    with pytest.raises(BadInput, match=re.escape(CASES[name][3])):
        check(derived(*CASES[name][2]))


def test_an_unknown_rule_is_an_error_that_lists_the_rules():
    with pytest.raises(BadInput, match="a rule must be one of given, define"):
        rule("magic")
    assert rule("cases") is RULES["cases"]


def test_both_sides_are_divided_by_what_is_not_zero_only():
    equal = Step("g", "given", "n_layers*window = n_layers*window")
    by = Step(
        "s", "divide_both", "n_layers*window/(n_layers - window) = n_layers*window/(n_layers - window)", uses=("g",)
    )
    checked = check(derived(equal, replace(by, by="n_layers - window"))).steps[-1]
    assert checked.verdict == "refuted"
    condition = replace(by, by="n_layers - window", where=("n_layers > window",))
    assert check(derived(equal, condition)).steps[-1].verdict == "proved"


def test_an_inequality_is_multiplied_by_what_is_positive_only():
    step = Step("s", "multiply_both", "2*n_kv_heads*(n_layers - window) <= n_heads*(n_layers - window)", uses=("g",))
    assert check(derived(LESS, replace(step, by="n_layers - window"))).steps[-1].verdict == "refuted"
    held = replace(step, by="n_layers - window", where=("n_layers > window",))
    assert check(derived(LESS, held)).steps[-1].verdict == "proved"


def test_a_solution_that_does_not_solve_the_equation_is_no_solution():
    equation = Step("g", "given", "n_layers*n_layers = 4*n_layers")
    right = Step("s", "solve_for", "n_layers = 4", uses=("g",))
    assert check(derived(equation, right)).steps[-1].verdict == "proved"
    unrelated = Step("s", "solve_for", "window = 4", uses=("g",))
    with pytest.raises(BadInput, match="must use an equation that names window"):
        check(derived(equation, unrelated))


def test_a_limit_is_no_equation_that_a_later_step_can_use():
    limit = Step("l", "limit", "(2*n_tokens + window)/n_tokens = 2", over="n_tokens")
    uses = Step("s", "substitute", "2*n_tokens + window = 2*n_tokens", uses=("l",))
    with pytest.raises(BadInput, match="a limit is no equation"):
        check(derived(limit, uses))


def test_a_limit_that_an_assumption_ties_is_refused():
    step = Step("l", "limit", "window/n_tokens = 0", over="n_tokens")
    assert check(derived(step)).steps[0].verdict == "proved"
    with pytest.raises(BadInput, match="a limit needs a free n_tokens"):
        check(derived(replace(step, where=("n_tokens <= 4096",))))


def test_a_wrong_limit_is_refuted_with_the_right_one_in_words():
    step = Step("l", "limit", "ceil(n_tokens/block_size)/n_tokens = 1", over="n_tokens")
    checked = check(derived(step)).steps[0]
    assert checked.verdict == "refuted"
    assert checked.detail == "the left side tends to 1/block_size"


def test_conditions_of_a_proof_travel_with_what_rests_on_it():
    first = Step("one", "cancel", "(n_layers**2 - window**2)/(n_layers - window) = n_layers + window")
    second = Step(
        "two", "substitute", "(n_layers**2 - window**2)/(n_layers - window) - window = n_layers", uses=("one",)
    )
    checked = check(derived(first, second))
    assert [s.verdict for s in checked.steps] == ["proved", "proved"]
    assert checked.steps[0].conditions == ("n_layers - window != 0",)
    clash = Step("three", "specialise", "n_layers = n_layers", uses=("one",), where=("n_layers = window",))
    with pytest.raises(BadInput, match=r"divide by zero|hold together"):
        check(derived(first, clash))


UNITS = [
    (Step("s", "given", "bytes_per_token = 2*n_layers*d_head*n_kv_heads*bytes_per_element"), None),
    (Step("s", "given", "bytes_per_token = 2*n_layers*d_head*bytes_per_element"), "both sides must have one unit"),
    (Step("s", "cases", "min(n_tokens, window) <= window"), None),
    (Step("s", "collect", "n_tokens + d_head = d_head + n_tokens"), "must have one unit"),
]


@pytest.mark.parametrize(("step", "problem"), UNITS)
def test_units_must_fit_where_a_derivation_names_them_and_are_noted_elsewhere(step, problem):
    if problem is None:
        assert check(derived(replace(step, rule="given"), units="named")).steps[0].detail == ""
        return
    with pytest.raises(BadInput, match=problem):
        check(derived(step, units="named"))
    assert problem in check(derived(step)).steps[0].detail
