"""Why: `symkv.explain` and `symkv explain` give the reasons of every kind of verdict, and one line for what is none."""

import json
from dataclasses import replace
from fractions import Fraction

import pytest
import sympy

import symkv
from symkv.derivations import Derivation, Step, check, load, named
from symkv.derivations.certificate import write_certificate
from symkv.errors import BadInput
from symkv.explaining import Walk, claim_hint, explain_step, normal_forms
from symkv.formula import Formula, Relation
from symkv.proof.domains import ANY, COUNT
from tests.test_plugin import CLAIMS, PAPER, derivation

TIED = "%!symkv number mla growth n_layers=61 d_latent=512 d_rope=64 bytes_per_element=2"
NUMBERS = f"We store 70.3 KB per token. {TIED}\nWe store 35.1 KB per token. {TIED}\n"
FALSE = ("n_layers*2*n_kv_heads*d_head", "n_layers*2*n_heads*d_head")


def test_a_refuted_relation_shows_both_normal_forms_the_point_in_numbers_and_the_likely_mistake():
    found = symkv.explain(*FALSE)
    assert str(found.forms.left) == "n_layers*2*n_kv_heads*d_head"
    assert str(found.forms.difference) == "n_layers*2*(n_kv_heads - n_heads)*d_head"
    assert found.hint == "the right side uses n_heads where n_kv_heads is meant"
    point = found.counterexample.point
    assert f"    left  {found.statement.lhs.evaluate(point)}" in found.lines
    assert f"    right {found.statement.rhs.evaluate(point)}" in found.lines
    assert json.loads(json.dumps(found.data))["counterexample"]["left"] == found.statement.lhs.evaluate(point)


WORDS = [
    (("min(S, W) + max(S, W) = S + W",), {}, ["case S <= W:", "case S > W:"]),
    (("floor((n + 1)/2) = ceil(n/2)",), {}, ["by"]),
    (("a**2 + b**2 >= 2*a*b",), {}, ["otherwise a sum of", "would be negative"]),
    (("mod(n, 6) = mod(n + 6, 6)",), {}, ["by"]),
    (
        ("n_heads/n_kv_heads", "g"),
        {"where": ["n_heads = g*n_kv_heads"]},
        ["under  n_heads = g*n_kv_heads", "left - right = 0"],
    ),
    (("(x**2 - 1)/(x - 1)", "x + 1"), {}, ["only where  x - 1 != 0"]),
    (("b*x >= 0",), {"domains": {"x": "nonnegative rational"}}, ["x nonnegative rational", "b positive integer"]),
    ((sympy.Symbol("y", positive=True), "y"), {}, ["y positive rational", "by normal form"]),
    ((lambda n_tokens, window: min(n_tokens, window), "n_tokens"), {"where": ["n_tokens <= window"]}, ["proved"]),
]


@pytest.mark.parametrize(("arguments", "more", "said"), WORDS)
def test_the_reasons_of_a_proof_are_said(arguments, more, said):
    found = symkv.explain(*arguments, **more)
    assert found.verdict == "proved"
    assert found.hint == ""
    for part in said:
        assert part in str(found)


def test_a_verdict_is_explained_as_it_was_given():
    for question in (FALSE, ("a + a", "2*a")):
        verdict = symkv.prove(*question)
        found = symkv.explain(verdict)
        assert (found.verdict, found.statement) == (verdict.verdict, verdict.statement)
        assert str(found) == str(symkv.explain(*question))
    with pytest.raises(BadInput, match="explain it alone"):
        symkv.explain(verdict, "b")


@pytest.mark.parametrize("text", ["a*b + a*c", "(a + b)**3/(a*b)", "a*min(b, c) - mod(a, b)", "a if a < b else c"])
def test_a_normal_form_has_the_value_of_the_formula_at_points(text):
    formula = Formula.parse(text)
    forms = normal_forms(Relation(formula, "=", Formula.parse("c*d")), (), dict.fromkeys("abcd", COUNT))
    for values in ((1, 1, 1, 1), (2, 3, 5, 7), (7, 5, 3, 2), (10, 4, 4, 9)):
        at = dict(zip("abcd", values, strict=True))
        assert forms.left.evaluate(at) == formula.evaluate(at)
        assert forms.difference.evaluate(at) == formula.evaluate(at) - at["c"] * at["d"]


