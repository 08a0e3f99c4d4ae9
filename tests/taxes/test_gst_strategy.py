"""What GST says of who, where, what and when: the cases a chartered accountant would try."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some
from numpy.random import Generator, Philox
from stdnum.in_ import gstin as stdnum_gstin

from ledgerflow.billing.catalogue import TaxCategory
from ledgerflow.billing.errors import RateUnknown
from ledgerflow.billing.money import currency
from ledgerflow.billing.party import Holder, Party, Place, Registration
from ledgerflow.billing.supply import Correction, NoteKind, Supply, SupplyLine
from ledgerflow.billing.tax import DocumentKind, PayableBy, TaxContext, TaxResult, Treatment
from ledgerflow.taxes.gst import strategy
from ledgerflow.taxes.gst.gstin import check

MUMBAI = Place("IN", "27", city="Mumbai", postal_code="400001")
BENGALURU = Place("IN", "29", city="Bengaluru", postal_code="560001")
CHANDIGARH = Place("IN", "04", city="Chandigarh", postal_code="160001")
SELLER = Party("Kaveri Traders", MUMBAI, Registration.REGISTERED)
LAMP = SupplyLine("LED lamp", Decimal(10), Decimal("100.00"), commodity_code="8539")
SHIRT = SupplyLine("Shirt", Decimal(2), Decimal("2500.00"), commodity_code="6205")
MILK = SupplyLine("UHT milk", Decimal(1), Decimal("60.00"), commodity_code="0401")


def sale(*lines: SupplyLine, to: Place = MUMBAI, buyer: Registration = Registration.UNREGISTERED) -> Supply:
    return Supply(
        seller=SELLER,
        buyer=Party("Buyer", to, buyer),
        tax_point=datetime(2026, 6, 1, 12),
        currency=currency("INR"),
        lines=lines or (LAMP,),
    )


def assess(supply: Supply) -> TaxResult:
    return strategy.assess(TaxContext(supply))


def rate_of(supply: Supply) -> Decimal:
    return assess(supply).lines[0].charge.rate


@pytest.mark.parametrize(
    ("where", "buyer", "regime"),
    [
        (MUMBAI, Registration.REGISTERED, "CGST_SGST"),
        (BENGALURU, Registration.REGISTERED, "IGST"),
        (MUMBAI, Registration.SEZ, "IGST"),
        (Place("US"), Registration.OVERSEAS, "IGST"),
        (Place(""), Registration.UNREGISTERED, "CGST_SGST"),
    ],
    ids=["inside the state", "across states", "SEZ in the same state", "abroad", "walk-in without an address"],
)
def test_regime(where: Place, buyer: Registration, regime: str) -> None:
    assert assess(sale(to=where, buyer=buyer)).regime == regime


def test_union_territory_without_legislature_levies_utgst() -> None:
    supply = replace(sale(to=CHANDIGARH), seller=replace(SELLER, place=CHANDIGARH))
    assert dict(assess(supply).totals.taxes) == {"CGST": Decimal("90.00"), "UTGST": Decimal("90.00")}


def test_services_performed_on_the_spot_are_taxed_where_they_are_performed() -> None:
    dinner = SupplyLine("Dinner", Decimal(1), Decimal("900.00"), commodity_code="996331")
    assert assess(sale(dinner, to=BENGALURU)).place_of_supply == MUMBAI


@pytest.mark.parametrize(
    ("price", "inclusive", "rate"),
    [
        ("2500.00", False, "5"),
        ("2500.01", False, "18"),
        ("2625.00", True, "5"),
        ("2800.00", True, "5"),  # 18 % leaves 2,372.88 and 5 % leaves 2,666.67: neither lies in its slab, so the lower
        ("2950.00", True, "5"),  # 18 % leaves 2,500.00, which is not above the limit
        ("2950.02", True, "18"),
    ],
)
def test_value_slab_of_apparel(price: str, inclusive: bool, rate: str) -> None:
    supply = replace(sale(replace(SHIRT, unit_price=Decimal(price))), prices_include_tax=inclusive)
    assert rate_of(supply) == Decimal(rate)


def test_slab_goes_by_the_discounted_value() -> None:
    dear = replace(SHIRT, unit_price=Decimal("2600.00"))
    assert rate_of(sale(dear)) == 18
    assert rate_of(sale(replace(dear, discount_percent=Decimal(10)))) == 5
    assert rate_of(replace(sale(dear), discount=Decimal("200.00"))) == 5


@pytest.mark.parametrize(
    ("day", "rate", "cess"),
    [(datetime(2025, 9, 21), "28", "12"), (datetime(2025, 9, 22), "40", "0")],
    ids=["last day of the old rates", "first day of the new rates"],
)
def test_rate_follows_the_day(day: datetime, rate: str, cess: str) -> None:
    cola = SupplyLine("Cola", Decimal(24), Decimal("35.00"), commodity_code="22021010")
    result = assess(replace(sale(cola), tax_point=day))
    assert result.lines[0].charge.rate == Decimal(rate)
    assert result.totals.taxes.get("CESS", Decimal(0)) == Decimal(cess) * Decimal("8.40")


def test_rate_before_gst_began_is_refused() -> None:
    with pytest.raises(RateUnknown, match="8539 on 2017-06-30"):
        assess(replace(sale(), tax_point=datetime(2017, 6, 30)))


def test_reverse_charge_is_shown_and_not_added() -> None:
    result = assess(replace(sale(buyer=Registration.REGISTERED), reverse_charge=True))
    assert result.totals.taxes == {"CGST": Decimal("90.00"), "SGST": Decimal("90.00")}
    assert result.totals.payable == Decimal("1000.00")
    assert {due.payable_by for line in result.lines for due in line.dues} == {PayableBy.BUYER}
    assert result.answers["gstr1_section"] == "b2b:R rchrg=Y"
    assert any(legend.code == "reverse_charge" for legend in result.legends)


@pytest.mark.parametrize("without_payment", [True, False])
def test_export_and_sez_are_zero_rated_with_or_without_payment(without_payment: bool) -> None:
    seller = replace(SELLER, identifiers={"LUT": "AD270000000000A"})
    for place, buyer in ((Place("US"), Registration.OVERSEAS), (MUMBAI, Registration.SEZ)):
        result = assess(replace(sale(to=place, buyer=buyer), seller=seller, without_payment=without_payment))
        assert result.lines[0].charge.treatment is Treatment.ZERO_RATED
        assert result.lines[0].charge.rate == 18
        assert result.totals.taxes["IGST"] == (0 if without_payment else Decimal("180.00"))
        (legend,) = result.legends
        assert ("WITHOUT PAYMENT" in legend.text) == without_payment
        assert ("AD270000000000A" in legend.text) == without_payment


@pytest.mark.parametrize(
    ("lines", "buyer", "kind"),
    [
        ((LAMP,), Registration.UNREGISTERED, DocumentKind.TAX_INVOICE),
        ((MILK,), Registration.UNREGISTERED, DocumentKind.BILL_OF_SUPPLY),
        ((LAMP, MILK), Registration.UNREGISTERED, DocumentKind.INVOICE_CUM_BILL_OF_SUPPLY),
        ((LAMP, MILK), Registration.REGISTERED, DocumentKind.TAX_INVOICE),
    ],
)
def test_name_of_the_paper(lines: tuple[SupplyLine, ...], buyer: Registration, kind: DocumentKind) -> None:
    assert assess(sale(*lines, buyer=buyer)).document is kind


@pytest.mark.parametrize(
    ("registration", "kind", "section"),
    [
        (Registration.COMPOSITION, DocumentKind.BILL_OF_SUPPLY, "none (CMP-08/GSTR-4)"),
        (Registration.UNREGISTERED, DocumentKind.CASH_MEMO, "none"),
    ],
)
def test_sellers_who_may_not_collect(registration: Registration, kind: DocumentKind, section: str) -> None:
    result = assess(replace(sale(), seller=replace(SELLER, registration=registration)))
    assert (result.document, result.regime) == (kind, "NONE")
    assert result.totals.tax == 0
    assert result.answers["gstr1_section"] == section
    assert result.legends


def test_petrol_is_outside_gst() -> None:
    petrol = replace(LAMP, commodity_code="2710", category=TaxCategory.OUT_OF_SCOPE)
    result = assess(sale(petrol, MILK, LAMP))
    assert result.lines[0].charge.treatment is Treatment.OUT_OF_SCOPE
    assert result.totals.exempt_value == Decimal("1060.00")
    assert {legend.code for legend in result.legends} == {"exempt", "non_gst"}


@pytest.mark.parametrize(
    ("to", "buyer", "price", "section"),
    [
        (MUMBAI, Registration.REGISTERED, "100", "cdnr:C"),
        (MUMBAI, Registration.UNREGISTERED, "100", "b2cs"),
        (BENGALURU, Registration.UNREGISTERED, "20000", "cdnur:B2CL"),
        (Place("US"), Registration.OVERSEAS, "100", "cdnur:EXPWP"),
    ],
)
def test_section_of_a_credit_note(to: Place, buyer: Registration, price: str, section: str) -> None:
    supply = sale(replace(LAMP, unit_price=Decimal(price)), to=to, buyer=buyer)
    result = assess(replace(supply, correction=Correction(NoteKind.CREDIT)))
    assert result.document is DocumentKind.CREDIT_NOTE
    assert result.answers["gstr1_section"] == section


@given(
    prices=some.lists(some.decimals("0.01", "99999.99", places=2), min_size=1, max_size=8),
    rate=some.sampled_from(["0.25", "3", "5", "12", "18", "28", "40"]),
    inclusive=some.booleans(),
)
@pytest.mark.requirement("FR-2.4")
def test_cgst_equals_sgst_always(prices: list[Decimal], rate: str, inclusive: bool) -> None:
    lines = [replace(LAMP, unit_price=price, declared_rate=Decimal(rate)) for price in prices]
    result = assess(replace(sale(*lines), prices_include_tax=inclusive))
    for line in result.lines:
        cgst, sgst = line.dues
        assert (cgst.tax, sgst.tax, cgst.amount) == ("CGST", "SGST", sgst.amount)
        assert abs(line.price - line.total) <= Decimal("0.01") or not inclusive
    assert result.totals.taxes["CGST"] == result.totals.taxes["SGST"]


@given(some.integers(0, 2**32), some.sampled_from(Holder), some.sampled_from(["27", "29", "07", "36"]))
def test_invented_gstin_is_well_formed_and_fits_its_holder(seed: int, holder: Holder, state: str) -> None:
    party = Party("Meena Iyer", Place("IN", state), holder=holder)
    number = strategy.invent_registration(Generator(Philox(seed)), party)
    assert strategy.check_registration(number, party.place) == ""
    assert stdnum_gstin.is_valid(number)
    assert number[2:5] == "ZZZ"
    assert number[6] == ("I" if holder is Holder.INDIVIDUAL else "M")


def test_gstin_of_another_state_does_not_fit_the_address() -> None:
    assert "27" in strategy.check_registration("27AAPFU0939F1ZV", BENGALURU)
    assert strategy.check_registration("27AAPFU0939F1ZV", MUMBAI) == ""


def test_name_in_another_script_still_gives_a_gstin() -> None:
    party = Party("शर्मा ट्रेडर्स", MUMBAI, holder=Holder.FIRM)
    assert check(strategy.invent_registration(Generator(Philox(1)), party)) == ""


def test_every_city_lies_in_a_known_state_with_its_own_postal_codes() -> None:
    seen: dict[int, str] = {}
    for region in strategy.jurisdiction.regions:
        assert region.code in strategy.jurisdiction.region_by_code
        for city in region.cities:
            assert 110000 <= city.first_postal_code <= city.last_postal_code <= 855999
            assert seen.setdefault(city.first_postal_code, city.name) == city.name


@pytest.mark.parametrize(
    ("hsn", "rate"),
    [("96032100", "5"), ("960390", "18"), ("33072000", "18"), ("33071010", "5"), ("90041000", "18"), ("90049090", "5")],
    ids=["toothbrush", "broom", "deodorant", "shaving cream", "sunglasses", "spectacles"],
)
def test_the_longer_code_decides_where_a_heading_has_two_rates(hsn: str, rate: str) -> None:
    assert rate_of(sale(replace(LAMP, commodity_code=hsn))) == Decimal(rate)


def test_toothbrushes_bore_18_before_the_reform() -> None:
    before = replace(sale(replace(LAMP, commodity_code="960321")), tax_point=datetime(2025, 9, 21, 12))
    assert rate_of(before) == 18
