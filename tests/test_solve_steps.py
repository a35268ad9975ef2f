"""Step functions inverted exactly: the same values as trying every one of them."""

import json
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symkv.caches import Stack
from symkv.errors import BadInput, Undecided
from symkv.formula import Formula
from symkv.models import resolve
from symkv.solve import solve, solve_against
from symkv.solve.steps import inverse
from symkv.units import printed_bands
from symkv.variants import variant

MIXED = ["local_global", "n_global_layers=5", "n_local_layers=25", "n_kv_heads=8", "d_head=128", "dtype=bf16"]


def test_every_window_that_prints_as_2_60_gib(symkv):
    """The lesson local-global of microscale.academy prints 2.6 GB for a window of 1024 at 131072 tokens."""
    status, out, _ = symkv(
        "solve", *MIXED, "--for", "window", "--prints", "2.60GiB", "--of", "stored", "--tokens", "131072", "--json"
    )
    result = json.loads(out)["result"]
    assert (status, result["proved"], result["judges"]) == (0, True, ["kernel"])
    (span,) = result["intervals"]["equal"]
    row, tokens = 2 * 8 * 128 * 2, 131072
    met = [
        w
        for w in range(1, 3000)
        if Fraction("2.595") <= Fraction(row * (5 * tokens + 25 * min(tokens, w)), 2**30) < Fraction("2.605")
    ]
    assert (span["from"], span["to"]) == (met[0], met[-1]) == (997, 1101)


def test_the_longest_context_in_a_budget_and_the_first_that_is_too_long(symkv):
    status, out, _ = symkv(
        "solve", *MIXED, "window=1024", "--for", "n_tokens", "--target", "2GiB", "--of", "peak", "--json"
    )
    result = json.loads(out)["result"]
    assert status == 0
    assert (result["closed_form"], result["exact"]) == (None, None)
    assert (result["below"]["value"], result["above"]["value"]) == (99737, 99738)
    assert result["below"]["bytes"] <= 2**31 < result["above"]["bytes"]


def test_a_target_that_the_curve_jumps_over_has_both_sides_of_the_jump(symkv):
    _, out, _ = symkv("solve", *MIXED, "window=1024", "--for", "n_tokens", "--target", "2GiB", "--of", "stored")
    assert "jumped over" in out
    assert "99737 gives 2147471360 B" in out


def test_the_budget_of_a_saw_tooth_is_held_against_its_peak():
    chunked = resolve("4*chunked(chunk=100,n_kv_heads=1,d_head=1)").given({"bytes_per_element": Formula.of(1)})
    row = 4 * 2
    by_stored = solve(chunked, symbol="n_tokens", target=f"{60 * row}B", of="stored").answers[0].inverse
    assert [str(span) for span in by_stored.equal] == ["from 60 on where mod 100 is 60"]
    by_peak = solve(chunked, symbol="n_tokens", target=f"{60 * row}B", of="peak").answers[0].inverse
    assert ([str(span) for span in by_peak.fits], by_peak.best, by_peak.beyond) == (["1 to 60"], 60, 61)


@settings(max_examples=80, deadline=None)
@given(
    a=st.integers(0, 5),
    b=st.integers(1, 6),
    w=st.integers(1, 20),
    m=st.integers(1, 6),
    target=st.integers(1, 300),
    width=st.integers(0, 40),
)
def test_the_values_that_meet_a_target_are_those_that_trying_all_finds(a, b, w, m, target, width):
    formula = Formula.parse(f"{a}*S + {b}*min(S, {w}) + mod(S, {m}) + ceil(S/{m})")
    found = inverse(formula, "S", Fraction(target), Fraction(target + width), open_end=width > 0)
    top = target + width
    for s in range(1, 320):
        value = formula.evaluate({"S": s})
        under = value < top if width else value <= top
        assert any(s in span for span in found.equal) == (value >= target and under)
        assert any(s in span for span in found.fits) == under
    assert found.proved


def test_a_fraction_comes_with_the_least_change_that_makes_it_whole(symkv):
    _, out, _ = symkv(
        "solve", "gqa", "--for", "n_kv_heads", "--target", "2000B", "n_layers=1", "d_head=128", "dtype=fp8", "--json"
    )
    change = json.loads(out)["result"]["answers"][0]["change"]
    assert change == {"symbol": "d_head", "from": 128, "to": 125, "value": 8}  # 2000 = 2*125*8
    nearer = [d for d in range(125, 132) if 2000 % (2 * d) == 0]
    assert nearer == [125]


