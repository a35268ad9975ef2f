"""Reports compile, contain what was proved, keep text as text, and never overwrite what symkv did not write."""

import re
import shutil
import subprocess
import sys
from dataclasses import replace

import pytest

from symkv.derivations import Claim, Derivation, Step, check, named
from symkv.errors import BadInput, JudgesDisagree, Refuted
from symkv.formula import Formula
from symkv.formula.notation import Notation
from symkv.render import paper_latex, render_html, render_latex, write_report
from symkv.render.escape import tex
from symkv.render.paper import by_latexify
from symkv.variants import catalogue

HOSTILE = (
    r"50% of $5 & #1 _ ^ ~ \ {} ^^5cinput \end{align}\input{x} <script>alert(1)</script> {{7*7}} << 7*7 >> " + "\u202eb"
)


CSP = re.compile("<meta http-equiv[^>]*>")  # allows no script, not even one that measures


@pytest.fixture(scope="module")
def two():
    return check(named("two_kilobytes"))


def hostile():
    step = Step("s", "specialise", "n_layers*d_head = 128*n_layers", why=HOSTILE, where=("d_head = 128",), cite=HOSTILE)
    claim = Claim("c", "mqa.growth", {"n_layers": 1, "d_head": 1, "bytes_per_element": 1}, "2", HOSTILE, note=HOSTILE)
    return Derivation("hostile", HOSTILE, HOSTILE, ("n_layers", "d_head"), (step,), claims=(claim,))


def growing():
    steps = (
        Step("g", "given", "2*n_kv_heads <= n_heads", why="a premise"),
        Step("m", "multiply_both", "2*n_kv_heads*d_head <= n_heads*d_head", why="both sides", uses=("g",), by="d_head"),
        Step(
            "l",
            "limit",
            "n_kv_heads*d_head*n_tokens/n_tokens + min(n_tokens, window)/n_tokens = n_kv_heads*d_head",
            why="a window does not count in the long run",
            over="n_tokens",
        ),
        Step(
            "p", "limit", "ceil(n_tokens/block_size)*block_size/n_tokens = 1", why="nor does a block", over="n_tokens"
        ),
    )
    names = ("n_heads", "n_kv_heads", "d_head", "n_tokens", "window", "block_size")
    return Derivation("growing", "Growing", "A test.", names, steps)


def require(*programs):
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        pytest.skip(f"{', '.join(missing)} not installed")


@pytest.mark.parametrize("name", sorted(catalogue()))
def test_latexify_and_the_own_printer_give_the_same_paper_form(name):
    item = catalogue()[name]
    assert by_latexify(item.paper_formula()) == item.paper_formula().latex == paper_latex(item)


FORMS = [
    "ceil(n_tokens/block_size)*block_size",
    "n_layers*2*3*d_head",
    "d_head/2 + 3*(n_layers - d_head)",
    "max(n_tokens, 10000) - 1",
    "(d_head + 1)**2*n_layers",
    "floor(n_tokens/2)*2",
    "min(n_tokens, window, chunk)*n_layers/(2*d_head)",
]


@pytest.mark.parametrize("text", FORMS)
def test_both_printers_agree_beyond_the_catalogue(text):
    formula = Formula.parse(text)
    assert by_latexify(formula) == formula.latex


def test_without_latexify_a_paper_form_is_the_own_printers(monkeypatch):
    item = catalogue()["gqa"]
    before = paper_latex(item)
    monkeypatch.setitem(sys.modules, "latexify", None)
    monkeypatch.setitem(sys.modules, "latexify.codegen", None)
    assert paper_latex(item) == before == r"2\,n_{\mathrm{kv}}\,d_{\mathrm{h}}\,L\,b"


def test_the_report_holds_every_step_every_reading_and_both_targets(two):
    source, page = render_latex(two), render_html(two)
    for step in two.steps:
        assert step.relation.latex in source
        assert f"eq:two-kilobytes-{step.step.id.replace('_', '-')}" in source
    assert page.count('<li id="two-kilobytes-') == len(two.steps)
    for number in ("2048", r"16\,384", "1792"):
        assert number in source
    assert r"\kappa_{\mathrm{st}}" in source
    assert r"\kappa_{\mathrm{rd}}" in source


def test_a_report_has_the_authors_letters_and_product_sign_everywhere(two):
    letters = Notation.of({"n_kv_heads": r"H_{\mathrm{kv}}", "bytes_per_token": "M"})
    source = render_latex(two, product="cdot", notation=letters)
    assert r"H_{\mathrm{kv}} \cdot d_{\mathrm{h}}" in source
    assert r"n_{\mathrm{kv}}" not in source
    assert r"d_{\mathrm{h}}\," not in source
    assert r"\kappa =" not in source
    assert "<mi>H</mi>" in render_html(two, notation=letters)
    with pytest.raises(BadInput, match=r"n_layers and n_kv_heads are both L|n_kv_heads and n_layers are both L"):
        render_latex(two, notation=Notation.of({"n_kv_heads": "L"}))
    grows = check(growing())
    assert r"\lim_{T \to \infty} \left(" in render_latex(grows, notation=Notation.of({"n_tokens": "T"}))


def test_a_report_whose_formulas_read_otherwise_is_not_written(two, tmp_path, monkeypatch):
    monkeypatch.setattr("symkv.formula.latex._wrapped", lambda text, own, level: text)
    with pytest.raises(JudgesDisagree, match="the printed formula must read as"):
        write_report(check(growing_in_brackets()), tmp_path)
    assert not list(tmp_path.iterdir())


