"""Units: one unit in every sum and on both sides, parameters are not bytes, kB is not KiB."""

import random
from fractions import Fraction
from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symkv import symbols
from symkv.derivations import load, shipped_derivations
from symkv.errors import BadInput
from symkv.formula import Formula, Relation
from symkv.proof.collect import collect
from symkv.proof.dimensions import check_units, unit_of
from symkv.symbols import SIZES, Symbol, Unit, declare, lookup, parse_unit, table
from symkv.units import BINARY, DECIMAL, parse_size
from symkv.variants import catalogue

LECTURE = {
    "n_active": "parameter",
    "n_total": "parameter",
    "bytes_per_parameter": "byte/parameter",
    "multiplies": "parameter/second",
    "bandwidth": "byte/second",
    "capacity": "byte",
    "hold": "second",
    "gpu_price": "dollar/second",
    "ratio": "1",
    "weights": "byte",
    "kib": "KiB",
    "kb": "kB",
    "rate": "byte/second",
    "pages": "1",
}
TABLE = table()  # before a derivation declares symbols of its own
UNITS = {symbol.name: symbol.dimension for symbol in TABLE} | LECTURE


def checked(statement, *literals, where=(), facts=(), units=UNITS):
    read = [tuple(map(Relation.parse, texts)) for texts in (where, facts)]
    return check_units(Relation.parse(statement), where=read[0], facts=read[1], units=units, literals=literals)


def unit(text, *literals):
    return unit_of(Formula.parse(text), units=UNITS, literals=literals)


# -- the algebra of units ----------------------------------------------------------------------------------------------

bases = st.sampled_from(["byte", "element", "head", "layer", "token"])
units_ = st.dictionaries(bases, st.integers(-3, 3), max_size=4).map(
    lambda powers: prod((Unit(((base, Fraction(1)),)) ** power for base, power in powers.items()), start=Unit())
)


@given(units_, units_, units_, st.integers(-3, 3))
def test_units_are_a_commutative_group_with_powers(a, b, c, n):
    assert a * b == b * a
    assert (a * b) * c == a * (b * c)
    assert a * Unit() == a == a / Unit()
    assert a / a == Unit() == a**0
    assert (a * b) ** n == a**n * b**n
    assert (a**2) ** Fraction(1, 2) == a


@given(units_)
def test_the_text_of_a_unit_reads_back(a):
    assert parse_unit(str(a)) == a


@pytest.mark.parametrize("name", ["tensor", "sequence"])
def test_tensors_and_sequences_are_named_but_pure(name):
    assert parse_unit(name) == parse_unit("1") == Unit()
    assert parse_unit(f"byte/{name}") == parse_unit("byte")


NO_UNIT = "2|2*byte|byte/|/byte|byte/token/head|byte token|byte + token|byte**-1|1/(token)**2|byte/()|byte//token"
NO_UNIT += "|(byte)|d_head|é|byte**0.5|byte)|1*byte|byte**|byte*|byte\ntoken"


@pytest.mark.parametrize("text", ["", "b" * 33, *NO_UNIT.split("|")])
def test_what_is_no_unit_is_refused(text):
    with pytest.raises(BadInput, match="a unit must be"):
        parse_unit(text)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("bytes", "byte"),
        ("byte/tokens", "byte/token"),
        ("layers", "layer"),
        ("KB", "kB"),
        ("KB", "KiB"),
        ("KiBs", "KiB"),
    ],
)
def test_a_plural_and_an_ambiguous_unit_are_refused_with_what_to_write(wrong, right):
    with pytest.raises(BadInput, match=rf"write .*\b{right.partition('/')[2] or right}\b"):
        parse_unit(wrong)
    assert str(parse_unit(right)) == right


def test_every_symbol_of_the_table_has_a_unit():
    assert not [symbol.name for symbol in TABLE if not symbol.dimension]
    assert all(isinstance(parse_unit(symbol.dimension), Unit) for symbol in TABLE)


