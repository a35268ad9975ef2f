"""`symkv.prove`: strings or sympy expressions in, a verdict of the design out."""

from fractions import Fraction

import pytest
import sympy

import symkv
from symkv.errors import BadInput

PROVED = [
    (("min(S, W) <= S",), {}),
    (("L*2*n*d*b", "2*L*n*d*b"), {}),
    (("ceil(S/P)*P", "S"), {"where": ["S = k*P"]}),
    (("ceil(ceil(S/P)/k)", "ceil(S/(P*k))"), {}),
    (("n_heads/n_kv_heads", "g"), {"where": ["n_heads = g*n_kv_heads", "n_tokens >= 1"]}),
    (("b*ceil(S/P)*P >= b*S",), {"domains": {"b": "positive rational"}}),
    (("floor(x)", "x"), {"domains": {"x": "integer"}}),
    (("n divides 2*m",), {"where": ["n divides m"]}),
]
REFUTED = [
    (("min(S, W)", "S"), {}),
    (("2*L*n*d", "L*n*d"), {}),
    (("floor(x)", "x"), {"domains": {"x": "rational"}}),
    (("x >= 1",), {"domains": {"x": "nonnegative integer"}}),
    (("sqrt(x**2)", "x"), {"domains": {"x": "integer"}}),
    (("S < W",), {}),
]


@pytest.mark.parametrize(("arguments", "more"), PROVED)
def test_a_true_statement_is_proved_by_two_judges(arguments, more):
    found = symkv.prove(*arguments, **more)
    assert found.verdict == "proved", found
    assert len(found.judges) >= 2
    assert found.counterexample is None


@pytest.mark.parametrize(("arguments", "more"), REFUTED)
def test_a_false_statement_is_refuted_at_a_point_where_it_is_false(arguments, more):
    found = symkv.prove(*arguments, **more)
    assert found.verdict == "refuted", found
    point = {name: Fraction(value) for name, value in found.counterexample.point.items()}
    assert set(point) == set(found.statement.names)
    assert not found.statement.holds(point)


def test_sympy_expressions_are_taken_as_they_are():
    size, window, block = sympy.symbols("S W P", integer=True, positive=True)
    assert symkv.prove(sympy.Min(size, window) + sympy.Max(size, window), size + window).verdict == "proved"
    assert symkv.prove(sympy.ceiling(size / block) * block, "ceil(S/P)*P").verdict == "proved"
    assert symkv.prove(sympy.Le(sympy.Min(size, window), size)).verdict == "proved"
    assert symkv.prove(2 * size, size).verdict == "refuted"
    assert symkv.prove(size * window / window, size, where=[sympy.Gt(window, 3)]).verdict == "proved"


def test_a_piecewise_of_sympy_is_read_as_the_cases_that_it_says():
    size, window, block = sympy.symbols("S W P", integer=True, positive=True)
    cases = sympy.Piecewise((size, size < window), (window, True))
    assert symkv.prove(cases, sympy.Min(size, window)).verdict == "proved"
    assert symkv.prove(cases, sympy.Max(size, window)).verdict == "refuted"
    three = sympy.Piecewise((1, sympy.Eq(size, 1)), (window, size <= 3), (block, True))
    assert str(symkv.prove(three, "W").statement.lhs) == "1 if S = 1 else W if S <= 3 else P"
    for wrong in (sympy.Piecewise((size, size < window)), sympy.Piecewise((1, (size < 2) & (window < 2)), (2, True))):
        with pytest.raises(BadInput, match="a Piecewise must"):
            symkv.prove(wrong, "S")


@pytest.mark.parametrize("hostile", ["x}\\input{/etc/passwd}{", "a b", "__import__('os')", "x\u200b", "if"])
def test_a_hostile_sympy_name_is_refused(hostile):
    with pytest.raises(BadInput, match="name"):
        symkv.prove(sympy.Symbol(hostile), "x")
    assert symkv.prove(sympy.Symbol("x"), "x").verdict == "proved"


def test_a_denominator_that_may_vanish_is_a_condition_of_the_answer():
    found = symkv.prove("(x**2 - 1)/(x - 1)", "x + 1")
    assert (found.verdict, found.conditions) == ("proved", ("x - 1 != 0",))
    assert symkv.prove("(x**2 - 1)/(x - 1)", "x + 1", where=["x != 1"]).conditions == ()


BAD = [
    (("x", "x"), {"domains": {"x": "complex"}}, "a domain must be one of"),
    (("x", "x"), {"domains": {"y": "integer"}}, "must be of a symbol in the statement"),
    (("x = y", "x"), {}, "relation"),
    (("x",), {}, "a relation must have"),
    (("x", 0.5), {}, "exact"),
    (("x", "x"), {"where": ["x = 0"]}, "hold together"),
    (("x", "x"), {"where": ["1 = 2"]}, "hold together"),
    (("x", "os.system('ls')"), {}, "not part of a formula"),
    (("x", "sin(x)"), {}, "not a function"),
    (("x", sympy.sin(sympy.Symbol("x"))), {}, "can't hold"),
    (("x", sympy.Float("0.5")), {}, "can't hold"),
]


@pytest.mark.parametrize(("arguments", "more", "problem"), BAD)
def test_what_is_no_question_is_refused_in_one_line(arguments, more, problem):
    with pytest.raises(BadInput, match=problem) as caught:
        symkv.prove(*arguments, **more)
    assert "\n" not in str(caught.value)


def test_a_verdict_prints_and_displays_but_has_no_truth_value():
    found = symkv.prove("min(S, W)", "S")
    assert str(found).startswith("refuted (")
    assert "S, W positive integer" in str(found)
    assert "false at S = 2, W = 1: left 1, right 2" in str(found)
    assert r"\min" in found._repr_latex_()
    assert "<strong>refuted" in found._repr_html_()
    assert "<math" in symkv.prove("min(S, W) <= S")._repr_html_()
    with pytest.raises(BadInput, match="not two"):
        bool(found)


def test_the_package_has_no_other_public_names():
    assert symkv.__all__ == ["explain", "from_config", "prove"]
    with pytest.raises(AttributeError, match="proof_of_everything"):
        symkv.proof_of_everything  # noqa: B018
