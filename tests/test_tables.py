"""Lists as CSV, Markdown, LaTeX and HTML: the same exact figures in each, escaped, and readable by what reads them."""

import csv
import html.parser
import io
import json
import re
import shutil
import subprocess
from fractions import Fraction

import pytest

from symkv.caches import quantity
from symkv.listing import KINDS, items
from symkv.measure import with_formats
from symkv.modelling import LENGTHS
from symkv.models import bundled
from symkv.tables import COLUMNS, FORMS, OTHERWISE, rendered, short

NASTY = '<script>alert(1)</script> & "x" | `y` _z_ %50 $1 #2 ^3 ~ \\end{tabular} \u202e =1+1'
ODD = [
    {
        "name": NASTY,
        "family": NASTY,
        "source": NASTY,
        "dtype": "bf16",
        "dtype_assumed": True,
        "verified": False,
        "stored": "3*n_tokens",
        "read": "n_tokens",
        "growth_bytes_per_token": "1/2",
        "state_bytes": None,
        "stored_bytes_at": {str(tokens): tokens for tokens in LENGTHS},
    }
]


class Page(html.parser.HTMLParser):
    """The rows of a page's table, its tags and what it would load."""

    def __init__(self, text):
        super().__init__()
        self.rows, self.tags, self.loads = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.loads += [value for name, value in attrs if name in ("src", "href", "action", "onclick", "onerror")]
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_data(self, data):
        if self.rows and self.rows[-1] and self.lasttag in ("td", "th", "button"):
            self.rows[-1][-1] += data.strip("\n")


def test_the_figures_of_the_list_are_those_of_the_formulas(symkv):
    listed = {item["name"]: item for item in json.loads(symkv("list", "models", "--json")[1])["result"]["items"]}
    assert set(listed) == {record.name for record in bundled()}
    for record in bundled():
        item = listed[record.name]
        stack = with_formats(record.stack, {}, dtype=None)
        stored, growth = quantity(stack, "stored"), quantity(stack, "growth")
        assert Fraction(item["growth_bytes_per_token"]) == growth.evaluate({})
        assert item["dtype_assumed"] is (record.stack.dtype is None)
        assert set(item["open_symbols"]) <= {"n_encoder"}
        for tokens in (8192, 131072, 1048576):
            total = item["stored_bytes_at"][str(tokens)]
            if item["open_symbols"]:
                assert total is None
            else:
                assert Fraction(total) == stored.evaluate({"n_tokens": tokens})
        assert item["source"] == record.source
        assert {"name", "family", "stored", "read", "verified", "state_bytes", "date"} <= set(item)


def test_the_terminal_table_has_a_line_for_each_model_and_says_the_format(symkv):
    _, out, _ = symkv("list", "models")
    lines = {line.split()[0]: line.split() for line in out.splitlines()[2:]}
    assert lines["llama-3.1-8b"] == "llama-3.1-8b 131072 0 1 GiB 16 GiB 128 GiB bf16".split()
    assert lines["gemma-3-27b"][-2:] == ["bf16*", "(unverified)"]
    assert "* the config names no format: bf16 is assumed" in out
    assert max(len(line) for line in out.splitlines()) <= 120


@pytest.mark.parametrize("kind", KINDS)
def test_a_csv_file_gives_back_every_cell(symkv, kind):
    status, out, err = symkv("list", kind, "--format", "csv")
    assert (status, err) == (0, "")
    head, *rows = csv.reader(io.StringIO(out))
    assert len(rows) == len(items(kind))
    assert all(len(row) == len(head) == len(COLUMNS.get(kind, OTHERWISE)) for row in rows)
    for row, item in zip(rows, items(kind), strict=True):
        cells = dict(zip(head, row, strict=True))
        assert cells[head[0]] == item["name"]
        if kind == "models":
            total = item["stored_bytes_at"]["131072"]
            assert cells["128Ki tokens (bytes)"] == ("" if total is None else str(total))
            assert cells["stored"] == item["stored"]
    assert next(csv.reader(io.StringIO(rendered(ODD, "models", "csv").partition("\n")[2])))[0] == NASTY


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_has_every_row_and_loads_nothing(symkv, kind):
    page = Page(symkv("list", kind, "--format", "html")[1])
    assert [row[0] for row in page.rows[1:]] == [item["name"] for item in items(kind)]
    assert page.loads == []
    assert page.tags.count("script") == 1
    assert not {"link", "img", "iframe", "object"} & set(page.tags)


