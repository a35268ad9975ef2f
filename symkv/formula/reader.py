"""The strict reader: text -> a whitelisted Python `ast` in written order, or one error with its column.

Nothing of the text is ever evaluated. A token pass refuses every character and word that the language does not have,
checks the bounds, and turns the language's `=` into the comparison that `ast.parse` knows; then the tree is walked
once, and any node outside the whitelist is refused.
"""

from __future__ import annotations

import ast
import keyword
import re
import warnings
from fractions import Fraction
from typing import NamedTuple, NoReturn

from symkv.errors import BadInput
from symkv.formula.tree import chain
from symkv.units import MAX_BITS, exact, shown

MAX_CHARS, MAX_NODES, MAX_DEPTH, MAX_EXPONENT, MAX_DEGREE = 4096, 2000, 50, 64, 256
MAX_NESTING = 150  # of the tree, where no bracket shows it: signs and conditions in a row

FUNCTIONS = {"min": (2, 16), "max": (2, 16), "ceil": (1, 1), "floor": (1, 1), "mod": (2, 2), "sqrt": (1, 1)}
COMPARISONS: dict[str, type[ast.cmpop]] = {
    "=": ast.Eq,
    "!=": ast.NotEq,
    "<": ast.Lt,
    "<=": ast.LtE,
    ">": ast.Gt,
    ">=": ast.GtE,
}
RELATIONS = (*COMPARISONS, "divides", "multiple of")

_TOKEN = re.compile(
    r"(?P<space>[ \t\n]+)"
    r"|(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d{1,4})?)"
    r"|(?P<relation>!=|<=|>=|=|<|>|\bdivides\b|(?:(?<=[A-Za-z0-9_)]\s)a\s+)?multiple\s+of\b)"
    r"|(?P<word>[A-Za-z][A-Za-z0-9_]*)"
    r"|(?P<sign>\*\*|[-+*/(),])",
    re.ASCII,
)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,31}")
_HINTS = {
    "^": "write ** for a power",
    "#": "a formula has no comments",
    ".": "an attribute or a bare decimal point is not allowed; write 0.5",
    "_": "a name starts with a letter, and a number has no underscores",
    "{": "write plain names such as n_kv_heads",
    "\\": "write plain names such as n_kv_heads, not LaTeX",
}


def is_name(text: str) -> bool:
    """Whether a text can name a symbol: letters, digits and _, at most 32, and no word of the language or of Python."""
    return bool(_NAME.fullmatch(text)) and text not in FUNCTIONS and not keyword.iskeyword(text)


class Token(NamedTuple):
    """One token: its kind, its text and its column, counted from 1."""

    kind: str
    text: str
    column: int


def _refuse(text: str, column: int, problem: str) -> NoReturn:
    shown = text if len(text) <= 60 else text[:57] + "..."
    raise BadInput(f"{problem} (in {shown!r}, column {column})")


def tokens(text: str) -> list[Token]:
    """The tokens of a formula or relation; `BadInput` names the first thing that the language does not have."""
    if len(text) > MAX_CHARS:
        _refuse(text, MAX_CHARS, f"a formula may have {MAX_CHARS} characters, got {len(text)}; split it into steps")
    found: list[Token] = []
    position = depth = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            char = text[position]
            shown = char if char.isascii() and char.isprintable() else f"U+{ord(char):04X}"
            hint = _HINTS.get(char, "allowed are names, numbers, + - * / ** ( ) , and = != < <= > >=")
            _refuse(ascii(text)[1:-1], position + 1, f"{shown!r} is not part of a formula; {hint}")
        kind, word = str(match.lastgroup), match[0]
        if word[0] == "a" and kind == "relation" and not (found and _ends_operand(found[-1])):
            kind, word = "word", "a"  # `a multiple of b` names a symbol a; `n a multiple of b` has the article
        if kind != "space":
            token = Token(kind, word, position + 1)
            _check_token(text, token, found[-1] if found else None)
            depth += (word == "(") - (word == ")")
            if not 0 <= depth <= MAX_DEPTH:
                problem = "this bracket was not opened" if depth < 0 else f"brackets may nest {MAX_DEPTH} deep"
                _refuse(text, position + 1, problem)
            found.append(token)
        position += len(word)
    if depth:
        _refuse(text, len(text), "a bracket is not closed; add ')'")
    if not found:
        _refuse(text, 1, "a formula must not be empty; write for example 2*n_layers*d_head")
    return found


