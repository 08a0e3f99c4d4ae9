"""Pages become PDFs: drawn by Typst as PDF/A-3 and PDF/UA-1, and read back before they count."""

import threading
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import import_module
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from pydantic import TypeAdapter

from ledgerflow.billing.errors import BillingError
from ledgerflow.billing.invoice import Invoice
from ledgerflow.billing.numbering import file_stem
from ledgerflow.rendering.layout import layout
from ledgerflow.rendering.letters import unprintable
from ledgerflow.rendering.page import Page

if TYPE_CHECKING:  # the engine is loaded when the first page is drawn, or by `prepare`
    from typst import Compiler

_FONTS: Final = ("fontpkg_ibm_plex_sans_arabic", "fontpkg_ibm_plex_mono")
_JSON: Final = TypeAdapter(Page)
_kept = threading.local()


class PdfUnsound(BillingError):
    """The PDF of {number} does not stand up to reading: {reason}."""


def draw(invoice: Invoice) -> bytes:
    """The invoice as a PDF: the same bytes for the same invoice, on any machine, and readable."""
    return draw_page(layout(invoice))


def prepare() -> None:
    """Loads engine and reader before the first page is asked for."""
    import_module("pypdf")
    _compiler()


def picture(invoice: Invoice, pixels_per_inch: int = 90) -> bytes:
    """The first page as a PNG, for those who would rather look than read."""
    from typst import TypstError

    try:
        drawn = _compiler().compile(sys_inputs=_told(layout(invoice)), format="png", ppi=pixels_per_inch)
    except TypstError as error:
        raise PdfUnsound(number=invoice.number, reason=error) from error
    return drawn[0] if isinstance(drawn, list) else drawn or b""


def draw_page(page: Page) -> bytes:
    """A page as a PDF, read back."""
    from typst import TypstError

    try:
        drawn = _compiler().compile(sys_inputs=_told(page), format="pdf", pdf_standards=["a-3a", "ua-1"], timestamp=0)
    except TypstError as error:  # a letter that the font lacks, in a name that came from elsewhere
        raise PdfUnsound(number=page.number, reason=error) from error
    assert isinstance(drawn, bytes)  # a PDF is one file, and no output path was given
    check(drawn, page)
    return drawn


def check(document: bytes, page: Page) -> None:
    """Reads the document strictly; it must have pages, its own title and the word that it is simulated."""
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(BytesIO(document), strict=True)
        metadata = reader.metadata
        pages = len(reader.pages)
    except (PyPdfError, ValueError, KeyError) as error:
        raise PdfUnsound(number=page.number, reason=error) from error
    if not pages or metadata is None or metadata.title != page.heading:
        raise PdfUnsound(number=page.number, reason="its title or its pages are missing")
    if "simulated" not in str(metadata.get("/Keywords", "")):
        raise PdfUnsound(number=page.number, reason="nothing in it says that it is simulated")


def _told(page: Page) -> dict[str, str]:
    return {"page": _JSON.dump_json(page).decode("utf-8")}


class PdfFormat:
    """One PDF for each invoice, under its number."""

    code = "pdf"
    title = "PDF"
    scope: Literal["invoice", "batch"] = "invoice"

    def lacking(self, letters: str) -> str:
        """Letters that are not in the fonts: a page with one of them cannot be drawn."""
        return unprintable(letters)

    def files(self, invoices: Sequence[Invoice]) -> Iterator[tuple[str, bytes]]:
        for invoice in invoices:
            yield f"pdf/{file_stem(invoice.number)}.pdf", draw(invoice)


format = PdfFormat()


def _compiler() -> "Compiler":
    """One compiler a thread, kept: it cannot be shared, and its first page is the dear one. Never fork after it."""
    if not hasattr(_kept, "compiler"):
        from typst import Compiler

        template = Path(str(files(__package__))) / "templates" / "document.typ"
        _kept.compiler = Compiler(template, root=template.parent, font_paths=_font_folders(), ignore_system_fonts=True)
    compiler: Compiler = _kept.compiler
    return compiler


@cache
def _font_folders() -> list[Path]:
    return [Path(str(files(package))) / "files" for package in _FONTS]


def fonts_missing() -> list[str]:
    """The packages of fonts without which no page is drawn, and that are not here."""
    return [package for package in _FONTS if not _has_fonts(package)]


def _has_fonts(package: str) -> bool:
    try:
        return any(one.name.endswith(".ttf") for one in (files(package) / "files").iterdir())
    except (ImportError, OSError):
        return False
