"""The usual mistakes in formulas of this field, as a table: what a factor that is off says, and what an edit undoes.

`blame` puts a factor into words; `EDITS` maps one node of a wrong formula to what may have been meant there. Nothing
here judges: whether the repaired relation is true is for `hints` and the kernel.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, product

from symkv import symbols
from symkv.formula import Formula
from symkv.formula.reader import literal
from symkv.proof.edits import Site, sites

# (used, meant): the direction in which the two are usually mixed up, with what the mix-up means where that is known
CONFUSED: dict[tuple[str, str], str] = {
    ("n_heads", "n_kv_heads"): "",
    ("n_layers", "n_unique_layers"): "layers that read for layers that own a cache: read for stored",
    ("n_layers", "n_global_layers"): "",
    ("n_layers", "n_local_layers"): "",
    ("n_global_layers", "n_local_layers"): "",
    ("read_per_token", "stored_per_token"): "what is read for what is stored",
    ("d_head", "d_k"): "",
    ("d_head", "d_v"): "",
    ("d_k", "d_v"): "",
    ("n_tokens", "window"): "",
    ("n_tokens", "chunk"): "",
    ("n_tokens", "top_k"): "",
    ("n_tokens", "block_size"): "",
    ("n_q", "n_kv"): "",
    ("H", "H_kv"): "",
}
# (over, under, meant): a quotient that is taken for a symbol, which a config often gives apart
TAKEN_FOR = tuple(
    (over, under, "d_head")
    for over in ("hidden_size", "d_model")
    for under in ("n_heads", "num_attention_heads", "n_kv_heads")
)
CACHE_WORDS = frozenset("n_kv_heads n_heads d_head d_k d_v n_kv bytes_per_token stored_per_token".split())
UNITS = ("kB", "MB", "GB", "TB")
MOST_PHRASES = 2


def usual_mistake(used: str, meant: str) -> str | None:
    """What mixing up two symbols means, "" where it says nothing more, None where the two are not mixed up."""
    return CONFUSED.get((used, meant))


def partners(name: str) -> Iterator[str]:
    """The symbols that a name is mixed up with, the usual direction first."""
    yield from (meant for used, meant in CONFUSED if used == name)
    yield from (used for used, meant in CONFUSED if meant == name)


def swaps(names: Iterable[str]) -> Iterator[dict[str, int]]:
    """The factors, as powers by name, that undo one symbol taken for another among some names."""
    known = set(names)
    for used, meant in CONFUSED:
        if {used, meant} <= known:
            yield from ({meant: 1, used: -1}, {meant: -1, used: 1})


# -- a factor in words -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Blame:
    """What a side does wrong, in words that follow "the right side"; `cost` is low for what happens often."""

    cost: int
    says: str


def blame(
    number: Fraction, powers: Mapping[str, int], names: Iterable[str], around: Iterable[str] = ()
) -> Blame | None:
    """What is wrong with a side that has to be multiplied by number*product(name**power) to be right.

    `names` are those of the side, `around` those of the whole statement with its assumptions.

    >>> blame(Fraction(2), {}, ["n_kv_heads"]).says
    'lacks the factor 2 for key and value'
    >>> blame(Fraction(1), {"n_kv_heads": 1, "n_heads": -1}, ["n_heads"]).says
    'uses n_heads where n_kv_heads is meant'
    """
    own = set(names)
    everything = own.union(around)
    left = {name: power for name, power in powers.items() if power}
    found = [*_quotients(left), *_pairs(left, own), *_singles(left, own)]
    sized = _of_number(number, everything)
    if sized is None or len(found) + len(sized) > MOST_PHRASES:
        return None
    found = [*sized, *found]
    return Blame(sum(one.cost for one in found), " and ".join(one.says for one in found)) if found else None


def _quotients(left: dict[str, int]) -> Iterator[Blame]:
    for over, under, meant in TAKEN_FOR:
        if left.get(over) == -1 and left.get(under) == 1 and left.get(meant) == 1:
            for name in (over, under, meant):
                del left[name]
            yield Blame(0, f"uses {over}/{under} where {meant} is meant")


def _pairs(left: dict[str, int], own: set[str]) -> Iterator[Blame]:
    """One symbol taken for another, or their ratio upside down; what is found is taken out of `left`."""
    ups, downs = ([n for n, p in left.items() if p * sign > 0] for sign in (1, -1))
    lone = len(ups) == 1 and len(downs) == 1
    for meant, used in product(ups, downs):
        if meant not in left or used not in left or left[meant] != -left[used]:
            continue
        usual, reverse = usual_mistake(used, meant), usual_mistake(meant, used)
        known = usual if usual is not None else reverse
        if known is None and not lone:
            continue
        power = left[meant]
        if power == 2 and {meant, used} <= own:
            yield Blame(1, f"has the ratio {used}/{meant} where {meant}/{used} is meant")
        elif power == 1 and used in own:
            more = f" ({known})" if known else ""
            yield Blame(0 if usual is not None else 2, f"uses {used} where {meant} is meant{more}")
        else:
            continue
        del left[meant], left[used]


def _singles(left: Mapping[str, int], own: set[str]) -> Iterator[Blame]:
    ups = [name if power == 1 else f"{name}**{power}" for name, power in left.items() if power > 0]
    if ups:
        yield Blame(1, f"lacks the factor {'*'.join(ups)}{_words(*ups)}")
    for name, power in left.items():
        raised = name if power == -1 else f"{name}**{-power}"
        if power > 0:
            continue
        if name in own:
            yield Blame(2, f"has the factor {raised} too many")
        else:
            yield Blame(1, f"lacks the division by {raised}{_words(name)}")


def _words(*names: str) -> str:
    known = symbols.find(names[0]) if len(names) == 1 else None
    return f" ({known.words})" if known else ""


def _of_number(number: Fraction, names: set[str]) -> list[Blame] | None:
    """A number in words; None for one that says nothing."""
    if number == 1:
        return []
    known = known_factors(names)
    if number in known:
        return [known[number]]
    for first, second in combinations(known, 2):
        if first * second == number:
            return sorted((known[first], known[second]), key=lambda one: one.cost)
    if not names:  # between bare numbers any quotient can arise
        return None
    if number < 0:
        return [Blame(2, "has the wrong sign")] if number == -1 else None
    if number.numerator == 1:
        return [Blame(2, f"has the factor {number.denominator} too many")]
    return [Blame(1, f"lacks the factor {number}")]


def known_factors(names: set[str]) -> dict[Fraction, Blame]:
    """What a side does wrong that has to be multiplied by one of the usual factors, in a statement of such names."""
    pair = " for key and value" if names & CACHE_WORDS else ""
    found = {
        Fraction(2): Blame(0, f"lacks the factor 2{pair}"),
        Fraction(1, 2): Blame(2, f"has the factor 2{pair} once too often"),
        Fraction(1, 8): Blame(1, "counts bits where bytes are meant: a factor 8 too many"),
        Fraction(8): Blame(3, "divides by 8 as if bytes were bits, or lacks the factor 8"),
    }
    for power, unit in enumerate(UNITS, 1):
        ratio, raised = Fraction(1024, 1000) ** power, f"(1024/1000)**{power}" if power > 1 else "1024/1000"
        mixed = f"by the factor {raised}: {unit} and {unit[0].upper()}iB are mixed up"
        found |= {ratio: Blame(1, f"is too small {mixed}"), 1 / ratio: Blame(1, f"is too large {mixed}")}
    return found


# -- edits of one node -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Setting:
    """What an edit may draw on: the names that occur anywhere, and the other side with the assumptions."""

    names: tuple[str, ...]
    others: tuple[ast.expr, ...]


Edit = Callable[[Site, Setting], Iterator[tuple[ast.expr, str]]]  # what is put there, and what was wrong


def _text(node: ast.expr) -> str:
    text = str(Formula(node).text)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _instead(old: ast.expr, new: ast.expr, more: str = "") -> tuple[ast.expr, str]:
    return new, f"uses {_text(old)} where {_text(new)} is meant" + (more and f" ({more})")


def _name(name: str) -> ast.expr:
    return ast.Name(name, ast.Load())


def _mixed_up(site: Site, setting: Setting) -> Iterator[tuple[ast.expr, str]]:
    """A symbol that is used for another in the usual direction."""
    yield from _partners(site, [(meant, more) for (used, meant), more in CONFUSED.items() if _named(site, used)])


def _mixed_back(site: Site, setting: Setting) -> Iterator[tuple[ast.expr, str]]:
    """The same in the other direction."""
    yield from _partners(site, [(used, more) for (used, meant), more in CONFUSED.items() if _named(site, meant)])


def _named(site: Site, name: str) -> bool:
    return isinstance(site.node, ast.Name) and site.node.id == name


def _partners(site: Site, others: list[tuple[str, str]]) -> Iterator[tuple[ast.expr, str]]:
    yield from (_instead(site.node, _name(other), more) for other, more in others)


def _width(site: Site, setting: Setting) -> Iterator[tuple[ast.expr, str]]:
    """hidden_size/n_heads, also rounded down, for d_head."""
    node = site.node
    match node:
        case ast.Call(func=ast.Name(id="floor"), args=[ast.BinOp() as inner]):
            node = inner
    match node:
        case ast.BinOp(left=ast.Name(id=over), op=ast.Div(), right=ast.Name(id=under)):
            for top, bottom, meant in TAKEN_FOR:
                if (over, under) == (top, bottom):
                    yield _instead(site.node, _name(meant))


_KILO = {base**k: other**k for base, other in ((1000, 1024), (1024, 1000)) for k in (1, 2, 3, 4)}


def _kilo(site: Site, setting: Setting) -> Iterator[tuple[ast.expr, str]]:
    match site.node:
        case ast.Constant(value=int(value)) as node if value in _KILO:
            yield _instead(node, literal(_KILO[value]), "kB is not KiB")


_OTHER = {"min": "max", "max": "min", "ceil": "floor", "floor": "ceil"}


def _function(site: Site, setting: Setting) -> Iterator[tuple[ast.expr, str]]:
    match site.node:
        case ast.Call(func=ast.Name(id=name), args=args) if name in _OTHER:
            yield ast.Call(_name(_OTHER[name]), args, []), f"takes {name} where {_OTHER[name]} is meant"


def _unbounded(site: Site, setting: Setting) -> Iterator[tuple[ast.expr, str]]:
    """A value that the other side caps or rounds: S for min(S, W), S/P for ceil(S/P)."""
    here = str(Formula(site.node).text)
    for tree in setting.others:
        for node in ast.walk(tree):
            match node:
                case ast.Call(args=args) if any(str(Formula(arg).text) == here for arg in args):
                    yield _instead(site.node, node)


def _one_off(site: Site, setting: Setting) -> Iterator[tuple[ast.expr, str]]:
    match site.node:
        case ast.Name() as node:
            found: list[ast.expr] = [ast.BinOp(node, op, ast.Constant(1)) for op in (ast.Sub(), ast.Add())]
        case ast.Constant(value=int(value)) if not site.is_factor:
            found = [literal(value - 1), literal(value + 1)]
        case ast.BinOp(left=left, op=(ast.Add() | ast.Sub()), right=ast.Constant(value=1)):
            found = [left]
        case _:
            found = []
    for new in found:
        yield new, f"is off by one: it has {_text(site.node)} where {_text(new)} is meant"


def _sign(site: Site, setting: Setting) -> Iterator[tuple[ast.expr, str]]:
    match site.node:
        case ast.BinOp(left=left, op=(ast.Add() | ast.Sub()) as op, right=right):
            used, meant, other = ("+", "-", ast.Sub()) if isinstance(op, ast.Add) else ("-", "+", ast.Add())
            yield ast.BinOp(left, other, right), f"has {used} where {meant} is meant, before {_text(right)}"
        case ast.UnaryOp(operand=operand):
            yield operand, f"has a minus sign too many, before {_text(operand)}"


def _inverted(site: Site, setting: Setting) -> Iterator[tuple[ast.expr, str]]:
    match site.node:
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            yield ast.BinOp(right, ast.Div(), left), f"has the ratio {_text(site.node)} upside down"
        case ast.Call(func=ast.Name(id="mod"), args=[left, right]):
            yield _instead(site.node, ast.Call(_name("mod"), [right, left], []))


def _branches(site: Site, setting: Setting) -> Iterator[tuple[ast.expr, str]]:
    strict = {ast.Lt: ast.LtE(), ast.LtE: ast.Lt(), ast.Gt: ast.GtE(), ast.GtE: ast.Gt()}
    match site.node:
        case ast.IfExp(test=ast.Compare(left=left, ops=[op], comparators=right) as test, body=body, orelse=orelse):
            yield ast.IfExp(test, orelse, body), f"has the cases of {_text(site.node)} the wrong way round"
            if type(op) in strict:
                other = ast.IfExp(ast.Compare(left, [strict[type(op)]], right), body, orelse)
                yield _instead(site.node, other, "the edge of the cases is off by one")


def _symbol(site: Site, setting: Setting) -> Iterator[tuple[ast.expr, str]]:
    match site.node:
        case ast.Name(id=name) as node:
            yield from (_instead(node, _name(other)) for other in setting.names if other != name)


def _exponent(site: Site, setting: Setting) -> Iterator[tuple[ast.expr, str]]:
    match site.node:
        case ast.BinOp(left=left, op=ast.Pow(), right=ast.Constant(value=int(power))):
            yield from (_instead(site.node, _raised(left, power + step)) for step in (-1, 1))
        case ast.Name() as node:
            yield _instead(node, _raised(node, 2))


def _raised(base: ast.expr, power: int) -> ast.expr:
    return base if power == 1 else ast.BinOp(base, ast.Pow(), literal(power))


def _twofold(site: Site, setting: Setting) -> Iterator[tuple[ast.expr, str]]:
    yield from _scaled(site, [ast.Constant(2)])


def _factor(site: Site, setting: Setting) -> Iterator[tuple[ast.expr, str]]:
    yield from _scaled(site, [*map(_name, setting.names), ast.Constant(8)])


def _scaled(site: Site, factors: Iterable[ast.expr]) -> Iterator[tuple[ast.expr, str]]:
    """A factor that a term inside the formula lacks or has too many; of the whole side it is found by division."""
    node = site.node
    if site.is_factor or site.up is None:
        return
    own = {_text(part) for part in ast.walk(node) if isinstance(part, ast.Name | ast.Constant)}
    where = f"in {_text(node)}"
    for factor in factors:
        visible = _text(factor) in own
        much = f"has the factor {_text(factor)} too many" if visible else f"lacks the division by {_text(factor)}"
        yield ast.BinOp(node, ast.Div(), factor), f"{much} {where}"
        yield ast.BinOp(node, ast.Mult(), factor), f"lacks the factor {_text(factor)} {where}"


def _compound(site: Site, setting: Setting) -> Iterator[tuple[ast.expr, str]]:
    """A product, sum or function by which something in the other side or the assumptions is multiplied."""
    if site.is_factor:
        return
    where = f" in {_text(site.node)}" if site.up else ""
    for tree in setting.others:
        for other in sites(tree):
            if other.is_factor and isinstance(other.node, ast.BinOp | ast.Call):
                yield ast.BinOp(site.node, ast.Mult(), other.node), f"lacks the factor {_text(other.node)}{where}"


# The special before the general: mix-ups of this field, then slips, then any change of one node that repairs.
MIXED_UP: tuple[Edit, ...] = (_mixed_up, _mixed_back, _width, _kilo)
SLIPS: tuple[Edit, ...] = (_function, _branches, _unbounded, _one_off, _sign, _twofold)
ANY_CHANGE: tuple[Edit, ...] = (_inverted, _symbol, _factor, _compound, _exponent)
# In an inequality a small change tells, while almost any factor makes one true.
TELLING: tuple[Edit, ...] = (_function, _one_off, _kilo)
