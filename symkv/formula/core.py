"""`Formula` and `Relation`: immutable values around a whitelisted tree, and the function names of the language."""

from __future__ import annotations

import ast
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar, cast

from symkv.errors import BadInput
from symkv.formula import exact, reader, text
from symkv.formula.tree import mapped, symbols
from symkv.notebook import display, mathml

if TYPE_CHECKING:
    import sympy

    from symkv.formula.latex import Product

Number = int | Fraction
T = TypeVar("T")


@dataclass(frozen=True, eq=False, repr=False)
class Formula:
    """An exact expression in the order in which it was written.

    Built from text with `parse`, from a name with `symbol`, and with + - * / ** from other formulas, so that a plain
    Python function called with formulas gives the formula that it computes.

    >>> kv = Formula.parse("n_layers*2*n_kv_heads*d_head*bytes_per_element")
    >>> kv.evaluate({"n_layers": 1, "n_kv_heads": 8, "d_head": 128, "bytes_per_element": 1})  # 1*2*8*128*1
    2048
    >>> kv.latex
    'L \\\\cdot 2\\\\,n_{\\\\mathrm{kv}}\\\\,d_{\\\\mathrm{h}}\\\\,b'
    """

    tree: ast.expr

    @staticmethod
    def parse(source: str) -> Formula:
        """Read a formula; `BadInput` with the column for anything that the language does not have."""
        return Formula(reader.read(source))

    @staticmethod
    def of(value: Formula | Number | str) -> Formula:
        """A formula from itself, an exact number or text."""
        if isinstance(value, Formula):
            return value
        if isinstance(value, str):
            return Formula.parse(value)
        if isinstance(value, Number) and not isinstance(value, bool):
            return Formula(reader.literal(value))
        raise BadInput(f"a formula takes formulas and exact numbers, got {type(value).__name__}; write Fraction(1, 2)")

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The symbols that occur, in the order of their first appearance."""
        return tuple(dict.fromkeys(symbols(self.tree)))

    @cached_property
    def text(self) -> str:
        """The formula in the reader's language, as written; reading it gives the same formula."""
        return text.write(self.tree)

    @cached_property
    def latex(self) -> str:
        """The formula in LaTeX as written, with the letters of the symbol table."""
        return self.typeset()

    def typeset(self, *, product: Product = "thin", notation: Mapping[str, str] | None = None) -> str:
        r"""The formula in LaTeX with a product sign and, by word, the author's letters.

        >>> Formula.parse("2*n_kv_heads").typeset(product="times", notation={"n_kv_heads": r"H_{\mathrm{kv}}"})
        '2 \\times H_{\\mathrm{kv}}'
        """
        from symkv.formula import latex

        return latex.write(self.tree, product=product, notation=notation)

    @cached_property
    def sympy(self) -> sympy.Expr:
        """The same expression for sympy, over positive symbols."""
        from symkv.formula.sympy_reading import to_sympy

        return to_sympy(self.tree)

    def evaluate(self, values: Mapping[str, Number]) -> Fraction | int:
        """The exact value; `BadInput` for a symbol without a value, a division by zero or an irrational root."""
        return exact.evaluate(self.tree, values)

    def substitute(self, values: Mapping[str, Formula | Number]) -> Formula:
        """The formula with symbols replaced by formulas or numbers, everything else as written."""
        known = {name: v if isinstance(v, Formula) else Formula.of(v) for name, v in values.items()}
        if isinstance(self.tree, ast.Name):
            return known.get(self.tree.id, self)
        trees = {name: value.tree for name, value in known.items()}
        return Formula(mapped(self.tree, lambda node: trees.get(node.id) if isinstance(node, ast.Name) else None))

    def is_number(self, number: int) -> bool:
        """Whether it is written as that whole number."""
        return isinstance(self.tree, ast.Constant) and self.tree.value == number

    def same_as(self, other: Formula) -> bool:
        """Whether both are written alike (not whether they are equal: that is for the judges)."""
        return self.text == other.text

    def __repr__(self) -> str:
        return f"Formula({self.text!r})"

    def __str__(self) -> str:
        return self.text

    def _repr_latex_(self) -> str:
        return display(self.latex)

    def _repr_html_(self) -> str:
        return mathml(self.latex, block=True)

    def _join(self, op: ast.operator, other: Any, *, swap: bool = False) -> Formula:
        if not isinstance(other, Formula):
            if not isinstance(other, Number):
                return cast(Formula, NotImplemented)  # Python then asks the other operand
            other = Formula.of(other)
        left, right = (other, self) if swap else (self, other)
        return Formula(ast.BinOp(left.tree, op, right.tree))

    def __add__(self, other: Formula | Number) -> Formula:
        return self._join(ast.Add(), other)

    def __radd__(self, other: Number) -> Formula:
        return self._join(ast.Add(), other, swap=True)

    def __sub__(self, other: Formula | Number) -> Formula:
        return self._join(ast.Sub(), other)

    def __rsub__(self, other: Number) -> Formula:
        return self._join(ast.Sub(), other, swap=True)

    def __mul__(self, other: Formula | Number) -> Formula:
        return self._join(ast.Mult(), other)

    def __rmul__(self, other: Number) -> Formula:
        return self._join(ast.Mult(), other, swap=True)

    def __truediv__(self, other: Formula | Number) -> Formula:
        return self._join(ast.Div(), other)

    def __rtruediv__(self, other: Number) -> Formula:
        return self._join(ast.Div(), other, swap=True)

    def __neg__(self) -> Formula:
        return Formula(ast.UnaryOp(ast.USub(), self.tree))

    def __pow__(self, exponent: int) -> Formula:
        if not isinstance(exponent, int) or abs(exponent) > reader.MAX_EXPONENT:
            raise BadInput(f"an exponent must be a whole number up to {reader.MAX_EXPONENT}, got {exponent!r}")
        return Formula(ast.BinOp(self.tree, ast.Pow(), reader.literal(exponent)))

    def __bool__(self) -> bool:
        raise BadInput("a formula has no truth value; compare with same_as, or let the judges decide")


