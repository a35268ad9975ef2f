"""Why a relation is proved, refuted or open: normal forms, side conditions, the kernel's cases, the point, a hint."""

from __future__ import annotations

import ast
import html
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from symkv.errors import BadInput
from symkv.formula import Formula, Relation
from symkv.formula.tree import is_sum, mapped
from symkv.proof.collect import Writer
from symkv.proof.counterexample import Counterexample
from symkv.proof.domains import NATURAL, Domain
from symkv.proof.hints import Side, definitions, likely_mistake
from symkv.proof.judges import Judgement, judge, settled
from symkv.proof.normal import Case, Contradiction
from symkv.proving import DOMAINS, Verdict, question
from symkv.units import rational, shown

__all__ = ["Explanation", "NormalForms", "explain", "explained", "normal_forms"]

MAX_TEXT = 400  # of a normal form in a text for people; the data have all of it


@dataclass(frozen=True)
class NormalForms:
    """Both sides with like terms collected under the conditions, and left minus right; None where there is none."""

    left: Formula | None
    right: Formula | None
    difference: Formula | None


@dataclass(frozen=True)
class Explanation:
    """A statement, what was used, and what came of it.

    `forms` are the normal forms of both sides, `cases` the kernel's proof in words, `hint` the mistake that a refuted
    statement resembles ("" for none).
    """

    statement: Relation
    where: tuple[Relation, ...]
    domains: Mapping[str, Domain]
    verdict: str
    judges: tuple[str, ...]
    conditions: tuple[str, ...]
    forms: NormalForms
    cases: tuple[str, ...] = ()
    counterexample: Counterexample | None = None
    hint: str = ""
    detail: str = ""
    over: str = ""

    @property
    def text(self) -> str:
        """The statement, a limit in words."""
        return f"{self.statement} as {self.over} grows" if self.over else str(self.statement)

    @property
    def lines(self) -> list[str]:
        """The reasons for people, one to a line."""
        judges = f" ({', '.join(self.judges)})" if self.judges else ""
        found = [f"{self.verdict}{judges}: {self.text}"]
        found += [f"  under  {condition}" for condition in self.where]
        found += [f"  only where  {condition}" for condition in self.conditions]
        found += [f"  for {', '.join(names)} {words}" for words, names in self._ranges().items()]
        forms = self.forms
        for words, form in (("left", forms.left), ("right", forms.right), ("left - right", forms.difference)):
            found += [f"  {words:<12} = {_short(form)}"] if form is not None else []
        found += [f"  {line}" for line in self.cases]
        if self.counterexample is not None:
            point = self.counterexample
            at = ", ".join(f"{name} = {shown(value)}" for name, value in point.point.items()) or "every point"
            found += [f"  false at {at}", f"    left  {shown(point.lhs)}", f"    right {shown(point.rhs)}"]
        found += [f"  {self.detail}"] if self.detail else []
        found += [f"  hint: {self.hint}"] if self.hint else []
        return found

    @property
    def data(self) -> dict[str, Any]:
        """The reasons as plain data."""
        point = self.counterexample
        return {
            "statement": self.text,
            "verdict": self.verdict,
            "judges": list(self.judges),
            "where": [str(relation) for relation in self.where],
            "conditions": list(self.conditions),
            "domains": {name: _words(domain) for name, domain in self.domains.items()},
            "left": _text(self.forms.left),
            "right": _text(self.forms.right),
            "difference": _text(self.forms.difference),
            "cases": [line.strip() for line in self.cases],
            "counterexample": None
            if point is None
            else {
                "point": {name: rational(value) for name, value in point.point.items()},
                "left": rational(point.lhs),
                "right": rational(point.rhs),
            },
            "hint": self.hint or None,
            "detail": self.detail or None,
        }

    def __str__(self) -> str:
        return "\n".join(self.lines)

    def __repr__(self) -> str:
        return f"<{self}>"

    def _ranges(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name, domain in self.domains.items():
            found.setdefault(_words(domain), []).append(name)
        return found

    def _repr_html_(self) -> str:
        first, *rest = map(html.escape, self.lines)
        return f"<p><strong>{first}</strong></p><pre>{chr(10).join(rest)}</pre>"


def explain(
    lhs: Any,
    rhs: Any = None,
    *,
    where: Sequence[str | Relation] = (),
    domains: Mapping[str, str] | None = None,
) -> Explanation:
    """Why `lhs = rhs`, a relation given alone, or a verdict of `symkv.prove` is what it is.

    Takes what `symkv.prove` takes, and raises what it raises.

    >>> print(explain("n_layers*2*n_kv_heads*d_head", "n_layers*n_kv_heads*d_head"))
    refuted (box): n_layers*2*n_kv_heads*d_head = n_layers*n_kv_heads*d_head
      for n_layers, n_kv_heads, d_head positive integer
      left         = n_layers*2*n_kv_heads*d_head
      right        = n_layers*n_kv_heads*d_head
      left - right = n_layers*n_kv_heads*d_head
      false at n_layers = 1, n_kv_heads = 1, d_head = 1
        left  2
        right 1
      hint: the right side lacks the factor 2 for key and value
    """
    if isinstance(lhs, Verdict):
        if rhs is not None or where or domains:
            raise BadInput("a verdict has its conditions already; explain it alone, or the relation with others")
        return explained(lhs.statement, lhs.where, lhs.domains, _judgement(lhs))
    asked = question(lhs, rhs, where=where, domains=domains)
    return explained(asked.statement, asked.where, asked.domains)


def _judgement(verdict: Verdict) -> Judgement:
    """The judgement behind a verdict: with the kernel's proof where there is one."""
    if verdict.verdict == "refuted":
        return Judgement("refuted", verdict.judges, counterexample=verdict.counterexample, detail=verdict.detail)
    return settled(judge(verdict.statement, verdict.where, declared=verdict.domains))


def explained(
    statement: Relation,
    where: Sequence[Relation],
    domains: Mapping[str, Domain],
    judgement: Judgement | None = None,
    *,
    over: str = "",
    suspect: Side | None = None,
) -> Explanation:
    """The explanation of a statement under conditions, judged now unless its judgement is given.

    `over` is what grows where the statement is a limit, whose judgement has to be given; `suspect` is the side that is
    to be blamed where the statement is refuted.
    """
    found = settled(judge(statement, where, declared=domains)) if judgement is None else judgement
    refuted = found.verdict == "refuted" and not over
    hint = likely_mistake(statement, where, domains, suspect=suspect) if refuted else ""
    return Explanation(
        statement,
        tuple(where),
        domains,
        found.verdict,
        found.judges,
        found.conditions,
        normal_forms(statement, where, domains),
        tuple(_proof_in_words(found)),
        found.counterexample,
        hint,
        found.detail,
        over,
    )


# -- normal forms ----------------------------------------------------------------------------------------------------


def normal_forms(statement: Relation, where: Sequence[Relation], domains: Mapping[str, Domain]) -> NormalForms:
    """The normal forms of both sides under the conditions, a lone symbol by what they say that it is.

    Where those bring in numbers without a name, such as how often P goes into S, the sides are given without them.

    >>> from symkv.proof.domains import COUNT
    >>> forms = normal_forms(Relation.parse("b*a + a*b = c"), [Relation.parse("c = a*d")], dict.fromkeys("abcd", COUNT))
    >>> str(forms.left), str(forms.right), str(forms.difference)
    ('2*a*b', 'a*d', 'a*(2*b - d)')
    """
    for assumed in (tuple(where), ()) if where else ((),):
        found = _forms(statement, assumed, domains)
        if not any(name.startswith("~") for form in _all(found) for name in _names(form)):
            return found if assumed == tuple(where) else NormalForms(found.left, found.right, None)
    return NormalForms(None, None, None)


def _all(forms: NormalForms) -> Iterator[Formula]:
    yield from (form for form in (forms.left, forms.right, forms.difference) if form is not None)


def _names(formula: Formula) -> Iterator[str]:
    yield from (node.id for node in ast.walk(formula.tree) if isinstance(node, ast.Name))


def _forms(statement: Relation, where: tuple[Relation, ...], domains: Mapping[str, Domain]) -> NormalForms:
    remainders: dict[str, ast.expr] = {}
    defined = definitions(statement, where)
    puts = {name: formula for name, (_, formula) in defined.items()}
    where = tuple(relation for relation in where if not any(relation is used for used, _ in defined.values()))
    sides = [_without_mod(side.substitute(puts).tree, remainders) for side in (statement.lhs, statement.rhs)]
    case = Case({**domains, **dict.fromkeys(remainders, NATURAL)})
    try:
        for relation in where:
            case.suppose(relation)
        left, right = (case.read(side) for side in sides)
        forms = [Formula(Writer(case).quotient(value)) for value in (left, right, left - right)]
    except (BadInput, Contradiction):  # it divides by zero, or is too long to expand
        return NormalForms(None, None, None)
    mods = {name: Formula(tree) for name, tree in remainders.items()}
    return NormalForms(*(form.substitute(mods) for form in forms))


def _without_mod(node: ast.expr, found: dict[str, ast.expr]) -> ast.expr:
    """The tree with a name for every remainder, which the kernel's normal form would write as a - b*floor(a/b)."""

    def put(node: ast.expr) -> ast.expr | None:
        match node:
            case ast.Call(func=ast.Name(id="mod")):
                text = Formula(node).text
                name = next((name for name, tree in found.items() if Formula(tree).text == text), f"~mod{len(found)}")
                found.setdefault(name, node)
                return ast.Name(name, ast.Load())
        return None

    return mapped(node, put)


def _short(form: Formula) -> str:
    text = str(form)
    return text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT - 3]}..."


