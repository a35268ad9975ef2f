"""Masks that a variant defines for itself keep exactly the rows that they say."""

import random

import pytest

from symkv.formula import Formula
from symkv.variants import variant

MASKS = [
    pytest.param(tensor.mask, id=f"{name} {tensor.mask.name}")
    for name in ("compressive_transformer", "infini_attention")
    for tensor in variant(name).tensors
]


@pytest.mark.parametrize("mask", MASKS)
def test_the_rows_kept_are_those_that_are_not_let_go(mask):
    numbers = random.Random(mask.name)
    names = {n for text in (mask.kept, mask.between, mask.made, mask.oldest) for n in Formula.parse(text).names}
    for _ in range(60):
        sizes = {name: numbers.randint(1, 6) for name in names - {"q", "n_tokens"}}
        for tokens in range(1, 30):
            for instant, query in (("during", tokens - 1), ("between", tokens)):
                at = {**sizes, "n_tokens": tokens, "q": query}
                made, oldest = (Formula.parse(text).evaluate(at) for text in (mask.made, mask.oldest))
                closed = Formula.parse(mask.kept if instant == "during" else mask.between)
                assert mask.counted(instant).evaluate(at) == closed.evaluate(at) == made - min(max(0, oldest), made)


@pytest.mark.parametrize("mask", MASKS)
def test_from_settled_on_the_rows_kept_are_what_the_mask_says_of_the_long_run(mask):
    numbers = random.Random(mask.name)
    names = {n for text in (mask.kept, mask.settled, mask.level) for n in Formula.parse(text).names} - {"n_tokens"}
    for _ in range(60):
        sizes = {name: numbers.randint(1, 5) for name in names}
        settled = Formula.parse(mask.settled).evaluate(sizes)
        for tokens in range(int(settled), int(settled) + 20):
            at = {**sizes, "n_tokens": tokens}
            assert Formula.parse(mask.kept).evaluate(at) == mask.eventual().evaluate(at)
