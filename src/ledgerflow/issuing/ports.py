"""What issuing asks of a ledger: the seam between the deeds and whatever keeps the books."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, TypeVar

from ledgerflow.billing.invoice import Invoice
from ledgerflow.billing.tax import DocumentKind
from ledgerflow.issuing.audit import AuditEntry

T = TypeVar("T")
Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Invoices issued together. `number` counts a ledger's batches from 1; `retries` the collisions it overcame."""

    number: int
    generation_id: str
    issued_at: datetime
    size: int
    retries: int = 0


@dataclass(frozen=True, slots=True)
class VoidNumber:
    """A number that was taken and that no invoice bears, and why."""

    number: str
    series: str
    period: str
    reason: str


class Journal(Protocol):
    """What a deed may write. All of it happens in one transaction, or none of it."""

    def reserve(self, series: str, period: str, wanted: int) -> int:
        """Takes the next `wanted` counts of a series in a period, and says which is the first of them."""

    def record(self, generation_id: str, issued_at: datetime, invoices: Sequence[Invoice]) -> Batch:
        """Enters the invoices as a new batch."""

    def void(self, numbers: Sequence[VoidNumber]) -> None:
        """Enters numbers that no invoice will bear."""

    def audit(self, at: datetime, actor: str, deed: str, details: Mapping[str, str | int]) -> AuditEntry:
        """Adds an entry to the audit trail."""


class Ledger(Protocol):
    """The books of one tenant."""

    def transact(self, deed: Callable[[Journal], T]) -> T:
        """Runs the deed in one transaction, and again from the start if a number of it was taken: three times at most,
        then InvoiceNumberCollisionException."""

    def last(self, series: str, period: str) -> int:
        """The last count taken of a series in a period, 0 if none."""

    def batches(self) -> Sequence[Batch]:
        """All batches, oldest first."""

    def invoices(
        self,
        *,
        batch: int | None = None,
        kind: DocumentKind | None = None,
        first_day: date | None = None,
        last_day: date | None = None,
    ) -> Iterator[Invoice]:
        """Invoices in the order of batch and position; each condition that is given narrows them down."""

    def find(self, number: str) -> Invoice:
        """The invoice that bears the number; raises InvoiceUnknown."""

    def void_numbers(self) -> Sequence[VoidNumber]:
        """Every number taken that no invoice bears."""

    def audit_trail(self) -> Sequence[AuditEntry]:
        """The whole trail, oldest first."""
