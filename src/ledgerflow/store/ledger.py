"""The books of one tenant in a database: written in one transaction at a time, and read."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from types import TracebackType
from typing import TypeVar

from redis import Redis
from sqlalchemy import Engine, func, select, tuple_

from ledgerflow.billing.invoice import Invoice, from_json
from ledgerflow.billing.tax import DocumentKind
from ledgerflow.issuing.audit import AuditEntry
from ledgerflow.issuing.ports import Journal
from ledgerflow.issuing.records import Batch, InvoiceFilter, InvoiceSummary, SeriesAccount, VoidNumber
from ledgerflow.issuing.trail import TrailFilter, TrailPage
from ledgerflow.store import reading as asked
from ledgerflow.store.accounts import accounts
from ledgerflow.store.database import reaching, reading
from ledgerflow.store.deeds import Deeds
from ledgerflow.store.documents import DatabaseDocuments
from ledgerflow.store.figures import DatabaseFigures
from ledgerflow.store.jobs import DatabaseJobs
from ledgerflow.store.numbers import Numbers
from ledgerflow.store.people import DatabasePeople
from ledgerflow.store.rows import AuditRow, BatchRow, BlockRow, InvoiceRow, VoidNumberRow
from ledgerflow.store.searching import searched
from ledgerflow.store.stock import Catalogues, DatabaseStock
from ledgerflow.store.tenancy import TenantSession
from ledgerflow.store.trail import page_of
from ledgerflow.store.uploads import DatabaseUploads
from ledgerflow.store.workload import DatabaseWorkload

T = TypeVar("T")

_PAGE = 500  # invoices read together
_ENTRIES = 5000  # entries of the audit trail


class DatabaseLedger:
    """The books of one tenant."""

    def __init__(
        self,
        engine: Engine,
        tenant: str,
        reserve: Redis | None = None,
        sleep: Callable[[float], None] = time.sleep,
        held: Catalogues | None = None,
        reader: Engine | None = None,
    ) -> None:
        self._engine = engine
        self._reader = reader or reading(engine)
        self._tenant = tenant
        self._held = held or Catalogues()
        self._numbers = Numbers(engine, tenant, reserve)
        self._deeds = Deeds(engine, tenant, self._numbers, sleep)

    def __enter__(self) -> "DatabaseLedger":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the database, and of the Redis in reserve."""
        self._numbers.close()
        self._engine.dispose()

    def transact(self, deed: Callable[[Journal], T]) -> T:
        return self._deeds.transact(deed)

    @property
    def collisions(self) -> int:
        """How often a number that was taken turned out to be used, since this ledger was opened."""
        return self._deeds.collisions

    def last(self, series: str, period: str) -> int:
        counted = select(func.max(BlockRow.last)).where(BlockRow.series == series, BlockRow.period == period)
        with self._reading() as session:
            return session.scalar(counted) or 0

    def accounts(self) -> Sequence[SeriesAccount]:
        with self._reading(at_one_moment=True) as session:
            return accounts(session)

    def batches(self) -> Sequence[Batch]:
        with self._reading() as session:
            rows = session.scalars(select(BatchRow).order_by(BatchRow.number))
            return [
                Batch(row.number, row.generation_id, datetime.fromisoformat(row.issued_at), row.size, row.retries)
                for row in rows
            ]

    @property
    def jobs(self) -> DatabaseJobs:
        """The batches that were ordered, and how far they are."""
        return DatabaseJobs(self._reading)

    @property
    def people(self) -> DatabasePeople:
        """Who may come in, and who has."""
        return DatabasePeople(self._reading)

    @property
    def stock(self) -> DatabaseStock:
        """What is sold."""
        return DatabaseStock(self._reading, lambda: self._reading(at_one_moment=True), self._held)

    @property
    def documents(self) -> DatabaseDocuments:
        """What the tenant set up."""
        return DatabaseDocuments(self._reading)

    @property
    def uploads(self) -> DatabaseUploads:
        """The sheets that wait to be taken in."""
        return DatabaseUploads(self._reading)

    def invoices(
        self,
        *,
        batch: int | None = None,
        positions: tuple[int, int] | None = None,
        kind: DocumentKind | None = None,
        first_day: date | None = None,
        last_day: date | None = None,
    ) -> Iterator[Invoice]:
        wanted = select(InvoiceRow.batch, InvoiceRow.position, InvoiceRow.number, InvoiceRow.document)
        if batch is not None:
            wanted = wanted.where(InvoiceRow.batch == batch)
        if positions is not None:
            wanted = wanted.where(InvoiceRow.position.between(*positions))
        if kind is not None:
            wanted = wanted.where(InvoiceRow.kind == kind.value)
        if first_day is not None:
            wanted = wanted.where(InvoiceRow.day >= first_day)
        if last_day is not None:
            wanted = wanted.where(InvoiceRow.day <= last_day)
        place = InvoiceRow.batch, InvoiceRow.position
        wanted = wanted.order_by(*place).limit(_PAGE)
        after = (0, -1)
        while True:
            with self._reading() as session:
                page = session.execute(wanted.where(tuple_(*place) > after)).all()
            yield from (from_json(row.document, row.number) for row in page)
            if len(page) < _PAGE:
                return
            after = (page[-1].batch, page[-1].position)

    def find(self, number: str) -> Invoice:
        with self._reading() as session:
            return asked.found(session, number)

    def metadata(self, number: str) -> Mapping[str, str]:
        with self._reading() as session:
            return asked.metadata_of(session, number)

    def notes_on(self, number: str) -> Sequence[Invoice]:
        with self._reading() as session:
            return asked.notes_on(session, number)

    def search(
        self, wanted: InvoiceFilter, limit: int = 50, after: tuple[date, str] | None = None
    ) -> Sequence[InvoiceSummary]:
        with self._reading() as session:
            return searched(session, wanted, limit, after)

    def place(self, number: str) -> tuple[int, int]:
        with self._reading() as session:
            return asked.placed(session, number)

    @property
    def figures(self) -> DatabaseFigures:
        """What the books come to."""
        return DatabaseFigures(self._reading)

    @property
    def workload(self) -> DatabaseWorkload:
        """How its batches stand."""
        return DatabaseWorkload(self._reading)

    def void_numbers(self) -> Sequence[VoidNumber]:
        with self._reading() as session:
            rows = session.scalars(select(VoidNumberRow).order_by(VoidNumberRow.number))
            return [VoidNumber(row.number, row.series, row.period, row.count, row.reason) for row in rows]

    def last_entry(self) -> AuditEntry | None:
        """The end of the audit trail."""
        row = AuditRow
        columns = select(row.sequence, row.at, row.actor, row.deed, row.details, row.previous, row.hash)
        with self._reading() as session:
            last = session.execute(columns.order_by(row.sequence.desc()).limit(1)).one_or_none()
        return AuditEntry(*last) if last else None

    def audit_trail(self, after: int = 0) -> Iterator[AuditEntry]:
        row = AuditRow
        columns = select(row.sequence, row.at, row.actor, row.deed, row.details, row.previous, row.hash)
        while True:
            with self._reading() as session:
                page = session.execute(columns.where(row.sequence > after).order_by(row.sequence).limit(_ENTRIES)).all()
            yield from (AuditEntry(*entry) for entry in page)
            if len(page) < _ENTRIES:
                return
            after = page[-1].sequence

    def audit_page(self, wanted: TrailFilter, before: int | None = None, limit: int = 50) -> TrailPage:
        with self._reading() as session:
            return page_of(session, wanted, before, limit)

    @contextmanager
    def _reading(self, *, at_one_moment: bool = False) -> Iterator[TenantSession]:
        """A session that reads. SQLite shows one moment to a transaction anyway; PostgreSQL does so when it is told."""
        engine = self._reader
        if at_one_moment and engine.dialect.name == "postgresql":
            engine = engine.execution_options(isolation_level="REPEATABLE READ")
        with reaching(), TenantSession(engine, self._tenant) as session:
            yield session
