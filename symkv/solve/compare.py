"""Variants, models or stacks compared: the ratio, when they are equal, where they cross, what the ratio tends to."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from symkv import symbols
from symkv.caches import Stack, quantity
from symkv.errors import BadInput, Undecided
from symkv.formula import Formula, Relation, symbol
from symkv.notebook import Shown, display
from symkv.proof.collect import Writer, collect, domain_of
from symkv.proof.judges import judge
from symkv.proof.kernel import prove
from symkv.proof.limits import judge_limit
from symkv.proof.normal import Case
from symkv.proof.polynomial import Quotient
from symkv.proof.spans import Span, by_sign, spans
from symkv.solve.isolate import isolate
from symkv.solve.shown import comparison_html, comparison_latex

TOKENS = "n_tokens"
FAR = 2**24  # tokens, beyond every window: where a bound is looked for that is then proved for all
COMPARED = {"growth": "stored", "stored": "stored", "read": "read", "read_growth": "read", "peak": "peak"}


@dataclass(frozen=True)
class Crossing:
    """A span of contexts in which `less` needs fewer bytes, or both need the same (None)."""

    span: Span
    less: str | None


@dataclass(frozen=True)
class Comparison:
    """One stack against another: bytes of the first over bytes of the second, and when they are equal.

    `equal_when` is one symbol in terms of the others, "always" or "never", or None where no symbol can be isolated;
    `crossings` is None while a symbol other than the context length is open. `limit` is what the ratio tends to as the
    context grows.
    """

    first: str
    second: str
    of: str
    ratio: Formula
    equal_when: str | None
    judges: tuple[str, ...]
    crossings: tuple[Crossing, ...] | None
    limit: str | None
    elasticities: Mapping[str, str]

    def _repr_latex_(self) -> str:
        return display(comparison_latex(self))

    def _repr_html_(self) -> str:
        return comparison_html(self)


def compare(stacks: Sequence[Stack], *, of: str | None = None) -> tuple[Comparison, ...]:
    """The first stack compared with each of the others, by growth where all of them grow, else by what is stored.

    Raises `BadInput` for fewer than two stacks and for an unknown quantity.

    >>> from symkv.variants import variant
    >>> compare([Stack.of(variant("gqa")), Stack.of(variant("mla"))])[0].equal_when
    'n_kv_heads = (d_latent + d_rope)/(2*d_head)'
    """
    if len(stacks) < 2:
        raise BadInput("compare takes two or more of variants, models and stacks; write symkv compare gqa mla")
    if of is not None and of not in COMPARED:
        raise BadInput(f"--of must be one of {', '.join(COMPARED)}, got {of[:40]!r}")
    first, *others = (stack.filled() for stack in stacks)
    return Shown(_pair(first, other, of or _usual(first, other)) for other in others)


def _usual(first: Stack, second: Stack) -> str:
    return "growth" if all(quantity(stack, "growth").text != "0" for stack in (first, second)) else "stored"


def _pair(first: Stack, second: Stack, of: str) -> Comparison:
    left, right = collect(quantity(first, of)), collect(quantity(second, of))
    if right.text == "0" or left.text == "0":
        empty = first.name if left.text == "0" else second.name
        raise BadInput(f"the {of} of {empty} is 0, which leaves no ratio; compare --of stored")
    ratio = collect(left / right)
    equal_when, judges = _equal(left, right)
    return Comparison(
        first.name,
        second.name,
        of,
        ratio,
        equal_when,
        judges,
        crossings(first, second, COMPARED[of]),
        _limit(first, second, COMPARED[of]),
        _elasticities(ratio),
    )


def _equal(left: Formula, right: Formula) -> tuple[str | None, tuple[str, ...]]:
    """When both are equal, as one symbol in terms of the others, with the judges who proved it."""
    if (sides := _in_tokens(left, right)) is not None:
        found = _spans(Relation(sides[0], "=", sides[1]))
        if found is None:
            return None, ()
        everywhere = [str(span) for span in found] == ["from 1 on"]
        words = "always" if everywhere else ", ".join(f"{TOKENS} {span}" for span in found)
        return words or "never", ("kernel",)
    always = judge(Relation(left, "=", right))
    if always.verdict == "proved":
        return "always", always.judges
    for unknown in _candidates(left, right):
        try:
            form = isolate(left, unknown, right)
        except Undecided:
            continue
        if unknown in form.names:
            continue
        proof = judge(Relation(left.substitute({unknown: form}), "=", right.substitute({unknown: form})))
        if proof.verdict == "proved":
            return f"{unknown} = {form}", proof.judges
    never = judge(Relation(left, "!=", right))
    return ("never", never.judges) if never.verdict == "proved" else (None, ())


def _in_tokens(left: Formula, right: Formula) -> tuple[Formula, Formula] | None:
    """Both sides with the context length alone in them, bytes per element being a common factor; None where not."""
    names = {*left.names, *right.names} - {TOKENS}
    if names == {"bytes_per_element"} and all("bytes_per_element" in side.names for side in (left, right)):
        one = {"bytes_per_element": Fraction(1)}
        return left.substitute(one), right.substitute(one)
    return None if names else (left, right)


def _candidates(left: Formula, right: Formula) -> Iterator[str]:
    """Symbols to solve for: first those of one side only, in the order of the table, counts before widths."""
    one = [name for name in (*left.names, *right.names) if (name in left.names) != (name in right.names)]
    both = [name for name in left.names if name in right.names]
    for names in (one, both):
        yield from sorted(dict.fromkeys(n for n in names if n != TOKENS), key=symbols.rank)


def _spans(relation: Relation) -> tuple[Span, ...] | None:
    try:
        return spans(relation, TOKENS)
    except Undecided:  # saw-teeth whose common period is too long
        return None


def crossings(first: Stack, second: Stack, of: str) -> tuple[Crossing, ...] | None:
    """Who needs less at which contexts, over all of them; None while a symbol is open or saw-teeth are too long."""
    sides = _in_tokens(quantity(first, of), quantity(second, of))
    if sides is None:
        return None
    try:
        found = by_sign(collect(sides[0] - sides[1]), TOKENS)
    except Undecided:  # saw-teeth whose common period is too long
        return None
    who = {"<": first.name, "=": None, ">": second.name}
    crossed = [Crossing(span, who[sign]) for sign, where in found.items() for span in where]
    return tuple(sorted(crossed, key=lambda crossing: crossing.span.start))


def _limit(first: Stack, second: Stack, of: str) -> str | None:
    """What first/second tends to as the context grows: the ratio of the growths."""
    rate = "read_growth" if of == "read" else "growth"
    above, below = collect(quantity(first, rate)), collect(quantity(second, rate))
    if below.text != "0":
        found, sides = collect(above / below), [quantity(stack, of) for stack in (first, second)]
        ratio = collect(sides[0] / sides[1])
        settled = TOKENS not in ratio.names or judge_limit(Relation(ratio, "=", found), TOKENS).verdict == "proved"
        settled = settled or all(_squeezed(side, rate) for side, rate in zip(sides, (above, below), strict=True))
        return str(found) if settled else None
    if above.text != "0":
        return "without bound"
    states = [quantity(stack, "state") for stack in (first, second)] if of != "read" else []
    steady = [quantity(stack, "ripple").text == "0" for stack in (first, second)] if states else []
    return str(collect(states[0] / states[1])) if states and all(steady) and states[1].text != "0" else None


def _squeezed(formula: Formula, rate: Formula) -> bool:
    """Whether the kernel proves |formula - rate*S| <= c for every S and some number c, all other symbols being numbers.

    With such a c for both of two quantities their ratio tends to that of their rates.
    """
    one = {"bytes_per_element": Fraction(1)}
    formula, rate = (side.substitute({n: v for n, v in one.items() if n in side.names}) for side in (formula, rate))
    if rate.names or set(formula.names) != {TOKENS}:
        return False
    line = rate * symbol(TOKENS)
    far = max(
        abs(Fraction(f) - rate.evaluate({}) * s) for s in (1, FAR, FAR + 1) for f in [formula.evaluate({TOKENS: s})]
    )
    bounds = (formula - line, line - formula)
    domains, split = {TOKENS: domain_of(TOKENS)}, {"periodic": TOKENS}
    top = Formula.of(4 * far + 1)
    return all(prove(Relation(gap, "<=", top), (), domains, split) is not None for gap in bounds)


def _elasticities(ratio: Formula) -> dict[str, str]:
    """For each symbol, by how many per cent the ratio grows when the symbol grows by one per cent.

    x*R'/R is built twice, by sympy and term by term from the kernel's polynomials, and proved equal.
    """
    import sympy

    from symkv.formula.sympy_reading import from_sympy, sympy_symbol

    if any(isinstance(node, ast.Call | ast.IfExp) for node in ast.walk(ratio.tree)):
        return {}
    expression, found = ratio.sympy, {}
    for name in sorted(ratio.names, key=symbols.rank):
        free = sympy.Dummy(name, positive=True)  # over the positive reals
        of_free = expression.subs(sympy_symbol(name), free)
        share = sympy.factor(sympy.cancel(free * sympy.diff(of_free, free) / of_free)).subs(free, sympy_symbol(name))
        formula = Formula(from_sympy(share))
        if judge(Relation(formula, "=", _by_terms(ratio, name))).verdict == "proved":
            found[name] = str(formula)
    return found


def _by_terms(ratio: Formula, name: str) -> Formula:
    """x*N'/N - x*D'/D of a ratio N/D: each term of a polynomial times its exponent, over the polynomial."""
    case = Case({n: domain_of(n) for n in ratio.names})
    value = case.read(ratio.tree)
    above, below = (
        Quotient({m: c * dict(m)[name] for m, c in poly.items() if name in dict(m)}, poly)
        for poly in (value.num, value.den)
    )
    return Formula(Writer(case).quotient((above - below).reduced()))
