r"""A piece of maths made ready for the strict reader: macros put in, reasons and units left out.

Everything keeps its place, so that a refusal can name line and column of the source.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass

from symkv.errors import BadInput
from symkv.formula.latex_names import FONTS, ROMAN, STRUCTURE, Letters, one_name, starts_name
from symkv.formula.latex_tokens import GAPS, SPACES, Tokens, Unreadable
from symkv.papers.rows import RELATION, Group, top_relation
from symkv.papers.sidecar import Sidecar

MAX_USES = 20_000  # characters of an equation that are looked through for declared letters
_REASON = re.compile(
    r"&[ \t\n]*&[ \t\n]*\\(?:text|mbox|textrm|textnormal)\{[ (]{0,3}"
    r"((?:by|since|from|using|because|see|cf)[A-Za-z0-9 ,.;()~:\-']{0,120})\}[ \t\n]*"
    r"(?=\\\\|\\label|\\nonumber|\\notag|$)"
)
_CONDITION = re.compile(
    r"\b(?:if|when|for|where|unless|otherwise|provided|assuming|whenever|only|except|with|given|as)\b", re.I
)
_BYTES = re.compile(  # the unit of what symkv counts, behind a whole equation
    r"(?:\\text|\\textrm|\\mbox)\{[ ~(\[]{0,3}bytes(?: per token|/token)?[ )\].,]{0,3}\}"
    r"(?=[ \t\n.,;]*(?:\\label\{[^{}\n]{0,200}\}[ \t\n]*)?$)"
)
_BRACE = re.compile(r"\\(?:under|over)brace[ \t\n]{0,10}\{")
_OPERAND = re.compile(r"(?:(?<![A-Za-z\\])[A-Za-z0-9]|[)}])(?:\s|~|\\[,;:])*$", re.ASCII)
_GRAMMAR = STRUCTURE | SPACES | GAPS | ROMAN
_ENVIRONMENT = re.compile(r"\\begin[ \t]*\{([A-Za-z]{1,40}\*?)\}", re.ASCII)
_COMMAND = re.compile(r"\\(?:([A-Za-z]+)|.)", re.ASCII | re.DOTALL)


@dataclass(frozen=True)
class Prepared:
    """Source for the reader, and where each piece of it stands in the file."""

    text: str
    starts: tuple[int, ...]  # offsets in `text` from which on ...
    places: tuple[int, ...]  # ... it goes on at these offsets of the file
    inside: tuple[bool, ...]  # whether that piece comes from a macro

    def place(self, offset: int) -> int:
        """The offset in the file of an offset in the text."""
        at = bisect_right(self.starts, offset) - 1
        return self.places[at] + (0 if self.inside[at] else offset - self.starts[at])


def prepared(text: str, group: Group, side: Sidecar, redefined: Mapping[str, int]) -> Prepared:
    """The source of a group for the reader; `Unreadable` for what the paper has given a meaning of its own."""
    macros = side.macros
    if r"\catcode" in redefined:
        raise Unreadable(r"the paper changes how its characters are read (\catcode)", offset=group.start)
    source = _BYTES.sub(lambda match: " " * len(match[0]), text[group.start : group.end])
    source = _unbraced(_without_reasons(source))
    pieces: list[str] = []
    starts, places, inside = [0], [group.start], [False]
    end = length = 0
    for match in _COMMAND.finditer(source):
        body = macros.get(match[0])
        named = _ENVIRONMENT.match(source, match.start())
        if named and named[1] in redefined:
            raise Unreadable(
                f"the environment {named[1]} is redefined by the paper", offset=match.start() + group.start
            )
        if body is None:
            if match[0] in redefined and (match[0] in _GRAMMAR or not any(match[0] in word for word in side.words)):
                why = "and not read; [macros] of the sidecar may say what it is" * (match[0] not in _GRAMMAR)
                why = why or "which may change what it means"
                problem = f"{match[0]} is defined by the paper itself, {why}"
                raise Unreadable(problem, offset=match.start() + group.start)
            continue
        behind = match.end()
        while source[behind : behind + 1] in (" ", "\t"):
            behind += 1  # TeX drops the space behind a command
        put = f"{body} "  # its last letter and the next one are no one name
        pieces += [source[end : match.start()], put]
        length += match.start() - end
        starts += [length, length + len(put)]
        places += [group.start + match.start(), group.start + behind]
        inside += [True, False]
        length += len(put)
        end = behind
    return Prepared("".join([*pieces, source[end:]]), tuple(starts), tuple(places), tuple(inside))


def _without_reasons(source: str) -> str:
    r"""The source with columns such as `&& \text{by (2)}` blanked out: reasons, and never a condition."""

    def blank(match: re.Match[str]) -> str:
        return match[0] if _CONDITION.search(match[1]) else " " * len(match[0])

    return _REASON.sub(blank, source) if "&" in source else source


def _unbraced(source: str) -> str:
    r"""The source without \underbrace and its label, where the brace holds a product and so changes nothing."""
    if "brace" not in source:
        return source
    found = list(source)
    for match in _BRACE.finditer(source):
        close = _closing(source, match.end() - 1)
        label = re.compile(r"[ \t\n]{0,10}[_^][ \t]{0,10}\{").match(source, close + 1)
        last = _closing(source, label.end() - 1) if label else close
        if close < 0 or last < 0 or not label:
            continue
        if _CONDITION.search(source[label.end() : last]) or RELATION.search(source[label.end() : last]):
            continue  # a condition, not a name
        body = re.sub(r"[_^]\{[^{}]*\}|[_^].", " ", source[match.end() : close])
        if re.search(r"[-+/=<>&]|\\\\|\\(?:le|ge|ne|bmod|sum)", body):
            continue  # the reader refuses \underbrace then
        for at in (*range(match.start(), match.end()), *range(close, last + 1)):
            found[at] = " "
        if _OPERAND.search(source[max(0, match.start() - 60) : match.start()]):
            found[match.start() : match.start() + 5] = r"\cdot"
    return "".join(found)


def _closing(source: str, at: int) -> int:
    """The index of the brace that closes the one at an index, -1 where none does within 400 characters."""
    depth = 0
    for index in range(at, min(len(source), at + 400)):
        if source[index] in "{}" and source[index - 1] != "\\":
            depth += 1 if source[index] == "{" else -1
            if depth == 0:
                return index
    return -1


def without_name(source: str) -> str:
    r"""An equation without its left side, which must be one name that the equation gives a value, such as `M_{kv} =`.

    What is left out is blanked. Where there is no relation sign, the source itself.
    """
    tokens = Tokens(source)
    start = top_relation(source)
    if start < 0:
        return source
    at = next(index for index, token in enumerate(tokens.list) if token.start >= start)
    if tokens.text(at) != "=":
        tokens.refuse(at, "an equation that equals a target must have = behind its name; or write proves")
    _require_name(tokens, at)
    return re.sub(r"[^\n]", " ", source[: start + 1]) + source[start + 1 :]


def _require_name(tokens: Tokens, end: int) -> None:
    """Refuse a left side that is more than one name, with arguments in brackets or without."""
    skipped = SPACES | GAPS | {"&"}
    at = 0
    while at < end and (tokens.text(at) in skipped or tokens.text(at) == r"\label"):
        at = tokens.closing.get(at + 1, at) + 1 if tokens.text(at) == r"\label" else at + 1
    if tokens.text(at) in ROMAN | FONTS and tokens.text(at + 1) == "{":
        behind = tokens.closing[at + 1] + 1
        while tokens.text(behind) in ("_", "^") and tokens.text(behind + 1) == "{":
            behind = tokens.closing[behind + 1] + 1
    elif at < end and starts_name(tokens, at):
        name = one_name(tokens, at)
        behind = name.end if name.raised is None else name.raised[2]
    else:
        tokens.refuse(min(at, end), "left of = must stand one name that the equation gives a value; or write proves")
    while tokens.text(behind) in skipped:
        behind += 1
    if tokens.text(behind) == "(":
        while behind < end and tokens.text(behind) != ")":
            if tokens.text(behind) in ("+", "-", "*", "/", "=", r"\cdot", r"\times"):
                break
            behind += 1
        behind += tokens.text(behind) == ")"
        while tokens.text(behind) in skipped:
            behind += 1
    if behind != end:
        tokens.refuse(behind, "left of = must stand one name that the equation gives a value; or write proves")


def uses(source: str, letters: Letters, only: frozenset[str]) -> bool:
    """Whether a piece of maths has a declared letter in it, one of `only` if there are any.

    What can't be tokenised is left out of the question.
    """
    if len(source) > MAX_USES:
        return True
    for _ in range(20):
        try:
            tokens = Tokens(source)
        except Unreadable as problem:
            if not 0 <= problem.offset < len(source):
                return False
            source = source[: problem.offset] + " " + source[problem.offset + 1 :]
            continue
        return _has_declared(tokens, letters, only)
    return False


def _has_declared(tokens: Tokens, letters: Letters, only: frozenset[str]) -> bool:
    at = 0
    while tokens[at].kind != "end":
        try:
            if starts_name(tokens, at):
                found = letters.read(tokens, at)
                if found is not None and (not only or found[0] in only):
                    return True
                at = max(at + 1, one_name(tokens, at).end)
                continue
        except BadInput:
            pass  # a name with a script too many, or one that may mean two symbols
        at += 1
    return False
