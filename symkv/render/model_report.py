"""The report on a model, a variant or a stack: its bytes first, then the formulas, the layers and the derivation."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from symkv.caches import Part, Stack, quantity
from symkv.caches import number as bytes_at
from symkv.caches.rows import format_of
from symkv.derivations import Checked, check
from symkv.formula import Formula
from symkv.formula.latex import Product
from symkv.formula.notation import Notation
from symkv.measure import measure
from symkv.modelling import LENGTHS
from symkv.proof.collect import collect
from symkv.render.design_tables import Target, design_sections
from symkv.render.documents import Document, document, line, proof, section
from symkv.render.figure_slots import model_figures, slots
from symkv.render.lines import points
from symkv.render.setting import Setter, names_of, number
from symkv.render.stack_derivation import numbered, stack_derivation
from symkv.render.stack_symbols import Lettered, closed, lettered
from symkv.render.values import Column, Math, table
from symkv.units import human_bytes, rational

CELL = 125  # points of a formula in a table
USUAL = 131072  # tokens of the formulas with numbers in, where no length is given
FACTS = (Column("quantity", share="0.42"), Column("bytes", "number"), Column("that is", share="0.28"))
AMOUNTS = tuple(Column(head, "number") for head in ("tokens", "stored", "read by a step", "written by a step"))
KINDS = (
    Column("kind of layer", share="0.3"),
    Column("per token", "number"),
    Column("stored", share="0.3"),
    Column("at {} tokens", "number"),
)
TENSORS = (
    Column("tensor", share="0.25"),
    Column("row", share="0.18"),
    Column("format", share="0.12"),
    Column("kept", share="0.36"),
)
LEGEND = (
    Column("letter"),
    Column("word", share="0.27"),
    Column("value", "number"),
    Column("meaning", share="0.34"),
    Column("unit"),
)


@dataclass(frozen=True)
class ModelSetting:
    """What a report on a model is asked for besides the model: context lengths, sequences, letters and product sign."""

    tokens: int | None = None
    batch: int = 1
    product: Product = "thin"
    notation: Notation | None = None
    title: str = ""
    notes: tuple[str, ...] = ()
    target: Target | None = None
    draw: bool = False


def model_document(stack: Stack, setting: ModelSetting | None = None) -> Document:
    """The report of a stack whose number formats are given, else in symbols.

    Raises `BadInput` for sizes that can't be, `Refuted` where a step of the derivation does not hold, which would be an
    error of symkv's own.
    """
    setting = setting or ModelSetting()
    stack = stack.filled()
    tokens = setting.tokens or USUAL
    sizes = _sizes(stack, tokens, setting.batch)
    found = lettered(stack)
    name, title = file_name(stack.name), setting.title or stack.name
    answer = _answer(title, sizes[tokens], setting.batch, stack)
    checked = check(stack_derivation(found, name, title, answer))
    notes = _notes(sizes[tokens])
    if not checked.holds:
        found = closed(stack)
        checked = check(stack_derivation(found, name, title, answer))
        notes.append(
            {"kind": "noted", "text": "the sizes are put in from the start: in symbols a step stays undecided"}
        )
    checked.require()
    setter = Setter.of(names_of(checked.derivation.symbols), setting.product, setting.notation)
    values: dict[str, Any] = {
        "title": f"The KV cache of {title}",
        "answer": answer,
        "facts": _facts(sizes, tokens, setting.batch),
        "notes": [*notes, *({"kind": "read", "text": text} for text in setting.notes)],
        "lines": _lines(found, tokens, setter),
        "sections": [
            *_sections(stack, found, sizes, tokens, setting, setter),
            *design_sections(setting.target, setter),
        ],
        **proof(checked, setter),
    }
    values["legend"] = _legend(found, values["legend"])
    values["sources"] = sources(stack)
    figures = slots(name, list(model_figures(stack, setting.batch)), draw=setting.draw)
    return document("model", name, values, _inputs(stack, setting), figures)


def stack_checked(stack: Stack, title: str = "") -> Checked:
    """The checked derivation of a stack's bytes from its cached tensors; `Refuted` would be an error of symkv's own."""
    stack = stack.filled()
    return check(stack_derivation(lettered(stack), file_name(stack.name), title or stack.name, "")).require()


def file_name(name: str) -> str:
    """A name for files: lower-case letters, digits and hyphens.

    >>> file_name("10*gqa(n_kv_heads=8) + 5*mla"), file_name("../Évil Model")
    ('10-gqa-n_kv_heads-8-5-mla', 'vil-model')
    """
    return re.sub(r"[^a-z0-9_]+", "-", name.lower()).strip("-_")[:60].rstrip("-_") or "report"


def _answer(title: str, size: Mapping[str, Any], batch: int, stack: Stack) -> str:
    """The bytes in a sentence."""
    if size["growth_bytes_per_token"] is None:
        return f"{title} stores {size['formula']['growth']} bytes for each token of context; its sizes are open."
    growth, state = Fraction(size["growth_bytes_per_token"]), size["state_bytes"]
    grows = f"{human_bytes(growth)} for each token of context" if growth else "nothing more for a longer context"
    fixed = f", and {human_bytes(Fraction(state))} whatever the length" if state else ""
    formats = sorted({str(code) for code in stack.formats.values()})
    coded = f" in {' and '.join(formats)}" if formats else ""
    told = f"{title} stores {grows}{fixed}{coded}."
    if size["stored_bytes"] is None or size["read_bytes_per_step"] is None:
        return told
    many = "one sequence" if batch == 1 else f"{batch} sequences"
    stored, read = (human_bytes(Fraction(size[key])) for key in ("stored_bytes", "read_bytes_per_step"))
    return f"{told} At {size['tokens']} tokens, {many} stores {stored}; a decode step reads {read}.".replace(
        "sequences stores", "sequences store"
    )


def _sizes(stack: Stack, tokens: int, batch: int) -> dict[int, dict[str, Any]]:
    """The result of `symkv size` at one length, and its amounts at the usual ones."""
    size = measure(stack, tokens=tokens, batch=batch)
    found = {}
    for length in sorted({*LENGTHS, tokens}):
        stack.require(length)
        at = {"n_tokens": length}
        amounts = {key: size["formula"][key.partition("_")[0]] for key in _AMOUNTS}
        found[length] = {**size, **{k: bytes_at(Formula.of(batch) * Formula.parse(f), at) for k, f in amounts.items()}}
    return {**found, tokens: size}


def _split(value: int | str) -> list[Any]:
    """Bytes as an exact number, and in larger units."""
    told = human_bytes(Fraction(value))
    return [number(Fraction(value)), told.partition("(")[2].rstrip(")")]


def _facts(sizes: Mapping[int, Mapping[str, Any]], tokens: int, batch: int) -> dict[str, Any] | None:
    one = sizes[tokens]
    rows = [
        ["stored per token of context", one["growth_bytes_per_token"]],
        ["state, whatever the length", one["state_bytes"]],
        ["ripple about the growth", one["ripple_bytes"]],
    ]
    rows = [row for row in rows if row[1] not in (None, 0)]
    of = "" if batch == 1 else f", {batch} sequences"
    rows += [[f"stored at {_tokens(length)}{of}", size["stored_bytes"]] for length, size in sizes.items()]
    rows += [[f"read by a step at {_tokens(tokens)}{of}", one["read_bytes_per_step"]]]
    told = [[words, *_split(value)] for words, value in rows if value is not None]
    return table("", FACTS, told) if told else None


def _tokens(count: int) -> str:
    """A number of tokens, with its binary name where it has one."""
    for scale, unit in ((2**20, "Mi"), (2**10, "Ki")):
        if count % scale == 0:
            return f"{count} tokens ({count // scale}{unit})"
    return f"{count} tokens"


def _notes(size: Mapping[str, Any]) -> list[dict[str, str]]:
    kinds = (("assumptions", "assumed"), ("fallbacks", "fallback"))
    notes = [{"kind": kind, "text": text.rstrip(".")} for key, kind in kinds for text in size[key]]
    ignored = size["ignored_fields"]
    return notes + ([{"kind": "ignored fields", "text": ", ".join(ignored)}] if ignored else [])


def _lines(found: Lettered, tokens: int, setter: Setter) -> list[dict[str, Any]]:
    return [
        line(one.label, setter.instance(one.formula, one.numbers, one.value, left=one.symbol, unit=one.unit))
        for one in numbered(found, tokens)
    ]


def _sections(
    stack: Stack,
    found: Lettered,
    sizes: Mapping[int, Mapping[str, Any]],
    tokens: int,
    setting: ModelSetting,
    setter: Setter,
) -> list[dict[str, Any]]:
    rows = [
        [number(length), *(number(Fraction(size[key])) for key in _AMOUNTS)]
        for length, size in sizes.items()
        if all(size[key] is not None for key in _AMOUNTS)
    ]
    of = "one sequence" if setting.batch == 1 else f"{setting.batch} sequences"
    amounts = section("Stored, read and written", table("", AMOUNTS, rows), text=f"In bytes, of {of}.")
    return [
        section(
            "Kinds of layer",
            _kinds(found, sizes[tokens], tokens, setter),
            *_tensors(stack, found, setter),
            text="What each kind adds, in bytes of the batch at the length given and of one sequence in the formulas.",
        ),
        *([amounts] if rows else []),
    ]


_AMOUNTS = ("stored_bytes", "read_bytes_per_step", "written_bytes_per_step")


def _kinds(found: Lettered, size: Mapping[str, Any], tokens: int, setter: Setter) -> dict[str, Any]:
    rows = []
    for part, group in zip(found.stack.parts, size["groups"], strict=True):
        stored = quantity(replace(found.stack, parts=(part,)), "stored")
        formula = setter.formula(collect(stored.substitute({n: Formula.of(v) for n, v in found.values.items()})))
        growth, bytes_ = group["growth_bytes_per_token"], group["stored_bytes"]
        rows.append(
            [
                group["label"],
                "open" if growth is None else number(Fraction(growth)),
                formula if points(formula.latex) <= CELL else "see the derivation",
                "open" if bytes_ is None else number(Fraction(bytes_)),
            ]
        )
    columns = (*KINDS[:3], replace(KINDS[3], head=f"at {tokens} tokens"))
    return table("", columns, rows)


def _tensors(stack: Stack, found: Lettered, setter: Setter) -> list[dict[str, Any]]:
    """What each kind of layer keeps, a table for each."""
    tables = []
    for part, own in zip(stack.parts, found.stack.parts, strict=True):
        rows = []
        for tensor in part.tensors:
            code = format_of(tensor, stack.formats)
            coded = "its own" if tensor.rate else f"{rational(code)} B" if isinstance(code, Fraction) else code
            kept = _in_numbers(tensor.mask.words, part)
            rows.append([tensor.name, _row(tensor, own, setter), coded or "open", kept])
        tables.append(table(f"{part.label or part.variant.name} keeps:", TENSORS, rows))
    return tables


def _in_numbers(words: str, part: Part) -> str:
    """The words of a mask with its numbers put in."""
    for name, value in part.values.items():
        words = words if value.names else re.sub(rf"\b{re.escape(name)}\b", str(value), words)
    return words


def _row(tensor: Any, part: Part, setter: Setter) -> Math:
    """The elements of one row."""
    heads, width = (Formula.parse(text).substitute(part.values) for text in (tensor.heads, tensor.width))
    return setter.formula(width if heads.text == "1" else heads * width)


def _legend(found: Lettered, legend: Mapping[str, Any]) -> dict[str, Any]:
    """The legend with the value that each symbol has here."""
    rows = []
    for letter, word, words, unit in legend["rows"]:
        value = found.values.get(word.text)
        rows.append([letter, word, "" if value is None else number(value), words, unit])
    return table("", LEGEND, rows)


def sources(*stacks: Stack) -> list[dict[str, str]]:
    """Where the sizes and the kinds of layer come from."""
    found: dict[str, str] = {}
    for stack in stacks:
        if stack.source and stack.source != "stack":
            found.setdefault(stack.name, stack.source)
        for part in stack.parts:
            found.setdefault(part.variant.name, str(part.variant.source))
    return [{"key": key, "text": text} for key, text in found.items()]


def _inputs(stack: Stack, setting: ModelSetting) -> Sequence[object]:
    parts = [
        (part.variant.name, part.label, sorted((n, str(v)) for n, v in part.values.items()), str(part.readers))
        for part in stack.parts
    ]
    formats = sorted((where, str(code)) for where, code in stack.formats.items())
    letters = sorted((setting.notation or {}).items())
    target = "" if setting.target is None else setting.target.text
    asked = [setting.tokens, setting.batch, setting.product, letters, setting.title, setting.notes, target]
    return [stack.name, stack.source, parts, formats, stack.assumptions, stack.fallbacks, asked]
