"""Certificates: a derivation as JSON with the kernel's proof of each step, and their check by the kernel alone.

`recheck` takes nothing on trust: it reads the steps anew, ignores stored verdicts, and proves every obligation with
the stored split. Neither z3 nor sympy is imported, and no code of the file is run.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, get_args

from symkv import symbols
from symkv.derivations.checking import VERDICTS, Checked, CheckedStep, Verdict, exit_status, judged, step_row
from symkv.derivations.model import Derivation, Step
from symkv.derivations.steps import Chain, Obligation, Taken
from symkv.errors import BadInput
from symkv.formula.reader import is_name
from symkv.output import write_text
from symkv.proof.counterexample import find, satisfiable
from symkv.proof.kernel import Proved, prove, prove_limit
from symkv.strict_json import read_object
from symkv.symbols import Domain, Symbol
from symkv.variants import catalogue

VERSION = 1
MAX_STEPS = 10_000
_STEP_FIELDS = {field.name: tuple if field.default == () else str for field in fields(Step)}
_SYMBOL_FIELDS = ("name", "latex", "words", "unit", "domain", "dimension")
_TOP = ("symkv_certificate", "name", "title", "symbols", "assume", "over_reals", "units", "steps")
_DOMAINS: tuple[Domain, ...] = get_args(Domain)


def certificate(checked: Checked) -> dict[str, Any]:
    """The certificate of a checked derivation: symbols, assumptions, steps, splits and verdicts, as plain data."""
    derivation = checked.derivation
    declared = [s if isinstance(s, Symbol) else symbols.lookup(s) for s in derivation.symbols]
    return {
        "symkv_certificate": VERSION,
        "name": derivation.name,
        "title": derivation.title,
        "symbols": [{name: getattr(symbol, name) for name in _SYMBOL_FIELDS} for symbol in declared],
        "assume": list(derivation.assume),
        "over_reals": list(derivation.over_reals),
        "units": derivation.units,
        "steps": [_step(step) for step in checked.steps],
    }


def _step(checked: CheckedStep) -> dict[str, Any]:
    written = {name: list(v) if isinstance(v, tuple) else v for name, v in asdict(checked.step).items()}
    always = ("id", "rule", "statement", "uses", "where")
    split = (
        checked.splits[0] if len(checked.splits) == 1 else {"each": list(checked.splits)} if checked.splits else None
    )
    return {
        **{name: value for name, value in written.items() if name in always or value},
        "split": split,
        "verdict": checked.verdict,
        "judges": list(checked.judges),
    }


def write_certificate(target: Path, checked: Sequence[Checked], *, force: bool = False) -> None:
    """The certificates of checked derivations in one file."""
    found = [certificate(one) for one in checked]
    whole = found[0] if len(found) == 1 else {"certificates": found}
    write_text(target, json.dumps(whole, indent=1) + "\n", mark='"symkv_certificate"', force=force)


def read_certificates(path: Path) -> list[Derivation]:
    """The derivations of a certificate file, without what it says of their proofs."""
    try:
        return [_read(one)[0] for one in _certificates(read_object(path, "certificate"))]
    except BadInput as problem:
        raise problem.at(str(path)) from None


def recheck(path: Path, *, with_z3: bool = False) -> list[tuple[str, list[CheckedStep]]]:
    """Every step of every certificate in a file, judged by the kernel alone: (derivation, steps).

    A step without a kernel proof is `unknown`, or `refuted` where a point shows it false; `with_z3` asks all judges
    about the unknown ones. Raises `BadInput` for what is not a well-formed certificate: a forward or circular use, an
    unknown rule, a split that does not cover.
    """
    found = read_object(path, "certificate")
    try:
        return [_rechecked(one, with_z3) for one in _certificates(found)]
    except BadInput as problem:
        raise problem.at(str(path)) from None


def recheck_summary(found: Sequence[tuple[str, Sequence[CheckedStep]]]) -> dict[str, Any]:
    """The result of `symkv recheck`, with the exit status that follows."""
    steps = [step_row(name, step) for name, checked in found for step in checked]
    counts = {verdict: sum(row["verdict"] == verdict for row in steps) for verdict in VERDICTS}
    return {"steps": steps, "counts": counts, "exit_status": exit_status(counts)}


def _certificates(found: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The certificates of a file: one, or a list under `certificates`."""
    many = found.get("certificates", [found])
    if not isinstance(many, list) or not all(isinstance(one, dict) for one in many):
        raise BadInput("`certificates` must be a list of certificates")
    return many


def _rechecked(given: Mapping[str, Any], with_z3: bool) -> tuple[str, list[CheckedStep]]:
    derivation, splits = _read(given)
    chain = Chain(derivation)
    steps = []
    for step, split in zip(derivation.steps, splits, strict=True):
        taken = chain.take(step)
        try:
            checked = _judged(taken, split)
            if with_z3 and checked.verdict == "unknown":
                checked = judged(taken)
        except BadInput as problem:
            raise problem.at(f"{derivation.name}, step {step.id}") from None
        chain.settle(taken, checked.conditions)
        steps.append(checked)
    return derivation.name, steps


