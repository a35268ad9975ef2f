"""The nearest mistake: every usual slip is named, what is true has none, and each repair that is offered is proved."""

from fractions import Fraction
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symkv.formula import Formula, Relation
from symkv.proof import hints
from symkv.proof.domains import ANY, RATIO
from symkv.proof.edits import OPERATORS, sites
from symkv.proof.hints import likely_mistake
from symkv.proof.misprints import number_mistake
from symkv.variants import variant

GQA = "k = n_layers*2*n_kv_heads*d_head*bytes_per_element"
MLA = "k = n_layers*(d_latent + d_rope)*bytes_per_element"
MIXED = "k = n_layers*2*n_kv_heads*d_head*bytes_per_element*min(n_tokens, window)"
PAGED = "k = ceil(n_tokens/block_size)*block_size*bytes_per_token"
RANK = "k = n_layers*2*n_kv_heads*d_head*bytes_per_element/tp"
SHARED = "k = n_unique_layers*2*n_kv_heads*d_head*bytes_per_element"
STATE = "k = n_layers*(d_conv - 1)*d_state*bytes_per_element"

MISTAKES = [  # the true definition, what somebody writes for it, and the sentence
    (GQA, "k = n_layers*n_kv_heads*d_head*bytes_per_element", "lacks the factor 2 for key and value"),
    (GQA, "k = n_layers*4*n_kv_heads*d_head*bytes_per_element", "has the factor 2 for key and value once too often"),
    (GQA, "k = n_layers*2*n_heads*d_head*bytes_per_element", "uses n_heads where n_kv_heads is meant"),
    (GQA.replace("n_kv", "n"), f"{GQA}", "uses n_kv_heads where n_heads is meant"),
    (GQA, "k = 2*n_kv_heads*d_head*bytes_per_element", "lacks the factor n_layers (layers that keep a cache)"),
    (GQA, f"{GQA}*n_layers", "has the factor n_layers too many"),
    (GQA, "k = n_layers*2*n_kv_heads*d_head", "lacks the factor bytes_per_element (bytes for one cached element)"),
    (f"{GQA}*batch", GQA, "lacks the factor batch (sequences in one batch)"),
    (GQA, "k = n_layers*2*n_kv_heads*bytes_per_element", "lacks the factor d_head (width of one head)"),
    (GQA, GQA.replace("d_head", "(hidden_size/n_heads)"), "uses hidden_size/n_heads where d_head is meant"),
    (GQA, GQA.replace("d_head", "hidden_size/n_heads"), "uses hidden_size/n_heads where d_head is meant"),
    (GQA, GQA.replace("d_head", "floor(hidden_size/n_heads)"), "uses floor(hidden_size/n_heads) where d_head is meant"),
    (f"{GQA}/1024", f"{GQA}/1000", "uses 1000 where 1024 is meant (kB is not KiB)"),
    (f"{GQA}/1024**3", f"{GQA}/1000**3", "uses 1000 where 1024 is meant (kB is not KiB)"),
    (f"{GQA}/1000000000", f"{GQA}/1073741824", "uses 1073741824 where 1000000000 is meant (kB is not KiB)"),
    (GQA, f"{GQA}*8", "counts bits where bytes are meant: a factor 8 too many"),
    (MIXED, MIXED.replace("min", "max"), "takes max where min is meant"),
    (MIXED, MIXED.replace("min(n_tokens, window)", "n_tokens"), "uses n_tokens where min(n_tokens, window) is meant"),
    (MIXED, MIXED.replace("window", "(window - 1)"), "is off by one: it has window - 1 where window is meant"),
    (PAGED, PAGED.replace("ceil", "floor"), "takes floor where ceil is meant"),
    (f"{GQA}*(n_tokens - 1)", f"{GQA}*n_tokens", "is off by one: it has n_tokens where n_tokens - 1 is meant"),
    (f"{GQA}*n_tokens", f"{GQA}*(n_tokens - 1)", "is off by one: it has n_tokens - 1 where n_tokens is meant"),
    (MLA, MLA.replace("+", "-"), "has - where + is meant, before d_rope"),
    (MLA, "k = n_layers*d_latent*bytes_per_element", "lacks the term n_layers*d_rope*bytes_per_element"),
    (MLA, MLA.replace("d_rope", "2*d_rope"), "has the factor 2 too many in 2*d_rope"),
    (STATE, STATE.replace("(d_conv - 1)", "d_conv"), "is off by one: it has d_conv where d_conv - 1 is meant"),
    ("k = n_heads/n_kv_heads", "k = n_kv_heads/n_heads", "has the ratio n_kv_heads/n_heads where n_heads/n_kv_heads"),
    (RANK, GQA, "lacks the division by tp (tensor-parallel ranks)"),
    (SHARED, GQA, "uses n_layers where n_unique_layers is meant (layers that read for layers that own a cache: read"),
    (
        GQA,
        "k = n_layers*n_heads*d_head*bytes_per_element",
        "lacks the factor 2 for key and value and uses n_heads",
    ),
    ("k = a*b**2", "k = a*b", "lacks the factor b"),
    ("k = x if a < c else y", "k = x if a <= c else y", "the edge of the cases is off by one"),
    ("k = x if a < c else y", "k = y if a < c else x", "the wrong way round"),
    ("k = mod(a, c)", "k = mod(c, a)", "uses mod(c, a) where mod(a, c) is meant"),
    ("k = a*b + c", "k = (a + b) + c", "uses a + b where a*b is meant"),
    ("k = (a + b)*c + d", "k = a*b*c + d", "uses a*b where a + b is meant"),
    ("k = c*(a - b) + d", "k = c*(b - a) + d", "uses b - a where a - b is meant"),
]


