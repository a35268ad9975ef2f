"""`pytest --symkv`: one item for each step, claim and equation; what does not stand fails; quiet until it is used."""

import json
import os
import statistics
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import pytest

from symkv.derivations import check, load
from symkv.derivations.certificate import write_certificate

pytest_plugins = "pytester"

DERIVATION = """
from symkv.derivations import Claim, Derivation, Step

USED = ("stored",)
derivation = Derivation(
    "heads",
    "Heads",
    "",
    ("n_layers", "n_kv_heads", "n_heads", "d_head", "bytes_per_element", "bytes_per_token"),
    steps=(
        Step("stored", "define", "bytes_per_token = n_layers*2*n_kv_heads*d_head*bytes_per_element"),
        Step("ordered", "collect", "bytes_per_token = 2*n_layers*d_head*n_kv_heads*bytes_per_element", uses=USED),
        Step("other", "substitute", "bytes_per_token = n_layers*2*N_HEADS*d_head*bytes_per_element", uses=USED),
    ),
    claims=(Claim("spoken", "2*128*8", printed="PRINTED", source="own"),),
)
"""
CLAIMS = """
[[claim]]
id = "v3"
model = "deepseek-v3"
printed = "70.272 kB"
source = "own"

[[claim]]
id = "halved"
model = "deepseek-v3"
printed = "35.1 kB"
source = "own"
"""
PAPER = r"""\documentclass{article}
\begin{document}
\begin{equation}\label{eq:right}
\kappa = 2 L n_{kv} d_h b %!symkv equals gqa.growth
\end{equation}
\begin{equation}\label{eq:wrong}
\kappa = L n_{kv} d_h b %!symkv equals gqa.growth
\end{equation}
\begin{equation}\label{eq:open}
L = 2 d_h
\end{equation}
\end{document}
"""


def derivation(*, right):
    return DERIVATION.replace("N_HEADS", "n_kv_heads" if right else "n_heads").replace(
        "PRINTED", "2048" if right else "1024"
    )


@pytest.fixture
def project(pytester):
    """A project with a right and a wrong derivation, claims and a paper, and a test of its own."""
    pytester.makefile(
        ".ini", pytest="[pytest]\nsymkv_files = derivations/*.py claims.toml paper.tex\ntestpaths = tests\n"
    )
    pytester.mkdir("derivations").joinpath("right.py").write_text(derivation(right=True))
    pytester.path.joinpath("derivations/wrong.py").write_text(derivation(right=False))
    pytester.path.joinpath("claims.toml").write_text(CLAIMS)
    pytester.path.joinpath("paper.tex").write_text(PAPER)
    pytester.mkdir("tests").joinpath("test_own.py").write_text("def test_own():\n    pass\n")
    return pytester


def run(project, *arguments):
    return project.runpytest_inprocess("-p", "no:cov", "-p", "no:randomly", *arguments)


WRONG = ["wrong.py::other", "wrong.py::claim:spoken", "claims.toml::claim:halved", "paper.tex::eq:wrong"]


def test_without_the_option_nothing_of_it_is_collected(project):
    run(project).assert_outcomes(passed=1)


def test_each_step_claim_and_equation_is_an_item_and_what_does_not_stand_fails(project):
    result = run(project, "--symkv")
    result.assert_outcomes(passed=9, failed=4)
    for name in WRONG:
        result.stdout.fnmatch_lines(f"FAILED *{name} - *")
    result.stdout.fnmatch_lines(
        [
            "heads, step other: refuted (box)",
            "*left - right = n_layers[*]2[*](n_kv_heads - n_heads)[*]d_head[*]bytes_per_element",
            "*hint: the right side uses n_heads where n_kv_heads is meant",
        ]
    )
    result.stdout.fnmatch_lines("*hint: the printed number lacks the factor 2 for key and value")
    result.stdout.fnmatch_lines("paper.tex:7:*: refuted (box): *")
    assert "symkv/testing/" not in result.stdout.str()  # no way through symkv is shown


def test_files_on_the_command_line_are_collected_and_no_others(project):
    project.makefile(".ini", pytest="[pytest]\n")
    run(project, "--symkv", "derivations/right.py").assert_outcomes(passed=4)
    run(project, "--symkv", "paper.tex", "claims.toml").assert_outcomes(passed=2, failed=2)
    run(project, "--symkv", "tests/test_own.py").assert_outcomes(passed=1)
    run(project, "--symkv", "derivations").assert_outcomes()
    run(project, "--symkv", "derivations/wrong.py::ordered").assert_outcomes(passed=1)
    project.path.joinpath("derivations/no_derivation.py").write_text("value = 1\n")
    run(project, "--symkv", "derivations/no_derivation.py").assert_outcomes()


