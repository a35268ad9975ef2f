"""Configs are read exactly or refused by name."""

import json
import random
import re
from pathlib import Path

import pytest

from symkv.caches import quantity
from symkv.errors import BadInput, SymkvError
from symkv.models import bundled, fields, from_config, resolve

DATA = Path(__file__).parent / "data"
LLAMA = {
    "model_type": "llama",
    "num_hidden_layers": 32,
    "hidden_size": 4096,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "torch_dtype": "bfloat16",
    "vocab_size": 128256,
}
GEMMA3 = {
    "model_type": "gemma3_text",
    "num_hidden_layers": 62,
    "num_attention_heads": 32,
    "num_key_value_heads": 16,
    "head_dim": 128,
    "sliding_window": 1024,
}


def elements(stack, of, tokens):
    return quantity(stack, of).evaluate({"n_tokens": tokens, "bytes_per_element": 1, "n_encoder": 1})


TOTALS = [  # name, tokens, bytes at two bytes per element, from the published configs by hand
    ("llama-3.1-8b", 131072, 2 * 32 * 8 * 128 * 2 * 131072),
    ("llama-3.1-70b", 8192, 2 * 80 * 8 * 128 * 2 * 8192),
    ("deepseek-v3", 1, 70272),  # "70.272 KB", arXiv:2505.09343, table 1
    ("qwen3-32b", 1, 262144),
    ("qwen3-8b", 1, 147456),
    ("qwen3-30b-a3b", 1, 98304),
    ("gpt-oss-120b", 131072, 2048 * (18 * 131072 + 18 * 128)),
    ("gemma-3-27b", 131072, 2 * 16 * 128 * 2 * (10 * 131072 + 52 * 1024)),
]


@pytest.mark.parametrize(("name", "tokens", "total"), TOTALS)
def test_released_models_store_what_their_shapes_say(name, tokens, total):
    assert 2 * elements(resolve(name), "stored", tokens) == total


@pytest.mark.parametrize("path", sorted((DATA / "configs").glob("*.json")), ids=lambda path: path.stem)
def test_a_released_config_is_read(path):
    assert elements(resolve(str(path)), "stored", 100) > 0


def test_bundled_models_have_a_source_and_a_date():
    assert len(bundled()) >= 10
    for record in bundled():
        assert record.source
        assert re.fullmatch(r"20\d\d-\d\d-\d\d", record.date)
        at = {"n_tokens": 1, "bytes_per_element": 1, "n_encoder": 1}
        assert quantity(resolve(record.name), "stored").evaluate(at) > 0


def test_gemma_has_one_global_layer_in_six_and_the_rest_windowed():
    window, full = from_config(GEMMA3).parts
    assert (str(full.values["n_layers"]), str(window.values["n_layers"])) == ("10", "52")
    nested = from_config({"model_type": "gemma3", "text_config": GEMMA3, "vision_config": {"num_hidden_layers": 27}})
    assert elements(nested, "stored", 5000) == elements(from_config(GEMMA3), "stored", 5000)


def test_fallbacks_and_ignored_fields_are_reported():
    without = {key: value for key, value in LLAMA.items() if key != "num_key_value_heads"}
    stack = from_config({**without, "a_new_knob": 3})
    assert any("num_key_value_heads" in line for line in stack.fallbacks)
    assert any("head_dim" in line for line in stack.fallbacks)
    assert stack.ignored_fields == ("a_new_knob",)
    assert stack.dtype == "bf16"
    assert not any("head_dim" in line for line in from_config({**LLAMA, "head_dim": 128}).fallbacks)


def test_head_dim_wins_over_the_hidden_size():
    assert elements(from_config({**LLAMA, "head_dim": 64}), "stored", 1) == 2 * 32 * 8 * 64


