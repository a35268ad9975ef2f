"""What the LaTeX reader has read so far of one formula, bracket or argument: a sum whose last product is open.

The reader keeps a stack of these instead of calling itself, so that no depth of brackets can exhaust Python's stack.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from symkv.formula.latex_tokens import Tokens
from symkv.formula.reader import MAX_DEGREE, MAX_NESTING, MAX_NODES, degree

# What a factor is, as far as it matters for what may stand beside it.
NUMBER, NAME, BRACKET, LONE, NUMBERS, CASES, OTHER = "number", "name", "bracket", "lone", "numbers", "cases", "other"
_ADJACENT = {  # what can't stand side by side as a product: (before, after) -> why
    (NUMBER, NUMBERS): r"a number before a fraction of numbers may be a mixed number; write \cdot between",
    (NUMBER, LONE): r"this bracket may be a number of an equation; write \cdot before it to multiply",
    (NAME, LONE): r"this bracket may be an argument or a number of an equation; write \cdot before it to multiply",
    (OTHER, LONE): r"this bracket may be a number of an equation; write \cdot before it to multiply",
    (NUMBERS, LONE): r"this bracket may be a number of an equation; write \cdot before it to multiply",
}


class Builder:
    """Makes the nodes of one tree within the bounds of the reader's language."""

    def __init__(self, tokens: Tokens) -> None:
        self.tokens, self.nodes = tokens, 0

    def count(self, index: int, nodes: int = 1) -> None:
        """Count nodes; refuse too many."""
        self.nodes += nodes
        if self.nodes > MAX_NODES:
            self.tokens.refuse(index, f"a formula may have {MAX_NODES} nodes; split it into steps")

    def node(self, tree: ast.expr, index: int) -> ast.expr:
        """A new node, or a refusal of one that is too deep or of too high a degree."""
        self.count(index)
        if _depth(tree) > MAX_NESTING:
            self.tokens.refuse(index, f"a formula may nest {MAX_NESTING} deep; split it into steps")
        if degree(tree) > MAX_DEGREE:
            self.tokens.refuse(index, f"a formula may have degree {MAX_DEGREE}, this has more")
        return tree

    def alike(self, tree: ast.expr, model: ast.expr) -> ast.expr:
        """A copy that differs in names and numbers only: its depth and degree are those of the model."""
        tree._depth, tree._degree = _depth(model), degree(model)  # type: ignore[attr-defined]
        return tree


def _depth(node: ast.expr) -> int:
    """How deep a tree nests, a chain of + - * / counting once; remembered, so that building stays linear."""
    found = getattr(node, "_depth", None)
    if isinstance(found, int):
        return found
    match node:
        case ast.BinOp(left=left, op=ast.Pow()):
            found = _depth(left) + 1
        case ast.BinOp(left=left, right=right):
            found = max(_depth(left), _depth(right) + 1)
        case ast.UnaryOp(operand=operand):
            found = _depth(operand) + 1
        case ast.Call(args=args):
            found = max(map(_depth, args)) + 1
        case ast.IfExp(test=ast.Compare(left=left, comparators=[right]), body=body, orelse=orelse):
            found = max(map(_depth, (left, right, body, orelse))) + 1
        case _:
            found = 1
    node._depth = found  # type: ignore[attr-defined]
    return found


