"""A mutated config gives an exact answer or one clear line that names the field: never a traceback, never a guess.

The bases are the released configs in `data/configs`; which fields decide a model's cache is written here by hand, from
the models' papers and code, not taken from the reader. `SYMKV_FUZZ` says how many mutants.
"""

import copy
import json
import math
import os
import random
from functools import cache
from pathlib import Path

import pytest
from typer.testing import CliRunner

from symkv.cli.main import app
from symkv.errors import BadInput
from symkv.models import from_config, resolve

BASES = sorted((Path(__file__).parent / "data" / "configs").glob("*.json"))
COUNT = int(os.environ.get("SYMKV_FUZZ", "10000"))
SHARES = 4  # the mutants in so many tests, one after another on one core or side by side

HEADS = "num_hidden_layers num_key_value_heads head_dim"
LATENT = "num_hidden_layers kv_lora_rank qk_rope_head_dim"
GATED = "linear_num_key_heads linear_key_head_dim linear_num_value_heads linear_value_head_dim linear_conv_kernel_dim"
SSD = "mamba_d_state mamba_d_conv"
DECISIVE: dict[str, str] = {  # model type -> whole numbers that its cache must change with
    **dict.fromkeys("llama mistral cohere minimax_m2 qwen3 qwen3_moe mixtral mimo qwen3_vl_text phi3".split(), HEADS),
    **dict.fromkeys("gpt_oss gemma3_text gemma4_text gemma3n_text".split(), f"{HEADS} sliding_window"),
    **dict.fromkeys("deepseek_v3 kimi_k2".split(), LATENT),
    **dict.fromkeys("deepseek_v32 glm_moe_dsa".split(), f"{LATENT} index_head_dim"),
    **dict.fromkeys("qwen3_next qwen3_5_text qwen3_5_moe_text".split(), f"{HEADS} {GATED}"),
    "kimi_linear": f"{LATENT} linear_head_dim linear_num_heads linear_conv_kernel_dim",
    "deepseek_v4": "num_hidden_layers head_dim sliding_window index_head_dim",
    "llama4_text": f"{HEADS} attention_chunk_size",
    "falcon": "num_hidden_layers hidden_size",
    "jamba": f"num_hidden_layers num_key_value_heads {SSD} mamba_expand",
    "falcon_h1": f"{HEADS} {SSD} mamba_n_groups mamba_d_ssm",
    "granitemoehybrid": f"num_hidden_layers {SSD} mamba_n_groups mamba_expand",
    "zamba2": f"num_hidden_layers {SSD} mamba_ngroups mamba_expand",
    "nemotron_h": f"{HEADS} ssm_state_size conv_kernel n_groups mamba_num_heads mamba_head_dim",
    "mamba2": "num_hidden_layers num_heads head_dim state_size n_groups conv_kernel",
    "recurrent_gemma": "num_hidden_layers num_key_value_heads head_dim attention_window_size",
    "rwkv": "num_hidden_layers attention_hidden_size",
    "gpt2": "n_layer n_embd",
    "t5": "num_decoder_layers d_kv num_heads",
    "whisper": "decoder_layers d_model",
}
# Null is a value here: no window, no chunk, as many heads as queries have.
NULL_SAYS_NONE = {"sliding_window", "attention_chunk_size", "attn_type_list"}
# Fields that say how another field is meant; a change to one may leave, change or refuse the answer.
STEERING = set(
    "model_type dtype torch_dtype is_encoder_decoder add_cross_attention use_sliding_window max_window_layers "
    "layer_types cross_attention_layers attention_k_eq_v multi_query text_config per_layer_config "
    "quantization_config sliding_window".split()
)
HARMLESS = set(  # nothing of what these say can reach a cache, whatever they hold
    "vocab_size bos_token_id eos_token_id pad_token_id transformers_version architectures rms_norm_eps "
    "initializer_range hidden_act rope_theta tie_word_embeddings intermediate_size attention_dropout use_cache "
    "max_position_embeddings moe_intermediate_size num_experts num_experts_per_tok n_routed_experts "
    "router_aux_loss_coef".split()
)
# The line may name the field that contradicts the changed one, or the one that would take its place.
RELATED = {
    "num_nextn_predict_layers": "num_hidden_layers",
    "num_hidden_layers": "layers",
    "text_config": "must be",
    "hybrid_override_pattern": "layers_block_type",
    "compress_ratios": "compress_rates",
    "mamba_d_ssm": "mamba_expand",
    "sparse_attention_config": "sparse_attention_freq",
}
HUGE = (10**12, 10**40, 10**4299)


