"""sympy's opinion of a limit, by its own algorithm. Runs in a worker.

Rounding is replaced by a number between 0 and 1, and comparisons are decided beyond the given bounds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from symkv.formula import Relation
from symkv.formula.sympy_reading import sympy_symbol, to_sympy
from symkv.proof.domains import Domain


def load() -> None:
    """Import the engine."""
    import sympy  # noqa: F401


def answer(
    statement: Relation,
    assume: Iterable[Relation],
    domains: Mapping[str, Domain],
    *,
    question: str,
    seconds: float = 5.0,
) -> dict[str, Any]:
    """`yes` where the left side tends to the right one; the question names what grows, the assumptions its bounds."""
    import sympy

    over, grows = sympy_symbol(question.removeprefix("limit ")), sympy.Dummy("x", positive=True)
    start = sum((to_sympy(bound.rhs.tree) for bound in assume), sympy.Integer(0))
    value = to_sympy(statement.lhs.tree).subs(over, grows + start)
    value = value.replace(sympy.Mod, lambda left, right: left - right * sympy.floor(left / right))
    parts = []
    for rounded in sorted(value.atoms(sympy.floor, sympy.ceiling), key=sympy.default_sort_key):
        part = sympy.Dummy("t", nonnegative=True)
        parts.append(part)
        value = value.subs(rounded, rounded.args[0] + (-part if isinstance(rounded, sympy.floor) else part))
    found = sympy.limit(sympy.cancel(sympy.together(value)), grows, sympy.oo)
    if not found.free_symbols & {*parts, grows} and sympy.cancel(found - to_sympy(statement.rhs.tree)) == 0:
        return {"says": "yes"}
    return {"says": "unknown", "reason": f"sympy finds {found}"}
