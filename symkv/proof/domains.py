"""What is known of a variable from its declaration, and what the sign of a difference says about a relation."""

from __future__ import annotations

from typing import NamedTuple


class Domain(NamedTuple):
    """What is known of a variable: whole or rational, a lower bound (None: unknown), excluded where `strict`."""

    whole: bool
    lower: int | None
    strict: bool = False


COUNT, NATURAL, RATIO, SLACK = Domain(True, 1), Domain(True, 0), Domain(False, 0, True), Domain(False, 0)
WHOLE, ANY = Domain(True, None), Domain(False, None)


def truth(sign: str, gap: str) -> bool | None:
    """Whether `left sign right` holds when left - right has the sign `gap`; None where that does not follow."""
    if gap == "?":
        return None
    possible = {"0": "0", ">": ">", "<": "<", ">=": "0>", "<=": "0<"}[gap]
    allowed = {"=": "0", "!=": "<>", "<": "<", "<=": "<0", ">": ">", ">=": ">0"}[sign]
    inside = [p in allowed for p in possible]
    return True if all(inside) else False if not any(inside) else None