def decoder(config):
    """The object that describes the text decoder, and the path to it."""
    inner = config.get("text_config")
    return (inner, ("text_config",)) if isinstance(inner, dict) else (config, ())


@cache
def base(index):
    config = json.loads(BASES[index].read_text())
    stack = from_config(config)
    inner, _ = decoder(config)
    kind = stack.model_type or inner.get("model_type")
    return config, answer(stack), DECISIVE.get(kind, "").split()


def answer(stack):
    """All that sizes depend on."""
    parts = [
        (part.variant.name, sorted((name, str(value)) for name, value in part.values.items())) for part in stack.parts
    ]
    return parts, stack.dtype, dict(stack.formats)


def mutate(value, rng):
    """Another value for a field, and what it is: `count` (one that could be meant), `null`, `half`, `list`, `wrong`."""
    number = isinstance(value, int) and not isinstance(value, bool)
    choices = [
        (None, "null"),
        (-abs(value) - 1 if number else -1, "wrong"),
        (rng.choice(HUGE), "wrong"),
        (str(value), "wrong"),
        (rng.choice(("", "all", "full_attention", "\n", "\u2028x", "é" * 50)), "wrong"),
        (value + 0.5 if number else 1.5, "half"),
        (rng.choice((math.nan, math.inf, -math.inf, 1e308)), "wrong"),
        (not value if isinstance(value, bool) else True, "wrong"),
        ([], "wrong"),
        ({}, "wrong"),
        ([value], "wrong"),
        ({"value": value}, "wrong"),
        (deep(rng.randint(2, 60)), "wrong"),
    ]
    if number and value > 0:
        choices += [(2 * value, "count"), (value + 1, "count"), (3 * value, "count")] * 2
    if isinstance(value, list) and value:
        other = rng.choice(("full_attention", "linear_attention", "nothing", 0, 1, 7, None, [], {}))
        place = rng.randrange(len(value))
        choices += [(value[:-1], "list"), ([*value, value[-1]], "list"), ([other, *value[1:]], "list")]
        choices += [([*value[:place], other, *value[place + 1 :]], "list")]
    return rng.choice(choices)


def deep(levels):
    found = 1
    for _ in range(levels):
        found = [found]
    return found


def law(index, rng):
    """Make one mutant and hold its answer against the base's."""
    config, before, decisive = base(index)
    mutant = copy.deepcopy(config)
    inner, path = decoder(mutant)
    where = inner if path and rng.random() < 0.8 else mutant
    at_decoder = where is inner
    usable = [name for name in decisive if isinstance(where.get(name), int)] if at_decoder else []
    name = rng.choice(usable) if usable and rng.random() < 0.5 else rng.choice(sorted(where))
    original = where[name]
    if rng.random() < 0.1:
        del where[name]
        sort = "dropped"
    else:
        where[name], sort = mutate(original, rng)
        if type(where[name]) is type(original) and where[name] == original:
            return "same"
    said = f"{BASES[index].stem}: {'.'.join((*(path if at_decoder else ()), name))} = {original!r} -> " + (
        "dropped" if sort == "dropped" else ascii(where[name])[:60]
    )
    try:
        stack = from_config(mutant)
    except BadInput as problem:
        line = str(problem)
        assert line.isprintable(), said
        assert len(line) < 600, said
        assert "<" not in line, f"{said}: {line}"
        assert name in line or RELATED.get(name, "\n") in line, f"{said}: {line}"
        assert name not in HARMLESS, f"{said}: {line}"
        return "refused"
    after = answer(stack)
    notes = " ".join((*stack.fallbacks, *stack.assumptions))
    if name in HARMLESS:
        assert after == before, said
    elif name in usable and sort == "count":
        assert after != before, said
    elif name in usable and sort in ("null", "dropped"):
        told = name in notes or after == before or (sort == "null" and name in NULL_SAYS_NONE)
        assert told, f"{said}: {after}, {notes}"
    elif name in usable and not (sort == "half" and name.endswith("expand")):  # a factor may be no whole number
        raise AssertionError(f"{said} was answered: {after}")
    elif name not in STEERING and sort in ("wrong", "half"):
        assert after == before or name in notes, f"{said} was answered otherwise: {after}, {notes}"
    return "answered"


