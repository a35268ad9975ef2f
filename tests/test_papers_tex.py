"""Papers in LaTeX: what is annotated is read right or refused with its place, and nothing is executed or expanded."""

import json
import os
import random
import xml.etree.ElementTree as Xml
from pathlib import Path

import pytest

from symkv import symbols
from symkv.errors import BadInput
from symkv.formula.notation import require_distinct
from symkv.papers import check_paper, read_paper
from symkv.papers.comments import read as read_annotation
from symkv.papers.numerals import chosen, numbers
from symkv.papers.scan import scan
from symkv.papers.sidecar import load
from symkv.render.reread import same
from tests import latex_roundtrip, papers_fuzz

GQA = r"\kappa = 2\,L\,n_{kv}\,d_h\,b"
ROW = GQA.replace("=", "&=")


@pytest.fixture
def paper(tmp_path):
    """Checks a paper from its text: rows of (line, column, verdict, detail or hint)."""

    def run(text, sidecar="", **files):
        for name, content in {"paper.tex": text, "paper.symkv.toml": sidecar, **files}.items():
            if content:
                (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
                (tmp_path / name).write_text(content)
        return check_paper(tmp_path / "paper.tex")

    return run


def verdicts(checked):
    return [(one.line, one.verdict) for one in checked.equations]


# -- which equation an annotation means --------------------------------------------------------------------------------

PLACES = [
    ("%!symkv equals gqa.growth\n\\begin{equation}\n" + GQA + "\n\\end{equation}", [(3, "proved")]),
    ("%!symkv equals gqa.growth\n\n  \n\\[" + GQA + "\\]", [(4, "proved")]),
    ("\\begin{equation}\n" + GQA + " %!symkv equals gqa.growth\n\\end{equation}", [(2, "proved")]),
    ("\\begin{equation}\n" + GQA + "\n%!symkv equals gqa.growth\n\\end{equation}", [(2, "proved")]),
    ("\\begin{equation}\n" + GQA + "\n\\end{equation} %!symkv equals gqa.growth", [(2, "proved")]),
    ("\\begin{equation} %!symkv equals gqa.growth\n" + GQA + "\n\\end{equation}", [(2, "proved")]),
    ("$$" + GQA + "$$ %!symkv equals gqa.growth", [(1, "proved")]),
    ("text $" + GQA + "$ and $x$. %!symkv equals gqa.growth", [(1, "proved")]),
    ("\\(S = 1\\), $" + GQA + "$ %!symkv equals(2) gqa.growth", [(1, "proved")]),
    ("%!symkv equals gqa.growth\ntext $" + GQA + "$ text", [(2, "proved")]),
    ("\\begin{align}\na &= S \\\\\n" + GQA.replace("=", "&=") + " %!symkv equals gqa.growth\n\\\\ L &= 1\n\\end{align}",
     [(3, "proved")]),
    ("\\begin{align}\nL &= 1 \\\\\n%!symkv equals gqa.growth\n" + ROW + "\n\\end{align}", [(4, "proved")]),
    ("\\begin{align}\n" + ROW + " \\\\ %!symkv equals gqa.growth\nL &= 1\n\\end{align}", [(2, "proved")]),
    ("\\begin{gather}\nS = S \\\\ %!symkv proves\nS = W \\\\ %!symkv proves\n W = W\n\\end{gather}",
     [(2, "proved"), (3, "refuted")]),
    ("%!symkv proves\n\\begin{align*}\nS &= S \\\\\n W &= W + 1\n\\end{align*}", [(3, "proved"), (4, "refuted")]),
    ("%!symkv equals gqa.growth; proves where n_kv_heads = 1, bytes_per_token = 2*n_layers*d_head*bytes_per_element\n"
     "\\[" + GQA + "\\]", [(2, "proved"), (2, "proved")]),
    ("\\begin{multline}\n2 L b \\\\ + L \\\\ = L (2 b + 1) %!symkv proves\n\\end{multline}", [(2, "proved")]),
    ("\\begin{eqnarray}\nS &=& S + W \\\\ && - W %!symkv proves\n\\end{eqnarray}", [(2, "proved")]),
    ("\\begin{alignat}{2}\nS &= S %!symkv proves\n\\end{alignat}", [(2, "proved")]),
    ("\\begin{IEEEeqnarray}{rCl}\nS &=& S \\\\\nW &=& S %!symkv proves\n\\end{IEEEeqnarray}", [(3, "refuted")]),
    ("\\[\\begin{aligned}\nS &= S + W \\\\ &\\quad - W\n\\end{aligned}\\label{a}\\] %!symkv proves", [(1, "proved")]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), PLACES)
def test_an_annotation_means_the_equation_it_stands_before_in_or_behind(paper, text, expected):
    assert verdicts(paper(text)) == expected


LOST = [
    ("%!symkv equals gqa.growth\nText between.\n\\[" + GQA + "\\]", "must stand directly before"),
    ("\\[" + GQA + "\\]\n\nText. %!symkv equals gqa.growth", "must stand directly before"),
    ("$S=1$, $W=1$ %!symkv proves", "say which one is meant"),
    ("%!symkv equals gqa.growth\n\\begin{align}\na &= b \\\\ L &= 1\n\\end{align}", "there are 2 equations here"),
    ("\\[" + GQA + "\\] %!symkv equals(2) gqa.growth", "there are 1 equations here"),
    ("\\[" + GQA + "\\] %!symkv equal gqa.growth", "must begin with one of equals"),
    ("\\[" + GQA + "\\] %!symkv", "must begin with one of equals"),
    ("\\[" + GQA + "\\] %!symkv equals", "must be followed by a formula"),
    ("\\[" + GQA + "\\] %!symkv proves gqa.growth", "must be followed by nothing but where"),
    ("\\[" + GQA + "\\] %!symkv equals gqa.growth where", "followed by conditions"),
]


@pytest.mark.parametrize(("text", "reason"), LOST)
def test_an_annotation_that_could_mean_another_equation_is_refused(paper, text, reason):
    (one,) = paper(text).equations
    assert (one.verdict, one.kind) == ("not read", "annotation")
    assert reason in one.detail


# -- what is read, and what is not -------------------------------------------------------------------------------------

RIGHT = [
    (GQA, "equals gqa.growth"),
    (r"M_{\text{KV}}(S) = 2 L n_{kv} d_h b \min(S, W)", "equals sliding_window.stored"),
    (r"\text{KV bytes per token} = 2 L n_{kv} d_h b", "equals gqa.growth"),
    (r"2 L n_{kv} d_h b", "equals gqa.growth"),
    (r"\kappa = 2 L n_{kv} d_h b = L n_{kv} d_h b + L n_{kv} d_h b", "equals gqa.growth"),
    (r"\kappa = 2 L n_{kv} d_h b \;\text{bytes per token}.", "equals gqa.growth"),
    (r"\kappa = L \underbrace{2 d_h}_{\text{key and value}} n_{kv} b", "equals gqa.growth"),
    (r"\kappa = \overbrace{2}^{K, V} L d_h n_{kv} b", "equals gqa.growth"),
    (r"\kappa &= 2 L n_{kv} d_h b && \text{(by definition)}", "equals gqa.growth"),
    (r"\kappa = 512\, L n_{kv}", "equals gqa.growth where d_head = 128, bytes_per_element = 2"),
    (r"\left\lceil \frac{S}{P} \right\rceil P = S", "proves where block_size divides n_tokens"),
    (r"S \le \lceil S/P \rceil P < S + P", "holds"),
    (r"n_q = 8 n_{kv}", "proves where num_attention_heads = 8*num_key_value_heads"),
]


@pytest.mark.parametrize(("source", "annotation"), RIGHT)
def test_a_true_equation_is_proved_by_two_judges(paper, source, annotation):
    (one,) = paper(f"\\begin{{align}}\n{source} %!symkv {annotation}\n\\end{{align}}\n").equations
    assert (one.verdict, len(one.judges)) == ("proved", 2), one.detail


UNREAD = [  # source, annotation -> the reason, and the column
    (r"\kappa = 2 L H_{kv} d_h b", "equals gqa.growth", "H_{kv} is not declared", 14),
    (r"\kappa = 2 \foo d_h b", "equals gqa.growth", r"\foo is not declared", 12),
    (r"\kappa = 2 L n_{kv} d_h b \quad \text{if } S > W", "equals gqa.growth", "is not declared", 33),
    (r"\kappa &= 2 L n_{kv} d_h b && \text{since if S}", "equals gqa.growth", "is not part of a formula", 31),
    (r"\kappa = 2 L n_{kv} d_h b \text{ elements}", "equals gqa.growth", "is not declared", 27),
    (r"\kappa = 2 L \text{bytes} n_{kv} d_h b", "equals gqa.growth", "is not declared", 14),
    (r"\kappa \approx 2 L n_{kv} d_h b", "equals gqa.growth", "must have = behind its name", 8),
    (r"\kappa = 2 L n_{kv} d_h b \le S", "equals gqa.growth", "must have = only", 27),
    (r"\kappa L = 2 L n_{kv} d_h b", "equals gqa.growth", "one name that the equation gives a value", 8),
    (r"2 \kappa = 2 L n_{kv} d_h b", "equals gqa.growth", "one name that the equation gives a value", 1),
    (r"\kappa = \underbrace{2 + L}_{x} b", "equals gqa.growth", "not declared", 10),
    (r"2 L n_{kv} d_h b", "proves", "a relation must stand here", 1),
    (r"\kappa = \underbrace{2}_{\text{if } L > 1} L", "equals gqa.growth", "not declared", 10),
    (r"S = \input{x}", "proves", "not part of the grammar", 5),
    (r"S = S", "proves where n_tokens = n_tokens + 1", "must be able to hold together", 1),
    (r"S = S", "proves where foo = 1", "a symbol must be declared", 1),
    (r"S = S", "equals nothing.growth", "must be of a variant, a bundled model or a written stack", 1),
    (r"S = S", "equals gqa.weight", "a quantity must be one of", 1),
    (r"S = S", "equals foo + 1", "a symbol must be declared", 1),
]


@pytest.mark.parametrize(("source", "annotation", "reason", "column"), UNREAD)
def test_what_could_be_misread_is_not_read_with_the_reason_and_the_column(paper, source, annotation, reason, column):
    (one,) = paper(f"\\begin{{align}}\n{source} %!symkv {annotation}\n\\end{{align}}\n").equations
    assert (one.verdict, one.line, one.column) == ("not read", 2, column), one.detail
    assert reason in one.detail


def test_the_failing_part_of_a_chain_is_where_the_line_and_column_point(paper):
    (one,) = paper(
        "\\begin{align}\nS &= S + W - W \\\\\n  &= S + W \\\\\n &\\le S + 2 W\n\\end{align} %!symkv proves\n"
    ).equations
    assert (one.verdict, one.line, one.column) == ("refuted", 3, 4)
    assert one.statement == "n_tokens + window - window = n_tokens + window"


def test_what_is_assumed_is_printed_as_such_and_may_be_a_condition_further_down(paper):
    text = (
        "\\begin{equation}\\label{eq:g} n_q = g n_{kv} \\end{equation} %!symkv assume\n\\[ \\frac{n_q}{n_{kv}} = g \\] "
    )
    right = paper(text + "%!symkv proves where eq:g", "[symbols.g]\nlatex = 'g'\n")
    assert [one.verdict for one in right.equations] == ["assumed", "proved"]
    assert right.counts == {"proved": 1, "assumed": 1}
    assert [one.verdict for one in paper(text + "%!symkv proves").equations] == ["assumed", "refuted"]


# -- the document ------------------------------------------------------------------------------------------------------

DEAD = [
    "% \\[ S = W \\] %!symkv proves\n",
    "%% %!symkv proves\n",
    "\\begin{verbatim}\n\\[ S = W \\] %!symkv proves\n\\end{verbatim}\n",
    "\\begin{lstlisting}[language=TeX]\n\\[ S = W \\] %!symkv proves\n\\end{lstlisting}\n",
    "\\begin{comment}\n\\[ S = W \\] %!symkv proves\n\\end{comment}\n",
    "\\iffalse\n\\[ S = W \\] %!symkv proves\n\\fi\n",
    "\\iffalse \\ifnum 1>2 \\else \\fi\n\\[ S = W \\] %!symkv proves\n\\fi\n",
    "\\newif\\ifdraft\n\\iffalse \\ifdraft \\fi\n\\[ S = W \\] %!symkv proves\n\\fi\n",
    "\\iftrue S \\else\n\\[ S = W \\] %!symkv proves\n\\fi\n",
    "\\verb|\\[ S = W \\]| %\n",
    "\\def\\be{\\begin{equation}}\\newcommand{\\ee}[1][x]{\\end{equation}}\n",
    "\\end{document}\n\\[ S = W \\] %!symkv proves\n\\iffalse",
    "\\% not a comment, \\$ 5 and \\\\[2pt]\n",
]


@pytest.mark.parametrize("dead", DEAD)
def test_what_tex_does_not_print_is_not_read_and_what_follows_is(paper, dead):
    live = "\\[ S = S \\] %!symkv proves\n"
    found = paper(live + dead + live)
    assert [one.verdict for one in found.equations] == ["proved"] * (1 if "document" in dead else 2)
    assert found.coverage.displays == len(found.equations)


def test_the_other_branch_of_iffalse_is_live_and_iff_is_no_condition(paper):
    assert verdicts(paper("\\iffalse x \\iff \\else\n\\[ S = S \\] %!symkv proves\n\\fi")) == [(2, "proved")]


PRINTED_VERBATIM = [r"S = S \verb|+1|", r"S = S \begin{verbatim}+1\end{verbatim}", r"S = S \iftrue + 1 \else \fi"]


@pytest.mark.parametrize("source", PRINTED_VERBATIM)
def test_what_prints_inside_maths_never_vanishes(paper, source):
    assert paper(f"\\[ {source} \\] %!symkv proves\n").counts == {"not read": 1}


def test_a_paper_that_gives_conditions_another_meaning_is_not_trusted(paper):
    found = paper("\\let\\iffalse=\\iftrue\n\\iffalse\n\\[ S = W \\] %!symkv proves\n\\fi\n").equations
    assert [(one.kind, one.verdict) for one in found] == [("input", "not read")]
    assert "can't be told" in found[0].detail


def test_lines_and_columns_stay_right_behind_what_is_blanked_out(paper):
    text = "% a\r\n\\begin{verbatim}\nx\n\\end{verbatim}\n\u00e9 \\verb|x| $S = W$ %!symkv proves"
    (one,) = paper(text).equations
    assert (one.line, one.column, one.verdict) == (5, 15, "refuted")


REDEFINED = [
    (r"\renewcommand{\min}{\max}", r"S = \min(S, S)", r"\min is defined by the paper itself"),
    (r"\let\cdot=+", r"S \cdot W = W \cdot S", r"\cdot is defined by the paper itself"),
    (r"\def\kappa{x}", r"\kappa = \kappa", r"\kappa is defined by the paper itself"),
    (r"\newcommand\dh{d_h}", r"\dh = \dh", "[macros] of the sidecar"),
    (r"\catcode`\@=11", r"S = S", "changes how its characters are read"),
    (r"\renewenvironment{cases}{}{}", r"S = \begin{cases} S & \text{if } S < W \\ S & \text{otherwise} \end{cases}",
     "the environment cases is redefined"),
]  # fmt: skip


@pytest.mark.parametrize(("definition", "source", "reason"), REDEFINED)
def test_a_command_that_the_paper_gives_another_meaning_is_not_read(paper, definition, source, reason):
    (one,) = paper(f"{definition}\n\\[ {source} \\] %!symkv proves\n").equations
    assert (one.verdict, reason in one.detail) == ("not read", True), one.detail
    if "environment" not in reason and "sidecar" not in reason:
        assert paper(f"\\[ {source} \\] %!symkv proves\n").counts == {"proved": 1}


def test_macros_stand_in_the_sidecar_only_and_keep_the_columns(paper):
    text = "\\newcommand{\\nkv}{n_{kv}}\\newcommand\\W{W}\n\\[ S = 2\\nkv\\,d_h L b + \\W + Q \\] %!symkv proves\n"
    side = "[macros]\n'\\nkv' = 'n_{\\mathrm{kv}}'\n'\\W' = 'W'\n"
    (one,) = paper(text, side).equations
    assert (one.verdict, one.column) == ("not read", text.splitlines()[1].index("Q") + 1)
    (one,) = paper(text.replace(" + Q", ""), side).equations
    assert one.statement == "n_tokens = 2*n_kv_heads*d_head*n_layers*bytes_per_element + window"


# -- files -------------------------------------------------------------------------------------------------------------

PROVES = "\\[ S = S \\] %!symkv proves\n"


def test_inputs_are_read_in_the_order_of_the_document_each_once(paper):
    found = paper(
        PROVES + "\\input{a}\\include{b/c}\n\\input a \n" + PROVES,
        **{"a.tex": PROVES + "\\input{b/c.tex}", "b/c.tex": "\n" + PROVES},
    )
    places = [(one.file, one.line) for one in found.equations]
    assert places == [("paper.tex", 1), ("a.tex", 1), ("b/c.tex", 2), ("paper.tex", 4)]
    assert found.files == ("paper.tex", "a.tex", "b/c.tex")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../secret", "inside the paper's folder"),
        ("a/../../secret", "inside the paper's folder"),
        ("/etc/passwd", "inside the paper's folder"),
        ("|id", "inside the paper's folder"),
        ("~/x", "inside the paper's folder"),
        ("\\jobname", "inside the paper's folder"),
        ("missing", "is not there"),
        ("paper", "must not come back"),
        ("link", "leaves the paper's folder by a link"),
        ("folder/secret", "leaves the paper's folder by a link"),
        ("pipe", "plain files"),
        ("loop", "can't be reached"),
        ("huge", "may have 4194304 bytes"),
    ],
)
def test_a_file_outside_the_folder_or_out_of_bounds_is_refused(tmp_path, name, reason):
    inside = tmp_path / "paper"
    inside.mkdir()
    (tmp_path / "secret.tex").write_text("\\[ S = W \\] %!symkv proves: secret\n")
    (inside / "link.tex").symlink_to(tmp_path / "secret.tex")
    (inside / "folder").symlink_to(tmp_path)
    (inside / "loop.tex").symlink_to("loop.tex")
    os.mkfifo(inside / "pipe.tex")
    with (inside / "huge.tex").open("wb") as stream:
        stream.truncate(2**22 + 1)
    (inside / "paper.tex").write_text(f"\\input{{{name}}}\n{PROVES}")
    found = check_paper(inside / "paper.tex")
    assert [(one.kind, one.verdict) for one in found.equations] == [("input", "not read"), ("equation", "proved")]
    assert reason in found.equations[0].detail
    assert found.equations[0].line == 1


