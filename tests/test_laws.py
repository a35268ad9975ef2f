"""The laws of serving: solved for each symbol and put back, units, published numbers, the commands."""

import json
import random
from fractions import Fraction

import pytest

from symkv import symbols
from symkv.cli import main
from symkv.errors import BadInput, Refuted, Undecided
from symkv.formula import Formula, Relation
from symkv.models.records import names as models
from symkv.proof.dimensions import check_units
from symkv.proof.judges import judge
from symkv.render.reread import reread_relation
from symkv.solve.laws import law, law_result, laws, read_given, solve_law
from symkv.solve.laws.inverse import invert
from symkv.solve.laws.listing import law_shown
from symkv.variants import catalogue, variant

EACH = [(name, symbol) for name, item in laws().items() for symbol in item.names]


def exact(name, symbol, *given):
    return solve_law(law(name), symbol, given).answers[0].exact


def fits(name, symbol, *given):
    return solve_law(law(name), symbol, given).answers[0].fits


# -- every law, every symbol ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def inverses():
    return {(name, symbol): invert(laws()[name].relation, symbol) for name, symbol in EACH}


@pytest.mark.parametrize(("name", "symbol"), EACH)
def test_a_law_turned_round_is_proved_by_two_judges_and_true_when_put_back(name, symbol, inverses):
    relation, found = laws()[name].relation, inverses[name, symbol]
    assert found.proved
    assert found.judges[0] == "kernel"
    assert len(found.judges) > 1 or found.form.same_as(relation.rhs)  # it stood alone: nothing was turned
    assert symbol not in found.form.names
    draw, met = random.Random(f"{name} {symbol}"), 0
    for _ in range(400):
        at = {other: draw.choice((1, 2, 3, 5, 8, 13, 40, 100)) for other in relation.names if other != symbol}
        at |= {other: at[other] * 10**4 for other in ("hbm_bytes",) if other in at}
        domain = [c for c in laws()[name].conditions if symbol not in c.names]
        if not all(condition.holds(at) for condition in (*found.conditions, *domain)):
            continue
        value = Fraction(found.form.evaluate(at))
        if value <= 0:
            continue
        met += 1
        put = relation.substitute({**at, symbol: value})
        assert put.holds({})
        if found.sign == "=":
            assert put.lhs.evaluate({}) == put.rhs.evaluate({})
        else:  # the bound is the last value: a little beyond it the law is false
            beyond = value * (Fraction(10**6 + 1, 10**6) if found.sign == "<=" else Fraction(10**6 - 1, 10**6))
            assert not relation.holds({**at, symbol: beyond})
            assert relation.holds({**at, symbol: value / beyond * value})
        if met == 20:
            break
    assert met >= 5, "the law is tried where it has a value"


@pytest.mark.parametrize("name", laws())
def test_every_law_has_one_unit_on_both_sides(name):
    item = laws()[name]
    assert item.check_units() == "checked"
    assert all(symbols.lookup(symbol).dimension for symbol in item.names)


@pytest.mark.parametrize("name", [name for name, item in laws().items() if "bytes_per_parameter" in item.names])
def test_parameters_are_not_bytes(name):
    item = laws()[name]
    spoken = Relation(*(getattr(item.relation, part) for part in ("lhs", "sign", "rhs")))
    spoken = spoken.substitute({"bytes_per_parameter": 1})
    with pytest.raises(BadInput, match="must have one unit"):
        check_units(spoken, where=item.conditions, literals=item.units)
    assert check_units(spoken, where=item.conditions, literals=[*item.units, "1 = byte/parameter"]) == "checked"


def test_the_name_of_a_law_is_no_variant_and_no_model():
    assert not set(laws()) & {*catalogue(), *models()}


def test_a_law_has_a_source_and_says_what_it_assumes():
    for item in laws().values():
        assert item.title
        assert item.about
        assert item.source.locator


@pytest.mark.parametrize("name", sorted(laws()))
def test_the_latex_of_a_law_and_of_its_domain_reads_back(name):
    item = laws()[name]
    assert reread_relation(item.latex, item.relation)
    assert [reread_relation(c.latex, c) for c in item.conditions] == law_shown(name)["latex"]["where"]


def test_the_number_of_laws_and_symbols_is_what_the_table_has():
    assert len(laws()) >= 25
    with pytest.raises(BadInput, match="did you mean price_step"):
        law("price_stop")


# -- numbers of the lecture and of its neighbours ---------------------------------------------------------------------