@dataclass
class Frame:
    """A formula being read: the sum so far, the open product, and what closes it."""

    builder: Builder
    kind: str
    start: int
    done: Callable[[ast.expr, Frame], None]
    closer: tuple[str, str] = ("", "")  # the bracket that closes it, and the prefix that must stand before
    data: dict[str, Any] = field(default_factory=dict)
    total: ast.expr | None = None
    product: ast.expr | None = None
    op: ast.operator | None = None
    negative: bool = False
    signed: bool = False
    times: str = ""  # the product sign that waits for a factor
    sliced: bool = False  # the product ends in a quotient written with /
    modulus: ast.expr | None = None
    last: str = OTHER  # what the last factor was
    factors: int = 0  # of all products, to know a lone number or name
    gap: bool = False  # whether a space that parts formulas stands before the next token

    def sign(self, op: ast.operator, index: int) -> None:
        """A plus or minus."""
        tokens = self.builder.tokens
        self._require_open(index)
        if self.modulus is not None or self.kind == "sum":
            what = r"\bmod" if self.modulus is not None else r"\sum"
            tokens.refuse(index, f"how far {what} reaches is open here; put brackets around it")
        if self.times or (self.product is None and self.signed):
            tokens.refuse(index, "two signs in a row; put brackets around the second operand")
        if self.product is None:
            self.signed, self.negative = True, isinstance(op, ast.Sub)
            return
        self._close_term(index)
        self.op, self.signed, self.negative, self.gap = op, True, False, False

    def multiply(self, sign: str, index: int) -> None:
        """A product sign or a slash."""
        self._require_open(index)
        if self.product is None or self.times:
            self.builder.tokens.refuse(index, "a product needs a factor on both sides")
        if self.sliced:
            self.builder.tokens.refuse(index, r"what a slash divides is open here; write \frac or brackets")
        self.times, self.gap = sign, False

    def remainder(self, index: int) -> None:
        r"""A \bmod: what stands before it must be one product, and what follows too."""
        self._require_open(index)
        if self.product is None or self.times or self.total is not None or self.signed or self.modulus is not None:
            problem = r"\bmod stands between two products without signs; put brackets around it"
            self.builder.tokens.refuse(index, problem)
        self.modulus, self.product, self.sliced, self.gap = self.product, None, False, False

    def operand(self, tree: ast.expr, what: str, index: int) -> None:
        """One more factor of the open product."""
        tokens = self.builder.tokens
        self._require_open(index)
        if what == CASES and not self.empty:
            tokens.refuse(index, "cases stand alone; put brackets around them")
        self.factors += 1
        if self.modulus is not None and self.product is not None:
            tokens.refuse(index, r"how much \bmod divides by is open here; put brackets around it")
        if self.product is None:
            self.product = tree
        elif self.times == "/":
            self.product, self.sliced = self.builder.node(ast.BinOp(self.product, ast.Div(), tree), index), True
        else:
            if not self.times:
                self._require_adjacent(what, index)
            self.product = self.builder.node(ast.BinOp(self.product, ast.Mult(), tree), index)
        self.times, self.last, self.gap = "", what, False

    def _require_open(self, index: int) -> None:
        if self.last == CASES:
            self.builder.tokens.refuse(index, "cases stand alone; put brackets around them")

    def _require_adjacent(self, what: str, index: int) -> None:
        tokens = self.builder.tokens
        if self.gap:
            tokens.refuse(index, r"a second formula begins here; give one at a time, or write \cdot to multiply")
        if self.sliced:
            tokens.refuse(index, r"what a slash divides is open here; write \frac or brackets")
        if what == NUMBER:
            tokens.refuse(index, r"a number behind a factor needs a sign; write \cdot before it")
        if (self.last, what) in _ADJACENT:
            tokens.refuse(index, _ADJACENT[self.last, what])

    def _close_term(self, index: int) -> None:
        term = self.product
        if term is None or self.times:
            self.builder.tokens.refuse(index, "this is not a complete formula; an operand is missing")
        if self.negative:
            term = self.builder.node(ast.UnaryOp(ast.USub(), term), index)
        if self.total is not None and self.op is not None:
            term = self.builder.node(ast.BinOp(self.total, self.op, term), index)
        self.total, self.product, self.sliced, self.negative = term, None, False, False

    def finish(self, index: int) -> ast.expr:
        """The tree of all that was read, with the frame empty again."""
        if self.modulus is not None:
            right = self.product
            if right is None or self.times:
                self.builder.tokens.refuse(index, r"\bmod needs a divisor")
            call = ast.Call(ast.Name("mod", ast.Load()), [self.modulus, right], [])
            self.product, self.modulus = self.builder.node(call, index), None
        self._close_term(index)
        tree = self.total
        assert tree is not None
        self.total = self.product = self.op = None
        self.signed = self.negative = self.gap = False
        self.factors, self.last = 0, OTHER
        return tree

    @property
    def empty(self) -> bool:
        """Whether nothing has been read."""
        return self.total is None and self.product is None and not self.signed and self.modulus is None

    @property
    def single(self) -> bool:
        """Whether one factor without a sign has been read, and nothing else."""
        return self.total is None and not self.signed and self.modulus is None and self.factors == 1
