"""Algebra in tests: assertions on formulas, LaTeX, derivations and on functions that count bytes.

A failure says what is wrong: both normal forms, the difference, the counterexample in numbers, and the mistake that it
resembles. `symkv.testing.strategies` draws shapes and configs for Hypothesis; `pytest --symkv` collects derivations,
claims and annotated papers as test items.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from symkv.testing.asserting import assert_derivation, assert_equal, assert_holds, assert_refuted, assert_tex
    from symkv.testing.counting import assert_bytes

__all__ = ["assert_bytes", "assert_derivation", "assert_equal", "assert_holds", "assert_refuted", "assert_tex"]

# loaded when they are asked for: pytest loads this package at its start, for the plugin beside it
_PLACES = dict.fromkeys(__all__, "symkv.testing.asserting") | {"assert_bytes": "symkv.testing.counting"}


def __getattr__(name: str) -> Any:
    if name in _PLACES:
        return getattr(importlib.import_module(_PLACES[name]), name)
    raise AttributeError(f"module 'symkv.testing' has no attribute {name!r}")
