"""The kernel: what is true is proved, what is false never is, and what it divided by is said."""

import ast
import random
import re
import sys
from fractions import Fraction
from pathlib import Path

import pytest

import symkv
from symkv.errors import BadInput
from symkv.formula import Formula, Relation
from symkv.proof import kernel
from symkv.proof.kernel import COUNT, NATURAL, RATIO, Proved, prove
from symkv.proof.search import prove_with_split

PACKAGE = Path(symkv.__file__).parent
TRUSTED = ("kernel", "normal", "functions", "domains", "polynomial", "periodic")


def relations(texts):
    return tuple(map(Relation.parse, texts))


def counts(statement, assume=()):
    names = {name for relation in (statement, *assume) for name in relation.names}
    return dict.fromkeys(sorted(names), COUNT)


def attempt(text, assume=(), domains=None, split=None):
    statement, hypotheses = Relation.parse(text), relations(assume)
    return prove(statement, hypotheses, {**counts(statement, hypotheses), **(domains or {})}, split)


def order(a, b, low=None, high=None):
    return {"order": [a, b], "cases": [low, high]}


def divide(n, d, case=None):
    return {"divide": [n, d], "cases": [case]}


TRUE = [
    ("T01", "2*L*n_kv*d_h*b = L*(2*n_kv*d_h)*b", (), None),
    ("T02", "(2*L*g*d_h*b)/(2*L*n_q*d_h*b) = g/n_q", (), None),
    ("T04", "L*(d_c + d_r)*b = (9/4)*(2*L*d_h*b)", ("d_c = 4*d_h", "2*d_r = d_h"), None),
    ("T05", "min(S, W) + max(S, W) = S + W", (), order("S", "W")),
    ("T07", "min(S, W) = S", ("S <= W",), None),
    ("T08", "ceil(S/P)*P = S", ("S = k*P",), None),
    ("T10", "ceil(n_kv/t) = 1", ("n_kv <= t",), None),
    ("T11", "ceil(n_kv/t)*t = n_kv", ("n_kv = k*t",), None),
    ("T13", "floor(S/P)*P + mod(S, P) = S", (), None),
    ("T14", "-floor(-S/P) = ceil(S/P)", (), None),
    (
        "T17",
        "2*n_kv*d_h*b*(L_g*S + L_l*min(S, W)) = 2*n_kv*d_h*b*(L*S - L_l*(S - min(S, W)))",
        ("L = L_g + L_l",),
        None,
    ),
    ("T19", "2*(L/s)*n_kv*d_h*b = 2*G*n_kv*d_h*b", ("L = s*G",), None),
    ("T20", "2*b*(L_1*n_kv*d_h + L_2*n_kv*d_h) = 2*b*n_kv*d_h*(L_1 + L_2)", (), None),
    (
        "T22",
        "min(S, min(W, P)) = min(min(S, W), P)",
        (),
        None,
    ),
    ("T25", "a*S*2*L*n_kv*d_h*b = (a*S)*(2*L*n_kv*d_h*b)", (), None),
    ("T26", "ceil((S + P)/P) = ceil(S/P) + 1", (), None),
    ("T28", "n_kv = T/(2*L*d_h*b)", ("2*L*n_kv*d_h*b = T",), None),
    ("T29", "2*L*d_h*b = 2*L*(n_q/g)*d_h*b", ("n_kv = 1", "n_q = g*n_kv"), None),
    ("order", "S - max(0, S - W) = min(S, W)", (), order("S", "W")),
    ("below", "min(S, W) <= S", (), order("S", "W")),
    ("division", "ceil(S/P)*P >= S", (), divide("S", "P", order("1", "S - P*floor(S/P)"))),
    ("divides", "P divides 3*S", ("P divides S",), None),
    ("whole", "floor((2*S + 1)/2) = S", (), None),
]
FALSE = [
    ("F01", "2*L*n_kv*d_h*b = L*n_kv*d_h*b", ()),
    ("F02", "L*(d_c + d_r)*b = (9/4)*(2*L*d_h*b)", ("d_c = 4*d_h", "d_r = d_h")),
    ("F04", "ceil(S/P)*P = S", ()),
    ("F05", "ceil(n_kv/t)*t = n_kv", ()),
    ("F07", "ceil(S/P) = floor(S/P) + 1", ()),
    ("F08", "min(S, W) = S", ()),
    ("F10", "ceil((S + W)/P) = ceil(S/P) + ceil(W/P)", ()),
    ("F11", "floor(S/P)*P = S", ()),
    ("F13", "min(S, W)*min(S, W) = S*W", ()),
    ("F14", "(S if S <= W else W) = max(S, W)", ()),
    ("F16", "ceil(S/P) + ceil(S/P) = ceil((2*S)/P)", ()),
    ("F17", "2*n*d*b*(L_g*S + L_l*min(S, W)) = 2*n*d*b*(L_g + L_l)*min(S, W)", ()),
    ("F19", "(n_kv*d_h)/2 + (2*n_kv*d_h)/32 = (5/8)*n_kv*d_h", ()),
    ("F20", "min(S, 1000000) = S", ()),
    ("F22", "floor(L/s)*s = L", ()),
    ("F23", "max(1, n_kv/t) = ceil(n_kv/t)", ()),
    ("F25", "floor(n_q/(n_kv + 1)) = g", ("n_q = g*n_kv",)),
    ("F26", "ceil(ceil(S/P)/k) = ceil(S/(P + k))", ()),
    ("F28", "L = T/(2*n_kv*d_h)", ("2*L*n_kv*d_h*b = T",)),
    ("F29", "ceil(S/P)*P = S", ("S = 2*P + 1",)),
    ("sqrt", "sqrt(x) = x", ()),
    ("ceil", "ceil(L/6) = L/6", ()),
    ("window", "min(S, W) = W", ()),
    ("strict", "min(S, W) < S", ()),
    ("sign", "S - W >= 0", ()),
    ("divides", "P divides S", ()),
    ("divides half", "2 divides x*(x + 2)", ()),
    ("one is two", "1 = 2", ()),
    ("far away", "(x - 1)*(x - 2)*(x - 3)*(x - 4)*(x - 5) = 0", ("x <= 6",)),
]


