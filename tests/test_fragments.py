"""Fragments for papers compile with amsmath alone, fit a column, read back as what was proved, and never go stale."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symkv.cli.main import main
from symkv.derivations import Claim, Derivation, Step, check, named
from symkv.derivations.bibliography import read_bibliography
from symkv.errors import BadInput, Refuted
from symkv.formula import Relation
from symkv.formula.latex_reader import read_latex, read_latex_relation
from symkv.formula.notation import Notation
from symkv.render.fragment_files import stale, write_fragments
from symkv.render.fragment_macros import human_unit, number_tex
from symkv.render.fragment_text import Prose
from symkv.render.fragments import MACROS, Settings, fragments
from symkv.render.keys import symbols_of
from symkv.render.lines import points
from symkv.render.reread import same
from symkv.symbols import lookup

PAPER = Path(__file__).parent / "paper" / "sample.tex"
ENGINES = ("pdflatex", "xelatex", "lualatex")
HOSTILE = (
    r"50% of $5 & #1 _ ^ ~ \ {} ^^5cinput \end{align}\input{x} \kvnum{x} 2 * 3 d_head <script> {{7*7}} "
    'caf\u00e9 \u0111 \u4e2d \u202eb "q"'
)


@pytest.fixture(scope="module")
def two():
    return check(named("two_kilobytes"))


@pytest.fixture(scope="module")
def found(two):
    return fragments([two])


def require(*programs):
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        pytest.skip(f"{', '.join(missing)} not installed")


def written(found, folder):
    write_fragments(found, folder)
    return folder


def values(found):
    return {(entry.kind, entry.key): entry for entry in found.entries}


# -- what is proved is what is printed -------------------------------------------------------------------------------


def letters(checked):
    """The letters of a derivation: those of other derivations may be alike."""
    return {symbol.latex: symbol.name for symbol in symbols_of(checked)}


def equation_of(text, words):
    r"""The relation and the conditions of an equation file, read as LaTeX: a second method beside the writer's own."""
    body = re.search(r"\\label\{[^}]*\}\n(.*)\\end\{equation\}", text, re.DOTALL)[1].strip()
    body = body.removeprefix(r"\begin{aligned}").removesuffix(r"\end{aligned}").strip()
    statement, *conditions = re.split(r"(?:\\\\ &)?\\quad \\text\{for \}", body)
    wrapped = rf"\begin{{aligned}} {statement} \end{{aligned}}"
    given = [part for text in conditions for part in re.split(r",\\;|, \\\\ &\\qquad", text)]
    return read_latex_relation(wrapped, words), [read_latex_relation(part.replace("&", " "), words) for part in given]


@pytest.mark.parametrize("name", ["two_kilobytes", "counting"])
@pytest.mark.parametrize("product", ["thin", "times"])
@pytest.mark.parametrize("column", [200, 240, 345])
def test_every_equation_reads_as_its_step_with_its_conditions(name, product, column):
    checked = check(named(name))
    files = fragments([checked], Settings(column=column, product=product)).files
    kebab = name.replace("_", "-")
    for item in checked.steps:
        text = files[f"{kebab}-eq-{item.step.id.replace('_', '-')}.tex"]
        relation, conditions = equation_of(text, letters(checked))
        assert same(relation.lhs, item.relation.lhs), text
        assert same(relation.rhs, item.relation.rhs), text
        meant = [Relation.parse(given) for given in (*item.step.where, *item.conditions)]
        assert len(conditions) == len(dict.fromkeys(map(str, meant)))
        assert all(same(one.lhs, other.lhs) for one, other in zip(conditions, meant, strict=True))


@pytest.mark.parametrize("kind", ["derivation", "equations"])
def test_every_line_of_an_alignment_fits_the_column_beside_its_number(kind):
    text = fragments([check(named("counting"))]).files[f"counting-{kind}.tex"]
    for block in re.findall(r"\\begin\{align\}\n(.*?)\\end\{align\}", text, re.DOTALL):
        lines = re.sub(r"\\intertext\{.*\}\n|^%.*\n| \\notag| \\label\{[^}]*\}", "", block, flags=re.MULTILINE)
        sides = [line.split("&") for line in lines.strip().split("\\\\\n")]
        assert all(len(side) == 2 for side in sides)
        left = max(points(side[0].strip()) for side in sides)
        assert all(left + points(side[1].removesuffix("\\\\").strip()) <= 205 for side in sides)


def test_labels_are_those_of_the_steps_and_stand_once_in_a_file(two, found):
    for kind in ("derivation", "equations"):
        labels = re.findall(r"\\label\{([^}]*)\}", found.files[f"two-kilobytes-{kind}.tex"])
        assert labels == [f"eq:kv:two-kilobytes:{item.step.id.replace('_', '-')}" for item in two.steps]


