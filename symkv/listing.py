"""What `list` and `show` tell: the catalogue, the bundled models and the derivations, as plain data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

from symkv.caches import CachedTensor, Part, Printed, Reduction, Stack, Variant, quantity
from symkv.caches.pictures import picture
from symkv.formula import Formula
from symkv.measure import closed
from symkv.modelling import figures
from symkv.models import Record, bundled, resolve
from symkv.models.records import names, record
from symkv.models.symbolic import symbolic
from symkv.proof.collect import collect
from symkv.units import against_printed
from symkv.variants import FAMILIES, catalogue, variant


def _variants() -> list[dict[str, Any]]:
    return [
        {
            "kind": "variants",
            "name": item.name,
            "family": item.family,
            "title": item.title,
            "stored": str(collect(item.stored)),
            "read": str(collect(item.read)),
            "source": str(item.source),
            "verified": item.source.checked,
        }
        for item in sorted(catalogue().values(), key=_family)
    ]


def _family(item: Variant) -> int:
    return FAMILIES.index(item.family) if item.family in FAMILIES else len(FAMILIES)


def _models() -> list[dict[str, Any]]:
    found = []
    for item in bundled():
        stack = item.stack
        found.append(
            {
                "kind": "models",
                "name": item.name,
                "family": item.family,
                "title": item.title,
                "stored": str(collect(quantity(stack, "stored"))),
                "read": str(collect(quantity(stack, "read"))),
                "source": item.source,
                "verified": item.verified,
                "date": item.date,
                **figures(stack),
            }
        )
    return found


def _derivations() -> list[dict[str, Any]]:
    from symkv.derivations import shipped_derivations  # a list of models needs neither these nor the laws

    return [
        {
            "kind": "derivations",
            "name": name,
            "family": "derivation",
            "title": (path.read_text(encoding="utf-8").splitlines() or [""])[0].strip('"'),
            "stored": None,
            "read": None,
            "source": path.name,
            "verified": None,  # `symkv check` says
        }
        for name, path in shipped_derivations().items()
    ]


def _laws() -> list[dict[str, Any]]:
    from symkv.solve.laws import law_items

    return law_items()


KINDS: dict[str, Callable[[], list[dict[str, Any]]]] = {
    "variants": _variants,
    "models": _models,
    "derivations": _derivations,
    "laws": _laws,
}


def items(kind: str | None = None) -> list[dict[str, Any]]:
    """The entries of one kind, or of all kinds."""
    return [item for name in ([kind] if kind else KINDS) for item in KINDS[name]()]


def shown(name: str, *, with_draft: bool = False) -> dict[str, Any]:
    """The result of `symkv show`: tensors, formulas, the paper's own form and what it reduces to."""
    stack = resolve(name, with_draft=with_draft)
    known = record(name) if name in names() else None
    opened = symbolic(stack)
    alone = stack.parts[0].variant if len(stack.parts) == 1 and name in catalogue() else None
    formulas: dict[str, Formula | None] = {
        of: closed(stack, of) for of in ("stored", "read", "written", "growth", "state", "ripple", "peak")
    }
    in_symbols = {of: collect(quantity(opened.stack, of)) for of in ("stored", "read", "written", "growth")}
    return {
        "name": stack.name,
        "title": _title(stack, alone, known),
        "about": alone.about if alone else None,
        "source": str(alone.source) if alone else stack.source,
        "verified": alone.source.checked if alone else known.verified if known else None,
        "dtype": stack.dtype,
        "groups": [_kind(part, stack) for part in stack.parts],
        "tensors": [_tensor(tensor, part) for part in stack.parts for tensor in part.tensors],
        **{of: None if formula is None else str(formula) for of, formula in formulas.items()},
        "formula_symbolic": {of: str(formula) for of, formula in in_symbols.items()},
        "symbols": {word: str(value) for word, value in opened.values.items()},
        "paper_form": str(alone.paper_formula()) if alone else None,
        "latex": {
            **{of: formula.latex for of, formula in formulas.items() if formula is not None},
            "formula_symbolic": {of: formula.latex for of, formula in in_symbols.items()},
            "paper_form": _paper(alone, quantity(stack, "stored")),
        },
        "reduces_to": [_reduction(reduction) for reduction in alone.reduces_to] if alone else [],
        "where": list(alone.where) if alone else [],
        "defaults": dict(alone.defaults) if alone else {},
        "falls_at": _falls(alone) if alone else [],
        "picture": picture(alone) if alone else None,
        "numbers": [_number(alone, printed) for printed in alone.numbers] if alone else [],
        "assumptions": list(stack.assumptions),
        "fallbacks": list(stack.fallbacks),
        "ignored_fields": list(stack.ignored_fields),
    }


def _title(stack: Stack, alone: Variant | None, known: Record | None) -> str:
    if alone is not None or known is not None:
        return alone.title if alone is not None else known.title if known is not None else ""
    return f"{len(stack.parts)} kinds of layer" if len(stack.parts) > 1 else "one kind of layer"


def _kind(part: Part, stack: Stack) -> dict[str, Any]:
    """One kind of layer: what it adds to each quantity, with the numbers in."""
    formulas = {of: closed(replace(stack, parts=(part,)), of) for of in ("stored", "read", "growth", "state")}
    return {
        "label": part.label or part.variant.name,
        "variant": part.variant.name,
        "tensors": [tensor.name for tensor in part.tensors],
        **{of: None if formula is None else str(formula) for of, formula in formulas.items()},
    }


def _reduction(reduction: Reduction) -> dict[str, Any]:
    return {"to": reduction.to, "where": list(reduction.where), "quantities": list(reduction.only)}


def _falls(item: Variant) -> list[dict[str, str]]:
    return [
        {
            "tensor": tensor,
            "when": str(collect(Formula.parse(when.removesuffix(" = 0")))) + " = 0",
            "rows": str(collect(Formula.parse(rows))),
        }
        for tensor, when, rows in item.falls()
    ]


def _paper(item: Variant | None, otherwise: Formula) -> str:
    if item is None:
        return collect(otherwise).latex
    from symkv.render import paper_latex

    return paper_latex(item)


def _tensor(tensor: CachedTensor, part: Part) -> dict[str, Any]:
    def put(text: str) -> str:
        return str(Formula.parse(text).substitute(part.values))

    return {
        "name": tensor.name,
        "heads": put(tensor.heads),
        "width": put(tensor.width),
        "layers": put(tensor.layers),
        "readers": put(tensor.readers or tensor.layers),
        "mask": tensor.mask.words,
        "kept": put(tensor.mask.kept),
        "role": tensor.role,
        "ranks": "replicated on every rank" if tensor.heads == "1" else "split by heads",
    }


def printed_value(item: Variant, printed: Printed) -> Fraction:
    """The exact value of what a source printed."""
    counted = replace(item, tensors=tuple(t for t in item.tensors if not printed.only or t.name in printed.only))
    value = Fraction(quantity(Stack.of(counted).coded(printed.formats), printed.of).evaluate(printed.given))
    if printed.against:
        value = Fraction(variant(printed.against).quantity(printed.of).evaluate(printed.given)) / value
    return 1 - 1 / value if printed.saved else value


def _number(item: Variant, printed: Printed) -> dict[str, Any]:
    value = printed_value(item, printed)
    return {
        "printed": printed.printed,
        "verdict": against_printed(value, printed.printed)[0],
        "source": str(printed.source),
    }
