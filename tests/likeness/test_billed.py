"""Issued invoices as lines: who, what, how much before discount and tax."""

from dataclasses import replace
from decimal import Decimal

from tests.export import books
from tests.export.books import ASHA, GST_18, batch, invoice, sale

from ledgerflow.billing.money import currency
from ledgerflow.billing.party import Party
from ledgerflow.billing.supply import Exchange
from ledgerflow.billing.tax import DocumentKind
from ledgerflow.habits.lines import UNNAMED
from ledgerflow.likeness.billed import lines_of


def test_lines_are_those_of_the_invoices_before_discount_and_tax() -> None:
    rupees = [one for one in batch() if one.supply.currency.code == "INR"]
    lines = lines_of(rupees)
    assert lines.qty.tolist() == [3, 7, 1000, 1, 1, -1]
    assert lines.price.tolist() == [499.99, 20.05, 125000, 99.90, 10, 499.99]
    assert lines.total.tolist() == [1499.97, 140.35, 125000000, 99.90, 10, -499.99]
    assert lines.credit.tolist() == [False] * 5 + [True]
    assert str(lines.ts[0]) == "2026-05-04T11:30:00"


def test_buyers_of_one_name_are_one_only_with_one_tax_number_and_telephone() -> None:
    walk_in = Party("", ASHA.place)
    buyers = [ASHA, ASHA, replace(ASHA, phone="98450 00000"), walk_in, walk_in]
    invoices = [
        invoice(f"INV/26-27/{number:04}", sale(books.line("5"), buyer=buyer), [GST_18])
        for number, buyer in enumerate(buyers)
    ]
    assert lines_of(invoices).cust.tolist() == [0, 0, 1, UNNAMED, UNNAMED]


def test_a_product_is_known_by_its_code_or_else_by_its_name() -> None:
    goods = [books.line("5"), books.line("5", sku=""), books.line("5", name="Rice, new bag")]
    lines = lines_of([invoice("INV/26-27/0001", sale(*goods), [GST_18] * 3)])
    assert lines.prod.tolist() == [0, 1, 0]
    assert lines.products == ("RICE-5", "Basmati rice 5 kg")


def test_foreign_prices_are_converted() -> None:
    dollars = Exchange(currency("USD"), Decimal("83.5"))
    lines = lines_of([invoice("INV/26-27/0001", sale(books.line("10", "2"), quoted=dollars), [GST_18])])
    assert lines.price.tolist() == [835]
    assert lines.total.tolist() == [1670]


def test_a_debit_note_is_neither_sale_nor_return() -> None:
    note = invoice("DBN/26-27/0001", sale(books.line("5")), [GST_18], kind=DocumentKind.DEBIT_NOTE)
    assert not len(lines_of([note]))
