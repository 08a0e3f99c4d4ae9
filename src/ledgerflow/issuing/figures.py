"""What the books come to, added up where they are kept: sums by time, buyer and kind, and the latest documents.

A credit note takes back: its amounts are subtracted, and it counts as no invoice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

from ledgerflow.billing.invoice import Invoice
from ledgerflow.issuing.tallies import JobTally


@dataclass(frozen=True, slots=True)
class Span:
    """The days that are looked at, both ends included; open where none is given."""

    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class Sum:
    """Documents of one currency together, those of one month, day or buyer where it says so."""

    name: str
    currency: str
    invoices: int
    credit_notes: int
    taxable_value: Decimal
    tax: Decimal
    payable: Decimal


class Figures(Protocol):
    """Sums over the books of a tenant; none of them reads a document."""

    def totals(self, span: Span) -> Sequence[Sum]:
        """All together, by currency; nameless."""

    def by_month(self, span: Span) -> Sequence[Sum]:
        """By month, `2026-04`, oldest first, and currency."""

    def by_day(self, span: Span) -> Sequence[Sum]:
        """By day, `2026-04-30`, oldest first, and currency."""

    def by_buyer(self, span: Span, limit: int) -> Sequence[Sum]:
        """The buyers who are billed most in each currency, so many of each at most; who left no name has none."""

    def kinds(self, batch: int | None = None) -> Mapping[str, int]:
        """How many documents there are of each kind, in one batch or in all."""

    def batches(self, bounds: Sequence[int]) -> JobTally:
        """What the ordered batches come to; `bounds` are seconds, for how many of them took no longer."""

    def latest(self, span: Span, limit: int) -> Sequence[Invoice]:
        """The latest documents, so many at most, newest day first."""
