"""What an equation or a printed number is held against: a formula of the language, in which `gqa.stored` names a
quantity of a variant, of a bundled model or of a written stack. Neither files nor the network are looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from symkv import symbols
from symkv.caches import Stack, quantity
from symkv.caches.quantities import QUANTITIES
from symkv.errors import BadInput
from symkv.formula import Formula, Relation
from symkv.measure import measure, parse_given, with_formats
from symkv.models import read_stack
from symkv.models.records import names as model_names
from symkv.models.records import record
from symkv.proof.collect import collect
from symkv.units import DTYPES
from symkv.variants import catalogue, variant

_DOTTED = re.compile(r"(?<![\w.])([A-Za-z][A-Za-z0-9_-]*(?:\.\d+[A-Za-z0-9_-]*)*)\.([a-z][a-z_]*)(?![\w.])", re.ASCII)
WHOLE_BATCH = frozenset({"stored", "read", "written", "peak", "between", "read_fused"})


class Target(NamedTuple):
    """A target: its formula, and what it is called."""

    formula: Formula
    name: str


class Value(NamedTuple):
    """The exact value behind a printed number: its formula without open symbols, whether it counts bytes, and notes.

    `asked` is (WHAT, QUANTITY, values), so that hints can ask again with others; None for a formula.
    """

    formula: Formula
    in_bytes: bool
    notes: tuple[str, ...] = ()
    asked: tuple[str, str, tuple[str, ...]] | None = None


def stack_of(what: str) -> Stack:
    """The stack that a name in a paper means: a variant, a bundled model or a written stack, and nothing else."""
    if what in catalogue():
        return Stack.of(variant(what))
    if what in model_names():
        return record(what).stack
    if "(" in what:
        return read_stack(what)
    raise BadInput(f"a quantity must be of a variant, a bundled model or a written stack, got {what[:40]!a}")


@lru_cache(maxsize=512)
def quantity_of(what: str, name: str) -> Formula:
    """A quantity of a named stack in bytes of one sequence, with everything open that the name leaves open."""
    if name == "paper_form":
        if what not in catalogue():
            raise BadInput(f"paper_form must be of a variant, got {what[:40]!a}")
        return variant(what).paper_formula()
    if name not in QUANTITIES:
        raise BadInput(f"a quantity must be one of {', '.join([*QUANTITIES, 'paper_form'])}, got {name[:40]!a}")
    return collect(quantity(stack_of(what), name))


def formula_target(text: str, own: Iterable[str]) -> Target:
    """The formula of a target in the reader's language, with dotted quantities put in; names must be declared.

    >>> str(formula_target("gqa.growth/2", ()).formula)
    'n_layers*2*n_kv_heads*d_head*bytes_per_element/2'
    """
    put: dict[str, Formula] = {}

    def placed(match: re.Match[str]) -> str:
        name = f"q_{len(put)}_of_target"
        put[name] = quantity_of(match[1], match[2])
        return name

    formula = Formula.parse(_DOTTED.sub(placed, text))
    known = frozenset((*put, *own))
    return Target(formula.substitute({**_canonical(formula.names, known), **put}), text)


def relation(text: str, own: Iterable[str]) -> Relation:
    """A condition in the reader's language; names must be declared."""
    found = Relation.parse(text)
    return found.substitute(_canonical(found.names, frozenset(own)))


def _canonical(names: Iterable[str], known: frozenset[str]) -> dict[str, Formula]:
    """The words of the symbol table for field names of config.json; `BadInput` for what is not declared."""
    found = {}
    for name in names:
        if name not in known and (word := symbols.lookup(name).name) != name:
            found[name] = Formula.of(word)
    return found


def number_target(target: str, given: tuple[str, ...], own: Iterable[str]) -> Value:
    """The exact value that a number annotation asks for; `BadInput` where a symbol stays open."""
    quoted = re.findall(r'"([^"]*)"', target)
    words = re.sub(r'"[^"]*"', " ", target).split()
    if quoted and not words:
        return _expression(quoted[0], given, own)
    if len(quoted) + len(words) == 1:
        what, _, name = words[0].rpartition(".")
    else:
        what, name = (quoted[0], words[0]) if quoted else (words[0], words[1])
    if not what or name not in QUANTITIES:
        raise BadInput(
            f"number must be followed by WHAT QUANTITY, as in mla growth; quantities: {', '.join(QUANTITIES)}"
        )
    return measured(what, name, given)


def measured(what: str, name: str, given: tuple[str, ...]) -> Value:
    """A quantity of a named stack at given values, as `symkv size` gives it: with a batch, bytes of the whole batch."""
    values = parse_given(list(given))
    stack = with_formats(stack_of(what).given(values.values), {}, dtype=values.dtype).filled()
    if values.tokens is None and name in WHOLE_BATCH:
        raise BadInput(f"{name} needs tokens: write n_tokens=4096")
    stack.require(values.tokens)
    if name in ("peak", "state", "ripple"):
        key = {"peak": "peak_bytes", "state": "state_bytes", "ripple": "ripple_bytes"}[name]
        found = measure(stack, tokens=values.tokens, batch=values.batch or 1)[key]
        if found is None:
            raise BadInput(f"{name} of {what[:40]} has no value while symbols are open")
        return Value(Formula.of(Fraction(found)), True, (*values.notes, *stack.assumptions), (what, name, given))
    formula = quantity(stack, name)
    if values.batch and name in WHOLE_BATCH:
        formula = Formula.of(values.batch) * formula
    if values.tokens:
        formula = formula.substitute({"n_tokens": values.tokens})
    if formula.names:
        raise BadInput(f"{', '.join(formula.names)} must be given for a number; write {formula.names[0]}=...")
    return Value(formula, True, (*values.notes, *stack.assumptions), (what, name, given))


def _expression(text: str, given: tuple[str, ...], own: Iterable[str]) -> Value:
    formula = formula_target(text, own).formula
    plain = [entry for entry in given if entry.partition("=")[0] in own]
    values = parse_given([entry for entry in given if entry not in plain])
    put: dict[str, Formula | int | Fraction] = dict(values.values)
    put |= {entry.partition("=")[0]: Formula.parse(entry.partition("=")[2]) for entry in plain}
    put |= {"n_tokens": values.tokens} if values.tokens else {}
    put |= {"batch": values.batch} if values.batch else {}
    if values.dtype:
        coding = DTYPES.get(values.dtype)
        if coding is None or coding.block != 1 or coding.row_scale_bytes:
            raise BadInput(
                f"a formula takes a plain dtype, got {values.dtype}; give bytes_per_element=17/16, or WHAT QUANTITY"
            )
        put["bytes_per_element"] = coding.bytes_per_element
    for name in put:
        if name not in formula.names:
            raise BadInput(f"{name} is given and does not occur in the formula; leave it out")
    formula = formula.substitute(put)
    if formula.names:
        raise BadInput(f"{', '.join(formula.names)} must be given for a number; write {formula.names[0]}=...")
    return Value(formula, False, values.notes)
