"""Mutation: every edit of a true statement is refuted at a point, or proved to be still true; none slips through."""

import ast
from fractions import Fraction

import pytest

from symkv.derivations import Obligation, named, obligations
from symkv.formula import Formula, Relation
from symkv.proof.collect import domain_of
from symkv.proof.edits import OPERATORS, kind, sites
from symkv.proof.limits import judge_limit
from symkv.proof.mutate import DROPPED, VERDICTS, judged, mutants, mutate, summary

STEPS = {
    "product": ("2*n_layers*n_kv_heads*d_head*b = n_layers*(2*n_kv_heads*d_head)*b", ()),
    "window": ("L_g*S + L_l*min(S, W) = L*S - L_l*(S - min(S, W))", ("L = L_g + L_l",)),
    "full": ("min(n_tokens, window) = window", ("n_tokens >= window",)),
    "pages": ("ceil(S/P)*P = S", ("P divides S",)),
    "remainder": ("floor(S/P)*P + mod(S, P) = S", ()),
    "condition": ("(S if S <= W else W) = min(S, W)", ()),
    "kilo": ("(1000*a)/(1024*c) = (125/128)*(a/c)", ()),
    "power": ("(a - c)*(a + c) = a**2 - c**2", ()),
    "below": ("min(S, W) <= S", ()),
}


def step(name):
    text, conditions = STEPS[name]
    statement, where = Relation.parse(text), tuple(map(Relation.parse, conditions))
    names = [n for relation in (statement, *where) for n in relation.names]
    domains = {n: domain_of(n) for n in names}
    return Obligation("test", name, "given", statement, where, domains, where)


ALL = [(name, mutant) for name in STEPS for mutant in mutants(step(name))]


def one(text, operator):
    """The mutants of one operator that a formula gives, as texts."""
    tree = Formula.parse(text).tree
    names = tuple((n, domain_of(n)) for n in sorted(Formula(tree).names))
    return [str(Formula(site.replaced(new))) for site in sites(tree) for new in OPERATORS[operator](site, names)]


@pytest.mark.parametrize(
    ("operator", "text", "expected"),
    [
        ("lost factor 2", "2*L*d", ["L*d"]),
        ("lost factor 2", "3*L*d", []),
        ("query heads for KV heads", "n_kv_heads*n_heads", ["n_heads*n_heads", "n_kv_heads*n_kv_heads"]),
        ("1000 for 1024", "1024*a + 1000", ["1000*a + 1000", "1024*a + 1024"]),
        ("layer split off by one", "L_g*a", ["(L_g - 1)*a", "(L_g + 1)*a"]),
        ("min for max", "min(a, max(c, 1))", ["max(a, max(c, 1))", "min(a, min(c, 1))"]),
        ("ceil for floor", "ceil(a/2) + floor(a)", ["floor(a/2) + floor(a)", "ceil(a/2) + ceil(a)"]),
        ("<= for <", "a if a < c else 1", ["a if a <= c else 1"]),
        ("constant + 1", "2*a + 0", ["3*a + 0", "2*a + 1"]),
        ("constant - 1", "2*a + 0", ["1*a + 0", "2*a + -1"]),
        ("factor dropped", "a*c/d", ["a*c", "a/d", "c/d"]),
        ("+ for x", "a*c + d", ["a + c + d"]),
        ("x for +", "a*c + d", ["a*c*d"]),
        ("operands swapped", "a/c - mod(d, 2)", ["mod(d, 2) - a/c", "c/a - mod(d, 2)", "a/c - mod(2, d)"]),
        ("sign flipped", "a + c", ["a - c", "-(a + c)", "-a + c", "a + -c"]),
        ("sign flipped", "-a", ["a", "--a"]),
        ("exponent + 1", "a**2*c", ["a**3*c", "(a**2)**2*c", "a**2*c**2"]),
        ("exponent - 1", "a**2*c", ["a**1*c", "(a**0)**2*c", "a**2*c**0"]),
        ("another symbol", "a*c", ["c*c", "a*a"]),
        ("times 2", "a*c", ["2*(a*c)"]),
        ("halved", "a + c*d", ["(a + c*d)/2", "a/2 + c*d", "a + c*d/2"]),
    ],
)
def test_an_operator_edits_what_it_names_everywhere_and_nothing_else(operator, text, expected):
    assert one(text, operator) == expected


def test_a_symbol_is_exchanged_only_for_one_of_the_same_domain():
    assert one("n_layers*bytes_per_element", "another symbol") == []
    assert one("n_layers*d_head", "another symbol") == ["d_head*d_head", "n_layers*n_layers"]


def test_every_operator_has_a_mutant_among_the_steps():
    assert {mutant.operator for _, mutant in ALL} == {*OPERATORS, DROPPED}


