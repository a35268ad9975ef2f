"""The rows of a display put together to equations, and where an equation has its first relation sign."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from symkv.papers.scan import Maths

SINGLE = frozenset(
    {"multline", "multline*", "equation", "equation*", "displaymath", r"\[", "$$", "$", r"\(", "dmath", "dmath*"}
)
RELATION = re.compile(
    r"[=<>]|\\(?:leq?|leqslant|lt|geq?|geqslant|gt|neq?|approx|equiv|sim|simeq|propto|mid|in|coloneqq|triangleq|to)"
    r"(?![A-Za-z])",
    re.ASCII,
)
_TOP = re.compile(
    r"(?P<open>\\begin[ \t]*\{[^{}]*\}|\{)|(?P<close>\\end[ \t]*\{[^{}]*\}|\})"
    rf"|(?P<relation>{RELATION.pattern})|\\.",
    re.ASCII | re.DOTALL,
)
_BREAK = re.compile(
    r"(?P<newline>\\\\)|\\begin[ \t]*\{(?P<begin>[^{}\n]{1,40})\}|\\end[ \t]*\{(?P<end>[^{}\n]{1,40})\}"
    r"|(?P<escape>\\.)|(?P<brace>[{}])",
    re.ASCII | re.DOTALL,
)
_LEADING = re.compile(
    r"(?:[\s&~]|\{\}|\\[,;:!> ]|\\(?:quad|qquad|displaystyle|nonumber|notag)(?![A-Za-z])|\\label\{[^{}\n]{0,200}\})*"
)
_CONTINUES = re.compile(r"[=<>+\-*/]|\\(?:cdot|times|le|ge|leq|geq|approx|ne|neq|equiv|sim|propto|in|mid)(?![A-Za-z])")
_ARGUMENT = re.compile(r"[ \t]*\{[^{}\n]{1,20}\}")
_SPACING = re.compile(r"\*?(?:\[[^\]\n]{0,20}\])?")


class Group(NamedTuple):
    """One equation of a display: the offsets of its source in the file."""

    start: int
    end: int


def groups(text: str, item: Maths) -> list[Group]:
    """The equations of a display: rows that begin with a sign go on with the one before."""
    start, stop = _inner(text, item)
    if item.opener in SINGLE:
        return [Group(start, stop)]
    found: list[Group] = []
    headless = False  # whether the last group has no relation sign yet
    for low, high in _rows(text, start, stop):
        body = text[low:high]
        first = leading(body)
        if not body[first:].strip() and found:
            continue
        related = top_relation(body) >= 0
        continues = bool(_CONTINUES.match(body, first)) or not related
        if found and (continues or (headless and not item.opener.startswith("gather"))):
            found[-1] = Group(found[-1].start, high)
            headless = headless and not related
        else:
            found.append(Group(low, high))
            headless = not related
    return found


def top_relation(source: str) -> int:
    """Where the first relation sign stands that is inside no braces and no environment, -1 where there is none."""
    depth = 0
    for match in _TOP.finditer(source):
        if match["relation"] and depth <= 0:
            return match.start()
        if match["open"] or match["close"]:
            depth += 1 if match["open"] else -1
    return -1


def leading(body: str) -> int:
    """How much of an equation's source comes before what it shows: space, marks, labels."""
    match = _LEADING.match(body)
    return match.end() if match else 0


def _inner(text: str, item: Maths) -> tuple[int, int]:
    """What is inside a display, without the argument of alignat and IEEEeqnarray."""
    start = item.inner
    if ("alignat" in item.opener or "IEEE" in item.opener) and (argument := _ARGUMENT.match(text, start)):
        start = argument.end()
    return start, item.stop


def _rows(text: str, start: int, stop: int) -> Iterator[tuple[int, int]]:
    depth = inner = 0
    low = start
    for match in _BREAK.finditer(text, start, stop):
        if match["brace"]:
            depth += 1 if match["brace"] == "{" else -1
        elif match["begin"] or match["end"]:
            inner += 1 if match["begin"] else -1
        elif match["newline"] and depth <= 0 and inner <= 0:
            yield low, match.start()
            behind = _SPACING.match(text, match.end())
            low = behind.end() if behind else match.end()
    yield low, stop
