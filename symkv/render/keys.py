"""What a paper may quote from a derivation, each under a key that stays: numbers, formulas and letters.

A key is the derivation, then the step, claim, instance or answer, in lower-case letters, digits and hyphens, joined by
dots: `two-kilobytes.heads-fp8`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from symkv import symbols
from symkv.derivations import Checked, CheckedStep
from symkv.errors import BadInput
from symkv.formula import Formula, Relation
from symkv.solve import Answer, Solution
from symkv.symbols import Symbol

_BYTES = re.compile(r"(?:B|bytes?)(?:/token|/sequence| (?:stored|read|written|per token)\b.*)?")


@dataclass(frozen=True)
class Quoted:
    """One entry: an exact `value` or a `formula`, or a `relation` or the word of a symbol; `bytes` says that it counts.

    `about` says in words what it is.
    """

    kind: Literal["num", "eq", "sym"]
    key: str
    about: str
    value: Fraction | None = None
    formula: Formula | None = None
    relation: Relation | None = None
    over: str = ""
    word: str = ""
    bytes: bool = False
    label: str = ""


def kebab(text: str) -> str:
    """Lower-case letters and digits with hyphens between.

    >>> kebab("Stored, fp8 or int8")
    'stored-fp8-or-int8'
    """
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "x"


def unique(wanted: Iterable[str]) -> list[str]:
    """The names in their order, a number behind one that came before.

    >>> unique(["a", "b", "a"])
    ['a', 'b', 'a-2']
    """
    found: dict[str, None] = {}
    for name in wanted:
        free, again = name, 2
        while free in found:
            free, again = f"{name}-{again}", again + 1
        found[free] = None
    return list(found)


def step_names(checked: Checked) -> dict[str, str]:
    """The name of each step in keys, labels and files, by its id."""
    ids = [item.step.id for item in checked.steps]
    return dict(zip(ids, unique(map(kebab, ids)), strict=True))


def quoted(checked: Checked) -> list[Quoted]:
    """Everything that may be quoted from a derivation, each key once for each kind."""
    found = [*_quoted(checked)]
    for kind in ("num", "eq", "sym"):
        places = [n for n, entry in enumerate(found) if entry.kind == kind]
        for n, key in zip(places, unique(found[n].key for n in places), strict=True):
            found[n] = replace(found[n], key=key)
    return found


def _quoted(checked: Checked) -> Iterator[Quoted]:
    name = kebab(checked.derivation.name)
    names = step_names(checked)
    declared = {s.name: s for s in symbols_of(checked)}
    for item in checked.steps:
        step = names[item.step.id]
        yield from _of_step(f"{name}.{step}", label_of(name, step), item, declared)
    for claim in checked.claims:
        key, printed = f"{name}.claim.{kebab(claim.claim.id)}", f"{claim.claim.printed} as printed"
        if claim.value is not None:
            counts = bool(re.search(r"\d ?[kKMGT]?i?B$", claim.claim.printed))
            yield Quoted("num", key, f"what is {printed} in {claim.claim.source}", claim.value, bytes=counts)
        if claim.ratio is not None:
            yield Quoted("num", f"{key}.ratio", f"{printed}, divided by the exact value", claim.ratio)
    for one in (*checked.readings, *checked.instances):
        counts = bool(_BYTES.fullmatch(one.instance.unit or one.instance.counts))
        yield Quoted("num", f"{name}.{kebab(one.instance.label)}", one.instance.label, one.value, bytes=counts)
    for solution in checked.answers:
        yield from _of_answer(name, solution)
    for word, symbol in declared.items():
        yield Quoted("sym", kebab(word), symbol.words, word=word)


def symbols_of(checked: Checked) -> list[Symbol]:
    """The symbols of a derivation."""
    return [s if isinstance(s, Symbol) else symbols.lookup(s) for s in checked.derivation.symbols]


def label_of(derivation: str, step: str) -> str:
    """The label of a numbered equation."""
    return f"eq:kv:{derivation}:{step}"


def _of_step(key: str, label: str, item: CheckedStep, declared: Mapping[str, Symbol]) -> Iterator[Quoted]:
    relation, why = item.relation, item.step.why or item.text
    yield Quoted("eq", key, why, relation=relation, over=item.step.over, label=label)
    counts = counts_bytes(relation.lhs, declared)
    if relation.sign == "=":
        yield _result(key, why, relation.rhs, counts)
    else:
        for side, formula in (("left", relation.lhs), ("right", relation.rhs)):
            if not formula.names:
                yield _result(f"{key}.{side}", f"{why}: the {side} side", formula, counts)
    for text in item.step.where:
        given = Relation.parse(text)
        if given.sign == "=" and len(given.lhs.names) == 1 and not given.rhs.names and given.lhs.text in declared:
            word = given.lhs.names[0]
            bytes_too = counts_bytes(given.lhs, declared)
            yield _result(f"{key}.{kebab(word)}", f"{declared[word].words} put in", given.rhs, bytes_too)


def _result(key: str, about: str, formula: Formula, counts: bool) -> Quoted:
    """A number where no symbol stays, else the formula."""
    if formula.names:
        return Quoted("num", key, about, formula=formula)
    try:
        return Quoted("num", key, about, Fraction(formula.evaluate({})), bytes=counts)
    except BadInput:  # an irrational root has no exact value
        return Quoted("num", key, about, formula=formula)


def counts_bytes(formula: Formula, declared: Mapping[str, Symbol]) -> bool:
    """Whether a formula is one symbol that counts bytes, in all or per token."""
    symbol = declared.get(str(formula.text))
    return symbol is not None and symbol.dimension in ("byte", "byte/token", "byte/sequence")


def _of_answer(name: str, solution: Solution) -> Iterator[Quoted]:
    base = f"{name}.answer.{kebab(solution.what)}.{kebab(solution.symbol)}"
    if solution.general_form is not None:
        yield Quoted("num", base, f"{solution.symbol} with nothing put in", formula=solution.general_form)
    for size, form in solution.closed_forms:
        key = f"{base}.{kebab(str(size.bytes))}"
        about = f"{solution.symbol} for {solution.target_text} ({size.reading})"
        if form is not None:
            yield _result(key, about, form, False)
        for answer in solution.answers:
            if answer.target == size and answer.exact is not None:
                yield from _of_format(f"{key}.{kebab(answer.dtype or 'exact')}", f"{about}, {answer.dtype}", answer)


def _of_format(key: str, about: str, answer: Answer) -> Iterator[Quoted]:
    yield Quoted("num", key, about, answer.exact)
    for side, near in (("below", answer.below), ("above", answer.above)):
        if near is not None and answer.whole is None:
            yield Quoted("num", f"{key}.{side}", f"{about}, the whole number {side}", Fraction(near.value))
            yield Quoted("num", f"{key}.{side}.bytes", f"{about}, what {side} gives", near.bytes, bytes=True)
