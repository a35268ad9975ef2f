"""Assertions on algebra: true statements pass in every spelling, false ones fail and say why, bad input is one line."""

import ast
from fractions import Fraction
from math import ceil

import pytest
import sympy

from symkv.derivations import Claim, Derivation, Step
from symkv.errors import BadInput
from symkv.formula import Formula
from symkv.formula import min as least
from symkv.testing import assert_bytes, assert_derivation, assert_equal, assert_holds, assert_refuted, assert_tex
from symkv.tracing import traced
from symkv.variants import catalogue

GQA = "n_layers*2*n_kv_heads*d_head*bytes_per_element"


def per_token(n_layers, n_kv_heads, d_head, bytes_per_element):
    return 2 * n_layers * n_kv_heads * d_head * bytes_per_element


def huggingface(num_hidden_layers, num_key_value_heads, head_dim, itemsize):
    return num_hidden_layers * num_key_value_heads * head_dim * itemsize * 2


def query_heads(n_layers, n_heads, d_head, bytes_per_element):
    return 2 * n_layers * n_heads * d_head * bytes_per_element


L, N, D, B = sympy.symbols("n_layers n_kv_heads d_head bytes_per_element", positive=True)

EQUAL = [
    (per_token, GQA, {}),
    (GQA, per_token, {}),
    (huggingface, GQA, {"names": {"itemsize": "bytes_per_element"}}),
    (per_token, huggingface, {"names": {"itemsize": "bytes_per_element"}}),
    (2 * L * N * D * B, per_token, {}),
    (Formula.parse(GQA), 2 * L * N * D * B, {}),
    (lambda n_tokens, block_size: -(-n_tokens // block_size), "ceil(n_tokens/block_size)", {}),
    (lambda n_tokens, block_size: ceil(n_tokens / block_size), "ceil(n_tokens/block_size)", {}),
    (lambda n_tokens, window: min(n_tokens, window), sympy.Min(*sympy.symbols("n_tokens window")), {}),
    (lambda n_tokens, window: least(n_tokens, window) % 2, "mod(min(n_tokens, window), 2)", {}),
    (lambda x, scale=3: x * scale, "3*x", {}),
    ("ceil(S/P)*P", "S", {"where": ["P divides S"]}),
    ("floor(x)", "x", {"symbols": {"x": "integer"}}),
    (sympy.Symbol("x", real=True) ** 2, "x*x", {}),
    (2048, "2*128*8", {}),
    (Fraction(1, 2), "x/(2*x)", {}),
]


@pytest.mark.parametrize(("left", "right", "more"), EQUAL)
def test_what_is_equal_passes_in_every_spelling(left, right, more):
    assert assert_equal(left, right, **more) is None


UNEQUAL = [
    (query_heads, GQA, {}, ["refuted", "uses n_heads where n_kv_heads is meant", "false at"]),
    (GQA, L * N * D * B, {}, ["right side lacks the factor 2 for key and value", "left - right = n_layers*n_kv_heads"]),
    (
        GQA,
        "n_layers*n_kv_heads*d_head*bytes_per_element",
        {},
        ["left         = n_layers*2", "right        = n_lay"],
    ),
    ("min(S, W)", "S", {}, ["false at S = 2, W = 1", "left  1", "right 2", "only where S <= W"]),
    ("floor(x)", "x", {"symbols": {"x": "rational"}}, ["x rational", "false at x = -"]),
    (sympy.Symbol("y", positive=True), "floor(y)", {}, ["y positive rational", "false at y = 1/2"]),
    ("(x**2 - 1)/(x - 1)", "x + 1", {}, ["proved", "add to where: x - 1 != 0"]),
    ("ceil(S/P)*P", "S", {}, ["P divides S, a condition that is not given"]),
]


@pytest.mark.parametrize(("left", "right", "more", "said"), UNEQUAL)
def test_what_is_not_equal_fails_and_says_why(left, right, more, said):
    with pytest.raises(AssertionError) as caught:
        assert_equal(left, right, **more)
    for part in said:
        assert part in str(caught.value)
    assert max(map(len, str(caught.value).splitlines())) <= 400


def test_a_statement_that_is_true_holds_and_its_opposite_is_refuted_at_a_point():
    assert_holds("min(S, W) <= S")
    assert_holds(sympy.Le(sympy.Min(L, N), L))
    point = assert_refuted("min(S, W) > S").point
    assert not min(point["S"], point["W"]) > point["S"]
    assert assert_refuted(query_heads, GQA, where=["n_kv_heads divides n_heads"]).difference != 0
    with pytest.raises(AssertionError, match="no counterexample, it is proved"):
        assert_refuted("min(S, W) <= S")
    with pytest.raises(AssertionError, match="refuted"):
        assert_holds("min(S, W) < S")


def test_what_nobody_can_decide_is_a_failure(monkeypatch):
    from symkv.proof.judges import Judgement
    from symkv.testing import asserting

    monkeypatch.setattr(asserting, "judge", lambda *_, **__: Judgement("unknown", (), detail="out of reach"))
    for question in (assert_holds, assert_refuted):
        with pytest.raises(AssertionError, match="out of reach"):
            question("a**3 + b**3 != c**3")
    monkeypatch.setattr(asserting, "judge", lambda *_, **__: Judgement("checked", ("sympy",)))
    with pytest.raises(AssertionError, match=r"checked \(sympy\)"):
        assert_holds("a = a")


TEX = [
    (r"\kappa = 2\,L\,n_{\mathrm{kv}}\,d_{\mathrm{h}}\,b", GQA, {}),
    (r"2 L H_{kv} d_h b", GQA, {"notation": {"H_{kv}": "n_kv_heads"}}),
    (r"\min(S, W) \le S", None, {}),
    (r"\left\lceil \frac{S}{P} \right\rceil P = S", None, {"where": ["block_size divides n_tokens"]}),
    (r"S = 2 L", "n_layers*2", {"where": ["n_tokens = 2*n_layers"]}),
    (r"\kappa = 2 L b = (L + L)\,b", lambda n_layers, bytes_per_element: 2 * n_layers * bytes_per_element, {}),
]


@pytest.mark.parametrize(("source", "truth", "more"), TEX)
def test_latex_that_is_true_passes(source, truth, more):
    assert assert_tex(source, truth, **more) is None


def test_latex_that_is_false_fails_and_says_why(tmp_path):
    with pytest.raises(AssertionError, match="lacks the factor 2 for key and value"):
        assert_tex(r"\kappa = L\,n_{\mathrm{kv}}\,d_{\mathrm{h}}\,b", GQA)
    with pytest.raises(AssertionError, match="refuted"):
        assert_tex(r"\kappa = L\,b = 2\,L\,b", "2*n_layers*bytes_per_element")
    with pytest.raises(AssertionError, match="refuted"):
        assert_tex(r"\min(S, W) \ge S")
    with pytest.raises(AssertionError, match="refuted"):
        assert_tex(r"\kappa \le 2\,L\,b", "2*n_layers*bytes_per_element")
    with pytest.raises(AssertionError, match="refuted"):
        assert_tex(r"S = 2\,L", "2*n_layers", where=["n_tokens = 3*n_layers"])
    with pytest.raises(AssertionError, match="n rational"):
        assert_tex(r"\lfloor n \rfloor", sympy.Symbol("n", real=True), notation={"n": "n"})
    notation = tmp_path / "notation.toml"
    notation.write_text("n_kv_heads = 'G'\n", encoding="utf-8")
    with pytest.raises(AssertionError, match="uses n_kv_heads where n_heads is meant"):
        assert_tex("2 L G d_h b", query_heads, notation=notation)


def small(*steps, claims=()):
    symbols = ("n_layers", "n_kv_heads", "n_heads", "d_head", "bytes_per_element", "bytes_per_token")
    return Derivation("small", "Small", "", symbols, steps, claims=claims)


TRUE_STEP = Step("stored", "define", f"bytes_per_token = {GQA}")
FALSE_STEP = Step(
    "heads", "substitute", "bytes_per_token = n_layers*2*n_heads*d_head*bytes_per_element", uses=("stored",)
)


def test_a_derivation_passes_when_every_step_and_claim_stands_and_else_says_which_does_not():
    fine = Claim("fine", "2*128*8", printed="2048", source="own")
    wrong = Claim("wrong", "2*128*7", printed="2048", source="own")
    assert_derivation("counting")
    assert_derivation(small(TRUE_STEP, claims=(fine,)))
    with pytest.raises(AssertionError) as caught:
        assert_derivation(small(TRUE_STEP, FALSE_STEP, claims=(fine, wrong)))
    assert "small, step heads: refuted" in str(caught.value)
    assert "uses n_heads where n_kv_heads is meant" in str(caught.value)
    assert "small, claim wrong" in str(caught.value)
    assert "step stored" not in str(caught.value)
    assert "claim fine" not in str(caught.value)


# -- bytes -----------------------------------------------------------------------------------------------------------


def stored(n_layers, n_kv_heads, d_head, n_tokens, bytes_per_element):
    return 2 * n_layers * n_kv_heads * d_head * n_tokens * bytes_per_element


def windowed(n_layers, n_kv_heads, d_head, n_tokens, window, bytes_per_element):
    return stored(n_layers, n_kv_heads, d_head, min(n_tokens, window), bytes_per_element)


def of_a_batch(batch, n_layers, n_kv_heads, d_head, n_tokens, bytes_per_element):
    return batch * stored(n_layers, n_kv_heads, d_head, n_tokens, bytes_per_element)


def by_width(num_hidden_layers, num_attention_heads, num_key_value_heads, hidden_size, n_tokens, bytes_per_element):
    width = hidden_size // num_attention_heads
    return 2 * num_hidden_layers * num_key_value_heads * width * n_tokens * bytes_per_element


def of_llama(n_tokens, dtype):
    return {"bf16": 131072, "fp8": 65536}[dtype] * n_tokens


SPOKEN = {"n_layers": 1, "n_kv_heads": 8, "d_head": 128, "bytes_per_element": 1}
TIED = ["hidden_size = n_heads*d_head", "n_kv_heads divides n_heads"]
RIGHT = [
    (stored, "gqa", {}),
    (windowed, "sliding_window", {}),
    (of_a_batch, "gqa", {}),
    (by_width, "gqa", {"where": TIED}),
    (of_llama, "llama-3.1-8b", {"dtype": "bf16", "given": {"dtype": "bf16"}}),
    (of_llama, "llama-3.1-8b", {"dtype": "fp8", "given": {"dtype": "fp8"}}),
    (lambda n_tokens: 576 * 61 * 2 * n_tokens, "deepseek-v3", {"dtype": "bf16"}),
    (2048, "gqa", {"quantity": "growth", "given": SPOKEN}),
]


def of_a_rank(n_layers, n_kv_heads, d_head, n_tokens, bytes_per_element):
    return 2 * n_layers * -(-n_kv_heads // 4) * d_head * n_tokens * bytes_per_element


def test_a_function_for_one_rank_is_held_against_what_one_rank_holds():
    assert_bytes(of_a_rank, "gqa", tp=4, given={"n_kv_heads": 8})
    with pytest.raises(AssertionError, match="lacks the factor 2 for key and value"):
        assert_bytes(of_a_rank, "gqa", tp=2, given={"n_kv_heads": 8})


@pytest.mark.parametrize(("counted", "what", "more"), RIGHT)
def test_a_function_that_counts_right_passes(counted, what, more):
    assert assert_bytes(counted, what, **more) is None


@pytest.mark.parametrize("name", sorted(catalogue()))
def test_the_sources_own_formula_of_every_variant_counts_right_or_divides_to_a_float(name):
    entry = catalogue()[name]
    formula = entry.paper_formula()
    assert traced(entry.paper_form).same_as(formula)
    divides = any(isinstance(node, ast.Div) for node in ast.walk(formula.tree))
    try:
        assert_bytes(entry.paper_form, entry, entry.paper_of, points=15)
    except AssertionError as failure:
        assert divides
        assert "returned a float" in str(failure)


def test_a_formula_that_is_right_and_gives_a_float_is_told_so():
    with pytest.raises(AssertionError, match="as a formula it is right, but / makes a float"):
        assert_bytes(lambda n_layers, n_heads, n_kv_heads: 2 * n_heads / n_heads * n_layers, "gqa", "growth",
                     given={"n_kv_heads": 1}, where=["d_head = 1", "bytes_per_element = 1"])  # fmt: skip
    with pytest.raises(AssertionError) as caught:
        assert_bytes(lambda n_layers: n_layers / 2, "gqa")
    assert "hint" not in str(caught.value)


def looks_right(n_layers, n_kv_heads, d_head, n_tokens, bytes_per_element):
    kept = n_tokens if n_tokens < 1000 else n_tokens - 1
    return stored(n_layers, n_kv_heads, d_head, kept, bytes_per_element)


def in_floats(n_layers, n_kv_heads, d_head, n_tokens, bytes_per_element):
    return 2.0 * n_layers * n_kv_heads * d_head * n_tokens * bytes_per_element


def raises(n_layers, n_kv_heads, d_head, n_tokens, bytes_per_element):
    return stored(n_layers, n_kv_heads, d_head, n_tokens, bytes_per_element) // (n_layers - 2)


def unread(n_layers, n_heads, n_kv_heads, d_head, n_tokens, bytes_per_element):
    if not n_layers:
        return 0
    return 2 * n_layers * n_heads * d_head * n_tokens * bytes_per_element


def of_readers(n_layers, n_kv_heads, d_head, n_tokens, bytes_per_element):
    return stored(n_layers, n_kv_heads, d_head, n_tokens, bytes_per_element)


def of_readers_if(n_layers, n_kv_heads, d_head, n_tokens, bytes_per_element):
    return stored(n_layers, n_kv_heads, d_head, n_tokens, bytes_per_element) if n_layers else 0


WRONG = [
    (lambda n_layers, n_tokens: n_layers * n_tokens, "gqa", {}, ["stored of gqa is 2 B", "<lambda>() gives 1 B"]),
    (looks_right, "gqa", {}, ["n_tokens = 1000", "looks_right() gives 1998 B"]),
    (in_floats, "gqa", {}, ["returned a float", "bytes are exact"]),
    (raises, "gqa", {}, ["raises()"]),
    (lambda n_layers: 10**5000, "gqa", {}, ["<lambda>() gives a number of 5001 digits"]),
    (lambda n_layers: True, "gqa", {}, ["returned a bool"]),
    (
        unread,
        "gqa",
        {"where": ["n_kv_heads divides n_heads"]},
        ["unread() uses n_heads where n_kv_heads"],
    ),
    (stored, "sliding_window", {}, ["uses n_tokens where min(n_tokens, window) is meant", "as written"]),
    (of_readers, "cross_layer", {}, ["gives read (bytes that one decode step reads", "where stored is meant"]),
    (of_readers_if, "cross_layer", {}, ["where stored is meant, at every shape tried"]),
    (stored, "gqa", {"quantity": "growth"}, ["gives stored (", "where growth is meant"]),
    (stored, "mla", {}, ["true formula: n_layers*(d_latent + d_rope)*bytes_per_element*n_tokens"]),
    (of_llama, "llama-3.1-8b", {"dtype": "bf16", "given": {"dtype": "fp8"}}, ["lacks the factor 2 for key and value"]),
    (of_llama, "llama-3.1-8b", {"dtype": "bf16", "given": {"dtype": "fp4"}}, ["raises KeyError"]),
    (
        4096,
        "gqa",
        {"quantity": "growth", "given": SPOKEN},
        ["2048 B"],
    ),
]


@pytest.mark.parametrize(("counted", "what", "more", "said"), WRONG)
def test_a_function_that_counts_wrong_fails_at_a_small_shape(counted, what, more, said):
    with pytest.raises(AssertionError) as caught:
        assert_bytes(counted, what, **more)
    for part in said:
        assert part in str(caught.value)


def test_a_function_that_is_wrong_at_few_shapes_is_not_taken_for_another_quantity():
    with pytest.raises(AssertionError) as caught:
        assert_bytes(looks_right, "gqa")  # what a step reads is what is stored, and right at most shapes
    assert "is meant" not in str(caught.value)


def test_the_error_that_a_function_raised_is_kept_as_the_cause():
    with pytest.raises(AssertionError) as caught:
        assert_bytes(lambda n_layers, n_tokens: 1 // (n_layers - 1), "gqa")
    assert caught.value.__cause__ is None or isinstance(caught.value.__cause__, ZeroDivisionError)
    with pytest.raises(AssertionError, match="raises RuntimeError: no cuda") as caught:
        assert_bytes(no_device, "gqa")
    assert isinstance(caught.value.__cause__, RuntimeError)


def no_device(n_layers):
    raise RuntimeError("no\ncuda")


# -- bad input -------------------------------------------------------------------------------------------------------

BAD = [
    (assert_equal, ("a b", "a"), {}, "column"),
    (assert_equal, ("a", 0.5), {}, "exact"),
    (assert_equal, ("a", sympy.Float(0.5)), {}, "can't hold"),
    (assert_equal, ("a", sympy.sin(L)), {}, "can't hold"),
    (assert_equal, ("a", sympy.Le(L, N)), {}, "a formula is asked for"),
    (assert_equal, (sympy.Symbol("y", integer=True), sympy.Symbol("y", positive=True)), {}, "two assumptions"),
    (assert_equal, ("a", "a"), {"where": "a = b"}, "list of relations"),
    (assert_equal, ("a", "a"), {"where": ["a = b = c"]}, "relation"),
    (assert_equal, ("a", "a"), {"where": ["a = 0"]}, "hold together"),
    (assert_equal, ("a", "a"), {"symbols": {"a": "real"}}, "a domain must be one of"),
    (assert_equal, ("a", "a"), {"symbols": {"b": "integer"}}, "must be of a symbol"),
    (assert_equal, ("__import__('os')", "a"), {}, "part of a formula"),
    (assert_equal, (None, "a"), {}, "exact numbers"),
    (assert_equal, (lambda x: x * 0.5, "x"), {}, "float"),
    (assert_equal, (lambda x: x if x > 1 else 1, "x"), {}, "no value to compare"),
    (assert_equal, (lambda x: int(x), "x"), {}, "no value to compare"),
    (assert_equal, (lambda x: [x], "x"), {}, "must return an exact number"),
    (assert_equal, (lambda x: x.y, "x"), {}, "AttributeError"),
    (assert_equal, (lambda *x: 1, "x"), {}, "must name its parameters"),
    (assert_equal, (lambda x: sum(x for _ in range(3000)), "x"), {}, "4096 characters"),
    (assert_equal, (lambda num_attention_heads, n_heads: 1, "x"), {}, "stands for two"),
    (assert_equal, ("a", "a"), {"where": 5}, "list of relations"),
    (assert_equal, ("a", "a"), {"symbols": ["a"]}, "must be a dict"),
    (assert_equal, (lambda a: a, "a"), {"names": 5}, "must be a dict"),
    (assert_equal, (Formula, "a"), {}, "got type"),
    (assert_holds, (sympy.Symbol("y", positive=True) > 0,), {}, "sympy has decided it"),
    (assert_tex, (5,), {}, "must be a text"),
    (assert_tex, ("L", "n_layers"), {"notation": {"L": 5}}, "a notation must be"),
    (assert_derivation, (5,), {}, "must be named"),
    (assert_derivation, (Derivation("e", "", "", (), ()),), {}, "must have steps or claims"),
    (assert_holds, ("a",), {}, "relation"),
    (assert_refuted, (5,), {}, "relation"),
    (assert_tex, (r"\write18{id}",), {}, "column"),
    (assert_tex, (r"L + b",), {}, "a chain must have"),
    (assert_tex, (r"L = b", "n_layers"), {"notation": "missing.toml"}, "file that can be read"),
    (assert_derivation, ("nothing",), {}, "a derivation must be one of"),
    (assert_derivation, ("nothing.py",), {}, "must be a file"),
    (assert_derivation, ("nothing.json",), {}, "certificate"),
    (assert_bytes, (stored, "gqb"), {}, "a model must be"),
    (assert_bytes, (stored, "gqa", "size"), {}, "a quantity must be"),
    (assert_bytes, (stored, None), {}, "a config must be"),
    (assert_bytes, (stored, "gqa"), {"names": {"x": "n_layers"}}, "must name parameters"),
    (assert_bytes, (stored, "gqa"), {"given": {"x": 1}}, "is neither"),
    (assert_bytes, (stored, "gqa"), {"given": {"n_layers": 0}}, "n_layers must be a whole number"),
    (assert_bytes, (stored, "gqa"), {"given": {"n_layers": 1.5}}, "exact number"),
    (assert_bytes, (stored, "gqa"), {"where": ["n_layers = 0"]}, "no shape was found"),
    (assert_bytes, (stored, "gqa"), {"where": "n_layers = 1"}, "list of relations"),
    (assert_bytes, (stored, "gqa"), {"dtype": "fp17"}, "a dtype must be one of"),
    (assert_bytes, (by_width, "gqa"), {}, "hidden_size of by_width"),
    (assert_bytes, (print, "gqa"), {}, "must name its parameters"),
    (assert_bytes, (stored, "gqa"), {"points": 0}, "`points` must be"),
    (assert_bytes, (stored, "gqa"), {"where": 5}, "list of relations"),
    (assert_bytes, (stored, "gqa"), {"given": 5}, "`given` must be a dict"),
    (assert_bytes, (stored, "gqa"), {"names": "n_layers"}, "`names` must be a dict"),
    (assert_bytes, (stored, "gqa", None), {}, "a quantity must be named"),
    (assert_bytes, (stored, "gqa"), {"dtype": 5}, "a dtype must be named"),
    (assert_bytes, (stored, "gqa"), {"tp": 0}, "tp must be a whole number"),
    (assert_bytes, (stored, "gqa"), {"tp": 2}, "give n_kv_heads"),
    (assert_bytes, (2048, "gqa", "growth"), {}, "is open; give it in"),
    (assert_bytes, (2048.0, "gqa", "growth"), {"given": SPOKEN}, "must be an exact number"),
]


@pytest.mark.parametrize(("function", "arguments", "more", "problem"), BAD)
def test_what_can_not_be_asked_is_one_line_at_the_test(function, arguments, more, problem):
    with pytest.raises(BadInput, match=problem) as caught:
        function(*arguments, **more)
    assert "\n" not in str(caught.value)
    assert len(caught.traceback) <= 3  # the test and the assertion, nothing of what lies between


def test_a_traced_function_is_what_it_computes_with_numbers():
    def blocks(n_tokens, block_size, n_layers=3):
        kept = max(n_tokens - n_tokens % block_size, 1)
        return n_layers * (kept // 2) + ceil(kept / block_size) - 7 // block_size + -n_tokens

    found = traced(blocks)
    for n_tokens in range(1, 30):
        for block_size in range(1, 9):
            values = {"n_tokens": n_tokens, "block_size": block_size}
            exact = ceil(Fraction(max(n_tokens - n_tokens % block_size, 1), block_size))
            kept = max(n_tokens - n_tokens % block_size, 1)
            assert found.evaluate(values) == 3 * (kept // 2) + exact - 7 // block_size - n_tokens
