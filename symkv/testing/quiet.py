"""Failures that show the test and not the way through symkv: the frames between are left out."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from symkv.errors import SymkvError

P = ParamSpec("P")
T = TypeVar("T")


def quiet(function: Callable[P, T]) -> Callable[P, T]:
    """The function, whose failures and input errors are raised at the line that calls it."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        __tracebackhide__ = True
        try:
            return function(*args, **kwargs)
        except (AssertionError, SymkvError) as problem:
            told = problem.with_traceback(None)
        raise told

    return run
