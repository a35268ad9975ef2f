"""The table of symbols: one meaning for a name, one domain, one letter."""

import json
import subprocess
import sys
from fractions import Fraction

import pytest

from symkv import symbols
from symkv.derivations import named, shipped_derivations
from symkv.errors import BadInput
from symkv.symbols import Symbol, declare, find, lookup, table

ALIASES = {
    "num_hidden_layers": "n_layers",
    "num_attention_heads": "n_heads",
    "num_key_value_heads": "n_kv_heads",
    "head_dim": "d_head",
    "kv_lora_rank": "d_latent",
    "qk_rope_head_dim": "d_rope",
    "sliding_window": "window",
}


@pytest.mark.parametrize(("alias", "name"), ALIASES.items())
def test_a_config_field_means_its_symbol(alias, name):
    assert lookup(alias) is lookup(name)


TABLE = """
import json
from symkv.symbols import table
from symkv.variants import catalogue
catalogue()  # a variant may declare symbols of its own; a derivation's own letters are for its page alone
print(json.dumps([(s.name, s.latex, s.aliases) for s in table()]))
"""


def test_names_letters_and_aliases_are_unique():
    printed = subprocess.run([sys.executable, "-c", TABLE], capture_output=True, text=True, check=True).stdout
    names, letters, of_each = zip(*json.loads(printed), strict=True)
    aliases = [alias for some in of_each for alias in some]
    assert len(set(names)) == len(names)
    assert len(set(letters)) == len(letters)
    assert len({*names, *aliases}) == len(names) + len(aliases)


@pytest.mark.parametrize("name", shipped_derivations())
def test_no_two_letters_of_a_derivation_are_alike(name):
    symbols_of = [s if isinstance(s, Symbol) else lookup(s) for s in named(name).symbols]
    letters = [s.latex for s in symbols_of]
    assert len(set(letters)) == len(letters)


def test_a_second_meaning_is_refused_and_the_same_declaration_is_harmless():
    known = lookup("d_head")
    assert declare(known) is known
    with pytest.raises(BadInput, match="one meaning"):
        declare(Symbol("d_head", "x", "something else", "bytes"))
    with pytest.raises(BadInput, match="one symbol"):
        declare(Symbol("d_new_for_test", r"\nu", "a new width", "elements", aliases=("head_dim",)))


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("n_layers", [1, 10**18], [0, -1, Fraction(3, 2)]),
        ("d_rope", [0, 64], [-1, Fraction(1, 2)]),
        ("bytes_per_element", [Fraction(9, 16), 2], [0, -2, Fraction(-1, 2)]),
    ],
)
def test_a_domain_admits_what_it_says(name, good, bad):
    known = lookup(name)
    for value in good:
        assert known.require(value) == value
    for value in bad:
        assert not known.admits(value)
        with pytest.raises(BadInput, match="try"):
            known.require(value)


def test_the_value_that_an_error_proposes_is_admitted():
    for known in table():
        for value in (Fraction(-7, 2), Fraction(0), Fraction(1, 3), Fraction(5, 2)):
            if not known.admits(value):
                with pytest.raises(BadInput) as refused:
                    known.require(value)
                proposed = str(refused.value).rpartition("=")[2]
                assert known.admits(Fraction(proposed))


def test_an_unknown_name_is_refused_with_the_nearest():
    with pytest.raises(BadInput, match="n_kv_heads"):
        lookup("n_kv_head")
    assert find("n_kv_head") is None
    assert symbols.rank("n_kv_head") == len(table())
