"""Parties and places, products, and the words of errors."""

import pickle

import pytest

from ledgerflow.billing.errors import Finding, InputRefused, RateUnknown
from ledgerflow.billing.party import City, Jurisdiction, Party, Place, Region, Registration


@pytest.mark.parametrize(
    ("registration", "business"),
    [
        (Registration.REGISTERED, True),
        (Registration.SEZ, True),
        (Registration.COMPOSITION, True),
        (Registration.UNREGISTERED, False),
        (Registration.OVERSEAS, False),
    ],
)
def test_registered_buyers_are_businesses(registration: Registration, business: bool) -> None:
    assert Party("Buyer", Place("BH"), registration).is_business is business


def test_a_jurisdiction_is_read_from_its_table() -> None:
    city = {"name": "Manama", "name_local": "المنامة", "first_postal_code": 302, "last_postal_code": 327}
    table: dict[str, object] = {"country": "BH", "name": "Bahrain", "currency_code": "BHD"}
    bahrain = Jurisdiction.from_mapping({**table, "regions": [{"code": "13", "name": "Capital", "cities": [city]}]})
    assert bahrain.currency.decimals == 3
    assert bahrain.region_by_code == {"13": Region("13", "Capital", (City("Manama", 302, 327, "المنامة"),))}
    assert Jurisdiction.from_mapping(table).regions == ()


def test_an_error_is_a_sentence_with_its_parameters() -> None:
    error = RateUnknown(code="9983", day="2017-06-30")
    assert str(error).startswith("No rate is known for 9983 on 2017-06-30.")
    assert error.parameters == {"code": "9983", "day": "2017-06-30"}


def test_an_error_of_another_process_arrives_as_it_was_raised() -> None:
    raised = InputRefused([Finding("too_small", "/count", "Too small.", "Give more.", {"least": "1"})])
    arrived = pickle.loads(pickle.dumps(raised))
    assert isinstance(arrived, InputRefused)
    assert (str(arrived), arrived.findings) == (str(raised), raised.findings)


def test_a_refusal_carries_every_finding() -> None:
    findings = [Finding("too_small", f"/lines/{place}", "Too small.", "Give more.") for place in range(2)]
    refusal = InputRefused(findings)
    assert refusal.findings == tuple(findings)
    assert str(refusal) == "2 finding(s): /lines/0: Too small. Give more."
