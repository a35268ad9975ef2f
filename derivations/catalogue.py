"""Every variant's paper form equals what its cached tensors give, and every reduction holds, stored and read."""

from symkv.caches import Stack, quantity
from symkv.derivations import Derivation, Step
from symkv.formula import Relation
from symkv.variants import catalogue, variant


def _steps():
    for item in catalogue().values():
        built = quantity(Stack.of(item), item.paper_of)
        yield Step(
            f"{item.name}.paper",
            "collect",
            f"{item.paper_formula()} = {built}",
            why=f"the paper form of {item.name} is the sum over its tensors",
        )
        for reduction in item.reduces_to:
            for of in ("stored", "read"):
                yield Step(
                    f"{item.name}.{of}.{reduction.to}",
                    "specialise",
                    f"{quantity(Stack.of(item), of)} = {quantity(Stack.of(variant(reduction.to)), of)}",
                    why=f"{item.name} becomes {reduction.to}",
                    where=reduction.where,
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
