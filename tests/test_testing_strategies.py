"""Strategies: what is drawn is valid and exact for every variant, and finds out calculators that are wrong."""

import importlib
import sys

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

import symkv
from symkv import symbols
from symkv.caches import quantity
from symkv.errors import BadInput
from symkv.formula import Relation
from symkv.testing.strategies import configs, counted, shapes
from symkv.variants import catalogue, variant

QUICK = settings(
    max_examples=3, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)


def shapes_are_valid(entry):
    @QUICK
    @given(counted(entry))
    def law(pair):
        shape, stored = pair
        assert all(symbols.lookup(word).admits(value) for word, value in shape.items())
        assert all(Relation.parse(text).holds(shape) for text in entry.where)
        assert entry.stored.evaluate(shape) == stored  # the sum over the tensors, as nothing has rewritten it

    law()


@pytest.mark.parametrize("family", sorted({entry.family for entry in catalogue().values()}))
def test_shapes_of_every_variant_lie_in_the_domains_meet_its_conditions_and_have_the_bytes_of_its_tensors(family):
    for entry in catalogue().values():
        if entry.family == family:
            shapes_are_valid(entry)


@settings(max_examples=30)
@given(shapes("gqa", where=["n_kv_heads divides n_heads", "hidden_size = n_heads*d_head"], also=["tp"]))
def test_conditions_bring_in_symbols_of_their_own(shape):
    assert shape["n_heads"] % shape["n_kv_heads"] == 0
    assert shape["hidden_size"] == shape["n_heads"] * shape["d_head"]
    assert shape["tp"] >= 1


@settings(max_examples=30)
@given(counted("gqa", also=["batch"]), counted("llama-3.1-8b", "growth", dtype="bf16"))
def test_a_batch_counts_all_its_sequences_and_a_model_has_its_numbers(batched, model):
    shape, stored = batched
    assert stored == shape["batch"] * variant("gqa").stored.evaluate(shape)
    assert model == ({}, 131072)


TYPES = ["llama", "mistral", "gemma3_text", "deepseek_v3", "gpt2", "gpt_oss", "qwen3_next", "mamba2", "jamba", "falcon"]
SIZES = {"num_hidden_layers", "n_layer"}


@pytest.mark.parametrize("base", TYPES)
def test_configs_are_read_and_vary(base):
    seen = []

    @settings(QUICK, max_examples=12)
    @given(configs(base))
    def law(config):
        seen.append(config)
        assert symkv.from_config(config).size(tokens=1000)["stored_bytes"] > 0

    law()
    varying = {name for config in seen for name in config if len({str(other.get(name)) for other in seen}) > 1}
    assert varying & SIZES
    assert len(varying) >= 3
    for config in seen:
        if config.get("num_key_value_heads"):
            assert config["num_attention_heads"] % config["num_key_value_heads"] == 0


def test_configs_go_around_a_bundled_model_or_ones_own():
    assert find(configs("llama-3.1-8b"), lambda config: True)["model_type"] == "llama"
    own = {"model_type": "mistral", "num_hidden_layers": 4, "hidden_size": 64, "num_attention_heads": 4}
    own |= {"num_key_value_heads": 2, "sliding_window": 7}
    assert find(configs(own), lambda config: config["sliding_window"] > 9)["sliding_window"] > 9


# -- calculators -----------------------------------------------------------------------------------------------------


def calculator(config, tokens, *, two=2, heads="num_key_value_heads", by_width=False, itemsize=2, of=lambda n: n):
    """Bytes of a llama-like model as calculators on the web count them, each argument a mistake that some make."""
    width = config["hidden_size"] // config["num_attention_heads"]
    if not by_width:
        width = config.get("head_dim") or width
    return two * config["num_hidden_layers"] * config[heads] * width * itemsize * of(tokens)


