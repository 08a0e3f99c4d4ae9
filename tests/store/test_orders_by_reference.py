"""An order names its catalogue, which is kept once and stays what it was, whatever becomes of the products."""

import sqlite3
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from benchmarks.shop import demonstration

from ledgerflow.billing.catalogue import Product
from ledgerflow.issuing.commission import Commission, commissioned
from ledgerflow.issuing.commissioning import Bounds, Request, order_batch
from ledgerflow.issuing.jobs import KeyUsedOtherwise
from ledgerflow.store.opening import open_ledger

_AT = datetime(2026, 11, 2, tzinfo=UTC)
_BOUNDS = Bounds(10, 100)


def _request(key: str, price: str = "10.00") -> Request:
    goods = (Product("T", "Tea", Decimal(price)),)
    return Request(Commission(demonstration(10, 1), goods, ("json",)), "0" * 32, _AT, "asha", key)


def test_two_orders_of_one_catalogue_keep_it_once_and_give_it_back(tmp_path: Path) -> None:
    url = tmp_path / "books.db"
    with open_ledger(str(url)) as ledger:
        ids = [order_batch(ledger, _request(key), _BOUNDS).id for key in ("one", "two")]
        assert [commissioned(ledger, id).to_json() for id in ids] == [_request("").commission.to_json()] * 2
    with sqlite3.connect(url) as database:
        [(kept,)] = database.execute("SELECT count(*) FROM documents WHERE name LIKE 'catalogue %'")
    database.close()
    assert kept == 1


def test_a_key_that_is_used_for_another_catalogue_is_refused(tmp_path: Path) -> None:
    with open_ledger(str(tmp_path / "books.db")) as ledger:
        first = order_batch(ledger, _request("one"), _BOUNDS)
        assert order_batch(ledger, _request("one"), _BOUNDS).id == first.id
        with pytest.raises(KeyUsedOtherwise):
            order_batch(ledger, _request("one", "11.00"), _BOUNDS)


def test_an_order_that_has_its_catalogue_within_it_is_still_the_same_order(tmp_path: Path) -> None:
    url = tmp_path / "books.db"
    with open_ledger(str(url)) as ledger:
        first = order_batch(ledger, _request("one"), _BOUNDS)
        whole = _request("one").commission.to_json()
        with sqlite3.connect(url) as database:
            database.execute("UPDATE orders SET commission = ?", (whole,))
        database.close()
        assert order_batch(ledger, _request("one"), _BOUNDS).id == first.id
        assert commissioned(ledger, first.id).to_json() == whole
