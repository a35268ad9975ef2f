"""The one table of symbols: word, letter, meaning, unit and domain of every quantity that a formula may name.

Words are used in code, input and output; the letter is what LaTeX prints. A variant may `declare` symbols of its own.
The order of the table is the order in which a derived form prints its factors (L, 2, n_kv, d_h, b).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Literal

from symkv.errors import BadInput, alike
from symkv.units import BINARY, DECIMAL, rational

Domain = Literal["positive integer", "nonnegative integer", "positive rational"]

SIZES: tuple[dict[str, Fraction | int], ...] = (  # units of one kind, and how much of the first each is
    {"byte": 1, "bit": Fraction(1, 8), **DECIMAL, **BINARY},
    {"second": 1, "ms": Fraction(1, 10**3), "us": Fraction(1, 10**6), "minute": 60, "hour": 3600, "day": 86400},
)
PURE_COUNTS = ("tensor", "sequence")  # named, but the number one: see proof.dimensions
_BASES = {*SIZES[0], *SIZES[1], *PURE_COUNTS, "layer", "head", "element", "token", "parameter", "flop", "rank"}
_POWER = r"[A-Za-z]{1,32}(?:\*\*\d{1,2})?"
_PRODUCT = rf"{_POWER}(?:\*{_POWER})*"
_UNIT = rf"(1|{_PRODUCT})(?:/(?:({_POWER})|\(({_PRODUCT})\)))?"


@dataclass(frozen=True)
class Unit:
    """A product of powers of base units, the empty one being the pure number.

    >>> str(parse_unit("element/(head*token)") * parse_unit("head/layer"))
    'element/(layer*token)'
    """

    powers: tuple[tuple[str, Fraction], ...] = ()  # by name, none of them zero

    def __getitem__(self, base: str) -> Fraction:
        return dict(self.powers).get(base, Fraction(0))

    def __mul__(self, other: Unit) -> Unit:
        powers = {base: self[base] + other[base] for base, _ in self.powers + other.powers}
        return Unit(tuple(sorted((base, power) for base, power in powers.items() if power)))

    def __truediv__(self, other: Unit) -> Unit:
        return self * other**-1

    def __pow__(self, exponent: Fraction | int) -> Unit:
        return Unit(tuple((base, power * exponent) for base, power in self.powers) if exponent else ())

    def __str__(self) -> str:
        over, under = ([(b, abs(p)) for b, p in self.powers if p * sign > 0] for sign in (1, -1))
        top, bottom = ("*".join(b if p == 1 else f"{b}**{_shown(p)}" for b, p in side) for side in (over, under))
        return (top or "1") + (f"/({bottom})" if len(under) > 1 else f"/{bottom}" if under else "")


def _shown(power: Fraction) -> str:
    return str(power) if power.denominator == 1 else f"({power})"


@cache
def parse_unit(text: str) -> Unit:
    """The unit that a text such as "byte/(head*token)", "token**2" or "1" writes; `BadInput` for anything else.

    >>> parse_unit("byte/token") * parse_unit("token") == parse_unit("byte")
    True
    """
    match = re.fullmatch(_UNIT, re.sub(r" *([*/()]) *", r"\1", text), re.ASCII)
    if match is None:
        raise BadInput(f"a unit must be names with * ** and one /, got {text[:60]!r}; write byte/(head*token), or 1")
    unit = Unit()
    for part, sign in ((match[1], 1), (match[2] or match[3] or "", -1)):
        for base, power in re.findall(r"([A-Za-z]+)(?:\*\*(\d+))?", part):
            if base == "KB" or (base not in _BASES and base.endswith("s") and base[:-1] in _BASES):
                better = "kB (1000 byte) or KiB (1024 byte)" if base == "KB" else base[:-1]
                raise BadInput(f"a unit must be a known word in the singular, got {base}; write {better}")
            if base not in PURE_COUNTS:
                unit *= Unit(((base, Fraction(1)),)) ** (sign * int(power or 1))
    return unit


@dataclass(frozen=True)
class Symbol:
    """A named quantity.

    `latex` is the letter of the literature, `unit` what the number counts in words, `aliases` further names that input
    takes (the config.json field of the same meaning first). `dimension` is the unit that calculates, such as
    "byte/token", "1" for a pure number, "" where it is not known; `proof.dimensions` says how the units fit together.
    """

    name: str
    latex: str
    words: str
    unit: str
    domain: Domain = "positive integer"
    aliases: tuple[str, ...] = ()
    dimension: str = ""

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


def _whole(name: str, latex: str, words: str, unit: str, dimension: str, *aliases: str) -> Symbol:
    return Symbol(name, latex, words, unit, "positive integer", aliases, dimension)


def _ratio(name: str, latex: str, words: str, unit: str, dimension: str, *aliases: str) -> Symbol:
    return Symbol(name, latex, words, unit, "positive rational", aliases, dimension)


_TABLE: dict[str, Symbol] = {}
_ALIASES: dict[str, str] = {}
_OWN: set[str] = set()  # declared for one document, a derivation or a report
_FURTHER: list[Callable[[], object]] = []


def declare(symbol: Symbol, *, after: str = "", own: bool = False) -> Symbol:
    """Add a symbol to the table, behind `after` in the printing order or at the end.

    The same declaration twice is harmless, two meanings for one name are refused. An `own` symbol is that of one
    document: its letter means nothing where another one is read.
    """
    if symbol.dimension:
        parse_unit(symbol.dimension)
    if own and symbol.name not in _TABLE:
        _OWN.add(symbol.name)
    elif not own:
        _OWN.discard(symbol.name)
    return _entered(symbol, after)


def _entered(symbol: Symbol, after: str = "") -> Symbol:
    if symbol.name not in _TABLE:
        names = list(_TABLE) if after else []
        later = names[names.index(after) + 1 :] if after else []
        _TABLE[symbol.name] = symbol
        for name in later:  # the order of a dict is that of insertion
            _TABLE[name] = _TABLE.pop(name)
    known = _TABLE[symbol.name]
    if known != symbol:
        raise BadInput(f"the symbol {symbol.name} must have one meaning, got a second one; choose another name")
    for alias in symbol.aliases:
        if _ALIASES.setdefault(alias, symbol.name) != symbol.name or alias in _TABLE:
            raise BadInput(f"the name {alias} must mean one symbol, it means {_ALIASES[alias]}; choose another")
    return symbol


for _symbol in (
    _whole("batch", "B", "sequences in one batch", "sequences", "sequence"),
    _whole("n_layers", "L", "layers that keep a cache", "layers", "layer", "num_hidden_layers"),
    _whole("n_unique_layers", "U", "layers that own a cache (unique contexts)", "layers", "layer"),
    _whole("n_global_layers", r"L_{\mathrm{g}}", "layers that see the whole context", "layers", "layer"),
    _whole("n_local_layers", r"L_{\mathrm{w}}", "layers that see a window", "layers", "layer"),
    _whole("n_recurrent_layers", r"L_{\mathrm{r}}", "layers that keep a state", "layers", "layer"),
    _whole("n_cross_layers", r"L_{\mathrm{x}}", "layers that attend to an encoder or to images", "layers", "layer"),
    _whole("n_index_layers", r"L_{\mathrm{I}}", "layers that keep index keys", "layers", "layer"),
    _whole("n_draft_layers", r"L_{\mathrm{d}}", "layers that draft tokens", "layers", "layer"),
    _whole("n_loops", r"N_{\mathrm{loop}}", "passes through the same layers", "passes", "1"),
    _whole("n_beams", "w", "sequences that share a prompt", "sequences", "sequence"),
    _whole("share_factor", "f", "layers that share one cache", "layers", "1"),
    _whole("n_heads", r"n_{\mathrm{q}}", "query heads", "heads", "head/layer", "num_attention_heads"),
    _whole("n_kv_heads", r"n_{\mathrm{kv}}", "key-value heads", "heads", "head/layer", "num_key_value_heads"),
    _whole("n_key_heads", r"H_{\mathrm{k}}", "key heads of a recurrent mixer", "heads", "head/layer"),
    _whole("n_groups", "G", "groups that share an input of the state", "heads", "head/layer"),
    _whole("d_head", r"d_{\mathrm{h}}", "width of one head", "elements", "element/(head*token)", "head_dim"),
    _whole("d_k", r"d_{\mathrm{k}}", "width of one key head", "elements", "element/(head*token)"),
    _whole("d_v", r"d_{\mathrm{v}}", "width of one value head", "elements", "element/(head*token)", "v_head_dim"),
    _whole(
        "d_latent",
        r"d_{\mathrm{c}}",
        "width of the compressed latent",
        "elements",
        "element/(layer*token)",
        "kv_lora_rank",
    ),
    Symbol(
        "d_rope",
        r"d_{\mathrm{r}}",
        "width of the shared rotary key",
        "elements",
        "nonnegative integer",
        ("qk_rope_head_dim",),
        "element/(layer*token)",
    ),
    _whole(
        "d_index", r"d_{\mathrm{I}}", "width of an index key", "elements", "element/(layer*token)", "index_head_dim"
    ),
    _whole("d_state", r"d_{\mathrm{s}}", "width of a recurrent state", "elements", "token", "state_size"),
    _whole("d_conv", r"d_{\mathrm{conv}}", "width of a convolution kernel", "tokens", "token", "conv_kernel"),
    _whole("n_encoder", r"S_{\mathrm{enc}}", "tokens of the encoder or of the images", "tokens", "token"),
    _whole("n_prompt", r"S_{\mathrm{p}}", "tokens of the prompt", "tokens", "token"),
    _whole("n_sinks", "A", "first tokens that are always kept", "tokens", "token"),
    _whole("n_kept", r"S_{\mathrm{keep}}", "tokens that a budget keeps", "tokens", "token"),
    _whole("top_k", "k", "rows that a query selects", "tokens", "token", "index_topk"),
    _whole("n_bits", r"n_{\mathrm{bit}}", "bits of one quantised element", "bits", "bit/element"),
    _whole("group_size", "g", "elements that share a scale", "elements", "1"),
    _whole("residual", "R", "last tokens that stay unquantised", "tokens", "token"),
    _whole("compression", "m", "tokens merged into one entry", "tokens", "1"),
    _whole("block_size", "P", "tokens in one block", "tokens", "token"),
    _whole("block_length", r"\ell", "tokens that one compressed row stands for", "tokens", "token"),
    _whole("block_stride", "s", "tokens from one compressed row to the next", "tokens", "1"),
    _whole("chunk", "C", "tokens in one chunk", "tokens", "token", "attention_chunk_size"),
    _whole("window", "W", "tokens that a window sees", "tokens", "token", "sliding_window"),
    _ratio("bytes_per_element", "b", "bytes for one cached element", "bytes", "byte/element"),
    _ratio("bytes_per_token", r"\kappa", "bytes for one token of context", "bytes", "byte/token"),
    _whole("n_tokens", "S", "tokens of context", "tokens", "token"),
    _whole("tp", "t", "tensor-parallel ranks", "ranks", "rank"),
    # Serving, with the letters of its lecture. A multiplication is counted by the parameter that it multiplies by.
    _whole("n_active", r"N_{\mathrm{act}}", "parameters that one token uses", "parameters", "parameter"),
    _whole("n_total", r"N_{\mathrm{tot}}", "parameters of the model", "parameters", "parameter"),
    _ratio("bytes_per_parameter", r"b_{\mathrm{w}}", "bytes for one parameter", "bytes", "byte/parameter"),
    _ratio("hardware_ratio", r"\rho", "parameters multiplied while one is read", "1", "1"),
    _ratio("multiply_rate", r"\Phi", "multiplications by a parameter per second", "1/s", "parameter/second"),
    _ratio("flop_rate", r"\Phi_{\mathrm{FLOP}}", "floating-point operations per second", "1/s", "flop/second"),
    _ratio("bandwidth", r"\beta", "bytes read from memory per second", "bytes/s", "byte/second"),
    _ratio("hbm_bytes", "H", "bytes of memory, of one chip where chips are counted", "bytes", "byte"),
    _ratio("usable_fraction", "u", "share of the memory that may be filled: 1 less the reserve", "1", "1"),
    _whole("n_chips", "n", "chips that share the work", "chips", "1"),
    _whole("n_expert_chips", r"n_{\mathrm{ep}}", "chips that share the experts", "chips", "1"),
    _whole("n_stages", r"n_{\mathrm{pp}}", "pipeline stages", "stages", "1"),
    _whole("micro_batch", r"B_{\mu}", "sequences of one micro-batch", "sequences", "sequence"),
    _whole("stage_layers", r"L_{\mathrm{st}}", "layers of one pipeline stage", "layers", "layer"),
    _whole("active_experts", r"e_{\mathrm{act}}", "experts that one token uses", "experts", "1"),
    _ratio("network_ratio", r"\nu", "scale-up over scale-out bandwidth", "1", "1"),
    _whole("pass_tokens", "T", "tokens of a sequence in one pass, 1 in decode", "tokens", "1"),
    _whole("cached_tokens", r"S_{\Sigma}", "tokens of context of all sequences", "tokens", "token"),
    _ratio("crossover_tokens", r"S_{\mathrm{c}}", "context whose read time is the compute time", "tokens", "token"),
    _ratio("training_tokens", r"D_{\mathrm{pre}}", "tokens of pre-training", "tokens", "1"),
    _ratio("inference_tokens", r"D_{\mathrm{inf}}", "tokens served", "tokens", "1"),
    _ratio("decode_inefficiency", r"\iota", "cost of a decoded over that of a trained operation", "1", "1"),
    _ratio("tokens_per_second", r"R_{\mathrm{tok}}", "new tokens per second", "1/s", "1/second"),
    _ratio("step_seconds", r"\tau", "time of one step", "seconds", "second"),
    _ratio("compute_seconds", r"\tau_{\mathrm{comp}}", "time to multiply", "seconds", "second"),
    _ratio("memory_seconds", r"\tau_{\mathrm{mem}}", "time to read weights and cache", "seconds", "second"),
    _ratio("drain_seconds", r"\tau_{\mathrm{drain}}", "time to read the whole memory once", "seconds", "second"),
    _ratio("hold_seconds", r"\tau_{\mathrm{hold}}", "time that a cache is held", "seconds", "second"),
    _ratio("serving_seconds", r"\tau_{\mathrm{serve}}", "time that a model is served", "seconds", "second"),
    _ratio("tier_bytes", r"C_{\mathrm{tier}}", "bytes of a storage tier", "bytes", "byte"),
    _ratio("tier_bandwidth", r"\beta_{\mathrm{tier}}", "bytes per second of a storage tier", "bytes/s", "byte/second"),
    _ratio("utilisation", r"\eta", "share of the multiply rate that is used", "1", "1"),
    _ratio("price_ratio", "r", "price of an output token over that of an input token", "1", "1"),
):
    _entered(_symbol)  # their units are read by the tests, not at every start


def table(*, own: bool = True) -> tuple[Symbol, ...]:
    """All declared symbols in printing order; without those that are a document's own if so asked."""
    return tuple(symbol for symbol in _TABLE.values() if own or symbol.name not in _OWN)


def find(name: str) -> Symbol | None:
    """The symbol of a word or of a config.json field name, or None."""
    return _TABLE.get(_ALIASES.get(name, name))


def lookup(name: str) -> Symbol:
    """The symbol of a word or of a config.json field name.

    >>> lookup("kv_lora_rank").name, lookup("n_kv_heads").latex
    ('d_latent', 'n_{\\\\mathrm{kv}}')
    """
    symbol = find(name)
    while symbol is None and _FURTHER:
        _FURTHER.pop()()
        symbol = find(name)
    if symbol is None:
        near = alike(name, [*_TABLE, *_ALIASES])
        hint = f"; did you mean {', '.join(near)}?" if near else f"; known are {', '.join(list(_TABLE)[:8])}, ..."
        raise BadInput(f"a symbol must be declared, {name[:40]!r} is not{hint}")
    return symbol


def declared_by(load: Callable[[], object]) -> None:
    """Name what declares further symbols: it is loaded once a name is looked up that no symbol has."""
    _FURTHER.append(load)


def rank(name: str) -> int:
    """The place of a name in the printing order; undeclared names come last, in alphabetical order by the caller."""
    return list(_TABLE).index(name) if name in _TABLE else len(_TABLE)
