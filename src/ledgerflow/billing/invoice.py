"""An invoice: an assessed supply under a number, unchanged ever after, and its one form as JSON."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from ledgerflow.billing.errors import InvoiceDamaged
from ledgerflow.billing.supply import Supply
from ledgerflow.billing.tax import DocumentKind, TaxResult


@dataclass(frozen=True, slots=True)
class Presentation:
    """How the seller's documents look: `en`, or a local language printed beside it (`ar`); the digits of that side;
    an accent colour; what the tax number is called."""

    language: str = "en"
    digits: Literal["latin", "arabic-indic"] = "latin"
    accent: str = "#0A6B4B"
    tax_number_label: str = ""
    tax_number_label_local: str = ""


@dataclass(frozen=True, slots=True)
class Invoice:
    """A document of the books. `position` is its place in the batch that made it, from 0; `generation_id` follows from
    configuration, seed and version. `simulated` is always true: no document of LedgerFlow is a tax document.
    """

    number: str
    series: str
    strategy: str
    position: int
    generation_id: str
    supply: Supply
    tax: TaxResult
    presentation: Presentation = Presentation()
    simulated: Literal[True] = True
    version: Literal["ledgerflow.invoice/1"] = "ledgerflow.invoice/1"

    @property
    def day(self) -> date:
        """The date of issue, which is the date of supply."""
        return self.supply.tax_point.date()

    @property
    def kind(self) -> DocumentKind:
        return self.tax.document


_JSON = TypeAdapter(Invoice)


def to_json(invoice: Invoice) -> bytes:
    """The whole invoice as JSON: amounts as strings, fields in their order, so that equal invoices are equal bytes."""
    return _JSON.dump_json(invoice)


def from_json(document: bytes | str, number: str = "an invoice") -> Invoice:
    """The invoice that `to_json` wrote. Raises InvoiceDamaged, with the number where it is known."""
    try:
        return _JSON.validate_json(document)
    except ValidationError as fault:
        raise InvoiceDamaged(invoice=number) from fault
