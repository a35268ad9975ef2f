"""What a factor that is off says, in words: the usual mix-ups of this field, by symbol and by number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, product

from symkv import symbols

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