STEP = ("hardware_ratio=300", "n_active=100e9", "n_tokens=200e3", "bytes_per_parameter=1")


def test_bytes_per_token_from_a_price_step_and_each_of_the_others_from_the_rest():
    assert exact("price_step", "bytes_per_token", *STEP) == Fraction(5000, 3)
    values = dict(argument.split("=") for argument in (*STEP, "bytes_per_token=5000/3"))
    for symbol, value in values.items():
        rest = [f"{other}={text}" for other, text in values.items() if other != symbol]
        assert exact("price_step", symbol, *rest) == Fraction(Formula.parse(value).evaluate({}))


@pytest.mark.parametrize(("width", "printed"), [("1/2", 833), ("1", 1667), ("2", 3333)])
def test_the_price_step_depends_on_the_bytes_of_a_parameter(width, printed):
    assert round(exact("price_step", "bytes_per_token", *STEP[:3], f"bytes_per_parameter={width}")) == printed


def test_the_spoken_design_has_2048_bytes_in_one_byte_and_4096_in_two():
    elements = {"n_layers": 1, "n_kv_heads": 8, "d_head": 128}
    found = [variant("gqa").growth.evaluate({**elements, "bytes_per_element": width}) for width in (1, 2)]
    assert found == [2048, 4096]


def test_six_and_a_half_heads_meet_the_price_step(capsys):
    given = ("gqa", "n_layers=1", "d_head=128", "--dtype", "fp8")
    assert main(["solve", *given, "--for", "n_kv_heads", "--target", "5000/3B", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)["result"]
    assert result["exact"] == "625/96"
    sides = [(result[side]["value"], round(float(result[side]["miss_percent"]), 1)) for side in ("below", "above")]
    assert sides == [(6, -7.8), (7, 7.5)]
    assert main(["size", *given, "n_kv_heads=8", "--json"]) == 0
    spoken = json.loads(capsys.readouterr().out)["result"]["growth_bytes_per_token"]
    assert round(float((spoken / Fraction(5000, 3) - 1) * 100), 1) == 22.9


def test_the_balance_batch_is_300_times_the_sparsity():
    assert exact("balance_batch", "batch", "hardware_ratio=300", "n_total=8*n_active") == 2400
    found = solve_law(law("balance_batch"), "batch", ["hardware_ratio=300", "n_total=671e9", "n_active=37e9"]).answers[
        0
    ]
    assert (found.below.value, found.above.value) == (5440, 5441)


@pytest.mark.parametrize(("tokens", "batch"), [("50k", 3200), ("100k", 4800), ("150k", 9600)])
def test_the_balance_batch_grows_with_the_context_up_to_the_crossover(tokens, batch):
    given = ("hardware_ratio=300", "n_total=8*n_active", "crossover_tokens=200e3")
    assert exact("balance_batch_kv", "batch", *given, f"n_tokens={tokens}") == batch


def test_the_balance_batch_with_the_cache_follows_from_both_times_and_grows():
    crossover = law("crossover").relation.rhs
    ratio = law("hardware_ratio").relation.rhs
    formula = law("balance_batch_kv").relation.rhs.substitute({"crossover_tokens": crossover})
    formula = formula.substitute({"hardware_ratio": ratio})
    both = Relation(law("compute_time").relation.rhs, "=", law("memory_time").relation.rhs)
    below = Relation(Formula.parse("n_tokens"), "<", crossover.substitute({"hardware_ratio": ratio}))
    assert judge(both.substitute({"batch": formula}), (below,)).verdict == "proved"
    grows = Relation(formula, "<", formula.substitute({"n_tokens": Formula.parse("n_tokens + 1")}))
    assert judge(grows, (below.substitute({"n_tokens": Formula.parse("n_tokens + 1")}),)).verdict == "proved"


@pytest.mark.parametrize(
    ("hbm", "bandwidth", "milliseconds"),
    [("288e9", "20e12", "14.4"), ("80e9", "3.35e12", "23.9"), ("16e9", "8.2e11", "19.5"), ("32GiB", "1.2e12", "28.6")],
)
def test_drain_times_of_four_machines(hbm, bandwidth, milliseconds):
    found = exact("drain_time", "drain_seconds", f"hbm_bytes={hbm}", f"bandwidth={bandwidth}") * 1000
    assert round(float(found), 1) == float(milliseconds)


@pytest.mark.parametrize(
    ("flop", "bandwidth", "ratio"),
    [("989e12", "3.35e12", 295), ("312e12", "1.5e12", 208), ("1.97e14", "8.2e11", 240), ("275e12", "1.2e12", 229)],
)
def test_hardware_ratios_of_four_chips_in_bf16(flop, bandwidth, ratio):
    rate = exact("multiply_rate", "multiply_rate", f"flop_rate={flop}")
    given = (f"multiply_rate={rate}", "bytes_per_parameter=2", f"bandwidth={bandwidth}")
    assert round(exact("hardware_ratio", "hardware_ratio", *given)) == ratio


def test_the_hardware_ratio_is_one_in_every_precision_that_doubles_the_rate():
    ratio = law("hardware_ratio").relation.rhs
    halved = {"bytes_per_parameter": Formula.parse("bytes_per_parameter/2")}
    doubled = {**halved, "multiply_rate": Formula.parse("2*multiply_rate")}
    assert judge(Relation(ratio.substitute(doubled), "=", ratio)).verdict == "proved"
    assert judge(Relation(ratio.substitute(halved), "=", ratio)).verdict == "refuted"


def test_tokens_served_in_two_months_and_training_to_match():
    served = exact("served_tokens", "inference_tokens", "tokens_per_second=5e8", "serving_seconds=60*86400")
    assert served == Fraction("2.592e15")
    assert exact("training_balance", "training_tokens", "decode_inefficiency=3", f"inference_tokens={served}") == served


def test_holding_is_dearer_than_recomputing_after_the_drain_time_of_each_token_that_a_step_reads():
    assert exact("hold_or_recompute", "hold_seconds", "drain_seconds=0.02", "crossover_tokens=200e3") == 4000
    assert exact("hold_or_recompute", "hold_seconds", "drain_seconds=0.0144", "crossover_tokens=200e3") == 2880
    ratio = law("hardware_ratio").relation.rhs
    crossover = law("crossover").relation.rhs.substitute({"hardware_ratio": ratio})
    put = {"drain_seconds": law("drain_time").relation.rhs, "crossover_tokens": crossover}
    held = law("hold_or_recompute").relation.rhs.substitute(put)
    assert judge(Relation(held, "=", law("recompute_time").relation.rhs)).verdict == "proved"


def test_pipeline_stages_divide_the_weights_of_a_chip_but_not_its_cache():
    whole = Formula.parse(
        "(bytes_per_parameter*n_total + n_stages*micro_batch*n_tokens*bytes_per_token)/(n_expert_chips*n_stages)"
    )
    assert judge(Relation(whole, "=", law("capacity_pipelined").relation.lhs)).verdict == "proved"
    at = {"n_expert_chips": 64, "n_stages": 4, "n_total": 10**12, "bytes_per_parameter": 1}
    cache = {"micro_batch": 2400, "n_tokens": 200_000, "bytes_per_token": 2048}
    found = law("capacity_pipelined").relation.lhs.evaluate({**at, **cache})
    assert found == Fraction(10**12, 256) + 15_360_000_000  # 3.9 GB of weights and 15.36 GB of cache


def test_stages_hide_behind_the_traffic_of_experts_where_their_product_is_four():
    assert fits("pipeline", "stage_layers", "network_ratio=8", "active_experts=1") == 4
    assert fits("pipeline", "stage_layers", "network_ratio=8", "active_experts=3") == 2  # 4/3 layers, rounded up


def test_utilisation_is_half_at_twice_the_crossover():
    assert exact("utilisation", "utilisation", "crossover_tokens=200e3", "n_tokens=400e3") == Fraction(1, 2)
    assert exact("utilisation", "utilisation", "crossover_tokens=200e3", "n_tokens=100e3") == 1
    assert exact("utilisation", "n_tokens", "crossover_tokens=200e3", "utilisation=1/2") == 400_000


LLAMA_13B = ("n_total=13e9", "bytes_per_parameter=2", "n_tokens=8192", "bytes_per_token=819200", "bandwidth=8*8.2e11")
TABLE = {1: (4.98, 200.61), 8: (12.13, 659.30), 16: (20.30, 787.99), 32: (36.65, 873.21), 64: (69.33, 923.13)}


@pytest.mark.parametrize(("batch", "step", "rate"), [(b, *row) for b, row in {**TABLE, 240: (249.09, 963.53)}.items()])
def test_the_throughput_table_of_the_scaling_book(batch, step, rate):
    """jax-ml.github.io/scaling-book, inference: LLaMA-2-13B on 8 TPU v5e, 8192 tokens, bf16."""
    seconds = exact("memory_time", "memory_seconds", *LLAMA_13B, f"batch={batch}")
    assert abs(seconds * 1000 / Fraction(str(step)) - 1) < Fraction(1, 200)
    found = exact("throughput", "tokens_per_second", f"batch={batch}", f"step_seconds={seconds}")
    assert abs(found / Fraction(str(rate)) - 1) < Fraction(1, 200)


@pytest.mark.parametrize(
    ("tokens", "heads", "batch"), [(8192, 8, 110.6), (8192, 1, 888.7), (131072, 8, 6.9), (131072, 1, 55.5)]
)
def test_the_largest_batch_on_16_chips_is_the_floor(tokens, heads, batch):
    """The scaling book's model of 64 layers, width 4096 and heads of 256, in int8 on 16 TPU v5e."""
    parameters = 18_385_207_296 - 64 * 2 * 4096 * (8 - heads) * 256
    given = (f"n_total={parameters}", "bytes_per_parameter=1", f"n_tokens={tokens}", f"bytes_per_token={32768 * heads}")
    found = solve_law(law("capacity"), "batch", [*given, "n_chips=16", "hbm_bytes=16e9", "usable_fraction=1"])
    assert round(float(found.answers[0].exact), 1) == batch
    assert found.answers[0].fits == int(batch)
    assert found.answers[0].below.holds
    assert not found.answers[0].above.holds


def test_the_fewest_chips_are_the_ceiling():
    given = ("n_total=70e9", "bytes_per_parameter=1", "usable_fraction=1", "hbm_bytes=16e9", "bytes_per_token=163840")
    assert fits("capacity", "n_chips", *given, "batch=240", "n_tokens=32768") == 85  # 84.9; printed 86, from 1.3 TB
    assert round(float(exact("capacity", "n_chips", *given, "batch=32", "n_tokens=8192")), 2) == 7.06
    assert fits("capacity_tokens", "cached_tokens", *given, "n_chips=8") == 354_003  # 58e9 bytes over 163840


# arXiv:2211.05102, table 1: the longest context of PaLM 540B (118 layers) on 64 TPU v4 with 30 % of the memory for it.
ESTI = [
    ("context_by_heads", 48, 128, 128, 1320),
    ("context_by_heads", 48, 128, 512, 330),
    ("context_by_heads", 1, 256, 128, 660),
    ("context_by_heads", 1, 256, 512, 165),
    ("context_by_batch", 1, 256, 128, 43_000),
    ("context_by_batch", 1, 256, 512, 10_700),
]


def longest(name, heads, width, batch, hbm):
    given = ("n_layers=118", f"n_kv_heads={heads}", f"d_head={width}", "dtype=bf16", "n_chips=64")
    return exact(name, "n_tokens", *given, f"batch={batch}", "usable_fraction=0.3", f"hbm_bytes={hbm}")


@pytest.mark.parametrize(("name", "heads", "width", "batch", "printed"), ESTI)
def test_the_table_of_longest_contexts_within_two_per_cent(name, heads, width, batch, printed):
    assert abs(longest(name, heads, width, batch, "32GiB") / printed - 1) < Fraction(2, 100)


def test_the_table_of_longest_contexts_is_missed_in_decimal_gigabytes_and_without_padding():
    decimal = longest("context_by_heads", 48, 128, 128, "32e9")
    assert int(decimal) == 1241
    assert abs(decimal / 1320 - 1) > Fraction(2, 100)
    spread = Fraction(3, 10) * 32 * 2**30 / (128 * 2 * 118 * Fraction(48, 64) * 128 * 2)
    assert int(spread) == 1777


def test_padding_is_undone_for_the_heads_and_the_chips():
    given = ("n_layers=118", "d_head=128", "dtype=bf16", "batch=128", "usable_fraction=0.3", "hbm_bytes=32GiB")
    assert fits("context_by_heads", "n_kv_heads", *given, "n_tokens=1320", "n_chips=64") == 64
    assert fits("context_by_heads", "n_chips", *given, "n_tokens=1320", "n_kv_heads=48") == 48
    assert fits("context_by_heads", "n_chips", *given, "n_tokens=660", "n_kv_heads=48") == 24  # two heads on each
    with pytest.raises(Refuted, match="> 0 must hold, got 0 > 0"):
        exact("context_by_heads", "n_chips", *given, "n_tokens=1400", "n_kv_heads=48")


def test_a_step_takes_the_slower_part_and_the_batch_that_fits_keeps_both():
    chip = ("n_active=1e9", "n_total=8e9", "multiply_rate=3e14", "bandwidth=1e12", "bytes_per_parameter=1")
    given = (*chip, "n_tokens=1000", "bytes_per_token=1000")
    assert exact("step_time", "step_seconds", *given, "batch=2400") == Fraction(8 * 10**9 + 2400 * 10**6, 10**12)
    assert fits("step_time", "batch", *given, "step_seconds=0.0104") == 2400
    assert fits("pass_time", "pass_tokens", *given, "batch=1", "step_seconds=0.009") == 2700
    floor = exact("latency_floor", "step_seconds", *chip[1:2], *chip[3:])
    assert floor == Fraction(8, 1000)
    with pytest.raises(Refuted, match="no batch meets step_time"):
        fits("step_time", "batch", *given, "step_seconds=0.007")  # below the floor
    with pytest.raises(Refuted, match="no n_active meets step_time here: step_seconds >= "):
        exact("step_time", "n_active", *given[1:], "batch=2400", "step_seconds=0.01")  # reading alone takes longer


def test_decode_priced_five_times_prefill_is_read_five_times_as_long():
    assert exact("price_ratio", "price_ratio", "memory_seconds=0.05", "compute_seconds=0.01") == 5


# -- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "symbol", "given", "words"),
    [
        ("balance_batch_kv", "batch", ["n_tokens=200e3", "crossover_tokens=200e3"], "n_tokens < crossover_tokens only"),
        ("balance_batch_kv", "batch", ["n_tokens=1..3e5", "crossover_tokens=200e3"], "at n_tokens = 300000"),
        ("capacity", "batch", ["usable_fraction=1.1"], "usable_fraction <= 1 only"),
        ("price_step", "batch", [], "--for must name a symbol of price_step"),
        ("price_step", "n_tokens", ["batch=1"], "batch is no symbol of price_step"),
        ("price_step", "n_tokens", ["n_tokens=1"], "leave it out"),
        ("price_step", "n_tokens", ["n_active=1", "n_active=2"], "given once"),
        ("price_step", "n_tokens", ["n_active=1/2"], "whole number"),
        ("price_step", "n_tokens", ["n_active=2..1"], "LO <= HI"),
        ("price_step", "n_tokens", ["n_active=1..2..3"], "LO..HI"),
        ("price_step", "n_tokens", ["n_active=1,2"], "one value or LO..HI"),
        ("price_step", "n_tokens", ["n_active=1..n_total"], "must be numbers"),
        ("price_step", "n_tokens", ["n_active"], "NAME=VALUE"),
        ("context_by_heads", "n_tokens", ["dtype=fp8_ds_mla"], "row format"),
        ("balance_batch", "batch", ["n_total=8*n_active", "n_active=n_total/8"], "in a circle"),
        ("balance_batch", "batch", ["n_total=n_active/2", "n_active=3"], "whole number"),
    ],
)
def test_what_a_law_refuses(name, symbol, given, words):
    with pytest.raises(BadInput, match=words):
        solve_law(law(name), symbol, given)