def test_a_symbol_is_declared_with_a_unit_that_reads_and_without_one():
    with pytest.raises(BadInput, match="singular"):
        declare(Symbol("x_bad_unit_for_test", "x", "x", "bytes", dimension="bytes/token"))
    assert symbols.find("x_bad_unit_for_test") is None
    free = declare(Symbol("x_without_unit_for_test", r"x_{\mathrm{test}}", "x", "bytes", "positive rational"))
    try:
        assert check_units(Relation.parse("x_without_unit_for_test = n_layers")).startswith("not checked: x_without")
    finally:
        symbols._TABLE.pop(free.name)


# -- the unit of a formula ---------------------------------------------------------------------------------------------

NAMES = ["n_layers", "n_kv_heads", "d_head", "bytes_per_element", "n_tokens", "tp", "n_active", "bandwidth"]
PURE = ["n_global_layers/n_layers", "min(n_tokens, window)/n_tokens", "n_heads/n_kv_heads", "3/2", "7"]
SCALE = {"layer": 2, "head": 3, "element": 5, "byte": 7, "token": 11, "rank": 13, "parameter": 17, "second": 19}


def size(a):
    return prod((Fraction(SCALE[base]) ** int(power) for base, power in a.powers), start=Fraction(1))


def grow(child):
    alike = st.tuples(child, st.sampled_from(PURE), st.sampled_from(PURE))  # two things of one unit
    return st.one_of(
        st.tuples(child, st.sampled_from("*/"), child).map(lambda t: f"({t[0]}){t[1]}({t[2]})"),
        st.tuples(child, st.sampled_from([-2, -1, 2])).map(lambda t: f"({t[0]})**{t[1]}"),
        alike.map(lambda t: f"({t[0]})*{t[1]} + {t[2]}*({t[0]})"),
        alike.map(lambda t: f"min(({t[0]})*({t[1]}), ({t[0]})/({t[2]}))"),
        alike.map(lambda t: f"({t[0]} if {t[0]} <= ({t[0]})*({t[1]}) else ({t[0]})*({t[2]}))"),
    )


leaves = st.sampled_from(
    [*NAMES, "2*n_layers", "ceil(n_tokens/block_size)*block_size", "mod(n_tokens, window) + window"]
)
formulas = st.recursive(leaves, grow, max_leaves=5).filter(lambda text: len(text) < 1500)
points = st.integers(0, 10**6).map(random.Random).map(lambda r: {name: r.randint(1, 60) for name in UNITS})


@given(formulas, points)
def test_measuring_in_smaller_units_scales_the_value_as_the_unit_says(text, point):
    formula = Formula.parse(text)
    if not formula.evaluate(point):
        return  # zero scales in every way
    scaled = {name: point[name] * size(parse_unit(UNITS[name])) for name in formula.names}
    assert formula.evaluate(scaled) == formula.evaluate(point) * size(unit(text))


monomials = st.lists(st.sampled_from(NAMES), min_size=1, max_size=4).map("*".join)


@given(st.lists(monomials, min_size=2, max_size=3), points)
def test_a_sum_is_refused_just_where_its_value_does_not_scale(terms, point):
    text = " + ".join(terms)
    once, twice = (
        Formula.parse(text).evaluate({name: point[name] * size(parse_unit(UNITS[name])) ** n for name in NAMES})
        for n in (1, 2)
    )
    plain = Formula.parse(text).evaluate(point)
    if plain * twice == once**2:  # a sum of positive powers: equal just where all exponents agree (Cauchy-Schwarz)
        assert once == plain * size(unit(text))
    else:
        with pytest.raises(BadInput, match="terms of a sum must have one unit"):
            unit(text)


@given(formulas, formulas)
def test_the_unit_of_a_product_is_the_product_of_the_units(one, other):
    assert unit(f"({one})*({other})") == unit(one) * unit(other)
    assert unit(f"({one})/({other})") == unit(one) / unit(other)
    assert unit(f"sqrt(({one})**2)") == unit(one)
    assert unit(f"-({one})") == unit(f"max({one}, 0)") == unit(f"floor({one})") == unit(one)


