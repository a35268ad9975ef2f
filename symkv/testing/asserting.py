"""Assertions on statements: equal, true, refuted; what LaTeX says; what a derivation proves."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from symkv.derivations import Derivation, check, load_any, named
from symkv.derivations.values import CheckedClaim, CheckedInstance
from symkv.errors import BadInput
from symkv.explaining import Walk, explained
from symkv.formula import Relation
from symkv.formula.latex_reader import read_latex, read_latex_chain
from symkv.formula.notation import Notation
from symkv.proof.counterexample import Counterexample
from symkv.proof.hints import Side
from symkv.proof.judges import Judgement, judge, settled
from symkv.proving import Question, as_formula, as_relation, is_function, listed, question
from symkv.testing.quiet import quiet

__all__ = ["assert_derivation", "assert_equal", "assert_holds", "assert_refuted", "assert_tex"]


@quiet
def assert_equal(
    left: Any,
    right: Any,
    *,
    where: Sequence[str | Relation] = (),
    symbols: Mapping[str, str] | None = None,
    names: Mapping[str, str] | None = None,
) -> None:
    """Fail unless `left = right` is proved by two judges for all values in the domains that meet `where`.

    A side is a text in the reader's language, a formula, an exact number, a sympy expression, or a plain function,
    which is called with symbols; `names` says which symbols its parameters stand for. `symbols` gives domains by name,
    as `symkv.prove` takes them. What holds only where a denominator is not zero is not proved: add that to `where`.

    >>> def bytes_per_token(n_layers, n_kv_heads, d_head, bytes_per_element):
    ...     return 2 * n_layers * n_kv_heads * d_head * bytes_per_element
    >>> assert_equal(bytes_per_token, "n_layers*2*n_kv_heads*d_head*bytes_per_element")
    """
    _require_proved(_equation(left, right, where, symbols, names))


@quiet
def assert_holds(
    statement: Any, *, where: Sequence[str | Relation] = (), symbols: Mapping[str, str] | None = None
) -> None:
    """Fail unless a relation (text, relation or sympy relation) is proved under the conditions `where`.

    >>> assert_holds("read >= stored", where=["read = f*stored", "f >= 1"])
    """
    _require_proved(question(statement, where=where, domains=symbols))


@quiet
def assert_refuted(
    left: Any,
    right: Any = None,
    *,
    where: Sequence[str | Relation] = (),
    symbols: Mapping[str, str] | None = None,
    names: Mapping[str, str] | None = None,
) -> Counterexample:
    """The counterexample to `left = right`, or to a relation given alone; fail where there is none.

    >>> assert_refuted("min(n_tokens, window)", "n_tokens").point
    {'n_tokens': 2, 'window': 1}
    """
    if right is None:
        asked = question(left, where=where, domains=symbols)
    else:
        asked = _equation(left, right, where, symbols, names)
    found = _judged(asked)
    if found.verdict == "refuted" and found.counterexample is not None:
        return found.counterexample
    raise AssertionError(f"no counterexample, it is {explained(asked.statement, asked.where, asked.domains, found)}")


@quiet
def assert_tex(
    source: str,
    truth: Any = None,
    *,
    where: Sequence[str | Relation] = (),
    symbols: Mapping[str, str] | None = None,
    notation: Mapping[str, str] | str | Path | None = None,
) -> None:
    r"""Fail unless LaTeX says what is true: a relation or chain as it stands, or a formula that equals `truth`.

    With `truth` the last side of a chain has to equal it, and a lone symbol before the first `=`, of which `where` says
    nothing, is only named. The letters are those of the symbol table; `notation` gives further ones, LaTeX -> word, or
    is a notation.toml.
    Raises `BadInput` with the column for LaTeX that can't be read.

    >>> assert_tex(r"\kappa = 2\,L\,n_{\mathrm{kv}}\,d_h\,b", "n_layers*2*n_kv_heads*d_head*bytes_per_element")
    >>> assert_tex(r"\min(S, W) \le S")
    """
    if not isinstance(source, str):
        raise BadInput(f"LaTeX must be a text, got {type(source).__name__}")
    letters = _letters(notation)
    relations = _relations(source, letters, need=truth is None)
    conditions = [as_relation(condition) for condition in listed(where)]
    if truth is not None:
        last = relations[-1].rhs if relations else read_latex(source, letters)
        if relations and _only_names(relations[0], conditions):
            relations = relations[1:]
        side = as_formula(truth)
        domains = _about(symbols, [Relation(side, "=", last), *conditions])
        asked = question(side if is_function(truth) else truth, last, where=where, domains=domains)
        _require_proved(asked, suspect="right")
    for relation in relations:
        domains = _about(symbols, [relation, *conditions])
        _require_proved(question(relation, where=where, domains=domains))


@quiet
def assert_derivation(what: Derivation | str | Path) -> None:
    """Fail unless every step of a derivation is proved and every claim is as expected.

    `what` is a derivation, a file that defines one (which is run), a certificate, or the name of a shipped derivation.

    >>> assert_derivation("counting")
    """
    if isinstance(what, Derivation):
        found = [what]
    elif not isinstance(what, str | Path):
        raise BadInput(f"a derivation must be named, a file or a Derivation, got {type(what).__name__}")
    elif isinstance(what, Path) or str(what).endswith((".py", ".json", ".toml")):
        found = load_any(Path(what))
    else:
        found = [named(what)]
    empty = [one.name for one in found if not (one.steps or one.claims or one.readings or one.instances)]
    if empty or not found:
        raise BadInput(f"a derivation must have steps or claims, {', '.join(empty)[:80] or 'this file'} has none")
    told = [line for derivation in found for line in _problems(derivation)]
    if told:
        raise AssertionError("\n".join(told))


# -- shared ----------------------------------------------------------------------------------------------------------


def _equation(left: Any, right: Any, where: Any, symbols: Any, names: Any) -> Question:
    if names is not None and not isinstance(names, Mapping):
        raise BadInput(f"`names` must be a dict by parameter, got {type(names).__name__}")
    sides = [as_formula(side, _own(side, names)) if is_function(side) else side for side in (left, right)]
    return question(*sides, where=where, domains=symbols)


def _own(function: Any, names: Mapping[str, str] | None) -> dict[str, str]:
    """The part of `names` that speaks of this function's parameters; two functions may share one mapping."""
    code = getattr(function, "__code__", None)
    known = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount] if code is not None else tuple(names or ())
    return {name: word for name, word in (names or {}).items() if name in known}