def _check_token(text: str, token: Token, before: Token | None) -> None:
    """Refuse implicit products, over-long names and badly written numbers, where they stand."""
    operand_starts = (token.kind in ("word", "number") and token.text not in ("if", "else")) or token.text == "("
    if before is not None and operand_starts:
        ends = _ends_operand(before)
        if ends and token.text == "(" and before.kind == "word":
            _refuse(text, before.column, f"{before.text[:32]!r} is not a function; allowed are {', '.join(FUNCTIONS)}")
        if ends:
            hint = f"write {before.text[:32]}*{token.text[:32]}"
            _refuse(text, token.column, f"a product needs its sign; {hint}")
    if token.kind == "word" and not _NAME.fullmatch(token.text):
        _refuse(text, token.column, f"a name may have 32 characters, got {len(token.text)}")
    if keyword.iskeyword(token.text) and token.text not in ("if", "else"):
        _refuse(text, token.column, f"{token.text!r} is no name of a symbol; write another word")
    if token.kind == "number" and token.text[0] == "0" and token.text[1:2].isdigit():
        _refuse(text, token.column, f"a number has no leading zeros, got {token.text[:20]!r}")


def _ends_operand(token: Token) -> bool:
    is_name = token.kind in ("word", "number") and token.text not in ("if", "else", *FUNCTIONS)
    return is_name or token.text == ")"


def split_relation(text: str) -> tuple[str, str, str] | None:
    """The sides and the sign of a relation, or None when the text has no relation sign outside `if ... else`.

    >>> split_relation("n_kv_heads divides n_heads")
    ('n_kv_heads ', 'divides', ' n_heads')
    """
    depth = conditions = 0
    signs: list[Token] = []
    for token in tokens(text):
        depth += (token.text == "(") - (token.text == ")")
        conditions += (token.text == "if") - (token.text == "else")
        if token.kind == "relation" and depth == 0 and conditions <= 0:
            signs.append(token)
    if not signs:
        return None
    if len(signs) > 1:
        _refuse(text, signs[1].column, "one relation a string; write two")
    (sign,) = signs
    name = "multiple of" if sign.text.endswith("of") else sign.text
    return text[: sign.column - 1], name, text[sign.column - 1 + len(sign.text) :]


def read(text: str) -> ast.expr:
    """The whitelisted tree of a formula, in written order; literals are exact and whole (1/10 for `0.1`)."""
    pieces: list[str] = []
    end = 0
    for token in tokens(text):
        pieces.append(" " * (token.column - 1 - end))  # keeps the columns of the source, but for the = made ==
        word = token.text
        if token.kind == "relation" and word not in COMPARISONS:
            _refuse(text, token.column, f"{word!r} stands between two formulas, not inside one")
        pieces.append("==" if word == "=" else word)
        end = token.column - 1 + len(word)
    source = "".join(pieces).strip()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source, mode="eval").body
    except (SyntaxError, RecursionError, MemoryError) as problem:
        column = getattr(problem, "offset", None) or 1
        _refuse(text, column, "this is not a complete formula; an operator or operand is missing")
    return _Whitelist(text, source).visit(tree)


