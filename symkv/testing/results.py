"""What a function that counts bytes gave back, as an exact number or as none."""

from __future__ import annotations

import operator
from fractions import Fraction
from typing import Any

from symkv import symbols
from symkv.errors import BadInput
from symkv.proof.evaluator import Number
from symkv.units import human_bytes
from symkv.units import shown as number_shown


def in_bytes(value: Number) -> str:
    """Bytes for people, of any size."""
    return human_bytes(value) if -(10**40) < value < 10**40 else f"{number_shown(value)} B"


def number_of(value: Any) -> Number | None:
    """An exact number as int or Fraction; None for a float, a truth value or anything else."""
    if isinstance(value, bool | float):
        return None
    if isinstance(value, int | Fraction):
        return value
    try:
        return operator.index(value)  # whole numbers of numpy and the like
    except TypeError:
        return None


def exact(name: str, value: Any) -> Fraction:
    """The value of a symbol; `BadInput` for what is not exact or not in its domain."""
    number = number_of(value)
    if number is None:
        raise BadInput(f"{name} must be an exact number, got {type(value).__name__}; give an int or a Fraction")
    known = symbols.find(name)
    return known.require(Fraction(number)) if known else Fraction(number)