def test_steps_whose_names_fall_together_keep_names_of_their_own():
    steps = tuple(Step(name, "given", f"n_layers = {n}", why="so") for n, name in enumerate(("a_b", "a.b", "a-b"), 1))
    files = fragments([check(Derivation("d", "D", "c", ("n_layers",), steps[:1]))]).files
    assert "d-eq-a-b.tex" in files
    three = fragments([check(Derivation("d", "D", "c", ("n_layers",), steps))])
    assert {"d-eq-a-b.tex", "d-eq-a-b-2.tex", "d-eq-a-b-3.tex"} <= set(three.files)
    assert [values(three)["num", f"d.a-b{end}"].value for end in ("", "-2", "-3")] == [1, 2, 3]


def test_a_limit_is_printed_as_one_and_what_tends_to_it_reads_back():
    step = Step("l", "limit", "ceil(n_tokens/block_size)*block_size/n_tokens = 1", why="a block", over="n_tokens")
    checked = check(Derivation("limits", "L", "c", ("n_tokens", "block_size"), (step,)))
    text = fragments([checked]).files["limits-eq-l.tex"]
    assert r"\lim_{S \to \infty} " in text
    relation, _ = equation_of(text.replace(r"\lim_{S \to \infty} ", ""), letters(checked))
    assert relation.rhs.text == "1"


def test_a_derivation_that_fails_has_no_fragments(two):
    step = Step("s", "collect", "n_layers = 2*n_layers", why="wrong")
    with pytest.raises(Refuted, match="step s"):
        fragments([check(Derivation("d", "D", "c", ("n_layers",), (step,)))])


# -- numbers ---------------------------------------------------------------------------------------------------------

KEYS = {
    "two-kilobytes.heads-bf16": ("4", ""),
    "two-kilobytes.spoken-bf16": ("4096", r"\mbox{4\,KiB}"),
    "two-kilobytes.spoken-read": (r"16\,384", r"\mbox{16\,KiB}"),
    "two-kilobytes.heads-at-2000": (r"\ensuremath{\frac{125}{16}}", ""),
    "two-kilobytes.heads-at-2048": (r"\ensuremath{\frac{8}{b}}", ""),
    "two-kilobytes.heads": (r"\ensuremath{\frac{\kappa_{\mathrm{st}}}{U \cdot 2\,d_{\mathrm{h}}\,b}}", ""),
    "two-kilobytes.spoken-read.n-global-layers": ("8", ""),
    "two-kilobytes.claim.two-kilobytes-bf16": ("4096", r"\mbox{4\,KiB}"),
    "two-kilobytes.claim.two-kilobytes-bf16.ratio": (r"\ensuremath{\frac{1}{2}}", ""),
    "two-kilobytes.answer.cross-layer.n-kv-heads.2048.bf16": ("4", ""),
    "two-kilobytes.answer.cross-layer.n-kv-heads.2000.fp8.below.bytes": ("1792", r"\mbox{1.75\,KiB}"),
    "two-kilobytes.stored-bf16": ("4096", r"\mbox{4\,KiB}"),
}


def macros(text):
    return {(k, key): v for k, key, v in re.findall(r"^\\kvdefine\{(\w+)\}\{([^}]*)\}\{(.*)\}%$", text, re.MULTILINE)}


@pytest.mark.parametrize("key", KEYS)
def test_each_number_has_its_key_and_bytes_a_readable_unit(found, key):
    lines = macros(found.files[MACROS])
    number, human = KEYS[key]
    assert lines["num", key] == number
    assert lines.get(("bytes", key), "") == human


def test_every_formula_among_the_macros_reads_as_what_it_stands_for(two, found):
    lines, words = macros(found.files[MACROS]), {**letters(two), r"\kappa": "bytes_per_token"}
    for (kind, key), entry in values(found).items():
        if entry.relation is not None:
            assert same(read_latex_relation(lines[kind, key], words).rhs, entry.relation.rhs)
        elif entry.formula is not None:
            body = lines[kind, key].removeprefix(r"\ensuremath{").removesuffix("}")
            assert same(read_latex(body, words), entry.formula)
        elif entry.word:
            assert lines[kind, key] == lookup(entry.word).latex


@given(st.fractions(min_value=0, max_value=2**50))
def test_an_amount_in_a_large_unit_is_within_half_of_its_last_digit(value):
    shown, unit, exact = human_unit(value)
    scale = {"B": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}[unit]
    assert abs(Fraction(shown) * scale - value) <= Fraction(scale, 200)
    assert exact == (Fraction(shown) * scale == value)
    assert unit == "B" or value >= scale