def test_items_are_selected_by_name_and_a_first_failure_stops(project):
    run(project, "--symkv", "-k", "ordered").assert_outcomes(passed=2)
    run(project, "--symkv", "-k", "claim and v3").assert_outcomes(passed=1)
    run(project, "--symkv", "-x", "derivations").assert_outcomes(passed=6, failed=1)


def test_what_failed_last_is_run_again(project):
    run(project, "--symkv").assert_outcomes(passed=9, failed=4)
    run(project, "--symkv", "--lf").assert_outcomes(failed=4)
    project.path.joinpath("derivations/wrong.py").write_text(derivation(right=True))
    run(project, "--symkv", "--lf").assert_outcomes(passed=2, failed=2)


def test_two_workers_give_the_same_verdicts(project):
    result = project.runpytest_subprocess("-p", "no:cov", "-p", "no:hypothesispytest", "--symkv", "-n", "2")
    result.assert_outcomes(passed=9, failed=4)
    for name in WRONG:
        result.stdout.fnmatch_lines(f"FAILED *{name} - *")


def test_junit_names_place_verdict_and_judges(project):
    run(project, "--symkv", "--junitxml=out.xml", "-o", "junit_family=xunit1")
    cases = {case.get("name"): case for case in ElementTree.parse(project.path / "out.xml").iter("testcase")}
    other = cases["other"]
    assert other.get("file").endswith(os.path.join("derivations", "wrong.py"))
    text = project.path.joinpath("derivations/wrong.py").read_text().splitlines()
    assert 'Step("other"' in text[int(other.get("line"))]
    assert "uses n_heads" in other.find("failure").text
    properties = {p.get("name"): p.get("value") for p in cases["ordered"].iter("property")}
    assert properties == {"symkv_verdict": "proved", "symkv_judges": "kernel z3"}
    assert PAPER.splitlines()[int(cases["eq:wrong"].get("line"))].startswith(r"\kappa = L n_{kv}")


def test_coverage_can_be_required(project):
    project.makefile(".ini", pytest="[pytest]\nsymkv_files = paper.tex\nsymkv_require_all = true\n")
    result = run(project, "--symkv", "paper.tex")
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines("*not tied: paper.tex:10:*")


def test_the_sections_of_a_paper_are_collected_once(project):
    project.makefile(".ini", pytest="[pytest]\nsymkv_files = *.tex sections/*.tex\n")
    equation = PAPER[
        PAPER.index(r"\begin{equation}\label{eq:right}") : PAPER.index(r"\begin{equation}\label{eq:wrong}")
    ]
    project.mkdir("sections").joinpath("one.tex").write_text(equation)
    main = project.path / "paper.tex"
    main.write_text(PAPER.replace(equation, "\\input{sections/one}\n"))
    run(project, "--symkv", "--ignore=tests", "--ignore=derivations").assert_outcomes(passed=1, failed=1)
    run(project, "--symkv", "sections/one.tex").assert_outcomes(passed=1)
    project.path.joinpath("paper.symkv.toml").write_text("only_declared = false\n")
    run(project, "--symkv", "sections/one.tex").assert_outcomes(passed=1)
    run(project, "--symkv", "paper.tex").assert_outcomes(passed=1, failed=1)


def test_certificates_are_judged_anew(project):
    checked = check(load(project.path / "derivations" / "right.py"))
    write_certificate(project.path / "proofs.json", [checked, checked])
    data = json.loads(project.path.joinpath("proofs.json").read_text())
    data["certificates"][1]["name"] = "second"
    data["certificates"][1]["steps"][2]["statement"] = data["certificates"][1]["steps"][2]["statement"].replace(
        "2*", "3*"
    )
    project.path.joinpath("proofs.json").write_text(json.dumps(data))
    result = run(project, "--symkv", "proofs.json")
    result.assert_outcomes(passed=5, failed=1)
    result.stdout.fnmatch_lines("FAILED proofs.json::second.other - *")