def test_a_link_inside_the_folder_and_a_linked_paper_are_fine(tmp_path):
    (tmp_path / "real.tex").write_text(PROVES)
    (tmp_path / "link.tex").symlink_to("real.tex")
    (tmp_path / "paper.tex").write_text("\\input{link}")
    assert check_paper(tmp_path / "paper.tex").counts == {"proved": 1}
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "paper.tex").symlink_to(tmp_path / "real.tex")
    assert check_paper(tmp_path / "other" / "paper.tex").counts == {"proved": 1}


def test_inputs_end_at_their_depth(paper):
    files = {f"f{at}.tex": f"\\input{{f{at + 1}}}" for at in range(20)}
    (one,) = paper("\\input{f0}", **files).equations
    assert "may go 16 deep" in one.detail


def test_a_hub_id_or_a_file_in_an_annotation_is_never_looked_up(paper, monkeypatch):
    monkeypatch.setattr("symkv.models.hub.fetch", lambda name: pytest.fail("the hub was asked"))
    for what in ("org/model", "/etc/passwd", "./config.json", "config.json"):
        (one,) = paper(f"It is 5~kB. %!symkv number {what} growth dtype=bf16\n").equations
        assert "must be of a variant, a bundled model or a written stack" in one.detail


# -- numbers -----------------------------------------------------------------------------------------------------------

