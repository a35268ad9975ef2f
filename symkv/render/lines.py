r"""Relations broken over lines as an author would: at the sign, at plus and minus, between factors, inside brackets.

A line fits a width in points. A bracket that reaches over lines is \bigl( \bigr); a fraction that is too wide for a
line is written with a slash. Whatever comes out reads back as the relation.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from symkv.formula import Formula, Relation, latex
from symkv.formula.latex import Printer, Product
from symkv.formula.tree import is_sum
from symkv.render.metrics import measure
from symkv.render.tidy import tightened as tightened

PAGE = 370  # points at 10pt: a line of a page with usual margins, beside the number of the equation
COLUMN = 205  # the same for a column of 240pt
_QUAD, _SIGN = 10.0, 14.0  # an indent; a sign with its spaces
_SIZES = (("bigl", "bigr"), ("biggl", "biggr"), ("Biggl", "Biggr"))
_ROUNDED = {"ceil": (r"\lceil ", r"\rceil"), "floor": (r"\lfloor ", r"\rfloor")}
Rows = list["Row"]


@dataclass(frozen=True)
class Row:
    """One line: how many quads it is indented, and its LaTeX."""

    indent: int
    text: str

    @property
    def width(self) -> float:
        """Its width in points."""
        return points(self.text) + _QUAD * self.indent


@dataclass(frozen=True)
class Laid:
    """A relation in lines: what stands left of the alignment point, if anything, and the rows right of it."""

    left: str
    rows: tuple[Row, ...]

    @property
    def width(self) -> float:
        """The width of the widest line in points."""
        return points(self.left) + self.right

    @property
    def right(self) -> float:
        """The width of the widest row right of the alignment point."""
        return max(row.width for row in self.rows)

    @property
    def lines(self) -> list[str]:
        """The lines with their alignment marks and indents."""
        first, *rest = ["&" + _indent(row) + row.text for row in self.rows]
        return [f"{self.left} {first}".strip(), *rest]

    @property
    def source(self) -> str:
        """The relation as a display takes it: one line, or `aligned` ones."""
        if len(self.rows) == 1:
            return f"{self.left} {self.rows[0].text}".strip()
        return r"\begin{aligned} " + r" \\ ".join(self.lines) + r" \end{aligned}"


def _indent(row: Row) -> str:
    return (r"\qquad" * (row.indent // 2) + r"\quad" * (row.indent % 2) + " ") if row.indent else ""


def points(source: str) -> float:
    r"""How many points a line of LaTeX is wide at 10pt.

    >>> round(points(r"2\,n_{\mathrm{kv}}"), 1)
    21.6
    """
    return measure(source).width / 100 if source else 0.0


def broken(
    relation: Relation, *, product: Product = "thin", notation: Mapping[str, str] | None = None, width: float = PAGE
) -> str:
    r"""The relation in LaTeX, over several lines of `aligned` where it is wider than `width` points.

    >>> broken(Relation.parse("a = b"))
    'a = b'
    """
    return laid(relation, Printer(product, notation or {}), width).source


def rows(formula: Formula, printer: Printer, width: float = PAGE) -> list[str]:
    r"""The lines of a formula that stands alone or behind a sign; those after the first are for one more indent.

    >>> rows(Formula.parse("a + b"), Printer(), 20)
    ['a', '+ b']
    """
    found = _Breaker(printer).whole(formula.tree, width - _SIGN, width - _QUAD)
    return [_indent(row) + row.text for row in found]


def laid(
    relation: Relation, printer: Printer, width: float = PAGE, *, left: float = 0, over: str = "", beside: bool = True
) -> Laid:
    """The relation in lines of at most `width` points where it can be, `left` of them kept for the left sides beside.

    A short left side stands left of the sign; below a long one the right side begins with the sign. With `over` the
    left side is a limit, as that symbol grows; without `beside` no right side stands beside the left one in lines.
    """
    breaker = _Breaker(printer)
    lhs, sign, rhs = latex.ordered(relation.lhs.tree, relation.sign, relation.rhs.tree)
    sign = latex.RELATIONS[sign]
    limit = limit_of(over, printer)
    before = limit + breaker.flat(printer.factor(lhs) if limit else printer.whole(lhs))
    right = width - max(points(before), left)
    one = Laid(before, (Row(0, f"{sign} {breaker.flat(printer.whole(rhs))}"),))
    if one.right <= right:
        return one
    short = Laid(before, tuple(_put(breaker.whole(rhs, right - _SIGN, right - _QUAD), f"{sign} ")))
    if points(before) <= width * 0.4 and short.right <= right and beside:
        return short
    top = (breaker.factor if limit else breaker.whole)(lhs, width - points(limit), width - _QUAD)
    under = breaker.whole(rhs, width - _QUAD - _SIGN, width - 2 * _QUAD)
    return Laid("", (*_deeper(_put(top, limit), after_first=1), *_deeper(_put(under, f"{sign} "), 1, after_first=1)))


def limit_of(over: str, printer: Printer) -> str:
    r"""What stands before the left side of a limit, "" for none.

    >>> limit_of("n_tokens", Printer())
    '\\lim_{S \\to \\infty} '
    """
    return rf"\lim_{{{printer.name(over)} \to \infty}} " if over else ""


def _put(rows: Rows, before: str = "", after: str = "") -> Rows:
    """The rows with something before the first and behind the last."""
    rows = [replace(rows[0], text=before + rows[0].text), *rows[1:]]
    return [*rows[:-1], replace(rows[-1], text=rows[-1].text + after)]


def _deeper(rows: Iterable[Row], quads: int = 0, *, after_first: int = 0) -> Rows:
    return [replace(row, indent=row.indent + quads + (after_first if n else 0)) for n, row in enumerate(rows)]


@dataclass(frozen=True)
class _Piece:
    """A part of a line: how it goes on a line after another, how it begins one, and how it is broken itself."""

    text: str
    sep: str
    lead: str
    breaks: Callable[[float, float], Rows]


@dataclass(frozen=True)
class _Breaker:
    """Breaks trees into rows: the first fits in `first` points, the others, with their indents, in `rest`."""

    printer: Printer

    def flat(self, source: str) -> str:
        """The LaTeX on one line."""
        return tightened(source)

    def whole(self, node: ast.expr, first: float, rest: float) -> Rows:
        """A formula that stands alone."""
        text = self.flat(self.printer.whole(node))
        if points(text) <= first:
            return [Row(0, text)]
        match node:
            case ast.BinOp(op=ast.Add() | ast.Sub()):
                return self._filled(self._terms(node), first, rest)
            case ast.BinOp(op=ast.Mult() | ast.Div()):
                return self._product(node, first, rest)
            case ast.BinOp(left=base, op=ast.Pow()):
                power = self.printer.whole(node)[len(self.printer.power_base(base)) :]
                return self._enclosed(base, ("(", ")" + power), first, rest)
            case ast.UnaryOp(operand=operand):
                return _put(self.factor(operand, first - _SIGN, rest), "-")
            case ast.Call(func=ast.Name(id=("ceil" | "floor") as name), args=[inner]):
                return self._enclosed(inner, _ROUNDED[name], first, rest)
            case ast.Call(func=ast.Name(id="mod"), args=[one, other]):
                pieces = [self._piece(one), self._modulus(other)]
                return self._around(self._tall(node), ("(", ")"), lambda a, b: self._filled(pieces, a, b), first, rest)
            case ast.Call(func=ast.Name(id=("min" | "max") as name), args=args):
                return self._arguments(name, args, first, rest)
        return [Row(0, text)]

    def factor(self, node: ast.expr, first: float, rest: float) -> Rows:
        """A formula as a factor, in brackets where it needs them."""
        text = self.flat(self.printer.factor(node))
        if points(text) <= first:
            return [Row(0, text)]
        if self.printer.factor(node) == self.printer.whole(node):
            return self.whole(node, first, rest)
        return self._enclosed(node, ("(", ")"), first, rest)

    def _piece(self, node: ast.expr, sep: str = "", lead: str = "") -> _Piece:
        """A factor among others; a fraction that is broken stands in brackets."""

        def breaks(first: float, rest: float) -> Rows:
            if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Div):
                return self.factor(node, first, rest)
            slash = self._quotient(node)
            tall = max(measure(piece.text).tall for piece in slash)
            return self._around(tall, ("(", ")"), lambda a, b: self._filled(slash, a, b), first, rest)

        return _Piece(self.flat(self.printer.factor(node)), sep, lead, breaks)

    def _modulus(self, node: ast.expr) -> _Piece:
        def breaks(first: float, rest: float) -> Rows:
            return self._enclosed(node, ("(", ")"), first, rest)

        return _Piece(self.flat(self.printer.modulus(node)), r" \bmod ", r"\bmod ", breaks)

    def _terms(self, node: ast.expr) -> list[_Piece]:
        """The terms of a sum with their signs."""
        found: list[_Piece] = []
        while isinstance(node, ast.BinOp) and is_sum(node):
            sign = "+" if isinstance(node.op, ast.Add) else "-"
            found.append(self._term(node.right, f" {sign} ", f"{sign} "))
            node = node.left
        alone = self.printer.term(node, first=True)
        bare = alone == self.printer.whole(node)
        breaks = self.whole if bare else self.factor
        return [_Piece(self.flat(alone), "", "", lambda a, b: breaks(node, a, b)), *reversed(found)]

    def _term(self, node: ast.expr, sep: str, lead: str) -> _Piece:
        return _Piece(self.flat(self.printer.term(node)), sep, lead, lambda a, b: self.factor(node, a, b))

    def _product(self, node: ast.expr, first: float, rest: float) -> Rows:
        """The factors of a product; what is divided is one factor, with a slash where the fraction is too wide."""
        head, factors = node, list[ast.expr]()
        while isinstance(head, ast.BinOp) and isinstance(head.op, ast.Mult):
            factors, head = [head.right, *factors], head.left
        if not factors:
            return self._filled(self._quotient(head), first, rest)
        pieces = [self._piece(head)]
        before = self.printer.factor(head)
        lead = latex.PRODUCTS["cdot" if self.printer.product == "thin" else self.printer.product].strip() + " "
        for factor in factors:
            sign = self.printer.times(before, factor)
            before += sign + self.printer.factor(factor)
            pieces.append(self._piece(factor, sign, lead))
        return self._filled(pieces, first, rest, deeper=0)

    def _quotient(self, node: ast.expr) -> list[_Piece]:
        assert isinstance(node, ast.BinOp)
        return [self._piece(node.left), self._denominator(node.right)]

    def _denominator(self, node: ast.expr) -> _Piece:
        if isinstance(node, ast.Constant | ast.Name):
            return self._piece(node, " / ", "/ ")

        def breaks(first: float, rest: float) -> Rows:
            return self._enclosed(node, ("(", ")"), first, rest)

        return _Piece(breaks(1e9, 1e9)[0].text, " / ", "/ ", breaks)

    def _arguments(self, name: str, args: Sequence[ast.expr], first: float, rest: float) -> Rows:
        """The arguments of min or max, broken behind commas."""

        def piece(node: ast.expr, end: str) -> _Piece:
            text = self.flat(self.printer.whole(node)) + end
            return _Piece(text, " ", "", lambda a, b: _put(self.whole(node, a - 3, b - 3), after=end))

        pieces = [piece(node, "," if n < len(args) - 1 else "") for n, node in enumerate(args)]
        tall = max(self._tall(node) for node in args)
        return self._around(tall, ("(", ")"), lambda a, b: self._filled(pieces, a, b), first, rest, name=rf"\{name}")

    def _tall(self, node: ast.expr) -> int:
        return min(measure(self.printer.whole(node)).tall, 2)

    def _enclosed(self, node: ast.expr, shape: tuple[str, str], first: float, rest: float) -> Rows:
        return self._around(self._tall(node), shape, lambda a, b: self.whole(node, a, b), first, rest)

    def _around(
        self,
        tall: int,
        shape: tuple[str, str],
        inside: Callable[[float, float], Rows],
        first: float,
        rest: float,
        *,
        name: str = "",
    ) -> Rows:
        """What stands in a bracket that may reach over lines."""
        sizes = _SIZES[min(tall, 2)]
        before, after = rf"{name}\{sizes[0]}{shape[0]}", rf"\{sizes[1]}{shape[1]}"
        rows = inside(first - points(before + ")"), rest - points(after) - 1)
        if len(rows) == 1:
            before, after = name + (r"\left" if tall else "") + shape[0], (r"\right" if tall else "") + shape[1]
        return _put(rows, before, after)

    def _filled(self, pieces: Sequence[_Piece], first: float, rest: float, *, deeper: int = 1) -> Rows:
        """As many pieces on a line as fit; a piece that is wider than a line is broken itself.

        A term that must be broken begins a line of its own; a factor goes where it needs fewer lines.
        """
        rows, room = [Row(0, "")], first
        for piece in pieces:
            current, lead = rows[-1].text, points(piece.lead) + 2
            here = current + piece.sep if current else ""
            if points(here + piece.text) <= room:
                rows[-1] = replace(rows[-1], text=here + piece.text)
                continue
            if current and points(piece.text) + lead <= rest:
                rows.append(Row(0, piece.lead + piece.text))
            else:
                inner = rest - _QUAD * deeper
                opened = piece.breaks(room - points(here), inner)
                if current:
                    other = _put(piece.breaks(rest - lead, inner), piece.lead)
                    fits = points(here + opened[0].text) <= room and piece.lead not in ("+ ", "- ")
                    if not fits or len(other) < len(opened) - 1:
                        rows.append(Row(0, ""))
                        opened, here = other, ""
                rows[-1] = replace(rows[-1], text=here + opened[0].text)
                rows += _deeper(opened[1:], deeper)
            room = rest - _QUAD * rows[-1].indent
        return rows
