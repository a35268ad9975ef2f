"""How many rows a mask keeps: counted from the mask, at both instants, and what that is in the long run."""

from symkv.caches import MASKS
from symkv.derivations import Derivation, Step


def _rule(statement):
    return "cases" if any(word in statement for word in ("min(", "max(", "floor(", "ceil(", "mod(")) else "collect"


def _counted(name, statement, why):
    return Step(name, _rule(statement), statement, why=why)


def _steps():
    for mask in MASKS:
        name = mask.name
        yield _counted(name, f"{mask.counted()} = {mask.kept}", f"{mask.words}: counted while the query q = S - 1 runs")
        yield _counted(
            f"{name}_between", f"{mask.counted('between')} = {mask.between}", "counted before the query q = S comes"
        )
        always = mask.settled == "1"
        statement = f"{mask.kept} = {mask.eventual()}"
        yield Step(
            f"{name}_long",
            _rule(statement) if always else "specialise",
            statement,
            why="growth, level and saw-tooth, once they are settled",
            where=() if always else (f"n_tokens >= {mask.settled}",),
            units=("1 = token",) if mask.made != "n_tokens" else (),  # a full block has tokens, m is a pure number
        )
    yield Step(
        "short",
        "specialise",
        "min(n_tokens, window) = n_tokens",
        why="a context shorter than the window is kept whole",
        where=("n_tokens <= window",),
    )
    yield Step(
        "overtaken",
        "bound",
        "mod(n_tokens - 1, chunk) < min(n_tokens, chunk)",
        why="a chunk never keeps more than a window of its size",
    )


STEPS = tuple(_steps())

derivation = Derivation(
    name="counting",
    units="named",
    title="How many rows a mask keeps",
    claim="The number of rows kept follows from which later queries may use a row, during a step and between steps.",
    symbols=(
        "n_tokens",
        "window",
        "chunk",
        "n_sinks",
        "compression",
        "block_length",
        "block_stride",
        "n_kept",
        "n_prompt",
        "n_encoder",
    ),
    steps=STEPS,
)
