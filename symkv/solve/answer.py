"""Closed forms for one unknown, judged for wholeness: a fraction is reported as a fraction, never as an empty list."""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from symkv import symbols
from symkv.caches import Part, Stack, quantity
from symkv.errors import BadInput, Undecided
from symkv.formula import Formula
from symkv.formula import symbol as named
from symkv.notebook import display
from symkv.proof.collect import collect
from symkv.solve.isolate import isolate, proof_of
from symkv.solve.shown import answer_html, solution_html, solution_latex
from symkv.solve.steps import Inverse, inverse
from symkv.units import DTYPES, USUAL_DTYPES, Band, Size, decimal, parse_size, printed_bands, rational

SOLVABLE = ("growth", "stored", "peak", "read", "written")
UNUSUAL_TARGET = "target_bytes"  # what the closed form calls the target where it is not bytes per token


@dataclass(frozen=True)
class Neighbour:
    """An allowed value next to the exact one: its bytes, and how far these miss the target, in per cent."""

    value: int | Fraction
    bytes: Fraction
    miss_percent: Fraction


@dataclass(frozen=True)
class Change:
    """The smallest change of another given value that makes the unknown whole."""

    symbol: str
    old: int | Fraction
    new: int | Fraction
    value: int


@dataclass(frozen=True)
class Answer:
    """The value of the unknown for one reading of the target and one number format (None: still open).

    Where the unknown stands inside a step function there is no closed form but an `inverse`: all values that meet the
    target, and both sides of the edge.
    """

    target: Size
    dtype: str | None
    bytes_per_element: Fraction | None
    closed_form: Formula | None
    exact: Fraction | None
    whole: Neighbour | None = None
    below: Neighbour | None = None
    above: Neighbour | None = None
    why: str = ""
    change: Change | None = None
    inverse: Inverse | None = None

    def _repr_html_(self) -> str:
        return answer_html(self)


@dataclass(frozen=True)
class Solution:
    """The answers to one question: the general closed form and its proof, and one answer per reading and format."""

    what: str
    symbol: str
    of: str
    general_form: Formula | None
    given: dict[str, Formula]
    proved: bool
    judges: tuple[str, ...]
    conditions: tuple[str, ...]
    answers: tuple[Answer, ...]
    target_text: str
    formula: Formula  # the quantity that is solved, in the field's order
    closed_forms: tuple[tuple[Size, Formula | None], ...] = ()  # the general form with the givens and one target put in

    def _repr_latex_(self) -> str:
        return display(solution_latex(self))

    def _repr_html_(self) -> str:
        return solution_html(self)


def solve(
    stack: Stack,
    *,
    symbol: str,
    target: str = "",
    of: str = "growth",
    tokens: int | None = None,
    batch: int = 1,
    dtype: str | None = None,
    tp: int | None = None,
    prints: str = "",
) -> Solution:
    """Solve a quantity of a stack for one symbol, exactly, for every reading of the target.

    The quantity is in bytes: `growth` per token of context, `stored`, `peak`, `read` and `written` for a batch at
    `tokens` tokens; with `tp` what one of that many ranks holds. `prints` is a printed size instead of a target, met by
    all that rounds to it. Raises `BadInput` for an unknown symbol or target, `Undecided` where the symbol stands inside
    a step function while another one is open.

    >>> from symkv.variants import variant
    >>> stack = Stack.of(variant("gqa")).given({"n_layers": Formula.of(1), "d_head": Formula.of(128)})
    >>> first = solve(stack, symbol="n_kv_heads", target="2KiB").answers[0]  # 2048/(2*1*128*1) at one byte
    >>> str(first.closed_form), first.exact, first.dtype
    ('8/bytes_per_element', Fraction(8, 1), 'fp8')
    """
    unknown = symbols.lookup(symbol).name
    bands = printed_bands(prints) if prints else [Band(size, size.bytes, size.bytes) for size in parse_size(target)]
    if of not in SOLVABLE:
        raise BadInput(f"--of must be one of {', '.join(SOLVABLE)}, got {of!r}")
    sequences = None if unknown == "batch" else batch
    particular = _quantity(_formatted(stack, dtype), of, batch=sequences, tp=tp)
    if tokens is not None and unknown != "n_tokens":
        particular = collect(particular.substitute({"n_tokens": tokens}))
    if unknown not in particular.names:
        raise BadInput(_not_there(stack, unknown, particular, of))
    if prints or _in_a_step(particular, unknown):
        return _by_steps(stack, unknown, of, particular, bands, prints or target, dtype)
    return _by_form(stack, unknown, of, particular, bands, target, dtype, tp)


def _in_a_step(formula: Formula, unknown: str) -> bool:
    steps = (node for node in ast.walk(formula.tree) if isinstance(node, ast.Call | ast.IfExp))
    return any(unknown in Formula(node).names for node in steps)


