"""Several derivations in one document: numbers go on, labels are apart, and every engine and reader takes it."""

import re
from itertools import pairwise

import pytest

from symkv.derivations.loading import shipped_folders
from symkv.errors import BadInput
from symkv.render import collection_document, write_document
from symkv.render.pdf import compiled
from symkv.render.user_template import Template
from tests.library import checked

NAMES = ("two_kilobytes", "sharing", "sparse_attention")


@pytest.fixture(scope="module")
def document():
    return collection_document("own", [checked(name) for name in NAMES])


def test_equations_are_numbered_on_and_refer_to_their_own_part(document):
    tex = document.render("tex")
    labels = re.findall(r"\\label\{(eq:[^}]*)\}", tex)
    counts = [len(checked(name).steps) for name in NAMES]
    assert len(labels) == len(set(labels)) == sum(counts) == tex.count(r"\begin{equation}")
    first = 1
    for name, section in zip(NAMES, re.split(r"\\section\*\{\d ", tex)[1:], strict=True):
        used = [
            int(number) for found in re.findall(r"from (\([^;]*\));", section) for number in re.findall(r"\d+", found)
        ]
        assert used
        assert all(first <= number < first + len(checked(name).steps) for number in used)
        first += len(checked(name).steps)


def test_each_part_has_its_own_legend_and_the_sources_come_once(document):
    tex = document.render("tex")
    assert tex.count(r"\subsection*{Symbols}") == len(NAMES)
    assert tex.count(r"\section*{Sources}") == 1
    assert tex.count("[{[brandon2024]}]") == 1
    assert tex.count(r"\documentclass") == tex.count(r"\end{document}") == 1


def test_a_page_has_one_title_headings_in_order_and_no_id_twice(document):
    page = document.render("html")
    levels = [int(level) for level in re.findall(r"<h(\d)", page)]
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    ids = re.findall(r'id="([^"]*)"', page)
    assert len(set(ids)) == len(ids)
    assert set(re.findall(r'href="#([^"]*)"', page)) <= set(ids)


def test_markdown_has_one_title(document):
    text = document.render("md")
    assert len(re.findall(r"^# ", text, re.MULTILINE)) == 1
    assert len(re.findall(r"^## \d ", text, re.MULTILINE)) == len(NAMES)


@pytest.mark.real
def test_it_compiles(document):
    pdf, missing = compiled(document.name, document.render("tex"), {})
    assert not missing
    assert pdf.startswith(b"%PDF")


def test_a_template_of_ones_own_is_for_one_report(document, tmp_path):
    path = tmp_path / "mine.md.j2"
    path.write_text("{{ title }}")
    with pytest.raises(BadInput, match="not a collection"):
        write_document(document, tmp_path, template=Template.load(path))


def test_a_folder_that_ships_is_one_report(symkv, tmp_path, monkeypatch):
    two = dict(list(shipped_folders()["lecture"].items())[:2])
    monkeypatch.setattr("symkv.derivations.loading.shipped_folders", lambda: {"lecture": two})
    status, out, _ = symkv("report", "lecture", "--format", "md", "-o", str(tmp_path))
    assert status == 0
    assert "lecture.md" in out
    assert "## 2 The hardware ratio" in (tmp_path / "lecture.md").read_text()
