"""The classic traps: each must be refused, refuted, or proved only under the condition that makes it true."""

from __future__ import annotations

from dataclasses import dataclass

from symkv.errors import BadInput
from symkv.formula import Relation
from symkv.proof.judges import judge
from symkv.proof.kernel import COUNT, NATURAL, Domain

REAL = Domain(False, None)


@dataclass(frozen=True)
class Trap:
    """A statement that looks true, what may become of it, and the condition (`cure`) under which it is true."""

    name: str
    statement: str
    assume: tuple[str, ...]
    allowed: tuple[str, ...]
    domain: Domain = COUNT
    cure: str = ""


def _vanishing(last: int) -> str:
    """A polynomial that is zero at 1 to `last` and nowhere else."""
    return "*".join(f"(n - {i})" for i in range(1, last + 1))


TRAPS = (
    Trap("1 = 2: both sides over a - c", "(a**2 - c**2)/(a - c) = (a*c - c**2)/(a - c)", ("a = c",), ("refused",)),
    Trap("1 = 2: a - c cancelled", "a + c = c", ("a = c", "(a - c)*(a + c) = (a - c)*c"), ("refuted",)),
    Trap("1 = 2: a factor that may be 0", "x = y", ("(a - c)*x = (a - c)*y",), ("refuted",), cure="a > c"),
    Trap("a/c*c = a", "a/c*c = a", (), ("conditional",), NATURAL, cure="c >= 1"),
    Trap("a/c*c = a over all numbers", "a/c*c = a", (), ("conditional",), REAL, cure="c != 0"),
    Trap("a cancelled x - 1", "(x**2 - 1)/(x - 1) = x + 1", (), ("conditional",), cure="x > 1"),
    Trap("0/0", "x/(x - x) = 1", (), ("refused",)),
    Trap("sqrt(x**2) = x", "sqrt(x**2) = x", (), ("refuted", "conditional"), REAL),
    Trap("sqrt(x) = x", "sqrt(x) = x", (), ("refuted",)),
    Trap("ceil(L/6) = L/6", "ceil(L/6) = L/6", (), ("refuted",), cure="6 divides L"),
    Trap("min(S, W) = W", "min(S, W) = W", (), ("refuted",), cure="W <= S"),
    Trap("true up to 100: a product", f"{_vanishing(100)} = 0", (), ("refuted",)),
    Trap("true up to 100: a threshold", "max(n, 100) = 100", (), ("refuted",), cure="n <= 100"),
    Trap("true up to 100: a floor", "floor(n/101) = 0", (), ("refuted",), cure="n <= 100"),
    Trap("true but at 101", "(0 if n = 101 else n) = n", (), ("refuted",), cure="n <= 100"),
    Trap("true but at 1234567", "(0 if n = 1234567 else n) = n", (), ("refuted",), cure="n < 1234567"),
    Trap("from 1 = 2", "L = 2*L", ("1 = 2",), ("refused",)),
    Trap("from L = 0", "L = 2*L", ("L = 0",), ("refused",)),
    Trap("from an empty domain", "L = 2*L", ("L < 1",), ("refused",)),
    Trap("from two values", "L = 2*L", ("L = 2", "L = 3"), ("refused",)),
    Trap("from an order that turns", "S = W", ("S < W", "W < S"), ("refused",)),
    Trap("from a half", "L = 2*L", ("2*L = 1",), ("refused",)),
)


def outcome(trap: Trap, assume: tuple[str, ...]) -> str:
    """What becomes of a trap under assumptions: refused, refuted, proved, conditional (with what), or unknown."""
    statement, hypotheses = Relation.parse(trap.statement), tuple(map(Relation.parse, assume))
    names = dict.fromkeys(name for relation in (statement, *hypotheses) for name in relation.names)
    try:
        verdict = judge(statement, hypotheses, declared=dict.fromkeys(names, trap.domain), second=False)
    except BadInput:
        return "refused"
    if verdict.verdict == "proved" and verdict.conditions:
        return "conditional"
    if verdict.counterexample is not None and statement.holds(verdict.counterexample.point):
        return "a counterexample that is none"
    return verdict.verdict


def failed(trap: Trap) -> str:
    """What is wrong with how a trap is met, or nothing; what cures it must make it provable."""
    met = outcome(trap, trap.assume)
    if met not in trap.allowed:
        return f"{trap.name}: {met}, must be {' or '.join(trap.allowed)}"
    if trap.cure and (cured := outcome(trap, (*trap.assume, trap.cure))) != "proved":
        return f"{trap.name} where {trap.cure}: {cured}, must be proved"
    return ""