@pytest.mark.parametrize("share", range(SHARES))
def test_a_mutated_config_is_answered_exactly_or_refused_in_one_line_that_names_the_field(share):
    rng = random.Random(f"configs {share}")
    results = [law(rng.randrange(len(BASES)), rng) for _ in range(COUNT // SHARES)]
    assert min(results.count("refused"), results.count("answered")) > len(results) // 10


def test_every_base_is_read_and_most_have_fields_known_to_decide():
    known = [bool(base(index)[2]) for index in range(len(BASES))]
    assert len(known) >= 40
    assert sum(known) > 0.9 * len(known)


NEW = [("kv_share_everything", 3), ("num_latent_slots", [1]), ("attention_trick", {"a": 1}), ("ssm_cache", "big")]


@pytest.mark.parametrize(("name", "value"), NEW)
def test_a_new_field_that_speaks_of_the_cache_stops_every_config_and_an_empty_one_does_not(name, value):
    for index in range(len(BASES)):
        config, before, _ = base(index)
        inner, _ = decoder(copied := copy.deepcopy(config))
        inner[name] = value
        with pytest.raises(BadInput, match=name):
            from_config(copied)
        inner[name] = None
        assert answer(from_config(copied)) == before


def test_a_new_field_that_does_not_is_listed_and_changes_nothing():
    for index in range(len(BASES)):
        config, before, _ = base(index)
        inner, path = decoder(copied := copy.deepcopy(config))
        inner["a_new_knob"] = 3
        stack = from_config(copied)
        assert answer(stack) == before
        assert ".".join((*path, "a_new_knob")) in stack.ignored_fields


def texts(text, rng):
    """The text of a config broken in ways that only a file can be, with what the message must name."""
    config = json.loads(text)
    name = rng.choice(sorted(config))
    twice = f'{{"{name}": 1, {text.strip()[1:]}'
    cut = text[: rng.randrange(1, len(text) - 2)]
    return [
        (twice, name),
        (cut, "JSON"),
        (f"[{text}]", "object"),
        ("", "empty"),
        (f'{{"a": {"[" * 100}{"]" * 100}, {text.strip()[1:]}', "deep"),
        (text.replace(":", "=", 1), "JSON"),
        (f'{{"num_hidden_layers": {"9" * 5000}}}', "JSON"),
        (f'{{"model_type": "llama", "num_hidden_layers": NaN, "x": {text}}}', "NaN"),
    ]


def test_a_broken_file_is_refused_in_one_line_and_the_whole_one_is_read(tmp_path):
    rng = random.Random(5)
    file = tmp_path / "config.json"
    for index, path in enumerate(BASES):
        text = path.read_text()
        for broken, named in texts(text, rng):
            file.write_text(broken)
            with pytest.raises(BadInput, match=named) as problem:
                resolve(str(file))
            assert str(problem.value).isprintable()
            assert len(str(problem.value)) < 400
        assert answer(resolve(str(path))) == base(index)[1]


def test_the_command_line_says_it_in_one_line_with_status_2_and_the_field(tmp_path):
    run = CliRunner()
    config, _, _ = base(0)
    for name, value in (("num_hidden_layers", -1), ("num_key_value_heads", "8"), ("head_dim", 10**40)):
        path = tmp_path / "config.json"
        path.write_text(json.dumps({**config, name: value}))
        found = run.invoke(app, ["size", str(path)])
        assert found.exit_code == 2 or isinstance(found.exception, BadInput)
        path.write_text(json.dumps(config))
        assert run.invoke(app, ["size", str(path)]).exit_code == 0
