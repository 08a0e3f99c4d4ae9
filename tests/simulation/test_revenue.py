"""An exact revenue: to the last minor unit, with the asked number of invoices, and no line or price bent for it."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.simulation.town import CATALOGUE, LAWS, SERIES, books, invoices, payable, refusal, sell, shop, taxable

from ledgerflow.billing.supply import Supply
from ledgerflow.simulation.config import SimulationConfig
from ledgerflow.simulation.streams import Stream, dice_for
from ledgerflow.simulation.target import Pool

MEASURES: dict[str, Callable[[Supply], Decimal]] = {"payable": payable, "taxable": taxable}
PRICES = {product.sku: product.price for product in CATALOGUE}


def total(config: SimulationConfig, measure: str) -> Decimal:
    return sum((MEASURES[measure](sale) for sale in invoices(sell(config))), Decimal(0))


def target(amount: object, measure: str = "payable") -> dict[str, object]:
    return {"XTD": {"amount": amount, "measure": measure}}


@pytest.mark.requirement("SIM.2")
@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize(
    ("count", "amount"),
    [(2, "4321.50"), (10, "33333.25"), (100, "150000"), (100, "300000.75"), (100, "1000000.50"), (700, "1234567.25")],
)
def test_the_revenue_is_exact(measure: str, count: int, amount: str) -> None:
    config = books(shop(buyers={"abroad": 0.1}), count=count, revenue=target(amount, measure), style="wholesale")
    sales = invoices(sell(config))
    assert len(sales) == count
    assert sum(MEASURES[measure](sale) for sale in sales) == Decimal(amount)
    assert all(line.unit_price == PRICES[line.sku] for sale in sales for line in sale.lines)
    assert all(line.discount_amount == 0 and sale.discount == 0 for sale in sales for line in sale.lines)


def test_a_single_invoice_can_meet_a_round_revenue() -> None:
    assert total(books(shop(round_to=1), count=1, revenue=target(1100)), "payable") == 1100


def test_the_number_of_invoices_follows_where_it_is_left_open() -> None:
    small = invoices(sell(books(count=None, revenue=target("6000.50", "taxable"))))
    large = invoices(sell(books(count=None, revenue=target("60000.50", "taxable"))))
    assert sum(map(taxable, large)) == Decimal("60000.50")
    assert 5 * len(small) < len(large) < 20 * len(small)


def test_the_bounds_hold_under_a_revenue() -> None:
    bounds = {
        "lines": {"minimum": 2, "maximum": 6},
        "quantity": {"minimum": 2, "maximum": 50},
        "amount": {"XTD": {"minimum": 500, "maximum": 9000}},
    }
    config = books(count=50, revenue=target("200000.40"), bounds=bounds)
    sales = invoices(sell(config))
    assert sum(map(payable, sales)) == Decimal("200000.40")
    for sale in sales:
        assert 500 <= payable(sale) <= 9000
        assert 2 <= len(sale.lines) <= 6
        assert all(2 <= line.quantity <= 50 for line in sale.lines)


def test_each_currency_has_its_own_revenue_and_credit_notes_do_not_count() -> None:
    till = shop(
        key="till", strategy="none", region="", country="XT", currency="KWD", price_factor="0.08", series=SERIES
    )
    revenue = target("90000.05") | {"KWD": {"amount": "1234.567"}}
    sales = sell(books(shop(), till, count=120, revenue=revenue, credit_note_rate=0.1))
    sums = {"shop": Decimal(0), "till": Decimal(0)}
    for sale in sales:
        if not sale.supply.correction:
            sums[sale.establishment] += payable(sale.supply, LAWS["none" if sale.establishment == "till" else "town"])
    assert sums == {"shop": Decimal("90000.05"), "till": Decimal("1234.567")}
    assert len(sales) == 132


def test_the_mix_and_the_repeat_rate_hold_under_a_revenue() -> None:
    free = invoices(sell(books(count=80)))
    bound = invoices(sell(books(count=80, revenue=target("77777.70"))))
    assert [(sale.tax_point, sale.buyer) for sale in free] == [(sale.tax_point, sale.buyer) for sale in bound]


def test_what_lies_off_the_grid_of_prices_is_refused_with_the_nearest() -> None:
    one = {"excluded": [product.sku for product in CATALOGUE if product.sku != "P04"]}  # 19.00 each
    config = books(count=10, products=one, revenue=target("1000", "taxable"), realism_profile="basic")
    [finding] = refusal(config)
    assert finding.code == "revenue_not_met"
    assert Decimal(finding.parameters["nearest"]) % 19 == 0
    again = books(
        count=10, products=one, revenue=target(finding.parameters["nearest"], "taxable"), realism_profile="basic"
    )
    assert total(again, "taxable") == Decimal(finding.parameters["nearest"])


def test_a_revenue_of_too_many_invoices_is_refused() -> None:
    [finding] = refusal(books(count=None, revenue=target(10**15)))
    assert finding.code == "revenue_of_too_many_invoices"


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.lists(st.integers(100, 5000), min_size=1, max_size=6), min_size=1, max_size=40), st.integers(0, 10**6)
)
def test_a_choice_takes_one_of_each_and_tells_what_is_missing(amounts: list[list[int]], wanted: int) -> None:
    chosen, gap = Pool(amounts).choose(wanted, dice_for(1, Stream.TARGET))
    assert len(chosen) == len(amounts)
    assert sum(row[place] for row, place in zip(amounts, chosen, strict=True)) + gap == wanted


@settings(deadline=None, max_examples=40)
@given(st.lists(st.lists(st.integers(1, 9000), min_size=12, max_size=12), min_size=12, max_size=30), st.data())
def test_what_some_choice_comes_to_is_found(amounts: list[list[int]], data: st.DataObject) -> None:
    wanted = sum(data.draw(st.sampled_from(row)) for row in amounts)
    assert Pool(amounts).choose(wanted, dice_for(1, Stream.TARGET))[1] == 0
