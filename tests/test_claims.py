"""Claims: printed values against exact ones; every verdict, every number written down, and files of one's own."""

import re
from dataclasses import replace
from fractions import Fraction

import pytest

from symkv.derivations import Claim, Derivation, Instance, Step, check, named, shipped_derivations
from symkv.derivations.bibliography import bibliography, cited
from symkv.derivations.values import check_claim
from symkv.errors import BadInput

LAYER = {"n_layers": 80, "n_kv_heads": 8, "d_head": 128, "bytes_per_element": 2}


def holding(*claims, instances=(), steps=()):
    return Derivation("own", "Own", "A test.", ("n_layers", "d_head"), tuple(steps), claims=claims, instances=instances)


@pytest.mark.parametrize(
    ("printed", "verdict", "decimals"),
    [
        ("327.68 kB", "matches", None),
        ("320 KiB", "matches", None),
        ("328 kB", "rounds", None),
        ("300 kB", "differs", None),
        ("300,000", "rounds", -5),
        ("3.3e5", "rounds", None),
        ("3.2e5", "differs", None),
    ],
)
def test_a_printed_value_is_judged_to_the_digits_that_it_has(printed, verdict, decimals):
    claim = Claim("c", "gqa.growth", LAYER, printed, "own", decimals=decimals)
    assert check_claim(claim).verdict == verdict


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"exact": 327681}, "the exact value is 327680, written down is 327681"),
        ({"ratio": "1/3"}, "printed/exact is 25/32, written down is 1/3"),
        ({"printed": "257 kB"}, "printed/exact is 6425/8192, written down is 25/32"),
        ({"given": {**LAYER, "d_head": 127}}, "the exact value is 325120"),
        ({"as_printed": "n_layers*d_head*n_kv_heads*bytes_per_element"}, "gives 163840, not 256 kB as printed"),
        ({"expect": "agrees"}, "256 kB differs, expected agrees"),
    ],
)
def test_a_number_of_a_claim_can_not_change_unnoticed(changes, problem):
    right = Claim(
        "c", "gqa.growth", LAYER, "256 kB", "own", "differs", exact=327680, ratio="25/32",
        as_printed="n_layers*2*100*n_kv_heads*bytes_per_element*d_head/128",
    )  # fmt: skip
    assert check(holding(right)).holds
    wrong = check(holding(replace(right, **changes)))
    assert not wrong.holds
    assert problem in wrong.claims[0].problem


@pytest.mark.parametrize(
    ("claim", "message"),
    [
        (Claim("c", "gqa.growth", {**LAYER, "window": 3}, "1 B", "own"), "must be used, window is not"),
        (Claim("c", "gqa.growth", {**LAYER, "d_head": 1.5}, "1 B", "own"), "must be exact, got 1.5"),
        (Claim("c", "gqa.growth", LAYER, "much", "own"), "must be a number with a unit"),
        (Claim("c", "gqa.growth", {}, "1 B", "own"), "n_layers"),
        (Claim("c", printed="1 B", source="own"), "must have an expression or a model"),
        (Claim("c", "1", {}, "1 B", "own", model="gqa"), "this one has both"),
        (Claim("c", model="llama-3.1-8b", of="stored", printed="1 GB"), "must be a number here"),
        (Claim("c", model="no-such-model", printed="1 GB"), "a model must be"),
        (Claim("c", model="llama-3.1-8b", of="taste", printed="1 GB"), "must be one of stored"),
    ],
)
def test_a_claim_that_is_not_well_formed_is_bad_input_with_its_place(claim, message):
    with pytest.raises(BadInput, match=re.escape(message)) as problem:
        check(holding(claim))
    assert str(problem.value).startswith("own, claim c: ")


