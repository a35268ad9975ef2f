"""The laws of proofs by cases, by contradiction, by periods and of limits: what each split may prove, and what not."""

import itertools
import random
from fractions import Fraction

import pytest

from symkv.errors import BadInput
from symkv.formula import Formula, Relation
from symkv.proof import kernel, periodic
from symkv.proof.domains import ANY, COUNT, NATURAL, RATIO, SLACK, WHOLE, Domain
from symkv.proof.kernel import limit_of, prove, prove_limit
from symkv.proof.normal import Case
from symkv.proof.periodic import NotPeriodic, Piece, always
from symkv.proof.polynomial import named, whole

DOMAINS = {
    **dict.fromkeys(("a", "b", "c", "P", "S", "W"), COUNT),
    **dict.fromkeys(("m", "n"), NATURAL),
    **dict.fromkeys(("p", "q"), RATIO),
    **dict.fromkeys(("s", "t"), SLACK),
    **dict.fromkeys(("u", "v"), WHOLE),
    **dict.fromkeys(("y", "z"), ANY),
}


def relation(text):
    return Relation.parse(text)


def attempt(text, assume=(), split=None, **domains):
    return prove(relation(text), tuple(map(relation, assume)), {**DOMAINS, **domains}, split)


def order(a, b, *cases):
    return {"order": [a, b], "cases": list(cases)}


def divide(n, d, *cases):
    return {"divide": [n, d], "cases": list(cases)}


# -- what a proof says -----------------------------------------------------------------------------------------------


def test_a_proof_says_what_was_proved_under_what_and_how():
    split = order("S", "W", None, None)
    proof = attempt("min(S, W)/(a - b)*(a - b) = min(S, W)", ("S <= c*W", "c > 1"), split)
    assert proof.statement == "min(S, W)/(a - b)*(a - b) = min(S, W)"
    assert proof.assume == ("S <= c*W", "c > 1")
    assert proof.conditions == ("a - b != 0",)
    assert proof.split is split
    assert "seal" not in repr(proof)
    with pytest.raises(AttributeError):
        proof.statement = "1 = 2"


def test_the_conditions_of_every_case_are_kept_once():
    split = order("S", "W", None, order("a", "b", None, None, None))
    proof = attempt("S/n*n + W/(m - n)*(m - n) = S + W", (), split)
    assert proof.conditions == ("n != 0", "m - n != 0")
    halves = order("a/(m - 3)", "b", None, None)
    assert attempt("S = S", (), halves).conditions == ("m - 3 != 0",)
    assert attempt("S = S", ("a/(m - 3) = 2",)).conditions == ("m - 3 != 0",)


# -- orders and divisions --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "split"),
    [
        ("min(S, W) + max(S, W) = S + W", order("S", "W", None, None)),
        ("(1 if S = W else 2) >= 1", order("S", "W", None, None, None)),
        ("(S if S = W else W) = W", order("S", "W", None, None, None)),
        ("min(S, W, c) <= c", order("S", "W", order("S", "c", None, None), order("W", "c", None, None))),
        ("max(y, -y) >= 0", order("y", "0", None, None)),
        ("(1 if S <= W else 2) >= 1", order("S", "W", None, None)),
        ("(1 if S > W else 2) >= 1", order("S", "W", None, None)),
        ("(y if y <= z else z) <= y", order("y", "z", None, None)),
    ],
)
def test_an_order_covers_every_point(text, split):
    assert attempt(text, (), split) is not None
    parsed = relation(text)
    false = Relation(parsed.lhs, {"=": "!=", "<=": ">", ">=": "<"}[parsed.sign], parsed.rhs)
    assert attempt(str(false), (), split) is None


@pytest.mark.parametrize("count", [0, 1, 4])
def test_an_order_has_two_or_three_cases(count):
    with pytest.raises(BadInput, match=f"2 or 3 cases, got {count}"):
        attempt("a = b", (), order("a", "b", *[None] * count))


def test_each_case_must_be_proved():
    assert attempt("min(S, W) = S", (), order("S", "W", None, None)) is None
    assert attempt("max(S, W) = S", (), order("S", "W", None, None)) is None
    assert attempt("(0 if S = W else 1) = 1", (), order("S", "W", None, None, None)) is None
    assert attempt("(0 if S < W else 1) = 1", (), order("S", "W", None, None, None)) is None
    assert attempt("(0 if S > W else 1) = 1", (), order("S", "W", None, None, None)) is None
    for a, b in (("S", "W"), ("y", "z"), ("q", "S")):
        for cases in ([None, None], [None, None, None]):
            assert attempt(f"{a} != {b}", (), order(a, b, *cases)) is None
            assert attempt(f"{b} != {a}", (), order(a, b, *cases)) is None


