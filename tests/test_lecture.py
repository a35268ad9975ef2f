"""The lecture's derivations beside independent counts: what they say holds for designs found by going through all."""

import pytest

from symkv.derivations import named, shipped_derivations
from symkv.derivations.loading import shipped_folders
from symkv.derivations.telling import telling
from tests.library import checked


def test_the_designs_near_two_kilobytes_are_all_that_there_are():
    found = {
        (i.given["bytes_per_element"], i.given["n_unique_layers"], i.given["n_kv_heads"])
        for i in named("stored_and_read").readings
    }
    brute = {
        (rate, contexts, heads)
        for rate in (1, 2)
        for contexts in range(1, 20)
        for heads in (1, 2, 4, 8)
        if 1600 <= contexts * 2 * 128 * heads * rate <= 2100
    }
    assert found == brute


@pytest.mark.parametrize(("model", "n_layers", "n_shared"), [("E4B", 35, 15), ("E2B", 30, 10)])
def test_global_owners_are_those_that_a_walk_over_the_layers_finds(model, n_layers, n_shared):
    """Gemma 3n: every fifth layer is global; the last ones read the last owner of their own kind."""
    said = {instance.label: instance.value for instance in named("sharing").instances}
    is_global = [layer % 5 == 4 for layer in range(n_layers)]
    assert said[f"Gemma 3n {model}: global layers"] == sum(is_global)
    assert said[f"Gemma 3n {model}: global owners"] == sum(is_global[: n_layers - n_shared])


def test_the_library_says_more_than_it_reorders():
    names = [name for name in shipped_derivations() if name in shipped_folders()["lecture"]]
    counts = telling([checked(name) for name in names])
    assert counts["beyond_reordering"] >= 300
    assert counts["stepped_bounded_or_limit"] >= 120
