"""Every kind of layer that a config may name: what each field says, what overrides what, and what stops the reading."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from symkv.caches import quantity
from symkv.cli.main import app
from symkv.errors import BadInput
from symkv.models import from_config, resolve
from symkv.models.config import BUILDERS
from symkv.models.defaults import defaults_of
from symkv.models.families import FAMILIES, REFUSED, WRAPPERS
from symkv.models.kinds import LAYOUTS
from symkv.models.mixers_state import OPTIONAL
from symkv.variants import catalogue

CONFIGS = Path(__file__).parent / "data" / "configs"
HEADS = {"num_attention_heads": 8, "num_key_value_heads": 2, "head_dim": 16, "hidden_size": 128}
MAMBA = {"mamba_n_heads": 4, "mamba_d_head": 8, "mamba_n_groups": 1, "mamba_d_state": 16, "mamba_d_conv": 4}


def labels(config, **options):
    return [part.label for part in from_config(config, **options).parts]


def stored(stack, tokens=100):
    return quantity(stack, "stored").evaluate({"n_tokens": tokens, "bytes_per_element": 1, "n_encoder": 10})


def test_every_row_names_mixers_layouts_and_variants_that_exist():
    for model_type, family in FAMILIES.items():
        assert family.layout in LAYOUTS, model_type
        for mixers in family.mixers.values():
            assert set(mixers) <= {*BUILDERS, *OPTIONAL}, model_type
        assert model_type not in REFUSED
    for inner in (inner for _, inner in WRAPPERS.values() if inner):
        assert inner in FAMILIES or inner in REFUSED
    assert "gqa" in catalogue()
    assert defaults_of("a_new_type") == {}


KINDS = [
    ({"model_type": "jamba", "num_hidden_layers": 8, "mamba_d_state": 16, "mamba_d_conv": 4, **HEADS}, [7, 1]),
    ({"model_type": "bamba", "num_hidden_layers": 4, "attn_layer_indices": [1, 3], **HEADS, **MAMBA}, [2, 2]),
    ({"model_type": "llama4_text", "num_hidden_layers": 8, "attention_chunk_size": 64, **HEADS}, [6, 2]),
    ({"model_type": "qwen3_next", "num_hidden_layers": 8, "full_attention_interval": 2, **HEADS}, [4, 4]),
    ({"model_type": "cohere2", "num_hidden_layers": 8, "sliding_window": 32, **HEADS}, [6, 2]),
    ({"model_type": "lfm2", "num_hidden_layers": 4, "full_attn_idxs": [2], "conv_L_cache": 3, **HEADS}, [3, 1]),
    ({"model_type": "minimax_text_01", "num_hidden_layers": 4, "attn_type_list": [0, 0, 0, 1], **HEADS}, [3, 1]),
    (
        {"model_type": "mimo_v2_flash", "num_hidden_layers": 4, "hybrid_layer_pattern": [0, 1, 1, 1], **HEADS}
        | {"sliding_window": 32, "v_head_dim": 12, "swa_num_key_value_heads": 4},
        [1, 3],
    ),
]


@pytest.mark.parametrize(
    ("config", "counts"), KINDS, ids=lambda value: value["model_type"] if isinstance(value, dict) else ""
)
def test_the_kinds_of_layer_follow_from_the_field_of_the_type(config, counts):
    assert [int(part.values["n_layers"].evaluate({})) for part in from_config(config).parts] == counts


def test_a_list_of_layers_goes_before_the_rule_of_the_type():
    config = {"model_type": "cohere2", "num_hidden_layers": 2, "sliding_window": 32, **HEADS}
    assert labels({**config, "layer_types": ["full_attention"] * 2}) == ["full attention x 2 layers"]
    assert labels(config) == ["window of 32 tokens x 2 layers"]


def test_single_layers_may_differ_by_padded_and_plain_numbers():
    gemma = {"model_type": "gemma4_text", "num_hidden_layers": 12, "sliding_window": 32, **HEADS}
    padded = {**gemma, "per_layer_config": {"05": {"head_dim": 64}, "11": {"head_dim": 64}}}
    plain = {**gemma, "per_layer_config": {"5": {"head_dim": 64}, "11": {"head_dim": 64}}}
    own = {**gemma, "global_head_dim": 64}
    sizes = {stored(from_config(config)) for config in (padded, plain, own)}
    assert sizes == {10 * 2 * 2 * 16 * 32 + 2 * 2 * 2 * 64 * 100}


def test_layers_that_share_a_cache_read_the_last_owner_of_their_kind():
    config = json.loads((CONFIGS / "default--gemma3n_text.json").read_text())
    window, full = from_config(config).parts  # 20 of 35 layers own a cache
    assert (window.label, full.label) == (
        "window of 512 tokens x 16 layers, read by 28",
        "full attention x 4 layers, read by 7",
    )


def test_key_and_value_of_gemma_4_are_counted_once_where_they_are_tied():
    config = json.loads((CONFIGS / "google--gemma-4-26B-A4B.json").read_text())
    tied = from_config(config).parts[1]
    assert tied.variant.name == "tied_kv"
    assert str(tied.values["d_rotary"]) == "128"


def test_shared_indices_are_counted_by_layer():
    base = {"model_type": "hy_v4", "num_hidden_layers": 4, "kv_lora_rank": 28, "qk_rope_head_dim": 8}
    base |= {"index_head_dim": 18, "index_topk": 8}
    assert stored(from_config({**base, "indexer_types": ["full"] * 4})) == 4 * (28 + 8 + 18) * 100
    assert stored(from_config({**base, "indexer_types": ["full", "shared"] * 2})) == (4 * 36 + 2 * 18) * 100
    with pytest.raises(BadInput, match=re.escape("indexer_types[1] must be full or shared, got 'half'")):
        from_config({**base, "indexer_types": ["full", "half"] * 2})


def test_states_are_in_the_format_that_the_config_names():
    config = json.loads((CONFIGS / "nvidia--NVIDIA-Nemotron-3-Nano-30B-A3B-BF16.json").read_text())
    stack = from_config(config)
    assert stack.formats == {"state": "fp32"}
    assert any("mamba_ssm_cache_dtype" in line for line in stack.assumptions)
    assert from_config({**config, "mamba_ssm_cache_dtype": "auto"}).formats == {}
    with pytest.raises(BadInput, match="mamba_ssm_cache_dtype must be one of"):
        from_config({**config, "mamba_ssm_cache_dtype": "fp3"})


DRAFTS = [
    ("deepseek-ai--DeepSeek-V3", "latent attention x 61 layers", "latent attention x 62 layers"),
    ("MiniMaxAI--MiniMax-M2.7", "full attention x 62 layers", "full attention x 65 layers"),
]


@pytest.mark.parametrize(("name", "without", "counted"), DRAFTS)
def test_draft_layers_are_left_out_unless_asked_for(name, without, counted):
    path = str(CONFIGS / f"{name}.json")
    assert [part.label for part in resolve(path).parts] == [without]
    assert [part.label for part in resolve(path, with_draft=True).parts] == [counted]


def test_a_decoder_with_an_encoder_keeps_its_tokens_too():
    config = json.loads((CONFIGS / "default--t5.json").read_text())
    assert stored(from_config(config)) == 6 * 2 * 8 * 64 * (100 + 10)
    assert stored(from_config({**config, "is_encoder_decoder": False})) == 6 * 2 * 8 * 64 * 100


STOPPED = [
    ({"compress_ratios": [0, 4, 5]}, "deepseek_v4", "compress_ratios[2] must be one of 0, 4, 128"),
    ({"layer_types": ["full_attention", "conv", "conv"]}, "llama", "layer_types[1] must be full_attention for llama"),
    ({"per_layer_config": {"7": {"head_dim": 4}}}, "llama", "per_layer_config key 7 must be a whole number"),
    ({"per_layer_config": {"1": {"kv_trick": 4}}}, "llama", "kv_trick is not"),
    ({"num_kv_shared_layers": 3}, "gemma3n_text", "num_kv_shared_layers must be below"),
    ({"hybrid_override_pattern": "MX*"}, "nemotron_h", "hybrid_override_pattern must be made of"),
    ({"linear_attn_config": {"full_attn_layers": [4]}}, "kimi_linear", "full_attn_layers entry must be"),
    ({"n_layer": 4, "num_hidden_layers": 3}, "gpt2", "n_layer and num_hidden_layers must agree"),
]


@pytest.mark.parametrize(("change", "model_type", "message"), STOPPED, ids=lambda value: str(value)[:30])
def test_what_a_list_or_a_layer_can_not_say_stops_the_reading(change, model_type, message):
    base = {"model_type": model_type, "num_hidden_layers": 3, "sliding_window": 8, **HEADS}
    unknown = {"llama": ("sliding_window",), "kimi_linear": ("sliding_window",)}
    unknown["gpt2"] = ("sliding_window", "num_key_value_heads", "head_dim")
    base = {name: value for name, value in base.items() if name not in unknown.get(model_type, ())}
    with pytest.raises(BadInput, match=re.escape(message)):
        from_config({**base, **change})


def test_size_tells_what_an_engine_allocates_and_why():
    path = str(CONFIGS / "mistralai--Mixtral-8x7B-v0.1.json")
    run = CliRunner().invoke(app, ["size", path, "--engine", "transformers", "--tokens", "8192", "--json"])
    assert run.exit_code == 0
    result = json.loads(run.stdout)["result"]
    assert result["allocated_bytes"] == result["stored_bytes"] == 32 * 2 * 8 * 128 * 8192 * 2
    gemma = str(CONFIGS / "default--gemma3_text.json")
    run = CliRunner().invoke(app, ["size", gemma, "--engine", "transformers", "--tokens", "8192", "--json"])
    result = json.loads(run.stdout)["result"]
    assert result["stored_bytes"] - result["allocated_bytes"] == 22 * 2 * 4 * 256 * 2  # one token in each window
    assert [line.partition(":")[0] for line in result["deltas"]] == ["windows less one"]
    drafted = CliRunner().invoke(app, ["size", "deepseek-v3", "--with-draft", "--json"])
    assert json.loads(drafted.stdout)["result"]["growth_bytes_per_token"] == 62 * 576 * 2


@pytest.mark.parametrize(
    "options", [["--engine", "a_new_engine", "--tokens", "8"], ["--engine", "transformers"], ["--static", "9"]]
)
def test_an_engine_needs_a_name_and_tokens(options):
    run = CliRunner().invoke(app, ["size", "llama-3.1-8b", *options])
    assert isinstance(run.exception, BadInput) or run.exit_code == 2
