"""The books as a whole: oldest first, every bound obeyed, the same whoever makes them and whoever watches."""

import subprocess
import sys
from datetime import date
from decimal import Decimal
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.simulation.town import CATALOGUE, LAWS, SERIES, books, invoices, payable, refusal, sell, shop

from ledgerflow.billing.supply import Supply
from ledgerflow.simulation.config import BusinessStyle, RealismProfile
from ledgerflow.simulation.simulate import simulate

TWO_SHOPS = (
    shop(share=2, round_to="0.05"),
    shop(
        key="till",
        strategy="none",
        region="",
        country="XT",
        currency="KWD",
        price_factor="0.08",
        price_step="0.005",
        series=SERIES,
    ),
)


@pytest.mark.requirement("SIM.1")
@settings(max_examples=40, deadline=None)
@given(
    style=st.sampled_from(BusinessStyle),
    profile=st.sampled_from(RealismProfile),
    count=st.integers(1, 40),
    seed=st.integers(0, 2**63 - 1),
    lines=st.tuples(st.integers(1, 40), st.integers(0, 40)),
    quantity=st.tuples(st.integers(1, 400), st.integers(0, 2000)),
)
def test_lines_and_quantities_keep_their_bounds(
    style: BusinessStyle,
    profile: RealismProfile,
    count: int,
    seed: int,
    lines: tuple[int, int],
    quantity: tuple[int, int],
) -> None:
    bounds = {
        "lines": {"minimum": lines[0], "maximum": sum(lines)},
        "quantity": {"minimum": quantity[0], "maximum": sum(quantity)},
    }
    sales = invoices(sell(books(style=style, realism_profile=profile, count=count, seed=seed, bounds=bounds)))
    assert len(sales) == count
    for sale in sales:
        assert lines[0] <= len(sale.lines) <= sum(lines)
        assert len({line.sku for line in sale.lines}) == len(sale.lines)
        for line in sale.lines:
            assert quantity[0] <= line.quantity <= sum(quantity)
            assert line.quantity == int(line.quantity)


@pytest.mark.requirement("SIM.1")
@settings(max_examples=40, deadline=None)
@given(
    style=st.sampled_from(BusinessStyle),
    seed=st.integers(0, 1000),
    low=st.decimals(0, 60_000, places=2),
    width=st.floats(1.2, 50),
)
def test_amounts_payable_keep_their_bounds(style: BusinessStyle, seed: int, low: Decimal, width: float) -> None:
    high = (low * Decimal(width)).quantize(Decimal("0.01")) + 20
    bounds = {"amount": {"XTD": {"minimum": low, "maximum": high}}, "lines": {"maximum": 12}}
    config = books(shop(buyers={"abroad": 0.2, "walk_in": 0.2}), style=style, seed=seed, count=12, bounds=bounds)
    sales = invoices(sell(config))
    assert len(sales) == 12
    assert all(low <= payable(sale) <= high for sale in sales)


def test_amounts_keep_their_bounds_after_rounding_to_the_whole() -> None:
    bounds = {"amount": {"XTD": {"minimum": "400", "maximum": "403"}}}
    sales = invoices(sell(books(shop(round_to=1), bounds=bounds)))
    assert {payable(sale) for sale in sales} <= {Decimal(amount) for amount in (400, 401, 402, 403)}


def test_an_open_end_of_the_amounts() -> None:
    sales = invoices(sell(books(bounds={"amount": {"XTD": {"minimum": "90000"}}})))
    assert all(payable(sale) >= 90000 for sale in sales)


def test_bounds_that_nothing_meets_are_refused() -> None:
    bounds = {"amount": {"XTD": {"minimum": "500.01", "maximum": "500.01"}}, "lines": {"maximum": 1}}
    [finding] = refusal(books(bounds=bounds))
    assert (finding.code, finding.place) == ("amount_bounds_too_narrow", "/bounds/amount/XTD")


@pytest.mark.requirement("SIM.1")
def test_sales_are_oldest_first_and_in_the_period() -> None:
    config = books(*TWO_SHOPS, count=200, first_day="2026-05-01", last_day="2026-05-31", credit_note_rate=0.2)
    when = [sale.supply.tax_point for sale in sell(config)]
    assert when == sorted(when)
    assert date(2026, 5, 1) <= when[0].date() <= when[-1].date() <= date(2026, 5, 31)


def test_establishments_bill_in_their_own_money_and_way() -> None:
    sales = sell(books(*TWO_SHOPS, count=90))
    assert {(sale.establishment, sale.supply.currency.code, sale.supply.round_to) for sale in sales} == {
        ("shop", "XTD", Decimal("0.05")),
        ("till", "KWD", None),
    }
    fils = [line.unit_price for sale in sales if sale.establishment == "till" for line in sale.supply.lines]
    assert all(price % Decimal("0.005") == 0 for price in fils)


def test_every_establishment_sells_something_where_there_is_enough() -> None:
    few = (TWO_SHOPS[0] | {"share": 1000}, TWO_SHOPS[1])
    assert {sale.establishment for sale in sell(books(*few, count=2))} == {"shop", "till"}
    assert {sale.establishment for sale in sell(books(*few, count=1))} == {"shop"}


def test_credit_is_given_to_businesses_and_not_to_walk_in_customers() -> None:
    sales = invoices(sell(books(shop(buyers={"business": 0.6, "walk_in": 0.4}), style="wholesale")))
    assert {sale.due_days for sale in sales if not sale.buyer.name} == {0}
    assert {sale.due_days for sale in sales if sale.buyer.is_business} <= {30, 45, 60}


@pytest.mark.parametrize("profile", list(RealismProfile))
def test_whoever_watches_sees_the_same_books(profile: RealismProfile) -> None:
    config = books(*TWO_SHOPS, count=700, realism_profile=profile, credit_note_rate=0.1)
    seen: list[int] = []
    watched = simulate(config, CATALOGUE, LAWS, seen.append)
    assert watched == simulate(config, CATALOGUE, LAWS)
    assert seen == sorted(seen)
    assert seen[-1] == len(watched) == 770


def test_another_seed_makes_other_books() -> None:
    assert sell(books(seed=1)) != sell(books(seed=2))


def test_a_sale_does_not_hang_on_the_other_branches() -> None:
    """An order's basket is drawn from its own dice: a second establishment changes neither baskets nor customers."""

    def baskets(*shops: dict[str, object], count: int) -> list[Supply]:
        config = books(*shops, count=count, repeat_rate=0)
        return [sale.supply for sale in sell(config) if sale.establishment == "shop"]

    assert baskets(TWO_SHOPS[0], count=40) == baskets(*TWO_SHOPS, count=60)


def test_the_order_of_hashing_does_not_matter() -> None:
    program = (
        "from hashlib import sha256; from tests.simulation.town import *;"
        "print(sha256(repr(sell(books(count=80, credit_note_rate=0.1))).encode()).hexdigest())"
    )
    digests = {sha256(repr(sell(books(count=80, credit_note_rate=0.1))).encode()).hexdigest()}
    for seed in ("1", "2"):
        environment = {"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)}
        run = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, check=True, text=True
        )
        digests.add(run.stdout.strip())
    assert len(digests) == 1
