"""`symkv.from_config`: dicts and transformers configs give formulas and the sizes that the command line gives."""

import json
import subprocess
import sys

import pytest

import symkv
import symkv.modelling
from symkv.cli import main
from symkv.errors import BadInput
from symkv.models import bundled
from symkv.models.symbolic import symbolic

LLAMA = {
    "model_type": "llama",
    "num_hidden_layers": 32,
    "hidden_size": 4096,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "torch_dtype": "bfloat16",
    "a_new_knob": 1,
}


class Config:
    """What a config of transformers is here: an object with to_dict()."""

    def __init__(self, **fields):
        self.fields = fields

    def to_dict(self):
        return dict(self.fields)


@pytest.mark.parametrize("config", [LLAMA, Config(**LLAMA)], ids=["dict", "object"])
def test_a_config_gives_its_formulas_and_its_exact_size(config):
    model = symkv.from_config(config)
    assert str(model.stored) == str(model.read) == "65536*bytes_per_element*n_tokens"
    assert str(model.growth) == "65536*bytes_per_element"
    assert str(model.quantity("stored", in_symbols=True)) == "n_layers*2*n_kv_heads*d_head*bytes_per_element*n_tokens"
    assert model.size(tokens=131072)["stored_bytes"] == 17179869184
    assert model.size(tokens=131072, batch=3, dtype="fp8")["stored_bytes"] == 3 * 17179869184 // 2
    assert model.size(tokens=8, tp=8)["per_rank_bytes"] == 131072
    assert model.ignored_fields == ("a_new_knob",)
    assert any("head_dim" in line for line in model.fallbacks)
    assert repr(model) == "<llama: stored = 65536*bytes_per_element*n_tokens>"


@pytest.mark.parametrize("config", [None, 3, "llama", [LLAMA], {}, {**LLAMA, "num_key_value_heads": "8"}])
def test_what_is_no_config_is_refused_by_name(config):
    with pytest.raises(BadInput):
        symkv.from_config(config)


@pytest.mark.parametrize("options", [{"tokens": 0}, {"batch": 0}, {"dtype": "fp7"}, {"tp": 3}])
def test_a_size_that_can_not_be_is_refused(options):
    model = symkv.from_config(LLAMA)
    with pytest.raises(BadInput):
        model.size(**{"tokens": 8, **options})
    with pytest.raises(BadInput, match="a quantity must be one of"):
        model.quantity("weight")


def test_python_and_the_command_line_give_the_same_size(capsys, tmp_path):
    path = tmp_path / "config.json"
    path.write_text(json.dumps(LLAMA))
    assert main(["size", str(path), "--tokens", "4096", "--dtype", "fp8", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)["result"]
    found = symkv.from_config(LLAMA).size(tokens=4096, dtype="fp8")
    assert {**found, "what": ""} == {**printed, "what": ""}


@pytest.mark.parametrize("record", bundled(), ids=lambda record: record.name)
def test_the_values_put_into_the_formula_in_symbols_give_the_formula_in_numbers(record):
    found = symbolic(record.stack)
    model, open_model = symkv.modelling.Model(record.stack), symkv.modelling.Model(found.stack)
    for name in ("stored", "read", "written", "growth"):
        put_in = open_model.quantity(name).substitute(found.values)
        for tokens in (1, 127, 128, 4096, 131072):
            at = {"n_tokens": tokens, "bytes_per_element": 2}
            assert put_in.evaluate(at) == model.quantity(name).evaluate(at)


def test_importing_the_package_loads_nothing_else():
    code = "import sys, symkv; sys.exit(bool([m for m in sys.modules if m.startswith('symkv.')]))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