def test_no_answer_in_the_domain_is_said():
    given = ["hardware_ratio=300", "n_total=8e9", "n_active=1e9", "crossover_tokens=200e3"]
    with pytest.raises(Refuted, match="no n_tokens meets balance_batch_kv"):
        solve_law(law("balance_batch_kv"), "n_tokens", [*given, "batch=2000"])
    assert exact("balance_batch_kv", "n_tokens", *given, "batch=4800") == 100_000
    with pytest.raises(Refuted, match="usable_fraction <= 1 must hold, got 5/4 <= 1"):
        exact("capacity_tokens", "usable_fraction", "n_total=9", "bytes_per_parameter=1", "cached_tokens=1",
              "bytes_per_token=1", "n_chips=1", "hbm_bytes=8")  # fmt: skip


def test_values_may_be_written_in_each_other():
    given = ["hardware_ratio=300", "n_active=n_total/8", "n_total=8*n_tokens", "n_tokens=1000", "crossover_tokens=2000"]
    assert exact("balance_batch_kv", "batch", *given) == 4800
    ranged = solve_law(law("balance_batch"), "batch", ["hardware_ratio=200..300", "n_total=8*n_active"])
    assert (ranged.answers[0].interval.low, ranged.answers[0].interval.high) == (1600, 2400)


