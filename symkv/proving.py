"""`symkv.prove`: a relation between formulas, or between sympy expressions, put before the judges."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from symkv import symbols
from symkv.errors import BadInput
from symkv.formula import Formula, Relation
from symkv.proof.collect import domain_of
from symkv.proof.counterexample import Counterexample
from symkv.proof.domains import ANY, COUNT, NATURAL, RATIO, SLACK, WHOLE, Domain
from symkv.proof.judges import judge, settled

if TYPE_CHECKING:
    import sympy

DOMAINS: dict[str, Domain] = {
    "positive integer": COUNT,
    "nonnegative integer": NATURAL,
    "integer": WHOLE,
    "positive rational": RATIO,
    "nonnegative rational": SLACK,
    "rational": ANY,
}


@dataclass(frozen=True)
class Verdict:
    """What the judges say of a statement; `verdict` is one of proved, checked, refuted, unknown, timeout."""

    statement: Relation
    where: tuple[Relation, ...]
    domains: Mapping[str, Domain]
    verdict: str
    judges: tuple[str, ...]
    conditions: tuple[str, ...] = ()
    counterexample: Counterexample | None = None
    detail: str = ""

    def __str__(self) -> str:
        judges = f" ({', '.join(self.judges)})" if self.judges else ""
        under = [str(relation) for relation in self.where] + list(self.conditions)
        lines = [f"{self.verdict}{judges}: {self.statement}" + (f"   [{', '.join(under)}]" if under else "")]
        lines += [f"  for {', '.join(names)} {domain}" for domain, names in self._ranges().items()]
        lines += [f"  false at {self.counterexample}"] if self.counterexample else []
        return "\n".join([*lines, *([f"  {self.detail}"] if self.detail else [])])

    def __repr__(self) -> str:
        return f"<{self}>"

    def __bool__(self) -> bool:
        raise BadInput("a verdict has five values, not two; compare .verdict with 'proved' or 'refuted'")

    def _ranges(self) -> dict[str, list[str]]:
        """The names by domain."""
        words = {domain: text for text, domain in DOMAINS.items()}
        found: dict[str, list[str]] = {}
        for name, domain in self.domains.items():
            found.setdefault(words[domain], []).append(name)
        return found

    def _repr_latex_(self) -> str:
        return rf"$\displaystyle {self.statement.latex}$ \quad ({self.verdict})"

    def _repr_html_(self) -> str:
        first, *rest = (html.escape(line.strip()) for line in str(self).splitlines())
        return f"<p><strong>{first}</strong></p>" + "".join(f"<p>{line}</p>" for line in rest)


def prove(
    lhs: Relation | Formula | str | int | sympy.Basic,
    rhs: Formula | str | int | sympy.Expr | None = None,
    *,
    where: Sequence[str | Relation] = (),
    domains: Mapping[str, str] | None = None,
) -> Verdict:
    """The verdict of at least two judges on `lhs = rhs`, or on a relation given alone, under the conditions `where`.

    A name of the symbol table has the table's domain, any other is a positive whole number unless `domains` says
    otherwise ("positive integer", "nonnegative integer", "integer", "positive rational", "nonnegative rational",
    "rational"). Raises `BadInput` for what the language does not have and for conditions that can't hold together.

    >>> prove("ceil(S/P)*P", "S", where=["P divides S"]).verdict
    'proved'
    >>> print(prove("min(S, W) = S"))
    refuted (box): min(S, W) = S
      for S, W positive integer
      false at S = 2, W = 1: left 1, right 2, difference -1
    """
    statement = _relation(lhs) if rhs is None else Relation(_formula(lhs), "=", _formula(rhs))
    conditions = tuple(_relation(condition) for condition in where)
    names = dict.fromkeys(name for relation in (statement, *conditions) for name in relation.names)
    given = dict(domains or {})
    for name, text in given.items():
        if text not in DOMAINS:
            raise BadInput(f"a domain must be one of {', '.join(DOMAINS)}, got {text[:40]!r} for {name[:32]}")
        if name not in names:
            raise BadInput(f"a domain must be of a symbol in the statement, {name[:32]!r} is not; leave it out")
    ranges = {name: DOMAINS[given[name]] if name in given else _usual(name) for name in names}
    found = settled(judge(statement, conditions, declared=ranges))
    return Verdict(
        statement, conditions, ranges, found.verdict, found.judges, found.conditions, found.counterexample, found.detail
    )


def _usual(name: str) -> Domain:
    return domain_of(name) if symbols.find(name) else COUNT


def _formula(value: Any) -> Formula:
    if isinstance(value, str | int | Formula) or not _is_sympy(value):
        return Formula.of(value)
    from symkv.formula.sympy_reading import from_sympy

    return Formula(from_sympy(value))


def _relation(value: Any) -> Relation:
    if isinstance(value, Relation):
        return value
    if isinstance(value, str):
        return Relation.parse(value)
    if _is_sympy(value) and value.is_Relational:
        signs = {"==": "=", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
        return Relation(_formula(value.lhs), signs[value.rel_op], _formula(value.rhs))
    raise BadInput(f"a relation must be a text such as 'a = b' or a sympy relation, got {type(value).__name__}")


def _is_sympy(value: Any) -> bool:
    import sys

    sympy = sys.modules.get("sympy")  # only a caller that has imported sympy can hand over its expressions
    return sympy is not None and isinstance(value, sympy.Basic)
