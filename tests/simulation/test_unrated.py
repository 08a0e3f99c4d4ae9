"""What no rate is known for is told before any work, by the names of the products."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from importlib.metadata import entry_points

import pytest

from ledgerflow.billing.catalogue import Product
from ledgerflow.billing.errors import Finding
from ledgerflow.simulation.config import SimulationConfig
from ledgerflow.simulation.contradictions import contradictions

LAWS = {point.name: point.load() for point in entry_points(group="ledgerflow.tax_strategies")}
LAMP = Product("L1", "LED lamp", Decimal("100.00"), commodity_code="8539")
ODDITY = Product("X1", "Oddity", Decimal("10.00"), commodity_code="9705")
NAMELESS = Product("X2", "Thing without a code", Decimal("10.00"))


def found(*catalogue: Product, first_day: str = "2026-04-01", strategy: str = "gst") -> tuple[Finding, ...]:
    config = SimulationConfig.model_validate(
        {
            "business": {"establishments": [{"key": "shop", "strategy": strategy}]},
            "bounds": {"lines": {"minimum": 1, "maximum": 1}},
            "first_day": first_day,
            "last_day": "2026-04-30",
        }
    )
    return contradictions(config, catalogue, LAWS)


@pytest.mark.requirement("FR-3.1")
def test_products_without_a_rate_are_named_all_at_once() -> None:
    (finding,) = found(LAMP, ODDITY, NAMELESS)
    assert finding.code == "rate_unknown"
    assert finding.place == "/business/establishments/0/strategy"
    assert "Oddity (9705)" in finding.message
    assert "Thing without a code (no code)" in finding.message
    assert "LED lamp" not in finding.message


def test_a_declared_rate_needs_no_book() -> None:
    assert found(LAMP, replace(ODDITY, tax_rate=Decimal(18))) == ()


def test_a_law_that_goes_by_category_needs_no_code() -> None:
    assert found(NAMELESS, strategy="vat-bh") == ()


@pytest.mark.parametrize(("strategy", "day"), [("gst", date(2017, 6, 30)), ("vat-bh", date(2018, 12, 31))])
def test_a_day_before_the_law_is_told(strategy: str, day: date) -> None:
    (finding,) = found(LAMP, first_day=str(day), strategy=strategy)
    assert (finding.code, finding.place) == ("law_not_in_force", "/first_day")
    assert str(day) in finding.message


def test_many_products_are_counted() -> None:
    odd = [replace(ODDITY, sku=f"X{n}", name=f"Oddity {n}") for n in range(5)]
    (finding,) = found(LAMP, *odd)
    assert finding.message.endswith("and 2 more.")
