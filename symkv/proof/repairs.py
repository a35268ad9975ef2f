"""The usual slips in formulas of this field, as a table of edits: what may have been meant at one node of a wrong one.

Nothing here judges: whether the repaired relation is true is for `hints` and the kernel.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from symkv.formula import Formula
from symkv.formula.reader import literal
from symkv.proof.edits import Site, sites
from symkv.proof.factors import CONFUSED, TAKEN_FOR


@dataclass(frozen=True)
class Setting:
    """What an edit may draw on: the names that occur anywhere, and the other side with the assumptions."""

    names: tuple[str, ...]
    others: tuple[ast.expr, ...]


Edit = Callable[[Site, Setting], Iterator[tuple[ast.expr, str]]]  # what is put there, and what was wrong


def _text(node: ast.expr) -> str:
    text = str(Formula(node).text)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _instead(old: ast.expr, new: ast.expr, more: str = "") -> tuple[ast.expr, str]:
    return new, f"uses {_text(old)} where {_text(new)} is meant" + (more and f" ({more})")


def _name(name: str) -> ast.expr:
    return ast.Name(name, ast.Load())


def _mixed_up(site: Site, setting: Setting) -> Iterator[tuple[ast.expr, str]]:
    """A symbol that is used for another in the usual direction."""
    yield from _partners(site, [(meant, more) for (used, meant), more in CONFUSED.items() if _named(site, used)])


def _mixed_back(site: Site, setting: Setting) -> Iterator[tuple[ast.expr, str]]:
    """The same in the other direction."""
    yield from _partners(site, [(used, more) for (used, meant), more in CONFUSED.items() if _named(site, meant)])


def _named(site: Site, name: str) -> bool:
    return isinstance(site.node, ast.Name) and site.node.id == name


def _partners(site: Site, others: list[tuple[str, str]]) -> Iterator[tuple[ast.expr, str]]:
    yield from (_instead(site.node, _name(other), more) for other, more in others)


def _width(site: Site, setting: Setting) -> Iterator[tuple[ast.expr, str]]:
    """hidden_size/n_heads, also rounded down, for d_head."""
    node = site.node
    match node:
        case ast.Call(func=ast.Name(id="floor"), args=[ast.BinOp() as inner]):
            node = inner
    match node:
        case ast.BinOp(left=ast.Name(id=over), op=ast.Div(), right=ast.Name(id=under)):
            for top, bottom, meant in TAKEN_FOR:
                if (over, under) == (top, bottom):
                    yield _instead(site.node, _name(meant))


_KILO = {base**k: other**k for base, other in ((1000, 1024), (1024, 1000)) for k in (1, 2, 3, 4)}


def _kilo(site: Site, setting: Setting) -> Iterator[tuple[ast.expr, str]]:
    match site.node:
        case ast.Constant(value=int(value)) as node if value in _KILO:
            yield _instead(node, literal(_KILO[value]), "kB is not KiB")


_OTHER = {"min": "max", "max": "min", "ceil": "floor", "floor": "ceil"}


def _function(site: Site, setting: Setting) -> Iterator[tuple[ast.expr, str]]:
    match site.node:
        case ast.Call(func=ast.Name(id=name), args=args) if name in _OTHER:
            yield ast.Call(_name(_OTHER[name]), args, []), f"takes {name} where {_OTHER[name]} is meant"


def _unbounded(site: Site, setting: Setting) -> Iterator[tuple[ast.expr, str]]:
    """A value that the other side caps or rounds: S for min(S, W), S/P for ceil(S/P)."""
    here = str(Formula(site.node).text)
    for tree in setting.others:
        for node in ast.walk(tree):
            match node:
                case ast.Call(args=args) if any(str(Formula(arg).text) == here for arg in args):
                    yield _instead(site.node, node)


def _one_off(site: Site, setting: Setting) -> Iterator[tuple[ast.expr, str]]:
    match site.node:
        case ast.Name() as node:
            found: list[ast.expr] = [ast.BinOp(node, op, ast.Constant(1)) for op in (ast.Sub(), ast.Add())]
        case ast.Constant(value=int(value)) if not site.is_factor:
            found = [literal(value - 1), literal(value + 1)]
        case ast.BinOp(left=left, op=(ast.Add() | ast.Sub()), right=ast.Constant(value=1)):
            found = [left]
        case _:
            found = []
    for new in found:
        yield new, f"is off by one: it has {_text(site.node)} where {_text(new)} is meant"


def _sign(site: Site, setting: Setting) -> Iterator[tuple[ast.expr, str]]:
    match site.node:
        case ast.BinOp(left=left, op=(ast.Add() | ast.Sub()) as op, right=right):
            used, meant, other = ("+", "-", ast.Sub()) if isinstance(op, ast.Add) else ("-", "+", ast.Add())
            yield ast.BinOp(left, other, right), f"has {used} where {meant} is meant, before {_text(right)}"
        case ast.UnaryOp(operand=operand):
            yield operand, f"has a minus sign too many, before {_text(operand)}"


def _joined(site: Site, setting: Setting) -> Iterator[tuple[ast.expr, str]]:
    """A sum for a product, a product for a sum, or a difference the wrong way round."""
    match site.node:
        case ast.BinOp(left=left, op=ast.Add(), right=right) as node:
            yield _instead(node, ast.BinOp(left, ast.Mult(), right))
        case ast.BinOp(left=left, op=ast.Mult(), right=right) as node:
            yield _instead(node, ast.BinOp(left, ast.Add(), right))
        case ast.BinOp(left=left, op=ast.Sub(), right=right) as node:
            yield _instead(node, ast.BinOp(right, ast.Sub(), left))


def _inverted(site: Site, setting: Setting) -> Iterator[tuple[ast.expr, str]]:
    match site.node:
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            yield ast.BinOp(right, ast.Div(), left), f"has the ratio {_text(site.node)} upside down"
        case ast.Call(func=ast.Name(id="mod"), args=[left, right]):
            yield _instead(site.node, ast.Call(_name("mod"), [right, left], []))


def _branches(site: Site, setting: Setting) -> Iterator[tuple[ast.expr, str]]:
    strict = {ast.Lt: ast.LtE(), ast.LtE: ast.Lt(), ast.Gt: ast.GtE(), ast.GtE: ast.Gt()}
    match site.node:
        case ast.IfExp(test=ast.Compare(left=left, ops=[op], comparators=right) as test, body=body, orelse=orelse):
            yield ast.IfExp(test, orelse, body), f"has the cases of {_text(site.node)} the wrong way round"
            if type(op) in strict:
                other = ast.IfExp(ast.Compare(left, [strict[type(op)]], right), body, orelse)
                yield _instead(site.node, other, "the edge of the cases is off by one")


def _symbol(site: Site, setting: Setting) -> Iterator[tuple[ast.expr, str]]:
    match site.node:
        case ast.Name(id=name) as node:
            yield from (_instead(node, _name(other)) for other in setting.names if other != name)


def _exponent(site: Site, setting: Setting) -> Iterator[tuple[ast.expr, str]]:
    match site.node:
        case ast.BinOp(left=left, op=ast.Pow(), right=ast.Constant(value=int(power))):
            yield from (_instead(site.node, _raised(left, power + step)) for step in (-1, 1))
        case ast.Name() as node:
            yield _instead(node, _raised(node, 2))


def _raised(base: ast.expr, power: int) -> ast.expr:
    return base if power == 1 else ast.BinOp(base, ast.Pow(), literal(power))


def _twofold(site: Site, setting: Setting) -> Iterator[tuple[ast.expr, str]]:
    yield from _scaled(site, [ast.Constant(2)])


def _factor(site: Site, setting: Setting) -> Iterator[tuple[ast.expr, str]]:
    yield from _scaled(site, [*map(_name, setting.names), ast.Constant(8)])


def _scaled(site: Site, factors: Iterable[ast.expr]) -> Iterator[tuple[ast.expr, str]]:
    """A factor that a term inside the formula lacks or has too many; of the whole side it is found by division."""
    node = site.node
    if site.is_factor or site.up is None:
        return
    own = {_text(part) for part in ast.walk(node) if isinstance(part, ast.Name | ast.Constant)}
    where = f"in {_text(node)}"
    for factor in factors:
        visible = _text(factor) in own
        much = f"has the factor {_text(factor)} too many" if visible else f"lacks the division by {_text(factor)}"
        yield ast.BinOp(node, ast.Div(), factor), f"{much} {where}"
        yield ast.BinOp(node, ast.Mult(), factor), f"lacks the factor {_text(factor)} {where}"


def _compound(site: Site, setting: Setting) -> Iterator[tuple[ast.expr, str]]:
    """A product, sum or function by which something in the other side or the assumptions is multiplied."""
    if site.is_factor:
        return
    where = f" in {_text(site.node)}" if site.up else ""
    for tree in setting.others:
        for other in sites(tree):
            if other.is_factor and isinstance(other.node, ast.BinOp | ast.Call):
                yield ast.BinOp(site.node, ast.Mult(), other.node), f"lacks the factor {_text(other.node)}{where}"


# The special before the general: mix-ups of this field, then slips, then any change of one node that repairs.
MIXED_UP: tuple[Edit, ...] = (_mixed_up, _mixed_back, _width, _kilo)
SLIPS: tuple[Edit, ...] = (_function, _branches, _unbounded, _one_off, _sign, _twofold)
ANY_CHANGE: tuple[Edit, ...] = (_inverted, _symbol, _factor, _joined, _compound, _exponent)
# In an inequality a small change tells, while almost any factor makes one true.
TELLING: tuple[Edit, ...] = (_function, _one_off, _kilo)
