"""Values against what they must be: claims of sources, formulas with numbers put in, and answers to questions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from symkv import symbols
from symkv.caches import Stack
from symkv.derivations.model import Claim, Instance, Question, Value
from symkv.derivations.steps import formula_of
from symkv.errors import BadInput
from symkv.formula import Formula, Relation
from symkv.measure import measure, with_formats
from symkv.models import resolve
from symkv.solve import Solution, solve
from symkv.units import against_printed, check_dtype, parse_tokens, rational
from symkv.variants import variant

_MEASURED = {  # a quantity of a model -> the entry of its measure
    "stored": "stored_bytes",
    "read": "read_bytes_per_step",
    "written": "written_bytes_per_step",
    "peak": "peak_bytes",
    "growth": "growth_bytes_per_token",
    "state": "state_bytes",
    "ripple": "ripple_bytes",
    "per_rank": "per_rank_bytes",
}
_FORMATS = {f"{role}_dtype": role for role in ("kv", "key", "value", "rope", "index", "state", "conv")}


@dataclass(frozen=True)
class CheckedClaim:
    """A claim with its exact value, the verdict, printed/exact, and what is not as it was written down."""

    claim: Claim
    value: Fraction | None
    verdict: Literal["matches", "rounds", "differs", "undecidable"]
    ratio: Fraction | None
    problem: str = ""

    @property
    def expected(self) -> bool:
        """Whether the verdict is the expected one, and the exact value and the ratio are those written down."""
        return not self.problem


@dataclass(frozen=True)
class CheckedInstance:
    """An instance with its formula, its exact value, and what is not as it was written down."""

    instance: Instance
    formula: Formula
    value: Fraction
    problem: str = ""

    @property
    def expected(self) -> bool:
        """Whether the value is the one written down."""
        return not self.problem

    @property
    def numbers(self) -> dict[str, int | Fraction]:
        """The numbers that are put in, by word."""
        return _numbers(self.instance.given)


def check_claim(claim: Claim) -> CheckedClaim:
    """The claim's value, exactly, against what was printed; `BadInput` for a claim that is not well formed."""
    if not claim.expression and not claim.model:
        if claim.expect != "undecidable" or not claim.note:
            raise BadInput("a claim must have an expression or a model; one that is undecidable says why in `note`")
        return CheckedClaim(claim, None, "undecidable", None)
    if claim.expression and claim.model:
        raise BadInput("a claim must have an expression or a model, this one has both; drop one")
    value = _measured(claim) if claim.model else _evaluated(claim)
    verdict, ratio = against_printed(value, claim.printed, decimals=claim.decimals)
    return CheckedClaim(claim, value, verdict, ratio, _claim_problem(claim, value, verdict, ratio))


def _claim_problem(claim: Claim, value: Fraction, verdict: str, ratio: Fraction | None) -> str:
    wanted = ("matches", "rounds") if claim.expect == "agrees" else (claim.expect,)
    if verdict not in wanted:
        return f"{claim.printed} {verdict}, expected {claim.expect}"
    if claim.exact is not None and value != _exact(claim.exact):
        return f"the exact value is {rational(value)}, written down is {claim.exact}"
    if claim.ratio is not None and ratio != _exact(claim.ratio):
        shown = "none" if ratio is None else rational(ratio)
        return f"printed/exact is {shown}, written down is {claim.ratio}"
    if claim.as_printed:
        other = Fraction(formula_of(claim.as_printed).evaluate(_numbers(claim.given)))
        if against_printed(other, claim.printed, decimals=claim.decimals)[0] == "differs":
            return f"{claim.as_printed} gives {rational(other)}, not {claim.printed} as printed"
    return ""


def _evaluated(claim: Claim) -> Fraction:
    formula = formula_of(claim.expression)
    used = {*formula.names, *(formula_of(claim.as_printed).names if claim.as_printed else ())}
    _require_used(claim.given, used)
    return Fraction(formula.evaluate(_numbers(claim.given)))


def _measured(claim: Claim) -> Fraction:
    values = [_of_model(what, claim) for what in (claim.model, claim.against) if what]
    return values[0] / values[1] if len(values) == 2 else values[0]


