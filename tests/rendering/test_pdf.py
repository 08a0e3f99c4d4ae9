"""The drawn pages: sound, equal, archivable, accessible, legible from right to left."""

import io
import multiprocessing
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from functools import cache

import pikepdf
import pypdf
import PyPDF2
import pytest
from tests.rendering import samples

from ledgerflow.billing.tax import DocumentKind
from ledgerflow.rendering.layout import layout
from ledgerflow.rendering.pdf import PdfUnsound, check, draw, draw_page, format, picture


@pytest.fixture(scope="module")
def drawn() -> dict[str, bytes]:
    return {name: draw(make()) for name, make in samples.EVERY_KIND.items()}


@cache
def text(document: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(document)).pages)


def dictionaries(pdf: pikepdf.Pdf) -> list[pikepdf.Dictionary]:
    return [item for item in pdf.objects if isinstance(item, pikepdf.Dictionary)]


@pytest.mark.parametrize("name", samples.EVERY_KIND)
@pytest.mark.requirement("FR-11.1")
def test_is_pdf_a_3_in_structure(name: str, drawn: dict[str, bytes]) -> None:
    with pikepdf.open(io.BytesIO(drawn[name])) as pdf:
        metadata = pdf.open_metadata()
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "A")
        assert metadata["pdfuaid:part"] == "1"
        assert [intent.S for intent in pdf.Root.OutputIntents] == ["/GTS_PDFA1"]
        assert "/ID" in pdf.trailer
        assert "/Encrypt" not in pdf.trailer
        assert "/OpenAction" not in pdf.Root
        assert not {"/JavaScript", "/EmbeddedFiles"} & set(pdf.Root.get("/Names", pikepdf.Dictionary()).keys())
        fonts = [
            item
            for item in pdf.objects
            if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/FontDescriptor"
        ]
        assert fonts
        assert all({"/FontFile2", "/FontFile3"} & set(font.keys()) for font in fonts)


@pytest.mark.parametrize("name", samples.EVERY_KIND)
@pytest.mark.requirement("FR-11.1")
def test_is_pdf_ua_in_structure(name: str, drawn: dict[str, bytes]) -> None:
    page = layout(samples.EVERY_KIND[name]())
    with pikepdf.open(io.BytesIO(drawn[name])) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert "/StructTreeRoot" in pdf.Root
        assert str(pdf.Root.Lang) == page.language
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        assert str(pdf.docinfo["/Title"]) == page.heading
        kinds = {str(item.S) for item in dictionaries(pdf) if "/S" in item}
        assert {"/H1", "/Table", "/TH", "/TD"} <= kinds
        figures = [item for item in dictionaries(pdf) if item.get("/S") == "/Figure"]
        assert len(figures) == (page.qr is not None)
        assert all("QR code" in str(figure.Alt) for figure in figures)


@pytest.mark.parametrize("name", samples.EVERY_KIND)
@pytest.mark.requirement("FR-6.3")
def test_says_that_it_is_simulated(name: str, drawn: dict[str, bytes]) -> None:
    reader = pypdf.PdfReader(io.BytesIO(drawn[name]), strict=True)
    assert reader.metadata is not None
    assert "simulated" in str(reader.metadata["/Keywords"])
    assert samples.GENERATION in str(reader.metadata["/Keywords"])
    assert text(drawn[name]).count("Specimen – simulated") == len(reader.pages)


@pytest.mark.parametrize("name", samples.EVERY_KIND)
@pytest.mark.requirement("FR-6.1")
def test_an_old_strict_reader_opens_it(name: str, drawn: dict[str, bytes]) -> None:
    reader = PyPDF2.PdfReader(io.BytesIO(drawn[name]), strict=True)
    assert len(reader.pages) >= 1


@pytest.mark.requirement("PDF.6")
def test_same_invoice_same_bytes_in_any_process_and_thread(drawn: dict[str, bytes]) -> None:
    names = ["gst_tax_invoice", "saudi_invoice"]
    invoices = [samples.EVERY_KIND[name]() for name in names]
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as others, ThreadPoolExecutor(1) as here:
        for executor in (others, here):
            assert list(executor.map(draw, invoices)) == [drawn[name] for name in names]


def test_nothing_of_the_clock(drawn: dict[str, bytes]) -> None:
    with pikepdf.open(io.BytesIO(drawn["cash_memo"])) as pdf:
        assert str(pdf.docinfo["/CreationDate"]).startswith("D:20260714")


@pytest.mark.parametrize(("name", "pages"), [("gst_tax_invoice", 1), ("sixty_lines", 2), ("sixty_arabic_lines", 3)])
@pytest.mark.requirement("PDF.4")
def test_long_invoices_flow_with_their_head_and_count_their_pages(
    name: str, pages: int, drawn: dict[str, bytes]
) -> None:
    assert len(pypdf.PdfReader(io.BytesIO(drawn[name])).pages) == pages
    words = text(drawn[name])
    assert words.count("Description") == pages
    assert all(f"Page {number} of {pages}" in words for number in range(1, pages + 1))


