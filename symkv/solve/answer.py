"""Closed forms for one unknown, judged for wholeness: a fraction is reported as a fraction, never as an empty list."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction

from symkv import symbols
from symkv.caches import Part, Stack, quantity
from symkv.errors import BadInput
from symkv.formula import Formula, symbol
from symkv.proof.collect import collect
from symkv.solve.isolate import isolate, proof_of
from symkv.units import DTYPES, USUAL_DTYPES, Size, decimal, parse_size, rational

SOLVABLE = ("growth", "stored", "peak", "read", "written")
UNUSUAL_TARGET = "target_bytes"  # what the closed form calls the target where it is not bytes per token


@dataclass(frozen=True)
class Neighbour:
    """An allowed value next to the exact one: its bytes, and how far these miss the target, in per cent."""

    value: int | Fraction
    bytes: Fraction
    miss_percent: Fraction


@dataclass(frozen=True)
class Answer:
    """The value of the unknown for one reading of the target and one number format (None: still open)."""

    target: Size
    dtype: str | None
    bytes_per_element: Fraction | None
    closed_form: Formula
    exact: Fraction | None
    whole: Neighbour | None = None
    below: Neighbour | None = None
    above: Neighbour | None = None
    why: str = ""


@dataclass(frozen=True)
class Solution:
    """The answers to one question: the general closed form and its proof, and one answer per reading and format."""

    what: str
    symbol: str
    of: str
    general_form: Formula
    given: dict[str, Formula]
    proved: bool
    judges: tuple[str, ...]
    conditions: tuple[str, ...]
    answers: tuple[Answer, ...]
    target_text: str
    formula: Formula  # the quantity that is solved, in the field's order
    closed_forms: tuple[tuple[Size, Formula], ...] = ()  # the general form with the givens and one target put in


def solve(
    stack: Stack,
    *,
    symbol: str,
    target: str,
    of: str = "growth",
    tokens: int | None = None,
    batch: int = 1,
    dtype: str | None = None,
) -> Solution:
    """Solve a quantity of a stack for one symbol, exactly, for every reading of the target.

    The quantity is in bytes: `growth` per token of context, `stored`, `peak`, `read` and `written` for a batch at
    `tokens` tokens. Raises `BadInput` for an unknown symbol or target, `Undecided` where the symbol stands inside a
    step function.

    >>> from symkv.variants import variant
    >>> stack = Stack.of(variant("gqa")).given({"n_layers": Formula.of(1), "d_head": Formula.of(128)})
    >>> first = solve(stack, symbol="n_kv_heads", target="2KiB").answers[0]  # 2048/(2*1*128*1) at one byte
    >>> str(first.closed_form), first.exact, first.dtype
    ('8/bytes_per_element', Fraction(8, 1), 'fp8')
    """
    sizes = parse_size(target)
    unknown = symbols.lookup(symbol).name
    if of not in SOLVABLE:
        raise BadInput(f"--of must be one of {', '.join(SOLVABLE)}, got {of!r}")
    wanted = "bytes_per_token" if of == "growth" else UNUSUAL_TARGET
    general = _quantity(Stack(stack.name, tuple(_opened(stack))), of, batch=None)
    particular = _quantity(_formatted(stack, dtype), of, batch=batch)
    if tokens is not None:
        particular = collect(particular.substitute({"n_tokens": tokens}))
    if unknown not in particular.names:
        raise BadInput(_not_there(stack, unknown, particular, of))
    if unknown not in general.names or len(stack.parts) > 1 or stack.formats:
        general = particular
    general_form = isolate(general, unknown, wanted)
    judgement = proof_of(general, unknown, wanted, general_form)
    solved = isolate(particular, unknown, wanted)
    if solved.text != general_form.text:  # the form with numbers in is proved on its own
        judgement = proof_of(particular, unknown, wanted, solved)
    forms = tuple((size, collect(solved.substitute({wanted: size.bytes}))) for size in sizes)
    answers = tuple(
        _judged(size, form, name, rate, particular, unknown)
        for size, form in forms
        for name, rate in _formats(form, dtype, unknown)
    )
    given = {name: value for part in stack.parts for name, value in part.values.items()}
    return Solution(
        stack.name,
        unknown,
        of,
        general_form,
        given,
        judgement.verdict == "proved",
        judgement.judges,
        judgement.conditions,
        answers,
        target,
        particular,
        forms,
    )


def _quantity(stack: Stack, of: str, *, batch: int | None) -> Formula:
    formula = quantity(stack, of)
    if of != "growth":
        formula = (symbol("batch") if batch is None else Formula.of(batch)) * formula if batch != 1 else formula
    return collect(formula)


def _opened(stack: Stack) -> list[Part]:
    return [replace(part, values={}) for part in stack.parts]


def _formatted(stack: Stack, dtype: str | None) -> Stack:
    return stack if dtype is None else stack.coded({"kv": dtype})


def _not_there(stack: Stack, unknown: str, formula: Formula, of: str) -> str:
    fixed = next((part.values[unknown] for part in stack.parts if unknown in part.values), None)
    if fixed is not None:
        return f"--for must name an open symbol, {unknown} = {fixed} is given; leave it out"
    has = ", ".join(formula.names) or "no open symbol"
    return f"--for must name a symbol of the {of} of {stack.name}, {unknown} is none; it has {has}"


def _formats(form: Formula, dtype: str | None, unknown: str) -> list[tuple[str | None, Fraction | None]]:
    """The usual formats while the bytes per element are open, else the one that is given."""
    if "bytes_per_element" in form.names and unknown != "bytes_per_element":
        return [(name, DTYPES[name].rate) for name in USUAL_DTYPES]
    return [(dtype, DTYPES[dtype].rate if dtype in DTYPES else None)]


def _judged(
    size: Size, form: Formula, dtype: str | None, rate: Fraction | None, formula: Formula, unknown: str
) -> Answer:
    """One answer: the exact value where nothing is open, and whole values next to it where it is none."""
    put = {"bytes_per_element": rate} if rate is not None and unknown != "bytes_per_element" else {}
    open_names = [name for name in form.names if name not in put]
    if open_names:
        why = f"{unknown} stays open: give {' and '.join(open_names)}"
        return Answer(size, dtype, rate, form, None, why=why)
    exact = Fraction(form.evaluate(put))
    known = symbols.lookup(unknown)

    def at(value: Fraction | int) -> Neighbour | None:
        if not known.admits(value):
            return None
        total = Fraction(formula.evaluate({**put, unknown: Fraction(value)}))
        return Neighbour(int(value) if known.whole else Fraction(value), total, (total / size.bytes - 1) * 100)

    if known.admits(exact):
        return Answer(size, dtype, rate, form, exact, whole=at(exact))
    below, above = at(math.floor(exact)), at(max(math.floor(exact) + 1, known.lower))
    return Answer(size, dtype, rate, form, exact, None, below, above, _explained(unknown, exact, size, below, above))


def _explained(unknown: str, exact: Fraction, size: Size, below: Neighbour | None, above: Neighbour | None) -> str:
    """Why there is no whole answer, with what the neighbours give."""
    sides = [f"{side.value} gives {rational(side.bytes)} B" for side in (below, above) if side is not None]
    reason = f"{unknown} = {rational(exact)} meets {decimal(size.bytes)} B exactly, but must be whole"
    return f"{reason}: {', '.join(sides)}"
