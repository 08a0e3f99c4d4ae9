"""Invoices for the tests of the pages, settled by billing itself under charges laid on by hand."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal as D

from ledgerflow.billing.invoice import Invoice, Presentation
from ledgerflow.billing.money import currency
from ledgerflow.billing.party import Party, Place, Registration
from ledgerflow.billing.settlement import settle
from ledgerflow.billing.supply import Correction, Exchange, NoteKind, Supply, SupplyLine
from ledgerflow.billing.tax import (
    Charge,
    DocumentKind,
    Legend,
    Levy,
    PayableBy,
    Rounder,
    TaxContext,
    Treatment,
)

GENERATION = "lf-3f9a1c2b7d10"
SINCE = date(2025, 9, 22)

PUNE = Place(
    "IN", "27", "Maharashtra", city="Pune", street="14 Senapati Bapat Road, Shivajinagar", postal_code="411016"
)
NAGPUR = Place("IN", "27", "Maharashtra", city="Nagpur", street="Plot 8, Wardha Road", postal_code="440015")
BENGALURU = Place("IN", "29", "Karnataka", city="Bengaluru", street="221 Residency Road", postal_code="560025")
MANAMA = Place(
    *("BH", "13", "Capital Governorate", "محافظة العاصمة", "Manama", "المنامة"),
    *("Building 120, Road 383, Block 316", "مبنى 120، طريق 383، مجمع 316", "316"),
)
RIFFA = Place(
    *("BH", "14", "Southern Governorate", "المحافظة الجنوبية", "Riffa", "الرفاع"),
    *("Building 2044, Road 1015, Block 910", "مبنى 2044، طريق 1015، مجمع 910", "910"),
)
RIYADH = Place(
    *("SA", "01", "Riyadh Region", "منطقة الرياض", "Riyadh", "الرياض"),
    *("2322 Prince Sultan Street, Al Murabba", "2322 شارع الأمير سلطان، المربع", "12613"),
)

SAHYADRI = Party(
    "Sahyadri Home & Kitchen Private Limited",
    PUNE,
    Registration.REGISTERED,
    "27ZZZCA0001A1Z4",
    phone="+91 20 5550 0142",
    email="accounts@sahyadri.example",
    identifiers={"PAN": "ZZZCA0001A", "Bank": "Specimen Bank, Pune", "Account": "000000012345", "IFSC": "SPEC0000001"},
)
VIDARBHA = Party("Vidarbha Retail LLP", NAGPUR, Registration.REGISTERED, "27ZZZFA0002C1Z8", phone="+91 712 555 0199")
KAVERI = Party("Kaveri Stores", BENGALURU, Registration.REGISTERED, "29ZZZPA0002B1Z6")
GULF_PEARL = Party(
    "Gulf Pearl Trading W.L.L.",
    MANAMA,
    Registration.REGISTERED,
    "200000000000002",
    name_local="شركة لؤلؤة الخليج للتجارة ذ.م.م",
    phone="+973 1700 0000",
    identifiers={"CR": "00000-1", "IBAN": "BH67SPEC00001299123456"},
)
AL_NOOR = Party(
    "Al Noor Supermarkets B.S.C.",
    RIFFA,
    Registration.REGISTERED,
    "200000000100002",
    name_local="أسواق النور ش.م.ب",
    phone="+973 1766 0000",
)
OASIS = Party("Oasis Store Company", RIYADH, Registration.REGISTERED, "311111111101113", name_local="شركة متجر الواحة")

GSTIN = Presentation(tax_number_label="GSTIN")
VAT_ACCOUNT = Presentation(
    language="ar",
    accent="#0B5CAD",
    tax_number_label="VAT Account No.",
    tax_number_label_local="رقم حساب ضريبة القيمة المضافة",
)

KITCHEN = (
    SupplyLine("Stainless steel pressure cooker 5 L", D(4), D("1899.00"), "NOS", "PC-5", commodity_code="7323"),
    SupplyLine("Copper-bottom kadhai 26 cm", D(6), D("849.50"), "NOS", "KD-26", commodity_code="7323"),
    SupplyLine("LED lamp 9 W, cool daylight", D(48), D("92.40"), "NOS", "LED-9", commodity_code="8539"),
    SupplyLine(
        "Mixer grinder 750 W with three jars",
        *(D(2), D("3499.00"), "NOS", "MG-750"),
        commodity_code="8509",
        discount_percent=D(10),
    ),
    SupplyLine("Basmati rice, pre-packed 5 kg", D("12.5"), D("118.00"), "KGS", "BR-5", commodity_code="1006"),
)
PANTRY = (
    SupplyLine("Karak tea blend 500 g", D(24), D("2.350"), "PCS", description_local="خلطة شاي كرك 500 غ"),
    SupplyLine(
        "Date maamoul, box of 20",
        D(10),
        D("3.750"),
        "BOX",
        description_local="معمول بالتمر، علبة 20 حبة",
        discount_percent=D("12.5"),
    ),
    SupplyLine("Fresh milk 1 L", D(36), D("0.600"), "LTR", description_local="حليب طازج 1 لتر"),
    SupplyLine("Cardamom, ground 100 g", D(15), D("1.895"), "PCS", description_local="هيل مطحون 100 غ"),
)


def charge(treatment: Treatment, *levies: tuple[str, str], code: str = "S", reason: str = "") -> Charge:
    """A charge by hand: `charge(TAXED, ("CGST", "9"), ("SGST", "9"))`."""
    return Charge(
        treatment,
        tuple(Levy(tax, D(rate)) for tax, rate in levies),
        code,
        "laid on by hand",
        SINCE,
        "the test",
        reason=reason,
    )


def intra(rate: str, territory: bool = False) -> Charge:
    half = str(D(rate) / 2)
    return charge(Treatment.TAXED, ("CGST", half), ("UTGST" if territory else "SGST", half))


def inter(rate: str) -> Charge:
    return charge(Treatment.TAXED, ("IGST", rate))


def vat(rate: str) -> Charge:
    return charge(Treatment.TAXED, ("VAT", rate))


ZERO_RATED = Legend("zero_rated", "Zero-rated supply: listed basic food.", "توريد خاضع لنسبة الصفر: سلع غذائية أساسية.")
EXEMPT = Legend("exempt", "Exempt supply of unprocessed food.", "توريد معفى")
NO_TAX = Legend("no_tax", "No tax is charged on this document.", "لا تُحتسب أي ضريبة على هذا المستند.")


def zero_rated() -> Charge:
    return charge(Treatment.ZERO_RATED, ("VAT", "0"), code="Z", reason=ZERO_RATED.text)


def issue(
    supply: Supply,
    charges: Sequence[Charge],
    kind: DocumentKind,
    number: str,
    *,
    regime: str = "CGST_SGST",
    rounder: Rounder = Rounder.COMPONENT,
    legends: Sequence[Legend] = (),
    presentation: Presentation = GSTIN,
    answers: dict[str, str] | None = None,
) -> Invoice:
    tax = settle(
        TaxContext(supply),
        charges,
        rounder,
        document=kind,
        regime=regime,
        place_of_supply=supply.delivered_to or supply.buyer.place,
        legends=legends,
    )
    return Invoice(number, "INV", "sample", 0, GENERATION, supply, replace(tax, answers=answers or {}), presentation)


def sale(seller: Party, buyer: Party, code: str, lines: Sequence[SupplyLine], **more: object) -> Supply:
    base = Supply(seller, buyer, datetime(2026, 7, 14, 16, 20, 5), currency(code), tuple(lines))
    return replace(base, **more)  # type: ignore[arg-type]  # the test's own keywords


def gst_tax_invoice() -> Invoice:
    """Within Maharashtra, three rates, a discount, rounded to the rupee, delivered elsewhere."""
    supply = sale(
        SAHYADRI,
        VIDARBHA,
        "INR",
        KITCHEN,
        delivered_to=replace(NAGPUR, street="Warehouse 3, Hingna Industrial Area"),
        round_to=D(1),
        due_days=30,
        payment_terms="30 days net",
    )
    charges = [intra("5"), intra("5"), intra("18"), intra("18"), intra("5")]
    return issue(supply, charges, DocumentKind.TAX_INVOICE, "INV/26-27/000123")


def gst_with_cess() -> Invoice:
    """To another state, with cess by value and by unit, and a retail price."""
    drinks = (
        SupplyLine("Aerated drink 300 ml", D(240), D("31.25"), "NOS", commodity_code="220210", retail_price=D("40.00")),
        SupplyLine("Cigarettes, 69 mm", D(2), D("8400.00"), "THD", commodity_code="240220"),
    )
    aerated = replace(inter("28"), levies=(Levy("IGST", D(28)), Levy("CESS", D(12))))
    smokes = replace(inter("28"), levies=(Levy("IGST", D(28)), Levy("CESS", D(5), D("2076.00"))))
    supply = sale(SAHYADRI, KAVERI, "INR", drinks, round_to=D(1))
    return issue(supply, [aerated, smokes], DocumentKind.TAX_INVOICE, "INV/26-27/000124", regime="IGST")


def gst_reverse_charge() -> Invoice:
    line = SupplyLine("Carriage of goods, Pune to Bengaluru", D(1), D("42000.00"), "OTH", commodity_code="996511")
    buyer_pays = replace(inter("5"), treatment=Treatment.REVERSE_CHARGE, payable_by=PayableBy.BUYER)
    legend = Legend("reverse_charge", "Tax is payable by the recipient on reverse charge.")
    supply = sale(SAHYADRI, KAVERI, "INR", [line], reverse_charge=True)
    return issue(supply, [buyer_pays], DocumentKind.TAX_INVOICE, "INV/26-27/000125", regime="IGST", legends=[legend])


def bill_of_supply() -> Invoice:
    grains = (
        SupplyLine("Rice, loose", D(50), D("54.00"), "KGS", commodity_code="1006"),
        SupplyLine("Fresh vegetables, assorted", D("18.750"), D("64.00"), "KGS", commodity_code="0709"),
    )
    exempt = charge(Treatment.EXEMPT, code="E", reason=EXEMPT.text)
    supply = sale(SAHYADRI, VIDARBHA, "INR", grains, round_to=D(1))
    return issue(
        supply, [exempt, exempt], DocumentKind.BILL_OF_SUPPLY, "BOS/26-27/000007", regime="NONE", legends=[EXEMPT]
    )


def invoice_cum_bill() -> Invoice:
    lines = (KITCHEN[0], SupplyLine("Rice, loose", D(5), D("54.00"), "KGS", commodity_code="1006"))
    exempt = charge(Treatment.EXEMPT, code="E", reason=EXEMPT.text)
    shopper = Party("", PUNE)
    supply = sale(SAHYADRI, shopper, "INR", lines, round_to=D(1))
    return issue(supply, [intra("5"), exempt], DocumentKind.INVOICE_CUM_BILL_OF_SUPPLY, "INV/26-27/000126")


def note(kind: NoteKind) -> Invoice:
    correction = Correction(kind, "Two pressure cookers returned unopened", 0, "INV/26-27/000123", "2026-07-14")
    supply = sale(SAHYADRI, VIDARBHA, "INR", [replace(KITCHEN[0], quantity=D(2))], correction=correction, round_to=D(1))
    if kind is NoteKind.CREDIT:
        return issue(supply, [intra("5")], DocumentKind.CREDIT_NOTE, "CRN/26-27/000004")
    return issue(supply, [intra("5")], DocumentKind.DEBIT_NOTE, "DBN/26-27/000002")


def credit_note() -> Invoice:
    return note(NoteKind.CREDIT)


def debit_note() -> Invoice:
    return note(NoteKind.DEBIT)


def export_invoice() -> Invoice:
    """Quoted in dollars, under letter of undertaking: the rate stands, no tax is charged."""
    hamburg = Party(
        "Norddeutsche Küchen GmbH",
        Place("DE", "96", "Other Countries", city="Hamburg", street="Speicherstraße 7", postal_code="20457"),
        Registration.OVERSEAS,
    )
    lines = (
        SupplyLine("Stainless steel pressure cooker 5 L", D(200), D("21.50"), "NOS", commodity_code="73239390"),
        SupplyLine("Copper-bottom kadhai 26 cm", D(120), D("9.85"), "NOS", commodity_code="73239390"),
    )
    waived = replace(inter("5"), treatment=Treatment.ZERO_RATED, waived=True)
    seller = replace(SAHYADRI, identifiers={**SAHYADRI.identifiers, "LUT": "AD270426000000X"})
    supply = sale(seller, hamburg, "INR", lines, quoted=Exchange(currency("USD"), D("88.2450")), without_payment=True)
    legend = Legend(
        "lut",
        "SUPPLY MEANT FOR EXPORT UNDER BOND OR LETTER OF UNDERTAKING WITHOUT PAYMENT OF INTEGRATED TAX",
    )
    return issue(
        supply, [waived, waived], DocumentKind.EXPORT_INVOICE, "EXP/26-27/000011", regime="IGST", legends=[legend]
    )


def bahrain_vat_invoice() -> Invoice:
    supply = sale(GULF_PEARL, AL_NOOR, "BHD", PANTRY, due_days=14)
    charges = [vat("10"), vat("10"), zero_rated(), vat("10")]
    return issue(
        supply,
        charges,
        DocumentKind.TAX_INVOICE,
        "INV/2026/000045",
        regime="VAT",
        rounder=Rounder.DOCUMENT,
        legends=[ZERO_RATED],
        presentation=VAT_ACCOUNT,
    )


def bahrain_in_arabic_digits() -> Invoice:
    invoice = bahrain_vat_invoice()
    return replace(invoice, presentation=replace(VAT_ACCOUNT, digits="arabic-indic"))


def bahrain_in_dollars() -> Invoice:
    supply = sale(GULF_PEARL, AL_NOOR, "USD", PANTRY[:1], reported=Exchange(currency("BHD"), D("0.376")))
    return issue(
        supply,
        [vat("10")],
        DocumentKind.TAX_INVOICE,
        "INV/2026/000046",
        regime="VAT",
        rounder=Rounder.DOCUMENT,
        presentation=replace(VAT_ACCOUNT, language="en"),
    )


def bahrain_credit_note() -> Invoice:
    correction = Correction(NoteKind.CREDIT, "Damaged in transit", 0, "INV/2026/000045", "2026-07-14")
    supply = sale(GULF_PEARL, AL_NOOR, "BHD", PANTRY[:2], correction=correction)
    return issue(
        supply,
        [vat("10"), vat("10")],
        DocumentKind.CREDIT_NOTE,
        "CRN/2026/000003",
        regime="VAT",
        rounder=Rounder.DOCUMENT,
        presentation=VAT_ACCOUNT,
    )


def saudi_invoice() -> Invoice:
    """With the QR code that ZATCA wants, a prepayment, a delivery charge."""
    buyer = replace(AL_NOOR, place=RIYADH, tax_number="399999999900003")
    supply = sale(OASIS, buyer, "SAR", PANTRY[:2], prepaid=D("20.00"), charge=D("15.00"))
    return issue(
        supply,
        [vat("15"), vat("15")],
        DocumentKind.TAX_INVOICE,
        "INV/2026/000310",
        regime="VAT",
        rounder=Rounder.DOCUMENT,
        presentation=replace(
            VAT_ACCOUNT, tax_number_label="VAT Reg. No.", tax_number_label_local="رقم التسجيل الضريبي"
        ),
        answers={"qr": "zatca"},
    )


def saudi_simplified() -> Invoice:
    supply = sale(OASIS, Party("", RIYADH), "SAR", PANTRY[:2], prices_include_tax=True)
    return issue(
        supply,
        [vat("15"), vat("15")],
        DocumentKind.SIMPLIFIED_TAX_INVOICE,
        "INV/2026/000311",
        regime="VAT",
        rounder=Rounder.DOCUMENT,
        presentation=replace(
            VAT_ACCOUNT, tax_number_label="VAT Reg. No.", tax_number_label_local="رقم التسجيل الضريبي"
        ),
        answers={"qr": "zatca"},
    )


def cash_memo() -> Invoice:
    untaxed = charge(Treatment.UNTAXED, code="O", reason=NO_TAX.text)
    shop = Party("Corner Books & Stationery", PUNE, phone="+91 20 5550 0177")
    lines = (
        SupplyLine("Fountain pen, fine nib", D(1), D("450.00"), "NOS"),
        SupplyLine("Ruled notebook, 200 pages", D(6), D("85.00"), "NOS"),
        SupplyLine("Drawing paper A3, pack of 50", D(2), D("310.00"), "PAC", discount_amount=D("20.00")),
    )
    supply = sale(shop, Party("", PUNE), "INR", lines, round_to=D(1))
    return issue(
        supply,
        [untaxed] * 3,
        DocumentKind.CASH_MEMO,
        "CM/26-27/000451",
        regime="NONE",
        rounder=Rounder.DOCUMENT,
        legends=[NO_TAX],
        presentation=Presentation(accent="#8A4FA3"),
    )


def sixty_lines() -> Invoice:
    lines = [replace(KITCHEN[turn % 5], sku=f"S{turn}", quantity=D(turn + 1)) for turn in range(60)]
    rates = ("5", "5", "18", "18", "5")
    supply = sale(SAHYADRI, VIDARBHA, "INR", lines, round_to=D(1))
    charges = [intra(rates[turn % 5]) for turn in range(60)]
    return issue(supply, charges, DocumentKind.TAX_INVOICE, "INV/26-27/000127")


def sixty_arabic_lines() -> Invoice:
    lines = [replace(PANTRY[turn % 4], quantity=D(turn + 1)) for turn in range(60)]
    supply = sale(GULF_PEARL, AL_NOOR, "BHD", lines)
    charges = [zero_rated() if turn % 4 == 2 else vat("10") for turn in range(60)]
    return issue(
        supply,
        charges,
        DocumentKind.TAX_INVOICE,
        "INV/2026/000047",
        regime="VAT",
        rounder=Rounder.DOCUMENT,
        legends=[ZERO_RATED],
        presentation=VAT_ACCOUNT,
    )


def long_names() -> Invoice:
    """Everything that can be long is long."""
    long = "The Extraordinarily Long-Named Cooperative Society of Household and Kitchen Utensil Wholesalers Limited"
    thing = "Heavy-duty commercial wet grinder with tilting drum, stainless steel body, castors, and a spare stone set"
    buyer = replace(VIDARBHA, name=long, place=replace(NAGPUR, street=f"Unit 4, {long}, Wardha Road"))
    lines = [
        replace(KITCHEN[0], description=thing, quantity=D("1234.5"), unit_price=D("98765.4321"), discount_percent=D(5))
    ]
    supply = sale(replace(SAHYADRI, name=long), buyer, "INR", lines, round_to=D(1))
    return issue(supply, [intra("18")], DocumentKind.TAX_INVOICE, "INV/26-27/000128")


Maker = Callable[[], Invoice]
WESTERN = str.maketrans("٠١٢٣٤٥٦٧٨٩٫٬", "0123456789.,")

EVERY_KIND: dict[str, Maker] = {
    make.__name__: make
    for make in (
        *(gst_tax_invoice, gst_with_cess, gst_reverse_charge, bill_of_supply, invoice_cum_bill),
        *(credit_note, debit_note, export_invoice, bahrain_vat_invoice, bahrain_in_arabic_digits),
        *(bahrain_in_dollars, bahrain_credit_note, saudi_invoice, saudi_simplified, cash_memo),
        *(sixty_lines, sixty_arabic_lines, long_names),
    )
}