def test_the_totals_are_not_broken_apart(drawn: dict[str, bytes]) -> None:
    """Whatever the number of lines, the sums and the amount due stand on one page."""
    base = samples.sixty_lines()
    for count in (26, 34):
        lines = base.supply.lines[:count]
        charges = [line.charge for line in base.tax.lines[:count]]
        invoice = samples.issue(
            replace(base.supply, lines=lines), charges, DocumentKind.TAX_INVOICE, f"INV/26-27/0009{count}"
        )
        due = layout(invoice).due.value
        pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(draw(invoice))).pages]
        holding = [page for page in pages if due in page]
        assert len(holding) == 1
        assert "Round off" in holding[0]
        assert "Subtotal" in holding[0]


@pytest.mark.parametrize("count", range(7, 14))
def test_no_sheet_holds_a_sum_or_a_signature_alone(count: int) -> None:
    base = samples.sixty_arabic_lines()
    charges = [line.charge for line in base.tax.lines[:count]]
    supply = replace(base.supply, lines=base.supply.lines[:count])
    invoice = samples.issue(
        supply, charges, DocumentKind.TAX_INVOICE, "INV/1", legends=[samples.ZERO_RATED], presentation=base.presentation
    )
    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(draw(invoice))).pages]
    signed = next(page for page in pages if "Authorised signatory" in page)
    assert "Tax summary" in signed
    assert "Standard rated" in signed


@pytest.mark.requirement("PDF.2")
def test_amounts_and_codes_never_reorder_inside_arabic(drawn: dict[str, bytes]) -> None:
    words = text(drawn["bahrain_vat_invoice"])
    for whole in ("BHD 151.001", "-4.688", "INV/2026/000045", "W.L.L.", "B.S.C.", "00000-1", "+973 1700 0000", "10%"):
        assert whole in words, whole
    for broken in ("%10", "4.688-", ".W.L.L", "1-00000"):
        assert broken not in words


@pytest.mark.requirement("PDF.2")
def test_a_latin_run_inside_an_arabic_name_stays_whole() -> None:
    sold = replace(samples.PANTRY[0], description_local="إطار سيارة 185/65 R15، واق SPF 50 (2 م)")
    invoice = samples.issue(
        samples.sale(samples.GULF_PEARL, samples.AL_NOOR, "BHD", [sold]),
        [samples.vat("10")],
        DocumentKind.TAX_INVOICE,
        "INV/1",
        presentation=samples.VAT_ACCOUNT,
    )
    runs: list[str] = []
    sheet = pypdf.PdfReader(io.BytesIO(draw(invoice))).pages[0]
    sheet.extract_text(visitor_text=lambda run, *_: runs.append(run))
    assert "185/65 R15" in runs
    assert "SPF 50" in runs


def test_arabic_digits_are_drawn_from_left_to_right(drawn: dict[str, bytes]) -> None:
    words = text(drawn["bahrain_in_arabic_digits"])
    assert "١٥١٫٠٠١" in words
    assert "١٤/٠٧/٢٠٢٦" in words


def test_arabic_letters_are_joined_by_the_font_and_still_read_as_letters(drawn: dict[str, bytes]) -> None:
    """The glyphs are shaped, the text behind them is plain Arabic: nothing from the presentation forms."""
    words = text(drawn["bahrain_vat_invoice"])
    assert all(word in words for word in ("للتجارة", "الخليج", "ضريبية"))
    assert not any("\ufb50" <= letter <= "\ufeff" for letter in words)


@pytest.mark.requirement("PDF.4")
def test_long_names_wrap_and_none_is_lost(drawn: dict[str, bytes]) -> None:
    words = " ".join(text(drawn["long_names"]).split())
    assert words.count("Kitchen Utensil Wholesalers Limited") >= 3
    assert "castors, and a spare stone set" in words


def test_the_first_sheet_has_a_picture() -> None:
    for make in (samples.cash_memo, samples.sixty_lines):
        assert picture(make(), 40).startswith(b"\x89PNG\r\n")


def test_the_format_names_files_after_their_numbers() -> None:
    invoices = [samples.cash_memo(), samples.credit_note()]
    files = dict(format.files(invoices))
    assert list(files) == ["pdf/CM-26-27-000451.pdf", "pdf/CRN-26-27-000004.pdf"]
    assert (format.code, format.title, format.scope) == ("pdf", "PDF", "invoice")
    assert all(document.startswith(b"%PDF-1.7") for document in files.values())


def test_a_page_without_its_mark_does_not_count() -> None:
    with pytest.raises(PdfUnsound, match="simulated"):
        draw_page(replace(layout(samples.cash_memo()), keywords=()))


def test_a_document_that_cannot_be_read_does_not_count(drawn: dict[str, bytes]) -> None:
    page = layout(samples.cash_memo())
    with pytest.raises(PdfUnsound, match="CM/26-27/000451"):
        check(drawn["cash_memo"][:-200], page)
    with pytest.raises(PdfUnsound, match="title"):
        check(drawn["credit_note"], page)


def test_a_letter_that_the_font_lacks_is_told_with_the_number() -> None:
    page = layout(samples.cash_memo())
    seller = replace(page.seller, names=("केसर",))
    with pytest.raises(PdfUnsound, match=r"CM/26-27/000451.*could not be displayed"):
        draw_page(replace(page, seller=seller))
