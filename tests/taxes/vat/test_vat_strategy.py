"""VAT by country: rates by day, exports, statements, what the paper is called, tax numbers."""

import re
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest
from numpy.random import Generator, Philox

from ledgerflow.billing.catalogue import TaxCategory
from ledgerflow.billing.errors import RateUnknown
from ledgerflow.billing.money import currency
from ledgerflow.billing.party import Holder, Party, Place, Registration
from ledgerflow.billing.supply import Correction, Exchange, NoteKind, Supply, SupplyLine
from ledgerflow.billing.tax import DocumentKind, PayableBy, Rounder, TaxContext, TaxResult, Treatment
from ledgerflow.taxes import vat
from ledgerflow.taxes.vat.strategy import VATStrategy

COUNTRIES = {"BH": vat.bahrain, "SA": vat.saudi_arabia, "AE": vat.emirates, "OM": vat.oman}
DAY = "2026-11-24"


def line(price: str = "100.00", category: TaxCategory = TaxCategory.STANDARD, code: str = "") -> SupplyLine:
    return SupplyLine("Goods", Decimal(1), Decimal(price), category=category, commodity_code=code)


def sale(law: VATStrategy, *lines: SupplyLine, day: str = DAY, buyer: Party | None = None) -> Supply:
    home = Place(law.jurisdiction.country or "SE")
    return Supply(
        Party("Seller", home, Registration.REGISTERED),
        buyer or Party("Trader", home, Registration.REGISTERED),
        datetime.fromisoformat(day),
        law.jurisdiction.currency,
        lines or (line(),),
    )


def assess(law: VATStrategy, supply: Supply) -> TaxResult:
    return law.assess(TaxContext(supply))


@pytest.mark.requirement("FR-2.3")
@pytest.mark.parametrize(
    ("country", "day", "rate"),
    [
        ("BH", "2019-01-01", 5),
        ("BH", "2021-12-31", 5),
        ("BH", "2022-01-01", 10),
        ("SA", "2018-01-01", 5),
        ("SA", "2020-06-30", 5),
        ("SA", "2020-07-01", 15),
        ("AE", "2018-01-01", 5),
        ("AE", DAY, 5),
        ("OM", "2021-04-16", 5),
    ],
)
def test_the_standard_rate_of_a_day_and_its_source(country: str, day: str, rate: int) -> None:
    law = COUNTRIES[country]
    charge = assess(law, sale(law, day=day)).lines[0].charge
    assert (charge.code, charge.treatment) == ("S", Treatment.TAXED)
    assert charge.rate == rate
    assert charge.source
    assert str(charge.since) <= day


@pytest.mark.parametrize(
    ("country", "day"), [("BH", "2018-12-31"), ("SA", "2017-12-31"), ("AE", "2017-12-31"), ("OM", "2021-04-15")]
)
def test_before_the_law_there_is_no_rate(country: str, day: str) -> None:
    law = COUNTRIES[country]
    with pytest.raises(RateUnknown):
        assess(law, sale(law, day=day))


@pytest.mark.parametrize("country", COUNTRIES)
def test_a_country_keeps_to_its_book_whatever_the_line_declares(country: str) -> None:
    law = COUNTRIES[country]
    declared = replace(line(), declared_rate=Decimal(7))
    assert assess(law, sale(law, declared)).lines[0].charge.rate != 7


def test_the_generic_law_takes_the_rate_from_the_line_and_has_none_of_its_own() -> None:
    declared = replace(line("1325.00"), declared_rate=Decimal(25))
    assert assess(vat.generic, sale(vat.generic, declared)).totals.tax == Decimal("331.25")
    with pytest.raises(RateUnknown):
        assess(vat.generic, sale(vat.generic))


@pytest.mark.parametrize("law", [*COUNTRIES.values(), vat.generic], ids=lambda law: law.code)
@pytest.mark.parametrize(
    ("category", "code", "treatment"),
    [
        (TaxCategory.ZERO, "Z", Treatment.ZERO_RATED),
        (TaxCategory.EXEMPT, "E", Treatment.EXEMPT),
        (TaxCategory.OUT_OF_SCOPE, "O", Treatment.OUT_OF_SCOPE),
        (TaxCategory.REVERSE_CHARGE, "AE", Treatment.REVERSE_CHARGE),
    ],
)
def test_no_tax_has_its_category_and_its_words(
    law: VATStrategy, category: TaxCategory, code: str, treatment: Treatment
) -> None:
    result = assess(law, sale(law, line(category=category)))
    charge = result.lines[0].charge
    assert (charge.code, charge.treatment) == (code, treatment)
    assert result.totals.tax == 0
    assert [legend.text for legend in result.legends] == [charge.reason]
    assert bool(result.legends[0].text_local) is (law.jurisdiction.language == "ar")
    assert result.answers[f"reason_{code}"] == result.legends[0].code