def _by_form(
    stack: Stack,
    unknown: str,
    of: str,
    particular: Formula,
    bands: Sequence[Band],
    target: str,
    dtype: str | None,
    tp: int | None,
) -> Solution:
    """The closed form with nothing put in, proved, and what it gives with the numbers."""
    wanted = "bytes_per_token" if of == "growth" else UNUSUAL_TARGET
    alone = len(stack.parts) == 1 and not stack.formats and tp is None and stack.parts[0].readers is None
    general = _quantity(Stack(stack.name, tuple(_opened(stack))), of, batch=None) if alone else particular
    if unknown not in general.names:
        general = particular
    general_form = isolate(general, unknown, wanted)
    judgement = proof_of(general, unknown, wanted, general_form)
    solved = isolate(particular, unknown, wanted)
    if solved.text != general_form.text:  # the form with numbers in is proved on its own
        judgement = proof_of(particular, unknown, wanted, solved)
    forms = tuple((band.size, collect(solved.substitute({wanted: band.size.bytes}))) for band in bands)
    given = {name: value for part in stack.parts for name, value in part.values.items()}
    answers = tuple(
        _changed(_judged(size, form, name, rate, particular, unknown), general_form, given, wanted)
        for size, form in forms
        for name, rate in _formats(form, dtype, unknown)
    )
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


def _by_steps(
    stack: Stack, unknown: str, of: str, particular: Formula, bands: Sequence[Band], target: str, dtype: str | None
) -> Solution:
    """All values that meet the target, where a step function leaves no closed form."""
    found = []
    for band in bands:
        for name, rate in _formats(particular, dtype, unknown):
            put = {} if rate is None else {"bytes_per_element": rate}
            formula = particular.substitute({n: v for n, v in put.items() if n in particular.names})
            others = [other for other in formula.names if other != unknown]
            if others:
                raise Undecided(
                    f"{unknown} stands inside a step of {particular}; it has no closed form, and for its values the "
                    f"other symbols must be given: {' and '.join(f'{other}=...' for other in others)}"
                )
            found.append(_stepped(band, name, rate, formula, unknown))
    given = {name: value for part in stack.parts for name, value in part.values.items()}
    proved = all(answer.inverse is not None and answer.inverse.proved for answer in found)
    forms = tuple((band.size, None) for band in bands)
    judges = ("kernel",) if proved else ()
    return Solution(stack.name, unknown, of, None, given, proved, judges, (), tuple(found), target, particular, forms)


def _stepped(band: Band, dtype: str | None, rate: Fraction | None, formula: Formula, unknown: str) -> Answer:
    """One answer of a step function: the values that meet the target, and both sides of the edge of what fits."""
    found = inverse(formula, unknown, band.low, band.high, open_end=band.low != band.high)
    whole = symbols.lookup(unknown).whole

    def at(value: int | None) -> Neighbour | None:
        if value is None or not symbols.lookup(unknown).admits(value):
            return None
        total = Fraction(formula.evaluate({unknown: value}))
        return Neighbour(value, total, (total / band.size.bytes - 1) * 100)

    best, beyond = at(found.best), at(found.beyond)
    below, above = _sorted(best, beyond)
    met = at(found.equal[0].start) if found.equal and whole else None
    exact = (
        Fraction(found.equal[0].start) if len(found.equal) == 1 and found.equal[0].end == found.equal[0].start else None
    )
    return Answer(band.size, dtype, rate, None, exact, met, below, above, inverse=found)


def _sorted(*sides: Neighbour | None) -> tuple[Neighbour | None, Neighbour | None]:
    """The sides of an edge, the lesser value first."""
    best, beyond = sides
    if best is not None and beyond is not None and beyond.value < best.value:
        return beyond, best
    return best, beyond


def _quantity(stack: Stack, of: str, *, batch: int | None, tp: int | None = None) -> Formula:
    formula = quantity(stack, of, tp=tp)
    if of != "growth":
        formula = (named("batch") if batch is None else Formula.of(batch)) * formula if batch != 1 else formula
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
    hint = "; write --of stored or --of peak" if unknown in ("n_tokens", "batch") and of == "growth" else ""
    return f"--for must name a symbol of the {of} of {stack.name}, {unknown} is none; it has {has}{hint}"


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


MOST_CHANGE = 512


def _changed(answer: Answer, general: Formula, given: Mapping[str, Formula], wanted: str) -> Answer:
    """The answer with the least change of a given whole number that would make a fraction whole."""
    if answer.exact is None or answer.whole is not None or (answer.below is None and answer.above is None):
        return answer
    at: dict[str, int | Fraction] = {n: v.evaluate({}) for n, v in given.items() if not v.names}
    at |= {wanted: answer.target.bytes, "batch": 1}
    at |= {} if answer.bytes_per_element is None else {"bytes_per_element": answer.bytes_per_element}
    if not set(general.names) <= set(at):
        return answer
    found: list[tuple[Fraction, Change]] = []
    for name in given:
        known = symbols.lookup(name)
        if name not in general.names or not known.whole:
            continue
        old = int(at[name])
        for step in range(1, MOST_CHANGE):
            values = [v for v in (old - step, old + step) if known.admits(v)]
            hits = [(v, Fraction(general.evaluate({**at, name: v}))) for v in values]
            whole = [(v, int(x)) for v, x in hits if x.denominator == 1 and x >= 1]
            if whole:
                found.append((Fraction(step, old), Change(name, old, *whole[0])))
                break
    return replace(answer, change=min(found, key=lambda pair: pair[0])[1]) if found else answer


def _explained(unknown: str, exact: Fraction, size: Size, below: Neighbour | None, above: Neighbour | None) -> str:
    """Why there is no whole answer, with what the neighbours give."""
    sides = [f"{side.value} gives {rational(side.bytes)} B" for side in (below, above) if side is not None]
    reason = f"{unknown} = {rational(exact)} meets {decimal(size.bytes)} B exactly, but must be whole"
    return f"{reason}: {', '.join(sides)}"
