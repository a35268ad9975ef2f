"""Closed forms are right, fractions are fractions, and neighbours are the nearest allowed values."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symkv.caches import Stack, quantity
from symkv.errors import BadInput, Undecided
from symkv.formula import Formula
from symkv.solve import result_of, solve
from symkv.variants import variant


def stack(name, **values):
    return Stack.of(variant(name)).given({key: Formula.of(value) for key, value in values.items()})


def test_eight_heads_at_one_byte_four_at_two_and_two_at_four():
    solution = solve(stack("gqa", n_layers=1, d_head=128), symbol="n_kv_heads", target="2KB")
    assert solution.proved
    assert solution.judges[0] == "kernel"
    assert len(solution.judges) == 2
    binary = [a for a in solution.answers if a.target.bytes == 2048]
    assert str(binary[0].closed_form) == "8/bytes_per_element"
    assert [(a.dtype, a.exact) for a in binary] == [("fp8", 8), ("bf16", 4), ("fp32", 2)]
    decimal = [a for a in solution.answers if a.target.bytes == 2000]
    assert [a.whole for a in decimal] == [None, None, None]


def test_2000_bytes_have_no_whole_answer_but_both_neighbours():
    solution = solve(stack("gqa", n_layers=1, d_head=128), symbol="n_kv_heads", target="2000B", dtype="fp8")
    (answer,) = solution.answers
    assert (answer.exact, answer.whole) == (Fraction(125, 16), None)
    assert (answer.below.value, answer.below.bytes) == (7, 1792)
    assert (answer.above.value, answer.above.bytes) == (8, 2048)
    assert "must be whole: 7 gives 1792 B, 8 gives 2048 B" in answer.why


def test_less_than_one_head_has_a_neighbour_above_only():
    (answer,) = solve(stack("gqa", n_layers=64, d_head=128), symbol="n_kv_heads", target="2KiB", dtype="bf16").answers
    assert answer.exact == Fraction(1, 16)
    assert answer.below is None
    assert answer.above.value == 1


CASES = [
    ("gqa", {"n_layers": 32, "n_kv_heads": 8, "d_head": 128}, "growth"),
    ("mla", {"n_layers": 61, "d_latent": 512, "d_rope": 64}, "growth"),
    ("cross_layer", {"n_unique_layers": 4, "n_kv_heads": 8, "d_head": 128}, "growth"),
    ("mha", {"n_layers": 2, "n_heads": 3, "d_head": 5}, "stored"),
    (
        "local_global",
        {"n_global_layers": 5, "n_local_layers": 25, "window": 1024, "n_kv_heads": 8, "d_head": 128},
        "stored",
    ),
]


@pytest.mark.parametrize(("name", "values", "of"), CASES)
def test_solving_inverts_evaluation_for_every_symbol_outside_a_step(name, values, of):
    tokens = None if of == "growth" else 5000
    formula = quantity(stack(name), of).substitute({"bytes_per_element": 2})
    total = formula.evaluate({**values, "n_tokens": tokens or 1})  # by direct evaluation, not by the solver
    for unknown in set(values) - {"window"}:
        rest = {key: value for key, value in values.items() if key != unknown}
        found = solve(stack(name, **rest), symbol=unknown, target=f"{total}B", of=of, tokens=tokens, dtype="bf16")
        assert found.proved, unknown
        assert found.answers[0].exact == values[unknown]


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 64), st.integers(1, 256), st.integers(1, 10**6), st.sampled_from(["fp8", "bf16", "nvfp4"]))
def test_neighbours_enclose_the_target(layers, width, target, dtype):
    (answer,) = solve(
        stack("gqa", n_layers=layers, d_head=width),
        symbol="n_kv_heads",
        target=f"{target}B",
        dtype=dtype if width % 16 == 0 else "bf16",
    ).answers
    sides = [side for side in (answer.whole, answer.below, answer.above) if side is not None]
    assert sides
    if answer.whole is None:
        assert answer.above.bytes > target
        assert answer.below is None or (answer.below.bytes < target and answer.above.value == answer.below.value + 1)


def test_a_symbol_inside_a_step_is_undecided_not_guessed():
    with pytest.raises(Undecided, match="window stands inside a step"):
        solve(stack("sliding_window", n_layers=1, n_kv_heads=1, d_head=1), symbol="window", target="1KiB", of="stored")
    assert solve(
        stack("sliding_window", n_layers=1, d_head=1, window=8), symbol="n_kv_heads", target="1KiB", of="stored"
    )


@pytest.mark.parametrize(
    ("symbol", "message"),
    [("n_heads", "n_heads is none; it has"), ("n_layers", "n_layers = 1 is given"), ("bogus", "'bogus' is not")],
)
def test_a_symbol_that_can_not_be_solved_for_is_named(symbol, message):
    with pytest.raises(BadInput, match=message):
        solve(stack("gqa", n_layers=1), symbol=symbol, target="2KiB")


def test_the_head_of_the_json_stays_symbolic_while_formats_are_open():
    result = result_of(solve(stack("gqa", n_layers=1, d_head=128), symbol="n_kv_heads", target="2KB"))
    assert result["closed_form"] == "8/bytes_per_element"
    assert result["general_form"] == "bytes_per_token/(n_layers*2*d_head*bytes_per_element)"
    assert result["exact"] is result["whole"] is None
    assert {"symbol", "of", "target_bytes", "below", "above", "proved", "judges", "conditions", "answers"} <= set(
        result
    )
