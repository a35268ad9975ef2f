"""A stack written as text: `10*gqa(n_kv_heads=8,d_head=128) + 50*sliding_window(window=1024,...)`."""

from __future__ import annotations

import re
from fractions import Fraction

from symkv import symbols
from symkv.caches import Part, Stack, Variant
from symkv.errors import BadInput
from symkv.formula import Formula
from symkv.formula import symbol as named
from symkv.formula.reader import is_name
from symkv.models import schedules
from symkv.models.values import MOST
from symkv.variants import catalogue, variant

MAX_CHARS, MAX_TERMS, MOST_LAYERS = 4096, 64, 10_000
SCHEDULES = {
    "interleave": "write interleave(48, 5:1, sliding_window(window=1024), gqa())",
    "every": "write every(48, 4, gqa(), chunked(chunk=8192))",
    "layers": "write layers(LLGLLG, L=sliding_window(window=1024), G=gqa())",
    "tail": "write tail(15, interleave(35, 4:1, sliding_window(window=512), gqa()))",
    "source": "write source(0 0 2 2, interleave(4, 1:1, gqa(), mla()))",
}
_TERM = re.compile(r"\s*(?:(\w{1,32})\s*\*\s*)?([A-Za-z]\w{0,40})\s*\((.*)\)\s*", re.DOTALL | re.ASCII)
_EXAMPLE = "write 10*gqa(n_kv_heads=8,d_head=128) + 50*sliding_window(window=1024,n_kv_heads=8,d_head=128)"


def read_stack(text: str) -> Stack:
    """The stack that terms joined by + write: COUNT*variant(NAME=VALUE, ...) or a schedule of layers.

    COUNT is the number of layers, or a name for a number that stays open; without it n_layers stays open unless it is
    among the values. The schedules are

    - interleave(48, 5:1, sliding_window(...), gqa(...)): kinds in turn;
    - every(48, 4, gqa(...), chunked(...)): the first kind on every 4th layer, the second on the others;
    - layers(LLGLLG, L=sliding_window(...), G=gqa(...)): one letter for each layer;
    - tail(15, SCHEDULE): the last 15 layers keep nothing and read the last owner of their own kind;
    - source(0 0 2 2, SCHEDULE): the layer whose cache each layer reads, counted from 0.

    Raises `BadInput` for anything else.

    >>> [part.label for part in read_stack("10*gqa(n_kv_heads=8,d_head=128) + 2*mla()").parts]
    ['gqa x 10 layers', 'mla x 2 layers']
    >>> str(read_stack("n_a*mla() + n_k*kda()").parts[1].values["n_layers"])  # declared as a whole number from 1 on
    'n_k'
    >>> [part.label for part in read_stack("tail(2, interleave(8, 3:1, sliding_window(), gqa()))").parts]
    ['sliding_window x 5 layers, read by 6', 'gqa x 1 layer, read by 2']
    """
    if len(text) > MAX_CHARS:
        raise BadInput(f"a stack may have {MAX_CHARS} characters, got {len(text)}; give a config.json")
    terms = _split(text, "+")
    if len(terms) > MAX_TERMS:
        raise BadInput(f"a stack may have {MAX_TERMS} terms, got {len(terms)}; join layers of one kind")
    stacks = [_scheduled(term) or Stack("", (_part(term),)) for term in terms]
    parts = tuple(part for stack in stacks for part in stack.parts)
    places = stacks[0].places if len(stacks) == 1 else ()  # the terms of a sum have no order
    return Stack(" ".join(text.split()), parts, source="stack", places=places)


# -- schedules -------------------------------------------------------------------------------------------------------


def _scheduled(term: str) -> Stack | None:
    """The layers of a schedule, None where the term is none."""
    if _schedule(term) is None:
        return None
    kinds, order, sources = _layers(term)
    return Stack.of_layers("schedule", [kinds[kind] for kind in order], sources)


def _schedule(term: str) -> tuple[str, list[str]] | None:
    match = _TERM.fullmatch(term)
    if match is None or match[1] is not None or match[2] not in SCHEDULES:
        return None
    return match[2], [piece.strip() for piece in _split(match[3], ",")]


