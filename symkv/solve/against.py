"""One symbol solved so that a stack has a given share of another's bytes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from symkv import symbols
from symkv.caches import Stack, quantity
from symkv.errors import BadInput, Undecided
from symkv.formula import Formula, Relation
from symkv.formula import symbol as named
from symkv.notebook import display
from symkv.proof.collect import collect
from symkv.proof.judges import judge
from symkv.solve.answer import SOLVABLE
from symkv.solve.isolate import isolate
from symkv.solve.shown import share_html


@dataclass(frozen=True)
class Side:
    """An allowed value next to the exact one, and by how many per cent its bytes miss the share."""

    value: int | Fraction
    miss_percent: Fraction


@dataclass(frozen=True)
class Share:
    """The value of a symbol at which first = ratio * second; whole values beside it where it is none."""

    first: str
    second: str
    symbol: str
    of: str
    ratio: Fraction
    form: Formula
    judges: tuple[str, ...]
    exact: Fraction | None
    whole: Side | None = None
    below: Side | None = None
    above: Side | None = None

    def _repr_latex_(self) -> str:
        return display(Relation(named(self.symbol), "=", self.form).latex)

    def _repr_html_(self) -> str:
        return share_html(self)


def solve_against(
    stack: Stack,
    other: Stack,
    *,
    symbol: str,
    ratio: Fraction = Fraction(1),
    of: str = "growth",
    tokens: int | None = None,
) -> Share:
    """Solve for one symbol so that a quantity of `stack` is `ratio` times that of `other`, exactly and proved.

    Raises `BadInput` for a symbol that the first does not have, `Undecided` where it has no closed form.

    >>> from symkv.variants import variant
    >>> gqa, mha = Stack.of(variant("gqa")), Stack.of(variant("mha"))
    >>> half = solve_against(gqa, mha, symbol="n_kv_heads", ratio=Fraction(1, 2))
    >>> str(half.form), half.judges  # the heads of grouped queries that halve the cache
    ('n_heads/2', ('kernel', 'z3'))
    """
    unknown = symbols.lookup(symbol).name
    if of not in SOLVABLE:
        raise BadInput(f"--of must be one of {', '.join(SOLVABLE)}, got {of[:40]!r}")
    left, right = (_quantity(one, of, tokens) for one in (stack, other))
    right = collect(Formula.of(ratio) * right)
    if unknown not in left.names:
        has = ", ".join(left.names) or "no open symbol"
        raise BadInput(f"--for must name a symbol of the {of} of {stack.name}, {unknown} is none; it has {has}")
    form = isolate(left, unknown, right)
    if unknown in form.names:
        raise Undecided(f"{unknown} has no closed form in {left} = {right}")
    proof = judge(Relation(left.substitute({unknown: form}), "=", right.substitute({unknown: form})))
    if proof.verdict != "proved":
        raise Undecided(f"{unknown} = {form} is not proved to solve {left} = {right}")
    exact = Fraction(form.evaluate({})) if not form.names else None
    share = Share(stack.name, other.name, unknown, of, ratio, form, proof.judges, exact)
    return share if exact is None else _judged(share, left, right)


def _quantity(stack: Stack, of: str, tokens: int | None) -> Formula:
    formula = quantity(stack.filled(), of)
    return collect(formula if tokens is None else formula.substitute({"n_tokens": tokens}))


def _judged(share: Share, left: Formula, right: Formula) -> Share:
    known = symbols.lookup(share.symbol)
    assert share.exact is not None

    def at(value: int | Fraction) -> Side | None:
        gap = collect(left.substitute({share.symbol: value}) / right)
        return Side(value, (Fraction(gap.evaluate({})) - 1) * 100) if known.admits(value) and not gap.names else None

    if known.admits(share.exact):
        return replace(share, whole=at(int(share.exact) if known.whole else share.exact))
    floor = share.exact.__floor__()
    return replace(share, below=at(floor), above=at(max(floor + 1, known.lower)))