@pytest.mark.parametrize(("truth", "written", "says"), MISTAKES)
def test_a_usual_mistake_is_named_and_the_true_formula_has_none(truth, written, says):
    found = likely_mistake(Relation.parse(written), [Relation.parse(truth)])
    assert found.startswith(f"the right side {says}") or (says in found and found.startswith("the right side "))
    assert likely_mistake(Relation.parse(truth), [Relation.parse(truth)]) == ""


def test_the_side_that_is_suspected_is_blamed():
    relation = Relation.parse("2*n_kv_heads*d_head = n_kv_heads*d_head")
    assert likely_mistake(relation) == "the right side lacks the factor 2 for key and value"
    assert likely_mistake(relation, suspect="left") == (
        "the left side has the factor 2 for key and value once too often"
    )


WITHOUT = [
    ("min(S, W) = S", "it holds only where S <= W, a condition that is not given"),
    ("ceil(S/P)*P = S", "it holds only where P divides S, a condition that is not given"),
    ("S < max(S, W)", "both sides can be equal: it holds with <=, not with <"),
    ("min(S, W) >= S", "it holds the other way round: S >= min(S, W)"),
    ("ceil(S/P)*P <= S", "it holds the other way round: S <= ceil(S/P)*P"),
    ("a*k divides a", "it holds the other way round: a divides a*k"),
]


@pytest.mark.parametrize(("text", "says"), WITHOUT)
def test_a_condition_or_a_sign_that_is_missing_is_named(text, says):
    assert likely_mistake(Relation.parse(text)) == says


@pytest.mark.parametrize("text", ["a*b + c = a*b*d*e", "a = b*c*d*e*f", "2 = 7", "a**3 + b = c**2 + d", "a < a"])
def test_what_resembles_nothing_has_no_hint(text):
    assert likely_mistake(Relation.parse(text)) in ("", "both sides can be equal: it holds with <=, not with <")


@pytest.mark.parametrize(
    ("text", "under", "domains"),
    [
        ("a = a", [], {}),
        ("a = b", ["a = 1", "a = 2"], {}),
        ("1/0 = a", [], {}),
        ("a = 0", ["a = 0"], {}),
        ("x = -x", [], {"x": ANY}),
        ("sqrt(x) = x", [], {"x": RATIO}),
        ("+".join(["a*b"] * 400) + " = c", [], {}),
    ],
)
def test_no_statement_makes_it_stumble(text, under, domains):
    assert isinstance(likely_mistake(Relation.parse(text), map(Relation.parse, under), domains), str)


def test_a_hint_is_offered_only_where_the_kernel_proves_the_repair(monkeypatch):
    relation, truth = Relation.parse("k = n_layers*2*n_heads"), [Relation.parse("k = n_layers*2*n_kv_heads")]
    assert likely_mistake(relation, truth)
    monkeypatch.setattr(hints, "prove_with_split", lambda *_, **__: None)
    assert likely_mistake(relation, truth) == ""


def test_a_search_that_finds_nothing_ends():
    hard = (
        "floor(a/b) - max(0, floor(a/b**2) - 1) = min(1, floor(a/b)) + mod(a, c)*min(b, max(c, d - a)) + ceil(d/(b*c))"
    )
    start = process_time()
    likely_mistake(Relation.parse(hard))
    assert process_time() - start < 3 * hints.SECONDS


NAMES = ("gqa", "mla", "local_global", "sliding_window", "cross_layer", "mamba2")
EDITED = [
    (name, operator, Relation(Formula.parse("k"), "=", Formula(site.replaced(new))))
    for name in NAMES
    for site in sites(variant(name).paper_formula().tree)
    for operator in ("lost factor 2", "query heads for KV heads", "min for max", "ceil for floor", "factor dropped")
    for new in OPERATORS[operator](site, ())
]


@settings(max_examples=40)
@given(st.sampled_from(EDITED))
def test_what_one_edit_makes_false_is_put_right_by_a_hint(case):
    name, _, edited = case
    truth = Relation(Formula.parse("k"), "=", variant(name).paper_formula())
    found = likely_mistake(edited, [truth])
    equal = likely_mistake(truth, [truth]) == "" and edited.text == truth.text
    assert found.startswith("the right side ") or equal


PRINTED = [  # exact value, what was printed as an interval, what was given, what it resembles
    ((70272, 35100, 35200), {}, "the printed number lacks the factor 2 for key and value"),
    ((1024, 8192, 8192), {}, "the printed number counts bits where bytes are meant: a factor 8 too many"),
    ((4096, 32768, 32768), {"n_heads": 32, "n_kv_heads": 4}, "uses n_heads where n_kv_heads is meant"),
    ((70272, 1152, 1152), {"n_layers": 61}, "lacks the factor n_layers (layers that keep a cache)"),
    ((1000**3, Fraction(1000**6, 1024**3), Fraction(1000**6, 1024**3)), {}, "GB and GiB are mixed up"),
    ((70272, 70272, 70280), {}, ""),
    ((70272, 12345, 12346), {}, ""),
    ((0, 5, 6), {}, ""),
]


@pytest.mark.parametrize(("interval", "values", "says"), PRINTED)
def test_a_printed_number_resembles_a_mistake_by_its_factor(interval, values, says):
    found = number_mistake(*interval, values)
    assert says in found if says else found == ""
