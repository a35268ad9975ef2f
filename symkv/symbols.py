"""The one table of symbols: word, letter, meaning, unit and domain of every quantity that a formula may name.

Words are used in code, input and output; the letter is what LaTeX prints. A variant may `declare` symbols of its own.
The order of the table is the order in which a derived form prints its factors (L, 2, n_kv, d_h, b).
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from symkv.errors import BadInput
from symkv.units import rational

Domain = Literal["positive integer", "nonnegative integer", "positive rational"]


@dataclass(frozen=True)
class Symbol:
    """A named quantity.

    `latex` is the letter of the literature, `unit` what the number counts, `aliases` further names that input takes
    (the config.json field of the same meaning first).
    """

    name: str
    latex: str
    words: str
    unit: str
    domain: Domain = "positive integer"
    aliases: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether only whole numbers are allowed."""
        return self.domain != "positive rational"

    @property
    def lower(self) -> int:
        """The least whole value allowed; for a rational the bound 0 that it must exceed."""
        return 1 if self.domain == "positive integer" else 0

    def admits(self, value: Fraction | int) -> bool:
        """Whether a number is in the domain."""
        value = Fraction(value)
        return value >= self.lower and value.denominator == 1 if self.whole else value > 0

    def require(self, value: Fraction | int) -> Fraction:
        """The value, or `BadInput` that says what the domain is.

        >>> lookup("n_layers").require(Fraction(3, 2))
        Traceback (most recent call last):
            ...
        symkv.errors.BadInput: n_layers must be a whole number from 1 on, got 3/2; try n_layers=2
        """
        if self.admits(value):
            return Fraction(value)
        need = f"a whole number from {self.lower} on" if self.whole else "a number above 0"
        nearest = max(self.lower, int(Fraction(value) + Fraction(1, 2))) if self.whole else 2
        raise BadInput(f"{self.name} must be {need}, got {rational(value)}; try {self.name}={nearest}")


def _whole(name: str, latex: str, words: str, unit: str, *aliases: str) -> Symbol:
    return Symbol(name, latex, words, unit, "positive integer", aliases)


def _ratio(name: str, latex: str, words: str, unit: str, *aliases: str) -> Symbol:
    return Symbol(name, latex, words, unit, "positive rational", aliases)


_TABLE: dict[str, Symbol] = {}
_ALIASES: dict[str, str] = {}


def declare(symbol: Symbol) -> Symbol:
    """Add a symbol to the table; the same declaration twice is harmless, two meanings for one name are refused."""
    known = _TABLE.setdefault(symbol.name, symbol)
    if known != symbol:
        raise BadInput(f"the symbol {symbol.name} must have one meaning, got a second one; choose another name")
    for alias in symbol.aliases:
        if _ALIASES.setdefault(alias, symbol.name) != symbol.name or alias in _TABLE:
            raise BadInput(f"the name {alias} must mean one symbol, it means {_ALIASES[alias]}; choose another")
    return symbol


for _symbol in (
    _whole("batch", "B", "sequences in one batch", "sequences"),
    _whole("n_layers", "L", "layers that keep a cache", "layers", "num_hidden_layers"),
    _whole("n_unique_layers", "U", "layers that own a cache (unique contexts)", "layers"),
    _whole("n_global_layers", r"L_{\mathrm{g}}", "layers that see the whole context", "layers"),
    _whole("n_local_layers", r"L_{\mathrm{w}}", "layers that see a window", "layers"),
    _whole("share_factor", "f", "layers that share one cache", "layers"),
    _whole("n_heads", r"n_{\mathrm{q}}", "query heads", "heads", "num_attention_heads"),
    _whole("n_kv_heads", r"n_{\mathrm{kv}}", "key-value heads", "heads", "num_key_value_heads"),
    _whole("d_head", r"d_{\mathrm{h}}", "width of one head", "elements", "head_dim"),
    _whole("d_k", r"d_{\mathrm{k}}", "width of one key head", "elements"),
    _whole("d_v", r"d_{\mathrm{v}}", "width of one value head", "elements", "v_head_dim"),
    _whole("d_latent", r"d_{\mathrm{c}}", "width of the compressed latent", "elements", "kv_lora_rank"),
    Symbol(
        "d_rope",
        r"d_{\mathrm{r}}",
        "width of the shared rotary key",
        "elements",
        "nonnegative integer",
        ("qk_rope_head_dim",),
    ),
    _whole("d_index", r"d_{\mathrm{I}}", "width of an index key", "elements", "index_head_dim"),
    _whole("d_state", r"d_{\mathrm{s}}", "width of a recurrent state", "elements", "state_size"),
    _whole("d_conv", r"d_{\mathrm{conv}}", "width of a convolution kernel", "tokens", "conv_kernel"),
    _whole("compression", "m", "tokens merged into one entry", "tokens"),
    _whole("block_size", "P", "tokens in one block", "tokens"),
    _whole("chunk", "C", "tokens in one chunk", "tokens", "attention_chunk_size"),
    _whole("window", "W", "tokens that a window sees", "tokens", "sliding_window"),
    _ratio("bytes_per_element", "b", "bytes for one cached element", "bytes"),
    _ratio("bytes_per_token", r"\kappa", "bytes for one token of context", "bytes"),
    _whole("n_tokens", "S", "tokens of context", "tokens"),
    _whole("tp", "t", "tensor-parallel ranks", "ranks"),
):
    declare(_symbol)


def table() -> tuple[Symbol, ...]:
    """Every declared symbol, in the order in which factors are printed."""
    return tuple(_TABLE.values())


def find(name: str) -> Symbol | None:
    """The symbol of a word or of a config.json field name, or None."""
    return _TABLE.get(_ALIASES.get(name, name))


def lookup(name: str) -> Symbol:
    """The symbol of a word or of a config.json field name.

    >>> lookup("kv_lora_rank").name, lookup("n_kv_heads").latex
    ('d_latent', 'n_{\\\\mathrm{kv}}')
    """
    symbol = find(name)
    if symbol is None:
        near = difflib.get_close_matches(name, [*_TABLE, *_ALIASES], n=3, cutoff=0.5)
        hint = f"; did you mean {', '.join(near)}?" if near else f"; known are {', '.join(list(_TABLE)[:8])}, ..."
        raise BadInput(f"a symbol must be declared, {name[:40]!r} is not{hint}")
    return symbol


def rank(name: str) -> int:
    """The place of a name in the printing order; undeclared names come last, in alphabetical order by the caller."""
    return list(_TABLE).index(name) if name in _TABLE else len(_TABLE)
