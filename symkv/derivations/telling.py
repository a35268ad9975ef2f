"""How much the proved steps say: which are more than a change of order, which go beyond rational algebra."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence

from symkv.derivations.checking import Checked, CheckedStep
from symkv.formula import Relation
from symkv.formula.tree import chain

_STEPPED = (ast.Call, ast.IfExp)  # min, max, ceil, floor, mod, sqrt, and cases


def telling(checked: Sequence[Checked]) -> dict[str, int]:
    """Counts of proved steps: all, those not equal up to the order of factors and terms, those with a min, max,
    ceil, floor, mod or root, an inequality or a limit."""
    proved = [(one, step) for one in checked for step in one.steps if step.verdict == "proved"]
    beyond = [step for one, step in proved if not _reordered(step, {s.step.id: s.relation for s in one.steps})]
    return {
        "proved": len(proved),
        "beyond_reordering": len(beyond),
        "stepped_bounded_or_limit": sum(_stepped(step) for step in beyond),
    }


def _stepped(step: CheckedStep) -> bool:
    sides = (step.relation.lhs.tree, step.relation.rhs.tree)
    return (
        bool(step.step.over)
        or step.relation.sign not in ("=", "!=")
        or any(isinstance(node, _STEPPED) for side in sides for node in ast.walk(side))
    )


def _reordered(step: CheckedStep, relations: Mapping[str, Relation]) -> bool:
    """Whether both sides are written alike but for order, an earlier definition of the left side being put in."""
    if step.relation.sign != "=" or step.step.over:
        return False
    right = _sorted(step.relation.rhs.tree)
    lefts = [step.relation.lhs.tree]
    if isinstance(lefts[0], ast.Name):
        used = [relations[name] for name in step.step.uses if name in relations]
        lefts += [one.rhs.tree for one in used if one.sign == "=" and str(one.lhs) == str(step.relation.lhs)]
    return right in {_sorted(left) for left in lefts}


def _sorted(node: ast.expr) -> str:
    """The tree as text with the terms of each sum and the factors of each product in one order."""
    if isinstance(node, ast.BinOp) and not isinstance(node.op, ast.Pow):
        first, steps = chain(node)
        products: list[list[str]] = [[_sorted(first)]]
        for step in steps:
            factor = _sorted(step.right)
            if isinstance(step.op, ast.Add | ast.Sub):
                products.append([factor if isinstance(step.op, ast.Add) else f"-{factor}"])
            else:
                products[-1].append(factor if isinstance(step.op, ast.Mult) else f"/{factor}")
        return f"({_joined(products)})"
    if isinstance(node, ast.BinOp):
        return f"({_sorted(node.left)}**{_sorted(node.right)})"
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return f"{node.func.id}({','.join(_sorted(arg) for arg in node.args)})"
    return ast.unparse(node)


def _joined(products: Iterable[list[str]]) -> str:
    return " + ".join(sorted(" ".join(sorted(factors)) for factors in products))
