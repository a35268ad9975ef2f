"""What the derivations of papers claim: from sources that were read, each error with its arithmetic or its reason."""

from collections import defaultdict
from fractions import Fraction

import pytest

from symkv.derivations import named, shipped_derivations
from symkv.derivations.bibliography import bibliography
from symkv.derivations.values import check_claim

PAPERS = sorted(name for name, path in shipped_derivations().items() if path.parent.name == "papers")
NO_ERROR = "no error of the"  # a note that begins so: what a printed number is not


@pytest.fixture(scope="module")
def checked():
    return [check_claim(claim) for name in PAPERS for claim in named(name).claims]


def test_there_are_many_claims_from_many_sources(checked):
    assert len(checked) >= 300
    assert len({one.claim.source for one in checked}) >= 50


def test_errors_are_caught_in_sources_that_were_read(checked):
    errors = defaultdict(list)
    for one in checked:
        if one.verdict == "differs" and not one.claim.note.startswith(NO_ERROR):
            errors[one.claim.source].append(one)
    read = {source for source in errors if bibliography()[source].checked}
    assert len(read) >= 14
    for source in set(errors) - read:  # only the quotation was read: it says where
        assert all("quoted" in one.claim.note for one in errors[source]), source


def test_the_ratio_of_an_error_is_that_of_the_printed_and_the_exact_value(checked):
    for one in checked:
        if one.verdict == "differs":
            assert one.ratio == Fraction(one.claim.ratio) != 1, one.claim.id
            assert one.claim.cause, one.claim.id


def test_most_errors_are_reproduced_by_what_went_wrong(checked):
    errors = [one for one in checked if one.verdict == "differs"]
    shown = [one for one in errors if one.claim.as_printed]
    assert 3 * len(shown) >= 2 * len(errors)


@pytest.mark.parametrize("name", PAPERS)
def test_every_claim_of_a_file_has_a_name_of_its_own(name):
    names = [claim.id for claim in named(name).claims]
    assert len(names) == len(set(names))
    assert not [one for one in names if one != one.lower() or " " in one or "_" in one]
