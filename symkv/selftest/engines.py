"""The judges besides the kernel, asked one by one, so that their answers can be held against exact evaluation."""

from __future__ import annotations

from symkv.errors import BadInput
from symkv.proof.judges import ask
from symkv.proof.workers import Answer, Limits
from symkv.selftest.pairs import Pair

SHORT = Limits(wall=0.3, cpu=2)  # what is not answered by then is no answer: thousands are asked


def asked(engine: str, pair: Pair) -> Answer:
    """What an engine says of a pair within a short time."""
    try:
        return ask(engine, pair.statement, pair.assume, pair.domains, limits=SHORT)
    except BadInput as problem:
        return Answer("unknown", reason=problem.message)
