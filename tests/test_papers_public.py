"""Formulas in LaTeX as public papers write them, read against their own notation and proved."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from symkv.formula import Formula, Relation
from symkv.papers import check_paper, read_paper
from symkv.proof.counterexample import find

PUBLIC = Path(__file__).parent / "papers" / "public"
PAPERS = sorted(PUBLIC.glob("*.tex"))
STEPPED = re.compile(r"\\(?:min|lceil|lfloor|sum|begin\{cases\})")
PLACE = re.compile(r"(?:Table|Equation|Algorithm|Section|Appendix) [A-Z0-9(]")


def source(path):
    return tomllib.loads(path.with_suffix(".symkv.toml").read_text())["source"]


def displays(path):
    found = re.findall(r"\\begin\{equation\}\\label\{([^}]+)\}\n(.*?)\n\\end\{equation\}", path.read_text(), re.DOTALL)
    return dict(found)


@pytest.mark.parametrize("path", PAPERS, ids=lambda path: path.stem)
def test_every_formula_of_a_paper_is_read_with_its_letters_and_proved(path):
    found = check_paper(path)
    assert {one.label: (one.verdict, len(one.judges)) for one in found.equations} == dict.fromkeys(
        displays(path), ("proved", 2)
    )
    assert not found.coverage.open


@pytest.mark.parametrize("path", PAPERS, ids=lambda path: path.stem)
def test_every_formula_names_its_paper_and_its_place_there(path):
    told = source(path)
    assert re.fullmatch(r"\d{4}\.\d{5}", told["arxiv"])
    assert told["arxiv"] == path.stem
    assert f"arXiv:{told['arxiv']}" in path.read_text().splitlines()[0]
    assert told["read"]
    assert set(told["places"]) == set(displays(path))
    assert all(PLACE.match(place) for place in told["places"].values())


def test_there_are_more_than_24_formulas_and_ten_with_a_minimum_a_rounding_or_cases():
    formulas = [formula for path in PAPERS for formula in displays(path).values()]
    assert len(formulas) >= 32
    assert sum(bool(STEPPED.search(formula)) for formula in formulas) >= 10
    numbered = [place for path in PAPERS for place in source(path)["places"].values()]
    assert sum(bool(re.match(r"Table|Equation|Algorithm", place)) for place in numbered) >= 20


@pytest.mark.parametrize("path", PAPERS, ids=lambda path: path.stem)
def test_a_target_that_is_a_half_too_large_is_refuted(path):
    for item in read_paper(path).items:
        for statement in item.statements:
            wrong = Relation(statement.relation.lhs, "=", statement.relation.rhs * 3 / Formula.of(2) + 1)
            assert find(wrong, item.where, item.domains) is not None


@pytest.mark.real
def test_tex_typesets_every_formula(tmp_path):
    if not shutil.which("pdflatex"):
        pytest.skip("no pdflatex")
    body = re.sub(r"\\label\{[^}]*\}", "", "\n".join(path.read_text() for path in PAPERS))
    text = f"\\documentclass{{article}}\\usepackage{{amsmath}}\\begin{{document}}\n{body}\\end{{document}}\n"
    (tmp_path / "all.tex").write_text(text)
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "all.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
