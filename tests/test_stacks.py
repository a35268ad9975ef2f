"""Written stacks: counts, schedules and sources, equal to what counting layers by hand gives."""

from fractions import Fraction

import pytest

from symkv.caches import Part, Stack, quantity
from symkv.errors import BadInput
from symkv.formula import Formula
from symkv.measure import measure
from symkv.models import resolve
from symkv.variants import variant

ROW = {"n_kv_heads": Formula.of(2), "d_head": Formula.of(4), "bytes_per_element": Formula.of(1)}


def sizes(text, tokens):
    stack = resolve(text).given(ROW)
    return tuple(quantity(stack, of).evaluate({"n_tokens": tokens}) for of in ("stored", "read", "written"))


def by_hand(kinds, sources, tokens, window):
    rows = [min(tokens, window) if kind == "L" else tokens for kind in kinds]
    row = 2 * 2 * 4  # key and value, 2 heads, 4 elements
    owners = [i for i, source in enumerate(sources) if i == source]
    return row * sum(rows[i] for i in owners), row * sum(rows), row * len(owners)


SCHEDULES = [
    ("interleave(8, 3:1, sliding_window(window=5), gqa())", "LLLGLLLG", range(8)),
    ("interleave(7, 3:1, sliding_window(window=5), gqa())", "LLLGLLL", range(7)),
    ("every(8, 4, gqa(), sliding_window(window=5))", "LLLGLLLG", range(8)),
    ("layers(GLLG, L=sliding_window(window=5), G=gqa())", "GLLG", range(4)),
    ("tail(3, interleave(8, 3:1, sliding_window(window=5), gqa()))", "LLLGLLLG", [0, 1, 2, 3, 4, 4, 4, 3]),
    ("source(0 0 2 2, layers(GGGG, G=gqa()))", "GGGG", [0, 0, 2, 2]),
    ("source(0 1 0 1, layers(GLGL, L=sliding_window(window=5), G=gqa()))", "GLGL", [0, 1, 0, 1]),
    ("3*gqa() + 2*sliding_window(window=5)", "GGGLL", range(5)),
]


@pytest.mark.parametrize(("text", "kinds", "sources"), SCHEDULES, ids=lambda case: str(case)[:40])
@pytest.mark.parametrize("tokens", [1, 4, 5, 6, 30])
def test_a_schedule_stores_reads_and_writes_what_its_layers_do(text, kinds, sources, tokens):
    assert sizes(text, tokens) == by_hand(kinds, list(sources), tokens, 5)


def test_layers_given_one_by_one_in_python_are_joined_by_kind():
    gqa, local = (
        Part(variant(name), {**ROW, **more})
        for name, more in (("gqa", {}), ("sliding_window", {"window": Formula.of(5)}))
    )
    stack = Stack.of_layers("own", [local, gqa, local], sources=[0, 1, 0])
    assert [part.label for part in stack.parts] == ["sliding_window x 1 layer, read by 2", "gqa x 1 layer"]
    assert quantity(stack, "read").evaluate({"n_tokens": 9}) == 16 * (5 + 9 + 5)
    with pytest.raises(BadInput, match="one entry for each"):
        Stack.of_layers("own", [local, gqa], sources=[0])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("interleave(8, 3:1, gqa())", "takes 2 kinds"),
        ("interleave(8, 3, gqa(), gqa())", "a ratio must have"),
        ("interleave(0, 3:1, gqa(), mqa())", "whole numbers from 1"),
        ("interleave(8, 0:0, gqa(), mqa())", "a ratio must have"),
        ("every(8, 0, gqa(), mqa())", "whole numbers from 1"),
        ("every(8, 2, 3*gqa(), mqa())", "has no count"),
        ("layers(GX, G=gqa())", "each layer must be one of"),
        ("layers(G, G=gqa(), G=mqa())", "one letter"),
        ("tail(8, layers(GGGG, G=gqa()))", "fewer than the 4 layers"),
        ("tail(2, layers(GGGL, G=gqa(), L=mqa()))", "earlier layer of its kind"),
        ("tail(1, tail(1, layers(GGG, G=gqa())))", "only once"),
        ("tail(1, gqa())", "take a schedule"),
        ("source(0 0, layers(GGG, G=gqa()))", "one entry for each"),
        ("source(0 2 2, layers(GGG, G=gqa()))", "must read itself or an earlier layer"),
        ("source(0 0, layers(GL, G=gqa(), L=mqa()))", "own kind"),
        ("tail()", "takes what it says"),
        ("interleave(8, 3:1, local_global(), gqa())", "every layer is alike"),
    ],
)
def test_a_schedule_that_makes_no_sense_is_refused_with_what_would(text, words):
    with pytest.raises(BadInput, match=words):
        resolve(text)


def test_usual_values_fill_what_is_open_and_are_said():
    stack = resolve("22*kda(n_heads=32,d_head=128)").filled()
    assert stack.assumptions == ("d_conv = 4 in kda: its usual value",)
    bytes_ = quantity(stack.coded({"state": "fp32", "conv": "bf16"}), "state").evaluate({})
    assert bytes_ == 22 * (32 * 128**2 * 4 + 3 * 32 * 128 * 4 * 2)


def test_sizes_that_a_variant_is_not_meant_for_are_refused():
    stack = resolve("cross_layer").given({"n_layers": Formula.of(2), "n_unique_layers": Formula.of(4)})
    with pytest.raises(BadInput, match="cross_layer needs n_unique_layers <= n_layers, got"):
        stack.require()


def test_saw_teeth_of_two_lengths_have_exact_state_ripple_and_peak():
    text = (
        "3*chunked(chunk=6,n_kv_heads=1,d_head=1) + 2*csa(d_head=1,d_rope=0,d_index=1,compression=3,top_k=1,window=2)"
    )
    stack = resolve(text).given({"bytes_per_element": Formula.of(1)})
    stored = quantity(stack, "stored")
    growth = Fraction(quantity(stack, "growth").evaluate({}))
    rest = [stored.evaluate({"n_tokens": s}) - growth * s for s in range(60, 120)]
    assert quantity(stack, "state").evaluate({}) == max(rest)
    assert quantity(stack, "ripple").evaluate({}) == max(rest) - min(rest)


@pytest.mark.parametrize(("chunk", "m"), [(9, 4), (5, 3)])
def test_a_peak_is_found_at_any_length_where_teeth_do_not_end_together(chunk, m):
    chunks = f"3*chunked(chunk={chunk},n_kv_heads=1,d_head=1)"
    merged = f"2*csa(d_head=1,d_rope=0,d_index=1,compression={m},top_k=1,window=2)"
    stack = resolve(f"{chunks} + {merged}").given({"bytes_per_element": Formula.of(1)})
    stored = quantity(stack, "stored")
    most = 0
    for s in range(1, 60):
        most = max(most, stored.evaluate({"n_tokens": s}))
        assert measure(stack, tokens=s)["peak_bytes"] == most
