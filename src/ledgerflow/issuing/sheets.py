"""The deed of making what is over a whole batch, registers above all: it needs the ledger alone, so it is done by one
worker while others draw, and packing takes it as it takes what they drew."""

from collections.abc import Sequence

from ledgerflow.export.format import Format
from ledgerflow.issuing.drawing import PARTS, Place, lay_part
from ledgerflow.issuing.jobs import Part
from ledgerflow.issuing.packing import draw_files
from ledgerflow.issuing.ports import Ledger
from ledgerflow.issuing.shelf import Shelf


def is_sheet(format: Format) -> bool:
    """Whether its files are over the whole batch."""
    return format.scope == "batch"


def make_sheets(formats: Sequence[Format], batch: int, ledger: Ledger, shelf: Shelf, place: Place) -> tuple[Part, ...]:
    """The files of such formats, a part on the shelf for each. Raises what ledger, format and shelf raise."""
    invoices = list(ledger.invoices(batch=batch))

    def make(format: Format) -> Part:
        name = f"{place.folder}/{PARTS}/{format.code}.zip"
        sha256 = lay_part(draw_files(format, invoices), name, shelf, place)
        return Part(name, format.code, 0, len(invoices) - 1, sha256)

    return tuple(map(make, formats))