NUMBERS = [
    ("70.272~KB", "8784/125", "KB"),
    ("$1{,}024$", "1024", ""),
    (r"1\,000\,000~B", "1000000", "B"),
    ("131,072 bytes", "131072", "B"),
    (r"\num{1.6e9}", "1600000000", ""),
    (r"\num{70.272}~KB", "8784/125", "KB"),
    (r"$\approx70$\,MB", "70", "MB"),
    (r"70.272\,\si{\kilo\byte}", "8784/125", "kB"),
    (r"\SI{4.5}{\kibi\byte}", "9/2", "KiB"),
    (r"\qty[round-mode=none]{70.272}{kB}", "8784/125", "kB"),
    (r"$1.6\times 10^9$", "1600000000", ""),
    (r"$1.6 \cdot 10^{9}$\,B", "1600000000", "B"),
    (r"$7.28\times$", "182/25", "x"),
    (r"7.28$\times$", "182/25", "x"),
    (r"93.3\%", "933/10", "%"),
    (r"16~\text{GiB}", "16", "GiB"),
    (r"$2.5\,\mathrm{MB}$", "5/2", "MB"),
    ("34.6K", "173/5", "K"),
]


@pytest.mark.parametrize(("text", "value", "unit"), NUMBERS)
def test_a_printed_number_is_read_exactly_with_its_unit(text, value, unit):
    (one,) = numbers(f"see \\cite[p.~3]{{x2024}} at {text} in H100, $L_{{61}}$ and \\ref{{tab:2}}")
    assert (str(one.value), one.unit) == (value, unit)
    assert chosen([one], 0, in_bytes=False) is one