@given(
    st.lists(st.sampled_from(NAMES), min_size=2, max_size=5), st.lists(st.sampled_from(PURE), min_size=2), st.randoms()
)
def test_the_order_of_factors_and_terms_does_not_matter(factors, ratios, rng):
    def written():
        rng.shuffle(factors)
        rng.shuffle(ratios)
        return " + ".join("*".join([*factors, f"({ratio})"]) for ratio in ratios)

    assert unit(written()) == unit(written()) == unit("*".join(factors))


# -- the formulas of the field -----------------------------------------------------------------------------------------

IN_BYTES_PER_TOKEN = ("growth", "read_growth")
PLAIN = [  # rows of tokens only: a slot of a state has no token, and a quantised row has scales
    name
    for name, item in catalogue().items()
    if not item.units and all(t.mask.made == "n_tokens" and not t.rate for t in item.tensors)
]


def test_most_of_the_catalogue_keeps_rows_of_tokens():
    assert len(PLAIN) > 40


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("of", ["stored", "between", "read", "growth", "read_growth"])
def test_each_quantity_of_a_variant_is_in_bytes_or_bytes_per_token(name, of):
    item = catalogue()[name]
    one_head = ["1 = head/layer"] if any(tensor.heads == "1" for tensor in item.tensors) else []
    claimed = "byte/token" if of in IN_BYTES_PER_TOKEN else "byte"
    other = {"byte": "byte/token", "byte/token": "byte"}[claimed]
    for formula in (item.quantity(of), *([item.paper_formula()] if of == item.paper_of else [])):
        units = {name: lookup(name).dimension for name in formula.names}
        statement = Relation(Formula.parse("answer"), "=", formula)
        assert check_units(statement, units={**units, "answer": claimed}, literals=one_head) == "checked"
        if formula.text != "0":
            with pytest.raises(BadInput, match="both sides"):
                check_units(statement, units={**units, "answer": other}, literals=one_head)


@pytest.mark.parametrize("name", PLAIN)
def test_collecting_keeps_the_unit(name):
    for of in ("stored", "read", "growth"):
        built = catalogue()[name].quantity(of)
        assert unit_of(collect(built)) == unit_of(built)


NAMED = {  # what the steps of two_kilobytes have to say of their literals
    "width": ("256 = element/(head*token)",),
    "heads_at_2048": ("8 = byte*head/element",),
    "elements": ("2048 = element/token",),
}


@pytest.mark.parametrize("name", shipped_derivations())
def test_every_step_that_is_shipped_is_checked(name):
    derivation = load(shipped_derivations()[name])
    own = {s.name: s.dimension or "byte/token" for s in derivation.symbols if isinstance(s, Symbol)}
    units = {symbol.name: symbol.dimension for symbol in table()} | own
    facts = {}
    for step in derivation.steps:
        statement, where = Relation.parse(step.statement), [Relation.parse(text) for text in step.where]
        rests_on = [fact for used in step.uses for fact in facts.get(used, ())]
        facts[step.id] = [statement, *where, *rests_on]
        needed = NAMED.get(step.id, ()) if name == "two_kilobytes" else ()
        given = {"where": where, "facts": rests_on, "units": units}
        assert check_units(statement, literals=step.units or needed, **given) == "checked", step.id
        if needed:
            with pytest.raises(BadInput, match="name its unit"):
                check_units(statement, **given)