def test_what_nobody_can_decide_fails_and_is_not_skipped(project, monkeypatch):
    from symkv.explaining import steps

    monkeypatch.setattr(steps, "judged", lambda taken: steps.CheckedStep(taken.step, taken.relation, "unknown"))
    run(project, "--symkv", "derivations/right.py", "-k", "ordered").assert_outcomes(failed=1)


BROKEN = [
    ("derivations/right.py", "derivation = 5\n", "must define `derivation"),
    ("derivations/right.py", "derivation = 1/0\n", "raised ZeroDivisionError"),
    ("derivations/right.py", "derivation = \n", "must run"),
    ("derivations/right.py", DERIVATION.replace('"ordered", "collect"', '"ordered", "guess"'), "rule"),
    ("derivations/right.py", derivation(right=True).replace('Step("ordered"', 'Step("other"'), "is used twice"),
    ("claims.toml", "claim = 1\n", "a claims file holds"),
    ("claims.toml", "[[claim\n", "TOML"),
    ("claims.toml", "\x00", "TOML"),
    ("paper.tex", "\\begin{equation}\nL = \\foo %!symkv equals mla.growth\n\\end{equation}\n", "foo"),
    ("paper.tex", PAPER.replace("%!symkv", "% symkv"), "it ties none"),
    ("derivations/right.py", DERIVATION[: DERIVATION.index("    steps=")] + "    steps=(),\n)\n", "it has none"),
    ("proofs.json", "{", "JSON"),
    ("proofs.json", '{"symkv_certificate": 2}', "symkv_certificate"),
]


@pytest.mark.parametrize(("name", "text", "problem"), BROKEN)
def test_a_broken_file_is_an_error_in_one_line_and_no_way_through_symkv(project, name, text, problem):
    project.path.joinpath(name).write_text(text)
    result = run(project, "--symkv", name)
    assert result.ret in (1, 2)
    outcome = result.parseoutcomes()
    assert outcome.get("failed", 0) + outcome.get("errors", 0) >= 1
    assert problem in result.stdout.str()
    assert "Traceback" not in result.stdout.str()
    assert "symkv/" not in result.stdout.str().replace("symkv/papers", "")


@pytest.mark.parametrize("pattern", ["papr/*.tex", "*.ini", "/etc/*.toml", "../*.py"])
def test_a_pattern_that_can_not_be_meant_is_a_usage_error(project, pattern):
    project.makefile(".ini", pytest=f"[pytest]\nsymkv_files = {pattern}\n")
    result = run(project, "--symkv")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines("ERROR: symkv_files *")
    run(project).assert_outcomes(passed=1)


# -- quiet until it is used ------------------------------------------------------------------------------------------

LOADED = """
import sys, pytest
class Look:
    def pytest_collection_finish(self):
        print([name for name in sys.modules if name.split(".")[0] in ("symkv", "sympy", "z3", "hypothesis")])
pytest.main(["-q", "--collect-only", "-p", "no:hypothesispytest", "-p", "no:cacheprovider", "."], plugins=[Look()])
"""


def test_the_plugin_is_installed_and_loads_nothing_but_itself(pytester):
    pytester.makepyfile(test_one="def test_one(): pass\n")
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    loaded = next(line for line in done.stdout.splitlines() if line.startswith("["))
    assert sorted(set(json.loads(loaded.replace("'", '"')))) == ["symkv", "symkv.testing", "symkv.testing.plugin"]


def test_the_start_of_a_run_that_does_not_use_it_costs_less_than_5_ms_more(pytester):
    pytester.makepyfile(test_one="def test_one(): pass\n")
    code = "import sys, time\nfrom importlib.metadata import entry_points\n" + (
        "(point,) = entry_points(group='pytest11', name='symkv')\n"
        "start = time.perf_counter()\nplugin = point.load()\nprint(time.perf_counter() - start)\n"
    )
    times = [
        float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
        for _ in range(5)
    ]
    assert statistics.median(times) < 0.005


def test_a_whole_run_with_the_plugin_costs_less_than_50_ms_more(pytester):
    pytester.makepyfile(test_one="def test_one(): pass\n")
    run_pytest = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_one.py"]
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}

    def seconds(*more):
        before = os.times()
        subprocess.run([*run_pytest, *more], check=True, capture_output=True, env=environment)
        after = os.times()
        return after.children_user + after.children_system - before.children_user - before.children_system

    pairs = [(seconds("-p", "symkv.testing.plugin"), seconds()) for _ in range(3)]
    assert statistics.median(with_it - without for with_it, without in pairs) < 0.05