def test_no_text_becomes_markup():
    page = Page(rendered(ODD, "models", "html"))
    assert page.tags.count("script") == 1
    assert page.rows[1][0] == NASTY
    tex = rendered(ODD, "models", "latex").splitlines()
    assert sum(r"\end{tabular}" in line.replace(r"\textbackslash{}end", "") for line in tex) == 1
    cells = re.split(r"(?<!\\)\|", rendered(ODD, "models", "markdown").splitlines()[2])
    assert len(cells) == 2 + sum(column.breadth != "raw" for column in COLUMNS["models"])


def test_markdown_has_a_row_for_each_model(symkv):
    head, rule, *rows = symkv("list", "models", "--format", "markdown")[1].splitlines()
    assert len(rows) == len(bundled())
    assert {line.count(" | ") for line in (head, rule, *rows)} == {head.count(" | ")}


@pytest.mark.real
@pytest.mark.parametrize("kind", [*KINDS, "odd"])
def test_the_latex_table_compiles_alone(kind, tmp_path):
    assert shutil.which("pdflatex"), "this test needs pdflatex"
    text = rendered(ODD, "models", "latex") if kind == "odd" else rendered(items(kind), kind, "latex")
    (tmp_path / "list.tex").write_text(text)
    document = "\\documentclass{article}\\usepackage[T1]{fontenc}\\begin{document}\\input{list}\\end{document}"
    (tmp_path / "all.tex").write_text(document)
    command = ["pdflatex", "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", "all.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False, timeout=120)
    log = done.stdout.decode("latin-1")
    assert done.returncode == 0, log[-2000:]
    if kind == "models":  # into the margin of 130 pt, not over the edge of the page
        assert all(float(width) < 60 for width in re.findall(r"Overfull \\hbox \(([\d.]+)pt", log))
        assert "Overfull \\vbox" not in log


@pytest.mark.real
def test_a_click_sorts_the_page_by_numbers_and_by_names(symkv, tmp_path):
    assert shutil.which("chromium"), "this test needs chromium"
    text = symkv("list", "models", "--format", "html")[1]
    clicked = "<script>document.querySelectorAll('th')[PLACE].firstElementChild.click()</script></body>"
    order = sorted(items("models"), key=lambda item: Fraction(item["growth_bytes_per_token"]))
    heads = Page(text).rows[0]
    page = tmp_path / "models.html"
    page.write_text(text.replace("</body>", clicked.replace("PLACE", str(heads.index("bytes per token")))))
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]
    done = subprocess.run([*command, "--dump-dom", str(page)], capture_output=True, text=True, check=True, timeout=120)
    shown = Page(done.stdout)
    assert [row[0] for row in shown.rows[1:]] == [item["name"] for item in order]
    assert 'aria-sort="ascending"' in done.stdout


BAD = [
    ["list", "--format", "csv"],
    ["list", "models", "--format", "xls"],
    ["list", "models", "--format", "csv", "--json"],
]


@pytest.mark.parametrize("argv", BAD, ids=" ".join)
def test_a_form_that_is_none_is_bad_input(symkv, argv):
    status, _, err = symkv(*argv)
    assert (status, err.count("\n")) == (2, 1)
    assert "--format" in err


def test_sizes_are_shown_in_binary_units_and_forms_are_named():
    assert [short(value) for value in (0, 1, "3/2", 1536, None)] == ["0", "1 B", "1.5 B", "1.5 KiB", "open"]
    assert list(FORMS) == ["csv", "html", "latex", "markdown"]
