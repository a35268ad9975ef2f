"""A model in Python: a config as an object that gives formulas and exact bytes."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from symkv import symbols
from symkv.caches import Stack, number, quantity
from symkv.formula import Formula
from symkv.measure import closed, measure, with_formats
from symkv.models import from_config as read
from symkv.models.symbolic import symbolic
from symkv.proof.collect import collect
from symkv.units import rational

LENGTHS = (8192, 131072, 1048576)  # tokens for which a list of models gives totals: 8Ki, 128Ki, 1Mi


@dataclass(frozen=True, repr=False)
class Model:
    """What a model caches, as formulas in bytes of one sequence and as exact sizes.

    `stack` holds the layers. `assumptions` says what was read into the config, `fallbacks` which values its type
    derives because the config leaves them out, and `ignored_fields` what was not looked at.
    """

    stack: Stack

    @property
    def stored(self) -> Formula:
        """Bytes held for one sequence while the step runs that brings it to n_tokens tokens."""
        return self.quantity("stored")

    @property
    def read(self) -> Formula:
        """Bytes that this step reads, each reading layer counted."""
        return self.quantity("read")

    @property
    def growth(self) -> Formula:
        """Bytes stored per token of context: lim stored/n_tokens."""
        return self.quantity("growth")

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What was read into the config."""
        return self.stack.assumptions

    @property
    def fallbacks(self) -> tuple[str, ...]:
        """Values that were derived because the config leaves them out."""
        return self.stack.fallbacks

    @property
    def ignored_fields(self) -> tuple[str, ...]:
        """Fields that were not looked at."""
        return self.stack.ignored_fields

    def quantity(self, name: str, *, in_symbols: bool = False) -> Formula:
        """A quantity by name: stored, between, read, read_fused, written, growth, read_growth, state, ripple or peak.

        The model's numbers are put in; with `in_symbols` they stay symbols (stored, read, written and growth). Raises
        `BadInput` for an unknown name, `Undecided` where there is no closed form.
        """
        return collect(quantity(symbolic(self.stack).stack if in_symbols else self.stack, name))

    def size(
        self,
        *,
        tokens: int | None = None,
        batch: int = 1,
        tp: int | None = None,
        dtype: str | None = None,
        kv_dtype: str | None = None,
        index_dtype: str | None = None,
        state_dtype: str | None = None,
        conv_dtype: str | None = None,
        **values: int | Fraction,
    ) -> dict[str, Any]:
        """The result of `symkv size`: exact bytes of `batch` sequences of `tokens` tokens, and their formulas.

        Without a dtype the config's own is taken, else bf16, which `assumptions` of the result then say. `values` are
        those of symbols that the config leaves open, such as n_encoder=1500. Raises `BadInput` for sizes below 1, for
        an unknown dtype or symbol, and where `tp` does not divide the heads.
        """
        formats = {"kv": kv_dtype, "index": index_dtype, "state": state_dtype, "conv": conv_dtype}
        known = {name: Formula.of(symbols.lookup(name).require(Fraction(value))) for name, value in values.items()}
        stack = with_formats(self.stack.given(known), formats, dtype=dtype)
        return measure(stack, tokens=tokens, batch=batch, tp=tp)

    def _repr_latex_(self) -> str:
        return self.stack._repr_latex_()

    def _repr_html_(self) -> str:
        return self.stack._repr_html_()

    def __repr__(self) -> str:
        return f"<{self.stack.name}: stored = {self.stored}>"


def from_config(config: object, *, with_draft: bool = False) -> Model:
    """The model of a config.json given as a dict, or of a transformers config object.

    With `with_draft`, the layers that draft tokens for the model count too. Raises `BadInput` naming the field for a
    value that can't be, a model type that isn't known, and a field that speaks of the cache and isn't understood.

    >>> config = {"model_type": "mistral", "num_hidden_layers": 32, "num_attention_heads": 32, "head_dim": 128}
    >>> model = from_config({**config, "num_key_value_heads": 8, "sliding_window": 4096})
    >>> print(model.stored)
    65536*bytes_per_element*min(n_tokens, 4096)
    >>> print(model.growth)  # a window does not grow
    0
    >>> model.size(tokens=131072, batch=2, dtype="fp8")["stored_bytes"]  # 2 sequences of 4096 tokens at one byte
    536870912
    >>> print(model.quantity("stored", in_symbols=True))
    n_layers*2*n_kv_heads*d_head*bytes_per_element*min(n_tokens, window)
    """
    return Model(read(config, with_draft=with_draft))


def figures(stack: Stack) -> dict[str, Any]:
    """What a list says of a model: bytes per token, state, and the total of one sequence at each of `LENGTHS`.

    In the number format that the config names, else bf16; `dtype_assumed` says which.

    >>> from symkv.models import resolve
    >>> found = figures(resolve("deepseek-v3"))
    >>> found["growth_bytes_per_token"], found["stored_bytes_at"]["131072"], found["dtype"]
    (70272, 9210691584, 'bf16')
    """
    coded = with_formats(stack.filled(), {}, dtype=None)
    stored, growth, state = collect(quantity(coded, "stored")), quantity(coded, "growth"), closed(coded, "state")
    formats = {code if isinstance(code, str) else f"{rational(code)} B" for code in coded.formats.values()}
    return {
        "growth_bytes_per_token": number(growth, {}),
        "state_bytes": None if state is None else number(state, {}),
        "stored_bytes_at": {str(tokens): number(stored, {"n_tokens": tokens}) for tokens in LENGTHS},
        "open_symbols": sorted({*stored.names, *growth.names} - {"n_tokens"}),
        "dtype": "+".join(sorted(formats)),
        "dtype_assumed": stack.dtype is None,
    }
