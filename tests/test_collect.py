"""The derived form: equal by proof, in the field's order, and stable."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symkv.formula import Formula, Relation
from symkv.proof.collect import collect, domain_of
from symkv.proof.kernel import prove
from symkv.variants import catalogue

FORMS = [
    ("n_layers*d_head + d_head*n_layers", "n_layers*2*d_head"),
    ("bytes_per_element*d_head*n_kv_heads*n_layers", "n_layers*n_kv_heads*d_head*bytes_per_element"),
    ("n_layers*(d_latent + d_rope)*bytes_per_element", "n_layers*(d_latent + d_rope)*bytes_per_element"),
    ("n_layers*d_latent*bytes_per_element + n_layers*d_rope*bytes_per_element", None),
    ("8/(2*bytes_per_element)", "4/bytes_per_element"),
    ("n_layers - n_layers", "0"),
    ("3 - 2", "1"),
    ("-n_layers*2", "-(n_layers*2)"),
    ("min(n_tokens, window)*2*n_layers", None),
    ("9/16*d_head", "9*d_head/16"),
    ("ceil(d_latent/128)*4 + d_latent", None),
]


@pytest.mark.parametrize(("text", "expected"), FORMS)
def test_a_form_is_collected_in_the_order_of_the_field(text, expected):
    found = collect(Formula.parse(text))
    if expected is not None:
        assert str(found) == expected
    assert str(collect(found)) == str(found)


NAMES = ("n_layers", "d_head", "n_tokens", "window", "bytes_per_element")
LEAVES = st.one_of(st.sampled_from(NAMES), st.integers(0, 9).map(str))
TEXTS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(inner, inner).map(lambda t: f"min({t[0]}, {t[1]})"),
        st.tuples(inner, st.sampled_from(["2", "window", "n_layers"])).map(lambda t: f"ceil(({t[0]})/{t[1]})"),
        st.tuples(inner, st.sampled_from(["2", "window"])).map(lambda t: f"({t[0]})/{t[1]}"),
    ),
    max_leaves=5,
)


@given(TEXTS, st.data())
@settings(max_examples=30, deadline=None)
def test_a_collected_formula_has_the_same_value(text, data):
    formula = Formula.parse(text)
    tidy = collect(formula)
    assert Formula.parse(str(tidy)).same_as(tidy)
    for _ in range(5):
        at = {name: data.draw(st.integers(1, 50)) for name in NAMES[:-1]}
        at["bytes_per_element"] = data.draw(st.fractions(Fraction(1, 16), 4, max_denominator=16))
        assert tidy.evaluate(at) == formula.evaluate(at)


@pytest.mark.parametrize("name", catalogue())
def test_every_variant_collects_to_a_form_that_is_proved_equal(name):
    for quantity in ("stored", "read", "growth"):
        formula = getattr(catalogue()[name], quantity)
        tidy = collect(formula)
        where = [Relation.parse(text) for text in catalogue()[name].where]  # n_layers >= 2, where one is divided by
        domains = {n: domain_of(n) for relation in (*where, Relation(formula, "=", tidy)) for n in relation.names}
        assert prove(Relation(formula, "=", tidy), where, domains).conditions == ()
        assert len(str(tidy)) <= 1.1 * len(str(formula))  # a common denominator may be longer than several