def test_an_empty_case_needs_no_proof_but_keeps_its_conditions():
    split, unequal = order("a", "b", None, None, None), ("max(a, b) > min(a, b)",)
    assert attempt("(1 if a = b else 2) = 2", unequal, split) is not None
    assert attempt("(1 if a = b else 2) = 2", (), split) is None
    assert attempt("(1 if a = b else 2) = 1", unequal, split) is None
    never = ("max(a, b) + 1 = min(a, b)",)
    for cases in ([None, None], [None, None, None]):
        assert attempt("1 = 2", never, order("a", "b", *cases)).conditions == ()
        assert attempt("1 = 2", never, order("a", "b + 0/v", *cases)).conditions == ("v != 0",)


def parts(split, *hypotheses):
    case = Case(DOMAINS)
    for text in hypotheses:
        case.suppose(relation(text))
    return case, [[str(r) for r in part] for part in kernel.parts_of(case, split)]


def test_a_division_names_a_fresh_quotient_and_every_remainder():
    case, found = parts(divide("S", "P", None))
    assert found == [["~2 < P", "S = P*~1 + ~2"]]
    assert [case.domains["~1"], case.domains["~2"]] == [NATURAL, NATURAL]
    case, found = parts(divide("S + 1", "3", None, None, None))
    assert found == [[f"S + 1 = 3*~1 + {r}"] for r in range(3)]
    assert case.domains["~1"] == NATURAL
    for top, domain in [
        ("u", WHOLE),
        ("n", NATURAL),
        ("a", NATURAL),
        ("n - n", NATURAL),
        ("-a", WHOLE),
        ("a - b", WHOLE),
    ]:
        assert parts(divide(top, "2", None, None))[0].domains["~1"] == domain
    case, found = parts(divide("a", "b*c", None), "b = 2", "c = 3")
    assert len(found) == 1
    assert len(parts(divide("a", "b*c", *[None] * 6), "b = 2", "c = 3")[1]) == 6
    assert len(parts(divide("a", "64", *[None] * 64))[1]) == 64
    assert parts(divide("a", "1", None))[1] == [["~2 < 1", "a = 1*~1 + ~2"]]


@pytest.mark.parametrize(
    ("top", "bottom", "count", "problem"),
    [
        ("S", "0", 1, "positive divisor"),
        ("S", "n", 1, "positive divisor"),
        ("S", "u", 1, "positive divisor"),
        ("S", "-2", 1, "positive divisor"),
        ("S", "q", 1, "whole numbers"),
        ("q", "2", 2, "whole numbers"),
        ("q", "P", 1, "whole numbers"),
        ("S/2", "2", 2, "whole numbers"),
        ("S", "3", 2, "one for each remainder"),
        ("S", "3", 4, "one for each remainder"),
        ("S", "2", 0, "one for each remainder"),
        ("S", "P", 2, "one for each remainder"),
        ("S", "65", 65, "one for each remainder"),
    ],
)
def test_a_division_is_of_whole_numbers_by_a_positive_one_with_a_case_for_every_remainder(top, bottom, count, problem):
    with pytest.raises(BadInput, match=problem):
        attempt("S = S", (), divide(top, bottom, *[None] * count))


@pytest.mark.parametrize(
    ("text", "split"),
    [
        ("2 divides S*(S + 1)", divide("S", "2", None, None)),
        ("2 divides u*(u + 1)", divide("u", "2", None, None)),
        ("3 divides S*(S + 1)*(S + 2)", divide("S", "3", None, None, None)),
        ("floor(S/2) + floor((S + 1)/2) = S", divide("S", "2", None, None)),
        ("mod(S, P) < P", divide("S", "P", None)),
        ("mod(S, P) >= 0", divide("S", "P", None)),
        ("P*floor(S/P) <= S", divide("S", "P", None)),
        ("mod(u, 2) <= 1", divide("u", "2", None, None)),
    ],
)
def test_a_division_proves_what_holds_for_every_remainder(text, split):
    parsed = relation(text)
    assert attempt(text, (), split).conditions == ()
    points = itertools.product(range(1, 13), range(1, 7), range(-6, 7))
    assert all(parsed.holds({"S": x, "P": y, "u": z}) for x, y, z in points)


@pytest.mark.parametrize(
    ("text", "split"),
    [
        ("3 divides S*(S + 1)", divide("S", "3", None, None, None)),
        ("floor(S/2)*2 = S", divide("S", "2", None, None)),
        ("floor(S/2)*2 + 1 = S", divide("S", "2", None, None)),
        ("mod(S, P) < P - 1", divide("S", "P", None)),
        ("mod(S, P) > 0", divide("S", "P", None)),
        ("mod(u, 2) = 0", divide("u", "2", None, None)),
        ("u >= 0", divide("u", "2", None, None)),
        ("S < P", divide("S", "P", None)),
        ("S >= P", divide("S", "P", None)),
    ],
)
def test_a_division_proves_nothing_that_fails_for_one_remainder(text, split):
    parsed = relation(text)
    points = itertools.product(range(1, 13), range(1, 7), range(-6, 7))
    assert not all(parsed.holds({"S": x, "P": y, "u": z}) for x, y, z in points)
    assert attempt(text, (), split) is None