@pytest.mark.parametrize(
    "statement",
    [
        "n_layers*n_kv_heads*d_head*bytes_per_element*n_tokens + n_layers*n_kv_heads*d_head*bytes_per_element*n_tokens"
        " = n_layers*2*n_kv_heads*d_head*bytes_per_element*n_tokens",
        "bytes_per_token = n_layers*n_kv_heads*(d_k + d_v)*bytes_per_element",
        "bytes_per_token = (d_latent + d_rope + d_index)*n_layers*bytes_per_element",
        "bytes_per_token = n_layers/share_factor*2*n_kv_heads*d_head*bytes_per_element",
        "d_latent = 2*n_kv_heads*d_head",
        "n_heads/n_kv_heads = ratio",
        "capacity >= batch*n_tokens*bytes_per_token",
        "capacity = ceil(n_tokens/block_size)*block_size*bytes_per_token",
        "capacity = n_layers*d_latent*(d_state + d_conv - 1)*bytes_per_element",
        "n_tokens - max(0, n_tokens - 1 - window + 1) = min(n_tokens, window)",
        "min(n_tokens, window) <= 0*n_tokens + window",
        "n_tokens = block_size*floor(n_tokens/block_size) + mod(n_tokens, block_size)",
        "floor(n_tokens/compression) + window >= 1",
        "tp divides n_kv_heads",
        "n_kv_heads multiple of tp",
        "ceil(n_kv_heads/tp)*tp >= n_kv_heads",
        "n_layers = n_global_layers + n_local_layers",
        "n_global_layers = ceil(n_layers/6)",
        "2*128*7 < 2000",
        "capacity = 61*(512*1 + 128/64*4)",
        "n_kv_heads = 125/16",
        "hold = max(batch*n_active/multiplies, (weights + batch*n_tokens*bytes_per_token)/bandwidth)",
        "weights + capacity = bytes_per_parameter*n_total + batch*n_tokens*bytes_per_token",
        "ratio = multiplies*bytes_per_parameter/bandwidth",
        "batch = ratio*n_total/n_active",
        "n_tokens = n_active*bandwidth/(multiplies*bytes_per_token)",
        "bytes_per_token = n_active*bytes_per_parameter/(ratio*n_tokens)",
        "n_active/multiplies*capacity/bytes_per_token = capacity/bandwidth*n_tokens",
        "min(pages, 2) = (n_tokens/window if n_tokens < window else 1)",
    ],
)
def test_formulas_of_the_field_have_one_unit_with_no_literal_named(statement):
    assert checked(statement) == "checked"


MISTAKES = [  # what is wrong, its valid twin, and what the message must say
    ("weights = n_total", "weights = bytes_per_parameter*n_total", "byte and parameter .* factor in byte/parameter"),
    (
        "hold = (n_total + batch*n_tokens*bytes_per_token)/bandwidth",
        "hold = (bytes_per_parameter*n_total + batch*n_tokens*bytes_per_token)/bandwidth",
        "terms of a sum .* parameter and byte in",
    ),
    ("capacity + n_tokens > 1", "capacity + n_tokens*bytes_per_token > 1", "terms of a sum .* byte and token"),
    (
        "min(capacity, n_tokens) > 1",
        "min(capacity/bytes_per_token, n_tokens) > 1",
        "arguments of min .* byte and token",
    ),
    (
        "bytes_per_token = n_layers*d_head*2*bytes_per_element",
        "bytes_per_token = n_layers*d_head*2*n_kv_heads*bytes_per_element",
        r"byte/token and byte\*layer/\(head\*token\)|literal|head/layer",
    ),
    (
        "bytes_per_token = 2*n_kv_heads*d_head*bytes_per_element",
        "bytes_per_token = 2*n_layers*n_kv_heads*d_head*bytes_per_element",
        "both sides must have one unit",
    ),
    ("bytes_per_token = n_layers*d_latent", "bytes_per_token = n_layers*d_latent*bytes_per_element", "byte/element"),
    ("capacity = bytes_per_token*(n_tokens + batch)", "capacity = bytes_per_token*(n_tokens*batch)", "token and 1 in"),
    ("capacity = bytes_per_token*n_tokens**2", "capacity = bytes_per_token*n_tokens", r"byte and byte\*token"),
    ("capacity/tp = capacity", "capacity/tp*tp = capacity", "byte/rank and byte"),
    (
        "window = (window if n_tokens < n_layers else window)",
        "window = (window if n_tokens < 2 else window)",
        "compared",
    ),
    ("1 < (window if n_tokens < 1 else n_layers)", "1 < (window if n_tokens < 1 else n_tokens)", "both cases"),
    ("kb = kib", "kb = kb", '"128/125 = kB/KiB" converts'),
    ("max(capacity, 2, n_tokens) > 1", "max(capacity, 2, weights) > 1", "arguments of max .* byte and token"),
    ("weights = 3 + n_total", "weights = 3 + capacity", "factor in byte/parameter"),
    ("kb = sqrt(capacity*kib)", "kb = sqrt(kb*kb)", r"factor in kB/\(KiB\*\*\(1/2\)\*byte\*\*\(1/2\)\) \("),
    ("sqrt(n_tokens*window) = n_tokens**2", "sqrt(n_tokens*window) = n_tokens", r"token and token\*\*2"),
]


