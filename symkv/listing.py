"""What `list` and `show` tell: the catalogue, the bundled models and the derivations, as plain data."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from symkv.caches import CachedTensor, Part, Printed, Stack, Variant, quantity
from symkv.derivations import shipped_derivations
from symkv.models import bundled, resolve
from symkv.proof.collect import collect
from symkv.units import against_printed
from symkv.variants import catalogue, variant


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
        for item in catalogue().values()
    ]


def _models() -> list[dict[str, Any]]:
    found = []
    for record in bundled():
        stack = resolve(record.name)
        found.append(
            {
                "kind": "models",
                "name": record.name,
                "family": record.family,
                "title": record.title,
                "stored": str(collect(quantity(stack, "stored"))),
                "read": str(collect(quantity(stack, "read"))),
                "source": record.source,
                "verified": record.verified,
            }
        )
    return found


def _derivations() -> list[dict[str, Any]]:
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


KINDS: dict[str, Callable[[], list[dict[str, Any]]]] = {
    "variants": _variants,
    "models": _models,
    "derivations": _derivations,
}


def items(kind: str | None = None) -> list[dict[str, Any]]:
    """The entries of one kind, or of all kinds."""
    return [item for name in ([kind] if kind else KINDS) for item in KINDS[name]()]


def shown(name: str) -> dict[str, Any]:
    """The result of `symkv show`: tensors, formulas, the paper's own form and what it reduces to."""
    stack = resolve(name)
    alone = stack.parts[0].variant if len(stack.parts) == 1 and name in catalogue() else None
    formulas = {of: collect(quantity(stack, of)) for of in ("stored", "read", "growth", "state")}
    return {
        "name": stack.name,
        "title": alone.title
        if alone
        else f"{len(stack.parts)} kinds of layer"
        if len(stack.parts) > 1
        else "one kind of layer",
        "about": alone.about if alone else None,
        "source": str(alone.source) if alone else stack.source,
        "verified": alone.source.checked if alone else None,
        "tensors": [_tensor(tensor, part) for part in stack.parts for tensor in part.tensors],
        **{of: str(formula) for of, formula in formulas.items()},
        "paper_form": str(alone.paper_formula()) if alone else None,
        "latex": {
            **{of: formula.latex for of, formula in formulas.items()},
            "paper_form": _paper(alone, formulas["stored"].latex),
        },
        "reduces_to": [{"to": r.to, "where": list(r.where)} for r in alone.reduces_to] if alone else [],
        "numbers": [_number(alone, printed) for printed in alone.numbers] if alone else [],
    }


def _paper(item: Variant | None, otherwise: str) -> str:
    if item is None:
        return otherwise
    from symkv.render import paper_latex

    return paper_latex(item)


def _tensor(tensor: CachedTensor, part: Part) -> dict[str, Any]:
    def put(text: str) -> str:
        from symkv.formula import Formula

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


def _number(item: Variant, printed: Printed) -> dict[str, Any]:
    value = Fraction(quantity(Stack.of(item), printed.of).evaluate(printed.given))
    if printed.against:
        value = Fraction(quantity(Stack.of(variant(printed.against)), printed.of).evaluate(printed.given)) / value
    return {
        "printed": printed.printed,
        "verdict": against_printed(value, printed.printed)[0],
        "source": str(printed.source),
    }
