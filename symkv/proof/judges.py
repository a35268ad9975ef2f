"""Independent judges of one relation: the kernel, z3, sympy, cvc5, a box of points, and a search for one against it.

Each judge reads the formula with a translator of its own, the engines in processes of their own. `proved` has two
judges: the kernel with an engine that agrees, or a solver with an exhaustively evaluated box; where only the kernel was
asked or could tell, the list of judges says so. A yes against a counterexample is an error, not a vote.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from symkv.errors import BadInput, JudgesDisagree
from symkv.formula import Relation
from symkv.proof import workers
from symkv.proof.box import exhaust
from symkv.proof.collect import domain_of
from symkv.proof.counterexample import Counterexample, at_point, find, satisfiable
from symkv.proof.kernel import Domain, Proved, prove
from symkv.proof.search import prove_with_split
from symkv.proof.workers import Answer, Limits, Question

Verdict = Literal["proved", "checked", "refuted", "unknown", "timeout"]

ENGINES = {"z3": "symkv.proof.z3_judge", "sympy": "symkv.proof.sympy_judge", "cvc5": "symkv.proof.cvc5_judge"}
# Random points beside the telling ones: where the kernel proves at once, before it searches, and where it has no proof
SAMPLE, FEW, MANY = 60, 300, 2000
_TRUE = Relation.parse("0 = 0")


@dataclass(frozen=True)
class Judgement:
    """What the judges say of a relation: the verdict, who said so, and under which conditions.

    `proof` is the kernel's where it has one; `detail` names the box that was evaluated, or why nobody could tell.
    """

    verdict: Verdict
    judges: tuple[str, ...]
    conditions: tuple[str, ...] = ()
    counterexample: Counterexample | None = None
    proof: Proved | None = None
    detail: str = ""


def domains_for(relations: Iterable[Relation], declared: Mapping[str, Domain] | None = None) -> dict[str, Domain]:
    """The domain of every symbol of the relations: the declared one, else that of the symbol table."""
    names = dict.fromkeys(name for relation in relations for name in relation.names)
    return {name: (declared or {}).get(name) or domain_of(name) for name in names}


def installed(engine: str) -> bool:
    """Whether the engine of a judge can be imported; cvc5 is optional."""
    return importlib.util.find_spec(engine) is not None


def ask(
    engine: str,
    statement: Relation,
    assume: Iterable[Relation] = (),
    domains: Mapping[str, Domain] | None = None,
    *,
    question: Question = "holds",
    limits: Limits | None = None,
) -> Answer:
    """What one engine (`z3`, `sympy` or `cvc5`) says of a relation under assumptions, asked in its own process.

    A `no` is a claim with a point, to be evaluated again (`counterexample.at_point`), never to be believed.
    Raises `BadInput` for an engine that symkv does not have.

    >>> ask("z3", Relation.parse("floor(n/2) + ceil(n/2) = n")).says
    'yes'
    """
    if engine not in ENGINES:
        raise BadInput(f"an engine must be one of {', '.join(ENGINES)}, got {engine[:40]!r}")
    hypotheses = tuple(assume)
    worker = workers.worker(ENGINES[engine], limits=limits or Limits())
    return worker.ask(statement, hypotheses, domains_for((statement, *hypotheses), domains), question=question)


def ask_z3(
    statement: Relation, assume: Iterable[Relation] = (), domains: Mapping[str, Domain] | None = None
) -> workers.Says:
    """What z3 says of a relation: `yes` only without conditions, `no` only for a point that is false again."""
    hypotheses = tuple(assume)
    case = _Case(statement, hypotheses, domains_for((statement, *hypotheses), domains))
    answer = ask("z3", statement, hypotheses, domains)
    unsure = answer.conditions if answer.says == "yes" else answer.says == "no" and not case.refutation(answer)
    return "unknown" if unsure else answer.says


def ask_sympy(
    statement: Relation, assume: Iterable[Relation] = (), domains: Mapping[str, Domain] | None = None
) -> bool:
    """Whether sympy says yes to a relation, without conditions."""
    answer = ask("sympy", statement, assume, domains)
    return answer.says == "yes" and not answer.conditions


def settled(judgement: Judgement) -> Judgement:
    """The judgement as a check takes it: what is called proved has two judges, else it is unknown."""
    if judgement.verdict != "proved" or len(judgement.judges) > 1:
        return judgement
    return replace(judgement, verdict="unknown", detail=judgement.detail or "no second judge was asked")


def judge(
    statement: Relation,
    assume: Iterable[Relation] = (),
    *,
    declared: Mapping[str, Domain] | None = None,
    second: bool = True,
) -> Judgement:
    """The verdict on a relation under assumptions, over the declared domains.

    Without `second` a proof of the kernel is taken alone. Raises `BadInput` for assumptions that can't hold together,
    `JudgesDisagree` where one judge contradicts another.

    >>> judge(Relation.parse("n_layers*2*d_head = 2*d_head*n_layers")).judges
    ('kernel', 'z3')
    >>> str(judge(Relation.parse("n_layers*2*d_head = n_layers*d_head")).counterexample)
    'n_layers = 1, d_head = 1: left 2, right 1, difference 1'
    """
    hypotheses = tuple(assume)
    case = _Case(statement, hypotheses, domains_for((statement, *hypotheses), declared))
    case.require_possible()
    proof = case.proved_at_once()
    found = find(statement, hypotheses, case.domains, tries=SAMPLE if proof else FEW)
    if found:
        return case.refuted(found, proof)
    proof = proof or prove_with_split(statement, hypotheses, case.domains)
    if proof:
        case.require_possible(proof.conditions)
        return case.seconded(proof) if second else Judgement("proved", ("kernel",), proof.conditions, proof=proof)
    found = find(statement, hypotheses, case.domains, tries=MANY)
    return Judgement("refuted", ("box",), counterexample=found) if found else case.without_kernel()


@dataclass(frozen=True)
class _Case:
    """A statement under assumptions, put to the judges one after the other."""

    statement: Relation
    assume: tuple[Relation, ...]
    domains: Mapping[str, Domain]

    def under(self, conditions: Iterable[str]) -> tuple[Relation, ...]:
        """The assumptions and the conditions, as one list of relations."""
        return (*self.assume, *map(Relation.parse, conditions))

    def require_possible(self, conditions: Iterable[str] = ()) -> None:
        """`BadInput` where no point of the domains meets the assumptions: from them everything would follow."""
        relations = self.under(conditions)
        if not relations or satisfiable(relations, self.domains):
            return
        for engine in ("z3", *_optional()):
            says = ask(engine, _TRUE, relations, self.domains, question="possible").says
            if says == "no":
                what = f"the assumptions and {', '.join(conditions)}" if conditions else "the assumptions"
                raise BadInput(f"{what} must be able to hold together in their domains, these can't; drop one")
            if says == "yes":
                return

    def proved_at_once(self) -> Proved | None:
        """The kernel's proof without a split, if there is one."""
        try:
            return prove(self.statement, self.assume, self.domains)
        except BadInput:  # it divides by zero in a branch that a point may not take
            return None

    def refuted(self, found: Counterexample, proof: Proved | None) -> Judgement:
        """The counterexample, unless the kernel proves at once what is false there."""
        if proof and all(Relation.parse(condition).holds(found.point) for condition in proof.conditions):
            raise JudgesDisagree(f"the kernel proved {self.statement}, but it is false at {found}")
        return Judgement("refuted", ("box",), counterexample=found)

    def refutation(self, answer: Answer, conditions: Iterable[str] = ()) -> Counterexample | None:
        """The point that an engine names, if it is a counterexample when it is evaluated again."""
        if answer.says != "no" or answer.point is None:
            return None
        return at_point(self.statement, self.under(conditions), self.domains, answer.point)

    def seconded(self, proof: Proved) -> Judgement:
        """The kernel's proof with the first engine that agrees; under that engine's conditions too, if it has any."""
        reasons = []
        for engine in ("z3", "sympy", *_optional()):
            answer = ask(engine, self.statement, self.under(proof.conditions), self.domains)
            if found := self.refutation(answer, proof.conditions):
                raise JudgesDisagree(f"the kernel proved {self.statement}, but {engine} finds it false at {found}")
            if answer.says == "yes":
                conditions = tuple(dict.fromkeys((*proof.conditions, *answer.conditions)))
                return Judgement("proved", ("kernel", engine), conditions, proof=proof)
            reasons.append(_reason(engine, answer))
        return Judgement("proved", ("kernel",), proof.conditions, proof=proof, detail="; ".join(reasons))

    def without_kernel(self) -> Judgement:
        """A solver's yes with a box, or what sympy or a box can say alone, or nothing."""
        answers: dict[str, Answer] = {}
        for engine in ("z3", *_optional(), "sympy"):
            answer = answers[engine] = ask(engine, self.statement, self.assume, self.domains)
            if found := self.refutation(answer):
                return Judgement("refuted", (engine, "box"), counterexample=found)
            if answer.says == "yes":
                return self.boxed(engine, answer)
        box = exhaust(self.statement, self.assume, self.domains)
        if box and box.false_at and (found := at_point(self.statement, self.assume, self.domains, box.false_at)):
            return Judgement("refuted", ("box",), counterexample=found)
        if box and box.met:
            return Judgement("checked", ("box",), detail=box.text)
        verdict: Verdict = "timeout" if any(answer.says == "timeout" for answer in answers.values()) else "unknown"
        return Judgement(verdict, (), detail="; ".join(_reason(engine, answer) for engine, answer in answers.items()))

    def boxed(self, engine: str, answer: Answer) -> Judgement:
        """An engine's yes beside a box: proved by a solver, checked by sympy; nothing where no point is met."""
        under = self.under(answer.conditions)
        box = exhaust(self.statement, under, self.domains)
        if box and box.false_at is not None:
            raise JudgesDisagree(f"{engine} says yes to {self.statement}, but it is false at {dict(box.false_at)}")
        if box and box.met:
            verdict: Verdict = "checked" if engine == "sympy" else "proved"
            return Judgement(verdict, (engine, "box"), answer.conditions, detail=box.text)
        if satisfiable(under, self.domains, statement=self.statement):
            return Judgement(
                "checked", (engine,), answer.conditions, detail=f"{engine} alone; no box meets the assumptions"
            )
        return Judgement("unknown", (), detail="no point is known at which both sides have a value")


def _optional() -> tuple[str, ...]:
    return ("cvc5",) if installed("cvc5") else ()


def _reason(engine: str, answer: Answer) -> str:
    if answer.says == "no":
        return f"{engine} names a point that is no counterexample"
    return f"{engine}: {answer.reason.removeprefix(f'{engine}: ')}"
