"""A certificate proves nothing by what it says: every step is judged anew, by the kernel alone, and tampering shows."""

import copy
import json
import subprocess
import sys
import time

import pytest

from symkv.cli import main
from symkv.derivations import check, load_any, shipped_derivations
from symkv.derivations.certificate import certificate, recheck, write_certificate
from symkv.errors import BadInput
from tests.library import checked

SOME = [name for place, name in enumerate(shipped_derivations()) if place < 6 or place % 4 == 0]  # all: `symkv check`


@pytest.fixture(scope="module")
def shipped():
    return {name: checked(name) for name in SOME}


@pytest.fixture(scope="module")
def good(shipped):
    return certificate(shipped["two_kilobytes"])


def written(tmp_path, data):
    path = tmp_path / "certificate.json"
    path.write_text(data if isinstance(data, str) else json.dumps(data))
    return path


def verdicts(path):
    return [step.verdict for _, steps in recheck(path) for step in steps]


def edited(good, **changes):
    """A copy with fields of the step `width` changed."""
    twin = copy.deepcopy(good)
    step = next(step for step in twin["steps"] if step["id"] == "width")
    step.update(changes)
    return twin


def test_a_certificate_has_the_fields_of_the_format(good):
    assert good["symkv_certificate"] == 1
    assert {"name", "symbols", "assume", "steps"} <= set(good)
    for step in good["steps"]:
        assert {"id", "rule", "statement", "uses", "where", "split", "verdict", "judges"} <= set(step)


@pytest.mark.parametrize("name", SOME)
def test_every_shipped_step_is_proved_again_by_the_kernel_alone(shipped, name, tmp_path):
    path = tmp_path / "c.json"
    write_certificate(path, [shipped[name]])
    (found,) = recheck(path)
    before = {s.step.id: s.verdict for s in shipped[name].steps}
    assert {s.step.id: s.verdict for s in found[1]} == before
    assert all(s.judges == ("kernel",) for s in found[1] if s.verdict == "proved")


def test_at_most_one_in_twenty_shipped_steps_rests_on_more_than_the_kernel(shipped):
    steps = [step for one in shipped.values() for step in one.steps if step.verdict == "proved"]
    without = [step for step in steps if "kernel" not in step.judges]
    assert len(without) * 20 <= len(steps)


def test_a_certificate_can_be_checked_by_all_judges_too(good, tmp_path):
    (derivation,) = load_any(written(tmp_path, good))
    checked = check(derivation)
    assert checked.holds
    assert certificate(checked)["steps"] == good["steps"]


def test_recheck_loads_no_engine_and_takes_milliseconds(shipped, tmp_path):
    path = tmp_path / "all.json"
    write_certificate(path, list(shipped.values()))
    code = (
        "import sys, time; from pathlib import Path\n"
        "from symkv.derivations.certificate import recheck\n"
        "start = time.process_time(); found = recheck(Path(sys.argv[1])); took = time.process_time() - start\n"
        "count = sum(len(steps) for _, steps in found)\n"
        "print(sorted({'sympy', 'z3', 'cvc5', 'jinja2', 'numpy'} & set(sys.modules)), count, 1000*took/count)\n"
    )
    out = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True).stdout
    engines, count, milliseconds = out.rsplit(maxsplit=2)
    assert engines == "[]"
    assert int(count) == sum(len(one.steps) for one in shipped.values())
    assert float(milliseconds) < 25  # about one on an idle machine


# -- tampering -------------------------------------------------------------------------------------------------------


def test_an_edited_right_hand_side_is_refuted_whatever_verdict_is_stored(good, tmp_path):
    path = written(tmp_path, edited(good, statement="stored_per_token = 257*n_kv_heads*bytes_per_element", units=[]))
    assert "refuted" in verdicts(path)
    assert main(["recheck", str(path)]) == 1
    assert "refuted" not in verdicts(written(tmp_path, good))
    assert main(["recheck", str(written(tmp_path, good))]) == 0


def test_a_forged_verdict_is_ignored(good, tmp_path):
    false = edited(good, statement="stored_per_token = n_kv_heads", verdict="proved", judges=["kernel", "z3"], units=[])
    assert "refuted" in verdicts(written(tmp_path, false))
    humble = edited(good, verdict="refuted", judges=[])
    assert "refuted" not in verdicts(written(tmp_path, humble))


def test_a_proof_from_contradictory_assumptions_is_none(good, tmp_path):
    twin = edited(good, where=["n_kv_heads <= 3", "d_head <= n_kv_heads", "d_head = 128"])
    assert "unknown" in verdicts(written(tmp_path, twin))


TREE = {"id": "s", "rule": "cases", "statement": "min(S, W) + max(S, W) = S + W", "uses": [], "where": []}
SYMBOLS = [
    {"name": n, "latex": f"{n}_0", "words": n, "unit": "", "domain": "positive integer", "dimension": ""} for n in "SW"
]


