"""Hand-made books for the tests of export and reporting: a shop in Karnataka, one in Manama, a stall."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO

import pikepdf
from pikepdf import Dictionary, Name

from ledgerflow.billing.invoice import Invoice
from ledgerflow.billing.money import currency
from ledgerflow.billing.party import Party, Place, Registration
from ledgerflow.billing.settlement import settle
from ledgerflow.billing.supply import Correction, NoteKind, Supply, SupplyLine
from ledgerflow.billing.tax import Charge, DocumentKind, Levy, PayableBy, Rounder, TaxContext, Treatment

KARNATAKA = Place("IN", "29", "Karnataka", city="Bengaluru", postal_code="560001")
KERALA = Place("IN", "32", "Kerala", city="Kochi", postal_code="682001")
MANAMA = Place("BH", "CA", "Capital", city="Manama", city_local="المنامة")
SHOP = Party("Kaveri Stores", KARNATAKA, Registration.REGISTERED, "29AAACK0000A1Z5")
GULF_SHOP = Party("Pearl Trading W.L.L.", MANAMA, Registration.REGISTERED, "200000000000002", name_local="اللؤلؤ")
ASHA = Party("Asha & Sons", KARNATAKA)
NOURA = Party("نورة للتجارة", MANAMA, Registration.REGISTERED, "200000000000010")


def charge(*levies: tuple[str, str], treatment: Treatment = Treatment.TAXED, **more: object) -> Charge:
    """A charge of levies such as `("CGST", "9")`."""
    return replace(
        Charge(
            treatment=treatment,
            levies=tuple(Levy(tax, Decimal(rate)) for tax, rate in levies),
            code="S" if treatment is Treatment.TAXED else "Z",
            rule="hand-made",
            since=date(2025, 9, 22),
            source="a test",
        ),
        **more,  # type: ignore[arg-type]  # fields of Charge, named by the test
    )


GST_18 = charge(("CGST", "9"), ("SGST", "9"))
GST_5 = charge(("CGST", "2.5"), ("SGST", "2.5"))
IGST_18 = charge(("IGST", "18"))
WITH_CESS = charge(("CGST", "14"), ("SGST", "14"), ("CESS", "12"))
VAT_10 = charge(("VAT", "10"))
ZERO_RATED = charge(("VAT", "0"), treatment=Treatment.ZERO_RATED)
EXEMPT = charge(treatment=Treatment.EXEMPT)
BY_BUYER = charge(
    ("CGST", "9"), ("SGST", "9"), treatment=Treatment.REVERSE_CHARGE, payable_by=PayableBy.BUYER, code="AE"
)


def line(price: str, quantity: str = "1", name: str = "Basmati rice 5 kg", **more: object) -> SupplyLine:
    return replace(
        SupplyLine(name, Decimal(quantity), Decimal(price), commodity_code="1006", sku="RICE-5"),
        **more,  # type: ignore[arg-type]  # fields of SupplyLine, named by the test
    )


def sale(
    *lines: SupplyLine, seller: Party = SHOP, buyer: Party = ASHA, day: str = "2026-05-04", **more: object
) -> Supply:
    money = currency("INR" if seller is SHOP else "BHD")
    return replace(
        Supply(seller, buyer, datetime.fromisoformat(f"{day}T11:30:00"), money, lines),
        **more,  # type: ignore[arg-type]  # fields of Supply, named by the test
    )


def invoice(
    number: str,
    supply: Supply,
    charges: Sequence[Charge],
    rounder: Rounder = Rounder.COMPONENT,
    kind: DocumentKind = DocumentKind.TAX_INVOICE,
    place: Place = KARNATAKA,
) -> Invoice:
    """An invoice settled by billing; its series follows from its number."""
    series = number[: number.rindex("/")].replace("26-27", "{fy}") + "/{n:04}"
    result = settle(TaxContext(supply), charges, rounder, document=kind, regime="INTRA", place_of_supply=place)
    return Invoice(number, series, "gst" if supply.seller is SHOP else "vat-bh", 0, "generation", supply, result)


def batch() -> list[Invoice]:
    """Five invoices and a credit note, in two currencies."""
    return [
        invoice(
            "INV/26-27/0001",
            sale(
                line("499.99", "3"), line("20.05", "7", "=HYPERLINK(1)"), discount=Decimal("10.01"), round_to=Decimal(1)
            ),
            [GST_18, GST_5],
        ),
        invoice("INV/26-27/0002", sale(line("125000", "1000"), day="2026-05-05"), [WITH_CESS]),
        invoice("INV/26-27/0003", sale(line("99.90"), line("10"), day="2026-05-05"), [BY_BUYER, EXEMPT]),
        invoice(
            "BH/0001",
            sale(line("1.155", "3"), line("0.333", "7"), seller=GULF_SHOP, buyer=NOURA, prices_include_tax=True),
            [VAT_10, ZERO_RATED],
            Rounder.DOCUMENT,
            place=MANAMA,
        ),
        invoice(
            "BH/0002",
            sale(
                line("12.500", name="تمر خلاص"),
                seller=GULF_SHOP,
                buyer=NOURA,
                prepaid=Decimal("5.000"),
                day="2026-05-09",
            ),
            [VAT_10],
            Rounder.LINE,
            place=MANAMA,
        ),
        invoice(
            "CRN/26-27/0001",
            sale(
                line("499.99", "1"),
                day="2026-05-07",
                correction=Correction(NoteKind.CREDIT, "returned", 0, "INV/26-27/0001"),
            ),
            [GST_18],
            kind=DocumentKind.CREDIT_NOTE,
        ),
    ]


def pdf(number: str, keywords: str = "simulated", title: str = "Tax invoice", text: str = "", pages: int = 1) -> bytes:
    """The least PDF that names an invoice, in its title or in its text."""
    document = pikepdf.new()
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    for _ in range(pages):
        page = document.add_blank_page()
        page.obj.Resources = Dictionary(Font=Dictionary(F1=font))
        page.contents_add(f"BT /F1 12 Tf 50 50 Td ({text}) Tj ET".encode())
    document.docinfo = document.make_indirect(Dictionary(Title=f"{title} {number}".strip(), Keywords=keywords))
    content = BytesIO()
    document.save(content, deterministic_id=True)
    return content.getvalue()


def pdfs(invoices: Sequence[Invoice]) -> Iterator[tuple[str, bytes]]:
    for one in invoices:
        yield f"pdf/{one.number.replace('/', '-')}.pdf", pdf(one.number)
