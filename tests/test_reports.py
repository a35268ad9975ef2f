"""Reports on models, variants, stacks and comparisons: the numbers of size and compare, and every step proved."""

import json
import re
import shutil
import subprocess
from dataclasses import replace
from fractions import Fraction
from functools import cache

import pytest

from symkv.caches import quantity
from symkv.cli.report_documents import Asked, documents
from symkv.errors import BadInput
from symkv.formula.latex_reader import read_latex
from symkv.measure import with_formats
from symkv.models import read_stack, resolve
from symkv.render import pdf, write_document
from symkv.render.files import parse_kinds
from symkv.render.model_report import file_name
from symkv.render.stack_symbols import lettered
from symkv.units import rational

GQA_MLA = Asked(("gqa", "mla"), ("d_latent=4*d_head", "d_rope=d_head/2"), compare=True, target="2KB")
TWO_MODELS = Asked(("llama-3.1-8b", "gemma-3-27b"), compare=True, of="stored")


def report(*what, **more):
    ((document, _),) = documents(Asked(what, **more))
    return document


@cache
def of_model(name):
    """The report of a model at 10000 tokens, made once."""
    return report(name, tokens="10000")


def require(*programs):
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        pytest.skip(f"{', '.join(missing)} not installed")


def cells(table):
    """A table as rows of plain text and numbers."""
    plain = [[getattr(cell, "latex", getattr(cell, "text", cell)) for cell in row] for row in table["rows"]]
    return [[str(cell).replace(r"\,", "") for cell in row] for row in plain]


MODELS = ["llama-3.1-8b", "gemma-3n-e4b", "deepseek-v4-flash", "kimi-linear-48b-a3b", "mistral-7b-v0.1"]


@pytest.mark.parametrize("name", MODELS)
def test_a_models_report_has_the_numbers_of_size_and_only_proved_steps(symkv, name):
    made = of_model(name)
    facts = {row[0]: row[1] for row in cells(made.values["facts"])}
    amounts = {row[0]: row[1:] for row in cells(made.values["sections"][1]["tables"][0])}
    for tokens, words in ((8192, "8192 tokens (8Ki)"), (131072, "131072 tokens (128Ki)"), (10000, "10000 tokens")):
        size = json.loads(symkv("size", name, "--tokens", str(tokens), "--json")[1])["result"]
        assert facts[f"stored at {words}"] == str(size["stored_bytes"])
        wanted = ("stored_bytes", "read_bytes_per_step", "written_bytes_per_step")
        assert amounts[str(tokens)] == [str(size[key]) for key in wanted]
    if size["growth_bytes_per_token"]:
        assert facts["stored per token of context"] == str(size["growth_bytes_per_token"])
    if size["state_bytes"]:
        assert facts["state, whatever the length"] == str(size["state_bytes"])
    assert str(size["stored_bytes"]) in made.values["answer"]
    assert [note["text"] for note in made.values["notes"] if note["kind"] == "assumed"] == size["assumptions"]
    assert [note["text"] for note in made.values["notes"] if note["kind"] == "fallback"] == size["fallbacks"]
    kinds = cells(made.values["sections"][0]["tables"][0])
    assert sum(int(row[-1]) for row in kinds) == size["stored_bytes"]
    for step in made.values["steps"]:
        assert step["verdict"] == ("assumed" if step["rule"] == "define" else "proved")
        assert step["verdict"] == "assumed" or len(step["judges"].split(", ")) >= 2


@pytest.mark.parametrize("name", MODELS)
def test_the_formula_with_the_numbers_in_gives_the_number_behind_it(name):
    made = of_model(name)
    assert made.values["lines"]
    for line in made.values["lines"]:
        body = line["math"].latex.removeprefix(r"\begin{aligned} ").removesuffix(r" \end{aligned}")
        body = body.replace(r"\;\text{B/token}", "").replace(r"\;\text{B}", "")
        parts = re.split(r" *\\\\ *&= ", body)
        *_, numbers, result = [re.sub(r"\\\\|&|\\q?quad\b", " ", part).partition("= ")[2] or part for part in parts]
        numbers = re.sub(r"\\\\|&|\\q?quad\b", " ", numbers)
        assert read_latex(numbers).evaluate({}) == read_latex(result).evaluate({})


@pytest.mark.parametrize("name", MODELS)
def test_a_stack_in_symbols_gives_itself_back_with_the_values_put_in(name):
    stack = with_formats(resolve(name).filled(), {}, dtype=None)
    found = lettered(stack)
    for of in ("stored", "read", "written", "growth"):
        for tokens in (1, 7, 1000, 100_003):
            at = {**found.values, "n_tokens": tokens}
            opened, meant = quantity(found.stack, of), quantity(stack, of)
            assert opened.evaluate({n: at[n] for n in opened.names}) == meant.evaluate({n: at[n] for n in meant.names})


