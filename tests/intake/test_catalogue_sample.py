"""The sample catalogue: what its script makes, and fit for every desk of the demonstration."""

import io
import re
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from ledgerflow.billing.catalogue import Product, TaxCategory
from ledgerflow.billing.rates import RateBook
from ledgerflow.intake.catalogue_sheet import read_catalogue

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "examples" / "catalogue.xlsx"
DAY = date(2026, 6, 1)


@pytest.fixture(scope="module")
def products() -> tuple[Product, ...]:
    catalogue = read_catalogue(SAMPLE.read_bytes())
    assert catalogue.warnings == ()
    return catalogue.products


@pytest.fixture(scope="module")
def rates() -> RateBook:
    """India's rate book, read as a file: no room but its own may import it."""
    return RateBook.from_toml((ROOT / "src/ledgerflow/taxes/gst/rates.toml").read_text(encoding="utf-8"))


def cells(content: bytes) -> list[list[object]]:
    page = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    return [[(cell.value, cell.number_format, cell.font.bold) for cell in row] for row in page.iter_rows()]


def test_the_committed_workbook_is_what_its_script_makes(tmp_path: Path) -> None:
    made = tmp_path / "catalogue.xlsx"
    subprocess.run([sys.executable, ROOT / "examples" / "make_catalogue.py", made], check=True, timeout=60)
    assert cells(made.read_bytes()) == cells(SAMPLE.read_bytes())


def test_it_holds_a_trading_house(products: tuple[Product, ...]) -> None:
    assert len(products) >= 140
    assert len({product.group for product in products}) >= 15
    assert sum(product.commodity_code.startswith("99") for product in products) >= 10
    assert {product.tax_category for product in products} >= {TaxCategory.STANDARD, TaxCategory.ZERO}


def test_every_product_has_an_hsn_a_unit_and_an_arabic_name(products: tuple[Product, ...]) -> None:
    for product in products:
        assert re.fullmatch(r"\d{6}|\d{8}", product.commodity_code), product
        assert re.search("[\u0621-\u064a]", product.name_local), product
        assert not re.search("[\u200e\u200f\u202a-\u202e]", product.name_local), product
        assert (product.unit == "OTH") == product.commodity_code.startswith("99"), product


def test_every_product_finds_its_rate_and_declares_one_only_where_it_differs(
    products: tuple[Product, ...], rates: RateBook
) -> None:
    """A rate of its own that says what the book says would hide the next change of the law."""
    for product in products:
        booked = rates.find(product.commodity_code, DAY).at(product.price)
        assert product.tax_rate != booked, product


def test_all_slabs_of_a_trading_house_occur(products: tuple[Product, ...], rates: RateBook) -> None:
    def rate(product: Product) -> Decimal:
        booked = rates.find(product.commodity_code, DAY).at(product.price)
        return booked if product.tax_rate is None else product.tax_rate

    assert {rate(product) for product in products} == {Decimal(slab) for slab in (0, 3, 5, 18, 40)}
    apparel = {rate(product) for product in products if product.group == "Apparel"}
    footwear = {rate(product) for product in products if product.group == "Footwear"}
    assert apparel == footwear == {Decimal(5), Decimal(18)}


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("Toned Milk, fresh, 1 L pouch", TaxCategory.ZERO),
        ("White Bread, 400 g loaf", TaxCategory.ZERO),
        ("Natural Mineral Water, 750 ml", TaxCategory.ZERO),
        ("Paracetamol 500 mg, strip of 15 tablets", TaxCategory.ZERO),
        ("Cola, 2 L bottle", TaxCategory.STANDARD),
        ("Exercise Book, ruled, 180 pages", TaxCategory.STANDARD),
        ("Office Desk, 140 cm", TaxCategory.STANDARD),
    ],
)
def test_bahrain_zero_rates_basic_food_and_medicines_only(
    products: tuple[Product, ...], name: str, category: TaxCategory
) -> None:
    (product,) = (product for product in products if product.name == name)
    assert product.tax_category is category