@pytest.mark.parametrize(("wrong", "right", "says"), MISTAKES, ids=lambda text: text[:40])
def test_a_mistake_in_the_units_is_refused_and_its_correction_is_not(wrong, right, says):
    with pytest.raises(BadInput, match=says) as refused:
        checked(wrong)
    assert "\n" not in str(refused.value)
    assert checked(right) == "checked"


# -- literals ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "literals"),
    [
        ("bytes_per_token = 256*n_layers*n_kv_heads*bytes_per_element", ["256 = element/(head*token)"]),
        ("n_kv_heads = 8/bytes_per_element", ["8 = byte*head/(element*layer)"]),
        ("bytes_per_token = 2048*bytes_per_element", ["2048 = element/token"]),
        ("capacity = n_total/2", ["2 = parameter/byte"]),
        ("capacity = 9/16*n_layers*d_latent*n_tokens", ["9/16 = byte/element"]),
        ("capacity = n_layers*d_latent*n_tokens*9/16", ["9 = byte", "16 = element"]),
        ("capacity = 0.5*n_total", ["0.5 = byte/parameter"]),
        ("capacity = 0.5*n_total", ["1/2 = byte/parameter"]),
        ("n_tokens = 9/16*n_layers*16", ["9/16 = token", "16 = 1/layer"]),
        ("d_latent = 4*d_head", ["4 = head/layer"]),
        ("hold = 288e9/bandwidth", ["288e9 = byte"]),
    ],
)
def test_a_literal_factor_has_a_unit_only_where_the_step_names_it(statement, literals):
    assert checked(statement, *literals) == "checked"
    with pytest.raises(BadInput, match="must have one unit"):
        checked(statement)


def test_the_message_proposes_the_name_that_then_passes():
    for statement in (
        "n_kv_heads = 8/bytes_per_element",
        "2048*bytes_per_element = bytes_per_token",
        "n_tokens = 3*hold",
    ):
        with pytest.raises(BadInput, match="name its unit") as refused:
            checked(statement)
        assert checked(statement, str(refused.value).split('"')[1]) == "checked"


def test_a_literal_named_each_time_takes_its_names_in_written_order():
    kipply = "bytes_per_token = 2*2*n_layers*n_heads*d_head"
    assert checked(kipply, "2 = tensor", "2 = byte/element") == "checked"
    assert checked("n_tokens*2 + 2*n_layers > 2*capacity", "2 = byte/token", "2 = byte/layer", "2 = 1") == "checked"
    with pytest.raises(BadInput, match="one unit"):
        checked("n_tokens*2 + 2*n_layers > 2*capacity", "2 = byte/layer", "2 = byte/token", "2 = 1")
    with pytest.raises(BadInput, match="one unit"):
        checked(kipply, "2 = byte/element")  # named once, it is so each time
    with pytest.raises(BadInput, match="as often as it is named"):
        checked(kipply, "2 = tensor", "2 = byte/element", "2 = 1")
    with pytest.raises(BadInput, match="occurs more often"):
        checked("bytes_per_token = 2*2*2*n_layers*n_heads*d_head", "2 = tensor", "2 = byte/element")


