"""What a plain Python function computes, as a formula: it is called with symbols in place of numbers.

Arithmetic, `//`, `%`, `math.ceil`, `math.floor`, and `min` and `max` in the function itself are read as they are. A
function that looks at its values (an `if`, `int()`, `min` in a function that it calls) has no formula, and is refused.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Hashable, Iterable, Mapping
from fractions import Fraction
from types import FunctionType
from typing import Any, NoReturn, cast

from symkv import formula as language
from symkv import symbols
from symkv.errors import BadInput, SymkvError
from symkv.formula import Formula, ceil, floor, mod, symbol

_COMPARES = "a symbol has no value to compare; take min and max from symkv.formula, or test with numbers (assert_bytes)"


class _Traced(Formula):
    """A formula that also takes part in the arithmetic of Python that formulas of the language have no sign for."""

    def _join(self, op: Any, other: Any, *, swap: bool = False) -> Formula:
        if isinstance(other, float):
            raise BadInput(f"a formula takes exact numbers, {other!r} is a float; write Fraction('{other!r}')")
        found = super()._join(op, other, swap=swap)
        return found if found is NotImplemented else _Traced(found.tree)

    def __radd__(self, other: Any) -> Formula:
        return super().__radd__(other)

    def __rsub__(self, other: Any) -> Formula:
        return super().__rsub__(other)

    def __rmul__(self, other: Any) -> Formula:
        return super().__rmul__(other)

    def __rtruediv__(self, other: Any) -> Formula:
        return super().__rtruediv__(other)

    def __neg__(self) -> Formula:
        return _Traced(super().__neg__().tree)

    def __pos__(self) -> Formula:
        return self

    def __pow__(self, exponent: int) -> Formula:
        return _Traced(super().__pow__(exponent).tree)

    def __floordiv__(self, other: Any) -> Formula:
        return _Traced(floor(self / other).tree)

    def __rfloordiv__(self, other: Any) -> Formula:
        return _Traced(floor(other / self).tree)

    def __mod__(self, other: Any) -> Formula:
        return _Traced(mod(self, other).tree)

    def __rmod__(self, other: Any) -> Formula:
        return _Traced(mod(Formula.of(other), self).tree)

    def __ceil__(self) -> Formula:
        return _Traced(ceil(cast(Formula, self)).tree)

    def __floor__(self) -> Formula:
        return _Traced(floor(cast(Formula, self)).tree)

    def _looked_at(self, *_: Any) -> NoReturn:
        raise BadInput(_COMPARES)

    __lt__ = __le__ = __gt__ = __ge__ = __bool__ = __int__ = __float__ = __index__ = __round__ = __abs__ = _looked_at

    def __eq__(self, other: object) -> bool:
        raise BadInput(_COMPARES)

    __hash__ = Formula.__hash__


def word_of(parameter: str, names: Mapping[str, str] | None = None) -> str:
    """The symbol that a parameter stands for: what `names` says, else the table's word for a config.json field name.

    >>> word_of("num_key_value_heads"), word_of("dtype_bytes", {"dtype_bytes": "bytes_per_element"})
    ('n_kv_heads', 'bytes_per_element')
    """
    given = (names or {}).get(parameter, parameter)
    known = symbols.find(given)
    return known.name if known else given


def parameters(function: Callable[..., Any], names: Mapping[str, str] | None = None) -> dict[str, inspect.Parameter]:
    """The parameters of a function by the symbol that each stands for; `BadInput` for *args and **kwargs."""
    try:
        found = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        raise BadInput(f"a function must have a signature, {shown(function)} has none; wrap it in a def") from None
    words: dict[str, inspect.Parameter] = {}
    for parameter in found:
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            raise BadInput(f"a function must name its parameters, {shown(function)} has *{parameter.name}; wrap it")
        word = word_of(parameter.name, names)
        if word in words:
            raise BadInput(f"a symbol must stand for one parameter of {shown(function)}, {word} stands for two")
        words[word] = parameter
    unknown = sorted(set(names or {}) - {parameter.name for parameter in found})
    if unknown:
        raise BadInput(f"`names` must name parameters of {shown(function)}, {unknown[0][:40]!r} is none")
    return words


def traced(function: Callable[..., Any], names: Mapping[str, str] | None = None) -> Formula:
    """The formula that a plain function computes; a parameter with a default keeps it.

    Raises `BadInput` for a function that is not arithmetic on its arguments, or that raises.

    >>> def blocks(n_tokens, block_size):
    ...     return -(-n_tokens // block_size) * block_size
    >>> str(traced(blocks))
    '-floor(-n_tokens/block_size)*block_size'
    """
    positional, named = [], {}
    for word, parameter in parameters(function, names).items():
        if parameter.default is parameter.empty:
            value = _Traced(symbol(word).tree)
            if parameter.kind is parameter.KEYWORD_ONLY:
                named[parameter.name] = value
            else:
                positional.append(value)
        elif parameter.kind is parameter.POSITIONAL_ONLY:
            positional.append(parameter.default)
        else:
            named[parameter.name] = parameter.default
    try:
        result = _with_extremes(function)(*positional, **named)
    except SymkvError as problem:
        raise BadInput(f"{shown(function)} can't be read as a formula: {problem.message}") from None
    except Exception as problem:
        told = " ".join(f"{type(problem).__name__}: {problem}".split())[:200]
        raise BadInput(
            f"{shown(function)} must be arithmetic on its arguments, with symbols it raised {told}"
        ) from None
    if isinstance(result, Formula):
        return Formula.parse(str(result))  # the bounds of the language hold for what a loop builds too
    if isinstance(result, int | Fraction) and not isinstance(result, bool):
        return Formula.of(result)
    raise BadInput(f"{shown(function)} must return an exact number or a formula, got {type(result).__name__}")


def _with_extremes(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, with min and max, and the functions of the language, replaced by ones that go on tracing."""
    if not isinstance(function, FunctionType):
        return function
    around = dict(function.__globals__)
    for name in function.__code__.co_names:
        known = around.get(name, _BUILT_IN.get(name))
        if isinstance(known, Hashable) and known in _TRACING:
            around[name] = _TRACING[known]
    twin = FunctionType(function.__code__, around, function.__name__, function.__defaults__, function.__closure__)
    twin.__kwdefaults__ = function.__kwdefaults__
    return twin


def _tracing(name: str, plain: Callable[..., Any], of_formulas: Callable[..., Any]) -> Callable[..., Any]:
    def call(*values: Any, **options: Any) -> Any:
        every = tuple(values[0]) if len(values) == 1 and isinstance(values[0], Iterable) else values
        if not any(isinstance(value, Formula) for value in every):
            return plain(*values, **options)
        if options:
            raise BadInput(f"{name} of symbols takes no {next(iter(options))}")
        if name in ("min", "max") and len(every) == 1:
            return every[0]
        return _Traced(of_formulas(*every).tree)

    return call


_BUILT_IN: dict[str, Any] = {"min": min, "max": max}
_TRACING: dict[Any, Callable[..., Any]] = {
    plain: _tracing(known.__name__, plain, known)
    for plain, known in (
        (min, language.min),
        (max, language.max),
        *((known, known) for known in (language.min, language.max, ceil, floor, mod, language.sqrt)),
    )
}


def shown(function: object) -> str:
    """The name of a function for messages."""
    return f"{getattr(function, '__name__', type(function).__name__)}()"[:60]
