r"""The as-written LaTeX printer: the author's factor order, letters from the symbol table, brackets always right.

A product is a thin space, and `\cdot` before a number, where juxtaposition would be misread; or a sign everywhere. What
is printed is read back by `latex_reader` as the same formula.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from symkv import symbols
from symkv.errors import BadInput
from symkv.formula.tree import chain

Product = Literal["thin", "cdot", "times"]
PRODUCTS: dict[str, str] = {"thin": r"\,", "cdot": r" \cdot ", "times": r" \times "}
_CONDITION, _SUM, _PRODUCT, _POWER, _ATOM = 1, 2, 3, 5, 6
_ENDS_WITH_NUMBER = re.compile(r"\d(?:\^\{-?\d+\})?$")
_MIXED = re.compile(r"\\frac\{[\d\\,]+\}\{[\d\\,]+\}")  # behind a number it would read as a mixed number
_COMPARISON: dict[type, str] = {
    ast.Eq: "=",
    ast.NotEq: r"\ne",
    ast.Lt: "<",
    ast.LtE: r"\le",
    ast.Gt: ">",
    ast.GtE: r"\ge",
}
RELATIONS = {
    "=": "=",
    "!=": r"\ne",
    "<": "<",
    "<=": r"\le",
    ">": ">",
    ">=": r"\ge",
    "divides": r"\mid",
}


def ordered(left: ast.expr, sign: str, right: ast.expr) -> tuple[ast.expr, str, ast.expr]:
    """A relation as it is printed: what is a multiple stands behind what divides it."""
    return (right, "divides", left) if sign == "multiple of" else (left, sign, right)


def name(word: str) -> str:
    """The letter of a declared symbol; an undeclared name in roman with its underscores as a subscript.

    >>> name("n_kv_heads"), name("cost_per_token")
    ('n_{\\\\mathrm{kv}}', '\\\\mathrm{cost}_{\\\\mathrm{per,token}}')
    """
    symbol = symbols.find(word)
    if symbol is not None:
        return symbol.latex
    head, *tail = [part for part in word.split("_") if part]
    base = head if len(head) == 1 else rf"\mathrm{{{head}}}"
    return base + (rf"_{{\mathrm{{{','.join(tail)}}}}}" if tail else "")


def number(value: int) -> str:
    """A whole number with thin groups of three from five digits on."""
    return f"{value:,}".replace(",", r"\,") if value >= 10_000 else str(value)


def write(node: ast.expr, *, product: Product = "thin", notation: Mapping[str, str] | None = None) -> str:
    r"""The LaTeX of a tree, in written order; `notation` maps words to LaTeX and goes before the table.

    >>> from symkv.formula import Formula
    >>> write(Formula.parse("2*n_kv_heads").tree, product="cdot", notation={"n_kv_heads": "H"})
    '2 \\cdot H'
    """
    return Printer(product, notation or {}).whole(node)


@dataclass(frozen=True)
class Printer:
    """Prints trees with one product sign and one notation (word -> LaTeX)."""

    product: Product = "thin"
    notation: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.product not in PRODUCTS:
            raise BadInput(
                f"a product must be one of {', '.join(PRODUCTS)}, got {str(self.product)[:40]!r}; write cdot"
            )

    def name(self, word: str) -> str:
        """The letter of a name."""
        return self.notation.get(word) or name(word)

    def whole(self, node: ast.expr) -> str:
        """The LaTeX of a tree that stands alone."""
        return self._write(node)[0]

    def relation(self, left: ast.expr, sign: str, right: ast.expr) -> str:
        r"""The LaTeX of a relation; `a multiple of b` is written b \mid a, which needs no letter of amssymb."""
        left, sign, right = ordered(left, sign, right)
        return f"{self.whole(left)} {RELATIONS[sign]} {self.whole(right)}"

    def term(self, node: ast.expr, *, first: bool = False) -> str:
        """The LaTeX of a tree as a term of a sum, in brackets where it needs them."""
        return self._bracket(node, _SUM if first else _PRODUCT)

    def factor(self, node: ast.expr) -> str:
        """The LaTeX of a tree behind a product sign, in brackets where it needs them."""
        return self._bracket(node, _PRODUCT)

    def power_base(self, node: ast.expr) -> str:
        """The LaTeX of a tree below an exponent, in brackets where it needs them."""
        return self._bracket(node, _ATOM)

    def modulus(self, node: ast.expr) -> str:
        r"""The LaTeX of a tree behind \bmod, in brackets where it needs them."""
        return self._bracket(node, _POWER)

    def times(self, before: str, node: ast.expr) -> str:
        """The product sign between what is printed and a factor: a dot where a thin space would be misread."""
        factor = self.factor(node)
        mixed = _ENDS_WITH_NUMBER.search(before) and _MIXED.match(factor)
        apart = factor[0].isdigit() or _starts_with_number(node) or mixed
        return PRODUCTS["cdot" if apart and self.product == "thin" else self.product]

    def _write(self, node: ast.expr) -> tuple[str, int]:
        match node:
            case ast.Constant(value=int(value)):
                return number(value), _ATOM
            case ast.Name(id=word):
                letter = self.name(word)
                return letter, _POWER if _raised(letter) else _ATOM
            case ast.UnaryOp(operand=operand):
                return f"-{self._bracket(operand, _PRODUCT)}", _SUM
            case ast.BinOp(left=left, op=ast.Pow(), right=right):
                return f"{self.power_base(left)}^{{{self.whole(right)}}}", _POWER
            case ast.BinOp():
                first, steps = chain(node)
                text, own = self._write(first)
                for step in steps:
                    text, own = self._joined(step.op, text, own, step.right)
                return text, own
            case ast.Call(func=ast.Name(id="ceil"), args=[arg]):
                return rf"\left\lceil {self.whole(arg)} \right\rceil", _ATOM
            case ast.Call(func=ast.Name(id="floor"), args=[arg]):
                return rf"\left\lfloor {self.whole(arg)} \right\rfloor", _ATOM
            case ast.Call(func=ast.Name(id="sqrt"), args=[arg]):
                return rf"\sqrt{{{self.whole(arg)}}}", _ATOM
            case ast.Call(func=ast.Name(id="mod"), args=[left, right]):
                return rf"\left({self.factor(left)} \bmod {self.modulus(right)}\right)", _ATOM
            case ast.Call(func=ast.Name(id=function), args=args):
                return rf"\{function}\left({', '.join(map(self.whole, args))}\right)", _ATOM
            case ast.IfExp():
                return rf"\begin{{cases}} {self._rows(node)} \end{{cases}}", _CONDITION
        raise TypeError(f"not a node of the language: {type(node).__name__}")

    def _rows(self, node: ast.expr) -> str:
        """The rows of cases: what stands behind otherwise, if it is a choice itself, gives the rows that follow."""
        rows = []
        while isinstance(node, ast.IfExp):
            assert isinstance(node.test, ast.Compare)
            left, right = (self.term(side, first=True) for side in (node.test.left, node.test.comparators[0]))
            rows.append(rf"{self.whole(node.body)} & \text{{if }} {left} {_COMPARISON[type(node.test.ops[0])]} {right}")
            node = node.orelse
        return r" \\ ".join([*rows, rf"{self.whole(node)} & \text{{otherwise}}"])

    def _bracket(self, node: ast.expr, level: int) -> str:
        return _wrapped(*self._write(node), level)

    def _joined(self, op: ast.operator, left: str, own: int, right: ast.expr) -> tuple[str, int]:
        """One step of a chain: the text so far, how tightly it binds, and the next operand."""
        match op:
            case ast.Add():
                return f"{_wrapped(left, own, _SUM)} + {self.term(right)}", _SUM
            case ast.Sub():
                return f"{_wrapped(left, own, _SUM)} - {self.term(right)}", _SUM
            case ast.Mult():
                before = _wrapped(left, own, _PRODUCT)
                return before + self.times(before, right) + self.factor(right), _PRODUCT
        return rf"\frac{{{left}}}{{{self.whole(right)}}}", _PRODUCT


def _raised(letter: str) -> bool:
    """Whether a letter has a superscript of its own, so that a power needs brackets."""
    return "^" in letter or "'" in letter


def _starts_with_number(node: ast.expr) -> bool:
    r"""Whether a factor is a fraction of two numbers: `b\,\frac{9}{4}` reads better with a dot."""
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and isinstance(node.left, ast.Constant)


def _wrapped(text: str, own: int, level: int) -> str:
    return text if own >= level else rf"\left({text}\right)"