REFUSED = [
    ({"model_type": "a_new_type"}, "model_type must be one that is read, 'a_new_type' is not"),
    ({"model_type": "openai-gpt"}, "model_type openai-gpt isn't read: transformers keeps no cache for it"),
    ({"model_type": None}, "model_type must be given"),
    ({"num_hidden_layers": 0}, "num_hidden_layers must be a whole number from 1"),
    ({"num_hidden_layers": 1.5}, "num_hidden_layers must be a whole number"),
    ({"num_hidden_layers": "32"}, "num_hidden_layers must be a whole number"),
    ({"num_hidden_layers": True}, "num_hidden_layers must be a whole number"),
    ({"num_hidden_layers": 10**9}, "num_hidden_layers must be a whole number"),
    ({"num_hidden_layers": None}, "num_hidden_layers must be a whole number"),
    ({"num_key_value_heads": -8}, "num_key_value_heads must be a whole number"),
    ({"hidden_size": 4097}, "hidden_size must be a multiple"),
    ({"sliding_window": 4096}, "sliding_window is not"),
    ({"num_kv_shared_layers": 2}, "num_kv_shared_layers is not"),
    ({"my_cache_trick": {"a": 1}}, "my_cache_trick is not"),
    ({"layer_types": ["full_attention"] * 31}, "layer_types must have num_hidden_layers = 32 entries"),
    ({"layer_types": ["linear_attention"] * 32}, "layer_types[0] must be full_attention"),
]


@pytest.mark.parametrize(("change", "message"), REFUSED)
def test_what_can_not_be_known_stops_the_reading_by_name(change, message):
    with pytest.raises(BadInput, match=re.escape(message)):
        from_config({**LLAMA, **change})
    assert elements(from_config({**LLAMA, "num_kv_shared_layers": None, "my_cache_trick": False}), "stored", 1) == 65536


def test_a_name_smells_of_the_cache_by_what_is_in_it():
    assert fields.smell("num_kv_shared_layers")
    assert fields.smell("vocab_size") is None


STACKS = [
    ("2*gqa(n_kv_heads=8,d_head=128)", 2 * 2 * 8 * 128),
    ("10*gqa(n_kv_heads=8,d_head=128) + 50*sliding_window(window=1024,n_kv_heads=8,d_head=128)", 60 * 2 * 8 * 128),
    ("5*mla(d_latent=512,d_rope=64) + cross_layer(n_unique_layers=1,n_layers=4,n_kv_heads=1,d_head=2)", 5 * 576 + 4),
]


@pytest.mark.parametrize(("text", "first"), STACKS)
def test_a_stack_in_words_is_the_sum_of_its_terms(text, first):
    assert elements(resolve(text), "stored", 1) == first


BAD_STACKS = [
    "2*",
    "2*gqa(",
    "2*gqa(d_head)",
    "2*gqa(d_head=0)",
    "gqa() gqa()",
    "2*nothing(d_head=1)",
    "2*gqa(window=4)",
]
BAD_STACKS += ["2*gqa(d_head=1,d_head=2)", "3*local_global(window=4)", "2*gqa(d_head=1) +", "0*gqa()", "1.5*gqa()"]


@pytest.mark.parametrize("text", BAD_STACKS)
def test_a_stack_that_is_not_well_written_is_bad_input(text):
    with pytest.raises(BadInput):
        resolve(text)


FILES = {
    "empty.json": "",
    "truncated.json": json.dumps(LLAMA)[:50],
    "list.json": "[1]",
    "object.json": "{}",
    "twice.json": '{"model_type": "llama", "model_type": "qwen3"}',
    "nan.json": '{"model_type": "llama", "num_hidden_layers": NaN}',
    "deep.json": '{"a": ' * 100_000,
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_no_config_is_bad_input_with_its_path(name, tmp_path):
    path = tmp_path / name
    path.write_text(FILES[name])
    with pytest.raises(BadInput) as problem:
        resolve(str(path))
    assert problem.value.where.startswith(str(path))
    path.write_text(json.dumps(LLAMA))
    assert elements(resolve(str(path)), "stored", 1) == 65536


def test_a_mutated_config_gives_a_stack_or_one_clear_error():
    rng = random.Random(7)
    values = [
        None,
        -1,
        0,
        1.5,
        "8",
        10**12,
        [],
        {},
        [None],
        True,
        "full_attention",
        ["full_attention"] * 3,
        float("inf"),
    ]
    bases = [LLAMA, GEMMA3, json.loads((DATA / "configs" / "deepseek-ai--DeepSeek-V3.json").read_text())]
    read = 0
    for _ in range(3000):
        config = dict(rng.choice(bases))
        for _ in range(rng.randint(1, 3)):
            config[rng.choice([*config, "layer_types", "sliding_window_pattern", "text_config"])] = rng.choice(values)
        try:
            read += quantity(from_config(config), "stored") is not None
        except SymkvError as problem:
            assert "\n" not in str(problem)
    assert 0 < read < 3000
