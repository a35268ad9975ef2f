"""All designs: the same as a scan of the whole box finds, for products, sums, steps and conditions."""

import itertools
import json
import random
from fractions import Fraction

import pytest

from symkv.cli import main
from symkv.errors import BadInput
from symkv.formula import Formula, Relation
from symkv.models import resolve
from symkv.solve import designs, parse_box
from symkv.solve.search import Bound, function_of, search


@pytest.fixture
def symkv(capsys):
    def run(*argv):
        status = main(list(argv))
        out, err = capsys.readouterr()
        return status, out, err

    return run


def test_the_nine_triples_of_2048_bytes(symkv):
    arguments = ["d_head=128", "n_kv_heads=1..8", "n_unique_layers=1..64", "dtype=fp8,bf16,fp32"]
    status, out, _ = symkv("designs", "cross_layer", "--target", "2048B", *arguments, "--json")
    result = json.loads(out)["result"]
    triples = {(d["n_kv_heads"], d["bytes_per_element"], d["n_unique_layers"]) for d in result["designs"]}
    assert status == 0
    assert triples == {
        (1, 1, 8),
        (1, 2, 4),
        (1, 4, 2),
        (2, 1, 4),
        (2, 2, 2),
        (2, 4, 1),
        (4, 1, 2),
        (4, 2, 1),
        (8, 1, 1),
    }
    assert (result["count"], result["complete"]) == (9, True)
    assert {d["bytes"] for d in result["designs"]} == {2048}


def test_the_sixteen_designs_between_1600_and_2100_bytes(symkv):
    arguments = ["d_head=128", "n_kv_heads=1,2,4,8", "n_unique_layers=1..64", "dtype=fp4,fp8,bf16"]
    _, out, _ = symkv("designs", "cross_layer", "--between", "1600B", "2100B", *arguments, "--json")
    result = json.loads(out)["result"]
    assert (result["count"], result["complete"], result["target_bytes"]) == (16, True, None)


def test_formats_of_one_width_count_once(symkv):
    arguments = ["n_layers=1", "d_head=128", "n_kv_heads=1..64", "dtype=bf16,fp16"]
    _, out, _ = symkv("designs", "gqa", "--target", "2KiB", *arguments, "--json")
    result = json.loads(out)["result"]
    assert [(d["n_kv_heads"], d["dtype"]) for d in result["designs"]] == [(4, "bf16 fp16")]


def test_kb_is_answered_for_both_readings(symkv):
    _, out, _ = symkv(
        "designs", "gqa", "--target", "2KB", "n_layers=1", "d_head=128", "n_kv_heads=1..64", "dtype=fp8", "--json"
    )
    assert json.loads(out)["result"]["target_bytes"] == 2048
    _, out, _ = symkv(
        "designs",
        "gqa",
        "--target",
        "2KB",
        "n_layers=1..9",
        "d_head=125,128",
        "n_kv_heads=1..64",
        "dtype=fp8,fp4",
        "--json",
    )
    assert [answer["target_bytes"] for answer in json.loads(out)["result"]["answers"]] == [2048, 2000]


FORMS = [
    "a*b*c",
    "6*a*b",
    "a*b + 3*c",
    "2*a + 5*b + 7*c",
    "a**2*b",
    "a*b/2 + c/4",
    "a*(b + 2*c)",
    "a*min(b, c) + b",
    "ceil(a/b)*c",
    "a*b - c",
    "3*a*b + 4*max(b, c)",
]
CONDITIONS = ["a divides b", "b multiple of c", "a + b = 9", "a <= b", "c > a", "b != c", "b = 2*a"]


