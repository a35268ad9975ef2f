"""All designs: bounds of several quantities, goals, what stops each side, what conflicts; the same as a scan finds."""

import json
import sys
import time

import pytest

from symkv.formula import Formula
from symkv.models import resolve
from symkv.solve import designs, parse_box


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
        (["gqa", "--max", "growth=1GiB", "n_layers=1..4", "d_head=64"], "more than 100000 designs"),
        (["gqa", "--min", "growth=2KiB", "n_layers=1..4"], "must have an end"),
        (["gqa", "--max", "growth=100MiB"], "5e+08 of the 18014398509481984000000 points"),
        (["gqa", "--max", "growth@8k=2KiB", "n_layers=1..4"], "takes no @tokens"),
        (["gqa", "--max", "stored=2KiB", "n_layers=1..4"], "stored@131072"),
        (["gqa", "--max", "stored@8k", "n_layers=1..4"], "QUANTITY[@TOKENS]=SIZE"),
        (["gqa", "--max", "allocated@8k=1GB", "n_layers=1..4"], "a quantity must be one of"),
        (["gqa", "--max", "growth=1KiB", "--max", "growth=2KiB"], "must be given once"),
        (["gqa", "--target", "2KiB", "--between", "1B", "2B"], "give one of them"),
        (["gqa", "--target", "2KiB", "--minimise", "n_haeds"], "did you mean"),
        (["gqa", "--target", "2KiB", "--where", "n_haeds = 3"], "did you mean"),
        (["llama-3.1-8b", "--max", "growth=1MiB"], "has none"),
        (["3x*gqa()", "--max", "growth=1MiB"], "a whole number or a name"),
        (["n_heads*gqa()", "--max", "growth=1MiB"], "n_heads counts heads"),
        (["n_a*local_global()", "--max", "growth=1MiB"], "every layer is alike"),
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


KIMI = "n_a*mla(d_latent=512,d_rope=64) + n_k*kda(n_heads=32,d_head=128)"
ISSUE = [KIMI, "--where", "n_a + n_k = 27", "--max", "growth=8KiB", "--max", "state=48MB", "--minimise", "read@131072"]


def test_several_bounds_at_once_give_all_designs_and_what_stops_each_side(symkv):
    status, out, _ = symkv("designs", *ISSUE, "--json")
    result = json.loads(out)["result"]
    scan = {}  # bf16: 2*(512 + 64) B a token and layer; 2*(32*128*128 + 3*32*128*4) B of state a layer
    for n_a in range(1, 1000):
        n_k = 27 - n_a
        if n_k >= 1 and 1152 * n_a <= 8192 and 2 * (524288 + 49152) * n_k <= 48 * 2**20:
            scan[n_a, n_k] = 1152 * 131072 * n_a + 1146880 * n_k
    designs_ = result["designs"]
    assert status == 0
    assert {(d["n_a"], d["n_k"]): d["quantities"]["read@131072"] for d in designs_} == scan
    assert [d["n_a"] for d in designs_] == [1, 2, 3, 4, 5, 6, 7]  # ranked by what is read
    assert [d["pareto"] for d in designs_] == [True, *[False] * 6]
    assert (result["count"], result["complete"], result["conflict"]) == (7, True, None)
    assert result["stops"]["n_a"] == {
        "least": 1,
        "greatest": 7,
        "below": {"next": 0, "excluded_by": ["n_a >= 1"]},
        "above": {"next": 8, "excluded_by": ["growth <= 8192 B"]},
    }
    assert result["stops"]["n_k"]["below"] == {"next": 19, "excluded_by": ["growth <= 8192 B", "n_a + n_k = 27"]}
    assert [answer["reading"] for answer in json.loads(out)["result"]["answers"]] == ["binary", "decimal"]
    assert "cache in bf16: no dtype given; choose with --dtype" in result["assumptions"]


def test_counts_with_a_name_stay_open_in_size_solve_and_compare(symkv):
    _, out, _ = symkv("size", KIMI, "n_a=7", "--json")
    result = json.loads(out)["result"]
    assert (result["open_symbols"], result["growth_bytes_per_token"]) == (["n_k"], 7 * 1152)
    _, out, _ = symkv("solve", KIMI, "--for", "n_a", "--target", "8064B", "dtype=bf16", "--json")
    assert json.loads(out)["result"]["answers"][0]["whole"]["value"] == 7
    _, out, _ = symkv("compare", "n_q*mla(d_latent=512,d_rope=64)", "9*gqa(n_kv_heads=1,d_head=64)", "--json")
    assert json.loads(out)["result"]["equal_when"] == "n_q = 2"  # 576*n_q = 9*2*64


def test_a_band_and_bounds_of_several_quantities_are_what_a_scan_gives(symkv):
    bounds = ["--between", "20KiB", "40KiB", "--max", "stored@8192=200MiB", "--min", "read@8192=100MiB"]
    box = ["n_global_layers=1..12", "n_local_layers=1..40", "n_kv_heads=1..8", "d_head=64,128", "window=512,1024"]
    _, out, _ = symkv("designs", "local_global", *bounds, *box, "dtype=bf16", "--json")
    found = {
        tuple(d[n] for n in ("n_global_layers", "n_local_layers", "n_kv_heads", "d_head", "window"))
        for d in json.loads(out)["result"]["designs"]
    }
    scan = set()
    for g in range(1, 13):
        for n in range(1, 41):
            for h in range(1, 9):
                for d in (64, 128):
                    for w in (512, 1024):
                        stored = 4 * h * d * (g * 8192 + n * w)
                        if 20480 <= 4 * g * h * d <= 40960 and 100 * 2**20 <= stored <= 200 * 2**20:
                            scan.add((g, n, h, d, w))
    assert found == scan
    assert scan


