"""A stack written as text: `10*gqa(n_kv_heads=8,d_head=128) + 50*sliding_window(window=1024,...)`."""

from __future__ import annotations

import re
from fractions import Fraction

from symkv import symbols
from symkv.caches import Part, Stack, Variant
from symkv.errors import BadInput
from symkv.formula import Formula
from symkv.formula import symbol as named
from symkv.models.values import MOST
from symkv.variants import variant

MAX_CHARS, MAX_TERMS = 4096, 64
_TERM = re.compile(r"\s*(?:(\d{1,9})\s*\*\s*)?([A-Za-z]\w{0,40})\s*\((.*)\)\s*", re.DOTALL | re.ASCII)
_EXAMPLE = "write 10*gqa(n_kv_heads=8,d_head=128) + 50*sliding_window(window=1024,n_kv_heads=8,d_head=128)"


def read_stack(text: str) -> Stack:
    """The stack that terms COUNT*variant(NAME=VALUE, ...) joined by + write; COUNT is the number of layers.

    Without a count n_layers stays open unless it is among the values. Raises `BadInput` for anything else.

    >>> [part.label for part in read_stack("10*gqa(n_kv_heads=8,d_head=128) + 2*mla()").parts]
    ['gqa x 10 layers', 'mla x 2 layers']
    """
    if len(text) > MAX_CHARS:
        raise BadInput(f"a stack may have {MAX_CHARS} characters, got {len(text)}; give a config.json")
    terms = _split(text, "+")
    if len(terms) > MAX_TERMS:
        raise BadInput(f"a stack may have {MAX_TERMS} terms, got {len(terms)}; join layers of one kind")
    return Stack(" ".join(text.split()), tuple(map(_part, terms)), source="stack")


def _part(term: str) -> Part:
    match = _TERM.fullmatch(term)
    if match is None:
        raise BadInput(
            f"a term of a stack must be COUNT*variant(NAME=VALUE, ...), got {term.strip()[:60]!a}; {_EXAMPLE}"
        )
    number, name, inside = match.groups()
    found = variant(name)
    values = _values(inside, found)
    label = found.name
    if number is not None:
        values["n_layers"] = Formula.of(_count(int(number), found, values))
        label = f"{found.name} x {int(number)} {'layer' if int(number) == 1 else 'layers'}"
    return Part(found, values, label)


def _count(layers: int, found: Variant, values: dict[str, Formula]) -> int:
    if "n_layers" in values:
        raise BadInput(f"n_layers must be given once for {found.name}, as the count and as a value is twice; drop one")
    if not all(tensor.layers == "n_layers" for tensor in found.tensors):
        own = ", ".join(dict.fromkeys(tensor.layers for tensor in found.tensors))
        raise BadInput(
            f"only a variant whose every layer is alike takes a count, {found.name} has {own}; give them inside"
        )
    if not 1 <= layers <= MOST:
        raise BadInput(f"a count of layers must be from 1 to {MOST}, got {layers}; write 32*{found.name}(...)")
    return layers


def _values(inside: str, found: Variant) -> dict[str, Formula]:
    known = {*found.names, "n_layers"}
    values: dict[str, Formula] = {}
    for piece in _split(inside, ",") if inside.strip() else []:
        name, sign, value = piece.partition("=")
        if not sign or not name.strip() or not value.strip():
            raise BadInput(f"a value in {found.name}(...) must be NAME=VALUE, got {piece.strip()[:40]!a}; {_EXAMPLE}")
        symbol = symbols.lookup(name.strip())
        if symbol.name not in known:
            raise BadInput(f"{found.name} has no {symbol.name}; it takes {', '.join(sorted(known))}")
        if symbol.name in values:
            raise BadInput(f"{symbol.name} must be given once in {found.name}(...), it came twice; drop one")
        formula = Formula.parse(value.strip())
        if not formula.names:
            formula = Formula.of(symbol.require(Fraction(formula.evaluate({}))))
        elif symbol.name in formula.names:
            raise BadInput(f"{symbol.name} can't be given by itself, got {formula.text[:40]}; write {symbol.name}=8")
        formula = formula.substitute({n: named(symbols.lookup(n).name) for n in formula.names})
        values[symbol.name] = formula
    return values


def _split(text: str, sign: str) -> list[str]:
    """The text cut at a sign outside all brackets."""
    pieces, depth, start = [], 0, 0
    for place, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if depth < 0:
            raise BadInput(
                f"a bracket is closed that was not opened, at character {place + 1} of the stack; {_EXAMPLE}"
            )
        if char == sign and depth == 0:
            pieces.append(text[start:place])
            start = place + 1
    if depth:
        raise BadInput(f"a bracket of the stack is not closed; {_EXAMPLE}")
    return [*pieces, text[start:]]