class _Whitelist:
    """Walks a parsed tree once, rebuilds what is allowed and refuses the rest."""

    def __init__(self, text: str, source: str) -> None:
        self.text, self.source, self.nodes, self.depth = text, source, 0, 0

    def visit(self, node: ast.expr) -> ast.expr:
        self.count(node)
        self.depth += 1
        if self.depth > MAX_NESTING:
            _refuse(self.text, node.col_offset + 1, f"a formula may nest {MAX_NESTING} deep; split it into steps")
        built = self.rebuilt(node)
        self.depth -= 1
        return built

    def count(self, node: ast.expr) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            _refuse(self.text, node.col_offset + 1, f"a formula may have {MAX_NODES} nodes; split it into steps")

    def rebuilt(self, node: ast.expr) -> ast.expr:
        match node:
            case ast.Name(id=name) if name not in FUNCTIONS:
                return ast.Name(name, ast.Load())
            case ast.Constant():
                return literal(exact(self.source[node.col_offset : node.end_col_offset]))  # one line, ASCII only
            case ast.UnaryOp(op=ast.USub() as sign, operand=operand):
                return ast.UnaryOp(sign, self.visit(operand))
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.visit(operand)
            case ast.BinOp(left=left, op=ast.Pow() as op, right=right):
                return self.bounded(node, ast.BinOp(self.visit(left), op, self.exponent(right)))
            case ast.BinOp():
                first, steps = chain(node)
                tree = self.visit(first)
                for step in steps:
                    if not isinstance(step.op, ast.Add | ast.Sub | ast.Mult | ast.Div):
                        _refuse(self.text, step.col_offset + 1, _not_allowed(step))
                    self.count(step)
                    tree = self.bounded(step, ast.BinOp(tree, step.op, self.visit(step.right)))
                return tree
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in FUNCTIONS:
                low, high = FUNCTIONS[name]
                if not low <= len(args) <= high:
                    need = f"{low}" if low == high else f"{low} to {high}"
                    _refuse(self.text, node.col_offset + 1, f"{name} takes {need} arguments, got {len(args)}")
                return ast.Call(ast.Name(name, ast.Load()), [self.visit(arg) for arg in args], [])
            case ast.IfExp(test=ast.Compare() as test, body=body, orelse=orelse):
                return ast.IfExp(self.condition(test), self.visit(body), self.visit(orelse))
        _refuse(self.text, node.col_offset + 1, _not_allowed(node))

    def condition(self, node: ast.Compare) -> ast.Compare:
        if len(node.ops) != 1:
            _refuse(self.text, node.col_offset + 1, "one comparison in a condition; write min or max for more")
        return ast.Compare(self.visit(node.left), node.ops, [self.visit(node.comparators[0])])

    def exponent(self, node: ast.expr) -> ast.expr:
        match node:
            case ast.UnaryOp(op=ast.USub() as sign, operand=ast.Constant(value=int(value))) if value <= MAX_EXPONENT:
                return ast.UnaryOp(sign, ast.Constant(value))
            case ast.Constant(value=int(value)) if value <= MAX_EXPONENT:
                return ast.Constant(value)
        problem = f"an exponent must be a whole number up to {MAX_EXPONENT} written out; write products for more"
        _refuse(self.text, node.col_offset + 1, problem)

    def bounded(self, node: ast.expr, built: ast.expr) -> ast.expr:
        if degree(built) > MAX_DEGREE:
            _refuse(self.text, node.col_offset + 1, f"a formula may have degree {MAX_DEGREE}, this has more")
        return built


def _not_allowed(node: ast.expr) -> str:
    match node:
        case ast.Compare():
            return "a relation stands between two formulas, not inside one; leave out its sign or use if ... else"
        case ast.Tuple():
            return "a comma stands between arguments only; write 1.5 for a decimal"
    return "this is not part of a formula; allowed are + - * / ** and functions"


def degree(node: ast.expr) -> int:
    """The total degree counting a literal as a factor of its own, which bounds the size of every value."""
    found = getattr(node, "_degree", None)
    if isinstance(found, int):
        return found
    match node:
        case ast.BinOp(left=left, op=ast.Pow(), right=ast.Constant(value=int(value))):
            found = degree(left) * value
        case ast.BinOp(left=left, op=ast.Pow(), right=ast.UnaryOp(operand=ast.Constant(value=int(value)))):
            found = degree(left) * value
        case ast.BinOp(left=left, op=(ast.Mult() | ast.Div()), right=right):
            found = degree(left) + degree(right)
        case ast.BinOp(left=left, right=right):
            found = max(degree(left), degree(right))
        case ast.UnaryOp(operand=operand):
            found = degree(operand)
        case ast.Call(args=args):
            found = max(map(degree, args))
        case ast.IfExp(body=body, orelse=orelse):
            found = max(degree(body), degree(orelse))
        case _:
            found = 1
    node._degree = found  # type: ignore[attr-defined]  # remembered, so that the check is linear in the tree
    return found


def literal(value: Fraction | int) -> ast.expr:
    """The tree of an exact number: a whole constant, a quotient of two, or the negative of one of these."""
    if type(value) is int and 0 <= value < 2**64:  # nearly all of them
        return ast.Constant(value)
    value = Fraction(value)
    if max(abs(value.numerator), value.denominator).bit_length() > MAX_BITS:
        raise BadInput(f"a number in a formula may have 4000 digits, got {shown(value)}; give smaller values")
    if value < 0:
        return ast.UnaryOp(ast.USub(), literal(-value))
    whole = ast.Constant(value.numerator)
    return whole if value.denominator == 1 else ast.BinOp(whole, ast.Div(), ast.Constant(value.denominator))