def test_the_order_of_factors_does_not_depend_on_what_was_reported_before():
    before = report("kimi-linear-48b-a3b").render("md")
    for name in ("jamba-1.5-mini", "falcon-h1-7b"):
        report(name)
    assert report("kimi-linear-48b-a3b").render("md") == before


def test_a_variant_without_sizes_is_reported_in_symbols():
    made = report("gqa")
    assert made.values["facts"] is None
    assert made.values["figures"] == []
    assert made.values["answer"].startswith("gqa stores n_layers*2*n_kv_heads*d_head*bytes_per_element bytes")
    assert made.values["proved"] >= 6


def test_number_formats_tokens_and_batch_are_those_that_were_asked_for():
    made = report("llama-3.1-8b", dtype="fp8", tokens="1000", batch=3)
    facts = {row[0]: row[1] for row in cells(made.values["facts"])}
    assert facts["stored per token of context"] == "65536"
    assert facts["stored at 1000 tokens, 3 sequences"] == str(3 * 65536 * 1000)
    assert "fp8" in made.values["answer"]
    assert "3 sequences store 196608000 B" in made.values["answer"]


def test_what_is_undecided_in_symbols_is_proved_with_the_sizes_in():
    made = report("deepseek-v3.2", dtype="fp8_ds_mla")
    assert {step["verdict"] for step in made.values["steps"]} <= {"proved", "assumed"}
    assert made.values["notes"][-1]["text"].startswith("the sizes are put in from the start")
    facts = {row[0]: row[1] for row in cells(made.values["facts"])}
    assert facts["stored per token of context"] == str(61 * (656 + 132))
    assert report("deepseek-v3", dtype="fp8_ds_mla").values["notes"][-1]["kind"] != "noted"


def test_a_comparison_says_what_compare_says(symkv):
    result = json.loads(symkv("compare", "gqa", "mla", "d_latent=4*d_head", "d_rope=d_head/2", "--json")[1])["result"]
    ((made, _),) = documents(GQA_MLA)
    assert made.name == "gqa-vs-mla"
    assert result["ratio"] in made.values["answer"]
    assert result["equal_when"] in made.values["answer"]
    (results, *designs) = made.values["sections"]
    assert [row[2] for row in cells(results["tables"][0])][:2] == ["kernel", "kernel, z3"]
    assert [part["title"] for part in designs] == ["Designs of gqa at 2KB", "Designs of mla at 2KB"]
    for table in designs[0]["tables"]:
        total = int(re.match(r"\d+", table["caption"])[0])
        for layers, heads, width in cells(table):
            assert int(layers) * 2 * int(heads) * int(width) * 2 == total
    assert {step["verdict"] for step in made.values["steps"]} == {"proved"}
    assert [step["rule"] for step in made.values["steps"]][-3:] == ["cancel", "specialise", "solve for"]


def test_a_comparison_proves_every_span_of_its_crossovers(symkv):
    result = json.loads(symkv("compare", *TWO_MODELS.what, "--of", "stored", "--json")[1])["result"]
    ((made, _),) = documents(TWO_MODELS)
    spans = [(one["from"], one["to"], one["less"]) for one in result["crossovers"]]
    assert spans == [(1, 8874, "llama-3.1-8b"), (8875, None, "gemma-3-27b")]
    crossed = cells(made.values["sections"][0]["tables"][1])
    assert crossed == [["1 to 8874", "llama-3.1-8b"], ["from 8875 on", "gemma-3-27b"]]
    bounds = [step for step in made.values["steps"] if step["rule"] == "bound"]
    assert [(step["verdict"], step["judges"]) for step in bounds] == [("proved", "kernel, z3")] * 2
    limit = made.values["steps"][-1]
    assert (limit["rule"], limit["verdict"]) == ("limit", "proved")


def test_what_no_judge_settles_is_left_out_of_a_comparisons_proof_and_said(monkeypatch):
    from symkv.derivations import checking

    asked = checking._ask

    def unsure(obligation):
        found = asked(obligation)
        return replace(found, verdict="unknown", judges=()) if obligation.rule == "collect" else found

    monkeypatch.setattr(checking, "_ask", unsure)
    ((made, _),) = documents(Asked(("gqa", "mla"), compare=True))
    assert {step["verdict"] for step in made.values["steps"]} == {"proved"}
    assert {step["rule"] for step in made.values["steps"]} == {"built"}
    left = [note["text"] for note in made.values["notes"] if note["kind"].startswith("undecided")]
    assert len(left) >= 4


