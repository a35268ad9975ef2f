r"""The annotations of a paper: what a comment `%!symkv ...` says, as data.

    %!symkv equals gqa.stored                       %!symkv equals 2*n_layers*d_head where n_kv_heads = 1
    %!symkv proves where n_kv_heads divides n_heads %!symkv assume        %!symkv skip: a definition
    %!symkv number mla growth n_layers=61 d_latent=512 d_rope=64 dtype=bf16
    %!symkv number(2) "gqa.growth/mla.growth" n_layers=1 ...

Several stand in one comment with ; between them.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from symkv.errors import BadInput
from symkv.papers.scan import MAX_ANNOTATION

VERBS = ("equals", "proves", "holds", "number", "assume", "skip")
_VERB = re.compile(r"([A-Za-z]+)(?:\((\d{1,3})\))?(?:[ \t:]+|$)", re.ASCII)
_GIVEN = re.compile(r"[A-Za-z][A-Za-z0-9_]*=\S+", re.ASCII)


class Said(NamedTuple):
    """One annotation: the verb, which of several it means (0: not said), the target, and the conditions or values."""

    verb: str
    which: int = 0
    target: str = ""
    where: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    text: str = ""


def read(text: str) -> list[Said]:
    """What an annotation says; `BadInput` for anything that is none.

    >>> read("equals gqa.stored where n_layers = 1, P divides S")[0].where
    ('n_layers = 1', 'P divides S')
    >>> read('number(2) "gqa.growth/mla.growth" n_layers=1')[0][:3]
    ('number', 2, '"gqa.growth/mla.growth"')
    """
    if len(text) > MAX_ANNOTATION:
        raise BadInput(f"an annotation may have {MAX_ANNOTATION} characters, got {len(text)}")
    return [_one(part.strip()) for part in _split(text, ";")]


def _one(text: str) -> Said:
    match = _VERB.match(text)
    verb = match[1] if match else ""
    if match is None or verb not in VERBS:
        raise BadInput(f"an annotation must begin with one of {', '.join(VERBS)}; got {text[:40]!a}")
    which, rest = int(match[2] or 0), text[match.end() :].strip()
    if match[2] == "0":
        raise BadInput("which number or formula is meant counts from 1")
    if verb == "skip":
        return Said(verb, which, rest, text=text)
    if verb == "number":
        target, given = _number(rest)
        return Said(verb, which, target, given=given, text=text)
    target, where = _where(rest)
    if (verb == "equals") != bool(target):
        need = "a formula or a quantity such as gqa.stored" if verb == "equals" else "nothing but where CONDITION"
        raise BadInput(f"{verb} must be followed by {need}, got {target[:40]!a}")
    return Said(verb, which, target, where, text=text)


def _where(rest: str) -> tuple[str, tuple[str, ...]]:
    parts = re.split(r"(?:^|(?<=[ \t]))where(?=[ \t]|$)", rest, maxsplit=1)
    if len(parts) == 1:
        return rest, ()
    conditions = tuple(part.strip() for part in _split(parts[1], ","))
    if not all(conditions):
        raise BadInput("where must be followed by conditions such as n_kv_heads divides n_heads, with commas between")
    return parts[0].strip(), conditions


def _number(rest: str) -> tuple[str, tuple[str, ...]]:
    words = re.findall(r'"[^"]*"|\S+', rest)
    given = [word for word in words if _GIVEN.fullmatch(word)]
    target = [word for word in words if not _GIVEN.fullmatch(word)]
    if not 1 <= len(target) <= 2 or words[: len(target)] != target or rest.count('"') % 2:
        raise BadInput(
            'number must be followed by WHAT QUANTITY or "FORMULA", then NAME=VALUE; as in number mla growth'
        )
    return " ".join(target), tuple(given)


def _split(text: str, sign: str) -> list[str]:
    """The parts between separators that stand in no bracket and in no quotes."""
    parts, start, depth, quoted = [], 0, 0, False
    for at, char in enumerate(text):
        if char == '"':
            quoted = not quoted
        elif not quoted and char in "()":
            depth += 1 if char == "(" else -1
        elif char == sign and depth <= 0 and not quoted:
            parts.append(text[start:at])
            start = at + 1
    return [*parts, text[start:]]
