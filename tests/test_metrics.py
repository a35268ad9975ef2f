"""Widths of formulas against TeX's own, and lines that fit their column and still read as the relation."""

import re
import shutil
import subprocess

import pytest

from symkv.errors import BadInput
from symkv.formula import Relation
from symkv.formula.latex import Printer, name
from symkv.formula.latex_reader import read_latex, read_latex_relation
from symkv.formula.notation import Notation
from symkv.render.lines import COLUMN, PAGE, broken, laid, points, rows
from symkv.render.reread import reread_relation
from symkv.render.tidy import tightened
from symkv.variants import catalogue

FORMULAS = sorted(
    {text for item in catalogue().values() for text in (item.stored.latex, item.paper_formula().latex)}
    | {tightened(item.stored.latex) for item in catalogue().values()}
    | {
        r"\left(\begin{cases} 10\,000 & \text{if } S < W \\ L + 1 & \text{otherwise} \end{cases}\right)^{2}",
        r"\lim_{S \to \infty} \frac{\left\lceil \frac{S}{P} \right\rceil\,P}{S} = 1",
        r"\sqrt{a + \frac{b}{c}}\,\mathrm{cost}_{\mathrm{per,token}}",
        r"\hat{d}_{c} - \left(-\ell^{\prime}\right) \times W' \ne \left(\frac{\frac{a}{b}}{c}\right)^{12}",
        r"\biggl(\frac{a}{b} + \Bigl\lfloor x \Bigr\rfloor\biggr) \mid \mathbf{x} \cdot \left(a \bmod b\right)",
    }
)


@pytest.mark.real
def test_the_width_of_a_formula_is_what_tex_says(tmp_path):
    if shutil.which("pdflatex") is None:
        pytest.skip("pdflatex not installed")
    lines = [r"\documentclass{article}\usepackage{amsmath}\begin{document}"]
    lines += [
        rf"\setbox0\hbox{{$\displaystyle {formula}$}}\typeout{{W {n} \the\wd0}}" for n, formula in enumerate(FORMULAS)
    ]
    (tmp_path / "widths.tex").write_text("\n".join([*lines, r"\end{document}"]))
    command = ["pdflatex", "-interaction=nonstopmode", "-no-shell-escape", "widths.tex"]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).stdout.decode(errors="replace")
    true = {int(n): float(width) for n, width in re.findall(r"W (\d+) ([\d.]+)pt", said)}
    assert len(true) == len(FORMULAS) > 150
    for n, formula in enumerate(FORMULAS):
        assert -2 <= points(formula) - true[n] <= 2 + 0.07 * true[n], (formula, points(formula), true[n])


STATEMENTS = [
    "n_layers*n_kv_heads*d_head*bytes_per_element*(n_tokens - block_size*max(0, max(0, floor((n_tokens - 1 - n_sinks"
    " - window)/block_size)) - top_blocks)) = n_layers*n_kv_heads*d_head*bytes_per_element*n_tokens",
    "n_layers*n_kv_heads*d_head/(n_layers*n_kv_heads*d_head*bytes_per_element*batch*n_tokens + 1)*window <= batch",
    "mod(n_layers*n_kv_heads*d_head*bytes_per_element, n_tokens + n_layers*n_kv_heads*d_head)**2 != batch*window",
    "n_tokens*n_layers*n_kv_heads*d_head*bytes_per_element multiple of (batch + window)*n_layers*n_kv_heads + d_head",
    "-(n_layers*n_kv_heads*d_head*bytes_per_element + n_tokens*window*batch)*min(n_tokens, window, batch + 1) < 10000",
    "ceil((n_tokens*n_layers*n_kv_heads + window*batch)/(d_head*bytes_per_element*n_layers + 1)) = batch + window",
    "(n_layers*n_kv_heads/(d_head*bytes_per_element*batch))/(n_tokens*window + batch*d_head + 1) = sqrt(window)",
]


@pytest.mark.parametrize("width", [COLUMN, PAGE, 130])
@pytest.mark.parametrize("product", ["thin", "cdot", "times"])
@pytest.mark.parametrize("text", STATEMENTS)
def test_a_relation_fits_its_width_and_reads_as_it_was_meant(text, product, width):
    relation = Relation.parse(text)
    found = laid(relation, Printer(product), width)
    assert found.width <= width, found.source
    assert reread_relation(found.source, relation)
    assert (r"\begin{aligned}" in found.source) == (len(found.rows) > 1)


