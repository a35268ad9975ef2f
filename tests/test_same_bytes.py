"""The same input gives the same bytes, whatever the hash seed, the locale, the order of work and the time."""

import hashlib
import re
import shutil

import pytest

from symkv.derivations import check, named
from symkv.render import derivation_document
from symkv.render.pdf import compiled
from tests.same_bytes import different, hashes, locales, rendered


def test_two_seeds_two_locales_and_both_orders_give_the_same_bytes(tmp_path):
    one, other = locales(str(tmp_path))
    found = [
        hashes(few=True),
        rendered({**one, "PYTHONHASHSEED": "1"}, few=True),
        rendered({**other, "PYTHONHASHSEED": "31337"}, few=True, backwards=True),
    ]
    assert len(found[0]) >= 3
    assert not different(found)


def test_a_difference_is_found():
    assert different([{"a": "1", "b": "2"}, {"a": "1", "b": "3"}]) == ["b"]


def test_another_input_has_another_hash_in_its_header():
    one, other = (derivation_document(check(named(name))) for name in ("two_kilobytes", "counting"))
    marks = [re.search(r"sha256 ([0-9a-f]{64})", made.values["header"])[1] for made in (one, other)]
    letters = derivation_document(check(named("two_kilobytes")), product="cdot")
    assert len({*marks, letters.values["header"]}) == 3


@pytest.mark.real
def test_a_pdf_has_the_same_bytes_again_and_the_date_that_is_asked_for(monkeypatch):
    if shutil.which("latexmk") is None:
        pytest.skip("latexmk not installed")
    source = derivation_document(check(named("counting"))).render("tex")
    first, again = (compiled("counting", source)[0] for _ in range(2))
    assert hashlib.sha256(first).hexdigest() == hashlib.sha256(again).hexdigest()
    assert b"D:19700101" in first
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert b"D:20231114" in compiled("counting", source)[0]
