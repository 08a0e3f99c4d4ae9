"""An invoice as JSON: everything comes back, and equal invoices are equal bytes."""

import json
from datetime import date, datetime
from decimal import Decimal

import pytest

from ledgerflow.billing.errors import InvoiceDamaged
from ledgerflow.billing.invoice import Invoice, Presentation, from_json, to_json
from ledgerflow.billing.money import currency
from ledgerflow.billing.party import Holder, Party, Place, Registration
from ledgerflow.billing.supply import Correction, Exchange, NoteKind, Supply, SupplyLine
from ledgerflow.billing.tax import DocumentKind, TaxContext
from ledgerflow.taxes.vat import bahrain

SUPPLY = Supply(
    seller=Party(
        "شركة الخليج", Place("BH", "13", "Capital"), Registration.REGISTERED, "299990000000001", Holder.COMPANY
    ),
    buyer=Party("Oasis <Store> & Sons", Place("BH", "15"), identifiers={"CR": "12345-1"}),
    tax_point=datetime(2026, 11, 24, 9, 5, 7),
    currency=currency("USD"),
    lines=(SupplyLine("Chair", Decimal(3), Decimal("12.3450"), discount_percent=Decimal(10)),),
    correction=Correction(NoteKind.CREDIT, "returned", 0, "A-1", "2026-11-01"),
    reported=Exchange(currency("BHD"), Decimal("0.376")),
)


def issued(supply: Supply = SUPPLY) -> Invoice:
    return Invoice(
        "CRN/2026/000001", "CRN/{fy}/{n:06}", "vat-bh", 0, "a1b2", supply, bahrain.assess(TaxContext(supply))
    )


def test_an_invoice_comes_back_whole_from_its_json() -> None:
    invoice = issued()
    assert from_json(to_json(invoice)) == invoice
    assert to_json(from_json(to_json(invoice))) == to_json(invoice) == to_json(issued())


def test_amounts_are_texts_and_the_mark_of_a_simulation_is_there() -> None:
    document = json.loads(to_json(issued()))
    assert document["simulated"] is True
    assert document["supply"]["lines"][0]["unit_price"] == "12.3450"
    assert document["tax"]["totals"]["grand_total"] == "36.67"


def test_it_cannot_pass_for_a_document_that_is_not_simulated() -> None:
    document = json.loads(to_json(issued()))
    with pytest.raises(InvoiceDamaged):
        from_json(json.dumps({**document, "simulated": False}))


def test_day_and_kind_are_those_of_the_supply() -> None:
    invoice = issued()
    assert (invoice.day, invoice.kind) == (date(2026, 11, 24), DocumentKind.CREDIT_NOTE)
    assert invoice.presentation == Presentation()
