"""Bytes against context: stored, read or both, at places that hold every edge; with the exact crossovers."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, pairwise

from symkv.caches import Stack, quantity
from symkv.errors import BadInput, Undecided
from symkv.figures.data import WORDS, Crossover, Curve, Curves, Point, Points
from symkv.formula import Formula
from symkv.proof.collect import collect
from symkv.solve.compare import Crossing, crossings

TOKENS = "n_tokens"
USUAL = (1 << 10, 1 << 20)  # tokens
SHOWN = ("stored", "read", "read_fused", "between", "written", "peak")
MOST_CURVES, MOST_TOKENS = 8, 1 << 40
PER_OCTAVE = 8
_LAST_TEETH = 2  # of the teeth that are narrower than the line is wide, those at both ends of an interval


def context_figure(
    stacks: Sequence[Stack], *, tokens: tuple[int, int] = USUAL, of: str = "stored", batch: int = 1
) -> Curves:
    """Bytes of a quantity against context for one or several stacks, with every crossover in that range, exact.

    `tokens` are the first and the last length of the context, `of` is stored, read, read_fused, between, written or
    peak; bytes are those of `batch` sequences. Raises `BadInput` for an open symbol, for more than eight stacks and for
    a range that is none.

    >>> from symkv.models import resolve
    >>> names = ("4*gqa(n_kv_heads=1,d_head=4)", "sliding_window(n_layers=8,n_kv_heads=1,d_head=4,window=1024)")
    >>> pair = [resolve(name).coded({"kv": "bf16"}) for name in names]
    >>> [(one.at, one.words.rpartition("from ")[2]) for one in context_figure(pair).crossovers]  # 4 S = 8*1024
    [(2048, '2049 tokens on, both the same at 2048')]
    """
    if of not in SHOWN:
        raise BadInput(f"--of must be one of {', '.join(SHOWN)}, got {of[:40]!r}; write --of read")
    stacks = _ready(stacks, tokens, batch)
    if tokens[0] == tokens[1]:
        raise BadInput(f"context needs a range of lengths, got {tokens[0]} alone; write --tokens 1Ki..1Mi")
    curves = tuple(_curve(stack, of, tokens, batch) for stack in stacks)
    title = f"{WORDS[of]}: {', '.join(stack.name for stack in stacks)}"
    return Curves(title, tokens, batch, curves, *_crossovers(stacks, of, tokens, batch))


def read_figure(stacks: Sequence[Stack], *, tokens: tuple[int, int] = USUAL, batch: int = 1) -> Curves | Points:
    """Bytes stored beside bytes read per step: against context, or a point for each stack where `tokens` is one length.

    Raises `BadInput` as `context_figure` does.

    >>> from symkv.models import resolve
    >>> stack = resolve("2*dsa(d_latent=512,d_rope=64,d_index=128)").coded({"kv": "bf16", "index": "bf16"})
    >>> both = read_figure([stack])
    >>> [curve.of for curve in both.curves], both.crossovers[0].since  # past top_k = 2048 tokens less is read
    (['stored', 'read'], 2049)
    """
    stacks = _ready(stacks, tokens, batch, most=MOST_CURVES if tokens[0] == tokens[1] else MOST_CURVES // 2)
    names = ", ".join(stack.name for stack in stacks)
    title = f"bytes stored and bytes read per step: {names}"
    if tokens[0] == tokens[1]:
        points = tuple(
            Point(stack.name, *(_value(_formula(stack, of), tokens[0], batch) for of in ("stored", "read")))
            for stack in stacks
        )
        return Points(title, tokens[0], batch, points)
    curves = tuple(curve for stack in stacks for curve in _both(stack, tokens, batch))
    if len(stacks) > 1:
        return Curves(title, tokens, batch, curves)
    found, undecided = _stored_or_read(stacks[0], tokens, batch)
    return Curves(title, tokens, batch, curves, found, undecided=undecided)


def _ready(stacks: Sequence[Stack], tokens: tuple[int, int], batch: int, *, most: int = MOST_CURVES) -> list[Stack]:
    if not 1 <= len(stacks) <= most:
        raise BadInput(f"a figure shows 1 to {most} models, variants or stacks here, got {len(stacks)}; leave some out")
    if not 1 <= tokens[0] <= tokens[1] <= MOST_TOKENS:
        raise BadInput(f"tokens must be LO..HI from 1 on with LO <= HI, got {tokens[0]}..{tokens[1]}; write 1Ki..1Mi")
    if batch < 1:
        raise BadInput(f"batch must be 1 or more, got {batch}; write --batch 1")
    filled = [stack.filled() for stack in stacks]
    names = [stack.name for stack in filled]
    if len(set(names)) < len(names):
        raise BadInput("each model, variant or stack must be given once; drop the second one")
    for stack in filled:
        stack.require(tokens[0])
        open_names = sorted({*quantity(stack, "stored").names, *quantity(stack, "read").names} - {TOKENS})
        if open_names:
            wanted = " ".join(f"{name}=..." for name in open_names)
            raise BadInput(f"a figure needs numbers, {stack.name} has {', '.join(open_names)} open; give {wanted}")
    return filled


def _formula(stack: Stack, of: str) -> Formula:
    return collect(quantity(stack, of))


def _value(formula: Formula, tokens: int, batch: int) -> Fraction:
    return batch * Fraction(formula.evaluate({TOKENS: tokens}))


def _curve(stack: Stack, of: str, tokens: tuple[int, int], batch: int) -> Curve:
    formula = _formula(stack, of)
    places = sorted(_places(formula, *tokens))
    return Curve(stack.name, of, str(formula), tuple((s, _value(formula, s, batch)) for s in places))


def _both(stack: Stack, tokens: tuple[int, int], batch: int) -> tuple[Curve, ...]:
    """What is stored and what is read, as one curve where both are the same."""
    stored, read = (_curve(stack, of, tokens, batch) for of in ("stored", "read"))
    return (replace(stored, of="stored and read"),) if stored.formula == read.formula else (stored, read)


# -- places ------------------------------------------------------------------------------------------------------------


def _places(formula: Formula, low: int, high: int) -> set[int]:
    """Where a formula is looked at: evenly on a log scale, on both sides of its edges, at the ends of its teeth."""
    grid = _grid(low, high)
    found = set(grid)
    edges = {value for value in _constants(formula) if value > 1}
    found |= {s for edge in edges for s in (edge - 1, edge, edge + 1)}
    for period in _periods(formula):
        for start, end in pairwise(grid):
            teeth = list(_teeth(start, end, period))
            found |= {s for tooth in teeth for s in (tooth - 1, tooth)}
    return {s for s in found if low <= s <= high}


def _grid(low: int, high: int) -> list[int]:
    """Eight lengths for each octave from `low` on, and `high`."""
    found, octave = [], low
    while octave <= high:
        found += [octave + octave * step // PER_OCTAVE for step in range(PER_OCTAVE)]
        octave *= 2
    return sorted({s for s in found if s < high} | {high})


def _teeth(start: int, end: int, period: int) -> Iterator[int]:
    """The first and the last multiples of a period in an interval, and the lengths after them."""
    first, last = -(-start // period), end // period
    few = [*range(first, min(first + _LAST_TEETH, last + 1)), *range(max(first, last - _LAST_TEETH + 1), last + 1)]
    for multiple in dict.fromkeys(few):
        yield multiple * period
        yield multiple * period + 1


def _constants(formula: Formula) -> set[int]:
    """Whole numbers inside min, max and conditions, where the formula may have an edge."""
    holders = (node for node in ast.walk(formula.tree) if isinstance(node, ast.Call | ast.IfExp | ast.Compare))
    return {n.value for node in holders for n in ast.walk(node) if isinstance(n, ast.Constant) and type(n.value) is int}


def _periods(formula: Formula) -> set[int]:
    """The lengths of saw-teeth: what remainders and roundings divide by."""
    found = set()
    for node in ast.walk(formula.tree):
        match node:
            case ast.Call(func=ast.Name(id="mod"), args=[_, ast.Constant(value=int(size))]):
                found.add(size)
            case ast.Call(func=ast.Name(id="floor" | "ceil"), args=[arg]):
                found |= {size for inner in ast.walk(arg) for size in _divisor(inner)}
    return {size for size in found if size > 1}


def _divisor(node: ast.AST) -> tuple[int, ...]:
    match node:
        case ast.BinOp(op=ast.Div(), right=ast.Constant(value=int(size))):
            return (size,)
    return ()


# -- crossovers --------------------------------------------------------------------------------------------------------


def _crossovers(
    stacks: Sequence[Stack], of: str, tokens: tuple[int, int], batch: int
) -> tuple[tuple[Crossover, ...], tuple[tuple[str, str, int], ...], tuple[tuple[str, str], ...]]:
    """The crossovers of all pairs, the pairs that take turns for ever, and those that could not be told."""
    found: list[Crossover] = []
    turns, undecided = [], []
    for first, second in combinations(stacks, 2):
        spans = crossings(first, second, of)
        if spans is None:
            undecided.append((first.name, second.name))
            continue
        formulas = {stack.name: _formula(stack, of) for stack in (first, second)}
        found += [
            Crossover(of, a, b, until, since, until + 1, _value(formulas[b], until + 1, batch))
            for a, b, until, since in _changes(spans)
            if tokens[0] <= until + 1 <= tokens[1]
        ]
        endless = [one.span.start for one in spans if one.span.residues and one.span.end is None and one.less]
        if len({one.less for one in spans if one.span.start in endless and one.less}) > 1:
            turns.append((first.name, second.name, min(endless)))
    ordered = sorted(found, key=lambda one: (one.at, one.before, one.after))
    return tuple(ordered), tuple(turns), tuple(undecided)


def _changes(spans: Sequence[Crossing]) -> Iterator[tuple[str, str, int, int]]:
    """(before, after, until, since) for each change of who needs less; where they take turns, around all of that."""
    clear = [one for one in spans if one.less is not None and not one.span.residues]
    for one, two in pairwise(clear):
        if one.less != two.less and one.span.end is not None and one.less is not None and two.less is not None:
            yield one.less, two.less, one.span.end, two.span.start


def _stored_or_read(
    stack: Stack, tokens: tuple[int, int], batch: int
) -> tuple[tuple[Crossover, ...], tuple[tuple[str, str], ...]]:
    """Where one stack comes to read less, or more, than it stores; a stretch on which both are the same ends there."""
    from symkv.formula import Relation
    from symkv.proof.spans import spans

    stored, read = (quantity(stack, of) for of in ("stored", "read"))
    try:
        less = spans(Relation(read, "<", stored), TOKENS)
        more = spans(Relation(read, ">", stored), TOKENS)
    except Undecided:
        return (), (("stored", "read"),)
    found = []
    for before, after, where in (("stored", "read", less), ("read", "stored", more)):
        for span in where:
            if span.start > max(1, tokens[0]) and span.start <= tokens[1] and not span.residues:
                value = _value(collect(stored), span.start, batch)
                found.append(Crossover("stored and read", before, after, span.start - 1, span.start, span.start, value))
    return tuple(sorted(found, key=lambda one: one.at)), ()