def test_a_named_literal_must_occur_as_one():
    assert checked("n_layers = 2*n_global_layers", "2 = tensor") == "checked"
    for text in ("256 = byte", "2*1 = byte", "2", "2/0 = byte"):
        with pytest.raises(BadInput, match="a literal must"):
            checked("n_layers = 2*n_global_layers", text)
    for text in ("two = tensor", "2 = ", "= byte", "-2 = byte", "2 = bytes"):
        with pytest.raises(BadInput):
            checked("n_layers = 2*n_global_layers", text)


def test_a_bare_number_is_in_the_unit_beside_it_unless_it_is_named():
    assert checked("d_head = 128") == checked("window >= 1") == checked("2**20 < n_tokens - 1") == "checked"
    assert checked("capacity = 2048", "2048 = byte") == "checked"
    with pytest.raises(BadInput, match="byte/token and byte"):
        checked("bytes_per_token = 2048", "2048 = byte")
    with pytest.raises(BadInput, match="token and 1 in"):
        checked("n_tokens = n_tokens*3 + 2", "2 = tensor")


@pytest.mark.parametrize("name", [*DECIMAL, *BINARY])
def test_bytes_convert_by_the_exact_number_only(name):
    exact = parse_size(f"1 {name}")[-1].bytes  # MB is read as 1024**2 first; as a unit it is the SI one
    units = {"large": name, "small": "byte"}
    for statement in (f"large = small/{exact}", f"small = {exact}*large", f"small = {exact}*(large + 1)"):
        assert checked(statement, f"{exact} = byte/{name}", units=units) == "checked"
        with pytest.raises(BadInput, match="one unit"):
            checked(statement, units=units)
    swapped = {"kB": "KiB", "KiB": "kB"}.get(name) or (name.replace("i", "") if "i" in name else f"{name[0]}iB")
    other = {**DECIMAL, **BINARY}[swapped]
    with pytest.raises(BadInput, match=f"conversion must be exact.* write {exact} = byte/{name}"):
        checked(f"large = small/{other}", f"{other} = byte/{name}", units=units)
    with pytest.raises(BadInput, match=rf'"{exact} = byte/{name}" converts, not {other}'):
        checked(f"large = small/{other}", units=units)


def test_powers_of_ten_and_two_convert_as_they_are_written():
    assert checked("kib = capacity/2**10", "2**10 = byte/KiB") == "checked"
    assert checked("kb = capacity/1e3", "10**3 = byte/kB") == "checked"
    assert checked("kb = 1.024*kib", "1.024 = kB/KiB") == "checked"
    assert checked("hold = 60*n_layers", "60 = second/layer") == "checked"  # not a conversion: any number will do
    for wrong in ("2**10 = byte/kB", "1000 = byte/KiB", "1 = kB/KiB", "7 = bit/byte", "24 = second/hour"):
        with pytest.raises(BadInput, match="conversion must be exact"):
            checked("kib = capacity/2**10", wrong)


def test_the_sizes_of_units_of_one_kind_are_those_of_the_sizes_that_are_read():
    for name, value in {**DECIMAL, **BINARY}.items():
        assert SIZES[0][name] == value
    assert SIZES[0]["bit"] * 8 == SIZES[0]["byte"] == 1
    assert SIZES[1]["day"] == 24 * SIZES[1]["hour"] == 24 * 60 * SIZES[1]["minute"] == 86400 * SIZES[1]["second"]


# -- factors that are one, and symbols with no unit --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "condition", "literal"),
    [
        ("bytes_per_token = 2*n_layers*d_head*bytes_per_element", "n_kv_heads = 1", "1 = head/layer"),
        ("weights = n_total", "bytes_per_parameter = 1", "1 = byte/parameter"),
        ("bytes_per_token = 2*n_kv_heads*d_head*bytes_per_element", "1 = n_layers", "1 = layer"),
        ("n_layers*d_latent*bytes_per_element = capacity", "n_tokens = 1", "1 = token"),
        ("n_tokens/block_size + 4*block_size > 1", None, "1 = token"),
        ("hold = capacity/bandwidth*n_tokens", None, "1 = token"),  # a pass for each token, as the lecture has it
        ("capacity = n_layers*n_heads*d_k*d_v*bytes_per_element", None, "1 = element/(head*token**2)"),
    ],
)
def test_a_factor_one_may_be_left_out_where_a_condition_or_the_step_says_so(statement, condition, literal):
    with pytest.raises(BadInput, match="one unit"):
        checked(statement)
    assert checked(statement, literal) == "checked"
    if condition:
        assert checked(statement, where=[condition]) == checked(statement, facts=[condition]) == "checked"
        with pytest.raises(BadInput, match="one unit"):
            checked(statement, where=[condition.replace("1", "2")])
        with pytest.raises(BadInput, match="one unit"):
            checked(statement, where=[condition.replace("=", "<=")])