def test_what_has_no_normal_form_has_none_and_is_still_explained():
    assert normal_forms(Relation.parse("1/(a - a) = b"), (), dict.fromkeys("ab", ANY)).left is None
    assert symkv.explain("(a + b)**64 + 1", "(a + b)**64").verdict in ("refuted", "unknown")


# -- steps -----------------------------------------------------------------------------------------------------------


def test_every_step_of_a_shipped_derivation_is_explained_as_it_is_checked_in_any_order():
    found = named("two_kilobytes")
    walk = Walk(found)
    for checked in reversed(check(found).steps):
        told = walk.explanation(checked.step.id)
        assert (told.checked.verdict, told.checked.judges) == (checked.verdict, checked.judges)
        assert {used.step.id for used in told.used} <= set(checked.step.uses)
        assert all(reason.verdict == "proved" for reason in told.reasons)
        assert json.dumps(told.data)


def chained(*steps):
    return Derivation("chained", "Chained", "", ("n_layers", "n_heads", "d_head", "bytes_per_token"), steps)


def test_conditions_that_a_proof_carries_reach_the_steps_that_rest_on_it_in_any_order():
    found = chained(
        Step("a", "define", "bytes_per_token = n_layers*(n_heads - d_head)"),
        Step("b", "divide_both", "bytes_per_token/(n_heads - d_head) = n_layers", uses=("a",), by="n_heads - d_head"),
        Step("c", "collect", "2*bytes_per_token/(n_heads - d_head) = 2*n_layers", uses=("b",)),
    )
    straight = [(one.verdict, one.conditions) for one in check(found).steps]
    walk = Walk(found)
    walk.checked("a")
    late = walk.checked("c")
    assert (late.verdict, late.conditions) == straight[2]
    assert [(walk.checked(name).verdict, walk.checked(name).conditions) for name in "abc"] == straight


def test_a_step_behind_one_that_is_not_well_formed_says_which():
    found = chained(Step("a", "define", "bytes_per_token = n_layers"), Step("b", "guess", "n_layers = n_layers"))
    assert Walk(found).checked("a").verdict == "assumed"
    with pytest.raises(BadInput, match="chained, step b"):
        Walk(found).checked("b")


# -- the command -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("explained")
    path.joinpath("right.py").write_text(derivation(right=True))
    path.joinpath("wrong.py").write_text(derivation(right=False))
    path.joinpath("claims.toml").write_text(CLAIMS)
    path.joinpath("paper.tex").write_text(PAPER)
    path.joinpath("numbers.tex").write_text(NUMBERS)
    second = replace(load(path / "right.py"), name="second")
    write_certificate(path / "proofs.json", [check(load(path / "right.py")), check(second)])
    return path


@pytest.fixture
def files(folder, monkeypatch):
    monkeypatch.chdir(folder)
    return folder


ASKED = [
    ("two_kilobytes", "ratio", 0, ["rule  cancel", "uses  stored (proved)", "under  n_layers = n_global_layers"]),
    ("two_kilobytes", "head_width", 0, ["assumed", "why   premise"]),
    ("counting", "overtaken", 0, ["counting, step overtaken"]),
    ("right.py", "ordered", 0, ["proved (kernel, z3)"]),
    ("wrong.py", "other", 1, ["refuted (box)", "left - right", "uses n_heads where n_kv_heads is meant"]),
    ("wrong.py", "spoken", 1, ["printed  1024", "exactly  2048", "lacks the factor 2"]),
    ("wrong.py", "heads.other", 1, ["refuted"]),
    ("claims.toml", "v3", 0, ["matches", "70.272 kB"]),
    ("claims.toml", "halved", 1, ["differs", "lacks the factor 2 for key and value"]),
    ("proofs.json", "heads.other", 0, ["proved (kernel, z3)"]),
    ("proofs.json", "second.other", 0, ["second, step other"]),
    ("paper.tex", "eq:wrong", 1, ["paper.tex:7:", "the paper's formula lacks the factor 2", "left - right"]),
    ("paper.tex", "eq:right", 0, ["proved (kernel, z3)", "left - right = 0"]),
    ("paper.tex", "7", 1, ["eq:wrong"]),
    ("numbers.tex", "1", 0, ["rounds: exactly 70272 B", "KB read as 1000 B: 61*512*2 + 61*64*2 >= 70250 and"]),
    ("numbers.tex", "2", 1, ["printed 35.1 KB, exactly 70272 B", "hint: "]),
]


