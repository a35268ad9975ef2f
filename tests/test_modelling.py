"""`symkv.from_config`: dicts and transformers configs give formulas and the sizes that the command line gives."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import symkv
import symkv.modelling
from symkv.cli import main
from symkv.errors import BadInput
from symkv.models import bundled
from symkv.models.records import record
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


def test_what_the_config_leaves_open_is_given_by_name():
    whisper = {"model_type": "whisper", "decoder_layers": 4, "decoder_attention_heads": 6, "d_model": 384}
    whisper |= {"encoder_layers": 4, "encoder_attention_heads": 6, "is_encoder_decoder": True}
    model = symkv.from_config(whisper)
    assert model.size(tokens=448)["stored_bytes"] is None
    assert model.size(tokens=448, n_encoder=1500)["stored_bytes"] == 2 * 4 * 384 * 2 * (448 + 1500)
    for wrong in ({"n_encoder": 0}, {"window": 3}, {"no_such_symbol": 3}):
        with pytest.raises(BadInput):
            model.size(tokens=448, **wrong)


def test_draft_layers_count_where_they_are_asked_for():
    config = {**LLAMA, "model_type": "mimo", "head_dim": 128, "num_nextn_predict_layers": 1}
    assert str(symkv.from_config(config).growth) == "65536*bytes_per_element"
    assert str(symkv.from_config(config, with_draft=True).growth) == "67584*bytes_per_element"


def test_python_and_the_command_line_give_the_same_size(capsys, tmp_path):
    path = tmp_path / "config.json"
    path.write_text(json.dumps(LLAMA))
    assert main(["size", str(path), "--tokens", "4096", "--dtype", "fp8", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)["result"]
    found = symkv.from_config(LLAMA).size(tokens=4096, dtype="fp8")
    assert {**found, "what": ""} == {**printed, "what": ""}


@pytest.mark.parametrize("item", bundled(), ids=lambda item: item.name)
def test_the_values_put_into_the_formula_in_symbols_give_the_formula_in_numbers(item):
    found = symbolic(item.stack)
    model, open_model = symkv.modelling.Model(item.stack), symkv.modelling.Model(found.stack)
    for name in ("stored", "read", "written", "growth"):
        put_in = open_model.quantity(name).substitute(found.values)
        for tokens in (1, 127, 128, 4096, 131072):
            at = {"n_tokens": tokens, "bytes_per_element": 2, "n_encoder": 3}
            assert put_in.evaluate(at) == model.quantity(name).evaluate(at)


def test_importing_the_package_loads_nothing_else():
    code = "import sys, symkv; sys.exit(bool([m for m in sys.modules if m.startswith('symkv.')]))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


TOTALS = [  # bundled name, tokens, bytes in the config's own format, from the published sizes by hand
    ("deepseek-v3.2", 1, 61 * (512 + 64 + 128) * 2),
    ("glm-5.2", 1, 78 * (512 + 64) * 2 + 21 * 128 * 2),  # 21 of 78 layers have an indexer of their own
    ("gemma-3n-e4b", 131072, 2 * 2 * 256 * 2 * (4 * 131072 + 16 * 512)),  # 20 of 35 layers keep a cache
    # full layers keep a value of 2 heads of 512, and of the key its rotated quarter
    ("gemma-4-26b-a4b", 131072, 2 * (5 * 2 * (512 + 128) * 131072 + 2 * 25 * 8 * 256 * 1024)),
    ("llama-4-scout", 8192, 2 * 48 * 8 * 128 * 2 * 8192),  # one chunk is not full before its end
    ("falcon-mamba-7b", 1048576, 64 * (8192 * 16 + 8192 * 4) * 2),
    ("qwen3-next-80b-a3b", 131072, 12 * 2 * 2 * 256 * 2 * 131072 + 36 * (32 * 128 * 128 + 8192 * 4) * 2),
    ("kimi-k3", 131072, 24 * 576 * 2 * 131072 + 69 * (96 * 128 * 128 + 3 * 96 * 128 * 4) * 2),
    ("nemotron-3-nano-30b-a3b", 131072, 6 * 2 * 2 * 128 * 2 * 131072 + 23 * (64 * 64 * 128 * 4 + 6144 * 4 * 2)),
    ("recurrentgemma-2b", 131072, 8 * 2 * 256 * 2 * 2048 + 18 * (2560 + 2560 * 4) * 2),
]


@pytest.mark.parametrize(("name", "tokens", "total"), TOTALS)
def test_bundled_models_of_every_kind_store_what_their_published_sizes_say(name, tokens, total):
    model = symkv.modelling.Model(record(name).stack)
    assert model.size(tokens=tokens)["stored_bytes"] == total


def test_at_least_sixty_models_are_bundled_over_all_families():
    found = bundled()
    assert len(found) >= 60
    families = {family for item in found for family in item.family.split(" and ")}
    kept = {"every token kept", "shared across layers", "windowed", "stored is not read", "constant state"}
    assert kept <= families | {"cross", "draft"}
    assert sum(item.verified for item in found) >= 30
    assert all("https://" in item.source or "arXiv:" in item.source for item in found)
    assert {item.name for item, _ in REAL} == {i.name for i in found if i.verified} - {"mistral-7b-v0.1"}  # its paper
    assert {item.config["model_type"] for item in found} >= set("llama mamba2 t5 whisper deepseek_v4 kimi_k3".split())


CONFIGS = Path(__file__).parent / "data" / "configs"
HUB = re.compile(r"https://huggingface.co/([\w.-]+)/([\w.-]+)/blob/main/config.json")
REAL = [(item, CONFIGS / f"{found[1]}--{found[2]}.json") for item in bundled() if (found := HUB.fullmatch(item.source))]


@pytest.mark.parametrize(
    ("item", "path"), [(i, p) for i, p in REAL if p.exists()], ids=lambda of: getattr(of, "name", "")
)
def test_a_condensed_record_reads_as_the_whole_config_that_it_names(item, path):
    whole = symkv.from_config(json.loads(path.read_text(encoding="utf-8")))
    condensed = symkv.modelling.Model(item.stack)
    for name in ("stored", "read", "written"):
        assert str(condensed.quantity(name)) == str(whole.quantity(name))
    assert (condensed.stack.dtype, condensed.stack.formats) == (whole.stack.dtype, whole.stack.formats)


SOLVED = [  # which size of a model meets a target at two bytes per element
    ("llama-3.1-8b", "n_kv_heads", "64KiB", 4),  # 32*2*4*128*2
    ("llama-3.1-8b", "n_layers", "64KiB", 16),
    ("gemma-3-27b", "n_global_layers", "64KiB", 8),
    ("gemma-3-27b", "d_head", "40KiB", 64),
    ("kimi-k3", "d_rope", "24KiB", 0),  # 24*512*2
]


@pytest.mark.parametrize(("name", "word", "target", "value"), SOLVED)
def test_a_question_about_a_models_own_size_opens_it(capsys, name, word, target, value):
    command = ["solve", name, "--for", word, "--target", target, "--dtype", "bf16"]
    assert main([*command, "--json"]) == 0
    result = json.loads(capsys.readouterr().out)["result"]
    assert (result["exact"], result["proved"]) == (value, True)
    assert main([*command, f"{word}=3"]) == 2  # a size that is given is no question
    assert main(["solve", "gemma-3-27b", "--for", "n_layers", "--target", "64KiB"]) == 2
    assert "it is n_global_layers, n_local_layers" in capsys.readouterr().err.replace(
        "n_local_layers, n_global_layers", "n_global_layers, n_local_layers"
    )


def test_show_gives_each_kind_of_layer_and_the_formula_in_numbers_and_in_symbols(capsys, tmp_path):
    config = {"model_type": "gemma3_text", "num_hidden_layers": 62, "num_attention_heads": 32, "head_dim": 128}
    config |= {"num_key_value_heads": 16, "sliding_window": 1024}
    (tmp_path / "config.json").write_text(json.dumps(config))
    shown = {}
    for what in (str(tmp_path), str(tmp_path / "config.json"), "gemma-3-27b"):
        assert main(["show", what, "--json"]) == 0
        shown[what] = json.loads(capsys.readouterr().out)["result"]
    for result in shown.values():
        assert result["stored"] == "8192*bytes_per_element*(5*n_tokens + 26*min(n_tokens, 1024))"
        assert result["formula_symbolic"]["stored"] == (
            "2*n_kv_heads*d_head*bytes_per_element*(n_global_layers*n_tokens + n_local_layers*min(n_tokens, window))"
        )
        assert result["symbols"] == {
            "n_global_layers": "10",
            "n_local_layers": "52",
            "n_kv_heads": "16",
            "d_head": "128",
            "window": "1024",
        }
        assert {(group["label"], group["growth"]) for group in result["groups"]} == {
            ("full attention x 10 layers", "40960*bytes_per_element"),
            ("window of 1024 tokens x 52 layers", "0"),
        }
    assert shown["gemma-3-27b"]["title"] == "Gemma 3 27B"
    assert shown["gemma-3-27b"]["verified"] is False
    assert main(["show", "gqa", "--json"]) == 0
    alone = json.loads(capsys.readouterr().out)["result"]
    assert (alone["formula_symbolic"]["stored"], alone["symbols"]) == (alone["stored"], {})
