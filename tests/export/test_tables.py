"""Tables as Parquet: what an analyst reads back is what the documents say, to the last fils."""

import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.export.books import batch

from ledgerflow.billing.invoice import Invoice
from ledgerflow.billing.money import currency
from ledgerflow.billing.payment import Payment, PaymentKind
from ledgerflow.export.parquet import NumberTooFine, write_parquet
from ledgerflow.export.register import totals
from ledgerflow.export.tables import (
    BUYERS,
    INVOICES,
    LINES,
    PAYMENTS,
    Columns,
    Row,
    buyer_rows,
    invoice_rows,
    line_rows,
    payment_rows,
)


def written(columns: Columns, rows: Callable[[], Iterable[Row]], rows_of_a_group: int = 20_000) -> bytes:
    target = BytesIO()
    write_parquet(target, columns, rows, {"generator": "a test"}, rows_of_a_group)
    return target.getvalue()


def read(columns: Columns, rows: Callable[[], Iterable[Row]], rows_of_a_group: int = 20_000) -> pl.DataFrame:
    return pl.read_parquet(BytesIO(written(columns, rows, rows_of_a_group)))


@pytest.fixture(scope="module")
def invoices() -> list[Invoice]:
    return [replace(invoice, position=place) for place, invoice in enumerate(batch())]


def test_sums_of_the_invoices_are_those_of_the_register(invoices: list[Invoice]) -> None:
    table = read(INVOICES, lambda: invoice_rows(invoices))
    for whole in totals(invoices):
        mine = table.filter(pl.col("currency") == whole.currency.code)
        assert mine.height == whole.documents
        for name in ("taxable_value", "exempt_value", "reverse_charge", "round_off", "grand_total", "payable"):
            assert mine[name].sum() == getattr(whole, name)
        taxes = (
            mine.select(pl.col("taxes").explode().struct.unnest())
            .drop_nulls("tax")
            .group_by("tax")
            .agg(pl.sum("amount"))
        )
        assert dict(taxes.iter_rows()) == dict(whole.taxes)


def test_lines_add_up_to_their_invoice(invoices: list[Invoice]) -> None:
    lines = read(LINES, lambda: line_rows(invoices))
    sums = dict(lines.group_by("number").agg(pl.sum("total")).iter_rows())
    table = read(INVOICES, lambda: invoice_rows(invoices))
    assert sums == dict(zip(table["number"], table["total"], strict=True))
    assert lines.height == sum(len(invoice.supply.lines) for invoice in invoices)
    assert lines["unit_price"].to_list()[0] == Decimal("499.99")


def test_amounts_are_decimals_of_one_type(invoices: list[Invoice]) -> None:
    schema = read(INVOICES, lambda: invoice_rows(invoices)).schema
    assert schema["payable"] == pl.Decimal(18, 3)
    assert schema["day"] == pl.Date()
    assert not [name for name, kind in schema.items() if kind.is_float()]


def test_each_file_says_that_it_is_simulated(invoices: list[Invoice]) -> None:
    tables: list[tuple[Columns, Callable[[], Iterable[Row]]]] = [
        (INVOICES, lambda: invoice_rows(invoices)),
        (LINES, lambda: line_rows(invoices)),
        (BUYERS, lambda: buyer_rows(invoices)),
        (PAYMENTS, list),
    ]
    for columns, rows in tables:
        marks = pl.read_parquet_metadata(BytesIO(written(columns, rows)))
        assert (marks["simulated"], marks["table"], marks["generator"]) == ("true", columns.title, "a test")


def test_buyers_stand_once_and_invoices_name_them(invoices: list[Invoice]) -> None:
    buyers = read(BUYERS, lambda: buyer_rows(invoices))
    table = read(INVOICES, lambda: invoice_rows(invoices))
    assert buyers["name"].to_list() == ["Asha & Sons", "نورة للتجارة"]
    named = table.join(buyers, on="buyer_id")
    assert named.height == len(invoices)
    assert named["buyer"].to_list() == named["name"].to_list()
    walk_in = replace(invoices[0], supply=replace(invoices[0].supply, buyer=replace(invoices[0].supply.buyer, name="")))
    assert list(buyer_rows([walk_in])) == []
    assert read(INVOICES, lambda: invoice_rows([walk_in]))["buyer_id"].to_list() == [None]


def test_a_refund_stands_with_a_minus() -> None:
    money, day = currency("BHD"), date(2026, 5, 4)
    made = [
        Payment("A1", day, kind, Decimal("1.005"), money)
        for kind in (PaymentKind.PAYMENT, PaymentKind.REFUND, PaymentKind.WRITE_OFF)
    ]
    table = read(PAYMENTS, lambda: payment_rows(made))
    assert table["amount"].to_list() == [Decimal("1.005"), Decimal("-1.005"), Decimal("1.005")]
    assert read(PAYMENTS, list).height == 0


@settings(max_examples=30, deadline=None)
@given(st.lists(st.decimals(-(10**14), 10**14, places=3), max_size=9), st.integers(1, 4))
def test_every_amount_comes_back_as_it_went(amounts: list[Decimal], rows_of_a_group: int) -> None:
    rows = [("A", date(2026, 5, 4), "payment", "BHD", amount) for amount in amounts]
    assert read(PAYMENTS, lambda: rows, rows_of_a_group)["amount"].to_list() == amounts


@pytest.mark.parametrize("amount", ["0.0005", "1e15"])
def test_an_amount_that_would_change_is_refused(amount: str) -> None:
    row: Row = ("A", date(2026, 5, 4), "payment", "BHD", Decimal(amount))
    with pytest.raises(NumberTooFine, match="amount"):
        written(PAYMENTS, lambda: [row])


def test_the_same_rows_give_the_same_bytes(invoices: list[Invoice]) -> None:
    assert written(INVOICES, lambda: invoice_rows(invoices)) == written(INVOICES, lambda: invoice_rows(invoices))


def test_memory_does_not_grow_with_the_rows() -> None:
    def peak(count: int) -> int:
        def rows() -> Iterator[Row]:
            return (("A", date(2026, 5, 4), "payment", "INR", Decimal(place)) for place in range(count))

        tracemalloc.start()
        written(PAYMENTS, rows, 1000)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(10)
    assert peak(40_000) < 3 * peak(4000)


def test_a_command_that_makes_no_table_does_not_load_the_engine() -> None:
    program = (
        "import sys, ledgerflow.assembly, ledgerflow.cli.books, ledgerflow.issuing.books as b;"
        "sys.exit('polars' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