def test_under_reverse_charge_the_buyer_owes_the_tax() -> None:
    supply = replace(sale(vat.emirates, line("10000.00")), reverse_charge=True)
    result = assess(vat.emirates, supply)
    assert result.lines[0].charge.payable_by is PayableBy.BUYER
    assert (result.lines[0].charge.code, result.legends[0].code) == ("AE", "AE-REVERSE-CHARGE")
    assert result.totals.payable == 10000


ABROAD = Place("IN")


@pytest.mark.parametrize("law", [*COUNTRIES.values(), vat.generic], ids=lambda law: law.code)
@pytest.mark.parametrize(
    ("buyer", "delivered_to"),
    [
        (Party("Importer", ABROAD, Registration.OVERSEAS), None),
        (Party("Importer", ABROAD), None),
        (Party("Importer", Place(""), Registration.OVERSEAS), None),
        (None, ABROAD),
    ],
)
def test_what_leaves_the_country_is_zero_rated(
    law: VATStrategy, buyer: Party | None, delivered_to: Place | None
) -> None:
    supply = replace(sale(law, buyer=buyer), delivered_to=delivered_to)
    result = assess(law, supply)
    assert result.lines[0].charge.treatment is Treatment.ZERO_RATED
    assert result.lines[0].charge.code == ("G" if law is vat.generic else "Z")
    assert result.document is DocumentKind.TAX_INVOICE
    assert "xport" in result.legends[0].text
    assert result.place_of_supply == (delivered_to or (buyer.place if buyer else None))


def test_what_a_visitor_takes_over_the_counter_is_taxed() -> None:
    visitor = Party("Visitor", ABROAD, Registration.OVERSEAS)
    supply = replace(sale(vat.bahrain, buyer=visitor), delivered_to=Place("BH", "13"))
    result = assess(vat.bahrain, supply)
    assert result.totals.tax == 10
    assert result.place_of_supply.region == "13"


def test_exempt_supplies_stay_exempt_abroad_and_services_have_their_own_words() -> None:
    buyer = Party("Importer", ABROAD, Registration.OVERSEAS)
    rent, advice = line(category=TaxCategory.EXEMPT, code="997212"), line(code="998311")
    result = assess(vat.saudi_arabia, sale(vat.saudi_arabia, rent, advice, line(), buyer=buyer))
    assert [assessed.charge.code for assessed in result.lines] == ["E", "Z", "Z"]
    assert result.answers == {"qr": "zatca", "reason_E": "VATEX-SA-30", "reason_Z": "VATEX-SA-33 VATEX-SA-32"}


@pytest.mark.parametrize(
    ("category", "code", "reason"),
    [
        (TaxCategory.ZERO, "3004", "VATEX-SA-35"),
        (TaxCategory.ZERO, "7108", "VATEX-SA-36"),
        (TaxCategory.ZERO, "999210", "VATEX-SA-EDU"),
        (TaxCategory.ZERO, "999311", "VATEX-SA-HEA"),
        (TaxCategory.ZERO, "0401", "SA-ZERO"),
        (TaxCategory.EXEMPT, "997131", "VATEX-SA-29-7"),
        (TaxCategory.EXEMPT, "997113", "VATEX-SA-29"),
        (TaxCategory.OUT_OF_SCOPE, "", "VATEX-SA-OOS"),
    ],
)
def test_saudi_reasons_go_by_the_goods(category: TaxCategory, code: str, reason: str) -> None:
    result = assess(vat.saudi_arabia, sale(vat.saudi_arabia, line(category=category, code=code)))
    assert result.legends[0].code == reason


CONSUMER = Registration.UNREGISTERED
TRADER = Registration.REGISTERED
FULL, SIMPLIFIED = DocumentKind.TAX_INVOICE, DocumentKind.SIMPLIFIED_TAX_INVOICE


@pytest.mark.parametrize(
    ("country", "registration", "price", "kind"),
    [
        ("BH", CONSUMER, "5000", SIMPLIFIED),
        ("BH", TRADER, "454.545", SIMPLIFIED),  # 500.000 with tax
        ("BH", TRADER, "454.546", FULL),
        ("SA", CONSUMER, "5000", SIMPLIFIED),
        ("SA", TRADER, "869.56", SIMPLIFIED),  # 999.99 with tax
        ("SA", TRADER, "869.57", FULL),
        ("AE", CONSUMER, "50000", SIMPLIFIED),
        ("AE", TRADER, "9523.81", SIMPLIFIED),  # 10,000.00 with tax
        ("AE", TRADER, "9523.82", FULL),
        ("OM", CONSUMER, "499.999", SIMPLIFIED),
        ("OM", CONSUMER, "500", FULL),
        ("OM", TRADER, "499.999", SIMPLIFIED),
    ],
)
def test_when_a_simplified_invoice_is_enough(
    country: str, registration: Registration, price: str, kind: DocumentKind
) -> None:
    law = COUNTRIES[country]
    buyer = Party("Buyer", Place(country), registration)
    assert assess(law, sale(law, line(price), buyer=buyer)).document is kind


