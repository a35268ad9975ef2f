"""The false-making edits: a table from the name of an operator to the replacements that it makes for one node.

An edit hits one node of a tree (a place), the special operators before the general ones; whether the edited statement
is false is for the judges, not for this table.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from symkv.formula import Formula
from symkv.formula.reader import MAX_EXPONENT, literal
from symkv.proof.kernel import Domain

# -- places in a tree ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Site:
    """A node of a tree with the way back up to the root."""

    node: ast.expr
    up: Site | None = None
    slot: int = 0

    @property
    def parent(self) -> ast.expr | None:
        """The node above, or None at the root."""
        return self.up.node if self.up else None

    @property
    def is_factor(self) -> bool:
        """Whether the node stands in a product or quotient, where scaling it scales the whole."""
        return isinstance(self.parent, ast.BinOp) and isinstance(self.parent.op, ast.Mult | ast.Div)

    def replaced(self, new: ast.expr) -> ast.expr:
        """The whole tree with another node here."""
        site = self
        while site.up is not None:
            new, site = _with_child(site.up.node, site.slot, new), site.up
        return new

    def function(self) -> str:
        """The nearest function or conditional around the node, or nothing."""
        site = self.up
        while site is not None:
            if isinstance(site.node, ast.Call | ast.IfExp):
                return kind(site.node)
            site = site.up
        return ""


def sites(tree: ast.expr) -> Iterator[Site]:
    """Every node of a tree that an edit may hit, from the root down, in written order; exponents belong to powers."""
    pending = [Site(tree)]
    while pending:
        site = pending.pop()
        yield site
        pending += [Site(child, site, i) for i, child in reversed(list(enumerate(children(site.node))))]


def kind(node: ast.expr) -> str:
    """What a node is, in one word.

    >>> [kind(Formula.parse(text).tree) for text in ("2", "S", "a*b", "min(S, W)", "a if a < b else b")]
    ['constant', 'symbol', 'product', 'min', 'if']
    """
    match node:
        case ast.Call(func=ast.Name(id=name)):
            return name
        case ast.BinOp(op=op):
            return _KINDS[type(op)]
    return _KINDS[type(node)]


_KINDS: dict[type, str] = {
    ast.Constant: "constant",
    ast.Name: "symbol",
    ast.UnaryOp: "negative",
    ast.IfExp: "if",
    ast.Add: "sum",
    ast.Sub: "difference",
    ast.Mult: "product",
    ast.Div: "quotient",
    ast.Pow: "power",
}


def children(node: ast.expr) -> list[ast.expr]:
    """The parts of a node that are formulas of their own, in written order."""
    match node:
        case ast.BinOp(left=left, op=ast.Pow()):
            return [left]
        case ast.BinOp(left=left, right=right):
            return [left, right]
        case ast.UnaryOp(operand=operand):
            return [operand]
        case ast.Call(args=args):
            return list(args)
        case ast.IfExp(test=ast.Compare(left=left, comparators=[right]), body=body, orelse=orelse):
            return [left, right, body, orelse]
    return []


def _with_child(node: ast.expr, slot: int, new: ast.expr) -> ast.expr:
    parts = children(node)
    parts[slot] = new
    match node:
        case ast.BinOp(op=ast.Pow() as op, right=right):
            return ast.BinOp(new, op, right)
        case ast.BinOp(op=op):
            return ast.BinOp(parts[0], op, parts[1])
        case ast.Call(func=func):
            return ast.Call(func, parts, [])
        case ast.IfExp(test=ast.Compare(ops=ops)):
            return ast.IfExp(ast.Compare(parts[0], ops, [parts[1]]), parts[2], parts[3])
    return ast.UnaryOp(ast.USub(), new)


# -- the operators: for one node, what it is replaced with -----------------------------------------------------------

Names = tuple[tuple[str, Domain], ...]
_RENAMED = {"n_kv_heads": "n_heads", "n_heads": "n_kv_heads", "n_kv": "n_q", "n_q": "n_kv"}
_UNITS = {1000**k: 1024**k for k in (1, 2, 3, 4)} | {1024**k: 1000**k for k in (1, 2, 3, 4)}
_LAYERS = {"n_layers", "n_unique_layers", "n_global_layers", "n_local_layers", "L", "L_g", "L_l", "L_1", "L_2"}
_SWAPPED = {"min": "max", "max": "min", "ceil": "floor", "floor": "ceil"}
_STRICT: dict[type, ast.cmpop] = {ast.Lt: ast.LtE(), ast.LtE: ast.Lt(), ast.Gt: ast.GtE(), ast.GtE: ast.Gt()}


Edit = Callable[[Site, Names], Iterator[ast.expr]]


def _renamed(site: Site, names: Names) -> Iterator[ast.expr]:
    if isinstance(site.node, ast.Name) and site.node.id in _RENAMED:
        yield ast.Name(_RENAMED[site.node.id], ast.Load())


def _another(site: Site, names: Names) -> Iterator[ast.expr]:
    if isinstance(site.node, ast.Name):
        own = dict(names).get(site.node.id)
        alike = [name for name, domain in names if domain == own]
        if len(alike) > 1:
            yield ast.Name(alike[(alike.index(site.node.id) + 1) % len(alike)], ast.Load())


def _units(site: Site, names: Names) -> Iterator[ast.expr]:
    match site.node:
        case ast.Constant(value=int(value)) if value in _UNITS:
            yield literal(_UNITS[value])


def _off_by_one(site: Site, names: Names) -> Iterator[ast.expr]:
    if isinstance(site.node, ast.Name) and site.node.id in _LAYERS:
        for op in (ast.Sub(), ast.Add()):
            yield ast.BinOp(site.node, op, ast.Constant(1))


def _other_function(pair: tuple[str, str]) -> Edit:
    def edit(site: Site, names: Names) -> Iterator[ast.expr]:
        match site.node:
            case ast.Call(func=ast.Name(id=name), args=args) if name in pair:
                yield ast.Call(ast.Name(_SWAPPED[name], ast.Load()), args, [])

    return edit


def _constant(change: int) -> Edit:
    def edit(site: Site, names: Names) -> Iterator[ast.expr]:
        match site.node:
            case ast.Constant(value=int(value)):
                yield literal(value + change)

    return edit


def _scaled(op: ast.operator) -> Edit:
    def edit(site: Site, names: Names) -> Iterator[ast.expr]:
        if not site.is_factor:
            pair = (ast.Constant(2), site.node) if isinstance(op, ast.Mult) else (site.node, ast.Constant(2))
            yield ast.BinOp(pair[0], op, pair[1])

    return edit


def _negated(site: Site, names: Names) -> Iterator[ast.expr]:
    match site.node:
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            yield ast.BinOp(left, ast.Sub(), right)
        case ast.BinOp(left=left, op=ast.Sub(), right=right):
            yield ast.BinOp(left, ast.Add(), right)
        case ast.UnaryOp(operand=operand):
            yield operand
    if not site.is_factor and not isinstance(site.node, ast.UnaryOp):
        yield ast.UnaryOp(ast.USub(), site.node)


def _swapped(site: Site, names: Names) -> Iterator[ast.expr]:
    match site.node:
        case ast.BinOp(left=left, op=(ast.Sub() | ast.Div()) as op, right=right):
            yield ast.BinOp(right, op, left)
        case ast.Call(func=ast.Name(id="mod") as func, args=[left, right]):
            yield ast.Call(func, [right, left], [])
        case ast.IfExp(test=test, body=body, orelse=orelse):
            yield ast.IfExp(test, orelse, body)


def _lost_two(site: Site, names: Names) -> Iterator[ast.expr]:
    match site.node:
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            for factor, rest in ((left, right), (right, left)):
                if isinstance(factor, ast.Constant) and factor.value == 2:
                    yield rest


def _dropped(site: Site, names: Names) -> Iterator[ast.expr]:
    match site.node:
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            yield from (left, right)
        case ast.BinOp(left=left, op=ast.Div()):
            yield left


def _joined(old: type, new: ast.operator) -> Edit:
    def edit(site: Site, names: Names) -> Iterator[ast.expr]:
        match site.node:
            case ast.BinOp(left=left, op=op, right=right) if isinstance(op, old):
                yield ast.BinOp(left, new, right)

    return edit


def _exponent(change: int) -> Edit:
    def edit(site: Site, names: Names) -> Iterator[ast.expr]:
        power: int | None = None
        base = site.node
        match site.node:
            case ast.BinOp(left=base, op=ast.Pow(), right=right):
                power = int(Formula(right).evaluate({}))
            case ast.Name() if site.up is not None:  # `n_kv_heads = 8` stays a condition that gives a value
                power = 1
        if power is not None and abs(power + change) <= MAX_EXPONENT:
            yield ast.BinOp(base, ast.Pow(), literal(power + change))

    return edit


def _strict(site: Site, names: Names) -> Iterator[ast.expr]:
    match site.node:
        case ast.IfExp(test=ast.Compare(left=left, ops=[op], comparators=right), body=body, orelse=orelse):
            if type(op) in _STRICT:
                yield ast.IfExp(ast.Compare(left, [_STRICT[type(op)]], right), body, orelse)


OPERATORS: dict[str, Edit] = {  # the special before the general
    "lost factor 2": _lost_two,
    "query heads for KV heads": _renamed,
    "1000 for 1024": _units,
    "layer split off by one": _off_by_one,
    "min for max": _other_function(("min", "max")),
    "ceil for floor": _other_function(("ceil", "floor")),
    "<= for <": _strict,
    "constant + 1": _constant(1),
    "constant - 1": _constant(-1),
    "factor dropped": _dropped,
    "+ for x": _joined(ast.Mult, ast.Add()),
    "x for +": _joined(ast.Add, ast.Mult()),
    "operands swapped": _swapped,
    "sign flipped": _negated,
    "exponent + 1": _exponent(1),
    "exponent - 1": _exponent(-1),
    "another symbol": _another,
    "times 2": _scaled(ast.Mult()),
    "halved": _scaled(ast.Div()),
}
