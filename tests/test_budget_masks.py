"""Masks of token budgets and of few-bit caches keep exactly the rows that they say."""

import random

import pytest

from symkv.formula import Formula
from symkv.variants import variant

MASKS = {
    f"{name} {tensor.mask.name}": tensor.mask
    for name in ("h2o", "tova", "kivi", "transformers_quantised")
    for tensor in variant(name).tensors
}


@pytest.mark.parametrize("mask", MASKS.values(), ids=list(MASKS))
def test_the_rows_kept_are_those_that_are_not_let_go(mask):
    numbers = random.Random(mask.name)
    names = {n for text in (mask.kept, mask.made, mask.oldest, mask.pinned) for n in Formula.parse(text).names}
    for _ in range(60):
        sizes = {name: numbers.randint(1, 6) for name in names - {"q", "n_tokens"}}
        for tokens in range(sizes.get("n_prompt", 1), 30):
            for instant, query in (("during", tokens - 1), ("between", tokens)):
                at = {**sizes, "n_tokens": tokens, "q": query}
                made, oldest, pinned = (
                    Formula.parse(text).evaluate(at) for text in (mask.made, mask.oldest, mask.pinned)
                )
                closed = Formula.parse(mask.kept if instant == "during" else mask.between)
                assert (
                    mask.counted(instant).evaluate(at)
                    == closed.evaluate(at)
                    == sum(i >= oldest or i < pinned for i in range(made))
                )
            written = Formula.parse(mask.written).evaluate({**sizes, "n_tokens": tokens})
            assert 0 <= written <= tokens
