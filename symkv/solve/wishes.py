"""What a design shall meet and what it is ranked by: QUANTITY[@TOKENS]=SIZE, and symbols, quantities or formulas."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from symkv import symbols
from symkv.caches import QUANTITIES, Stack, quantity
from symkv.errors import BadInput
from symkv.formula import Formula
from symkv.formula import symbol as named
from symkv.proof.collect import collect
from symkv.units import decimal, parse_size, parse_tokens

WITHOUT_TOKENS = ("growth", "read_growth", "state", "ripple")
_QUANTITY = re.compile(r"\s*([a-z_]+)\s*(?:@\s*([\w.]+)\s*)?", re.ASCII)


@dataclass(frozen=True)
class Question:
    """The stack that is asked about, and the tokens and sequences where a quantity says none."""

    stack: Stack
    tokens: int | None = None
    batch: int = 1
    given: Mapping[str, Formula] | None = None  # symbols that have a value, for conditions and goals
    free: frozenset[str] = frozenset()

    def quantity(self, text: str) -> tuple[str, Formula]:
        """The label and the formula in bytes of QUANTITY[@TOKENS]; `BadInput` for anything else."""
        match = _QUANTITY.fullmatch(text)
        if match is None or match[1] not in QUANTITIES:
            raise BadInput(f"a quantity must be one of {', '.join(QUANTITIES)}, got {text[:40]!a}; write read@131072")
        name, at = match.groups()
        formula = quantity(self.stack, name)
        if name in WITHOUT_TOKENS:
            if at is not None:
                raise BadInput(f"{name} holds for every length and takes no @tokens, got {text[:40]!a}; write {name}")
            return name, collect(formula)
        tokens = parse_tokens(at)[0] if at is not None else self.tokens
        if tokens is None and "n_tokens" in formula.names and "n_tokens" not in self.free:
            raise BadInput(f"{name} depends on the length of the context; write {name}@131072 or give --tokens")
        formula = Formula.of(self.batch) * formula
        formula = formula if tokens is None else formula.substitute({"n_tokens": tokens})
        return (name if at is None else f"{name}@{tokens}"), collect(formula)

    def formula(self, text: str) -> tuple[str, Formula]:
        """The label and formula of a symbol, a quantity or a formula of symbols; given values are put in."""
        match = _QUANTITY.fullmatch(text)
        if "@" in text or (match is not None and match[1] in QUANTITIES):
            return self.quantity(text)
        return text.strip(), self.put(Formula.parse(text))

    def put(self, formula: Formula) -> Formula:
        """A formula with the words of its symbols and the values that are given."""
        words = {name: named(symbols.lookup(name).name) for name in formula.names}
        return formula.substitute(words).substitute(self.given or {})


@dataclass(frozen=True)
class Limit:
    """low <= quantity <= high in bytes; None where there is no bound."""

    label: str
    formula: Formula
    low: Fraction | None
    high: Fraction | None

    @property
    def words(self) -> str:
        """The limit as a relation."""
        if self.low == self.high and self.low is not None:
            return f"{self.label} = {decimal(self.low)} B"
        ends = [] if self.low is None else [f"{self.label} >= {decimal(self.low)} B"]
        return ", ".join(ends if self.high is None else [*ends, f"{self.label} <= {decimal(self.high)} B"])


@dataclass(frozen=True)
class Goal:
    """What a design is ranked by: the least of sign*formula is best."""

    label: str
    formula: Formula
    sign: int

    @property
    def words(self) -> str:
        """The goal in words."""
        return f"{'least' if self.sign > 0 else 'greatest'} {self.label}"


def limits_of(question: Question, wanted: Mapping[str, Sequence[str]], reading: int) -> list[Limit]:
    """The limits that --max, --min and --equal write, KB and the like in one reading: 0 is the binary."""
    found: dict[str, Limit] = {}
    for kind, texts in wanted.items():
        for text in texts:
            left, size = halves(kind, text)
            label, formula = question.quantity(left)
            value = _reading(size, reading)
            limit = Limit(label, formula, None if kind == "max" else value, None if kind == "min" else value)
            key = f"{label} {limit.low is None} {limit.high is None}"
            if key in found:
                raise BadInput(f"--{kind} {label} must be given once, it came twice; drop one")
            found[key] = limit
    return list(found.values())


def mentioned(texts: Sequence[str]) -> frozenset[str]:
    """The symbols whose words stand in some texts."""
    words = {word for text in texts for word in re.findall(r"\w+", text, re.ASCII)}
    return frozenset(known.name for word in words if (known := symbols.find(word)) is not None)


def halves(kind: str, text: str) -> tuple[str, str]:
    """Quantity and size of QUANTITY[@TOKENS]=SIZE; `BadInput` for anything else."""
    left, sign, size = text.partition("=")
    if not sign or not left.strip() or not size.strip():
        raise BadInput(f"--{kind} takes QUANTITY[@TOKENS]=SIZE, got {text[:40]!a}; write --{kind} growth=8KiB")
    return left, size


def readings(sizes: Sequence[str]) -> tuple[str, ...]:
    """How the sizes are read: once, or with KB, MB, GB as powers of 1024 and of 1000."""
    return ("binary", "decimal") if any(len(parse_size(size)) > 1 for size in sizes) else ("",)


def _reading(size: str, reading: int) -> Fraction:
    found = parse_size(size)
    return found[min(reading, len(found) - 1)].bytes


def band(target: str | None, between: tuple[str, str] | None, reading: int) -> tuple[Fraction, Fraction] | None:
    """The least and the greatest bytes of --target or --between, None without either."""
    if target is not None:
        return (_reading(target, reading),) * 2
    if between is None:
        return None
    low, high = sorted(_reading(size, reading) for size in between)
    return low, high


def goals_of(question: Question, minimise: Sequence[str], maximise: Sequence[str]) -> list[Goal]:
    """The goals in the order of the options, what is minimised first."""
    return [Goal(*question.formula(text), sign) for sign, texts in ((1, minimise), (-1, maximise)) for text in texts]
