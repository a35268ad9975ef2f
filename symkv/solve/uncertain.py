"""Uncertain inputs of a stack: the exact interval of a closed form, or of each size, over NAME=LO..HI."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from symkv import symbols
from symkv.caches import Stack, quantity
from symkv.errors import BadInput, Undecided
from symkv.formula import Formula, symbol
from symkv.proof.collect import collect
from symkv.solve.answer import Answer, Solution
from symkv.solve.intervals import Box, Interval, interval, parse_ends

RATE, TOKENS, BATCH = "bytes_per_element", "n_tokens", "batch"


@dataclass(frozen=True)
class Ranged:
    """An answer whose value is an interval."""

    answer: Answer
    interval: Interval


def split_ranges(arguments: Sequence[str] | None) -> tuple[Box, list[str]]:
    """The uncertain values, and the arguments that give one.

    >>> split_ranges(["n_layers=32", "d_head=64..128"])[1]
    ['n_layers=32']
    """
    box: dict[str, tuple[Fraction, Fraction]] = {}
    rest: list[str] = []
    for argument in arguments or ():
        name, sign, text = argument.partition("=")
        if not sign or ".." not in text:
            rest.append(argument)
            continue
        known = symbols.lookup(name.strip()).name
        if known in box:
            raise BadInput(f"{known} must be given once, it came twice; drop one")
        box[known] = parse_ends(known, text)
    return box, rest


def ranged(stack: Stack, box: Box) -> Stack:
    """The stack with the uncertain symbols left open, whatever default they have."""
    return stack.given({name: symbol(name) for name in box if name not in (TOKENS, BATCH)})


def solved(solution: Solution, box: Box) -> tuple[Ranged, ...]:
    """The interval of each answer's closed form.

    Raises `BadInput` where a symbol has neither a value nor a range, or the form is not monotone, `Undecided` where the
    unknown has no closed form.
    """
    found = []
    for answer in solution.answers:
        if answer.closed_form is None:
            raise Undecided(f"{solution.symbol} has no closed form to take an interval of; give one value for each")
        form = answer.closed_form
        if answer.bytes_per_element is not None and solution.symbol != RATE:
            form = collect(form.substitute({RATE: answer.bytes_per_element}))
        unused = [name for name in box if name not in form.names]
        if unused:
            raise BadInput(f"{unused[0]} does not change {solution.symbol} here; leave it out")
        ends = interval(form, box)
        if ends.low <= 0:
            raise BadInput(f"{solution.symbol} must be above 0, {form} is not in all of the box; narrow the ranges")
        found.append(Ranged(replace(answer, why=""), ends))
    return tuple(found)


def sizes(stack: Stack, box: Box, *, tokens: int | None = None, batch: int = 1) -> dict[str, Interval]:
    """The intervals of what `symkv size` tells, by the name in its result, of the quantities that the box changes.

    >>> from symkv.variants import variant
    >>> values = {name: Formula.of(8) for name in ("n_layers", "n_kv_heads", "bytes_per_element")}
    >>> found = sizes(Stack.of(variant("gqa")).given(values), {"d_head": (Fraction(64), Fraction(128))})
    >>> str(found["growth_bytes_per_token"].high)  # 8*2*8*128*8
    '131072'
    """
    found: dict[str, Interval] = {}
    for key, of, whole_batch in (
        ("stored_bytes", "stored", True),
        ("read_bytes_per_step", "read", True),
        ("written_bytes_per_step", "written", True),
        ("growth_bytes_per_token", "growth", False),
    ):
        formula = quantity(stack, of)
        if whole_batch:
            formula = (symbol(BATCH) if BATCH in box else Formula.of(batch)) * formula
        if tokens is not None:
            formula = formula.substitute({TOKENS: tokens})
        formula = collect(formula)
        if formula.names and set(formula.names) <= set(box):
            found[key] = interval(formula, {name: ends for name, ends in box.items() if name in formula.names})
    if not found:
        names = [name for name in collect(quantity(stack, "stored")).names if name not in box]
        missing = " and ".join(names if tokens is None else [name for name in names if name != TOKENS])
        raise BadInput(
            f"an interval needs a value or LO..HI for {missing}"
            if missing
            else f"{', '.join(box)} changes no size here"
        )
    return found


def corner(at: dict[str, Any]) -> str:
    """A corner of an interval's result in words."""
    return ", ".join(f"{name} = {value}" for name, value in at.items())
