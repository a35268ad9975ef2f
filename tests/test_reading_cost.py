"""What reading a config costs: the modules that it loads and the calls that it makes, the same on every machine."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symkv import symbols
from symkv.caches import quantity
from symkv.errors import BadInput
from symkv.models import from_config
from symkv.models.files import read_config
from symkv.strict_json import parse_object
from symkv.symbols import parse_unit, table
from symkv.variants import catalogue, variant

CONFIGS = Path(__file__).parent / "data" / "configs"
LLAMA = {
    "model_type": "llama",
    "num_hidden_layers": 32,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "hidden_size": 4096,
}
LATENT = {"model_type": "deepseek_v3", "num_hidden_layers": 61, "kv_lora_rank": 512, "qk_rope_head_dim": 64}
MAMBA = {
    "model_type": "mamba",
    "num_hidden_layers": 48,
    "hidden_size": 1024,
    "expand": 2,
    "state_size": 16,
    "conv_kernel": 4,
}


def run(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.strip().splitlines()[-1])


def loaded(code):
    """The modules that a fresh process has loaded after it."""
    return set(run(f"import contextlib, io, json, sys\n{code}\nprint(json.dumps(sorted(sys.modules)))"))


def command(*argv):
    quiet = "with contextlib.redirect_stdout(io.StringIO()):"
    return loaded(f"from symkv.cli import main\n{quiet}\n    assert main({list(argv)!r}) == 0")


def rooms(modules):
    return {name.split(".")[1] for name in modules if name.startswith("symkv.")}


def variants(modules):
    return {name.split(".")[2] for name in modules if name.startswith("symkv.variants.")}


def calls(config):
    """The Python calls of one reading to a number, after a first one."""
    found = [0]

    def count(frame, event, argument):
        found[0] += event == "call"

    def read():
        return quantity(from_config(config), "growth").evaluate({"bytes_per_element": 2})

    read()
    before = sys.getprofile()
    sys.setprofile(count)
    try:
        read()
    finally:
        sys.setprofile(before)
    return found[0]


# -- modules ---------------------------------------------------------------------------------------------------------


def test_a_config_is_read_without_solver_proofs_printers_and_other_variants():
    path = str(CONFIGS / "deepseek-ai--DeepSeek-V3.json")
    found = loaded(
        "from pathlib import Path\nfrom symkv.caches import quantity\nfrom symkv.models import from_config\n"
        "from symkv.models.files import read_config\n"
        f"assert str(quantity(from_config(read_config(Path({path!r}))), 'growth'))"
    )
    assert not {"proof", "solve", "derivations", "engines", "render", "figures", "papers", "cli"} & rooms(found)
    assert variants(found) == {"mla"}
    assert not {"symkv.formula.latex", "symkv.models.hub", "difflib", "pkgutil"} & found


@pytest.mark.parametrize(
    ("what", "kinds"),
    [(str(CONFIGS / "openai--gpt-oss-120b.json"), {"gqa", "sliding_window"}), ("llama-3.1-8b", {"gqa"})],
    ids=["file", "name"],
)
def test_a_size_needs_no_solver_engine_or_other_variant(what, kinds):
    found = command("size", what, "--tokens", "8192", "--json")
    assert not {"solve", "derivations", "engines", "render", "figures"} & rooms(found)
    assert variants(found) == kinds


def test_a_range_loads_the_solver_and_an_engine_its_rules():
    assert "solve" in rooms(command("size", "llama-3.1-8b", "batch=1..4", "--tokens", "8192"))
    assert "engines" in rooms(command("size", "llama-3.1-8b", "--tokens", "8192", "--engine", "transformers"))


# -- calls -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("config", [LLAMA, LATENT, MAMBA], ids=["rows", "latent", "state"])
def test_a_reading_makes_as_many_calls_for_a_few_equal_layers_as_for_many(config):
    few, many = (calls(config | {"num_hidden_layers": layers}) for layers in (10, 1000))
    assert few == many
    assert many < 400  # to look at each layer took more than a thousand


def test_layers_that_differ_are_each_looked_at():
    listed = {**LLAMA, "num_key_value_heads": [8] * 31 + [4]}
    assert calls(listed) > 2 * calls(LLAMA)
    assert [str(part.values["n_layers"]) for part in from_config(listed).parts] == ["31", "1"]


# -- and the answers are the same ------------------------------------------------------------------------------------


@given(st.lists(st.sampled_from((1, 2, 4, 8)), min_size=1, max_size=12))
def test_equal_layers_are_joined_whether_they_are_listed_or_not(heads):
    listed = from_config({**LLAMA, "num_hidden_layers": len(heads), "num_key_value_heads": heads})
    alone = [from_config({**LLAMA, "num_hidden_layers": 1, "num_key_value_heads": n}) for n in heads]
    at = {"bytes_per_element": 2}
    assert quantity(listed, "growth").evaluate(at) == sum(quantity(one, "growth").evaluate(at) for one in alone)
    assert [place.layer for place in listed.places] == list(range(len(heads)))
    assert [str(listed.parts[place.part].values["n_kv_heads"]) for place in listed.places] == [str(n) for n in heads]
    if len(set(heads)) == 1:
        (part,) = from_config({**LLAMA, "num_hidden_layers": len(heads), "num_key_value_heads": heads[0]}).parts
        assert (part.label, part.values.keys()) == (listed.parts[0].label, listed.parts[0].values.keys())
        assert all(part.values[name].same_as(value) for name, value in listed.parts[0].values.items())


def test_a_stack_stays_as_it_was_read_when_the_config_changes():
    config = dict(LLAMA)
    stack = from_config(config)
    config["num_hidden_layers"] = 2
    assert len(stack.places) == 32
    assert {(place.part, place.source - place.layer) for place in stack.places} == {(0, 0)}
    assert from_config(config).parts[0].label.endswith("x 2 layers")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text('[]{}",:\\ é\n', max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('ab[{"', max_size=3), inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(st.text("abc", min_size=1), JSON, max_size=4), st.booleans())
def test_a_json_object_is_read_as_it_was_written(found, marked):
    text = json.dumps(found, ensure_ascii=False).encode()
    assert parse_object(b"\xef\xbb\xbf" * marked + text, "config") == found


@pytest.mark.parametrize("deep", [62, 63])
def test_nesting_is_bounded_by_depth_and_not_by_how_many_brackets_there_are(deep):
    text = b'{"a": ' + b"[" * deep + b"]" * deep + b', "b": "' + b"[{" * 200 + b'", "c": [' + b"[]," * 200 + b"[]]}"
    assert len(parse_object(text, "config")) == 3
    with pytest.raises(BadInput, match="nest 64 deep"):
        parse_object(text.replace(b'"a": ', b'"a": [[').replace(b', "b"', b']], "b"'), "config")


def test_a_field_that_comes_twice_is_named_and_the_same_name_in_two_objects_is_fine(tmp_path):
    path = tmp_path / "config.json"
    path.write_text('{"a": {"b": 1}, "b": 2}')
    assert read_config(path) == {"a": {"b": 1}, "b": 2}
    path.write_text('{"x": {"b": 1, "c": 2, "c": 3, "b": 4}}')
    with pytest.raises(BadInput, match="'c' came twice"):
        read_config(path)


# -- what is loaded late ---------------------------------------------------------------------------------------------


def test_every_module_of_a_variant_declares_the_symbols_that_it_uses():
    missing = run(
        "import json, os, pkgutil, sys\nfrom symkv import symbols, variants\n"
        "found = []\n"
        "for module in pkgutil.iter_modules(variants.__path__):\n"
        "    read, write = os.pipe()\n"
        "    if os.fork() == 0:\n"
        "        names = [n for item in variants._of(module.name) for n in item.names if symbols.find(n) is None]\n"
        "        os.write(write, ' '.join(names).encode())\n"
        "        os._exit(0)\n"
        "    os.close(write)\n"
        "    os.wait()\n"
        "    found += os.read(read, 9999).decode().split()\n"
        "    os.close(read)\n"
        "print(json.dumps(found))"
    )
    assert missing == []


def test_a_symbol_of_a_variant_that_is_not_loaded_is_found_by_name():
    found = run(
        "import json, sys\nfrom symkv import symbols\nfrom symkv.variants import variant\nvariant('gqa')\n"
        "before = symbols.find('top_blocks') is None\n"
        "print(json.dumps([before, symbols.lookup('top_blocks').name]))"
    )
    assert found == [True, "top_blocks"]
    with pytest.raises(BadInput, match="did you mean top_blocks"):
        symbols.lookup("top_blocs")


def test_a_variant_has_a_name_that_is_no_path_and_every_symbol_a_unit_that_reads():
    assert [name for name in catalogue() if not name.isidentifier() or variant(name).name != name] == []
    assert all(str(parse_unit(symbol.dimension)) for symbol in table() if symbol.dimension)
