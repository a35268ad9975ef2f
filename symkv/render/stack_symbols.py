"""A stack's numbers as symbols of a report: declared, with letters, each kind of layer having its own where it must."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from symkv import symbols
from symkv.caches import Stack
from symkv.caches.rows import format_of
from symkv.formula import symbol
from symkv.models.symbolic import LAYERS, READERS, symbolic
from symkv.symbols import Symbol
from symkv.units import DTYPES

_SUBSCRIPT = re.compile(r"(.+)_\{\\mathrm\{([^{}]*)\}\}")
_OWN: dict[str, str] = {}  # the symbols that reports have declared, and the one of the table that each stands beside
READING = Symbol(
    "n_readers", r"L_{\mathrm{rd}}", "layers that read a cache, their own or another's", "layers", dimension="layer"
)


@dataclass(frozen=True)
class Lettered:
    """A stack in symbols, a short name for each of its parts, the number of each symbol, and the symbols in order."""

    stack: Stack
    labels: tuple[str, ...]
    values: Mapping[str, Fraction]
    symbols: tuple[Symbol, ...]


def closed(stack: Stack) -> Lettered:
    """The stack with its numbers in, for one whose formula in symbols is more than the judges settle."""
    labels = _labels(part.variant.name for part in stack.parts)
    return Lettered(stack, labels, {}, _used(stack, {}))


def lettered(stack: Stack) -> Lettered:
    """The stack with a declared symbol for each number; one number format for all is bytes_per_element.

    >>> from symkv.models import read_stack
    >>> found = lettered(read_stack("2*gqa(d_head=64) + 3*gqa(d_head=32)"))
    >>> found.labels, sorted(found.values)
    (('gqa1', 'gqa2'), ['d_head_of_gqa1', 'd_head_of_gqa2', 'n_layers_of_gqa1', 'n_layers_of_gqa2'])
    """
    opened = symbolic(stack)
    labels = _labels(part.variant.name for part in stack.parts)
    names: dict[str, str] = {}
    for part, label in zip(opened.stack.parts, labels, strict=True):
        taken = [(own, str(value)) for own, value in part.values.items() if value.names == (str(value),)]
        taken += [(READERS, str(part.readers))] if part.readers is not None else []
        names |= {word: _declared(own, word, label) for own, word in taken if word not in names}
    renamed = {word: symbol(name) for word, name in names.items() if word != name}
    parts = tuple(
        replace(
            part,
            values={own: value.substitute(renamed) for own, value in part.values.items()},
            readers=None if part.readers is None else part.readers.substitute(renamed),
        )
        for part in opened.stack.parts
    )
    values = {names.get(word, word): Fraction(v.evaluate({})) for word, v in opened.values.items() if not v.names}
    found = replace(opened.stack, parts=parts)
    if (rate := one_rate(stack)) is not None:
        found, values = replace(found, formats={}), {**values, "bytes_per_element": rate}
    return Lettered(found, labels, values, _used(found, values))


def one_rate(stack: Stack) -> Fraction | None:
    """Bytes per element where every tensor has the same plain number format, else None."""
    codes = {format_of(t, stack.formats) for part in stack.parts for t in part.tensors if t.rate is None}
    code = codes.pop() if len(codes) == 1 else None
    if isinstance(code, Fraction):
        return code
    plain = code is not None and code in DTYPES and not DTYPES[code].row_scale_bytes
    return DTYPES[code].rate if plain and code is not None else None


def _used(stack: Stack, values: Mapping[str, Fraction]) -> tuple[Symbol, ...]:
    """Every symbol that a formula of the stack may name, in the order of the table."""
    names = {name for part in stack.parts for name in part.open} | set(values) | {"n_tokens"}
    readers = {name for part in stack.parts if part.readers is not None for name in part.readers.names}
    rates = {"bytes_per_element"} if not stack.formats else set()
    known = [symbols.lookup(name) for name in names | readers | rates]
    return tuple(sorted(known, key=lambda one: symbols.rank(one.name)))


def _labels(names: Iterable[str]) -> tuple[str, ...]:
    """A short name for each kind of layer: initials where the variant's is long, a number where two are alike."""
    short = [_short(name) for name in names]
    many, seen = Counter(short), Counter[str]()
    found = []
    for label in short:
        seen[label] += 1
        found.append(f"{label}{seen[label]}" if many[label] > 1 else label)
    return tuple(found)


def _short(name: str) -> str:
    words = name.split("_")
    return "".join(word[0] for word in words) if len(name) > 6 and len(words) > 1 else name[:8]


def _declared(own: str, word: str, label: str) -> str:
    """The name of the symbol for a word of `symbolic`: the word itself where it is declared, else one beside `own`."""
    if own == READERS:
        if READING.name not in _OWN:
            _beside(LAYERS, READING)
        own = READING.name
        if word == READERS:
            return own
    elif symbols.find(word) is not None:
        return word
    base = symbols.lookup(own)
    letter = _SUBSCRIPT.fullmatch(base.latex)
    latex = rf"{letter[1]}_{{\mathrm{{{letter[2]},{label}}}}}" if letter else rf"{base.latex}_{{\mathrm{{{label}}}}}"
    words = f"{base.words}, of the kind {label}"
    _beside(own, replace(base, name=f"{base.name}_of_{label}", latex=latex, words=words, aliases=()))
    return f"{base.name}_of_{label}"


def _beside(base: str, made: Symbol) -> None:
    """Declare a symbol behind its base, in alphabetical order among its like, whatever was declared before."""
    if made.name in _OWN:
        return
    before = [name for name, of in _OWN.items() if of == base and name < made.name]
    symbols.declare(made, after=max(before, default=base), own=True)
    _OWN[made.name] = base


def plain(name: str, latex: str, words: str, dimension: str = "byte") -> Symbol:
    """A symbol for bytes."""
    unit = "bytes" if dimension == "byte" else dimension.replace("byte", "bytes")
    return Symbol(name, latex, words, unit, "positive rational", dimension=dimension)
