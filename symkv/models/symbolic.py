"""A stack with its numbers taken out again: the formula of a model in symbols, and the value of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from symkv.caches import Part, Stack
from symkv.errors import BadInput
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
    parts: list[Part] = []
    values: dict[str, Formula] = {}
    for part, words in zip(stack.parts, _words(stack), strict=True):
        own = {name: value for name, value in part.values.items() if value.names}
        own |= {name: named(word) for name, word in words.items() if name not in (word, READERS)}
        values |= {word: part.values[name] for name, word in words.items() if name != READERS}
        readers = part.readers
        if readers is not None and READERS in words:
            values[words[READERS]] = readers
            readers = named(words[READERS])
        parts.append(replace(part, values=own, readers=readers))
    return Symbolic(replace(stack, parts=tuple(parts)), values)


def opened(stack: Stack, name: str) -> Stack:
    """A model's stack with one of its numbers open again, by the name that `symbolic` gives it; else the stack itself.

    A written stack stays as it is written.

    Raises `BadInput` for a size that differs between the kinds of layer, which no one symbol stands for.

    >>> from symkv.models import resolve
    >>> opened(resolve("llama-3.1-8b"), "n_kv_heads").parts[0].open
    frozenset({'n_kv_heads'})
    """
    found = _words(stack) if stack.source != "stack" else []
    mine = [{own: word for own, word in words.items() if word == name} for words in found]
    if not any(mine):
        kinds = [words[name] for words in found if name in words]
        if len(kinds) > 1 and not any(name in part.open for part in stack.parts):
            raise BadInput(
                f"{name} must be one size for all kinds of layer of {stack.name}, it is {', '.join(kinds)}; write the "
                "layers as a stack and leave it open in one"
            )
        return stack
    parts = []
    for part, words in zip(stack.parts, mine, strict=True):
        values = {own: value for own, value in part.values.items() if own not in words}
        values |= {own: named(word) for own, word in words.items() if own not in (word, READERS)}
        parts.append(replace(part, values=values, readers=named(name) if READERS in words else part.readers))
    return replace(stack, parts=tuple(parts))


def _words(stack: Stack) -> list[dict[str, str]]:
    """For each part, the symbol that stands for each of its numbers."""
    used: dict[str, set[str]] = {}  # the texts that a symbol stands for over all parts, "" for one that is open
    for part in stack.parts:
        for name in {*part.variant.names, *part.values}:
            used.setdefault(name, set()).add(str(part.values[name]) if name in part.values else "")
    kinds = Counter(part.variant.name for part in stack.parts)
    shared = sum(part.readers is not None for part in stack.parts)
    found = []
    for part, suffix in zip(stack.parts, _suffixes(stack), strict=True):
        words: dict[str, str] = {}
        for name, value in part.values.items():
            alike = len(used[name]) == 1 and (name != LAYERS or len(stack.parts) == 1)
            usual = WORDS.get((name, part.variant.name), name + suffix)
            usual = usual if kinds[part.variant.name] == 1 and usual not in used else name + suffix
            if not value.names:
                words[name] = name if alike else usual
        if part.readers is not None and not part.readers.names:
            words[READERS] = READERS + (suffix if shared > 1 else "")
        found.append(words)
    return found


def _suffixes(stack: Stack) -> list[str]:
    """The variant's name for each part, numbered where several parts are of one variant."""
    names = [part.variant.name for part in stack.parts]
    many, seen = Counter(names), Counter[str]()
    found = []
    for name in names:
        seen[name] += 1
        found.append(f"_{name}_{seen[name]}" if many[name] > 1 else f"_{name}")
    return found
