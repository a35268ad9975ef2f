"""Export of proved steps to Rocq: each becomes a lemma with its hypotheses, or is listed with the reason why not.

Whole numbers, their roundings and orders go to Z, ratios and roots to R. The text is checked by `coqc` alone; that
it rejects a lemma says that the proof script failed, and refutes nothing.
"""

from __future__ import annotations

import ast
import contextlib
import itertools
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from symkv.errors import BadInput
from symkv.formula import Formula, Relation
from symkv.proof.kernel import Domain
from symkv.proof.rocq_tactics import HEADER, REALS, WHOLES
from symkv.proof.rocq_terms import Inexpressible, R, Ring, Value, Writer, Z, common

LEMMA_SECONDS = 60  # for the proof script of one lemma
MAX_ORDERS = 6  # hints of a certificate that are tried: at most 2**6 cases


@dataclass(frozen=True)
class Lemma:
    """A proved relation and everything that it rests on; `split` gives hints to the proof script only."""

    name: str
    statement: Relation
    assume: tuple[Relation, ...]
    conditions: tuple[Relation, ...]
    domains: Mapping[str, Domain]
    comment: str = ""
    split: Any = None


@dataclass(frozen=True)
class Exported:
    """The text of a Rocq file, the names of the lemmas in it, and what was left out with the reason."""

    text: str
    exported: tuple[str, ...]
    skipped: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Compiled:
    """What coqc said of a file, and in how many seconds. A rejection is not a refutation."""

    status: Literal["accepted", "rejected", "missing", "timeout"]
    message: str
    seconds: float


# -- export ----------------------------------------------------------------------------------------------------------


def export(lemmas: Iterable[Lemma], *, title: str) -> Exported:
    """The lemmas over Z and R whose acceptance by Rocq proves the relations for all values in their domains.

    Raises `BadInput` for a symbol without a domain.

    >>> from symkv.proof.kernel import COUNT
    >>> low = Lemma("low", Relation.parse("min(S, W) <= S"), (), (), {"S": COUNT, "W": COUNT})
    >>> print(export([low], title="bounds").text[-137:])
    Lemma step_low :
      forall v_S v_W : Z,
      1 <= v_S -> 1 <= v_W ->
      Z.min v_S v_W <= v_S.
    Proof. intros; timeout 60 (whole_numbers). Qed.
    <BLANKLINE>
    """
    blocks: list[str] = []
    exported: list[str] = []
    skipped: list[tuple[str, str]] = []
    taken, rings, scope = set[str](), set[str](), ""
    for lemma in lemmas:
        try:
            ring = ring_of(lemma)
            text = _lemma(lemma, ring, _name(lemma.name, taken))
        except Inexpressible as reason:
            skipped.append((lemma.name, str(reason)))
            continue
        blocks.append(text if ring.name == scope else f"Open Scope {ring.name}_scope.\n\n{text}")
        scope = ring.name
        rings.add(scope)
        exported.append(lemma.name)
    prelude = [text for name, text in (("Z", WHOLES), ("R", REALS)) if name in rings]
    head = [f"(* {safe(title)} *)", HEADER, *(f"(* not exported: {safe(n)}: {safe(why)} *)" for n, why in skipped)]
    return Exported("\n".join([*head, *prelude, *blocks]), tuple(exported), tuple(skipped))


def safe(text: str) -> str:
    """Free text for a comment: printable ASCII that can't end the comment, open another or start a string.

    >>> safe('a "b" *) Axiom x : False. (*')
    "a 'b' * ) Axiom x : False. ( *"
    """
    plain = "".join(c if " " <= c <= "~" else "?" for c in " ".join(text.split())).replace('"', "'")
    return re.sub(r"\*(?=\))", "* ", re.sub(r"\((?=\*)", "( ", plain))