@pytest.mark.parametrize("text", ["1,02", "1{,}02", "1{,}0245", "$-5$", "1,024,5", "0{,}5", "1.5,024"])
def test_digits_that_could_be_another_number_are_refused(text):
    found = numbers(f"at {text} in")
    assert found
    with pytest.raises(BadInput):
        chosen(found, 1, in_bytes=False)


MLA = "mla growth n_layers=61 d_latent=512 d_rope=64 dtype=bf16"
WINDOW = "sliding_window stored window=1024 n_layers=1 n_kv_heads=8 d_head=128 dtype=bf16"
PRINTED = [  # text, annotation -> verdict, and what is said
    ("70.272~KB", f"number {MLA}", "proved", "KB read as 1000 B"),
    ("68.63~KiB", f"number {MLA}", "proved", "rounds"),
    ("68.62~KiB", f"number {MLA}", "proved", "rounds"),  # exactly between: both are half a unit away
    ("68.6~KB", f"number {MLA}", "proved", "KB read as 1024 B"),
    ("68.7~KiB", f"number {MLA}", "refuted", "its last digit is rounded wrongly: exactly 68.625"),
    ("70.272~KiB", f"number {MLA}", "refuted", "right in kB (1000 B), not in KiB"),
    ("35.136~kB", f"number {MLA}", "refuted", "1 byte an element (fp8), not for bf16"),
    ("69.12~kB", f"number {MLA}", "refuted", "n_layers = 60, not for 61"),
    ("200~kB", f"number {MLA}", "refuted", ""),
    ("10", 'number "3*3"', "refuted", ""),
    ("61 layers take 70.272~kB", f"number {MLA}", "proved", "matches"),
    ("61 layers take 70.272~kB", f"number(1) {MLA}", "refuted", ""),
    ("4 and 5", 'number(1) "2*n_layers" n_layers=2', "proved", "matches"),
    ("4 and 5", 'number "2*n_layers" n_layers=2', "not read", "(1) 4, (2) 5"),
    (r"0.5$\times$", 'number "n_heads/n_kv_heads" n_heads=8 n_kv_heads=4', "refuted", "turned round"),
    (r"25\,\%", 'number "n_kv_heads/n_heads" n_heads=8 n_kv_heads=2', "proved", "matches"),
    ("10 MiB", f"number {WINDOW}", "not read",
     "needs tokens"),
    ("4 MiB", f"number {WINDOW} n_tokens=8Ki",
     "proved", "matches"),
    ("8 MiB", f"number {WINDOW} n_tokens=8Ki batch=2",
     "proved", "matches"),
    ("5", "number gqa growth n_layers=1", "not read", "must be given"),
    ("5", 'number "1/0"', "not read", "can't be computed"),
    ("5", 'number "n_layers"', "not read", "n_layers must be given"),
    ("5", 'number "5" n_layers=2', "not read", "does not occur"),
    ("5", "number", "not read", "must be followed by WHAT QUANTITY"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "annotation", "verdict", "said"), PRINTED)
