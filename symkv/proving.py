"""`symkv.prove`: a relation between formulas, sympy expressions or plain functions, put before the judges."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeAlias

from symkv import symbols
from symkv.errors import BadInput
from symkv.formula import Formula, Relation
from symkv.notebook import card, display, table
from symkv.proof.collect import domain_of
from symkv.proof.counterexample import Counterexample
from symkv.proof.domains import ANY, COUNT, NATURAL, RATIO, SLACK, WHOLE, Domain
from symkv.proof.judges import judge, settled
from symkv.tracing import traced

if TYPE_CHECKING:
    import sympy

    Readable: TypeAlias = Formula | str | int | Fraction | sympy.Expr | Callable[..., Any]

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
        return rf"{display(self.statement.latex)} \quad ({self.verdict})"

    def _repr_html_(self) -> str:
        judges = f" ({', '.join(self.judges)})" if self.judges else ""
        rows: list[tuple[str, object]] = [("statement", self.statement)]
        rows += [("where", condition) for condition in self.where]
        rows += [("under", condition) for condition in self.conditions]
        rows += [(domain, ", ".join(names)) for domain, names in self._ranges().items()]
        rows += [("false at", str(self.counterexample))] if self.counterexample else []
        return card(self.verdict + judges, table(rows), notes=[self.detail] if self.detail else [])


@dataclass(frozen=True)
class Question:
    """A relation with its conditions and the domain of every name, ready for the judges."""

    statement: Relation
    where: tuple[Relation, ...]
    domains: Mapping[str, Domain]

    def verdict(self) -> Verdict:
        """What at least two judges say of it."""
        found = settled(judge(self.statement, self.where, declared=self.domains))
        return Verdict(
            self.statement,
            self.where,
            self.domains,
            found.verdict,
            found.judges,
            found.conditions,
            found.counterexample,
            found.detail,
        )


def prove(
    lhs: Relation | Readable | sympy.Basic,
    rhs: Readable | None = None,
    *,
    where: Sequence[str | Relation] = (),
    domains: Mapping[str, str] | None = None,
) -> Verdict:
    """The verdict of at least two judges on `lhs = rhs`, or on a relation given alone, under the conditions `where`.

    A side is a text, a formula, an exact number, a sympy expression, or a plain function, which is called with symbols
    of its parameters' names. A name of the symbol table has the table's domain; any other has the one that `domains`
    says ("positive integer", "nonnegative integer", "integer", "positive rational", "nonnegative rational",
    "rational"), that of its sympy assumptions, or is a positive whole number. Raises `BadInput` for what the language
    does not have and for conditions that can't hold together.

    >>> prove("ceil(S/P)*P", "S", where=["P divides S"]).verdict
    'proved'
    >>> print(prove("min(S, W) = S"))
    refuted (box): min(S, W) = S
      for S, W positive integer
      false at S = 2, W = 1: left 1, right 2, difference -1
    >>> prove(lambda n_layers, d_head: d_head*n_layers, "n_layers*d_head").verdict
    'proved'
    """
    return question(lhs, rhs, where=where, domains=domains).verdict()


def question(
    lhs: Any, rhs: Any = None, *, where: Iterable[Any] = (), domains: Mapping[str, str] | None = None
) -> Question:
    """The question that `prove` puts before the judges, with every side read and every domain settled."""
    statement = as_relation(lhs) if rhs is None else Relation(as_formula(lhs), "=", as_formula(rhs))
    given_where = listed(where)
    conditions = tuple(as_relation(condition) for condition in given_where)
    names = dict.fromkeys(name for relation in (statement, *conditions) for name in relation.names)
    if domains is not None and not isinstance(domains, Mapping):
        raise BadInput(f"domains must be a dict by name, got {type(domains).__name__}; write {{'x': 'integer'}}")
    given = dict(domains or {})
    for name, text in given.items():
        if text not in DOMAINS:
            raise BadInput(f"a domain must be one of {', '.join(DOMAINS)}, got {str(text)[:40]!r} for {name[:32]}")
        if name not in names:
            raise BadInput(f"a domain must be of a symbol in the statement, {name[:32]!r} is not; leave it out")
    assumed = _assumed(value for value in (lhs, rhs, *given_where) if _is_sympy(value))
    ranges = {name: DOMAINS[given[name]] if name in given else _usual(name, assumed) for name in names}
    return Question(statement, conditions, ranges)


def listed(where: Any) -> tuple[Any, ...]:
    """The conditions of a list; `BadInput` for one text, which would be taken letter by letter, and for no list."""
    if isinstance(where, str) or not isinstance(where, Iterable):
        raise BadInput(f"`where` must be a list of relations, got {ascii(where)[:60]}; write where=['a = b']")
    return tuple(where)


def _usual(name: str, assumed: Mapping[str, Domain]) -> Domain:
    return domain_of(name) if symbols.find(name) else assumed.get(name, COUNT)


_ASSUMED: tuple[tuple[tuple[str, ...], Domain], ...] = (  # what sympy knows of a symbol, the most that it knows first
    (("is_integer", "is_positive"), COUNT),
    (("is_integer", "is_nonnegative"), NATURAL),
    (("is_integer",), WHOLE),
    (("is_positive",), RATIO),
    (("is_nonnegative",), SLACK),
    (("is_real",), ANY),
)


def _assumed(expressions: Iterable[Any]) -> dict[str, Domain]:
    """The domains that the assumptions of sympy symbols say; one without any says nothing."""
    found: dict[str, Domain] = {}
    for symbol in (symbol for expression in expressions for symbol in expression.free_symbols):
        fitting = (domain for facts, domain in _ASSUMED if all(getattr(symbol, fact) for fact in facts))
        domain = next(fitting, None)
        if domain is not None and found.setdefault(symbol.name, domain) != domain:
            raise BadInput(f"a symbol must have one meaning, sympy's {symbol.name[:32]} comes with two assumptions")
    return found


def as_formula(value: Any, names: Mapping[str, str] | None = None) -> Formula:
    """The formula of a text, a formula, an exact number, a sympy expression or a plain function.

    `names` says which symbols the parameters of a function stand for.
    """
    if _is_sympy(value):
        from symkv.formula.sympy_reading import from_sympy

        if value.is_Relational or value.is_Boolean:
            raise BadInput(f"a formula is asked for here, got sympy's {type(value).__name__}; give one of its sides")
        return Formula(from_sympy(value))
    if is_function(value):
        return traced(value, names)
    return Formula.of(value)


def is_function(value: Any) -> bool:
    """Whether a value is a function to be called with symbols: no class, no formula, nothing of sympy's."""
    return callable(value) and not isinstance(value, Formula | type) and not _is_sympy(value)


def as_relation(value: Any) -> Relation:
    """The relation of a text, a relation or a sympy relation."""
    if isinstance(value, Relation):
        return value
    if isinstance(value, str):
        return Relation.parse(value)
    if _is_sympy(value) and value.is_Relational:
        signs = {"==": "=", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
        return Relation(as_formula(value.lhs), signs[value.rel_op], as_formula(value.rhs))
    decided = _is_sympy(value) and value.is_Boolean and value.is_Atom
    why = "; sympy has decided it by itself, give it as a text" if decided else ""
    raise BadInput(f"a relation must be a text such as 'a = b' or a sympy relation, got {type(value).__name__}{why}")


def _is_sympy(value: Any) -> bool:
    import sys

    sympy = sys.modules.get("sympy")  # only a caller that has imported sympy can hand over its expressions
    return sympy is not None and isinstance(value, sympy.Basic)
