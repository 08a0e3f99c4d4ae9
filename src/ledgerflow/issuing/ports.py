"""What issuing asks of the books: the seam between the deeds and whatever keeps them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol, TypeVar

from ledgerflow.billing.invoice import Invoice
from ledgerflow.billing.numbering import NumberSeries
from ledgerflow.billing.tax import DocumentKind
from ledgerflow.identity.people import People, PeopleBook
from ledgerflow.issuing.audit import AuditEntry
from ledgerflow.issuing.documents import DocumentBook, Documents
from ledgerflow.issuing.figures import Figures
from ledgerflow.issuing.jobs import JobBook, Jobs
from ledgerflow.issuing.records import (
    Batch,
    Block,
    Entry,
    InvoiceFilter,
    InvoiceSummary,
    SeriesAccount,
    VoidNumber,
)
from ledgerflow.issuing.stocking import Stock, StockBook
from ledgerflow.issuing.trail import TrailFilter, TrailPage
from ledgerflow.issuing.uploads import UploadBook, Uploads
from ledgerflow.issuing.workload import Workload

T = TypeVar("T")
Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""


class Journal(Protocol):
    """What a deed may write. All of it happens in one transaction, or none of it."""

    @property
    def jobs(self) -> JobBook:
        """What it may write of jobs."""

    @property
    def people(self) -> PeopleBook:
        """What it may write of people."""

    @property
    def stock(self) -> StockBook:
        """What it may write of the catalogue."""

    @property
    def documents(self) -> DocumentBook:
        """What it may write of what the tenant set up."""

    @property
    def uploads(self) -> UploadBook:
        """What it may write of uploads."""

    def reserve(self, series: NumberSeries, period: str, wanted: int) -> Block:
        """Takes the next `wanted` counts of a series in a period for this deed. If the deed fails they are given back:
        where that leaves a gap, each is recorded void. Raises NumberSeriesExhausted, NumbersUnavailable."""

    def reserve_block(self, series: NumberSeries, period: str, wanted: int, expires_at: datetime, holder: str) -> Block:
        """Takes the next `wanted` counts for deeds to come until `expires_at`. Raises what `reserve` does, and
        NumbersUnavailable for a gapless series."""

    def use(self, block: Block) -> None:
        """Takes up a block that an earlier deed reserved; raises BlockLost if it was reclaimed meanwhile."""

    def release(self, block: Block, reason: str) -> Sequence[VoidNumber]:
        """Gives a reserved block back: its counts are recorded void. Raises BlockLost if it is not open any more."""

    def record(self, generation_id: str, issued_at: datetime, entries: Sequence[Entry], trace_id: str = "") -> Batch:
        """Enters invoices as a new batch. Raises whatever makes `Ledger.transact` try again where a number is taken."""

    def blocks_of(self, holder: str) -> Sequence[Block]:
        """The blocks that are reserved by the holder and open, which nobody reclaims until the deed ends."""

    def open_batch(self, generation_id: str, issued_at: datetime, size: int) -> Batch:
        """Enters a batch whose invoices deeds to come will enter."""

    def enter(self, batch: Batch, entries: Sequence[Entry], trace_id: str = "") -> None:
        """Enters invoices of an open batch; what is in the ledger at a position already stays as it is. Raises what
        `record` does."""

    def void(self, numbers: Sequence[VoidNumber]) -> None:
        """Enters numbers that no invoice will bear."""

    def hold(self, number: str) -> tuple[Invoice, Sequence[Invoice]]:
        """The invoice that bears the number and the notes on it, which nobody else adds to until the deed ends; raises
        InvoiceUnknown."""

    def reclaim(self, at: datetime) -> Sequence[VoidNumber]:
        """Records void whatever expired blocks, rollbacks and crashes left, with the reason, and says what it was."""

    def audit(self, at: datetime, actor: str, deed: str, details: Mapping[str, str | int]) -> AuditEntry:
        """Adds an entry to the audit trail."""

    def audit_sparingly(self, at: datetime, actor: str, deed: str, details: Mapping[str, str | int]) -> bool:
        """The same for what a stranger can have entered as often as they like: not where the actor has much of the deed
        in the last hour and among the latest entries. It takes as long either way."""


class Ledger(Protocol):
    """The books of one tenant."""

    def transact(self, deed: Callable[[Journal], T]) -> T:
        """Runs the deed in one transaction, and again from the start if a number of it was taken or the database went
        away: three times at most, then InvoiceNumberCollisionException or LedgerUnreachable. Where the answer to the
        commit was lost, the database is asked whether it was written; CommitUnknown if it cannot say."""

    def last(self, series: str, period: str) -> int:
        """The last count taken of a series in a period, 0 if none."""

    def accounts(self) -> Sequence[SeriesAccount]:
        """Where every number of every series went."""

    def batches(self) -> Sequence[Batch]:
        """All batches, oldest first."""

    @property
    def jobs(self) -> Jobs:
        """The batches that were ordered, and how far they are."""

    @property
    def people(self) -> People:
        """Who may come in, and who has."""

    @property
    def stock(self) -> Stock:
        """What is sold."""

    @property
    def documents(self) -> Documents:
        """What the tenant set up."""

    @property
    def uploads(self) -> Uploads:
        """The sheets that wait to be taken in."""

    def invoices(
        self,
        *,
        batch: int | None = None,
        positions: tuple[int, int] | None = None,
        kind: DocumentKind | None = None,
        first_day: date | None = None,
        last_day: date | None = None,
    ) -> Iterator[Invoice]:
        """Invoices in the order of batch and position; each condition that is given narrows them down. `positions` are
        the first and the last, both included."""

    def find(self, number: str) -> Invoice:
        """The invoice that bears the number; raises InvoiceUnknown."""

    def metadata(self, number: str) -> Mapping[str, str]:
        """What the books keep of an invoice that is no part of it; raises InvoiceUnknown."""

    def notes_on(self, number: str) -> Sequence[Invoice]:
        """The notes that correct an invoice, oldest first."""

    def search(
        self, wanted: InvoiceFilter, limit: int = 50, after: tuple[date, str] | None = None
    ) -> Sequence[InvoiceSummary]:
        """The latest invoices that fit, at most `limit`, newest day first; those that come `after` a day and number."""

    def place(self, number: str) -> tuple[int, int]:
        """Batch and position of the invoice that bears the number; raises InvoiceUnknown."""

    @property
    def figures(self) -> Figures:
        """What the books come to, added up where they are kept."""

    @property
    def workload(self) -> Workload:
        """How its batches stand."""

    def void_numbers(self) -> Sequence[VoidNumber]:
        """Every number taken that no invoice bears."""

    def audit_trail(self, after: int = 0) -> Iterator[AuditEntry]:
        """The whole trail, oldest first, or what of it comes after a sequence."""

    def audit_page(self, wanted: TrailFilter, before: int | None = None, limit: int = 50) -> TrailPage:
        """The latest entries before a sequence that fit, at most `limit`. Only so many are looked at that it takes no
        longer for a trail of millions: there may be more where few or none were found."""