# -- contradictions --------------------------------------------------------------------------------------------------


def sums(*ways):
    return {"absurd": list(ways)}


@pytest.mark.parametrize(
    ("text", "assume", "split"),
    [
        ("a <= c", ("a <= b", "b <= c"), sums([[1, [0]], [1, [1]], [1, [2]]])),
        ("a < c", ("a < b", "b <= c"), sums([[1, [0]], [1, [1]], [1, [2]]])),
        ("y < z + 1", ("y < q", "q < z + 1"), sums([[1, [0]], [1, [1]], [1, [2]]])),
        ("y <= z", ("y <= s", "s <= z"), sums([[1, [0]], [1, [1]], [1, [2]]])),
        ("2*y*z <= y*y + z*z", (), sums([[1, [{"square": "y - z"}]], [1, [0]]])),
        ("2*y*z != y*y + z*z + 1", (), sums([[1, [{"square": "y - z"}]], [-1, [0]]])),
        ("y*s <= z*s", ("y <= z",), sums([[1, [0, "s"]], [1, [1]]])),
        ("y*a <= z*a + y - z", ("y <= z",), sums([[1, [0, "a"]], [1, [1]]])),
        ("y*q < z*q", ("y < z",), sums([[1, [0, "q"]], [1, [1]]])),
        ("y*z >= 0", ("y >= 0", "z >= 0"), sums([[1, [0, 1]], [1, [2]]])),
        ("y*z > 0", ("y > 0", "z > 0"), sums([[1, [0, 1]], [1, [2]]])),
        ("y*y = 4", ("y = z", "z*y = 4"), sums(None, None)),
        ("y*z*y = 4*y", ("y*z = 4",), sums([[-1, [0, "y"]], [1, [1]]], [[1, [0, "y"]], [1, [1]]])),
        ("3*y <= 2*z", ("6*y <= 4*z",), sums([["1/2", [0]], [1, [1]]])),
        ("y*y + z <= 4", ("y*y = 4 - z",), sums(None)),
        ("u <= v", ("u < v + 1",), sums(None)),
    ],
)
def test_a_sum_of_products_that_would_be_negative_proves_the_statement(text, assume, split):
    assert attempt(text, assume, split) is not None
    rng, tried = random.Random(0), 0
    while tried < 40:
        at = {name: Fraction(rng.randint(-6, 6), rng.choice([1, 1, 2])) for name in "yz"}
        at |= {name: rng.randint(1, 6) for name in "abc"} | {"u": rng.randint(-5, 5), "v": rng.randint(-5, 5)}
        at |= {"q": Fraction(rng.randint(1, 9), 2), "s": Fraction(rng.randint(0, 9), 2)}
        at |= {"y": at["z"]} if "y = z" in assume else {}
        for equation in ("y*z = 4", "z*y = 4"):
            at |= {"y": Fraction(2), "z": Fraction(2)} if equation in assume else {}
        at |= {"z": 4 - at["y"] ** 2} if "y*y = 4 - z" in assume else {}
        if all(relation(hypothesis).holds(at) for hypothesis in assume):
            tried += 1
            assert relation(text).holds(at)


@pytest.mark.parametrize(
    ("text", "assume", "split"),
    [
        ("a < c", ("a <= b", "b <= c"), sums([[1, [0]], [1, [1]], [1, [2]]])),
        ("a <= c", ("a <= b", "b <= c"), sums([[1, [0]], [1, [2]]])),
        ("a <= c", ("a <= b", "b <= c"), sums([[1, [0]], [2, [1]], [1, [2]]])),
        ("a <= c", ("a <= b", "b <= c"), sums([])),
        ("a >= c", ("a <= b", "b <= c"), sums([[-1, [0]], [-1, [1]], [1, [2]]])),
        ("y <= z", ("y <= z + 1",), sums([[1, [0]], [1, [1]]])),
        ("y <= z", ("y < z + 1",), sums([[1, [0]], [1, [1]]])),
        ("y < z", ("y <= s", "s <= z"), sums([[1, [0]], [1, [1]], [1, [2]]])),
        ("2*y*z < y*y + z*z", (), sums([[1, [{"square": "y - z"}]], [1, [0]]])),
        ("2*y*z >= y*y + z*z", (), sums([[-1, [{"square": "y - z"}]], [1, [0]]])),
        ("y*s < z*s", ("y < z",), sums([[1, [0, "s"]], [1, [1]]])),
        ("y*u <= z*u", ("y <= z",), sums([[1, [0, "u"]], [1, [1]]])),
        ("y*z > 0", ("y >= 0", "z >= 0"), sums([[1, [0, 1]], [1, [2]]])),
        ("y*z > 0", ("y >= 0", "z > 0"), sums([[1, [0, 1]], [1, [2]]])),
        ("y*z > 0", ("y > 0", "z >= 0"), sums([[1, [0, 1]], [1, [2]]])),
        ("y*z*y = 4*z", ("y*z = 4",), sums([[-1, [0, "y"]], [1, [1]]], [[1, [0, "y"]], [1, [1]]])),
        ("y*z*y = 4*y", ("y*z = 4",), sums([[-1, [0, "y"]], [1, [1]]], [])),
        ("y*z*y = 4*y", ("y*z = 4",), sums([], [[1, [0, "y"]], [1, [1]]])),
        ("y*z*y >= 4*y + s", ("y*z = 4",), sums([[-1, [0, "y"]], [1, [1]]])),
        ("y*z = 0", (), sums([[0, [0]]], [[0, [0]]])),
        ("y >= 0", (), sums([[1, ["y"]], [1, [0]]])),
        ("y*y*y >= 0", (), sums([[1, ["y", {"square": "y"}]], [1, [0]]])),
        ("a >= 2", (), sums([[1, ["a"]], [1, [0]]])),
        ("s > 0", (), sums([[1, ["s"]]])),
        ("y < z", (), sums([[1, [{"square": "1/y"}]], [1, [0]]])),
        ("y < z", (), sums([[1, []], [1, [0]]])),
        ("2*y*z <= y*y + z*z", (), sums([[1, [{"square": "(y - z)/q"}]], [1, [0]]])),
        ("2*y*z <= y*y + z*z", (), sums([[1, [{"square": "(y - z)/v"}]], [1, [0]]])),
    ],
)
def test_a_sum_that_is_not_negative_proves_nothing(text, assume, split):
    assert attempt(text, assume, split) is None


