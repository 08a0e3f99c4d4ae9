"""Rows on paper: none runs over another or beyond its column, none is torn, and figures are words on its first line."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal as D

import pypdf
import pytest
from tests.rendering import samples

from ledgerflow.billing.invoice import Invoice
from ledgerflow.billing.tax import DocumentKind
from ledgerflow.rendering.columns import rooms
from ledgerflow.rendering.layout import layout
from ledgerflow.rendering.metrics import text_width
from ledgerflow.rendering.page import Page
from ledgerflow.rendering.pdf import draw, draw_page

MILLIMETRE = 72 / 25.4  # in points
MARGIN = 16 * MILLIMETRE
LONG = "فستق حلبي محمص ومملح من أجود الأنواع المختارة بعناية فائقة في علبة هدية فاخرة"
NASTY = (
    "W" * 30,
    "WWWWW MMMMM WWWWW MMMMM WWWWW MMMMM WWW",
    "W" * 120,
    "i" * 200,
    "-".join(["MW"] * 30),
    LONG,
    LONG + LONG,
    "مستشفىومستوصفوصيدليةومختبرتحاليلطبيةمتكاملةوعيادةأسنان",
    "زيت زيتون EXTRA VIRGIN COLD PRESSED WWWWWWWWWWWWWWWWWWWWWWWW 500ML بكر ممتاز",
    "Tea",
    "Zażółć gęślą jaźń " * 4,
    *("MW " * count for count in range(8, 20)),
    *(LONG[:count] for count in range(40, 80, 3)),
)


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text where it stands: the sheet, points from its left and from its foot."""

    text: str
    sheet: int
    x: float
    y: float


def runs(document: bytes) -> Iterator[Run]:
    for number, sheet in enumerate(pypdf.PdfReader(io.BytesIO(document)).pages):
        found: list[Run] = []

        def see(text: str, cm: Sequence[float], *_: object, found: list[Run] = found, number: int = number) -> None:
            found.append(Run(text.strip(), number, cm[4], cm[5]))

        sheet.extract_text(visitor_text=see)
        yield from found


def english(names: Sequence[str]) -> Invoice:
    lines = [
        replace(samples.KITCHEN[0], description=name, unit_price=D(1001 + place), quantity=D(1))
        for place, name in enumerate(names)
    ]
    supply = samples.sale(samples.SAHYADRI, samples.VIDARBHA, "INR", lines)
    return samples.issue(supply, [samples.intra("5")] * len(lines), DocumentKind.TAX_INVOICE, "INV/26-27/000001")


def arabic(names: Sequence[tuple[str, str]]) -> Invoice:
    lines = [
        replace(samples.PANTRY[0], description=name, description_local=local, unit_price=D(1001 + place), quantity=D(1))
        for place, (local, name) in enumerate(names)
    ]
    supply = samples.sale(samples.GULF_PEARL, samples.AL_NOOR, "BHD", lines)
    charges = [samples.vat("10")] * len(lines)
    return samples.issue(supply, charges, DocumentKind.TAX_INVOICE, "INV/1", presentation=samples.VAT_ACCOUNT)


PAGES = {
    "english": layout(english(NASTY)),
    "arabic": layout(arabic(list(zip(NASTY, NASTY[::-1], strict=True)))),
}


def tops(page: Page, document: bytes) -> list[tuple[int, float]]:
    """Sheet and height above its foot of each row, told by its net amount, which stands in no other."""
    place = next(place for place, column in enumerate(page.lines.columns) if column.head == amount_head(page))
    found = {run.text: run for run in reversed(list(runs(document)))}
    return [(found[row[place][0]].sheet, found[row[place][0]].y) for row in page.lines.rows]


def amount_head(page: Page) -> object:
    return next(
        column.head
        for column in page.lines.columns
        if "Taxable value" in (column.head.first, column.head.second) or column.head.second == "Net amount"
    )


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_no_row_is_lower_than_what_it_prints(page: Page) -> None:
    """Rows of a height that was worked out leave as much room as rows that Typst measures itself."""
    measured = tops(page, draw_page(replace(page, lines=replace(page.lines, heights=()))))
    rows = tops(page, draw_page(page))
    gaps = [
        (row[1] - below[1], true[1] - true_below[1])
        for row, below, true, true_below in zip(rows, rows[1:], measured, measured[1:], strict=False)
        if row[0] == below[0] and true[0] == true_below[0]
    ]
    assert len(gaps) > len(NASTY) // 2
    assert all(given >= needed - 0.1 for given, needed in gaps)


def test_heights_are_known_where_names_have_room() -> None:
    for make in (samples.sixty_lines, samples.sixty_arabic_lines):
        assert 0 not in layout(make()).lines.heights
    assert layout(samples.long_names()).lines.heights == (0,)