@pytest.mark.parametrize("seed", range(250))
def test_the_search_finds_what_a_scan_finds(seed):
    numbers = random.Random(seed)
    form = Formula.parse(numbers.choice(FORMS))
    domains = {}
    for name in "abc":
        start = numbers.randint(1, 6)
        whole = range(start, start + numbers.randint(1, 14))
        domains[name] = whole if numbers.random() < 0.6 else tuple(sorted(numbers.sample(whole, min(4, len(whole)))))
    checks = [Relation.parse(numbers.choice(CONDITIONS)) for _ in range(numbers.randint(0, 2))]
    scan = {}
    for values in itertools.product(*domains.values()):
        at = dict(zip(domains, values, strict=True))
        if all(check.holds(at) for check in checks):
            scan[values] = Fraction(form.evaluate(at))
    totals = sorted(set(scan.values())) or [Fraction(1)]
    low = numbers.choice(totals)
    high = low if numbers.random() < 0.6 else low + numbers.randint(0, 40)
    if "ceil(a/b)" in str(form):
        assert function_of(form).rises("b") is False
    found = list(search(dict(domains), [Bound(function_of(form), low, high)], checks))
    assert len(found) == len({tuple(point[name] for name in "abc") for point in found})
    expected = {values for values, total in scan.items() if low <= total <= high}
    assert {tuple(point[name] for name in "abc") for point in found} == expected


def test_a_box_of_a_billion_points_is_no_scan(symkv):
    box = ["n_layers=1..1000", "n_kv_heads=1..1000", "d_head=1..1000", "dtype=bf16"]
    _, out, _ = symkv("designs", "gqa", "--target", "1440000B", *box, "--json")
    result = json.loads(out)["result"]
    scan = sum(  # 1440000 = 2*2*360000
        1
        for a in range(1, 1001)
        if 360000 % a == 0
        for b in range(1, 1001)
        if 360000 // a % b == 0 and 360000 // a // b <= 1000
    )
    assert (result["box"], result["count"], result["complete"]) == (10**9, scan, True)


def test_layers_of_two_kinds_that_add_up_are_found_with_their_sum(symkv):
    what = "tail(0, interleave(2, 1:1, gqa(), sliding_window(window=4)))"
    assert symkv("size", what)[0] == 0
    stack = resolve("local_global")
    box, fixed, _ = parse_box(["n_global_layers=1..40", "n_local_layers=1..40", "n_kv_heads=1..8", "d_head=64,128"])
    assert fixed == []
    stack = stack.given({"bytes_per_element": Formula.of(1), "window": Formula.of(1024)})
    found = designs(stack, box, target="10MiB", of="stored", tokens=4096, where=["n_local_layers = 5*n_global_layers"])[
        0
    ]
    scan = {
        (g, 5 * g, h, d)
        for g in range(1, 9)
        for h in range(1, 9)
        for d in (64, 128)
        if 2 * h * d * (g * 4096 + 5 * g * 1024) == 10 * 2**20
    }
    names = ("n_global_layers", "n_local_layers", "n_kv_heads", "d_head")
    assert {tuple(design.values[name] for name in names) for design in found.found} == scan


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["gqa", "--target", "2KiB", "n_layers=1..4"], "needs values"),
        (["gqa", "--target", "2KiB", "n_layers=4..1"], "LO <= HI"),
        (["gqa", "--target", "2KiB", "n_layers=0..4"], "from 1 on"),
        (["gqa", "--target", "2KiB", "n_layers=1..x"], "whole numbers"),
        (["gqa", "n_layers=1..4", "n_kv_heads=1..4", "d_head=64", "dtype=fp8"], "--target SIZE or --between"),
        (
            ["gqa", "--target", "2KiB", "n_layers=1..4", "n_kv_heads=1..4", "d_head=64", "dtype=fp8", "n_heads=1..4"],
            "n_heads",
        ),
        (["gqa", "--target", "2KiB", "n_layers=1..4", "n_layers=1..4"], "twice"),
        (["gqa", "--target", "2KiB", "dtype=fp8_ds_mla,fp8", "n_layers=1..4"], "one width"),
    ],
)
def test_a_box_that_can_not_be_searched_is_one_line_and_status_2(symkv, argv, words):
    status, out, err = symkv("designs", *argv)
    assert (status, out) == (2, "")
    assert words in err
    assert err.count("\n") == 1


def test_a_function_that_is_not_monotone_is_refused():
    with pytest.raises(BadInput, match="not monotone"):
        list(
            search(
                {"a": range(1, 9)}, [Bound(function_of(Formula.parse("mod(a, 3)*min(a, 2)")), Fraction(1), Fraction(1))]
            )
        )