def _judged(taken: Taken, split: Any) -> CheckedStep:
    if taken.rule.kind == "premise":
        return CheckedStep(taken.step, taken.relation, "assumed", detail=taken.require_units())
    each = split["each"] if isinstance(split, dict) and set(split) == {"each"} else [split]
    if not isinstance(each, list) or len(each) != len(taken.obligations):
        raise BadInput(f"a step of the rule {taken.step.rule} must have {len(taken.obligations)} proofs")
    conditions: list[str] = []
    for obligation, proof_of in zip(taken.obligations, each, strict=True):
        proof = _proof(obligation, proof_of)
        if proof is None:
            point = None if obligation.over else find(obligation.statement, obligation.hypotheses, obligation.domains)
            verdict: Verdict = "refuted" if point else "unknown"
            return CheckedStep(taken.step, taken.relation, verdict, ("box",) if point else (), (), str(point or ""))
        conditions += proof.conditions
    return CheckedStep(
        taken.step,
        taken.relation,
        "proved",
        ("kernel",),
        tuple(dict.fromkeys(conditions)),
        detail=taken.require_units(),
    )


def _proof(obligation: Obligation, split: Any) -> Proved | None:
    """The kernel's proof, for hypotheses that a point of the domain meets: nothing is proved from a contradiction."""
    if obligation.hypotheses and not satisfiable(obligation.hypotheses, obligation.domains):
        return None
    if obligation.over:
        beyond = split.get("beyond", []) if isinstance(split, dict) else []
        if not isinstance(beyond, list) or not all(isinstance(text, str) for text in beyond):
            raise BadInput("the bounds of a limit must be a list of formulas")
        return prove_limit(obligation.statement, obligation.over, obligation.hypotheses, obligation.domains, beyond)
    return prove(obligation.statement, obligation.hypotheses, obligation.domains, split)


# -- reading what may be anything ------------------------------------------------------------------------------------


def _read(given: Mapping[str, Any]) -> tuple[Derivation, list[Any]]:
    version = given.get("symkv_certificate")
    if version != VERSION or isinstance(version, bool):
        raise BadInput(f'a certificate must say "symkv_certificate": {VERSION}, got {_shown(version)}')
    unknown = sorted(set(given) - set(_TOP))
    if unknown:
        raise BadInput(f"a certificate has the fields {', '.join(_TOP)}, got {_shown(unknown[0])}")
    steps = given.get("steps")
    if not isinstance(steps, list) or not all(isinstance(step, dict) for step in steps) or len(steps) > MAX_STEPS:
        raise BadInput(f"`steps` must be a list of at most {MAX_STEPS} objects")
    derivation = Derivation(
        name=_text(given, "name"),
        title=_text(given, "title", ""),
        claim="",
        symbols=tuple(map(_symbol, _list(given, "symbols"))),
        steps=tuple(map(_read_step, steps)),
        assume=tuple(_texts(given, "assume")),
        over_reals=tuple(_texts(given, "over_reals")),
        units="named" if given.get("units") == "named" else "noted",
    )
    return derivation, [step.get("split") for step in steps]


def _read_step(given: Mapping[str, Any]) -> Step:
    unknown = sorted(set(given) - {*_STEP_FIELDS, "split", "verdict", "judges"})
    if unknown:
        raise BadInput(
            f"a step has the fields {', '.join(_STEP_FIELDS)}, split, verdict, judges, got {_shown(unknown[0])}"
        )
    values: dict[str, Any] = {}
    for name, kind in _STEP_FIELDS.items():
        if name in given or name in ("id", "rule", "statement"):
            values[name] = tuple(_texts(given, name)) if kind is tuple else _text(given, name)
    return Step(**values)


def _symbol(given: Any) -> Symbol:
    """A declared symbol; one that the table has must be the table's own."""
    if not isinstance(given, dict) or set(given) != set(_SYMBOL_FIELDS):
        raise BadInput(f"a symbol must have the fields {', '.join(_SYMBOL_FIELDS)}")
    values = {name: _text(given, name) for name in _SYMBOL_FIELDS}
    if not is_name(values["name"]) or values["domain"] not in _DOMAINS:
        raise BadInput(
            f"a symbol must have a plain name and one of the domains {', '.join(_DOMAINS)}, got {_shown(values)}"
        )
    if symbols.find(values["name"]) is None:
        catalogue()  # a variant may declare symbols of its own
    known = symbols.find(values["name"])
    if known is not None:
        if known.domain != values["domain"]:
            raise BadInput(f"{known.name} must be a {known.domain}, this certificate says {values['domain']}")
        return known
    domain = next(known for known in _DOMAINS if known == values["domain"])
    return Symbol(values["name"], values["latex"], values["words"], values["unit"], domain, (), values["dimension"])


def _list(given: Mapping[str, Any], name: str) -> list[Any]:
    value = given.get(name, [])
    if not isinstance(value, list):
        raise BadInput(f"`{name}` must be a list, got {_shown(value)}")
    return value


def _texts(given: Mapping[str, Any], name: str) -> Iterable[str]:
    values = _list(given, name)
    if not all(isinstance(value, str) for value in values):
        raise BadInput(f"`{name}` must be a list of texts, got {_shown(values)}")
    return values


def _text(given: Mapping[str, Any], name: str, default: str | None = None) -> str:
    value = given.get(name, default)
    if not isinstance(value, str):
        raise BadInput(f"`{name}` must be a text, got {_shown(value)}")
    return value


def _shown(value: object) -> str:
    return ascii(value)[:60]