def ring_of(lemma: Lemma) -> Ring:
    """Z where whole numbers are rounded, ordered or divided without rest; R for ratios, rational symbols and roots."""
    relations = (lemma.statement, *lemma.assume, *lemma.conditions)
    names = dict.fromkeys(name for relation in relations for name in relation.names)
    for name in names:
        if name not in lemma.domains:
            raise BadInput(f"a symbol must have a domain, {name} has none; declare it", where=lemma.name)
    stated, used = _forms([lemma.statement]), _forms(relations)
    if "sqrt" in used:
        return R
    if {"min", "max", "if", "ceil", "floor", "mod"} & used or "divides" in stated:
        return Z
    if not all(lemma.domains[name].whole for name in names):
        return R
    return R if "/" in used and "order" not in used else Z  # between whole numbers a < b is a + 1 <= b


def _forms(relations: Iterable[Relation]) -> set[str]:
    """The functions that occur, `if`, `/` by a symbol, `divides`, and `order` for any relation but `=`."""
    found: set[str] = set()
    for relation in relations:
        if relation.sign != "=":
            found.add("divides" if relation.sign in ("divides", "multiple of") else "order")
        for node in (*ast.walk(relation.lhs.tree), *ast.walk(relation.rhs.tree)):
            match node:
                case ast.Call(func=ast.Name(id=name)):
                    found.add(name)
                case ast.IfExp():
                    found.add("if")
                case ast.BinOp(op=ast.Div(), right=right) if Formula(right).names:
                    found.add("/")
                case ast.BinOp(op=ast.Pow(), right=ast.UnaryOp()):
                    found.add("/")
    return found


def _name(name: str, taken: set[str]) -> str:
    """A Rocq name: the prefix keeps it off keywords and library names, a number apart from those taken."""
    base = "step_" + re.sub(r"[^A-Za-z0-9_]+", "_", name)
    numbered = (f"{base}_{number}" for number in itertools.count(2))
    found = next(candidate for candidate in itertools.chain([base], numbered) if candidate not in taken)
    taken.add(found)
    return found


def _lemma(lemma: Lemma, ring: Ring, name: str) -> str:
    comments = [f"{lemma.name}: {lemma.statement.text}", lemma.comment]
    if ring is Z:
        lemma, put = _put_in(lemma)
        comments += [f"with {relation.text} put in" for relation in put]
    hypotheses = (*lemma.assume, *lemma.conditions)
    writer = Writer(ring, lemma.domains)
    symbols = dict.fromkeys(n for relation in (lemma.statement, *hypotheses) for n in relation.names)
    values = {symbol: writer.value(ast.Name(symbol, ast.Load())) for symbol in symbols}
    variables = " ".join(f"{value.text} {' '.join(value.factors)}".strip() for value in values.values())
    bounds = [bound for symbol, value in values.items() for bound in _bounds(lemma.domains[symbol], value)]
    premises = [" -> ".join(bounds)] if bounds else []
    premises += dict.fromkeys(map(writer.hypothesis, hypotheses))
    body = " ->\n  ".join([*premises, writer.conclusion(lemma.statement, hypotheses)])
    quantified = f"forall {variables} : {ring.name},\n  " if variables else ""
    hints = "".join(f"destruct ({ring.order} ({a}) ({b})); " for a, b in _orders(lemma.split, writer, symbols))
    script = f"first [{ring.tactic} | {hints}{ring.tactic}]" if hints else ring.tactic
    lines = [f"(* {safe(comment)} *)" for comment in comments if comment]
    lines += [f"Lemma {name} :\n  {quantified}{body}.", f"Proof. intros; timeout {LEMMA_SECONDS} ({script}). Qed.\n"]
    return "\n".join(lines)


def _bounds(domain: Domain, value: Value) -> Iterator[str]:
    """What is known of a symbol: its denominator is above 0, and the symbol is in its domain."""
    yield from (f"0 < {factor}" for factor in value.factors)
    if domain.lower is not None:
        (low, high), _, _ = common(Value(f"({domain.lower})" if domain.lower < 0 else str(domain.lower)), value)
        yield f"{low.text if domain.lower else 0} {'<' if domain.strict else '<='} {high.text}"


