"""Hugging Face transformers 5.23.0: the tensors that its dynamic and static caches hold between two steps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from symkv.caches import CachedTensor, Part, Stack
from symkv.engines.allocation import NAMES, Allocation, Request
from symkv.engines.transformers_deltas import DELTAS, EXTRAS, Delta
from symkv.errors import BadInput
from symkv.formula import Formula

Numbers = Mapping[str, int | Fraction]


@dataclass(frozen=True)
class Rule:
    """How many rows a tensor has, by its role and mask; `sentence` is empty where they are those that are stored."""

    name: str
    sentence: str
    applies: Callable[[CachedTensor], bool]
    rows: Callable[[CachedTensor, Request], str]


def _bounded(tensor: CachedTensor, request: Request) -> str:
    """The last tokens less one; a static cache has a place for each of them, at most its length."""
    size = tensor.mask.level if tensor.mask.wave is None else tensor.mask.wave.modulus
    return f"min(n_tokens, ({size}) - 1)" if request.static is None else f"min(static, {size})"


RULES: tuple[Rule, ...] = (  # the first that applies counts
    Rule(
        "whole convolutions",
        "a short convolution has all its columns from the first token on",
        lambda tensor: tensor.role == "conv",
        lambda tensor, request: tensor.mask.level,
    ),
    Rule(
        "windows less one",
        "a window keeps one token less between two steps, a static cache a place for each",
        lambda tensor: tensor.role in ("kv", "index") and tensor.mask.name in ("window", "sinks"),
        _bounded,
    ),
    Rule(
        "chunks as windows",
        "a chunk is kept as a window of the same size, so it does not empty when a chunk ends",
        lambda tensor: tensor.mask.name == "chunk",
        _bounded,
    ),
    Rule(
        "static length",
        "a static cache has a place for every token of its length",
        lambda tensor: tensor.mask.name == "causal",
        lambda tensor, request: "n_tokens" if request.static is None else "static",
    ),
    Rule("", "", lambda tensor: True, lambda tensor, request: tensor.mask.between),
)
QUIET = {"static length"}  # said for static caches only


def transformers(stack: Stack, request: Request) -> Allocation:
    """What the cache of a model holds after `request.tokens` tokens, in elements by number format.

    Raises `BadInput` for a number format that no cache of transformers has, and for sizes that are open.

    >>> from symkv.models import from_config
    >>> mistral = {"model_type": "mistral", "num_hidden_layers": 2, "num_attention_heads": 4, "hidden_size": 64,
    ...     "num_key_value_heads": 2, "head_dim": 16, "sliding_window": 8}
    >>> found = transformers(from_config(mistral), Request(tokens=20))
    >>> found.elements, found.deltas[0].split(":")[0]  # 2 layers, key and value, 2 heads of 16, 7 of 20 tokens
    (896, 'windows less one')
    """
    held: Counter[str] = Counter()
    said: dict[str, None] = {}
    for part, tensor in [(owner, each) for owner in stack.parts for each in owner.tensors]:
        changes = list(_changes(stack, part, tensor))
        elements, sentences = _elements(stack, part, tensor, changes, request)
        dtype = _dtype(stack, tensor, changes, request)
        if elements:
            held[dtype] += elements * request.batch
        said |= dict.fromkeys(sentences)
        said |= {f"{change.name}: {change.sentence}": None for change in changes if _tells(change, stack, tensor)}
    for extra in EXTRAS:
        if stack.model_type in extra.types:
            formula = Formula.parse(extra.elements)
            known = {**stack.facts, "n_tokens": request.tokens}
            if set(formula.names) <= set(known) and (count := int(formula.evaluate(known))):
                late = extra.since and (request.prompt or request.tokens) < stack.facts[extra.since]
                held[NAMES[request.dtype] if late else extra.dtype] += count * request.batch
                said[f"{extra.name}: {extra.sentence}"] = None
    return Allocation(dict(held), tuple(said))


def _changes(stack: Stack, part: Part, tensor: CachedTensor) -> Iterator[Delta]:
    known = {*stack.facts, *part.values}
    for delta in DELTAS:
        if tensor.name not in delta.tensors or (delta.types and stack.model_type not in delta.types):
            continue
        needs = {name for text in (delta.heads, delta.width) if text for name in Formula.parse(text).names}
        if stack.model_type not in delta.but and needs <= known and delta.mask in ("", tensor.mask.name):
            yield delta


def _tells(change: Delta, stack: Stack, tensor: CachedTensor) -> bool:
    """Whether a change is one for this stack: a state that is float32 anyway is none."""
    return change.dtype is None or stack.formats.get(tensor.role) != change.dtype


def _elements(
    stack: Stack, part: Part, tensor: CachedTensor, changes: list[Delta], request: Request
) -> tuple[int, list[str]]:
    """The elements of one tensor in all layers that own it, for one sequence."""
    numbers: dict[str, int | Fraction] = {"n_tokens": request.tokens, **stack.facts}
    numbers |= {"static": request.static} if request.static is not None else {}
    if request.encoder is not None and "n_encoder" not in part.values:
        numbers["n_encoder"] = request.encoder
    numbers |= {"n_prompt": request.prompt or request.tokens} if "n_prompt" not in part.values else {}
    if request.static is not None and tensor.mask.name == "fixed" and numbers.get("n_encoder"):
        raise BadInput("a static cache beside an encoder isn't known; leave the static length out")
    rule = next(rule for rule in RULES if rule.applies(tensor))
    rows = rule.rows(tensor, request)
    heads, width, times = tensor.heads, tensor.width, 1
    for change in changes:
        heads, width = change.heads or heads, change.width or width
        rows = f"({rows}) + ({change.columns})" if change.columns else rows
        rows = ("n_tokens" if request.static is None else "static") if change.every_token else rows
        times *= change.times
    found = [_value(text, part, numbers, tensor) for text in (tensor.layers, heads, width, rows)]
    total = found[0] * found[1] * found[2] * found[3] * times
    if total.denominator != 1:
        raise BadInput(f"the {tensor.name} must have a whole number of elements, got {total}; check its sizes")
    stored = _value(tensor.mask.kept, part, numbers, tensor)
    differs = (
        rule.sentence
        and not any(change.every_token for change in changes)
        and found[3] != stored
        and (rule.name not in QUIET or request.static is not None)
    )
    return int(total), [f"{rule.name}: {rule.sentence}"] if differs and total else []


def _value(text: str, part: Part, numbers: Numbers, tensor: CachedTensor) -> Fraction:
    formula = Formula.parse(text).substitute(part.values)
    if missing := sorted(set(formula.names) - set(numbers)):
        raise BadInput(f"{missing[0]} must be given for the {tensor.name} of {part.label}; write {missing[0]}=1500")
    return Fraction(formula.evaluate(numbers))


def _dtype(stack: Stack, tensor: CachedTensor, changes: list[Delta], request: Request) -> str:
    code: object = stack.formats.get(tensor.part or "", stack.formats.get(tensor.role, request.dtype))
    for change in changes:
        code = {None: code, "model": request.dtype}.get(change.dtype, change.dtype)
    if not isinstance(code, str) or code not in NAMES:
        raise BadInput(f"a cache of transformers must be in {', '.join(NAMES)}, got {code}; choose with --dtype")
    return NAMES[code]