def test_a_printed_number_is_held_against_the_exact_one(paper, text, annotation, verdict, said):
    (one,) = paper(f"It is {text}. %!symkv {annotation}\n").equations
    assert one.verdict == verdict, (one.detail, one.hint)
    assert said in " ".join((one.detail, one.hint))


TABLE = r"""
\begin{table}\caption{x}\label{tab:x}
\begin{tabular}{l|rr@{ }r} \toprule
Model & $L$ & \multicolumn{2}{c}{KB} \\ \midrule
\textbf{A}~1 & 2 & $1{,}024$ & -- \\[2pt] \hline
B & 4 & 2{,}048 & 2.1 \\
C & 8 & 4{,}100 & \\
\end{tabular}
\end{table}
"""
TABLE_SIDE = """
[tables."tab:x"]
what = "gqa"
given = { n_kv_heads = 2, d_head = 128, bytes_per_element = 1024 }
columns = [
  { at = 2, gives = "n_layers" },
  { at = 3, number = "growth", unit = "KiB" },
  { at = 4, number = "growth", unit = "MB" },
]
rows = [{ first = "C", given = { n_kv_heads = 4 } }]
"""


def test_the_columns_of_a_table_are_mapped_in_the_sidecar(paper):
    found = paper(TABLE, TABLE_SIDE)
    assert [(one.annotation, one.line, one.verdict) for one in found.equations] == [
        ("A 1: growth", 5, "proved"),
        ("B: growth", 6, "proved"),
        ("B: growth", 6, "proved"),
        ("C: growth", 7, "refuted"),
    ]
    assert found.equations[3].counterexample == "printed 4,100, exactly 8388608 B (8 MiB, 8.39 MB)"


