"""One exception family: what must hold, what came, what would work.

Every failure that a user can cause is a `SymkvError`. The command line prints its message on one line and leaves
with its `exit_status`; nothing else of symkv raises on purpose.
"""

from __future__ import annotations

from collections.abc import Iterable


class SymkvError(Exception):
    """The root of every error that symkv raises on purpose.

    `where` names the place (a file, a field, a column) when there is one.

    >>> raise BadInput("n_layers must be a whole number from 1 on, got 0; try n_layers=1")
    Traceback (most recent call last):
        ...
    symkv.errors.BadInput: n_layers must be a whole number from 1 on, got 0; try n_layers=1
    """

    exit_status = 4
    kind = "internal"

    def __init__(self, message: str, *, where: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.where = where

    def at(self, where: str) -> SymkvError:
        """The same error with the place added once, by the caller who knows it."""
        return type(self)(self.message, where=where if self.where is None else f"{where}: {self.where}")

    def __str__(self) -> str:
        return self.message if self.where is None else f"{self.where}: {self.message}"


class BadInput(SymkvError):
    """Something that the user gave can't be taken; the message says what would be. Exit status 2."""

    exit_status = 2
    kind = "bad input"


class Refuted(SymkvError):
    """A statement is false, or a printed value is not the expected one. Exit status 1."""

    exit_status = 1
    kind = "refuted"


class Undecided(SymkvError):
    """No judge could decide, or time ran out; never read as true or as false. Exit status 3."""

    exit_status = 3
    kind = "unknown"


class JudgesDisagree(SymkvError):
    """One judge says yes while another holds a counterexample: a bug in symkv. Exit status 4."""

    kind = "judges disagree"


def alike(word: str, known: Iterable[str], *, n: int = 3, cutoff: float = 0.5) -> list[str]:
    """The names that are written most like a word, the nearest first: what an error asks whether it was meant.

    >>> alike("n_kv_head", ["n_heads", "n_kv_heads", "window"])
    ['n_kv_heads', 'n_heads']
    """
    from difflib import get_close_matches  # no reading that goes well needs it

    return get_close_matches(word, list(known), n=n, cutoff=cutoff)