def test_two_comparisons_in_one_process_do_not_get_in_each_others_way():
    for pair in (("gqa", "mqa"), ("mqa", "gqa"), ("mla", "gqa")):
        ((made, _),) = documents(Asked(pair, compare=True))
        assert f"of {pair[0]}" in cells(made.values["legend"])[0][2]


def test_whatever_symkv_knows_can_be_reported(tmp_path, symkv):
    folder = tmp_path / "My Model"
    folder.mkdir()
    config = {"model_type": "llama", "num_hidden_layers": 2, "num_attention_heads": 4, "hidden_size": 64}
    (folder / "config.json").write_text(json.dumps(config))
    own = tmp_path / "own.py"
    own.write_text(
        "from symkv.derivations import Derivation, Step\n"
        "derivation = Derivation('own', 'Own', 'x', ('n_layers',), "
        "(Step('s', 'collect', 'n_layers + n_layers = 2*n_layers', why='twice'),))\n"
    )
    certificate = tmp_path / "proofs.json"
    assert symkv("check", str(own), "--certificate", str(certificate))[0] == 0
    out = str(tmp_path / "out")
    everything = [str(folder), str(certificate), "llama-3.2-1b", "2*gqa(n_kv_heads=8,d_head=64)", "counting"]
    status, printed, err = symkv("report", *everything, "--format", "md", "-o", out, "--json", "--force")
    assert (status, err) == (0, "")
    files = [file["path"].rpartition("/")[2] for file in json.loads(printed)["result"]["files"]]
    assert files == [
        "my-model.md",
        "own.md",
        "llama-3-2-1b.md",
        "2-gqa-n_kv_heads-8-d_head-64.md",
        "counting.md",
    ]


@pytest.mark.parametrize("name", ["../own", "a/b", "Own", "", "a" * 65, "own.tex", "a\nb"])
def test_a_derivation_whose_name_is_no_files_name_is_not_written(symkv, tmp_path, name):
    own = tmp_path / "own.py"
    own.write_text(
        "from symkv.derivations import Derivation, Step\n"
        f"derivation = Derivation({name!r}, 'Own', 'x', ('n_layers',), "
        "(Step('s', 'collect', 'n_layers + n_layers = 2*n_layers', why='twice'),))\n"
    )
    status, _, err = symkv("report", str(own), "--format", "md", "-o", str(tmp_path / "out"))
    assert (status, err.count("\n")) == (2, 1)
    assert "a report's name must be" in err
    assert [path.name for path in tmp_path.iterdir() if path.name != "__pycache__"] == ["own.py"]


def test_a_document_shows_itself_in_a_notebook():
    assert report("gqa")._repr_markdown_().startswith("<!-- generated by symkv")


def test_two_reports_never_go_into_one_file(symkv, tmp_path):
    status, _, err = symkv("report", "gqa", "gqa", "--format", "md", "-o", str(tmp_path))
    assert (status, err.count("\n")) == (2, 1)
    assert "gqa" in err
    assert not list(tmp_path.iterdir())


WRONG = [
    (("nothing_of_that_name",), {}, "must be a config.json"),
    (("two_kilobytes",), {"tokens": "8"}, "go with a model"),
    (("two_kilobytes",), {"values": ("n_layers=1",)}, "go with a model"),
    (("gqa",), {"of": "stored"}, "--of goes with --compare"),
    (("gqa",), {"compare": True}, "two or more"),
    (("gqa", "two_kilobytes"), {"compare": True}, "must be a config.json"),
    (("gqa", "mla"), {"compare": True, "tokens": "8"}, "every context length"),
    (("llama-3.1-8b",), {"target": "2KB"}, "has none"),
    (("llama-3.1-8b",), {"tokens": "0"}, "must be"),
    (("llama-3.1-8b",), {"dtype": "float7"}, "a dtype must be"),
]


@pytest.mark.parametrize(("what", "more", "reason"), WRONG)
def test_what_can_not_be_reported_is_refused_in_one_line(what, more, reason):
    with pytest.raises(BadInput, match=re.escape(reason)) as caught:
        list(documents(Asked(what, **more)))
    assert "\n" not in str(caught.value)


def test_formats_are_a_list_with_commas():
    assert parse_kinds("md,html, PDF,md") == ("md", "html", "pdf")
    for wrong in ("", "docx", "md,,tex"):
        with pytest.raises(BadInput, match="--format takes some of tex,html,md,pdf"):
            parse_kinds(wrong)


