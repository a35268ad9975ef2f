"""Hypothesis strategies: shapes of a variant and configs of a model type, to hold a function against the truth.

A calculator that takes hidden_size/num_attention_heads for the width of a head is found out, and shrunk to a config
that shows it:

>>> import symkv
>>> from hypothesis import find
>>> def kv_cache_bytes(config, tokens):
...     width = config["hidden_size"] // config["num_attention_heads"]
...     return 2 * config["num_hidden_layers"] * config["num_key_value_heads"] * width * 2 * tokens
>>> def is_wrong(config):
...     return kv_cache_bytes(config, 1000) != symkv.from_config(config).size(tokens=1000)["stored_bytes"]
>>> found = find(configs("llama"), is_wrong)
>>> found["head_dim"] == found["hidden_size"] // found["num_attention_heads"]
False
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from symkv import symbols
from symkv.errors import BadInput, SymkvError
from symkv.formula import Relation
from symkv.models import bundled, from_config
from symkv.models.defaults import defaults_of
from symkv.models.families import FAMILIES
from symkv.proof.domains import Domain
from symkv.proof.evaluator import Number
from symkv.proving import as_relation, listed
from symkv.testing.shapes import OF_A_BATCH, RATES, Shapes, Truth

try:
    from hypothesis import strategies as st
    from hypothesis.strategies import SearchStrategy
except ImportError:
    raise ImportError("symkv.testing.strategies needs Hypothesis; pip install 'symkv[test]' or hypothesis") from None

__all__ = ["configs", "counted", "shapes"]

WIDTHS = (8, 16, 32, 64, 80, 96, 128, 192, 256)
GROUPS = (1, 2, 3, 4, 7, 8)
_POWERS = tuple(2**power for power in range(5, 18))
_NEAR = tuple(value + step for value in _POWERS for step in (-1, 0, 1))

Shape = dict[str, Number]


def shapes(
    what: object,
    quantity: str = "stored",
    *,
    where: Sequence[str | Relation] = (),
    also: Sequence[str] = (),
    dtype: str | None = None,
) -> SearchStrategy[Shape]:
    """Values for the symbols of a quantity of a variant, stack or model, by word, in their domains.

    They meet the variant's own conditions and `where`; symbols of `where` and of `also` get values too. With a dtype,
    bytes_per_element is none of them. Raises `BadInput` for conditions that no shape meets.

    >>> from hypothesis import find
    >>> find(shapes("gqa", "growth", where=["n_kv_heads divides n_heads"]), lambda shape: shape["n_heads"] > 3)
    {'n_layers': 1, 'n_kv_heads': 1, 'd_head': 1, 'bytes_per_element': 2, 'n_heads': 4}
    """
    return counted(what, quantity, where=where, also=also, dtype=dtype).map(lambda pair: pair[0])


def counted(
    what: object,
    quantity: str = "stored",
    *,
    where: Sequence[str | Relation] = (),
    also: Sequence[str] = (),
    dtype: str | None = None,
) -> SearchStrategy[tuple[Shape, Number]]:
    """A shape, as `shapes` draws it, with the exact bytes that it has; with `also=["batch"]`, of all sequences.

    >>> from hypothesis import find
    >>> find(counted("mla", "growth", dtype="bf16"), lambda pair: pair[1] > 100)[1] > 100
    True
    """
    if isinstance(also, str) or not all(isinstance(name, str) for name in also):
        raise BadInput(f"`also` must be a list of names, got {ascii(also)[:60]}; write also=['n_heads']")
    conditions = [as_relation(one) for one in listed(where)]
    mentioned = {*also, *(name for one in conditions for name in one.names)}
    truth = Truth.of(what, quantity, dtype=dtype, batch="batch" in mentioned and quantity in OF_A_BATCH)
    space = Shapes(truth, [_word(name) for name in also], conditions)
    space.require_some()

    def case(start: Shape) -> tuple[Shape, Number] | None:
        point = space.at(start)
        return None if point is None else (point, truth.formula.evaluate(point))

    starts = st.fixed_dictionaries({name: _values(name, space.domains[name]) for name in space.region.free})
    found: SearchStrategy[Any] = starts.map(case).filter(lambda pair: pair is not None)
    return found


def _word(name: str) -> str:
    known = symbols.find(name)
    return known.name if known else name


def _values(name: str, domain: Domain) -> SearchStrategy[Number]:
    """Values of one symbol, the simplest first: that is the direction in which an example shrinks."""
    known = symbols.find(name)
    if name == "bytes_per_element":
        return st.sampled_from(RATES)
    if not domain.whole:
        return st.fractions(Fraction(1, 16), 4096, max_denominator=16)
    lower = domain.lower or 0
    counts_tokens = known is not None and known.unit == "tokens"
    most = 2**18 if counts_tokens else 512
    return st.one_of(
        st.integers(lower, lower + 16),
        st.sampled_from([value for value in _NEAR if lower <= value <= most]),
        st.integers(lower, most),
    )


# -- configs ---------------------------------------------------------------------------------------------------------

_HEADS = ("num_attention_heads", "n_head", "n_heads", "num_heads", "attention_heads", "decoder_attention_heads")
_HIDDEN = ("hidden_size", "n_embd", "d_model", "embed_dim")
_LAYERS = ("num_hidden_layers", "n_layer", "n_layers", "num_layers", "layers", "decoder_layers", "num_decoder_layers")
_KV, _WIDTH = "num_key_value_heads", "head_dim"
_STEERING = frozenset({*_HEADS, *_HIDDEN, *_LAYERS, _KV, _WIDTH})


def configs(base: str | Mapping[str, Any], *, max_layers: int = 12) -> SearchStrategy[dict[str, Any]]:
    """Configs that symkv reads, as dicts: of a model type, or around a bundled model or a config of one's own.

    Layers, heads, widths, windows, ranks and state sizes vary, each where the type allows it; key-value heads divide
    the query heads, and a width of the heads is not always hidden_size over the heads where the type has a field for
    it. Raises `BadInput` for a model type that is unknown, or whose class leaves sizes open that a config must give.

    >>> from hypothesis import find
    >>> find(configs("deepseek_v3"), lambda config: config["kv_lora_rank"] > 8)["kv_lora_rank"]
    9
    """
    if not isinstance(max_layers, int) or max_layers < 1:
        raise BadInput(f"`max_layers` must be a whole number from 1 on, got {ascii(max_layers)[:40]}")
    start = _base(base)
    vary: dict[str, SearchStrategy[Any]] = {}
    layers = [name for name in _LAYERS if _is_count(start.get(name))]
    if layers and _accepts(start, *({layers[0]: value} for value in (1, 2, 3))):
        vary[layers[0]] = st.integers(1, max_layers)
    for name in _counts(start):
        if _accepts(start, {name: start[name] + 2}, {name: 16}):
            vary[name] = st.one_of(st.integers(1, 16), st.sampled_from(_POWERS[:8]))
    heads = _heads(start)
    free = st.fixed_dictionaries(vary)
    drawn = st.tuples(free, heads).map(lambda pair: {**start, **pair[0], **pair[1]})
    return drawn.filter(lambda config: _accepts(config, {}))


def _base(base: str | Mapping[str, Any]) -> dict[str, Any]:
    if isinstance(base, Mapping):
        config = dict(base)
    elif not isinstance(base, str):
        raise BadInput(f"a config must be a dict, a model type or a bundled model, got {type(base).__name__}")
    elif base in FAMILIES:
        config = {"model_type": base, **defaults_of(base)}
    else:
        found = next((record for record in bundled() if record.name == base), None)
        if found is None:
            raise BadInput(f"a model type must be one that symkv reads or a bundled model, got {base[:40]!r}")
        config = dict(found.config)
    from_config(config)
    if "torch_dtype" not in config and "dtype" not in config:
        config["torch_dtype"] = "bfloat16"
    return config


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _counts(config: Mapping[str, Any]) -> Iterator[str]:
    """The fields that hold a count and are not tied to the heads and layers."""
    yield from (name for name, value in config.items() if _is_count(value) and name not in _STEERING)


def _accepts(config: Mapping[str, Any], *changes: Mapping[str, Any]) -> bool:
    """Whether every one of some changes leaves a config that is read."""
    for change in changes:
        try:
            from_config({**config, **change})
        except SymkvError:
            return False
    return True


def _heads(config: Mapping[str, Any]) -> SearchStrategy[dict[str, Any]]:
    """Heads, key-value heads and widths that go together, where the type allows them to vary."""
    heads = next((name for name in _HEADS if _is_count(config.get(name))), None)
    hidden = next((name for name in _HIDDEN if _is_count(config.get(name))), None)
    if heads is None or hidden is None:
        return st.just({})
    grouped = _tells(config, _KV, {heads: 8, hidden: 512}, (4, 2))
    explicit = _tells(config, _WIDTH, {heads: 8, hidden: 512, **({_KV: 4} if grouped else {})}, (64, 32))

    alike = config.get(_KV) == config[heads]  # a field that is kept beside the heads

    def sizes(kv_heads: int, group: int, width: int, own: int | None) -> dict[str, Any]:
        count = kv_heads * group if grouped else kv_heads
        found = {heads: count, hidden: count * width}
        if grouped or alike:
            found[_KV] = kv_heads if grouped else count
        if explicit and (own is not None or _WIDTH in config):
            found[_WIDTH] = width if own is None else own
        return found

    drawn = st.builds(
        sizes,
        st.integers(1, 16),
        st.sampled_from(GROUPS),
        st.sampled_from(WIDTHS),
        st.one_of(st.none(), st.sampled_from(WIDTHS)),
    )
    return drawn if _accepts(config, sizes(2, 2, 64, None), sizes(3, 1, 16, 32)) else st.just({})


def _tells(config: Mapping[str, Any], name: str, around: Mapping[str, Any], values: tuple[int, int]) -> bool:
    """Whether a field changes what is stored, so that the type has it."""
    found = []
    for value in values:
        try:
            stack = from_config({**config, **around, name: value})
        except SymkvError:
            return False
        found.append([sorted((key, str(size)) for key, size in part.values.items()) for part in stack.parts])
    return found[0] != found[1]
