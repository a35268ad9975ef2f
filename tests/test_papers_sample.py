"""The sample paper: 30 annotated equations and numbers, 20 proved, 10 refuted with the mistake that was made."""

import json
import shutil
import subprocess
import sys
import xml.etree.ElementTree as Xml
from pathlib import Path

import pytest

from symkv.formula import Relation
from symkv.papers import check_paper
from symkv.proof.counterexample import at_point
from symkv.proof.judges import domains_for

SAMPLE = Path(__file__).parent / "papers" / "sample"
WRONG = {  # the line, in what way it is wrong -> what the hint says
    ("paper.tex", 33): "lacks the factor 2 for key and value",
    ("paper.tex", 36): "uses n_heads where n_kv_heads is meant",
    ("paper.tex", 40): "uses d_model/n_heads where d_head is meant",
    ("paper.tex", 43): "has the ratio n_kv_heads/n_heads where n_heads/n_kv_heads is meant",
    ("paper.tex", 57): "has n_layers - 1 where n_layers is meant",
    ("sections/windows.tex", 19): "takes max where min is meant",
    ("sections/windows.tex", 21): "has window - 1 where window is meant",
    ("sections/windows.tex", 28): "what is stored, not what one step reads",
    ("sections/numbers.tex", 4): "right in KiB (1024 B), not in kB",
    ("sections/numbers.tex", 12): "last digit is rounded wrongly: exactly 4.66302",
}


@pytest.fixture(scope="module")
def sample():
    return check_paper(SAMPLE / "paper.tex")


def test_twenty_are_proved_by_two_judges_and_ten_refuted(sample):
    assert sample.counts == {"proved": 20, "refuted": 10}
    assert all(len(one.judges) == 2 for one in sample.equations if one.verdict == "proved")
    assert sample.files == ("paper.tex", "sections/windows.tex", "sections/numbers.tex")
    assert not sample.coverage.open


def test_each_of_the_ten_mistakes_is_named_on_its_line(sample):
    found = {(one.file, one.line): one.hint for one in sample.equations if one.verdict == "refuted"}
    assert found.keys() == WRONG.keys()
    for place, hint in WRONG.items():
        assert hint in found[place]


def test_every_counterexample_makes_the_statement_false_when_it_is_put_in(sample):
    refuted = [one for one in sample.equations if one.verdict == "refuted" and one.kind == "equation"]
    assert len(refuted) == 8
    for one in refuted:
        relation = Relation.parse(one.statement)
        point = {}
        for entry in one.counterexample.partition(":")[0].split(", "):
            name, _, value = entry.partition(" = ")
            point[name] = int(value)
        assert not relation.holds(point)
        assert at_point(relation, (), domains_for((relation,)), point)


def test_the_line_and_column_are_those_of_the_formula_that_is_wrong(sample):
    for one in sample.equations:
        line = (SAMPLE / one.file).read_text().splitlines()[one.line - 1]
        shown = line[one.column - 1 :]
        assert shown[0] in ("=\\(&" if one.kind == "equation" else "0123456789") or shown[0].isalnum(), (one, shown)


def test_the_command_line_says_the_same_and_leaves_with_1(symkv):
    status, out, _ = symkv("check", str(SAMPLE / "paper.tex"))
    assert status == 1
    assert "equations and numbers: 20 proved, 10 refuted" in out
    assert "sections/windows.tex:19:11" in out
    status, out, _ = symkv("check", str(SAMPLE / "paper.tex"), "--json", "--require-all")
    result = json.loads(out)["result"]
    assert status == 1
    assert [row["verdict"] for row in result["equations"]].count("proved") == 20
    assert (result["equation_counts"]["proved"], result["equation_counts"]["refuted"]) == (20, 10)
    assert result["coverage"]["unannotated"] == 0
    promised = "file line column label statement verdict judges counterexample hint detail kind annotation"
    assert set(promised.split()) <= set(result["equations"][0])


def test_pytest_collects_the_same_thirty(tmp_path):
    report = tmp_path / "report.xml"
    options = ["--symkv", "-q", "-n0", "-p", "no:cacheprovider", f"--junitxml={report}"]
    command = [sys.executable, "-m", "pytest", *options, str(SAMPLE / "paper.tex")]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    cases = list(Xml.parse(report).getroot().iter("testcase"))
    assert done.returncode == 1
    assert (len(cases), sum(case.find("failure") is not None for case in cases)) == (30, 10)
    for hint in WRONG.values():
        assert hint in done.stdout


def test_with_the_ten_mistakes_corrected_all_is_proved(tmp_path, symkv):
    shutil.copytree(SAMPLE, tmp_path / "paper")
    repairs = {
        "paper.tex": [
            (r"\kappa = L\,H_{\mathrm{kv}}\,\dhead\,b,", r"\kappa = 2\,L\,H_{\mathrm{kv}}\,\dhead\,b,"),
            (r"\[ \kappa = 2\,L\,H_{\mathrm{q}}", r"\[ \kappa = 2\,L\,H_{\mathrm{kv}}"),
            (r"\frac{d}{H_{\mathrm{q}}}\,b.", r"\dhead\,b."),
            (r"= \frac{H_{\mathrm{kv}}}{H_{\mathrm{q}}}$", r"= \frac{H_{\mathrm{q}}}{H_{\mathrm{kv}}}$"),
            (r"(L - 1)\,", r"L\,"),
        ],
        "sections/windows.tex": [
            (r"\max\{S, W\}", r"\min\{S, W\}"),
            (r"\min\{S, W - 1\}", r"\min\{S, W\}"),
            (r"S\left(d_I + d_c + d_h^R\right).", r"\left(S\,d_I + \min(k, S) (d_c + d_h^R)\right)."),
        ],
        "sections/numbers.tex": [("68.625~kB", "68.625~KiB"), (r"$4.67\times$", r"$4.66\times$")],
    }
    for file, changes in repairs.items():
        path = tmp_path / "paper" / file
        text = path.read_text()
        for old, new in changes:
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        path.write_text(text)
    status, out, _ = symkv("check", str(tmp_path / "paper" / "paper.tex"), "--require-all")
    assert (status, out.splitlines()[-1]) == (0, "equations and numbers: 30 proved")


@pytest.mark.real
def test_the_sample_paper_compiles(tmp_path):
    if not shutil.which("pdflatex"):
        pytest.skip("no pdflatex")
    command = [
        "pdflatex",
        "-interaction=nonstopmode",
        "-halt-on-error",
        "-no-shell-escape",
        f"-output-directory={tmp_path}",
    ]
    done = subprocess.run([*command, "paper.tex"], cwd=SAMPLE, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    assert (tmp_path / "paper.pdf").stat().st_size > 10_000