def test_a_law_that_a_symbol_has_left_is_undecided():
    with pytest.raises(Undecided):
        solve_law(law("balance_batch"), "n_active", ["n_total=8*n_active", "hardware_ratio=300"])


def test_what_is_open_is_named_and_sizes_are_read_both_ways():
    open_answer = solve_law(law("drain_time"), "drain_seconds", ["hbm_bytes=80GiB"]).answers
    assert [str(answer.closed_form) for answer in open_answer] == ["85899345920/bandwidth"]
    assert open_answer[0].why == "drain_seconds stays open: give bandwidth"
    both = solve_law(law("drain_time"), "drain_seconds", ["hbm_bytes=80GB", "bandwidth=3.35TB/s"]).answers
    assert [round(float(answer.exact) * 1000, 2) for answer in both] == [23.32, 23.88]
    assert [answer.reading.words for answer in both] == ["GB, TB as powers of 1024", "GB, TB as powers of 1000"]
    assert len(read_given(law("drain_time"), ["hbm_bytes=80e9"])) == 1


# -- the commands -----------------------------------------------------------------------------------------------------


def run(capsys, *arguments):
    status = main(list(arguments))
    return status, capsys.readouterr()


def test_solve_takes_a_law_without_a_target(capsys):
    status, printed = run(capsys, "solve", "price_step", "--for", "bytes_per_token", *STEP, "--json")
    result = json.loads(printed.out)["result"]
    assert status == 0
    assert (result["exact"], result["proved"], result["symbol"]) == ("5000/3", True, "bytes_per_token")
    for key in ("closed_form", "general_form", "whole", "below", "above", "judges", "conditions", "answers"):
        assert key in result
    assert result == law_result(solve_law(law("price_step"), "bytes_per_token", STEP))


