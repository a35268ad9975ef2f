"""A function that counts bytes, ready to be called at the points of a space of shapes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from inspect import Parameter
from typing import Any

from symkv import symbols
from symkv.errors import BadInput, SymkvError
from symkv.formula import Formula, Relation
from symkv.proof.evaluator import Number
from symkv.testing.results import exact, number_of
from symkv.testing.shapes import Shapes, Truth
from symkv.tracing import parameters, shown, traced

__all__ = ["Counted"]


@dataclass(frozen=True)
class Counted:
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

    def outcome(self, point: Mapping[str, Number]) -> tuple[str, Any]:
        """(kind, what) at a point: a number, another thing that was returned, or an error."""
        try:
            got = self.at(point)
        except Exception as problem:
            return type(problem).__name__, problem
        number = number_of(got)
        return ("number", number) if number is not None else (type(got).__name__, got)

    def is_wrong(self, point: Mapping[str, Number]) -> bool:
        """Whether it gives anything but the true number there."""
        kind, got = self.outcome(point)
        return kind != "number" or got != self.truth.formula.evaluate(point)

    @cached_property
    def formula(self) -> Formula | None:
        """What it computes, where it can be called with symbols and nothing but numbers is fixed."""
        try:
            numbers = {name: exact(name, value) for name, value in self.fixed.items()}
            found = traced(self.call, self.names)
        except SymkvError:
            return None
        return found.substitute({name: n for name, n in numbers.items() if name not in self.truth.formula.names})