def test_the_limit_holds_in_the_currency_of_the_tax() -> None:
    dollars = replace(sale(vat.bahrain, line("1300.00")), currency=currency("USD"))
    reported = replace(dollars, reported=Exchange(currency("BHD"), Decimal("0.376")))
    assert assess(vat.bahrain, reported).document is FULL
    assert assess(vat.bahrain, replace(reported, lines=(line("1200.00"),))).document is SIMPLIFIED


def test_the_generic_law_knows_no_simplified_invoice() -> None:
    declared = replace(line("1.00"), declared_rate=Decimal(20))
    assert assess(vat.generic, sale(vat.generic, declared)).document is FULL


@pytest.mark.parametrize(
    ("note", "kind"), [(NoteKind.CREDIT, DocumentKind.CREDIT_NOTE), (NoteKind.DEBIT, DocumentKind.DEBIT_NOTE)]
)
def test_notes_keep_the_rate_of_their_invoice(note: NoteKind, kind: DocumentKind) -> None:
    supply = replace(sale(vat.bahrain), correction=Correction(note, "returned", 0, "A-1", "2021-12-31"))
    result = assess(vat.bahrain, supply)
    assert result.document is kind
    assert result.lines[0].charge.rate == 5


@pytest.mark.parametrize(
    ("law", "before_tax", "with_tax"),
    [
        (vat.bahrain, Rounder.DOCUMENT, Rounder.DOCUMENT),
        (vat.saudi_arabia, Rounder.DOCUMENT, Rounder.DOCUMENT_FROM_NET),
        (vat.emirates, Rounder.LINE, Rounder.LINE),
        (vat.oman, Rounder.DOCUMENT, Rounder.DOCUMENT),
    ],
    ids=lambda law: getattr(law, "code", law),
)
def test_where_each_country_rounds(law: VATStrategy, before_tax: Rounder, with_tax: Rounder) -> None:
    supply = sale(law)
    assert assess(law, supply).rounder is before_tax
    assert assess(law, replace(supply, prices_include_tax=True)).rounder is with_tax
    assert law.assess(TaxContext(supply, Rounder.COMPONENT)).rounder is Rounder.COMPONENT


SHAPES = {"BH": r"2\d{14}", "SA": r"3\d{13}3", "AE": r"1\d{12}03", "OM": r"OM\d{10}"}


@pytest.mark.requirement("FR-2.6")
@pytest.mark.parametrize("country", COUNTRIES)
def test_tax_numbers_have_their_country_s_shape_and_look_reserved(country: str) -> None:
    law, dice = COUNTRIES[country], Generator(Philox(1))
    place = Place(country)
    numbers = {law.invent_registration(dice, Party("Co", place, holder=Holder.COMPANY)) for _ in range(200)}
    assert len(numbers) > 190
    assert all(re.fullmatch(SHAPES[country], number) and "9999" in number for number in numbers)
    assert not any(law.check_registration(number, place) for number in numbers)
    assert law.check_registration("12345", place).startswith("it is not ")
    assert law.invent_registration(dice, Party("Co", ABROAD)) == ""


def test_published_tax_numbers_are_accepted() -> None:
    published = {"SA": "399999999900003", "AE": "135790246801003", "OM": "OM1100006083", "BH": "200000000000002"}
    assert not any(
        COUNTRIES[country].check_registration(number, Place(country)) for country, number in published.items()
    )


def test_a_generic_number_begins_with_its_country() -> None:
    number = vat.generic.invent_registration(Generator(Philox(1)), Party("Co", Place("SE")))
    assert number.startswith("SE9")
    assert vat.generic.check_registration(number, Place("SE")) == ""


@pytest.mark.parametrize(("country", "places"), [("BH", 4), ("SA", 10), ("AE", 7), ("OM", 7)])
def test_a_country_knows_its_regions_in_both_languages(country: str, places: int) -> None:
    facts = COUNTRIES[country].jurisdiction
    assert (facts.country, facts.language, len(facts.regions)) == (country, "ar", places)
    assert COUNTRIES[country].title == f"VAT, {facts.name}"
    arabic = re.compile(r"[\u0600-\u06FF\s]+")
    names = [facts.name_local, facts.tax_number_label_local]
    for region in facts.regions:
        names += [region.name_local, *(city.name_local for city in region.cities)]
    assert all(arabic.fullmatch(name) for name in names)


def test_bahrain_calls_its_number_by_its_own_name() -> None:
    facts = vat.bahrain.jurisdiction
    assert (facts.tax_number_label, facts.tax_number_label_local) == (
        "VAT Account No.",
        "رقم حساب ضريبة القيمة المضافة",
    )
