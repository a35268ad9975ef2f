"""Uncertain inputs: exact intervals, against all corners of the box and points inside it."""

import json
from fractions import Fraction
from itertools import pairwise, product

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from symkv import symbols
from symkv.cli import main
from symkv.errors import BadInput, Refuted
from symkv.formula import Formula
from symkv.solve.intervals import direction, interval
from symkv.solve.laws import law, solve_law


def test_the_interval_of_bytes_per_token_is_attained_at_two_corners():
    given = ["hardware_ratio=200..300", "n_active=100e9..200e9", "n_tokens=128e3..256e3", "bytes_per_parameter=1"]
    found = solve_law(law("price_step"), "bytes_per_token", given).answers[0].interval
    assert (found.low, found.high) == (Fraction(15625, 12), Fraction(15625, 2))
    assert dict(found.low_at) == {"hardware_ratio": 300, "n_active": 10**11, "n_tokens": 256_000}
    assert dict(found.high_at) == {"hardware_ratio": 200, "n_active": 2 * 10**11, "n_tokens": 128_000}


NAMES = ("n_layers", "d_head", "window", "bytes_per_element", "n_tokens")


@st.composite
def once(draw, names=NAMES):
    """A formula with each of its symbols once, in sums, products, quotients, min, max, ceil and floor: monotone."""
    if len(names) == 1:
        return draw(st.sampled_from(("{}", "ceil({}/3)", "floor(2*{})", "5*{}", "({} + 2)"))).format(names[0])
    cut = draw(st.integers(1, len(names) - 1))
    left, right = draw(once(names[:cut])), draw(once(names[cut:]))
    form = draw(
        st.sampled_from(("({} + {})", "{}*{}", "{}/({} + 1)", "min({}, {})", "max({}, {})", "ceil({}/(1 + {}))"))
    )
    return form.format(left, right)


@st.composite
def boxes(draw, names):
    box = {}
    for name in names:
        low = draw(st.integers(1, 30))
        high = low + draw(st.integers(0, 30))
        scale = 1 if symbols.lookup(name).whole else draw(st.integers(1, 7))
        box[name] = (Fraction(low, scale), Fraction(high, scale))
    return box


MORE_THAN_ONCE = (
    "n_layers*(n_tokens + window)*bytes_per_element - d_head/n_layers",
    "(n_tokens + 2*window)/(n_tokens + window)",
    "n_layers*ceil(n_tokens/d_head)*bytes_per_element/max(window, d_head)",
    "max(n_layers*d_head, n_layers*window) + min(n_tokens, window) - n_tokens",
)


