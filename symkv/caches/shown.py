"""What a notebook shows of a variant and of a stack."""

from __future__ import annotations

from dataclasses import replace

from symkv.caches.model import Stack, Variant
from symkv.caches.quantities import quantity
from symkv.formula import Formula
from symkv.notebook import Html, card, display, table
from symkv.proof.collect import collect

QUANTITIES = ("stored", "read", "growth")


def stored_latex(stack: Stack) -> str:
    """The bytes stored, in the field's order."""
    return display(collect(quantity(stack, "stored")).latex)


def quantities_html(stack: Stack) -> Html:
    """Stored, read and growth, in bytes of one sequence."""
    return table([(f"{of} (bytes)", collect(quantity(stack, of))) for of in QUANTITIES])


def variant_html(variant: Variant) -> str:
    """Its tensors, its formulas, and its source."""
    tensors = [
        (tensor.name, Formula.parse(tensor.heads), Formula.parse(tensor.width), tensor.mask.words)
        for tensor in variant.tensors
    ]
    head = ("tensor", "heads", "width", "kept")
    return card(
        f"{variant.name}: {variant.title}",
        table(tensors, head),
        quantities_html(Stack.of(variant)),
        notes=[*(f"for {text}" for text in variant.where), variant.source],
    )


def stack_html(stack: Stack) -> str:
    """Its formulas, what each kind of layer stores where there are several, and what was assumed."""
    parts = [quantities_html(stack)]
    if len(stack.parts) > 1:
        rows = [
            (part.label or part.variant.name, collect(quantity(replace(stack, parts=(part,)), "stored")))
            for part in stack.parts
        ]
        parts.append(table(rows, ("layers", "stored (bytes)")))
    return card(stack.name, *parts, notes=[*stack.assumptions, *stack.fallbacks])