BROKEN = [
    ({"by_width": True}, lambda c: c["head_dim"] != c["hidden_size"] // c["num_attention_heads"]),
    ({"heads": "num_attention_heads"}, lambda c: c["num_attention_heads"] > c["num_key_value_heads"]),
    ({"two": 1}, lambda c: c["num_hidden_layers"] == 1),
    ({"itemsize": 4}, lambda c: c["num_hidden_layers"] == 1),
    ({"of": lambda n: n if n < 4096 else n - 1}, lambda c: c["num_hidden_layers"] == 1),
]


def agrees(case, **mistake):
    config, tokens = case
    truth = quantity(symkv.from_config(config).stack, "stored")  # not collected: a search asks it often
    return calculator(config, tokens, **mistake) == truth.evaluate({"n_tokens": tokens, "bytes_per_element": 2})


CASES = st.tuples(configs("llama"), st.one_of(st.integers(1, 64), st.sampled_from([4096, 8192, 131072])))


@settings(max_examples=30)
@given(CASES)
def test_a_right_calculator_agrees_with_the_proved_formula(case):
    config, tokens = case
    assert agrees(case)
    assert calculator(config, tokens) == symkv.from_config(config).size(tokens=tokens)["stored_bytes"]


@pytest.mark.parametrize(("mistake", "shows"), BROKEN)
def test_a_broken_calculator_is_found_out_and_shrunk_to_a_config_that_shows_it(mistake, shows):
    search = settings(max_examples=200, database=None, derandomize=True)
    config, tokens = find(CASES, lambda case: not agrees(case, **mistake), settings=search)
    assert shows(config)
    assert config["num_hidden_layers"] == 1
    assert config["num_key_value_heads"] == 1
    assert tokens in (1, 4096)


def test_a_function_that_forgets_the_window_is_found_out_beyond_the_window():
    def stored(n_layers, n_kv_heads, d_head, n_tokens, bytes_per_element, **_):
        return 2 * n_layers * n_kv_heads * d_head * n_tokens * bytes_per_element

    search = settings(max_examples=200, database=None, derandomize=True)
    shape, _ = find(counted("sliding_window"), lambda pair: stored(**pair[0]) != pair[1], settings=search)
    assert shape["n_tokens"] > shape["window"]


# -- bad input -------------------------------------------------------------------------------------------------------

BAD = [
    (shapes, ("gqb",), {}, "a model must be"),
    (shapes, ("gqa", "size"), {}, "a quantity must be"),
    (shapes, ("gqa",), {"where": ["n_layers = 0"]}, "no shape was found"),
    (shapes, ("gqa",), {"where": ["n_layers"]}, "relation"),
    (shapes, ("gqa",), {"also": ["not a name"]}, "name"),
    (shapes, ("gqa",), {"dtype": "fp17"}, "a dtype must be"),
    (shapes, ("gqa",), {"also": "tp"}, "list of names"),
    (shapes, ("gqa",), {"where": "tp = 1"}, "list of relations"),
    (shapes, ("gqa", 5), {}, "a quantity must be named"),
    (configs, (5,), {}, "a config must be"),
    (configs, ("llama",), {"max_layers": 0}, "`max_layers` must be"),
    (configs, ("no_such_type",), {}, "a model type must be"),
    (configs, ({"model_type": "llama"},), {}, "num_hidden_layers must be given"),
    (configs, ("zamba2",), {}, "must be given"),
]


@pytest.mark.parametrize(("strategy", "arguments", "more", "problem"), BAD)
def test_what_can_not_be_drawn_is_refused_at_once_in_one_line(strategy, arguments, more, problem):
    with pytest.raises(BadInput, match=problem) as caught:
        strategy(*arguments, **more)
    assert "\n" not in str(caught.value)


def test_without_hypothesis_the_import_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    monkeypatch.delitem(sys.modules, "symkv.testing.strategies")
    with pytest.raises(ImportError, match=r"pip install 'symkv\[test\]'"):
        importlib.import_module("symkv.testing.strategies")