@pytest.mark.parametrize(
    "terms",
    [
        [["1/0", [0]]],
        [["x", [0]]],
        [[1, [9]]],
        [[1, ["x"]]],
        [[1, [None]]],
        [[1, [{"root": "y"}]]],
        [[1, [{"square": 3}]]],
        [[1]],
        [1],
        3,
        [[None, [0]]],
        [[1, 0]],
    ],
)
def test_a_sum_that_is_not_well_formed_is_refused(terms):
    with pytest.raises(BadInput, match="well formed"):
        attempt("y <= z", ("y <= s",), sums(terms))


@pytest.mark.parametrize(("text", "ways"), [("a = b", 2), ("a != b", 1), ("a < b", 1), ("a <= b", 1), ("a > b", 1)])
def test_there_is_one_sum_for_each_way_to_fail(text, ways):
    for count in range(4):
        if count != ways:
            with pytest.raises(BadInput, match=f"each of {ways} ways to fail, got {count}"):
                attempt(text, (), sums(*[[]] * count))
    assert attempt(text, (), sums(*[[]] * ways)) is None


@pytest.mark.parametrize("text", ["a divides b", "a multiple of b"])
def test_a_divisibility_does_not_fail_by_an_order(text):
    with pytest.raises(BadInput, match="absurd case needs one of = < <= > >= !=, got"):
        attempt(text, (), sums([]))


def test_what_a_contradiction_divides_by_is_a_condition():
    assert attempt("a/n*n >= 1", (), sums(None)).conditions == ("n != 0",)
    split = sums([[1, [{"square": "floor(1/v) - y"}]], [1, [2]]])
    proof = attempt("2*y*floor(1/v) <= y*y + floor(1/v)**2", (), split)
    assert proof.conditions == ("v != 0",)
    assert attempt(
        "2*y*z <= y*y + z*z", (), sums([[1, [{"square": "y - z"}]], [0, [{"square": "mod(a, v)"}]], [1, [0]]])
    )


def test_each_way_to_fail_is_one_in_which_the_statement_is_false():
    for sign, false in [("=", "<>"), ("!=", "="), ("<", (">=",)), ("<=", ">"), (">", ("<=",)), (">=", "<")]:
        for x, y in itertools.product(range(3), repeat=2):
            fails = [way for way in false if Relation.parse(f"{x} {way} {y}").holds({})]
            assert len(fails) == (not Relation.parse(f"{x} {sign} {y}").holds({}))
        assert tuple(kernel.FALSE_WAYS[sign]) == tuple(false)


# -- divisibility ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "assume", "conditions"),
    [
        ("b divides a*b", (), ()),
        ("a*b multiple of a", (), ()),
        ("2 divides 4*a + 6", (), ()),
        ("b divides a", ("a = 3*b",), ()),
        ("b divides a", ("n = a/b",), ()),
        ("1/2 divides a", (), ()),
        ("a divides 0", (), ()),
        ("n divides n*a", ("n != 0",), ()),
    ],
)
def test_a_divisibility_is_a_whole_quotient_by_what_can_not_vanish(text, assume, conditions):
    assert attempt(text, assume).conditions == conditions


@pytest.mark.parametrize(
    ("text", "assume"),
    [
        ("n divides n*a", ()),
        ("b divides a*b + 1", ()),
        ("2 divides 4*a + 3", ()),
        ("a multiple of a*b", ()),
        ("a*b divides a", ()),
        ("b divides q*b", ()),
        ("a divides b", ("a <= b",)),
        ("u divides 0", ()),
    ],
)
def test_what_may_vanish_or_leave_a_rest_divides_nothing(text, assume):
    assert attempt(text, assume) is None


