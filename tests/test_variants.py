"""Laws that every variant obeys; a new file in the catalogue is tested with no edit here."""

import subprocess
import sys
from collections import deque
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symkv.caches import CAUSAL, WINDOW, Stack, quantity
from symkv.errors import BadInput
from symkv.formula import Formula, Relation
from symkv.formula.sympy_reading import sympy_symbol
from symkv.proof.judges import judge
from symkv.units import against_printed
from symkv.variants import catalogue, variant

NAMES = sorted(catalogue())


def of(item, name):
    return quantity(Stack.of(item), name)


def value(item, name, values):
    return Fraction(of(item, name).evaluate(values))


@pytest.mark.parametrize("name", NAMES)
def test_the_paper_form_is_proved_equal_to_what_the_tensors_give(name):
    item = variant(name)
    assert judge(Relation(item.paper_formula(), "=", of(item, item.paper_of))).verdict == "proved"


@pytest.mark.parametrize("name", NAMES)
def test_the_paper_form_on_sympy_symbols_is_the_built_expression(name):
    import sympy

    item = variant(name)
    code = item.paper_form.__code__
    expression = item.paper_form(*map(sympy_symbol, code.co_varnames[: code.co_argcount]))
    assert sympy.expand(expression - of(item, item.paper_of).sympy) == 0
    assert of(item, "stored").sympy.free_symbols
    assert of(item, "read").sympy.free_symbols


def test_the_paper_form_on_ints_needs_no_sympy():
    code = (
        "import sys\nfrom symkv.variants import variant\n"
        "assert variant('gqa').paper_form(8, 128, 32, 2) == 131072\n"
        "assert variant('sliding_window').paper_form(1, 1, 1, 1, 9, 4) == 8\n"
        "sys.exit('sympy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("name", NAMES)
def test_a_variant_becomes_what_it_says_it_reduces_to(name):
    item = variant(name)
    for reduction in item.reduces_to:
        for quantity_name in ("stored", "read", "growth", "written"):
            statement = Relation(of(item, quantity_name), "=", of(variant(reduction.to), quantity_name))
            if quantity_name == "growth" and any("n_tokens" in where for where in reduction.where):
                continue  # a bound on the tokens has no limit in the tokens
            where = tuple(map(Relation.parse, reduction.where))
            assert judge(statement, where).verdict == "proved", (reduction, quantity_name)


@pytest.mark.parametrize("name", NAMES)
def test_every_variant_has_a_number_that_its_source_printed_and_gives_it(name):
    item = variant(name)
    assert item.numbers
    assert item.source.locator
    for number in item.numbers:
        exact = value(item, number.of, number.given)
        if number.against:
            exact = value(variant(number.against), number.of, number.given) / exact
        assert against_printed(exact, number.printed)[0] in ("matches", "rounds"), number


# -- an independent count: a cache of Python lists that records what a decode step really does -------------------------


def run_reference(item, sizes, steps):
    """(stored, read, written, between) in elements after each step, counted on lists, for the seven shapes."""
    caches = []
    for tensor in item.tensors:
        width = Formula.parse(tensor.heads).evaluate(sizes) * Formula.parse(tensor.width).evaluate(sizes)
        owners = Formula.parse(tensor.layers).evaluate(sizes)
        readers = Formula.parse(tensor.readers or tensor.layers).evaluate(sizes)
        rows = [deque() for _ in range(owners)]
        caches.append((tensor.mask.name, width, rows, readers))
    for query in range(steps):
        stored = read = written = between = 0
        for mask, width, rows, readers in caches:
            for row in rows:
                row.append(query)
                while mask == "window" and query - row[0] >= sizes["window"]:
                    row.popleft()
                stored += len(row) * width
                written += width
                between += sum(mask != "window" or query + 1 - i < sizes["window"] for i in row) * width
            for reader in range(readers):  # each reading layer goes over the entries of the owner that it is tied to
                read += len(rows[reader % len(rows)]) * width
        yield stored, read, written, between


SIZES = st.fixed_dictionaries(
    {
        **dict.fromkeys(("n_layers", "n_global_layers", "n_local_layers", "n_unique_layers"), st.integers(1, 4)),
        **dict.fromkeys(("n_heads", "n_kv_heads", "d_head", "d_latent", "d_rope", "window"), st.integers(1, 6)),
    }
)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=40, deadline=None)
@given(sizes=SIZES, steps=st.integers(1, 14))
def test_stored_read_and_written_equal_the_count_of_a_reference_cache(name, sizes, steps):
    item = variant(name)
    for step, counts in enumerate(run_reference(item, sizes, steps), start=1):
        at = {**sizes, "n_tokens": step, "bytes_per_element": 1}
        assert tuple(value(item, q, at) for q in ("stored", "read", "written", "between")) == counts


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=25, deadline=None)
@given(sizes=SIZES, tokens=st.integers(1, 40), rate=st.sampled_from([1, 2, Fraction(9, 16)]))
def test_the_laws_of_stored_read_growth_and_state(name, sizes, tokens, rate):
    item = variant(name)
    at = {**sizes, "n_tokens": tokens, "bytes_per_element": rate}
    stored = value(item, "stored", at)
    assert value(item, "stored", {**at, "n_tokens": tokens + 1}) >= stored  # a token never frees bytes here
    assert value(item, "stored", {**at, "bytes_per_element": 2 * rate}) == 2 * stored
    assert stored <= value(item, "growth", at) * tokens + value(item, "state", at)
    far = {**at, "n_tokens": 1000}
    assert value(item, "stored", far) == value(item, "growth", at) * 1000 + value(item, "state", at)
    readers = max(sizes["n_layers"], sizes["n_global_layers"], sizes["n_local_layers"])
    assert value(item, "read", at) <= readers * stored
    assert value(item, "between", at) <= stored == value(item, "peak", at)


