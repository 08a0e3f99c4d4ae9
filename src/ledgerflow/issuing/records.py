"""What the books hold: batches, invoices with their numbers, the blocks that numbers come from, and where each went."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from ledgerflow.billing.invoice import Invoice
from ledgerflow.billing.numbering import NumberSeries
from ledgerflow.billing.tax import DocumentKind


@dataclass(frozen=True, slots=True)
class Batch:
    """Invoices issued together. `number` counts a ledger's batches from 1; `retries` the collisions it overcame."""

    number: int
    generation_id: str
    issued_at: datetime
    size: int
    retries: int = 0


@dataclass(frozen=True, slots=True)
class Block:
    """Consecutive counts of a series in a period, from `first`. `series` is the one asked for, or its sub-series where
    the numbers had to come from elsewhere: a number is written by the block's own series."""

    series: NumberSeries
    period: str
    first: int
    size: int

    @property
    def last(self) -> int:
        return self.first + self.size - 1

    def number(self, place: int) -> str:
        """The number at a place of the block, from 0."""
        if not 0 <= place < self.size:
            raise IndexError(place)
        return self.series.text(self.first + place, self.period)


@dataclass(frozen=True, slots=True)
class Entry:
    """An invoice as it is entered: with its count in its series and period, and what the books keep of it that is no
    part of the invoice, such as the establishment and the series of its notes."""

    invoice: Invoice
    period: str
    count: int
    metadata: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class VoidNumber:
    """A number that was taken and that no invoice bears, and why."""

    number: str
    series: str
    period: str
    count: int
    reason: str


@dataclass(frozen=True, slots=True)
class SeriesAccount:
    """Where the counts of a series in a period went: from the `first` to the `last` each is issued, void, reserved by
    a block that is still open (or not settled since a crash), or `missing`, which nothing explains."""

    series: str
    period: str
    first: str
    last: str
    issued: int
    void: int
    reserved: int
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InvoiceFilter:
    """What is searched for; each condition that is given narrows it down. `number` and `buyer` are beginnings, the
    buyer's without regard to case; amounts are what is payable in the currency, which they need; both ends allowed."""

    number: str = ""
    buyer: str = ""
    first_day: date | None = None
    last_day: date | None = None
    currency: str = ""
    least: Decimal | None = None
    most: Decimal | None = None


@dataclass(frozen=True, slots=True)
class InvoiceSummary:
    """An invoice as a list shows it. Batch and position are its place in the books, which never changes."""

    batch: int
    position: int
    number: str
    day: date
    kind: DocumentKind
    buyer: str
    currency: str
    payable: Decimal