# -- periods ---------------------------------------------------------------------------------------------------------


def test_a_period_is_proved_over_the_values_that_are_numbers():
    split = {"periodic": "S"}
    assert attempt("ceil(S/P)*P >= S", ("P = 16",), split) is not None
    assert attempt("ceil(S/P)*P >= S*W", ("P = 16",), split) is None
    assert attempt("ceil(S/P)*P >= S*W", ("P = 16", "W = 1"), split) is not None
    assert attempt("ceil(S/P)*P <= S + W", ("P = 16", "W = 15"), split) is not None
    assert attempt("ceil(S/P)*P <= S + W", ("P = 16", "W = 14"), split) is None
    assert attempt("n*S = 0", ("n = 0",), split) is not None
    assert attempt("n*S = 0", ("n = 1",), split) is None
    for number in ("0", "1", "5", "W - W"):
        assert attempt("S = S", (f"n = {number}",), split) is not None
        assert attempt("1 = 2", (f"n = {number}",), split) is None
    assert attempt("q*2*S = S", ("q = 1/2",), split) is not None
    assert attempt("W <= 5", ("W = P*a", "P = 2", "S = S"), split) is None
    assert attempt("floor(S/2)*W >= 0", ("W = 1/b",), split) is None


def test_a_period_takes_the_hypotheses_about_its_variable_and_no_others():
    split = {"periodic": "S"}
    assert attempt("mod(S, 3) = 0", ("6 divides S",), split) is not None
    assert attempt("mod(S, 6) = 0", ("3 divides S",), split) is None
    assert attempt("S >= 7", ("S > P", "P = 6"), split) is not None
    assert attempt("S >= 8", ("S > P", "P = 6"), split) is None
    assert attempt("mod(S, 2) <= 1", ("S <= a*W",), split) is not None
    assert attempt("mod(S, 2) = 0", (), divide("S", "2", split, split)) is None
    assert attempt("mod(S, 4) <= 3", (), order("S", "9", split, split)) is not None


@pytest.mark.parametrize("name", ["q", "u", "y", "s"])
def test_a_period_needs_a_whole_variable_with_a_first_value(name):
    assert attempt(f"{name} = {name}", (), {"periodic": name}) is None
    assert attempt("n = n", (), {"periodic": "n"}) is not None


def test_a_period_starts_at_the_first_value():
    assert attempt("n >= 0", (), {"periodic": "n"}) is not None
    assert attempt("n >= 1", (), {"periodic": "n"}) is None
    assert attempt("a >= 3", (), {"periodic": "a"}, a=Domain(True, 3)) is not None
    assert attempt("a >= 4", (), {"periodic": "a"}, a=Domain(True, 3)) is None


def rows(*polynomials):
    return tuple(tuple(map(Fraction, row)) for row in polynomials)


def form(text, lower=1, **known):
    return periodic._Reader("S", lower, known).read(Formula.parse(text).tree)


def test_a_normal_form_lists_pieces_and_rows():
    assert form("3") == [Piece(1, rows([3]))]
    assert form("0") == [Piece(1, rows([]))]
    assert form("S", 4) == [Piece(4, rows([0, 1]))]
    assert form("S*S - 2*S + W", W=Fraction(5)) == [Piece(1, rows([5, -2, 1]))]
    assert form("floor(S/2)") == [Piece(1, rows([0, Fraction(1, 2)], [Fraction(-1, 2), Fraction(1, 2)]))]
    assert form("mod(S, 3)") == [Piece(1, rows([], [1], [2]))]
    assert form("min(S, 4)", 0) == [Piece(0, rows([0, 1])), Piece(4, rows([0, 1])), Piece(5, rows([4]))]
    assert form("2**-2*S") == [Piece(1, rows([0, Fraction(1, 4)]))]
    assert form("S**0") == [Piece(1, rows([1]))]
    assert form("-S - -S") == [Piece(1, rows([]))]
    assert form("max(S, 4)", 0) == [Piece(0, rows([4])), Piece(4, rows([0, 1])), Piece(5, rows([0, 1]))]
    assert form("max(4, S)", 0) == [Piece(0, rows([4])), Piece(4, rows([4])), Piece(5, rows([0, 1]))]
    assert form("min(S, 0)") == [Piece(1, rows([]))]
    assert form("max(S, -3)") == [Piece(1, rows([0, 1]))]
    for text in ("floor(S/2 + 1/3)", "ceil(S/2 - 1/5)"):
        assert len(form(text)[0].rows) == 2
    with pytest.raises(AttributeError):
        form("S")[0].start = 2


