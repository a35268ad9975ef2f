"""Laws that every variant obeys; a new file in the catalogue is tested with no edit here."""

import random
import shutil
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest

from symkv import symbols
from symkv.caches import MASKS, Stack, quantity
from symkv.errors import BadInput
from symkv.formula import Formula, Relation
from symkv.formula.sympy_reading import sympy_symbol
from symkv.listing import printed_value
from symkv.proof.collect import collect
from symkv.proof.judges import judge
from symkv.units import against_printed
from symkv.variants import catalogue, variant
from tests.reference import REFERENCES
from tests.reference.cache import run

NAMES = sorted(catalogue())
PACKAGE = Path(__file__).parent.parent


def value(item, name, values):
    return Fraction(item.quantity(name).evaluate(values))


def draws(item, count, most=5):
    """`count` random sizes that the variant is meant for, the same ones every time."""
    numbers = random.Random(item.name)
    where = [Relation.parse(text) for text in item.where]
    names = dict.fromkeys(n for n in (*item.names, *(n for r in where for n in r.names)) if n != "n_tokens")
    found = 0
    for _ in range(5000 * count):
        sizes = {}
        for name in names:
            known = symbols.lookup(name)
            if known.domain == "positive rational":
                sizes[name] = Fraction(numbers.randint(1, 6), numbers.choice([1, 2, 4]))
            else:
                sizes[name] = numbers.randint(known.lower, most)
        sizes["bytes_per_element"] = 1
        if all(r.holds(sizes) for r in where if "n_tokens" not in r.names):
            yield sizes
            found += 1
            if found == count:
                return
    raise AssertionError(f"no sizes for {item.name} meet {item.where}")


def lengths(item, sizes, most):
    """The lengths up to `most` for which the variant is meant."""
    where = [Relation.parse(text) for text in item.where if "n_tokens" in text]
    return [s for s in range(1, most + 1) if all(r.holds({**sizes, "n_tokens": s}) for r in where)]


def test_there_are_sixty_verified_variants_each_with_stored_and_read():
    verified = [item for item in catalogue().values() if item.source.checked]
    assert len(verified) >= 60
    for item in verified:
        assert item.stored.text != "0"
        assert item.family
        assert item.title
        assert item.about.endswith(".")


@pytest.mark.parametrize("name", NAMES)
def test_the_paper_form_is_proved_equal_to_what_the_tensors_give(name):
    item = variant(name)
    where = tuple(map(Relation.parse, item.where))
    assert judge(Relation(item.paper_formula(), "=", item.quantity(item.paper_of)), where).verdict == "proved"


@pytest.mark.parametrize("name", NAMES)
def test_the_paper_form_on_sympy_symbols_is_the_built_expression(name):
    import sympy

    item = variant(name)
    code = item.paper_form.__code__
    expression = item.paper_form(*map(sympy_symbol, code.co_varnames[: code.co_argcount]))
    built = item.quantity(item.paper_of).sympy
    for sizes in draws(item, 3):
        at = {**sizes, "n_tokens": lengths(item, sizes, 40)[-1]}
        point = {sympy_symbol(n): sympy.Rational(v) for n, v in at.items()}
        exact = sympy.Rational(item.quantity(item.paper_of).evaluate(at))
        assert expression.subs(point) == built.subs(point) == exact
    assert item.stored.sympy.free_symbols


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
        for of in reduction.only:
            statement = Relation(item.quantity(of), "=", variant(reduction.to).quantity(of))
            if of == "growth" and any("n_tokens" in where for where in reduction.where):
                continue  # a bound on the tokens has no limit in the tokens
            where = tuple(map(Relation.parse, (*item.where, *reduction.where)))
            assert judge(statement, where).verdict == "proved", (reduction, of)


@pytest.mark.parametrize("name", NAMES)
def test_every_number_that_a_source_printed_comes_out(name):
    item = variant(name)
    assert item.source.locator
    for number in item.numbers:
        assert against_printed(printed_value(item, number), number.printed)[0] in ("matches", "rounds"), number


# -- an independent count: a reference attention on a cache that records what is written, used and still needed --------


@pytest.mark.parametrize("name", NAMES)
def test_stored_read_written_and_peak_equal_the_count_of_a_reference_attention(name):
    item = variant(name)
    if name not in REFERENCES:
        pytest.fail(f"{name} needs a reference attention in tests/reference")
    formulas = [collect(item.quantity(of)) for of in ("stored", "between", "read", "written")]
    for sizes in draws(item, 50):  # some hundred sizes and lengths together
        steps = random.Random(str(sizes)).randint(1, 11)
        counts = run(REFERENCES[name], SimpleNamespace(**sizes), steps, beyond=12)
        meant, peak = set(lengths(item, sizes, steps)), 0
        for step, counted in enumerate(counts, start=1):
            if step not in meant:
                continue
            at = {**sizes, "n_tokens": step}
            assert tuple(formula.evaluate(at) for formula in formulas) == counted, (sizes, step)
            peak = max(peak, counted[0])
        if meant:
            stack = Stack.of(item, {n: Formula.of(v) for n, v in sizes.items()})
            assert quantity(stack, "peak").evaluate({"n_tokens": max(meant)}) == peak, sizes