@pytest.mark.parametrize(("name", "text", "assume", "split"), TRUE, ids=[row[0] for row in TRUE])
def test_a_true_relation_is_proved_without_conditions(name, text, assume, split):
    proof = attempt(text, assume, split=split)
    assert proof is not None
    assert proof.conditions == ()
    assert proof.statement == Relation.parse(text).text


@pytest.mark.parametrize(("name", "text", "assume"), FALSE, ids=[row[0] for row in FALSE])
def test_a_false_relation_is_never_proved_whatever_the_search_tries(name, text, assume):
    statement, hypotheses = Relation.parse(text), relations(assume)
    assert prove(statement, hypotheses, counts(statement, hypotheses)) is None
    assert prove_with_split(statement, hypotheses, counts(statement, hypotheses)) is None


# -- what is divided by ------------------------------------------------------------------------------------------

CARRIED = [
    ("(x**2 - 1)/(x - 1) = x + 1", {}, "x"),
    ("a/c*c = a", {"c": NATURAL}, "c"),
    ("(L_g - L_l)*k/(L_g - L_l) = k", {}, "L_g"),
    ("x**-1*x = 1", {"x": NATURAL}, "x"),
    ("mod(S, P) + P*floor(S/P) = S", {"P": NATURAL}, "P"),
]


@pytest.mark.parametrize(("text", "domains", "inside"), CARRIED)
def test_a_denominator_that_may_vanish_is_a_condition(text, domains, inside):
    proof = attempt(text, domains=domains)
    assert proof is not None
    assert len(proof.conditions) == 1
    condition = Relation.parse(proof.conditions[0])
    assert condition.sign == "!="
    assert inside in condition.names
    assert attempt(text, (proof.conditions[0],), domains).conditions == ()


def test_a_denominator_that_is_positive_needs_no_condition():
    assert attempt("a/c*c = a").conditions == ()
    assert attempt("a/c*c = a", domains={"c": RATIO}).conditions == ()
    assert attempt("(x**2 - 1)/(x + 1) = x - 1").conditions == ()


def test_an_empty_case_keeps_the_conditions_of_what_it_divided_by():
    split = order("(y - z)/(y - z)", "1", None, None)
    proof = attempt("x = x", domains={"y": COUNT, "z": COUNT}, split=split)
    assert proof.conditions
    assert all(Relation.parse(text).sign == "!=" for text in proof.conditions)


def test_a_condition_names_symbols_of_the_statement_only():
    proof = attempt("(S - W + 2)/(S - W)*(S - W) = S - W + 2", ("S >= W",))
    assert proof is not None
    assert {n for text in proof.conditions for n in Relation.parse(text).names} == {"S", "W"}


def test_one_is_not_two_by_dividing_by_zero():
    step = "(a**2 - b**2)/(a - b) = (a*b - b**2)/(a - b)"
    with pytest.raises(BadInput, match="divide by zero"):
        attempt(step, ("a = b",))
    assert attempt("a**2 - b**2 = a*b - b**2", ("a = b",)) is not None
    assert attempt("a + b = b", ("a = b",)) is None
    with pytest.raises(BadInput, match="hold together"):
        attempt("1 = 2", ("a = b", "a != b"))


