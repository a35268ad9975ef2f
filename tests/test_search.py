"""The search finds proofs that the kernel accepts again, the same one every time, and none for what is false."""

import json

import pytest

from symkv.formula import Relation
from symkv.proof.kernel import COUNT, RATIO, prove
from symkv.proof.search import prove_with_split

TRUE = [
    ("min(S, W) + max(S, W) = S + W", ()),
    ("max(min(S, W), P) = min(max(S, P), max(W, P))", ()),
    ("ceil(ceil(S/P)/k) = ceil(S/(P*k))", ()),
    ("q*ceil(ceil(S/P)/k) = q*ceil(S/(P*k))", ()),
    ("floor((S + P - 1)/P) = ceil(S/P)", ()),
    ("floor(S/P) = ceil((S - P + 1)/P)", ()),
    ("min(a*S, a*W) = a*min(S, W)", ()),
    ("P + min(S, W) = min(P + S, P + W)", ()),
    ("S - max(0, S - W) = min(S, W)", ()),
    ("(S if S <= W else W) = min(S, W)", ()),
    ("(S/P if mod(S, P) = 0 else floor(S/P) + 1) = ceil(S/P)", ()),
    ("(1 if S > W else 0)*(S - W) = max(0, S - W)", ()),
    ("max(S, W) - min(S, W) = max(S - W, W - S)", ()),
    ("max(S, W)*min(S, W) = S*W", ()),
    ("ceil(S/P) <= floor(S/P) + 1", ()),
    ("ceil((S + W)/P) <= ceil(S/P) + ceil(W/P)", ()),
    ("ceil(S/P)*P*n*d <= (S + P - 1)*n*d", ()),
    ("min(S, W)*min(S, W) <= S*W", ()),
    ("max(1, n/a) <= ceil(n/a)", ()),
    ("1000*x*ceil((S + W)/P) <= (ceil(S/P) + ceil(W/P))*1024*x", ()),
    ("a <= c", ("a <= b", "b <= c")),
    ("x**2 + y**2 >= 2*x*y", ()),
    ("x**2 + (n*d)**2 >= 2*x*(n*d)", ()),
    ("2 divides n*(n + 1)*q", ("q divides 6", "q = 1")),
    ("2 divides n*(n + a)", ("n multiple of 2",)),
    ("2 divides S*(S + 1) + W*(W + 1)", ()),
    ("min(S, 131072) + max(S, 131072) = S + 131072", ()),
    # the optimum of a sum of a rising and a falling cost, over the reals and by its whole neighbours
    ("S/c + k*c >= S/c0 + k*c0", ("c0 > 0", "k*c0**2 = S")),
    ("S/c + k*c >= S/n + k*n", ("c <= n", "k*n**2 <= S")),
    ("S/c + k*c >= S/(n + 1) + k*(n + 1)", ("c >= n + 1", "k*(n + 1)**2 >= S")),
]
FALSE = [
    ("min(S, W) + max(S, W) = 2*S", ()),
    ("ceil(ceil(S/P)/k) = ceil(S/(P + k))", ()),
    ("ceil((S + W)/P) >= ceil(S/P) + ceil(W/P)", ()),
    ("x**2 + y**2 > 2*x*y", ()),
    ("a <= c", ("a <= b", "c <= b")),
    ("S/c + k*c > S/c0 + k*c0", ("c0 > 0", "k*c0**2 = S")),
    ("3 divides n*(n + 1)", ()),
    ("min(a*S, W) = a*min(S, W)", ()),
]
REAL = {"c0": RATIO, "q": RATIO, "x": RATIO}


def asked(text, assume):
    statement, hypotheses = Relation.parse(text), tuple(map(Relation.parse, assume))
    names = {name for relation in (statement, *hypotheses) for name in relation.names}
    domains = dict.fromkeys(sorted(names), COUNT) | ({n: d for n, d in REAL.items() if n in names})
    return statement, hypotheses, domains


@pytest.mark.parametrize(("text", "assume"), TRUE)
def test_a_true_relation_gets_a_proof_that_the_kernel_accepts_from_its_text(text, assume):
    question = asked(text, assume)
    if "divides" in text and "q" in question[2]:
        question[2]["q"] = COUNT
    found = prove_with_split(*question)
    assert found is not None
    assert found.conditions == ()
    again = prove(*question, json.loads(json.dumps(found.split)))
    assert again is not None
    assert prove_with_split(*question).split == found.split


@pytest.mark.parametrize(("text", "assume"), FALSE)
def test_a_false_relation_gets_none(text, assume):
    assert prove_with_split(*asked(text, assume)) is None
