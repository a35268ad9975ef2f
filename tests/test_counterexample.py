"""The search: a false relation falls at a telling point: small, in its domain, under its assumptions."""

import statistics
import time
from fractions import Fraction
from itertools import islice

import pytest
from hypothesis import given, settings
from test_judges import FALSE, TRUE, cases, counts, keyed, relations

from symkv.errors import BadInput, JudgesDisagree
from symkv.formula import Formula, Relation
from symkv.proof import points
from symkv.proof.counterexample import Counterexample, at_point, find, satisfiable
from symkv.proof.evaluator import Check
from symkv.proof.kernel import COUNT, NATURAL, RATIO, WHOLE, Domain
from symkv.proof.region import Region, inside


def found(statement, assume=(), domains=None, tries=300):
    relation, hypotheses = relations(statement, assume)
    domains = {**counts(relation, hypotheses), **(domains or {})}
    point = find(relation, hypotheses, domains, tries=tries)
    if point is not None:
        assert not relation.holds(point.point)
        assert all(hypothesis.holds(point.point) for hypothesis in hypotheses)
        assert all(inside(point.point[name], domains[name]) for name in domains)
    return point


@keyed(FALSE)
def test_a_false_relation_falls_to_the_search_alone(key):
    assert found(*FALSE[key]) is not None


@keyed(TRUE)
def test_a_true_relation_stands_the_search(key):
    assert found(*TRUE[key]) is None


# -- where formulas of this field bend ---------------------------------------------------------------------------------

EDGES = {
    "equal arguments": "min(S, W) != max(S, W)",
    "one above": "min(S, W + 1) + max(S, W + 1) != 2*W + 2",
    "W = S only": "(1 if S = W else 0) = 0",
    "W = S + 1 only": "(1 if S + 1 = W else 0) = 0",
    "W = S - 1 only": "(1 if S - 1 = W else 0) = 0",
    "far apart and equal": "(1 if S = 3*W + 17 else 0) = 0",
    "a multiple only": "mod(S, P) != 0",
    "one above a multiple": "mod(S, P + 5) != 1",
    "one below a multiple": "mod(S, P) != P - 1",
    "a sum that a block divides": "ceil((S + W + 3)/P) != (S + W + 3)/P",
    "a product of counts": "(1 if 2*n_kv*d_h = n_q*d_h else 0) = 0",
    "one at 1": "n + m >= 3",
    "all ones": "a*b*c*d > 1",
    "a threshold": "min(S, 1000000) = S",
    "a threshold from below": "max(S, 131072) = 131072 + max(0, S - 131072 - 1)",
    "at the constant": "S != 123457",
    "above the constant": "(0 if S <= 8191 else 1) = 0",
    "below the constant": "(1 if S = 8191 else 0)*(S - 8192) = 0",
    "true on 1..100": "*".join(f"(n - {i})" for i in range(1, 101)) + " = 0",
    "true on 0..99 and of another sign beyond": "*".join(f"(n - {i})" for i in range(1, 41)) + " <= 0",
    "true at the squares": "floor(n**2/4) = n**2/4",
}


@pytest.mark.parametrize("text", EDGES.values(), ids=EDGES)
def test_what_fails_at_an_edge_only_is_found_there(text):
    assert found(text) is not None


def test_at_101_only():
    assert found(EDGES["true on 1..100"]).point == {"n": 101}


DOMAINS = [
    ("d >= 1", NATURAL, 0),
    ("d*d >= d*d*d", COUNT, 2),
    ("b >= 1/2", RATIO, None),
    ("floor(b) = b", RATIO, None),
    ("b > 0", Domain(False, 0), 0),
    ("k >= 0", WHOLE, -1),
    ("k**3 < 1", WHOLE, 1),
    ("n != 7", Domain(True, 7), 7),
    ("b*b != 2*b", Domain(False, 1, True), 2),
]


@pytest.mark.parametrize(("text", "domain", "value"), DOMAINS)
def test_the_point_lies_in_the_declared_domain(text, domain, value):
    (name,) = Relation.parse(text).names
    point = found(text, domains={name: domain}).point
    assert value is None or point == {name: value}


# -- assumptions -------------------------------------------------------------------------------------------------------

