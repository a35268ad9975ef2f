"""Judges, counterexamples and rules: a yes has two judges, a no has a point, and neither stands for the other."""

from fractions import Fraction

import pytest

from symkv.errors import BadInput
from symkv.formula import Relation
from symkv.proof.counterexample import find
from symkv.proof.judges import ask_sympy, ask_z3, domains_for, judge
from symkv.proof.kernel import COUNT, NATURAL, RATIO

TRUE = [
    ("2*L*n_kv*d_h*b = L*(2*n_kv*d_h)*b", ()),
    ("(2*L*g*d_h*b)/(2*L*n_q*d_h*b) = g/n_q", ()),
    ("L*(d_c + d_r)*b = (9/4)*(2*L*d_h*b)", ("d_c = 4*d_h", "2*d_r = d_h")),
    ("min(S, W) + max(S, W) = S + W", ()),
    ("min(S, W) = S", ("S <= W",)),
    ("2*n*d*b*(L_g*S + L_l*min(S, W)) = 2*n*d*b*(L*S - L_l*(S - min(S, W)))", ("L = L_g + L_l",)),
    ("min(S, W) <= S", ()),
    ("n_kv = T/(2*L*d_h*b)", ("2*L*n_kv*d_h*b = T",)),
    ("S - max(0, S - W) = min(S, W)", ()),
]
FALSE = [
    ("2*L*n_kv*d_h*b = L*n_kv*d_h*b", ()),
    ("L*(d_c + d_r)*b = (9/4)*(2*L*d_h*b)", ("d_c = 4*d_h", "d_r = d_h")),
    ("ceil(S/P)*P = S", ()),
    ("ceil(S/P) = floor(S/P) + 1", ()),
    ("min(S, W) = S", ()),
    ("min(S, 1000000) = S", ()),
    ("(S if S <= W else W) = max(S, W)", ()),
    ("floor(n_q/(n_kv + 1)) = g", ("n_q = g*n_kv",)),
    ("L = T/(2*n_kv*d_h)", ("2*L*n_kv*d_h*b = T",)),
    ("max(1, n_kv/t) = ceil(n_kv/t)", ()),
]


def relations(statement, assume):
    return Relation.parse(statement), tuple(map(Relation.parse, assume))


@pytest.mark.parametrize(("statement", "assume"), TRUE)
def test_a_true_identity_is_proved_by_the_kernel_and_a_second_judge(statement, assume):
    verdict = judge(*relations(statement, assume))
    assert verdict.verdict == "proved"
    assert verdict.judges[0] == "kernel"
    assert len(verdict.judges) == 2
    assert verdict.conditions == ()


@pytest.mark.parametrize(("statement", "assume"), FALSE)
def test_a_false_identity_is_refuted_at_a_whole_point_of_the_domain(statement, assume):
    relation, hypotheses = relations(statement, assume)
    verdict = judge(relation, hypotheses)
    assert verdict.verdict == "refuted"
    point = verdict.counterexample.point
    assert all(Fraction(value).denominator == 1 and value >= 1 for value in point.values())
    assert relation.lhs.evaluate(point) == verdict.counterexample.lhs != verdict.counterexample.rhs


@pytest.mark.parametrize(("statement", "assume"), FALSE)
def test_no_judge_says_yes_to_a_false_identity(statement, assume):
    relation, hypotheses = relations(statement, assume)
    domains = domains_for((relation, *hypotheses))
    assert ask_z3(relation, hypotheses, domains) != "yes"
    assert not ask_sympy(relation, hypotheses)


def test_z3_alone_is_checked_not_proved():
    verdict = judge(Relation.parse("floor(L/2) + ceil(L/2) = L"))
    assert (verdict.verdict, verdict.judges) == ("checked", ("z3",))


def test_a_cancelled_denominator_is_a_printed_condition():
    assert judge(Relation.parse("(x**2 - 1)/(x - 1) = x + 1")).conditions == ("x - 1 != 0",)
    assert judge(Relation.parse("(x**2 + x)/(x + 1) = x")).conditions == ()


@pytest.mark.parametrize("assume", ["L = 0", "1 = 2", "L < 1"])
def test_nothing_is_proved_from_a_contradiction(assume):
    with pytest.raises(BadInput, match="assumptions must be able to hold together"):
        judge(Relation.parse("L = 2*L"), (Relation.parse(assume),))
    assert judge(Relation.parse("L = L"), (Relation.parse("L = 3"),)).verdict == "proved"


def test_a_difference_at_101_only_is_found_although_100_points_agree():
    relation = Relation.parse("max(n, 100) - max(n, 101) = min(n, 100) - min(n, 101) + (-1 if n <= 100 else 0)")
    assert judge(relation).verdict == "refuted" or find(relation, (), {"n": COUNT}) is not None


def test_a_counterexample_meets_the_assumptions_and_lies_in_the_domain():
    statement, assume = relations("d_rope = 0", ("d_latent = 2*d_rope + 4",))
    found = find(statement, assume, {"d_rope": NATURAL, "d_latent": COUNT})
    assert found is not None
    assert found.point["d_rope"] >= 1
    half = find(Relation.parse("floor(b) = b"), (), {"b": RATIO})
    assert half is not None
    assert Fraction(half.point["b"]).denominator > 1