@pytest.mark.parametrize(
    ("text", "side", "reason"),
    [
        (TABLE.replace("tab:x", "tab:y"), TABLE_SIDE, "no table has the label 'tab:x'"),
        (TABLE.replace(" 4 &", " 4 or 5 &"), TABLE_SIDE, "must hold one number for n_layers"),
        (TABLE.replace("2{,}048", "2{,}048~kB"), TABLE_SIDE, "the cell says kB, its column KiB"),
        (TABLE, TABLE_SIDE.replace("KiB", "KX"), "the unit of a printed number must be"),
        (TABLE, TABLE_SIDE.replace('"gqa"', '"nope"'), "must be of a variant"),
        (TABLE, TABLE_SIDE.replace("what", "header = 9\nwhat"), "no rows behind its header"),
    ],
)
def test_a_table_that_does_not_fit_its_mapping_says_why(paper, text, side, reason):
    assert any(reason in one.detail for one in paper(text, side).equations if one.verdict == "not read")


# -- coverage ----------------------------------------------------------------------------------------------------------


def test_open_display_equations_are_counted_and_can_be_refused(tmp_path, symkv):
    path = tmp_path / "paper.tex"
    path.write_text(PROVES + "\\[ \\mathcal{Z} = \\Psi \\]\n\\[ S + W = 3 \\]\n$S = 1$ is inline\n")
    status, out, _ = symkv("check", str(path), "--json")
    assert status == 0
    coverage = json.loads(out)["result"]["coverage"]
    assert coverage["displays"] == 3
    assert (coverage["annotated"], coverage["skipped"], coverage["unannotated"]) == (1, 0, 1)
    assert coverage["places"] == [{"file": str(path), "line": 3, "column": 4}]
    assert symkv("check", str(path), "--require-all")[0] == 1
    path.write_text(path.read_text().replace("W = 3 \\]", "W = 3 \\] %!symkv skip: an example"))
    status, out, _ = symkv("check", str(path), "--require-all")
    assert (status, "1 skipped" in out) == (0, True)


def test_with_only_declared_letters_the_table_gives_no_letter_a_meaning(paper):
    side = "only_declared = true\n[notation]\nn_tokens = 'S'\n"
    found = paper(PROVES + "\\[ W = 1 \\]\n\\[ S = W \\] %!symkv proves\n", side)
    assert [one.verdict for one in found.equations] == ["proved", "not read"]
    assert "window is not in the paper's notation" in found.equations[1].detail
    assert not found.coverage.open


# -- the sidecar -------------------------------------------------------------------------------------------------------

SIDECARS = [
    ("notation = 3", "must be a table"),
    ("[notation]\nfoo = 'x'", "a symbol must be declared"),
    ("[notation]\nn_layers = 'L\\write18{id}'", "must not hold"),
    ("[notation]\nn_layers = 'x'\nn_tokens = 'x'", "must not print alike"),
    ("[symbols.n_layers]", "must have a new name"),
    ("[symbols.foo]\ndomain = 'real'", "the domain of foo must be one of"),
    ("[symbols.foo]\nunit = 'a//b'", "a unit must be"),
    ("[macros]\n'\\x' = '#1'", "without parameters"),
    ("[macros]\n'\\x' = '\\y'\n'\\y' = 'a'", "must not use another macro"),
    ("[macros]\n'x' = 'a'", "must be a command"),
    ("[equations.a]\nequals = 1", "must be text"),
    ("[equations.a]\nproves = false", "must be true"),
    ("[equations.a]\nequals = 'S'\nproves = true", "must have one of"),
    ("[equations.a]\nequal = 'S'", "takes"),
    ("[tables.a]\ncolumns = [{ at = 0, number = 'x' }]", "at = 1 or more"),
    ("[tables.a]\ncolumns = []", "must have a column"),
    ("unknown = 1", "a sidecar takes"),
    ("a = ", "must be TOML"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "reason"), SIDECARS)