def growing_in_brackets():
    step = Step("f", "collect", "n_layers*d_head + n_layers = n_layers*(d_head + 1)", why="taken out")
    return Derivation("brackets", "Brackets", "A test.", ("n_layers", "d_head"), (step,))


def test_the_page_needs_no_network_and_no_script(two):
    page = render_html(two)
    assert "<math" in page
    assert "<script" not in page
    assert not re.search(r"(?:src|href)=", page)
    assert "url(" not in page
    assert 'lang="en"' in page
    assert 'name="viewport"' in page


def test_a_limit_is_shown_as_one():
    source = render_latex(check(growing()))
    assert r"\lim_{S \to \infty} \left(" in source
    assert r"\lim_{S \to \infty} \frac{\lceil S/P \rceil\,P}{S} = 1" in source


LETTERS = [
    ("κ = 2 × 3 ≤ 7 − 1", r"$\kappa$ = 2 $\times$ 3 $\le$ 7 $-$ 1"),
    ("Kovács, Łukasz, e\u0301", "Kovács, Łukasz, é"),
    ("“a” – b…", r"``a'' -- b\dots{}"),
    ("中文", "{[}U+4E2D][U+6587]"),
]


@pytest.mark.parametrize(("text", "expected"), LETTERS)
def test_a_letter_that_the_fonts_have_is_kept_and_any_other_is_shown_by_its_code(text, expected):
    assert tex(text) == expected
    assert tex(tex(text)) == expected


def test_hostile_text_stays_text():
    checked = check(hostile())
    source, page = render_latex(checked), render_html(checked)
    assert r"\input{x}" not in source
    assert r"\textbackslash{}input\{x\}" in source
    assert "^^5c" not in source
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "{{7*7}}" in page
    assert "7*7" in source
    assert "\u202e" not in source + page


def test_a_derivation_that_fails_is_not_rendered(two):
    steps = (replace(two.derivation.steps[0], statement="stored_per_token = n_kv_heads"),)
    broken = check(replace(two.derivation, steps=steps, questions=()))
    for render in (render_latex, render_html):
        with pytest.raises(Refuted, match="step cached"):
            render(broken)


def test_a_file_that_symkv_did_not_write_is_left_alone(two, tmp_path):
    target = tmp_path / "two_kilobytes.tex"
    target.write_text("mine")
    with pytest.raises(BadInput, match="did not write this file"):
        write_report(two, tmp_path)
    assert target.read_text() == "mine"
    target.unlink()
    first = write_report(two, tmp_path)
    again = write_report(two, tmp_path)
    assert [f.sha256 for f in first.files[:2]] == [f.sha256 for f in again.files[:2]]
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("keep")
    target.unlink()
    target.symlink_to(elsewhere)
    with pytest.raises(BadInput, match="not written through a link"):
        write_report(two, tmp_path, force=True)
    assert elsewhere.read_text() == "keep"


def test_without_a_tex_engine_the_missing_pdf_is_named_with_its_command(two, tmp_path, monkeypatch):
    monkeypatch.setattr("symkv.render.pdf.shutil.which", lambda program: None)
    written = write_report(two, tmp_path)
    assert [f.kind for f in written.files] == ["tex", "html"]
    (missing,) = written.missing
    assert "no TeX engine" in missing.why
    assert "latexmk -pdf two_kilobytes.tex" in missing.command


@pytest.mark.real
@pytest.mark.parametrize("make", [lambda: named("two_kilobytes"), lambda: named("counting"), hostile, growing])
def test_the_source_compiles_without_undefined_or_overfull(make, tmp_path):
    require("latexmk", "pdflatex")
    derivation = make()
    written = write_report(check(derivation), tmp_path)
    assert [f.kind for f in written.files] == ["tex", "html", "pdf"]
    subprocess.run(
        ["latexmk", "-pdf", "-interaction=nonstopmode", f"{derivation.name}.tex"],
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )
    log = (tmp_path / f"{derivation.name}.log").read_text(errors="replace")
    assert "undefined" not in log.lower()
    wide = [float(points) for points in re.findall(r"Overfull \\hbox \(([\d.]+)pt", log)]
    if derivation.name != "hostile":
        assert all(points <= 1 for points in wide), wide


@pytest.mark.real
def test_the_page_renders_in_a_real_browser_without_overflow(two, tmp_path):
    require("chromium")
    (tmp_path / "page.html").write_text(
        CSP.sub("", render_html(two)).replace(
            "</body>",
            "<script>document.title = String(document.documentElement.scrollWidth) + ' of ' + innerWidth + ' with '"
            " + [...document.querySelectorAll('math')].filter(m => m.getBoundingClientRect().width > 0).length"
            "</script></body>",
        )
    )
    for width in (1280, 500):
        dom = subprocess.run(
            [
                "chromium",
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                f"--user-data-dir={tmp_path / 'profile'}",
                f"--window-size={width},900",
                "--dump-dom",
                (tmp_path / "page.html").as_uri(),
            ],
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        ).stdout
        match = re.search(r"<title>(\d+) of (\d+) with (\d+)</title>", dom)
        assert match is not None
        wide, inner, formulas = map(int, match.groups())
        assert wide <= inner
        assert formulas >= len(two.steps)