def _letters(notation: Any) -> dict[str, str]:
    """The author's letters, LaTeX -> word, of a mapping or a notation.toml."""
    if isinstance(notation, str | Path):
        return Notation.load(notation).words
    given = {} if notation is None else notation
    if not isinstance(given, Mapping) or not all(isinstance(text, str) for pair in given.items() for text in pair):
        raise BadInput("a notation must be a dict LaTeX -> word or a file, such as {'H_{kv}': 'n_kv_heads'}")
    return dict(given)


def _relations(source: str, letters: Mapping[str, str], *, need: bool) -> list[Relation]:
    """The relations of a chain; none for a formula, which is refused where a relation is needed."""
    try:
        return list(read_latex_chain(source, letters))
    except BadInput as problem:
        if need or "must have one of" not in problem.message:
            raise
        return []


def _only_names(relation: Relation, conditions: Sequence[Relation]) -> bool:
    """Whether a relation gives its right side a name that nothing else is said of."""
    lone = isinstance(relation.lhs.tree, ast.Name) and relation.sign == "="
    known = {*relation.rhs.names, *(name for condition in conditions for name in condition.names)}
    return lone and relation.lhs.names[0] not in known


def _about(symbols: Mapping[str, str] | None, relations: Sequence[Relation]) -> dict[str, str]:
    """The domains that speak of some relations: of several, each has its own symbols."""
    if symbols is not None and not isinstance(symbols, Mapping):
        raise BadInput(f"domains must be a dict by name, got {type(symbols).__name__}; write {{'x': 'integer'}}")
    known = {name for relation in relations for name in relation.names}
    return {name: domain for name, domain in (symbols or {}).items() if name in known}


def _judged(asked: Question) -> Judgement:
    return settled(judge(asked.statement, asked.where, declared=asked.domains))


def _require_proved(asked: Question, *, suspect: Side | None = None) -> None:
    found = _judged(asked)
    if found.verdict == "proved" and not found.conditions:
        return
    why = explained(asked.statement, asked.where, asked.domains, found, suspect=suspect)
    missing = f"\n  add to where: {', '.join(found.conditions)}" if found.verdict == "proved" else ""
    raise AssertionError(f"{why}{missing}")


def _problems(derivation: Derivation) -> list[str]:
    checked = check(derivation)
    walk = Walk(derivation)
    lines: list[str] = []
    for step in checked.steps:
        if step.verdict not in ("proved", "assumed"):
            lines += walk.explanation(step.step.id).lines
    for kind, found in (("claim", checked.claims), ("reading", checked.readings), ("instance", checked.instances)):
        lines += [f"{derivation.name}, {kind} {_name(one)}: {one.problem}" for one in found if not one.expected]
    return lines


def _name(found: CheckedClaim | CheckedInstance) -> str:
    return found.claim.name if isinstance(found, CheckedClaim) else found.instance.name
