"""Why a printed value is not as expected: both values, their ratio, and the mistake that it resembles."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction

from symkv.derivations.values import CheckedClaim
from symkv.proof.misprints import number_mistake
from symkv.units import decimal, shown

__all__ = ["claim_hint", "claim_lines"]

_NUMBER = re.compile(r"([\d,]+)(?:\.(\d+))?", re.ASCII)


def claim_lines(found: CheckedClaim, place: str) -> list[str]:
    """The lines that say what is wrong with a claim; its note and its cause as they are written down."""
    claim = found.claim
    lines = [f"{place}: {found.problem or found.verdict}"]
    lines += [f"  printed  {claim.printed}"] if claim.printed else []
    lines += [f"  exactly  {shown(found.value)}"] if found.value is not None else []
    if found.ratio is not None and found.ratio != 1:
        lines.append(f"  printed/exact = {shown(found.ratio)} (about {decimal(found.ratio, 4)})")
    lines += [f"  source   {claim.source}"] if claim.source else []
    lines += [f"  cause    {claim.cause}"] if claim.cause else []
    hint = claim_hint(found)
    return [*lines, f"  hint: {hint}"] if hint else lines


def claim_hint(found: CheckedClaim) -> str:
    """The mistake that a claim which differs resembles, "" for none."""
    if found.verdict != "differs" or found.value is None or found.ratio is None:
        return ""
    match = _NUMBER.search(found.claim.printed)
    if match is None or found.value <= 0:
        return ""
    number = Fraction(match[0].replace(",", ""))
    printed = found.value * found.ratio
    half = printed / number / (2 * 10 ** len(match[2] or "")) if number else Fraction(0)
    return number_mistake(found.value, printed - half, printed + half, _numbers(found.claim.given))


def _numbers(given: Mapping[str, object]) -> dict[str, Fraction]:
    """The inputs of a claim that are exact numbers."""
    found: dict[str, Fraction] = {}
    for name, value in given.items():
        try:
            found[name] = Fraction(str(value))
        except (ValueError, ZeroDivisionError):
            continue
    return found