def test_a_factor_one_excuses_its_own_unit_only():
    both = ["1 = head/layer", "1 = byte/parameter"]
    assert checked("weights = n_total*n_kv_heads", *both) == "checked"
    for literals in (both[:1], both[1:], [*both, "1 = head/layer"]):
        with pytest.raises(BadInput, match="one unit"):
            checked("weights*n_tokens = n_total*n_kv_heads*n_layers", *literals)
    for literals in (both[:1], both[1:]):
        with pytest.raises(BadInput, match="one unit"):
            checked("weights = n_total*n_kv_heads", *literals)
    assert checked("n_tokens = n_layers", "1 = token/head", "1 = head/layer") == "checked"


def test_conditions_are_checked_with_the_step():
    where = ["d_latent = 2*n_kv_heads*d_head", "d_rope = 0", "n_tokens <= window", "bytes_per_element = 2"]
    assert checked("n_layers >= 2*n_kv_heads", "2 = layer**2/head", where=where[1:]) == "checked"
    assert checked("n_layers >= 1", where=where) == "checked"
    assert checked("n_layers >= 1", where=["2*d_latent = 4*d_rope"]) == "checked"
    with pytest.raises(BadInput, match="d_latent = 4"):
        checked("n_layers >= 1", where=["d_latent = 4*d_head"])
    assert checked("n_layers >= 1", "4 = head/layer", where=["d_latent = 4*d_head"]) == "checked"
    with pytest.raises(BadInput, match="token and layer in window"):
        checked("n_layers >= 1", where=["window = n_layers"])


def test_a_symbol_with_no_unit_is_named_and_the_rest_is_checked():
    assert checked("x*n_layers = n_tokens + y", where=["z = 1"]) == "not checked: x, y, z without a unit"
    assert checked("n_layers >= 1", facts=["x = 1"]) == "checked"
    for statement in ("(x + 1)*n_layers = n_tokens", "n_layers*x = n_tokens", "n_layers/x = 2*x**2 + n_tokens"):
        assert checked(statement) == "not checked: x without a unit"
    with pytest.raises(BadInput, match="layer and token"):
        checked("x*(n_layers + n_tokens) = y")
    with pytest.raises(BadInput, match="token and layer"):
        checked("min(n_tokens, x, n_layers) = y")
    assert unit("x*n_layers") is None
    assert unit("min(x, n_layers)") == parse_unit("layer")
    assert unit("3 + 4") == Unit()


def test_the_table_gives_the_units_where_none_are_given():
    read = Relation.parse
    assert check_units(read("n_tokens <= window")) == "checked"
    assert check_units(read("n_tokens <= free_name")) == "not checked: free_name without a unit"
    with pytest.raises(BadInput, match="token and layer"):
        check_units(read("n_tokens <= n_layers"))
    assert check_units(read("n_tokens <= n_layers"), units={}) == "not checked: n_tokens, n_layers without a unit"
    assert check_units(read("n_tokens <= n_layers"), units={"n_layers": parse_unit("byte")}).endswith(
        "n_tokens without a unit"
    )


def test_a_long_sum_is_read_without_depth():
    long = " + ".join(["tp"] * 800)
    assert unit(long) == parse_unit("rank")
    with pytest.raises(BadInput, match=r"rank and token in .*\.\.\.;"):
        unit(f"{long} + n_tokens")
