"""Changes every number of every derivation that ships, one at a time, and counts the changes that a check notices.

`python -m tests.derivation_mutation [NAME ...]` prints what is not noticed, and `caught/total` in the last line. Those
of `GENERATED` hold no numbers of their own: their statements are made from masks and variants, which have tests. The
names of literals' units are left alone: the literals themselves are changed where they stand.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial

from symkv.derivations import Checked, Claim, Derivation, Instance, Question, check, load, shipped_derivations
from symkv.derivations.checking import judged
from symkv.derivations.steps import Chain
from symkv.derivations.values import answer, check_claim, check_instance
from symkv.errors import SymkvError
from symkv.formula import Relation

GENERATED = ("catalogue", "counting")
NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?:e\d+)?(?![\w.])", re.ASCII)


@dataclass(frozen=True)
class Change:
    """One number changed: where it stands, what it was, what it is, and how to find what is wrong then."""

    place: str
    before: str
    after: str
    find: Callable[[], str]

    @property
    def noticed(self) -> str:
        """What a check says of it; "" if nothing."""
        try:
            return self.find()
        except SymkvError as problem:
            return str(problem)


def changed(text: str) -> Iterator[tuple[str, str, str]]:
    """The text with each of its numbers, in turn, one unit of its last digit larger and smaller."""
    for match in NUMBER.finditer(text):
        mantissa, e, power = match[0].partition("e")
        decimals = len(mantissa.partition(".")[2])
        for sign in (1, -1):
            value = int(mantissa.replace(".", "")) + sign
            if value < 0:
                continue
            digits = str(value).rjust(decimals + 1, "0")
            number = (digits[:-decimals] + "." + digits[-decimals:] if decimals else digits) + e + power
            yield match[0], number, text[: match.start()] + number + text[match.end() :]


def _values(value: object) -> Iterator[tuple[str, str, object]]:
    if isinstance(value, str):
        suffix = re.fullmatch(r"(\d+)(Ki|Mi|k|M)", value)
        if suffix:
            yield value, f"{int(suffix[1]) + 1}{suffix[2]}", f"{int(suffix[1]) + 1}{suffix[2]}"
        yield from changed(value)
    elif isinstance(value, int | Fraction) and not isinstance(value, bool):
        for sign in (1, -1):
            yield str(value), str(value + sign), value + sign


def _fields(
    item: object, texts: tuple[str, ...], values: tuple[str, ...] = ()
) -> Iterator[tuple[str, str, str, object]]:
    """The item with one number of one of its fields changed: the field, the number before and after, the new item."""
    for name in texts:
        held = getattr(item, name)
        parts = held if isinstance(held, tuple) else (held,)
        for index, part in enumerate(parts):
            for before, after, text in changed(part):
                whole = (*parts[:index], text, *parts[index + 1 :]) if isinstance(held, tuple) else text
                yield name, before, after, replace(item, **{name: whole})
    for name in values:
        for before, after, value in _values(getattr(item, name)):
            yield name, before, after, replace(item, **{name: value})
    for word, value in dict(getattr(item, "given", {})).items():
        for before, after, new in _values(value):
            yield f"given {word}", before, after, replace(item, given={**item.given, word: new})


def step_changes(checked: Checked) -> Iterator[Change]:
    """Every number of the steps and assumptions, the step and those that rest on it judged anew."""
    derivation = checked.derivation
    for index, text in enumerate(derivation.assume):
        for before, after, new in changed(text):
            assume = (*derivation.assume[:index], new, *derivation.assume[index + 1 :])
            yield Change(
                f"{derivation.name}, assume {text}",
                before,
                after,
                partial(_failing, replace(derivation, assume=assume), checked, 0),
            )
    for index, step in enumerate(derivation.steps):
        for name, before, after, new in _fields(step, ("statement", "where", "by", "beyond")):
            steps = (*derivation.steps[:index], new, *derivation.steps[index + 1 :])
            yield Change(
                f"{derivation.name}, step {step.id}, {name}",
                before,
                after,
                partial(_failing, replace(derivation, steps=steps), checked, index),
            )


def _failing(derivation: Derivation, checked: Checked, index: int) -> str:
    """The first step from `index` on, itself or resting on what changed, that is not proved any more."""
    chain, touched = Chain(derivation), set()
    everywhere = derivation.assume != checked.derivation.assume
    relations = {}
    for place, step in enumerate(derivation.steps):
        taken = chain.take(step)
        relations[step.id] = taken.relation
        conditions = checked.steps[place].conditions
        rests = everywhere or bool(touched & set(step.uses))
        if place == index or (place > index and rests):
            found = judged(taken)
            if found.verdict not in ("proved", "assumed"):
                return f"step {step.id} is {found.verdict}"
            conditions = found.conditions
            touched.add(step.id)
        chain.settle(taken, conditions)
    for one in (*derivation.readings, *derivation.instances):
        if one.step in touched and (problem := check_instance(one, relations).problem):
            return problem
    return ""


def _claim(claim: Claim) -> str:
    return check_claim(claim).problem


def _instance(instance: Instance, relations: Mapping[str, Relation]) -> str:
    return check_instance(instance, relations).problem


def _answer(question: Question) -> str:
    answer(question)
    return ""


def value_changes(checked: Checked) -> Iterator[Change]:
    """Every number of the claims, instances and questions."""
    derivation = checked.derivation
    relations = {one.step.id: one.relation for one in checked.steps}
    for claim in derivation.claims:
        for name, before, after, new in _fields(
            claim, ("expression", "printed", "as_printed", "model", "against"), ("exact", "ratio")
        ):
            yield Change(f"{derivation.name}, claim {claim.id}, {name}", before, after, partial(_claim, new))
    for one in (*derivation.readings, *derivation.instances):
        for name, before, after, new in _fields(one, ("expression",), ("value",)):
            yield Change(
                f"{derivation.name}, instance {one.label}, {name}", before, after, partial(_instance, new, relations)
            )
    for question in derivation.questions:
        for name, before, after, new in _fields(question, ("target", "expect")):
            yield Change(f"{derivation.name}, question {question.what}, {name}", before, after, partial(_answer, new))


def changes(derivation: Derivation) -> Iterator[Change]:
    """Every number of a derivation changed."""
    checked = check(derivation).require()
    yield from value_changes(checked)
    yield from step_changes(checked)


def main(names: list[str]) -> int:
    """Print what is not noticed."""
    caught = total = 0
    for name, path in shipped_derivations().items():
        if (names and name not in names) or (not names and name in GENERATED):
            continue
        own = [0, 0]
        for change in changes(load(path)):
            own[1] += 1
            if change.noticed:
                own[0] += 1
            else:
                print(f"not noticed: {change.place}: {change.before} -> {change.after}", flush=True)
        print(f"{name}: {own[0]}/{own[1]}", flush=True)
        caught, total = caught + own[0], total + own[1]
    print(f"{caught}/{total}")
    return 0 if caught == total else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