def _put_in(lemma: Lemma) -> tuple[Lemma, list[Relation]]:
    """The lemma with every rational symbol that an assumption equates with a formula replaced by it; those equations.

    `for all x, x = F -> P(x)` and `P(F)` say the same where F is in the domain of x, which becomes a hypothesis: of all
    quotients num_x/den_x that are equal to F, one is enough.
    """
    values: dict[str, Formula] = {}
    for assumed in lemma.assume:
        relation = assumed.substitute(values)
        for left, right in ((relation.lhs, relation.rhs), (relation.rhs, relation.lhs)):
            name, rational = str(left), isinstance(left.tree, ast.Name) and not lemma.domains[str(left)].whole
            if relation.sign == "=" and rational and name not in right.names:
                values = {known: formula.substitute({name: right}) for known, formula in values.items()} | {name: right}
                break
    put = [Relation(Formula.of(name), "=", formula) for name, formula in values.items()]
    assume = [relation.substitute(values) for relation in lemma.assume]
    assume = [r for r in assume if not (r.sign == "=" and r.lhs.same_as(r.rhs))]
    for name, formula in values.items():
        domain = lemma.domains[name]
        if domain.lower is not None and not (domain.lower == 0 and Writer(Z, lemma.domains).positive(formula.tree)):
            assume.append(Relation(formula, ">" if domain.strict else ">=", Formula.of(domain.lower)))
    conditions = tuple(condition.substitute(values) for condition in lemma.conditions)
    statement = lemma.statement.substitute(values)
    return replace(lemma, statement=statement, assume=tuple(assume), conditions=conditions), put


def _orders(split: Any, writer: Writer, symbols: Mapping[str, None]) -> list[tuple[str, str]]:
    """The orders of symbols that a certificate's split decides, as terms; whatever else it holds is left alone."""
    found: dict[tuple[str, str], None] = {}
    splits = [split]
    for inner in splits:
        if not isinstance(inner, Mapping):
            continue
        cases = inner.get("cases")
        splits += cases if isinstance(cases, list | tuple) else []
        match inner.get("order"):
            case [str(a), str(b)]:
                with contextlib.suppress(BadInput, Inexpressible):
                    order = Relation(Formula.parse(a), "<=", Formula.parse(b))
                    if symbols.keys() >= set(order.names):
                        left, right = writer.sides(order)
                        found[left.text, right.text] = None
    return list(found)[:MAX_ORDERS]


# -- checking --------------------------------------------------------------------------------------------------------


def coqc(path: Path, *, seconds: float = 300) -> Compiled:
    """Whether Rocq's compiler accepts a file, in a copy elsewhere and within the time limit.

    Raises `BadInput` for a file that can't be read.

    >>> coqc(Path("nowhere.v"))
    Traceback (most recent call last):
        ...
    symkv.errors.BadInput: nowhere.v: a Rocq file must be readable, got FileNotFoundError; write one with export
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        problem_name = type(problem).__name__
        raise BadInput(
            f"a Rocq file must be readable, got {problem_name}; write one with export", where=str(path)
        ) from None
    program = shutil.which("coqc")
    if program is None:
        return Compiled("missing", "coqc is not installed; on Debian: apt-get install coq", 0.0)
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "export.v").write_text(text, encoding="utf-8")
        process = subprocess.Popen(
            [program, "-q", "export.v"],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        try:
            _, said = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            said = None
        finally:
            if process.returncode is None:
                _end(process)
    spent = time.monotonic() - started
    if said is None:
        return Compiled("timeout", f"coqc was ended after {seconds:g} s", spent)
    if process.returncode == 0:
        return Compiled("accepted", "", spent)
    return Compiled("rejected", _complaint(text, said, process.returncode), spent)


def _end(process: subprocess.Popen[str]) -> None:
    """End the process with all that it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def _complaint(text: str, said: str, status: int) -> str:
    """The first error of coqc on one line, with the lemma in which it stands."""
    place = re.search(r"line (\d+), characters[^\n]*\n(.*)", said, re.DOTALL)
    if place is None:
        return f"coqc left with status {status}: {safe(said)[:200]}"
    above = "\n".join(text.split("\n")[: int(place[1])])
    lemmas = re.findall(r"^Lemma (\w+)", above, re.MULTILINE)
    where = f"lemma {lemmas[-1]}" if lemmas else f"line {place[1]}"
    return f"{where}: {safe(place[2])[:200]}"
