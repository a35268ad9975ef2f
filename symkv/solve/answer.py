"""Closed forms for one unknown, judged for wholeness: a fraction is reported as a fraction, never as an empty list."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from symkv.formula import Formula
from symkv.units import Size


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
