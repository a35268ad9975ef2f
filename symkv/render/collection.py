"""Several derivations as one document: a section for each, equations numbered on, one list of sources at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from symkv.derivations import Checked
from symkv.derivations.bibliography import cited
from symkv.formula.latex import Product
from symkv.formula.notation import Notation
from symkv.render.documents import Document, derivation_document, document
from symkv.render.values import Label

TITLES = {  # folders of derivations that ship
    "lecture": (
        "The mathematics of serving and of the KV cache",
        "What a lecture on serving language models says in formulas, derived line by line, as spoken and with units: "
        "what a step costs, what is kept, and what is read.",
    ),
    "papers": (
        "Printed values, checked",
        "Tables of papers, books, engines' logs and calculators: each printed value with its exact one, and what does "
        "not follow from its own inputs with the likely cause.",
    ),
}


def collection_document(
    name: str, checked: Sequence[Checked], *, product: Product = "thin", notation: Notation | None = None
) -> Document:
    """The report of several derivations; `Refuted` if one does not hold."""
    title, answer = TITLES.get(name, (name, ""))
    parts, first = [], 1
    for place, one in enumerate(checked, 1):
        made = derivation_document(one, product=product, notation=notation, first=first)
        anchor = Label(f"part-{one.derivation.name.replace('_', '-')}")
        parts.append(
            replace(made, values={**made.values, "part": True, "place": place, "anchor": anchor}, template="part")
        )
        first += len(one.steps)
    verdicts = [step.verdict for one in checked for step in one.steps]
    sources = {key: source for one in checked for key, source in cited(one.derivation).items()}
    values = {
        "title": title,
        "answer": answer,
        "proved": verdicts.count("proved"),
        "assumed": verdicts.count("assumed"),
        "sources": [{"key": key, "text": str(sources[key])} for key in sorted(sources)],
        **dict.fromkeys(("premises", "assume", "over_reals", "steps"), ()),
        **dict.fromkeys(("claims", "legend"), None),
    }
    inputs = [part.values["header"] for part in parts]
    return replace(document("collection", name, values, inputs), template="collection", parts=tuple(parts))