def one_step(**changes):
    step = {**TREE, "split": {"order": ["S", "W"], "cases": [None, None]}, "verdict": "proved", "judges": ["kernel"]}
    return {"symkv_certificate": 1, "name": "small", "symbols": SYMBOLS, "assume": [], "steps": [{**step, **changes}]}


def test_a_split_is_what_proves_and_one_that_proves_nothing_leaves_the_step_unknown(tmp_path):
    assert verdicts(written(tmp_path, one_step())) == ["proved"]
    path = written(tmp_path, one_step(split=None))
    assert verdicts(path) == ["unknown"]
    assert main(["recheck", str(path)]) == 3
    assert main(["recheck", "--with-z3", str(path)]) == 0


REFUSED = [
    ("uses a later step", lambda good: edited(good, uses=["heads_fp8"]), "earlier steps"),
    ("uses itself", lambda good: edited(good, uses=["width"]), "earlier steps"),
    ("an unknown rule", lambda good: edited(good, rule="magic"), "a rule must be one of"),
    ("an unknown field", lambda good: edited(good, trusted=True), "a step has the fields"),
    ("a number for a text", lambda good: edited(good, statement=7), "must be a text"),
    ("a text for a list", lambda good: edited(good, uses="stored"), "must be a list"),
    ("no symbol of that name", lambda good: edited(good, statement="x = x"), "must be declared"),
    ("another version", lambda good: {**good, "symkv_certificate": 2}, "must say"),
    ("true for one", lambda good: {**good, "symkv_certificate": True}, "must say"),
    ("another field", lambda good: {**good, "verdict": "proved"}, "a certificate has the fields"),
    ("steps that are none", lambda good: {**good, "steps": [1]}, "must be a list"),
    ("one case missing", lambda good: one_step(split={"order": ["S", "W"], "cases": [None]}), "does not cover"),
    ("no such split", lambda good: one_step(split={"trust": ["S", "W"]}), "a split must be"),
    ("a split of the wrong type", lambda good: one_step(split=[1, 2]), "a split must be"),
    ("a fact that is none", lambda good: one_step(split={"absurd": [[[1, [99]]], [[1, [99]]]]}), "a split must be"),
    (
        "code in a split",
        lambda good: one_step(split={"order": ["__import__('os')", "W"], "cases": [None, None]}),
        "part of",
    ),
    ("two proofs for one", lambda good: one_step(split={"each": [None, None]}), "must have 1 proofs"),
    ("a narrower domain", lambda good: {**one_step(), "symbols": [{**SYMBOLS[0], "domain": "even"}]}, "domains"),
    (
        "a table symbol of another domain",
        lambda good: {**good, "symbols": [{**good["symbols"][2], "domain": "positive rational"}]},
        "must be a positive integer",
    ),
]


@pytest.mark.parametrize(("make", "problem"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_a_tampered_certificate_is_refused_with_its_place(good, make, problem, tmp_path, capsys):
    path = written(tmp_path, make(good))
    with pytest.raises(BadInput, match=problem):
        recheck(path)
    assert main(["recheck", str(path)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert str(path) in err


TEXTS = [
    ('{"symkv_certificate": 1, "symkv_certificate": 1}', "given once"),
    ('{"symkv_certificate": NaN}', "plain numbers"),
    ('{"a": ' * 100_000, "nest"),
    ("[" * 100_000 + "]" * 100_000, "nest"),
    ('{"symkv_certificate": 1' + "0" * 5000 + "}", "plain JSON"),
    ("", "empty"),
    ("[]", "must be a JSON object"),
    ('{"symkv_certificate": 1', "whole JSON"),
    ("\x00", "whole JSON"),
]


@pytest.mark.parametrize(("text", "problem"), TEXTS)
def test_what_is_no_certificate_is_one_clear_line_at_once(text, problem, tmp_path, capsys):
    path = written(tmp_path, text)
    start = time.perf_counter()
    assert main(["recheck", str(path)]) == 2
    assert time.perf_counter() - start < 2
    out, err = capsys.readouterr()
    assert out == ""
    assert problem in err
    assert err.count("\n") == 1


def test_a_certificate_is_never_run(good, tmp_path):
    canary = tmp_path / "canary"
    twin = copy.deepcopy(good)
    twin["steps"][1]["why"] = f"__import__('pathlib').Path({str(canary)!r}).touch()"
    verdicts(written(tmp_path, twin))
    assert not canary.exists()


def test_a_file_that_is_no_certificate_is_not_overwritten(shipped, tmp_path):
    path = tmp_path / "mine.json"
    path.write_text("{}")
    with pytest.raises(BadInput, match="did not write"):
        write_certificate(path, [shipped["counting"]])
    assert path.read_text() == "{}"
    write_certificate(path, [shipped["counting"]], force=True)
    write_certificate(path, [shipped["counting"]])
    assert json.loads(path.read_text())["name"] == "counting"
