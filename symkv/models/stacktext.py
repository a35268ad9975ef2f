"""A stack written as text: `10*gqa(n_kv_heads=8,d_head=128) + 50*mla(d_latent=512,d_rope=64)`."""

from __future__ import annotations

import re
from fractions import Fraction

from symkv import symbols
from symkv.caches import Part, Stack
from symkv.errors import BadInput
from symkv.formula import Formula
from symkv.variants import variant

MAX_CHARS = 4096
_TERM = re.compile(r"\s*(?:([^*+()]+?)\s*\*\s*)?([a-z][a-z0-9_]*)\s*(?:\(([^()]*)\))?\s*(\+|$)", re.ASCII)


def parse_stack(text: str) -> Stack:
    """The stack of a text of terms COUNT*variant(NAME=VALUE,...); COUNT sets n_layers.

    >>> [str(part.values["n_layers"]) for part in parse_stack("2*gqa(d_head=64) + n_local_layers*mqa(d_head=64)").parts]
    ['2', 'n_local_layers']
    """
    if len(text) > MAX_CHARS:
        raise BadInput(f"a stack may have {MAX_CHARS} characters, got {len(text)}")
    parts: list[Part] = []
    position = 0
    while position < len(text):
        match = _TERM.match(text, position)
        if match is None or (match[4] == "" and match.end() < len(text)):
            raise BadInput(
                f"a stack must be written as 10*gqa(n_kv_heads=8,d_head=128) + 5*mqa(d_head=64), "
                f"column {position + 1} of {text[:60]!r} is not"
            )
        parts.append(_part(match[2], match[1], match[3] or ""))
        position = match.end()
        if match[4] == "+" and not text[position:].strip():
            raise BadInput(f"a term must follow the last +, none does in {text[:60]!r}")
    return Stack(text.strip(), tuple(parts))


def _part(name: str, count: str | None, arguments: str) -> Part:
    item = variant(name)
    values: dict[str, Formula] = {}
    for argument in filter(None, (a.strip() for a in arguments.split(","))):
        word, sign, value = argument.partition("=")
        symbol = symbols.lookup(word.strip())
        if not sign or symbol.name in values:
            raise BadInput(f"a value must be given once as NAME=VALUE, got {argument[:40]!r} in {name}(...)")
        values[symbol.name] = _value(symbol, value)
    if count is not None:
        counted = any(tensor.layers == "n_layers" for tensor in item.tensors)
        if not counted or "n_layers" in values:
            reason = "already has n_layers" if counted else "counts its layers itself"
            raise BadInput(f"{name} {reason}; write {name}(...) without {count.strip()}*")
        values["n_layers"] = _value(symbols.lookup("n_layers"), count)
    used = {
        n
        for t in item.tensors
        for text in (t.heads, t.width, t.layers, t.readers or "1", t.mask.kept)
        for n in Formula.parse(text).names
    }
    unknown = next((word for word in values if word not in used and word != "bytes_per_element"), None)
    if unknown is not None:
        raise BadInput(
            f"{unknown} must be a symbol of {name}, it is none; {name} has {', '.join(sorted(used - {'n_tokens'}))}"
        )
    return Part(item, values, f"{count.strip() + ' x ' if count else ''}{name}")


def _value(symbol: symbols.Symbol, text: str) -> Formula:
    formula = Formula.parse(text)
    return formula if formula.names else Formula.of(symbol.require(Fraction(formula.evaluate({}))))