def test_solve_prints_a_law_for_people(capsys):
    given = (
        "n_total=70e9",
        "bytes_per_parameter=1",
        "usable_fraction=0.9",
        "hbm_bytes=80GiB",
        "bytes_per_token=163840",
    )
    status, printed = run(capsys, "solve", "capacity", "--for", "batch", *given, "n_chips=2", "--tokens", "32k")
    assert status == 0
    assert "batch at most" in printed.out
    assert "whole: 16" in printed.out
    assert "32k tokens is read as 32000" in printed.out
    status, printed = run(capsys, "solve", "capacity", "--for", "hbm_bytes", "batch=1..2", *given[:3], "--batch", "1")
    assert status == 2
    status, printed = run(capsys, "solve", "drain_time", "--for", "drain_seconds", "hbm_bytes=1..2", "bandwidth=4..5")
    assert "least at hbm_bytes = 1, bandwidth = 5" in printed.out
    status, printed = run(capsys, "solve", "balance_batch", "--for", "batch", "hardware_ratio=300", "n_total=7")
    assert "stays open: give n_active" in printed.out
    status, printed = run(
        capsys, "solve", "balance_batch", "--for", "batch", "hardware_ratio=1", "n_total=7", "n_active=2"
    )
    assert "not whole: 3 misses by -14.29 %, 4 misses by +14.29 %" in printed.out


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["price_step", "--for", "bytes_per_token", "--target", "2KB"], 2),
        (["price_step", "--for", "n_layers"], 2),
        (["balance_batch_kv", "--for", "batch", "n_tokens=3e5", "crossover_tokens=2e5"], 2),
        (["latency_floor", "--for", "n_total", "bandwidth=1/2", "step_seconds=1", "bytes_per_parameter=1"], 1),
    ],
)
def test_the_exit_status_of_a_law(arguments, status, capsys):
    found, printed = run(capsys, "solve", *arguments)
    assert found == status
    assert printed.err.count("\n") == 1


def test_list_and_show_tell_of_laws(capsys):
    _, printed = run(capsys, "list", "laws", "--json")
    entries = json.loads(printed.out)["result"]["items"]
    assert [entry["name"] for entry in entries] == list(laws())
    _, printed = run(capsys, "list", "laws")
    assert "bytes_per_token = bytes_per_parameter*n_active/(hardware_ratio*n_tokens)" in printed.out
    _, printed = run(capsys, "show", "balance_batch_kv")
    assert "where n_tokens < crossover_tokens" in printed.out
    _, printed = run(capsys, "show", "price_step", "--latex")
    assert printed.out.strip() == r"\kappa = \frac{b_{\mathrm{w}}\,N_{\mathrm{act}}}{\rho\,S}"
    _, printed = run(capsys, "show", "price_step", "--json")
    assert json.loads(printed.out)["result"]["symbols"][0]["dimension"] == "byte/token"