@given(st.fractions())
def test_a_number_reads_back_as_itself(value):
    printed = number_tex(value).removeprefix(r"\ensuremath{")
    printed = printed if printed == number_tex(value) else printed[:-1]
    assert read_latex(printed).evaluate({}) == value


# -- files -----------------------------------------------------------------------------------------------------------


def test_names_are_safe_for_arxiv_and_no_file_needs_a_package_or_has_a_date(found):
    for name, text in found.files.items():
        assert re.fullmatch(r"[a-z0-9-]+\.(tex|bib)", name)
        assert re.match(r"% generated by symkv \S+, fragment, input sha256 [0-9a-f]{64}\n", text)
        assert not re.search(r"\\(usepackage|include|today|mathbb|toprule|num\{|qty|cref)\b", text), name
    assert found.files[MACROS].count(r"\kvdefine{num}{two-kilobytes.heads}") == 1


def test_packages_are_used_on_request_only(two):
    rich = fragments([two], Settings(packages=("booktabs", "siunitx", "cleveref"))).files
    assert r"\toprule" in rich["two-kilobytes-symbols.tex"]
    lines = macros(rich[MACROS])
    assert lines["num", "two-kilobytes.spoken-read"] == r"\num{16384}"
    assert lines["bytes", "two-kilobytes.spoken-read"] == r"\qty{16}{\kibi\byte}"
    assert lines["ref", "two-kilobytes.heads"] == r"\cref{eq:kv:two-kilobytes:heads}"
    with pytest.raises(BadInput, match="--with takes some of booktabs,siunitx,cleveref, got 'tikz'"):
        Settings(packages=("tikz",))
    with pytest.raises(BadInput, match="120 to 1000 points, got 20"):
        Settings(column=20)


def test_the_bibliography_holds_the_sources_that_are_cited_and_no_other(found, tmp_path):
    path = tmp_path / "symkv.bib"
    path.write_text(found.files["symkv.bib"])
    entries = read_bibliography(path)
    cites = {key for text in found.files.values() for key in re.findall(r"\\cite\{([^}]*)\}", text)}
    assert set(entries) == cites == {"brandon2024", "pope2026"}
    assert entries["brandon2024"].fields["journal"] == "arXiv preprint arXiv:2405.12981"


def test_letters_and_product_sign_are_the_authors_everywhere(two):
    own = Notation.of({"n_kv_heads": r"H_{\mathrm{kv}}", "stored_per_token": "M"}, also=("stored_per_token",))
    files = fragments([two], Settings(notation=own, product="cdot")).files
    for name, text in files.items():
        if name != "symkv-index.tex":
            assert r"n_{\mathrm{kv}}" not in text, name
            assert r"\kappa_{\mathrm{st}}" not in text, name
    assert r"M &= 256 \cdot H_{\mathrm{kv}} \cdot b" in files["two-kilobytes-derivation.tex"]
    assert macros(files[MACROS])["sym", "n-kv-heads"] == r"H_{\mathrm{kv}}"
    with pytest.raises(BadInput, match="two symbols must not print alike"):
        fragments([two], Settings(notation=Notation.of({"n_kv_heads": "L"})))


def test_text_stays_text_in_the_fonts_that_every_paper_has():
    words = Prose(words=("d_head",))
    assert words("2 * d_head") == r"2 $\cdot$ $d_{\mathrm{h}}$"
    assert words("d_heads * x") == r"d\_heads $\cdot$ x"
    assert words("caf\u00e9 \u0111 \u4e2d") == "caf\u00e9 [U+0111] [U+4E2D]"
    assert words('say "so"') == "say ''so''"


def test_the_same_input_gives_the_same_bytes_under_any_hash_seed_and_locale(found):
    code = (
        "import hashlib\nfrom symkv.derivations import check, named\nfrom symkv.render.fragments import fragments\n"
        "print(hashlib.sha256(repr([*fragments([check(named('two_kilobytes'))]).files.items()]).encode()).hexdigest())"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "LC_ALL": locale},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed, locale in (("0", "C"), ("1", "C.UTF-8"))
    }
    assert runs == {hashlib.sha256(repr([*found.files.items()]).encode()).hexdigest() + "\n"}


# -- nothing stale ---------------------------------------------------------------------------------------------------


