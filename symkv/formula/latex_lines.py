"""Relations, lines, alignment, environments and cases: what each sign and command of them does to the parser."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from symkv.formula import text
from symkv.formula.latex_frames import CASES, Frame
from symkv.formula.latex_parser import Parser
from symkv.formula.latex_tokens import SPACES
from symkv.formula.reader import COMPARISONS

SIGNS = {
    "=": "=",
    "<": "<",
    ">": ">",
    r"\lt": "<",
    r"\gt": ">",
    **dict.fromkeys((r"\le", r"\leq", r"\leqslant"), "<="),
    **dict.fromkeys((r"\ge", r"\geq", r"\geqslant"), ">="),
    **dict.fromkeys((r"\ne", r"\neq"), "!="),
    r"\mid": "divides",
    r"\in": "multiple of",
}
OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": "!=", "!=": "="}
CASES_NAMES = frozenset({"cases", "dcases"})
ENVIRONMENTS = frozenset(
    "equation equation* align align* aligned split multline multline* gather gather* gathered flalign flalign*".split()
)


def _relation(parser: Parser) -> None:
    parser.end_sums()
    frame, sign, at = parser.top, SIGNS[parser.tokens.text(parser.at)], parser.at
    if frame.kind == "cases" and frame.data["cell"] == "condition":
        if "sign" in frame.data:
            parser.refuse("one comparison in a condition; write min or max for more")
        if sign not in COMPARISONS:
            parser.refuse("a condition compares two formulas; write = or <")
        frame.data["left"], frame.data["sign"] = frame.finish(at), sign
        parser.at += 1
        return
    if frame.kind != "top":
        parser.refuse("a relation stands between two formulas, not inside one")
    if parser.late_sign and parser.signs:
        parser.refuse("this line may be a second relation; begin it with its sign, or give one at a time")
    parser.mark_line(sign=False)
    if frame.empty:
        parser.refuse("a relation needs a formula on both sides")
    parser.sides.append(frame.finish(at))
    parser.signs.append((sign, at))
    parser.at += 1
    if sign == "multiple of":
        _integers(parser)


def _integers(parser: Parser) -> None:
    r"""The \mathbb{Z}\cdot behind \in, which makes it `multiple of`."""
    found: list[str] = []
    while len(found) < 5 and parser.tokens[parser.at].kind != "end":
        if parser.tokens.text(parser.at) not in SPACES:
            found.append(parser.tokens.text(parser.at))
        parser.at += 1
    if "".join(found) != r"\mathbb{Z}\cdot":
        parser.refuse(r"\in is read in a \in \mathbb{Z}\cdot b only, for a multiple of b", parser.signs[-1][1])


def _alignment(parser: Parser) -> None:
    parser.end_sums()
    frame = parser.top
    if frame.kind == "cases":
        if frame.data["cell"] != "body":
            parser.refuse("a row of cases has two cells; leave out this &")
        frame.data["body"], frame.data["cell"] = frame.finish(parser.at), "start"
    elif frame.kind != "top" and not (parser.line_start and frame.kind in ("bracket", "arguments") and _spans(parser)):
        parser.refuse(r"an alignment mark can't stand inside a bracket, but where a line begins inside \bigl( \bigr)")
    frame.gap = True
    parser.at += 1


def _spans(parser: Parser) -> bool:
    r"""Whether every open bracket may reach over lines, which \left and \right may not."""
    return all(frame.closer[1] != r"\right" for frame in parser.frames)


def _newline(parser: Parser) -> None:
    parser.end_sums()
    frame = parser.top
    parser.at += 1
    if parser.tokens.text(parser.at) == "*" and not parser.tokens[parser.at].spaced:
        parser.at += 1  # a break that keeps the page
    if parser.tokens.text(parser.at) == "[" and not parser.tokens[parser.at].spaced:
        end = next((k for k in range(parser.at, parser.at + 10) if parser.tokens.text(k) == "]"), 0)
        if not end:
            parser.refuse(r"a \\[...] needs a length in its brackets")
        parser.at = end + 1
    if frame.kind == "cases":
        _row(parser, frame)
    elif frame.kind == "argument":
        parser.refuse("a line can't break inside braces", parser.at - 1)
    else:
        frame.gap = True
        parser.lines, parser.line_start, parser.late_sign = parser.lines + 1, True, False


def _begin(parser: Parser) -> None:
    start = parser.at
    name = _environment(parser)
    if name in CASES_NAMES:
        frame = parser.push("cases", lambda tree, frame: parser.give(tree, CASES, start))
        frame.start = start
        frame.data |= {"cell": "body", "rows": [], "name": name}
    elif name not in ENVIRONMENTS:
        parser.refuse(
            f"the environment {name[:30]} is not read; known are cases and {', '.join(sorted(ENVIRONMENTS))}", start
        )
    elif parser.top.kind != "top" or not parser.top.empty or parser.sides:
        parser.refuse(f"the environment {name} stands around a whole formula", start)
    else:
        parser.environments.append(name)


def _end(parser: Parser) -> None:
    parser.end_sums()
    start, frame = parser.at, parser.top
    name = _environment(parser)
    if frame.kind == "cases" and frame.data["name"] == name:
        _row(parser, frame)
        tree = _conditional(parser, frame, start)
        parser.frames.pop()
        frame.done(tree, frame)
    elif frame.kind == "top" and parser.environments[-1:] == [name]:
        parser.environments.pop()
        parser.closed = True
    else:
        parser.refuse(rf"\end{{{name[:30]}}} closes nothing that is open", start)


def _environment(parser: Parser) -> str:
    after = parser.argument_end(parser.at + 1)
    name = parser.tokens.inside(parser.at + 1)
    parser.at = after
    return name


# -- cases -------------------------------------------------------------------------------------------------------------


def _row(parser: Parser, frame: Frame) -> None:
    """The end of a row: its value and its condition, None for otherwise."""
    data = frame.data
    if data["cell"] == "body":
        if not frame.empty:
            parser.refuse(r"a row of cases needs & \text{if } with a condition, or & \text{otherwise}")
        return  # the line break behind the last row
    condition = None
    if data["cell"] == "condition":
        if "sign" not in data:
            parser.refuse("a condition compares two formulas; write = or <")
        op = COMPARISONS[data.pop("sign")]()
        condition = ast.Compare(data.pop("left"), [op], [frame.finish(parser.at)])
    elif not frame.empty:
        parser.refuse(r"nothing may follow \text{otherwise}")
    elif data["cell"] == "start":
        parser.refuse("a condition is missing")
    if data["rows"] and data["rows"][-1][1] is None:
        parser.refuse("the row with otherwise must be the last one")
    data["rows"].append((data.pop("body"), condition))
    data["cell"] = "body"
    frame.gap = False


def _conditional(parser: Parser, frame: Frame, end: int) -> ast.expr:
    """The nested conditions of all rows."""
    rows: list[tuple[ast.expr, Any]] = frame.data["rows"]
    if len(rows) < 2:
        parser.refuse("cases need two rows or more", end)
    *first, (tree, last) = rows
    if last is not None and not (len(rows) == 2 and _opposed(rows[0][1], last)):
        parser.refuse(r"the last row must be \text{otherwise}: the conditions may leave something out", end)
    for body, condition in reversed(first):
        tree = parser.builder.node(ast.IfExp(condition, body, tree), end)
    return tree


def _opposed(one: ast.Compare, other: ast.Compare) -> bool:
    """Whether one of two comparisons holds exactly where the other does not."""
    signs = [text.COMPARISON_TEXT[type(test.ops[0])] for test in (one, other)]
    sides = [(text.write(test.left), text.write(test.comparators[0])) for test in (one, other)]
    return sides[0] == sides[1] and signs[1] == OPPOSITE[signs[0]]


LINES: dict[str, Callable[[Parser], None]] = {
    **dict.fromkeys(SIGNS, _relation),
    r"\\": _newline,
    r"\begin": _begin,
    r"\end": _end,
    "&": _alignment,
}
