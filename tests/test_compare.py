"""Comparing: the ratio, when two are equal, and every context length at which they cross."""

import json
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symkv.errors import BadInput
from symkv.formula import Formula, Relation
from symkv.models import resolve
from symkv.proof.spans import spans
from symkv.solve import compare


def test_gqa_equals_mla_at_two_and_a_quarter_groups(symkv):
    """DeepSeek-V2, table 1: with d_c = 4 d_h and d_r = d_h/2, "equal to GQA with only 2.25 groups"."""
    status, out, _ = symkv("compare", "gqa", "mla", "--json")
    result = json.loads(out)["result"]
    assert (status, result["equal_when"]) == (0, "n_kv_heads = (d_latent + d_rope)/(2*d_head)")
    assert result["ratio"] == "2*n_kv_heads*d_head/(d_latent + d_rope)"
    assert set(result) >= {"ratio", "equal_when", "crossovers", "limits"}
    _, out, _ = symkv("compare", "gqa", "mla", "d_latent=4*d_head", "d_rope=d_head/2", "--json")
    assert json.loads(out)["result"]["equal_when"] == "n_kv_heads = 9/4"


def test_a_ratio_that_is_a_number_is_never_one_or_always():
    one, two = resolve("2*gqa(n_kv_heads=1,d_head=4)"), resolve("4*gqa(n_kv_heads=1,d_head=4)")
    assert compare([one, two])[0].equal_when == "never"
    assert compare([one, one])[0].equal_when == "always"
    assert str(compare([one, two])[0].ratio) == "1/2"


def test_an_elasticity_is_the_exponent_of_a_factor_and_less_in_a_sum():
    shares = compare([resolve("gqa"), resolve("mla")])[0].elasticities
    assert shares["n_kv_heads"] == shares["d_head"] == "1"
    assert shares["d_latent"] == "-d_latent/(d_latent + d_rope)"


def test_local_layers_win_from_the_context_on_at_which_global_ones_have_grown_past_the_window():
    mixed = resolve("5*gqa(n_kv_heads=8,d_head=128) + 25*sliding_window(window=1024,n_kv_heads=8,d_head=128)")
    plain = resolve("9*gqa(n_kv_heads=8,d_head=128)")
    found = compare([mixed, plain])[0]
    assert [(c.span.start, c.span.end, c.less) for c in found.crossings] == [
        (1, 6399, plain.name),  # 5*S + 25*1024 = 9*S at S = 6400
        (6400, 6400, None),
        (6401, None, mixed.name),
    ]
    assert found.limit == "5/9"


@settings(max_examples=60, deadline=None)
@given(
    chunk=st.integers(1, 9),
    window=st.integers(1, 9),
    layers=st.integers(1, 4),
    m=st.integers(1, 5),
    d=st.integers(1, 4),
)
def test_crossings_are_where_counting_says(chunk, window, layers, m, d):
    left = resolve(f"{layers}*chunked(chunk={chunk},n_kv_heads=1,d_head={d})")
    right = resolve(f"2*sliding_window(window={window},n_kv_heads=1,d_head=2)")
    found = compare([left, right], of="stored")[0]
    for s in range(1, 60):
        a = 2 * layers * d * ((s - 1) % chunk + 1)
        b = 2 * 2 * 2 * min(s, window)
        who = left.name if a < b else right.name if a > b else None
        assert [c.less for c in found.crossings if s in c.span] == [who]


@settings(max_examples=80, deadline=None)
@given(a=st.integers(1, 6), b=st.integers(0, 20), m=st.integers(1, 6), w=st.integers(1, 12))
def test_spans_hold_just_the_numbers_for_which_a_relation_is_true(a, b, m, w):
    relation = Relation.parse(f"{a}*floor(S/{m}) + mod(S, {m}) <= min(S, {w}) + {b}")
    found = spans(relation, "S")
    for s in range(1, 80):
        assert (sum(s in span for span in found) == 1) == relation.holds({"S": s})


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["compare", "gqa"], "two or more"),
        (["compare", "gqa", "nope"], "nope"),
        (["compare", "gqa", "mla", "window=3"], "window must be an open symbol"),
        (["compare", "gqa", "mla", "--of", "state"], "--of must be one of"),
        (["compare", "sliding_window", "gqa", "--of", "growth"], "leaves no ratio"),
    ],
)
def test_what_can_not_be_compared_is_one_line_and_status_2(symkv, argv, words):
    status, out, err = symkv(*argv)
    assert (status, out) == (2, "")
    assert words in err
    assert err.count("\n") == 1


def test_a_symbol_inside_a_step_is_no_closed_form_and_is_said_so(symkv):
    _, out, _ = symkv("compare", "gqa", "sliding_window")
    assert "no symbol can be isolated" in out


def test_values_go_to_those_that_have_the_symbol():
    from symkv.measure import shared

    left, right = shared([resolve("gqa"), resolve("mla")], {"d_latent": Formula.of(512)})
    assert "d_latent" not in left.parts[0].values
    assert right.parts[0].values["d_latent"].text == "512"
    with pytest.raises(BadInput, match="must be an open symbol"):
        shared([left, right], {"d_latent": Formula.of(1)})


def test_sparse_reading_wins_over_dense_from_2564_tokens_on():
    """DeepSeek-V3.2 in packed rows: 132*S + 656*min(S, 2048) < 656*S from S = 2564 on, for 656*2048/524 = 2563.9."""
    sizes = "d_latent=512,d_rope=64"
    sparse = resolve(f"61*dsa({sizes},d_index=128,top_k=2048)").coded({"kv": "fp8_ds_mla", "index": "fp8_ds_mla"})
    dense = resolve(f"61*mla({sizes})").coded({"kv": "fp8_ds_mla"})
    found = compare([sparse, dense], of="read")[0]
    assert [(c.span.start, c.span.end, c.less) for c in found.crossings] == [
        (1, 2563, dense.name),
        (2564, None, sparse.name),
    ]
    assert found.limit == "33/164"  # 132/656


def test_what_a_ratio_tends_to_is_proved_for_saw_teeth_too():
    pro = "30*csa(d_head=512,d_rope=64,d_index=128,compression=4,top_k=1024,window=128)"
    pro += " + 31*hca(d_head=512,d_rope=64,compression=128,window=128)"
    found = compare([resolve(pro), resolve("61*dsa(d_latent=512,d_rope=64,d_index=128,top_k=2048)")])[0]
    assert found.limit == "1231/10736"  # (30*640/4 + 31*512/128)/(61*704)
    assert Fraction(30 * 640, 4) + 31 * 512 // 128 == Fraction(1231, 10736) * 61 * 704
