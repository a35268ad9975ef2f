"""A stack with its numbers taken out again: the formula of a model in symbols, and the value of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from symkv.caches import Part, Stack
from symkv.formula import Formula
from symkv.formula import symbol as named

LAYERS, READERS = "n_layers", "n_reading_layers"
WORDS = {("n_layers", "gqa"): "n_global_layers", ("n_layers", "sliding_window"): "n_local_layers"}  # the field's own


@dataclass(frozen=True)
class Symbolic:
    """A stack whose sizes are symbols, and what each of them is in the stack that it came from."""

    stack: Stack
    values: Mapping[str, Formula]


def symbolic(stack: Stack) -> Symbolic:
    """The stack with a symbol for each number: the word itself where all layers agree, else one for each kind.

    A size that differs between kinds of layer, and each count of layers, has the name of the variant behind it, and a
    number where several kinds are of one variant. Putting the values in gives the stack back.

    >>> from symkv.models import read_stack
    >>> found = symbolic(read_stack("2*gqa(d_head=64) + 3*sliding_window(d_head=64,window=9)"))
    >>> {name: str(value) for name, value in sorted(found.values.items())}
    {'d_head': '64', 'n_global_layers': '2', 'n_local_layers': '3', 'window': '9'}
    """
    used: dict[str, set[str]] = {}  # the texts that a symbol stands for over all parts, "" for one that is open
    for part in stack.parts:
        for name in {*part.variant.names, *part.values}:
            used.setdefault(name, set()).add(str(part.values[name]) if name in part.values else "")
    parts: list[Part] = []
    values: dict[str, Formula] = {}
    kinds = Counter(part.variant.name for part in stack.parts)
    for part, suffix in zip(stack.parts, _suffixes(stack), strict=True):
        own: dict[str, Formula] = {}
        for name, value in part.values.items():
            if value.names:
                own[name] = value
                continue
            alike = len(used[name]) == 1 and (name != LAYERS or len(stack.parts) == 1)
            usual = WORDS.get((name, part.variant.name), name + suffix)
            word = name if alike else usual if kinds[part.variant.name] == 1 and usual not in used else name + suffix
            values[word] = value
            if word != name:
                own[name] = named(word)
        readers = part.readers
        if readers is not None and not readers.names:
            word = READERS + (suffix if sum(p.readers is not None for p in stack.parts) > 1 else "")
            values[word] = readers
            readers = named(word)
        parts.append(replace(part, values=own, readers=readers))
    return Symbolic(replace(stack, parts=tuple(parts)), values)


def _suffixes(stack: Stack) -> list[str]:
    """The variant's name for each part, numbered where several parts are of one variant."""
    names = [part.variant.name for part in stack.parts]
    many, seen = Counter(names), Counter[str]()
    found = []
    for name in names:
        seen[name] += 1
        found.append(f"_{name}_{seen[name]}" if many[name] > 1 else f"_{name}")
    return found
