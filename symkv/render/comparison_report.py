"""The report on a comparison: the ratio, when both are equal, where they cross and what the ratio tends to, proved."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from symkv import symbols
from symkv.caches import Stack, quantity
from symkv.derivations import Checked, Derivation, Step, check
from symkv.formula import Formula, Relation
from symkv.formula.latex import Printer, Product
from symkv.formula.notation import Notation
from symkv.proof.collect import collect
from symkv.proof.judges import judge
from symkv.proof.limits import judge_limit
from symkv.render.design_tables import Target, design_sections
from symkv.render.documents import Document, document, proof, section
from symkv.render.figure_slots import comparison_figures, slots
from symkv.render.model_report import file_name, sources
from symkv.render.setting import Setter, names_of
from symkv.render.stack_symbols import plain
from symkv.render.values import Column, Math, table
from symkv.solve import Comparison
from symkv.symbols import Symbol

TOKENS = "n_tokens"
WORDS = {
    "growth": ("stored per token of context", "byte/token"),
    "stored": ("stored", "byte"),
    "peak": ("stored at most", "byte"),
    "read": ("read by a step", "byte"),
    "read_growth": ("read per token of context", "byte/token"),
}
FACTS = (Column("of", share="0.3"), Column("result", share="0.42"), Column("by", share="0.16"))
CROSSINGS = (Column("tokens of context", share="0.5"), Column("fewer bytes", share="0.4"))


def comparison_document(
    stacks: Sequence[Stack],
    found: Sequence[Comparison],
    *,
    target: Target | None = None,
    draw: bool = False,
    product: Product = "thin",
    notation: Notation | None = None,
) -> Document:
    """The report of the first stack against each other; `stacks` in the order in which they were compared."""
    stacks = [stack.filled() for stack in stacks]
    names = [stack.name for stack in stacks]
    title = f"{names[0]} against {' and '.join(names[1:])}"
    answer = " ".join(map(_answer, found))
    derivation = comparison_derivation(stacks, found, title, answer)
    checked, left_out = _settled(derivation)
    notes = [{"kind": "assumed", "text": text} for stack in stacks for text in stack.assumptions]
    notes += [{"kind": "undecided, so not in the proof", "text": text} for text in left_out]
    letters = {**_letters(stacks, found[0].of), **(notation or {})}
    Setter.of(names_of(checked.derivation.symbols), product, notation)
    setter = Setter(Printer(product, letters))
    values: dict[str, Any] = {
        "title": title,
        "answer": answer,
        "notes": notes,
        "sections": [
            *(part for one in found for part in _sections(one, setter, many=len(found) > 1)),
            *(design_sections(target, setter)),
        ],
        **proof(checked, setter),
        "sources": sources(*stacks),
    }
    for row, stack in zip(values["legend"]["rows"], stacks, strict=False):
        row[2] = f"{row[2]} of {stack.name}"
    inputs = [[(s.name, str(quantity(s, found[0].of)), s.assumptions) for s in stacks], found[0].of, product]
    inputs += [sorted((notation or {}).items()), "" if target is None else target.text]
    name = file_name("-vs-".join(names))
    figures = slots(name, list(comparison_figures(stacks, found[0].of)), draw=draw)
    return document("comparison", name, values, inputs, figures)


def _settled(derivation: Derivation) -> tuple[Checked, list[str]]:
    """The derivation checked, without the steps that no judge settles and what rests on them; `Refuted` for others."""
    checked = check(derivation)
    open_steps = {s.step.id: s.text for s in checked.steps if s.verdict in ("unknown", "timeout", "checked")}
    if not open_steps:
        return checked.require(), []
    kept: list[Step] = []
    left = dict(open_steps)
    for step in derivation.steps:
        if step.id in left or set(step.uses) & set(left):
            left.setdefault(step.id, step.statement)
        else:
            kept.append(step)
    return check(replace(derivation, steps=tuple(kept))).require(), list(left.values())


def _answer(one: Comparison) -> str:
    """The comparison in a sentence or two."""
    told = [f"{one.first} has {one.ratio} times the bytes {WORDS[one.of][0]} of {one.second}"]
    if one.equal_when == "never":
        told.append("they are never equal")
    elif one.equal_when == "always":
        told = [f"{one.first} and {one.second} always have equal bytes {WORDS[one.of][0]}"]
    elif one.equal_when is not None:
        told.append(f"they are equal {_place(one.equal_when)}")
    if one.limit is not None and TOKENS in one.ratio.names:
        told.append(f"the ratio tends to {one.limit} as the context grows")
    return "; ".join(told) + "."


def _place(equal_when: str) -> str:
    """Where both are equal, in words."""
    spans = [text.removeprefix(f"{TOKENS} ") for text in equal_when.split(", ")]
    named = all(text.startswith(f"{TOKENS} ") and "=" not in text for text in equal_when.split(", "))
    return f"at {', '.join(spans)} tokens of context".replace("at from", "from") if named else f"where {equal_when}"


def comparison_derivation(stacks: Sequence[Stack], found: Sequence[Comparison], title: str, claim: str) -> Derivation:
    """Both sides built from their cached tensors, and every result of the comparison as a step."""
    of = found[0].of
    keys = [f"side{n + 1}" for n in range(len(stacks))]
    own = [_side(of, n + 1) for n in range(len(stacks))]
    steps: list[Step] = []
    last = []
    for key, stack, symbol in zip(keys, stacks, own, strict=True):
        shown = list(_built(key, stack, of, symbol.name))
        last.append(shown[-1].id)
        steps += shown
    for n, one in enumerate(found, 1):
        steps += _results(one, (own[0], own[n]), (last[0], last[n]), stacks[0], stacks[n], f"{n}" if n > 1 else "")
    names = {name for step in steps for text in (step.statement, *step.where) for name in Relation.parse(text).names}
    declared = [symbols.lookup(name) for name in names - {symbol.name for symbol in own}]
    return Derivation(
        name=file_name(title),
        title=title,
        claim=claim,
        symbols=(*own, *sorted(declared, key=lambda symbol: symbols.rank(symbol.name))),
        steps=tuple(steps),
        over_reals=tuple(_solved(one) for one in found if _solved(one)),
        stacks=dict(zip(keys, stacks, strict=True)),
    )


def _side(of: str, place: int) -> Symbol:
    """The symbol for the bytes of one side; what it stands for is said in the legend."""
    words, dimension = WORDS[of]
    return plain(f"{of}_of_side_{place}", rf"M_{{{place}}}", f"bytes {words}", dimension)


def _letters(stacks: Sequence[Stack], of: str) -> dict[str, str]:
    """A letter with the name of each side, where the name is short and they differ."""
    short = [re.fullmatch(r"[a-z][a-z0-9]{0,7}", stack.name) for stack in stacks]
    if not all(short) or len({stack.name for stack in stacks}) < len(stacks):
        return {}
    return {_side(of, n + 1).name: rf"M_{{\mathrm{{{stack.name}}}}}" for n, stack in enumerate(stacks)}


def _solved(one: Comparison) -> str:
    """The symbol that a comparison was solved for, or nothing."""
    name = (one.equal_when or "").partition(" = ")[0]
    return name if one.equal_when and " = " in one.equal_when and name != TOKENS else ""


def _built(key: str, stack: Stack, of: str, name: str) -> Sequence[Step]:
    whole = quantity(stack, of)
    tidy = collect(whole)
    why = f"the cached tensors of {stack.name}, added up"
    if whole.text == tidy.text:
        return [Step(key, "built", f"{name} = {whole}", why=why, uses=(f"{key}.{of}",))]
    return [
        Step(f"{key}_sum", "built", f"{name} = {whole}", why=why, uses=(f"{key}.{of}",)),
        Step(key, "collect", f"{name} = {tidy}", why="like terms collected", uses=(f"{key}_sum",)),
    ]


def _results(
    one: Comparison, sides: tuple[Symbol, Symbol], uses: tuple[str, str], first: Stack, second: Stack, mark: str
) -> Sequence[Step]:
    """The steps that show what a comparison found; what the judges leave open is left out of the proof."""
    a, b = (symbol.name for symbol in sides)
    steps = [Step(f"ratio{mark}", "cancel", f"{a}/{b} = {one.ratio}", why="one over the other", uses=uses)]
    if _solved(one):
        name, _, form = (one.equal_when or "").partition(" = ")
        condition = f"{name} = {form}"
        why = "so both are equal there"
        steps.append(Step(f"equal{mark}", "specialise", f"{a} = {b}", why=why, uses=uses, where=(condition,)))
        why = "and nowhere else"
        steps.append(Step(f"only{mark}", "solve_for", condition, why=why, uses=uses, where=(f"{a} = {b}",)))
    elif one.equal_when == "always":
        steps.append(Step(f"equal{mark}", "collect", f"{a} = {b}", why="they are always equal", uses=uses))
    steps += _crossed(one, (a, b), first, second, mark)
    if one.limit is not None and TOKENS in one.ratio.names and one.limit != "without bound":
        statement = f"({one.ratio}) = {one.limit}"
        verdict = judge_limit(Relation.parse(statement), TOKENS)
        if verdict.verdict == "proved" and len(verdict.judges) > 1:
            why = "what the ratio tends to"
            steps.append(Step(f"limit{mark}", "limit", statement, why=why, over=TOKENS))
    return steps


def _crossed(one: Comparison, names: tuple[str, str], first: Stack, second: Stack, mark: str) -> Sequence[Step]:
    """A bound for each span of contexts in which one side is less, where two judges prove it."""
    if one.crossings is None or one.of not in ("stored", "read", "peak"):
        return []
    left, right = collect(quantity(first, one.of)), collect(quantity(second, one.of))
    steps = []
    for place, crossing in enumerate(one.crossings, 1):
        span = crossing.span
        if span.residues or crossing.less is None:
            continue
        sign = "<" if crossing.less == one.first else ">"
        where = [f"{TOKENS} >= {span.start}", *([] if span.end is None else [f"{TOKENS} <= {span.end}"])]
        statement = Relation(left, sign, right)
        verdict = judge(statement, tuple(map(Relation.parse, where)))
        if verdict.verdict == "proved" and len(verdict.judges) > 1:
            why = f"at {span} tokens of context, {crossing.less} needs fewer bytes".replace("at from", "from")
            steps.append(Step(f"cross{mark}_{place}", "bound", str(statement), why=why, where=tuple(where)))
    return steps


def _sections(one: Comparison, setter: Setter, *, many: bool) -> list[dict[str, Any]]:
    by = ", ".join(one.judges)
    rows: list[list[Any]] = [[f"ratio of bytes {WORDS[one.of][0]}", _large(setter.formula(one.ratio)), "kernel"]]
    rows.append(["equal when", _when(one.equal_when, setter), by])
    if one.limit is not None:
        limit = one.limit if one.limit == "without bound" else _large(setter.formula(Formula.parse(one.limit)))
        rows.append(["the ratio tends to", limit, "kernel"])
    rows += [
        [f"elasticity in {name}", _large(setter.formula(Formula.parse(share))), "kernel, sympy"]
        for name, share in one.elasticities.items()
    ]
    title = f"{one.first} against {one.second}" if many else "Results"
    tables = [table("", FACTS, rows)]
    if one.crossings is not None:
        crossed = [[str(c.span), c.less or "equal"] for c in one.crossings]
        tables.append(table("By context length, for every whole number of tokens:", CROSSINGS, crossed))
    return [section(title, *tables)]


def _when(text: str | None, setter: Setter) -> Math | str:
    if text is None:
        return "no symbol can be isolated"
    if " = " in text:
        return _large(setter.relation(Relation.parse(text)))
    return _place(text) if text.startswith(f"{TOKENS} ") else text


def _large(formula: Math) -> Math:
    """A formula in a table with its fractions as large as on lines of their own."""
    return Math(formula.latex.replace(r"\frac{", r"\dfrac{"))