@pytest.mark.parametrize("name", STEPS)
def test_mutants_come_in_the_same_order_none_twice_and_none_is_the_step_itself(name):
    found = mutants(step(name))
    keys = [(m.statement.text, *(r.text for r in m.assume)) for m in found]
    assert keys == [(m.statement.text, *(r.text for r in m.assume)) for m in mutants(step(name))]
    assert len(set(keys)) == len(keys)
    assert (step(name).statement.text, *(r.text for r in step(name).hypotheses)) not in keys


def test_every_mutant_is_a_statement_of_the_language():
    for _, mutant in ALL:
        for relation in (mutant.statement, *mutant.assume):
            again = Relation.parse(relation.text)
            assert again.text == relation.text
            assert ast.dump(again.lhs.tree) == ast.dump(relation.lhs.tree)


def test_a_dropped_side_condition_is_dropped_once_and_nothing_else_changes():
    dropped = [m for m in mutants(step("full")) if m.operator == DROPPED]
    assert [(m.statement.text, m.assume, m.branching) for m in dropped] == [(STEPS["full"][0], (), True)]
    assert not [m for m in mutants(step("below")) if m.operator == DROPPED]


@pytest.mark.parametrize("name", STEPS)
def test_a_mutant_is_refuted_at_a_point_that_a_second_reading_finds_false_or_proved_still_true(name):
    for result in mutate([step(name)]):
        assert result.verdict in ("refuted", "equivalent", "refused")
        if result.verdict == "refuted":
            point = result.counterexample.point
            assert not result.mutant.statement.holds(point)
            assert all(Fraction(value).denominator == 1 and value >= 1 for value in point.values())
        elif result.verdict == "equivalent":
            small = [(a, c) for a in range(1, 9) for c in range(1, 9)]
            names = result.mutant.statement.names
            for values in small if len(names) == 2 and not result.mutant.assume else ():
                assert result.mutant.statement.holds(dict(zip(names, values, strict=True)))


def test_a_step_that_is_true_has_a_valid_twin_for_each_refuted_mutant():
    for name in STEPS:
        whole = next(m for m in mutants(step(name)))
        same = type(whole)("none", "none", "", "left", step(name).statement, step(name).hypotheses)
        assert judged(step(name), same).verdict == "equivalent"


def test_a_mutant_that_states_nothing_is_refused_and_no_counterexample():
    refused = [r for r in mutate([step("full")]) if r.verdict == "refused"]
    assert refused
    assert all(result.counterexample is None and result.why for result in refused)
    assert {str(r.mutant.assume[0]) for r in refused} == {"-n_tokens >= window"}


def test_the_summary_counts_every_mutant_once_in_its_table():
    results = mutate([step("kilo"), step("below")])
    found = summary(results)
    assert sum(found[verdict] for verdict in VERDICTS) == len(found["mutants"]) == len(results)
    assert sum(cell["count"] for cell in found["table"]) == len(results)
    assert found["survived"] == 0
    assert found["exit_status"] == 0
    assert all((row["counterexample"] is not None) == (row["verdict"] == "refuted") for row in found["mutants"])


def test_no_mutant_of_a_shipped_derivation_survives():
    names = ("catalogue", "counting", "two_kilobytes", "roofline", "capacity", "sharing", "stored_and_read")
    duties = [duty for name in names for duty in obligations(named(name)) if not duty.over]
    found = summary(mutate(duties[:: len(duties) // 16]))  # the self-test takes more, `symkv mutate NAME` all of one
    survivors = [row for row in found["mutants"] if row["verdict"] == "survived"]
    assert survivors == []
    assert found["refuted"] > 10 * found["refused"]


@pytest.mark.parametrize(
    ("text", "over", "verdict"),
    [
        ("rows/(1 - n_tokens/crossover) = rows", "crossover", "proved"),
        ("rows/(0 - n_tokens/crossover) = rows", "crossover", "refuted"),
        ("rows*crossover/(n_tokens - crossover) = rows", "crossover", "refuted"),
        ("crossover/(1 - n_tokens/crossover) = rows", "crossover", "refuted"),
        ("rows/(1 + n_tokens) = rows", "crossover", "refuted"),
        ("n_tokens/(n_tokens + min(2*n_tokens, window)) = 1", "n_tokens", "proved"),
    ],
)
def test_a_wrong_limit_is_refuted_even_where_there_is_none(text, over, verdict):
    found = judge_limit(Relation.parse(text), over)
    assert found.verdict == verdict
    assert (found.counterexample is not None) == (verdict == "refuted")


@pytest.mark.parametrize(
    ("text", "word"), [("-a", "negative"), ("a**2", "power"), ("mod(a, 2)", "mod"), ("a - 1", "difference")]
)
def test_a_node_has_one_kind(text, word):
    assert kind(Formula.parse(text).tree) == word