def test_a_root_is_known_by_its_square_only():
    assert attempt("sqrt(x)**2 = x").conditions == ()
    assert attempt("sqrt(x - y)**2 = x - y").conditions != ()
    assert attempt("sqrt(x)*sqrt(x)*sqrt(x) = x*sqrt(x)") is not None
    assert attempt("sqrt(x) = x") is None


# -- hypotheses --------------------------------------------------------------------------------------------------

CONTRADICTIONS = [
    ("1 = 2",),
    ("L = 0",),
    ("L < 1",),
    ("L != L",),
    ("a = b", "a != b"),
    ("a = b + 1", "b = a"),
    ("L + W = 1",),
    ("a <= b", "a = b + 1"),
    ("P divides S", "S < 0"),
    ("1 > 2",),
    ("min(a, b) > c", "a = c", "a <= b"),
]


@pytest.mark.parametrize("assume", CONTRADICTIONS)
def test_assumptions_that_cannot_hold_together_are_refused(assume):
    with pytest.raises(BadInput, match="hold together"):
        attempt("L = L + 1 + W - a + b - c", assume, dict.fromkeys("LWabcPS", COUNT))


def test_assumptions_that_can_hold_together_are_used():
    assert attempt("a = c", ("a = b", "b = c")) is not None
    assert attempt("a <= c", ("a <= b", "b = c")) is not None
    assert attempt("a <= c", ("a <= b", "b <= c"), split={"absurd": [[[1, [0]], [1, [1]], [1, [2]]]]}) is not None
    assert attempt("a <= c", ("a <= b",)) is None


def test_a_symbol_without_a_domain_is_refused():
    with pytest.raises(BadInput, match="domain"):
        prove(Relation.parse("a = a"), (), {})


@pytest.mark.parametrize(
    "split",
    [
        {"order": ["a", "b"], "cases": [None]},
        {"order": ["a", "b"], "cases": []},
        {"divide": ["a", "b"], "cases": [None, None]},
        {"divide": ["a", "a - b"], "cases": [None]},
        {"divide": ["a", "3"], "cases": [None, None]},
        {"order": "a", "cases": [None, None]},
        {"absurd": [[]]},
        {"absurd": [[[1, [99]]], []]},
        {"absurd": [[["x", [0]]], []]},
        {"periodic": "z"},
        [],
        "order",
        {"divide": ["a/b", "b"], "cases": [None]},
        {"guess": ["a", "b"], "cases": [None]},
    ],
)
def test_a_split_that_does_not_cover_the_domain_is_refused(split):
    with pytest.raises(BadInput, match="split"):
        attempt("a = a + b", split=split)


# -- who is trusted ----------------------------------------------------------------------------------------------


def test_a_proof_comes_from_the_kernel_only():
    for seal in (None, object(), "seal"):
        with pytest.raises(BadInput, match="kernel"):
            Proved("1 = 2", (), (), None, seal)
    assert isinstance(attempt("1 = 1"), Proved)
    naming = [p.name for p in PACKAGE.rglob("*.py") if re.search(r"\bProved\(|_SEAL", p.read_text(encoding="utf-8"))]
    assert naming == ["kernel.py"]