@settings(max_examples=100, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(st.data())
def test_an_interval_is_that_of_all_points(data):
    formula = Formula.parse(data.draw(st.one_of(once(), st.sampled_from(MORE_THAN_ONCE))))
    box = data.draw(boxes(formula.names))
    found = interval(formula, box)
    corners = [Fraction(formula.evaluate(dict(zip(box, at, strict=True)))) for at in product(*box.values())]
    assert (found.low, found.high) == (min(corners), max(corners))
    fixed = {name: low for name, (low, high) in box.items() if low == high}
    for end, at in ((found.low, found.low_at), (found.high, found.high_at)):
        assert formula.evaluate({**fixed, **at}) == end
    for _ in range(5):
        inside = {name: data.draw(between(name, *ends)) for name, ends in box.items()}
        assert found.low <= formula.evaluate(inside) <= found.high


def between(name, low, high):
    if symbols.lookup(name).whole:
        return st.integers(int(low), int(high)).map(Fraction)
    return st.integers(0, 12).map(lambda part: low + (high - low) * Fraction(part, 12))


@settings(max_examples=60)
@given(boxes(("n_tokens", "window")), st.integers(1, 60))
def test_what_rises_and_falls_between_points_of_the_box_is_never_given_an_interval(box, top):
    formula = Formula.parse(f"n_tokens*({top} - n_tokens) + window")
    points = range(int(box["n_tokens"][0]), int(box["n_tokens"][1]) + 1)
    values = [n * (top - n) for n in points]
    turns = {later > before for before, later in pairwise(values) if later != before}
    if len(turns) > 1:
        with pytest.raises(BadInput, match="must be monotone in n_tokens"):
            interval(formula, box)
    else:
        found = interval(formula, box)
        assert found.high - found.low == max(values) - min(values) + box["window"][1] - box["window"][0]


@pytest.mark.parametrize("text", ["n_tokens*(10 - n_tokens)", "n_tokens + 16/n_tokens"])
def test_what_is_not_monotone_is_refused(text):
    with pytest.raises(BadInput, match="must be monotone in n_tokens from 1 to 9"):
        interval(Formula.parse(text), {"n_tokens": (Fraction(1), Fraction(9))})


@settings(max_examples=40)
@given(boxes(("n_tokens", "window")), st.integers(1, 9), st.integers(1, 9), st.integers(0, 3))
def test_a_saw_tooth_is_taken_apart_into_pieces(box, chunk, m, slope):
    formula = Formula.parse(f"{slope}*n_tokens + 5*mod(n_tokens - 1, {chunk}) - ceil(n_tokens/{m}) + 2*window")
    found = interval(formula, box)
    points = range(int(box["n_tokens"][0]), int(box["n_tokens"][1]) + 1)
    values = [slope * n + 5 * ((n - 1) % chunk) + (-n // m) for n in points]
    assert (found.low, found.high) == (min(values) + 2 * box["window"][0], max(values) + 2 * box["window"][1])
    fixed = {name: low for name, (low, high) in box.items() if low == high}
    assert formula.evaluate({**fixed, **found.high_at}) == found.high


def test_what_is_monotone_in_a_part_of_the_range_has_an_interval_there():
    found = interval(Formula.parse("n_tokens*(10 - n_tokens)"), {"n_tokens": (Fraction(1), Fraction(5))})
    assert (found.low, found.high) == (9, 25)


def test_a_symbol_without_a_value_is_asked_for():
    with pytest.raises(BadInput, match="batch has none"):
        interval(Formula.parse("batch*window"), {"window": (Fraction(1), Fraction(2))})


def test_an_interval_under_conditions_and_one_that_leaves_the_domain():
    given = ["hardware_ratio=200..300", "n_total=8e9", "n_active=1e9", "n_tokens=1000..100000"]
    found = solve_law(law("balance_batch_kv"), "batch", [*given, "crossover_tokens=150e3..200e3"]).answers[0].interval
    assert (found.low, found.high) == (Fraction(320000, 199), 7200)
    fit = ["n_total=10", "bytes_per_parameter=1", "n_tokens=1", "bytes_per_token=1", "n_chips=1", "usable_fraction=1"]
    with pytest.raises(Refuted, match="narrow the ranges"):
        solve_law(law("capacity"), "batch", [*fit, "hbm_bytes=8..20"])
    whole = solve_law(law("capacity"), "batch", [*fit, "hbm_bytes=11..20"]).answers[0].interval
    assert (whole.low, whole.high) == (1, 10)


def test_a_stack_is_solved_and_sized_over_ranges(capsys):
    asked = ("solve", "gqa", "--for", "n_kv_heads", "--target", "2KiB", "n_layers=1", "d_head=64..128")
    assert main([*asked, "--json"]) == 0
    answers = json.loads(capsys.readouterr().out)["result"]["answers"]
    ends = {answer["dtype"]: (answer["interval"]["low"], answer["interval"]["high"]) for answer in answers}
    assert ends == {"fp8": (8, 16), "bf16": (4, 8), "fp32": (2, 4)}
    assert main([*asked, "--dtype", "fp8"]) == 0
    assert (
        "fp8: n_kv_heads = 8 to 16\n    least at d_head = 128\n    greatest at d_head = 64" in capsys.readouterr().out
    )
    sized = ("size", "sliding_window", "n_layers=2", "n_kv_heads=1", "d_head=8", "window=64..128", "--dtype", "fp8")
    assert main([*sized, "n_tokens=100..1Ki", "batch=1..3", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["result"]["intervals"]
    assert (found["stored_bytes"]["low"], found["stored_bytes"]["high"]) == (32 * 64, 3 * 32 * 128)
    assert found["stored_bytes"]["high_at"] == {"batch": 3, "n_tokens": 1024, "window": 128}
    assert main(list(sized)) == 2
    assert "LO..HI for n_tokens" in capsys.readouterr().err
    assert main([*sized, "--tokens", "1000"]) == 0
    assert "stored: 2048 B (2 KiB, 2.05 kB) to 4096 B" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["size", "gqa", "d_head=64..128", "d_head=1..2"], "given once"),
        (["size", "gqa", "d_head=64..", "--tokens", "1"], "LO..HI"),
        (["size", "gqa", "n_layers=1", "n_kv_heads=1", "d_head=8", "n_tokens=1..2", "--tokens", "1"], "given once"),
        (["solve", "gqa", "--for", "n_kv_heads", "--target", "2KiB", "n_layers=1", "batch=1..2"], "batch must be one"),
        (["solve", "gqa", "--for", "n_kv_heads", "--prints", "2KiB", "n_layers=1", "d_head=1..2"], "with --target"),
        (["solve", "gqa", "--for", "n_kv_heads", "--prints", "5/3B"], "decimal"),
        (["solve", "gqa", "--for", "n_kv_heads", "--target", "5/0B"], "a size must be"),
    ],
)
def test_what_a_range_of_a_stack_refuses(arguments, words, capsys):
    assert main(arguments) == 2
    assert words in capsys.readouterr().err


def test_a_rising_part_and_a_falling_part_are_no_direction():
    box = {"a": (Fraction(1), Fraction(4)), "b": (Fraction(1), Fraction(4))}
    assert direction(Formula.parse("max(a, b) - a"), "a", box) == -1
    assert direction(Formula.parse("a*(b - 2)"), "a", box) is None
    assert direction(Formula.parse("-a/b"), "b", box) == 1
