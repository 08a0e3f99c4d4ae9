"""Names belong to their place, correspond in both scripts, and are not used twice before they are used up."""

from itertools import pairwise
from unicodedata import name as character

import pytest

from ledgerflow.billing.party import Holder
from ledgerflow.simulation.names import FIRM_HOLDERS, flavour_of


def is_arabic(text: str) -> bool:
    letters = [letter for letter in text if letter.isalpha()]
    return bool(letters) and all(character(letter).startswith("ARABIC") for letter in letters)


@pytest.mark.parametrize("country", ["BH", "SA", "AE", "OM", "QA", "KW"])
def test_gulf_names_stand_in_both_scripts(country: str) -> None:
    flavour = flavour_of(country, "ar")
    streets = [street.numbered(17) for street in flavour.streets]
    firms = [flavour.firm(holder, pick) for holder in FIRM_HOLDERS for pick in range(50)]
    for wording in [*(flavour.person(pick) for pick in range(2000)), *firms, *streets]:
        assert wording.text.isascii()
        assert is_arabic(wording.local)


def test_the_two_scripts_say_the_same() -> None:
    flavour = flavour_of("BH", "ar")
    family = {word.text: word.local for word in flavour.family}
    given = {word.text: word.local for word in flavour.given}
    for pick in range(200):
        person = flavour.person(pick)
        first, _, last = person.text.partition(" ")
        assert person.local == f"{given[first]} {family[last]}"


def test_a_gulf_company_names_its_legal_form_as_its_country_does() -> None:
    assert "W.L.L." in flavour_of("BH", "ar").firm(Holder.COMPANY, 3).text
    assert "LLC" in flavour_of("SA", "ar").firm(Holder.COMPANY, 3).text


@pytest.mark.parametrize(("region", "surname"), [("27", "Patil"), ("33", "Iyer"), ("19", "Ghosh"), ("09", "Sharma")])
def test_indian_names_are_of_their_state(region: str, surname: str) -> None:
    assert surname in {word.text for word in flavour_of("IN", "", region).family}


def test_a_country_without_a_book_has_english_names() -> None:
    assert flavour_of("NZ", "") == flavour_of("", "en")
    assert flavour_of("NZ", "mi").person(0).local == ""


def test_a_language_brings_its_names_to_a_new_country() -> None:
    assert is_arabic(flavour_of("JO", "ar").person(0).local)


@pytest.mark.parametrize(("country", "region"), [("IN", "27"), ("IN", "09"), ("BH", ""), ("NZ", "")])
def test_no_name_stands_for_two(country: str, region: str) -> None:
    flavour = flavour_of(country, "", region)
    assert len({flavour.person(pick).text for pick in range(6000)}) == 6000
    assert len({flavour.firm(Holder.COMPANY, pick).text for pick in range(1500)}) == 1500


def test_neighbours_look_unlike() -> None:
    people = [flavour_of("IN", "", "29").person(pick).text.split() for pick in range(40)]
    assert all(one[0] != other[0] for one, other in pairwise(people))
