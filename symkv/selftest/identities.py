"""Identities that are true by construction: laws of arithmetic, instantiated with random terms of the field.

A law is written with letters; each letter is replaced by a term, the whole is scaled by a coefficient or shifted, and
both sides may be exchanged. Nothing here asks the kernel: these are what the kernel is measured on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from symkv.formula.reader import split_relation
from symkv.selftest.terms import Words


@dataclass(frozen=True)
class Identity:
    """A true statement with its side conditions, and the law that it is an instance of."""

    law: str
    statement: str
    where: tuple[str, ...] = ()


@dataclass(frozen=True)
class Law:
    """A relation between letters that holds for all their values; the letters say which terms may replace them.

    S, V, W are amounts of tokens; P, Q sizes that divide; a, c, e counts; all others plain symbols, R a rational one.
    """

    name: str
    relation: str
    where: tuple[str, ...] = ()


def _laws(text: str) -> tuple[Law, ...]:
    rows = [line.split("|") for line in text.strip().splitlines()]
    return tuple(
        Law(name.strip(), relation.strip(), tuple(w.strip() for w in where.split(";") if w.strip()))
        for name, relation, *rest in rows
        for where in (rest[0] if rest else "",)
    )


RATIONAL = _laws("""
    distribute          | a*(S + W) = a*S + a*W
    regroup             | a*c*e*S = e*(S*c)*a
    keys and values     | a*c + a*c = 2*a*c
    cancel              | (a*c*S)/(e*c*W) = (a*S)/(e*W)
    ratio               | a*S/(c*S) = a/c
    common denominator  | a/P + c/P = (a + c)/P
    unlike denominators | a/k + c/n = (a*n + c*k)/(k*n)
    split layers        | G*a*S + H*a*S = L*a*S | L = G + H
    other layers        | H*a = L*a - G*a | L = G + H
    shared layers       | L*a/k = G*a | L = k*G
    query groups        | T*a/n = k*a | T = k*n
    solve               | n = T/(2*a*c) | 2*a*n*c = T
    solve a sum         | R*(a + c) = e | R = e/(a + c)
    kilo and kibi       | (1000*a)/(1024*c) = (125/128)*(a/c)
    mebi                | a*1024*1024 = a*1048576
    kilo                | a*1000*1000/1000000 = a
    kibibytes           | 1024*(a/1024) = a
    square of a sum     | (a + c)**2 = a**2 + 2*a*c + c**2
    squares             | (a - c)*(a + c) = a**2 - c**2
    power of a product  | (a*c)**3 = a**3*c**3
    power of a quotient | (a/c)**2 = a**2/c**2
    negative power      | a*c**-1 = a/c
    powers              | a**2*a**3 = a**5
    specialised latent  | G*(T + n)*e = (9/2)*G*c*e | T = 4*c; 2*n = c
    specialised head    | 2*a*T*n = 2048*a | T = 128; n = 8
    difference          | a*S - a*(S - W) = a*W
    telescope           | (a - c) + (c - e) = a - e
    batch               | k*(a*S + c*W) = k*c*W + k*a*S
    per rank            | k*(a/k) = a
    read over stored    | G*2*a*S/(H*2*a*S) = G/H
""")
EXTREMES = _laws("""
    min and max         | min(S, W) + max(S, W) = S + W
    product             | min(S, W)*max(S, W) = S*W
    commuted            | min(S, W) = min(W, S)
    nested              | min(S, min(W, V)) = min(min(S, W), V)
    flat                | max(S, W, V) = max(V, max(W, S))
    scaled min          | min(a*S, a*W) = a*min(S, W)
    scaled max          | max(a*S, a*W) = max(S, W)*a
    shifted             | V + min(S, W) = min(V + S, V + W)
    excess              | S - max(0, S - W) = min(S, W)
    missing             | W - min(S, W) = max(0, W - S)
    distance            | max(S, W) - min(S, W) = max(S - W, W - S)
    negatives           | -min(-S, -W) = max(S, W)
    absorbed            | max(S, min(S, W)) = S
    distributed         | max(min(S, W), V) = min(max(S, V), max(W, V))
    clipped             | max(0, min(S, W)) = min(S, W)
    between             | min(S, W - 1) + 1 = min(S + 1, W)
    by condition        | (S if S <= W else W) = min(S, W)
    by strict condition | (S if S < W else W) = min(S, W)
    greater by condition | (S if S >= W else W) = max(S, W)
    excess by condition | (S - W if S > W else 0) = S - min(S, W)
    window not full     | min(S, W) = S | S <= W
    window full         | min(S, W) = W | S >= W
    window over         | max(S, W) = S | S > W
    local and global    | a*(G*S + H*min(S, W)) = a*(L*S - H*(S - min(S, W))) | L = G + H
    local excess        | G*S + H*min(S, W) = L*S - H*max(0, S - W) | L = G + H
    full local          | a*(G*S + H*min(S, W)) = a*G*S + a*H*W | W <= S
    two windows         | min(min(S, W), V) = min(S, W) | W <= V
    saved               | L*S - (G*S + H*min(S, W)) = H*(S - min(S, W)) | L = G + H
