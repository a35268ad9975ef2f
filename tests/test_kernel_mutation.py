"""The committed mutation score of the kernel: reached, explained, and of the modules as they are."""

import ast
import json
from collections import Counter

import pytest

from tests import kernel_mutation as mutation

FIGURES = json.loads((mutation.DATA / "kernel_mutation.json").read_text(encoding="utf-8"))


def test_at_least_95_of_100_mutants_are_killed_and_every_survivor_is_explained():
    assert set(FIGURES) >= {*mutation.TRUSTED, "all"}
    for name in (*mutation.TRUSTED, "all"):
        row = FIGURES[name]
        assert row["killed"] + row["explained"] == row["mutants"] > 0
        assert row["score"] == round(row["killed"] / row["mutants"], 4)
    assert FIGURES["all"]["mutants"] == sum(FIGURES[name]["mutants"] for name in mutation.TRUSTED)
    assert FIGURES["all"]["score"] >= mutation.NEEDED


def test_the_committed_score_is_that_of_the_modules_as_they_are():
    assert FIGURES["modules_sha256"] == mutation.digest(), "run `python -m tests.kernel_mutation` on the new source"


def test_what_is_explained_is_what_survived_in_each_module():
    explained = Counter(module for module, _, _ in mutation.explained())
    assert explained == {name: FIGURES[name]["mutants"] - FIGURES[name]["killed"] for name in mutation.TRUSTED}


def test_an_explanation_is_of_a_line_that_stands_in_its_module():
    known = mutation.explained()
    assert len(known) == FIGURES["all"]["explained"]
    for (module, line, edit), why in known.items():
        lines = (mutation.PROOF / f"{module}.py").read_text(encoding="utf-8").splitlines()
        assert line in [text.strip() for text in lines]
        assert " -> " in edit
        assert len(why) > 20


def test_a_mutant_is_one_edit_of_what_the_module_does():
    found = list(mutation.mutants("domains"))
    tree = ast.parse((mutation.PROOF / "domains.py").read_text(encoding="utf-8"))
    assert len({mutant.source for mutant in found}) == len({mutant.key for mutant in found}) == len(found) > 50
    assert ast.unparse(tree) not in {mutant.source for mutant in found}
    for mutant in found:
        lines = zip(ast.unparse(tree).splitlines(), mutant.source.splitlines(), strict=False)
        assert sum(one != other for one, other in lines) == 1
    edits = {mutant.edit for mutant in found}
    assert {"gap == '?' -> gap != '?'", "all(inside) -> any(inside)", "p in allowed -> p not in allowed"} <= edits


@pytest.mark.parametrize(
    ("source", "edits"),
    [
        ("a < b", {"a <= b"}),
        ("a and not b", {"a or not b", "a and b"}),
        ("x = 3 - a", {"x = 4 - a", "x = 2 - a", "x = 3 + a"}),
        ("f(y)", {"pass"}),
        ("min(a, *b)", {"max(a, *b)", "pass"}),
        ("raise Error('of 3 signs <')", {"pass"}),
        ("x: 'A < B' = '<'", {"x: 'A < B' = '<='", "x: 'A < B' = '>'"}),
        ("while a:\n    continue", {"while True:\n    continue", "while False:\n    continue", "while a:\n    pass"}),
        ("def f(a) -> bool:\n    return a", {f"def f(a) -> bool:\n    return {v}" for v in (True, False)}),
        ("def f(a) -> int:\n    'a - b'\n    return a", {'def f(a) -> int:\n    """a - b"""\n    return None'}),
        ("def f(a):\n    a = g(b)", {"def f(a):\n    pass"}),
    ],
)
def test_each_kind_of_edit_is_made_where_it_changes_what_is_done(source, edits):
    assert {mutant.source for mutant in mutation.mutants_of("some", source)} == edits
