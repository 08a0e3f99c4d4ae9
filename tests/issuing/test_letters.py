"""Names that a page cannot show are told with their places, before anything is made."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ledgerflow.assembly import Application
from ledgerflow.billing.catalogue import Product
from ledgerflow.intake.catalogue_sheet import read_catalogue
from ledgerflow.issuing.letters import unprintable_names
from ledgerflow.simulation.config import SimulationConfig
from ledgerflow.simulation.reading import read_config

EXAMPLES = Path(__file__).parents[2] / "examples"
PROGRAM = Application()
TEA = Product("T1", "Tea", Decimal(50))
SHOP = "/business/establishments/0"


def places(*products: Product, formats: str = "pdf,json,csv,xlsx", business: str = "Shop", **shop: Any) -> list[str]:
    establishment = {"key": "shop", "strategy": "gst", **shop}
    config = SimulationConfig.model_validate({"business": {"name": business, "establishments": [establishment]}})
    chosen = [PROGRAM.format(code) for code in formats.split(",")]
    return [finding.place for finding in unprintable_names(config, products or (TEA,), PROGRAM.laws, chosen)]


@pytest.mark.parametrize("field", ["name", "city", "street", "postal_code", "letter_of_undertaking"])
def test_each_printed_field_is_named(field: str) -> None:
    assert places(**{field: "मुंबई"}) == [f"{SHOP}/{field}"]


def test_the_business_and_the_catalogue_are_named_once_each() -> None:
    products = [Product(f"T{number}", f"चाय {number}", Decimal(50)) for number in range(5)]
    assert places(*products, business="株式会社") == ["/business/name", "catalogue"]


@pytest.mark.parametrize("strategy", ["gst", "none", "vat-ae", "vat-bh", "vat-om", "vat-sa", "vat"])
def test_whatever_ships_can_be_printed(strategy: str) -> None:
    assert places(strategy=strategy, country="" if strategy not in ("none", "vat") else "IN") == []


def test_the_demonstration_can_be_printed() -> None:
    config = read_config((EXAMPLES / "demo.yaml").read_text("utf-8"), "demo.yaml")
    goods = read_catalogue((EXAMPLES / "catalogue.xlsx").read_bytes()).products
    assert unprintable_names(config, goods, PROGRAM.laws, [PROGRAM.format("pdf")]) == ()


def test_a_local_name_counts_where_pages_have_a_local_side() -> None:
    tea = Product("T1", "Tea", Decimal(50), name_local="चाय")
    assert places(tea, name_local="दुकान") == []
    assert places(tea, strategy="vat-bh", name_local="दुकान", street_local="सड़क") == [
        f"{SHOP}/name_local",
        f"{SHOP}/street_local",
        "catalogue",
    ]


def test_what_was_answered_of_one_business_says_nothing_of_another() -> None:
    for _ in range(2):
        assert places() == []
        assert places(business="株式会社") == ["/business/name"]
        assert places(Product("T1", "चाय", Decimal(50))) == ["catalogue"]
        assert places(Product("T1", "चाय", Decimal(50)), formats="json") == []


def test_files_of_characters_lack_nothing() -> None:
    assert places(business="株式会社 😀", formats="json,csv,xlsx") == []


def test_an_excluded_product_is_not_printed() -> None:
    business = {"establishments": [{"key": "shop", "strategy": "gst"}]}
    config = SimulationConfig.model_validate({"business": business, "products": {"excluded": ["T2"]}})
    hindi = Product("T2", "चाय", Decimal(50))
    assert unprintable_names(config, [TEA, hindi], PROGRAM.laws, [PROGRAM.format("pdf")]) == ()
