"""All whole-number designs that meet a target: every one of them, found by divisors and bounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod

from symkv import symbols
from symkv.caches import Stack, quantity
from symkv.errors import BadInput
from symkv.formula import Formula, Relation
from symkv.proof.collect import collect
from symkv.solve.search import Bound, Domains, Polynomial, Value, function_of, search
from symkv.units import DTYPES, check_dtype, parse_size, parse_tokens

MOST_VALUES = 10**9
MOST_DESIGNS = 100_000
RATE = "bytes_per_element"


@dataclass(frozen=True)
class Design:
    """One whole design: the value of each symbol that was free, its bytes, and the formats of that width."""

    values: Mapping[str, Value]
    bytes: Fraction
    dtypes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Designs:
    """Every design of a box for one target (or a band), and whether the search went through all of it."""

    formula: Formula
    low: Fraction
    high: Fraction
    box: int
    found: tuple[Design, ...]
    complete: bool


def parse_box(arguments: Sequence[str]) -> tuple[Domains, list[str], tuple[str, ...]]:
    """The free symbols with their values, the arguments that fix one value, and the formats that were listed.

    NAME=LO..HI is a range of whole numbers, NAME=A,B,C a list; dtype=fp8,bf16 lists widths in bytes.

    >>> parse_box(["n_layers=1..4", "d_head=64,128", "n_kv_heads=8"])[:2]
    ({'n_layers': range(1, 5), 'd_head': (64, 128)}, ['n_kv_heads=8'])
    """
    domains: Domains = {}
    fixed: list[str] = []
    formats: tuple[str, ...] = ()
    for argument in arguments:
        name, sign, text = argument.partition("=")
        if not sign or ("," not in text and ".." not in text) or "(" in text:
            fixed.append(argument)
            continue
        if name == "dtype":
            formats = tuple(dict.fromkeys(check_dtype(code.strip()) for code in text.split(",")))
            continue
        known = symbols.lookup(name.strip())
        if known.name in domains:
            raise BadInput(f"{known.name} must be given once, it came twice; drop one")
        domains[known.name] = _range(known, text) if ".." in text else _list(known, text)
    rates = sorted({_rate(code) for code in formats})
    if rates:
        if RATE in domains:
            raise BadInput(f"{RATE} and dtype say the same thing; give one of them")
        domains[RATE] = tuple(rates)
    return domains, fixed, formats


def _rate(code: str) -> Fraction:
    if code not in DTYPES or DTYPES[code].row_scale_bytes:
        raise BadInput(f"a design takes dtypes of one width, {code} is a row format; give fp8, bf16, q8_0 or the like")
    return DTYPES[code].rate


def _range(known: symbols.Symbol, text: str) -> range:
    ends = [_count(known, end) for end in text.split("..")]
    if len(ends) != 2 or ends[0] > ends[1] or not known.whole:
        raise BadInput(f"a range must be NAME=LO..HI with LO <= HI of whole numbers, got {known.name}={text[:40]}")
    if ends[1] - ends[0] >= MOST_VALUES:
        raise BadInput(f"a range may have {MOST_VALUES} values, got {ends[1] - ends[0] + 1}; make it smaller")
    known.require(ends[0])
    return range(ends[0], ends[1] + 1)


def _count(known: symbols.Symbol, text: str) -> int:
    return parse_tokens(text)[0] if known.unit == "tokens" and text.strip()[-1:] in "kKiM" else _whole(known, text)


def _whole(known: symbols.Symbol, text: str) -> int:
    if not text.strip().isascii() or not text.strip().isdigit() or len(text) > 20:
        raise BadInput(f"{known.name} takes whole numbers, got {text.strip()[:20]!a}; write {known.name}=1..8")
    return int(text)


def _list(known: symbols.Symbol, text: str) -> tuple[Value, ...]:
    if known.whole:
        values: set[Value] = {int(known.require(_count(known, piece))) for piece in text.split(",")}
    else:
        values = {known.require(Fraction(Formula.parse(piece).evaluate({}))) for piece in text.split(",")}
    return tuple(sorted(values))


def designs(
    stack: Stack,
    domains: Domains,
    *,
    target: str | None = None,
    between: tuple[str, str] | None = None,
    where: Sequence[str] = (),
    of: str = "growth",
    tokens: int | None = None,
    batch: int = 1,
    formats: Sequence[str] = (),
) -> tuple[Designs, ...]:
    """Every design of the box whose bytes are the target, for each reading of it, or lie in a band.

    Raises `BadInput` for a symbol that is open but has no values, and for a box that can't be searched.

    >>> from symkv.variants import variant
    >>> stack = Stack.of(variant("gqa")).given({"n_layers": Formula.of(1), "d_head": Formula.of(128)})
    >>> box = {"n_kv_heads": range(1, 65), "bytes_per_element": (Fraction(1), Fraction(2))}
    >>> [dict(d.values) for d in designs(stack, box, target="2KiB")[0].found]  # 2048 = 2*128*8*1 = 2*128*4*2
    [{'n_kv_heads': 4, 'bytes_per_element': Fraction(2, 1)}, {'n_kv_heads': 8, 'bytes_per_element': Fraction(1, 1)}]
    """
    formula = _formula(stack, of, tokens, batch)
    missing = [name for name in formula.names if name not in domains]
    if missing:
        raise BadInput(f"every open symbol needs values, {missing[0]} has none; write {missing[0]}=1..64")
    conditions = [Relation.parse(text) for text in where]
    used = {*formula.names, *(name for condition in conditions for name in condition.names)}
    unused = [name for name in domains if name not in used]
    if unused:
        raise BadInput(f"{unused[0]} does not change the {of} of {stack.name}; leave it out or use it in --where")
    for name in used - set(domains):
        raise BadInput(f"{name} stands in a condition but has no values; write {name}=1..64")
    if between is not None:
        ends = [parse_size(text)[0].bytes for text in between]
        bands = [(min(ends), max(ends))]
    elif target is not None:
        bands = [(size.bytes, size.bytes) for size in parse_size(target)]
    else:
        raise BadInput("designs takes --target SIZE or --between A B; write --target 2KiB")
    return tuple(_searched(formula, domains, low, high, conditions, formats) for low, high in bands)


def _formula(stack: Stack, of: str, tokens: int | None, batch: int) -> Formula:
    formula = quantity(stack, of)
    if of not in ("growth", "read_growth", "state", "ripple"):
        formula = Formula.of(batch) * formula
        if tokens is not None:
            formula = formula.substitute({"n_tokens": tokens})
    return collect(formula)


def _searched(
    formula: Formula,
    domains: Domains,
    low: Fraction,
    high: Fraction,
    conditions: Sequence[Relation],
    formats: Sequence[str],
) -> Designs:
    target = function_of(formula)
    bounds = [Bound(target, low, high, str(formula)), *_bounds(conditions)]
    box = prod(len(domain) for domain in domains.values())
    order = sorted(domains, key=symbols.rank)
    found: list[Design] = []
    complete = True
    try:
        for point in search(dict(domains), bounds, conditions):
            values = {name: point[name] for name in order}
            total = Fraction(formula.evaluate({n: v for n, v in values.items() if n in formula.names}))
            named = tuple(code for code in formats if DTYPES[code].rate == values.get(RATE))
            found.append(Design(values, total, named))
            if len(found) > MOST_DESIGNS:
                raise BadInput(f"there are more than {MOST_DESIGNS} designs in this box; add conditions or narrow it")
    except KeyboardInterrupt:  # what is found so far
        complete = False
    found.sort(key=lambda design: tuple(design.values.values()))
    return Designs(formula, low, high, box, tuple(found), complete)


def _bounds(conditions: Sequence[Relation]) -> list[Bound]:
    """The conditions that narrow the search: equations and inequalities between polynomials; all are checked too."""
    found = []
    for condition in conditions:
        ends = {"=": (0, 0), "<=": (None, 0), "<": (None, 0), ">=": (0, None), ">": (0, None)}.get(condition.sign)
        if ends is None:
            continue
        gap = function_of(condition.lhs - condition.rhs)
        if isinstance(gap, Polynomial):
            low, high = (None if end is None else Fraction(end) for end in ends)
            found.append(Bound(gap, low, high, str(condition)))
    return found
