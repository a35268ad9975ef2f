"""Every whole point of a box that meets bounds and conditions: by bounds, divisors and remainders, not by a scan.

The search goes through a tree. A node has the values that are chosen, a domain for each symbol that is still open, and
the bounds and conditions with the chosen values put in. Claim: below a node, every point of its domains that meets all
of them is found, and no point twice. By induction over the number of open symbols:

1. **Narrowing** (`Linear.narrow`, `Steps.narrow`) drops only values x of one symbol for which a bound low <= f <= high
   fails whatever the others are. For a polynomial, f = A*x**e + B where A and B are held between the ends that term by
   term arithmetic gives over the other domains; all values are 0 or more, so x**e*least(A) + least(B) <= f. For a
   formula with steps, f never falls (or never rises) in each open symbol, so its extremes are at corners, and those x
   that can meet one side of the bound are an initial or a final piece of the domain, which bisection finds. Where f is
   monotone in no plain way nothing is cut, and the node is dropped only if an interval that holds all values of f
   misses the bound. Dropping the bound where all values meet it loses nothing.
2. **Divisors.** In p = t over whole numbers with t > 0, if x**e is a factor of every term of p, then x**e divides t;
   the coefficients' greatest common divisor does too, or there is no point. If no symbol stands in any other bound or
   condition and p is one term, the points are the ways to write t/c as a product, and `products` goes through those.
3. **Remainders.** In a*x + p = t with g the greatest common divisor of the coefficients of p, a*x = t modulo g.
   A condition "x divides n" leaves the divisors of n, "n divides x" the multiples of n.
4. **Branching** is over all values of one symbol that 1 to 3 leave: two branches differ in that symbol, so no point is
   found twice, and each point below the node is below one branch, which has one open symbol less.
5. **Conditions** that are no bound are evaluated as soon as their symbols have values, and a point is given out only
   when all bounds and conditions have been decided by exact arithmetic: every point that is found meets them.

So when the search ends by itself, it is complete. Derived equations (two given ones with a common term eliminated)
follow from the given ones, so that narrowing by them loses nothing either.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations, repeat
from math import lcm, prod
from operator import itemgetter

from symkv.errors import BadInput
from symkv.formula import Relation
from symkv.solve.bounds import Bound, Compiled, Ints, Linear, Monomial, compiled, original
from symkv.solve.candidates import Node, branch, candidates
from symkv.solve.effort import Effort
from symkv.solve.functions import Value
from symkv.solve.products import plain_product, products

MOST_ROUNDS = 40  # of narrowing at one node: x <= y - 1 and y <= x - 1 would go on for as long as the domains are
MOST_NODES = 10**8  # what a search may be estimated to need
DIVES = 48


Point = tuple[Value, ...]  # the values of the symbols, in the order of the domains


def narrowed(
    domains: Mapping[str, Sequence[Value]], bounds: Sequence[Bound], checks: Sequence[Relation] = ()
) -> dict[str, tuple[int, Value]] | None:
    """How many values each symbol has left, and the greatest, once the bounds have cut the box; None if none is.

    >>> from symkv.formula import Formula
    >>> from symkv.solve.bounds import bounds_of
    >>> narrowed({"a": range(1, 9), "b": range(2, 9)}, bounds_of(Formula.parse("a*b"), None, Fraction(6)))
    {'a': (3, 3), 'b': (5, 6)}
    """
    node = _root_node(domains, bounds, checks)
    if node is None or not _settled(node):
        return None
    sizes = {name: (1, value) for name, value in node.at.items()}
    sizes |= {name: (len(domain), domain[-1]) for name, domain in node.domains.items()}
    return {name: (sizes[name][0], original(name, sizes[name][1], node.scales)) for name in domains}


def search(
    domains: Mapping[str, Sequence[Value]],
    bounds: Sequence[Bound],
    checks: Sequence[Relation] = (),
    effort: Effort | None = None,
) -> Iterator[dict[str, Value]]:
    """Every point of the box that meets all bounds and checks, each once; `domains` are sorted values from 0 on.

    Raises `BadInput` before the first point where the search would not end in reasonable time.

    >>> from symkv.formula import Formula
    >>> from symkv.solve.bounds import bounds_of
    >>> bounds = bounds_of(Formula.parse("a*b"), Fraction(6), Fraction(6))
    >>> [tuple(point.values()) for point in search({"a": range(1, 9), "b": range(1, 9)}, bounds)]
    [(1, 6), (2, 3), (3, 2), (6, 1)]
    """
    for values in points(domains, bounds, checks, effort):
        yield dict(zip(domains, values, strict=True))


def points(
    domains: Mapping[str, Sequence[Value]],
    bounds: Sequence[Bound],
    checks: Sequence[Relation] = (),
    effort: Effort | None = None,
) -> Iterator[Point]:
    """What `search` finds, as the values in the order of the domains."""
    root, effort = _root_node(domains, bounds, checks), effort or Effort()
    if root is None:
        return
    if effort.most is None:
        refuse_endless(root)
    scaled = [name for name in domains if root.scales.get(name, 1) != 1]
    for values in _below(root, effort, list(domains), top=True):
        effort.found += 1
        yield tuple(map(original, domains, values, repeat(root.scales))) if scaled else values


def _root_node(
    domains: Mapping[str, Sequence[Value]], bounds: Sequence[Bound], checks: Sequence[Relation]
) -> Node | None:
    if not all(len(domain) for domain in domains.values()):
        return None
    scales = {
        name: lcm(*(Fraction(value).denominator for value in domain))
        for name, domain in domains.items()
        if not isinstance(domain, range)
    }
    whole: dict[str, Ints] = {
        name: domain if isinstance(domain, range) else tuple(int(value * scales[name]) for value in domain)
        for name, domain in domains.items()
    }
    ready = [compiled(bound, scales) for bound in bounds]
    return Node(whole, [*ready, *_eliminated(ready)], list(checks), {}, scales)


def _eliminated(bounds: Sequence[Compiled]) -> list[Linear]:
    """Equations that follow from two given ones by eliminating a term that both have."""
    equations = [b for b in bounds if isinstance(b, Linear) and b.low is not None and b.low == b.high]
    found: list[Linear] = []
    for one, two in combinations(equations[:6], 2):
        for monomial in one.terms.keys() & two.terms.keys():
            a, b = one.terms[monomial], two.terms[monomial]
            terms: dict[Monomial, int] = {m: b * c for m, c in one.terms.items()}
            for m, c in two.terms.items():
                terms[m] = terms.get(m, 0) - a * c
            right = b * (one.low or 0) - a * (two.low or 0)
            found.append(Linear({m: c for m, c in terms.items() if c}, right, right))
    return found


def _below(node: Node, effort: Effort, order: list[str], *, top: bool = False) -> Iterator[tuple[int, ...]]:
    effort.step()
    if not _settled(node):
        return
    if not node.bounds and not node.checks:
        yield from _all([node.domains.get(name) or (node.at[name],) for name in order], ())
        return
    if (plain := plain_product(node)) is not None:
        names = [*plain[0], *node.at]
        pick, known = itemgetter(*map(names.index, order)), tuple(node.at.values())
        for bases in products(*plain, effort):
            yield pick(bases + known) if len(order) > 1 else bases
        return
    name, values = branch(node)
    for place, value in enumerate(values):
        if top:
            effort.place = (name, place, len(values))
        yield from _below(_child(node, name, value), effort, order)


def _all(domains: Sequence[Ints], chosen: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Every point of a box, one at a time: itertools.product would first write a range of 10**9 values out."""
    if len(domains) == len(chosen):
        yield chosen
        return
    for value in domains[len(chosen)]:
        yield from _all(domains, (*chosen, value))