@pytest.mark.parametrize(("file", "step", "status", "said"), ASKED)
def test_the_command_prints_the_reasons(symkv, files, file, step, status, said):
    code, out, err = symkv("explain", file, step)
    assert (code, err) == (status, "")
    for part in said:
        assert part in out
    code, out, err = symkv("explain", file, step, "--json")
    result = json.loads(out)["result"]
    assert (code, err) == (status, "")
    assert result["verdict"]
    assert isinstance(result["reasons"], list)


def test_the_reasons_of_a_limit_name_what_grows():
    symbols = ("n_tokens", "block_size", "bytes_per_token")
    limit = "ceil(n_tokens/block_size)*block_size*bytes_per_token/n_tokens"
    found = Derivation(
        "blocks",
        "Blocks",
        "",
        symbols,
        (
            Step("long", "limit", f"{limit} = bytes_per_token", over="n_tokens"),
            Step("wrong", "limit", f"{limit} = 2*bytes_per_token", over="n_tokens"),
        ),
    )
    told = explain_step(found, "long").lines
    assert told[0] == "blocks, step long: proved (kernel, sympy)"
    assert "as n_tokens grows" in told[1]
    assert "    by the highest powers of n_tokens" in told
    assert explain_step(found, "wrong").checked.verdict == "refuted"
    assert "step wrong: refuted" in str(explain_step(found, "wrong"))


WRONG = [
    (("two_kilobytes", "nothing"), "a step must be one of"),
    (("counting", "windw"), "window"),
    (("nothing", "a"), "a derivation must be one of"),
    (("nothing.py", "a"), "must be a file"),
    (("nothing.json", "a"), "certificate"),
    (("nothing.toml", "a"), "claims file"),
    (("nothing.tex", "a"), "nothing.tex"),
    (("proofs.json", "other"), "a step must be one of"),
    (("paper.tex", "eq:nothing"), "an equation must be one of eq:right, eq:wrong"),
    (("wrong.py", "other", "--sidecar", "x.toml"), "--sidecar is for papers"),
    (("wrong.py", "other", "--no-exec"), "--no-exec refuses"),
    (("paper.tex", "eq:right", "--sidecar", "none.toml"), "none.toml"),
    (("two_kilobytes",), "STEP"),
]


@pytest.mark.parametrize(("arguments", "problem"), WRONG)
def test_what_can_not_be_explained_is_one_line(symkv, files, arguments, problem):
    code, out, err = symkv("explain", *arguments)
    assert (code, out) == (2, "")
    assert problem in err
    assert err.count("\n") == 1


def test_the_hint_of_a_claim_is_the_factor_between_printed_and_exact(files):
    checked = check(load(files / "wrong.py")).claims
    assert [claim_hint(one) for one in checked] == ["the printed number lacks the factor 2 for key and value"]
    assert [claim_hint(one) for one in check(load(files / "right.py")).claims] == [""]
    assert checked[0].ratio == Fraction(1, 2)


def test_an_explanation_displays_in_a_notebook_and_escapes_what_it_shows():
    assert "&lt;" in symkv.explain("min(S, W) < S")._repr_html_()
    assert repr(symkv.explain("a = a")).startswith("<proved")
    assert str(explain_step(named("two_kilobytes"), "ratio")).startswith("two_kilobytes, step ratio")
