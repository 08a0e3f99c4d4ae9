"""The ledger of one tenant in a database: it is opened, written in one transaction at a time, and read."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from sqlalchemy import Connection, Engine, func, inspect, select, tuple_
from sqlalchemy.exc import DatabaseError

from ledgerflow.billing.errors import InvoiceNumberCollisionException, InvoiceUnknown
from ledgerflow.billing.invoice import Invoice, from_json
from ledgerflow.billing.tax import DocumentKind
from ledgerflow.issuing.audit import AuditEntry
from ledgerflow.issuing.ports import Batch, Journal, VoidNumber
from ledgerflow.store.database import LedgerUnreachable, in_one_line, open_engine, reaching, reading, sqlite_path
from ledgerflow.store.journal import DatabaseJournal, NumbersTaken
from ledgerflow.store.rows import AuditRow, BatchRow, CounterRow, InvoiceRow, Row, TenantRow, VoidNumberRow
from ledgerflow.store.tenancy import TenantSession

T = TypeVar("T")

_ATTEMPTS = 3
_FIRST_PAUSE = 0.05  # seconds; doubled at each attempt
_PAGE = 500  # invoices read together
_SCHEMA_LOCK = 0x1ED6E2  # any number, the same for all who open a ledger on one PostgreSQL server


def open_ledger(url: str, tenant: str = "default", sleep: Callable[[float], None] = time.sleep) -> "DatabaseLedger":
    """The ledger at `url`; its tables and the tenant are made on first use. Close it, or use it in a `with`."""
    engine = open_engine(url)
    try:
        with engine.begin() as connection:
            _prepare(connection, tenant)
    except DatabaseError as refusal:
        engine.dispose()
        raise LedgerUnreachable(reason=in_one_line(refusal)) from refusal
    return DatabaseLedger(engine, tenant, sleep)


def look_into(url: str, tenant: str = "default") -> "DatabaseLedger | None":
    """The ledger at `url` as it stands, for one who only reads; None where there is none yet. Makes nothing.

    Raises LedgerUnreachable where none could be made either.
    """
    path = sqlite_path(url)
    if path is not None and not (Path(path).exists() and Path(path).stat().st_size):
        if not Path(path).parent.is_dir():
            raise LedgerUnreachable(reason=f"there is no folder {Path(path).parent} for it. Make it first.")
        return None
    engine = open_engine(url)
    there = False
    try:
        with reading(engine).connect() as connection:
            there = _is_ledger(connection)
    except DatabaseError as refusal:
        raise LedgerUnreachable(reason=in_one_line(refusal)) from refusal
    finally:
        if not there:
            engine.dispose()
    return DatabaseLedger(engine, tenant, time.sleep) if there else None


def _is_ledger(connection: Connection) -> bool:
    """Whether the tables are there; raises LedgerUnreachable where some of their names are another program's."""
    tables = Row.metadata.tables
    found = inspect(connection).get_multi_columns(filter_names=list(tables))
    there = {name: {column["name"] for column in columns} for (_, name), columns in found.items()}
    for name, columns in there.items():
        if not columns >= set(tables[name].columns.keys()):
            raise LedgerUnreachable(reason=f"its table {name} is another program's. Name another database.")
    return TenantRow.__tablename__ in there


def _prepare(connection: Connection, tenant: str) -> None:
    """Makes what is missing; whoever opens the same new ledger at the same moment waits."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_SCHEMA_LOCK)))
    Row.metadata.create_all(connection)
    with TenantSession(connection, tenant) as session, session.begin():
        if session.scalar(select(TenantRow.tenant)) is None:
            session.add(TenantRow(tenant=tenant))


class DatabaseLedger:
    """The books of one tenant."""

    def __init__(self, engine: Engine, tenant: str, sleep: Callable[[float], None]) -> None:
        self._engine = engine
        self._tenant = tenant
        self._sleep = sleep

    def __enter__(self) -> "DatabaseLedger":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the database."""
        self._engine.dispose()

    def transact(self, deed: Callable[[Journal], T]) -> T:
        attempt = 0
        while True:
            try:
                with reaching(), TenantSession(self._engine, self._tenant) as session, session.begin():
                    return deed(DatabaseJournal(session, attempt))
            except NumbersTaken as refusal:
                attempt += 1
                if attempt == _ATTEMPTS:
                    number = self._culprit(refusal.numbers)
                    raise InvoiceNumberCollisionException(number=number, attempts=attempt) from refusal
            self._sleep(_FIRST_PAUSE * 2 ** (attempt - 1))

    def last(self, series: str, period: str) -> int:
        counter = select(CounterRow.last).where(CounterRow.series == series, CounterRow.period == period)
        with self._reading() as session:
            return session.scalar(counter) or 0

    def batches(self) -> Sequence[Batch]:
        with self._reading() as session:
            rows = session.scalars(select(BatchRow).order_by(BatchRow.number))
            return [
                Batch(row.number, row.generation_id, datetime.fromisoformat(row.issued_at), row.size, row.retries)
                for row in rows
            ]

    def invoices(
        self,
        *,
        batch: int | None = None,
        kind: DocumentKind | None = None,
        first_day: date | None = None,
        last_day: date | None = None,
    ) -> Iterator[Invoice]:
        wanted = select(InvoiceRow.batch, InvoiceRow.position, InvoiceRow.document)
        if batch is not None:
            wanted = wanted.where(InvoiceRow.batch == batch)
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
            yield from (from_json(row.document) for row in page)
            if len(page) < _PAGE:
                return
            after = (page[-1].batch, page[-1].position)

    def find(self, number: str) -> Invoice:
        with self._reading() as session:
            document = session.scalar(select(InvoiceRow.document).where(InvoiceRow.number == number))
        if document is None:
            raise InvoiceUnknown(number=number)
        return from_json(document)

    def void_numbers(self) -> Sequence[VoidNumber]:
        with self._reading() as session:
            rows = session.scalars(select(VoidNumberRow).order_by(VoidNumberRow.number))
            return [VoidNumber(row.number, row.series, row.period, row.reason) for row in rows]

    def audit_trail(self) -> Sequence[AuditEntry]:
        with self._reading() as session:
            rows = session.scalars(select(AuditRow).order_by(AuditRow.sequence))
            return [
                AuditEntry(row.sequence, row.at, row.actor, row.deed, row.details, row.previous, row.hash)
                for row in rows
            ]

    @contextmanager
    def _reading(self) -> Iterator[TenantSession]:
        with reaching(), TenantSession(reading(self._engine), self._tenant) as session:
            yield session

    def _culprit(self, numbers: Sequence[str]) -> str:
        """Of the numbers refused, one that the ledger has; if it has none, one that the batch holds twice."""
        with self._reading() as session:
            taken = session.scalar(select(InvoiceRow.number).where(InvoiceRow.number.in_(numbers)).limit(1))
        return taken or Counter(numbers).most_common(1)[0][0]
