"""Every variant's paper form equals what its cached tensors give, and every reduction holds, stored and read."""

from symkv.derivations import Derivation, Step
from symkv.formula import Relation
from symkv.variants import catalogue, variant


def _steps():
    for item in catalogue().values():
        yield Step(
            f"{item.name}.paper",
            "collect",
            f"{item.paper_formula()} = {item.quantity(item.paper_of)}",
            why=f"the paper form of {item.name} is the sum over its tensors",
            where=item.where,
            units=item.units,
        )
        for reduction in item.reduces_to:
            other = variant(reduction.to)
            alike = item.stored.same_as(item.read) and other.stored.same_as(other.read)
            for of in reduction.only:
                if of == "read" and alike and "stored" in reduction.only:
                    continue  # the same statement
                if of in ("stored", "read") or (len(reduction.only) < 4 and of != "written"):
                    yield Step(
                        f"{item.name}.{of}.{reduction.to}",
                        "specialise" if (*item.where, *reduction.where) else "collect",
                        f"{item.quantity(of)} = {other.quantity(of)}",
                        why=f"{item.name} becomes {reduction.to}",
                        where=(*item.where, *reduction.where),
                        units=tuple(dict.fromkeys((*item.units, *other.units))),
                    )


STEPS = tuple(_steps())
_NAMES = dict.fromkeys(
    n for step in STEPS for text in (step.statement, *step.where) for n in Relation.parse(text).names
)

derivation = Derivation(
    name="catalogue",
    units="named",
    title="Paper forms and reductions of the catalogue",
    claim="Each published formula is the sum over the cached tensors, and each variant becomes what it reduces to.",
    symbols=tuple(_NAMES),
    steps=STEPS,
)