def _child(node: Node, name: str, value: int) -> Node:
    return Node({**node.domains, name: (value,)}, node.bounds, node.checks, node.at, node.scales)


def _settled(node: Node) -> bool:
    """Narrow the domains until nothing changes, and choose what has one value left; whether a point is possible."""
    node.domains, node.at = dict(node.domains), dict(node.at)
    for _ in range(MOST_ROUNDS):
        sizes = sum(map(len, node.domains.values()))
        kept = []
        for bound in node.bounds:
            decided = bound.decided
            met = bound.narrow(node.domains) if decided is None else decided or None
            if met is None:
                return False
            if not met:
                kept.append(bound)
        node.bounds = kept
        single = [name for name, domain in node.domains.items() if len(domain) == 1]
        for name in single:
            value = node.domains.pop(name)[0]
            node.at[name] = value
            node.bounds = [bound.put(name, value) if name in bound.names else bound for bound in node.bounds]
        if not single and sum(map(len, node.domains.values())) == sizes:
            break
    if not node.domains and any(bound.decided is False for bound in node.bounds):
        return False
    if not node.domains:
        node.bounds = []
    return _checked(node)


def _checked(node: Node) -> bool:
    """Whether the conditions whose symbols all have values hold; the others stay."""
    known = {name: original(name, value, node.scales) for name, value in node.at.items()} if node.checks else {}
    left = []
    for check in node.checks:
        if not set(check.names) <= set(known):
            left.append(check)
        elif not check.holds(known):
            return False
    node.checks = left
    return True


# -- how long will it take? --------------------------------------------------------------------------------------------


def refuse_endless(root: Node) -> None:
    """`BadInput` with the count where a search is estimated to need more than 10**8 nodes.

    The estimate is Knuth's: the mean over random dives of the sum of the products of branching factors, which is the
    number of nodes on average. It decides only whether to start; what is found is complete whatever it says.
    """
    first = _copy(root)
    if not _settled(first) or not (first.bounds or first.checks) or plain_product(first) is not None:
        return
    if prod(len(candidates(name, first)) for name in first.domains) <= MOST_NODES // 100:
        return
    numbers = random.Random(0)
    total = sum(_dive(_copy(root), numbers) for _ in range(DIVES)) // DIVES
    if total > MOST_NODES:
        box = prod(map(len, first.domains.values()))
        raise BadInput(
            f"a search must be able to end, this one would try about {total:.0e} of the {box} points that are left "
            "after narrowing; give smaller ranges or more conditions"
        )


def _copy(node: Node) -> Node:
    return Node(dict(node.domains), list(node.bounds), list(node.checks), dict(node.at), node.scales)


def _dive(node: Node, numbers: random.Random) -> int:
    total, weight = 1, 1
    while _settled(node) and (node.bounds or node.checks):
        if plain_product(node) is not None:
            break
        name, values = branch(node)
        if not values:
            break
        weight *= len(values)
        total += weight
        node = _child(node, name, values[numbers.randrange(len(values))])
    return total