""")
ROUNDING = _laws("""
    division            | floor(S/P)*P + mod(S, P) = S
    negated floor       | -floor(-S/P) = ceil(S/P)
    pages as floor      | floor((S + P - 1)/P) = ceil(S/P)
    pages before        | floor((S - 1)/P) + 1 = ceil(S/P)
    nested pages        | ceil(ceil(S/P)/k) = ceil(S/(P*k))
    nested floors       | floor(floor(S/P)/k) = floor(S/(P*k))
    one more page       | ceil((S + P)/P) = ceil(S/P) + 1
    more pages          | ceil((S + k*P)/P) = ceil(S/P) + k
    fewer pages         | floor((S - k*P)/P) = floor(S/P) - k
    shifted remainder   | mod(S + k*P, P) = mod(S, P)
    remainder twice     | mod(mod(S, P), P) = mod(S, P)
    remainder of pages  | mod(a*P, P) = 0
    scaled remainder    | mod(k*S, k*P) = k*mod(S, P)
    scaled pages        | ceil(k*S/(k*P)) = ceil(S/P)
    tail                | ceil(S/P)*P - S = mod(-S, P)
    halves              | floor(n/2) + ceil(n/2) = n
    whole pages         | ceil(T/P)*P = T | P divides T
    pages of k          | ceil(T/P) = k | T = k*P
    remainder of k      | mod(T, P) = 0 | T = k*P
    heads to ranks      | ceil(n/t)*t = n | n = k*t
    replicated heads    | ceil(n/t) = 1 | n <= t
    one page            | ceil(S/k) = 1 | S <= k
    no page             | floor(S/k) = 0 | S < k
    short remainder     | mod(S, k) = S | S < k
    saw-tooth           | S - k*floor((S - 1)/k) = mod(S - 1, k) + 1
    padded storage      | a*ceil(S/P)*P = a*(S + mod(-S, P))
    split storage       | a*(floor(S/P)*P) + a*mod(S, P) = a*S
    pages of a window   | ceil(min(S, W)/k) = min(ceil(S/k), ceil(W/k))
    pages of the longer | ceil(max(S, W)/k) = max(ceil(S/k), ceil(W/k))
    rounding gap        | ceil(S/k) - floor(S/k) = (0 if mod(S, k) = 0 else 1)
    by condition        | (floor(S/k) if mod(S, k) = 0 else floor(S/k) + 1) = ceil(S/k)
    compressed          | floor(S/k)*k + mod(S, k) + W = S + W
""")
INEQUALITIES = _laws("""
    below               | min(S, W) <= S
    above               | max(S, W) >= W
    ordered             | min(S, W) <= max(S, W)
    no more than dense  | G*S + H*min(S, W) <= L*S | L = G + H
    growth and state    | G*S + H*min(S, W) <= G*S + H*W
    longer context      | min(S, W) <= min(V, W) | S <= V
    twice the window    | min(S, W) + min(V, W) <= 2*W
    pages cover         | ceil(S/P)*P >= S
    pages are tight     | ceil(S/P)*P < S + P
    pages fit           | floor(S/P)*P <= S
    pages nearly fill   | floor(S/P)*P > S - P
    padded heads        | ceil(n/t)*t >= n
    replication bound   | ceil(n/t)*t <= n + t - 1
    remainder below     | mod(S, P) < P
    remainder above     | mod(S, P) >= 0
    remainder of all    | mod(S, P) <= S
    pages of a sum      | ceil((S + W)/k) <= ceil(S/k) + ceil(W/k)
    floors of a sum     | floor((S + W)/k) >= floor(S/k) + floor(W/k)
    a page              | ceil(S/P) >= 1
    rounding            | floor(S/P) <= ceil(S/P)
    saw-tooth           | S - k*floor((S - 1)/k) <= k
    read and stored     | a*min(S, W) <= k*a*S
    sharing             | a*S <= k*a*S
    squares             | a**2 + c**2 >= 2*a*c
    product             | a*S < a*S + 1
    more pages          | ceil(S/k) <= ceil((S + W)/k)
