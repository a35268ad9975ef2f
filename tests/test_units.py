"""Units: exact numbers, both readings of an ambiguous unit, formats with their scales."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symkv import units
from symkv.errors import BadInput


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("2KB", [2048, 2000]),
        ("1.5 MB", [1572864, 1500000]),
        ("1GB", [2**30, 10**9]),
        ("1TB", [2**40, 10**12]),
        ("2KiB", [2048]),
        ("2kB", [2000]),
        ("2048", [2048]),
        ("0.5B", [Fraction(1, 2)]),
        ("1e3B", [1000]),
    ],
)
def test_a_size_has_the_readings_that_its_unit_has(text, values):
    assert [size.bytes for size in units.parse_size(text)] == values


@pytest.mark.parametrize("text", ["", "KB", "-2KB", "0B", "2kb", "2 bits", "2KBB", "1e400B", "２KB", "nan", "2KB 3KB"])
def test_a_size_that_is_none_is_refused_in_one_line(text):
    with pytest.raises(BadInput) as refused:
        units.parse_size(text)
    assert "\n" not in str(refused.value)
    assert units.parse_size("2KB")


@pytest.mark.parametrize(
    ("text", "count"), [("1", 1), ("131072", 131072), ("128Ki", 131072), ("128k", 128000), ("0.5Mi", 524288)]
)
def test_a_token_count_is_whole(text, count):
    assert units.parse_tokens(text)[0] == count


@pytest.mark.parametrize("text", ["0", "1.5", "-1", "128K", "", "1e6", "0.3k2"])
def test_a_token_count_that_is_not_whole_is_refused(text):
    with pytest.raises(BadInput):
        units.parse_tokens(text)


@given(st.integers(1, 10**6))
def test_k_and_m_are_decimal_and_say_so(count):
    value, note = units.parse_tokens(f"{count}k")
    assert value == count * 1000
    assert str(count * 1024) in note
    assert units.parse_tokens(f"{count}Ki") == (count * 1024, None)


@given(st.fractions(-(10**6), 10**6), st.integers(0, 6))
def test_rounding_is_half_up_away_from_zero(value, digits):
    shown = Fraction(units.decimal(value, digits))
    assert abs(shown - value) <= Fraction(1, 2 * 10**digits)
    assert units.decimal(-value, digits) in (f"-{units.decimal(value, digits)}", units.decimal(value, digits)[1:], "0")


@given(st.fractions())
def test_json_carries_exact_numbers(value):
    carried = units.rational(value)
    assert Fraction(carried) == value
    assert isinstance(carried, int) == (value.denominator == 1)


def test_a_number_too_long_to_print_is_refused():
    assert units.rational(10**3999) == 10**3999
    for huge in (10**4400, Fraction(1, 10**4400)):
        with pytest.raises(BadInput, match="4000 digits"):
            units.rational(huge)


ROWS = [  # bytes for a row of 32 elements, counted by hand from the published block layouts
    ("fp32", 128),
    ("bf16", 64),
    ("fp8", 32),
    ("int4", 16),
    ("mxfp8", 32 + 1),
    ("mxfp4", 16 + 1),
    ("nvfp4", 16 + 2),
    ("q8_0", 34),
    ("q5_1", 24),
    ("q5_0", 22),
    ("q4_1", 20),
    ("q4_0", 18),
]


@pytest.mark.parametrize(("name", "row"), ROWS)
def test_a_format_counts_its_scales(name, row):
    assert 32 * units.DTYPES[name].rate == row


def test_an_unknown_format_is_refused_with_the_known_ones():
    with pytest.raises(BadInput, match="bf16"):
        units.check_dtype("fp7")
    assert all(units.check_dtype(name) == name for name in [*units.DTYPES, *units.ROW_FORMATS])


PRINTED = [
    (819200, "800 KB", "matches"),
    (70272, "70.272 KB", "matches"),
    (Fraction(34560), "34.6K", "rounds"),
    (34549, "34.5K", "rounds"),
    (34561, "34.5K", "differs"),
    (2048, "2 kB", "rounds"),
    (2048, "2.0 kB", "rounds"),
    (2048, "2.00 kB", "differs"),
    (2048, "2 KiB", "matches"),
    (Fraction(1, 8), "12.5%", "matches"),
    (327680, "327,680 B", "matches"),
]


@pytest.mark.parametrize(("value", "printed", "verdict"), PRINTED)
def test_a_printed_value_matches_rounds_or_differs(value, printed, verdict):
    assert units.against_printed(value, printed)[0] == verdict


@pytest.mark.parametrize("printed", ["", "about 2", "2 bits", "2 KB each"])
def test_a_printed_value_without_a_unit_that_is_known_is_refused(printed):
    with pytest.raises(BadInput):
        units.against_printed(2, printed)