def test_every_reference_is_of_a_variant():
    assert set(REFERENCES) <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_growth_state_ripple_and_peak_are_what_stored_does_in_the_long_run(name):
    """Found by looking: stored at many lengths, beyond every window and over whole periods of every saw-tooth."""
    item = variant(name)
    for sizes in draws(item, 6):
        stack = Stack.of(item, {n: Formula.of(v) for n, v in sizes.items()})
        stored = collect(quantity(stack, "stored"))
        growth, state, ripple = (quantity(stack, of).evaluate({}) for of in ("growth", "state", "ripple"))
        seen = {s: stored.evaluate({"n_tokens": s}) for s in range(1, 241)}
        rest = [seen[s] - growth * s for s in range(120, 241)]  # 120 is a multiple of every size up to 5
        assert (state, ripple) == (max(rest), max(rest) - min(rest)), sizes
        peak = quantity(stack, "peak")
        for s in lengths(item, sizes, 60)[::7]:
            assert peak.evaluate({"n_tokens": s}) == max(seen[earlier] for earlier in lengths(item, sizes, s)), (
                sizes,
                s,
            )


@pytest.mark.parametrize("name", NAMES)
def test_the_laws_of_stored_and_read(name):
    item = variant(name)
    for sizes in draws(item, 8):
        readers = max(Formula.parse(t.readers or t.layers).evaluate(sizes) for t in item.tensors)
        for s in lengths(item, sizes, 30)[::3]:
            here = {**sizes, "n_tokens": s}
            stored = value(item, "stored", here)
            assert value(item, "read", here) <= readers * stored
            assert value(item, "between", here) <= stored <= value(item, "peak", here)
            if all(tensor.rate is None for tensor in item.tensors):
                assert value(item, "stored", {**here, "bytes_per_element": Fraction(2)}) == 2 * stored


@pytest.mark.parametrize("name", NAMES)
def test_stored_falls_only_where_a_tensor_declares_it_and_by_the_declared_rows(name):
    item = variant(name)
    declared = {tensor: (Relation.parse(when), Formula.parse(rows)) for tensor, when, rows in item.falls()}
    for sizes in draws(item, 6):
        for tensor in item.tensors:
            kept = [Formula.parse(tensor.mask.kept).evaluate({**sizes, "n_tokens": s}) for s in range(1, 40)]
            for s, (now, then) in enumerate(pairwise(kept), start=2):
                if tensor.name in declared and declared[tensor.name][0].holds({**sizes, "n_tokens": s}):
                    assert now - then == declared[tensor.name][1].evaluate(sizes)
                else:
                    assert then >= now, (tensor.name, sizes, s)


@pytest.mark.parametrize("name", NAMES)
def test_ranks_together_hold_every_byte_and_no_more_where_they_divide_the_heads(name):
    item = variant(name)
    for sizes in draws(item, 3, most=3):
        stack = Stack.of(item, {n: Formula.of(v) for n, v in sizes.items()})
        heads = [Formula.parse(t.heads).evaluate(sizes) for t in item.tensors]
        at = {"n_tokens": lengths(item, sizes, 30)[-1]}
        stored = quantity(stack, "stored").evaluate(at)
        for tp in (1, 2, 4):
            if any(tp % count and count % tp for count in heads):
                with pytest.raises(BadInput, match="tp must divide"):
                    quantity(stack, "stored", tp=tp)
                continue
            rank = quantity(stack, "stored", tp=tp).evaluate(at)
            assert tp * rank >= stored
            if all(count % tp == 0 for count in heads):
                assert tp * rank == stored


@pytest.mark.parametrize("mask", MASKS, ids=lambda mask: mask.name)
def test_rows_kept_are_those_that_are_pinned_or_not_let_go(mask):
    numbers = random.Random(mask.name)
    names = {
        n for text in (mask.kept, mask.between, mask.made, mask.oldest, mask.pinned) for n in Formula.parse(text).names
    }
    for _ in range(60):
        sizes = {name: numbers.randint(1, 6) for name in names - {"q", "n_tokens"}}
        for tokens in range(1, 20):
            for instant, query in (("during", tokens - 1), ("between", tokens)):
                at = {**sizes, "n_tokens": tokens, "q": query}
                made, oldest, pinned = (
                    Formula.parse(text).evaluate(at) for text in (mask.made, mask.oldest, mask.pinned)
                )
                brute = sum(row >= oldest or row < pinned for row in range(made))
                closed = Formula.parse(mask.kept if instant == "during" else mask.between)
                assert mask.counted(instant).evaluate(at) == closed.evaluate(at) == brute


