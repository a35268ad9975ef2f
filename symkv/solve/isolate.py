"""One unknown isolated by sympy over the positive reals, and the proof that the closed form is right."""

from __future__ import annotations

import ast

from symkv.errors import JudgesDisagree, Undecided
from symkv.formula import Formula, Relation, symbol
from symkv.proof.judges import Judgement, judge
from symkv.proof.kernel import RATIO, Domain


def isolate(formula: Formula, unknown: str, target: str | Formula) -> Formula:
    """The formula for `unknown` that follows from target = formula, found by sympy over the positive reals.

    `target` is the name of a symbol, or a formula.

    Raises `Undecided` where the unknown stands inside min, max, ceil, floor, mod or a condition.

    >>> str(isolate(Formula.parse("2*d_head*n_kv_heads"), "n_kv_heads", "bytes_per_token"))
    'bytes_per_token/(2*d_head)'
    """
    import sympy

    from symkv.formula.sympy_reading import from_sympy, sympy_symbol

    sides = [formula.tree] if isinstance(target, str) else [formula.tree, target.tree]
    steps = (node for side in sides for node in ast.walk(side) if isinstance(node, ast.Call | ast.IfExp))
    if any(unknown in Formula(node).names for node in steps):
        raise Undecided(
            f"{unknown} stands inside a step of {formula}; a closed form needs it outside of min, max, ceil and floor, "
            "so give it a value and solve for another symbol"
        )
    free = sympy.Dummy(unknown, positive=True)
    expression = formula.sympy.subs(sympy_symbol(unknown), free)
    wanted = sympy_symbol(target) if isinstance(target, str) else target.sympy.subs(sympy_symbol(unknown), free)
    roots = sympy.solve(sympy.Eq(expression, wanted), free)
    if len(roots) != 1:
        raise Undecided(f"{unknown} must have one positive value for a closed form, {formula} gives {len(roots)}")
    return Formula(from_sympy(sympy.factor(roots[0])))


def proof_of(formula: Formula, unknown: str, target: str, closed_form: Formula) -> Judgement:
    """The judgement that the closed form follows from target = formula, and that putting it back gives the target.

    A closed form that is refuted is a bug and raises `JudgesDisagree`.
    """
    equation = Relation(symbol(target), "=", formula)
    follows = judge(Relation(symbol(unknown), "=", closed_form), (equation,), declared=_real(unknown))
    back = judge(
        Relation(formula.substitute({unknown: closed_form}), "=", symbol(target)), declared=_real(target), second=False
    )
    for verdict in (follows, back):
        if verdict.verdict == "refuted":
            raise JudgesDisagree(f"{unknown} = {closed_form} does not solve {equation}: {verdict.counterexample}")
    return follows if back.verdict == "proved" else back


def _real(name: str) -> dict[str, Domain]:
    return {name: RATIO}  # solved over the positive reals; wholeness is judged afterwards
