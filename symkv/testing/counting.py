"""`assert_bytes`: a function that counts bytes, held against the true formula at many shapes, in exact numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from inspect import Parameter
from typing import Any

from symkv import symbols
from symkv.errors import BadInput, SymkvError
from symkv.formula import Formula, Relation
from symkv.proof.evaluator import Number
from symkv.proof.hints import likely_mistake
from symkv.proof.judges import domains_for
from symkv.proof.misprints import number_mistake
from symkv.proof.search import prove_with_split
from symkv.proving import as_relation, listed
from symkv.testing.quiet import quiet
from symkv.testing.results import exact, in_bytes, number_of
from symkv.testing.shapes import OF_A_BATCH, Shapes, Truth
from symkv.tracing import parameters, shown, traced, word_of
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
        _compare_function(_Function(counted, names or {}, fixed, truth, conditions), points)
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


@dataclass(frozen=True)
class _Function:
    """A function that counts bytes, what is fixed of its arguments, and the truth that it is held against."""

    call: Callable[..., Any]
    names: Mapping[str, str]
    fixed: Mapping[str, Any]
    truth: Truth
    where: tuple[Relation, ...]

    def __post_init__(self) -> None:
        known = {*self.truth.formula.names, *(name for one in self.where for name in one.names)}
        for word, parameter in self.words.items():
            open_ = parameter.default is parameter.empty and word not in self.fixed
            if open_ and word not in known and symbols.find(word) is None:
                raise BadInput(
                    f"the parameter {word} of {shown(self.call)} must stand for a symbol: name one of "
                    f"{', '.join(self.truth.formula.names)} in `names`, fix it in `given`, or tie it in `where`"
                )
        known |= {*self.words, *self.truth.given}
        unused = [name for name in self.fixed if name not in known]
        if unused:
            raise BadInput(f"`given` must name a symbol of {self.truth.name} or a parameter, {unused[0]!r} is neither")

    @cached_property
    def words(self) -> dict[str, Parameter]:
        """The parameters by the symbol that each stands for."""
        return parameters(self.call, self.names)

    def shapes(self) -> Shapes:
        """The shapes at which it is called."""
        numbers = {name: value for name, value in self.fixed.items() if name in self.truth.formula.names}
        ties = [Relation(Formula.parse(name), "=", Formula.of(exact(name, value))) for name, value in numbers.items()]
        open_ = [word for word in self.words if self._varies(word)]
        return Shapes(self.truth, open_, (*self.where, *ties))

    def _varies(self, word: str) -> bool:
        """Whether a parameter is given the value of a symbol; one with a default only if the formula has it."""
        if word in self.fixed:
            return word in self.truth.formula.names
        parameter = self.words[word]
        return parameter.default is parameter.empty or word in self.truth.formula.names

    def at(self, point: Mapping[str, Number]) -> Any:
        """What the function gives at a point."""
        positional, named = [], {}
        for word, parameter in self.words.items():
            if self._varies(word):
                value: Any = point[word]
            elif word in self.fixed:
                value = self.fixed[word]
            else:
                continue
            if parameter.kind is parameter.POSITIONAL_ONLY:
                positional.append(value)
            else:
                named[parameter.name] = value
        return self.call(*positional, **named)


def _compare_function(function: _Function, count: int) -> None:
    shapes = function.shapes()
    shapes.require_some()
    for point in shapes.points(count):
        if _is_wrong(function, point):
            raise _failure(function, shapes, _shrunk(function, shapes, point))


def _is_wrong(function: _Function, point: Mapping[str, Number]) -> bool:
    kind, got = _outcome(function, point)
    return kind != "number" or got != function.truth.formula.evaluate(point)


def _shrunk(function: _Function, shapes: Shapes, point: Mapping[str, Number]) -> Mapping[str, Number]:
    """A smaller point at which the function is wrong in the same way: a wrong number, or no number at all."""
    kind = _outcome(function, point)[0]
    left, changed = SHRINKING, True
    while changed and left > 0:
        changed = False
        start = shapes.start_of(point)
        for name in shapes.region.free if start is not None else ():
            for value in _smaller(start[name]) if start is not None else ():
                left -= 1
                trial = shapes.at({**(start or {}), name: value})
                if trial is not None and _outcome(function, trial)[0] == kind and _is_wrong(function, trial):
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


def _outcome(function: _Function, point: Mapping[str, Number]) -> tuple[str, Any]:
    """(kind, what): a number, another thing that was returned, or an error."""
    try:
        got = function.at(point)
    except Exception as problem:
        return type(problem).__name__, problem
    number = number_of(got)
    return ("number", number) if number is not None else (type(got).__name__, got)


def _failure(function: _Function, shapes: Shapes, point: Mapping[str, Number]) -> AssertionError:
    truth, name = function.truth, shown(function.call)
    kind, got = _outcome(function, point)
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
    read = _as_formula(function)
    lines += [f"  as written:   {read}"] if read is not None else []
    hint = _hint(function, shapes, read) if kind == "number" else _float_hint(function, shapes, read, kind)
    lines += [f"  hint: {hint}"] if hint else []
    failure = AssertionError("\n".join(lines))
    failure.__cause__ = got if isinstance(got, Exception) else None
    return failure


def _as_formula(function: _Function) -> Formula | None:
    """What the function computes, where it can be called with symbols and nothing but numbers is fixed."""
    try:
        numbers = {name: exact(name, value) for name, value in function.fixed.items()}
        found = traced(function.call, function.names)
    except SymkvError:
        return None
    return found.substitute({n: value for n, value in numbers.items() if n not in function.truth.formula.names})


def _float_hint(function: _Function, shapes: Shapes, read: Formula | None, kind: str) -> str:
    """That only `/` is wrong, where the function is right as a formula."""
    if kind != "float" or read is None:
        return ""
    relation = Relation(function.truth.formula, "=", read)
    try:
        right = prove_with_split(relation, shapes.where, domains_for((relation, *shapes.where), shapes.domains))
    except SymkvError:
        return ""
    return "as a formula it is right, but / makes a float; use // where it divides, or Fraction" if right else ""


def _hint(function: _Function, shapes: Shapes, read: Formula | None) -> str:
    name = shown(function.call)
    if read is not None:
        relation = Relation(function.truth.formula, "=", read)
        found = likely_mistake(relation, shapes.where, shapes.domains, suspect="right")
        if found:
            return found.replace("the right side", name, 1)
    told: list[str] = []
    for point in shapes.points(60):
        value, (kind, got) = Fraction(function.truth.formula.evaluate(point)), _outcome(function, point)
        if kind == "number" and got != value and all(size > 1 for size in point.values()):
            told.append(number_mistake(value, got, got, dict(point)))
    lone = set(told) if len(told) > 2 else {""}
    return lone.pop().replace("the printed number", name) if len(lone) == 1 else ""
