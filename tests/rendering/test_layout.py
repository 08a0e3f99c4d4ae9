"""What is printed on which paper, before any drawing: read off the page as a clerk would read it."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from tests.rendering import samples

from ledgerflow.billing.invoice import Invoice, Presentation
from ledgerflow.billing.party import Party
from ledgerflow.billing.tax import DocumentKind, Legend, Treatment
from ledgerflow.intake.catalogue_sheet import read_catalogue
from ledgerflow.rendering.layout import layout
from ledgerflow.rendering.page import Block, Page, Table
from ledgerflow.rendering.terms import Terms
from ledgerflow.simulation.credit_notes import REASONS
from ledgerflow.simulation.trades import TRADES

SAMPLE = Path(__file__).parents[2] / "examples" / "catalogue.xlsx"

AGREED = ("Subtotal", "Subtotal, tax included", "Discount", "Delivery and other charges")
VALUES = {"Taxable value", "Exempt and non-taxable value", "Price of the goods"}


def heads(table: Table | None) -> list[str]:
    assert table is not None
    return [column.head.first for column in table.columns]


def facts(page: Page) -> dict[str, str]:
    return {fact.label.second or fact.label.first: fact.value for fact in page.facts}


def sums(page: Page) -> dict[str, str]:
    return {row.label.second or row.label.first: row.value for row in page.totals}


def numbers(block: Block) -> dict[str, str]:
    return {fact.label.second or fact.label.first: fact.value for fact in block.facts}


@pytest.mark.requirement("PDF.1")
def test_gst_tax_invoice_has_the_particulars_of_rule_46() -> None:
    page = layout(samples.gst_tax_invoice())
    assert page.heading == "Tax Invoice INV/26-27/000123"
    assert page.copy is not None
    assert page.copy.first == "Original for recipient"
    assert page.seller.names == ("Sahyadri Home & Kitchen Private Limited",)
    assert numbers(page.seller)["GSTIN"] == "27ZZZCA0001A1Z4"
    assert page.buyer.lines == ("Plot 8, Wardha Road", "Nagpur 440015", "Maharashtra (27)")
    assert page.delivery is not None
    assert page.delivery.lines[0] == "Warehouse 3, Hingna Industrial Area"
    assert facts(page) == {
        "Invoice No.": "INV/26-27/000123",
        "Invoice date": "14-Jul-2026",
        "Place of supply": "Maharashtra (27)",
        "Reverse charge": "No",
        "Payment terms": "30 days net",
        "Due date": "13-Aug-2026",
        "Currency": "INR (₹)",
    }
    assert heads(page.lines)[2:] == [
        *("HSN/SAC", "Qty", "Unit", "Unit price", "Discount", "Taxable value", "GST", "Tax", "Total"),
    ]
    mixer = [cell[0] for cell in page.lines.rows[3]]
    assert mixer == [
        *("4", "Mixer grinder 750 W with three jars", "8509", "2", "NOS", "3,499.00", "699.80"),
        *("6,298.20", "18%", "1,133.68", "7,431.88"),
    ]
    assert page.due.value == "₹27,542.00"
    assert page.words == ("Rupees Twenty Seven Thousand Five Hundred Forty Two Only",)
    assert page.signature is not None
    assert [fact.value for fact in page.payment] == ["Specimen Bank, Pune", "000000012345", "SPEC0000001"]


@pytest.mark.requirement("PDF.1")
def test_the_hsn_summary_adds_up_to_the_totals() -> None:
    page = layout(samples.gst_tax_invoice())
    assert page.summary is not None
    assert heads(page.summary) == ["HSN/SAC", "Taxable value", "CGST %", "CGST", "SGST %", "SGST", "Total tax"]
    assert [row[0][0] for row in page.summary.rows] == ["7323", "8539", "8509", "1006"]
    for place in (1, 3, 5, 6):
        column = [Decimal(row[place][0].replace(",", "")) for row in page.summary.rows]
        assert sum(column) == Decimal(page.summary.foot[place][0].replace(",", ""))
    assert sums(page)["CGST"] == sums(page)["SGST"] == page.summary.foot[3][0]


@pytest.mark.parametrize("make", samples.EVERY_KIND.values(), ids=samples.EVERY_KIND)
def test_the_rows_above_the_amount_due_add_up_to_it(make: samples.Maker) -> None:
    """Price less discount explains the value; value, taxes, round-off and prepayment are the amount due."""
    invoice = make()
    rows = {row.label.second or row.label.first: row for row in layout(invoice).totals if row.weight == "plain"}
    figures = {name: Decimal(row.value.translate(samples.WESTERN).replace(",", "")) for name, row in rows.items()}
    agreed = sum(figures.pop(name, Decimal(0)) for name in AGREED)
    assert sum(figures.values()) + (agreed if not VALUES & figures.keys() else 0) == invoice.tax.totals.payable


def test_cess_stands_beside_its_rate_and_in_the_summary() -> None:
    page = layout(samples.gst_with_cess())
    rate = page.lines.rows[1][heads(page.lines).index("GST")]
    assert rate == ("28%", "+5%", "+2,076.00/THD")
    assert heads(page.summary)[4:6] == ["Cess %", "Cess"]
    assert page.lines.rows[0][1] == ("Aerated drink 300 ml", "Retail price ₹40.00")


@pytest.mark.requirement("PDF.1")
def test_reverse_charge_is_shown_and_not_added() -> None:
    page = layout(samples.gst_reverse_charge())
    assert facts(page)["Reverse charge"] == "Yes"
    assert page.due.value == "₹42,000.00"
    assert "IGST" not in sums(page)
    aside = next(row for row in page.totals if row.weight == "aside")
    assert aside.value == "2,100.00"
    assert [note.first for note in page.notes] == ["Tax is payable by the recipient on reverse charge."]


def test_union_territories_pay_utgst() -> None:
    invoice = samples.issue(
        samples.sale(samples.SAHYADRI, samples.VIDARBHA, "INR", samples.KITCHEN[:1]),
        [samples.intra("5", territory=True)],
        DocumentKind.TAX_INVOICE,
        "INV/1",
    )
    assert list(sums(layout(invoice))) == ["Taxable value", "CGST", "UTGST"]


@pytest.mark.requirement("PDF.3")
def test_bill_of_supply_knows_no_tax() -> None:
    page = layout(samples.bill_of_supply())
    assert page.title.first == "Bill of Supply"
    assert page.summary is None
    assert heads(page.lines)[-1] == "Amount"
    assert sums(page) == {"Exempt and non-taxable value": "3,900.00"}
    assert [note.first for note in page.notes] == ["Exempt supply of unprocessed food."]


@pytest.mark.requirement("PDF.3")
def test_a_composition_dealer_says_so_at_the_top_and_the_sum_before_rounding() -> None:
    said = Legend("composition", "Composition taxable person, not eligible to collect tax on supplies.")
    line = replace(samples.KITCHEN[2], unit_price=Decimal("92.47"), quantity=Decimal(1))
    page = layout(
        samples.issue(
            samples.sale(samples.SAHYADRI, samples.VIDARBHA, "INR", [line], round_to=Decimal(1)),
            [samples.charge(Treatment.COMPOSITION, code="O", reason="collects no tax")],
            DocumentKind.BILL_OF_SUPPLY,
            "BOS/1",
            legends=[said],
        )
    )
    assert page.declaration is not None
    assert page.declaration.first == said.text
    assert page.notes == ()
    assert sums(page) == {"Subtotal": "92.47", "Round off": "-0.47"}
    assert "Date" in facts(page)


def test_invoice_cum_bill_keeps_exempt_lines_apart() -> None:
    page = layout(samples.invoice_cum_bill())
    assert page.buyer.names == ("Cash customer",)
    assert sums(page)["Exempt and non-taxable value"] == "270.00"
    assert page.lines.rows[1][heads(page.lines).index("GST")] == ("Exempt",)
    assert "Taxable value" not in (*heads(page.lines), *heads(page.summary))
    assert page.summary is not None
    assert page.summary.rows[1][2:] == (("–",), ("0.00",), ("–",), ("0.00",), ("0.00",))


@pytest.mark.parametrize(
    ("make", "title", "due"),
    [
        (samples.credit_note, "Credit Note", "Amount credited"),
        (samples.debit_note, "Debit Note", "Amount debited"),
    ],
)
@pytest.mark.requirement("PDF.3")
def test_a_note_names_the_invoice_it_corrects_and_why(make: samples.Maker, title: str, due: str) -> None:
    page = layout(make())
    assert page.title.first == title
    assert page.due.label.first == due
    assert page.copy is None
    assert facts(page)["Original invoice"] == "INV/26-27/000123"
    assert facts(page)["Original date"] == "14-Jul-2026"
    assert facts(page)["Reason for issue"] == "Two pressure cookers returned unopened"


def test_export_shows_both_currencies_and_the_undertaking() -> None:
    page = layout(samples.export_invoice())
    assert facts(page)["Exchange rate"] == "1 USD = INR 88.245"
    assert facts(page)["Place of supply"] == "Other Countries (96)"
    assert {"Rate USD", "Amount USD", "Taxable value"} <= set(heads(page.lines))
    assert page.buyer.lines[-1] == "Germany"
    assert page.seller.lines[-1] == "Maharashtra (27), India"
    assert numbers(page.seller)["LUT ARN"] == "AD270426000000X"
    assert sums(page)["IGST"] == "0.00"
    assert sums(page)["Total of the items in USD"] == "5,482.00"
    assert "LETTER OF UNDERTAKING" in page.notes[0].first


def test_the_undertaking_stays_off_ordinary_invoices() -> None:
    seller = replace(samples.SAHYADRI, identifiers={"LUT": "AD270426000000X", "PAN": "ZZZCA0001A"})
    invoice = samples.gst_tax_invoice()
    page = layout(replace(invoice, supply=replace(invoice.supply, seller=seller)))
    assert list(numbers(page.seller)) == ["GSTIN", "PAN", "Phone", "Email"]


@pytest.mark.requirement("PDF.2")
def test_bahrain_is_bilingual_arabic_first_each_value_once() -> None:
    page = layout(samples.bahrain_vat_invoice())
    assert page.right_to_left
    assert (page.title.first, page.title.second) == ("فاتورة ضريبية", "Tax Invoice")
    assert page.seller.names == ("شركة لؤلؤة الخليج للتجارة ذ.م.م", "Gulf Pearl Trading W.L.L.")
    assert numbers(page.seller)["VAT Account No."] == "200000000000002"
    assert page.lines.rows[0][1] == ("خلطة شاي كرك 500 غ", "Karak tea blend 500 g")
    assert facts(page)["Date of supply"] == "14/07/2026"
    assert "Place of supply" not in facts(page)
    assert page.due.value == "BHD 151.001"
    assert page.words == (
        "فقط مائة وواحد وخمسون ديناراً بحرينياً وفلس واحد لا غير",
        "Bahraini Dinars One Hundred Fifty One and 1 Fils Only",
    )
    assert page.copy is None
    assert (page.specimen.first, page.specimen.second) == ("عينة للاختبار", "Specimen – simulated")


def test_the_vat_summary_gives_category_rate_and_reason() -> None:
    page = layout(samples.bahrain_vat_invoice())
    assert page.summary is not None
    standard, zero = page.summary.rows
    assert standard[0] == ("خاضع للنسبة الأساسية", "Standard rated")
    assert [cell[0] for cell in standard[1:]] == ["10%", "117.637", "11.764", "129.401"]
    assert zero[0][2:] == ("توريد خاضع لنسبة الصفر: سلع غذائية أساسية.", "Zero-rated supply: listed basic food.")
    assert [cell[0] for cell in page.summary.foot[2:]] == ["139.237", "11.764", "151.001"]
    assert page.notes == ()  # the reason is told once


def test_arabic_digits_reach_figures_and_days_but_no_codes() -> None:
    page = layout(samples.bahrain_in_arabic_digits())
    assert page.due.value == "BHD ١٥١٫٠٠١"
    assert facts(page)["Invoice date"] == "١٤/٠٧/٢٠٢٦"
    assert facts(page)["Invoice No."] == "INV/2026/000045"
    assert numbers(page.seller)["VAT Account No."] == "200000000000002"


def test_arabic_digits_reach_the_words_of_the_arabic_side_and_only_those() -> None:
    invoice = samples.bahrain_in_arabic_digits()
    tyre = replace(samples.PANTRY[0], description="Tyre 185/65 R15, 2 m", description_local="إطار 185/65 R15، 2 م")
    page = layout(replace(invoice, supply=replace(invoice.supply, lines=(tyre, *invoice.supply.lines[1:]))))
    assert page.seller.lines[0].startswith("مبنى ١٢٠، طريق ٣٨٣، مجمع ٣١٦")
    assert "Building 120, Road 383, Block 316" in page.seller.lines
    assert page.lines.rows[0][1] == ("إطار 185/65 R15، ٢ م", "Tyre 185/65 R15, 2 m")


def test_units_terms_and_reasons_speak_the_page_s_languages() -> None:
    sold = samples.bahrain_vat_invoice()
    page = layout(replace(sold, supply=replace(sold.supply, payment_terms="Net 30 days")))
    assert [row[3] for row in page.lines.rows[:2]] == [("قطعة", "piece"), ("صندوق", "box")]
    terms = next(fact for fact in page.facts if fact.label.second == "Payment terms")
    assert (terms.value, terms.second) == ("خلال 30 يوماً", "Net 30 days")
    english = layout(samples.bahrain_in_dollars())
    assert english.lines.rows[0][3] == ("piece",)
    assert layout(samples.gst_tax_invoice()).lines.rows[0][4] == ("NOS",)


def test_every_unit_and_every_phrase_of_a_simulated_seller_has_its_arabic() -> None:
    terms = Terms("ar")
    phrases = {name for trade in TRADES.values() for name, _ in trade.terms} | set(REASONS)
    assert all(terms("phrases", phrase).second for phrase in phrases)
    assert all(terms("units", product.unit).second for product in read_catalogue(SAMPLE.read_bytes()).products)


def test_arabic_digits_stay_off_an_english_page() -> None:
    invoice = samples.bahrain_vat_invoice()
    page = layout(replace(invoice, presentation=Presentation(language="en", digits="arabic-indic")))
    assert page.due.value == "BHD 151.001"
    assert not page.right_to_left
    assert page.title.second == ""
    assert numbers(page.seller)["Tax No."] == "200000000000002"


def test_an_unknown_language_falls_back_to_english() -> None:
    page = layout(replace(samples.bahrain_vat_invoice(), presentation=Presentation(language="fr")))
    assert (page.language, page.title.first) == ("en", "Tax Invoice")


def test_a_foreign_currency_shows_the_tax_in_the_local_one() -> None:
    page = layout(samples.bahrain_in_dollars())
    assert facts(page)["Exchange rate"] == "1 USD = BHD 0.376"
    assert sums(page)["Total VAT in BHD"] == "2.121"
    assert sums(page)["Total in BHD"] == "23.327"


def test_a_prepayment_and_a_delivery_charge_are_told() -> None:
    page = layout(samples.saudi_invoice())
    assert sums(page)["Delivery and other charges"] == "15.00"
    assert sums(page)["Less: prepayment"] == "-20.00"
    assert page.due.value == "SAR 99.84"
    assert facts(page)["Issue time"] == "16:20:05"


@pytest.mark.requirement("PDF.3")
def test_over_the_counter_the_paper_is_short() -> None:
    page = layout(samples.saudi_simplified())
    assert page.template == "memo"
    assert page.title.second == "Simplified Tax Invoice"
    assert page.signature is None
    assert sums(page)["Subtotal, tax included"] == "93.90"
    assert [column.head.second for column in page.lines.columns][-2:] == ["VAT", "Total"]


@pytest.mark.requirement("PDF.3")
def test_cash_memo_says_that_there_is_no_tax() -> None:
    page = layout(samples.cash_memo())
    assert page.title.first == "Cash Memo"
    assert page.summary is None
    assert sums(page) == {"Subtotal": "1,580.00", "Discount": "-20.00"}
    assert (page.due.label.first, page.due.value) == ("Total", "₹1,560.00")
    assert [note.first for note in page.notes] == ["No tax is charged on this document."]


def test_a_stranger_s_tax_finds_its_columns() -> None:
    """A plug-in's own tax is printed under its own name."""
    levy = samples.charge(Treatment.TAXED, ("GST", "15"))
    shop = replace(samples.GULF_PEARL, place=replace(samples.MANAMA, country="NZ"))
    invoice = samples.issue(
        samples.sale(shop, Party("", shop.place), "NZD", samples.PANTRY[:1]),
        [levy],
        DocumentKind.TAX_INVOICE,
        "INV-1",
        presentation=Presentation(),
    )
    page = layout(invoice)
    assert sums(page)["GST"] == "8.46"
    assert heads(page.summary)[1] == "Rate"


def test_names_keep_their_room_when_figures_are_huge() -> None:
    page = layout(samples.long_names())
    assert "Total" not in heads(page.lines)
    assert 178 - sum(column.width for column in page.lines.columns) > 30


@pytest.mark.parametrize("make", samples.EVERY_KIND.values(), ids=samples.EVERY_KIND)
def test_layout_is_pure_and_every_row_is_whole(make: samples.Maker) -> None:
    invoice: Invoice = make()
    page = layout(invoice)
    assert page == layout(invoice)
    for table in filter(None, (page.lines, page.summary)):
        assert all(len(row) == len(table.columns) for row in table.rows)
    assert "simulated" in page.keywords