def test_half_the_bytes_of_another_variant_is_a_closed_form(symkv):
    _, out, _ = symkv("solve", "gqa", "--for", "n_kv_heads", "--against", "mla", "--ratio", "1/2", "--json")
    result = json.loads(out)["result"]
    assert result["closed_form"] == "(d_latent + d_rope)/(4*d_head)"
    assert (result["proved"], result["exact"]) == (True, None)
    sizes = {"d_head": Formula.of(128)}
    latent = {"d_latent": Formula.of(512), "d_rope": Formula.of(64)}
    share = solve_against(Stack.of(variant("gqa"), sizes), Stack.of(variant("mla"), latent), symbol="n_kv_heads")
    assert (share.exact, share.below.value, share.above.value) == (Fraction(9, 4), 2, 3)
    assert share.below.miss_percent == (Fraction(2 * 2 * 128, 576) - 1) * 100


def test_one_of_many_ranks_holds_its_heads(symkv):
    argv = [
        "solve",
        "gqa",
        "--for",
        "d_head",
        "--target",
        "4KiB",
        "n_layers=2",
        "n_kv_heads=8",
        "dtype=fp8",
        "--per",
        "rank",
        "--tp",
        "4",
    ]
    status, out, _ = symkv(*argv, "--json")
    assert (status, json.loads(out)["result"]["exact"]) == (0, 512)  # 4096 = 2*2*(8/4)*512


def test_a_condition_fixes_a_symbol(symkv):
    argv = [
        "solve",
        "mla",
        "--for",
        "d_head",
        "--target",
        "576B",
        "n_layers=1",
        "dtype=fp8",
        "--where",
        "d_latent = 4*d_head",
    ]
    status, out, _ = symkv(*argv, "--where", "d_rope = d_head/2", "--json")
    assert (status, json.loads(out)["result"]["exact"]) == (0, 128)  # 4*128 + 64


@pytest.mark.parametrize(
    ("text", "low", "high"), [("2.60GiB", "2.595", "2.605"), ("800KB", "799.5", "800.5"), ("16GiB", "15.5", "16.5")]
)
def test_a_printed_size_stands_for_half_a_unit_of_its_last_digit_on_either_side(text, low, high):
    scale = {"GiB": 2**30, "KB": 1024}[text.lstrip("0123456789.")]
    band = printed_bands(text)[0]
    assert (band.low, band.high) == (Fraction(low) * scale, Fraction(high) * scale)


@pytest.mark.parametrize(
    ("argv", "words", "status"),
    [
        (["gqa", "--for", "n_kv_heads"], "one of --target", 2),
        (["gqa", "--for", "n_kv_heads", "--target", "2KiB", "--prints", "2KiB"], "one of --target", 2),
        (["gqa", "--for", "n_tokens", "--target", "2KiB"], "--of peak", 2),
        (["gqa", "--for", "d_head", "--target", "2KiB", "--per", "rank"], "go together", 2),
        (["gqa", "--for", "d_head", "--against", "mla", "--ratio", "0"], "above 0", 2),
        (["gqa", "--for", "d_head", "--target", "2KiB", "--where", "d_head > 3"], "must fix one symbol", 2),
        (["sliding_window", "--for", "window", "--target", "2KiB", "--of", "stored"], "must be given", 3),
        (["sliding_window", "--for", "window", "--against", "gqa", "--of", "stored"], "window", 3),
    ],
)
def test_what_can_not_be_solved_is_one_line_with_its_status(symkv, argv, words, status):
    code, out, err = symkv("solve", *argv)
    assert (code, out) == (status, "")
    assert words in err
    assert err.count("\n") == 1


def test_an_unknown_inside_a_step_needs_the_other_symbols():
    with pytest.raises(Undecided, match=r"n_layers=\.\.\."):
        solve(Stack.of(variant("sliding_window")), symbol="window", target="2KiB", of="stored", tokens=9)
    with pytest.raises(BadInput, match="is none"):
        solve(Stack.of(variant("gqa")), symbol="window", target="2KiB")
