"""How many entries a mask keeps: counted from the mask, at both instants, and bounded by growth and state."""

from symkv.caches import CAUSAL, WINDOW
from symkv.derivations import Derivation, Step

derivation = Derivation(
    name="counting",
    units="named",
    title="How many entries a mask keeps",
    claim="A causal mask keeps S entries, a window of W keeps min(S, W) during a step and min(S, W - 1) between steps.",
    symbols=("n_tokens", "window"),
    steps=(
        Step(
            "causal", "cases", f"{CAUSAL.counted()} = {CAUSAL.kept}", why="query q = S - 1 may use entries 0 to S - 1"
        ),
        Step(
            "causal_between",
            "cases",
            f"{CAUSAL.counted('between')} = {CAUSAL.between}",
            why="the next query may use them all again",
        ),
        Step(
            "window",
            "cases",
            f"{WINDOW.counted()} = {WINDOW.kept}",
            why="query q = S - 1 may use entry i where 0 <= q - i < W",
        ),
        Step(
            "window_between",
            "cases",
            f"{WINDOW.counted('between')} = {WINDOW.between}",
            why="the next query q = S no longer reaches entry S - W",
        ),
        Step(
            "state",
            "bound",
            f"{WINDOW.kept} <= {WINDOW.growth}*n_tokens + {WINDOW.state}",
            why="a window never keeps more",
        ),
        Step(
            "filled",
            "specialise",
            f"{WINDOW.kept} = {WINDOW.state}",
            why="and keeps just that many once the context is as long",
            where=("n_tokens >= window",),
        ),
        Step(
            "short",
            "specialise",
            f"{WINDOW.kept} = n_tokens",
            why="a context shorter than the window is kept whole",
            where=("n_tokens <= window",),
        ),
    ),
)
