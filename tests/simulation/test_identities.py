"""Whole records: name, place, postal code, telephone and tax number of one party agree."""

import re
from importlib.metadata import entry_points

import pytest
from numpy.random import Generator
from tests.simulation.town import CATALOGUE, LAWS, TOWN, TownLaw, books, invoices, sell, shop

from ledgerflow.billing.party import Holder, Jurisdiction, Party, Region, Registration
from ledgerflow.simulation.config import Establishment
from ledgerflow.simulation.identities import home_of, seller_of
from ledgerflow.simulation.simulate import simulate


def parties(**fields: object) -> list[Party]:
    mix = {"business": 0.5, "abroad": 0.1, "walk_in": 0.1, "sez": 0.2, "other_region": 0.5}
    return [sale.buyer for sale in invoices(sell(books(shop(buyers=mix | fields), count=300)))]


@pytest.fixture(scope="module")
def buyers() -> list[Party]:
    return parties()


def region_of(party: Party) -> Region:
    return TOWN.jurisdiction.region_by_code[party.place.region]


@pytest.mark.requirement("SIM.4")
def test_the_postal_code_is_of_the_city_and_the_city_of_the_region(buyers: list[Party]) -> None:
    for buyer in buyers:
        if buyer.place.country == "XT" and buyer.name:
            [city] = [city for city in region_of(buyer).cities if city.name == buyer.place.city]
            assert city.first_postal_code <= int(buyer.place.postal_code) <= city.last_postal_code
            assert len(buyer.place.postal_code) == 5
            assert buyer.place.region_name == region_of(buyer).name


def test_the_tax_number_is_of_the_region_and_only_of_businesses(buyers: list[Party]) -> None:
    for buyer in buyers:
        assert bool(buyer.tax_number) == buyer.is_business
        if buyer.tax_number:
            assert TOWN.check_registration(buyer.tax_number, buyer.place) == ""


def test_two_customers_share_neither_number_nor_name(buyers: list[Party]) -> None:
    named = {buyer.name: buyer for buyer in buyers if buyer.name}
    numbers = [buyer.tax_number for buyer in named.values() if buyer.tax_number]
    assert len(numbers) == len(set(numbers))
    for buyer in buyers:
        assert buyer.name == "" or named[buyer.name] == buyer


class FewNumbers(TownLaw):
    """Four numbers a region, each drawn as likely."""

    def invent_registration(self, dice: Generator, party: Party) -> str:
        return f"{party.place.region}0000000{dice.integers(0, 4)}"


def test_numbers_are_all_used_before_one_is_used_twice() -> None:
    mix = {"business": 1, "other_region": 0}
    config = books(shop(buyers=mix, registration="unregistered"), count=6, repeat_rate=0)
    sales = simulate(config, CATALOGUE, dict(LAWS) | {"town": FewNumbers()})
    assert len({sale.supply.buyer.tax_number for sale in sales}) == 4
    assert len({sale.supply.buyer.name for sale in sales}) == 6


def test_addresses_and_telephones_are_nobodys(buyers: list[Party]) -> None:
    for buyer in buyers:
        assert buyer.email == "" or re.fullmatch(r"[a-z0-9-]+@(example\.com|[a-z0-9-]+\.example)", buyer.email)
        if buyer.place.country == "XT" and buyer.name:
            assert re.fullmatch(r"\+999 5\d\d \d{4}", buyer.phone)


def test_a_buyer_abroad_has_no_region_and_no_number_of_ours(buyers: list[Party]) -> None:
    abroad = [buyer for buyer in buyers if buyer.registration is Registration.OVERSEAS]
    assert len(abroad) == 30
    for buyer in abroad:
        assert buyer.place.country not in ("", "XT")
        assert (buyer.place.region, buyer.tax_number) == ("", "")
        assert buyer.place.city
        assert buyer.place.postal_code
        assert buyer.holder is Holder.COMPANY


def test_a_walk_in_customer_leaves_nothing(buyers: list[Party]) -> None:
    walk_ins = [buyer for buyer in buyers if not buyer.name]
    assert len(walk_ins) == 30
    assert {(b.phone, b.email, b.tax_number, b.place.street, b.place.region) for b in walk_ins} == {("",) * 4 + ("N1",)}


def test_weights_say_in_which_other_regions_buyers_are() -> None:
    regions = {buyer.place.region for buyer in parties(abroad=0, walk_in=0, regions={"W1": 1})}
    assert regions == {"N1", "W1"}


@pytest.mark.parametrize(
    ("fields", "city", "region"),
    [
        ({"region": "S1"}, "Downham", "S1"),
        ({"region": "", "city": "weston"}, "weston", "W1"),
        ({"region": "", "tax_number": "S100000001"}, "Downham", "S1"),
        ({"city": "Hamlet"}, "Hamlet", "N1"),
    ],
)
def test_a_seller_is_completed_by_what_is_known(fields: dict[str, object], city: str, region: str) -> None:
    config = books(shop(**fields))
    seller = seller_of(config, config.business.establishments[0], TOWN)
    assert (seller.name, seller.place.city, seller.place.region) == ("Town Trading", city, region)
    assert seller.tax_number.startswith(region)
    assert seller.place.street
    assert len(seller.place.postal_code) == 5
    assert seller == seller_of(config, config.business.establishments[0], TOWN)


def test_what_a_seller_says_of_itself_stands() -> None:
    own = {
        "name": "Corner Shop", "name_local": "Eckladen", "city": "Upton", "street": "1 Mill Lane",
        "street_local": "Mühlweg 1",
        "postal_code": "01234", "tax_number": "N100000007", "letter_of_undertaking": "LUT-7",
    }  # fmt: skip
    config = books(shop(**own))
    seller = seller_of(config, config.business.establishments[0], TOWN)
    place = seller.place
    assert (seller.name, seller.name_local) == ("Corner Shop", "Eckladen")
    assert (place.city, place.street, place.street_local, place.postal_code) == (
        "Upton",
        "1 Mill Lane",
        "Mühlweg 1",
        "01234",
    )
    assert (seller.tax_number, seller.identifiers) == ("N100000007", {"LUT": "LUT-7"})


def test_an_unregistered_seller_has_no_number() -> None:
    config = books(shop(registration="unregistered"))
    assert seller_of(config, config.business.establishments[0], TOWN).tax_number == ""


def test_a_law_of_no_country_borrows_the_places_of_one_that_knows_it() -> None:
    none = LAWS["none"]
    here = Establishment(key="till", strategy="none", country="XT")
    assert home_of(here, none, LAWS) == TOWN.jurisdiction
    elsewhere = here.model_copy(update={"country": "QA"})
    assert home_of(elsewhere, none, LAWS) == Jurisdiction(country="QA", name="QA", currency_code="USD")
    assert home_of(here.model_copy(update={"country": ""}), none, LAWS) == none.jurisdiction


@pytest.mark.requirement("FR-2.6", "SIM.4")
def test_real_laws_agree_with_the_records_made_for_them() -> None:
    laws = {entry.name: entry.load() for entry in entry_points(group="ledgerflow.tax_strategies")}
    for code in ("gst", "vat-bh", "vat-sa", "vat-ae", "vat-om"):
        config = books({"key": "desk", "strategy": code, "buyers": {"business": 1}})
        seller = seller_of(config, config.business.establishments[0], laws[code])
        assert laws[code].check_registration(seller.tax_number, seller.place) == ""
        assert seller.place.region in laws[code].jurisdiction.region_by_code