def _text(form: Formula | None) -> str | None:
    return None if form is None else str(form)


def _words(domain: Domain) -> str:
    return next((words for words, known in DOMAINS.items() if known == domain), "number")


# -- the kernel's proof in words -------------------------------------------------------------------------------------


def _proof_in_words(judgement: Judgement) -> Iterator[str]:
    if judgement.proof is not None:
        yield from _split_in_words(judgement.proof.split, 0)


def _split_in_words(split: Any, depth: int) -> Iterator[str]:
    """A proof of the kernel, one line for each case."""
    pad = "  " * depth
    if split is None:
        yield f"{pad}by normal form" if depth == 0 else f"{pad}holds by normal form"
    elif "limit" in split:
        beyond = f", beyond {', '.join(split['beyond'])}" if split["beyond"] else ""
        yield f"{pad}by the highest powers of {split['limit']}{beyond}"
    elif "periodic" in split:
        yield f"{pad}by one normal form in {split['periodic']} for each remainder"
    elif "absurd" in split:
        sums = [terms for terms in split["absurd"] if terms]
        terms = sum(map(len, sums))
        products = f"{terms} product{'s' if terms != 1 else ''}"
        yield f"{pad}otherwise a sum of {products} of nonnegative things would be negative"
    else:
        for case, inner in zip(_cases(split), split["cases"], strict=True):
            if inner is None:
                yield f"{pad}case {case}: by normal form, or it can't occur"
            else:
                yield f"{pad}case {case}:"
                yield from _split_in_words(inner, depth + 1)


def _cases(split: Mapping[str, Any]) -> list[str]:
    count = len(split["cases"])
    if "order" in split:
        a, b = split["order"]
        return [f"{a} {sign} {b}" for sign in (("<=", ">") if count == 2 else ("<", "=", ">"))]
    top, bottom = split["divide"]
    product = f"({bottom})*q" if is_sum(Formula.parse(bottom).tree) else f"{bottom}*q"
    if count == 1:
        return [f"{top} = {product} + r, 0 <= r < {bottom}"]
    return [f"{top} = {product}" + (f" + {rest}" if rest else "") for rest in range(count)]
