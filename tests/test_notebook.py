"""Notebooks: a real kernel runs a real notebook, and what its outputs show is looked at in a real browser."""

import re
import shutil
import subprocess
import sys

import pytest

from symkv.caches import Source, Stack, Variant, key_value
from symkv.formula import Formula, Relation
from symkv.notebook import MOST_ROWS, Html, Shown, card, cell, table
from symkv.variants import variant

HOSTILE = '<script>alert(1)</script> & "it" $x$ {{7*7}}'
CELLS = {  # what is asked, what its HTML says, and what its LaTeX says (None: it has none)
    'from symkv.variants import variant\nvariant("mla")': ("latent", r"d_{\mathrm{c}}"),
    'from symkv.models import resolve\nresolve("gemma-2-9b")': ("window of 4096", r"\min"),
    'from symkv.formula import Formula\nFormula.parse("2*n_kv_heads*d_head")': ("<math", r"2\,n_{\mathrm{kv}}"),
    'from symkv.formula import Relation\nRelation.parse("n_heads = 8*n_kv_heads")': ("<math", r"n_{\mathrm{q}} = 8"),
    "import symkv\nfrom symkv.solve import compare, designs, solve, solve_against\n"
    'stack = symkv.models.resolve("gqa").given({"n_layers": Formula.of(1), "d_head": Formula.of(128)})\n'
    'solution = solve(stack, symbol="n_kv_heads", target="2000B", dtype="fp8")\nsolution': (
        "7 gives 1792 B",
        r"\frac{\kappa}",
    ),
    "solution.answers[0]": ("not whole", None),
    'compare([resolve("gqa"), resolve("mla")])[0]': ("equal when", r"\frac"),
    'compare([resolve("gqa"), resolve("mla"), resolve("mha")])': ("gqa against mha", None),
    'designs(stack, {"n_kv_heads": range(1, 65), "bytes_per_element": (1, 2)}, target="2KiB")[0]': ("2 designs", None),
    'solve_against(resolve("gqa"), resolve("mha"), symbol="n_kv_heads")': ("proved", r"n_{\mathrm{kv}} ="),
    "from symkv.solve.laws import law, solve_law\n"
    'solve_law(law("capacity"), "batch", ["n_total=70e9", "bytes_per_parameter=1", "n_chips=2", "hbm_bytes=80GiB", '
    '"usable_fraction=0.9", "n_tokens=32Ki", "bytes_per_token=160KiB"])': ("whole: 15", r"\le"),
    'law("capacity")': ("where", r"\le"),
    'symkv.prove("min(S, W)", "S")': ("refuted", r"\min"),
    'from symkv.derivations import check, named\nnamed("counting")': ("not checked", r"\begin{gathered}"),
    'checked = check(named("two_kilobytes"))\nchecked': ("proved (kernel, z3)", r"\begin{gathered}"),
    "checked.steps[0]": (None, "proved"),
    'from symkv.modelling import Model\nModel(resolve("gemma-2-9b")).size(tokens=8192)': ("read per step", None),
    'Model(resolve("gemma-2-9b"))': ("stored (bytes)", r"\min"),
    "from symkv.figures import layers_figure\n"
    'layers_figure(resolve("tail(1, interleave(4, 1:1, sliding_window(), gqa()))"))': ("<svg", None),
}


@pytest.fixture(scope="module")
def outputs():
    """What each cell of a notebook shows, by MIME type."""
    nbformat, client = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code in CELLS])
    client.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    nbformat.validate(notebook)
    return [cell.outputs[-1]["data"] for cell in notebook.cells]


@pytest.mark.real
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_real_notebook_shows_every_value_as_html_and_latex(outputs):
    for found, (code, (html, latex)) in zip(outputs, CELLS.items(), strict=True):
        assert (html is None) == ("text/html" not in found), code
        assert html is None or html in found["text/html"], (code, found["text/html"][:300])
        assert (latex is None) == ("text/latex" not in found), code
        assert latex is None or latex in found["text/latex"], (code, found["text/latex"])
        assert "<script" not in found.get("text/html", "")
        assert "text/plain" in found


PAGE = """<!doctype html><meta charset="utf-8"><body>%s<script>
const maths = [...document.querySelectorAll('math')];
const seen = maths.filter(m => m.getBoundingClientRect().width > 3 && m.getBoundingClientRect().height > 3).length;
document.title = `${seen} of ${maths.length} formulas, ${document.querySelectorAll('table').length} tables`;
</script></body>"""


@pytest.mark.real
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_real_browser_typesets_every_formula_of_the_notebook(outputs, tmp_path):
    if shutil.which("chromium") is None:
        pytest.skip("chromium is not installed")
    (tmp_path / "page.html").write_text(PAGE % "".join(found.get("text/html", "") for found in outputs))
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
    flags += ["--disable-background-networking", "--disable-component-update"]
    flags += [f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom"]
    dom = subprocess.run(
        ["chromium", *flags, (tmp_path / "page.html").as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    ).stdout
    seen, many, tables = map(int, re.search(r"<title>(\d+) of (\d+) formulas, (\d+) tables", dom).groups())
    assert seen == many > 40
    assert tables > 15


def test_text_of_others_can_not_become_html():
    source = Source(HOSTILE, HOSTILE, 2024, HOSTILE)
    own = Variant(HOSTILE, HOSTILE, "x", HOSTILE, source, key_value(of=HOSTILE), lambda n_layers: n_layers, ())
    stack = Stack.of(own, {})
    for shown in (own._repr_html_(), stack._repr_html_(), card(HOSTILE, table([(HOSTILE, HOSTILE)], [HOSTILE]))):
        assert "<script" not in shown
        assert "&lt;script&gt;" in shown
    assert cell(Html("<b>")) == "<b>"


def test_a_tuple_of_answers_is_still_a_tuple_and_shows_each():
    both = Shown((Formula.parse("a"), Relation.parse("a < b"), "<"))
    assert both == tuple(both)
    assert both._repr_html_().count("<math") == 2
    assert "<p>&lt;</p>" in both._repr_html_()


def test_long_tables_end_with_a_count():
    shown = table([(number,) for number in range(MOST_ROWS + 7)])
    assert shown.count("<tr>") == MOST_ROWS + 1
    assert "and 7 more" in shown


def test_showing_a_variant_needs_no_engine():
    code = (
        "import sys\nfrom symkv.variants import variant\nvariant('dsa')._repr_latex_(); variant('dsa')._repr_html_()\n"
        "sys.exit(bool({'sympy', 'z3', 'jinja2', 'matplotlib', 'IPython'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    assert "d_{" in variant("dsa")._repr_latex_()