def test_a_sidecar_that_is_not_well_formed_is_refused_by_its_entry(tmp_path, text, reason):
    path = tmp_path / "paper.symkv.toml"
    path.write_text(text)
    with pytest.raises(BadInput) as caught:
        load(path)
    assert reason in caught.value.message
    assert caught.value.where == str(path)


def test_the_sidecar_beside_the_paper_goes_before_one_above(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a" / "b").mkdir(parents=True)
    path = tmp_path / "a" / "b" / "paper.tex"
    path.write_text("\\[ Q = Q \\] %!symkv proves\n")
    assert check_paper(path).counts == {"not read": 1}
    (tmp_path / "symkv.toml").write_text("[notation]\nn_tokens = 'Q'\n")
    assert check_paper(path).equations[0].statement == "n_tokens = n_tokens"
    (tmp_path / "a" / "b" / "paper.symkv.toml").write_text("[notation]\nwindow = 'Q'\n")
    assert check_paper(path).equations[0].statement == "window = window"
    assert check_paper(path, sidecar=tmp_path / "symkv.toml").equations[0].statement == "n_tokens = n_tokens"


def test_own_symbols_have_their_domain(paper):
    side = "[symbols.x]\ndomain = 'rational'\nlatex = 'x'\n"
    text = "\\[ x^2 \\ge x \\] %!symkv proves\n"
    assert paper(text, side).counts == {"refuted": 1}
    assert paper(text, side.replace("rational", "integer")).counts == {"proved": 1}


# -- statuses and reports ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("nothing", 0),
        (PROVES, 0),
        ("\\[ S = W \\] %!symkv proves", 1),
        ("\\[ S = W \\] %!symkv proves\n\\[ S = \\foo \\] %!symkv proves", 1),
        ("\\[ S = \\foo \\] %!symkv proves", 2),
        ("\\input{missing}", 2),
    ],
)
def test_the_exit_status_says_refuted_before_not_read(tmp_path, symkv, text, status):
    (tmp_path / "paper.tex").write_text(text)
    found, out, err = symkv("check", str(tmp_path / "paper.tex"))
    assert (found, err) == (status, "")
    assert out.startswith(str(tmp_path / "paper.tex"))


def test_a_paper_that_is_not_there_is_one_line_and_status_2(tmp_path, symkv):
    for path in (tmp_path / "none.tex", tmp_path):
        status, out, err = symkv("check", str(path) if path.suffix else str(path / "x.symkv.toml"))
        assert (status, out, err.count("\n")) == (2, "", 1)
    assert symkv("check", "--require-all")[0] == 2


