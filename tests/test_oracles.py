"""symkv is held against what other programs measured: every record of every case, in elements and in bytes."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from symkv.engines import ENGINES, Request, engine
from symkv.errors import BadInput
from symkv.models import from_config
from tests.oracles.transformers_cases import cases, compare, main, mismatches

FILE = Path(__file__).parent / "data" / "transformers_cases.jsonl"
CASES = list(cases(FILE))
PACKAGE = Path(__file__).parent.parent / "symkv"
MISTRAL = {
    "model_type": "mistral",
    "num_hidden_layers": 2,
    "hidden_size": 64,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "sliding_window": 8,
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_every_measured_cache_has_just_the_elements_and_bytes_that_symkv_gives(case):
    assert case["records"]
    assert mismatches(case) == []


def test_all_203_cases_are_counted():
    assert len(CASES) == 203
    matched, total, wrong, refused = compare(CASES[:20])
    assert (matched, wrong, refused) == (total, [], [])


def test_a_wrong_record_and_a_refused_case_are_told_apart(tmp_path, capsys):
    good, wrong, refused = (json.loads(json.dumps(CASES[0])) for _ in range(3))
    wrong["records"][3]["elements"] += 1
    refused["config"]["model_type"] = "a_new_type"
    path = tmp_path / "cases.jsonl"
    path.write_text("\n".join(json.dumps(case) for case in (good, wrong, refused)))
    count = len(good["records"])
    assert main([str(path)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in lines[:-1]] == ["mismatch", "refused"]
    assert lines[-1] == f"{2 * count - 1}/{3 * count}"
    path.write_text(json.dumps(good) + "\n")
    assert main([str(path)]) == 0


def test_the_comparison_is_a_command():
    run = [sys.executable, "-m", "tests.oracles.transformers_cases"]
    assert subprocess.run(run, capture_output=True, check=False, cwd=PACKAGE.parent).returncode == 2


# -- no rule knows the cases --------------------------------------------------------------------------------------


def strings(path):
    """The text constants of a module, docstrings left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    said = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef)
        if node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node.value


MODULES = sorted([*(PACKAGE / "models").glob("*.py"), *(PACKAGE / "engines").glob("*.py")])


def test_no_rule_is_selected_by_the_name_of_a_case():
    names = {case["case"] for case in CASES}
    kinds = {f"/{case['kind']}" for case in CASES}
    for path in MODULES:
        found = {text for text in strings(path) if text in names or any(text.endswith(kind) for kind in kinds)}
        assert not found, path.name


def test_no_rule_looks_at_the_size_of_a_case():
    """Numbers of the tiny configs that no released model has don't appear in the modules that read and allocate."""
    tiny = {96, 24, 28, 18, 26, 14}
    for path in MODULES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        compared = {
            constant.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Compare)
            for constant in ast.walk(node)
            if isinstance(constant, ast.Constant) and isinstance(constant.value, int)
        }
        assert not compared & tiny, path.name


def test_no_module_reads_the_measured_file_or_compares_a_whole_config():
    for path in MODULES:
        text = path.read_text(encoding="utf-8")
        assert "transformers_cases" not in text
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Compare):
                sides = [node.left, *node.comparators]
                names = {side.id for side in sides if isinstance(side, ast.Name)}
                names |= {side.attr for side in sides if isinstance(side, ast.Attribute)}
                equal = any(isinstance(op, ast.Eq | ast.NotEq) for op in node.ops)
                assert not (equal and names & {"config", "case", "variant"}), f"{path.name}:{node.lineno}"


SCALED = ("hidden_size", "num_hidden_layers", "num_attention_heads")


@pytest.mark.parametrize("name", ["llama", "gemma2", "falcon", "deepseek_v3", "qwen3_next", "jamba"])
def test_a_case_with_other_sizes_is_read_as_well(name):
    """A copy of a measured config with a vocabulary and experts of other sizes, and no name, holds the same cache."""
    case = next(case for case in CASES if case["model_type"] == name)
    other = {**case["config"], "vocab_size": 777, "intermediate_size": 321, "num_experts": 3, "_name_or_path": "other"}
    request = Request(tokens=21, batch=3, dtype="fp32")
    held = [engine("transformers")(from_config(config), request) for config in (case["config"], other)]
    assert held[0] == held[1]


# -- what the engine says -----------------------------------------------------------------------------------------


def test_a_window_keeps_one_token_less_and_says_so():
    held = engine("transformers")(from_config(MISTRAL), Request(tokens=20))
    assert held.elements == 2 * 2 * 2 * 16 * 7
    assert held.bytes == 2 * held.elements
    assert any(line.startswith("windows less one: ") for line in held.deltas)
    static = engine("transformers")(from_config(MISTRAL), Request(tokens=20, static=40))
    assert static.elements == 2 * 2 * 2 * 16 * 8
    short = engine("transformers")(from_config(MISTRAL), Request(tokens=5))
    assert (short.elements, short.deltas) == (2 * 2 * 2 * 16 * 5, ())


def test_what_an_engine_can_not_hold_is_bad_input():
    stack = from_config(MISTRAL)
    with pytest.raises(BadInput, match="an engine must be one of transformers"):
        engine("a_new_engine")
    with pytest.raises(BadInput, match="a cache of transformers must be in"):
        engine("transformers")(stack.coded({"kv": "fp8"}), Request(tokens=5))
    with pytest.raises(BadInput, match="a static cache must hold all 5 tokens"):
        Request(tokens=5, static=4)
    assert set(ENGINES) == {"transformers"}