def _layers(term: str) -> tuple[list[Part], list[int], list[int] | None]:
    """The kinds, the kind of each layer, and the layer that each one reads."""
    found = _schedule(term)
    if found is None:
        raise BadInput(f"tail and source take a schedule, got {term[:60]!a}; write interleave(48, 5:1, ..., ...)")
    name, pieces = found
    if len(pieces) < 2:
        raise BadInput(
            f"{name} takes what it says and the kinds of layer, got {term.strip()[:60]!a}; {SCHEDULES[name]}"
        )
    if name in ("tail", "source"):
        kinds, order, sources = _layers(",".join(pieces[1:]))
        if sources is not None:
            raise BadInput(f"{name} must stand outside only once; say all sources in one source(...)")
        if name == "tail":
            return kinds, order, schedules.tail(order, _number(pieces[0], "tail", least=0))
        return kinds, order, [_number(piece, "source", least=0) for piece in pieces[0].split()]
    if name == "layers":
        named = [piece.partition("=") for piece in pieces[1:]]
        letters = [letter.strip() for letter, _, _ in named]
        if (
            any(len(letter) != 1 for letter in letters)
            or len(set(letters)) < len(letters)
            or len(pieces[0]) > MOST_LAYERS
        ):
            raise BadInput(f"layers names each kind by one letter, got {', '.join(letters)[:60]!a}; {SCHEDULES[name]}")
        return [_kind(text) for _, _, text in named], schedules.listed(pieces[0], letters), None
    if len(pieces) < 3:
        raise BadInput(f"{name} takes layers, a rule and the kinds of layer; {SCHEDULES[name]}")
    count, kinds = _number(pieces[0], name, most=MOST_LAYERS), [_kind(piece) for piece in pieces[2:]]
    if name == "every":
        order = schedules.every(count, _number(pieces[1], name))
        wanted = 2
    else:
        ratio = [_number(part, name, least=0) for part in pieces[1].split(":")]
        order, wanted = schedules.interleave(count, ratio), len(ratio)
    if len(kinds) != wanted:
        raise BadInput(f"{name} takes {wanted} kinds of layer here, got {len(kinds)}; {SCHEDULES[name]}")
    return kinds, order, None


def _number(text: str, name: str, *, least: int = 1, most: int = MOST) -> int:
    if not text.strip().isascii() or not text.strip().isdigit() or len(text) > 12 or not least <= int(text) <= most:
        raise BadInput(
            f"{name} takes whole numbers from {least} to {most}, got {text.strip()[:20]!a}; {SCHEDULES[name]}"
        )
    return int(text)


def _kind(text: str) -> Part:
    part = _part(text)
    if "n_layers" in part.values:
        raise BadInput(
            f"a kind of layer in a schedule has no count of its own, got {text.strip()[:40]!a}; leave it out"
        )
    _count(1, part.variant, {})
    return part


# -- terms -----------------------------------------------------------------------------------------------------------


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
    if number is not None and number.isdigit():
        values["n_layers"] = Formula.of(_count(int(number), found, values))
        label = f"{found.name} x {int(number)} {'layer' if int(number) == 1 else 'layers'}"
    elif number is not None:
        _count(1, found, values)
        count = _named_count(number)
        values |= {"n_layers": named(count)} if count != "n_layers" else {}
        label = f"{found.name} x {count} layers"
    return Part(found, values, label)


def _named_count(name: str) -> str:
    """The symbol of a count that stays open; a name that no table has is declared as a number of layers."""
    known = symbols.find(name)
    if known is None:
        catalogue()  # a variant that is not loaded yet may have the name
        known = symbols.find(name)
    if known is None:
        if not is_name(name):
            raise BadInput(f"a count must be a whole number or a name, got {name[:20]!a}; write 10*gqa() or n_a*gqa()")
        from symkv.formula import latex

        taken = {other.latex for other in symbols.table()}
        letter = latex.name(name) if latex.name(name) not in taken else rf"\mathit{{{name.replace('_', '')}}}"
        count = symbols.Symbol(name, letter, "layers of one kind", "layers", dimension="layer")
        earlier = [other.name for other in symbols.table() if other.words == count.words]
        return symbols.declare(count, after=earlier[-1] if earlier else "n_layers").name
    if known.domain != "positive integer" or known.unit not in ("layers", "passes"):
        raise BadInput(f"a count of layers must be the name of one, {name} counts {known.unit}; write n_a*gqa()")
    return known.name


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