def test_a_path_that_leads_nowhere_is_bad_input_and_no_bug(tmp_path, symkv):
    (tmp_path / "loop.tex").symlink_to("loop.tex")
    (tmp_path / ("n" * 250 + ".tex")).write_text(PROVES)
    os.mkfifo(tmp_path / "pipe.tex")
    for name, status in (("loop.tex", 2), ("a" * 300 + ".tex", 2), ("n" * 250 + ".tex", 0), ("pipe.tex", 2)):
        found, _, err = symkv("check", str(tmp_path / name))
        assert (found, err.count("\n")) == (status, status // 2), err


SARIF_KEYS = {"ruleId", "ruleIndex", "level", "message", "locations"}


def test_findings_stand_on_their_line_in_sarif_and_junit(tmp_path, monkeypatch, symkv):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my paper").mkdir()
    text = PROVES + '\\[ S = W \\] %!symkv proves\n\x0b7~kB %!symkv number "6000"\n\\[ S \\]'
    (tmp_path / "my paper" / "paper.tex").write_text(text)
    command = ("check", "my paper/paper.tex", "--require-all", "--sarif", "out.sarif", "--junit", "out.xml")
    assert symkv(*command)[0] == 1
    assert symkv(*command)[0] == 1, "what symkv wrote may be written again"
    log = json.loads((tmp_path / "out.sarif").read_text())
    assert (log["version"], len(log["runs"])) == ("2.1.0", 1)
    (run,) = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert [(one["ruleId"], one["level"]) for one in run["results"]] == [
        ("refuted", "error"), ("differs", "error"), ("uncovered", "error")
    ]  # fmt: skip
    for one, line in zip(run["results"], (2, 3, 4), strict=True):
        assert set(one) == SARIF_KEYS
        assert rules[one["ruleIndex"]] == one["ruleId"]
        place = one["locations"][0]["physicalLocation"]
        assert place["artifactLocation"] == {"uri": "my%20paper/paper.tex"}
        assert place["region"]["startLine"] == line
        assert place["region"]["startColumn"] >= 1
        assert one["message"]["text"]
    suite = Xml.parse(tmp_path / "out.xml").getroot()[0]
    assert (suite.get("name"), suite.get("tests"), suite.get("failures")) == ("my%20paper/paper.tex", "4", "3")
    assert [(case.get("line"), len(case)) for case in suite] == [("1", 0), ("2", 1), ("3", 1), ("4", 1)]
    (tmp_path / "other.xml").write_text("<mine/>")
    assert symkv("check", "my paper/paper.tex", "--junit", "other.xml")[0] == 2


DERIVATION = """from symkv.derivations import Claim, Derivation, Step
derivation = Derivation(
    name="two", title="t", claim="c", symbols=("n_tokens", "window"),
    steps=[
        Step("first", "expand", "n_tokens + n_tokens = 2*n_tokens"),
        Step(id="second", rule="expand", statement="n_tokens = window"),
    ],
    claims=[
        Claim("size", "2*3", {}, "7 B", "own"),
    ],
)
"""


def test_steps_and_claims_of_derivations_stand_on_their_lines_too(tmp_path, monkeypatch, symkv):
    monkeypatch.chdir(tmp_path)
    Path("two.py").write_text(DERIVATION)
    assert symkv("check", "two.py", "--sarif", "out.sarif", "--junit", "out.xml")[0] == 1
    results = json.loads(Path("out.sarif").read_text())["runs"][0]["results"]
    places = [one["locations"][0]["physicalLocation"]["region"]["startLine"] for one in results]
    assert [(one["ruleId"], line) for one, line in zip(results, places, strict=True)] == [
        ("refuted", 6),
        ("differs", 9),
    ]
    cases = list(Xml.parse("out.xml").getroot()[0])
    assert [(case.get("name"), case.get("line")) for case in cases] == [
        ("two step first", "5"), ("two step second", "6"), ("two claim size", "9")
    ]  # fmt: skip


# -- what is written is what is read -----------------------------------------------------------------------------------

FRAMES = [
    "%!symkv equals {target}\n\\begin{{equation}}\\label{{eq:{number}}}\n  {formula}\n\\end{{equation}}\n",
    "\\begin{{align}}\n W &= W \\\\ % a comment\n Z &= {formula} \\notag %!symkv equals {target}\n\\end{{align}}\n",
    "Text\n$$ {formula}, $$ %!symkv equals {target}\n",
    "Where $S$ is long, $Z = {formula}$. %!symkv equals {target}\n",
    "\\begin{{gather*}}\n{formula} %!symkv equals {target}\n\\\\ W = W\n\\end{{gather*}}\n",
]


def test_a_printed_formula_is_read_as_what_it_is_wherever_it_stands(tmp_path):
    rng = random.Random(20261125)
    path, count = tmp_path / "paper.tex", 0
    for formula, _ in latex_roundtrip.formulas(rng.randrange(10**6)):
        try:
            letters = require_distinct(formula.names, {})
        except BadInput:
            continue
        if len(formula.text) > 1500:
            continue
        own = [word for word in letters.values() if symbols.find(word) is None]
        lines = ["[notation]", *(f"{word} = '{letter}'" for letter, word in letters.items() if word not in own)]
        for word in own:
            letter = next(latex for latex, name in letters.items() if name == word)
            lines += [f"[symbols.{word}]", f"latex = '{letter}'"]
        path.with_suffix(".symkv.toml").write_text("\n".join(lines))
        path.write_text(rng.choice(FRAMES).format(target=formula.text, formula=formula.latex, number=count))
        items = [item for item in read_paper(path).items if item.target]
        assert [item.problem for item in items] == [""], path.read_text()
        for statement in items[0].statements:
            assert same(statement.relation.lhs, formula), path.read_text()
            assert statement.relation.rhs.same_as(formula)
        count += 1
        if count == 120:
            break


# -- hostile papers ----------------------------------------------------------------------------------------------------


def test_fuzzed_papers_end_in_a_result(tmp_path):
    counts = papers_fuzz.run(150, seed=random.randrange(10**6), folder=tmp_path)
    assert counts["papers"] + counts["papers refused as a whole"] == 150
    assert counts["equation, read"] > 20


@pytest.mark.parametrize("shape", ["annotated rows", "annotations alone", "{", "$", "&="])
def test_the_time_to_read_a_paper_is_linear_in_its_size(tmp_path, shape):
    ratio, times = papers_fuzz.slope(shape, tmp_path, sizes=(10_000, 40_000))
    assert ratio < 9, times  # 4 is linear, 16 quadratic


def test_reading_judges_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr("symkv.papers.judging.judge", lambda *_, **__: pytest.fail("judged"))
    (tmp_path / "paper.tex").write_text(PROVES)
    assert read_paper(tmp_path / "paper.tex").items[0].statements[0].relation.text == "n_tokens = n_tokens"


def test_an_annotation_has_its_parts():
    said = read_annotation('equals min(a, b) where a divides b, c = max(1, 2); number(3) "a;b" x=1')
    assert [(one.verb, one.which, one.target, one.where, one.given) for one in said] == [
        ("equals", 0, "min(a, b)", ("a divides b", "c = max(1, 2)"), ()),
        ("number", 3, '"a;b"', (), ("x=1",)),
    ]


def test_offsets_are_kept_whatever_is_blanked_out():
    text = "a % b\n\\iffalse \u00e9\n\\fi \\verb|c| \\begin{comment}\nd\n\\end{comment} e"
    found = scan(text)
    assert len(found.text) == len(text)
    assert [(at, char) for at, char in enumerate(found.text) if char == "\n"] == [
        (at, char) for at, char in enumerate(text) if char == "\n"
    ]
    assert found.text.split() == ["a", "\\end{comment}", "e"] or found.text.split() == ["a", "e"]
