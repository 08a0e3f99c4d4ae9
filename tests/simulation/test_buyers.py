"""The mix of buyers is counted out, not diced; so is the share of orders that come from a known customer."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.simulation.town import SERIES, TOWN, books, invoices, sell, shop

from ledgerflow.billing.party import Registration
from ledgerflow.simulation.buyers import apportion, portion, segments
from ledgerflow.simulation.config import Establishment

WEIGHTS = st.lists(st.integers(0, 1000).map(Decimal), min_size=1, max_size=8)


@given(st.integers(0, 5000), WEIGHTS)
def test_apportioning_loses_nothing_and_stays_within_one(total: int, weights: list[Decimal]) -> None:
    parts = apportion(total, weights)
    whole = sum(weights)
    assert sum(parts) == (total if whole else 0)
    assert all(not whole or abs(part - total * weight / whole) < 1 for part, weight in zip(parts, weights, strict=True))


@given(st.integers(0, 5000), WEIGHTS)
def test_everyone_with_a_share_gets_one_where_there_is_one(total: int, weights: list[Decimal]) -> None:
    parts = apportion(total, weights, least=1)
    if total >= sum(weight > 0 for weight in weights):
        assert all(part >= 1 for part, weight in zip(parts, weights, strict=True) if weight)


@given(
    st.integers(1, 400),
    st.floats(0, 0.5), st.floats(0, 0.25), st.floats(0, 0.25), st.floats(0, 1), st.floats(0, 1),
)  # fmt: skip
def test_segments_are_the_mix(
    orders: int, business: float, walk_in: float, abroad: float, sez: float, other: float
) -> None:
    mix = {"business": business, "walk_in": walk_in, "abroad": abroad, "sez": sez, "other_region": other}
    establishment = Establishment.model_validate(shop(buyers=mix))
    parts = segments(establishment, TOWN.jurisdiction, "N1", orders)
    count = Counter[str]()
    for part in parts:
        count[part.kind] += part.orders
    assert sum(count.values()) == orders
    assert abs(count["walk_in"] - walk_in * orders) <= 1
    assert abs(count["abroad"] - abroad * orders) <= 1
    businesses = count["business"] + count["sez"]
    assert abs(businesses - business * orders) <= 1
    assert count["sez"] == portion(businesses, sez)
    assert sum(part.orders for part in parts if part.away) == portion(businesses + count["person"], other)


def test_the_mix_is_exact_in_the_books() -> None:
    mix = {"business": 0.5, "walk_in": 0.2, "abroad": 0.1, "other_region": 0.25}
    sales = invoices(sell(books(shop(buyers=mix), count=200)))
    buyers = [sale.buyer for sale in sales]
    assert sum(buyer.registration is Registration.REGISTERED for buyer in buyers) == 100
    assert sum(not buyer.name for buyer in buyers) == 40
    assert sum(buyer.registration is Registration.OVERSEAS for buyer in buyers) == 20
    assert sum(buyer.place.region in ("S1", "W1") for buyer in buyers) == 35  # a quarter of the 140 named at home


def test_a_composition_dealer_sells_at_home_only() -> None:
    sales = invoices(sell(books(shop(registration="composition"))))
    assert {sale.buyer.place.region for sale in sales} == {"N1"}


def test_a_country_of_one_region_has_no_other() -> None:
    one = replace(TOWN.jurisdiction, regions=TOWN.jurisdiction.regions[:1])
    parts = segments(Establishment.model_validate(shop()), one, "N1", 50)
    assert not any(part.away for part in parts)


def test_weights_of_the_own_region_alone_leave_no_other() -> None:
    sales = invoices(sell(books(shop(buyers={"regions": {"N1": 1}, "other_region": 0.5}))))
    assert {sale.buyer.place.region for sale in sales} == {"N1"}


@pytest.mark.parametrize("profile", ["basic", "realistic", "advanced"])
@pytest.mark.parametrize("rate", [0, 0.25, 0.5, 0.9])
def test_the_repeat_rate_is_exact(rate: float, profile: str) -> None:
    till = shop(key="till", series=SERIES, buyers={"walk_in": 0.3})
    config = books(shop(), till, count=400, repeat_rate=rate, realism_profile=profile)
    seen: set[tuple[str, str]] = set()
    repeats = named = 0
    for sale in sell(config):
        buyer = sale.supply.buyer
        if buyer.name:
            named += 1
            repeats += (sale.establishment, buyer.name) in seen
            seen.add((sale.establishment, buyer.name))
    assert repeats == portion(named, rate)


def test_a_repeat_rate_of_one_leaves_one_customer_of_each_kind() -> None:
    sales = invoices(sell(books(shop(buyers={"business": 1, "other_region": 0}), repeat_rate=1)))
    assert len({sale.buyer.name for sale in sales}) == 1


def test_loyal_customers_buy_much_oftener_than_others() -> None:
    def orders_of_the_best(profile: str) -> int:
        sales = invoices(sell(books(count=600, repeat_rate=0.9, realism_profile=profile, style="wholesale")))
        return Counter(sale.buyer.name for sale in sales).most_common(1)[0][1]

    assert orders_of_the_best("realistic") > orders_of_the_best("basic")


def test_establishments_share_the_invoices_by_largest_remainder() -> None:
    shares = {"a": 60, "b": 39.9, "c": 0.1}
    shops = [
        shop(key=key, share=share, series={kind: key.upper() + template for kind, template in SERIES.items()})
        for key, share in shares.items()
    ]
    assert Counter(sale.establishment for sale in sell(books(*shops, count=100))) == {"a": 60, "b": 39, "c": 1}


def test_reverse_charge_falls_on_its_share_of_the_businesses() -> None:
    sales = invoices(sell(books(shop(reverse_charge=0.25, buyers={"business": 0.8}), count=100)))
    assert sum(sale.reverse_charge for sale in sales) == 20
    assert all(sale.buyer.is_business for sale in sales if sale.reverse_charge)


def test_exports_and_zones_go_without_payment_under_an_undertaking() -> None:
    mix = {"business": 0.5, "sez": 0.5, "abroad": 0.2}
    for reference, free in (("LUT-1", {Registration.SEZ, Registration.OVERSEAS}), ("", set[Registration]())):
        sales = invoices(sell(books(shop(letter_of_undertaking=reference, buyers=mix))))
        assert {sale.buyer.registration for sale in sales if sale.without_payment} == free