def test_rows_compute_as_polynomials_do():
    rng = random.Random(1)

    def at(row, x):
        return sum((c * x**i for i, c in enumerate(row)), Fraction(0))

    for _ in range(150):
        one, other = (
            periodic._trim(Fraction(rng.randint(-3, 3), rng.randint(1, 2)) for _ in range(rng.randint(0, 3)))
            for _ in range(2)
        )
        by, x = rng.randint(0, 5), Fraction(rng.randint(-9, 9), 2)
        assert not one or one[-1]
        assert at(periodic._add(one, other), x) == at(one, x) + at(other, x)
        assert at(periodic._add(one, other, -1), x) == at(one, x) - at(other, x)
        assert at(periodic._times(one, other), x) == at(one, x) * at(other, x)
        assert at(periodic._moved(one, by), x) == at(one, by + x)
        for row in (periodic._add(one, other), periodic._add(one, one, -1), periodic._times(one, other)):
            assert not row or row[-1]
        if len(other) == 1:
            assert at(periodic._over(one, other), x) == at(one, x) / other[0]
    with pytest.raises(NotPeriodic, match="no number"):
        periodic._over((), rows([0, 1])[0])
    with pytest.raises(BadInput, match="divide by zero"):
        periodic._over((), ())


def test_the_first_value_with_a_residue_is_the_least_one_from_the_start():
    for start, period in itertools.product(range(-3, 12), range(1, 6)):
        for residue in range(period):
            found = periodic._first(start, residue, period)
            assert found == min(x for x in range(start, start + period) if x % period == residue)


def value(wave, at):
    piece = [piece for piece in wave if piece.start <= at][-1]
    return sum((c * at**i for i, c in enumerate(piece.rows[at % len(piece.rows)])), Fraction(0))


@pytest.mark.parametrize(
    "text",
    [
        "min(3*S + 1, 2*S + 9)",
        "max(S/3, 7/2)",
        "(S if S < 5 else 0)",
        "(S if S <= 5 else 0)",
        "(S if S > 5 else 0)",
        "(S if S >= 5 else 0)",
        "(S if S = 5 else 0)",
        "(S if S != 5 else 0)",
        "(1 if 2*S = 9 else 0)",
        "(1 if 2*S < 9 else 0)",
        "(1 if 2*S > 9 else 0)",
        "(1 if mod(S, 3) = 1 else S)",
        "(1 if mod(S, 3)*S > 8 else S)",
        "(1 if S*S > 0 else 2)",
        "(1 if S*S + S > 0 else 2)",
        "(1 if S*S*S + S*S > 0 else 2)",
        "(1 if 0 - S*S < 0 else 2)",
        "(1 if S*S + mod(S, 2) = 0 else 2)",
        "floor(S*S/3)",
        "floor(S*S/6 + S/4 + 1/2)",
        "ceil(min(S, 10)/4)",
        "floor(floor(S/2)/3) + mod(S, 2)/2",
        "mod(S*S, 5)",
        "mod(3*S + 1, 4) - mod(S, 6)",
        "min(S, 4, mod(S, 7))",
        "min(S, 4, 4)",
        "max(min(S, 9), 9, 5)",
        "max(3, mod(S, 5), S - 9)",
        "S**3/4 - S**2",
        "(S + 1)**2/2",
        "min(mod(S, 2)*S, 6)",
        "(floor(S/2) if floor(S/3) <= 2 else ceil(S/2))",
    ],
)
@pytest.mark.parametrize("lower", [0, 1, 3])
def test_a_normal_form_has_the_value_of_its_formula(text, lower):
    wave = form(text, lower)
    assert wave[0].start == lower
    assert [piece.start for piece in wave] == sorted({piece.start for piece in wave})
    for at in [*range(lower, 70), 119, 120, 121, 1009]:
        assert value(wave, at) == Formula.parse(text).evaluate({"S": at})


@pytest.mark.parametrize(
    ("text", "assume", "said"),
    [
        ("S >= 1", (), True),
        ("S >= 2", (), False),
        ("S > 0", (), True),
        ("S > 1", (), False),
        ("S != 0", (), True),
        ("S != 1000", (), False),
        ("S < 1000", (), False),
        ("S < 1000", ("S < 999",), True),
        ("S < 999", ("S <= 999",), False),
        ("S <= 999", ("S <= 999",), True),
        ("S = 7", ("S <= 7", "S >= 7"), True),
        ("S = 7", ("S <= 7", "S >= 6"), False),
        ("mod(S, 3) = 1", ("S = 7",), True),
        ("mod(S, 3) = 1", ("S >= 7", "S <= 8"), False),
        ("mod(S, 3) <= 1", ("S >= 6", "S <= 7"), True),
        ("2 divides S", ("S != 5", "S <= 5", "S >= 4"), True),
        ("2 divides S", ("S <= 5", "S >= 4"), False),
        ("2 divides S*(S + 1)", (), True),
        ("3 divides S*(S + 1)", (), False),
        ("S multiple of 3", ("6 divides S",), True),
        ("6 divides S", ("S multiple of 3",), False),
        ("1 = 2", ("S < 1",), True),
        ("1 = 2", ("S < 2",), False),
        ("mod(S, 10) != 9", ("S <= 8",), True),
        ("mod(S, 10) != 9", ("S <= 9",), False),
        ("mod(S, 10) != 9", ("S >= 10", "S <= 18"), True),
        ("mod(S, 10) != 9", ("S >= 10", "S <= 19"), False),
    ],
)
def test_always_is_at_every_value_that_meets_the_hypotheses(text, assume, said):
    hypotheses = [relation(hypothesis) for hypothesis in assume]
    assert always(relation(text), hypotheses, "S", 1, {}) is said
    seen = all(relation(text).holds({"S": x}) for x in range(1, 1100) if all(h.holds({"S": x}) for h in hypotheses))
    assert seen is said


