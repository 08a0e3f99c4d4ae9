"""The deed of making what is over a whole batch, registers above all: it needs the ledger alone, so it is done by one
worker while others draw, and packing takes it as it takes what they drew."""

import zipfile

from ledgerflow.export.format import Format
from ledgerflow.issuing.drawing import PARTS, Place
from ledgerflow.issuing.jobs import Part
from ledgerflow.issuing.ports import Ledger
from ledgerflow.issuing.shelf import Shelf


def is_sheet(format: Format) -> bool:
    """Whether its files are over the whole batch."""
    return format.scope == "batch"


def make_sheet(format: Format, batch: int, ledger: Ledger, shelf: Shelf, place: Place) -> Part:
    """The files of one such format, as a part on the shelf. Raises what ledger, format and shelf raise."""
    invoices = list(ledger.invoices(batch=batch))
    source = place.desk / "sheet.zip"
    with zipfile.ZipFile(source, "w") as archive:
        for name, content in format.files(invoices):
            archive.writestr(zipfile.ZipInfo(name), content)
    laid = shelf.lay(f"{place.folder}/{PARTS}/{format.code}.zip", source)
    return Part(laid.name, format.code, 0, len(invoices) - 1, laid.sha256)
