"""From charges to amounts: the one arithmetic under every tax law."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerflow.billing.money import ZERO, currency
from ledgerflow.billing.party import Party, Place
from ledgerflow.billing.pricing import price_lines, unit_value
from ledgerflow.billing.rounding import LevyUnfit
from ledgerflow.billing.settlement import settle
from ledgerflow.billing.supply import Correction, Exchange, NoteKind, Supply, SupplyLine
from ledgerflow.billing.tax import (
    Charge,
    DocumentKind,
    Levy,
    PayableBy,
    Rounder,
    TaxContext,
    TaxResult,
    Treatment,
)

HERE = Place("IN", "27")
PAISA = Decimal("0.01")


def charge(*levies: tuple[str, str], treatment: Treatment = Treatment.TAXED, waived: bool = False) -> Charge:
    owed = PayableBy.BUYER if treatment is Treatment.REVERSE_CHARGE else PayableBy.SELLER
    laid = tuple(Levy(tax, Decimal(rate)) for tax, rate in levies)
    return Charge(treatment, laid, "S", "rule", date(2017, 7, 1), "the law", owed, waived)


HALVES = charge(("CGST", "9"), ("SGST", "9"))
TEN = charge(("VAT", "10"))
FIFTEEN = charge(("VAT", "15"))
NOTHING = charge(treatment=Treatment.EXEMPT)


def sale(*prices: str, code: str = "INR", included: bool = False, discount: str = "0") -> Supply:
    lines = tuple(SupplyLine(f"Line {place}", Decimal(1), Decimal(price)) for place, price in enumerate(prices))
    return Supply(
        Party("Seller", HERE),
        Party("Buyer", HERE),
        datetime(2026, 4, 1),
        currency(code),
        lines,
        prices_include_tax=included,
        discount=Decimal(discount),
    )


def settled(supply: Supply, rounder: Rounder, *charges: Charge) -> TaxResult:
    laid = charges if len(charges) > 1 else charges * len(supply.lines)
    return settle(
        TaxContext(supply), laid, rounder, document=DocumentKind.TAX_INVOICE, regime="TEST", place_of_supply=HERE
    )


def line_taxes(result: TaxResult) -> list[str]:
    return [str(sum((due.amount for due in line.dues), ZERO)) for line in result.lines]


CHARGES = (HALVES, TEN, FIFTEEN, NOTHING, charge(("VAT", "5"), treatment=Treatment.REVERSE_CHARGE))


@st.composite
def sales(draw: st.DrawFn, *, included: bool | None = None) -> tuple[Supply, tuple[Charge, ...]]:
    count = draw(st.integers(1, 12))
    lines = tuple(
        SupplyLine(
            f"Line {place}",
            draw(st.decimals(Decimal("0.001"), 500, places=3)),
            draw(st.decimals(0, 5000, places=3)),
            discount_percent=draw(st.sampled_from([ZERO, Decimal(10), Decimal("12.5")])),
        )
        for place in range(count)
    )
    supply = replace(
        sale(code=draw(st.sampled_from(["INR", "BHD"]))),
        lines=lines,
        prices_include_tax=draw(st.booleans()) if included is None else included,
        discount=draw(st.decimals(0, 50, places=2)),
        charge=draw(st.decimals(0, 50, places=2)),
        round_to=draw(st.sampled_from([None, Decimal(1), Decimal("0.05")])),
    )
    return supply, tuple(draw(st.sampled_from(CHARGES)) for _ in range(count))


@pytest.mark.requirement("FR-2.4")
@given(drawn=sales(), rounder=st.sampled_from(Rounder))
def test_taxes_follow_from_lines_and_totals_add_up(drawn: tuple[Supply, tuple[Charge, ...]], rounder: Rounder) -> None:
    supply, charges = drawn
    result = settle(
        TaxContext(supply), charges, rounder, document=DocumentKind.TAX_INVOICE, regime="T", place_of_supply=HERE
    )
    totals = result.totals
    dues = [due for line in result.lines for due in line.dues]
    assert {tax: sum(due.amount for due in dues if due.tax == tax) for tax in totals.taxes} == totals.taxes
    assert sum(line.total for line in result.lines) == totals.total
    assert totals.taxable_value + totals.exempt_value + totals.tax == totals.total
    assert totals.total + totals.round_off == totals.grand_total == totals.payable
    assert sum(row.taxable_value for row in result.summary) == totals.taxable_value + totals.exempt_value
    assert sum(line.gross - line.discount + line.surcharge for line in result.lines) == sum(
        line.price for line in result.lines
    )
    every = [amount for line in result.lines for amount in (line.gross, line.taxable_value, line.total)]
    assert all(amount == supply.currency.round(amount) for amount in every)


@pytest.mark.requirement("FR-2.4")
@given(drawn=sales(), whole=st.booleans())
def test_cgst_equals_sgst(drawn: tuple[Supply, tuple[Charge, ...]], whole: bool) -> None:
    rounder = Rounder.COMPONENT_WHOLE if whole else Rounder.COMPONENT
    result = settled(drawn[0], rounder, *[HALVES] * len(drawn[0].lines))
    assert all(line.dues[0].amount == line.dues[1].amount for line in result.lines)
    assert result.totals.taxes["CGST"] == result.totals.taxes["SGST"]


@pytest.mark.requirement("FR-2.4")
@given(drawn=sales(), rounder=st.sampled_from([Rounder.COMPONENT, Rounder.LINE, Rounder.DOCUMENT]))
def test_a_refund_mirrors_its_sale(drawn: tuple[Supply, tuple[Charge, ...]], rounder: Rounder) -> None:
    """Goods taken back as negative quantities give the same totals with the other sign."""
    supply = replace(drawn[0], discount=ZERO, charge=ZERO)
    back = replace(supply, lines=tuple(replace(line, quantity=-line.quantity) for line in supply.lines))
    sold, refunded = settled(supply, rounder, *drawn[1]).totals, settled(back, rounder, *drawn[1]).totals
    assert {tax: -amount for tax, amount in refunded.taxes.items()} == sold.taxes
    assert (-refunded.total, -refunded.grand_total) == (sold.total, sold.grand_total)


@given(drawn=sales(included=True), rounder=st.sampled_from(Rounder))
def test_a_price_with_tax_adds_back_and_its_residual_is_small(
    drawn: tuple[Supply, tuple[Charge, ...]], rounder: Rounder
) -> None:
    supply = replace(drawn[0], round_to=None)
    result = settled(supply, rounder, *drawn[1])
    totals, unit = result.totals, supply.currency.unit
    assert totals.total + totals.round_off == sum(line.price for line in result.lines)
    if rounder in (Rounder.LINE, Rounder.DOCUMENT):
        assert totals.round_off == 0
    if rounder is Rounder.COMPONENT:  # half a unit for the value, half for each component, and a little of each tax
        assert abs(totals.round_off) <= 2 * unit * len(supply.lines)


@given(drawn=sales(included=False))
def test_once_a_document_is_the_rounded_tax_of_each_rate(drawn: tuple[Supply, tuple[Charge, ...]]) -> None:
    supply, charges = drawn
    result = settled(supply, Rounder.DOCUMENT, *charges)
    for row in result.summary:
        for tax, rate in row.rates:
            assert row.taxes[tax] == supply.currency.round(row.taxable_value * rate / 100)


@pytest.mark.parametrize(
    ("rounder", "code", "prices", "taxes"),
    [
        (Rounder.LINE, "BHD", ("0.045", "0.045", "0.045"), ["0.005", "0.005", "0.005"]),
        (Rounder.DOCUMENT, "BHD", ("0.045", "0.045", "0.045"), ["0.005", "0.005", "0.004"]),
        (Rounder.COMPONENT_WHOLE, "INR", ("5.00", "14.00", "100.00"), ["1.00", "1.00", "10.00"]),
    ],
)
def test_where_the_law_rounds(rounder: Rounder, code: str, prices: tuple[str, ...], taxes: list[str]) -> None:
    assert line_taxes(settled(sale(*prices, code=code), rounder, TEN)) == taxes


def test_the_earlier_of_equal_lines_has_the_larger_net() -> None:
    result = settled(sale("10.00", "10.00", code="SAR", included=True), Rounder.DOCUMENT, FIFTEEN)
    assert [str(line.taxable_value) for line in result.lines] == ["8.70", "8.69"]
    assert line_taxes(result) == ["1.30", "1.31"]


def test_zatca_pattern_leaves_a_rounding_amount() -> None:
    totals = settled(sale("1000.00", code="SAR", included=True), Rounder.DOCUMENT_FROM_NET, FIFTEEN).totals
    assert [
        str(amount) for amount in (totals.taxable_value, totals.tax, totals.total, totals.round_off, totals.payable)
    ] == [
        "869.57",
        "130.44",
        "1000.01",
        "-0.01",
        "1000.00",
    ]


def test_a_document_discount_is_split_over_rates_first() -> None:
    supply = sale("1000.00", "333.33", code="AED", discount="100.00")
    result = settled(supply, Rounder.DOCUMENT, charge(("VAT", "5")), NOTHING)
    assert [str(line.discount) for line in result.lines] == ["75.00", "25.00"]
    assert str(result.totals.tax) == "46.25"


def test_reverse_charge_shows_the_tax_and_does_not_ask_for_it() -> None:
    totals = settled(sale("100.00"), Rounder.LINE, charge(("IGST", "18"), treatment=Treatment.REVERSE_CHARGE)).totals
    assert totals.taxes["IGST"] == totals.reverse_charge == 18
    assert totals.tax == 0
    assert totals.payable == 100


def test_a_waived_tax_keeps_its_rate_and_is_not_charged() -> None:
    result = settled(sale("100.00"), Rounder.COMPONENT, charge(("IGST", "18"), waived=True))
    due = result.lines[0].dues[0]
    assert due.rate == 18
    assert due.amount == 0
    assert result.totals.payable == 100


def test_what_is_left_after_prepayment_is_rounded() -> None:
    supply = replace(sale("100.03", code="AED"), prepaid=Decimal("20.01"), round_to=Decimal("0.25"))
    totals = settled(supply, Rounder.LINE, NOTHING).totals
    assert [str(amount) for amount in (totals.payable, totals.round_off, totals.grand_total)] == [
        "80.00",
        "-0.02",
        "100.01",
    ]


def test_a_cess_may_be_an_amount_for_each_unit() -> None:
    supply = replace(sale(), lines=(SupplyLine("Cola", Decimal(3), Decimal("40.00")),))
    cess = replace(HALVES, levies=(*HALVES.levies, Levy("CESS", Decimal(12), per_unit=Decimal("1.5"))))
    result = settled(supply, Rounder.COMPONENT, cess)
    assert result.totals.taxes == {"CGST": Decimal("10.80"), "SGST": Decimal("10.80"), "CESS": Decimal("18.90")}
    assert cess.rate == 18


def test_goods_valued_on_their_retail_price_are_taxed_on_it() -> None:
    line = SupplyLine("Pan masala", Decimal(10), Decimal("50.00"), retail_price=Decimal("118.00"))
    result = settled(replace(sale(), lines=(line,)), Rounder.COMPONENT, HALVES)
    amounts = (result.lines[0].taxable_value, result.totals.tax, result.totals.total)
    assert [str(amount) for amount in amounts] == ["1000.00", "180.00", "680.00"]


@pytest.mark.parametrize(
    "terms", [charge(("IGST", "18"), treatment=Treatment.REVERSE_CHARGE), charge(("IGST", "18"), waived=True)]
)
def test_a_retail_price_contains_the_tax_whoever_pays_it(terms: Charge) -> None:
    line = SupplyLine("Pan masala", Decimal(10), Decimal("50.00"), retail_price=Decimal("118.00"))
    result = settled(replace(sale(), lines=(line,)), Rounder.COMPONENT, terms)
    assert [str(result.lines[0].taxable_value), str(result.totals.total)] == ["1000.00", "500.00"]


def test_foreign_prices_are_converted_line_by_line() -> None:
    line = SupplyLine("Software", Decimal(3), Decimal("33.333"), discount_amount=Decimal("10.00"))
    supply = replace(sale(), lines=(line,), quoted=Exchange(currency("USD"), Decimal("83.5")))
    result = settled(supply, Rounder.COMPONENT, NOTHING)
    assert (result.lines[0].quoted, result.lines[0].gross, result.lines[0].discount) == (
        Decimal("100.00"),
        Decimal("8350.00"),
        Decimal("835.00"),
    )
    assert result.totals.quoted == 100


def test_totals_are_reported_in_the_currency_of_the_tax() -> None:
    supply = replace(sale("1234.56", code="USD"), reported=Exchange(currency("AED"), Decimal("3.6725")))
    totals = settled(supply, Rounder.LINE, charge(("VAT", "5"))).totals
    assert (str(totals.tax), str(totals.reported_tax), str(totals.reported_total)) == ("61.73", "226.70", "4760.63")


def test_the_value_of_one_unit() -> None:
    line = SupplyLine("Shoes", Decimal(4), Decimal("2950.00"))
    price = price_lines(replace(sale(), lines=(line,)))[0]
    assert unit_value(price, line) == 2950
    assert unit_value(price, line, Decimal(18)) == 2500


def test_a_note_is_judged_by_the_day_of_its_invoice() -> None:
    supply = replace(sale("1.00"), correction=Correction(NoteKind.CREDIT, day="2021-12-31"))
    assert TaxContext(supply).day == date(2021, 12, 31)
    assert TaxContext(replace(supply, correction=None)).day == date(2026, 4, 1)


def test_an_amount_for_each_unit_needs_rounding_by_component() -> None:
    specific = replace(TEN, levies=(Levy("EXCISE", ZERO, Decimal("0.50")),))
    with pytest.raises(LevyUnfit, match="document"):
        settled(sale("10.00"), Rounder.DOCUMENT, specific)