def test_a_normal_form_may_have_two_hundred_thousand_rows_and_no_more(monkeypatch):
    assert periodic.MAX_ROWS == 200_000
    monkeypatch.setattr(periodic, "MAX_ROWS", 12)
    assert len(form("floor(S/12)")[0].rows) == 12
    with pytest.raises(NotPeriodic, match="too long"):
        form("floor(S/13)")
    assert len(form("mod(S, 3) + mod(S, 4)")[0].rows) == 12
    with pytest.raises(NotPeriodic, match="too long"):
        form("mod(S, 3) + mod(S, 5)")
    assert form("min(S, 2) + mod(S, 4)")
    with pytest.raises(NotPeriodic, match="too long"):
        form("min(S, 2) + mod(S, 5)")
    assert form("min(mod(S, 4), 2)")
    assert form("min(mod(S, 3) + S, 50)")
    with pytest.raises(NotPeriodic, match="too many pieces"):
        form("min(mod(S, 4) + S, 50)")
    monkeypatch.setattr(periodic, "MAX_ROWS", 9)  # 3 residues, over pieces that begin with their periods 0, 16 and 17
    assert len(form("min(mod(S, 3) + S, 50)")) == 3
    monkeypatch.setattr(periodic, "MAX_ROWS", 8)
    with pytest.raises(NotPeriodic, match="too many pieces"):
        form("min(mod(S, 3) + S, 50)")


@pytest.mark.parametrize(
    "text",
    [
        "min(S*S - 9*S, 5)",
        "(1 if S*S = 4*S - 3 else 2)",
        "(1 if S*S = 3*S - 2 else 2)",
        "(1 if S*S/4 = 3*S/4 - 1/2 else 2)",
        "(1 if 0 - S*S = 2 - 3*S else 2)",
        "(1 if 0 - S*S/4 = 1/2 - 3*S/4 else 2)",
        "1/S",
        "S/mod(S, 2)",
        "sqrt(S)",
        "W + S",
        "S**-1",
    ],
)
def test_what_has_no_normal_form_is_not_periodic(text):
    with pytest.raises((NotPeriodic, BadInput)):
        form(text)


# -- limits ----------------------------------------------------------------------------------------------------------


def limit(text, over="S", assume=(), beyond=(), **domains):
    return prove_limit(relation(text), over, tuple(map(relation, assume)), {**DOMAINS, **domains}, beyond)


LIMITS = [
    ("(2*S + n)/S", "2", (), ()),
    ("(2*S + n)/(S + 1)", "2", (), ()),
    ("n/S", "0", (), ()),
    ("(S + 1)/(S*S + 1)", "0", (), ()),
    ("S*S/(3*S*S - S)", "1/3", (), ()),
    ("n", "n", (), ()),
    ("0*S", "0", (), ()),
    ("ceil(S/P)*P*q/S", "q", (), ()),
    ("ceil(S/P)/S", "1/P", (), ()),
    ("floor(S/P)*P/S", "1", (), ()),
    ("mod(S, P)/S", "0", (), ()),
    ("floor(ceil(S/P)/2)/S", "1/(2*P)", (), ()),
    ("floor((a*S + b)/c)/S", "a/c", (), ()),
    ("floor(n/b)/S + 1", "1", (), ()),
    ("floor(n/b)*S/(S + 1)", "floor(n/b)", (), ()),
    ("1/floor(S/P)", "0", (), ()),
    ("S/ceil(S/P)", "P", (), ()),
    ("(S*ceil(S/2) + S)/(S*S)", "1/2", (), ()),
    ("min(S, W)/S", "0", (), ("W",)),
    ("min(S, W) + n", "W + n", (), ("W",)),
    ("max(S, W)/S", "1", (), ("W",)),
    ("max(S - W, 0)/S", "1", (), ("W",)),
    ("(a if S > W else b)", "a", (), ("W + 1",)),
    ("floor(W/S)", "0", (), ("W + 1",)),
    ("a*S/(b*S + 1)", "a/b", (), ()),
    ("a*S/(b*S + 1)", "2", ("a = 2*b",), ()),
    ("n*S/(m*S + 1)", "n/m", ("m != 0",), ()),
    ("c*S/S", "c", ("c <= a",), ()),
]