def test_taking_the_value_tensor_out_of_gqa_is_noticed_in_at_least_four_places():
    whole = variant("gqa")
    broken = replace(whole, tensors=whole.tensors[:1])

    def refuted(statement, *where):
        return judge(statement, [Relation.parse(text) for text in where]).verdict == "refuted"

    noticed = [
        refuted(Relation(broken.paper_formula(), "=", broken.growth)),
        refuted(Relation(broken.stored, "=", variant("mha").stored), "n_heads = n_kv_heads"),
        refuted(Relation(broken.stored, "=", variant("mqa").stored), "n_kv_heads = 1"),
        *(against_printed(value(broken, n.of, n.given), n.printed)[0] == "differs" for n in broken.numbers),
        value(broken, "growth", {"n_layers": 1, "n_kv_heads": 8, "d_head": 128, "bytes_per_element": 1}) != 2048,
    ]
    assert sum(noticed) == len(noticed) >= 4


# -- one file, one variant ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["csa"])
def test_a_variant_is_its_file_alone(name, tmp_path):
    package = tmp_path / "symkv"
    shutil.copytree(PACKAGE / "symkv", package, ignore=shutil.ignore_patterns("__pycache__"))
    for folder in ("derivations", "templates"):
        shutil.copytree(PACKAGE / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))

    def symkv(*arguments):
        command = [sys.executable, "-m", "symkv", *arguments]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    file = package / "variants" / f"{name}.py"
    text = file.read_text()
    file.unlink()
    assert f"  {name} " not in symkv("list", "variants").stdout
    assert symkv("show", name).returncode == 2
    assert symkv("list", "variants").returncode == 0
    file.write_text(text)
    assert f"  {name} " in symkv("list", "variants").stdout
    assert symkv("show", name).returncode == 0
    assert f"{name}.paper" in symkv("check", "derivations/catalogue.py").stdout


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


# -- packed rows come out of the format arithmetic ---------------------------------------------------------------------


def row(variant_name, formats, **sizes):
    stack = Stack.of(variant(variant_name), {n: Formula.of(v) for n, v in sizes.items()}).coded(formats)
    return quantity(stack, "growth").evaluate({})


def test_one_row_of_each_published_layout_has_its_printed_bytes():
    mla = {"n_layers": 1, "d_latent": 512, "d_rope": 64}
    assert row("mla", {"kv": "fp8_ds_mla"}, **mla) == 512 + 4 * 4 + 2 * 64 == 656
    assert row("mla", {"kv": "nvfp4_ds_mla"}, **mla) == 256 + 32 + 64 == 352
    csa = {"n_layers": 1, "d_head": 512, "d_rope": 64, "d_index": 128, "compression": 1}
    assert row("csa", {"kv": "fp8_ds_v4", "index": "mxfp4", "state": "fp32"}, **csa) == (448 + 7 + 1 + 128) + 68 == 652
    assert row("csa", {"kv": "fp8_ds_v41", "index": "fp8_ds_mla", "state": "fp32"}, **csa) == 528 + 132


def test_the_layers_of_deepseek_v4_pro_grow_by_their_printed_bytes():
    text = "30*csa(d_head=512,d_rope=64,d_index=128,compression=4) + 31*hca(d_head=512,d_rope=64,compression=128)"
    from symkv.models import resolve

    stack = resolve(text).coded({"kv": "fp8_ds_v4", "index": "mxfp4", "state": "fp32"})
    assert quantity(stack, "growth").evaluate({}) == Fraction(80503, 16)


def test_keys_and_values_may_have_formats_of_their_own():
    values = {n: Formula.of(v) for n, v in (("n_layers", 1), ("n_kv_heads", 2), ("d_head", 64))}
    stack = Stack.of(variant("gqa"), values).coded({"key": "q8_0", "value": "q4_0"})
    assert quantity(stack, "growth").evaluate({}) == 2 * 64 * (Fraction(34, 32) + Fraction(18, 32))
    with pytest.raises(BadInput, match="a format must be for one of"):
        stack.coded({"weights": "bf16"})
    with pytest.raises(BadInput, match="multiple of 32"):
        quantity(Stack.of(variant("gqa"), {**values, "d_head": Formula.of(40)}).coded({"key": "q8_0"}), "growth")


def test_a_scale_for_each_token_and_head_is_four_bytes_a_row():
    values = {n: Formula.of(v) for n, v in (("n_layers", 1), ("n_kv_heads", 8), ("d_head", 128))}
    stack = Stack.of(variant("gqa"), values).coded({"kv": "fp8_per_token_head"})
    assert quantity(stack, "growth").evaluate({}) == 2 * 8 * (128 + 4)