def test_a_relation_that_fits_stays_on_one_line_and_a_short_left_side_beside_its_sign():
    assert broken(Relation.parse("n_layers = 2*batch")) == r"L = 2\,B"
    short = laid(Relation.parse("bytes_per_token = " + " + ".join(["n_layers*n_kv_heads*d_head"] * 4)), Printer(), 150)
    assert short.left == r"\kappa"
    assert all(row.text.startswith(("= ", "+ ")) for row in short.rows)
    long = laid(Relation.parse(" + ".join(["n_layers*n_kv_heads*d_head"] * 4) + " = batch"), Printer(), 150)
    assert long.left == ""
    assert long.rows[-1].text == "= B"


def test_a_line_keeps_the_authors_letters():
    letters = Notation.of({"n_kv_heads": r"H_{\mathrm{kv}}"})
    relation = Relation.parse(STATEMENTS[0])
    printed = broken(relation, notation=letters, width=150)
    assert r"H_{\mathrm{kv}}" in printed
    assert reread_relation(printed, relation, letters)


def test_plain_brackets_stand_around_what_is_not_tall_and_read_the_same():
    for item in catalogue().values():
        for formula in (item.stored, item.paper_formula()):
            words = {name(word): word for word in formula.names}
            assert read_latex(tightened(formula.latex), words).same_as(read_latex(formula.latex, words)), formula
    assert tightened(r"\min\left(S, W\right)") == r"\min(S, W)"
    assert tightened(r"L\,\left(\frac{a}{2} + 1\right) \cdot 2") == r"L \left(\frac{a}{2} + 1\right) \cdot 2"


LETTERS = {"a": "a", "b": "b", "c": "c", "L": "n_layers", "B": "batch", "S": "n_tokens", "W": "window"}


NESTED = [
    (r"\frac{\frac{a}{b}}{2}", r"\frac{a/b}{2}"),
    (r"\frac{c + 1}{\frac{a\,b}{c} + 1}", r"\frac{c + 1}{a\,b/c + 1}"),
    (r"\frac{2\,\frac{a}{b}}{c}", r"\frac{2\,\frac{a}{b}}{c}"),  # 2\,a/b would be another tree
    (r"\frac{\frac{a + 1}{b}}{c}", r"\frac{\frac{a + 1}{b}}{c}"),
    (r"\frac{\frac{a}{b\,c}}{2}", r"\frac{\frac{a}{b\,c}}{2}"),
    (r"\frac{a}{b} + \frac{c}{2}", r"\frac{a}{b} + \frac{c}{2}"),
]


@pytest.mark.parametrize(("printed", "expected"), NESTED)
def test_a_fraction_in_a_fraction_has_a_slash_where_it_reads_the_same(printed, expected):
    assert tightened(printed) == expected
    assert read_latex(expected, LETTERS).same_as(read_latex(printed, LETTERS))


def test_a_formula_without_a_sign_is_broken_alone():
    relation = Relation.parse(STATEMENTS[0])
    found = rows(relation.lhs, Printer(), 150)
    assert len(found) > 2
    assert all(points(row) <= 150 for row in found)


def test_lines_may_begin_inside_a_bracket_that_does_not_grow():
    body = r"L &= 2\,\bigl(B \\ &\quad + S\bigr) \\ &\quad \cdot \min\bigl(S, \\ &\qquad W\bigr)"
    source = rf"\begin{{aligned}} {body} \end{{aligned}}"
    assert read_latex_relation(source, LETTERS).text == "n_layers = 2*(batch + n_tokens)*min(n_tokens, window)"
    for refused in (
        r"L &= 2\,\left(B \\ &\quad + S\right)",  # TeX stops: \left and \right must stand on one line
        r"L &= 2\,\bigl(B &\quad + S\bigr)",
        r"L &= 2\,\bigl(B \\ &\quad S\bigr)",  # nothing says that this is a product
        r"L &= \min\bigl(S, \\ & W, \\ \bigr)",
    ):
        with pytest.raises(BadInput):
            read_latex_relation(rf"\begin{{aligned}} {refused} \end{{aligned}}", LETTERS)