ASSUMED = [
    ("n_q = n_kv", ("n_q = g*n_kv",)),
    ("d_r = d_h", ("2*d_r = d_h",)),
    ("T <= 2*L*n", ("2*L*n*d*b = T",)),
    ("n_heads = g", ("n_heads = g*n_kv_heads", "n_kv_heads >= 2")),
    ("S = k*P", ("S = k*P + r", "r < P")),
    ("mod(S, P) = 0", ("S = k*P + r", "r < P")),
    ("L_g = L", ("L = L_g + L_l", "L_l <= 2")),
    ("n = 4", ("L*n*d = 16", "d = 2")),
    ("a = b", ("a = b + 1",)),
    ("d_c = d_h", ("d_c = 4*d_h", "d_h = 8*k", "k = 3*m")),
    ("S = 3", ("S + W = 10", "S <= W")),
    ("S < 4", ("W = 10 - S", "S <= W")),
    ("n_q = n_kv", ("n_kv divides n_q", "t divides n_kv")),
    ("n_q = n_kv", ("n_q multiple of n_kv", "n_kv >= 3")),
    ("S <= 40", ("mod(S, 7) = 3",)),
    ("floor(S/P) = 0", ("mod(S, P) = 0", "S >= P")),
    ("S = W", ("S <= W", "W <= S + 1")),
    ("S <= 10", ("1000 < S",)),
    ("a < 100", ("a > b", "b > c", "c > 90")),
    ("a*b = 36", ("a**2 = b", "b > 30")),
    ("x != y", ("x*y = 36",)),
    ("a = 2", ("b = a**2", "b != 4")),
    ("g = 5", ("n_q/g = 4", "n_q >= 8")),
]


@pytest.mark.parametrize(("text", "assume"), ASSUMED)
def test_the_point_meets_the_assumptions(text, assume):
    assert found(text, assume) is not None
    relation, hypotheses = relations(text, assume)
    assert satisfiable(hypotheses, counts(relation, hypotheses))


def test_a_rational_symbol_takes_what_is_left_of_an_equation():
    for text in ("b >= 1", "b <= 1", "n_kv != 8"):
        point = found(text, ("n_layers*2*n_kv*d_head*b = 2048",), {"b": RATIO, "n_kv": COUNT})
        assert point is not None, text


@pytest.mark.parametrize("assume", [("n = 0",), ("1 = 2",), ("2*n = 7",), ("mod(2*n, 2) = 1",), ("n < m", "m < n")])
def test_what_can_not_be_met_has_no_counterexample(assume):
    assert found("n = n + 1", assume) is None
    relation, hypotheses = relations("n = n", assume)
    assert not satisfiable(hypotheses, counts(relation, hypotheses), tries=50)


def test_satisfiable_can_ask_for_a_value_of_both_sides():
    assert satisfiable((), {"x": COUNT}, statement=Relation.parse("1/(x - 1) = 0"), tries=10)
    assert not satisfiable((), {"x": COUNT}, statement=Relation.parse("1/(x - x) = 0"), tries=10)


def test_an_irrational_value_is_no_point():
    assert found("sqrt(x) <= 10").point == {"x": 121}
    assert found("sqrt(x)*sqrt(x) = x + 0*sqrt(2)") is None
    assert found("1/(x - x) = 2") is None
    assert found("sqrt(0 - x) = 1") is None


def test_a_division_by_zero_in_a_branch_that_is_not_taken_is_no_matter():
    assert found("(1/(a - b) if a != b else 7) != 7").point == {"a": 1, "b": 1}


def test_a_symbol_without_a_domain_is_refused():
    with pytest.raises(BadInput, match="a symbol must have a domain, x has none"):
        find(Relation.parse("x = 1"), (), {"y": COUNT})


# -- the order of the points, and their size ---------------------------------------------------------------------------


def starts(statement, tries=5):
    relation = Relation.parse(statement)
    region = Region(relation, (), counts(relation))
    return points.starts(region, (relation,), tries)


def test_distinct_primes_come_first_then_edges_then_random_points_the_same_in_every_run():
    tried = list(starts("min(S, W) = S*P"))
    assert tried[:2] == [{"S": 2, "W": 3, "P": 5}, {"S": 5, "W": 3, "P": 2}]
    assert tried[8] == {"S": 1, "W": 1, "P": 1}
    assert tried == list(starts("min(S, W) = S*P"))
    assert tried[-6:-5] != tried[-5:-4]
    assert len(tried) <= 8 + points.MAX_EDGES + 5
    longer = list(starts("min(S, W) = S*P", 8))
    assert longer[: len(tried)] == tried


def test_every_tried_value_fits_its_domain():
    relation = Relation.parse("min(a, b) + ceil(c/d) = sqrt(e)*1000")
    kinds = (COUNT, NATURAL, RATIO, WHOLE, Domain(False, 2))
    region = Region(relation, (), dict(zip("abcde", kinds, strict=True)))
    tried = list(points.starts(region, (relation,), 50))
    assert all(inside(value, region.domains[name]) for start in tried for name, value in start.items())
    assert any(start["d"] < 0 for start in tried)
    assert any(start["b"] == 0 for start in tried)
    assert any(Fraction(start["c"]).denominator > 1 for start in islice(tried, 4))


SMALL = [
    ("a*b*c*d = a*b*c", {"a": 1, "b": 1, "c": 1, "d": 2}),
    ("S + W < 100", None),
    ("S*P <= 5040", None),
    ("ceil(S/P)*P = S", {"S": 1, "P": 2}),
    ("2*L*n_kv*d_h*b = L*n_kv*d_h*b", {"L": 1, "n_kv": 1, "d_h": 1, "b": 1}),
]


