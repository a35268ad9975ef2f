"""What each layer keeps: for every layer the tokens whose rows it keeps, and whose cache it reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from symkv.caches import CachedTensor, Part, Place, Stack, rate_of
from symkv.caches.pictures import SMALL
from symkv.caches.pictures import TOKENS as FEW
from symkv.errors import BadInput, Undecided
from symkv.figures.data import Kind, Layer, Layers, Rows
from symkv.formula import Formula

TOKENS, LAYERS = "n_tokens", "n_layers"
MOST_LAYERS = 512
_USUAL_TOKENS = 8192
Sizes = Mapping[str, Fraction | int]


def layers_figure(stack: Stack, *, tokens: int | None = None) -> Layers:
    """Which tokens each layer keeps after `tokens` tokens, and which layer's cache it reads.

    Layers stand in the order of the model where that is known, else grouped by kind. Where sizes of the masks are open
    they get the small ones of `symkv show`, and 24 tokens without `tokens`; else that is three and a half times the
    longest window, chunk or block, or 8192 where there is none. Which rows a selection reads depends on the data; the
    last ones stand for it. Raises `BadInput` for sizes that can't be, and for more than 512 layers.

    >>> from symkv.models import resolve
    >>> found = layers_figure(resolve("tail(1, interleave(4, 1:1, sliding_window(window=4), gqa()))"), tokens=9)
    >>> [(kind.label, kind.kept, kind.rows) for kind in found.kinds]
    [('sliding_window (key, value)', ((5, 9),), 4), ('gqa (key, value)', ((0, 9),), 9)]
    >>> [(layer.kinds, layer.sources) for layer in found.layers]
    [((0,), (0,)), ((1,), (1,)), ((0,), (2,)), ((1,), (1,))]
    """
    names = {name for part in stack.parts for name in part.open} - {"bytes_per_element"}
    usual = {name for part in stack.parts for name in part.variant.defaults}
    few = bool((names & _counting(stack)) - usual - {LAYERS})  # what says how many rows there are is open
    small = {n: SMALL.get(n, 2) for n in sorted(names) if few or n not in usual}
    shown = {name: size for name, size in small.items() if few and name in SMALL}
    given = stack.given({name: Formula.of(size) for name, size in small.items()}).filled()
    length = tokens if tokens is not None else FEW if few else _usual(given)
    if length < 1:
        raise BadInput(f"tokens must be 1 or more, got {length}; write --tokens 8192")
    if not few:
        stack.filled().require(length)
    ordered = _fits(given, given.places)
    many = given.places[-1].layer + 1 if ordered else sum(_counted(part) for part in given.parts)
    if many > MOST_LAYERS:
        raise BadInput(f"a picture shows up to {MOST_LAYERS} layers, {stack.name} has {many}; take one with fewer")
    kinds, layers = _drawn(given, length) if ordered else _grouped(given, length)
    title = f"what each layer of {stack.name} keeps after {length} tokens"
    return Layers(title, length, tuple(kinds), tuple(layers), ordered, shown)


def _counting(stack: Stack) -> set[str]:
    """The symbols that say how many rows are kept and read, and in how many layers."""
    texts = [
        text
        for part in stack.parts
        for tensor in part.tensors
        for text in (tensor.layers, tensor.mask.kept, tensor.mask.made, tensor.mask.oldest, tensor.touched)
    ]
    return {name for text in texts for name in Formula.parse(text).names}


def _usual(stack: Stack) -> int:
    """Three and a half times the longest window, chunk or block."""
    sizes = [_number(tensor.mask.settled, part) for part in stack.parts for tensor in part.tensors]
    sizes += [_number(t.mask.wave.modulus, part) for part in stack.parts for t in part.tensors if t.mask.wave]
    return max(sizes) * 7 // 2 if max(sizes) > 1 else _USUAL_TOKENS


def _number(text: str, part: Part, **more: int) -> int:
    return int(Formula.parse(text).substitute(part.values).evaluate({**more, "bytes_per_element": 1}))


def _fits(stack: Stack, places: Sequence[Place]) -> bool:
    """Whether the places are those of these parts: as many owners as each part says."""
    if not places or max(place.part for place in places) >= len(stack.parts):
        return False
    owners = [0] * len(stack.parts)
    for place in places:
        owners[place.part] += place.layer == place.source
    return all(
        LAYERS not in part.values or part.values[LAYERS].text == str(count)
        for part, count in zip(stack.parts, owners, strict=True)
    )


# -- kinds -------------------------------------------------------------------------------------------------------------


def _drawn(stack: Stack, tokens: int) -> tuple[list[Kind], list[Layer]]:
    """The layers of a stack in their order."""
    kinds: dict[Kind, int] = {}
    found: dict[int, list[tuple[int, int]]] = {}
    several = len(stack.parts) > 1
    for place in stack.places:
        part = stack.parts[place.part]
        own = [t for t in part.tensors if _has(t, place)]
        for kind in _kinds(part, own, tokens, prefix=_named(part) if several else ""):
            number = kinds.setdefault(kind, len(kinds))
            found.setdefault(place.layer, []).append((number, place.source))
    layers = [
        Layer(tuple(kind for kind, _ in found.get(layer, [])), tuple(source for _, source in found.get(layer, [])))
        for layer in range(stack.places[-1].layer + 1)
    ]
    return list(kinds), layers


def _named(part: Part) -> str:
    """The label of a part without its count of layers."""
    return (part.label or part.variant.name).partition(" x ")[0]


def _has(tensor: CachedTensor, place: Place) -> bool:
    """Whether a layer keeps or reads a tensor: all of its part, but for those that a count leaves out."""
    names = {name for text in (tensor.layers, tensor.readers or tensor.layers) for name in Formula.parse(text).names}
    counts = [place.counts[name] for name in names if name in place.counts]
    return not counts or any(counts)


def _grouped(stack: Stack, tokens: int) -> tuple[list[Kind], list[Layer]]:
    """The layers by kind, those that keep a cache before those that read it."""
    kinds: dict[Kind, int] = {}
    layers: list[Layer] = []
    for part in stack.parts:
        prefix = _named(part) if len(stack.parts) > 1 else ""
        entries: dict[int, list[tuple[int, int]]] = {}
        for (owners, readers), tensors, first in _groups(part):
            start = len(layers) + first
            for kind in _kinds(part, tensors, tokens, prefix=prefix):
                number = kinds.setdefault(kind, len(kinds))
                for place in range(max(owners, readers)):
                    source = start + (place if place < owners else max(owners - 1, 0))
                    entries.setdefault(start + place, []).append((number, source))
        layers += [
            Layer(tuple(kind for kind, _ in entries[layer]), tuple(source for _, source in entries[layer]))
            for layer in sorted(entries)
        ]
    return list(kinds), layers


def _groups(part: Part) -> list[tuple[tuple[int, int], list[CachedTensor], int]]:
    """Tensors by the layers that keep and read them, with the first layer of each group.

    What some of n_layers keep stands in the first of these; counts without n_layers are of layers beside each other.
    """
    groups: dict[tuple[str, str], list[CachedTensor]] = {}
    for tensor in part.tensors:
        groups.setdefault((tensor.layers, tensor.readers or tensor.layers), []).append(tensor)
    whole = any(LAYERS in key for key in groups)
    found, first = [], 0
    for tensors in groups.values():
        pair = _owners_readers(tensors[0], part)
        found.append((pair, tensors, first))
        first += 0 if whole else max(pair)
    return found


def _owners_readers(tensor: CachedTensor, part: Part) -> tuple[int, int]:
    owners = _number(tensor.layers, part)
    values = part.values if part.readers is None else {**part.values, LAYERS: part.readers}
    readers = Formula.parse(tensor.readers or tensor.layers).substitute(values).evaluate({})
    return owners, int(readers)


def _counted(part: Part) -> int:
    return max(first + max(pair) for pair, _, first in _groups(part))


def _kinds(part: Part, tensors: Iterable[CachedTensor], tokens: int, *, prefix: str) -> list[Kind]:
    """What is kept, tensors that keep and read the same rows joined."""
    found: dict[tuple[Rows, Rows, int, int], list[str]] = {}
    for tensor in tensors:
        try:
            found.setdefault(_rows(tensor, part, tokens), []).append(tensor.name)
        except (BadInput, Undecided):  # small sizes that a formula can't take
            continue
    return [
        Kind(f"{prefix} ({', '.join(names)})" if prefix else ", ".join(names), kept, read, rows, stride)
        for (kept, read, rows, stride), names in found.items()
    ]


def _rows(tensor: CachedTensor, part: Part, tokens: int) -> tuple[Rows, Rows, int, int]:
    """Spans of tokens kept and read, how many rows, and how many tokens a row stands for (0: none)."""

    def at(text: str) -> int:
        return _number(text, part, n_tokens=tokens, q=tokens - 1)

    mask = tensor.mask
    made, oldest, pinned = (at(text) for text in (mask.made, mask.oldest, mask.pinned))
    low, first = min(max(oldest, 0), made), min(max(pinned, 0), made)
    kept = _joined([(0, first), (low, made)])
    count = sum(end - start for start, end in kept)
    read = _last(kept, min(count, at(tensor.touched)))
    rate = Fraction(rate_of(Formula.parse(mask.made).substitute(part.values)).evaluate({}))
    if not rate:
        return kept, read, count, 0
    return _tokens(kept, rate, tokens), _tokens(read, rate, tokens), count, max(1, int(1 / rate))


def _joined(spans: Sequence[tuple[int, int]]) -> Rows:
    found: list[tuple[int, int]] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return tuple(found)


def _last(spans: Rows, count: int) -> Rows:
    """The last `count` rows of the spans."""
    found: list[tuple[int, int]] = []
    for start, end in reversed(spans):
        take = min(count, end - start)
        if take > 0:
            found.append((end - take, end))
        count -= take
    return tuple(reversed(found))


def _tokens(spans: Rows, rate: Fraction, tokens: int) -> Rows:
    """The tokens that rows stand for, row i for those from i/rate on."""
    return _joined([(min(tokens, int(start / rate)), min(tokens, -int(-end / rate // 1))) for start, end in spans])