def test_what_has_changed_is_named_by_file_and_key(two, found, tmp_path):
    folder = written(found, tmp_path / "f")
    assert stale(found, folder) == []
    text = (folder / MACROS).read_text()
    (folder / MACROS).write_text(text.replace("{two-kilobytes.spoken-bf16}{4096}", "{two-kilobytes.spoken-bf16}{4095}"))
    (one,) = stale(found, folder)
    assert str(one) == r"symkv-macros.tex, \kvnum{two-kilobytes.spoken-bf16}: 4095, now 4096"
    (folder / MACROS).write_text(text)
    (folder / "two-kilobytes-eq-heads.tex").unlink()
    assert [str(one) for one in stale(found, folder)] == ["two-kilobytes-eq-heads.tex: is missing"]
    changed = fragments([two], Settings(product="cdot"))
    assert any(one.file == "two-kilobytes-eq-heads-fp8.tex" for one in stale(changed, folder))
    with pytest.raises(BadInput, match="write them without --check"):
        stale(found, tmp_path / "nowhere")


def test_a_fragment_that_nothing_writes_any_more_is_stale_and_goes_but_other_files_stay(two, found, tmp_path):
    folder = written(found, tmp_path)
    (folder / "mine.tex").write_text("the author's own")
    fewer = fragments([check(named("counting"))])
    gone = [one.file for one in stale(fewer, folder) if "left over" in one.why]
    assert "two-kilobytes-eq-heads.tex" in gone
    assert "mine.tex" not in gone
    _, removed = write_fragments(fewer, folder)
    assert sorted(removed) == sorted(gone)
    assert (folder / "mine.tex").read_text() == "the author's own"
    assert not (folder / "two-kilobytes-eq-heads.tex").exists()
    assert stale(fewer, folder) == []


