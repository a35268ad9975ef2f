"""The search for whole points: identical to a scan of the box, for products, sums, steps and conditions."""

import itertools
import random
from fractions import Fraction

import pytest

from symkv.errors import BadInput
from symkv.formula import Formula, Relation
from symkv.solve.bounds import bounds_of, relation_bound
from symkv.solve.effort import Effort
from symkv.solve.functions import direction, ends, function_of
from symkv.solve.search import narrowed, search

SMALL = [
    "a*b*c",
    "6*a*b",
    "a*b + 3*c",
    "2*a + 5*b + 7*c",
    "a**2*b",
    "a**2 + b*c",
    "a*b + a**2*c",
    "a*b/2 + c/4",
    "a*(b + 2*c)",
    "a*b*(4096*b + 1024*c)",
    "4*a*c + b*c + 2*a*b",
    "a*min(b, c) + b",
    "ceil(a/b)*c",
    "a*b - c",
    "a*b/c",
    "(a + b)/(c + 1)",
    "3*a*b + 4*max(b, c)",
    "(a - c)*min(b, 5)",
    "mod(a, b)*c",
    "a if b > c else b*c",
]
CONDITIONS = [
    "a divides b",
    "b multiple of c",
    "b multiple of 4",
    "a divides 12",
    "a*b divides 24*c",
    "a + b = 9",
    "a <= b",
    "c > a",
    "a*b < 20",
    "b != c",
    "b = 2*a",
    "a/b = 2",
    "mod(a, 2) = 0",
    "min(a, b) >= 3",
]


def found_by_search(domains, form, low, high, relations):
    bounds, checks = bounds_of(form, low, high), []
    for relation in relations:
        bound = relation_bound(relation)
        if bound is None:
            checks.append(relation)
        else:
            bounds.append(bound)
    points = [tuple(point[name] for name in domains) for point in search(domains, bounds, checks)]
    assert len(points) == len(set(points)), "no point is found twice"
    return set(points)


def a_domain(numbers):
    start = numbers.randint(1, 6)
    whole = range(start, start + numbers.randint(1, 14))
    kind = numbers.random()
    if kind < 0.6:
        return whole
    if kind < 0.9:
        return tuple(sorted(numbers.sample(whole, min(4, len(whole)))))
    return tuple(sorted({Fraction(numbers.randint(1, 20), numbers.choice([1, 2, 16])) for _ in range(3)}))


@pytest.mark.parametrize("block", range(16))
def test_the_search_finds_what_a_scan_finds(block):
    for seed in range(50 * block, 50 * block + 50):
        numbers = random.Random(seed)
        form = Formula.parse(numbers.choice(SMALL))
        domains = {name: a_domain(numbers) for name in "abc"}
        relations = [Relation.parse(numbers.choice(CONDITIONS)) for _ in range(numbers.randint(0, 2))]
        scan = {}
        for values in itertools.product(*domains.values()):
            at = dict(zip(domains, values, strict=True))
            if all(relation.holds(at) for relation in relations):
                scan[values] = Fraction(form.evaluate(at))
        low = numbers.choice(sorted(set(scan.values())) or [Fraction(1)])
        high = low if numbers.random() < 0.6 else low + numbers.randint(0, 40)
        low = None if numbers.random() < 0.2 else low
        expected = {values for values, total in scan.items() if (low is None or low <= total) and total <= high}
        assert found_by_search(domains, form, low, high, relations) == expected, seed


