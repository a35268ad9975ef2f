"""The derivation of a stack's bytes from its cached tensors: every line by a rule, to be judged like any other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from symkv.caches import Part, Stack, quantity
from symkv.derivations import Derivation, Step
from symkv.formula import Formula, Relation
from symkv.proof.collect import collect
from symkv.proof.limits import judge_limit
from symkv.render.stack_symbols import Lettered, plain
from symkv.symbols import Symbol
from symkv.units import rational

STORED = plain("stored_by_layers", r"M_{\mathrm{st}}", "bytes stored for one sequence")
READ = plain("read_by_layers", r"M_{\mathrm{rd}}", "bytes read by one decode step")
TOTALS = {"stored": STORED, "read": READ}
GROWTH = "bytes_per_token"


def stack_derivation(found: Lettered, name: str, title: str, claim: str) -> Derivation:
    """The steps from the cached tensors to the totals, in symbols and with the numbers in."""
    steps: list[Step] = []
    parts = _part_symbols(found)
    for of, symbol in TOTALS.items():
        steps += _sum_steps(found, of, symbol, parts if of == "stored" else ())
    grown = _grown(found)
    steps += grown
    steps += _numbers(found, {step.statement.partition(" = ")[0]: step for step in steps if step.rule != "limit"})
    steps += _limit(found)
    return Derivation(
        name=name,
        title=title,
        claim=claim,
        symbols=(*found.symbols, *TOTALS.values(), *parts, *([GROWTH] if grown else [])),
        steps=tuple(steps),
        stacks=_stacks(found),
    )


def _stacks(found: Lettered) -> dict[str, Stack]:
    alone = {
        label: replace(found.stack, parts=(part,)) for label, part in zip(found.labels, found.stack.parts, strict=True)
    }
    return {**alone, "layers": found.stack}


def _part_symbols(found: Lettered) -> tuple[Symbol, ...]:
    if len(found.labels) == 1:
        return ()
    return tuple(
        plain(f"stored_by_{label}", rf"M_{{\mathrm{{{label}}}}}", f"bytes stored by the layers of the kind {label}")
        for label in found.labels
    )


def _sum_steps(found: Lettered, of: str, symbol: Symbol, parts: tuple[Symbol, ...]) -> Iterator[Step]:
    """Built from the tensors kind by kind and added up, or at once."""
    if not parts:
        yield from _built(of, "layers" if len(found.labels) > 1 else found.labels[0], symbol.name, found.stack, of)
        return
    last = []
    for label, part, own in zip(found.labels, found.stack.parts, parts, strict=True):
        steps = list(_built(of, label, own.name, replace(found.stack, parts=(part,)), f"{of}_{label}"))
        last.append(steps[-1].id)
        yield from steps
    total = " + ".join(own.name for own in parts)
    yield Step(f"{of}_sum", "define", f"{symbol.name} = {total}", why="all kinds of layer together")
    yield Step(
        of,
        "collect",
        f"{symbol.name} = {collect(quantity(found.stack, of))}",
        why="the kinds put in, like terms collected",
        uses=(f"{of}_sum", *last),
    )


def _built(of: str, key: str, name: str, stack: Stack, step: str) -> Iterator[Step]:
    """A quantity as the sum over the tensors, and the same with like terms collected where that is another line."""
    whole = quantity(stack, of)
    tidy = collect(whole)
    words = _kept(stack.parts) if of != "read" else "each reading layer goes over the rows that it may use"
    if whole.text == tidy.text:
        yield Step(step, "built", f"{name} = {whole}", why=words, uses=(f"{key}.{of}",))
        return
    yield Step(f"{step}_sum", "built", f"{name} = {whole}", why=words, uses=(f"{key}.{of}",))
    yield Step(step, "collect", f"{name} = {tidy}", why="like terms collected", uses=(f"{step}_sum",))


def _kept(parts: tuple[Part, ...]) -> str:
    """What the layers keep, in words."""
    if len(parts) > 1:
        return "the sum over all cached tensors"
    names = [tensor.name for tensor in parts[0].tensors]
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return f"{parts[0].label or parts[0].variant.name}: the sum over the cached tensors, {listed}"


def _grown(found: Lettered) -> list[Step]:
    formula = quantity(found.stack, "growth")
    if collect(formula).text == "0":
        return []
    key = "layers" if len(found.labels) > 1 else found.labels[0]
    steps = list(_built("growth", key, GROWTH, found.stack, "growth"))
    return [replace(steps[0], why="bytes stored for each further token in the long run"), *steps[1:]]


def _numbers(found: Lettered, shown: Mapping[str, Step]) -> Iterator[Step]:
    """The totals with all numbers put in."""
    for name, step in shown.items():
        if name not in (STORED.name, READ.name, GROWTH):
            continue
        formula = Formula.parse(step.statement.partition(" = ")[2])
        where = tuple(f"{n} = {rational(found.values[n])}" for n in formula.names if n in found.values)
        if not where:
            continue
        value = collect(formula.substitute({n: found.values[n] for n in formula.names if n in found.values}))
        yield Step(
            f"{step.id}_in_numbers",
            "specialise",
            f"{name} = {value}",
            why="the numbers put in",
            uses=(step.id,),
            where=where,
        )


def _limit(found: Lettered) -> list[Step]:
    """What stored/n_tokens tends to, in symbols where the kernel can read it off, else in numbers; or nothing."""
    for values in ({}, found.values):
        stored, growth = (
            collect(quantity(found.stack, of).substitute({n: Formula.of(v) for n, v in values.items()}))
            for of in ("stored", "growth")
        )
        if growth.text == "0" or "n_tokens" not in stored.names:
            return []
        statement = f"({stored})/n_tokens = {growth}"
        verdict = judge_limit(Relation.parse(statement), "n_tokens")
        if verdict.verdict == "proved" and len(verdict.judges) > 1:
            why = "so this is what a token of context costs in the long run"
            return [Step("limit", "limit", statement, why=why, over="n_tokens")]
    return []


@dataclass(frozen=True)
class Numbered:
    """A formula with its numbers: the symbol that it gives, what that is, the numbers, and what comes out."""

    symbol: str
    label: str
    formula: Formula
    numbers: Mapping[str, Fraction]
    value: Fraction
    unit: str


def numbered(found: Lettered, tokens: int) -> list[Numbered]:
    """The totals with the numbers in, where nothing stays open."""
    at = {**found.values, "n_tokens": Fraction(tokens)}
    told = {
        GROWTH: ("growth", "Bytes stored per token of context", "B/token"),
        STORED.name: ("stored", f"Bytes stored for one sequence of {tokens} tokens", "B"),
        READ.name: ("read", f"Bytes read by the decode step at {tokens} tokens", "B"),
    }
    result = []
    for symbol, (of, label, unit) in told.items():
        formula = collect(quantity(found.stack, of))
        if formula.text == "0" or set(formula.names) - set(at):
            continue
        numbers = {name: at[name] for name in formula.names}
        result.append(Numbered(symbol, label, formula, numbers, Fraction(formula.evaluate(numbers)), unit))
    return result
