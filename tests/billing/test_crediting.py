"""What notes have left of an invoice, and that a note takes back what was charged."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from importlib.metadata import entry_points

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerflow.billing.crediting import NotesUnfit, left_of, tax_taken_back
from ledgerflow.billing.invoice import Invoice
from ledgerflow.billing.money import ZERO, currency
from ledgerflow.billing.party import CreditLimit, Jurisdiction, Party, Place, Registration
from ledgerflow.billing.supply import Correction, NoteKind, Supply, SupplyLine
from ledgerflow.billing.tax import TaxContext, TaxStrategy

GST: TaxStrategy = entry_points(group="ledgerflow.tax_strategies")["gst"].load()
TEA = SupplyLine("Tea", Decimal(3), Decimal("0.50"), commodity_code="0902")
SOAP = SupplyLine("Soap", Decimal(10), Decimal("41.25"), commodity_code="3401", discount_amount=Decimal("12.50"))


def invoice(*lines: SupplyLine, number: str = "INV/26-27/000001", **fields: object) -> Invoice:
    seller = Party("Seller", Place("IN", "27"), Registration.REGISTERED)
    buyer = Party("Buyer", Place("IN", "27"), Registration.REGISTERED)
    supply = Supply(seller, buyer, datetime(2026, 5, 4, 11), currency("INR"), lines)
    supply = replace(supply, **fields)  # type: ignore[arg-type]  # each test names fields of a supply
    return Invoice(number, "INV/{fy}/{n:06}", "gst", 0, "0" * 16, supply, GST.assess(TaxContext(supply)))


def note(*lines: SupplyLine, **fields: object) -> Invoice:
    return invoice(*lines, number="CRN/26-27/000001", correction=Correction(NoteKind.CREDIT, "Returned"), **fields)


def test_without_notes_all_of_it_is_left() -> None:
    sold = invoice(TEA, SOAP, discount=Decimal(5))
    assert left_of(sold, []) == sold.supply


def test_what_is_left_is_told_line_by_line() -> None:
    sold = invoice(TEA, SOAP, discount=Decimal(5))
    part = replace(SOAP, quantity=Decimal(4), discount_amount=Decimal(5))
    left = left_of(sold, [note(part), note(TEA, discount=Decimal(2))])
    assert left.lines == (replace(SOAP, quantity=Decimal(6), discount_amount=Decimal("7.50")),)
    assert left.discount == 3


def test_when_all_is_taken_back_no_line_is_left() -> None:
    assert left_of(invoice(TEA, SOAP), [note(SOAP), note(TEA)]).lines == ()


@given(st.lists(st.integers(-20, 20).filter(bool), min_size=1, max_size=6), st.data())
def test_the_parts_make_the_whole(quantities: list[int], data: st.DataObject) -> None:
    """Whatever was taken back, in however many notes, and even if a product stands on several lines."""
    sold = invoice(*(replace(TEA, quantity=Decimal(one)) for one in quantities))
    backs = [data.draw(st.integers(min(one, 0), max(one, 0))) for one in quantities]
    notes = [note(replace(TEA, quantity=Decimal(back))) for back in backs if back]
    left = left_of(sold, notes)
    for sign in (1, -1):
        asked = sum(one for one in quantities if one * sign > 0) - sum(back for back in backs if back * sign > 0)
        assert sum((line.quantity for line in left.lines if line.quantity * sign > 0), ZERO) == asked
    assert all(line.quantity for line in left.lines)


@pytest.mark.parametrize(
    "strange",
    [
        note(replace(TEA, quantity=Decimal(4))),
        note(replace(TEA, unit_price=Decimal("0.40"))),
        note(replace(TEA, quantity=Decimal(-1))),
        note(replace(TEA, discount_amount=Decimal("0.10"))),
        note(TEA, prices_include_tax=True),
        note(TEA, discount=Decimal(1)),
    ],
    ids=["more of it", "at another price", "the other way", "at another discount", "with tax", "discount of the whole"],
)
def test_a_note_on_something_else_is_refused_by_its_number(strange: Invoice) -> None:
    with pytest.raises(NotesUnfit, match="CRN/26-27/000001"):
        left_of(invoice(TEA, SOAP), [strange])


def test_an_amount_without_a_line_is_not_taken_for_nothing() -> None:
    with pytest.raises(NotesUnfit, match="an amount without a line"):
        left_of(invoice(TEA, charge=Decimal(20)), [note(TEA)])


def test_a_part_is_taken_back_at_the_rate_that_was_charged() -> None:
    """Biscuits bore 18 per cent until 2025-09-21 and 5 since: the note of today takes back 18."""
    biscuits = SupplyLine("Biscuits", Decimal(10), Decimal(20), commodity_code="1905")
    sold = invoice(biscuits, tax_point=datetime(2025, 9, 21, 12))
    correction = Correction(NoteKind.CREDIT, "Stale", number=sold.number, day="2025-09-21")
    part = replace(sold.supply, lines=(replace(biscuits, quantity=Decimal(4)),), correction=correction)
    tax = tax_taken_back(GST, sold, replace(part, tax_point=datetime(2025, 10, 10)))
    assert tax.totals.taxes == {"CGST": Decimal("7.20"), "SGST": Decimal("7.20")}
    assert tax.answers == {"gstr1_section": "cdnr:C"}


def test_a_whole_invoice_is_taken_back_as_it_was_charged_even_if_that_was_wrong() -> None:
    sound = invoice(SOAP)
    wrong = replace(sound, tax=replace(sound.tax, totals=replace(sound.tax.totals, grand_total=Decimal("999.99"))))
    supply = replace(wrong.supply, correction=Correction(NoteKind.CREDIT, "Wrong", number=wrong.number))
    assert tax_taken_back(GST, wrong, supply).totals == wrong.tax.totals


@pytest.mark.parametrize(
    ("sold", "last"),
    [
        (date(2017, 7, 1), date(2018, 9, 30)),
        (date(2021, 3, 31), date(2021, 9, 30)),
        (date(2021, 4, 1), date(2022, 11, 30)),
        (date(2026, 3, 31), date(2026, 11, 30)),
        (date(2026, 4, 1), date(2027, 11, 30)),
        (date(2026, 12, 31), date(2027, 11, 30)),
    ],
)
def test_an_indian_supply_may_be_credited_until_the_day_after_its_year(sold: date, last: date) -> None:
    """s.34(2) of the CGST Act: 30 September after the end of the financial year, 30 November since 2022-10-01."""
    limit = GST.jurisdiction.credit_limit(sold)
    assert limit is not None
    assert limit.last_day(sold) == last
    assert "s.34(2)" in limit.source


def test_a_year_from_january_ends_in_december() -> None:
    limit = CreditLimit(date(2000, 1, 1), month=6, day=30, source="Act 1 of 2000")
    assert limit.last_day(date(2026, 1, 1)) == limit.last_day(date(2026, 12, 31)) == date(2027, 6, 30)


def test_a_limit_may_lie_in_the_calendar_year_after_the_next_begins() -> None:
    limit = CreditLimit(date(2000, 1, 1), month=1, day=31, source="Act 1 of 2000", year_begins=4)
    assert limit.last_day(date(2026, 3, 31)) == date(2027, 1, 31)


def test_a_law_without_a_limit_has_none() -> None:
    assert Jurisdiction("XX", "Nowhere", "USD").credit_limit(date(2026, 1, 1)) is None
    assert GST.jurisdiction.credit_limit(date(2017, 6, 30)) is None