def test_two_targets_are_solved_together(symkv):
    sizes = ["--equal", "stored@8192=109051904B", "--equal", "stored@1048576=8631877632B"]
    _, out, _ = symkv("designs", "local_global", *sizes, "window=1024", "d_head=64", "dtype=bf16", "--json")
    result = json.loads(out)["result"]
    scan = {
        (g, n, h)
        for h in range(1, 417)
        if 109051904 % (256 * h) == 0
        for g in range(1, 40)
        for n in range(1, 420)
        if 256 * h * (g * 8192 + n * 1024) == 109051904 and 256 * h * (g * 1048576 + n * 1024) == 8631877632
    }
    assert {(d["n_global_layers"], d["n_local_layers"], d["n_kv_heads"]) for d in result["designs"]} == scan
    assert scan
    assert result["complete"]


@pytest.mark.parametrize(
    ("argv", "conflict"),
    [
        (["--equal", "stored@8192=109051904B", "--equal", "stored@1048576=10758389760B", "--max", "growth=1GB"],
         ["stored@8192 = 109051904 B", "stored@1048576 = 10758389760 B"]),
        (["--max", "growth=1KiB", "--min", "stored@8192=1GiB", "--max", "state=1MiB"],
         ["growth <= 1024 B", "stored@8192 >= 1073741824 B"]),
        (["--max", "growth=100B", "--max", "state=1GiB"], ["growth <= 100 B"]),
        (["--max", "growth=8KiB", "--max", "state=1GiB", "--where", "n_kv_heads + 1 = n_kv_heads"],
         ["n_kv_heads + 1 = n_kv_heads"]),
    ],
)  # fmt: skip
def test_where_nothing_fits_the_bounds_that_conflict_are_named(symkv, argv, conflict):
    given = ["window=1024", "d_head=64", "dtype=bf16", "n_local_layers=1..60", "n_kv_heads=1..16"]
    status, out, _ = symkv("designs", "local_global", *argv, *given, "--json")
    result = json.loads(out)["result"]
    assert (status, result["count"], result["complete"]) == (0, 0, True)
    assert result["conflict"] == conflict
    assert result["stops"] == {}


def test_the_pareto_front_has_what_no_other_design_beats(symkv):
    box = ["n_layers=8..16", "n_kv_heads=1..8", "d_head=64,96,128", "dtype=fp8,bf16"]
    goals = ["--minimise", "growth", "--maximise", "n_kv_heads*d_head", "--maximise", "n_layers"]
    _, out, _ = symkv("designs", "gqa", "--between", "8KiB", "16KiB", *box, *goals, "--json")
    found = json.loads(out)["result"]["designs"]
    keys = [(d["bytes"], -d["n_kv_heads"] * d["d_head"], -d["n_layers"]) for d in found]
    assert keys == sorted(keys)
    beaten = [
        any(other != key and all(a <= b for a, b in zip(other, key, strict=True)) for other in keys) for key in keys
    ]
    assert [not d["pareto"] for d in found] == beaten
    assert 0 < sum(d["pareto"] for d in found) < len(found)


def test_conditions_may_use_symbols_that_only_they_have(symkv):
    conditions = ["--where", "n_kv_heads divides n_heads", "--where", "d_head multiple of 16"]
    _, out, _ = symkv(
        "designs", "gqa", "--target", "64KiB", "n_layers=32", "num_attention_heads=32", *conditions, "--json"
    )
    found = {(d["n_kv_heads"], d["d_head"]) for d in json.loads(out)["result"]["designs"]}
    assert found == {(h, 512 // h) for h in (1, 2, 4, 8, 16, 32)}  # 32*2*2*h*d = 65536


def test_an_interrupt_gives_what_is_found_so_far_and_status_130(symkv, monkeypatch):
    module = sys.modules["symkv.solve.designs"]  # the package has the function under that name
    points = module.points

    def stopped(*arguments):
        for place, point in enumerate(points(*arguments)):
            if place == 3:
                raise KeyboardInterrupt
            yield point

    monkeypatch.setattr(module, "points", stopped)
    status, out, err = symkv("designs", "gqa", "--target", "2KiB", "n_layers=1..4", "--json")
    result = json.loads(out)["result"]
    assert (status, result["count"], result["complete"], err) == (130, 3, False, "")
    assert result["stops"] == {}
    status, out, _ = symkv("designs", "gqa", "--target", "2KiB", "n_layers=1..4")
    assert status == 130
    assert "stopped before the end" in out


def test_a_long_search_says_on_stderr_how_far_it_is(capsys, monkeypatch):
    from symkv.cli.progress import Progress
    from symkv.solve.effort import Effort

    clock = iter([0, 1, 2.5, 3, 8])
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    progress = Progress()
    effort = Effort(progress, every=2, found=7, place=("n_layers", 3, 64))
    for _ in range(8):
        effort.step()
    progress.close()
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "symkv: 7 designs so far, 4 nodes, n_layers 4 of 64; Ctrl-C gives what is found",
        "symkv: 7 designs so far, 8 nodes, n_layers 4 of 64; Ctrl-C gives what is found",
    ]


def test_the_sizes_that_a_variant_is_meant_for_are_conditions(symkv):
    box = ["n_layers=1..6", "n_index_layers=1..6", "d_latent=512", "d_rope=64", "d_index=128"]
    _, out, _ = symkv("designs", "shared_index", "--max", "growth=1MiB", *box, "dtype=bf16", "--json")
    result = json.loads(out)["result"]
    assert result["conditions"] == ["n_index_layers <= n_layers"]
    assert result["count"] == 21
