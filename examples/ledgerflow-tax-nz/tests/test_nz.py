"""New Zealand GST: a table of days and borders, IRD numbers, and the laws of billing."""

from datetime import datetime
from decimal import Decimal

import pytest
from ledgerflow_tax_nz import ird_number, strategy
from numpy.random import Generator, Philox
from stdnum.nz import ird

from ledgerflow.billing.catalogue import TaxCategory
from ledgerflow.billing.conformance import check_strategy
from ledgerflow.billing.errors import RateUnknown
from ledgerflow.billing.party import Party, Place, Registration
from ledgerflow.billing.supply import Correction, NoteKind, Supply, SupplyLine
from ledgerflow.billing.tax import DocumentKind, TaxContext, TaxResult

AUCKLAND, SYDNEY = Place("NZ", "AUK"), Place("AU")


def sell(
    day: str,
    to: Place = AUCKLAND,
    price: str = "100.00",
    category: TaxCategory = TaxCategory.STANDARD,
    note: str = "",
) -> TaxResult:
    seller = Party("Kauri Traders", AUCKLAND, Registration.REGISTERED)
    line = SupplyLine("Merino blanket", Decimal(1), Decimal(price), category=category)
    supply = Supply(
        seller,
        Party("Buyer", to),
        datetime.fromisoformat(day),
        strategy.jurisdiction.currency,
        (line,),
        correction=Correction(NoteKind(note), "returned") if note else None,
    )
    return strategy.assess(TaxContext(supply))


@pytest.mark.parametrize(
    ("day", "to", "category", "code", "gst"),
    [
        ("1986-10-01", AUCKLAND, TaxCategory.STANDARD, "S", "10.00"),
        ("1989-06-30", AUCKLAND, TaxCategory.STANDARD, "S", "10.00"),
        ("1989-07-01", AUCKLAND, TaxCategory.STANDARD, "S", "12.50"),
        ("2010-09-30", AUCKLAND, TaxCategory.STANDARD, "S", "12.50"),
        ("2010-10-01", AUCKLAND, TaxCategory.STANDARD, "S", "15.00"),
        ("2026-11-24", SYDNEY, TaxCategory.STANDARD, "Z", "0.00"),
        ("2026-11-24", AUCKLAND, TaxCategory.ZERO, "Z", "0.00"),
        ("2026-11-24", AUCKLAND, TaxCategory.EXEMPT, "E", "0.00"),
        ("2026-11-24", SYDNEY, TaxCategory.EXEMPT, "E", "0.00"),
    ],
)
def test_days_and_borders(day: str, to: Place, category: TaxCategory, code: str, gst: str) -> None:
    result = sell(day, to, category=category)
    assert result.lines[0].charge.code == code
    assert result.totals.tax == Decimal(gst)
    assert result.lines[0].charge.reason or code == "S"


def test_before_the_act_there_is_no_rate() -> None:
    with pytest.raises(RateUnknown):
        sell("1986-09-30")


@pytest.mark.parametrize(
    ("day", "price", "kind", "details"),
    [
        ("2023-03-31", "10.00", DocumentKind.TAX_INVOICE, "name and address"),
        ("2023-04-01", "173.91", DocumentKind.SIMPLIFIED_TAX_INVOICE, "none"),  # 200.00
        ("2023-04-01", "173.92", DocumentKind.SIMPLIFIED_TAX_INVOICE, "name"),  # 200.01
        ("2023-04-01", "869.56", DocumentKind.SIMPLIFIED_TAX_INVOICE, "name"),  # 999.99
        ("2023-04-01", "869.57", DocumentKind.TAX_INVOICE, "name and address"),  # 1,000.01
    ],
)
def test_small_supplies_need_less(day: str, price: str, kind: DocumentKind, details: str) -> None:
    result = sell(day, price=price)
    assert (result.document, result.answers["buyer_details"]) == (kind, details)


@pytest.mark.parametrize(("note", "kind"), [("credit", DocumentKind.CREDIT_NOTE), ("debit", DocumentKind.DEBIT_NOTE)])
def test_notes_are_called_by_their_name(note: str, kind: DocumentKind) -> None:
    assert sell("2026-11-24", note=note).document is kind


def test_ird_numbers_are_well_formed_and_come_from_the_end_of_the_range() -> None:
    dice = Generator(Philox(1))
    numbers = {strategy.invent_registration(dice, Party("Kauri Traders", AUCKLAND)) for _ in range(500)}
    assert all(ird.is_valid(number) and number.startswith("1499") for number in numbers)
    assert len(numbers) > 400


def test_published_check_digits() -> None:
    assert [ird_number(base) for base in (4909185, 4909857, 13641013)] == ["49091850", "49098576", "136410132"]


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        ("49091850", ""),
        ("49091851", "digit"),
        ("9125568", "between"),
        ("150000001", "between"),
        ("NZ1234567", "between"),
    ],
)
def test_a_wrong_number_is_told(number: str, fault: str) -> None:
    told = strategy.check_registration(number, AUCKLAND)
    assert fault in told
    assert bool(told) is not ird.is_valid(number)


def test_it_obeys_the_laws_of_billing() -> None:
    check_strategy(strategy)