""")
DIVISIBILITY = _laws("""
    multiple            | t divides a*n | t divides n
    sum                 | t divides n + T | t divides n; t divides T
    chain               | k divides n | k divides t; t divides n
    padded              | t divides ceil(n/t)*t
    whole pages         | k divides S - mod(S, k)
    floored             | k divides a*k*floor(S/k)
    rows                | 2 divides 2*a*S
    groups              | n divides a*T | T = k*n
    quotient            | (n/t)*t*a = n*a | t divides n
    scaled              | a*t divides a*n | t divides n
""")
LAWS = {
    "rational": RATIONAL,
    "extremes": EXTREMES,
    "rounding": ROUNDING,
    "inequalities": INEQUALITIES,
    "divisibility": DIVISIBILITY,
}


def _named(*pool: str) -> Callable[[Words], str]:
    return lambda words: words.name(pool)


_TERMS: dict[str, Callable[[Words], str]] = {
    **dict.fromkeys("SVW", Words.amount),
    **dict.fromkeys("PQ", Words.size),
    **dict.fromkeys("ace", Words.count),
    "L": _named("n_layers"),
    "G": _named("n_global_layers"),
    "H": _named("n_local_layers"),
    "R": _named("bytes_per_token"),
    "T": _named("n_heads", "d_latent", "n_unique_layers"),
    "n": _named("n_kv_heads", "d_head"),
    "k": _named("share_factor", "compression", "batch", "chunk", "block_size"),
    "t": _named("tp"),
}
_ORDER = "LGHRTnktSVWPQace"  # the plain symbols first, so that a law gets the names that it is about
_LETTER = re.compile(r"\b[A-Za-z]\b")


def instance(law: Law, rng: Random) -> Identity:
    """The law with a random term for each letter, scaled or shifted, its sides perhaps exchanged."""
    words = Words(rng)
    letters = {letter for text in (law.relation, *law.where) for letter in _LETTER.findall(text)}
    terms = {letter: _TERMS[letter](words) for letter in sorted(letters, key=_ORDER.index)}

    def filled(text: str) -> str:
        return _LETTER.sub(lambda match: terms[match[0]], text)

    relation = filled(law.relation)
    if " divides " not in relation:
        relation = _dressed(relation, words)
    return Identity(law.name, relation, tuple(map(filled, law.where)))


def _dressed(relation: str, words: Words) -> str:
    """Both sides scaled by a positive coefficient or with a term added; an equation perhaps turned around."""
    left, sign, right = _sides(relation)
    if words.rng.random() < 0.4 and (width := words.width()):
        left, right = f"{width}*({left})", f"({right})*{width}" if words.rng.random() < 0.5 else f"{width}*({right})"
    if words.rng.random() < 0.2:
        term = words.count()
        left, right = f"({left}) + {term}", f"{term} + ({right})"
    if sign == "=" and words.rng.random() < 0.3:
        left, right = right, left
    return f"{left} {sign} {right}"


def _sides(relation: str) -> tuple[str, str, str]:
    found = split_relation(relation)
    assert found is not None, relation
    return found[0].strip(), found[1], found[2].strip()


def identities(rng: Random, groups: tuple[str, ...] = tuple(LAWS)) -> Iterator[Identity]:
    """True identities without end: every law of the groups in turn, in a random order, with new terms each time."""
    laws = [law for group in groups for law in LAWS[group]]
    while True:
        rng.shuffle(laws)
        for law in laws:
            yield instance(law, rng)