def _of_model(what: str, claim: Claim) -> Fraction:
    """A quantity of what `symkv size` takes, with tokens, batch, tp, dtypes and symbols from `given`."""
    given = dict(claim.given)
    sizes = {word: given.pop(word, None) for word in ("n_tokens", "batch", "tp")}
    dtype = given.pop("dtype", None)
    codes = {name: given.pop(name) for name in _FORMATS if name in given}
    stack = resolve(what)
    values = {name: Formula.of(symbols.lookup(name).require(v)) for name, v in _numbers(given).items()}
    open_names = {name for part in stack.parts for name in part.open} | {"bytes_per_element"}
    _require_used(given, open_names)
    stack = with_formats(
        stack.given(values),
        {role: check_dtype(str(codes[name])) if name in codes else None for name, role in _FORMATS.items()},
        dtype=None if dtype is None else check_dtype(str(dtype)),
    )
    if claim.of not in _MEASURED:
        raise BadInput(f"`of` must be one of {', '.join(_MEASURED)}, got {claim.of[:40]!r}")
    tokens, batch, ranks = (None if value is None else _count(value) for value in sizes.values())
    found = measure(stack, tokens=tokens, batch=batch or 1, tp=ranks)[_MEASURED[claim.of]]
    if found is None:
        raise BadInput(f"{claim.of} of {what[:40]} must be a number here; give n_tokens, tp or the open symbols")
    return Fraction(found)


def _require_used(given: Mapping[str, Value], used: Iterable[str]) -> None:
    unused = [name for name in given if _word(name) not in used]
    if unused:
        raise BadInput(f"every given symbol must be used, {unused[0]} is not")


def check_instance(instance: Instance, steps: Mapping[str, Relation]) -> CheckedInstance:
    """The formula of an instance, or of the step that it names, at its numbers; `BadInput` where it has none."""
    if bool(instance.expression) == bool(instance.step):
        raise BadInput("an instance must have an expression or name a step")
    if instance.step and instance.step not in steps:
        raise BadInput(f"an instance must name a step, {instance.step[:40]!r} is none")
    formula = steps[instance.step].rhs if instance.step else formula_of(instance.expression)
    _require_used(instance.given, formula.names)
    value = Fraction(formula.evaluate(_numbers(instance.given)))
    wrong = instance.value is not None and value != _exact(instance.value)
    problem = f"the value is {rational(value)}, written down is {instance.value}" if wrong else ""
    return CheckedInstance(instance, formula, value, problem)


def answer(question: Question) -> Solution:
    """The question solved; `BadInput` where a closed form is not the one written down."""
    values = {name: Formula.of(value) for name, value in question.given.items()}
    stack = Stack.of(variant(question.what)).given(values)
    solution = solve(stack, symbol=question.solve_for, target=question.target, of=question.of)
    found = tuple(str(form) for _, form in solution.closed_forms)
    if question.expect and found != question.expect:
        raise BadInput(f"the answer must be {', '.join(question.expect)} as written down, it is {', '.join(found)}")
    return solution


def _numbers(given: Mapping[str, Value]) -> dict[str, int | Fraction]:
    return {_word(name): _exact(value) for name, value in given.items()}


def _word(name: str) -> str:
    symbol = symbols.find(name)
    return name if symbol is None else symbol.name


def _exact(value: Value) -> Fraction:
    """A number of a claim: an int, a Fraction, or a string such as "9/16", "2.6e15" or "128Ki"; never a float."""
    if isinstance(value, bool) or not isinstance(value, int | Fraction | str):
        raise BadInput(f"a value must be exact, got {value!r}; write an integer, or a string such as '9/16'")
    if not isinstance(value, str):
        return Fraction(value)
    if value.endswith(("Ki", "Mi", "k", "M")):
        return Fraction(parse_tokens(value)[0])
    return Fraction(Formula.parse(value).evaluate({}))


def _count(value: Value) -> int:
    number = _exact(value)
    if number.denominator != 1:
        raise BadInput(f"tokens, batch and tp must be whole, got {value}")
    return int(number)


def claim_row(name: str, checked: CheckedClaim) -> dict[str, Any]:
    """A checked claim as plain data."""
    claim = checked.claim
    return {
        "derivation": name,
        "claim": claim.id,
        "printed": claim.printed,
        "exact": None if checked.value is None else rational(checked.value),
        "verdict": checked.verdict,
        "expect": claim.expect,
        "expected": checked.expected,
        "problem": checked.problem or None,
        "ratio": None if checked.ratio is None else rational(checked.ratio),
        "cause": claim.cause or None,
        "source": claim.source,
        "place": claim.place or None,
        "note": claim.note or None,
    }


def instance_row(name: str, checked: CheckedInstance) -> dict[str, Any]:
    """A checked instance as plain data."""
    return {
        "derivation": name,
        "instance": checked.instance.label,
        "value": rational(checked.value),
        "unit": checked.instance.unit or None,
        "expected": checked.expected,
        "problem": checked.problem or None,
    }
