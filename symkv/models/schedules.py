"""Which layer is of which kind, and whose cache it reads: the schedules that a written stack may name."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle, islice

from symkv.errors import BadInput


def interleave(layers: int, ratio: Sequence[int]) -> list[int]:
    """Kinds 0, 1, ... in turn, `ratio[k]` layers of kind k at a time, cut off after `layers`.

    >>> interleave(8, [3, 1])
    [0, 0, 0, 1, 0, 0, 0, 1]
    """
    if len(ratio) < 2 or any(part < 0 for part in ratio) or not sum(ratio):
        raise BadInput(f"a ratio must have a number for each kind, as 5:1, got {':'.join(map(str, ratio))}")
    return list(islice(cycle([kind for kind, count in enumerate(ratio) for _ in range(count)]), layers))


def every(layers: int, n: int) -> list[int]:
    """Kind 0 on layers n, 2n, ... counted from 1, kind 1 on the others.

    >>> every(6, 3)
    [1, 1, 0, 1, 1, 0]
    """
    if n < 1:
        raise BadInput(f"every takes a step from 1 on, got {n}; write every(48, 4, gqa(...), chunked(...))")
    return [0 if (layer + 1) % n == 0 else 1 for layer in range(layers)]


def listed(letters: str, kinds: Sequence[str]) -> list[int]:
    """The kind of each layer by its letter.

    >>> listed("LLGL", ["L", "G"])
    [0, 0, 1, 0]
    """
    for letter in letters:
        if letter not in kinds:
            raise BadInput(
                f"each layer must be one of {', '.join(kinds)}, got {letter!a}; say what it is: {letter!a}=..."
            )
    return [kinds.index(letter) for letter in letters]


def tail(kinds: Sequence[int], last: int) -> list[int]:
    """The source of each layer where the last ones keep nothing and read the last owner of their own kind.

    >>> tail([0, 0, 1, 0, 0, 1], 2)
    [0, 1, 2, 3, 3, 2]
    """
    if not 0 <= last < len(kinds):
        raise BadInput(
            f"tail takes fewer than the {len(kinds)} layers, got {last}; the first layers have to keep a cache"
        )
    owners = len(kinds) - last
    sources = list(range(owners))
    for layer in range(owners, len(kinds)):
        own = [earlier for earlier in range(owners) if kinds[earlier] == kinds[layer]]
        if not own:
            raise BadInput(
                f"layer {layer} must find an earlier layer of its kind that keeps a cache; give fewer to tail"
            )
        sources.append(own[-1])
    return sources