@pytest.mark.parametrize(("text", "point"), SMALL)
def test_a_counterexample_is_made_small_in_every_name(text, point):
    small = found(text)
    assert point is None or small.point == point
    relation = Relation.parse(text)
    for name, value in small.point.items():
        assert value == 1 or relation.holds({**small.point, name: value - 1})


def test_a_rational_counterexample_is_made_simple():
    assert found("b*b = b", domains={"b": RATIO}).point == {"b": 2}
    assert found("floor(b) = b", domains={"b": RATIO}).point == {"b": Fraction(1, 2)}


# -- a point that somebody else proposes -------------------------------------------------------------------------------

PROPOSED = [
    ({"S": 17, "P": 16, "k": 1}, True),
    ({"S": 16, "P": 16, "k": 1}, False),  # the relation is true there
    ({"S": 0, "P": 16, "k": 1}, False),  # outside the domain
    ({"S": Fraction(35, 2), "P": 16, "k": 1}, False),
    ({"S": 17, "P": 16, "k": 100}, False),  # an assumption is not met
    ({"S": 17, "P": 16}, False),  # a name is missing
]


@pytest.mark.parametrize(("point", "counts_as_one"), PROPOSED)
def test_a_proposed_point_is_evaluated_again(point, counts_as_one):
    relation, hypotheses = relations("ceil(S/P)*P = S", ("k <= S",))
    answer = at_point(relation, hypotheses, counts(relation, hypotheses), point)
    assert (answer is not None) == counts_as_one
    assert answer is None or answer.point == {"S": 1, "P": 2, "k": 1}


def test_a_proposed_point_that_no_start_leads_to_is_taken_as_it_is():
    relation, hypotheses = relations("a = 0", ("a*d = mod(d, 3)",))
    point = {"a": 5, "d": 0}
    assert at_point(relation, hypotheses, {"a": NATURAL, "d": NATURAL}, point).point == point


# -- two evaluators ----------------------------------------------------------------------------------------------------


@settings(max_examples=300)
@given(cases())
def test_two_evaluators_give_the_same_values(case):
    statement, _, kinds = case
    domains = dict(zip("abc", kinds, strict=True))
    check = Check(statement)
    for start in islice(points.starts(Region(statement, (), domains), (statement,), 5), 0, None, 5):
        point = {name: start.get(name, 1) for name in "abc"}
        try:
            values = check.left(point), check.right(point), check.holds(point)
        except ArithmeticError:
            with pytest.raises(BadInput):
                statement.holds(point)
        else:
            assert values == (statement.lhs.evaluate(point), statement.rhs.evaluate(point), statement.holds(point))


def test_a_long_sum_is_evaluated_without_recursion():
    text = " + ".join(["n"] * 900)
    assert found(f"{text} = 900*n") is None
    assert found(f"{text} = 901*n").point == {"n": 1}


def test_evaluators_that_disagree_are_an_error(monkeypatch):
    monkeypatch.setattr(Formula, "evaluate", lambda self, values: 7)
    with pytest.raises(JudgesDisagree, match="two evaluators disagree on a = a"):
        found("a = a + 1")


# -- what is shown -----------------------------------------------------------------------------------------------------


def test_a_counterexample_shows_the_point_both_sides_and_their_difference():
    point = found("n_layers*d_head = n_layers*2*d_head")
    assert str(point) == "n_layers = 1, d_head = 1: left 1, right 2, difference -1"
    assert (point.lhs, point.rhs, point.difference) == (1, 2, -1)
    assert str(found("n_kv divides n_q")) == "n_kv = 2, n_q = 1: left 2, right 1"
    assert str(found("1/2 = 1/3")) == "always: left 1/2, right 1/3, difference 1/6"
    assert (
        str(Counterexample({"b": Fraction(9, 16)}, Fraction(9, 16), 1))
        == "b = 9/16: left 9/16, right 1, difference -7/16"
    )


def test_a_counterexample_names_what_its_assumptions_need():
    point = found("d_c = d_h", ("d_c = 4*d_h", "d_h = 8*k"))
    assert list(point.point) == ["d_c", "d_h", "k"]


def test_huge_values_are_shown_by_their_length():
    point = Counterexample({"n": 10**70}, 10**140, 10**70)
    assert str(point).startswith("n = a number of 71 digits: left a number of 141 digits")


# -- speed -------------------------------------------------------------------------------------------------------------


def best(relation, hypotheses):
    domains = counts(relation, hypotheses)
    times = []
    for _ in range(3):
        start = time.perf_counter()
        find(relation, hypotheses, domains, tries=300)
        times.append(time.perf_counter() - start)
    return min(times)


def test_a_false_relation_falls_in_a_millisecond_and_a_true_one_stands_a_few():
    false = [best(*relations(*case)) for case in FALSE.values()]
    true = [best(*relations(*case)) for case in list(TRUE.values())[::4]]
    assert statistics.median(false) < 0.001
    assert statistics.median(true) < 0.02