@pytest.mark.parametrize("mask", [CAUSAL, WINDOW], ids=lambda mask: mask.name)
def test_entries_kept_are_those_that_a_query_may_still_use(mask):
    for window in range(1, 8):
        for tokens in range(1, 16):
            for instant, first_query in (("during", tokens - 1), ("between", tokens)):
                oldest = Formula.parse(mask.oldest).evaluate({"q": first_query, "window": window})
                brute = sum(oldest <= entry for entry in range(tokens))
                at = {"n_tokens": tokens, "window": window}
                closed = Formula.parse(mask.kept if instant == "during" else mask.between)
                assert mask.counted(instant).evaluate(at) == closed.evaluate(at) == brute


def test_taking_the_value_tensor_out_of_gqa_is_noticed_in_at_least_four_places():
    whole = variant("gqa")
    broken = replace(whole, tensors=whole.tensors[:1])
    noticed = [
        judge(Relation(broken.paper_formula(), "=", of(broken, "growth"))).verdict == "refuted",
        judge(
            Relation(of(broken, "stored"), "=", of(variant("mha"), "stored")), [Relation.parse("n_heads = n_kv_heads")]
        ).verdict
        == "refuted",
        judge(
            Relation(of(broken, "stored"), "=", of(variant("mqa"), "stored")), [Relation.parse("n_kv_heads = 1")]
        ).verdict
        == "refuted",
        *(against_printed(value(broken, n.of, n.given), n.printed)[0] == "differs" for n in broken.numbers),
        value(broken, "growth", {"n_layers": 1, "n_kv_heads": 8, "d_head": 128, "bytes_per_element": 1}) != 2048,
    ]
    assert sum(noticed) == len(noticed) >= 4


# -- number formats and ranks ------------------------------------------------------------------------------------------

MLA = {"n_layers": Formula.of(1), "d_latent": Formula.of(512), "d_rope": Formula.of(64)}
ROWS = [("bf16", 1152), ("fp8", 576), ("fp8_ds_mla", 656), ("nvfp4_ds_mla", 352), ("q8_0", 612), ("nvfp4", 324)]


@pytest.mark.parametrize(("dtype", "row"), ROWS)
def test_a_row_of_576_elements_has_the_bytes_of_its_format(dtype, row):
    stack = Stack.of(variant("mla")).given(MLA).coded({"kv": dtype})
    assert quantity(stack, "growth").evaluate({}) == row


@pytest.mark.parametrize(("name", "dtype"), [("gqa", "fp8_ds_mla"), ("mla", "fp8_ds_v4"), ("mla", "fp7")])
def test_a_format_that_does_not_fit_is_refused(name, dtype):
    with pytest.raises(BadInput):
        quantity(Stack.of(variant(name)).coded({"kv": dtype}), "growth")


@pytest.mark.parametrize("tp", [1, 2, 4, 8])
def test_ranks_hold_all_of_it_where_they_divide_the_heads_and_copies_where_they_do_not(tp):
    values = {"n_layers": Formula.of(3), "n_kv_heads": Formula.of(4), "d_head": Formula.of(5)}
    stack = Stack.of(variant("gqa")).given(values).coded({"kv": "bf16"})
    at = {"n_tokens": 7}
    stored, rank = quantity(stack, "stored").evaluate(at), quantity(stack, "stored", tp=tp).evaluate(at)
    assert tp * rank == stored * max(1, tp // 4)
    latent = Stack.of(variant("mla")).given(MLA).coded({"kv": "bf16"})
    assert quantity(latent, "stored", tp=tp).evaluate(at) == quantity(latent, "stored").evaluate(at)


def test_ranks_that_do_not_divide_the_heads_are_refused():
    values = {"n_layers": Formula.of(3), "n_kv_heads": Formula.of(4), "d_head": Formula.of(5)}
    with pytest.raises(BadInput, match="tp must divide the 4 heads"):
        quantity(Stack.of(variant("gqa")).given(values), "stored", tp=3)
