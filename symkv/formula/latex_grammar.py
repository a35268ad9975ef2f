"""What each sign and command of the LaTeX grammar does, as a table from its text to a function of the parser."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable

from symkv.formula.latex_frames import BRACKET, LONE, NAME, NUMBER, NUMBERS, OTHER, Frame
from symkv.formula.latex_lines import LINES
from symkv.formula.latex_parser import CLOSERS, OPENERS, PREFIXES, SAME, Parser
from symkv.formula.latex_tokens import SPACES
from symkv.formula.reader import MAX_NODES, literal
from symkv.formula.tree import mapped

_REASONS = {
    **dict.fromkeys(
        (r"\equiv", r"\approx", r"\sim", r"\simeq", r"\propto", r"\pmod", r"\mod"),
        r"is no relation that can be proved here; write = or \mid, or \left(a \bmod b\right)",
    ),
    **dict.fromkeys((r"\rm",), r"switches the font of what follows; write \mathrm{...}"),
    **dict.fromkeys(("|", r"\lvert", r"\rvert", r"\vert"), "may open or close; absolute values are not read"),
    ",": "stands between arguments only; write 1{,}024 or 0.5, and one formula at a time",
    ".": "is no decimal point here; write 0.5",
    "!": "is no sign of the grammar; factorials are not read",
    "^": "needs a name or a bracket before it",
    "_": "needs a letter before it",
}
_ROUNDED = {r"\lceil": "ceil", r"\lfloor": "floor"}
_LOWER = re.compile(r"\s*([A-Za-z])\s*=\s*(\d{1,9})\s*")
_UPPER = re.compile(r"\s*(\d{1,9})\s*")


def _sign(parser: Parser) -> None:
    parser.mark_line(sign=True)
    minus = parser.tokens.text(parser.at) == "-"
    parser.top.sign(ast.Sub() if minus else ast.Add(), parser.at)
    parser.at += 1


def _product(parser: Parser) -> None:
    parser.mark_line(sign=True)
    parser.top.multiply(parser.tokens.text(parser.at), parser.at)
    parser.at += 1


def _remainder(parser: Parser) -> None:
    if parser.top.kind == "sum":
        parser.refuse(r"how far \sum reaches is open here; put brackets around it")
    parser.top.remainder(parser.at)
    parser.at += 1


def _fraction(parser: Parser) -> None:
    start = parser.at
    parser.mark_line(sign=False)
    parser.at += 1

    def over(top: ast.expr, what: str) -> None:
        def under(bottom: ast.expr, also: str) -> None:
            tree = parser.builder.node(ast.BinOp(top, ast.Div(), bottom), start)
            parser.give(tree, NUMBERS if what == also == NUMBER else OTHER, start)

        parser.argument(under)

    parser.argument(over)


def _root(parser: Parser) -> None:
    start = parser.at
    parser.at += 1
    if parser.tokens.text(parser.at) == "[":
        parser.refuse("only square roots are read")
    parser.argument(lambda tree, what: parser.call("sqrt", [tree], start))


def _extremum(parser: Parser) -> None:
    start = parser.at
    parser.at += 1
    while parser.tokens.text(parser.at) in SPACES:
        parser.at += 1
    parser.function(parser.tokens.text(start)[1:], start)


def _comma(parser: Parser) -> None:
    parser.end_sums()
    frame = parser.top
    if frame.kind != "arguments":
        _unknown(parser)
    frame.data["list"].append(frame.finish(parser.at))
    parser.at += 1


def _opening(parser: Parser) -> None:
    start, found = parser.at, parser.bracket()
    if found is None:
        _closing(parser)
        return
    shape, closing_prefix, after = found
    if shape == r"\{":
        parser.refuse(r"braces that show are read behind \min and \max only; write ( )")
    parser.opened(found)

    def done(tree: ast.expr, frame: Frame) -> None:
        if shape == "[" and not frame.data.get("inner"):
            parser.refuse(r"square brackets are read around round ones only; write ( ) or \lfloor \rfloor", start)
        if shape in _ROUNDED:
            parser.call(_ROUNDED[shape], [tree], start)
        else:
            parser.give(tree, LONE if frame.data["what"] in (NUMBER, NAME) else BRACKET, start)

    parser.push("bracket", done, (OPENERS[shape], closing_prefix))
    parser.at = after


def _closing(parser: Parser) -> None:
    at = parser.at
    prefix = parser.tokens.text(at) if parser.tokens.text(at) in PREFIXES else ""
    shape = parser.tokens.text(at + bool(prefix))
    shape = SAME.get(shape, shape)
    if shape not in CLOSERS:
        parser.refuse(f"{prefix} needs a bracket behind it: ( ) [ ] or \\lceil \\rceil \\lfloor \\rfloor")
    parser.close(shape, prefix, at + 1 + bool(prefix))


def _braces(parser: Parser) -> None:
    start = parser.at
    parser.at += 1
    if parser.tokens.text(parser.at) == "}":
        parser.at += 1
        return

    def done(tree: ast.expr, frame: Frame) -> None:
        if not frame.data["what"]:
            parser.refuse("braces do not show in print; put ( ) around a sum or a product", start)
        parser.give(tree, frame.data["what"], start)

    parser.push("argument", done, ("}", ""))


def _end_of_braces(parser: Parser) -> None:
    parser.close("}", "", parser.at + 1)


def _sum(parser: Parser) -> None:
    start, tokens = parser.at, parser.tokens
    parser.at += 1
    while tokens.text(parser.at) in (r"\limits", r"\nolimits"):
        parser.at += 1
    scripts: dict[str, str] = {}
    while tokens.text(parser.at) in ("_", "^") and tokens.text(parser.at) not in scripts:
        mark = tokens.text(parser.at)
        braced = tokens.text(parser.at + 1) == "{"
        scripts[mark] = tokens.inside(parser.at + 1) if braced else tokens.text(parser.at + 1)
        parser.at = tokens.closing[parser.at + 1] + 1 if braced else parser.at + 2
    lower, upper = _LOWER.fullmatch(scripts.get("_", "")), _UPPER.fullmatch(scripts.get("^", ""))
    if lower is None or upper is None:
        parser.refuse(r"\sum needs a letter and whole numbers, as in \sum_{i=1}^{4}", start)
    index, low, high = lower[1], int(lower[2]), int(upper[1])
    if index in parser.bound:
        parser.refuse(f"the letter {index} is already the index of a sum around this one", start)
    name = f"~{index}"  # no symbol has such a name
    parser.bound[index] = name

    def done(tree: ast.expr, frame: Frame) -> None:
        del parser.bound[index]
        parser.give(_expanded(parser, tree, name, range(low, high + 1), start), OTHER, start)

    parser.push("sum", done)


def _expanded(parser: Parser, body: ast.expr, name: str, values: range, start: int) -> ast.expr:
    """The terms of a sum, one for each value of its index."""
    size = sum(isinstance(node, ast.expr) for node in ast.walk(body))
    if len(values) > MAX_NODES:
        parser.refuse(f"a sum may have {MAX_NODES} terms, got {len(values)}", start)
    parser.builder.count(start, len(values) * size)
    total: ast.expr | None = None
    for value in values:
        number = literal(value)
        term = mapped(body, lambda node: number if isinstance(node, ast.Name) and node.id == name else None)  # noqa: B023
        term = parser.builder.alike(term, body)
        total = term if total is None else parser.builder.node(ast.BinOp(total, ast.Add(), term), start)
    return total or literal(0)


def _unknown(parser: Parser) -> None:
    word = parser.tokens.text(parser.at)
    parser.refuse(f"{word[:30]} {_REASONS.get(word, 'is not part of the grammar; symkv reads formulas only')}")


HANDLERS: dict[str, Callable[[Parser], None]] = {
    "": _unknown,
    **dict.fromkeys(("+", "-"), _sign),
    **dict.fromkeys((r"\cdot", r"\times", "*", "/"), _product),
    **LINES,
    **dict.fromkeys((*OPENERS, *PREFIXES, *SAME), _opening),
    **dict.fromkeys(CLOSERS, _closing),
    **dict.fromkeys((r"\frac", r"\dfrac", r"\tfrac"), _fraction),
    **dict.fromkeys((r"\min", r"\max"), _extremum),
    r"\bmod": _remainder,
    r"\sqrt": _root,
    r"\sum": _sum,
    ",": _comma,
    "{": _braces,
    "}": _end_of_braces,
}
