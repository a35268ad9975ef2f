"""A number changed anywhere in a derivation is noticed: tried at random here, and at all of them by the module."""

import random

import pytest

from symkv.derivations import named, shipped_derivations
from tests.derivation_mutation import GENERATED, changed, changes

WRITTEN = [name for name in shipped_derivations() if name not in GENERATED]


def test_every_number_of_a_text_is_changed_and_no_part_of_a_name():
    found = [text for _, _, text in changed("fp8*x1 + 0.50*2")]
    assert found == ["fp8*x1 + 0.51*2", "fp8*x1 + 0.49*2", "fp8*x1 + 0.50*3", "fp8*x1 + 0.50*1"]


@pytest.mark.parametrize("name", WRITTEN)
def test_a_changed_number_is_noticed(name):
    found = list(changes(named(name)))
    chosen = random.Random(name).sample(found, min(12, len(found)))
    assert chosen
    assert not [change for change in chosen if not change.noticed]
