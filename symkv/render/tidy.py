r"""What a careful author would tidy in printed LaTeX: brackets no larger than need be, no fractions in fractions."""

from __future__ import annotations

from collections.abc import Mapping

from symkv.formula.latex_names import one_name, starts_name
from symkv.formula.latex_tokens import Tokens
from symkv.render.metrics import measure

_BEFORE = frozenset({"{", "+", "-", "(", ",", r"\lfloor", r"\lceil"})
_BEHIND = frozenset({"}", "+", "-", ")", ",", r"\right"})
_TALL = frozenset({"+", "-", "/", "(", ")", "^", r"\frac", r"\sqrt", r"\left", r"\begin", r"\min", r"\max", r"\bmod"})


def tightened(source: str) -> str:
    r"""Plain brackets around what is not tall, no thin space beside \left and \right, and no small fraction in another.

    >>> print(tightened(r"L\,\left(a + b\right)\,c"), tightened(r"L\,\left(\frac{a}{b} + c\right)\,d"))
    L\,(a + b)\,c L \left(\frac{a}{b} + c\right) d
    """
    source = slashed(source)
    if r"\left" not in source:
        return source
    tokens = Tokens(source)
    opened: list[int] = []
    changes: dict[int, str] = {}
    for at, token in enumerate(tokens.list):
        if token.text == r"\left":
            opened.append(at)
        elif token.text == r"\right":
            start = opened.pop()
            shape = tokens.text(start + 1)
            inside = source[tokens[start + 2].start : token.start]
            if shape in ("(", r"\lfloor", r"\lceil") and r"\begin" not in inside and not measure(inside).tall:
                changes |= {start: "", at: ""}
                continue
            for thin in (start - 1, at + 2):
                if tokens.text(thin) == r"\," and thin > 0 and tokens[thin + 1].kind != "digit":
                    changes[thin] = " "
    return _changed(tokens, changes)


def slashed(source: str) -> str:
    r"""A fraction inside another with a slash, where nothing is multiplied with it and its parts need no brackets.

    >>> print(slashed(r"\frac{\frac{a\,b}{c} + 1}{2}"))
    \frac{a\,b/c + 1}{2}
    """
    if source.count(r"\frac") < 2:
        return source
    tokens = Tokens(source)
    changes: dict[int, str] = {}
    ends: list[int] = []  # of the fractions that are open
    for at, token in enumerate(tokens.list):
        ends = [end for end in ends if end > at]
        if token.text != r"\frac":
            continue
        middle = tokens.closing[at + 1]
        last = tokens.closing[middle + 1]
        alone = tokens.text(at - 1) in _BEFORE and tokens.text(last + 1) in _BEHIND
        if ends and alone and _bare(tokens, at + 2, middle) and _single(tokens, middle + 2, last):
            changes |= {at: "", at + 1: "", middle: "/", middle + 1: "", last: ""}
        else:
            ends.append(last)
    return _changed(tokens, changes)


def _bare(tokens: Tokens, start: int, end: int) -> bool:
    """Whether what stands there is a product of names and numbers."""
    return not _TALL.intersection(token.text for token in tokens.list[start:end])


def _single(tokens: Tokens, start: int, end: int) -> bool:
    """Whether one name or one number stands there."""
    if tokens[start].kind == "digit":
        return tokens.number(start)[1] == end
    return starts_name(tokens, start) and one_name(tokens, start).end == end and not one_name(tokens, start).power


def _changed(tokens: Tokens, changes: Mapping[int, str]) -> str:
    """The source with some tokens replaced."""
    parts, end = [], 0
    for at in sorted(changes):
        parts += [tokens.source[end : tokens[at].start], changes[at]]
        end = tokens[at].start + len(tokens.text(at))
    return "".join([*parts, tokens.source[end:]])