def test_only_the_asked_formats_are_written_and_others_files_are_left_alone(tmp_path):
    made = report("gqa")
    for kind in ("tex", "html", "md"):
        folder = tmp_path / kind
        assert [file.path.name for file in write_document(made, folder, (kind,)).files] == [f"gqa.{kind}"]
        assert [path.name for path in folder.iterdir()] == [f"gqa.{kind}"]
        target = folder / f"gqa.{kind}"
        assert b"generated by symkv" in target.read_bytes()[:400]
        target.write_text("mine")
        with pytest.raises(BadInput, match="did not write this file"):
            write_document(made, folder, (kind,))
        assert target.read_text() == "mine"
        write_document(made, folder, (kind,), force=True)
        assert target.read_text() != "mine"


def test_without_matplotlib_figures_are_named_as_missing_with_their_command(tmp_path, monkeypatch):
    drawn = report("llama-3.1-8b", draw=True)
    assert set(drawn.files) == {"llama-3-1-8b-figure-1.pdf"}
    assert "<svg" in drawn.render("html")
    monkeypatch.setattr("symkv.render.figure_slots.find_spec", lambda name: None)
    made = report("llama-3.1-8b", draw=True)
    written = write_document(made, tmp_path, ("html", "md"))
    (missing,) = written.missing
    assert (missing.what, missing.command) == ("figures", "pip install 'symkv[plot]'")
    assert "<svg" not in (tmp_path / "llama-3-1-8b.html").read_text()
    assert "tokens of context" in (tmp_path / "llama-3-1-8b.md").read_text()


def test_a_figure_file_of_someone_else_is_left_alone(tmp_path):
    made = report("llama-3.1-8b", draw=True)
    (tmp_path / "llama-3-1-8b-figure-1.pdf").write_bytes(b"%PDF mine")
    with pytest.raises(BadInput, match="did not write this file"):
        write_document(made, tmp_path, ("tex",))
    assert not (tmp_path / "llama-3-1-8b.tex").exists()
    assert write_document(made, tmp_path, ("tex",), force=True).files
    assert write_document(made, tmp_path, ("tex",)).files


@pytest.mark.real
def test_a_pdf_of_ones_own_is_left_alone_and_symkvs_is_written_again(tmp_path):
    require("latexmk")
    made = report("gqa")
    (tmp_path / "gqa.pdf").write_bytes(b"%PDF-1.5 mine")
    with pytest.raises(BadInput, match="did not write this file"):
        write_document(made, tmp_path, ("pdf",))
    (tmp_path / "gqa.pdf").unlink()
    first, again = (write_document(made, tmp_path, ("pdf",)).files for _ in range(2))
    assert [file.sha256 for file in first] == [file.sha256 for file in again]
    assert [path.name for path in tmp_path.iterdir()] == ["gqa.pdf"]


BROKEN = "\\documentclass{article}\n\\begin{document}\nfirst\n\\nosuchcommand here\n\\end{document}\n"


@pytest.mark.real
def test_texs_error_is_shown_with_the_line_that_caused_it():
    require("latexmk")
    data, (missing,) = pdf.compiled("broken", BROKEN)
    assert data is None
    assert missing.why == r"latexmk stopped: Undefined control sequence in line 4: \nosuchcommand here"


@pytest.mark.real
def test_a_document_that_does_not_end_is_ended_and_runs_no_command(tmp_path, monkeypatch):
    require("latexmk")
    monkeypatch.setattr(pdf, "TEX_SECONDS", 2)
    mark = tmp_path / "mark"
    command = f"\\immediate\\write18{{touch {mark}}}"
    source = f"\\documentclass{{article}}{command}\\def\\x{{\\x}}\\begin{{document}}\\x\\end{{document}}"
    data, (missing,) = pdf.compiled("endless", source)
    assert data is None
    assert missing.why == "latexmk took more than 2 s"
    assert not mark.exists()
    left = subprocess.run(["pgrep", "-f", "endless.tex"], capture_output=True, text=True, check=False).stdout
    assert not left.strip()


def test_names_of_files_hold_nothing_but_letters_digits_and_hyphens():
    for name in ("../../etc/passwd", "a" * 300, "<script>", "\u202e", "CON", "a b\nc", "-rf"):
        assert re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,59}", file_name(name))


def test_rational_bytes_are_shown_exactly():
    stack = read_stack("3*gqa(n_kv_heads=1,d_head=1)").coded({"kv": Fraction(9, 16)})
    found = lettered(stack)
    assert found.values["bytes_per_element"] == Fraction(9, 16)
    assert rational(quantity(stack, "growth").evaluate({})) == "27/8"