@pytest.mark.parametrize(
    ("model", "of", "given", "printed", "exact"),
    [
        ("deepseek-v3", "growth", {}, "70.272 kB", 61 * 576 * 2),
        ("llama-3.1-8b", "stored", {"n_tokens": "128Ki", "batch": 2}, "32 GiB", 2 * 2**34),
        ("llama-3.1-8b", "per_rank", {"n_tokens": 1024, "tp": 8}, "16 MiB", 2**24),
        ("mla(n_layers=60,d_latent=512,d_rope=64)", "growth", {"dtype": "fp8_ds_mla"}, "39.36 kB", 60 * 656),
        ("gqa", "growth", {**LAYER, "bytes_per_element": "9/16"}, "92.16 kB", 80 * 2 * 8 * 128 * 9 // 16),
    ],
)
def test_a_claim_may_be_about_whatever_size_takes(model, of, given, printed, exact):
    found = check_claim(Claim("c", given=given, printed=printed, model=model, of=of))
    assert (found.value, found.verdict) == (exact, "matches")


def test_two_models_are_compared_as_a_ratio():
    found = check_claim(Claim("c", model="llama-3.1-405b", against="deepseek-v3", printed="7.28x"))
    assert (found.value, found.verdict) == (Fraction(516096, 70272), "differs")


def test_what_can_not_be_decided_says_why():
    found = check(holding(Claim("c", printed="20x", source="own", expect="undecidable", note="no inputs")))
    assert found.holds
    assert found.claims[0].verdict == "undecidable"
    with pytest.raises(BadInput, match="says why"):
        check(holding(Claim("c", printed="20x", source="own", expect="undecidable")))


def test_numbers_put_into_a_step_come_out_as_written_down():
    step = Step("double", "collect", "n_layers + n_layers = 2*n_layers")
    right = Instance("eighty", given={"n_layers": 80}, value=160, step="double")
    assert check(holding(steps=(step,), instances=(right,))).holds
    wrong = check(holding(steps=(step,), instances=(replace(right, value=161),)))
    assert not wrong.holds
    assert wrong.instances[0].problem == "the value is 160, written down is 161"
    with pytest.raises(BadInput, match="must name a step"):
        check(holding(steps=(step,), instances=(replace(right, step="triple"),)))


@pytest.mark.parametrize("name", shipped_derivations())
def test_what_ships_writes_down_every_value_and_cites_real_entries(name):
    derivation = named(name)
    for claim in derivation.claims:
        assert claim.source in bibliography(), claim.id
        assert claim.exact is not None or claim.expect == "undecidable", claim.id
        assert claim.expect != "differs" or (claim.ratio is not None and claim.cause), claim.id
        assert claim.expect != "agrees", claim.id
    for one in (*derivation.readings, *derivation.instances):
        assert one.value is not None, one.label
    for question in derivation.questions:
        assert question.expect, question.what
    assert {step.cite for step in derivation.steps} - {""} <= set(cited(derivation))


FILE = """
[[claim]]
id = "v3"
model = "deepseek-v3"
printed = "70.272 kB"
source = "arXiv:2505.09343, table 1"

[[claim]]
id = "opt-13b"
expression = "n_layers*2*d_head*n_kv_heads*bytes_per_element"
given = { n_layers = 40, d_head = 128, n_kv_heads = 40, bytes_per_element = 2 }
printed = "%s"
source = "own"
"""


@pytest.mark.parametrize(("printed", "status"), [("800 KB", 0), ("801 KB", 1)])
def test_a_claims_file_of_ones_own_is_checked(symkv, tmp_path, printed, status):
    path = tmp_path / "claims.toml"
    path.write_text(FILE % printed)
    found, out, _ = symkv("check", str(path), "--claims", "--no-exec")
    assert found == status
    assert "matches" in out
    assert ("801 KB differs, expected agrees" in out) == (status == 1)


BAD_FILES = [
    ("claim = 3\n", "holds [[claim]] entries"),
    ("[[claim]]\nid = 'a'\nprinted = '1 B'\nexpresion = '1'\n", "'expresion'"),
    ("[[claim]]\nid = 'a'\nprinted = '1 B'\nexpression = '1'\n[claim.given]\nx = 1.5\n", "integers or strings"),
    ("[[claim]]\nid = 'a'\nexpression = '1'\n", "must say what is printed"),
    ("[[claim]]\nprinted = '1 B'\nexpression = '1'\n", "must have an id"),
    ("[[claim]]\nid='a'\nprinted='1 B'\nexpression='1'\n[[claim]]\nid='a'\nprinted='1 B'\nexpression='1'\n", "twice"),
    ("[[claim]]\nid='a'\nprinted='1 B'\nexpression='1'\nexpect='proved'\n", "must be one of agrees"),
    ("[[claim]]\nid='a'\nprinted='1 B'\nexpression='__import__(1)'\n", "claim a"),
    ("[[claim", "must be TOML"),
    ("a = " + "[" * 3000, "must be TOML"),
]


@pytest.mark.parametrize(("text", "message"), BAD_FILES)
def test_a_claims_file_that_is_not_well_formed_is_one_line(symkv, tmp_path, text, message):
    path = tmp_path / "claims.toml"
    path.write_text(text)
    status, _, error = symkv("check", str(path))
    assert status == 2
    assert message in error
    assert error.count("\n") == 1
