"""A catalogue imported into real books, on either database: whole or not at all; nothing waits longer than a day."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from ledgerflow.billing.catalogue import Product
from ledgerflow.billing.errors import InputRefused
from ledgerflow.intake.proposal import Choice
from ledgerflow.issuing.goods import add_product, change_product
from ledgerflow.issuing.importing import Handed, import_file
from ledgerflow.issuing.receiving import (
    MOST_OPEN,
    Counter,
    choose_columns,
    expire_uploads,
    preview_upload,
    receive_upload,
    take_in_upload,
)
from ledgerflow.issuing.restocking import Restocking
from ledgerflow.issuing.uploads import PreviewOutdated, TooManyUploads, UploadUnknown
from ledgerflow.store.ledger import DatabaseLedger
from ledgerflow.store.opening import open_ledger
from ledgerflow.store.shelf import open_shelf

AT = datetime(2026, 4, 1, tzinfo=UTC)
HEAD = "SKU,Product Name,Base Price,Unit,HSN\n"


@dataclass(frozen=True, slots=True)
class Shop:
    """Books, and a counter at which files are handed in."""

    ledger: DatabaseLedger
    counter: Counter

    def receive(self, text: str, at: datetime = AT) -> str:
        handed = Handed("sheet.csv", text.encode())
        return receive_upload(self.ledger, self.counter, handed, at=at, actor="asha").id

    def take_in(self, text: str, *, replacing: bool = False) -> Restocking:
        handed = Handed("sheet.csv", text.encode())
        _, made = import_file(self.ledger, handed, (), replacing=replacing, trying=False, at=AT, actor="asha")
        return made

    def names(self) -> list[str]:
        return [product.name for product in self.ledger.stock.catalogue()]

    def shelved(self) -> list[str]:
        return [laid.name for laid in self.counter.shelf.files("acme")]


@contextmanager
def shop_at(url: str, folder: Path) -> Iterator[Shop]:
    (folder / "scratch").mkdir(exist_ok=True)
    with open_ledger(url, "acme") as ledger:
        yield Shop(ledger, Counter("acme", open_shelf(str(folder / "shelf")), (), folder / "scratch"))


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with shop_at(str(tmp_path / "ledger.db"), tmp_path) as made:
        yield made


def test_the_road_is_the_same_on_either_database(url: str, tmp_path: Path) -> None:
    with shop_at(url, tmp_path) as shop:
        id = shop.receive(HEAD + "R1,Rice,649.5,BAG,1006\nT1,Tea,120,PAC,0902\n")
        seen = preview_upload(shop.ledger, shop.counter, id, replacing=False, at=AT).version
        take_in_upload(shop.ledger, shop.counter, id, replacing=False, at=AT, actor="asha", seen=seen)
        again = shop.take_in(HEAD + "r1,Rice,700,BAG,1006\nT1,Tea,120,PAC,0902\nC1,Coffee,5,PAC,0901\n")
        assert (len(again.new), len(again.changed), again.unchanged) == (1, 1, 1)
        assert again.changed[0].differences() == {"sku": ("R1", "r1"), "price": ("649.50", "700.00")}
        assert shop.names() == ["Rice", "Tea", "Coffee"]
        assert [one.product.name for one in shop.ledger.stock.page(0, 9, "c1")] == ["Coffee"]
        assert add_product(shop.ledger, Product("", "Salt", Decimal(5)), at=AT, actor="a").product.sku == "P0004"
        assert shop.shelved() == []
        assert list(shop.counter.scratch.iterdir()) == []
        deeds = [entry.deed for entry in shop.ledger.audit_trail()]
        assert deeds == ["receive_upload", "import_catalogue", "import_catalogue", "add_product"]


def test_identifiers_follow_from_what_is_sold(tmp_path: Path) -> None:
    ids = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        with shop_at(str(tmp_path / name / "ledger.db"), tmp_path / name) as shop:
            shop.take_in("Product Name,Base Price\nRice,1\nTea,2\n")
            ids.append([one.id for one in shop.ledger.stock.all()])
    assert ids[0] == ids[1]


def test_a_product_keeps_what_the_sheet_does_not_speak_of(shop: Shop) -> None:
    shop.take_in(HEAD + "R1,Rice,649.5,BAG,1006\n")
    shop.take_in("Product Name,Base Price\nRICE,700\n")
    (rice,) = shop.ledger.stock.catalogue()
    assert (rice.sku, rice.unit, rice.commodity_code, rice.tax_rate) == ("R1", "BAG", "1006", None)
    shop.take_in("Product Name,Base Price,HSN\nRice,700,\n")
    (rice,) = shop.ledger.stock.catalogue()
    assert (rice.commodity_code, str(rice.tax_rate)) == ("", "18")  # a product without a code needs a rate
    shop.take_in("Product Name,Base Price,HSN\nRice,700,1006\n")
    assert shop.ledger.stock.catalogue()[0].tax_rate is None


def test_skus_that_are_counted_are_no_keys(shop: Shop) -> None:
    """Who imports a second sheet without SKUs adds products; the first of it is not the first of the other."""
    shop.take_in("Product Name,Base Price\nRice,1\nTea,2\n")
    shop.take_in("Product Name,Base Price\nCoffee,3\n")
    assert [(one.name, one.sku) for one in shop.ledger.stock.catalogue()] == [
        ("Rice", "P0001"),
        ("Tea", "P0002"),
        ("Coffee", "P0003"),
    ]


def test_two_products_that_would_bear_one_name_keep_the_whole_sheet_out(shop: Shop) -> None:
    shop.take_in(HEAD + "R1,Rice,1,BAG,1006\nT1,Tea,2,PAC,0902\n")
    with pytest.raises(InputRefused) as refusal:
        shop.take_in(HEAD + "N1,Salt,5,PAC,2501\nR1,Tea,1,BAG,1006\n")
    assert [finding.code for finding in refusal.value.findings] == ["import.name_twice"]
    assert shop.names() == ["Rice", "Tea"]


def test_names_may_be_exchanged(shop: Shop) -> None:
    shop.take_in(HEAD + "R1,Rice,1,BAG,1006\nT1,Tea,2,PAC,0902\n")
    assert len(shop.take_in(HEAD + "R1,Tea,1,BAG,1006\nT1,Rice,2,PAC,0902\n").changed) == 2
    assert shop.names() == ["Tea", "Rice"]


def test_a_choice_made_after_the_preview_outdates_it(shop: Shop) -> None:
    id = shop.receive("Product Name,Base Price,Old Price\nRice,1,2\n")
    seen = preview_upload(shop.ledger, shop.counter, id, replacing=False, at=AT).version
    choice = Choice("CSV", 1, {"name": 1, "price": 3})
    choose_columns(shop.ledger, shop.counter, id, choice, at=AT, actor="asha")
    with pytest.raises(PreviewOutdated):
        take_in_upload(shop.ledger, shop.counter, id, replacing=False, at=AT, actor="asha", seen=seen)
    assert shop.names() == []


def test_what_is_a_day_old_is_thrown_away(shop: Shop) -> None:
    old, young = (
        shop.receive("Product Name,Base Price\nRice,1\n"),
        shop.receive("Product Name,Base Price\nRice,1\n", AT + timedelta(hours=2)),
    )
    before = AT + timedelta(hours=1)
    assert expire_uploads(shop.ledger, shop.counter.shelf, "acme", before=before) == 1
    assert expire_uploads(shop.ledger, shop.counter.shelf, "acme", before=before) == 0
    with pytest.raises(UploadUnknown):
        shop.ledger.uploads.find(old)
    assert shop.ledger.uploads.find(young)
    assert {name.split("/")[1] for name in shop.shelved()} == {f"upload-{young}"}


def test_no_more_wait_than_the_shelf_should_bear(shop: Shop) -> None:
    for number in range(MOST_OPEN):
        shop.receive("Product Name,Base Price\nRice,1\n", AT + timedelta(seconds=number))
    shelved = shop.shelved()
    with pytest.raises(TooManyUploads):
        shop.receive("Product Name,Base Price\nTea,1\n")
    assert shop.shelved() == shelved


def test_a_change_of_nothing_is_none(shop: Shop) -> None:
    shop.take_in(HEAD + "R1,Rice,1,BAG,1006\n")
    (rice,) = shop.ledger.stock.all()
    change_product(shop.ledger, rice.id, rice.product, at=AT + timedelta(days=1), actor="asha")
    assert shop.ledger.stock.all()[0].updated_at == AT
    assert shop.take_in(HEAD + "R1,Rice,1,BAG,1006\n", replacing=True).unchanged == 1
