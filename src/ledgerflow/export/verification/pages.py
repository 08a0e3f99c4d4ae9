"""A PDF of the archive: it parses by the book, says that it is simulated, and is the invoice that its name says."""

import re
from collections.abc import Iterator
from io import BytesIO

from pypdf import PdfReader

from ledgerflow.export.verification.reading import Fault


def check_pdf(path: str, content: bytes, number: str) -> Iterator[Fault]:
    """What is wrong with the PDF of the invoice `number`."""
    try:
        reader = PdfReader(BytesIO(content), strict=True)
        marks = {name: str(value) for name, value in (reader.metadata or {}).items()}
        pages = len(reader.pages)
        named = number in _tokens(" ".join(marks.values())) or any(
            number in page.extract_text() for page in reader.pages
        )
    except Exception as error:  # over hostile bytes pypdf raises errors of many kinds, its own and Python's
        yield Fault("pdf_broken", path, f"does not parse: {type(error).__name__}: {error}")
        return
    if not pages:
        yield Fault("pdf_broken", path, "has no page")
    if "simulated" not in _tokens(marks.get("/Keywords", "")):
        yield Fault("not_simulated", path, "lacks the keyword `simulated`")
    if not named:
        yield Fault("pdf_stranger", path, f"does not name the invoice {number}")


def _tokens(text: str) -> list[str]:
    return re.split(r"[\s,;:()]+", text)