@pytest.mark.parametrize(("text", "wanted", "assume", "beyond"), LIMITS)
def test_a_limit_is_what_the_values_come_near_to(text, wanted, assume, beyond):
    proof = limit(f"{text} = {wanted}", "S", assume, beyond)
    assert all(relation(condition).sign == "!=" for condition in proof.conditions)
    assert proof.statement == f"{relation(f'{text} = {wanted}').text} as S grows without bound"
    assert proof.assume == tuple(assume)
    assert proof.split == {"limit": "S", "beyond": list(beyond)}
    assert limit(f"{text} = {wanted} + 1", "S", assume, beyond) is None
    at = {"n": 5, "m": 3, "P": 4, "q": Fraction(3, 2), "a": 6, "b": 3, "c": 6, "W": 7, "S": 10**9}
    gap = Formula.parse(text).evaluate(at) - Formula.parse(wanted).evaluate(at)
    assert abs(gap) < Fraction(1, 10**6)


@pytest.mark.parametrize(
    ("text", "assume", "beyond"),
    [
        ("S = 1", (), ()),
        ("S*S/S = 1", (), ()),
        ("mod(S, P) = 0", (), ()),
        ("ceil(S/P)*P - S = 0", (), ()),
        ("floor(S/2) - S/2 = 0", (), ()),
        ("n*S/(m*S + 1) = n/m", (), ()),
        ("min(S, W)/S = 0", (), ()),
        ("min(S, W) = S", (), ("W",)),
        ("sqrt(S)/S = 0", (), ()),
        ("(a if S = 5 else b) = b", (), ()),
        ("(S + 1)/S = S/S + floor(S/S/2) + 1/S", (), ()),
        ("floor(S/2)/floor(S/2) = floor(S/2) - floor(S/2) + 2", (), ()),
        ("1/(floor(S/2) - S/2) = 0", (), ()),
        ("S/(S*mod(S, P) + 1) = 0", (), ()),
        ("n/S = n/S", (), ()),
        ("1/S = floor(1/S + 1/2)", (), ()),
        ("min(S, W)/S = 1", (), ()),
        ("max(W, S)/S = 0", (), ()),
        ("max(W, S)/S = 1", (), ()),
        ("sqrt(S)/S = 1", (), ()),
        ("sqrt(2*S)/S = 2", (), ()),
        ("(S if S <= W else W)/S = 1", (), ()),
        ("(a if S > W else b) = a", (), ("W",)),
        ("(a if S = W else b) = b", (), ("W",)),
        ("n = n*(S + 1)/(S + 1)", (), ()),
        ("n = n*(floor(S/2) + 1)/(floor(S/2) + 1)", (), ()),
        ("floor(S/2)/S = 1/2 + floor(S/3) - floor(S/3)", (), ("W",)),
    ],
)
def test_what_has_another_limit_or_none_is_not_proved(text, assume, beyond):
    if text.startswith("floor(S/2)/S"):
        assert limit(text, "S", assume, beyond) is not None  # its right side does not depend on S
    else:
        assert limit(text, "S", assume, beyond) is None


@pytest.mark.parametrize(
    "assume",
    [("S = 2*n",), ("S <= W",), ("S != 5",), ("P divides S",), ("n = S/2",), ("floor(S/2) <= n",), ("y <= S*S",)],
)
def test_a_limit_needs_a_variable_that_no_assumption_ties(assume):
    with pytest.raises(BadInput, match="needs a free S"):
        limit("n/S = 0", "S", assume)
    assert limit("n/S = 0", "S", ("n <= W",)) is not None


@pytest.mark.parametrize("bound", ["S", "S - 1", "W + S", "floor(S/2)", "n/S", "min(S, W)"])
def test_a_bound_of_a_limit_does_not_depend_on_its_variable(bound):
    with pytest.raises(BadInput, match="must not depend on S"):
        limit("min(S, W)/S = 0", "S", (), (bound,))
    assert limit("min(S, W)/S = 0", "S", (), ("W + 3", "n")) is not None


def test_what_a_limit_divides_by_is_a_condition():
    assert limit("S/((S + 1)*v) = 1/v", assume=("v != 0",)).conditions == ("(S + 1)*v != 0",)
    assert limit("S/(S + 1)/v = 1/v", assume=("v != 0",)).conditions == ()
    assert limit("n/floor(S/P) = 0").conditions == ("floor(S/P) != 0",)
    assert limit("S/((S + 1)*v) = 1/v") is None
    assert limit("(y - y)/z + n/S = 0").conditions == ("z != 0",)


def test_a_limit_has_no_bounded_part_where_it_counts():
    found = limit_of(Formula.parse("S*mod(S, P)/S"), "S", (), DOMAINS)
    assert found is None
    case, end = limit_of(Formula.parse("floor(n/b) + 1/S"), "S", (), DOMAINS)
    assert end.same(case.read(Formula.parse("floor(n/b)").tree))
    case, end = limit_of(Formula.parse("(W*S + 3)/(2*S)"), "S", (), DOMAINS)
    assert end.same(named("W") * whole(Fraction(1, 2)))