def test_the_trusted_modules_import_the_standard_library_and_symkv_only():
    for name in TRUSTED:
        tree = ast.parse((PACKAGE / "proof" / f"{name}.py").read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            roots = []
            if isinstance(node, ast.Import):
                roots = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0
                roots = [node.module]
            for root in roots:
                assert root.split(".")[0] in sys.stdlib_module_names or root.startswith("symkv.")
                assert root not in ("symkv.proof.search", "symkv.proof.judges", "symkv.proof.counterexample")
    assert len((PACKAGE / "proof" / "kernel.py").read_text(encoding="utf-8").splitlines()) <= 400


# -- soundness over generated relations --------------------------------------------------------------------------

NAMES = ("a", "b", "n", "q")
DOMAINS = {"a": COUNT, "b": COUNT, "n": NATURAL, "q": RATIO}


def random_formula(rng, depth):
    if depth == 0 or rng.random() < 0.2:
        return rng.choice([*NAMES, *NAMES, "0", "1", "2", "3", "1/2"])
    left, right = (random_formula(rng, depth - 1) for _ in range(2))
    match rng.choice("+++---***/mMcfo?s"):
        case "m":
            return f"min({left}, {right})"
        case "M":
            return f"max({left}, {right}, {random_formula(rng, 0)})"
        case "c":
            return f"ceil(({left})/({rng.choice(['2', 'a', 'b'])}))"
        case "f":
            return f"floor(({left})/({rng.choice(['3', 'a', 'b'])}))"
        case "o":
            return f"mod({left}, {rng.choice(['2', 'a', right])})"
        case "?":
            test = f"{rng.choice(NAMES)} {rng.choice(['<=', '=', '>', '!='])} {rng.choice(NAMES)}"
            return f"(({left}) if {test} else ({right}))"
        case "s":
            return f"({left})**{rng.choice(['2', '2', '-1'])}"
        case sign:
            return f"(({left}) {sign} ({right}))"


def rewritten(rng, text):
    """Mostly equal to the text, sometimes not: an equal form, or an equal-looking one."""
    other = random_formula(rng, 1)
    return rng.choice(
        [
            f"({text}) + ({other}) - ({other})",
            f"2*({text}) - ({text})",
            f"max({text}, {text})",
            f"({text})*({other})/({other})",
            f"min({text}, {other})",
            f"floor({text})",
            f"({text}) + mod({other}, 2) - ({other}) + 2*floor(({other})/2)",
            random_formula(rng, 2),
        ]
    )


def random_point(rng):
    return {
        "a": rng.randint(1, 9),
        "b": rng.randint(1, 9),
        "n": rng.randint(0, 6),
        "q": Fraction(rng.randint(1, 24), rng.randint(1, 6)),
    }


def holds(relation, at):
    """True, False, or None where a side has no value."""
    try:
        return relation.holds(at)
    except BadInput:
        return None


HYPOTHESES = [
    "a <= b",
    "a = b",
    "n < a",
    "n = 2*a",
    "a divides b",
    "b = a + n",
    "q <= 1",
    "a != b",
    "q = a/b",
    "b <= 4",
]
HYPOTHESES += ["min(a, b) = 2", "floor(n/2) = 1", "n = mod(b, a)", "q*a = n", "a > n + 1", "max(a, n) <= b"]


def random_statement(rng):
    left = random_formula(rng, rng.randint(1, 2))
    sign = rng.choice(["=", "=", "=", "<=", "<", ">=", "!=", "divides"])
    right = rewritten(rng, left)
    assume = relations(rng.sample(HYPOTHESES, rng.choice([0, 0, 1, 2])))
    return Relation(Formula.parse(left), sign, Formula.parse(right)), assume


@pytest.mark.parametrize("seed", range(4))
def test_what_is_proved_is_true_at_every_point_tried(seed):
    rng = random.Random(seed)
    proved = tried = 0
    for _ in range(100):
        statement, assume = random_statement(rng)
        try:
            search = prove_with_split if rng.random() < 0.3 else prove
            proof = search(statement, assume, DOMAINS)
        except BadInput:  # refused: a zero denominator, or assumptions that can't hold together
            continue
        if proof is None:
            continue
        proved += 1
        conditions = relations(proof.conditions)
        for _ in range(30):
            at = random_point(rng)
            if all(holds(relation, at) for relation in (*assume, *conditions)):
                tried += 1
                assert holds(statement, at) is not False, (statement.text, [a.text for a in assume], at)
    assert proved > 10
    assert tried > 100


@pytest.mark.parametrize("seed", range(3))
def test_assumptions_that_hold_somewhere_are_not_called_contradictory(seed):
    rng = random.Random(seed)
    for _ in range(150):
        assume = relations(rng.sample(HYPOTHESES, 2))
        points = [at for at in (random_point(rng) for _ in range(60)) if all(holds(r, at) for r in assume)]
        try:
            assert prove(Relation.parse("1 = 2"), assume, DOMAINS) is None or not points
        except BadInput:
            assert not points, ([r.text for r in assume], points[0])


def test_the_seal_is_not_public():
    assert "_SEAL" not in kernel.__all__


def test_an_open_value_that_turns_into_an_eliminated_one_ends():
    domains = dict.fromkeys("CSm", COUNT)
    tied = "ceil((C + 3)/m) + ceil(S/m) = ceil(min(C + 3, S)/m)"  # holds nowhere, but takes a contradiction to see
    assert attempt("S = S + 1", (tied, "C + 3 <= S"), domains) is None
    assert prove_with_split(Relation.parse("S = S + 1"), (), domains) is None


def test_a_value_of_an_eliminated_whole_symbol_is_whole():
    assert attempt("ceil(S/P) = S/P", ("mod(S, P) = 0",)) is not None
    assert attempt("floor(S/2 + W/2) = n", ("2*n = S + W",)) is not None
    assert attempt("floor(S/2) = n", ("2*n = S + W",)) is None