def test_one_long_name_leaves_the_other_rows_as_they_are() -> None:
    page = layout(english(["Tea", "W" * 200, "Rice"]))
    assert page.lines.heights == (1, 0, 1)
    assert [row[1][0].replace("\u200b", "") for row in page.lines.rows] == ["Tea", "W" * 200, "Rice"]


def test_a_word_wider_than_its_column_wraps_inside_it() -> None:
    page = PAGES["english"]
    left = MARGIN + page.lines.columns[0].width * MILLIMETRE
    right = left + rooms(page.lines.columns)[1] * MILLIMETRE
    letters = [run for run in runs(draw_page(page)) if set(run.text) in ({"W"}, {"i"}, {"M", "W", "-"})]
    assert len(letters) > 12
    assert all(left - 0.5 <= run.x for run in letters)
    assert all(run.x + text_width(run.text, 8) * MILLIMETRE <= right + 1.5 for run in letters)


@pytest.mark.parametrize("short", range(4))
@pytest.mark.requirement("PDF.4")
def test_no_row_is_torn_by_the_end_of_a_sheet(short: int) -> None:
    """An Arabic name of three lines and the English one beneath stand on one sheet, with the row's figures."""
    names = [f"Pistachio {place:02}" for place in range(22)]
    page = layout(arabic([("فستق" if place < short else LONG + LONG, name) for place, name in enumerate(names)]))
    document = draw_page(page)
    figures = tops(page, document)
    found = {run.text: run for run in runs(document)}
    assert figures[-1][0] > 0
    assert [found[name].sheet for name in names] == [sheet for sheet, _ in figures]


def test_nine_lines_with_a_qr_code_fit_one_sheet() -> None:
    """A Saudi page of the usual length: a zero-rated line with its reason, charges, a prepayment, where to pay."""
    sold = samples.saudi_invoice()
    lines = tuple(replace(samples.PANTRY[place % 4], quantity=D(place + 1)) for place in range(9))
    seller = replace(
        samples.OASIS, phone="+966 11 000 0000", identifiers={"CR": "1", "Bank": "Specimen", "IBAN": "SA1"}
    )
    supply = replace(sold.supply, seller=seller, lines=lines, due_days=30, payment_terms="Net 30 days")
    charges = [samples.zero_rated() if place % 4 == 2 else samples.vat("15") for place in range(9)]
    invoice = samples.issue(
        supply,
        charges,
        DocumentKind.TAX_INVOICE,
        "INV/2026/000310",
        legends=[samples.ZERO_RATED],
        presentation=sold.presentation,
        answers={"qr": "zatca"},
    )
    page = layout(invoice)
    assert page.qr is not None
    assert {run.sheet for run in runs(draw_page(page))} == {0}


def test_a_category_stands_beside_its_english() -> None:
    found = {run.text: run for run in runs(draw(samples.bahrain_vat_invoice()))}
    for english, figure in (("Standard rated", "117.637"), ("Zero-rated", "0%")):
        assert found[english].y == pytest.approx(found[figure].y, abs=0.1)


def test_figures_stand_on_the_first_line_of_their_row() -> None:
    page = layout(samples.bahrain_vat_invoice())
    found = {run.text: run for run in reversed(list(runs(draw_page(page))))}
    for amount, name in (("56.400", "Karak tea blend 500 g"), ("21.600", "Fresh milk 1 L")):
        assert 8 < found[amount].y - found[name].y < 11
    assert found["62.040"].y == found["56.400"].y


def test_a_rate_with_cess_beneath_stands_beside_its_amounts() -> None:
    found = {run.text: run for run in reversed(list(runs(draw(samples.gst_with_cess()))))}
    assert found["28%"].y == pytest.approx(found["2,742.86"].y)
    assert found["+12%"].y < found["28%"].y


@pytest.mark.parametrize("name", ["bahrain_vat_invoice", "saudi_invoice", "saudi_simplified", "bahrain_credit_note"])
def test_every_figure_of_an_arabic_page_is_a_word_of_its_own(name: str) -> None:
    invoice = samples.EVERY_KIND[name]()
    page = layout(invoice)
    words = pypdf.PdfReader(io.BytesIO(draw(invoice))).pages[0].extract_text().split()
    tables = [table for table in (page.lines, page.summary) if table]
    shown = [
        text
        for table in tables
        for row in (*table.rows, *([table.foot] if table.foot else []))
        for column, cell in zip(table.columns, row, strict=True)
        for text in cell
        if column.figures and text
    ]
    shown += [part for total in (*page.totals, page.due) for part in total.value.split()]
    assert sorted(set(shown) - set(words)) == []
    assert all(words.count(text) >= shown.count(text) for text in shown)
