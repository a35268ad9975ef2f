"""The derivations that ship, each checked once in a process: checking all of them takes seconds."""

from functools import cache

from symkv.derivations import Checked, check, named


@cache
def checked(name: str) -> Checked:
    """A derivation that ships, checked."""
    return check(named(name))
