"""What a basket holds: distinct products by popularity, packs of the trade, the establishment's own prices."""

from collections import Counter
from decimal import Decimal
from math import isclose
from statistics import mean, median

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.simulation.town import CATALOGUE, books, invoices, sell, shop

from ledgerflow.billing.catalogue import Product
from ledgerflow.billing.money import currency
from ledgerflow.billing.supply import Supply
from ledgerflow.simulation.baskets import line_counts, own_price, pack_sizes, price_list
from ledgerflow.simulation.config import BusinessStyle, Establishment, IntegerBounds, ProductChoice
from ledgerflow.simulation.trades import TRADES


def sold(sales: list[Supply]) -> Counter[str]:
    return Counter(line.sku for sale in sales for line in sale.lines)


@given(st.sampled_from(BusinessStyle), st.integers(1, 5000), st.integers(0, 100_000))
def test_packs_keep_the_bounds_and_reach_both_ends(style: BusinessStyle, low: int, more: int) -> None:
    quantities, steps = pack_sizes(TRADES[style].packs, IntegerBounds(minimum=low, maximum=low + more))
    assert (quantities[0], quantities[-1]) == (low, low + more)
    assert quantities == sorted(set(quantities))
    assert len(steps) == len(quantities) - 1
    assert steps == sorted(steps)


@given(st.sampled_from(BusinessStyle), st.integers(1, 300), st.integers(0, 300))
def test_line_counts_are_cut_off_at_the_bounds(style: BusinessStyle, low: int, more: int) -> None:
    sizes, steps = line_counts(TRADES[style], low, low + more)
    assert sizes == list(range(low, low + more + 1))
    assert len(steps) == more
    assert all(0 <= step <= 1 or isclose(step, 1) for step in steps)


def test_each_trade_has_its_own_packs_and_sizes() -> None:
    def units(style: str) -> float:
        sales = invoices(sell(books(style=style, count=300)))
        return mean(float(line.quantity) for sale in sales for line in sale.lines)

    def lines(style: str) -> float:
        return median(len(sale.lines) for sale in invoices(sell(books(style=style, count=300))))

    assert units("retail_shop") < 2 < units("wholesale") < units("manufacturer")
    assert lines("service_provider") < lines("retail_shop") < lines("distributor")


@pytest.mark.parametrize("style", list(BusinessStyle))
def test_most_sold_sells_more_and_least_sold_less_than_any_other(style: BusinessStyle) -> None:
    choice = {"most_sold": ["P07", "Article 30"], "least_sold": ["P01"]}
    bounds = {"lines": {"maximum": 5}}
    count = sold(invoices(sell(books(style=style, count=1500, products=choice, bounds=bounds))))
    rest = [count[product.sku] for product in CATALOGUE if product.sku not in ("P07", "P30", "P01")]
    assert min(count["P07"], count["P30"]) > max(rest)
    assert count["P01"] <= min(rest)


def test_excluded_products_never_sell() -> None:
    names = [product.name for product in CATALOGUE[:20]] + [product.sku for product in CATALOGUE[20:38]]
    assert set(sold(invoices(sell(books(products={"excluded": names}))))) == {"P39", "P40"}


def test_all_products_may_be_favoured() -> None:
    names = [product.sku for product in CATALOGUE]
    assert sold(invoices(sell(books(products={"most_sold": names}))))


def test_a_shop_of_one_product_sells_it() -> None:
    sales = invoices(sell(books(products={"excluded": [product.sku for product in CATALOGUE[1:]]})))
    assert {tuple(line.sku for line in sale.lines) for sale in sales} == {("P01",)}


@pytest.mark.parametrize(
    ("price", "factor", "step", "code", "own"),
    [
        ("100", "1", None, "INR", "100.00"),
        ("99.99", "0.0045", None, "BHD", "0.450"),
        ("99.99", "0.0045", "0.005", "BHD", "0.450"),
        ("1234.56", "1.07", "0.05", "SAR", "1321.00"),
        ("0.01", "0.0045", "0.005", "BHD", "0.005"),
        ("0", "2", None, "INR", "0"),
    ],
)
def test_prices_are_the_establishment_s_own(price: str, factor: str, step: str | None, code: str, own: str) -> None:
    here = Establishment.model_validate(shop(price_factor=factor, price_step=step))
    assert own_price(Decimal(price), here, currency(code)) == Decimal(own)


def test_a_product_has_one_price_and_brings_what_the_law_asks() -> None:
    product = Product(
        "X", "Soda", Decimal(20), "BTL", "2202", name_local="صودا", tax_rate=Decimal(40), cess_rate=Decimal(12)
    )
    [line] = price_list([product], Establishment.model_validate(shop()), currency("INR"), ProductChoice())
    assert (line.description, line.description_local, line.unit, line.commodity_code) == ("Soda", "صودا", "BTL", "2202")
    assert (line.declared_rate, line.cess_rate, line.category) == (Decimal(40), Decimal(12), product.tax_category)
    prices = {(line.sku, line.unit_price) for sale in invoices(sell(books(count=200))) for line in sale.lines}
    assert len(prices) == len({sku for sku, _ in prices})


def test_discounts_are_sparse_and_basic_has_none() -> None:
    def discounted(profile: str) -> float:
        sales = invoices(sell(books(style="wholesale", count=200, realism_profile=profile)))
        lines = [line for sale in sales for line in sale.lines]
        assert {line.discount_percent for line in lines} <= {0, 5, 10}
        return sum(line.discount_percent > 0 for line in lines) / len(lines)

    assert discounted("basic") == 0
    assert 0.05 < discounted("realistic") < 0.25


def test_dear_goods_are_bought_in_smaller_numbers() -> None:
    def units(profile: str, *skus: str) -> float:
        sales = invoices(sell(books(style="wholesale", count=400, realism_profile=profile)))
        return mean(float(line.quantity) for sale in sales for line in sale.lines if line.sku in skus)

    assert units("realistic", "P01", "P02", "P03") > 1.5 * units("realistic", "P38", "P39", "P40")


def test_advanced_books_have_small_and_large_customers() -> None:
    def spread(profile: str) -> float:
        sales = invoices(sell(books(style="wholesale", count=600, repeat_rate=0.97, realism_profile=profile)))
        units: dict[str, list[float]] = {}
        for sale in sales:
            units.setdefault(sale.buyer.name, []).extend(float(line.quantity) for line in sale.lines)
        means = sorted(mean(own) for own in units.values() if len(own) > 50)
        return means[-1] / means[0]

    assert spread("advanced") > 2 * spread("realistic")