# Boxes of up to 10**6 points, scanned by plain Python that knows nothing of formulas: text, function, conditions.
LARGE = [
    ("2*a*b*c", lambda a, b, c: 2 * a * b * c),
    ("2*a*b*128*c", lambda a, b, c: 256 * a * b * c),
    ("a**2*b*c", lambda a, b, c: a * a * b * c),
    ("a*(4096*b + 1024*c)", lambda a, b, c: a * (4096 * b + 1024 * c)),
    ("64*a*b + 48*c", lambda a, b, c: 64 * a * b + 48 * c),
    ("1152*a + 70*b + 33*c", lambda a, b, c: 1152 * a + 70 * b + 33 * c),
    ("a*min(b, 40) + 5*c", lambda a, b, c: a * min(b, 40) + 5 * c),
    ("a*16*ceil(b/16) + c", lambda a, b, c: a * 16 * -(-b // 16) + c),
    ("a*b + 3*a*c + b*c", lambda a, b, c: a * b + 3 * a * c + b * c),
]
PLAIN = [
    ("a divides b", lambda a, b, c: b % a == 0),
    ("c multiple of 16", lambda a, b, c: c % 16 == 0),
    ("a + b = 100", lambda a, b, c: a + b == 100),
    ("b = 5*a", lambda a, b, c: b == 5 * a),
    ("a <= b", lambda a, b, c: a <= b),
    ("a*b < 2000", lambda a, b, c: a * b < 2000),
    ("b != c", lambda a, b, c: b != c),
]


def large_problem(seed, most):
    """The domains, the formula, its bounds and conditions, and the points that a scan finds."""
    numbers = random.Random(seed)
    text, function = LARGE[seed % len(LARGE)]
    conditions = numbers.sample(PLAIN, numbers.choice([0, 0, 1, 2]))
    sizes = [numbers.randint(10, 60), numbers.randint(10, 60)]
    sizes.append(numbers.randint(1, most // (sizes[0] * sizes[1])))
    numbers.shuffle(sizes)
    starts = [numbers.randint(1, 5) for _ in sizes]
    a, b, c = (range(start, start + size) for start, size in zip(starts, sizes, strict=True))
    low = function(numbers.choice(a), numbers.choice(b), numbers.choice(c))
    high = low if numbers.random() < 0.7 else low + numbers.randint(0, low // 50)
    tests = [test for _, test in conditions]
    scan = {
        (x, y, z)
        for x in a
        for y in b
        for z in c
        if low <= function(x, y, z) <= high and all(test(x, y, z) for test in tests)
    }
    relations = [Relation.parse(words) for words, _ in conditions]
    return {"a": a, "b": b, "c": c}, Formula.parse(text), low, high, relations, scan


@pytest.mark.parametrize("block", range(8))
def test_the_search_finds_what_a_scan_of_a_larger_box_finds(block):
    for seed in range(25 * block, 25 * block + 25):
        most = 1_000_000 if seed % 8 == 0 else 60_000
        domains, form, low, high, relations, scan = large_problem(seed, most)
        assert found_by_search(domains, form, Fraction(low), Fraction(high), relations) == scan, seed


def test_a_function_that_is_monotone_in_no_way_is_scanned_and_refused_with_the_count_where_the_box_is_large():
    form = Formula.parse("mod(a, 3)*min(a, 2)")
    one = bounds_of(form, Fraction(1), Fraction(1))
    assert [point["a"] for point in search({"a": range(1, 9)}, one)] == [1]
    two = bounds_of(Formula.parse("mod(a, 3)*mod(b, 7)"), Fraction(5), Fraction(5))
    with pytest.raises(BadInput, match=r"of the 1000000000000 points"):
        next(search({"a": range(10**6), "b": range(10**6)}, two), None)


@pytest.mark.parametrize(
    ("text", "name", "way"),
    [
        ("ceil(a/b)*c", "b", -1),
        ("(a - c)*min(b, 5)", "b", None),
        ("(a + c)*min(b, 5)", "b", 1),
        ("a - min(b, c)", "c", -1),
        ("mod(a, 3)*b", "a", None),
        ("mod(a, 3)*b", "b", 1),
        ("a*(b - a)", "b", 1),
        ("a*(b - a)", "a", None),
    ],
)
def test_a_product_is_monotone_only_where_the_other_factor_keeps_its_sign(text, name, way):
    assert direction(Formula.parse(text).tree, name) == way


@pytest.mark.parametrize("text", [*SMALL, "floor(a/3) - b", "max(a, b - c)**2", "-a*b", "mod(a*b, c + 1)", "min(a, 5)"])
def test_interval_ends_hold_every_value(text):
    form = Formula.parse(text)
    box = {"a": (2, 5), "b": (1, 4), "c": (3, 6)}
    low, high = ends(form.tree, box)
    for values in itertools.product(*(range(first, last + 1) for first, last in box.values())):
        value = form.evaluate(dict(zip(box, values, strict=True)))
        assert low is None or low <= value
        assert high is None or value <= high


def test_bounds_that_chase_each_other_end_the_narrowing():
    bounds = [relation_bound(Relation.parse(text)) for text in ("a < b", "b < a")]
    left = narrowed({"a": range(1, 10**9 + 1), "b": range(1, 10**9 + 1)}, bounds)
    assert left is not None
    assert left["a"][0] < 10**9


def test_two_equations_are_solved_by_eliminating_a_common_term():
    equations = ["8*a*c + b*c = 4000", "1024*a*c + b*c = 207200"]  # 1016*a*c = 203200, so a*c = 200 and b*c = 2400
    bounds = [relation_bound(Relation.parse(text)) for text in equations]
    effort = Effort()
    huge = range(1, 10**9 + 1)
    found = {(p["a"], p["b"], p["c"]) for p in search({"a": huge, "b": huge, "c": huge}, bounds, (), effort)}
    assert found == {(200 // c, 2400 // c, c) for c in range(1, 201) if 200 % c == 0}
    assert effort.nodes < 100


def test_the_nodes_of_a_search_do_not_grow_with_the_box():
    def nodes(size):
        effort = Effort()
        domain = range(1, size + 1)
        bounds = bounds_of(Formula.parse("a*b*(c + 4*d)"), Fraction(720), Fraction(720))
        return len(list(search(dict.fromkeys("abcd", domain), bounds, (), effort))), effort.nodes

    assert nodes(10**3) == nodes(10**9)


def test_a_polynomial_is_read_as_one_and_a_step_is_not():
    assert function_of(Formula.parse("a*(b + 2*c)/4")).names == {"a", "b", "c"}
    assert function_of(Formula.parse("ceil(a/b)*c")).rises("b") is False