def test_a_file_that_symkv_did_not_write_is_left_alone_and_nothing_is_written(found, tmp_path):
    (tmp_path / MACROS).write_text("mine")
    with pytest.raises(BadInput, match="did not write this file"):
        write_fragments(found, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [MACROS]
    write_fragments(found, tmp_path, force=True)
    assert stale(found, tmp_path) == []


def test_the_command_line_writes_checks_and_refuses_in_one_line(tmp_path, capsys):
    folder = str(tmp_path / "f")
    assert main(["report", "two_kilobytes", "--fragments", "-o", folder]) == 0
    assert "symkv-index.tex lists them" in capsys.readouterr().out
    assert main(["report", "two_kilobytes", "--fragments", "-o", folder, "--check", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["result"]["stale"] == []
    assert main(["report", "two_kilobytes", "--fragments", "-o", folder, "--product", "times", "--check"]) == 1
    assert r"stale: two-kilobytes-eq-width.tex: line" in capsys.readouterr().out
    assert main(["report", "counting", "--fragments", "-o", folder, "--check", "--json"]) == 1
    assert {"file": "two-kilobytes-eq-heads.tex", "key": None} in [
        {"file": one["file"], "key": one["key"]} for one in json.loads(capsys.readouterr().out)["result"]["stale"]
    ]
    bad = tmp_path / "notation.toml"
    bad.write_text("n_kv_heads = 'H\\input{x}'\n")
    for arguments in (
        ["--notation", str(bad)],
        ["--notation", str(tmp_path / "none.toml")],
        ["--product", "dot"],
        ["--fragments", "--with", "tikz"],
        ["--fragments", "--compare", "gqa", "mla"],
        ["--check"],
        ["no_such_derivation", "--fragments"],
    ):
        assert main(["report", *arguments, "-o", str(tmp_path / "x")]) == 2
        assert capsys.readouterr().err.count("\n") == 1
        assert not (tmp_path / "x").exists()


def test_a_models_derivation_comes_as_fragments_too(tmp_path, capsys):
    assert main(["report", "llama-3.1-8b", "--fragments", "-o", str(tmp_path)]) == 0
    lines = macros((tmp_path / MACROS).read_text())
    assert lines["num", "llama-3-1-8b.growth-in-numbers"] == r"131\,072"
    assert lines["bytes", "llama-3-1-8b.growth-in-numbers"] == r"\mbox{128\,KiB}"


# -- in TeX ----------------------------------------------------------------------------------------------------------


def compiled(engine, name, folder, *, runs=1, halt=True):
    command = [engine, "-no-shell-escape", "-interaction=nonstopmode", *(["-halt-on-error"] if halt else []), name]
    for _ in range(runs):
        done = subprocess.run(command, cwd=folder, capture_output=True, timeout=120, check=False)
    return done.returncode, (folder / f"{name}.log").read_text(errors="replace")


def faults(log):
    wide = [line for line in re.findall(r"Overfull \\hbox \((\d+\.\d+)pt", log) if float(line) > 1]
    return wide + re.findall(r"^! .*|.*undefined.*|.*multiply defined.*|.*Rerun.*", log, re.MULTILINE)


@pytest.mark.real
def test_the_sample_paper_compiles_in_two_columns_with_every_engine(tmp_path, capsys):
    require(*ENGINES, "bibtex")
    shutil.copy(PAPER, tmp_path)
    assert (
        main(["report", "two_kilobytes", "llama-3.1-8b", "--fragments", "-o", str(tmp_path / "symkv-fragments")]) == 0
    )
    for engine in ENGINES:
        for leftover in tmp_path.glob("sample.[!t]*"):
            leftover.unlink()
        assert compiled(engine, "sample", tmp_path)[0] == 0
        said = subprocess.run(["bibtex", "sample"], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
        assert "warning" not in said.lower()
        status, log = compiled(engine, "sample", tmp_path, runs=2)
        assert status == 0
        assert faults(log) == []
        assert re.search(r"Output written on sample\.pdf \([23] pages", log)


@pytest.mark.real
def test_an_unknown_key_is_an_error_in_the_run_and_shows_in_bold(found, tmp_path):
    require("pdflatex", "pdftotext")
    written(found, tmp_path)
    (tmp_path / "unknown.tex").write_text(
        r"\documentclass{article}\usepackage{amsmath}\input{symkv-macros}\begin{document}Known "
        r"\kvnum{two-kilobytes.heads-bf16}, $\kvnum{two-kilobytes.head}$ and \kvbytes{two-kilobytes.heads-bf16}."
        r"\end{document}"
    )
    status, log = compiled("pdflatex", "unknown", tmp_path, halt=False)
    assert status == 1
    assert "symkv: there is no kvnum with the key 'two-kilobytes.head'" in log
    assert "symkv: there is no kvbytes with the key 'two-kilobytes.heads-bf16'" in log
    shown = subprocess.run(["pdftotext", "unknown.pdf", "-"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert shown.stdout.startswith("Known 4, ?? and ??.")
    assert compiled("pdflatex", "unknown", tmp_path)[0] == 1


@pytest.mark.real
def test_the_packages_on_request_compile_and_macros_serve_in_headings_and_captions(two, tmp_path):
    require("pdflatex")
    written(fragments([two], Settings(packages=("booktabs", "siunitx", "cleveref"))), tmp_path)
    source = (
        r"\documentclass[twocolumn]{article}\usepackage{amsmath,booktabs,siunitx}\usepackage{cleveref}"
        r"\input{symkv-macros}\begin{document}\tableofcontents\section{At \kvbytes{two-kilobytes.spoken-bf16}}"
        r"\input{two-kilobytes-derivation}\begin{table}\caption{Of \kvnum{two-kilobytes.spoken-read}}"
        r"\input{two-kilobytes-designs}\end{table}\begin{table}\input{two-kilobytes-claims}\end{table}"
        r"See \kvref{two-kilobytes.heads}, $\kveq{two-kilobytes.width}$.\nocite{*}\bibliographystyle{plain}"
        r"\bibliography{symkv}\end{document}"
    )
    (tmp_path / "rich.tex").write_text(source)
    assert compiled("pdflatex", "rich", tmp_path)[0] == 0
    subprocess.run(["bibtex", "rich"], cwd=tmp_path, capture_output=True, check=True)
    status, log = compiled("pdflatex", "rich", tmp_path, runs=3)
    assert (status, faults(log)) == (0, [])


@pytest.mark.real
def test_hostile_text_arrives_as_text_in_every_engine(tmp_path):
    require(*ENGINES)
    step = Step("s", "specialise", "n_layers*d_head = 128*n_layers", why=HOSTILE, where=("d_head = 128",), cite=HOSTILE)
    claim = Claim("c", "mqa.growth", {"n_layers": 1, "d_head": 1, "bytes_per_element": 1}, "2", HOSTILE, note=HOSTILE)
    checked = check(Derivation("hostile", HOSTILE, HOSTILE, ("n_layers", "d_head"), (step,), claims=(claim,)))
    files = written(fragments([checked]), tmp_path)
    text = (files / "hostile-derivation.tex").read_text()
    assert r"\textbackslash{}input\{x\}" in text
    assert r"\input{x}" not in re.sub("^%.*", "", text, flags=re.MULTILINE)
    source = (
        r"\documentclass{article}\usepackage{amsmath}\input{symkv-macros}\begin{document}"
        r"\input{hostile-derivation}\input{hostile-claims}\input{symkv-index}\end{document}"
    )
    (tmp_path / "paper.tex").write_text(source)
    for engine in ENGINES:
        status, log = compiled(engine, "paper", tmp_path)
        assert status == 0
        assert "! " not in log