@dataclass(frozen=True, eq=False, repr=False)
class Relation:
    """One relation between two formulas: `=`, `!=`, `<`, `<=`, `>`, `>=`, `divides` or `multiple of`.

    >>> Relation.parse("n_kv_heads divides n_heads").holds({"n_kv_heads": 8, "n_heads": 32})
    True
    """

    lhs: Formula
    sign: str
    rhs: Formula

    @staticmethod
    def parse(source: str) -> Relation:
        """Read a relation; `BadInput` when there is none or more than one."""
        parts = reader.split_relation(source)
        if parts is None:
            raise BadInput(f"a relation must have one of = != < <= > >= divides, got {source[:60]!r}; write a = b")
        left, sign, right = parts
        return Relation(Formula.parse(left), sign, Formula.parse(right))

    @property
    def names(self) -> tuple[str, ...]:
        """The symbols of both sides, in the order of their first appearance."""
        return tuple(dict.fromkeys((*self.lhs.names, *self.rhs.names)))

    @cached_property
    def text(self) -> str:
        """The relation in the reader's language."""
        return f"{self.lhs.text} {self.sign} {self.rhs.text}"

    @cached_property
    def latex(self) -> str:
        """The relation in LaTeX."""
        return self.typeset()

    def typeset(self, *, product: Product = "thin", notation: Mapping[str, str] | None = None) -> str:
        """The relation in LaTeX with a product sign and, by word, the author's letters."""
        from symkv.formula import latex

        return latex.Printer(product, notation or {}).relation(self.lhs.tree, self.sign, self.rhs.tree)

    def holds(self, values: Mapping[str, Number]) -> bool:
        """Whether the relation is true at one exact point."""
        return exact.compare(self.sign, self.lhs.evaluate(values), self.rhs.evaluate(values))

    def substitute(self, values: Mapping[str, Formula | Number]) -> Relation:
        """The relation with symbols replaced on both sides."""
        return Relation(self.lhs.substitute(values), self.sign, self.rhs.substitute(values))

    def __repr__(self) -> str:
        return f"Relation({self.text!r})"

    def _repr_latex_(self) -> str:
        return display(self.latex)

    def _repr_html_(self) -> str:
        return mathml(self.latex, block=True)

    def __str__(self) -> str:
        return self.text


def symbol(name: str) -> Formula:
    """The formula of one symbol; `BadInput` for what is not a name."""
    if not reader.is_name(name):
        raise BadInput(f"a name must be 1 to 32 letters, digits and _, a letter first, got {ascii(name)[:40]}")
    return Formula(ast.Name(name, ast.Load()))


def _call(name: str, *arguments: Any) -> Any:
    """Dispatch on the arguments: exact numbers give a number, formulas a formula, sympy expressions sympy's own."""
    if any(isinstance(argument, Formula) for argument in arguments):
        trees = [Formula.of(argument).tree for argument in arguments]
        return Formula(ast.Call(ast.Name(name, ast.Load()), trees, []))
    sympy = sys.modules.get("sympy")  # only a caller that has imported sympy can hand over its expressions
    if sympy is not None and any(isinstance(argument, sympy.Basic) for argument in arguments):
        from symkv.formula.sympy_reading import call

        return call(name, *arguments)
    return exact.FUNCTIONS[name](*arguments)


# Stand-ins that a paper form imports in place of the builtins, so that one function serves ints, formulas and sympy.
def min(*arguments: T) -> T:
    """The least argument: of numbers, formulas or sympy expressions."""
    return cast(T, _call("min", *arguments))


def max(*arguments: T) -> T:
    """The greatest argument: of numbers, formulas or sympy expressions."""
    return cast(T, _call("max", *arguments))


def ceil(argument: T) -> T:
    """The least whole number not below the argument."""
    return cast(T, _call("ceil", argument))


def floor(argument: T) -> T:
    """The greatest whole number not above the argument."""
    return cast(T, _call("floor", argument))


def mod(left: T, right: Any) -> T:
    """The remainder left - right*floor(left/right)."""
    return cast(T, _call("mod", left, right))


def sqrt(argument: T) -> T:
    """The nonnegative square root; of numbers only where it is rational."""
    return cast(T, _call("sqrt", argument))
