"""`assert_bytes`: a function that counts bytes, held against the true formula at many shapes, in exact numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from symkv.errors import BadInput
from symkv.formula import Relation
from symkv.proof.evaluator import Number
from symkv.proof.misprints import number_mistake
from symkv.proving import as_relation, listed
from symkv.testing.advice import advice
from symkv.testing.calling import Counted
from symkv.testing.quiet import quiet
from symkv.testing.results import exact, in_bytes, number_of
from symkv.testing.shapes import OF_A_BATCH, Shapes, Truth
from symkv.tracing import parameters, shown, word_of
from symkv.units import shown as number_shown

__all__ = ["assert_bytes"]

POINTS = 300
SHRINKING = 300


@quiet
def assert_bytes(
    counted: Callable[..., Any] | int | Fraction,
    what: object,
    quantity: str = "stored",
    *,
    given: Mapping[str, Any] | None = None,
    where: Sequence[str | Relation] = (),
    names: Mapping[str, str] | None = None,
    dtype: str | None = None,
    tp: int | None = None,
    points: int = POINTS,
) -> None:
    """Fail unless a function gives the bytes that a variant, stack or model holds, at many shapes and exactly.

    `what` is a variant, a model or stack as `symkv size` takes it, a config dict, or an object of those; `quantity` is
    stored, read, written, peak, growth, ... The function is called with whole numbers by its parameters, which stand
    for symbols by word, by config.json field, or as `names` says; with a parameter for the batch, all sequences count.
    `given` fixes arguments, `where` ties symbols that the formula does not have ("hidden_size = n_heads*d_head"),
    `dtype` sets the number format. A number instead of a function is compared at `given`.

    Raises `BadInput` for a parameter that stands for nothing. A function that returns a float fails: bytes are exact.

    >>> def kv_cache_bytes(num_layers, num_kv_heads, head_dim, seq_len, itemsize):
    ...     return 2 * num_layers * num_kv_heads * head_dim * seq_len * itemsize
    >>> assert_bytes(kv_cache_bytes, "gqa", names={
    ...     "num_layers": "n_layers", "num_kv_heads": "n_kv_heads", "seq_len": "n_tokens",
    ...     "itemsize": "bytes_per_element"})
    >>> assert_bytes(70272, "deepseek-v3", "growth", dtype="bf16")
    """
    _require_kinds(given, names, points)
    fixed = {word_of(name, names): value for name, value in (given or {}).items()}
    conditions = tuple(as_relation(condition) for condition in listed(where))
    batch = "batch" in (parameters(counted, names) if callable(counted) else fixed) and quantity in OF_A_BATCH
    numbers = {name: value for name, value in fixed.items() if tp is not None and number_of(value) is not None}
    truth = Truth.of(what, quantity, dtype=dtype, tp=tp, batch=batch, values=numbers)
    if callable(counted):
        _compare_function(Counted(counted, names or {}, fixed, truth, conditions), points)
    else:
        _compare_number(counted, truth, fixed)


def _require_kinds(given: object, names: object, points: object) -> None:
    """`BadInput` for an argument of another kind, before anything is done with it."""
    for word, value in (("given", given), ("names", names)):
        if value is not None and not isinstance(value, Mapping):
            raise BadInput(f"`{word}` must be a dict by parameter, got {type(value).__name__}")
    if not isinstance(points, int) or points < 1:
        raise BadInput(f"`points` must be a whole number from 1 on, got {ascii(points)[:40]}")


def _compare_number(counted: Any, truth: Truth, fixed: Mapping[str, Any]) -> None:
    values = {name: exact(name, value) for name, value in fixed.items()}
    missing = [name for name in truth.formula.names if name not in values]
    if missing:
        raise BadInput(f"a number is compared at one shape, {', '.join(missing)} is open; give it in `given`")
    value = truth.formula.evaluate(values)
    got = exact("the number", counted)
    if got != value:
        hint = number_mistake(value, got, got, values)
        told = [
            f"{truth.name} has {in_bytes(value)} {truth.quantity}, not {in_bytes(got)}",
            f"  formula: {truth.formula}",
            *([f"  hint: {hint.replace('the printed number', 'the number')}"] if hint else []),
        ]
        raise AssertionError("\n".join(told))


def _compare_function(function: Counted, count: int) -> None:
    shapes = function.shapes()
    shapes.require_some()
    for point in shapes.points(count):
        if function.is_wrong(point):
            raise _failure(function, shapes, _shrunk(function, shapes, point))


def _shrunk(function: Counted, shapes: Shapes, point: Mapping[str, Number]) -> Mapping[str, Number]:
    """A smaller point at which the function is wrong in the same way: a wrong number, or no number at all."""
    kind = function.outcome(point)[0]
    left, changed = SHRINKING, True
    while changed and left > 0:
        changed = False
        start = shapes.start_of(point)
        for name in shapes.region.free if start is not None else ():
            for value in _smaller(start[name]) if start is not None else ():
                left -= 1
                trial = shapes.at({**(start or {}), name: value})
                if trial is not None and function.outcome(trial)[0] == kind and function.is_wrong(trial):
                    if _size(trial) < _size(point):
                        point, changed = trial, True
                        break
            if changed:
                break
    return point


def _size(point: Mapping[str, Number]) -> tuple[Fraction, int]:
    return Fraction(sum(point.values())), sum(value.denominator != 1 for value in point.values())


def _smaller(value: Number) -> list[Number]:
    """Smaller values, the simplest first, then closer and closer to the value."""
    size = int(value)
    tried = (0, 1, 2, 3, 4, size // 2, *(size - size // step for step in (4, 8, 16, 64, 256)), size - 1)
    return [*dict.fromkeys(number for number in tried if 0 <= number < value)]


def _failure(function: Counted, shapes: Shapes, point: Mapping[str, Number]) -> AssertionError:
    truth, name = function.truth, shown(function.call)
    kind, got = function.outcome(point)
    value = truth.formula.evaluate(point)
    at = ", ".join(f"{word} = {number_shown(size)}" for word, size in point.items())
    if kind == "number":
        head = f"{name} is not what {truth.name} has {truth.quantity}"
        shown_got = in_bytes(got)
    elif isinstance(got, Exception):
        head = f"{name} raises {kind}: {' '.join(str(got).split())[:200]}"
        shown_got = f"raised {kind}"
    else:
        head = f"{name} must return an exact number, it returned a {kind}"
        shown_got = f"{ascii(got)[:60]} ({kind}: bytes are exact, return an int or a Fraction)"
    lines = [
        head,
        f"  at {at or 'every shape'}",
        f"    {name} gives {shown_got}",
        f"    {truth.quantity} of {truth.name} is {in_bytes(value)}",
        f"  true formula: {truth.formula}",
    ]
    lines += [f"  under {condition}" for condition in shapes.where]
    lines += [f"  as written:   {function.formula}"] if function.formula is not None else []
    hint = advice(function, shapes, point)
    lines += [f"  hint: {hint}"] if hint else []
    failure = AssertionError("\n".join(lines))
    failure.__cause__ = got if isinstance(got, Exception) else None
    return failure
